"""From a study to the table of an endpoint: who is followed, from when, and to what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.disclosure import units_of
from analysis.errors import DataError
from analysis.outcomes.endpoints.event_table import EventTable, Step, attrition_table, visit_gaps
from analysis.outcomes.endpoints.origins import ABOUT
from analysis.outcomes.endpoints.records import first_records
from analysis.outcomes.endpoints.sources import ScoreEvent
from analysis.outcomes.endpoints.visits import judgeable, scores_in_follow_up
from analysis.study import Study

if TYPE_CHECKING:
    from analysis.outcomes.endpoints.endpoint import Endpoint

__all__ = ["derive"]

_FIRST_CODE = 2
_AT_SCORE = "day of the last score"
_AT_END = "end of observation"
_COMPETING = "day of the competing event"


def derive(endpoint: Endpoint, study: Study) -> EventTable:
    """Follow the patients of the origin to their event, or to the end of their follow-up.

    Parameters
    ----------
    endpoint : Endpoint
        The declaration.
    study : Study
        A checked study.

    Returns
    -------
    EventTable
        One row per patient with an origin and any follow-up.

    Raises
    ------
    DataError
        When the study lacks a scale or a column that the endpoint needs.
    """
    if not isinstance(study, Study):
        raise DataError("An endpoint is called with a study, such as read_study(folder) gives.")
    cohort = endpoint.origin.find(study)
    patients, steps = judgeable(cohort, endpoint.scores, study, endpoint.origin.rules)
    observed = patients["observed_until_day"] - patients["seen_day"]
    ends = _first_ends(endpoint, study, patients, observed)
    closes = ends["day"].fillna(np.inf).clip(upper=observed)
    rules = endpoint.origin.rules
    visits = [
        scores_in_follow_up(study, event, patients, closes, rules) for event in endpoint.scores
    ]
    events = _first_events(endpoint, study, patients, closes, visits)
    frame = _followed(endpoint, patients, ends.assign(closes=closes), events, visits)
    kept = frame["time"].gt(frame["entry"])
    who = units_of(patients)[kept.to_numpy()]
    steps = (*steps, ("Followed", who, _no_follow_up(endpoint)))
    return _table(endpoint, study, patients[kept.to_numpy()], frame[kept], visits, steps)


def _first_ends(
    endpoint: Endpoint, study: Study, patients: pd.DataFrame, observed: pd.Series
) -> pd.DataFrame:
    """Find the first intercurrent event of each patient: day and number in the declaration."""
    found = [
        first_records(end.source, study, patients, observed).assign(number=float(number))
        for number, end in enumerate(endpoint.ends)
    ]
    empty = pd.DataFrame({"subject_id": [], "day": [], "number": []})
    every = pd.concat(found) if found else empty.astype({"day": "float64", "number": "float64"})
    every = every.sort_values(["day", "number"], kind="stable").drop_duplicates("subject_id")
    return every.set_index("subject_id").reindex(patients["subject_id"]).reset_index()


def _first_events(
    endpoint: Endpoint,
    study: Study,
    patients: pd.DataFrame,
    closes: pd.Series,
    visits: list[pd.DataFrame],
) -> pd.DataFrame:
    """Find the earliest event of each patient, with the interval in which it lies."""
    found, seen = [], iter(visits)
    for number, event in enumerate(endpoint.events):
        if isinstance(event, ScoreEvent):
            own = _from_scores(next(seen))
            source = "assessments"
        else:
            own = first_records(event, study, patients, closes)
            own = own.assign(lower=own["day"])
            source = event.table
        found.append(own.assign(number=number, evntdesc=event.name, source=source))
    every = pd.concat(found, ignore_index=True)
    every = every.sort_values(["day", "number"], kind="stable")
    return every.drop_duplicates("subject_id")


def _from_scores(visits: pd.DataFrame) -> pd.DataFrame:
    """Reduce the scores to each patient's first event, and the last score before without it."""
    first = visits[visits["event"]].drop_duplicates("subject_id")
    first = first[["subject_id", "day", "row"]].set_index("subject_id")
    without = visits[~visits["shows"]]
    without = without[without["day"].lt(without["subject_id"].map(first["day"]))]
    lower = without.groupby("subject_id")["day"].max()
    return first.assign(lower=lower.reindex(first.index).fillna(0.0)).reset_index()


def _followed(
    endpoint: Endpoint,
    patients: pd.DataFrame,
    ends: pd.DataFrame,
    events: pd.DataFrame,
    visits: list[pd.DataFrame],
) -> pd.DataFrame:
    """Give each patient the earliest event, else the latest day without one."""
    who = patients["subject_id"]
    own = events.set_index("subject_id").reindex(who).reset_index()
    last = _last_scores(who, visits)
    entry = (patients["seen_day"] - patients["origin_day"]).to_numpy()
    by_score = last["day"].fillna(0.0).to_numpy()
    closes, end_day = ends["closes"].to_numpy(), ends["day"].to_numpy()
    number = ends["number"].fillna(-1.0).to_numpy(dtype=np.int64)
    has_event = own["day"].notna().to_numpy()
    competes = np.array([end.strategy == "competing" for end in endpoint.ends] + [False])
    competing = ~has_event & competes[number]  # -1 is the last, without an end
    # a score that shows the event, neither confirmed nor refuted, ends what is known
    known_after = ("end of observation" in endpoint.censored_at) & ~last["open"].to_numpy(bool)
    free_until = np.where(known_after, closes, by_score)
    choose = [has_event, competing, known_after]
    cnsr = np.where(has_event, 0, number + _FIRST_CODE)  # 1 without an end
    reasons = pd.Series(cnsr).map(_reasons(endpoint))
    return pd.DataFrame(
        {
            "subject_id": who,
            "origin_day": patients["origin_day"],
            **{name: patients[name] for name in ABOUT},
            "time": entry + np.select(choose, [own["day"], end_day, closes], by_score),
            "event": has_event,
            "cnsr": cnsr,
            "entry": entry,
            "lower": entry + np.where(has_event, own["lower"], free_until),
            "upper": entry + np.where(has_event, own["day"], np.inf),
            "evntdesc": own["evntdesc"].where(has_event, reasons),
            "cnsdtdsc": np.select(choose, ["", _COMPETING, _AT_END], _AT_SCORE),
            "source": np.select(choose, [own["source"].astype(object), "", ""], "assessments"),
            "source_row": np.select(choose, [own["row"], np.nan, np.nan], last["row"]),
            "n_visits": last["n_visits"].fillna(0).astype("int64"),
            "visit_gap": last["visit_gap"],
        }
    )


def _last_scores(who: pd.Series, visits: list[pd.DataFrame]) -> pd.DataFrame:
    """Find the last score that shows no event, how many scores there are and their gaps."""
    columns = {"day": np.nan, "row": np.nan, "n_visits": np.nan, "visit_gap": np.nan, "open": False}
    if not visits:
        return pd.DataFrame(columns, index=who.index)
    every = pd.concat(visits).sort_values(["subject_id", "day"], kind="stable")
    first_open = every[every["open"]].groupby("subject_id")["day"].min()
    before = every["day"].lt(every["subject_id"].map(first_open).fillna(np.inf))
    free = every[~every["event"] & before].drop_duplicates("subject_id", keep="last")
    days = every.drop_duplicates(["subject_id", "day"])
    patients = days.groupby("subject_id")["day"]
    found = free.set_index("subject_id")[["day", "row"]].reindex(who)
    found["n_visits"] = patients.size()
    found["visit_gap"] = visit_gaps(days).groupby(days["subject_id"]).median()
    found["open"] = found.index.isin(first_open.index)
    return found.reset_index(drop=True)


def _reasons(endpoint: Endpoint) -> dict[int, str]:
    """Name the reasons of censoring by their codes."""
    last = "last score" if endpoint.censored_at == ("last score",) else "end of observation"
    return {1: last} | {
        number + _FIRST_CODE: end.source.label for number, end in enumerate(endpoint.ends)
    }


def _no_follow_up(endpoint: Endpoint) -> str:
    """Say why patients with an origin have no time."""
    if endpoint.censored_at == ("last score",):
        where = endpoint.origin.visit or "the origin"
        return f"no score after {where}"
    return "observation ended at the origin"


def _table(
    endpoint: Endpoint,
    study: Study,
    patients: pd.DataFrame,
    frame: pd.DataFrame,
    visits: list[pd.DataFrame],
    steps: tuple[Step, ...],
) -> EventTable:
    """Put the table and its provenance together."""
    frame = frame.reset_index(drop=True)
    for name in ABOUT:
        if isinstance(frame[name].dtype, pd.CategoricalDtype):
            frame[name] = frame[name].cat.remove_unused_categories()
    frame.attrs["patient_level"] = True
    frame.attrs["delayed_entry"] = bool(frame["entry"].gt(0.0).any())
    start = (patients["start_day"] - patients["origin_day"]).reset_index(drop=True)
    return EventTable(
        frame=frame,
        origin=repr(endpoint.origin),
        rule=endpoint.rule,
        attrition=attrition_table(steps),
        codes=_codes(endpoint),
        known_day=dict.fromkeys(ABOUT, start),
        contacts=_contacts(study, frame, visits),
    )


def _contacts(study: Study, frame: pd.DataFrame, visits: list[pd.DataFrame]) -> pd.DataFrame:
    """List the scores and sessions of the patients that were followed, by day from the origin."""
    about = frame[["subject_id", "origin_day", "entry", "time"]]
    rows = study.tables["sessions"][["subject_id", "rel_day"]].merge(about, on="subject_id")
    rows = rows.assign(day=(rows["rel_day"] - rows["origin_day"]).astype("float64"))
    rows = rows[rows["day"].ge(0.0) & rows["day"].le(rows["time"])].assign(kind="session")
    parts = [rows]
    for own in visits:
        seen = own[["subject_id", "day"]].merge(about, on="subject_id")
        seen = seen.assign(day=seen["day"] + seen["entry"], kind="score")
        parts.append(seen[seen["day"].le(seen["time"])])
    columns = ["subject_id", "day", "kind"]
    both = pd.concat([part[columns] for part in parts if len(part)] or [rows[columns]])
    both = both.sort_values(columns, kind="stable").drop_duplicates(ignore_index=True)
    both.attrs["patient_level"] = True
    return both


def _codes(endpoint: Endpoint) -> pd.DataFrame:
    """List the codes of the table."""
    reasons = _reasons(endpoint)
    strategies = [end.strategy for end in endpoint.ends]
    kinds = ["competing" if strategy == "competing" else "censored" for strategy in strategies]
    return pd.DataFrame(
        {
            "cnsr": [0, *reasons],
            "reason": [endpoint.rule, *reasons.values()],
            "kind": ["event", "censored", *kinds],
        }
    )
