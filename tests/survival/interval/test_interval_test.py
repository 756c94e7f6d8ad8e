"""Tests of groups on interval-censored times: references, identities, level and refusals."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError, ModelError
from analysis.survival import interval_test
from analysis.survival.interval.scores import score_covariance, score_rows
from analysis.survival.reading.interval_times import IntervalTimes
from tests.survival.reference import REFERENCE

COSMESIS = pd.read_csv(REFERENCE / "cosmesis.csv")
MIXED = pd.read_csv(REFERENCE / "mixed_intervals.csv")
RELAPSE = pd.read_csv(REFERENCE / "tte.csv")
METHODS = ["score", "asymptotic permutation", "permutation"]


def cosmesis(**options):
    return interval_test(COSMESIS, "lower", "upper", "arm", **options)


def right_censored(data):
    upper = np.where(data["event"] == 1, data["time"], np.inf)
    return data.assign(lower=data["time"], upper=upper)


@pytest.mark.reference
def test_permutation_test_of_cosmesis_is_the_published_one():
    # Fay MP, Shaw PA (2010), JSS 36(2): Sun's scores, Z -2.6684, p 0.007622
    test = cosmesis(method="asymptotic permutation")
    np.testing.assert_allclose(test.glance()["z"], [-2.6684, 2.6684], atol=5e-5)
    np.testing.assert_allclose(test.tidy()["p_value"], 0.007622, atol=5e-7)


@pytest.mark.reference
def test_scores_of_right_censored_times_are_observed_minus_expected():
    # R's survdiff on these rows, see the reference of the logrank test: by hand here
    data = right_censored(RELAPSE)
    time, event = RELAPSE["time"].to_numpy(), RELAPSE["event"].to_numpy() == 1
    mine = RELAPSE["arm"].to_numpy() == "im"
    expected = sum(
        (event & (time == t)).sum() * (mine & (time >= t)).sum() / (time >= t).sum()
        for t in np.unique(time[event])
    )
    glance = interval_test(data, "lower", "upper", "arm").glance()
    np.testing.assert_allclose(glance["score"].iloc[0], (event & mine).sum() - expected, rtol=1e-7)


def log_likelihood(curve, first, last, moved, effect, scores):
    """Log-probability of rows when some of them have a curve moved by an effect."""
    if scores == "logrank":
        hazard = 1.0 - curve[1:-1] / curve[:-2]
        odds = hazard / (1.0 - hazard) * np.exp(effect)
        other = np.concatenate([[1.0], np.cumprod(1.0 / (1.0 + odds)), [0.0]])
    else:
        odds = curve[1:-1] / (1.0 - curve[1:-1]) * np.exp(-effect)
        other = np.concatenate([[1.0], odds / (1.0 + odds), [0.0]])
    level = np.where(moved[:, None], other, curve)
    row = np.arange(first.size)
    return np.log(level[row, first] - level[row, last]).sum()


@pytest.mark.identity
@pytest.mark.parametrize("scores", ["logrank", "wilcoxon"])
def test_scores_and_information_are_derivatives_of_the_likelihood(scores):
    # numerical derivatives by the effect of a group and by the levels of the common curve
    upper = MIXED["upper"].fillna(np.inf).to_numpy()
    rows = score_rows(
        IntervalTimes(lower=MIXED["lower"].to_numpy(dtype=float), upper=upper), scores
    )
    codes = (MIXED["arm"] == "iv").to_numpy().astype(int)
    moved, inner, step = codes == 1, rows.curve.size - 2, 1e-5

    def value(parameters):
        curve = rows.curve.copy()
        curve[1:-1] += parameters[1:]
        return log_likelihood(curve, rows.first, rows.last, moved, parameters[0], scores)

    unit = np.eye(inner + 1) * step
    scale = np.append(1.0, np.full(inner, 0.1))
    unit *= scale
    first = np.array([(value(u) - value(-u)) / (2 * step) for u in unit]) / scale
    np.testing.assert_allclose(first[0], rows.score[moved].sum(), rtol=1e-6)
    np.testing.assert_allclose(first[1:], 0.0, atol=1e-3)
    second = np.array(
        [[value(u + v) - value(u - v) - value(v - u) + value(-u - v) for v in unit] for u in unit]
    ) / (4 * step**2 * np.outer(scale, scale))
    lost = second[0, 1:] @ np.linalg.solve(second[1:, 1:], second[1:, 0])
    covariance = score_covariance(rows, codes, 2)
    np.testing.assert_allclose(covariance[1, 1], lost - second[0, 0], rtol=2e-3)


@pytest.mark.identity
@pytest.mark.parametrize("scores", ["logrank", "wilcoxon"])
@pytest.mark.parametrize("method", METHODS)
def test_order_of_rows_and_names_of_groups_do_not_matter(scores, method):
    options = {"scores": scores, "method": method, "draws": 199}
    first = cosmesis(**options)
    mixed = COSMESIS.sample(frac=1, random_state=5)
    again = interval_test(mixed, "lower", "upper", "arm", **options)
    pd.testing.assert_frame_equal(first.tidy(), again.tidy())
    turned = COSMESIS.assign(arm=COSMESIS["arm"].map({"radiation": "z"}).fillna("a"))
    swapped = interval_test(turned, "lower", "upper", "arm", **options)
    np.testing.assert_allclose(swapped.glance()["z"], first.glance()["z"][::-1], rtol=1e-6)


@pytest.mark.identity
@pytest.mark.parametrize("method", METHODS[:2])
def test_one_stratum_for_all_changes_nothing_and_twice_the_data_double_the_statistic(method):
    plain = cosmesis(method=method)
    whole = interval_test(
        COSMESIS.assign(clinic="a"), "lower", "upper", "arm", strata="clinic", method=method
    )
    pd.testing.assert_frame_equal(whole.tidy(), plain.tidy())
    twice = pd.concat([COSMESIS.assign(clinic=name) for name in "ab"])
    both = interval_test(twice, "lower", "upper", "arm", strata=["clinic"], method=method)
    np.testing.assert_allclose(both.tidy()["statistic"], 2 * plain.tidy()["statistic"], rtol=1e-7)


@pytest.mark.identity
def test_drawn_permutations_agree_with_their_moments():
    drawn = cosmesis(method="permutation", draws=20_000, seed=3).tidy()["p_value"].iloc[0]
    moments = cosmesis(method="asymptotic permutation").tidy()["p_value"].iloc[0]
    # Monte-Carlo error 0.0006; the normal approximation is good to about as much here
    assert abs(drawn - moments) < 0.002


@pytest.mark.unit
def test_three_groups_have_two_degrees_of_freedom():
    rng = np.random.default_rng(2)
    lower = 7.0 * rng.integers(0, 8, 90)
    data = pd.DataFrame({"lower": lower, "upper": lower + 14, "arm": np.tile(list("abc"), 30)})
    test = interval_test(data, "lower", "upper", "arm")
    assert test.tidy()["df"].tolist() == [2]
    assert list(test.glance().columns) == ["arm", "n", "n_event", "score", "std_error", "z"]
    assert test.glance()["score"].sum() == pytest.approx(0.0, abs=1e-7)


@pytest.mark.unit
def test_curves_on_one_step_have_nothing_to_estimate():
    # all relapse before the only visit in one arm, none in the other: (0, 7] or later
    data = pd.DataFrame(
        {"lower": [0] * 4 + [7] * 4, "upper": [7] * 4 + [np.inf] * 4, "arm": list("aaabbbba")}
    )
    for method in METHODS:
        test = interval_test(data, "lower", "upper", "arm", method=method, draws=199)
        # 3 of 4 against 1 of 4: a two by two table, chi-square 2 (times 7 / 8 by permutation)
        expected = 2.0 if method == "score" else 2.0 * 7 / 8
        assert test.tidy()["statistic"].iloc[0] == pytest.approx(expected)


@pytest.mark.unit
def test_rows_left_out_are_counted():
    data = COSMESIS.assign(clinic="a")
    data.loc[[0, 1], "arm"] = None
    data.loc[[1, 2], "clinic"] = None
    test = interval_test(data, "lower", "upper", "arm", strata="clinic")
    assert test.tidy()["n_dropped"].tolist() == [3]
    assert "3 rows" in repr(test)


@pytest.mark.truth
def test_level_holds_when_arms_have_other_visit_plans():
    # no difference; visits every 7 days in one arm and every 28 in the other, a quarter missed.
    # Rejections at 5 % in 400 trials: 20, give or take 4.4; the long study is in simulations/
    rejected = 0
    for trial in range(400):
        rng = np.random.default_rng([30, trial])
        parts = [_watched(rng, 75, days).assign(arm=f"every {days}") for days in (7, 28)]
        p_value = interval_test(pd.concat(parts), "lower", "upper", "arm").tidy()["p_value"]
        rejected += bool(p_value.iloc[0] < 0.05)
    assert 7 <= rejected <= 33


def _watched(rng, n, days):
    relapse = rng.exponential(56 / np.log(2), n)[:, None]
    visits = np.arange(days, 169, days)
    kept = rng.random((n, visits.size)) >= 0.25
    return pd.DataFrame(
        {
            "lower": np.where(kept & (visits < relapse), visits, 0.0).max(axis=1),
            "upper": np.where(kept & (visits >= relapse), visits, np.inf).min(axis=1),
        }
    )


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "options", "error", "part"),
    [
        ({}, {"scores": "gehan"}, ModelError, "scores"),
        ({}, {"method": "exact"}, ModelError, "method"),
        ({}, {"draws": 10}, ModelError, "draws"),
        ({"arm": "a"}, {}, DataError, "one group"),
        ({"upper": np.inf}, {}, DataError, "right-censored"),
        ({}, {"strata": "site"}, ColumnError, "strata="),
        ({"clinic": ["a"] * 46 + ["b"] * 48}, {"strata": "clinic"}, DataError, "compared"),
    ],
)
def test_refusals(change, options, error, part):
    with pytest.raises(error, match=part):
        interval_test(COSMESIS.assign(**change), "lower", "upper", "arm", **options)
