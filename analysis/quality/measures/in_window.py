"""Rule: a score in a window after treatment begins, for completeness and time to assessment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.outcomes.placement import day_zero
from analysis.outcomes.windows import Anchor, SameDay, Schedule, Window
from analysis.quality.measures.decision import Days, Decisions, Reasons, decide
from analysis.quality.measures.record import Record, numbers_of
from analysis.quality.measures.rule import (
    NOT_IN_PERIOD,
    NOT_TREATED,
    days_in_words,
    first_of_each,
    in_window,
    require_window,
)

__all__ = ["ScoredInWindow"]

_BEFORE_DATA = "treated before the data begin"


@dataclass(frozen=True, kw_only=True)
class ScoredInWindow:
    """Observed ÷ due: of the treated whose window has closed, those with a score in it.

    Parameters
    ----------
    instrument : str
        Name of the scale.
    low, high : int
        First and last day of the window, from day 0 of `anchor`.
    anchor : {"start of the course", "last induction session"}
        What day 0 is, in the first course of each patient.
    same_day : {"before the dose", "after the dose", "either"}
        Which scores of the day of a session count, as in `Schedule`.
    waits : bool
        Whether the days until the first score are of interest.
    """

    instrument: str
    low: int
    high: int
    anchor: Anchor = "start of the course"
    same_day: SameDay = "before the dose"
    waits: bool = False

    def __post_init__(self) -> None:
        require_window(self.low, self.high)
        # a schedule of one visit refuses what the outcomes would refuse
        visit = Window(label="window", target=self.low, low=self.low, high=self.high)
        Schedule(name="", windows=(visit,), anchor=self.anchor, same_day=self.same_day)

    @property
    def numerator(self) -> str:
        """Who is in the numerator."""
        return f"a {self.instrument} score in the window"

    @property
    def denominator(self) -> str:
        """Who is in the denominator."""
        induced = self.anchor == "last induction session"
        return "treated" + (" with an induction session" if induced else "")

    @property
    def window(self) -> str:
        """In which days."""
        if self.high <= 0:
            return f"days {-self.low} to {-self.high} before the {self.anchor}"
        return days_in_words(self.low, self.high, f"the {self.anchor}")

    @property
    def excluded(self) -> tuple[str, ...]:
        """Nobody is excluded: who was lost or died had no score."""
        return ()

    @property
    def groups(self) -> tuple[str, ...]:
        """No diagnosis is needed."""
        return ()

    def needs(self, record: Record) -> tuple[str, ...]:
        """Need scores of the scale."""
        return () if record.knows(self.instrument) else (f"scores of {self.instrument}",)

    def decide(self, record: Record) -> Decisions:
        """Look for a score in the window of each treated patient."""
        index = numbers_of(day_zero(record.people, _plan(self)))
        opens, closes = index + self.low, index + self.high
        scores = in_window(record.scores(self.instrument, self.same_day), opens, closes)
        scored, day = first_of_each(scores, len(record))
        return decide(
            outside=self._outside(record, index),
            days=Days(index=index, opens=opens, closes=closes, until=record.until),
            exclusions=[],
            observed=scored,
            met=scored,
            words=(self.numerator, f"no {self.numerator[2:]}", f"no {self.numerator[2:]}"),
            lag=np.where(scored, day - index, np.inf) if self.waits else None,
        )

    def _outside(self, record: Record, index: np.ndarray) -> Reasons:
        """Say who is not in the population."""
        everybody = np.arange(len(record))
        reasons = [(NOT_TREATED, ~record.treated), ("no induction session", np.isnan(index))]
        if self.high <= 0:  # what came before is not in the data, so nobody can have a score
            reasons.append((_BEFORE_DATA, record.before_data))
        return [*reasons, (NOT_IN_PERIOD, ~record.in_period(everybody, index))]


def _plan(rule: ScoredInWindow) -> Schedule:
    """Make a schedule of the one window."""
    visit = Window(label="window", target=rule.low, low=rule.low, high=rule.high)
    return Schedule(name="window", windows=(visit,), anchor=rule.anchor, same_day=rule.same_day)
