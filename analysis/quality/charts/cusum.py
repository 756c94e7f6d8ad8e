"""Cumulative sums of cases with and without an event: for events too rare for a chart by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import ColumnError, DataError
from analysis.results import FloatArray
from analysis.text_numbers import require_numbers

__all__ = ["bernoulli_cusum"]


@dataclass(frozen=True, kw_only=True)
class _Weights:
    """What a case with and without the event adds, for one alternative to the expected rate."""

    event: float
    none: float

    @classmethod
    def of(cls, expected: float, odds_ratio: float) -> _Weights:
        """Compare an expected proportion with one of other odds."""
        odds = odds_ratio * expected / (1.0 - expected)
        other = odds / (1.0 + odds)
        return cls(
            event=float(np.log(other / expected)),
            none=float(np.log((1.0 - other) / (1.0 - expected))),
        )


def bernoulli_cusum(
    data: pd.DataFrame,
    *,
    y: str,
    expected: float,
    x: str | None = None,
    odds_ratio: float = 2.0,
    limit: float = 3.5,
) -> pd.DataFrame:
    """Add up, case by case, the evidence for more and for fewer events than expected.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per case, such as a session.
    y : str
        Column of the event: 1 or true, 0 or false. Missing cases are left out and counted.
    expected : float
        Proportion of cases with the event that is expected.
    x : str, optional
        Column by which cases are ordered; the order of the rows when left out.
    odds_ratio : float
        The change to be found: the odds of the event are so many times, or one such part of, the
        expected odds.
    limit : float
        A sum that reaches it is a signal, after which it starts again at 0.

    Returns
    -------
    pandas.DataFrame
        ``case`` (from 1), `x` under its name, ``event, more`` (from 0 up), ``fewer`` (from 0 down)
        and ``signal`` ("more events", "fewer events", or empty); one row per case, patient-level.
        ``attrs["n_missing"]`` counts the cases that are left out.

    Raises
    ------
    ColumnError
        When a column is absent.
    DataError
        When there are other values than 0 and 1, no cases, or numbers are out of range.

    References
    ----------
    Neuburger, J., Walker, K., Sherlaw-Johnson, C., van der Meulen, J., Cromwell, D. A. (2017).
    Comparison of control charts for monitoring clinical performance using binary data. BMJ Quality
    & Safety 26, 919-928.

    Examples
    --------
    >>> cases = pd.DataFrame({"sedated": [0, 0, 1, 1, 1, 1, 0, 0]})
    >>> sums = bernoulli_cusum(cases, y="sedated", expected=0.02, limit=2.0)
    >>> sums.loc[sums["signal"].ne(""), "case"].tolist()
    [5]
    """
    _require(data, [y, *([x] if x else [])], expected, odds_ratio, limit)
    cases = data.sort_values(x, kind="stable") if x else data
    events = require_numbers(cases[y].convert_dtypes(), "y")
    known = ~np.isnan(events)
    if not np.isin(events[known], (0.0, 1.0)).all() or not known.any():
        raise DataError("y must hold 0 and 1, or false and true, and at least one case.")
    more, above = _sums(events[known], _Weights.of(expected, odds_ratio), limit)
    fewer, below = _sums(events[known], _Weights.of(expected, 1.0 / odds_ratio), limit)
    signal = np.where(above, "more events", np.where(below, "fewer events", ""))
    frame = pd.DataFrame(
        {
            "case": np.arange(1, known.sum() + 1),
            **({x: cases[x].to_numpy()[known]} if x else {}),
            "event": events[known].astype(np.int64),
            "more": more,
            "fewer": -fewer,
            "signal": pd.Series(signal, dtype="string"),
        }
    )
    frame.attrs = {"patient_level": True, "n_missing": int((~known).sum())}
    return frame


def _require(
    data: pd.DataFrame, columns: list[str], expected: float, odds_ratio: float, limit: float
) -> None:
    """Refuse absent columns and numbers out of range."""
    missing = [name for name in columns if name not in data.columns]
    if missing:
        raise ColumnError("The frame lacks the column named for y or x. Name one that it has.")
    if not 0.0 < expected < 1.0:
        raise DataError("expected is a proportion: it must lie between 0 and 1, such as 0.02.")
    if odds_ratio <= 1.0 or limit <= 0.0:
        raise DataError("odds_ratio must be above 1 and limit above 0; usual are 2 and 3.5.")


def _sums(events: FloatArray, weights: _Weights, limit: float) -> tuple[FloatArray, FloatArray]:
    """Add up the weights, never below 0, and start again after each signal."""
    steps = np.where(events == 1.0, weights.event, weights.none)
    sums, signals = np.zeros(len(steps)), np.zeros(len(steps), dtype=bool)
    start = 0
    while start < len(steps):
        path = np.cumsum(steps[start:])
        path = path - np.minimum(np.minimum.accumulate(path), 0.0)
        reached = np.flatnonzero(path >= limit)
        stop = int(reached[0]) + 1 if len(reached) else len(path)
        sums[start : start + stop] = path[:stop]
        signals[start + stop - 1] = bool(len(reached))
        start += stop
    return sums, signals
