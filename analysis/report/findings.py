"""The findings of a check as one HTML page that stands alone."""

from __future__ import annotations

import html

from analysis.checks import CheckResult
from analysis.disclosure import RELEASE, Policy
from analysis.report.plain_page import plain_page
from analysis.tables import findings_table

__all__ = ["findings_page"]


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
    table = findings_table(result.frame(), policy=policy).to_html()
    body = f"<p>{html.escape(result.summary())}</p>\n{table}"
    return plain_page("Data checks", subtitle=_data_class(result), body=body)


def _data_class(result: CheckResult) -> str:
    """Say of which class the data are."""
    if result.study is None:
        return "Class of the data: not known, since the study could not be read"
    return f"Class of the data: {result.study.data_class}"
