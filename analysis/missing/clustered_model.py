"""A regression of rows that belong to patients: coefficients, with a covariance robust by patient.

Fitting is in logistic.py and gee.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.formulas.support import fewest_behind
from analysis.results import FloatArray, critical_value, frame_to_html, frame_to_text
from analysis.survival.coefficients import Coefficients
from analysis.survival.reading.covariates import Covariates

__all__ = ["INVERSE_LINKS", "ClusteredModel", "counts_behind"]

INVERSE_LINKS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "gaussian": lambda eta: eta,
    "binomial": lambda eta: np.asarray(1.0 / (1.0 + np.exp(-eta))),
    "poisson": lambda eta: np.asarray(np.exp(eta)),
}
"""Means from linear predictors: identity, logit and logarithm."""

_RATIOS = {"gaussian": "differences", "binomial": "odds ratios", "poisson": "rate ratios"}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ClusteredModel:
    """A fitted regression with standard errors robust by patient.

    Parameters
    ----------
    formula, outcome, subject : str
        Covariates, and the columns of the outcome and of the patient.
    family : str
        ``"gaussian"``, ``"binomial"`` or ``"poisson"``, with the canonical link.
    title : str
        What the model is, printed above it.
    weights : str or None
        Column of the weights of rows.
    coefficients : Coefficients
        On the scale of the link, the intercept first.
    covariates : Covariates
        The columns of the rows used; patient-level.
    fit : pandas.DataFrame
        One row about the fit, see `glance`.
    behind : pandas.DataFrame
        The counts behind each coefficient, see `support`.
    """

    formula: str
    outcome: str
    subject: str
    family: str
    title: str
    weights: str | None
    coefficients: Coefficients
    covariates: Covariates
    fit: pd.DataFrame
    behind: pd.DataFrame

    def tidy(self, conf_level: float = 0.95, *, exponentiate: bool = False) -> pd.DataFrame:
        """Return one row per coefficient, with Wald tests and normal limits.

        Parameters
        ----------
        conf_level : float
            Two-sided coverage.
        exponentiate : bool
            Show ratios; ``std_error`` stays that of the coefficient.

        Returns
        -------
        pandas.DataFrame
            ``term`` and the tidy columns, the intercept first.
        """
        return self.coefficients.tidy(conf_level, exponentiate=exponentiate)

    def glance(self) -> pd.DataFrame:
        """Return one row about the fit.

        Returns
        -------
        pandas.DataFrame
            ``n_obs, n_subjects, n_dropped, df, family, vcov``; of a binomial outcome also
            ``n_event``, and ``log_likelihood`` where there is one.
        """
        return self.fit.copy()

    def support(self) -> pd.DataFrame:
        """Return the fewest patients and events behind each coefficient, for `release`.

        Returns
        -------
        pandas.DataFrame
            ``term, n, residual_df``, and of a binomial outcome ``n_event``, the fewest patients
            with the rarer outcome.
        """
        return self.behind.copy()

    def covariance(self) -> pd.DataFrame:
        """Return the covariance of the coefficients, terms by terms."""
        return self.coefficients.covariance()

    def predict(self, rows: pd.DataFrame, conf_level: float = 0.95) -> pd.DataFrame:
        """Return the mean, or the probability, for other rows.

        Parameters
        ----------
        rows : pandas.DataFrame
            All covariates, complete, with levels that the fit has seen.
        conf_level : float
            Two-sided coverage, symmetric on the scale of the link.

        Returns
        -------
        pandas.DataFrame
            ``estimate, conf_low, conf_high`` on the index of `rows`.
        """
        design = np.column_stack([np.ones(len(rows)), self.covariates.design(rows)])
        eta = design @ self.coefficients.estimate
        spread = np.einsum("ij,jk,ik->i", design, self.coefficients.vcov, design)
        margin = critical_value(np.inf, conf_level) * np.sqrt(spread)
        mean = INVERSE_LINKS[self.family]
        return pd.DataFrame(
            {
                "estimate": mean(eta),
                "conf_low": mean(eta - margin),
                "conf_high": mean(eta + margin),
            },
            index=rows.index,
        )

    def summary(self) -> str:
        """Return the coefficients, as ratios where they are logarithms, and the fit as text."""
        return "\n\n".join([repr(self), frame_to_text(self.fit)])

    def _head(self) -> str:
        """Say what is modelled, by what, and what the numbers are."""
        what = f"{self.title}, {_RATIOS[self.family]}: {self.outcome} by {self.formula}"
        return f"{what}, weighted by {self.weights}" if self.weights else what

    def _shown(self) -> pd.DataFrame:
        return self.tidy(exponentiate=self.family != "gaussian")

    def __repr__(self) -> str:
        return f"{self._head()}\n{frame_to_text(self._shown())}"

    def _repr_html_(self) -> str:
        return frame_to_html(self._shown(), caption=self._head())


def counts_behind(
    covariates: Covariates,
    kept: pd.DataFrame,
    patient: npt.NDArray[np.intp],
    event: npt.NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """Count the patients, and those with the rarer outcome, behind each coefficient.

    Parameters
    ----------
    covariates : Covariates
        The columns of the n rows used.
    kept : pandas.DataFrame
        The rows used.
    patient : array of int, shape (n,)
        Code of the patient of each row.
    event : array of bool, shape (n,), optional
        A binary outcome.

    Returns
    -------
    pandas.DataFrame
        ``term, n, residual_df`` and with `event` ``n_event``; of events, ``residual_df`` are rows
        of the rarer outcome less coefficients.
    """
    population = covariates.population
    columns = population.columns(kept[population.predictors])
    if event is None:
        behind = fewest_behind(population.encoding, columns, patient=patient)
        return behind.assign(residual_df=len(kept) - len(behind))
    behind, without = (
        fewest_behind(population.encoding, columns, patient=patient, event=which)
        for which in (event, ~event)
    )
    rarer = min(int(event.sum()), int((~event).sum()))
    return behind.assign(
        n_event=np.minimum(behind["n_event"], without["n_event"]), residual_df=rarer - len(behind)
    )
