"""A small HTML page that stands alone: no scripts, pictures or links."""

from __future__ import annotations

import html
from pathlib import Path

from analysis.report.markup import plain_tables

__all__ = ["plain_page"]

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}
main {{ max-width: 74rem; margin: 0 auto; padding: 1.5rem; }}</style>
</head>
<body>
<header>
<h1>{title}</h1>
<p class="subtitle">{subtitle}</p>
</header>
<main>
{body}
</main>
</body>
</html>
"""


def plain_page(title: str, *, subtitle: str, body: str) -> str:
    """Lay out a page.

    Parameters
    ----------
    title, subtitle : str
        Texts, which are escaped here.
    body : str
        HTML in which all text of data is escaped already.

    Returns
    -------
    str
        The whole page.

    Examples
    --------
    >>> "<h1>A &amp; B</h1>" in plain_page("A & B", subtitle="", body="<p>text</p>")
    True
    """
    return _PAGE.format(
        style=(Path(__file__).parent / "template" / "page.css").read_text(encoding="utf-8"),
        title=html.escape(title),
        subtitle=html.escape(subtitle),
        body=plain_tables(body),
    )
