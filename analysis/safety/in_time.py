"""What a session's readings say: the value before the dose, the peak, the return, minutes above.

Pure functions on sorted arrays; every answer has one entry per session, missing where the readings
do not tell.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analysis.safety.readings import FIRST_MINUTE, LAST_MINUTE, Flags, Floats, Integers, Series

__all__ = ["WIDEST_GAP", "before_dose", "extreme", "minutes_above", "reading_near", "returned"]

WIDEST_GAP = 60
"""Minutes between two readings beyond which nothing is said of the time between them."""

_SPAN = float(LAST_MINUTE - FIRST_MINUTE + 1)


def before_dose(series: Series, n: int) -> tuple[Floats, Floats]:
    """Take the last reading before the dose, at minute 0 at the latest.

    Parameters
    ----------
    series : Series
        Readings of one parameter.
    n : int
        Number of sessions.

    Returns
    -------
    value, minute : numpy.ndarray, shape (n,)
        Missing where nothing was read before the dose.

    Examples
    --------
    >>> import numpy as np
    >>> read = Series(session=np.array([0, 0, 0]), minute=np.array([-20.0, -5.0, 40.0]),
    ...               value=np.array([120.0, 126.0, 150.0]))
    >>> [array.tolist() for array in before_dose(read, 1)]
    [[126.0], [-5.0]]
    """
    earlier = series.where(series.minute <= 0.0)
    last = np.append(np.diff(earlier.session) != 0, True)[: len(earlier.session)]
    return _by_session(earlier.where(last), n)


def extreme(series: Series, n: int, *, lowest: bool = False) -> tuple[Floats, Floats]:
    """Take the greatest or least reading after the dose, and the first minute at which it was read.

    Parameters
    ----------
    series : Series
        Readings of one parameter.
    n : int
        Number of sessions.
    lowest : bool
        The least instead of the greatest.

    Returns
    -------
    value, minute : numpy.ndarray, shape (n,)
        Missing where nothing was read after the dose (minute 1 on).

    Examples
    --------
    >>> import numpy as np
    >>> read = Series(session=np.array([0, 0, 0]), minute=np.array([-5.0, 20.0, 40.0]),
    ...               value=np.array([160.0, 150.0, 150.0]))
    >>> [array.tolist() for array in extreme(read, 1)]
    [[150.0], [20.0]]
    """
    later = series.where(series.minute > 0.0)
    order = np.lexsort((later.minute, later.value if lowest else -later.value, later.session))
    ranked = Series(
        session=later.session[order], minute=later.minute[order], value=later.value[order]
    )
    first = np.append(True, np.diff(ranked.session) != 0)[: len(ranked.session)]
    return _by_session(ranked.where(first), n)


def returned(series: Series, inside: Flags, n: int) -> tuple[Flags, Floats, Floats]:
    """Find when readings after the dose are back inside a limit, and stay there to the last one.

    Parameters
    ----------
    series : Series
        Readings of one parameter.
    inside : numpy.ndarray of bool, shape (r,)
        Whether each reading is inside the limit.
    n : int
        Number of sessions.

    Returns
    -------
    left : numpy.ndarray of bool, shape (n,)
        Whether a reading after the dose was outside.
    after, by : numpy.ndarray, shape (n,)
        The return lies between the last reading outside (``after``) and the next one (``by``).
        ``by`` is missing where the last reading of all is outside: the return was not seen.

    Examples
    --------
    >>> import numpy as np
    >>> read = Series(session=np.zeros(3, int), minute=np.array([40.0, 80.0, 110.0]),
    ...               value=np.array([12.0, 6.0, 2.0]))
    >>> [array.tolist() for array in returned(read, read.value <= 4, 1)]
    [[True], [80.0], [110.0]]
    """
    rows = series.minute > 0.0
    later, out = series.where(rows), ~inside[rows]
    last_out = np.full(n, -1, dtype=np.int64)
    np.maximum.at(last_out, later.session[out], np.flatnonzero(out))
    left = last_out >= 0
    following = np.minimum(last_out + 1, max(len(later.session) - 1, 0))
    after, by = np.full(n, np.nan), np.full(n, np.nan)
    after[left] = later.minute[last_out[left]]
    seen = left.copy()
    seen[left] = (later.session[following[left]] == np.flatnonzero(left)) & (
        following[left] > last_out[left]
    )
    by[seen] = later.minute[following[seen]]
    return left, after, by


def reading_near(series: Series, n: int, minute: float, within: float) -> tuple[Floats, Floats]:
    """Take the reading nearest to a minute, the earlier one of two that are as near.

    Parameters
    ----------
    series : Series
        Readings of one parameter.
    n : int
        Number of sessions.
    minute, within : float
        The minute, and how far from it a reading may be.

    Returns
    -------
    value, minute : numpy.ndarray, shape (n,)
        Missing where no reading is near.

    Examples
    --------
    >>> import numpy as np
    >>> read = Series(session=np.zeros(2, int), minute=np.array([38.0, 60.0]),
    ...               value=np.array([141.0, 130.0]))
    >>> [array.tolist() for array in reading_near(read, 1, 40, 10)]
    [[141.0], [38.0]]
    """
    near = series.where(np.abs(series.minute - minute) <= within)
    order = np.lexsort((near.minute, np.abs(near.minute - minute), near.session))
    ranked = Series(session=near.session[order], minute=near.minute[order], value=near.value[order])
    first = np.append(True, np.diff(ranked.session) != 0)[: len(ranked.session)]
    return _by_session(ranked.where(first), n)


def minutes_above(
    limits: Mapping[str, float],
    series: Mapping[str, Series],
    n: int,
    *,
    widest_gap: float = WIDEST_GAP,
) -> tuple[Floats, Floats]:
    """Add up the minutes after the dose during which one of several parameters is above its limit.

    Between two readings the parameter is taken to move along a straight line. Nothing is said
    before the first reading, after the last one, and between readings more than `widest_gap`
    minutes apart.

    Parameters
    ----------
    limits : mapping of str to float
        Limit of each parameter; above means greater than it.
    series : mapping of str to Series
        Readings by parameter.
    n : int
        Number of sessions.
    widest_gap : float
        Minutes.

    Returns
    -------
    above, observed : numpy.ndarray, shape (n,)
        Minutes above, and minutes of which that is known; both missing where these are none.

    Notes
    -----
    The last reading carried forward would count the whole time until the next reading after one
    above the limit, and nothing before it. With readings every 10 to 30 minutes that shifts the
    period by half an interval, and makes it depend on whether the cuff was inflated shortly before
    or after the limit was passed. A straight line is right where pressure rises and falls steadily,
    and treats both sides alike.

    Examples
    --------
    >>> import numpy as np
    >>> read = Series(session=np.zeros(3, int), minute=np.array([0.0, 20.0, 40.0]),
    ...               value=np.array([170.0, 190.0, 170.0]))
    >>> [array.tolist() for array in minutes_above({"sbp": 180.0}, {"sbp": read}, 1)]
    [[20.0], [40.0]]
    """
    used = {name: series[name] for name in limits if name in series and len(series[name].value)}
    if not used:
        return np.full(n, np.nan), np.full(n, np.nan)
    starts = np.arange(n) * _SPAN - FIRST_MINUTE  # minute 0 of every session
    grid = np.unique(np.concatenate([starts, *(_places(each) for each in used.values())]))
    session = np.floor_divide(grid, _SPAN).astype(np.int64)
    length = np.diff(grid)
    within = (session[1:] == session[:-1]) & (grid[:-1] >= starts[session[:-1]])
    rising, falling = np.zeros(len(length)), np.zeros(len(length))
    known = np.zeros(len(length), dtype=bool)
    for name, each in used.items():
        value = _interpolated(each, grid, session, widest_gap)
        is_known = within & (length <= widest_gap) & ~np.isnan(value[1:] + value[:-1])
        known |= is_known
        at_start, at_end = _parts_above(value, limits[name])
        falling = np.where(is_known, np.maximum(falling, at_start), falling)
        rising = np.where(is_known, np.maximum(rising, at_end), rising)
    # each parameter is above from the start of a piece on or up to its end, so that the union is:
    share = np.minimum(falling + rising, 1.0)
    at = session[:-1][known]
    observed = np.bincount(at, weights=length[known], minlength=n).astype(np.float64)
    above = np.bincount(at, weights=(share * length)[known], minlength=n).astype(np.float64)
    none = observed == 0.0
    return np.where(none, np.nan, above), np.where(none, np.nan, observed)


def _places(series: Series) -> Floats:
    """Put session and minute on one axis on which sessions do not overlap."""
    place: Floats = series.session * _SPAN + series.minute - FIRST_MINUTE
    return place


def _interpolated(series: Series, grid: Floats, session: Integers, widest_gap: float) -> Floats:
    """Read values off straight lines between readings of one session that are near enough."""
    at = _places(series)
    right = np.searchsorted(at, grid, side="left")
    after = np.minimum(right, len(at) - 1)
    before = np.where(at[after] == grid, after, np.maximum(right - 1, 0))
    ends = (series.session[before] == session) & (series.session[after] == session)
    near = ends & (at[before] <= grid) & (at[after] >= grid)
    gap = at[after] - at[before]
    share = np.where(gap > 0.0, (grid - at[before]) / np.where(gap > 0.0, gap, 1.0), 0.0)
    value = series.value[before] + share * (series.value[after] - series.value[before])
    return np.where(near & (gap <= widest_gap), value, np.nan)


def _parts_above(value: Floats, limit: float) -> tuple[Floats, Floats]:
    """Give the share of each piece above the limit that touches its start, and that at its end."""
    first, second = value[:-1] - limit, value[1:] - limit
    step = np.where(first == second, 1.0, np.abs(first - second))
    both = (first > 0.0) & (second > 0.0)
    at_start = np.where(both, 1.0, np.where(first > 0.0, first / step, 0.0))
    at_end = np.where(~both & (second > 0.0), second / step, 0.0)
    return at_start, at_end


def _by_session(series: Series, n: int) -> tuple[Floats, Floats]:
    """Spread at most one reading per session over all sessions."""
    value, minute = np.full(n, np.nan), np.full(n, np.nan)
    value[series.session], minute[series.session] = series.value, series.minute
    return value, minute
