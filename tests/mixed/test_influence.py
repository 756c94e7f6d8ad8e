"""Leaving a clinic out of the sums is the same as fitting without its rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError, ModelError
from analysis.mixed import lmm, mmrm
from analysis.mixed.influence import clinic_influence
from tests.mixed.networks import clinic_network

DATA = clinic_network()
FORMULA = "change ~ arm * visit + baseline * visit"
ROLES = {"subject": "patient", "visit": "visit"}
FIT = mmrm(FORMULA, DATA, **ROLES)
ARMS = FIT.marginal_means("arm", by="visit").contrasts()
TIDY = ["estimate", "std_error", "df", "p_value", "conf_low", "conf_high"]


def honest(formula, data, contrasts, **options):
    """Fit without each clinic's rows, and ask for the same function of the coefficients."""
    frames = []
    for clinic in sorted(data["site_id"].unique()):
        fit = mmrm(formula, data[data["site_id"].ne(clinic)], **ROLES, **options)
        frames.append(replace(contrasts, fixed=fit.fixed).tidy())
    return pd.concat(frames, ignore_index=True)


@pytest.mark.identity
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"covariance": "heterogeneous toeplitz", "df": "satterthwaite", "information": "expected"},
        {"covariance_by": "arm"},
        {"weights": "weight", "df": "between-within"},
        {"method": "ml"},
        {"vcov": "bias-reduced", "cluster": "site_id"},
        {"vcov": "empirical", "df": "satterthwaite"},
    ],
    ids=str,
)
def test_it_is_the_fit_without_the_rows_of_the_clinic(options):
    fit = mmrm(FORMULA, DATA, **ROLES, **options)
    arms = fit.marginal_means("arm", by="visit").contrasts()
    frame = clinic_influence(fit, arms, by="site_id", clinics=DATA)
    expected = honest(FORMULA, DATA, arms, **options)
    for column in TIDY:
        np.testing.assert_allclose(frame[column], expected[column], rtol=1e-8, atol=1e-12)


@pytest.mark.identity
def test_changes_are_from_the_estimate_of_all_patients():
    frame = clinic_influence(FIT, ARMS, by="site_id", clinics=DATA)
    assert list(frame.columns) == [
        "site_id", "contrast", "visit", "n_patients", *TIDY, "change", "change_in_std_errors",
        "estimate_all", "conf_low_all", "conf_high_all", "note",
    ]  # fmt: skip
    full = pd.concat([ARMS.tidy()] * 6, ignore_index=True)
    np.testing.assert_allclose(frame["estimate"] - frame["change"], full["estimate"], rtol=1e-12)
    in_errors = frame["change"] / full["std_error"]
    np.testing.assert_allclose(frame["change_in_std_errors"], in_errors, rtol=1e-12)
    patients = DATA.groupby("site_id")["patient"].nunique()
    by_clinic = frame.groupby("site_id")["n_patients"].agg(["min", "max"])
    assert by_clinic["min"].tolist() == by_clinic["max"].tolist() == patients.tolist()
    assert frame["note"].eq("").all()


@pytest.mark.identity
def test_clinics_come_from_a_frame_a_series_or_the_model():
    expected = clinic_influence(FIT, ARMS, by="site_id", clinics=DATA)
    labels = DATA.drop_duplicates("patient").set_index("patient")["site_id"].sample(frac=1.0)
    by_series = clinic_influence(FIT, ARMS, by="site_id", clinics=labels)
    pd.testing.assert_frame_equal(by_series, expected)


@pytest.mark.identity
@pytest.mark.parametrize("options", [{}, {"vcov": "empirical"}], ids=str)
def test_a_covariance_goes_with_its_clinics(options):
    used = mmrm(FORMULA, DATA.assign(kind=DATA["site_id"].str[-1].gt("2")), **ROLES,
                covariance_by="kind", **options)  # fmt: skip
    arms = used.marginal_means("arm", by="visit").contrasts()
    frame = clinic_influence(used, arms, by="kind")
    assert frame["kind"].unique().tolist() == [False, True]
    for kind, rows in frame.groupby("kind"):
        alone = mmrm(FORMULA, DATA[DATA["site_id"].str[-1].gt("2").ne(kind)], **ROLES, **options)
        expected = replace(arms, fixed=alone.fixed).tidy()
        for column in TIDY:
            np.testing.assert_allclose(rows[column], expected[column], rtol=1e-8)


@pytest.mark.identity
@pytest.mark.parametrize("options", [{}, {"vcov": "bias-reduced"}], ids=str)
def test_a_clinic_in_the_formula_goes_with_its_coefficient(options):
    formula = "change ~ arm * visit + site_id"
    fit = mmrm(formula, DATA, **ROLES, **options)
    arms = fit.marginal_means("arm", by="visit").contrasts()
    frame = clinic_influence(fit, arms, by="site_id")
    for clinic, rows in frame.groupby("site_id"):  # the first is the reference level
        alone = mmrm(formula, DATA[DATA["site_id"].ne(clinic)], **ROLES, **options)
        expected = alone.marginal_means("arm", by="visit").contrasts().tidy()
        for column in TIDY:
            np.testing.assert_allclose(rows[column], expected[column], rtol=1e-8)
    assert frame["note"].eq("").all()


@pytest.mark.unit
def test_what_only_the_clinic_knows_is_not_estimated():
    fit = mmrm("change ~ visit + site_id", DATA, **ROLES)
    clinics = fit.marginal_means("site_id").contrasts("clinic-00")
    frame = clinic_influence(fit, clinics, by="site_id")
    concerns = [clinic in f"{contrast} clinic-00" for clinic, contrast in zip(
        frame["site_id"], frame["contrast"], strict=True)]  # fmt: skip
    assert frame["estimate"].isna().tolist() == concerns
    assert frame["note"].ne("").tolist() == concerns
    between = mmrm("change ~ visit + site_id", DATA, **ROLES, df="between-within")
    visits = between.marginal_means("visit").contrasts("v1")
    assert clinic_influence(between, visits, by="site_id")["note"].str.contains("df|degrees").all()


@pytest.mark.identity
def test_missing_rows_and_any_order_do_not_matter():
    shuffled = DATA.sample(frac=1.0, random_state=2).reset_index(drop=True)
    shuffled.loc[::9, "change"] = np.nan
    fit = mmrm(FORMULA, shuffled, **ROLES)
    arms = fit.marginal_means("arm", by="visit").contrasts()
    frame = clinic_influence(fit, arms, by="site_id", clinics=shuffled)
    expected = honest(FORMULA, shuffled, arms)
    np.testing.assert_allclose(frame["estimate"], expected["estimate"], rtol=1e-8)
    np.testing.assert_allclose(frame["std_error"], expected["std_error"], rtol=1e-8)


@pytest.mark.unit
def test_a_clinic_that_alone_has_an_arm_is_named_in_a_note():
    only = DATA["site_id"].eq("clinic-03")
    data = DATA.assign(arm=np.where(only & DATA["arm"].eq("iv"), "sl", DATA["arm"]))
    fit = mmrm("change ~ arm + visit", data, **ROLES)
    arms = fit.marginal_means("arm").contrasts("im")
    frame = clinic_influence(fit, arms, by="site_id", clinics=data)
    lost = frame["site_id"].eq("clinic-03") & frame["contrast"].eq("sl - im")
    assert lost.sum() == 1
    assert frame.loc[lost, [*TIDY, "change"]].isna().all().all()
    assert frame.loc[lost, "note"].str.contains("not all levels").all()
    assert frame.loc[~lost, TIDY].notna().all().all()


@pytest.mark.unit
def test_means_may_be_asked_for_as_well():
    means = FIT.marginal_means("arm")
    frame = clinic_influence(FIT, means, by="site_id", clinics=DATA)
    assert frame[["term", "arm"]].drop_duplicates()["arm"].tolist() == ["im", "iv"]


@pytest.mark.unit
def test_what_cannot_be_used_is_refused():
    with pytest.raises(ColumnError, match="clinics="):
        clinic_influence(FIT, ARMS, by="site_id")
    with pytest.raises(ColumnError, match="of their own"):
        clinic_influence(FIT, ARMS, by="visit", clinics=DATA.assign(visit=DATA["site_id"]))
    moved = DATA.assign(site_id=DATA["site_id"].where(DATA.index != 1, "elsewhere"))
    with pytest.raises(DataError, match="1 patient with rows in more than one 'site_id'"):
        clinic_influence(FIT, ARMS, by="site_id", clinics=moved)
    with pytest.raises(DataError, match="without a 'site_id'"):
        clinic_influence(FIT, ARMS, by="site_id", clinics=DATA[DATA["patient"].gt(3)])
    with pytest.raises(ColumnError, match="'patient' is the column of the patients"):
        clinic_influence(FIT, ARMS, by="patient", clinics=DATA)
    with pytest.raises(DataError, match="leaves nobody"):
        clinic_influence(FIT, ARMS, by="site_id", clinics=DATA.assign(site_id="one"))
    other = mmrm("change ~ arm * visit", DATA, **ROLES).marginal_means("arm").contrasts()
    with pytest.raises(ModelError, match="not of this fit"):
        clinic_influence(FIT, other, by="site_id", clinics=DATA)


@pytest.mark.unit
@pytest.mark.parametrize(
    "fit",
    [
        lmm("change ~ arm * visit", DATA, subject="patient"),
        mmrm("change ~ arm * visit", DATA, **ROLES, nested_in="site_id",
             covariance="compound symmetry"),
        mmrm("change ~ arm * visit", DATA.assign(day=DATA.index % 7 + DATA["weight"]), **ROLES,
             covariance="spatial exponential", coordinates="day"),
    ],
    ids=["random effects", "clinic intercept", "days of their own"],
)  # fmt: skip
def test_fits_that_are_no_sums_over_visits_are_refused(fit):
    arms = fit.marginal_means("arm").contrasts()
    with pytest.raises(ModelError, match="without a clinic intercept"):
        clinic_influence(fit, arms, by="site_id", clinics=DATA)
