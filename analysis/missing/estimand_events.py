"""The estimand of curves and regressions of times to an event, read off result and event table."""

from __future__ import annotations

from typing import Any

from analysis.errors import DataError
from analysis.missing.estimand_parts import Asked, Parts, treatments, weighting
from analysis.outcomes import EventTable
from analysis.survival import CoxModel, IncidenceCurve, SurvivalCurve

__all__ = ["of_cox", "of_curve", "of_incidence"]

_INDEPENDENT = "Censoring independent of the event"


def of_curve(curve: SurvivalCurve, asked: Asked) -> Parts:
    """State the estimand of Kaplan-Meier curves.

    Parameters
    ----------
    curve : SurvivalCurve
        The curves.
    asked : Asked
        What was passed with them, perhaps the event table.

    Returns
    -------
    Parts
        Statements by attribute.

    Raises
    ------
    DataError
        When the table is not the one that the curves were made of.
    """
    if asked.table is not None and curve.origin not in (None, asked.table.origin):
        raise DataError("The event table has another origin than the curve; pass its own table.")
    parts = _of_table(asked.table, curve.fit, competing="censored at the event (hypothetical)")
    if asked.table is None and curve.origin is not None:
        parts["variable"] = f"Days from {curve.origin}; the event is not stated: pass table="
    within = "within groups" if curve.levels.name else "among all"
    weights = weighting(asked, "a column of weights" if curve.weighted else None)
    return {
        **treatments(_levels(curve), asked.treatment),
        **parts,
        "population-level summary": _summary("Probability of no event over time", asked),
        "missing data": weights or f"{_INDEPENDENT} {within}",
        "estimator": f"{curve.title}, {curve.conf_type} limits, {curve.fit['variance'].iloc[0]} "
        "variance",
    }


def of_incidence(curve: IncidenceCurve, asked: Asked) -> Parts:
    """State the estimand of cumulative incidence curves.

    Parameters
    ----------
    curve : IncidenceCurve
        The curves.
    asked : Asked
        What was passed with them.

    Returns
    -------
    Parts
        Statements by attribute.
    """
    weights = weighting(asked, "a column of weights" if curve.weighted else None)
    return {
        **treatments(_levels(curve), asked.treatment),
        **_of_table(asked.table, curve.fit, competing="a cause of its own (while free of it)"),
        "population-level summary": _summary("Probability of an event of each cause", asked),
        "missing data": weights or f"{_INDEPENDENT} within groups",
        "estimator": f"Aalen-Johansen, causes {', '.join(map(str, curve.causes))}; "
        f"{curve.conf_type} limits",
    }


def of_cox(fit: CoxModel, asked: Asked) -> Parts:
    """State the estimand of a Cox regression.

    Parameters
    ----------
    fit : CoxModel
        The fit.
    asked : Asked
        What was passed with it.

    Returns
    -------
    Parts
        Statements by attribute.
    """
    row = fit.fit.iloc[0]
    weights = weighting(asked, fit.outcome.weights)
    strata = f", strata {', '.join(fit.outcome.strata)}" if fit.outcome.strata else ""
    return {
        **treatments(dict(fit.rows.covariates.population.levels), asked.treatment),
        **_of_table(asked.table, fit.fit, competing="censored at the event (cause-specific)"),
        "population-level summary": _summary("Hazard ratio, taken to be constant over time", asked),
        "missing data": weights or f"{_INDEPENDENT}, given {fit.formula}",
        "estimator": f"Cox regression of {fit.outcome.time} by {fit.formula}{strata}; ties "
        f"{row['ties']}, covariance {row['vcov']}",
    }


def _levels(curve: SurvivalCurve | IncidenceCurve) -> dict[str, Any]:
    """Name the groups of a curve."""
    return {} if curve.levels.name is None else {str(curve.levels.name): curve.levels}


def _summary(what: str, asked: Asked) -> str:
    """Say what is compared, if anything."""
    return f"{what}, by {asked.treatment}" if asked.treatment else what


def _of_table(table: EventTable | None, fit: Any, *, competing: str) -> Parts:
    """State population, variable and intercurrent events from the event table."""
    if table is None:
        return {}
    if len(table.frame) != int(fit["n_obs"].iloc[0]) + int(fit["n_dropped"].iloc[0]):
        raise DataError(
            "The event table has another number of rows than the analysis used. Pass the table "
            "that the analysis was made of."
        )
    steps = table.attrition
    reasons = [reason for reason in steps["reason"] if reason]
    left = f"; left out: {', '.join(reasons)}" if reasons else ""
    return {
        "population": f"{' → '.join(steps['step'])}{left}",
        "variable": f"Days from {table.origin} to {table.rule}",
        "intercurrent events": _strategies(table, competing),
    }


def _strategies(table: EventTable, competing: str) -> str:
    """Say how each end of follow-up was treated; what is not listed was ignored."""
    words = {"competing": competing, "censored": "censored (hypothetical, as if it did not come)"}
    ends = table.codes[table.codes["cnsr"].gt(1)]
    listed = [
        f"{reason}: {words[kind]}"
        for reason, kind in zip(ends["reason"], ends["kind"], strict=True)
    ]
    return "; ".join([*listed, "all others: treatment policy (ignored)"])
