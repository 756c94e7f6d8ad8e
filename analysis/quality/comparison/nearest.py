"""Compare with the nearest published cohort, chosen by a rule and not by hand."""

from __future__ import annotations

from typing import Unpack

import pandas as pd

from analysis.disclosure import RELEASE, Policy
from analysis.errors import DataError
from analysis.outcomes.courses import treatment_courses
from analysis.outcomes.rules import Rules
from analysis.published import PublishedStudy
from analysis.quality.comparison.cohorts import comparable_cohorts
from analysis.quality.comparison.comparison import compare_with_published
from analysis.quality.comparison.result import PublishedComparison
from analysis.study import Study

__all__ = ["compare_with_nearest"]

_KINDS = ("scale", "window", "route", "definition", "patients", "group", "design", "measure")


def compare_with_nearest(
    study: Study,
    *,
    instrument: str,
    measure: str = "response",
    cohorts: tuple[PublishedStudy, ...] = (),
    policy: Policy = RELEASE,
    **rules: Unpack[Rules],
) -> PublishedComparison:
    """Put a study beside the nearest published cohort that it may be compared with.

    Answers the question of which cohort without a choice that could be made by its result.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Scale.
    measure : str
        As in `compare_with_published`.
    cohorts : tuple of PublishedStudy
        Further studies, described by the user, beside those of the toolkit.
    policy : Policy
        By which numbers are shown.
    **rules
        ``baseline, baseline_at_least, course`` as in `visit_outcomes`; the window is the
        published one.

    Returns
    -------
    PublishedComparison
        With the cohort of `comparable_cohorts` whose drug and route most patients of the study
        began with; of several with the same the one whose figure rests on most patients.

    Raises
    ------
    DataError
        When no published figure is comparable: how many were asked, and how many fail for which
        reason; else as `compare_with_published`.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> compare_with_nearest(study, instrument="PHQ-9").source.study.name
    'McInnes 2022'
    """
    if "schedule" in rules:
        raise DataError("The window is the published one; name a visit in compare_with_published.")
    figures = comparable_cohorts(study, instrument=instrument, measure=measure, cohorts=cohorts)
    fitting = figures[figures["comparable"]]
    if fitting.empty:
        raise DataError(_none(figures, instrument, measure))
    nearest = _ordered(fitting, study).iloc[0]
    named = {each.name: each for each in cohorts}
    return compare_with_published(
        study,
        cohort=named.get(nearest["cohort"], nearest["cohort"]),
        measure=measure,
        instrument=instrument,
        policy=policy,
        **rules,
    )


def _ordered(fitting: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Order figures: by the treatment of most patients, by published number, by name."""
    first = treatment_courses(study).drop_duplicates("subject_id")
    given = first.groupby(["agent", "route"], observed=True).size().rename("own").reset_index()
    given = given.astype({"agent": "string", "route": "string"})
    keyed = fitting.astype({"agent": "string", "route": "string"})
    both = keyed.merge(given, on=["agent", "route"], how="left").fillna({"own": 0})
    return both.sort_values(["own", "n", "cohort"], ascending=[False, False, True], kind="stable")


def _none(figures: pd.DataFrame, instrument: str, measure: str) -> str:
    """Say why none of the published figures is comparable, by kind of reason."""
    reasons = figures["reasons"]
    counts = {kind: int(reasons.str.contains(rf"(?:^|; ){kind}:").sum()) for kind in _KINDS}
    told = ", ".join(f"{kind} ({n})" for kind, n in counts.items() if n)
    return (
        f"No published {measure} on the {instrument} may stand beside this study: of "
        f"{len(figures)} published figures none has the same scale, window, route and rule and "
        f"says its number of patients. What keeps them apart: {told}; a figure may have several."
    )
