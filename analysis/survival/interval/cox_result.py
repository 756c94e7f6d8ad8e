"""The result of a proportional-hazards regression of interval-censored times.

Fitting is in interval_cox.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.results import FloatArray, frame_to_html, frame_to_text
from analysis.survival.asked import asked_times, repeated_rows
from analysis.survival.coefficients import Coefficients
from analysis.survival.interval.estimate import IntervalSteps, values_at
from analysis.survival.reading.covariates import Covariates
from analysis.survival.reading.strata import strata_of

__all__ = ["IntervalCoxModel"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class IntervalCoxModel:
    """A fitted proportional-hazards regression of interval-censored times.

    Parameters
    ----------
    formula : str
        Its covariates.
    coefficients : Coefficients
        Log hazard ratios and their covariance.
    fit : pandas.DataFrame
        One row about the fit, see `glance`.
    curves : tuple of IntervalSteps
        The curve of each stratum for a patient whose columns are all at `centre`.
    centre : array, shape (p,)
        Means of the columns over the rows used.
    strata : pandas.DataFrame
        One row per stratum with its columns.
    covariates : Covariates
        The covariates of the rows used; patient-level.
    behind : pandas.DataFrame
        Patients and events behind each coefficient, see `support`.
    """

    formula: str
    coefficients: Coefficients
    fit: pd.DataFrame
    curves: tuple[IntervalSteps, ...]
    centre: FloatArray
    strata: pd.DataFrame
    covariates: Covariates
    behind: pd.DataFrame

    def tidy(self, conf_level: float = 0.95, *, exponentiate: bool = False) -> pd.DataFrame:
        """Return one row per coefficient: log hazard ratios with Wald tests and limits.

        Parameters
        ----------
        conf_level : float
            Two-sided coverage.
        exponentiate : bool
            Show hazard ratios; ``std_error`` stays that of the log hazard ratio.

        Returns
        -------
        pandas.DataFrame
            ``term`` and the tidy columns.
        """
        return self.coefficients.tidy(conf_level, exponentiate=exponentiate)

    def glance(self) -> pd.DataFrame:
        """Return one row about the fit.

        Returns
        -------
        pandas.DataFrame
            ``n_obs, n_exact, n_interval, n_right, n_dropped, n_strata, log_likelihood_null,
            log_likelihood, statistic, df, p_value`` (the last three of the likelihood-ratio test
            that all coefficients are 0), ``n_jumps, converged, newton_decrement, iterations``.
        """
        return self.fit.copy()

    def support(self) -> pd.DataFrame:
        """Return the fewest patients and events behind each coefficient, for `release`.

        Returns
        -------
        pandas.DataFrame
            ``term, n, n_event, residual_df``: fewest rows, and fewest with the event seen, of a
            level or cell that the coefficient compares, and events less coefficients.
        """
        return self.behind.copy()

    def covariance(self) -> pd.DataFrame:
        """Return the covariance of the coefficients, terms by terms."""
        return self.coefficients.covariance()

    def baseline(self) -> pd.DataFrame:
        """Return the curve of a reference patient, per stratum.

        Returns
        -------
        pandas.DataFrame
            The strata, ``lower, upper, cumulative_hazard, estimate``: the innermost intervals with
            probability, and the cumulative hazard and the probability of no event at their upper
            end. The cumulative hazard is infinite at the end of the last.

        Notes
        -----
        The reference patient has numeric covariates at their mean over the rows used and factors
        at their first level, as for `cox`.
        """
        ratio = self._ratios(self.covariates.population.reference())[0]
        with np.errstate(divide="ignore"):
            hazard = -np.log(np.concatenate([curve.after for curve in self.curves])) * ratio
        sizes = [curve.after.size for curve in self.curves]
        strata = self.strata.iloc[np.repeat(np.arange(len(sizes)), sizes)]
        return strata.reset_index(drop=True).assign(
            lower=np.concatenate([curve.lower for curve in self.curves]),
            upper=np.concatenate([curve.upper for curve in self.curves]),
            cumulative_hazard=hazard,
            estimate=np.exp(-hazard),
        )

    def survival(self, new_data: pd.DataFrame, times: Iterable[float]) -> pd.DataFrame:
        """Predict the probability of no event for patients with given covariates.

        Parameters
        ----------
        new_data : pandas.DataFrame
            Covariates, and strata when the fit has them; one row per curve.
        times : iterable of float
            Times in the units of the data, at least 0.

        Returns
        -------
        pandas.DataFrame
            ``row`` (position in `new_data`), the covariates and strata, ``time, estimate,
            estimate_low, estimate_high``, as `turnbull` has them: the last two bound what the
            likelihood leaves open inside an innermost interval.

        Raises
        ------
        ColumnError, DataError
            When a covariate or stratum is absent, missing, or has a level not seen by the fit.

        Notes
        -----
        There are no limits for the sampling error of curves: with visits at arbitrary times their
        estimate converges with the cube root of the number of patients, and none are known.
        """
        asked = asked_times(times)
        stratum = strata_of(new_data, self.strata)
        ratios = self._ratios(new_data)
        known = [values_at(curve, asked) for curve in self.curves]
        low, high, middle = (
            np.array([table[name] for table in known])[stratum] ** ratios[:, None]
            for name in ("estimate_low", "estimate_high", "estimate")
        )
        gone = np.array([_share_gone(table) for table in known])[stratum]
        middle = np.where(np.isnan(middle), np.nan, high - gone * (high - low))
        columns = [*self.strata.columns, *self.covariates.population.predictors]
        return repeated_rows(new_data, columns, asked.size).assign(
            time=np.tile(asked, len(new_data)),
            estimate=middle.ravel(),
            estimate_low=low.ravel(),
            estimate_high=high.ravel(),
        )

    def summary(self) -> str:
        """Return coefficients and how the fit ended as text."""
        about = self.fit[["n_obs", "n_exact", "n_interval", "n_right", "log_likelihood"]]
        return (
            f"Proportional hazards of interval-censored times: {self.formula}\n"
            f"{frame_to_text(self.tidy())}\n{frame_to_text(about)}"
        )

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(
            self.tidy(), caption=f"Proportional hazards of interval-censored times: {self.formula}"
        )

    def _ratios(self, rows: pd.DataFrame) -> FloatArray:
        """Compute hazard ratios against a patient at the centre."""
        away = self.covariates.design(rows) - self.centre
        return np.asarray(np.exp(away @ self.coefficients.estimate))


def _share_gone(table: pd.DataFrame) -> FloatArray:
    """Compute how far into an innermost interval each time is."""
    width = table["estimate_high"] - table["estimate_low"]
    gone = (table["estimate_high"] - table["estimate"]) / width.where(width > 0.0, 1.0)
    return gone.fillna(0.0).to_numpy()
