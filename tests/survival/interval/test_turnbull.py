"""Curves from interval-censored times as users call them."""

import json

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError, ModelError
from analysis.survival import kaplan_meier, parametric, turnbull
from tests.survival.reference import REFERENCE

EXPECTED = json.loads((REFERENCE / "intervals.json").read_text(encoding="utf-8"))
COSMESIS = pd.read_csv(REFERENCE / "cosmesis.csv")
VISITS = pd.read_csv(REFERENCE / "visit_intervals.csv")
MIXED = pd.read_csv(REFERENCE / "mixed_intervals.csv")
RELAPSE = pd.read_csv(REFERENCE / "tte.csv")
SMALL = pd.DataFrame({"lower": [0, 14, 14, 28, 28], "upper": [14, 28, 42, 42, None]})


def check(curve, steps, tolerance, arm=""):
    """Compare with R's steps: equal where the curve is known, within the bounds elsewhere."""
    steps = pd.DataFrame(steps)
    steps = steps[steps["arm"] == arm]
    found = curve.at(steps["time"])
    if arm:
        found = found[found["arm"] == arm]
    low, high = found["estimate_low"].to_numpy(), found["estimate_high"].to_numpy()
    known = low == high
    surv = steps["surv"].to_numpy()
    assert known.sum() > len(steps) / 3
    np.testing.assert_allclose(found["estimate"].to_numpy()[known], surv[known], atol=tolerance)
    assert (surv >= low - tolerance).all()
    assert (surv <= high + tolerance).all()


@pytest.mark.reference
def test_curve_of_visits_is_that_of_r():
    check(turnbull(VISITS), EXPECTED["visits"], 1e-9)


@pytest.mark.reference
@pytest.mark.parametrize("arm", ["im", "iv"])
def test_curves_of_visits_by_arm_are_those_of_r(arm):
    check(turnbull(VISITS, by="arm"), EXPECTED["visits_by_arm"], 1e-9, arm)


@pytest.mark.reference
@pytest.mark.parametrize(("weights", "key"), [(None, "mixed"), ("number", "mixed_weighted")])
def test_curve_of_exact_times_and_visits_is_that_of_em_in_r(weights, key):
    # not survfit: it stops early here, up to 1e-4 away from the maximum
    curve, expected = turnbull(MIXED, weights=weights), EXPECTED[key]
    found = curve.at(expected["time"])
    np.testing.assert_allclose(found["estimate_high"], expected["after"], atol=1e-9)
    np.testing.assert_allclose(
        curve.glance()["log_likelihood"], expected["log_likelihood"], rtol=1e-11
    )


@pytest.mark.reference
def test_masses_of_cosmesis_are_the_published_ones():
    # R's icenReg and interval: innermost intervals with probability, radiation alone
    curve = turnbull(COSMESIS, by="arm").curve()
    curve = curve[curve["arm"] == "radiation"]
    ends = [(4, 5), (6, 7), (7, 8), (11, 12), (24, 25), (33, 34), (38, 40), (46, 48)]
    assert list(zip(curve["lower"], curve["upper"], strict=True)) == ends
    masses = [0.0463, 0.0334, 0.0887, 0.0708, 0.0926, 0.0818, 0.1209, 0.4656]
    np.testing.assert_allclose(curve["mass"], masses, atol=5e-5)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("arm", "log_likelihood"),
    [("radiation", -58.06002), ("radiation and chemotherapy", -65.63696)],
)
def test_log_likelihood_of_cosmesis_is_that_of_icenreg(arm, log_likelihood):
    glance = turnbull(COSMESIS[COSMESIS["arm"] == arm]).glance()
    np.testing.assert_allclose(glance["log_likelihood"], log_likelihood, atol=6e-6)


@pytest.mark.reference
def test_intervals_are_half_open():
    # icenReg, survfit: 0.6988 and 0.8316; closed intervals would give 0.6035 and 0.8481
    found = turnbull(COSMESIS, by="arm").at([8, 17])["estimate"]
    np.testing.assert_allclose(found.iloc[[0, 3]], [0.8316, 0.6988], atol=5e-5)


@pytest.mark.unit
def test_small_table_by_hand():
    # masses p, q, r of (0, 14], (14, 28], (28, 42]: log p + log q + log(q + r) + 2 log r is
    # greatest for p = 1/5 and (q, r) = 4/5 * (1/3, 2/3)
    curve = turnbull(SMALL)
    np.testing.assert_allclose(curve.curve()["mass"], [1 / 5, 4 / 15, 8 / 15], rtol=1e-8)
    found = curve.at([0, 14, 21, 42, 50])
    np.testing.assert_allclose(found["estimate"], [1, 4 / 5, 2 / 3, 0, 0], atol=1e-9)
    np.testing.assert_allclose(found["estimate_low"], [1, 4 / 5, 8 / 15, 0, 0], atol=1e-9)
    np.testing.assert_allclose(found["estimate_high"], [1, 4 / 5, 4 / 5, 0, 0], atol=1e-9)
    median = curve.median()
    np.testing.assert_allclose(median.iloc[0], [28.875, 28, 42], rtol=1e-8)


@pytest.mark.unit
def test_mean_time_lies_between_its_bounds_by_hand():
    found = turnbull(SMALL).rmst_bounds(35).iloc[0]
    # lower ends 0, 14, 28; upper ends 14, 28, 35; half of the last interval before 35
    assert found["estimate_low"] == pytest.approx((4 * 14 + 8 * 28) / 15)
    assert found["estimate_high"] == pytest.approx((3 * 14 + 4 * 28 + 8 * 35) / 15)
    inside = 0.5 * 31.5 + 0.5 * 35
    assert found["estimate"] == pytest.approx((3 * 7 + 4 * 21 + 8 * inside) / 15)


@pytest.mark.unit
def test_nothing_is_claimed_beyond_observation():
    curve = turnbull(pd.DataFrame({"lower": [0, 20, 20], "upper": [10, np.inf, None]}))
    found = curve.at([20, 25])
    assert found["estimate"].iloc[0] == pytest.approx(2 / 3)
    assert np.isnan(found["estimate"].iloc[1])
    assert found["estimate_low"].iloc[1] == 0.0
    assert found["estimate_high"].iloc[1] == pytest.approx(2 / 3)
    median = curve.median().iloc[0]
    assert np.isnan(median["estimate"])
    assert (median["estimate_low"], median["estimate_high"]) == (20.0, np.inf)
    assert np.isnan(curve.rmst_bounds(25)["estimate"].iloc[0])
    assert curve.rmst_bounds(20)["estimate"].iloc[0] == pytest.approx((5 + 2 * 20) / 3)


@pytest.mark.unit
def test_median_on_a_flat_piece_is_its_middle():
    curve = turnbull(pd.DataFrame({"lower": [10, 20], "upper": [12, 30]}))
    assert curve.median().iloc[0].tolist() == [16.0, 10.0, 30.0]


@pytest.mark.unit
def test_nobody_with_an_event():
    curve = turnbull(pd.DataFrame({"lower": [5, 9], "upper": [np.inf, np.inf]}))
    assert curve.at([9])["estimate"].tolist() == [1.0]
    assert np.isnan(curve.at([10])["estimate"].iloc[0])
    assert curve.median()["estimate_low"].tolist() == [9.0]


@pytest.mark.unit
def test_nobody():
    with pytest.raises(DataError, match="No row is left"):
        turnbull(SMALL.head(0))


@pytest.mark.unit
def test_late_entries_are_refused_where_a_table_says_so():
    late = SMALL.copy()
    late.attrs["delayed_entry"] = True
    with pytest.raises(DataError, match="came into sight after the origin"):
        turnbull(late)
    with pytest.raises(DataError, match="came into sight after the origin"):
        parametric("arm", late.assign(arm=list("ababa")), lower="lower", upper="upper")
    late.attrs["delayed_entry"] = False
    assert turnbull(late).median()["estimate"].item() == pytest.approx(28.875)


@pytest.mark.unit
def test_one_patient():
    curve = turnbull(pd.DataFrame({"lower": [3], "upper": [7]})).curve()
    assert curve.iloc[0].to_dict() == {
        "lower": 3, "upper": 7, "mass": 1, "n_risk": 1, "n_event": 1, "estimate": 0,
    }  # fmt: skip


@pytest.mark.unit
def test_numbers_behind_each_interval_by_hand():
    # the exact time 14 is not inside (14, 28], and (0, 28] is open at every time in between
    data = pd.DataFrame(
        {"lower": [0, 14, 14, 28, 28, 14, 0], "upper": [14, 28, 42, 42, None, 14, 28]}
    )
    found = turnbull(data).curve()
    assert found[["lower", "upper", "n_risk", "n_event"]].to_numpy().tolist() == [
        [14, 14, 5, 2], [14, 28, 4, 2], [28, 42, 2, 2],
    ]  # fmt: skip
    known = turnbull(data).risk_table([0, 14, 20, 28, 42, 50]).set_index("time")
    assert known["n_risk"].tolist() == [7, 5, 2, 2, 0, 0]
    assert known["n_event"].tolist() == [0, 2, 2, 4, 6, 6]
    assert known["n_censored"].tolist() == [0, 0, 0, 1, 1, 1]
    assert known["n_open"].tolist() == [0, 1, 3, 1, 0, 0]


@pytest.mark.identity
def test_numbers_of_exact_times_are_those_of_the_kaplan_meier_curve():
    data = RELAPSE.assign(
        lower=RELAPSE["time"], upper=np.where(RELAPSE["event"] == 1, RELAPSE["time"], np.inf)
    )
    numbers = ["n_risk", "n_event"]
    naive = kaplan_meier(data, by="arm").curve().query("n_event > 0")
    found = turnbull(data, by="arm").curve()
    found = found[np.isfinite(found["upper"])]
    np.testing.assert_array_equal(found[numbers], naive[numbers])
    asked = [0, 20, 55.5, 90, 400]
    table = kaplan_meier(data, by="arm").risk_table(asked)
    pd.testing.assert_frame_equal(
        turnbull(data, by="arm").risk_table(asked).drop(columns="n_open"), table
    )


@pytest.mark.identity
def test_everybody_is_somewhere_between_visits():
    known = turnbull(VISITS).risk_table([0.25, 33.3, 70.01])  # no visit on such a day
    assert (known.drop(columns="time").sum(axis=1) == len(VISITS)).all()


@pytest.mark.unit
def test_glance_counts_rows():
    data = pd.DataFrame(
        {
            "lower": [0, 5, 5, 7, 9],
            "upper": [5, 9, 5, None, np.inf],
            "arm": ["im", "iv", "iv", "im", None],
        }
    )
    glance = turnbull(data, by="arm").glance().iloc[0]
    assert list(glance.index) == [
        "n_obs", "n_exact", "n_interval", "n_right", "n_dropped", "n_groups", "log_likelihood",
        "kkt_gap", "iterations", "converged", "weighted",
    ]  # fmt: skip
    assert glance[:6].tolist() == [4, 1, 2, 1, 1, 2]
    assert glance["kkt_gap"] <= 1e-6


@pytest.mark.identity
def test_exact_and_right_censored_times_give_the_kaplan_meier_curve():
    data = RELAPSE.assign(
        lower=RELAPSE["time"], upper=np.where(RELAPSE["event"] == 1, RELAPSE["time"], np.inf)
    )
    times = np.arange(0, 160, 3)
    found = turnbull(data, by="arm").at(times)
    expected = kaplan_meier(RELAPSE, by="arm").at(times)
    known = expected["estimate"].notna() & found["estimate"].notna()
    assert known.sum() > 90
    np.testing.assert_allclose(
        found.loc[known, "estimate"], expected.loc[known, "estimate"], rtol=1e-7
    )


@pytest.mark.identity
def test_order_index_and_repetition_do_not_matter():
    shuffled = MIXED.sample(frac=1, random_state=2)
    first = turnbull(MIXED, by="arm")
    again = turnbull(shuffled.set_index("number", drop=False), by="arm")
    pd.testing.assert_frame_equal(first.curve(), again.curve())
    pd.testing.assert_frame_equal(first.glance(), turnbull(MIXED, by="arm").glance())
    pd.testing.assert_frame_equal(
        first.confidence([28, 56], n_draws=100), again.confidence([28, 56], n_draws=100)
    )


@pytest.mark.identity
def test_weights_count_patients():
    repeated = MIXED.loc[MIXED.index.repeat(MIXED["number"])]
    weighted = turnbull(MIXED, weights="number")
    pd.testing.assert_frame_equal(weighted.curve(), turnbull(repeated).curve())
    pd.testing.assert_frame_equal(
        weighted.confidence([56], n_draws=100), turnbull(repeated).confidence([56], n_draws=100)
    )


@pytest.mark.identity
def test_unit_of_time_does_not_matter_even_with_rounding():
    days, tenths = turnbull(MIXED), turnbull(MIXED.assign(
        lower=MIXED["lower"] * 0.1 / 3, upper=MIXED["upper"] * 0.1 / 3
    ))  # fmt: skip
    np.testing.assert_allclose(tenths.curve()["mass"], days.curve()["mass"], rtol=1e-7)
    asked = [0.1 * 14, 0.1 * 56]
    np.testing.assert_allclose(
        turnbull(MIXED.assign(lower=MIXED["lower"] * 0.1, upper=MIXED["upper"] / 10.0)).at(asked)[
            "estimate"
        ],
        days.at([14, 56])["estimate"],
        rtol=1e-7,
    )


@pytest.mark.identity
def test_global_random_numbers_are_left_alone():
    np.random.seed(3)  # noqa: NPY002
    expected = np.random.random(2)  # noqa: NPY002
    np.random.seed(3)  # noqa: NPY002
    turnbull(MIXED).confidence([28], n_draws=100)
    np.testing.assert_array_equal(np.random.random(2), expected)  # noqa: NPY002


@pytest.mark.truth
def test_staggered_monthly_visits_do_not_move_the_median():
    # true median 56 days; a curve by first positive visits would be weeks too late
    rng = np.random.default_rng(8)
    n = 4000
    relapse = rng.exponential(56 / np.log(2), n)
    visits = rng.integers(1, 29, n)[:, None] + 28.0 * np.arange(7)
    kept = rng.random(visits.shape) >= 0.25
    negative, positive = kept & (visits < relapse[:, None]), kept & (visits >= relapse[:, None])
    data = pd.DataFrame(
        {
            "lower": np.where(negative, visits, 0.0).max(axis=1),
            "upper": np.where(positive, visits, np.inf).min(axis=1),
        }
    )
    assert turnbull(data).median()["estimate"].iloc[0] == pytest.approx(56, abs=4)
    seen = data["upper"].where(np.isfinite(data["upper"]), data["lower"])
    naive = kaplan_meier(
        pd.DataFrame({"time": seen, "event": np.isfinite(data["upper"])})
    ).median()["estimate"]
    assert naive.iloc[0] > 70


@pytest.mark.truth
def test_limits_hold_the_truth_on_shared_visit_days():
    # 40 trials of 80 patients with weekly visits: 95 % limits hold in 38, give or take 1.4
    held = 0
    for trial in range(40):
        rng = np.random.default_rng([21, trial])
        week = np.ceil(rng.exponential(56 / np.log(2), 80) / 7.0)
        last = rng.integers(6, 20, 80)
        gap = rng.integers(0, 2, 80)
        data = pd.DataFrame(
            {
                "lower": 7.0 * np.maximum(np.minimum(week - 1 - gap, last), 0),
                "upper": np.where(week <= last, 7.0 * week, np.inf),
            }
        )
        limits = turnbull(data).confidence([42], n_draws=100).iloc[0]
        held += limits["conf_low"] <= 0.5 ** (42 / 56) <= limits["conf_high"]
    assert 34 <= held <= 40


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "options", "error", "part"),
    [
        ({"lower": [-1, 0]}, {}, DataError, "below 0"),
        ({"lower": [None, 0]}, {}, DataError, "missing"),
        ({"lower": [np.inf, 0]}, {}, DataError, "infinite"),
        ({"upper": [4.0, 9.0]}, {}, DataError, "above"),
        ({"upper": ["a", "b"]}, {}, ColumnError, "not numeric"),
        ({}, {"lower": "start"}, ColumnError, "lower="),
        ({}, {"by": "route"}, ColumnError, "by="),
        ({}, {"weights": "share"}, ColumnError, "weights="),
        ({"share": [0.0, 1.0]}, {"weights": "share"}, DataError, "weight 0"),
        ({"arm": pd.Categorical(["a", "a"], ["a", "b"])}, {"by": "arm"}, DataError, "no row"),
    ],
)
def test_refusals(change, options, error, part):
    data = pd.DataFrame({"lower": [5.0, 0.0], "upper": [9.0, 9.0]}).assign(**change)
    with pytest.raises(error, match=part):
        turnbull(data, **options)


@pytest.mark.unit
def test_refusals_of_readings():
    curve = turnbull(SMALL.assign(share=0.5), weights="share")
    with pytest.raises(ModelError, match="whole weights"):
        curve.confidence([14])
    with pytest.raises(ModelError, match="n_draws"):
        curve.confidence([14], n_draws=10)
    with pytest.raises(ModelError, match="conf_level"):
        curve.confidence([14], conf_level=95)
    with pytest.raises(DataError, match="tau"):
        curve.rmst_bounds(0)
    with pytest.raises(DataError, match="times"):
        curve.at([-1])


@pytest.mark.unit
def test_frames_are_copies_and_texts_are_short():
    curve = turnbull(MIXED, by="arm")
    curve.glance()["n_obs"] = 0
    assert curve.glance()["n_obs"].iloc[0] == 120
    assert repr(curve).startswith("Curve from interval-censored times")
    assert "<table" in curve._repr_html_()
    assert list(curve.at([1]).columns) == [
        "arm",
        "time",
        "estimate",
        "estimate_low",
        "estimate_high",
    ]


@pytest.mark.unit
def test_many_continuous_ends_reach_the_maximum():
    rng = np.random.default_rng(1)
    relapse = rng.exponential(56.0, 20_000)
    visits = np.cumsum(rng.uniform(5.0, 40.0, (20_000, 12)), axis=1)
    ends = np.column_stack([np.zeros(20_000), visits, np.full(20_000, np.inf)])
    place, row = (visits < relapse[:, None]).sum(axis=1), np.arange(20_000)
    data = pd.DataFrame({"lower": ends[row, place], "upper": ends[row, place + 1]})
    assert turnbull(data).glance()["kkt_gap"].iloc[0] <= 1e-6
