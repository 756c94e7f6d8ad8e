"""The result of a parametric regression of times and what is read off it.

Fitting is in parametric.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.results import FloatArray, critical_value, frame_to_html, frame_to_text
from analysis.survival.aft.distributions import DISTRIBUTIONS
from analysis.survival.aft.fit import AftFit
from analysis.survival.asked import asked_times, repeated_rows
from analysis.survival.coefficients import Coefficients
from analysis.survival.reading.covariates import Covariates

__all__ = ["ParametricModel"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ParametricModel:
    """A fitted parametric regression.

    Parameters
    ----------
    formula : str
        Its covariates.
    distribution, scale : str
        Of the times, and of the coefficients (``"aft"`` or ``"ph"``).
    coefficients : Coefficients
        Coefficients with log scale (or log shape), and their covariance.
    fit : pandas.DataFrame
        One row about the fit, see `glance`.
    covariates : Covariates
        How rows are coded.
    engine : AftFit
        The fit in its own parameters.
    behind : pandas.DataFrame
        Patients and events behind each coefficient, see `support`.
    """

    formula: str
    distribution: str
    scale: str
    coefficients: Coefficients
    fit: pd.DataFrame
    covariates: Covariates
    engine: AftFit
    behind: pd.DataFrame

    def tidy(self, conf_level: float = 0.95, *, exponentiate: bool = False) -> pd.DataFrame:
        """Return one row per coefficient, with Wald tests and limits.

        Parameters
        ----------
        conf_level : float
            Two-sided coverage.
        exponentiate : bool
            Show time ratios (``scale="aft"``) or hazard ratios (``"ph"``), and the scale or
            shape itself; ``std_error`` stays that of the log.

        Returns
        -------
        pandas.DataFrame
            ``term`` and the tidy columns; log(scale) or log(shape) last.
        """
        return self.coefficients.tidy(conf_level, exponentiate=exponentiate)

    def glance(self) -> pd.DataFrame:
        """Return one row about the fit.

        Returns
        -------
        pandas.DataFrame
            ``n_obs, n_exact, n_left, n_interval, n_right, n_dropped, log_likelihood_null,
            log_likelihood, aic, df, converged, newton_decrement, iterations, distribution,
            scale``; the null model has the intercept, and the scale, only.
        """
        return self.fit.copy()

    def support(self) -> pd.DataFrame:
        """Return the fewest patients and events behind each coefficient, for `release`.

        Returns
        -------
        pandas.DataFrame
            ``term, n, n_event, residual_df``: fewest rows, and fewest with the event seen, of a
            level or cell that the coefficient compares, and events less coefficients. Missing where
            weights are counted instead of patients.
        """
        return self.behind.copy()

    def covariance(self) -> pd.DataFrame:
        """Return the covariance of the coefficients, terms by terms."""
        return self.coefficients.covariance()

    def predict(
        self, new_data: pd.DataFrame, times: Iterable[float], conf_level: float = 0.95
    ) -> pd.DataFrame:
        """Predict the probability of no event for patients with given covariates.

        Parameters
        ----------
        new_data : pandas.DataFrame
            Covariates; one row per curve.
        times : iterable of float
            Times in the units of the data, at least 0.
        conf_level : float
            Two-sided, pointwise coverage.

        Returns
        -------
        pandas.DataFrame
            ``row`` (position in `new_data`), the covariates, ``time, estimate, std_error,
            conf_low, conf_high``.

        Raises
        ------
        ColumnError, DataError
            When a covariate is absent, missing, or has a level not seen by the fit.

        Notes
        -----
        Delta method on the standardised log time: limits symmetric there, so that they stay
        within 0 and 1 (for Weibull times log-log limits).
        """
        asked = asked_times(times)
        X = self._design(new_data)
        with np.errstate(divide="ignore"):
            logs = np.log(asked)
        finite = np.where(asked > 0.0, logs, 0.0)
        z = self.engine.a * finite - (X @ self.engine.g)[:, None]
        spread = self._spread(X, finite)
        margin = critical_value(np.inf, conf_level) * spread
        family = DISTRIBUTIONS[self.distribution]
        early = asked == 0.0
        curves = [
            np.where(early, 1.0, np.exp(family.log_survival(at))).ravel()
            for at in (z, z + margin, z - margin)
        ]
        density = np.where(early, 0.0, np.exp(family.log_density(z)[0]))
        return self._repeat(new_data, asked.size).assign(
            time=np.tile(asked, len(X)),
            estimate=curves[0],
            std_error=(density * spread).ravel(),
            conf_low=curves[1],
            conf_high=curves[2],
        )

    def median(self, new_data: pd.DataFrame, conf_level: float = 0.95) -> pd.DataFrame:
        """Predict the median time to the event for patients with given covariates.

        Parameters
        ----------
        new_data : pandas.DataFrame
            Covariates; one row per median.
        conf_level : float
            Two-sided coverage; limits are symmetric on the log.

        Returns
        -------
        pandas.DataFrame
            ``row``, the covariates, ``estimate, std_error, conf_low, conf_high``.

        Raises
        ------
        ColumnError, DataError
            When a covariate is absent, missing, or has a level not seen by the fit.
        """
        X, engine = self._design(new_data), self.engine
        z = DISTRIBUTIONS[self.distribution].quantile(0.5)
        log_time = (z + X @ engine.g) / engine.a
        slopes = np.column_stack([X, -log_time]) / engine.a
        spread = np.sqrt(np.einsum("mp,pq,mq->m", slopes, engine.vcov, slopes))
        margin = critical_value(np.inf, conf_level) * spread
        return self._repeat(new_data, 1).assign(
            estimate=np.exp(log_time),
            std_error=np.exp(log_time) * spread,
            conf_low=np.exp(log_time - margin),
            conf_high=np.exp(log_time + margin),
        )

    def summary(self) -> str:
        """Return coefficients and what was fitted as text."""
        return "\n".join([self._title(), frame_to_text(self._shown()), self._counts()])

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self._shown(), caption=f"{self._title()}. {self._counts()}")

    def _shown(self) -> pd.DataFrame:
        """Show coefficients without the columns that a reader does not need."""
        return self.tidy().drop(columns=["df", "statistic"])

    def _title(self) -> str:
        """Name the model and what its coefficients are."""
        of = "log time" if self.scale == "aft" else "log hazard"
        return f"{self.distribution.capitalize()} regression of {of}, {self.formula}"

    def _counts(self) -> str:
        """Count the rows by kind."""
        row = self.fit.iloc[0]
        return (
            f"{row['n_obs']:,} rows: {row['n_exact']:,} exact, {row['n_interval']:,} interval-, "
            f"{row['n_left']:,} left- and {row['n_right']:,} right-censored; "
            f"{row['n_dropped']:,} left out"
        )

    def _design(self, new_data: pd.DataFrame) -> FloatArray:
        """Code new rows, with an intercept."""
        return np.column_stack([np.ones(len(new_data)), self.covariates.design(new_data)])

    def _spread(self, X: FloatArray, logs: FloatArray) -> FloatArray:
        """Compute standard errors of the standardised log times, shape (rows, times)."""
        vcov = self.engine.vcov
        of_rows = np.einsum("mp,pq,mq->m", X, vcov[:-1, :-1], X)[:, None]
        across = (X @ vcov[:-1, -1])[:, None] * logs
        return np.asarray(np.sqrt(np.maximum(of_rows - 2.0 * across + vcov[-1, -1] * logs**2, 0.0)))

    def _repeat(self, new_data: pd.DataFrame, n_times: int) -> pd.DataFrame:
        """Repeat the covariates of each new row, with its position."""
        return repeated_rows(new_data, self.covariates.population.predictors, n_times)
