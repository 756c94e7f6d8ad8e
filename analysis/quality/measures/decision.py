"""What a measure decides about every patient, and which rule decided it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

__all__ = [
    "EXCLUDED",
    "MET",
    "NOT_MET",
    "NOT_YET_DUE",
    "OUTSIDE",
    "STATUSES",
    "BoolArray",
    "Days",
    "Decisions",
    "FloatArray",
    "Reasons",
    "decide",
]

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

STATUSES = ("outside", "not yet due", "excluded", "not met", "met")
"""Of a patient, in this order: not in the population of the measure; in it, but the window has not
closed; excluded; in the denominator only; in the numerator."""

OUTSIDE, NOT_YET_DUE, EXCLUDED, NOT_MET, MET = range(len(STATUSES))

Reasons = Sequence[tuple[str, BoolArray]]
"""Reasons with the patients to whom they apply; the first that applies counts."""

_LATER = "the window closes after the data cut-off"


@dataclass(frozen=True, kw_only=True, eq=False)
class Days:
    """The days of p patients that a measure looks at, as ``rel_day``; missing where there is none.

    Parameters
    ----------
    index : array of float, shape (p,)
        The event from which days are counted.
    opens, closes : array of float, shape (p,)
        First and last day of the window.
    until : array of float, shape (p,)
        The data cut-off; a window that closes later, or never, is not yet due.
    """

    index: FloatArray
    opens: FloatArray
    closes: FloatArray
    until: FloatArray

    @property
    def due(self) -> BoolArray:
        """Whose window has closed."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.closes <= self.until)


@dataclass(frozen=True, kw_only=True, eq=False)
class Decisions:
    """What became of each of p patients.

    Parameters
    ----------
    status : array of int, shape (p,)
        Places in `STATUSES`.
    reason : array of int, shape (p,)
        Places in `reasons`.
    reasons : tuple of str
        What can have decided.
    exclusions : tuple of str
        Which of these are exclusions, in the order in which they are asked.
    observed : array of bool, shape (p,)
        Whether there is what the numerator is judged by, such as a score in the window. Only
        patients of the denominator are.
    judged : {"all", "met", "some"}
        Who of the denominator is observed by the rule itself, whatever the data: all of it, those
        who met it, or some.
    days : Days
        The index event, the window and the data cut-off.
    lag : array of float, shape (p,)
        Days until what is waited for; infinite where it did not come within the window, missing
        where the measure waits for nothing.
    """

    status: npt.NDArray[np.int8]
    reason: npt.NDArray[np.int16]
    reasons: tuple[str, ...]
    exclusions: tuple[str, ...]
    observed: BoolArray
    judged: Literal["all", "met", "some"]
    days: Days
    lag: FloatArray

    def excluded_for(self, reason: str) -> BoolArray:
        """Tell who was excluded for one reason.

        Parameters
        ----------
        reason : str
            One of `exclusions`.

        Returns
        -------
        array of bool, shape (p,)
            The excluded.
        """
        of_reason = self.reason == self.reasons.index(reason)
        return np.asarray((self.status == EXCLUDED) & of_reason)


def decide(
    *,
    outside: Reasons,
    days: Days,
    exclusions: Reasons,
    observed: BoolArray,
    met: BoolArray,
    words: tuple[str, str, str],
    lag: FloatArray | None = None,
) -> Decisions:
    """Decide in a fixed order: outside, not yet due, excluded, then met or not.

    Whether a patient is not yet due is asked before the exclusions: many of these look at the whole
    window, so that their count is final only when it has closed.

    Parameters
    ----------
    outside : sequence of (str, array of bool)
        Why patients are not in the population.
    days : Days
        The index event, the window and the data cut-off.
    exclusions : sequence of (str, array of bool)
        Why patients of the population leave the denominator.
    observed, met : array of bool, shape (p,)
        What there is to judge by, and whether the numerator is met.
    words : tuple of three str
        What is said of those who met it, who did not, and who had nothing to judge by: empty
        where nobody can lack it, the same as the second where to be observed is to meet it.
    lag : array of float, shape (p,), optional
        Days until what is waited for.

    Returns
    -------
    Decisions
        One decision per patient.

    Examples
    --------
    >>> yes, day = np.array([True, True]), np.array([0.0, 0.0])
    >>> made = decide(
    ...     outside=[],
    ...     days=Days(index=day, opens=day, closes=day + 30.0, until=np.array([29.0, 30.0])),
    ...     exclusions=[], observed=yes, met=yes, words=("scored", "not scored", "not scored"))
    >>> [STATUSES[code] for code in made.status]
    ['not yet due', 'met']
    """
    steps = [
        *((OUTSIDE, reason, who) for reason, who in outside),
        (NOT_YET_DUE, _LATER, ~days.due),
        *((EXCLUDED, reason, who) for reason, who in exclusions),
        (NOT_MET, words[2], ~observed),
        (MET, words[0], met),
        (NOT_MET, words[1], np.ones(len(days.index), dtype=bool)),
    ]
    reasons = tuple(dict.fromkeys(reason for _, reason, _ in steps))
    asked = [who for _, _, who in steps]
    status = np.select(asked, [code for code, _, _ in steps]).astype(np.int8)
    place = [reasons.index(reason) for _, reason, _ in steps]
    waited = np.full(len(days.index), np.nan) if lag is None else lag
    in_denominator = status >= NOT_MET
    return Decisions(
        status=status,
        reason=np.select(asked, place).astype(np.int16),
        reasons=reasons,
        exclusions=tuple(dict.fromkeys(reason for reason, _ in exclusions)),
        observed=observed & in_denominator,
        judged="met" if words[1] == words[2] else "some" if words[2] else "all",
        days=days,
        lag=np.where(in_denominator, waited, np.nan),
    )
