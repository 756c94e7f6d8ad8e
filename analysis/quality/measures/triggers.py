"""Rules: patients whom the clinic should look at again, since they do not improve or get worse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.quality.measures.decision import Days, Decisions, decide
from analysis.quality.measures.record import Record
from analysis.quality.measures.rule import (
    NOT_IN_PERIOD,
    NOT_TREATED,
    ROUNDING,
    days_in_words,
    first_of_each,
    in_window,
    per_person,
    require_window,
)

__all__ = ["NotImproved", "Relapsing"]


@dataclass(frozen=True, kw_only=True)
class NotImproved:
    """Of patients who reached a session, those who had not improved by then.

    Parameters
    ----------
    instrument : str
        Name of a scale on which lower is better.
    session : int
        Number of the session, counted in the first course.
    fraction : float
        Improved: the last score fell by at least this part of the baseline.
    baseline_over : float
        The baseline is over this, so that there is room to improve.
    after : int
        So many days after the session are still waited for a score; 0: up to its dose.
    """

    instrument: str = "PHQ-9"
    session: int = 4
    fraction: float = 0.2
    baseline_over: float = 9.0
    after: int = 0

    def __post_init__(self) -> None:
        if self.session < 2 or self.after < 0 or not 0.0 < self.fraction <= 1.0:
            raise DataError(
                "session is 2 or more, after is 0 or more days, and fraction is over 0 and at "
                "most 1."
            )

    @property
    def numerator(self) -> str:
        """Who is in the numerator."""
        return f"the last {self.instrument} less than {100 * self.fraction:g} % under the baseline"

    @property
    def denominator(self) -> str:
        """Who is in the denominator."""
        return (
            f"reached session {self.session}, baseline {self.instrument} over "
            f"{self.baseline_over:g}, scored after the first session"
        )

    @property
    def window(self) -> str:
        """In which days."""
        more = f" and {self.after} days after it" if self.after else ", before its dose"
        return f"from the day after the first session to session {self.session}{more}"

    @property
    def excluded(self) -> tuple[str, ...]:
        """Patients without a score cannot be judged, so they are counted apart."""
        return ("no score in the window",)

    @property
    def groups(self) -> tuple[str, ...]:
        """No diagnosis is needed."""
        return ()

    def needs(self, record: Record) -> tuple[str, ...]:
        """Need scores of the scale."""
        return () if record.knows(self.instrument) else (f"scores of {self.instrument}",)

    def decide(self, record: Record) -> Decisions:
        """Compare the last score up to the session with the baseline."""
        reached, day = first_of_each(self._session(record), len(record))
        baseline, index = record.baselines(self.instrument), record.start
        opens, closes = index + 1, day + self.after
        scores = in_window(record.scores(self.instrument), opens, closes)
        last = per_person(scores.drop_duplicates("person", keep="last"), "total", len(record))
        with np.errstate(invalid="ignore"):
            low = ~(baseline > self.baseline_over)  # also where there is none
            met = baseline - last < self.fraction * baseline - ROUNDING
        everybody = np.arange(len(record))
        return decide(
            outside=[
                (NOT_TREATED, ~record.treated),
                (f"no session {self.session}", ~reached),
                (f"no baseline over {self.baseline_over:g}", low),
                (NOT_IN_PERIOD, ~record.in_period(everybody, index)),
            ],
            days=Days(index=index, opens=opens, closes=closes, until=record.until),
            exclusions=[(self.excluded[0], np.isnan(last))],
            observed=~np.isnan(last),
            met=met,
            words=(self.numerator, "improved", ""),
        )

    def _session(self, record: Record) -> pd.DataFrame:
        """Take the session of this number of the first course."""
        sessions = record.events("sessions")
        first = sessions.groupby("person")["course_no"].transform("first")
        own = sessions[sessions["course_no"].eq(first)]
        return own[own.groupby("person").cumcount().eq(self.session - 1)]


@dataclass(frozen=True, kw_only=True)
class Relapsing:
    """Of patients with enough scores, those who got worse again by a reliable change.

    Parameters
    ----------
    instrument : str
        Name of a scale on which lower is better.
    low, high : int
        First and last day of the scores that are looked at, from the first session.
    points : float, optional
        Worse: at least so many points over the best score before. None: the reliable change of
        the scale.
    confirmed : bool
        Whether the next score must be as much worse, too.
    """

    instrument: str = "PHQ-9"
    low: int = 1
    high: int = 180
    points: float | None = None
    confirmed: bool = True

    def __post_init__(self) -> None:
        require_window(self.low, self.high)
        if self.points is not None and not self.points > 0:
            raise DataError("points, by which a score is worse, must be over 0.")
        if self.points is None and load_instrument(self.instrument).reliable_change is None:
            raise DataError("The scale has no reliable change: state points.")

    @property
    def threshold(self) -> float:
        """By how many points a score is worse."""
        change = load_instrument(self.instrument).reliable_change
        return float(self.points if self.points is not None else change or np.inf)

    @property
    def numerator(self) -> str:
        """Who is in the numerator."""
        twice = ", and so is the next" if self.confirmed else ""
        return (
            f"a {self.instrument} score at least {self.threshold:.1f} points over the best before"
            f"{twice}"
        )

    @property
    def denominator(self) -> str:
        """Who is in the denominator."""
        return f"treated, with {self._fewest} or more scores in the window"

    @property
    def window(self) -> str:
        """In which days."""
        return days_in_words(self.low, self.high, "the first session")

    @property
    def excluded(self) -> tuple[str, ...]:
        """Patients with fewer scores cannot be judged, so they are counted apart."""
        return ("too few scores in the window",)

    @property
    def groups(self) -> tuple[str, ...]:
        """No diagnosis is needed."""
        return ()

    @property
    def _fewest(self) -> int:
        """The best score, and those that are worse."""
        return 3 if self.confirmed else 2

    def needs(self, record: Record) -> tuple[str, ...]:
        """Need scores of the scale."""
        return () if record.knows(self.instrument) else (f"scores of {self.instrument}",)

    def decide(self, record: Record) -> Decisions:
        """Hold every score of the window against the best before it."""
        index = record.start
        opens, closes = index + self.low, index + self.high
        scores = in_window(record.scores(self.instrument), opens, closes)
        n = np.bincount(scores["person"].to_numpy(), minlength=len(record))
        met = np.zeros(len(record), dtype=bool)
        met[self._worse(scores)] = True
        everybody = np.arange(len(record))
        return decide(
            outside=[
                (NOT_TREATED, ~record.treated),
                (NOT_IN_PERIOD, ~record.in_period(everybody, index)),
            ],
            days=Days(index=index, opens=opens, closes=closes, until=record.until),
            exclusions=[(self.excluded[0], n < self._fewest)],
            observed=np.ones(len(record), dtype=bool),
            met=met,
            words=(self.numerator, f"not {self.numerator}", ""),
        )

    def _worse(self, scores: pd.DataFrame) -> pd.Series:
        """Name the patients who got worse; a confirming score is held against the same best."""
        grouped = scores.groupby("person")["total"]
        best = grouped.cummin().groupby(scores["person"]).shift()
        worse = scores["total"].sub(best).ge(self.threshold)
        if self.confirmed:
            following = grouped.shift(-1)
            worse &= following.sub(best).ge(self.threshold)
        return scores.loc[worse, "person"]
