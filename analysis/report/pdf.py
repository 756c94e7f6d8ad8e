"""The report as a PDF that a screen reader can follow: tagged PDF/UA-1, laid out by WeasyPrint.

Nothing is fetched while it is made. What WeasyPrint could not draw stops it, since a figure that
is lacking would not be noticed.
"""

from __future__ import annotations

import importlib
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analysis.errors import ReportError
from analysis.report.running_titles import mark_running_titles

__all__ = ["pdf_bytes", "require_weasyprint"]

_STYLE = Path(__file__).parent / "template" / "pdf.css"
_CONTENTS = re.compile(r"<nav\b.*?</nav>\s*", re.DOTALL)
_FOLDED = re.compile(r"<details\b.*?</details>", re.DOTALL)
_FIRST_PAGE = re.compile(r'<section id="at-a-glance".*?</section>\s*', re.DOTALL)


def pdf_bytes(page: str) -> bytes:
    """Lay a report out on A4 pages.

    Parameters
    ----------
    page : str
        The HTML page of a report. Its title, language and time of making become the document's.

    Returns
    -------
    bytes
        A PDF/UA-1 file with bookmarks; the same bytes for the same page on one machine. The
        contents follow the first page.

    Raises
    ------
    ReportError
        When the system lacks Pango, which WeasyPrint needs for text, or the page holds what
        cannot be drawn, such as a picture from elsewhere.
    """
    weasyprint = require_weasyprint()
    with _faults() as faults:
        html = weasyprint.HTML(string=_arranged(page), url_fetcher=_fetcher(weasyprint))
        made: bytes = html.write_pdf(pdf_variant="pdf/ua-1", finisher=mark_running_titles)
    if faults:
        raise ReportError(
            f"The PDF was not made, because WeasyPrint could not draw {len(faults)} parts of the "
            "page. Print the HTML report from the browser instead, and choose “Save as PDF”."
        )
    return made


def require_weasyprint() -> Any:
    """Import WeasyPrint, which needs a library of the system.

    Returns
    -------
    module
        WeasyPrint.

    Raises
    ------
    ReportError
        When Pango is not installed: says so, and how to print from a browser instead.
    """
    try:
        return importlib.import_module("weasyprint")
    except (ImportError, OSError):
        raise ReportError(
            "The PDF was not made, because Pango, which sets its text, is not installed on this "
            "system. Have it installed, or open the HTML report in a browser, print it and choose "
            "“Save as PDF”."
        ) from None


def _fetcher(weasyprint: Any) -> Any:
    """Let WeasyPrint read pictures inside the page, and nothing else."""
    return weasyprint.urls.URLFetcher(allowed_protocols={"data"})


@contextmanager
def _faults() -> Iterator[list[int]]:
    """Gather what WeasyPrint reports as an error; its texts quote the page and are not kept."""
    found: list[int] = []

    class Counting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.levelno)

    logger, handler = logging.getLogger("weasyprint"), Counting(logging.ERROR)
    before = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield found
    finally:
        logger.removeHandler(handler)
        logger.propagate = before


def _arranged(page: str) -> str:
    """Move the contents, which stand beside the text on a screen, behind the first page.

    What folds out is not printed; without it the layout is quicker.
    """
    style = f"<style>{_STYLE.read_text(encoding='utf-8')}</style>"
    styled = _FOLDED.sub("", page.replace("</head>", f"{style}</head>", 1))
    contents = _CONTENTS.search(styled)
    if contents is None:
        return styled
    without = styled[: contents.start()] + styled[contents.end() :]
    return _FIRST_PAGE.sub(lambda first: first[0] + contents[0], without, count=1)
