"""What counts as an event, and where it is recorded: declarations that hold no data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.outcomes.definition import Definition
from analysis.outcomes.library import resolve
from analysis.study import TABLES

__all__ = ["Confirmation", "End", "RecordedEvent", "ScoreEvent", "in_words"]


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """That a score counts only if a later one shows the same, with none between that does not.

    The event keeps the day of the first of these scores: dating it at the confirming one would
    make every curve late by a visit interval.

    Parameters
    ----------
    min_days, max_days : float
        How long after the first score a confirming one may be.
    unconfirmed : {"censor", "event"}
        What the last scores mean when no further score says yes or no. "censor": follow-up ends at
        the last score before them. "event": they count.

    Raises
    ------
    DataError
        When the days are not in order, or the choice is unknown.

    Examples
    --------
    >>> Confirmation(min_days=5, max_days=15)
    confirmed by a score 5 to 15 days later; unconfirmed at the end: censored before
    """

    min_days: float = 0.0
    max_days: float = math.inf
    unconfirmed: Literal["censor", "event"] = "censor"

    def __post_init__(self) -> None:
        if not 0.0 <= self.min_days <= self.max_days:
            raise DataError("A confirmation needs 0 <= min_days <= max_days.")
        if self.unconfirmed not in ("censor", "event"):
            raise DataError('unconfirmed must be "censor" or "event".')

    def __repr__(self) -> str:
        """Say the rule in words."""
        if math.isinf(self.max_days):
            when = f"at least {self.min_days:g} days later" if self.min_days else "later"
        else:
            when = f"{self.min_days:g} to {self.max_days:g} days later"
        end = "censored before" if self.unconfirmed == "censor" else "an event"
        return f"confirmed by a score {when}; unconfirmed at the end: {end}"


@dataclass(frozen=True, kw_only=True)
class ScoreEvent:
    """An event that scores show: after the last one that did not, by the first that did.

    Parameters
    ----------
    instrument : str
        Name of the scale.
    definition : str or Definition
        What a score must show, by a definition that looks at one score and its baseline.
    confirmation : Confirmation, optional
        None: one score is enough.
    label : str
        Name in the table; empty: the rule of the definition.

    Examples
    --------
    >>> ScoreEvent(instrument="MADRS", definition="relapse_madrs22").label
    ''
    """

    instrument: str
    definition: str | Definition
    confirmation: Confirmation | None = None
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordedEvent:
    """An event that a table records with its day, such as an admission or a further session.

    Parameters
    ----------
    table : str
        Table of the study.
    day : str
        Its column with the day.
    where : mapping of str to value or tuple of values
        Rows that count: each column has the value, or one of the values. Missing never counts.
    label : str
        Name in the table.

    Raises
    ------
    DataError
        When the study has no such table or columns.

    Examples
    --------
    >>> RecordedEvent(
    ...     table="sessions", day="rel_day", where={"phase": "maintenance"}, label="maintenance")
    maintenance (sessions with phase = maintenance)
    """

    table: str
    day: str
    where: Mapping[str, Any] = field(default_factory=dict)
    label: str

    def __post_init__(self) -> None:
        if self.table not in TABLES:
            raise DataError(f"A study has no table of that name; it has {', '.join(TABLES)}.")
        known = TABLES[self.table].names
        asked = [self.day, *self.where]
        unknown = [name for name in asked if name not in known]
        if unknown:
            raise DataError(
                f"The table {self.table} has no column {', '.join(unknown)}; it has "
                f"{', '.join(known)}."
            )
        object.__setattr__(self, "where", MappingProxyType(dict(self.where)))

    def __repr__(self) -> str:
        """Say what is looked for in words."""
        rules = " and ".join(f"{name} = {_listed(value)}" for name, value in self.where.items())
        return f"{self.label} ({self.table}{f' with {rules}' if rules else ''})"


@dataclass(frozen=True, kw_only=True)
class End:
    """What ends the follow-up of an endpoint before its time: an intercurrent event.

    An intercurrent event that is not listed is ignored: the treatment policy.

    Parameters
    ----------
    source : RecordedEvent
        The event.
    strategy : {"censor", "competing"}
        "censor": later visits do not count, and the patient is censored at the last one before, as
        if the event would not have come ("hypothetical", or "while on treatment"). "competing":
        after it the endpoint cannot happen any more; it is a cause of its own.

    Raises
    ------
    DataError
        When the strategy is unknown.

    References
    ----------
    ICH E9(R1) (2019), addendum on estimands and sensitivity analysis in clinical trials.
    """

    source: RecordedEvent
    strategy: Literal["censor", "competing"] = "censor"

    def __post_init__(self) -> None:
        if self.strategy not in ("censor", "competing"):
            raise DataError(
                'strategy must be "censor" or "competing"; to ignore an event, do not list it.'
            )


def in_words(event: ScoreEvent | RecordedEvent) -> str:
    """Say what counts as an event.

    Parameters
    ----------
    event : ScoreEvent or RecordedEvent
        The event.

    Returns
    -------
    str
        A phrase.
    """
    if isinstance(event, RecordedEvent):
        return f"first {event!r}"
    rule = resolve(event.definition, load_instrument(event.instrument))
    text = event.label or f"first {event.instrument} with {rule.name}"
    return f"{text}, {event.confirmation!r}" if event.confirmation else text


def _listed(value: Any) -> str:
    """Write one value, or several."""
    return " or ".join(map(str, value)) if isinstance(value, (tuple, list, set)) else str(value)
