"""The findings of a check as one HTML page that stands alone."""

from __future__ import annotations

import html
from pathlib import Path

from analysis.checks import CheckResult
from analysis.disclosure import RELEASE, Policy
from analysis.tables import findings_table

__all__ = ["findings_page"]

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>Data checks</title>
<style>{style}
main {{ max-width: 77rem; margin: 0 auto; padding: 1.5rem; overflow-x: auto; }}</style>
</head>
<body>
<header>
<h1>Data checks</h1>
<p class="subtitle">{subtitle}</p>
</header>
<main>
<p>{summary}</p>
{table}
</main>
</body>
</html>
"""


def findings_page(result: CheckResult, *, policy: Policy = RELEASE) -> str:
    """Write findings as a page without scripts, pictures or links.

    Parameters
    ----------
    result : CheckResult
        What checking found.
    policy : Policy
        Who will see it, and the least count that may be shown.

    Returns
    -------
    str
        A whole HTML page, the same for the same findings: summary, class of the data, and a table
        with a row per finding, errors first. All text is escaped.

    Examples
    --------
    >>> from analysis.checks import check
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> page = findings_page(check(read_study(example_folder("clinic-network"))))
    >>> "No rule is broken" in page
    True
    """
    return _PAGE.format(
        style=Path(__file__).with_name("page.css").read_text(encoding="utf-8"),
        subtitle=html.escape(_data_class(result)),
        summary=html.escape(result.summary()),
        table=findings_table(result.frame(), policy=policy).to_html(),
    )


def _data_class(result: CheckResult) -> str:
    """Say of which class the data are."""
    if result.study is None:
        return "Class of the data: not known, since the study could not be read"
    return f"Class of the data: {result.study.data_class}"
