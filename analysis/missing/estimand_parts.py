"""What a card of an estimand is made of, and the words for rules, treatments and weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.errors import DataError, ModelError
from analysis.missing.attrition_result import AttritionWeights
from analysis.outcomes import EventTable, visit_outcomes
from analysis.outcomes.baseline import LAST
from analysis.outcomes.entry import entry_in_words
from analysis.outcomes.rules import Rules, require_rules
from analysis.outcomes.windows import SCHEDULE, Window, as_schedule, window_named
from analysis.study import Study

__all__ = [
    "ATTRIBUTES",
    "NOT_STATED",
    "UNCHECKED",
    "Asked",
    "Parts",
    "compared",
    "missing_at_random",
    "not_stated",
    "of_visits",
    "treatments",
    "variable",
    "weighting",
]

ATTRIBUTES = (
    "treatment",
    "population",
    "variable",
    "intercurrent events",
    "population-level summary",
    "missing data",
    "estimator",
)
"""The five attributes of ICH E9(R1), the assumption about missing data, and the estimator."""

NOT_STATED = "not stated"
"""What stands in a statement of which a part is not known."""

UNCHECKED = f"; whether a filter came between is {NOT_STATED}"
"""The end of a sentence about a population whose rows were not compared with the study."""

Parts = dict[str, str]
"""Statements by attribute; what is not there is not stated."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """What was passed with a result; the parameters are those of `estimand_card`."""

    treatment: str | None = None
    table: EventTable | None = None
    weights: AttritionWeights | None = None
    study: Study | None = None
    instrument: str | None = None
    visit: str | None = None
    rules: Rules


def not_stated(what: str) -> str:
    """Say that something is not known, and what to pass.

    Parameters
    ----------
    what : str
        The argument.

    Returns
    -------
    str
        A sentence.

    Examples
    --------
    >>> not_stated("treatment=")
    'not stated: pass treatment='
    """
    return f"{NOT_STATED}: pass {what}"


def treatments(levels: Mapping[str, Iterable[Any]], treatment: str | None) -> Parts:
    """Name the treatments that are compared.

    Parameters
    ----------
    levels : mapping of str to labels
        The factors of the analysis and their levels.
    treatment : str or None
        The factor whose levels are the treatments.

    Returns
    -------
    Parts
        Empty when no treatment was named.

    Raises
    ------
    ModelError
        When it is no factor of the analysis.
    """
    if treatment is None:
        return {}
    if treatment not in levels:
        raise ModelError(
            "treatment= is no factor of the analysis; its factors are: "
            f"{', '.join(map(str, levels)) or 'none'}."
        )
    names = [str(level) for level in levels[treatment]]
    return {"treatment": f"{treatment}: {', '.join(names)} ({names[0]} first)"}


def of_visits(asked: Asked, visits: Iterable[Any], filtered: str) -> Parts:
    """Say who and what is meant by the rules that made the scores.

    Parameters
    ----------
    asked : Asked
        The scale and the rules.
    visits : iterable of labels
        Visits of the analysis; none where it has none.
    filtered : str
        What is known of filters after the rules, such as `compared` says it; empty: there is none.

    Returns
    -------
    Parts
        Population and intercurrent events; empty without a scale.

    Raises
    ------
    DataError
        When a visit of the analysis is not planned.
    """
    require_rules(asked.rules)
    if asked.instrument is None:
        return {}
    plan = as_schedule(asked.rules.get("schedule", SCHEDULE))
    absent = [visit for visit in visits if str(visit) not in plan.labels]
    if absent:
        raise DataError(
            f"{len(absent)} visits of the analysis are not planned visits of the schedule. Pass "
            "the schedule= that was used."
        )
    entry = entry_in_words(asked.instrument, asked.rules.get("baseline_at_least"))
    course = asked.rules.get("course", 1)
    which = "every course" if course == "all" else f"course {course} of treatment in the data"
    return {
        "population": f"Treated patients ({which}) with a baseline of {entry}{filtered}",
        "intercurrent events": "Stopping treatment, later courses and other drugs: treatment "
        "policy (scores count whatever came before). Death: no strategy, later scores are missing",
    }


def compared(asked: Asked, n_rows: int) -> str:
    """Compare the rows that the rules make of the study with those that were used.

    Parameters
    ----------
    asked : Asked
        The study, the scale and the rules.
    n_rows : int
        Rows that were given to the fit.

    Returns
    -------
    str
        The end of a sentence about the population; empty without a scale.

    Raises
    ------
    DataError
        When the rules make fewer rows than the fit was given.
    """
    if asked.instrument is None:
        return ""
    if asked.study is None:
        return f"{UNCHECKED}: pass study="
    derived = visit_outcomes(asked.study, str(asked.instrument), measures=(), **asked.rules)
    if len(derived) == n_rows:
        return ", all their scores at planned visits whose window has closed"
    if len(derived) < n_rows:
        raise DataError(
            "The fit was given more rows than these rules make of the study. Pass the rules that "
            "were used."
        )
    return f"; only a part of the rows that the rules make was used, the filter is {NOT_STATED}"


def variable(asked: Asked, outcome: str, visits: Iterable[Any]) -> Parts:
    """Say what is measured and when.

    Parameters
    ----------
    asked : Asked
        The scale and the rules.
    outcome : str
        Column of the outcome.
    visits : iterable of labels
        Planned visits of the analysis.

    Returns
    -------
    Parts
        The variable; of an unknown scale the column only.
    """
    if asked.instrument is None:
        what = not_stated("instrument= and the rules of visit_outcomes")
        return {"variable": f"{outcome}; scale and windows {what}"}
    plan = as_schedule(asked.rules.get("schedule", SCHEDULE))
    wanted = [str(visit) for visit in visits]
    windows = [window_named(visit, plan) for visit in wanted]
    when = "; ".join(_in_days(window) for window in windows)
    rule = repr(asked.rules.get("baseline", LAST))
    days = f" at {when}, from the {plan.anchor}" if when else ""
    return {"variable": f"{asked.instrument} {outcome}{days}. {rule}"}


def _in_days(window: Window) -> str:
    """Write a window with its days."""
    return f"{window.label} (days {window.low} to {window.high})"


def weighting(asked: Asked, column: str | None) -> str:
    """Say how rows were weighted; an empty text when they were not.

    Parameters
    ----------
    asked : Asked
        Perhaps the weights.
    column : str or None
        Column of the weights of the fit.

    Returns
    -------
    str
        A sentence.
    """
    if column is None:
        return ""
    if asked.weights is None:
        return f"Weighted by {column}; how it was made is {not_stated('weights=')}"
    return asked.weights.about()


def missing_at_random(kept: pd.DataFrame) -> str:
    """Say what a likelihood of all scores takes of missing ones.

    Parameters
    ----------
    kept : pandas.DataFrame
        ``glance()`` of the fit.

    Returns
    -------
    str
        A sentence.
    """
    dropped = int(kept["n_dropped"].iloc[0])
    text = "Missing at random, given the model and the scores seen"
    return f"{text}; rows with a missing covariate or score were left out" if dropped else text
