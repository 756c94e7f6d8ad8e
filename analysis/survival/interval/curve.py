"""Curves of groups from interval-censored times, and what is read off them.

Estimating them from a frame is in turnbull.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError, ModelError
from analysis.results import FloatArray, check_conf_level, frame_to_html, frame_to_text
from analysis.survival.asked import asked_times
from analysis.survival.interval.bootstrap import Cells, bootstrap_limits
from analysis.survival.interval.estimate import (
    IntervalEstimate,
    IntervalSteps,
    mean_bounds,
    median_bounds,
    values_at,
)
from analysis.survival.reading.events import settle
from analysis.survival.stacking import stack_groups

__all__ = ["IntervalCurve"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class IntervalCurve:
    """Curves of one or more groups from interval-censored times.

    Parameters
    ----------
    groups : tuple of IntervalEstimate
        One curve per level.
    cells : tuple of Cells
        The distinct intervals of each group with their numbers.
    levels : pandas.Index
        Groups in order; its name is the column, None without groups.
    fit : pandas.DataFrame
        One row about the curves, see `glance`.
    origin : str, optional
        What time 0 is, such as "first infusion".
    note : str
        What else a reader must know, such as how the event was seen.
    followed : pandas.DataFrame, optional
        Who was followed, for disclosure control: ``unit, entry, time`` (of the visit that showed
        the event, or of the last), ``event, free_until`` and the group. Patient-level.
    """

    groups: tuple[IntervalEstimate, ...]
    cells: tuple[Cells, ...]
    levels: pd.Index
    fit: pd.DataFrame
    origin: str | None = None
    note: str = ""
    followed: pd.DataFrame | None = None

    def at(self, times: Iterable[float]) -> pd.DataFrame:
        """Return the probability of no event up to and including each time.

        Parameters
        ----------
        times : iterable of float
            Times in the units of the data, at least 0.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``time, estimate, estimate_low, estimate_high``. The last two are
            equal where the curve is known, and bound it inside an innermost interval; there the
            estimate is on the straight line between the ends. After the last time at which
            anybody was seen, the estimate is NaN and the lower bound 0.
        """
        asked = asked_times(times)
        return self._stack([values_at(group.steps, asked) for group in self.groups])

    def median(self) -> pd.DataFrame:
        """Return the median time to the event, per group.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``estimate, estimate_low, estimate_high``: the median lies between
            the last two, as far as the likelihood tells; an infinite upper bound without an
            estimate is "not reached".
        """
        return self._stack([median_bounds(group.steps) for group in self.groups])

    def rmst_bounds(self, tau: float) -> pd.DataFrame:
        """Return bounds of the mean time without the event up to `tau`, per group.

        Parameters
        ----------
        tau : float
            End of the period, above 0.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``tau, estimate, estimate_low, estimate_high``; the estimate takes
            straight lines inside innermost intervals and is NaN when `tau` is beyond the last
            time at which anybody was seen.
        """
        if not (np.isfinite(tau) and tau > 0.0):
            raise DataError("tau must be a finite time above 0.")
        return self._stack([mean_bounds(group.steps, float(tau)) for group in self.groups])

    def curve(self) -> pd.DataFrame:
        """Return the innermost intervals that have probability.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``lower, upper, mass, n_risk, n_event, estimate``; the last is the
            probability of no event up to and including ``upper``. Intervals are (lower, upper],
            equal ends are an exact time. ``n_risk`` counts those seen without the event at or
            after ``lower``, ``n_event`` those seen with it by ``upper`` and not by the interval
            before.
        """
        tables = [
            _innermost_table(group.steps, cells)
            for group, cells in zip(self.groups, self.cells, strict=True)
        ]
        return self._stack(tables)

    def support(self) -> pd.DataFrame:
        """Return the intervals with the counts behind them, by which `release` decides.

        Returns
        -------
        pandas.DataFrame
            As `curve`; ``n_risk`` is missing where weights are counted instead of patients.
        """
        steps = self.curve()
        return steps.assign(n_risk=np.nan) if self.fit["weighted"].iloc[0] else steps

    def risk_table(self, times: Iterable[float]) -> pd.DataFrame:
        """Return what was known of how many at each time.

        Parameters
        ----------
        times : iterable of float
            Times in the units of the data, at least 0.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``time, n_risk, n_event, n_censored, n_open``: those seen without
            the event at or after the time, seen with it by then, last seen without it by then,
            and those whose event came at an unknown time around it.
        """
        asked = asked_times(times)
        return self._stack([_known_at(cells, asked) for cells in self.cells])

    def confidence(
        self,
        times: Iterable[float],
        n_draws: int = 1000,
        seed: int = 1,
        conf_level: float = 0.95,
    ) -> pd.DataFrame:
        """Return pointwise confidence limits by drawing patients again.

        Parameters
        ----------
        times : iterable of float
            Times in the units of the data, at least 0.
        n_draws : int
            Bootstrap samples, at least 100.
        seed : int
            Where the random numbers begin; the same seed gives the same limits.
        conf_level : float
            Two-sided, pointwise coverage.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``time, estimate, conf_low, conf_high``.

        Raises
        ------
        ModelError
            When the curve was weighted by anything but whole numbers of patients.

        Notes
        -----
        Right when visits fall on few days that many patients share, such as weeks: then the curve
        is a finite number of probabilities. With visits at arbitrary times the estimate converges
        more slowly (with the cube root of the number of patients) and drawing again is known not
        to be consistent: read the limits as rough there, or round visits to weeks first. Limits
        are percentiles of the lower bound and of the upper bound of the draws, so that they also
        cover what the likelihood leaves open inside an innermost interval.

        References
        ----------
        Sen B, Banerjee M, Woodroofe M (2010). Annals of Statistics 38:1953-1977.
        """
        asked = asked_times(times)
        check_conf_level(conf_level)
        if n_draws < 100:
            raise ModelError(f"n_draws is {n_draws}; allowed are 100 and more.")
        if any(not cells.counted for cells in self.cells):
            raise ModelError("Drawing patients again needs whole weights, or none.")
        tables = []
        for number, (group, cells) in enumerate(zip(self.groups, self.cells, strict=True)):
            low, high = bootstrap_limits(cells, asked, n_draws, (seed, number), conf_level)
            table = values_at(group.steps, asked)[["time", "estimate"]]
            tables.append(table.assign(conf_low=low, conf_high=high))
        return self._stack(tables)

    def glance(self) -> pd.DataFrame:
        """Return one row about the curves.

        Returns
        -------
        pandas.DataFrame
            ``n_obs, n_exact, n_interval, n_right, n_dropped, n_groups, log_likelihood, kkt_gap,
            iterations, converged, weighted``; numbers are of rows. ``n_interval`` counts those
            seen with the event but not exactly, from 0 on as well; ``kkt_gap`` bounds how much
            more the log-likelihood could reach in any group.
        """
        return self.fit.copy()

    def summary(self) -> str:
        """Return medians per group and how the fit ended as text."""
        return (
            "Curve from interval-censored times (Turnbull), median time\n"
            f"{frame_to_text(self.median())}\n"
            f"{frame_to_text(self.fit[['n_obs', 'n_exact', 'n_interval', 'n_right']])}"
        )

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(
            self.median(), caption="Curve from interval-censored times: median time"
        )

    def _stack(self, tables: list[pd.DataFrame]) -> pd.DataFrame:
        """Stack one table per group."""
        return stack_groups(tables, self.levels)


def _innermost_table(steps: IntervalSteps, cells: Cells) -> pd.DataFrame:
    """Lay out the innermost intervals of one group."""
    seen = np.append(0.0, _sum_upto(cells.times.upper, cells.number, steps.upper))
    return pd.DataFrame(
        {
            "lower": steps.lower,
            "upper": steps.upper,
            "mass": steps.mass,
            "n_risk": _numbers(cells, _sum_from(cells, steps)),
            "n_event": _numbers(cells, np.diff(seen)),
            "estimate": steps.after,
        }
    )


def _sum_from(cells: Cells, steps: IntervalSteps) -> FloatArray:
    """Add up those seen without the event at or after the lower ends."""
    times, number = cells.times, cells.number
    earlier = _sum_below(times.lower, number, steps.lower)
    exact = times.lower == times.upper  # at the lower end of an interval, not inside it
    upto = _sum_upto(times.upper[exact], number[exact], steps.lower)
    below = _sum_below(times.upper[exact], number[exact], steps.lower)
    at_end = np.where(steps.lower < steps.upper, upto - below, 0.0)
    found: FloatArray = number.sum() - earlier - at_end
    return found


def _known_at(cells: Cells, asked: FloatArray) -> pd.DataFrame:
    """Count what is known of one group at the asked times."""
    times, number = cells.times, cells.number
    lasting = np.isinf(times.upper)
    ends = np.unique(np.concatenate([times.lower, times.upper[~lasting]]))
    at = settle(asked, ends)
    between = ~lasting & (times.lower < times.upper)
    begun = _sum_below(times.lower[between], number[between], at)
    over = _sum_upto(times.upper[between], number[between], at)
    return pd.DataFrame(
        {
            "time": asked,
            "n_risk": _numbers(cells, number.sum() - _sum_below(times.lower, number, at)),
            "n_event": _numbers(cells, _sum_upto(times.upper, number, at)),
            "n_censored": _numbers(cells, _sum_upto(times.lower[lasting], number[lasting], at)),
            "n_open": _numbers(cells, begun - over),
        }
    )


def _sum_upto(ends: FloatArray, number: FloatArray, at: FloatArray) -> FloatArray:
    """Add up the numbers whose end is at or before each time, infinite ends never."""
    order = np.argsort(ends, kind="stable")
    place = np.searchsorted(ends[order], np.minimum(at, np.finfo(float).max), side="right")
    return np.append(0.0, np.cumsum(number[order]))[place]


def _sum_below(ends: FloatArray, number: FloatArray, at: FloatArray) -> FloatArray:
    """Add up the numbers whose end is before each time."""
    order = np.argsort(ends, kind="stable")
    return np.append(0.0, np.cumsum(number[order]))[np.searchsorted(ends[order], at)]


def _numbers(cells: Cells, values: FloatArray) -> npt.NDArray[np.generic]:
    """Show counts as whole numbers unless they are sums of weights."""
    return np.round(values).astype(np.int64) if cells.counted else values
