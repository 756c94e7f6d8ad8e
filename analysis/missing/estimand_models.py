"""The estimand of models of scores, comparisons and response rates, read off the result."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.disclosure.counted import CountedTable
from analysis.errors import DataError, ModelError
from analysis.missing.clustered_model import ClusteredModel
from analysis.missing.estimand_parts import (
    UNCHECKED,
    Asked,
    Parts,
    compared,
    missing_at_random,
    not_stated,
    of_visits,
    treatments,
    variable,
    weighting,
)
from analysis.mixed import LinearMixedModel, ObservedComparison
from analysis.outcomes.response import visit_status
from analysis.outcomes.windows import SCHEDULE, as_schedule, window_named

__all__ = [
    "of_comparison",
    "of_counted_rates",
    "of_equations",
    "of_mixed_model",
    "of_response_rates",
]


def of_mixed_model(fit: LinearMixedModel, asked: Asked) -> Parts:
    """State the estimand of a mixed model.

    Parameters
    ----------
    fit : LinearMixedModel
        The fit.
    asked : Asked
        What was passed with it.

    Returns
    -------
    Parts
        Statements by attribute.
    """
    about, row = fit.engine.about, fit.fit.iloc[0]
    visits = _visits(fit)
    given = int(row["n_obs"]) + int(row["n_dropped"])
    random = f", random {fit.random}" if fit.random else ""
    when = f" at each of {', '.join(visits)}" if visits else ""
    return {
        **treatments(dict(fit.population.levels), asked.treatment),
        **of_visits(asked, visits, compared(asked, given)),
        **variable(asked, about.outcome, visits),
        "population-level summary": _difference_of_means(asked.treatment, when),
        "missing data": missing_at_random(fit.fit),
        "estimator": f"{fit.formula}{random}; {row['covariance']} covariance, "
        f"{fit.method.upper()}, {row['df_method']} degrees of freedom, {row['vcov']} covariance "
        "of coefficients",
    }


def _visits(fit: LinearMixedModel) -> list[str]:
    """Name the visits of a fit; none where its rows have days instead."""
    about = fit.engine.about
    named = about.roles.visit or ("visit" if "visit" in fit.population.levels else None)
    if named in fit.population.levels:
        return [str(level) for level in fit.population.levels[str(named)]]
    return [str(visit) for visit in about.visits] if about.roles.visit else []


def _difference_of_means(treatment: str | None, when: str) -> str:
    """Say what is compared."""
    if treatment is None:
        return f"Mean{when}"
    return f"Difference of means between levels of {treatment}{when}"


def of_comparison(result: ObservedComparison, asked: Asked) -> Parts:
    """State the estimand of a comparison without randomisation.

    Parameters
    ----------
    result : ObservedComparison
        The comparison.
    asked : Asked
        What was passed with it; its treatment is the group of the comparison.

    Returns
    -------
    Parts
        Statements by attribute.
    """
    fit = result.fits["standardised"]
    given = Asked(**{**vars(asked), "treatment": result.group})
    parts = of_mixed_model(fit, given)
    others = [
        name for name in fit.population.predictors if name not in (result.group, result.visit)
    ]
    methods = (
        "crude: patients as they are; standardised: every group given the covariates of all; "
        "overlap-weighted: patients who could have been in any group"
    )
    return parts | {
        "treatment": f"{parts['treatment']}; not assigned by chance, compared with "
        f"{result.reference}",
        "missing data": f"{parts['missing data']}. No confounding beside {', '.join(others)}",
        "estimator": f"Three mixed models ({methods}): {fit.formula}",
    }


def of_equations(fit: ClusteredModel, asked: Asked) -> Parts:
    """State the estimand of a regression with standard errors robust by patient.

    Parameters
    ----------
    fit : ClusteredModel
        The fit.
    asked : Asked
        What was passed with it.

    Returns
    -------
    Parts
        Statements by attribute.
    """
    levels = dict(fit.covariates.population.levels)
    visits = [str(level) for level in levels.get("visit", [])]
    weights = weighting(asked, fit.weights)
    return {
        **treatments(levels, asked.treatment),
        **of_visits(asked, visits, UNCHECKED),
        **variable(asked, fit.outcome, visits),
        "population-level summary": _SUMMARIES[fit.family].format(
            by=f" between levels of {asked.treatment}" if asked.treatment else ""
        ),
        "missing data": weights or "Missing completely at random, given the covariates",
        "estimator": f"{fit.title}: {fit.outcome} ~ {fit.formula}, {fit.family}, standard errors "
        f"robust by {fit.subject}",
    }


_SUMMARIES = {
    "gaussian": "Difference of marginal means{by}",
    "binomial": "Marginal odds ratio{by}",
    "poisson": "Marginal rate ratio{by}",
}


def of_response_rates(rates: pd.DataFrame, asked: Asked, *, is_own: bool = False) -> Parts:
    """State the estimand of the frame of `response_rates`.

    Parameters
    ----------
    rates : pandas.DataFrame
        With its definitions in ``attrs``.
    asked : Asked
        What was passed with it.
    is_own : bool
        Whether `asked` is what made the rates, so that there is nothing to compare.

    Returns
    -------
    Parts
        Statements by attribute.

    Raises
    ------
    DataError
        When the rules make other numbers of the study than the rates have.
    """
    groups = _groups(rates)
    filtered = "" if is_own else _same_numbers(rates, asked)
    parts = {
        **treatments(groups, asked.treatment),
        **of_visits(asked, [asked.visit] if asked.visit else [], filtered),
        "population-level summary": "Proportion with the outcome of the observed",
        "missing data": "Who has a score is taken to be like those without; beside it, missing "
        "as no (non-responder imputation)",
        "estimator": f"Observed proportion, Wilson's {100 * rates.attrs['conf_level']:g} % limits",
    }
    definitions = " ".join(rates.attrs["definitions"])
    return parts | {"variable": f"{definitions} {_when(asked)}".strip()}


def _same_numbers(rates: pd.DataFrame, asked: Asked) -> str:
    """Compare the denominators that the rules make of the study with those of the rates."""
    if asked.instrument is None:
        return ""
    if asked.study is None or asked.visit is None:
        return f"; whether these rules made the rates is {not_stated('study= and visit=')}"
    status = visit_status(
        asked.study, asked.instrument, visit=asked.visit, measures=(), **asked.rules
    )
    expected = np.array([len(status), status["evaluable"].sum(), status["observed"].sum()])
    first = rates[rates["measure"].eq(rates["measure"].iloc[0])]
    found = first[["started", "evaluable", "observed"]].sum().to_numpy()
    # with a row of the total each patient counts twice
    if not any((found == times * expected).all() for times in (1, 2)):
        raise DataError(
            "The rules make other numbers of the study than the rates have. Pass the rules and "
            "the visit that were used."
        )
    return ""


def of_counted_rates(table: CountedTable, asked: Asked) -> Parts:
    """State the estimand of what `response_under_missingness` returned.

    Parameters
    ----------
    table : CountedTable
        The table, with what it states of itself.
    asked : Asked
        What was passed with it; only the treatment is not known to the table.

    Returns
    -------
    Parts
        Statements by attribute.

    Raises
    ------
    ModelError
        When the table describes and estimates nothing.
    """
    if not table.stated:
        raise ModelError("This table is a description, which has no estimand.")
    levels = _groups(table.true.drop(columns="assumption", errors="ignore"))
    return dict(table.stated) | treatments(levels, asked.treatment)


def _groups(rates: pd.DataFrame) -> dict[str, Any]:
    """Find the columns of groups, and their levels."""
    names = rates.select_dtypes(include=["category", "object", "string"]).columns
    return {str(name): rates[name].unique() for name in names if name != "measure"}


def _when(asked: Asked) -> str:
    """Say at which visit outcomes were judged."""
    if asked.visit is None:
        return "The visit is not stated: pass visit="
    window = window_named(asked.visit, as_schedule(asked.rules.get("schedule", SCHEDULE)))
    return f"At {window.label} (days {window.low} to {window.high})"
