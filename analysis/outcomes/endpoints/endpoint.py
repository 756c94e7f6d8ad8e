"""Endpoints: a declaration without data that turns a study into a table of events.

The earliest event counts, else the latest day up to which none was seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from analysis.errors import DataError
from analysis.outcomes.endpoints.derivation import derive
from analysis.outcomes.endpoints.event_table import EventTable
from analysis.outcomes.endpoints.origins import Origin
from analysis.outcomes.endpoints.sources import End, RecordedEvent, ScoreEvent
from analysis.study import Study

__all__ = ["Censor", "Endpoint"]

Censor = Literal["last score", "end of observation"]
"""Up to which day no event was seen: that of the last score, or the whole observation."""

_CENSORS: tuple[Censor, ...] = ("last score", "end of observation")


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
        When there is no event, or an origin, event, end, kind or censor is none.

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
            object.__setattr__(self, name, None if value is None else _as_tuple(value))
        if not isinstance(self.origin, Origin):
            raise DataError("The origin is made by from_first_treatment() or its like.")
        if not self.events:
            raise DataError("An endpoint needs at least one event.")
        _require(self.events, (ScoreEvent, RecordedEvent), "Events are ScoreEvent or RecordedEvent")
        _require(self.ends, (End,), "Ends are End, such as End(source=DROPOUT)")
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
        return derive(self, study)

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
        return self.description or "; or ".join(event.in_words() for event in self.events)

    def __repr__(self) -> str:
        """Say the endpoint in a sentence."""
        ends = ", ".join(f"{end.source.label} ({end.strategy})" for end in self.ends)
        text = f"{self.name}: from the {self.origin}, to the {self.rule}"
        return f"{text}; ends at {ends}" if ends else text


def _as_tuple(value: Any) -> tuple[Any, ...]:
    """Take one, or several."""
    several = isinstance(value, Iterable) and not isinstance(value, str)
    return tuple(value) if several else (value,)


def _require(values: tuple[object, ...], kinds: tuple[type, ...], allowed: str) -> None:
    """Refuse what is of another kind."""
    if not all(isinstance(value, kinds) for value in values):
        raise DataError(f"{allowed}.")
