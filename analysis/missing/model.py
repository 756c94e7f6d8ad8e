"""The imputation model: fitted to the scores that inform it, and its parameters read off."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.missing.imputation import ModelParameters
from analysis.missing.schedule import Schedule
from analysis.missing.strategies import Plan
from analysis.mixed.inference.components import residual_covariance
from analysis.mixed.inference.fitting import Engine
from analysis.mixed.mmrm import mmrm
from analysis.mixed.result import LinearMixedModel

__all__ = ["fit_model", "parameters_of"]


def fit_model(
    formula: str,
    schedule: Schedule,
    plan: Plan,
    *,
    covariance: str | Sequence[str],
    covariance_by: str | None,
    method: str,
) -> LinearMixedModel:
    """Fit the imputation model to the scores that inform it.

    Parameters
    ----------
    formula : str
        The mean.
    schedule : Schedule
        Scores and covariates.
    plan : Plan
        Which scores inform the model.
    covariance, covariance_by, method : str
        As in `analysis.mixed.mmrm`.

    Returns
    -------
    LinearMixedModel
        With all visits of the schedule.

    Raises
    ------
    ModelError, ConvergenceError
        As `analysis.mixed.mmrm`.
    """
    return mmrm(
        formula,
        schedule.rows_of(plan.modelled),
        subject=schedule.subject_column,
        visit=schedule.visit_column,
        covariance=covariance,
        covariance_by=covariance_by,
        method=method,
        df="satterthwaite",
    )


def parameters_of(engine: Engine) -> ModelParameters:
    """Read the parameters of a fit in the units of the data.

    Parameters
    ----------
    engine : Engine
        The fit.

    Returns
    -------
    ModelParameters
        Coefficients, and a covariance per group.
    """
    standard, optimum = engine.standard, engine.optimum
    covariances = [
        residual_covariance(engine.model, optimum, index, engine.distances, engine.units)
        for index in range(len(engine.model.structures))
    ]
    return ModelParameters(
        beta=standard.start + standard.scale * (standard.back @ optimum.at.beta),
        covariances=np.stack(covariances),
    )
