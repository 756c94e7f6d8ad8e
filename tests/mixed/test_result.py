"""What a fit says about itself: text, tables, and refusals of what it does not have."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, ModelError
from analysis.mixed import lmm, mmrm
from tests.mixed.networks import clinic_network

pytestmark = pytest.mark.unit

DATA = clinic_network(13, n_patients=90, n_clinics=7, n_visits=3)
NUMBER = DATA["site_id"].str[-1].astype(int)
DATA["change"] += 2.0 * (NUMBER % 3)
DATA["route"] = np.where(NUMBER < 3, "iv", "im")
DATA["sex"] = np.where(DATA["patient"] % 3 == 0, "F", "M")
DATA["day"] = 7.0 * DATA["visit"].str[1].astype(int)
ROLES = {"subject": "patient", "visit": "visit"}
NOTE = "each clinic has one level of 'route': what is compared are clinics"


def of_visits(formula="change ~ arm * visit", data=DATA, **options):
    return mmrm(formula, data, **ROLES, **options)


def of_days(formula="change ~ arm * day", data=DATA, **options):
    return lmm(formula, data, subject="patient", **options)


FITS = {
    "mmrm": of_visits(),
    "lmm": of_days(random="1 + day"),
    "mmrm with clinics": of_visits("change ~ route + visit", nested_in="site_id",
                                   covariance="toeplitz"),
    "lmm with clinics": of_days("change ~ route + day", nested_in="site_id", residual="ar1",
                                visit="visit"),
}  # fmt: skip
PARTS = {
    "mmrm": ("Mixed model for repeated measures", "unstructured covariance within patient"),
    "lmm": ("Linear mixed model", "random 1 + day | patient"),
    "mmrm with clinics": (
        "Mixed model for repeated measures",
        "toeplitz covariance within patient, random intercept of site_id",
    ),
    "lmm with clinics": (
        "Linear mixed model",
        "random 1 | patient, ar1 covariance within patient, random intercept of site_id",
    ),
}


@pytest.mark.parametrize("name", list(FITS))
def test_every_text_names_model_covariance_and_notes(name):
    fit, (kind, parts) = FITS[name], PARTS[name]
    patients = DATA["patient"].nunique()
    head = repr(fit).splitlines()[0]
    assert head == (
        f"{kind} (REML): {fit.formula}, {parts}; {len(DATA)} rows of {patients} patients"
    )
    assert fit.summary().startswith(f"{kind}: {fit.formula}\n\n{parts}\n\n")
    html = fit._repr_html_()
    caption = html.split("<caption>")[1].split("</caption>")[0]
    assert caption.startswith(f"{kind}: {fit.formula}, {parts}")
    is_noted = "clinics" in name
    assert (NOTE in repr(fit).split("\nNote: ")[-1]) == is_noted
    assert ("Note:" in repr(fit)) == is_noted
    assert (NOTE in fit.summary()) == is_noted
    assert ("Note: each clinic has one level of" in caption) == is_noted


@pytest.mark.parametrize("name", list(FITS))
def test_summary_holds_fit_coefficients_and_variances(name):
    text = FITS[name].summary()
    for term in FITS[name].tidy()["term"]:
        assert term in text
    for word in ("log_likelihood", "std_error", "residual" if "lmm" in name else "variance"):
        assert word in text
    assert "newton_decrement" not in text
    assert text == FITS[name].summary()


def test_levels_that_were_lost_and_structures_given_up_are_noted():
    data = DATA.assign(change=DATA["change"].mask(DATA["visit"] == "v2"))
    fit = of_visits("change ~ visit", data)
    assert fit.glance()["notes"].iloc[0] == (
        f"{int((DATA['visit'] == 'v2').sum())} rows left out for missing values: change in "
        f"{int((DATA['visit'] == 'v2').sum())}; "
        "visit: 1 level without a complete row left out ('v2')"
    )
    for text in (repr(fit), fit.summary(), fit._repr_html_()):
        assert "1 level without a complete row left out" in text


def test_html_is_escaped():
    odd = DATA.rename(columns={"patient": "<i>"})
    html = mmrm("change ~ visit", odd, subject="<i>", visit="visit")._repr_html_()
    assert "<i>" not in html
    assert "within &lt;i&gt;" in html


@pytest.mark.parametrize("name", list(FITS))
def test_degrees_of_freedom_of_terms_are_whole(name):
    tests = FITS[name].joint_tests()
    assert tests["df1"].dtype == int
    assert list(tests.columns) == ["term", "df1", "df2", "statistic", "p_value"]
    assert tests["df1"].sum() == len(FITS[name].tidy()) - 1
    assert tests["p_value"].between(0, 1).all()


def test_mean_without_terms_has_no_joint_test():
    tests = of_visits("change ~ 1").joint_tests()
    assert tests.empty
    assert list(tests.columns) == ["term", "df1", "df2", "statistic", "p_value"]
    assert tests["df1"].dtype == int


@pytest.mark.parametrize("covariance", ["unstructured", "ar1"])
def test_covariance_by_group_is_a_dictionary(covariance):
    found = of_visits(covariance_by="sex", covariance=covariance).covariance()
    assert list(found) == ["F", "M"]
    for frame in found.values():
        assert frame.index.tolist() == frame.columns.tolist() == ["v1", "v2", "v3"]
        assert (np.linalg.eigvalsh(frame) > 0).all()
    assert not np.allclose(found["F"], found["M"])


def test_covariance_is_a_frame_of_its_own():
    fit = FITS["mmrm"]
    found = fit.covariance()
    assert isinstance(found, pd.DataFrame)
    found.iloc[0, 0] = -1.0
    assert fit.covariance().iloc[0, 0] > 0


def test_covariance_of_random_effects_over_visits_leaves_the_clinic_out():
    fit = FITS["lmm with clinics"]
    parts = fit.variance_components().set_index(["group", "kind"])["estimate"]
    total = fit.covariance().loc["v1", "v1"]
    assert total == pytest.approx(parts["patient"].sum() + parts[("residual", "residual")])


@pytest.mark.parametrize("options", [{"coordinates": "own", "residual": "spatial exponential"}, {}])
def test_days_of_the_patient_have_no_covariance_of_visits(options):
    rng = np.random.default_rng(0)
    data = DATA.assign(own=DATA["day"] + rng.uniform(0, 3, len(DATA)))
    fit = of_days("change ~ own", data, random="1" if options else "1 + own", **options)
    with pytest.raises(ModelError, match="no visits to give covariances for; see variance_comp"):
        fit.covariance()


def test_effects_that_are_not_there_are_refused():
    for name in ("mmrm", "mmrm with clinics"):
        with pytest.raises(ModelError, match="no random effects of patients; lmm fits them"):
            FITS[name].random_effects()
    for name in ("mmrm", "lmm"):
        with pytest.raises(ModelError, match="no clinic intercept; nested_in= adds one"):
            FITS[name].clinic_effects()


@pytest.mark.parametrize("name", ["mmrm with clinics", "lmm with clinics"])
def test_clinic_effects_are_drawn_towards_zero(name):
    effects = FITS[name].clinic_effects()
    assert list(effects.columns) == ["site_id", "estimate", "std_error"]
    assert effects["site_id"].tolist() == sorted(DATA["site_id"].unique())
    residual = FITS[name].residuals()["residual"].groupby(DATA["site_id"].to_numpy()).mean()
    assert (effects["estimate"].abs().to_numpy() < residual.abs().to_numpy() + 0.5).all()
    assert np.sign(effects["estimate"]).eq(np.sign(residual.to_numpy())).mean() > 0.7


def test_means_of_unknown_columns_are_refused():
    with pytest.raises(ColumnError, match="distinct predictors of the model: arm, visit"):
        FITS["mmrm"].marginal_means("dose")
    with pytest.raises(ModelError, match="weights"):
        FITS["mmrm"].marginal_means("arm", weights="observed")
