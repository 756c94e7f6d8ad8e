"""Cumulative incidence of competing causes from a frame of interval-censored times.

The arithmetic of one group is in incidence_estimate.py.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError
from analysis.results import FloatArray, counted, frame_to_html, frame_to_text
from analysis.survival.asked import asked_times
from analysis.survival.interval.estimate import values_at
from analysis.survival.interval.fit_row import fit_row
from analysis.survival.interval.incidence_estimate import Incidence, estimate_incidence
from analysis.survival.interval.rows import read_interval_rows
from analysis.survival.reading.interval_times import IntervalTimes
from analysis.survival.reading.named_columns import require_columns
from analysis.survival.stacking import stack_groups

__all__ = ["IntervalIncidence", "interval_cumulative_incidence"]

Codes = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class IntervalIncidence:
    """Cumulative incidence of one or more groups from interval-censored times.

    Parameters
    ----------
    groups : tuple of Incidence
        One estimate per level.
    causes : pandas.Index
        Causes in order.
    levels : pandas.Index
        Groups in order; its name is the column, None without groups.
    fit : pandas.DataFrame
        One row about the estimates, see `glance`.
    """

    groups: tuple[Incidence, ...]
    causes: pd.Index
    levels: pd.Index
    fit: pd.DataFrame

    def at(self, times: Iterable[float]) -> pd.DataFrame:
        """Return the probability of an event of each cause up to and including each time.

        Parameters
        ----------
        times : iterable of float
            Times in the units of the data, at least 0.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``event`` (the cause), ``time, estimate, estimate_low,
            estimate_high``. The last two bound what the likelihood leaves open; inside an
            innermost interval the estimate is on the straight line between its ends. After the
            last time at which anybody was seen without an event, the estimate is NaN unless all
            probability has come before.
        """
        asked = asked_times(times)
        return stack_groups([self._at(group, asked) for group in self.groups], self.levels)

    def curve(self) -> pd.DataFrame:
        """Return the innermost intervals that have probability.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``event, lower, upper, mass, estimate``; the last is the cumulative
            incidence at ``upper``.
        """
        return stack_groups([self._curve(group) for group in self.groups], self.levels)

    def glance(self) -> pd.DataFrame:
        """Return one row about the estimates.

        Returns
        -------
        pandas.DataFrame
            ``n_obs, n_exact, n_interval, n_right, n_dropped, n_groups, n_causes, log_likelihood,
            kkt_gap, iterations, converged``, as for `turnbull`.
        """
        return self.fit.copy()

    def summary(self) -> str:
        """Return the incidence of each cause at the end of observation as text."""
        return (
            "Cumulative incidence from interval-censored times, at the end of observation\n"
            f"{frame_to_text(self._final())}"
        )

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(
            self._final(),
            caption="Cumulative incidence from interval-censored times, at the end of observation",
        )

    def _at(self, group: Incidence, asked: FloatArray) -> pd.DataFrame:
        """Read one group off."""
        tables = []
        for cause, steps in zip(self.causes, group.causes, strict=True):
            table = values_at(steps, asked)
            late = (asked > group.last_seen) & (group.beyond > 0.0)
            low, high = 1.0 - table["estimate_high"], 1.0 - table["estimate_low"]
            table = table.assign(
                estimate=(1.0 - table["estimate"]).mask(late),
                estimate_low=low,
                estimate_high=high + np.where(late, group.beyond, 0.0),
            )
            table.insert(0, "event", cause)
            tables.append(table)
        return pd.concat(tables, ignore_index=True)

    def _curve(self, group: Incidence) -> pd.DataFrame:
        """Lay out the innermost intervals of one group."""
        sizes = [steps.mass.size for steps in group.causes]
        columns = {
            "lower": [steps.lower for steps in group.causes],
            "upper": [steps.upper for steps in group.causes],
            "mass": [steps.mass for steps in group.causes],
            "estimate": [1.0 - steps.after for steps in group.causes],
        }
        table = pd.DataFrame({name: np.concatenate(parts) for name, parts in columns.items()})
        table.insert(0, "event", self.causes.repeat(sizes))
        return table

    def _final(self) -> pd.DataFrame:
        """Sum up each cause."""
        sums = [
            pd.DataFrame({"event": self.causes, "estimate": [s.mass.sum() for s in group.causes]})
            for group in self.groups
        ]
        return stack_groups(sums, self.levels)


def interval_cumulative_incidence(
    data: pd.DataFrame,
    lower: str = "lower",
    upper: str = "upper",
    event: str = "event",
    *,
    by: str | None = None,
    censored: Hashable = 0,
) -> IntervalIncidence:
    """Estimate the cumulative incidence of competing causes when events are seen at visits only.

    Answers, for example, how many have relapsed, and how many have left treatment, by each day,
    when each is known only to lie between two visits. The nonparametric maximum-likelihood
    estimate for known causes. Rows with a missing group are left out and counted; a missing upper
    end is right-censored; other missing values are errors.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per patient.
    lower, upper : str
        Columns of the last time without and the first time with any event, as for `turnbull`.
    event : str
        Column of the cause of the event.
    by : str, optional
        Column of the groups.
    censored : hashable
        The value of `event` in a row that is right-censored.

    Returns
    -------
    IntervalIncidence
        A result with ``at`` and ``curve``.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When a row with a cause has no upper end or one without has one, no event was seen, or an
        end is out of order.
    ConvergenceError
        When the maximum is not reached within 1e-4 of log-likelihood.

    Notes
    -----
    With one cause it is 1 minus the curve of `turnbull`, with exact times the Aalen-Johansen
    estimate. There are no confidence limits.

    References
    ----------
    Hudgens MG, Satten GA, Longini IM (2001). Biometrics 57:74-80.

    Examples
    --------
    >>> data = pd.DataFrame({
    ...     "lower": [0, 14, 14, 28, 28], "upper": [14, 28, 42, 42, None],
    ...     "event": ["relapse", "left", "relapse", "left", 0]})
    >>> interval_cumulative_incidence(data).at([28]).round(3)
         event  time  estimate  estimate_low  estimate_high
    0     left  28.0       0.2           0.2            0.2
    1  relapse  28.0       0.2           0.2            0.2
    """
    require_columns(data, event=event)
    rows = read_interval_rows(data, lower=lower, upper=upper, by=by)
    kept = data if by is None else data.loc[data[by].notna()]
    cause, causes = _read_causes(kept[event], rows.times, censored)
    groups = tuple(
        estimate_incidence(rows.times, rows.codes == code, cause, len(causes))
        for code in range(len(rows.levels))
    )
    fit = fit_row(rows, [group.fit for group in groups])
    fit.insert(list(fit.columns).index("log_likelihood"), "n_causes", len(causes))
    return IntervalIncidence(groups=groups, causes=causes, levels=rows.levels.rename(by), fit=fit)


def _read_causes(
    column: pd.Series[Any], times: IntervalTimes, censored: Hashable
) -> tuple[Codes, pd.Index]:
    """Give each cause a number from 0 on, -1 for censored, and hold them to the ends."""
    missing = int(column.isna().sum())
    if missing:
        raise DataError(
            f"Column {column.name!r} (event=) has {counted(missing, 'row')} without a value; give "
            "rows that are right-censored that of censored=."
        )
    seen = (column != censored).to_numpy(dtype=bool)
    open_ended = np.isinf(times.upper)
    wrong = int((seen == open_ended).sum())
    if wrong:
        raise DataError(
            f"{counted(wrong, 'row')} of {column.name!r} (event=) do not go with the upper end: a "
            f"cause needs a finite one, {censored!r} (censored=) an infinite or missing one."
        )
    if not seen.any():
        raise DataError("All rows are right-censored, so there is nothing to estimate.")
    codes, causes = pd.factorize(column[seen], sort=True)
    cause = np.full(len(column), -1, dtype=np.intp)
    cause[seen] = codes
    return cause, pd.Index(causes)
