"""A fit of shards is the fit of their rows, whatever the columns and however they are divided."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis import distributed, mixed
from analysis.distributed import split_patients
from analysis.errors import DataError, ModelError
from analysis.mixed import load_moments, save_moments
from analysis.mixed.sums.moments import Moments
from tests.mixed.networks import clinic_network

unit, identity = pytest.mark.unit, pytest.mark.identity

ROWS = clinic_network(n_patients=60)
FORMULA = "change ~ arm * visit + baseline"
LETTERS = {"im": "Ünï ☃", "iv": "日本"}
DAYS = {"v1": 7.0, "v2": 14.0, "v3": 28.0, "v4": 56.0}


def check_same(ours: mixed.LinearMixedModel, theirs: mixed.LinearMixedModel, within=1e-12) -> None:
    """Compare estimates in standard errors, the rest relatively, and what was left out."""
    one, other = ours.tidy(), theirs.tidy()
    assert one["term"].tolist() == other["term"].tolist()
    assert ((one["estimate"] - other["estimate"]) / other["std_error"]).abs().max() < within
    for column in ("std_error", "df"):
        assert (one[column] / other[column] - 1.0).abs().max() < within
    a, b = ours.glance().iloc[0], theirs.glance().iloc[0]
    for name in ("n_obs", "n_subjects", "n_dropped", "covariance", "df_method", "notes"):
        assert a[name] == b[name], name
    assert a["log_likelihood"] == pytest.approx(b["log_likelihood"], rel=within)


def doses(rows: pd.DataFrame) -> pd.Series:
    return pd.Series(np.where(rows["arm"] == "iv", 30, np.where(rows["patient"] % 2, 10, 20)))


def with_lost_level(rows: pd.DataFrame) -> pd.DataFrame:
    """One arm whose rows all lack a score, in all of its patients' shards."""
    lost = rows["patient"] % 5 == 0
    return rows.assign(arm=rows["arm"].mask(lost, "a-gone"), change=rows["change"].mask(lost))


def of_visit(values) -> object:
    return lambda rows: rows.assign(visit=values(rows["visit"].str[1:].astype(int)))


def of_dose(values) -> object:
    return lambda rows: rows.assign(arm=values(doses(rows)))


FRAMES = {
    "as they are": lambda rows: rows,
    "shuffled": lambda rows: rows.sample(frac=1.0, random_state=3),
    "visits as numbers": of_visit(lambda visit: visit),
    "visits as decimal numbers with a gap": of_visit(
        lambda v: v.astype("Int64").mask(v.index == 5)
    ),
    "visits with an order": of_visit(lambda v: pd.Categorical(v.astype(str), list("4213"))),
    "numbers as a factor": of_dose(lambda dose: pd.Categorical(dose, [20, 99, 30, 10])),
    "decimal numbers as a factor": of_dose(
        lambda dose: pd.Categorical(dose / 8, [2.5, 3.75, 1.25])
    ),
    "categories in their order, one unused": lambda rows: rows.assign(
        arm=pd.Categorical(rows["arm"], ["iv", "unused", "im"])
    ),
    "missing values": lambda rows: rows.assign(
        arm=rows["arm"].mask(rows.index % 17 == 0), baseline=rows["baseline"].mask(rows.index == 9)
    ),
    "nullable": lambda rows: rows.convert_dtypes().assign(
        change=rows["change"].astype("Float64").mask(rows.index % 11 == 0)
    ),
    "true and false": lambda rows: rows.assign(arm=rows["arm"] == "iv"),
    "a level without a complete row": with_lost_level,
    "letters of all kinds": lambda rows: rows.assign(arm=rows["arm"].map(LETTERS)),
    "the same score for many": lambda rows: rows.assign(
        change=rows["change"].where(rows["patient"] % 3 == 0, rows["patient"] % 4 * 1.0)
    ),
}


MANY = ["a level without a complete row", "missing values", "the same score for many"]


@identity
@pytest.mark.parametrize(
    ("name", "n_shards"), [*((x, 5) for x in FRAMES), *((x, 60) for x in MANY)]
)
def test_a_fit_of_shards_is_that_of_the_rows(tmp_path, name, n_shards):
    rows = FRAMES[name](ROWS)
    shards = split_patients(rows, tmp_path, subject="patient", n_shards=n_shards)
    ours = distributed.mmrm(FORMULA, shards, visit="visit", keep=False)
    check_same(ours, mixed.mmrm(FORMULA, rows, subject="patient", visit="visit"))


@identity
@pytest.mark.parametrize("n_shards", [1, 5, 16])
def test_the_number_of_files_changes_rounding_only(tmp_path, n_shards):
    rows = clinic_network(7, n_patients=150)
    shards = split_patients(rows, tmp_path, subject="patient", n_shards=n_shards)
    ours = distributed.mmrm(FORMULA, shards, visit="visit")
    check_same(ours, mixed.mmrm(FORMULA, rows, subject="patient", visit="visit"))


MODELS = {
    "C() of numbers": ("change ~ C(dose) * visit", {}),
    "a column named as one of the arrays": ("change ~ about + visit", {}),
    "interaction only": ("change ~ baseline + visit:arm", {"aliased": "drop"}),
    "a group's covariance": (FORMULA, {"covariance": "ar1", "covariance_by": "arm"}),
    "weights": (FORMULA, {"covariance": "toeplitz", "weights": "weight"}),
    "clinics": (FORMULA, {"covariance": "ar1", "nested_in": "site_id"}),
    "maximum likelihood": (FORMULA, {"method": "ml", "df": "satterthwaite"}),
    "a fallback": (FORMULA, {"covariance": ["heterogeneous toeplitz", "ar1"]}),
}


@identity
@pytest.mark.parametrize("name", MODELS)
def test_every_model_on_sums_is_that_of_the_rows(tmp_path, name):
    formula, options = MODELS[name]
    rows = ROWS.assign(dose=doses(ROWS), about=ROWS["arm"])
    shards = split_patients(rows, tmp_path, subject="patient", n_shards=4)
    ours = distributed.mmrm(formula, shards, visit="visit", **options)
    check_same(ours, mixed.mmrm(formula, rows, subject="patient", visit="visit", **options), 1e-10)


@identity
@pytest.mark.parametrize(
    "options", [{}, {"df": "kenward-roger"}, {"nested_in": "site_id"}], ids=str
)
def test_random_slopes_on_nominal_days_are_those_of_the_rows(tmp_path, options):
    rows = clinic_network(2, n_patients=120).assign(day=lambda rows: rows["visit"].map(DAYS))
    shards = split_patients(rows, tmp_path, subject="patient", n_shards=4)
    formula = "change ~ arm * day + baseline"
    own = {"coordinates": "day", "days": DAYS}
    ours = distributed.lmm(formula, shards, visit="visit", random="1 + day", **own, **options)
    theirs = mixed.lmm(formula, rows, subject="patient", random="1 + day", **options)
    check_same(ours, theirs, 1e-8)
    exact = mixed.fit_random_moments(
        mixed.moments(formula, rows, subject="patient", visit="visit", **own,
                      nested_in=options.get("nested_in")),
        random="1 + day", **{k: v for k, v in options.items() if k == "df"},
    )  # fmt: skip
    check_same(ours, exact, 1e-10)


@unit
def test_days_of_the_patients_own_are_refused_by_name(tmp_path):
    rows = ROWS.assign(day=ROWS["visit"].map(DAYS) + ROWS["patient"] % 2)
    shards = split_patients(rows, tmp_path, subject="patient", n_shards=2)
    own = {"visit": "visit", "random": "1 + day"}
    with pytest.raises(
        DataError, match=r"^shard-00000.parquet: Column 'day' is not the nominal day"
    ):
        distributed.lmm("change ~ day", shards, **own, coordinates="day", days=DAYS)
    with pytest.raises(ModelError, match=r"The random part uses 'day'; sums hold .* 'visit' only"):
        distributed.lmm("change ~ day", shards, **own, varying=("day",))


@unit
def test_levels_may_be_given_in_an_order_of_ones_own(tmp_path):
    shards = split_patients(ROWS, tmp_path, subject="patient", n_shards=3)
    levels = {"arm": ["iv", "im"]}
    fit = distributed.mmrm("change ~ arm", shards, visit="visit", levels=levels)
    assert fit.tidy()["term"].tolist() == ["Intercept", "arm[T.im]"]
    with pytest.raises(DataError, match=r"^shard-0000\d.parquet: Column 'arm' has 1 levels"):
        distributed.mmrm("change ~ arm", shards, visit="visit", levels={"arm": ["iv"]})


@unit
def test_decimal_numbers_have_no_levels_unless_given(tmp_path):
    rows = ROWS.assign(visit=ROWS["visit"].str[1:].astype(int) / 2)
    shards = split_patients(rows, tmp_path, subject="patient", n_shards=3)
    with pytest.raises(ModelError, match=r"no levels of 'visit' \(double, or more"):
        distributed.mmrm("change ~ visit", shards, visit="visit")
    given = {"visit": [0.5, 1.0, 1.5, 2.0]}
    ours = distributed.mmrm("change ~ visit", shards, visit="visit", levels=given)
    check_same(ours, mixed.mmrm("change ~ visit", rows, subject="patient", visit="visit"))


@unit
def test_moments_of_shards_are_fitted_again_and_kept_in_files(tmp_path):
    rows = ROWS.assign(day=ROWS["visit"].map(DAYS), visit=ROWS["visit"].str[1:].astype(int))
    days = {int(name[1:]): day for name, day in DAYS.items()}
    shards = split_patients(rows, tmp_path / "shards", subject="patient", n_shards=3)
    sums = distributed.moments(
        FORMULA, shards.folder, visit="visit", coordinates="day", days=days, keep=False
    )
    assert isinstance(sums, Moments)
    save_moments(sums, tmp_path / "sums")
    again = load_moments(tmp_path / "sums")
    assert again.days.tolist() == list(days.values())
    one, other = (mixed.fit_random_moments(each, random="1 + day") for each in (sums, again))
    assert one.tidy().equals(other.tidy())
