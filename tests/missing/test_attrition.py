"""Weights for attrition: R's numbers, identities, diagnostics and refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, release
from analysis.errors import ColumnError, ConvergenceError, DataError, ModelError
from analysis.missing import attrition_weights, dropout_rows, gee
from analysis.outcomes import mean_course, visit_outcomes
from analysis.survival import cox, kaplan_meier
from tests.missing.cohorts import EXPECTED, LITERAL, RELAPSE, SCORES
from tests.missing.studies import network

COLUMNS = {"subject": "patient", "visit": "visit"}
TERMS = [
    "Intercept", "planned_visit[T.3]", "planned_visit[T.4]", "planned_visit[T.5]",
    "planned_visit[T.6]", "arm[T.iv]", "last", "arm[T.iv]:last",
]  # fmt: skip


def of_scores(**choices):
    return attrition_weights("arm * last", SCORES, numerator="arm", **COLUMNS, **choices)


def of_relapse():
    return attrition_weights("arm * last", RELAPSE, **COLUMNS).weighted()


# --- R -------------------------------------------------------------------------------------------


@pytest.mark.reference
def test_the_model_of_leaving_is_that_of_r():
    found, expected = of_scores().tidy(), EXPECTED["leaving"]
    assert found["term"].tolist() == TERMS
    np.testing.assert_allclose(found["estimate"], expected["estimate"], rtol=1e-7)
    np.testing.assert_allclose(found["std_error"], expected["std_error"], rtol=1e-7)


@pytest.mark.reference
def test_weights_are_those_of_r():
    np.testing.assert_allclose(of_scores().weighted()["weight"], EXPECTED["weight"], rtol=1e-8)
    plain = of_scores(stabilised=False).weighted()["weight"]
    np.testing.assert_allclose(plain, EXPECTED["plain"], rtol=1e-8)


@pytest.mark.reference
def test_diagnostics_are_those_of_r():
    table = of_scores().by_visit()
    np.testing.assert_allclose(table["effective"], EXPECTED["effective"], rtol=1e-8)
    np.testing.assert_allclose(table["mean"], EXPECTED["mean"], rtol=1e-8)
    cut = of_scores(truncate=(0.05, 0.95))
    row = cut.glance().iloc[0]
    np.testing.assert_allclose(
        row[["lower_limit", "upper_limit"]].astype(float), EXPECTED["limits"]
    )
    weight = cut.weighted()["weight"]
    assert (weight.min(), weight.max()) == (row["lower_limit"], row["upper_limit"])
    assert row["n_truncated"] == np.sum(np.abs(weight - EXPECTED["weight"]) > 1e-9)


@pytest.mark.reference
def test_weighted_means_are_those_of_geepack():
    rows = of_scores().weighted().astype({"visit": "category"})
    found = gee("change ~ arm * visit", rows, subject="patient", weights="weight").tidy()
    # geepack's terms come in the same order: arm, visits, products
    np.testing.assert_allclose(found["estimate"], EXPECTED["gee"]["estimate"], rtol=1e-6)
    np.testing.assert_allclose(found["std_error"], EXPECTED["gee"]["std_error"], rtol=1e-6)


@pytest.mark.reference
def test_weighted_odds_ratios_are_those_of_geepack():
    fit = gee(
        "response ~ arm + baseline", of_scores().weighted(), subject="patient", weights="weight",
        family="binomial",
    )  # fmt: skip
    found, expected = fit.tidy(), EXPECTED["gee_binomial"]
    np.testing.assert_allclose(found["estimate"], expected["estimate"], rtol=1e-6)
    np.testing.assert_allclose(found["std_error"], expected["std_error"], rtol=1e-6)


@pytest.mark.reference
def test_a_weighted_curve_is_that_of_r():
    km = kaplan_meier(of_relapse(), "stop", "event", entry="start", by="arm", weights="weight").at(
        [14, 42, 84]
    )
    np.testing.assert_allclose(km["estimate"], EXPECTED["curve"]["estimate"], rtol=1e-8)
    by_row = EXPECTED["curve"]["std_error_by_row"]
    np.testing.assert_allclose(km["std_error"], by_row, rtol=1e-8)


@pytest.mark.reference
def test_a_weighted_hazard_ratio_is_that_of_r():
    fit = cox(
        "arm", of_relapse(), time="stop", event="event", entry="start", weights="weight",
        cluster="patient",
    )  # fmt: skip
    row, expected = fit.tidy().iloc[0], EXPECTED["cox"]
    assert row["estimate"] == pytest.approx(expected["estimate"], rel=1e-7)
    assert row["std_error"] == pytest.approx(expected["std_error"], rel=1e-7)


# --- Literal numbers and identities --------------------------------------------------------------


@pytest.mark.unit
def test_weights_of_groups_are_inverse_shares():
    plain = attrition_weights("group", LITERAL, stabilised=False, **COLUMNS).weighted()
    later = plain[plain["visit"] == 2]
    assert later["weight"].round(9).tolist() == [2.0, 2.0, *[round(4 / 3, 9)] * 3]
    assert (plain.loc[plain["visit"] == 1, "weight"] == 1.0).all()
    stable = attrition_weights("group", LITERAL, **COLUMNS).weighted()
    assert stable.loc[stable["visit"] == 2, "weight"].round(9).tolist() == [
        1.25, 1.25, *[round(5 / 6, 9)] * 3
    ]  # fmt: skip


@pytest.mark.identity
def test_those_who_stay_are_worth_all_who_started():
    plain = attrition_weights("group", LITERAL, stabilised=False, **COLUMNS).weighted()
    totals = plain[plain["visit"] == 2].groupby("group")["weight"].sum()
    np.testing.assert_allclose(totals, [4.0, 4.0])


@pytest.mark.identity
def test_the_order_of_rows_and_the_names_of_patients_do_not_matter():
    mixed = SCORES.sample(frac=1.0, random_state=1).assign(patient=lambda d: 1000 - d["patient"])
    weights = attrition_weights("arm * last", mixed, numerator="arm", **COLUMNS).weighted()
    back = weights.assign(patient=1000 - weights["patient"]).sort_values(["patient", "visit"])
    np.testing.assert_allclose(back["weight"], EXPECTED["weight"], rtol=1e-8)


@pytest.mark.identity
def test_a_numerator_of_the_whole_history_leaves_weights_of_one():
    weights = attrition_weights("arm * last", SCORES, numerator="arm * last", **COLUMNS)
    np.testing.assert_allclose(weights.weighted()["weight"], 1.0)
    assert weights.findings == ()


@pytest.mark.unit
def test_the_frame_given_is_left_as_it_was():
    before = SCORES.copy()
    rows = of_scores().weighted()
    rows["weight"] = 0.0
    pd.testing.assert_frame_equal(SCORES, before)
    assert of_scores().weighted().attrs["patient_level"]


# --- Warnings ------------------------------------------------------------------------------------


@pytest.mark.unit
def test_weights_that_cannot_be_trusted_say_so():
    rng = np.random.default_rng(3)
    n = 200
    last = rng.normal(0.0, 4.0, n)
    stays = rng.random(n) < 1.0 / (1.0 + np.exp(last))
    rows = pd.DataFrame({"patient": range(n), "visit": 1, "remains": stays, "last": last})
    found = attrition_weights("last", rows, **COLUMNS)
    counts = {finding.rule: finding.count for finding in found.findings}
    chance, weight = found.chance, found.rows["weight"]
    assert counts["WGT-001"] == (chance < 0.05).sum() > 0
    assert counts.get("WGT-004", 0) == (weight > 20.0).sum()
    assert "Warning: [WGT-001]" in repr(found)
    calm = attrition_weights("last", rows.assign(last=rng.permutation(last)), **COLUMNS)
    assert calm.findings == ()


@pytest.mark.unit
def test_what_is_printed_names_the_cut_and_the_models():
    text = repr(of_scores(truncate=(0.05, 0.95)))
    assert "stabilised by planned_visit + arm" in text
    assert "truncated at their 5 and 95 % quantiles" in text
    assert "leaving is modelled by planned_visit + arm * last" in text


# --- Disclosure ----------------------------------------------------------------------------------


@pytest.mark.unit
def test_released_diagnostics_hide_small_counts_and_weights_of_patients():
    table = release(of_scores()).frame
    assert table.columns.tolist() == [
        "visit", "n_at_risk", "n_left", "n_remaining", "mean", "effective"
    ]  # fmt: skip
    assert table["n_left"].tolist()[0] == "0"
    true = of_scores().by_visit()["n_left"]
    small = true.between(1, 10)
    assert small.any()
    assert not table.loc[small, "n_left"].str.fullmatch(r"\d+").any()
    assert not table.loc[small, "n_left"].isin(true.astype(str)).any()


@pytest.mark.unit
def test_inside_the_clinic_the_range_of_the_weights_is_shown():
    inside = replace(of_scores(), policy=INTERNAL).disclosure().frame
    table = of_scores().by_visit()
    assert inside["greatest"].tolist() == table["greatest"].tolist()
    assert inside["n_left"].tolist() == table["n_left"].astype(str).tolist()
    assert "greatest" not in repr(of_scores())


@pytest.mark.unit
def test_rows_of_patients_are_refused():
    from analysis.errors import DisclosureError

    with pytest.raises(DisclosureError, match="row per patient"):
        release(of_scores().weighted())
    for frame in (of_scores().glance(), of_scores().by_visit()):
        with pytest.raises(DisclosureError, match="true counts"):
            release(frame)


# --- Refusals ------------------------------------------------------------------------------------


def changed(**columns):
    return LITERAL.assign(**columns)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (changed(remains=1), "Nobody leaves"),
        (changed(visit=[1, 1] + [1, 2] * 7), "1 patients have two rows at one visit"),
        (changed(visit=[1, 3] + [1, 2] * 7), "1 patients have a gap between"),
        (LITERAL.iloc[1:], "1 patients have no row at the first visit"),
        (changed(remains=[0, 1] + [1, 0] * 7), "1 patients have rows after the visit"),
        (changed(group=[None, None] + ["x"] * 7 + ["y"] * 7), "'group' in 1 of 8"),
        (changed(remains=[np.nan] + [1.0] * 15), "1 rows that are neither 0 nor 1"),
        (changed(patient=[None, *"abbccddeeffgghh"]), "missing in 1 rows"),
        (changed(visit=[np.nan] + [1.0] * 15), "'visit' is missing in 1 rows"),
    ],
)
def test_rows_of_which_no_product_can_be_made_are_refused(data, message):
    with pytest.raises(DataError, match=message):
        attrition_weights("group", data, **COLUMNS)


@pytest.mark.unit
def test_choices_that_cannot_be_used_are_refused():
    for cut in ((0.6, 0.9), (0.1, 0.4), (-0.1, 0.9), (0.1, 1.1)):
        with pytest.raises(ModelError, match="two quantiles"):
            attrition_weights("group", LITERAL, truncate=cut, **COLUMNS)
    with pytest.raises(ColumnError, match="has no order"):
        attrition_weights("group", LITERAL.assign(visit=list("12") * 8), **COLUMNS)
    with pytest.raises(ColumnError, match="'weight'"):
        attrition_weights("group", LITERAL.assign(weight=1.0), **COLUMNS)
    with pytest.raises(ColumnError, match="'last'"):
        attrition_weights("last", LITERAL, **COLUMNS)


@pytest.mark.unit
def test_leaving_that_is_foretold_perfectly_has_no_weights():
    told = LITERAL.assign(last=np.where(LITERAL["remains"] == 1, 5.0, 20.0))
    with pytest.raises(ConvergenceError, match="finite estimate"):
        attrition_weights("last", told, **COLUMNS)
    whole_level = LITERAL.assign(
        group=[
            "z" if r == 0 else g for r, g in zip(LITERAL["remains"], LITERAL["group"], strict=True)
        ]
    )
    with pytest.raises(ConvergenceError):
        attrition_weights("group", whole_level, **COLUMNS)


# --- From a study --------------------------------------------------------------------------------


@pytest.mark.identity
def test_weights_of_a_study_move_the_mean_towards_that_of_the_mixed_model():
    rows = dropout_rows(network(), "PHQ-9")
    weights = attrition_weights("last_score + baseline", rows, subject="subject_id", visit="visit")
    assert weights.findings == ()
    kept = weights.weighted()
    last = kept[kept["visit"].eq("week 16")]
    naive, weighted = (
        gee("change ~ visit", kept, subject="subject_id", weights=column)
        .predict(last.iloc[[0]])["estimate"]
        .item()
        for column in (None, "weight")
    )
    assert naive == pytest.approx(last["change"].mean())
    assert (
        naive
        < weighted
        < mean_course(visit_outcomes(network(), "PHQ-9")).frame["estimate"].iloc[-1]
    )
