"""Rule: the induction was completed, with enough sessions of the full dose in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import DataError
from analysis.quality.measures.decision import Days, Decisions, decide
from analysis.quality.measures.record import Record
from analysis.quality.measures.rule import (
    NOT_IN_PERIOD,
    NOT_TREATED,
    days_in_words,
    in_window,
)

__all__ = ["InductionCompleted"]


@dataclass(frozen=True, kw_only=True)
class InductionCompleted:
    """Of the treated, those with enough induction sessions of the full dose within days.

    Parameters
    ----------
    sessions : int
        Fewest induction sessions with the full dose.
    within : int
        Days from the first session of the course in which they must lie, both ends included.
    """

    sessions: int = 4
    within: int = 28

    def __post_init__(self) -> None:
        if self.sessions < 1 or self.within < 0:
            raise DataError("An induction has 1 session or more, within 0 days or more.")

    @property
    def numerator(self) -> str:
        """Who is in the numerator."""
        return f"{self.sessions} or more induction sessions with the full dose"

    @property
    def denominator(self) -> str:
        """Who is in the denominator."""
        return "treated, with an induction session as the first"

    @property
    def window(self) -> str:
        """In which days."""
        return days_in_words(0, self.within, "the first session")

    @property
    def excluded(self) -> tuple[str, ...]:
        """Nobody is excluded: who stopped early did not complete it."""
        return ()

    @property
    def groups(self) -> tuple[str, ...]:
        """No diagnosis is needed."""
        return ()

    def needs(self, record: Record) -> tuple[str, ...]:  # noqa: ARG002 - every study has sessions
        """Need nothing else."""
        return ()

    def decide(self, record: Record) -> Decisions:
        """Count the induction sessions with the full dose in the window."""
        index = record.start
        closes = index + self.within
        sessions = record.events("sessions")
        first = sessions.drop_duplicates("person")
        begins = np.zeros(len(record), dtype=bool)
        begins[first["person"].to_numpy()] = first["phase"].eq("induction").to_numpy()
        full = sessions["phase"].eq("induction") & sessions["completed"].eq(True).fillna(
            value=False
        ).astype(bool)
        inside = in_window(sessions[full], index, closes)
        n = np.bincount(inside["person"].to_numpy(), minlength=len(record))
        everybody = np.arange(len(record))
        return decide(
            outside=[
                (NOT_TREATED, ~record.treated),
                ("no induction session as the first", ~begins),
                (NOT_IN_PERIOD, ~record.in_period(everybody, index)),
            ],
            days=Days(index=index, opens=index, closes=closes, until=record.until),
            exclusions=[],
            observed=np.ones(len(record), dtype=bool),
            met=n >= self.sessions,
            words=(self.numerator, f"fewer than {self.numerator}", ""),
        )
