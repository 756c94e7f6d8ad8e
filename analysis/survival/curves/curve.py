"""Kaplan-Meier curves of groups, and what is read off them: probabilities, medians, means, tables.

Estimating the curves from a frame is in kaplan_meier.py; the readings of one curve are in
readings.py and restricted_mean.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.results import (
    FloatArray,
    check_conf_level,
    check_option,
    frame_to_html,
    frame_to_text,
)
from analysis.survival.asked import asked_times
from analysis.survival.curves.product_limit import QUANTILE_STYLES, Steps
from analysis.survival.curves.readings import (
    numbers_at,
    probabilities_at,
    quantile_times,
    step_table,
)
from analysis.survival.curves.restricted_mean import compare_means, mean_table
from analysis.survival.stacking import beside_group, stack_groups

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
    title : str
        What the curves are.
    origin : str, optional
        What time 0 is, such as "first infusion".
    note : str
        What else a reader must know, such as how the event was seen.
    followed : pandas.DataFrame, optional
        Who was followed, for disclosure control: ``unit, entry, time, event`` and the column of
        the groups. Patient-level; nothing prints it.
    """

    groups: tuple[Steps, ...]
    levels: pd.Index
    conf_type: str
    weighted: bool
    fit: pd.DataFrame
    title: str = "Kaplan-Meier curve"
    origin: str | None = None
    note: str = ""
    followed: pd.DataFrame | None = None

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
        return self._stack(
            lambda steps: probabilities_at(
                steps, asked, conf_type=self.conf_type, conf_level=conf_level
            )
        )

    def median(self, conf_level: float = 0.95, *, style: str = "R") -> pd.DataFrame:
        """Return the median time to the event, per group.

        Parameters
        ----------
        conf_level : float
            Two-sided coverage of the Brookmeyer-Crowley limits on the scale of the curve's.
        style : str
            ``"R"`` or ``"SAS"``, see `quantile`.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``estimate, conf_low, conf_high``; NaN is "not reached".

        References
        ----------
        Brookmeyer R, Crowley J (1982). Biometrics 38:29-41.
        """
        return self.quantile([0.5], conf_level, style=style).drop(columns="probability")

    def quantile(
        self, probabilities: Iterable[float], conf_level: float = 0.95, *, style: str = "R"
    ) -> pd.DataFrame:
        """Return the times by which given shares had the event, per group.

        Parameters
        ----------
        probabilities : iterable of float
            Shares strictly between 0 and 1; 0.25 is the time at which the curve falls to 0.75.
        conf_level : float
            Two-sided coverage of the Brookmeyer-Crowley limits on the scale of the curve's.
        style : str
            Convention for a curve that ends exactly on the level: ``"R"`` takes the middle
            between its first time there and the last time, ``"SAS"`` says not reached.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``probability, estimate, conf_low, conf_high``; NaN is
            "not reached".

        Notes
        -----
        When the curve stays exactly on the level for a while and then falls, R and SAS both take
        the middle of the flat piece.
        """
        check_conf_level(conf_level)
        check_option("style", style, QUANTILE_STYLES)
        shares = _shares(probabilities)
        return self._stack(
            lambda steps: quantile_times(
                steps, shares, conf_type=self.conf_type, conf_level=conf_level, style=style
            )
        )

    def rmst(self, tau: float, conf_level: float = 0.95) -> pd.DataFrame:
        """Return the restricted mean survival time: the mean time without the event up to `tau`.

        Parameters
        ----------
        tau : float
            Restriction time in the units of the data, above 0.
        conf_level : float
            Two-sided coverage of the normal interval.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``tau, estimate, std_error, conf_low, conf_high``.

        Raises
        ------
        DataError
            When `tau` is not a positive number, or a group was not followed until then.

        Notes
        -----
        The variance is Greenwood's plug-in, as in R's survfit and survRM2 (with weights that are
        not whole, the infinitesimal jackknife). The rule for `tau` is survRM2's: no later than
        the last time of any group whose curve is still above 0, nor than that of all groups.
        With delayed entry the area before the first entry counts as 1.

        References
        ----------
        Uno H et al. (2014). Journal of Clinical Oncology 32:2380-2385.
        """
        table = mean_table(self.groups, self.levels, tau=tau, conf_level=conf_level)
        if self.levels.name is not None:
            table = beside_group(table, self.levels, self.levels.name)
        return table

    def rmst_difference(
        self, tau: float, *, reference: Any, conf_level: float = 0.95
    ) -> pd.DataFrame:
        """Compare restricted mean survival times with that of one group.

        Parameters
        ----------
        tau : float
            Restriction time, as in `rmst`.
        reference : level of the group column
            The group with which the others are compared.
        conf_level : float
            Two-sided coverage.

        Returns
        -------
        pandas.DataFrame
            ``contrast, measure, tau`` and the tidy columns; ``measure`` is ``difference``
            (level - reference) or ``ratio`` (level / reference). Of a ratio, ``std_error,
            statistic`` are those of its logarithm.

        Raises
        ------
        DataError
            When `tau` cannot be used, as in `rmst`.
        ModelError
            When there are no groups, or `reference` is not one of them.
        """
        return compare_means(
            self.groups, self.levels, tau=tau, reference=reference, conf_level=conf_level
        )

    def support(self) -> pd.DataFrame:
        """Return every step with the counts behind it, by which `release` decides.

        Returns
        -------
        pandas.DataFrame
            As `curve`; ``n_risk`` is missing where weights are counted instead of patients.
        """
        steps = self.curve()
        return steps.assign(n_risk=np.nan) if self.weighted else steps

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

        Notes
        -----
        ``n_risk`` counts those with entry < t <= time, as in `at`: who leaves at t is at risk at
        t. With delayed entry, R's ``summary(survfit, times)`` counts at the next time of an event
        or censoring instead, and so patients who enter after t.
        """
        asked = asked_times(times)
        return self._stack(lambda steps: numbers_at(steps, asked))

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
            conf_low, conf_high``; one row per distinct time of event or censoring. The scale
            and level of the limits are in ``attrs``.
        """
        check_conf_level(conf_level)
        steps = self._stack(
            lambda steps: step_table(steps, conf_type=self.conf_type, conf_level=conf_level)
        )
        steps.attrs |= {"conf_type": self.conf_type, "conf_level": conf_level}
        return steps

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
        title = f"{self.title}, {self.conf_type} confidence limits; {self._origin()}"
        return "\n".join(filter(None, [title, frame_to_text(self._overview()), self.note]))

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        caption = (
            f"{self.title}: median time; {self._origin()}{'. ' if self.note else ''}{self.note}"
        )
        return frame_to_html(self._overview(), caption=caption)

    def _origin(self) -> str:
        """Say what time 0 is, or that nobody said."""
        return "origin not stated" if self.origin is None else f"time from {self.origin}"

    def _overview(self) -> pd.DataFrame:
        """Put numbers and medians of the groups together."""
        totals = self._stack(lambda steps: numbers_at(steps, steps.time[-1:]))
        shown = self.median().rename(columns={"estimate": "median"})
        n_all = totals["n_event"] + totals["n_censored"]
        place = 0 if self.levels.name is None else 1
        shown.insert(place, "n", n_all.to_numpy())
        shown.insert(place + 1, "n_event", totals["n_event"].to_numpy())
        return shown

    def _stack(self, table: Callable[[Steps], pd.DataFrame]) -> pd.DataFrame:
        """Make one table per group and stack them beside the group column."""
        tables = [table(steps) for steps in self.groups]
        return stack_groups(tables, self.levels, whole_numbers=not self.weighted)


def _shares(probabilities: Iterable[float]) -> FloatArray:
    """Read the asked shares, in the order given."""
    shares = np.atleast_1d(np.asarray(list(probabilities), dtype=float))
    if shares.size == 0 or not ((shares > 0.0) & (shares < 1.0)).all():
        raise DataError("Give at least one probability; allowed are numbers between 0 and 1.")
    return shares
