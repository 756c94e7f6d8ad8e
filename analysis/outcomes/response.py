"""Change and outcomes at planned visits, per patient, with the three denominators.

Started: first treatment in the data. Evaluable: started, baseline at the stated threshold, window
closed. Observed: evaluable with a score in the window. Missing is never counted as not yet due.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import pandas as pd

from analysis.errors import DataError
from analysis.instruments import Instrument, load_instrument
from analysis.outcomes.baseline import LAST
from analysis.outcomes.cohort import treated_patients
from analysis.outcomes.definition import Definition
from analysis.outcomes.entry import is_at_threshold, stated_threshold
from analysis.outcomes.judging import judge, require_enough_visits
from analysis.outcomes.library import definition_names, resolve
from analysis.outcomes.placement import closed_scores, day_zero
from analysis.outcomes.rules import Rules, require_rules
from analysis.outcomes.windows import SCHEDULE, Schedule, Window, as_schedule, window_named
from analysis.study import Study

__all__ = [
    "change_table",
    "individual_measures",
    "usual_measures",
    "visit_outcomes",
    "visit_status",
]


def usual_measures(scale: Instrument) -> tuple[str, ...]:
    """Name the outcomes that are derived when none are asked for.

    Parameters
    ----------
    scale : Instrument
        The scale.

    Returns
    -------
    tuple of str
        "response" and "remission", as far as the scale defines them.

    Examples
    --------
    >>> usual_measures(load_instrument("PHQ-9"))
    ('response', 'remission')
    """
    defined = definition_names(scale.name)
    return tuple(name for name in ("response", "remission") if name in defined)


def individual_measures(instrument: str) -> tuple[str, ...]:
    """Name the outcomes that show benefit and harm side by side, as far as a scale has them.

    Parameters
    ----------
    instrument : str
        Name of the scale.

    Returns
    -------
    tuple of str
        Some of response, remission, reliable improvement, deterioration, reliable deterioration.

    Examples
    --------
    >>> individual_measures("PCL-5")
    ('reliable_improvement', 'deterioration', 'reliable_deterioration')
    """
    defined = definition_names(load_instrument(instrument).name)
    return tuple(name for name in _INDIVIDUAL if name in defined)


def visit_outcomes(
    study: Study,
    instrument: str,
    *,
    measures: Sequence[str | Definition] | None = None,
    **rules: Unpack[Rules],
) -> pd.DataFrame:
    """Derive change and outcomes per patient, course and planned visit.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    measures : sequence of str or Definition, optional
        Definitions, as in `definition_names`. None: the scale's own response and remission.
    **rules
        - ``schedule`` : Schedule or sequence of Window. Planned visits, counted from the start or
          the last induction session of the course. Default `SCHEDULE`.
        - ``baseline`` : BaselineRule. How the baseline of each course is made. Default `LAST`.
        - ``baseline_at_least`` : float. Least severe baseline of the patients, points of the scale
          (where higher is better: the highest). Default: the `entry_threshold` of the scale.
        - ``course`` : int or "all". 1, the default, is the first of each patient in the data.

    Returns
    -------
    pandas.DataFrame
        One row per treated patient with a baseline at the threshold, course, and visit with a
        score whose window has closed, so that counts equal the observed of `response_rates`:
        columns of `treated_patients`, ``visit, week, rel_day, day`` (from day 0 of the schedule),
        ``total``, ``change`` (score − baseline; points of the scale), ``percent_change`` (missing
        for a baseline of 0) and one boolean column per measure. Scores after the start of a later
        course count (treatment policy). Patient-level.

    Raises
    ------
    DataError
        When the scale lacks a definition, or a definition does not suit the schedule.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> outcomes = visit_outcomes(read_study(example_folder("clinic-network")), "PHQ-9")
    >>> bool((outcomes["total"] - outcomes["baseline"]).eq(outcomes["change"]).all())
    True
    """
    plan = as_schedule(rules.get("schedule", SCHEDULE))
    patients = _patients(study, instrument, rules)
    scale = load_instrument(instrument)
    patients = patients[_at_threshold(patients, scale, rules)]
    return _derive(closed_scores(study, instrument, patients, plan), scale, plan, measures)


def visit_status(
    study: Study,
    instrument: str,
    *,
    visit: str,
    measures: Sequence[str | Definition] | None = None,
    **rules: Unpack[Rules],
) -> pd.DataFrame:
    """Place every treated patient in the denominators of one planned visit.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    visit : str
        Label of a planned visit.
    measures : sequence of str or Definition, optional
        Definitions; None: the scale's own response and remission.
    **rules
        ``schedule, baseline, baseline_at_least, course`` as in `visit_outcomes`.

    Returns
    -------
    pandas.DataFrame
        One row per treated patient and course: columns of `treated_patients`, ``has_anchor`` (day
        0 of the schedule is known), ``has_baseline``, ``at_threshold``, ``due`` (window closed),
        ``evaluable``, ``observed``, ``rel_day, total, change`` and one column per measure (false
        unless observed). Patient-level.

    Raises
    ------
    DataError
        When the visit is not planned, and as in `visit_outcomes`.
    """
    plan = as_schedule(rules.get("schedule", SCHEDULE))
    window = window_named(visit, plan)
    scale = load_instrument(instrument)
    patients = _patients(study, instrument, rules)
    outcomes = _derive(closed_scores(study, instrument, patients, plan), scale, plan, measures)
    names = _names(measures, scale)
    for measure in usual_measures(scale) if measures is None else measures:
        require_enough_visits(measure, scale, plan, visit)
    keys = ["subject_id", "course"]
    at_visit = outcomes.loc[
        outcomes["visit"].eq(visit), [*keys, "rel_day", "total", "change", *names]
    ]
    rows = patients.merge(at_visit, on=keys, how="left")
    rows = rows.assign(**_denominators(rows, window, plan, scale, rules))
    for name in names:
        rows[name] = rows["observed"] & rows[name].eq(True)
    rows.attrs["patient_level"] = True
    return rows


def change_table(study: Study, instrument: str, **rules: Unpack[Rules]) -> pd.DataFrame:
    """List the individual outcomes of every patient at every planned visit.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    **rules
        ``schedule, baseline, baseline_at_least, course`` as in `visit_outcomes`.

    Returns
    -------
    pandas.DataFrame
        The rows of `visit_outcomes`: ``subject_id, course, visit, rel_day, baseline, total,
        change, percent_change`` and, as far as the scale has them, ``response, remission,
        reliable_improvement, deterioration, reliable_deterioration``. Patient-level.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> table = change_table(read_study(example_folder("clinic-network")), "PHQ-9")
    >>> bool((table["deterioration"] & table["response"]).any())
    False
    """
    measures = individual_measures(instrument)
    rows = visit_outcomes(study, instrument, measures=measures, **rules)
    about = ["subject_id", "course", "visit", "rel_day", "baseline", "total"]
    return rows[[*about, "change", "percent_change", *measures]]


_INDIVIDUAL = (
    "response",
    "remission",
    "reliable_improvement",
    "deterioration",
    "reliable_deterioration",
)


_TAKEN = {
    *("subject_id", "site_id", "route", "agent", "regimen", "course", "baseline", "visit", "week"),
    *("rel_day", "day", "total", "change", "percent_change", "started", "has_anchor"),
    *("has_baseline", "at_threshold", "due", "evaluable", "observed", "n", "measure", "estimate"),
    *("observed_until_day", "last_contact_day"),
}


def _names(measures: Sequence[str | Definition] | None, scale: Instrument) -> list[str]:
    """Name the columns of the measures; each must have a name of its own."""
    wanted = usual_measures(scale) if measures is None else measures
    names = [resolve(measure, scale).name for measure in wanted]
    if len(set(names)) < len(names):
        raise DataError("Two measures have one name. Ask for each once, under a name of its own.")
    if set(names) & _TAKEN:
        raise DataError("A measure has the name of another column. Give it a name of its own.")
    return names


def _derive(
    rows: pd.DataFrame,
    scale: Instrument,
    plan: Schedule,
    measures: Sequence[str | Definition] | None,
) -> pd.DataFrame:
    """Add change and outcomes: the one place where they are derived."""
    wanted = usual_measures(scale) if measures is None else measures
    change = rows["total"] - rows["baseline"]
    relative = (100.0 * change / rows["baseline"]).where(rows["baseline"].gt(0))
    derived = rows.assign(
        change=change,
        percent_change=relative,
        **{
            name: judge(rows, measure, scale, plan)
            for name, measure in zip(_names(measures, scale), wanted, strict=True)
        },
    )
    derived.attrs["patient_level"] = True
    return derived


def _patients(study: Study, instrument: str, rules: Rules) -> pd.DataFrame:
    """List the treated with the baseline that the rules make."""
    require_rules(rules)
    baseline, course = rules.get("baseline", LAST), rules.get("course", 1)
    return treated_patients(study, instrument=instrument, baseline=baseline, course=course)


def _at_threshold(patients: pd.DataFrame, scale: Instrument, rules: Rules) -> pd.Series:
    """Tell who has a baseline at the threshold."""
    least = stated_threshold(scale.name, rules.get("baseline_at_least"))
    return is_at_threshold(patients["baseline"], least, scale.direction)


def _denominators(
    rows: pd.DataFrame, window: Window, plan: Schedule, scale: Instrument, rules: Rules
) -> dict[str, pd.Series]:
    """Tell which patients belong to each denominator."""
    anchor = day_zero(rows, plan)
    at_threshold = _at_threshold(rows, scale, rules)
    closed = rows["observed_until_day"].ge(anchor + window.high)
    due = closed.fillna(value=False).astype(bool)
    evaluable = at_threshold & due
    return {
        "has_anchor": anchor.notna(),
        "has_baseline": rows["baseline"].notna(),
        "at_threshold": at_threshold,
        "due": due,
        "evaluable": evaluable,
        "observed": evaluable & rows["total"].notna(),
    }
