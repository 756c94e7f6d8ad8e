"""What must hold of imputed analyses whatever the numbers are, and what is refused."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.disclosure import release
from analysis.errors import AnalysisError, ColumnError, ConvergenceError, DataError, ModelError
from analysis.missing import impute_and_pool
from analysis.mixed import mmrm
from tests.missing.trials import COHORT, FORMULA, ROLES, trial

WHOLE, SEEN = trial()
QUICK = {"inference": "bootstrap", "n_draws": 3}


def run(data=SEEN, formula=FORMULA, **options):
    return impute_and_pool(formula, data, **{**ROLES, "covariates": ["baseline"], **options})


def numbers(result):
    return result.tidy()[["estimate", "std_error"]].to_numpy()


# --- Identities ----------------------------------------------------------------------------------


@pytest.mark.identity
def test_missing_at_random_is_the_contrast_of_the_model():
    fit = mmrm(FORMULA, SEEN, subject="patient", visit="visit")
    theirs = fit.marginal_means("arm", by="visit").contrasts("oral").tidy()["estimate"]
    ours = run(at=["v1", "v2", "v3"], **QUICK).tidy()["estimate"][:3]
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)


@pytest.mark.identity
@pytest.mark.parametrize("analysis", ["ancova", "mmrm"])
def test_nothing_missing_is_the_analysis_of_what_was_seen(analysis):
    last = WHOLE[WHOLE["visit"] == "v3"]
    X = sm.add_constant(np.column_stack([last["arm"] == "iv", last["baseline"]]).astype(float))
    fit = sm.OLS(last["change"].to_numpy(), X).fit()
    options = {} if analysis == "ancova" else {"covariates": ()}
    result = run(WHOLE, analysis=analysis, inference="draws", n_draws=3, **options)
    row = result.tidy().iloc[0]
    assert row["estimate"] == pytest.approx(fit.params[1], rel=1e-9)
    assert row["std_error"] == pytest.approx(fit.bse[1], rel=1e-6)
    assert row["df"] == pytest.approx(37.0, rel=1e-6)
    assert result.glance()["n_imputed"].iloc[0] == 0
    assert result.glance()["monte_carlo_error"].iloc[0] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.identity
def test_a_delta_of_zero_is_no_delta():
    zero = pd.DataFrame({"arm": ["iv", "oral"], "delta": [0.0, 0.0]})
    for delta in (0.0, {"iv": 0.0}, zero):
        assert np.array_equal(numbers(run(delta=delta, **QUICK)), numbers(run(**QUICK)))


@pytest.mark.identity
def test_strategies_agree_when_the_arms_have_one_profile():
    formula = "change ~ baseline * visit"
    means = {
        strategy: numbers(run(formula=formula, strategy=strategy, **QUICK))
        for strategy in ("MAR", "JR", "CR", "CIR", "LMCF")
    }
    for strategy in ("JR", "CR", "CIR"):
        np.testing.assert_allclose(means[strategy], means["MAR"], atol=1e-10)
    assert abs(means["LMCF"] - means["MAR"]).max() > 1e-3


@pytest.mark.identity
def test_the_last_mean_carried_forward_is_missing_at_random_for_flat_profiles():
    flat = [
        numbers(run(formula="change ~ baseline + arm", strategy=s, **QUICK))
        for s in ("MAR", "LMCF")
    ]
    np.testing.assert_allclose(flat[0], flat[1], atol=1e-10)


@pytest.mark.identity
def test_order_of_rows_and_rows_without_score_change_nothing():
    explicit = WHOLE.merge(
        SEEN[["patient", "visit", "change"]],
        on=["patient", "visit"],
        how="left",
        suffixes=("_whole", ""),
    ).drop(columns="change_whole")
    for data in (SEEN.sort_values(["visit", "patient"]), explicit):
        np.testing.assert_allclose(
            numbers(run(data, strategy="CIR", **QUICK)),
            numbers(run(strategy="CIR", **QUICK)),
            rtol=1e-7,
        )


@pytest.mark.identity
def test_swapping_the_names_of_arms_turns_the_sign():
    swapped = run(reference="iv", strategy="MAR", **QUICK).tidy()
    assert swapped["contrast"].iloc[0] == "oral - iv"
    assert swapped["estimate"].iloc[0] == pytest.approx(
        -run(**QUICK).tidy()["estimate"].iloc[0], rel=1e-8
    )


@pytest.mark.identity
def test_the_scale_of_scores_scales_everything():
    larger = SEEN.assign(change=SEEN["change"] * 100.0)
    ours = run(larger, strategy="JR", delta={"iv": 200.0}, **QUICK)
    np.testing.assert_allclose(
        numbers(ours), 100.0 * numbers(run(strategy="JR", delta={"iv": 2.0}, **QUICK)), rtol=1e-6
    )


@pytest.mark.identity
def test_equal_covariances_by_arm_are_one_covariance():
    twins = pd.concat([
        SEEN.assign(patient=SEEN["patient"] + "a", arm="iv"),
        SEEN.assign(patient=SEEN["patient"] + "b", arm="oral", change=SEEN["change"] + 1.0),
    ])  # fmt: skip
    formula = "change ~ arm * baseline * visit"
    for strategy in ("JR", "CR", "CIR"):
        one = run(twins, formula, strategy=strategy, method="ml", inference="draws", n_draws=2)
        each = run(twins, formula, strategy=strategy, method="ml", inference="draws", n_draws=2,
                   covariance_by="arm")  # fmt: skip
        columns = [r.completed()["change"].to_numpy() for r in (one, each)]
        np.testing.assert_allclose(columns[0], columns[1], atol=1e-6)


# --- Inference -----------------------------------------------------------------------------------


@pytest.mark.unit
def test_seeds_repeat_and_differ_and_errors_are_reported():
    for inference in ("bootstrap", "draws"):
        first, again, other = (
            run(inference=inference, n_draws=20, seed=seed) for seed in (1, 1, 2)
        )
        assert np.array_equal(numbers(first), numbers(again))
        assert not np.array_equal(numbers(first), numbers(other))
        assert first.glance()["monte_carlo_error"].iloc[0] > 0.0
        assert first.glance()["seed"].iloc[0] == 1
        errors = first.monte_carlo()
        assert (errors["std_error_error"] > 0.0).all()
        assert (errors["estimate_error"] > 0.0).all() == (inference == "draws")


@pytest.mark.identity
def test_the_bootstrap_comes_near_the_jackknife():
    jackknife = run(strategy="JR")
    bootstrap = run(strategy="JR", inference="bootstrap", n_draws=150)
    assert np.array_equal(jackknife.tidy()["estimate"], bootstrap.tidy()["estimate"])
    ratio = bootstrap.tidy()["std_error"] / jackknife.tidy()["std_error"]
    assert ((ratio > 0.8) & (ratio < 1.15)).all()  # three Monte-Carlo errors are 0.17


@pytest.mark.identity
def test_draws_of_missing_at_random_come_near_the_model():
    fit = mmrm(FORMULA, SEEN, subject="patient", visit="visit")
    theirs = fit.marginal_means("arm", by="visit").contrasts("oral").tidy().iloc[-1]
    result = run(inference="draws", n_draws=200)
    row, error = result.tidy().iloc[0], result.monte_carlo().iloc[0]
    assert abs(row["estimate"] - theirs["estimate"]) < 4.0 * error["estimate_error"]
    assert row["std_error"] == pytest.approx(theirs["std_error"], rel=0.1)
    assert 20.0 < row["df"] < 37.0


@pytest.mark.unit
def test_scores_after_an_event_are_analysed_modelled_or_missing():
    events = pd.DataFrame({"patient": ["p001", "p003", "p005"], "visit": "v2", "strategy": "JR"})
    seen = SEEN[SEEN["patient"].isin(events["patient"]) & SEEN["visit"].isin(["v2", "v3"])]
    results = {
        how: run(events=events, after_event=how, **QUICK)
        for how in ("analysis", "model", "missing")
    }
    about = {how: result.glance().iloc[0] for how, result in results.items()}
    assert about["analysis"]["n_not_modelled"] == len(seen) > 0
    assert about["model"]["n_not_modelled"] == 0
    assert about["missing"]["n_imputed"] == about["model"]["n_imputed"] + len(seen)
    kept = results["analysis"].completed().merge(seen, on=["patient", "visit"])
    assert np.array_equal(kept["change_x"], kept["change_y"])
    assert len({round(result.tidy()["estimate"].iloc[0], 6) for result in results.values()}) == 3


@pytest.mark.unit
def test_counts_add_up_and_say_which_strategy_was_used():
    events = pd.DataFrame({"patient": ["p001"], "visit": ["v3"], "strategy": ["CIR"]})
    result = run(events=events, strategy="MAR", after_event="missing")
    counts = result.imputed()
    parts = [name for name in counts.columns if name.startswith("n_")]
    assert counts[parts].sum(axis=1).tolist() == counts["n"].tolist()
    assert counts["n_CIR"].sum() == 1
    about = result.glance().iloc[0]
    assert about["n_imputed"] == about["n_gaps"] + about["n_after_event"]
    assert about["strategy"] == "MAR, CIR"


@pytest.mark.unit
def test_a_cohort_without_arms_has_means_only():
    cohort = SEEN[SEEN["arm"] == "iv"]
    result = impute_and_pool("change ~ baseline * visit", cohort, **COHORT, strategy="LMCF",
                             covariates=["baseline"], delta=1.0)  # fmt: skip
    assert result.tidy()["term"].tolist() == ["mean at v3"]
    assert result.tidy()["contrast"].isna().all()
    plain = impute_and_pool("change ~ baseline * visit", cohort, **COHORT, strategy="LMCF",
                            covariates=["baseline"])  # fmt: skip
    imputed = plain.imputed().iloc[-1]
    moved = result.tidy()["estimate"].iloc[0] - plain.tidy()["estimate"].iloc[0]
    share = imputed["n_LMCF"] / imputed["n"]
    assert share > 0.1
    assert moved == pytest.approx(share, rel=1e-9)  # the mean standardised to all is their mean


@pytest.mark.unit
def test_a_patient_without_scores_is_imputed_and_counted():
    data = SEEN.copy()
    data.loc[data["patient"] == "p003", "change"] = np.nan
    result = run(data)
    assert result.glance()["n_without_scores"].iloc[0] == 1
    assert "1 patient without any score" in result.glance()["notes"].iloc[0]
    assert result.completed()["change"].notna().all()


@pytest.mark.unit
def test_few_patients_behind_an_estimate_hide_it():
    few = SEEN[SEEN["patient"] < "p024"]
    shown = release(run(few)).frame
    assert shown["estimate"].isna().all()
    assert shown["reason"].str.startswith("fewer than 11 patients").all()
    assert release(run(SEEN)).frame["estimate"].notna().all()


@pytest.mark.unit
def test_rows_of_patients_are_marked():
    result = run(inference="draws", n_draws=2)
    for frame, copies in ((result.completed(), 1), (result.drawn(2), 2)):
        assert frame.attrs["patient_level"] is True
        assert len(frame) == copies * len(WHOLE)
        assert (~frame["imputed"]).sum() == copies * len(SEEN)
        assert frame["change"].notna().all()
    assert result.drawn(2)["draw"].unique().tolist() == [1, 2]


# --- Refusals ------------------------------------------------------------------------------------

SECRET = "s3cr3t"  # noqa: S105


def _with(column, value):
    data = SEEN.copy()
    data.loc[data.index[data["patient"] == "p000"][0], column] = value
    return data


BAD = {
    "unknown strategy": (ModelError, {"strategy": "LOCF"}),
    "unknown reference": (ModelError, {"reference": SECRET}),
    "no reference": (ModelError, {"reference": None}),
    "reference without arm": (ModelError, {"arm": None, "reference": "iv"}),
    "unknown visit asked for": (ModelError, {"at": SECRET}),
    "visit outside the schedule": (DataError, {"visits": ["v1", "v2"]}),
    "one visit": (ModelError, {"data": SEEN[SEEN["visit"] == "v1"]}),
    "one draw": (ModelError, {"inference": "draws", "n_draws": 1}),
    "unknown inference": (ModelError, {"inference": "mice"}),
    "unknown analysis": (ModelError, {"analysis": "t test"}),
    "two arms": (DataError, {"data": _with("arm", SECRET)}),
    "no arm": (DataError, {"data": _with("arm", None)}),
    "text outcome": (
        ColumnError, {"data": SEEN.assign(change=SEEN["change"].astype(object).where(
            SEEN["visit"] != "v1", SECRET))}),
    "infinite outcome": (DataError, {"data": _with("change", np.inf)}),
    "repeated rows": (DataError, {"data": pd.concat([SEEN, SEEN.head(2)])}),
    "unknown column": (ColumnError, {"formula": "change ~ height * visit"}),
    "transformed outcome": (ModelError, {"formula": "log(change) ~ visit"}),
    "covariance by baseline": (ModelError, {"covariance_by": "baseline"}),
    "events of a stranger": (
        DataError, {"events": pd.DataFrame({"patient": [SECRET], "visit": ["v2"]})}),
    "events at no visit": (
        DataError, {"events": pd.DataFrame({"patient": ["p001"], "visit": [SECRET]})}),
    "events with a strange strategy": (
        DataError,
        {"events": pd.DataFrame({"patient": ["p001"], "visit": ["v2"], "strategy": [SECRET]})}),
    "events twice": (
        DataError, {"events": pd.DataFrame({"patient": ["p001"] * 2, "visit": ["v2", "v3"]})}),
    "events without visit": (ColumnError, {"events": pd.DataFrame({"patient": ["p001"]})}),
    "delta of a strange arm": (ModelError, {"delta": {SECRET: 1.0}}),
    "delta that is no number": (ModelError, {"delta": SECRET}),
    "responder without rule": (ModelError, {"analysis": "responder", "inference": "draws"}),
    "responder of means": (
        ModelError, {"analysis": "responder", "response": lambda rows: rows["change"] < -5.0}),
    "covariates of the model": (ModelError, {"analysis": "mmrm"}),
    "covariates of a function": (ModelError, {"analysis": len}),
    "no mean to carry": (
        DataError,
        {"strategy": "LMCF", "data": SEEN.assign(
            change=SEEN["change"].where(SEEN["patient"] != "p003"))}),
    "a patient without a covariate of the analysis": (
        DataError, {"formula": "change ~ arm * visit", "data": SEEN.assign(
            baseline=SEEN["baseline"].where(SEEN["patient"] != "p003"))}),
    "a patient without covariates": (
        DataError, {"data": SEEN.assign(
            baseline=SEEN["baseline"].where(SEEN["patient"] != "p003"))}),
}  # fmt: skip


@pytest.mark.unit
@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_without_a_value_of_the_data(name):
    error, options = BAD[name]
    with pytest.raises(error) as caught:
        run(**options)
    message = str(caught.value)
    assert SECRET not in message
    assert not any(label in message for label in ("p001", "p003", "p000"))
    assert len(message) > 40
    assert isinstance(caught.value, AnalysisError)


@pytest.mark.unit
def test_reference_based_strategies_need_arms():
    cohort = SEEN[SEEN["arm"] == "iv"]
    with pytest.raises(ModelError, match="borrow from a reference arm"):
        impute_and_pool("change ~ visit", cohort, **COHORT, strategy="JR")


@pytest.mark.unit
def test_covariates_that_change_must_be_known_where_scores_are_missing():
    data = SEEN.assign(weight=np.arange(len(SEEN), dtype=float))
    with pytest.raises(DataError, match="changes within patients: give rows"):
        run(data, "change ~ baseline * visit + arm * visit + weight")


# --- Resamples that fail -------------------------------------------------------------------------


def _few_at_the_end(n):
    """Keep the last score of the first n patients of the reference arm only."""
    is_last = SEEN["visit"].eq("v3") & SEEN["arm"].eq("oral")
    kept = sorted(SEEN.loc[is_last, "patient"])[:n]
    return SEEN[~is_last | SEEN["patient"].isin(kept)]


@pytest.mark.unit
def test_resamples_that_fail_are_drawn_anew_and_counted():
    options = {"formula": "change ~ baseline + arm * visit", "inference": "bootstrap"}
    result = run(_few_at_the_end(3), n_draws=60, **options)
    about = result.glance().iloc[0]
    assert about["n_draws"] == 60
    assert 1 <= about["n_failed"] <= 6
    assert "drawn anew" in about["notes"]
    assert len(set(result.repeats.attempts)) == 60
    with pytest.raises(ConvergenceError, match="more than a tenth"):
        run(_few_at_the_end(1), n_draws=20, **options)


@pytest.mark.unit
def test_several_visits_may_be_a_list_or_a_tuple():
    one, other = (run(at=at, **QUICK) for at in (["v2", "v3"], ("v2", "v3")))
    assert np.array_equal(numbers(one), numbers(other))
    assert one.tidy()["visit"].tolist() == ["v2", "v3", "v2", "v2", "v3", "v3"]
