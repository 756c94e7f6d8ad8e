"""Cards of estimands: what a result says, what must be passed, and that mismatches are refused."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import named_policy, release
from analysis.errors import DataError, ModelError
from analysis.missing import (
    attrition_weights,
    estimand_card,
    gee,
    response_under_missingness,
    retention,
)
from analysis.missing.estimand_parts import ATTRIBUTES
from analysis.mixed import compare_observed, lmm, mmrm
from analysis.outcomes import (
    DEATH,
    SWITCH,
    End,
    curve,
    from_response,
    relapse,
    response_rates,
    visit_outcomes,
)
from analysis.survival import cox, cumulative_incidence, kaplan_meier
from tests.missing.cohorts import SCORES
from tests.missing.studies import PLAN, network

pytestmark = pytest.mark.unit

ROUTES = ["IV", "IM"]


@cache
def outcomes() -> pd.DataFrame:
    return visit_outcomes(network(), "PHQ-9")


@cache
def fit():
    return lmm("change ~ visit + baseline", outcomes(), subject="subject_id", visit="visit")


@cache
def two_routes():
    rows = outcomes()[outcomes()["route"].isin(ROUTES)]
    return mmrm("change ~ route * visit + baseline", rows, subject="subject_id", visit="visit",
                covariance="compound symmetry")  # fmt: skip


@cache
def relapses():
    ends = (End(source=SWITCH), End(source=DEATH, strategy="competing"))
    return relapse("phq9_10", from_response("PHQ-9"), ends=ends)(network())


# --- Models of scores ----------------------------------------------------------------------------


def test_a_fit_alone_states_what_it_knows_and_asks_for_the_rest():
    card = estimand_card(two_routes())
    assert card.frame["attribute"].tolist() == list(ATTRIBUTES)
    assert card.statement("treatment") == "not stated: pass treatment="
    assert card.statement("population").startswith("not stated: pass instrument=")
    assert card.statement("variable").startswith("change; scale and windows not stated")
    assert card.statement("missing data").startswith("Missing at random, given the model")
    assert card.statement("estimator").startswith(
        "change ~ route * visit + baseline; compound symmetry covariance, REML, kenward-roger"
    )
    assert not card.is_complete


def test_the_rules_that_made_the_rows_complete_the_card():
    card = estimand_card(fit(), instrument="PHQ-9", study=network())
    assert card.statement("population") == (
        "Treated patients (course 1 of treatment in the data) with a baseline of PHQ-9 of 10 or "
        "more, all their scores at planned visits whose window has closed"
    )
    assert "PHQ-9 change at week 1 (days 4 to 10); week 2" in card.statement("variable")
    assert card.statement("variable").endswith(
        "Baseline: the last score from day -30 to day 0 of the course, before its dose."
    )
    assert "treatment policy" in card.statement("intercurrent events")
    treated = estimand_card(two_routes(), treatment="route", instrument="PHQ-9")
    assert treated.statement("treatment") == "route: IM, IV (IM first)"
    assert treated.statement("population-level summary").startswith(
        "Difference of means between levels of route at each of week 1"
    )


def test_a_filter_that_nobody_stated_is_seen():
    card = estimand_card(two_routes(), instrument="PHQ-9", study=network())
    assert "only a part of the rows" in card.statement("population")
    assert "the filter is not stated" in card.statement("population")
    unchecked = estimand_card(two_routes(), instrument="PHQ-9")
    assert "not stated: pass study=" in unchecked.statement("population")


def test_other_rules_than_those_that_were_used_are_refused():
    with pytest.raises(DataError, match="more rows than these rules"):
        estimand_card(fit(), instrument="PHQ-9", study=network(), baseline_at_least=15)
    with pytest.raises(DataError, match="6 visits of the analysis are not planned"):
        estimand_card(fit(), instrument="PHQ-9", schedule=PLAN)
    with pytest.raises(ModelError, match="its factors are: route, visit"):
        estimand_card(two_routes(), treatment="arm")
    with pytest.raises(TypeError, match="Unknown keyword"):
        estimand_card(fit(), instrument="PHQ-9", windows=PLAN)


def test_a_comparison_says_that_nobody_was_randomised():
    rows = outcomes()[outcomes()["route"].isin(ROUTES)]
    result = compare_observed(
        "change", rows, group="route", reference="IV", covariates=["baseline"],
        subject="subject_id", visit="visit", covariance="compound symmetry",
    )  # fmt: skip
    card = estimand_card(result, instrument="PHQ-9")
    assert card.statement("treatment") == (
        "route: IM, IV (IM first); not assigned by chance, compared with IV"
    )
    assert card.statement("missing data").endswith("No confounding beside baseline")


def test_weights_are_described_by_the_weights_themselves():
    weights = attrition_weights(
        "arm * last", SCORES, subject="patient", visit="visit", truncate=(0.01, 0.99)
    )
    model = gee("change ~ arm", weights.weighted(), subject="patient", weights="weight")
    assert estimand_card(model).statement("missing data") == (
        "Weighted by weight; how it was made is not stated: pass weights="
    )
    card = estimand_card(model, weights=weights, treatment="arm")
    assert card.statement("missing data") == weights.about()
    assert card.statement("population-level summary") == (
        "Difference of marginal means between levels of arm"
    )
    claimed = estimand_card(model, instrument="PHQ-9").statement("population")
    assert claimed.endswith("whether a filter came between is not stated")
    plain = gee("change ~ arm", SCORES, subject="patient")
    assert "completely at random" in estimand_card(plain).statement("missing data")


# --- Times to an event ---------------------------------------------------------------------------


def test_a_curve_takes_its_attributes_from_the_event_table():
    card = estimand_card(curve(relapses()), table=relapses())
    assert card.statement("variable") == (
        "Days from day of the first score that shows it of patients who respond to first PHQ-9 "
        "with relapse_phq9_10"
    )
    assert card.statement("intercurrent events") == (
        "switch of treatment: censored (hypothetical, as if it did not come); death: censored at "
        "the event (hypothetical); all others: treatment policy (ignored)"
    )
    assert card.statement("population").startswith(
        "With a PHQ-9 baseline at the threshold → Response seen → Followed; left out: "
    )
    assert card.statement("missing data") == "Censoring independent of the event among all"


def test_competing_events_have_another_strategy_in_another_analysis():
    table = relapses()
    curves = cumulative_incidence(table.causes(), causes=list(table.causes()["event"].unique()))
    of_causes = estimand_card(curves, table=table).statement("intercurrent events")
    assert "death: a cause of its own" in of_causes
    model = cox("route", table.frame)
    card = estimand_card(model, table=table, treatment="route")
    assert "death: censored at the event (cause-specific)" in card.statement("intercurrent events")
    assert card.statement("treatment") == "route: IM, IN, IV, SL (IM first)"


def test_a_curve_without_its_table_says_what_is_not_known():
    plain = kaplan_meier(pd.DataFrame({"time": [3, 5], "event": [1, 0]}), origin="first infusion")
    card = estimand_card(plain)
    assert card.statement("variable") == (
        "Days from first infusion; the event is not stated: pass table="
    )
    assert "not stated: pass" in card.statement("intercurrent events")


def test_the_table_of_another_analysis_is_refused():
    later = relapses().landmark(20)
    with pytest.raises(DataError, match="another origin"):
        estimand_card(curve(relapses()), table=later)
    with pytest.raises(DataError, match="another number of rows"):
        estimand_card(cox("route", relapses().frame), table=later)


# --- Response ------------------------------------------------------------------------------------


def test_response_rates_state_definition_window_and_denominator():
    rates = response_rates(network(), "PHQ-9", visit="week 8", by="route")
    asked = {"treatment": "route", "instrument": "PHQ-9", "visit": "week 8"}
    card = estimand_card(rates, study=network(), **asked)
    assert card.statement("variable") == (
        "response: PHQ-9 at least 50% better than baseline. remission: PHQ-9 at most 4. At week 8 "
        "(days 42 to 69)"
    )
    assert card.is_complete
    assert "pass study= and visit=" in estimand_card(rates, **asked).statement("population")
    for other in ({"visit": "week 4"}, {"baseline_at_least": 15}):
        with pytest.raises(DataError, match="other numbers of the study"):
            estimand_card(rates, study=network(), **asked | other)
    total = response_rates(network(), "PHQ-9", visit="week 8", by="route", total="All")
    assert estimand_card(total, study=network(), **asked).is_complete
    assert "The visit is not stated: pass visit=" in estimand_card(rates).statement("variable")
    table = response_under_missingness(network(), "PHQ-9", visit="week 8", by="route")
    own = estimand_card(table, treatment="route")
    assert own.is_complete
    assert own.statement("missing data") == (
        "One estimate under each of: observed; missing as no (non-responder imputation); missing "
        "as yes"
    )
    with pytest.raises(ModelError, match="description"):
        estimand_card(retention(network(), "PHQ-9"))


# --- Results that speak for themselves, and what is shown ----------------------------------------


@dataclass
class Imputed:
    said: dict[str, str]

    def estimand(self):
        return self.said


def test_results_of_other_kinds_state_their_estimand_themselves():
    card = estimand_card(Imputed({"missing data": "Jump to reference"}))
    assert card.statement("missing data") == "Jump to reference"
    assert card.statement("treatment") == "not stated: pass treatment="
    with pytest.raises(ModelError, match="other attributes"):
        estimand_card(Imputed({"luck": "none"}))
    with pytest.raises(ModelError, match="The estimand of a float is not known"):
        estimand_card(np.pi)
    with pytest.raises(ModelError, match="No such attribute"):
        card.statement("luck")


def test_cards_are_text_and_html_and_may_leave():
    card = estimand_card(Imputed({"variable": "<b>score</b>"}))
    assert repr(card).startswith("Estimand (ICH E9(R1))\nattribute")
    assert "&lt;b&gt;score" in card._repr_html_()
    assert len(release(card).frame) == len(ATTRIBUTES)
    strict = named_policy("ACRO")
    assert release(estimand_card(fit(), policy=strict), strict).frame.shape == (7, 2)
