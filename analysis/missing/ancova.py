"""Analysis of covariance of completed scores, with means standardised to all patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError, ModelError
from analysis.formulas.columns import read_columns
from analysis.formulas.encoding import encode
from analysis.formulas.parsing import read_fixed
from analysis.formulas.population import Population
from analysis.formulas.rank import determined_columns
from analysis.missing.analyses import Inference, comparison_labels
from analysis.missing.schedule import Schedule
from analysis.results import FloatArray, counted

__all__ = ["Ancova", "arm_designs", "make_ancova"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Ancova:
    """Analysis of covariance at each visit, with means standardised to all patients.

    Parameters
    ----------
    labels : pandas.DataFrame
        Of `comparison_labels`.
    visits : tuple of int
        Visits that are analysed.
    design : array, shape (N, q)
        Arm and covariates.
    of_arms : array, shape (A, N, q)
        The same with every patient in each arm in turn.
    """

    labels: pd.DataFrame
    visits: tuple[int, ...]
    design: FloatArray
    of_arms: FloatArray

    @property
    def is_linear(self) -> bool:
        """Least squares is linear in the scores."""
        return True

    @property
    def n_fixed(self) -> int:
        """Coefficients."""
        return int(self.design.shape[1])

    @property
    def is_batched(self) -> bool:
        """All data sets are solved in one call."""
        return True

    def estimate(self, completed: FloatArray, weights: FloatArray) -> FloatArray:
        """Answer for scores (..., N, T) of patients who count ``weights`` times; shape (..., k)."""
        q = self.n_fixed
        outer = (self.design[:, :, None] * self.design[:, None, :]).reshape(-1, q * q)
        products = (weights @ outer).reshape(*weights.shape[:-1], q, q)
        scores = completed[..., self.visits]
        try:
            beta = np.linalg.solve(products, self.design.T @ (weights[..., None] * scores))
        except np.linalg.LinAlgError:
            raise ModelError(_few_in_resample()) from None
        return np.concatenate([_by_visit(rows @ beta) for rows in self._rows(weights)], axis=-1)

    def inference(self, completed: FloatArray) -> Inference:
        """Return estimates, standard errors and degrees of freedom, each of shape (..., k)."""
        weights = np.ones(completed.shape[-2])
        inverse = np.asarray(np.linalg.inv(self.design.T @ self.design), dtype=np.float64)
        scores = completed[..., self.visits]
        beta = inverse @ (self.design.T @ scores)
        df = float(len(self.design) - self.n_fixed)
        variance = ((scores - self.design @ beta) ** 2).sum(axis=-2) / df
        errors = [
            _by_visit(np.sqrt(variance[..., None, :] * _squares(rows, inverse)[:, None]))
            for rows in self._rows(weights)
        ]
        estimate = self.estimate(completed, weights)
        return estimate, np.concatenate(errors, axis=-1), np.full(estimate.shape, df)

    def _rows(self, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Say which functions of the coefficients differences and means are, (..., A, q)."""
        shares = weights / weights.sum(axis=-1, keepdims=True)
        means = np.tensordot(shares, self.of_arms, axes=(-1, 1))
        return means[..., 1:, :] - means[..., :1, :], means


def _by_visit(values: FloatArray) -> FloatArray:
    """Go through arms within visits: (..., A, v) to (..., v A)."""
    return np.swapaxes(values, -1, -2).reshape(*values.shape[:-2], -1)


def _squares(rows: FloatArray, inverse: FloatArray) -> FloatArray:
    """Return ``r' M r`` of every row."""
    return np.asarray(np.einsum("kq,qr,kr->k", rows, inverse, rows))


def _few_in_resample() -> str:
    return (
        "A resample of the patients does not determine the analysis: a level of a covariate has "
        "too few patients. Leave it out, or merge levels."
    )


def make_ancova(schedule: Schedule, covariates: Sequence[str], visits: tuple[int, ...]) -> Ancova:
    """Build the analysis of covariance.

    Parameters
    ----------
    schedule : Schedule
        Patients and their covariates.
    covariates : sequence of str
        Terms beside the arm, such as ``"baseline"``; what they read is one value per patient.
    visits : tuple of int
        Visits that are analysed.

    Returns
    -------
    Ancova
        For all patients.

    Raises
    ------
    DataError
        When a covariate changes within patients.
    ModelError
        When the covariates determine each other or the arm.
    """
    design, of_arms = arm_designs(schedule, covariates)
    return Ancova(
        labels=comparison_labels(schedule, visits), visits=visits, design=design, of_arms=of_arms
    )


def arm_designs(schedule: Schedule, covariates: Sequence[str]) -> tuple[FloatArray, FloatArray]:
    """Evaluate arm and covariates for every patient, and with every patient in each arm.

    Parameters
    ----------
    schedule : Schedule
        Patients and their covariates.
    covariates : sequence of str
        Terms beside the arm.

    Returns
    -------
    design : array, shape (N, q)
        As they were.
    of_arms : array, shape (A, N, q)
        With every patient in each arm in turn; the same once without arms.

    Raises
    ------
    DataError
        When a covariate changes within patients.
    ModelError
        When columns determine each other.
    """
    arm = schedule.arm_column
    terms = [*([f"`{arm}`"] if arm else []), *covariates] or ["1"]
    parsed = read_fixed(f"`{schedule.outcome}` ~ {' + '.join(terms)}")
    _check_constant(schedule, parsed.predictors)
    rows = schedule.patients()
    columns, _, _ = read_columns(rows, parsed.predictors, factors=parsed.factors, whole=())
    encoding = encode(parsed, columns, len(rows))
    population = Population.describe(columns, encoding=encoding, parsed=parsed, n_rows=len(rows))
    design = population.design(rows)
    _check_rank(design, encoding.names)
    if arm is None:
        return design, design[None]
    given = [population.design(rows.assign(**{arm: label})) for label in schedule.arms]
    return design, np.stack(given)


def _check_constant(schedule: Schedule, names: Sequence[str]) -> None:
    """Refuse covariates of the analysis that change within patients."""
    for name in names:
        codes = pd.factorize(schedule.frame[name])[0].reshape(schedule.scores.shape)
        changing = int((codes != codes[:, :1]).any(axis=1).sum())
        if changing:
            raise DataError(
                f"Column {name!r} changes within {counted(changing, 'patient')}; covariates of "
                "the analysis are known before treatment, one value per patient."
            )


def _check_rank(design: FloatArray, names: Sequence[str]) -> None:
    """Name columns of the analysis that those before them determine."""
    lengths = np.linalg.norm(design, axis=0)
    unit = design / np.where(lengths > 0.0, lengths, np.inf)
    idle = [names[index] for index in determined_columns(unit.T @ unit)]
    if idle or len(design) <= design.shape[1]:
        raise ModelError(
            f"The analysis has {design.shape[1]} columns for {counted(len(design), 'patient')}, "
            f"of which {len(idle)} are determined by those before them. Leave out covariates that "
            "repeat each other, or the arm."
        )
