"""What counts as an event, and where it is recorded: declarations that hold no data."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.outcomes.definition import Definition
from analysis.outcomes.library import resolve
from analysis.study import TABLES

__all__ = ["CENSORED", "Confirmation", "End", "RecordedEvent", "ScoreEvent"]

CENSORED = "censored"
"""How competing-risks tables call a patient without any event; no event may be called so."""

Conditions = tuple[tuple[str, tuple[Any, ...]], ...]


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
        days = (self.min_days, self.max_days)
        if not all(isinstance(day, numbers.Real) for day in days) or not 0.0 <= days[0] <= days[1]:
            raise DataError("A confirmation needs numbers of days with 0 <= min_days <= max_days.")
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
        Name in the table; empty: made from what the definition measures and the scale.

    Raises
    ------
    DataError
        When the confirmation is none, or the label is "censored".

    Examples
    --------
    >>> ScoreEvent(instrument="MADRS", definition="relapse_madrs22").name
    'relapse by MADRS'
    """

    instrument: str
    definition: str | Definition
    confirmation: Confirmation | None = None
    label: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.confirmation, Confirmation | None):
            raise DataError("confirmation is None or a Confirmation, such as Confirmation().")
        _check_label(self.label)

    @property
    def rule(self) -> Definition:
        """What a score must show."""
        return resolve(self.definition, load_instrument(self.instrument))

    @property
    def name(self) -> str:
        """The event in the table."""
        return self.label or f"{self.rule.measure} by {load_instrument(self.instrument).name}"

    def in_words(self) -> str:
        """Say what counts as the event."""
        text = self.label or f"first {self.instrument} with {self.rule.name}"
        return f"{text}, {self.confirmation!r}" if self.confirmation else text


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
    after_induction : bool
        Whether only days after the last induction session of the course count.

    Raises
    ------
    DataError
        When the study has no such table or columns, the column is no day, a value is not one that
        the column may have, or the label is "censored".

    Notes
    -----
    Records of the very day on which the origin was seen do not count, since which came first is
    not known. The end of contact, in ``follow_up``, does: it comes last; a patient who left on
    that day left half a day after the origin.

    Examples
    --------
    >>> RecordedEvent(
    ...     table="sessions", day="rel_day", where={"phase": "maintenance"}, label="maintenance")
    maintenance (sessions with phase = maintenance)
    """

    table: str
    day: str
    where: Mapping[str, Any] | Conditions = ()
    label: str
    after_induction: bool = False

    def __post_init__(self) -> None:
        if self.table not in TABLES:
            raise DataError(f"A study has no table of that name; it has {', '.join(TABLES)}.")
        known = TABLES[self.table].names
        pairs = self.where.items() if isinstance(self.where, Mapping) else self.where
        where = tuple((name, _as_values(value)) for name, value in pairs)
        unknown = [name for name in (self.day, *dict(where)) if name not in known]
        if unknown:
            raise DataError(
                f"The table {self.table} has no column {', '.join(map(str, unknown))}; it has "
                f"{', '.join(known)}."
            )
        object.__setattr__(self, "where", where)
        self._check_columns()
        _check_label(self.label)

    def _check_columns(self) -> None:
        """Refuse what is no day, and values that a column cannot have."""
        table = TABLES[self.table]
        if table.column(self.day).unit != "d":
            days = [column.name for column in table.columns if column.unit == "d"]
            raise DataError(
                f"day= names {self.day!r}, which is no day; the table {self.table} has "
                f"{', '.join(days) or 'none'}."
            )
        for name, values in self.conditions:
            column = table.column(name)
            allowed = (True, False) if column.kind == "flag" else column.allowed
            if allowed and any(value not in allowed for value in values):
                raise DataError(
                    f"where= asks for a value that {name!r} cannot have; it has "
                    f"{', '.join(map(repr, allowed))}."
                )

    @property
    def conditions(self) -> Conditions:
        """Columns with the values that count."""
        return self.where if isinstance(self.where, tuple) else ()

    @property
    def name(self) -> str:
        """The event in the table."""
        return self.label

    def in_words(self) -> str:
        """Say what counts as the event."""
        return f"first {self!r}"

    def __repr__(self) -> str:
        """Say what is looked for in words."""
        rules = [f"{name} = {' or '.join(map(str, values))}" for name, values in self.conditions]
        rules += ["day after the induction"] if self.after_induction else []
        return f"{self.label} ({self.table}{' with ' if rules else ''}{' and '.join(rules)})"


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
        if not isinstance(self.source, RecordedEvent):
            raise DataError("The source of an end is a RecordedEvent, such as DROPOUT.")
        if self.strategy not in ("censor", "competing"):
            raise DataError(
                'strategy must be "censor" or "competing"; to ignore an event, do not list it.'
            )


def _as_values(value: Any) -> tuple[Any, ...]:
    """Take one value, or several."""
    return tuple(value) if isinstance(value, tuple | list | set | frozenset) else (value,)


def _check_label(label: str) -> None:
    """Refuse the name that says that nothing happened."""
    if label == CENSORED:
        raise DataError(
            f"An event cannot be called {CENSORED!r}, which says in competing-risks tables that "
            "there was none. Choose another label."
        )
