"""The estimand of an analysis on one card: its five attributes, from what was actually run.

Nothing on the card is free text. What the result, and the rules passed with it, do not say is not
stated. The parts of each kind of result are made in estimand_models.py and estimand_events.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Unpack, runtime_checkable

import pandas as pd

from analysis.disclosure import RELEASE, Policy, Statement
from analysis.disclosure.counted import CountedTable
from analysis.errors import ModelError
from analysis.missing.attrition_result import AttritionWeights
from analysis.missing.clustered_model import ClusteredModel
from analysis.missing.estimand_events import of_cox, of_curve, of_incidence
from analysis.missing.estimand_imputed import of_imputed
from analysis.missing.estimand_models import (
    of_comparison,
    of_counted_rates,
    of_equations,
    of_mixed_model,
    of_response_rates,
)
from analysis.missing.estimand_parts import ATTRIBUTES, NOT_STATED, Asked, Parts, not_stated
from analysis.missing.result import ImputedAnalysis
from analysis.mixed import LinearMixedModel, ObservedComparison
from analysis.outcomes import EventTable
from analysis.outcomes.rules import Rules
from analysis.results import frame_to_html, frame_to_text
from analysis.study import Study
from analysis.survival import CoxModel, IncidenceCurve, SurvivalCurve

__all__ = ["EstimandCard", "StatesEstimand", "estimand_card"]


@runtime_checkable
class StatesEstimand(Protocol):
    """A result that says itself which estimand it is about."""

    def estimand(self) -> Mapping[str, str]:
        """Return statements by the names of `ATTRIBUTES`; those left out are not stated."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class EstimandCard:
    """The five attributes of an estimand, with the estimator and what it takes of missing data.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``attribute, statement``, one row for each of `ATTRIBUTES`.
    policy : Policy
        For which release; the card is the same for all.
    """

    frame: pd.DataFrame = field(repr=False)
    policy: Policy = RELEASE

    def statement(self, attribute: str) -> str:
        """Return what is said of one attribute.

        Parameters
        ----------
        attribute : str
            One of `ATTRIBUTES`.

        Returns
        -------
        str
            The statement.

        Raises
        ------
        ModelError
            For another name.
        """
        if attribute not in ATTRIBUTES:
            raise ModelError(f"No such attribute; allowed are {', '.join(ATTRIBUTES)}.")
        return str(self.frame.set_index("attribute")["statement"][attribute])

    @property
    def is_complete(self) -> bool:
        """Whether every attribute is stated."""
        return not self.frame["statement"].str.contains(NOT_STATED, regex=False).any()

    def disclosure(self) -> Statement:
        """Say what leaves, for `release`: the card has names and rules, and no counts."""
        return Statement(frame=self.frame.copy(), policy=self.policy)

    def summary(self) -> str:
        """Return the card as text."""
        return f"{_TITLE}\n{frame_to_text(self.frame)}"

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self.frame, caption=_TITLE)


_TITLE = "Estimand (ICH E9(R1))"


def estimand_card(
    result: Any,
    *,
    treatment: str | None = None,
    table: EventTable | None = None,
    weights: AttritionWeights | None = None,
    study: Study | None = None,
    instrument: str | None = None,
    visit: str | None = None,
    policy: Policy = RELEASE,
    **rules: Unpack[Rules],
) -> EstimandCard:
    """Write down the estimand of an analysis from what was run.

    Parameters
    ----------
    result : fit, curve, comparison, response rates, or anything with ``estimand()``
        What `mmrm`, `lmm`, `impute_and_pool`, `compare_observed`, `gee`, `cox`, `curve`,
        `kaplan_meier`, `cumulative_incidence`, `response_rates` or `response_under_missingness`
        returned; a result of another kind says its estimand itself (`StatesEstimand`).
    treatment : str, optional
        The factor of the formula, or of the groups, whose levels are the treatments.
    table : EventTable, optional
        The event table that the curve or regression was made of: its origin, its event and how
        intercurrent events were treated.
    weights : AttritionWeights, optional
        The weights that were used.
    study : Study, optional
        The study. With `instrument` and the rules its rows are derived again and compared with
        those that were used, so that a filter in between does not go unheard.
    instrument, visit : str, optional
        The scale of the scores, and for response rates the planned visit.
    policy : Policy
        For which release.
    **rules
        ``schedule, baseline, baseline_at_least, course``, as they were given to `visit_outcomes`.

    Returns
    -------
    EstimandCard
        Treatment, population, variable, intercurrent events with their strategies, and
        population-level summary; then the assumption about missing data, and the estimator.

    Raises
    ------
    DataError
        When the visits of the fit are not those of the schedule, or the table is not the one that
        the curve was made of.
    ModelError
        When `treatment` is no factor of the analysis, or the kind of result is not known.

    References
    ----------
    ICH E9(R1) (2019). Addendum on estimands and sensitivity analysis in clinical trials.

    Examples
    --------
    >>> from analysis.survival import kaplan_meier
    >>> curve = kaplan_meier(pd.DataFrame({"time": [5, 8, 9], "event": [1, 0, 1]}))
    >>> estimand_card(curve).statement("treatment")
    'not stated: pass treatment='
    """
    asked = Asked(
        treatment=treatment,
        table=table,
        weights=weights,
        study=study,
        instrument=instrument,
        visit=visit,
        rules=rules,
    )
    parts = _parts(result, asked)
    rows = [(name, parts.get(name, not_stated(_PASS[name]))) for name in ATTRIBUTES]
    frame = pd.DataFrame(rows, columns=["attribute", "statement"])
    return EstimandCard(frame=frame, policy=policy)


_PASS = {
    "treatment": "treatment=",
    "population": "instrument= and the rules of visit_outcomes, or table=",
    "variable": "instrument= and the rules of visit_outcomes, or table=",
    "intercurrent events": "instrument= and the rules of visit_outcomes, or table=",
    "population-level summary": "a result that has one",
    "missing data": "a result that says it",
    "estimator": "a result that says it",
}


def _parts(result: Any, asked: Asked) -> Parts:
    """Ask the result, or read it by its kind."""
    if isinstance(result, StatesEstimand):
        return _known(result.estimand())
    for kind, read in _KINDS.items():
        if isinstance(result, kind):
            return read(result, asked)
    if isinstance(result, pd.DataFrame) and "definitions" in result.attrs:
        return of_response_rates(result, asked)
    raise ModelError(
        f"The estimand of a {type(result).__name__} is not known. Allowed are "
        f"{', '.join(kind.__name__ for kind in _KINDS)}, frames of response_rates, and results "
        "with estimand()."
    )


def _known(parts: Mapping[str, str]) -> Parts:
    """Refuse statements about attributes that do not exist, which would not be shown."""
    if not set(parts) <= set(ATTRIBUTES):
        raise ModelError(f"estimand() states other attributes than {', '.join(ATTRIBUTES)}.")
    return dict(parts)


_KINDS: dict[type, Callable[[Any, Asked], Parts]] = {
    CountedTable: of_counted_rates,
    ImputedAnalysis: of_imputed,
    LinearMixedModel: of_mixed_model,
    ObservedComparison: of_comparison,
    ClusteredModel: of_equations,
    CoxModel: of_cox,
    SurvivalCurve: of_curve,
    IncidenceCurve: of_incidence,
}
