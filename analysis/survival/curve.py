"""Kaplan-Meier curves of groups, and what is read off them: probabilities, medians, risk tables.

Estimating the curves from a frame is in kaplan_meier.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.results import FloatArray, check_conf_level, frame_to_html, frame_to_text
from analysis.survival.asked import asked_times
from analysis.survival.product_limit import Steps, confidence_limits, crossing_time

__all__ = ["SurvivalCurve"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SurvivalCurve:
    """Kaplan-Meier curves of one or more groups.

    Parameters
    ----------
    groups : tuple of Steps
        One curve per level.
    levels : pandas.Index
        Groups in order; its name is the column, None without groups.
    conf_type : str
        Scale of the confidence limits.
    weighted : bool
        Whether numbers are sums of weights.
    fit : pandas.DataFrame
        One row about the curves, see `glance`.
    """

    groups: tuple[Steps, ...]
    levels: pd.Index
    conf_type: str
    weighted: bool
    fit: pd.DataFrame

    def at(self, times: Iterable[float], conf_level: float = 0.95) -> pd.DataFrame:
        """Return the probability of no event up to and including each time.

        Parameters
        ----------
        times : iterable of float
            Times in the units of the data, at least 0.
        conf_level : float
            Two-sided, pointwise coverage.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``time, n_risk, estimate, std_error, conf_low, conf_high``.

        Notes
        -----
        ``n_risk`` counts those with entry < t <= time, as R and SAS (and entry 0 at t = 0).
        After the last time of a group its curve is not known: NaN, unless it has reached 0.
        """
        asked = asked_times(times)
        check_conf_level(conf_level)
        return self._stack(lambda steps: self._probabilities(steps, asked, conf_level))

    def median(self, conf_level: float = 0.95) -> pd.DataFrame:
        """Return the median time to the event, per group.

        Parameters
        ----------
        conf_level : float
            Two-sided coverage of the Brookmeyer-Crowley limits on the scale of the curve's.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``estimate, conf_low, conf_high``; NaN is "not reached".

        References
        ----------
        Brookmeyer R, Crowley J (1982). Biometrics 38:29-41.
        """
        check_conf_level(conf_level)
        return self._stack(lambda steps: self._median(steps, conf_level))

    def risk_table(self, times: Iterable[float]) -> pd.DataFrame:
        """Return numbers at risk, with events and censorings so far.

        Parameters
        ----------
        times : iterable of float
            Times in the units of the data, at least 0.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``time, n_risk, n_event, n_censored``; the last two count up to
            and including the time.
        """
        asked = asked_times(times)
        return self._stack(lambda steps: self._risk(steps, asked))

    def curve(self, conf_level: float = 0.95) -> pd.DataFrame:
        """Return every step of every curve.

        Parameters
        ----------
        conf_level : float
            Two-sided, pointwise coverage.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``time, n_risk, n_event, n_censored, estimate, std_error,
            conf_low, conf_high``; one row per distinct time of event or censoring.
        """
        check_conf_level(conf_level)
        return self._stack(lambda steps: self._steps(steps, conf_level))

    def glance(self) -> pd.DataFrame:
        """Return one row about the curves.

        Returns
        -------
        pandas.DataFrame
            ``n_obs, n_event, n_censored, n_dropped, n_groups, conf_type, variance,
            delayed_entry, weighted``; numbers are of rows, not of weights.
        """
        return self.fit.copy()

    def summary(self) -> str:
        """Return numbers and medians per group as text."""
        return (
            f"Kaplan-Meier curve, {self.conf_type} confidence limits\n"
            f"{frame_to_text(self._overview())}"
        )

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self._overview(), caption="Kaplan-Meier curve: median time")

    def _overview(self) -> pd.DataFrame:
        """Put numbers and medians of the groups together."""
        totals = self._stack(lambda steps: self._risk(steps, steps.time[-1:]))
        shown = self.median().rename(columns={"estimate": "median"})
        n_all = totals["n_event"] + totals["n_censored"]
        place = 0 if self.levels.name is None else 1
        shown.insert(place, "n", n_all.to_numpy())
        shown.insert(place + 1, "n_event", totals["n_event"].to_numpy())
        return shown

    def _stack(self, table: Callable[[Steps], pd.DataFrame]) -> pd.DataFrame:
        """Make one table per group and stack them beside the group column."""
        tables = [table(steps) for steps in self.groups]
        frame = pd.concat(tables, ignore_index=True)
        if self.levels.name is not None:
            sizes = [len(part) for part in tables]
            frame.insert(0, self.levels.name, self.levels.repeat(sizes))
        return frame

    def _probabilities(self, steps: Steps, asked: FloatArray, conf_level: float) -> pd.DataFrame:
        """Read the curve off at the asked times."""
        place = np.searchsorted(steps.time, asked, side="right")
        survival = np.append(1.0, steps.survival)[place]
        log_variance = np.append(0.0, steps.log_variance)[place]
        unknown = (asked > steps.time[-1]) & (survival > 0.0)
        estimate = np.where(unknown, np.nan, survival)
        low, high = self._limits(estimate, log_variance, conf_level)
        return pd.DataFrame(
            {
                "time": asked,
                "n_risk": self._numbers(_at_risk(steps, asked)),
                "estimate": estimate,
                "std_error": estimate * np.sqrt(log_variance),
                "conf_low": low,
                "conf_high": high,
            }
        )

    def _median(self, steps: Steps, conf_level: float) -> pd.DataFrame:
        """Invert the curve and its limits at one half."""
        low, high = self._limits(steps.survival, steps.log_variance, conf_level)
        curves = {"estimate": steps.survival, "conf_low": low, "conf_high": high}
        return pd.DataFrame(
            {name: [crossing_time(steps.time, curve)] for name, curve in curves.items()}
        )

    def _risk(self, steps: Steps, asked: FloatArray) -> pd.DataFrame:
        """Count at risk, events and censorings so far."""
        place = np.searchsorted(steps.time, asked, side="right")
        events = np.append(0.0, np.cumsum(steps.n_event))[place]
        censored = np.append(0.0, np.cumsum(steps.n_censored))[place]
        return pd.DataFrame(
            {
                "time": asked,
                "n_risk": self._numbers(_at_risk(steps, asked)),
                "n_event": self._numbers(events),
                "n_censored": self._numbers(censored),
            }
        )

    def _steps(self, steps: Steps, conf_level: float) -> pd.DataFrame:
        """Lay out all steps of one group."""
        low, high = self._limits(steps.survival, steps.log_variance, conf_level)
        return pd.DataFrame(
            {
                "time": steps.time,
                "n_risk": self._numbers(steps.n_risk),
                "n_event": self._numbers(steps.n_event),
                "n_censored": self._numbers(steps.n_censored),
                "estimate": steps.survival,
                "std_error": steps.survival * np.sqrt(steps.log_variance),
                "conf_low": low,
                "conf_high": high,
            }
        )

    def _limits(
        self, survival: FloatArray, log_variance: FloatArray, conf_level: float
    ) -> tuple[FloatArray, FloatArray]:
        """Compute limits on the scale of this curve."""
        return confidence_limits(
            survival, log_variance, conf_type=self.conf_type, conf_level=conf_level
        )

    def _numbers(self, values: FloatArray) -> FloatArray | npt.NDArray[np.int64]:
        """Show counts as whole numbers unless they are sums of weights."""
        return values if self.weighted else np.round(values).astype(np.int64)


def _at_risk(steps: Steps, asked: FloatArray) -> FloatArray:
    """Count those with entry < t <= time."""
    entered = np.append(0.0, steps.n_entered)[np.searchsorted(steps.entry, asked, side="left")]
    left = np.append(0.0, np.cumsum(steps.n_event + steps.n_censored))
    return np.asarray(entered - left[np.searchsorted(steps.time, asked, side="left")])
