"""Case mix: expected outcomes by hand, the test of a clinic, refused covariates, missing ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.disclosure import INTERNAL
from analysis.errors import ColumnError, ConvergenceError, DataError, ModelError
from analysis.quality import case_mix
from analysis.quality.clinics.case_mix_covariates import code_patients, require_patients_own


def patients(n: int = 400, *, seed: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    clinic = rng.integers(0, 4, n)
    baseline = 14 + 2.0 * clinic + rng.normal(0, 4, n)
    odds = 1.5 - 0.15 * (baseline - 14)
    return pd.DataFrame(
        {
            "site": [f"site {c}" for c in clinic],
            "baseline": baseline,
            "sex": rng.choice(["female", "male"], n),
            "response": rng.random(n) < 1 / (1 + np.exp(-odds)),
            "change": -8 - 0.3 * (baseline - 14) + rng.normal(0, 5, n),
            "events": rng.poisson(0.8, n),
            "sessions": rng.integers(4, 12, n),
        }
    )


OWN = {"by": "site", "covariates": ["baseline", "sex"], "policy": INTERNAL}


@pytest.mark.unit
def test_expected_counts_are_worked_out_by_hand_for_one_factor():
    # 10 of 40 severe and 30 of 60 mild patients respond; a has 30 severe and 10 mild
    rows = [("a", 1, 7, 30), ("a", 0, 6, 10), ("b", 1, 3, 10), ("b", 0, 24, 50)]
    data = pd.concat(
        pd.DataFrame({"clinic": c, "severe": s, "y": np.arange(n) < k}) for c, s, k, n in rows
    )
    found = case_mix(data, outcome="y", by="clinic", covariates=["severe"], policy=INTERNAL)
    table = found.clinics()
    np.testing.assert_allclose(table["expected"], [30 * 0.25 + 10 * 0.5, 10 * 0.25 + 50 * 0.5])
    assert table["events"].tolist() == [13, 27]
    # own variance 30 * 3/16 + 10 / 4; known to within (30 * 3/16)² / (40 * 3/16) + (10/4)² / 15
    own, of_model = 5.625 + 2.5, 5.625**2 / 7.5 + 2.5**2 / 15
    assert table["variance"].iloc[0] == pytest.approx(own - of_model)
    assert table["expected_std_error"].iloc[0] == pytest.approx(np.sqrt(of_model))


@pytest.mark.identity
def test_expected_adds_up_to_the_observed():
    table = case_mix(patients(), outcome="response", **OWN).clinics()
    assert table["expected"].sum() == pytest.approx(table["events"].sum())
    means = case_mix(patients(), outcome="change", kind="mean", **OWN).clinics()
    weight = means["denominator"]
    assert (weight * means["mean"]).sum() == pytest.approx((weight * means["expected"]).sum())


@pytest.mark.reference
def test_the_distance_of_a_clinic_is_the_score_test_of_its_own_effect():
    data = patients()
    table = case_mix(data, outcome="response", **OWN).clinics().set_index("site")
    z = (table["events"] - table["expected"]) / np.sqrt(table["variance"])
    X = sm.add_constant(data[["baseline"]].assign(male=data["sex"].eq("male").astype(float)))
    fit = sm.GLM(data["response"].astype(float), X, family=sm.families.Binomial()).fit(tol=1e-12)
    for site in z.index:
        extra = data["site"].eq(site).to_numpy(float)[:, None]
        test = fit.score_test(exog_extra=extra)
        assert z[site] ** 2 == pytest.approx(float(np.squeeze(test[0])), rel=1e-6)


@pytest.mark.reference
def test_for_means_it_is_the_test_of_an_effect_of_the_clinic_in_the_model():
    data = patients()
    found = case_mix(data, outcome="change", kind="mean", **OWN)
    row = found.clinics().set_index("site").loc["site 2"]
    own = (row["mean"] - row["expected"]) / np.sqrt(row["variance"])
    X = sm.add_constant(data[["baseline"]].assign(male=data["sex"].eq("male").astype(float)))
    fit = sm.OLS(data["change"], X.assign(own=data["site"].eq("site 2").astype(float))).fit()
    spread = np.sqrt(found.glance()["dispersion"].item() / fit.scale)
    assert own == pytest.approx(fit.tvalues["own"] / spread, rel=1e-9)


@pytest.mark.unit
def test_events_of_one_patient_come_together():
    data = patients()
    plain = case_mix(data, outcome="events", kind="rate", exposure="sessions", **OWN)
    clustered = data.assign(events=data["events"] * 4)
    wide = case_mix(clustered, outcome="events", kind="rate", exposure="sessions", **OWN)
    assert 1.0 < plain.glance()["dispersion"].item() < 1.6
    ratio = wide.glance()["dispersion"].item() / plain.glance()["dispersion"].item()
    assert ratio == pytest.approx(4.0)
    table = wide.clinics()
    assert (table["variance"] > 2 * table["expected"]).all()


@pytest.mark.unit
@pytest.mark.parametrize(
    "name",
    [
        "dose_mg", "agent", "route", "n_sessions", "site_id", "first_site_id", "regimen",
        "infusion_min", "n_induction", "completed_induction", "last_contact_day", "change",
        "observed", "clinic", "payer", "race_ethnicity",
    ],
)  # fmt: skip
def test_what_the_clinic_chooses_or_care_may_change_is_refused_with_the_reason(name):
    data = patients().assign(**{name: np.arange(400) % 7})
    with pytest.raises(ModelError, match=f"'{name}' cannot adjust a comparison of clinics: "):
        case_mix(data, outcome="response", by="site", covariates=["baseline", name])


@pytest.mark.unit
def test_what_patients_bring_with_them_is_allowed():
    names = ["baseline", "age_years", "sex", "indication", "prior_failures", "baseline_total"]
    names += ["prior_sessions", "treatment_resistance", "secondary_indications"]
    data = pd.DataFrame({name: [1, 2, 3, 4] for name in names}).assign(site=list("abab"))
    require_patients_own(names, data, "site")
    with pytest.raises(ColumnError, match="'height'"):
        require_patients_own(["height"], data, "site")


@pytest.mark.unit
def test_a_covariate_that_is_the_clinic_in_disguise_is_refused():
    data = patients()
    data["altitude"] = data["site"].map({f"site {k}": 100.0 * k for k in range(4)})
    with pytest.raises(ModelError, match="one value in each clinic"):
        case_mix(data, outcome="response", by="site", covariates=["altitude"])


@pytest.mark.unit
def test_nobody_is_left_out_for_a_missing_covariate():
    data = patients()
    data.loc[:60, "baseline"] = np.nan
    data.loc[70:72, "sex"] = None
    found = case_mix(data, outcome="response", **OWN)
    assert found.clinics()["denominator"].sum() == 400
    assert found.tidy()["term"].tolist() == [
        "Intercept", "baseline", "baseline: not recorded", "sex: male"
    ]  # fmt: skip
    assert "baseline of 61 patients, sex of 3 patients" in " ".join(found.notes())
    told = case_mix(data, outcome="response", by="site", covariates=["baseline", "sex"])
    assert "sex of" not in told.summary()  # three patients are not told outside


@pytest.mark.unit
def test_rare_levels_are_joined():
    levels = ["depression"] * 50 + ["PTSD"] * 25 + ["pain"] * 12 + ["OCD"] * 11
    design = code_patients(pd.DataFrame({"indication": levels}), ["indication"])
    assert design.terms == ("Intercept", "indication: PTSD", "indication: other")
    few = code_patients(pd.DataFrame({"indication": levels[:80]}), ["indication"])
    assert few.terms == ("Intercept", "indication: PTSD")


@pytest.mark.unit
def test_few_events_per_coefficient_are_said():
    data = patients().assign(rare=lambda d: d.index % 25 == 0)
    found = case_mix(data, outcome="rare", **OWN)
    assert "It has 5.3 events per coefficient, fewer than 10" in " ".join(found.notes())


@pytest.mark.unit
def test_what_cannot_be_is_refused():
    data = patients()
    for change, error, match in [
        ({"response": 2}, DataError, "cannot be"),
        ({"response": True}, DataError, "all the same"),
        ({"response": "yes"}, ColumnError, "numeric"),
        ({"site": "one"}, DataError, "one clinic"),
        ({"site": None}, DataError, "cannot be"),
    ]:
        with pytest.raises(error, match=match):
            case_mix(data.assign(**change), outcome="response", **OWN)
    with pytest.raises(ModelError, match="exposure="):
        case_mix(data, outcome="events", kind="rate", **OWN)
    with pytest.raises(ModelError, match="allowed"):
        case_mix(data, outcome="events", kind="odds", **OWN)
    with pytest.raises(ColumnError, match="'x'"):
        case_mix(data, outcome="x", **OWN)
    split = data.assign(tells=data["response"].map({True: "yes", False: "no"}))
    with pytest.raises(ConvergenceError, match="no finite estimate"):
        case_mix(split, outcome="response", by="site", covariates=["tells"])
