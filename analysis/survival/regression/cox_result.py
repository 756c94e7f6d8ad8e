"""The result of a Cox regression and what is read off it.

Fitting is in cox.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.results import critical_value
from analysis.survival.asked import asked_times
from analysis.survival.coefficients import Coefficients
from analysis.survival.reading.regression_rows import Outcome, RegressionRows
from analysis.survival.regression.concordance import concordance
from analysis.survival.regression.cox_fit import CoxFit
from analysis.survival.regression.cox_prediction import baseline_frame, survival_frame
from analysis.survival.regression.cox_standard import difference_frame, standardised_frame
from analysis.survival.regression.cox_tests import wald_tests
from analysis.survival.regression.cox_words import CoxInWords
from analysis.survival.regression.proportional_hazards import hazards_test

__all__ = ["CoxModel"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CoxModel:
    """A fitted Cox regression.

    Parameters
    ----------
    formula : str
        Its covariates.
    outcome : Outcome
        Its other columns.
    coefficients : Coefficients
        Log hazard ratios and their covariance.
    fit : pandas.DataFrame
        One row about the fit, see `glance`.
    tests : pandas.DataFrame
        Tests of all coefficients, see `overall_tests`.
    rows : RegressionRows
        The rows used; patient-level.
    engine : CoxFit
        The fit in its own coordinates; patient-level.
    """

    formula: str
    outcome: Outcome
    coefficients: Coefficients
    fit: pd.DataFrame
    tests: pd.DataFrame
    rows: RegressionRows
    engine: CoxFit

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
            ``n_obs, n_event, n_dropped, n_strata, n_clusters, log_likelihood_null,
            log_likelihood, aic, df, converged, newton_decrement, iterations, ties, vcov``; counts
            are of rows, not of weights.
        """
        return self.fit.copy()

    def support(self) -> pd.DataFrame:
        """Return the fewest patients and events behind each coefficient, for `release`.

        Returns
        -------
        pandas.DataFrame
            ``term, n, n_event, residual_df``: fewest patients, and fewest with the event, of a
            level or cell that the coefficient compares, and events less coefficients. Patients
            are subjects, or else clusters, or else rows.
        """
        rows = self.rows
        known = (code for code in (rows.subject, rows.cluster) if code is not None)
        return rows.covariates.support(
            rows.predictors, event=rows.times.event, patient=next(known, None)
        )

    def covariance(self) -> pd.DataFrame:
        """Return the covariance of the coefficients, terms by terms."""
        return self.coefficients.covariance()

    def overall_tests(self) -> pd.DataFrame:
        """Test that all coefficients are 0.

        Returns
        -------
        pandas.DataFrame
            ``test, statistic, df, p_value``: likelihood ratio, Wald and score. Wald's takes the
            covariance as reported; the other two take rows to be independent, also with clusters.
        """
        return self.tests.copy()

    def joint_tests(self) -> pd.DataFrame:
        """Test each term as a whole, by Wald's test with the covariance as reported.

        Returns
        -------
        pandas.DataFrame
            ``term, statistic, df, p_value``.
        """
        return wald_tests(self.coefficients, self._terms())

    def proportional_hazards(self, transform: str = "km") -> pd.DataFrame:
        """Test whether hazard ratios change over time.

        Parameters
        ----------
        transform : str
            Function of time along which they may change: ``"km"`` (1 minus Kaplan-Meier),
            ``"rank"``, ``"identity"`` or ``"log"``.

        Returns
        -------
        pandas.DataFrame
            ``term, statistic, df, p_value``, and a row GLOBAL for all terms together; the
            coefficients of a factor are tested together.

        Raises
        ------
        ModelError
            When `transform` is unknown, or is log and an event is at time 0.

        Notes
        -----
        The score test of adding each covariate times the function of time, as R's cox.zph from
        survival 3.0 on; earlier versions and lifelines approximate it. Rows are taken to be
        independent, also where the covariance of the fit is robust.

        References
        ----------
        Grambsch PM, Therneau TM (1994). Biometrika 81:515-526.
        """
        return hazards_test(self.engine, self.rows.times, self._terms(), transform)

    def concordance(self, conf_level: float = 0.95) -> pd.DataFrame:
        """Estimate how often the patient of higher predicted risk has the event first.

        Parameters
        ----------
        conf_level : float
            Two-sided coverage of normal limits.

        Returns
        -------
        pandas.DataFrame
            ``estimate, std_error, conf_low, conf_high``, one row: Harrell's concordance within
            strata, in the rows that were fitted, and so optimistic for other patients.

        Notes
        -----
        Pairs of equal risk count half; two events at the same time are no pair; who is censored
        at the time of an event outlasts it. The standard error is the infinitesimal jackknife
        by cluster, or else by subject, as R's concordance of a fit with ``cluster``. With ``id``
        alone R takes rows for patients, and its standard error depends on how they are cut.

        References
        ----------
        Harrell FE, Lee KL, Mark DB (1996). Statistics in Medicine 15:361-387.
        """
        rows = self.rows
        risk = np.zeros(len(rows.stratum))
        for beta, x in zip(self.coefficients.estimate, rows.covariates.X.T, strict=True):
            risk += beta * x  # no matrix product, so that equal rows stay equal
        together = rows.subject if rows.cluster is None else rows.cluster
        estimate, std_error = concordance(risk, rows.times, rows.stratum, together)
        margin = float(critical_value(np.inf, conf_level)) * std_error
        return pd.DataFrame(
            {
                "estimate": [estimate],
                "std_error": [std_error],
                "conf_low": [estimate - margin],
                "conf_high": [estimate + margin],
            }
        )

    def baseline(self, conf_level: float = 0.95) -> pd.DataFrame:
        """Return the cumulative hazard of a reference patient, per stratum.

        Parameters
        ----------
        conf_level : float
            Two-sided, pointwise coverage; limits are symmetric on the log.

        Returns
        -------
        pandas.DataFrame
            The strata, ``time, n_risk, n_event, cumulative_hazard, std_error, conf_low,
            conf_high``, at the event times; numbers are weighted.

        Notes
        -----
        The reference patient has numeric covariates at their mean over the rows used and factors
        at their first level; R's basehaz has indicator columns of factors at their mean too.
        """
        return baseline_frame(self.engine, self.rows, conf_level)

    def survival(
        self,
        new_data: pd.DataFrame,
        times: Iterable[float],
        conf_level: float = 0.95,
        *,
        conf_type: str = "log-log",
    ) -> pd.DataFrame:
        """Predict the probability of no event for patients with given covariates.

        Parameters
        ----------
        new_data : pandas.DataFrame
            Covariates, and strata when the fit has them; one row per curve.
        times : iterable of float
            Times in the units of the data, at least 0.
        conf_level : float
            Two-sided, pointwise coverage.
        conf_type : str
            ``"log-log"``, ``"log"`` (R's default) or ``"plain"``.

        Returns
        -------
        pandas.DataFrame
            ``row`` (position in `new_data`), the covariates and strata, ``time, estimate,
            std_error, conf_low, conf_high``; NaN after the last time of the stratum.

        Raises
        ------
        ColumnError, DataError
            When a covariate or stratum is absent, missing, or has a level not seen by the fit.
        ModelError
            When `conf_type` or `conf_level` is not allowed.

        Notes
        -----
        The exponential of minus the cumulative hazard, whose estimate goes with the handling of
        ties, as R's survfit. Delayed entry counts: a row adds to the sets at risk only after its
        entry. Covariates stay as given from the origin on.
        """
        return survival_frame(
            self.engine,
            self.rows,
            new_data,
            asked_times(times),
            conf_level=conf_level,
            conf_type=conf_type,
        )

    def standardised_survival(
        self,
        variable: str,
        times: Iterable[float],
        conf_level: float = 0.95,
        *,
        levels: Sequence[Any] | None = None,
        conf_type: str = "log-log",
    ) -> pd.DataFrame:
        """Estimate survival had all patients been at each level of a covariate (g-formula).

        Parameters
        ----------
        variable : str
            A covariate, such as the treatment.
        times : iterable of float
            Times in the units of the data, at least 0.
        conf_level : float
            Two-sided, pointwise coverage.
        levels : sequence, optional
            Levels to compare; all of a factor by default, required for numbers.
        conf_type : str
            ``"log-log"``, ``"log"`` or ``"plain"``.

        Returns
        -------
        pandas.DataFrame
            `variable`, ``time, estimate, std_error, conf_low, conf_high``; NaN after the first
            last time of a stratum.

        Raises
        ------
        ModelError
            When `variable` is no covariate, or patients have several rows.

        Notes
        -----
        The average of predicted survival over the covariates (and strata) of the rows used, each
        put to the level. The standard error holds the uncertainty of coefficients, baseline
        hazard, and of the sample of patients (R's survexp leaves the last out).

        References
        ----------
        Chang IM, Gelman R, Pagano M (1982). Journal of Chronic Diseases 35:669-674.
        """
        return standardised_frame(
            self.engine,
            self.rows,
            variable,
            asked_times(times),
            levels=levels,
            conf_level=conf_level,
            conf_type=conf_type,
        )

    def standardised_differences(
        self,
        variable: str,
        times: Iterable[float],
        conf_level: float = 0.95,
        *,
        reference: Any = None,
        levels: Sequence[Any] | None = None,
    ) -> pd.DataFrame:
        """Compare standardised survival between levels of a covariate.

        Parameters
        ----------
        variable : str
            A covariate, such as the treatment.
        times : iterable of float
            Times in the units of the data, at least 0.
        conf_level : float
            Two-sided, pointwise coverage; limits are symmetric.
        reference : optional
            The level to compare with; the first by default.
        levels : sequence, optional
            Levels to compare; all of a factor by default, required for numbers.

        Returns
        -------
        pandas.DataFrame
            ``contrast`` (level - reference), ``time`` and the tidy columns.

        Raises
        ------
        ModelError
            When `variable` is no covariate, `reference` no level, or patients have several rows.
        """
        return difference_frame(
            self.engine,
            self.rows,
            variable,
            asked_times(times),
            levels=levels,
            reference=reference,
            conf_level=conf_level,
        )

    def summary(self) -> str:
        """Return coefficients and what was fitted as text."""
        return self._told().text()

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return self._told().html()

    def _told(self) -> CoxInWords:
        """Put into words what is shown."""
        return CoxInWords(
            formula=self.formula, outcome=self.outcome, coefficients=self.coefficients, fit=self.fit
        )

    def _terms(self) -> tuple[str, ...]:
        """Give the term of each coefficient."""
        return self.rows.covariates.population.encoding.terms[1:]
