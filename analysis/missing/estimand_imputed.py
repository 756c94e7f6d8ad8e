"""The estimand of an analysis of imputed scores, read off the result."""

from __future__ import annotations

import numpy as np

from analysis.missing.estimand_parts import Asked, Parts, compared, of_visits, treatments, variable
from analysis.missing.result import ImputedAnalysis

__all__ = ["of_imputed"]

_MEANINGS = {
    "MAR": "as patients of the same arm with the same scores before (missing at random)",
    "JR": "as the reference arm from then on (jump to reference)",
    "CR": "as if the patient had been in the reference arm throughout (copy reference)",
    "CIR": "with the difference so far and the changes of the reference arm (copy increments)",
    "LMCF": "at the mean of the arm at the last visit (last mean carried forward)",
}

_INFERENCE = {
    "jackknife": "conditional means, jackknife standard errors",
    "bootstrap": "conditional means, bootstrap standard errors",
    "draws": "multiple imputation, Rubin's rules",
}


def of_imputed(result: ImputedAnalysis, asked: Asked) -> Parts:
    """State the estimand of an analysis of imputed scores.

    Parameters
    ----------
    result : ImputedAnalysis
        The analysis.
    asked : Asked
        What was passed with it; the arms are known to the result.

    Returns
    -------
    Parts
        Statements by attribute.
    """
    schedule, row = result.schedule, result.fit.iloc[0]
    visits = [str(visit) for visit in schedule.visits]
    arms = {schedule.arm_column: schedule.arms} if schedule.arm_column else {}
    n_rows = int((~np.isnan(schedule.scores)).sum())
    return {
        **treatments(arms, asked.treatment or schedule.arm_column),
        **of_visits(asked, visits, compared(asked, n_rows)),
        **variable(asked, schedule.outcome, visits),
        "intercurrent events": _events(result),
        "population-level summary": _summary(result),
        "missing data": _assumed(result),
        "estimator": f"{row['analysis']} of completed scores; imputation model {result.formula}, "
        f"{row['covariance']} covariance, {row['method']}; {_INFERENCE[result.inference]}",
    }


def _events(result: ImputedAnalysis) -> str:
    """Say what is taken of scores after the event from which a strategy applies."""
    kept = int(result.fit["n_not_modelled"].iloc[0])
    after = (
        "Scores after the event are analysed (treatment policy) and do not inform the imputation"
        if kept
        else "Leaving, or the event of each patient in events="
    )
    used = [name for name in _MEANINGS if name in _strategies(result)]
    taken = "; ".join(f"{name}: {_MEANINGS[name]}" for name in used)
    return f"{after}. Scores that are missing from then on: {taken or 'none'}"


def _strategies(result: ImputedAnalysis) -> list[str]:
    """Name the strategies that were used."""
    return str(result.fit["strategy"].iloc[0]).split(", ")


def _summary(result: ImputedAnalysis) -> str:
    """Say what is compared, and when."""
    labels = result.analysis.labels
    visit = result.schedule.visit_column
    when = ", ".join(dict.fromkeys(labels[visit].astype(str))) if visit in labels else ""
    at = f" at {when}" if when else ""
    if result.schedule.arm_column is None:
        return f"Mean{at}"
    return f"Difference between arms of {result.schedule.arm_column}{at}, and the arms' means"


def _assumed(result: ImputedAnalysis) -> str:
    """Say what is taken of missing scores, gaps and deltas among them."""
    deltas = "; deltas are added to imputed scores" if result.imputation.delta.any() else ""
    return f"Gaps before the last score: missing at random. After it: see above{deltas}"
