"""Clustered logistic regression and estimating equations: refusals, counts and predictions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import release
from analysis.errors import ColumnError, ConvergenceError, DataError, ModelError
from analysis.missing import gee, logistic
from tests.missing.cohorts import SCORES

unit, identity = pytest.mark.unit, pytest.mark.identity

ROWS = SCORES.assign(left=1 - SCORES["remains"])


def fit(formula="arm + last", data=ROWS):
    return logistic(formula, data, event="left", subject="patient")


@identity
def test_an_odds_ratio_of_two_groups_is_that_of_the_table():
    table = pd.crosstab(ROWS["arm"], ROWS["left"]).to_numpy()
    odds = (table[1, 1] / table[1, 0]) / (table[0, 1] / table[0, 0])
    row = fit("arm").tidy(exponentiate=True).iloc[1]
    assert row["estimate"] == pytest.approx(odds, rel=1e-9)


@identity
def test_units_of_a_covariate_do_not_matter():
    scaled = ROWS.assign(last=1000.0 + 10.0 * ROWS["last"])
    one, other = fit().tidy(), fit(data=scaled).tidy()
    assert other["estimate"][2] == pytest.approx(one["estimate"][2] / 10.0, rel=1e-7)
    assert other["statistic"][1:].tolist() == pytest.approx(one["statistic"][1:].tolist(), rel=1e-6)


@unit
def test_missing_covariates_are_left_out_and_counted():
    gaps = ROWS.assign(last=ROWS["last"].mask(ROWS.index < 7))
    row = fit(data=gaps).glance().iloc[0]
    assert (row["n_obs"], row["n_dropped"]) == (len(ROWS) - 7, 7)
    assert row["vcov"] == "robust by patient"


@unit
def test_support_counts_the_rarer_outcome():
    support = fit("arm").support().set_index("term")
    events = ROWS.groupby("arm")["left"].sum()
    assert support.loc["arm[T.iv]", "n_event"] == events.min()
    assert support.loc["arm[T.iv]", "n"] == 60
    assert support.loc["arm[T.iv]", "residual_df"] == ROWS["left"].sum() - 2
    common = logistic("arm", ROWS, event="remains", subject="patient").support()
    assert common["n_event"].tolist() == support["n_event"].tolist()
    rare = ROWS.assign(arm=np.where(ROWS["patient"] < 5, "few", "many"), left=ROWS["left"])
    frame = release(logistic("arm", rare, event="left", subject="patient")).frame
    assert frame["estimate"].isna().all()


@unit
@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (ROWS.assign(left=0), DataError, "same value of 'left'"),
        (ROWS.assign(left="no"), ColumnError, "not numeric or boolean"),
        (ROWS.assign(left=2), DataError, "neither 0 nor 1"),
        (ROWS.assign(patient=ROWS["patient"].mask(ROWS.index < 2)), DataError, "in 2 rows"),
        (ROWS.assign(last=ROWS["left"] * 10.0), ConvergenceError, "finite estimate"),
        (ROWS.assign(last=1.0), ModelError, "'last'"),
        (ROWS.drop(columns="last"), ColumnError, "'last'"),
    ],
)
def test_what_cannot_be_fitted_is_refused(data, error, message):
    with pytest.raises(error, match=message):
        fit(data=data)


@unit
def test_a_level_without_events_is_named():
    level = np.where((ROWS["left"] == 0) & (ROWS["patient"] % 3 == 0), "calm", "other")
    with pytest.raises(ConvergenceError, match=r"'level\[T\.other\]'"):
        fit("level", ROWS.assign(level=level))


# --- Estimating equations ------------------------------------------------------------------------


@identity
def test_weights_of_one_are_no_weights():
    plain = gee("change ~ arm", SCORES, subject="patient").tidy()
    ones = gee("change ~ arm", SCORES.assign(w=1.0), subject="patient", weights="w").tidy()
    pd.testing.assert_frame_equal(plain, ones)


@identity
def test_estimates_are_weighted_means():
    rows = SCORES.assign(w=0.5 + SCORES["last"] / 10.0)
    means = rows.groupby("arm")[["change", "w"]].apply(
        lambda d: np.average(d["change"], weights=d["w"])
    )
    model = gee("change ~ arm", rows, subject="patient", weights="w")
    assert model.tidy()["estimate"].tolist() == pytest.approx(
        [means["im"], means["iv"] - means["im"]], rel=1e-9
    )
    predicted = model.predict(pd.DataFrame({"arm": ["im", "iv"]}))
    assert predicted["estimate"].tolist() == pytest.approx([means["im"], means["iv"]], rel=1e-9)
    row = model.tidy().iloc[0]
    assert predicted.loc[0, ["conf_low", "conf_high"]].tolist() == pytest.approx(
        [row["conf_low"], row["conf_high"]], rel=1e-9
    )


@unit
def test_probabilities_stay_between_0_and_1():
    model = gee("response ~ arm + baseline", SCORES, subject="patient", family="binomial")
    rows = pd.DataFrame({"arm": ["iv", "iv"], "baseline": [-200.0, 200.0]})
    limits = model.predict(rows)
    assert limits.to_numpy().min() >= 0.0
    assert limits.to_numpy().max() <= 1.0
    assert "odds ratios: response by arm + baseline" in repr(model)


@unit
@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        ({"formula": "log(change) ~ arm"}, ModelError, "column as it is"),
        ({"formula": "change ~ arm", "family": "gamma"}, ModelError, "family is 'gamma'"),
        ({"formula": "change ~ arm", "weights": "visit0"}, ColumnError, "'visit0'"),
        ({"formula": "arm ~ visit"}, DataError, "not numeric"),
        ({"formula": "change ~ arm", "family": "poisson"}, DataError, "below 0"),
        ({"formula": "change ~ arm", "weights": "zero"}, DataError, "weight 0"),
    ],
)
def test_equations_that_cannot_be_solved_are_refused(call, error, message):
    data = SCORES.assign(zero=0.0)
    with pytest.raises(error, match=message):
        gee(data=data, subject="patient", **call)
