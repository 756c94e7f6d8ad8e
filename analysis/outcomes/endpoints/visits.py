"""Scores after the origin, which of them show the event, and whether later ones confirm it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.disclosure import units_of
from analysis.instruments import load_instrument
from analysis.outcomes.baseline import LAST
from analysis.outcomes.cohort import courses
from analysis.outcomes.endpoints.event_table import Step
from analysis.outcomes.endpoints.origins import Cohort
from analysis.outcomes.endpoints.sources import Confirmation, ScoreEvent
from analysis.outcomes.judging import judge_scores
from analysis.outcomes.rules import Rules
from analysis.outcomes.scores import rows_of_scores
from analysis.outcomes.windows import SCHEDULE, as_schedule
from analysis.study import Study

__all__ = ["baselines", "confirmed", "judgeable", "scores_in_follow_up"]

Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.intp]


def judgeable(
    cohort: Cohort, events: Sequence[ScoreEvent], study: Study, rules: Rules
) -> tuple[pd.DataFrame, tuple[Step, ...]]:
    """Leave out patients in whom no score could ever show an event.

    Parameters
    ----------
    cohort : Cohort
        Patients with an origin.
    events : sequence of ScoreEvent
        Events that scores show; without any, nobody is left out.
    study : Study
        A checked study.
    rules : Rules
        ``baseline``.

    Returns
    -------
    patients : pandas.DataFrame
        Those with a score of one of the scales, ever, and with the baselines that events need.
    steps : tuple of Step
        The attrition so far.

    Notes
    -----
    Whether patients stay must not decide who is in: one who is asked by another scale could
    otherwise have the competing events only.
    """
    patients, steps = cohort.frame, cohort.steps
    names = list(dict.fromkeys(load_instrument(event.instrument).name for event in events))
    if names:
        what = " or ".join(names)
        rows = study.tables["assessments"]
        rows = rows[rows["instrument"].isin(names) & rows["total"].notna()]
        asked = patients["subject_id"].isin(rows["subject_id"])
        if not asked.all():
            patients = patients[asked].reset_index(drop=True)
            steps = (*steps, (f"With any {what} score", units_of(patients), f"no {what} score"))
    for event in events:
        if not event.rule.needs_baseline:
            continue
        known = baselines(study, event.instrument, rules)
        own = patients[["subject_id", "course"]].merge(known, on=["subject_id", "course"])
        has_one = own["baseline"].notna().to_numpy()
        if not has_one.all():
            patients = patients[has_one].reset_index(drop=True)
            reason = f"no {event.instrument} baseline"
            steps = (*steps, (f"With a {event.instrument} baseline", units_of(patients), reason))
    return patients, steps


def scores_in_follow_up(
    study: Study, event: ScoreEvent, patients: pd.DataFrame, closes: pd.Series, rules: Rules
) -> pd.DataFrame:
    """Take the scores of one scale that an endpoint looks at, and judge them.

    Parameters
    ----------
    study : Study
        A checked study.
    event : ScoreEvent
        The scale, and what a score must show.
    patients : pandas.DataFrame
        Frame of a cohort.
    closes : pandas.Series of float
        Last day that counts, from the day on which the origin was seen; one per patient.
    rules : Rules
        ``schedule`` (which score of a day counts) and ``baseline``.

    Returns
    -------
    pandas.DataFrame
        Columns ``subject_id, day`` (from the day on which the origin was seen, above 0), ``total,
        row, shows, event, open``, sorted by patient and day. ``shows``: the score alone;
        ``event``: after confirmation; ``open``: neither confirmed nor refuted.
    """
    scale = load_instrument(event.instrument)
    about = patients[["subject_id", "course", "seen_day"]].assign(closes=closes.to_numpy())
    plan = as_schedule(rules.get("schedule", SCHEDULE))
    scores = rows_of_scores(
        study, event.instrument, same_day=plan.same_day, of_one_day=plan.of_one_day
    )
    rows = scores.merge(about, on="subject_id")
    rows = rows.assign(day=(rows["rel_day"] - rows["seen_day"]).astype("float64"))
    rows = rows[rows["day"].gt(0) & rows["day"].le(rows["closes"])]
    baseline = baselines(study, event.instrument, rules)
    rows = rows.merge(baseline, on=["subject_id", "course"], how="left")
    shows = judge_scores(rows["total"], rows["baseline"], event.definition, scale).to_numpy()
    patient = pd.factorize(rows["subject_id"])[0]
    event_flag, open_flag = confirmed(patient, rows["day"].to_numpy(), shows, event.confirmation)
    return rows[["subject_id", "day", "total", "row"]].assign(
        shows=shows, event=event_flag, open=open_flag
    )


def baselines(study: Study, instrument: str, rules: Rules) -> pd.DataFrame:
    """Take the baseline of each course.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    rules : Rules
        ``baseline``.

    Returns
    -------
    pandas.DataFrame
        Columns ``subject_id, course, baseline``; missing where there is none.
    """
    found = courses(study, instrument, baseline=rules.get("baseline", LAST))
    return found[["subject_id", "course", "baseline"]]


def confirmed(
    patient: Codes, day: npt.NDArray[np.float64], shows: Flags, rule: Confirmation | None
) -> tuple[Flags, Flags]:
    """Tell which scores begin a confirmed event.

    Parameters
    ----------
    patient : array of int, shape (n,)
        Codes; rows sorted by patient and day.
    day : array, shape (n,)
        Days.
    shows : array of bool, shape (n,)
        Scores that show the event.
    rule : Confirmation or None
        None: each score that shows it is one.

    Returns
    -------
    event : array of bool, shape (n,)
        Scores that are confirmed by a later one of the same run, or count without.
    open : array of bool, shape (n,)
        Scores that show it, are not confirmed, and after which no score says no.

    Examples
    --------
    >>> event, still_open = confirmed(
    ...     np.zeros(4, dtype=int), np.array([7.0, 10.0, 14.0, 40.0]),
    ...     np.array([True, True, True, True]), Confirmation(min_days=5, max_days=15))
    >>> event.tolist(), still_open.tolist()
    ([True, False, False, False], [False, True, True, True])
    """
    if rule is None or not shows.size:
        return shows, np.zeros_like(shows)
    begins = np.append(True, (patient[1:] != patient[:-1]) | (shows[1:] != shows[:-1]))
    run = np.cumsum(begins) - 1
    position = np.arange(shows.size)
    last = np.append(position[begins][1:] - 1, shows.size - 1)[run]
    # the first score of the same run that is late enough: days rise within runs
    width = float(day.max() - day.min()) + rule.min_days + 1.0
    key = run * width + (day - day.min())
    later = np.searchsorted(key, key + rule.min_days, side="left")
    later = np.maximum(later, position + 1)
    in_run = later <= last
    gap = day[np.minimum(later, shows.size - 1)] - day
    event = shows & in_run & (gap <= rule.max_days)
    ends_patient = np.append(patient[1:] != patient[:-1], True)
    undecided = shows & ~event & ends_patient[last]
    if rule.unconfirmed == "event":
        return event | undecided, np.zeros_like(shows)
    return event, undecided
