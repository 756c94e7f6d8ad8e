"""Clinics: too few for a variance, and factors that cannot be told from them."""

import numpy as np
import pytest

from analysis.errors import ModelError
from analysis.mixed import lmm, mmrm
from analysis.mixed.clinics import check_clinics, confounded_factors
from analysis.mixed.design.build import build_design
from analysis.mixed.design.description import Roles
from tests.mixed.networks import clinic_network

pytestmark = pytest.mark.unit

DATA = clinic_network(9, n_patients=90, n_clinics=7, n_visits=3)
NUMBER = DATA["site_id"].str[-1].astype(int)
DATA["change"] += 2.0 * (NUMBER % 3)
DATA["route"] = np.where(NUMBER < 3, "iv", "im")
DATA["size"] = 10.0 + NUMBER
FEW = DATA.loc[NUMBER < 4]
ROLES = {"subject": "patient", "visit": "visit"}


def fit(formula, data=DATA, **options):
    return mmrm(formula, data, **ROLES, nested_in="site_id", covariance="ar1", **options)


def designed(formula, data=DATA, clinic="site_id"):
    return build_design(formula, data, Roles(subject="patient", visit="visit", clinic=clinic))


def confounded(design):
    return confounded_factors(design, design.clinic, design.roles.clinic)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_fewer_than_five_clinics_are_refused(n):
    data = DATA.loc[DATA["site_id"] < f"clinic-0{n}"]
    named = f"nested_in='site_id' has {n} clinics?, too few for a variance between clinics"
    with pytest.raises(ModelError, match=rf"{named} \(at least 5\)\. Take the clinic as a factor"):
        fit("change ~ arm", data)
    with pytest.raises(ModelError, match=named):
        lmm("change ~ arm", data, subject="patient", nested_in="site_id")
    assert len(fit("change ~ arm", DATA.loc[NUMBER < 5]).clinic_effects()) == 5


def test_few_clinics_with_routes_of_their_own_say_so():
    with pytest.raises(ModelError, match=r"\(at least 5\), and 'route' cannot be told from them"):
        fit("change ~ arm + route", FEW)


def test_factor_that_is_constant_in_every_clinic_is_noted():
    for result in (
        fit("change ~ arm + route"),
        lmm("change ~ arm + route", DATA, subject="patient", nested_in="site_id"),
    ):
        assert result.glance()["notes"].iloc[0] == (
            "each clinic has one level of 'route': what is compared are clinics, not patients"
        )
        assert "each clinic has one level of 'route'" in repr(result)
        df = result.tidy().set_index("term")["df"]
        assert df["route[T.iv]"] < 7
        assert df["arm[T.iv]"] > 30


@pytest.mark.parametrize("df", ["residual", "between-within"])
def test_degrees_of_freedom_that_count_patients_are_refused(df):
    with pytest.raises(ModelError, match=rf"'route'.* between 7 clinics; df='{df}' would count"):
        fit("change ~ arm + route", df=df)
    with pytest.raises(ModelError, match=rf"df='{df}' would count patients"):
        lmm("change ~ route", DATA, subject="patient", nested_in="site_id", df=df)
    assert fit("change ~ arm", df=df).glance()["notes"].iloc[0] == "none"


def test_factor_that_varies_within_clinics_is_not_named():
    assert confounded(designed("change ~ arm * visit")) == ()
    nearly = DATA.assign(route=DATA["route"].where(DATA["patient"] != 3, "im"))
    nearly.loc[nearly["patient"] == 4, "route"] = "iv"
    assert nearly.groupby("site_id")["route"].nunique().max() == 2
    assert confounded(designed("change ~ route", nearly)) == ()
    assert fit("change ~ arm").glance()["notes"].iloc[0] == "none"


def test_all_factors_that_are_constant_are_named():
    data = DATA.assign(country=np.where(NUMBER % 2, "x", "y"))
    assert confounded(designed("change ~ arm + route*country", data)) == (
        "route", "country",
    )  # fmt: skip
    with pytest.raises(ModelError, match="one level of 'route', 'country', so that"):
        fit("change ~ route + country", data, df="residual")


def test_numbers_levels_without_choice_and_the_clinic_itself_are_not_factors():
    one = DATA.assign(only="same")
    assert confounded(designed("change ~ size + site_id", one)) == ()
    assert check_clinics(designed("change ~ arm"), "residual") == ()


def test_without_clinics_nothing_is_checked():
    design = build_design("change ~ route", FEW, Roles(subject="patient", visit="visit"))
    assert check_clinics(design, "residual") == ()
    result = mmrm("change ~ route", FEW, **ROLES, df="residual")
    assert result.glance()["notes"].iloc[0] == "none"


def test_clinics_without_a_variance_between_them_are_no_comfort():
    data = DATA.assign(change=DATA["change"] - DATA.groupby("site_id")["change"].transform("mean"))
    result = lmm("change ~ arm + route", data, subject="patient", nested_in="site_id")
    assert result.glance()["boundary"].iloc[0] == "variance of site_id is 0"
    assert (
        "estimated as 0, so that the degrees of freedom count patients"
        in (result.glance()["notes"].iloc[0])
    )


def test_clusters_are_checked_like_clinics():
    options = {**ROLES, "covariance": "ar1", "vcov": "bias-reduced", "cluster": "site_id"}
    noted = mmrm("change ~ arm + route", DATA, **options).glance()["notes"].iloc[0]
    assert "each level of 'site_id' has one level of 'route': what is compared are" in noted
    for df in ("between-within", "residual"):
        with pytest.raises(ModelError, match=f"7 clusters.*df='{df}', which counts"):
            mmrm("change ~ arm", DATA, **options, df=df)
    with pytest.raises(ModelError, match="No variance is left between 2 clusters"):
        mmrm("change ~ arm", DATA, **{**options, "cluster": "arm"})
