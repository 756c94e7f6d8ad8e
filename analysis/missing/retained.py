"""How many patients are still there at each due visit, by clinic or by severity at the start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Unpack

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from analysis.disclosure import MEMBERS, RELEASE, Members, Policy, Statement, units_of
from analysis.disclosure.columns import NOT_RECORDED
from analysis.disclosure.counted import CountedTable
from analysis.errors import ColumnError
from analysis.instruments import severity_band
from analysis.missing.due import due_visits
from analysis.missing.hidden_retention import hide_retention
from analysis.outcomes.cohort import named_groups
from analysis.outcomes.rules import Rules
from analysis.results import check_conf_level
from analysis.study import Study

__all__ = ["retention"]

_ESTIMATES = ["estimate", "conf_low", "conf_high"]
SEVERITY = "severity"
"""Name by which the bands of the baseline are asked for."""


def retention(
    study: Study,
    instrument: str,
    *,
    by: str | Sequence[str] | None = None,
    conf_level: float = 0.95,
    policy: Policy = RELEASE,
    **rules: Unpack[Rules],
) -> CountedTable:
    """Estimate the share of patients who are still there at each planned visit that is due.

    Answers how many are lost by when, and whether one clinic, or those who were worst at the
    start, lose more. A patient is still there at a visit when a score follows on or after the
    first day of its window. Whoever is not yet due is not in the denominator.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    by : str or sequence of str, optional
        Column of `treated_patients`, such as ``site_id``, or "severity": the scale's bands of the
        baseline. Missing ones are the group "not recorded". Several: each combination is a group,
        in a column named after all of them.
    conf_level : float
        Two-sided coverage of Wilson's intervals.
    policy : Policy
        For whom what is printed and released is.
    **rules
        ``schedule, baseline, course`` as in `visit_outcomes`.

    Returns
    -------
    CountedTable
        The `by` column, ``visit, started, due, remaining, scored, estimate, conf_low, conf_high``:
        ``estimate`` is remaining ÷ due, missing where nobody is due; ``scored`` have a score in
        the window itself.

    Raises
    ------
    ColumnError
        When `by` is not a column of the cohort.
    DataError
        When the scale has no bands of severity and they are asked for.
    ModelError
        When `conf_level` is not between 0 and 1.

    Notes
    -----
    At the last due visit of a patient nobody knows yet whether a missed score will be followed by
    another: retention at visits that closed lately is a lower bound. What leaves are shares and
    limits without the numbers due, see `hide_retention`.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> kept = retention(read_study(example_folder("clinic-network")), "PHQ-9", by="severity")
    >>> bool(kept.tidy()["remaining"].le(kept.tidy()["due"]).all())
    True
    """
    check_conf_level(conf_level)
    visits = due_visits(study, instrument, **rules)
    names = [by] if isinstance(by, str) else list(by or [])
    group = " and ".join(names) or "all"
    grouped = visits.assign(**{group: _together(visits, instrument, names)})
    frame = _counts(grouped, group, conf_level)
    statement = hide_retention(frame, by=group, conf_level=conf_level, policy=policy)
    return CountedTable(
        title=f"Retention at due visits, {instrument}{f' by {group}' if names else ''}",
        notes=(_note(conf_level), policy.rule),
        true=frame if names else frame.drop(columns=group),
        statement=statement if names else _without(statement, group),
    )


def _note(conf_level: float) -> str:
    """Say what the columns are."""
    return (
        "Share remaining: with a score on or after the first day of the window, of treated "
        f"patients whose window has closed; score limits at {100 * conf_level:g} %."
    )


def _without(statement: Statement, column: str) -> Statement:
    """Drop the column of a single group."""
    return replace(statement, frame=statement.frame.drop(columns=column))


def _together(visits: pd.DataFrame, instrument: str, names: Sequence[str]) -> pd.Series:
    """Name the combination of groups of each row, in the order of the groups."""
    if not names:
        return pd.Series("all", index=visits.index, dtype="category")
    found = [_groups(visits, instrument, name) for name in names]
    if len(found) == 1:
        return found[0]
    levels = [", ".join(each) for each in product(*(one.cat.categories for one in found))]
    texts = pd.concat([one.astype("string") for one in found], axis=1).agg(", ".join, axis=1)
    combined = pd.Series(pd.Categorical(texts, levels, ordered=True), index=visits.index)
    return combined.cat.remove_unused_categories()


def _groups(visits: pd.DataFrame, instrument: str, by: str) -> pd.Series:
    """Name the group of each row; bands of severity keep their order."""
    if by == SEVERITY:
        bands = severity_band(visits["baseline"].astype(float), instrument)
        named = bands.cat.add_categories(NOT_RECORDED).fillna(NOT_RECORDED)
        return named.cat.remove_unused_categories()
    if by not in visits.columns or by in ("subject_id", "visit", "due", "scored", "remains"):
        raise ColumnError(
            "The cohort has no such column to split by; try severity, route or site_id."
        )
    return named_groups(visits[by])


def _counts(visits: pd.DataFrame, group: str, conf_level: float) -> pd.DataFrame:
    """Count by group and visit, and estimate the share that remains."""
    groups = visits.groupby([group, "visit"], observed=True)
    counts = groups.agg(
        started=("due", "size"),
        due=("due", "sum"),
        remaining=("remains", "sum"),
        scored=("scored", "sum"),
    ).reset_index()
    n, due = counts["remaining"].to_numpy(float), counts["due"].to_numpy(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = proportion_confint(n, due, alpha=1.0 - conf_level, method="wilson")
        share = n / due
    frame = counts.assign(**dict(zip(_ESTIMATES, (share, low, high), strict=True)))
    frame.attrs[MEMBERS] = _members(visits, group)
    return frame


def _members(visits: pd.DataFrame, group: str) -> Members:
    """Say who started in each group."""
    patients = visits.drop_duplicates(["subject_id", "course"])
    units = units_of(patients)
    names = patients[group].astype("string")
    return Members(units, {("started", name): names.eq(name) for name in names.unique()})
