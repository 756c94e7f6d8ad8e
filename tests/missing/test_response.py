"""Response under assumptions about missing scores: literal rates, imputations, and what leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from analysis.disclosure import INTERNAL, Policy, hide_responses, release
from analysis.errors import ColumnError, DataError
from analysis.missing import response_under_missingness
from analysis.missing.pooled_proportion import pooled_proportion
from analysis.missing.response import IMPUTED, MISSING_AS_NO, MISSING_AS_YES, OBSERVED
from analysis.outcomes import response_rates
from tests.builders import scored_study
from tests.missing.studies import network

unit, identity, reference = pytest.mark.unit, pytest.mark.identity, pytest.mark.reference

SCORES = {
    "yes": [(0, 20), (28, 8)],
    "no": [(0, 20), (28, 15)],
    "gone": [(0, 20), (7, 18)],
    "lost": [(0, 12)],
    "early": [(0, 20)],
    "mild": [(0, 5), (28, 1)],
}


def small():
    return scored_study(SCORES, until={**dict.fromkeys(SCORES, 400), "early": 30})


def rates(study=None, **choices):
    given = {"visit": "week 4", "measures": ["response"], "policy": INTERNAL} | choices
    return response_under_missingness(study or small(), "PHQ-9", **given)


IMPUTATIONS = pd.DataFrame(
    {
        "imputation": [1, 1, 2, 2, 3, 3, 1],
        "subject_id": ["gone", "lost", "gone", "lost", "gone", "lost", "yes"],
        "total": [9.0, 11.0, 9.5, 6.0, 14.0, 8.0, 27.0],
    }
)
"""Responders among the two without a score: one, two, none; a row of an observed patient."""


@unit
def test_the_three_simple_assumptions():
    frame = rates().tidy()
    columns = ["assumption", "started", "evaluable", "observed", "n", "estimate"]
    assert frame[columns].to_numpy().tolist() == [
        [OBSERVED, 6, 4, 2, 1, 0.5],
        [MISSING_AS_NO, 6, 4, 2, 1, 0.25],
        [MISSING_AS_YES, 6, 4, 2, 1, 0.75],
    ]
    low, high = proportion_confint(3, 4, method="wilson")
    assert frame.loc[2, ["conf_low", "conf_high"]].tolist() == pytest.approx([low, high])


@unit
def test_imputed_scores_are_judged_by_the_same_definition():
    frame = rates(imputed=IMPUTATIONS).tidy()
    row = frame[frame["assumption"].eq(IMPUTED)].iloc[0]
    assert row["estimate"] == pytest.approx((2 + 3 + 1) / 3 / 4)
    expected = pooled_proportion(np.array([2.0, 3.0, 1.0]), 4)
    assert row[["estimate", "conf_low", "conf_high"]].tolist() == pytest.approx(list(expected))


@unit
def test_a_callable_gets_the_patients_without_a_score():
    asked = []

    def impute(missing):
        asked.append(missing)
        return IMPUTATIONS

    found = rates(imputed=impute)
    assert len(asked) == 1
    assert sorted(asked[0]["subject_id"]) == ["gone", "lost"]
    assert asked[0].attrs["patient_level"]
    assert {"baseline", "route"} <= set(asked[0].columns)
    pd.testing.assert_frame_equal(found.tidy(), rates(imputed=IMPUTATIONS).tidy())


@identity
def test_observed_rates_are_those_of_response_rates():
    ours = response_under_missingness(network(), "PHQ-9", visit="week 8", by="route").tidy()
    theirs = response_rates(network(), "PHQ-9", visit="week 8", by="route")
    observed = ours[ours["assumption"].eq(OBSERVED)].reset_index(drop=True)
    columns = ["measure", "route", "n", "estimate", "conf_low", "conf_high"]
    pd.testing.assert_frame_equal(observed[columns], theirs[columns], check_names=False)
    as_no = ours[ours["assumption"].eq(MISSING_AS_NO)]["estimate"]
    np.testing.assert_allclose(as_no, theirs["estimate_missing_as_no"])


@identity
def test_imputing_what_would_be_assumed_gives_the_assumption():
    def impute(missing, *, better):
        each = missing[["subject_id", "course"]].assign(
            total=missing["baseline"] * (0.4 if better else 1.0)
        )
        return pd.concat([each.assign(imputation=k) for k in range(2)])

    for better, assumption in ((False, MISSING_AS_NO), (True, MISSING_AS_YES)):
        found = response_under_missingness(
            network(), "PHQ-9", visit="week 8", by="route", measures=["response"],
            imputed=lambda rows, better=better: impute(rows, better=better),
        ).tidy()  # fmt: skip
        numbers = ["estimate", "conf_low", "conf_high"]
        pooled = found[found["assumption"].eq(IMPUTED)][numbers].to_numpy()
        np.testing.assert_allclose(pooled, found[found["assumption"].eq(assumption)][numbers])


@unit
@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (IMPUTATIONS.drop(columns="total"), ColumnError, "'total'"),
        (IMPUTATIONS[IMPUTATIONS["imputation"].eq(1)], DataError, "has 1 imputation"),
        (IMPUTATIONS.iloc[1:], DataError, "lacks 1 scores and has 0 twice"),
        (IMPUTATIONS.iloc[[0, *range(7)]], DataError, "has 1 twice"),
        (IMPUTATIONS.assign(total=np.nan), DataError, "lacks 6 scores"),
        (IMPUTATIONS.assign(total="nine"), DataError, "7 cells of imputed scores"),
    ],
)
def test_imputations_that_cannot_be_used_are_refused(given, error, message):
    with pytest.raises(error, match=message):
        rates(imputed=given)


@unit
def test_runs_of_visits_cannot_be_imputed_at_one():
    from analysis.outcomes import Definition

    twice = Definition(
        name="twice", instrument=None, measure="response", rule="twice", kind="run",
        parameters={"visits": 2, "needed": 2}, of_visit="response", source="", verified=True,
    )  # fmt: skip
    with pytest.raises(DataError, match="several visits"):
        rates(measures=[twice], imputed=IMPUTATIONS)


@unit
def test_worsening_says_which_end_is_cautious():
    assert "missing as yes is the cautious end" in repr(rates(measures=["deterioration"]))
    assert "cautious end" not in repr(rates())


# --- Disclosure ----------------------------------------------------------------------------------


@unit
def test_rates_of_small_counts_do_not_leave():
    found = response_under_missingness(network(), "PHQ-9", visit="week 8", by="site_id")
    frame, true = release(found).frame, found.tidy()
    small = true["n"].between(1, 10)
    assert small.any()
    assert frame.loc[small, ["estimate", "conf_low", "conf_high"]].isna().all(axis=None)
    assert not frame.loc[small, "n"].str.isdigit().any()
    assert frame["estimate"].notna().sum() > 20


@unit
def test_where_the_observed_are_hidden_no_rate_tells_them(monkeypatch):
    def hide(frame, *, policy):
        shown, hidden = hide_responses(frame, policy=policy)
        return shown.assign(estimate=np.nan, observed="—"), hidden

    monkeypatch.setattr("analysis.missing.response.hide_responses", hide)
    frame = response_under_missingness(network(), "PHQ-9", visit="week 8").disclosure().frame
    assert frame["estimate"].isna().all()


@unit
def test_where_counts_are_rounded_rates_are_too():
    policy = Policy(minimum_count=8, round_to=5)
    found = response_under_missingness(
        network(), "PHQ-9", visit="week 8", by="route", policy=policy
    )
    frame = release(found, policy).frame
    row = frame[frame["route"].eq("IV") & frame["measure"].eq("response")].iloc[1]
    assert row["assumption"] == MISSING_AS_NO
    counts = {name: int(row[name]) for name in ("evaluable", "n")}
    assert all(n % 5 == 0 for n in counts.values())
    assert row["estimate"] == pytest.approx(counts["n"] / counts["evaluable"])


# --- Pooling -------------------------------------------------------------------------------------


@reference
def test_pooled_limits_solve_the_quadratic():
    # roots of (q - p)^2 = t^2 (1 + r) p (1 - p) / n, found by R's uniroot
    found = pooled_proportion(np.array([20.0, 23.0, 20.0, 24.0, 22.0]), 50)
    np.testing.assert_allclose(found, [0.436, 0.2894060126, 0.5947041151], rtol=1e-9)
    found = pooled_proportion(np.array([3.0, 9.0, 5.0, 7.0]), 40, 0.9)
    np.testing.assert_allclose(found, [0.15, 0.04730539119, 0.38543740553], rtol=1e-9)


@identity
@pytest.mark.parametrize(("n", "whole"), [(0, 20), (7, 20), (20, 20)])
def test_without_differences_between_imputations_it_is_wilson(n, whole):
    found = pooled_proportion(np.full(5, float(n)), whole)
    low, high = proportion_confint(n, whole, method="wilson")
    np.testing.assert_allclose(found, [n / whole, low, high], atol=1e-12)


@unit
def test_one_imputation_is_not_pooled_and_nobody_has_no_rate():
    with pytest.raises(DataError, match="at least two"):
        pooled_proportion(np.array([3.0]), 10)
    assert np.isnan(pooled_proportion(np.array([0.0, 0.0]), 0)).all()
