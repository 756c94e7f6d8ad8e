"""Endpoints: a declaration without data that turns a study into a table of events.

The earliest event counts, else the latest day up to which none was seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.outcomes.endpoints.event_table import EventTable, lay_out_steps
from analysis.outcomes.endpoints.first_events import first_ends, first_events, last_scores
from analysis.outcomes.endpoints.origins import ABOUT, Cohort, Origin, Step
from analysis.outcomes.endpoints.sources import End, RecordedEvent, ScoreEvent, in_words
from analysis.outcomes.endpoints.visits import baselines, contacts, scores_in_follow_up
from analysis.outcomes.library import resolve
from analysis.study import Study

__all__ = ["Censor", "Endpoint"]

Censor = Literal["last score", "end of observation"]
"""Up to which day no event was seen: that of the last score, or the whole observation."""

_CENSORS: tuple[Censor, ...] = ("last score", "end of observation")
Flags = npt.NDArray[np.bool_]

_FIRST_CODE = 2
_AT_SCORE = "day of the last score"
_AT_END = "end of observation"
_COMPETING = "day of the competing event"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """What is timed: from which day, to which events, and what ends the follow-up before.

    Calling it with a study gives an `EventTable`. It holds no data, so that one declaration serves
    every clinic, and a protocol can state it.

    Parameters
    ----------
    name : str
        Name of the endpoint.
    origin : Origin
        Day 0 and the patients: `from_first_treatment`, `from_end_of_induction` or `from_response`.
    events : sequence of ScoreEvent or RecordedEvent
        The earliest counts; on one day the first in this order. An event beats an end of the same
        day.
    ends : sequence of End
        Intercurrent events that end the follow-up; those not listed are ignored (treatment
        policy).
    kind : {"negative", "positive"}
        Whether the event is bad, as a relapse, or good, as a response. The absence of a bad event
        is known at scores only, so that patients without one are censored at the last score; that
        of a good event counts as absence to the end of observation.
    censors : sequence of {"last score", "end of observation"}, optional
        The latest of these days counts for patients without an event. None: by `kind`; the end of
        observation where no score can show the event.
    description : str
        The rule in words, for titles; empty: made from the events.

    Raises
    ------
    DataError
        When there is no event, or a kind, censor or source is not known.

    Notes
    -----
    The design of event and censor sources is that of R's admiral (ADaM ADTTE).

    Examples
    --------
    >>> from analysis.outcomes.endpoints.origins import from_response
    >>> Endpoint(name="loss", origin=from_response("PHQ-9", visit="week 4"), events=[
    ...     ScoreEvent(instrument="PHQ-9", definition="loss_of_response50")])
    loss: from the day of the week 4 score of patients who respond at week 4, to the first PHQ-9 \
with loss_of_response50
    """

    name: str
    origin: Origin
    events: tuple[ScoreEvent | RecordedEvent, ...]
    ends: tuple[End, ...] = ()
    kind: Literal["negative", "positive"] = "negative"
    censors: tuple[Censor, ...] | None = None
    description: str = ""

    def __post_init__(self) -> None:
        for name in ("events", "ends", "censors"):
            value = getattr(self, name)
            object.__setattr__(self, name, None if value is None else tuple(value))
        if not self.events:
            raise DataError("An endpoint needs at least one event.")
        if self.kind not in ("negative", "positive"):
            raise DataError('The kind of an endpoint is "negative" or "positive".')
        for censor in self.censors or ():
            if censor not in _CENSORS:
                raise DataError(f"censors are {' and '.join(map(repr, _CENSORS))}.")
        if self.censors == ():
            raise DataError("An endpoint needs a day up to which patients without event count.")

    def __call__(self, study: Study) -> EventTable:
        """Derive the table of a study.

        Parameters
        ----------
        study : Study
            A checked study.

        Returns
        -------
        EventTable
            One row per patient with an origin and any follow-up.
        """
        return _derived(self, study)

    @property
    def scores(self) -> tuple[ScoreEvent, ...]:
        """The events that scores show."""
        return tuple(event for event in self.events if isinstance(event, ScoreEvent))

    @property
    def censored_at(self) -> tuple[Censor, ...]:
        """Which days count for patients without an event."""
        if self.censors is not None:
            return self.censors
        return ("last score",) if self.kind == "negative" and self.scores else _CENSORS[1:]

    @property
    def rule(self) -> str:
        """What counts as the event, in words."""
        return self.description or "; or ".join(map(in_words, self.events))

    def __repr__(self) -> str:
        """Say the endpoint in a sentence."""
        ends = ", ".join(f"{end.source.label} ({end.strategy})" for end in self.ends)
        text = f"{self.name}: from the {self.origin}, to the {self.rule}"
        return f"{text}; ends at {ends}" if ends else text


def _derived(endpoint: Endpoint, study: Study) -> EventTable:
    """Follow the patients of the origin to their event, or to the end of their follow-up."""
    cohort = endpoint.origin.find(study)
    patients, steps = _judgeable(endpoint, cohort, study)
    observed = patients["observed_until_day"] - patients["seen_day"]
    ends = first_ends(endpoint.ends, study, patients, observed)
    closes = ends["day"].fillna(np.inf).clip(upper=observed)
    rules = endpoint.origin.rules
    visits = [
        scores_in_follow_up(study, event, patients, closes, rules) for event in endpoint.scores
    ]
    events = first_events(endpoint.events, study, patients, closes, visits)
    frame = _followed(endpoint, patients, ends.assign(closes=closes), events, visits)
    kept = frame["time"].gt(frame["entry"])
    steps = (*steps, ("Followed", int(kept.sum()), _no_follow_up(endpoint)))
    return _table(endpoint, study, patients[kept.to_numpy()], frame[kept], visits, steps)


def _judgeable(
    endpoint: Endpoint, cohort: Cohort, study: Study
) -> tuple[pd.DataFrame, tuple[Step, ...]]:
    """Leave out patients without the baseline that an event is judged by."""
    patients, steps = cohort.frame, cohort.steps
    for event in endpoint.scores:
        scale = load_instrument(event.instrument)
        if not resolve(event.definition, scale).needs_baseline:
            continue
        known = baselines(study, event.instrument, endpoint.origin.rules)
        own = patients[["subject_id", "course"]].merge(known, on=["subject_id", "course"])
        has_one = own["baseline"].notna().to_numpy()
        if not has_one.all():
            patients = patients[has_one].reset_index(drop=True)
            reason = f"no {event.instrument} baseline"
            steps = (*steps, (f"With a {event.instrument} baseline", len(patients), reason))
    return patients, steps


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
    last = last_scores(who, visits)
    entry = (patients["seen_day"] - patients["origin_day"]).to_numpy()
    by_score = last["day"].fillna(0.0).to_numpy()
    closes, end_day = ends["closes"].to_numpy(), ends["day"].to_numpy()
    number = ends["number"].fillna(-1.0).to_numpy(dtype=np.int64)
    has_event = own["day"].notna().to_numpy()
    choose = [has_event, *_ways_to_close(endpoint, ~has_event, number, closes >= by_score)]
    cnsr = np.select([has_event, number >= 0], [0, number + _FIRST_CODE], 1)
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
            "lower": entry + np.where(has_event, own["lower"], by_score),
            "upper": entry + np.where(has_event, own["day"], np.inf),
            "evntdesc": own["evntdesc"].where(has_event, reasons),
            "cnsdtdsc": np.select(choose, ["", _COMPETING, _AT_END], _AT_SCORE),
            "source": np.select(choose, [own["source"].astype(object), "", ""], "assessments"),
            "source_row": np.select(choose, [own["row"], np.nan, np.nan], last["row"]),
            "n_visits": last["n_visits"].fillna(0).astype("int64"),
            "visit_gap": last["visit_gap"],
        }
    )


def _ways_to_close(
    endpoint: Endpoint, free: Flags, number: npt.NDArray[np.int64], is_later: Flags
) -> tuple[Flags, Flags]:
    """Say who has a competing event, and whose time runs to the end of observation."""
    competes = np.array([end.strategy == "competing" for end in endpoint.ends] + [False])
    competing = free & competes[number]  # -1 is the last, without an end
    at_end = free & ~competing & is_later
    return competing, at_end & ("end of observation" in endpoint.censored_at)


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
    start = (patients["start_day"] - patients["origin_day"]).reset_index(drop=True)
    return EventTable(
        frame=frame,
        origin=repr(endpoint.origin),
        rule=endpoint.rule,
        attrition=lay_out_steps(steps),
        codes=_codes(endpoint),
        known_day=dict.fromkeys(ABOUT, start),
        contacts=contacts(study, frame, visits),
    )


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
