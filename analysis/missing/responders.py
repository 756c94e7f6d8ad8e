"""Response of completed scores: logistic regression and risk differences standardised to all."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import special
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationWarning

from analysis.errors import ModelError
from analysis.missing.analyses import Inference, comparison_labels
from analysis.missing.ancova import arm_designs
from analysis.missing.places import Mask
from analysis.missing.schedule import Schedule
from analysis.results import FloatArray

__all__ = ["Responders", "make_responders"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Responders:
    """Risks of response standardised over all patients, and their differences.

    Parameters
    ----------
    labels : pandas.DataFrame
        Of `comparison_labels`.
    schedule : Schedule
        Patients.
    visits : tuple of int
        Visits that are analysed.
    rule : callable
        From the rows of a visit to whether each patient responded.
    design, of_arms : array, shape (N, q) and (A, N, q)
        Arm and covariates, and the same with every patient in each arm.
    """

    labels: pd.DataFrame
    schedule: Schedule
    visits: tuple[int, ...]
    rule: Callable[[pd.DataFrame], Any]
    design: FloatArray
    of_arms: FloatArray

    @property
    def is_linear(self) -> bool:
        """Response is a threshold."""
        return False

    @property
    def is_batched(self) -> bool:
        """Data sets are answered one by one."""
        return False

    @property
    def n_fixed(self) -> int:
        """Coefficients."""
        return int(self.design.shape[1])

    def estimate(self, completed: FloatArray, weights: FloatArray) -> FloatArray:  # noqa: ARG002
        """Refuse: the response of a mean is not the mean of responses."""
        raise ModelError(
            "analysis='responder' needs inference='draws': whether a conditional mean passes the "
            "threshold is not the chance that the score does."
        )

    def inference(self, completed: FloatArray) -> Inference:
        """Return estimates, standard errors and degrees of freedom, each of shape (k,)."""
        parts = [self._at(completed, visit) for visit in self.visits]
        columns = [
            np.concatenate([part[index] for index in indices for part in parts])
            for indices in ((0, 2), (1, 3))
        ]
        return columns[0], columns[1], np.full(columns[0].shape, np.inf)

    def _at(
        self, completed: FloatArray, visit: int
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return differences, their errors, risks, and their errors at one visit."""
        responded = self._responded(completed, visit).astype(float)
        beta, fitted = _logistic(responded, self.design)
        risks = special.expit(self.of_arms @ beta)  # A, N
        influence = _influence(self.design, self.of_arms, responded, fitted, risks)
        means, n = risks.mean(axis=1), len(responded)
        differences = influence[1:] - influence[0]
        return (
            means[1:] - means[0],
            np.sqrt((differences**2).sum(axis=1)) / n,
            means,
            np.sqrt((influence**2).sum(axis=1)) / n,
        )

    def _responded(self, completed: FloatArray, visit: int) -> Mask:
        """Apply the rule to the rows of a visit."""
        rows = self.schedule.patients(visit).assign(**{self.schedule.outcome: completed[:, visit]})
        answer = np.asarray(self.rule(rows))
        if answer.shape != (len(rows),) or answer.dtype.kind != "b":
            raise ModelError(
                "response= must return True or False for every row of a visit, such as "
                "lambda rows: rows['change'] <= -0.5 * rows['baseline']."
            )
        return answer


def _logistic(responded: FloatArray, design: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Fit the logistic regression; coefficients and fitted chances."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        warnings.simplefilter("error", PerfectSeparationWarning)
        try:
            fit = GLM(responded, design, family=Binomial()).fit(tol=1e-12, maxiter=100)
        except (ConvergenceWarning, PerfectSeparationWarning, np.linalg.LinAlgError):
            raise ModelError(
                "Response is determined by arm or covariates in a completed data set, so that a "
                "logistic regression has no estimate. Take fewer covariates, or another "
                "threshold."
            ) from None
    return np.asarray(fit.params), np.asarray(fit.fittedvalues)


def _influence(
    design: FloatArray,
    of_arms: FloatArray,
    responded: FloatArray,
    fitted: FloatArray,
    risks: FloatArray,
) -> FloatArray:
    """Compute what each patient adds to the standardised risks, shape (A, N).

    Covariates count as sampled, and the model need not be right (Steingrimsson JA, Hanley DF,
    Rosenblum M (2017). Contemporary Clinical Trials 54:18-24).
    """
    n = len(responded)
    information = (design * (fitted * (1.0 - fitted))[:, None]).T @ design / n
    scores = design * (responded - fitted)[:, None]
    of_beta = np.linalg.solve(information, scores.T)  # q, N
    slopes = np.einsum("an,anq->aq", risks * (1.0 - risks), of_arms) / n
    return np.asarray(risks - risks.mean(axis=1, keepdims=True) + slopes @ of_beta)


def make_responders(
    schedule: Schedule,
    covariates: Sequence[str],
    visits: tuple[int, ...],
    rule: Callable[[pd.DataFrame], Any],
) -> Responders:
    """Build the analysis of response.

    Parameters
    ----------
    schedule : Schedule
        Patients and their covariates.
    covariates : sequence of str
        Terms beside the arm.
    visits : tuple of int
        Visits that are analysed.
    rule : callable
        From the rows of a visit, with completed scores, to whether each patient responded.

    Returns
    -------
    Responders
        For all patients.

    Raises
    ------
    DataError, ModelError
        As `arm_designs`.
    """
    design, of_arms = arm_designs(schedule, covariates)
    return Responders(
        labels=comparison_labels(schedule, visits),
        schedule=schedule,
        visits=visits,
        rule=rule,
        design=design,
        of_arms=of_arms,
    )
