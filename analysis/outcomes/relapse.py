"""Time from response to its loss, as visits show it.

Loss is seen only at visits: it happened after the last visit that still showed response and no
later than the first that did not. Both days are kept beside the time that is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

import pandas as pd

from analysis.errors import ColumnError, DataError
from analysis.instruments import load_instrument
from analysis.outcomes.definition import Definition
from analysis.outcomes.judging import judge_scores
from analysis.outcomes.library import resolve
from analysis.outcomes.response import visit_outcomes
from analysis.outcomes.rules import Rules
from analysis.outcomes.scores import valid_scores
from analysis.outcomes.windows import FEWEST, SCHEDULE, as_schedule, window_named
from analysis.results import frame_to_text
from analysis.study import Study
from analysis.survival import SurvivalCurve, kaplan_meier

__all__ = ["EventTable", "curve", "time_to_loss_of_response"]


@dataclass(frozen=True, kw_only=True, eq=False)
class EventTable:
    """Times to an event seen at visits, with how they came about.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per patient: ``subject_id, site_id, route, time, event, lower, upper, n_visits``;
        days from the origin. Patient-level.
    origin, rule : str
        What day 0 is, and what counts as the event.
    attrition : pandas.DataFrame
        Columns ``step, n, reason, n_excluded``; true counts.
    """

    frame: pd.DataFrame
    origin: str
    rule: str
    attrition: pd.DataFrame

    def __repr__(self) -> str:
        """Show origin, rule and attrition."""
        return f"Origin: {self.origin}\nEvent: {self.rule}\n{frame_to_text(self.attrition)}"


def time_to_loss_of_response(
    study: Study,
    instrument: str,
    *,
    visit: str,
    response: str | Definition = "response",
    **rules: Unpack[Rules],
) -> EventTable:
    """Follow the responders of a planned visit until a score no longer shows response.

    Day 0 is the day of the score that showed response at `visit`; only later scores count, so no
    time before the response is credited. Patients without a later score contribute no time and
    are counted in the attrition, and patients whose window of `visit` has not closed are left
    out, as in `response_rates`. Treatment that continues is not an end (treatment policy).

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    visit : str
        Label of the planned visit that must show response.
    response : str or Definition
        What counts as response, by a definition that looks at one score.
    **rules
        ``schedule, baseline, baseline_at_least, course`` as in `visit_outcomes`; one course.

    Returns
    -------
    EventTable
        ``time`` is the first visit without response (event) or the last visit (censored);
        ``lower`` is the last visit that still showed response, ``upper`` is the event visit or
        infinite.

    Notes
    -----
    Dating the loss at the visit at which it was seen makes the curve late by up to one visit
    interval (Panageas et al. 2007, Journal of the National Cancer Institute 99, 428-432).
    """
    if rules.get("course") == "all":
        raise DataError("Loss of response is followed in one course: name its number, such as 1.")
    scale = load_instrument(instrument)
    rule = resolve(response, scale)
    plan = as_schedule(rules.get("schedule", SCHEDULE))
    window_named(visit, plan)  # refuses a visit that is not planned
    outcomes = visit_outcomes(study, instrument, measures=[rule], **rules)
    scored = outcomes[outcomes["visit"].eq(visit)]
    responders = scored[scored[rule.name]]
    about = ["subject_id", "site_id", "route", "baseline", "rel_day", "observed_until_day"]
    origin = responders[about]
    scores = valid_scores(study, instrument, same_day=plan.same_day, of_one_day=plan.of_one_day)
    later = scores.merge(origin.rename(columns={"rel_day": "origin_day"}), on="subject_id")
    within = later["rel_day"].le(later["observed_until_day"])
    later = later[later["rel_day"].gt(later["origin_day"]) & within]
    later = later.assign(
        day=(later["rel_day"] - later["origin_day"]).astype("float64"),
        lost=~judge_scores(later["total"], later["baseline"], rule, scale),
    )
    frame = origin.drop(columns=["baseline", "rel_day", "observed_until_day"]).merge(
        _first_loss(later), on="subject_id"
    )
    frame["route"] = frame["route"].cat.remove_unused_categories()
    frame.attrs["patient_level"] = True
    return EventTable(
        frame=frame,
        origin=f"day of the {visit} score of patients who respond at {visit}",
        rule=_loss_in_words(rule, instrument),
        attrition=_attrition(len(scored), len(responders), len(frame), visit),
    )


def _loss_in_words(rule: Definition, instrument: str) -> str:
    """Say what counts as loss of response."""
    if rule.kind == "fraction":
        side = "below" if load_instrument(instrument).direction == "lower is better" else "above"
        fraction = rule.parameters["fraction"]
        return f"first later {instrument} less than {fraction:.0%} {side} baseline"
    return f"first later {instrument} that does not meet {rule.note}"


def curve(table: EventTable, *, by: str | None = None) -> SurvivalCurve:
    """Estimate the Kaplan-Meier curve of an event table, with guards for few patients.

    Groups are taken together where one of them has fewer than 11 patients.

    Parameters
    ----------
    table : EventTable
        Times to an event.
    by : str, optional
        Column of the groups, such as ``route``.

    Returns
    -------
    SurvivalCurve
        With log-log confidence limits.

    Raises
    ------
    DataError
        When fewer than 11 patients were followed.
    """
    rows = table.frame
    if len(rows) < FEWEST:
        raise DataError(
            f"Fewer than {FEWEST} patients were followed, too few for a curve. Choose another "
            "visit, or wait for more follow-up."
        )
    if by is not None and by not in rows.columns:
        raise ColumnError("The event table has no such column to split by; try route or site_id.")
    if by is None:
        return kaplan_meier(rows, origin=table.origin)
    if isinstance(rows[by].dtype, pd.CategoricalDtype):  # a clinic may have nobody to follow
        rows = rows.assign(**{by: rows[by].cat.remove_unused_categories()})
    enough = rows[by].value_counts(dropna=False).ge(FEWEST).all()
    return kaplan_meier(rows, by=by if enough else None, origin=table.origin)


def _first_loss(later: pd.DataFrame) -> pd.DataFrame:
    """Reduce the later visits of each patient to time, event and the interval of the event."""
    seen = later.assign(
        lost_day=later["day"].where(later["lost"]), kept_day=later["day"].where(~later["lost"])
    )
    patients = seen.groupby("subject_id").agg(
        upper=("lost_day", "min"), last=("day", "max"), n_visits=("day", "size")
    )
    first_lost = seen.groupby("subject_id")["lost_day"].transform("min")
    before = seen["kept_day"].where(first_lost.isna() | seen["day"].lt(first_lost))
    lower = before.groupby(seen["subject_id"]).max().reindex(patients.index).fillna(0.0)
    event = patients["upper"].notna()
    times = patients.assign(
        event=event,
        time=patients["upper"].where(event, patients["last"]),
        lower=lower,
        upper=patients["upper"].fillna(float("inf")),
    )
    return times[["time", "event", "lower", "upper", "n_visits"]].reset_index()


def _attrition(scored: int, responders: int, followed: int, visit: str) -> pd.DataFrame:
    """Count the steps from a score at the visit to follow-up."""
    return pd.DataFrame(
        {
            "step": [f"Scored at {visit}", f"Response at {visit}", "Followed"],
            "n": [scored, responders, followed],
            "reason": [f"no response at {visit}", f"no score after {visit}", ""],
            "n_excluded": [scored - responders, responders - followed, 0],
        }
    )
