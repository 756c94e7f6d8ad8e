"""Guyot's iteration: whole events and censorings behind the coordinates of a survival curve.

Pure functions on arrays; reading frames and laying out the result are in reconstruction.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.results import FloatArray

__all__ = ["Coordinates", "Rebuilt", "rebuild"]

Whole = npt.NDArray[np.int64]

_ROUNDS = 200


@dataclass(frozen=True, kw_only=True, eq=False)
class Coordinates:
    """What was read off a published curve.

    Parameters
    ----------
    time, survival : array, shape (k,)
        Points of the curve after its step at each time; times rise, survival never does.
    table_time, n_risk : array, shape (j,)
        The risk table: rising times from 0 on, and those at risk just before each.
    n_events : int, optional
        All events, where the publication says so.
    """

    time: FloatArray
    survival: FloatArray
    table_time: FloatArray
    n_risk: Whole
    n_events: int | None = None

    def between(self, row: int) -> slice:
        """Return the points from one time of the risk table to before the next."""
        edges = np.append(self.table_time, np.inf)[[row, row + 1]]
        low, high = np.searchsorted(self.time, edges, side="left")
        return slice(int(low), int(high))


@dataclass(frozen=True, kw_only=True, eq=False)
class Rebuilt:
    """The numbers that reproduce a curve.

    Parameters
    ----------
    n_event : array of int, shape (k,)
        Events at each point.
    censored : array, shape (c,)
        Times of censoring, rising; those left at the end are censored at the last point.
    n_risk : array of int, shape (j,)
        At risk at each time of the risk table.
    interval_events, interval_censored : array of int, shape (j,)
        Events and censorings from each time of the risk table to before the next.
    """

    n_event: Whole
    censored: FloatArray
    n_risk: Whole
    interval_events: Whole
    interval_censored: Whole


@dataclass(frozen=True, kw_only=True, eq=False)
class _State:
    """Those at risk and the rebuilt survival at one moment."""

    n_risk: int
    survival: float


@dataclass(frozen=True, kw_only=True, eq=False)
class _Piece:
    """Events at the points of an interval, censorings in it, and the state at its end."""

    n_event: Whole
    censored: FloatArray
    end: _State


def rebuild(read: Coordinates) -> Rebuilt:
    """Find whole numbers of events and censorings that give the curve and its risk table.

    Parameters
    ----------
    read : Coordinates
        Points and risk table.

    Returns
    -------
    Rebuilt
        The numbers. Where the coordinates ask for more events than the risk table allows, the
        curve holds and the number at risk is missed.

    References
    ----------
    Guyot P, Ades AE, Ouwens MJNM, Welton NJ (2012). BMC Medical Research Methodology 12:9.

    Examples
    --------
    >>> read = Coordinates(
    ...     time=np.array([0.0, 1.0, 2.0]), survival=np.array([1.0, 0.8, 0.4]),
    ...     table_time=np.array([0.0]), n_risk=np.array([10]))
    >>> rebuild(read).n_event.tolist(), rebuild(read).censored.tolist()
    ([0, 2, 4], [2.0, 2.0, 2.0, 2.0])
    """
    state = _State(n_risk=int(read.n_risk[0]), survival=1.0)
    pieces = []
    at_risk = [state.n_risk]
    for row in range(read.table_time.size - 1):
        pieces.append(_meet(read, row, state))
        state = pieces[-1].end
        at_risk.append(state.n_risk)
    pieces.append(_last(read, state, pieces))
    left = np.full(pieces[-1].end.n_risk, read.time[-1])
    censored = [piece.censored for piece in pieces]
    censored[-1] = np.append(censored[-1], left)
    return Rebuilt(
        n_event=np.concatenate([piece.n_event for piece in pieces]),
        censored=np.concatenate(censored),
        n_risk=np.array(at_risk),
        interval_events=np.array([piece.n_event.sum() for piece in pieces]),
        interval_censored=np.array([times.size for times in censored]),
    )


def _meet(read: Coordinates, row: int, state: _State) -> _Piece:
    """Choose the censorings of an interval so that its end has the published number at risk.

    Each round adds the surplus at the end to the censorings; a number that comes again means
    that rounding lets none fit, and the nearest is kept.
    """
    wanted = int(read.n_risk[row + 1])
    most = max(state.n_risk - wanted, 0)
    points = read.between(row)
    survival = read.survival[: points.stop]
    share = survival[-1] / state.survival if survival.size and state.survival > 0.0 else 0.0
    n_censored = int(np.clip(round(state.n_risk * share) - wanted, 0, most))
    best, tried = _fill(read, row, state, n_censored), {n_censored}
    for _ in range(_ROUNDS):
        surplus = _fill(read, row, state, n_censored).end.n_risk - wanted
        n_censored = int(np.clip(n_censored + surplus, 0, most))
        if n_censored in tried:
            break
        tried.add(n_censored)
        piece = _fill(read, row, state, n_censored)
        if abs(piece.end.n_risk - wanted) < abs(best.end.n_risk - wanted):
            best = piece
    return best


def _last(read: Coordinates, state: _State, before: list[_Piece]) -> _Piece:
    """Censor after the last time of the risk table at the rate before it, or to meet all events."""
    if read.n_events is not None:
        wanted = read.n_events - sum(int(piece.n_event.sum()) for piece in before)
        return _meet_events(read, state, max(wanted, 0))
    gone = sum(piece.censored.size for piece in before)
    span = read.table_time[-1] - read.table_time[0]
    rest = max(read.time[-1] - read.table_time[-1], 0.0)
    usual = round(gone * rest / span) if span > 0.0 else 0
    return _followed_to_the_end(read, state, min(usual, state.n_risk))


def _followed_to_the_end(read: Coordinates, state: _State, n_censored: int) -> _Piece:
    """Lower the censorings until somebody is at risk at the last point.

    A curve is drawn as far as somebody is followed, or until the last have had the event.
    """
    row = read.table_time.size - 1
    piece = _fill(read, row, state, n_censored)
    while n_censored > 0 and piece.end.n_risk < 1 and piece.end.survival > 0.0:
        n_censored -= 1
        piece = _fill(read, row, state, n_censored)
    return piece


def _meet_events(read: Coordinates, state: _State, wanted: int) -> _Piece:
    """Choose the censorings of the last interval so that all events are as published.

    More censorings leave fewer events, so the number is found by halving.
    """
    row = read.table_time.size - 1
    low, high = 0, state.n_risk
    while low < high:
        middle = (low + high) // 2
        if int(_fill(read, row, state, middle).n_event.sum()) > wanted:
            low = middle + 1
        else:
            high = middle
    pieces = [_followed_to_the_end(read, state, number) for number in (low, max(low - 1, 0))]
    return min(pieces, key=lambda piece: abs(int(piece.n_event.sum()) - wanted))


def _fill(read: Coordinates, row: int, state: _State, n_censored: int) -> _Piece:
    """Spread censorings evenly over an interval, and solve each step of the curve for its events.

    A step from the rebuilt to the read survival with n at risk needs n (1 - ratio) events,
    rounded; the rebuilt survival is carried on, so rounding does not add up. Above 0 one stays.
    """
    points = read.between(row)
    times, survival = read.time[points], read.survival[points]
    start = read.table_time[row]
    later = read.table_time[row + 1] if row + 1 < read.table_time.size else read.time[-1]
    censored = np.linspace(start, max(later, start), n_censored + 2)[1:-1]
    gone = np.searchsorted(censored, times, side="left")
    n_event = np.zeros(times.size, dtype=np.int64)
    died, rebuilt = 0, state.survival
    for k in range(times.size):
        at_risk = state.n_risk - int(gone[k]) - died
        if at_risk > 0 and rebuilt > 0.0:
            wanted = round(at_risk * max(1.0 - survival[k] / rebuilt, 0.0))
            n_event[k] = min(wanted, at_risk - (survival[k] > 0.0))
            rebuilt *= 1.0 - n_event[k] / at_risk
            died += int(n_event[k])
    left = state.n_risk - died
    return _Piece(
        n_event=n_event,
        censored=censored[: max(left, 0)],
        end=_State(n_risk=max(left - n_censored, 0), survival=rebuilt),
    )
