"""The topics that are held against other software, their comparison, and its table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd

from analysis.errors import DataError
from analysis.method_checks.agreement import MOST_DIGITS, agreement
from analysis.method_checks.clinics_and_charts import charts, clinics
from analysis.method_checks.mixed_models import (
    imputation,
    marginal_means,
    random_slopes,
    repeated_measures,
)
from analysis.method_checks.reference import reference_numbers
from analysis.method_checks.times_to_events import (
    between_visits,
    competing_causes,
    curves,
    regressions,
)
from analysis.tables import Column, TableResult

__all__ = ["method_check", "method_check_table", "method_topics"]

_TOPICS: Mapping[str, Callable[[], dict[str, float]]] = {
    "repeated measures, Kenward-Roger": partial(repeated_measures, "kenward-roger"),
    "repeated measures, Satterthwaite": partial(repeated_measures, "satterthwaite"),
    "random slopes": random_slopes,
    "marginal means": marginal_means,
    "imputation": imputation,
    "curves and logrank tests": curves,
    "regressions of times": regressions,
    "relapse seen at visits only": between_visits,
    "competing causes": competing_causes,
    "clinics": clinics,
    "charts over time": charts,
}
_COLUMNS = (
    Column(key="here", label="Here"),
    Column(key="other", label="Other software"),
    Column(key="difference", label="Relative difference"),
    Column(key="digits", label="Agrees to … digits"),
    Column(key="software", label="Software", numeric=False),
)
_MEANING = (
    "Relative difference: of the two numbers before rounding, over that of the other software. "
    "Agrees to … digits: significant digits that are the same when both are rounded, of those that "
    f"were written down; more than {MOST_DIGITS} are not counted, because further ones depend on "
    "the machine. “All”: every digit that was written down."
)


def method_topics() -> tuple[str, ...]:
    """Return the names of the topics that `method_check` knows.

    Returns
    -------
    tuple of str
        In the order of notebook 11.

    Examples
    --------
    >>> method_topics()[:2]
    ('repeated measures, Kenward-Roger', 'repeated measures, Satterthwaite')
    """
    return tuple(_TOPICS)


def method_check(topic: str) -> pd.DataFrame:
    """Compute the numbers of a topic afresh and set them beside those of other software.

    Parameters
    ----------
    topic : str
        One of `method_topics`.

    Returns
    -------
    pandas.DataFrame
        One row per quantity: ``quantity, here, other, relative_difference, digits, digits_given,
        software, call``, as in `agreement`.

    Raises
    ------
    DataError
        When there is no such topic.

    Notes
    -----
    The numbers and the rows come with the toolkit (``data/reference``, with their provenance).

    Examples
    --------
    >>> check = method_check("charts over time").set_index("quantity")
    >>> int(check.loc["individuals, costs: upper limit", "digits"])
    7
    """
    if topic not in _TOPICS:
        raise DataError(f"There is no such topic. Known are: {'; '.join(_TOPICS)}.")
    numbers = reference_numbers()
    return agreement(_TOPICS[topic](), numbers[numbers["topic"].eq(topic)])


def method_check_table(*topics: str, title: str = "Here and in other software") -> TableResult:
    """Write checks as one table.

    Parameters
    ----------
    *topics : str
        Of `method_topics`; none: all.
    title : str
        Title of the table.

    Returns
    -------
    TableResult
        One row per quantity, in groups by topic.

    Raises
    ------
    DataError
        When there is no such topic.

    Examples
    --------
    >>> method_check_table("charts over time").inline("proportions, orders: centre line", "digits")
    'all 6'
    """
    checks = {topic: method_check(topic) for topic in topics or method_topics()}
    rows = pd.concat(checks, names=["group", "row"]).reset_index("group")
    body = pd.DataFrame(
        {
            "group": rows["group"],
            "label": rows["quantity"],
            "here": rows["here"].map(_seven),
            "other": rows["other"].map(_seven),
            "difference": rows["relative_difference"].map(_apart),
            "digits": [
                _in_words(same, given)
                for same, given in zip(rows["digits"], rows["digits_given"], strict=True)
            ],
            "software": rows["software"],
        }
    )
    return TableResult(
        title=title,
        frame=body.astype("string").reset_index(drop=True),
        columns=_COLUMNS,
        notes=(_MEANING,),
        stub="Quantity",
    )


def _seven(value: float) -> str:
    """Write a number with seven significant digits."""
    return f"{value:.7g}"


def _apart(value: float) -> str:
    """Write a relative difference with one digit, or that it is under the digits counted."""
    least = 10.0**-MOST_DIGITS
    return f"under {least:.0e}" if value < least else f"{value:.0e}"


def _in_words(same: int, given: int) -> str:
    """Say to how many digits numbers agree, and whether there are more that could."""
    if same == given:
        return f"all {same}"
    return f"{same} or more" if same == MOST_DIGITS else str(same)
