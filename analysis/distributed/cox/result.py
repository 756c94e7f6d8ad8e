"""The result of a Cox regression that was fitted from sums; it holds no row of a patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.survival.coefficients import Coefficients
from analysis.survival.reading.regression_rows import Outcome
from analysis.survival.regression.cox_tests import wald_tests
from analysis.survival.regression.cox_words import CoxInWords

__all__ = ["PooledCox"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PooledCox:
    """A Cox regression from sums over parts.

    Parameters
    ----------
    formula : str
        Its covariates.
    outcome : Outcome
        Its other columns.
    coefficients : Coefficients
        Log hazard ratios and their covariance.
    terms : tuple of str
        The term of each coefficient, shape (p,).
    fit : pandas.DataFrame
        One row about the fit, see `glance`.
    tests : pandas.DataFrame
        Tests of all coefficients.
    behind : pandas.DataFrame or None
        Patients and events behind each coefficient, see `support`.
    """

    formula: str
    outcome: Outcome
    coefficients: Coefficients
    terms: tuple[str, ...]
    fit: pd.DataFrame
    tests: pd.DataFrame
    behind: pd.DataFrame | None = None

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
        """Return one row about the fit, with the columns of `CoxModel.glance`."""
        return self.fit.copy()

    def support(self) -> pd.DataFrame:
        """Return the fewest patients and events behind each coefficient, for `release`.

        Returns
        -------
        pandas.DataFrame
            ``term, n, n_event, residual_df``; ``n, n_event`` are missing where nobody counted
            them, so that nothing is released.
        """
        if self.behind is not None:
            return self.behind.copy()
        spare = int(self.fit["n_event"].iloc[0]) - len(self.terms)
        known = {"term": list(self.coefficients.terms), "n": np.nan, "n_event": np.nan}
        return pd.DataFrame({**known, "residual_df": spare})

    def covariance(self) -> pd.DataFrame:
        """Return the covariance of the coefficients, terms by terms."""
        return self.coefficients.covariance()

    def overall_tests(self) -> pd.DataFrame:
        """Test that all coefficients are 0.

        Returns
        -------
        pandas.DataFrame
            ``test, statistic, df, p_value``: likelihood ratio, Wald and score.
        """
        return self.tests.copy()

    def joint_tests(self) -> pd.DataFrame:
        """Test each term as a whole, by Wald's test.

        Returns
        -------
        pandas.DataFrame
            ``term, statistic, df, p_value``.
        """
        return wald_tests(self.coefficients, self.terms)

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
            formula=self.formula,
            outcome=self.outcome,
            coefficients=self.coefficients,
            fit=self.fit,
        )
