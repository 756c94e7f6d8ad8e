"""What the numbers of the first page cannot tell, chosen by what the data are."""

from __future__ import annotations

import pandas as pd

from analysis.report.first_page.headlines import BEFORE, NOW, RATE, Headline
from analysis.study import Study

__all__ = ["cautions"]

_COMPLETE, _ENOUGH = 0.8, 50
_NO_CONTROLS = (
    "That treatment caused any change: there is no control group. Expectation, natural course, "
    "other care and regression to the mean are part of every number."
)


def cautions(made: Headline, study: Study) -> tuple[str, ...]:
    """Say what cannot be concluded.

    Parameters
    ----------
    made : Headline
        The numbers.
    study : Study
        What they were made of.

    Returns
    -------
    tuple of str
        Sentences; those that hold for every clinic's data first.
    """
    rows = made.shown[made.shown["period"].eq(NOW)].set_index("measure")
    chosen = (
        _of_missing(rows), _of_few(rows), _of_curve(rows), _of_item9(rows), _of_silence(rows),
        _of_clinics(study), _of_looks(made),
    )  # fmt: skip
    return (_NO_CONTROLS, *filter(None, chosen))


def _of_missing(rows: pd.DataFrame) -> str:
    """Warn where many have no score."""
    scored = rows["estimate"].get("completeness")
    if scored is None or pd.isna(scored) or scored >= _COMPLETE:
        return ""
    return (
        f"How those without a score are: {1 - scored:.0%} of the patients who were due have none, "
        "and response is of the others."
    )


def _of_few(rows: pd.DataFrame) -> str:
    """Warn of wide intervals."""
    if "response" not in rows.index or rows.loc["response", "reason"]:
        return ""
    observed = pd.to_numeric(rows.loc["response", "patients"].replace(",", ""), errors="coerce")
    if observed >= _ENOUGH:  # a count that is hidden is a small one, mostly
        return ""
    return "Small differences: with so few patients the intervals are wide. Read them first."


def _of_curve(rows: pd.DataFrame) -> str:
    """Say what dating at visits does."""
    if pd.isna(rows["estimate"].get("loss", float("nan"))):
        return ""
    return "On which day response was lost: visits tell only between which of them it was."


def _of_item9(rows: pd.DataFrame) -> str:
    """Say what a missing entry means."""
    if "item9" not in rows.index:
        return ""
    if rows.loc["item9", "reason"]:
        return "Whether positive answers to item 9 were acted upon: the data do not tell."
    return (
        "That nothing was done about item 9 where no action is documented, or that what was done "
        "was enough: only what was written down is counted."
    )


def _of_silence(rows: pd.DataFrame) -> str:
    """Say what no event means."""
    rates = rows[rows["unit"].eq(RATE) & rows["estimate"].eq(0)]
    if rates.empty:
        return ""
    names = " and ".join(title.lower() for title in rates["title"])
    return (
        f"That there are no {names}: none was recorded, and the upper limit says how many there "
        "may be."
    )


def _of_clinics(study: Study) -> str:
    """Say that clinics are not ranked."""
    if study.tables["subjects"]["site_id"].nunique() < 2:
        return ""
    return "Which clinic is best: they treat different patients, and chance makes an order, too."


def _of_looks(made: Headline) -> str:
    """Say how often chance alone shows a change."""
    if not made.shown["period"].eq(BEFORE).any():
        return ""
    looks = int(made.shown.loc[made.shown["period"].eq(NOW), "estimate"].notna().sum())
    share = 1 - made.conf_level**looks
    return (
        f"That something changed because one of {looks} comparisons says so: if nothing had "
        f"changed and they were independent, at least one would say so in {share:.0%} of reports."
    )
