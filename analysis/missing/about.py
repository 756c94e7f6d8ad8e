"""Describe in one row what was imputed, analysed and repeated, with what a reader must know."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.missing.resampling import Repeats
from analysis.missing.schedule import Schedule
from analysis.missing.strategies import REFERENCE_BASED, STRATEGIES, Plan
from analysis.mixed.result import LinearMixedModel
from analysis.results import counted

__all__ = ["describe_imputation"]


def describe_imputation(
    analysis: str,
    fit: LinearMixedModel,
    schedule: Schedule,
    plan: Plan,
    repeats: Repeats,
    *,
    inference: str,
    seed: int,
) -> pd.DataFrame:
    """Describe imputation and inference in one row.

    Parameters
    ----------
    analysis : str
        What was asked.
    fit : LinearMixedModel
        The imputation model of all patients.
    schedule, plan : Schedule, Plan
        Scores, and what was assumed.
    repeats : Repeats
        Answers.
    inference : str
        How they were repeated.
    seed : int
        Where random numbers began.

    Returns
    -------
    pandas.DataFrame
        The columns of `ImputedAnalysis.glance`.
    """
    model = fit.glance().iloc[0]
    missing, is_random = ~plan.known, inference != "jackknife"
    row = {
        "analysis": analysis,
        "strategy": _strategies(plan),
        "inference": inference,
        "n_subjects": schedule.n_subjects,
        "n_complete": int((~plan.incomplete).sum()),
        "n_imputed": int(missing.sum()),
        "n_gaps": int((missing & ~plan.after).sum()),
        "n_after_event": int((missing & plan.after).sum()),
        "n_without_scores": int((~plan.known.any(axis=1)).sum()),
        "n_not_modelled": int((plan.known & ~plan.modelled).sum()),
        "n_draws": len(repeats.replicates),
        "n_failed": repeats.n_failed,
        "seed": seed if is_random else None,
        "monte_carlo_error": _largest_error(repeats, inference),
        "converged": bool(model["converged"]),
        "log_likelihood": model["log_likelihood"],
        "covariance": model["covariance"],
        "method": model["method"],
        "notes": "; ".join(_notes(model["notes"], schedule, plan, repeats)) or "none",
    }
    return pd.DataFrame([row])


def _strategies(plan: Plan) -> str:
    """Name the strategies of the scores imputed after an event."""
    used = plan.strategy[(~plan.known & plan.after).any(axis=1)]
    return ", ".join(STRATEGIES[place] for place in np.unique(used)) or "none needed"


def _largest_error(repeats: Repeats, inference: str) -> float:
    """Relate Monte-Carlo errors to standard errors, and take the largest."""
    if inference == "jackknife":
        return 0.0
    pooled = repeats.pooled
    random = pooled.estimate_error if inference == "draws" else pooled.std_error_error
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.nanmax(random / pooled.std_error))


def _notes(model: str, schedule: Schedule, plan: Plan, repeats: Repeats) -> list[str]:
    """Collect decisions that a reader must know."""
    notes = [] if model == "none" else [model]
    without = int((~plan.known.any(axis=1)).sum())
    if without:
        notes.append(f"{counted(without, 'patient')} without any score imputed by covariates only")
    if repeats.n_failed:
        notes.append(f"{counted(repeats.n_failed, 'resample')} drawn anew")
    borrowed = [STRATEGIES.index(name) for name in REFERENCE_BASED]
    own = np.isin(plan.strategy, borrowed) & (schedule.arm == 0)
    if (own & plan.incomplete & (plan.first < schedule.n_visits)).any():
        notes.append("in the reference arm reference-based strategies are missing at random")
    return notes
