"""The partial likelihood of all parts together, from their added risk-set sums."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.distributed.cox.risk_sums import RiskSums, full
from analysis.distributed.keyed import sum_by
from analysis.results import FloatArray
from analysis.survival.newton import Point
from analysis.survival.reading.events import merge_ties

__all__ = ["partial_likelihood", "strata_in"]

Positions = npt.NDArray[np.intp]

_VANISHED = 1e-200


@dataclass(frozen=True, kw_only=True, eq=False)
class _Slots:
    """Sums at the k event times of all strata, in order of stratum and time.

    Parameters
    ----------
    at_risk, tied : array, shape (k, 1 + p + q)
        Sums over those at risk, and over those with the event.
    number, weight : array, shape (k,)
        Events, and their weights.
    """

    at_risk: FloatArray
    tied: FloatArray
    number: Positions
    weight: FloatArray


def strata_in(sums: RiskSums) -> int:
    """Count the strata that have a row."""
    keys = [key for name, key in sums.leaving.keys.items() if name != "time"]
    return len(set(zip(*keys, strict=True))) if keys else 1


def partial_likelihood(sums: RiskSums, beta: FloatArray, ties: str) -> Point[None]:
    """Evaluate the log partial likelihood with its score and information.

    Parameters
    ----------
    sums : RiskSums
        Of all parts, at `beta`; at least one event.
    beta : array, shape (p,)
        Coefficients.
    ties : str
        ``"efron"`` or ``"breslow"``.

    Returns
    -------
    Point
        Minus infinity where it cannot be computed.

    Notes
    -----
    Times that differ by rounding only are one time, by the rule of `merge_ties` over the times of
    all parts, as if their rows were in one frame.

    References
    ----------
    Efron B (1977). JASA 72:557-565.
    Breslow N (1974). Biometrics 30:89-99.
    """
    p = beta.size
    slots = _lay_out(sums)
    event = np.repeat(np.arange(slots.number.size), slots.number)
    fraction = np.zeros(event.size)
    if ties == "efron":
        start = np.cumsum(slots.number) - slots.number
        fraction = (np.arange(event.size) - start[event]) / slots.number[event]
    share = (slots.weight / slots.number)[event]
    total = slots.at_risk[event, 0] - fraction * slots.tied[event, 0]
    if not (np.isfinite(slots.at_risk).all() and (total > _VANISHED).all()):
        unknown = np.full(p, np.nan)
        return Point(
            parameters=beta,
            log_likelihood=-np.inf,
            score=unknown,
            information=np.full((p, p), np.nan),
            state=None,
        )
    size = slots.number.size

    def per_slot(values: FloatArray) -> FloatArray:
        return np.bincount(event, weights=values, minlength=size).astype(np.float64, copy=False)

    hazard = share / total
    all_steps, tied_steps = per_slot(hazard), per_slot(hazard * fraction)
    expected = all_steps @ slots.at_risk[:, 1:] - tied_steps @ slots.tied[:, 1:]
    mean, own = slots.at_risk[:, 1 : p + 1], slots.tied[:, 1 : p + 1]
    squared = hazard / total
    cross = mean.T @ (per_slot(squared * fraction)[:, None] * own)
    squares = (
        mean.T @ (per_slot(squared)[:, None] * mean)
        - cross
        - cross.T
        + own.T @ (per_slot(squared * fraction**2)[:, None] * own)
    )
    return Point(
        parameters=beta,
        log_likelihood=float(sums.total[0] - share @ np.log(total)),
        score=np.asarray(sums.total[1:] - expected[:p]),
        information=full(expected[p:], p) - squares,
        state=None,
    )


def _lay_out(sums: RiskSums) -> _Slots:
    """Find the event times, and sum over those at risk at each of them."""
    exits, entries = sums.leaving.keys["time"], sums.entering.keys["time"]
    known = np.concatenate([exits, sums.events.keys["time"]])
    merged, late = merge_ties(known, entries)
    leaving, died = merged[: exits.size], merged[exits.size :]
    moments = np.unique(died)
    strata = _strata(sums)
    width = moments.size + 1

    def keys(stratum: Positions, time: FloatArray) -> Positions:
        return stratum * width + np.searchsorted(moments, time, side="right")

    at_event = sum_by({"slot": keys(strata["events"], died)}, sums.events.totals)
    slot = at_event.keys["slot"]
    later = late > 0.0  # who enters at the origin is at risk at all times before the exit
    left = _at_slots(slot, width, keys(strata["leaving"], leaving), sums.leaving.totals)
    entered = keys(strata["entering"], late)[later]
    change = left - _at_slots(slot, width, entered, sums.entering.totals[later])
    starts = np.flatnonzero(np.append(True, np.diff(slot // width) > 0))
    return _Slots(
        at_risk=_sums_from(change, starts),
        tied=at_event.totals[:, 2:],
        number=at_event.totals[:, 0].astype(np.intp),
        weight=at_event.totals[:, 1],
    )


def _strata(sums: RiskSums) -> dict[str, Positions]:
    """Give each combination of strata a number, the same in all tables."""
    tables = {name: getattr(sums, name) for name in ("leaving", "events", "entering")}
    sizes = [len(known.levels) + 1 for known in sums.strata.values()]
    numbers = {}
    for name, table in tables.items():
        codes = [key for column, key in table.keys.items() if column != "time"]
        zero = np.zeros(len(table.totals), dtype=np.intp)
        numbers[name] = np.ravel_multi_index(codes, sizes).astype(np.intp) if codes else zero
    combined = np.unique(np.concatenate(list(numbers.values())))  # keeps slots within integers
    return {name: np.searchsorted(combined, number) for name, number in numbers.items()}


def _at_slots(slot: Positions, width: int, key: Positions, values: FloatArray) -> FloatArray:
    """Sum values at the last event time of their stratum that is at or before theirs."""
    place = np.searchsorted(slot, key, side="right") - 1
    mine = (place >= 0) & (slot[place] // width == key // width)
    columns = [
        np.bincount(place[mine], weights=column[mine], minlength=slot.size) for column in values.T
    ]
    return np.column_stack(columns)


def _sums_from(change: FloatArray, starts: Positions) -> FloatArray:
    """Sum, within strata, what is at or after each event time."""
    with np.errstate(invalid="ignore"):
        parts = np.split(change, starts[1:])
        return np.concatenate([np.cumsum(part[::-1], axis=0)[::-1] for part in parts])
