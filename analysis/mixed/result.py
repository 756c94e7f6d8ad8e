"""The result of a linear mixed model and what is read off it.

Fitting is in lmm.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.mixed.components import VarianceParameters, component_frame
from analysis.mixed.inference import FixedEffects, tidy_linear
from analysis.mixed.marginal import MarginalMeans, build_marginal_means
from analysis.mixed.population import Population
from analysis.results import frame_to_html, frame_to_text

__all__ = ["LinearMixedModel"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LinearMixedModel:
    """A fitted linear mixed model.

    Parameters
    ----------
    formula, random : str
        The mean and the patient's random part.
    method : str
        ``"reml"`` or ``"ml"``.
    fixed : FixedEffects
        Coefficients and what their inference needs.
    variances : VarianceParameters
        Covariance of the random part and the residual variance.
    population : Population
        What is needed to evaluate the mean for other rows.
    fit : pandas.DataFrame
        One row about the fit, see `glance`.
    effects : pandas.DataFrame
        Predicted random effects; patient-level.
    """

    formula: str
    random: str
    method: str
    fixed: FixedEffects
    variances: VarianceParameters
    population: Population
    fit: pd.DataFrame
    effects: pd.DataFrame

    def tidy(self, conf_level: float = 0.95) -> pd.DataFrame:
        """Return one row per coefficient, with t inference.

        Parameters
        ----------
        conf_level : float
            Two-sided coverage.

        Returns
        -------
        pandas.DataFrame
            ``term`` and the tidy columns.
        """
        labels = pd.DataFrame({"term": list(self.fixed.terms)})
        return tidy_linear(labels, np.eye(len(self.fixed.terms)), self.fixed, conf_level=conf_level)

    def glance(self) -> pd.DataFrame:
        """Return one row about the fit.

        Returns
        -------
        pandas.DataFrame
            ``log_likelihood, aic, aicc, bic, n_subjects, n_obs, n_dropped, converged,
            newton_decrement, df_method, method, information, boundary``.

        Notes
        -----
        Criteria as SAS PROC MIXED: parameters are the variances that are free (not those on the
        boundary), under ML also the coefficients; AICC takes n - p rows under REML and n under
        ML; BIC takes the number of patients. R's lme4 counts the coefficients under REML too and
        takes rows in BIC. The restricted log-likelihood has the constant of R and SAS.
        """
        return self.fit.copy()

    def variance_components(self, conf_level: float = 0.95) -> pd.DataFrame:
        """Return variances, covariances and the residual variance.

        Parameters
        ----------
        conf_level : float
            Two-sided coverage.

        Returns
        -------
        pandas.DataFrame
            ``group, term_1, term_2, estimate, conf_low, conf_high, kind`` (variance, covariance
            or residual). Variances have Satterthwaite's chi-square interval, covariances a
            normal one, as SAS; on the boundary there is none.
        """
        return component_frame(self.variances, conf_level=conf_level)

    def random_effects(self) -> pd.DataFrame:
        """Return the predicted random effects of every patient.

        Returns
        -------
        pandas.DataFrame
            Patient column, ``term, estimate, std_error``. Patient-level detail, marked by
            ``attrs["patient_level"]``; not for release.
        """
        return self.effects.copy()

    def predict(self, new_data: pd.DataFrame, conf_level: float = 0.95) -> pd.DataFrame:
        """Predict the mean of the population for new rows.

        Parameters
        ----------
        new_data : pandas.DataFrame
            Complete rows with the predictors of the model.
        conf_level : float
            Two-sided coverage of the interval for the mean.

        Returns
        -------
        pandas.DataFrame
            ``estimate, std_error, df, conf_low, conf_high`` on the index of `new_data`.

        Raises
        ------
        ColumnError
            When a predictor is not among the columns.
        DataError
            When a predictor is missing or has a level that the fit has not seen.
        """
        rows = self.population.design(new_data)
        labels = pd.DataFrame(index=range(len(rows)))
        frame = tidy_linear(labels, rows, self.fixed, conf_level=conf_level)
        kept = frame[["estimate", "std_error", "df", "conf_low", "conf_high"]]
        return kept.set_axis(new_data.index, axis=0)

    def marginal_means(
        self,
        specs: str | Sequence[str],
        *,
        by: str | Sequence[str] | None = None,
        weights: str = "equal",
        at: Mapping[str, Iterable[float]] | None = None,
    ) -> MarginalMeans:
        """Estimate means at chosen levels, the other predictors averaged out.

        Answers "what is the mean under each arm, for the same mix of patients". Numeric
        predictors stand at their mean over the rows used, as in R's emmeans; unlike there, a
        number with two values is no factor.

        Parameters
        ----------
        specs : str or sequence of str
            Columns whose levels are compared.
        by : str or sequence of str, optional
            Columns within whose levels they are compared.
        weights : str
            ``"equal"``: the combinations of the other factors count the same.
            ``"proportional"``: by their number of rows.
        at : mapping of str to numbers, optional
            Values of numeric predictors, such as ``{"day": [0, 28]}``.

        Returns
        -------
        MarginalMeans
            A result with ``tidy()`` and ``contrasts()``.

        Raises
        ------
        ColumnError
            When a name is no predictor, or a numeric predictor has no values in `at`.
        ModelError
            When `weights` is unknown.

        References
        ----------
        Searle SR, Speed FM, Milliken GA (1980). The American Statistician 34:216-221.
        """
        return build_marginal_means(
            self.fixed, self.population, specs=specs, by=by, weights=weights, at=at
        )

    def summary(self) -> str:
        """Return the fit, its coefficients and its variances as text."""
        return "\n\n".join(
            [
                f"Linear mixed model: {self.formula}",
                f"random: {self.random} | {self.variances.group}",
                _fit_text(self.fit),
                frame_to_text(self.tidy()),
                frame_to_text(self.variance_components()),
            ]
        )

    def __repr__(self) -> str:
        row = self.fit.iloc[0]
        head = (
            f"Linear mixed model ({self.method.upper()}): {self.formula}, "
            f"random {self.random} | {self.variances.group}; "
            f"{row['n_obs']} rows of {row['n_subjects']} patients"
        )
        return f"{head}\n{frame_to_text(self.tidy())}"

    def _repr_html_(self) -> str:
        return frame_to_html(self.tidy(), caption=f"Linear mixed model: {self.formula}")


def _fit_text(fit: pd.DataFrame) -> str:
    """Show the row about the fit upright, without the decrement, which is rounding."""
    row = fit.drop(columns="newton_decrement").iloc[0]
    return frame_to_text(pd.DataFrame({"fit": row.index, "value": row.to_numpy(dtype=object)}))
