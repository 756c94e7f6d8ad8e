"""Differences of proportions and means, and their power, against published and other numbers."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from analysis.errors import DataError, ModelError
from analysis.quality.comparison.difference import (
    Mean,
    Proportion,
    compare,
    limits,
    mean_difference,
    proportion_difference,
)
from analysis.quality.comparison.power import (
    detectable_mean_difference,
    detectable_proportion_difference,
    mean_power,
    proportion_power,
)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("a", "m", "b", "n", "low", "high"),
    [  # Newcombe 1998, Statistics in Medicine 17:873, table II, method 10
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (10, 10, 0, 10, 0.6075, 1.0000),
        (5, 56, 0, 29, -0.0381, 0.1926),
    ],
)
def test_newcombes_own_examples(a, m, b, n, low, high):
    found = proportion_difference(Proportion(share=a / m, n=m), Proportion(share=b / n, n=n))
    assert found.conf_low == pytest.approx(low, abs=5e-5)
    assert found.conf_high == pytest.approx(high, abs=5e-5)
    assert found.estimate == pytest.approx(a / m - b / n)


@pytest.mark.reference
def test_intervals_of_statsmodels():
    one, two = Proportion(share=34 / 86, n=86), Proportion(share=288 / 537, n=537)
    found = proportion_difference(one, two, conf_level=0.9)
    expected = confint_proportions_2indep(34, 86, 288, 537, method="newcomb", alpha=0.1)
    assert (found.conf_low, found.conf_high) == pytest.approx(expected, abs=1e-12)
    wilson = proportion_confint(34, 86, method="wilson")
    assert limits(one) == pytest.approx(wilson, abs=1e-12)


@pytest.mark.reference
def test_means_by_welch():
    one = Mean(mean=-8, standard_deviation=6, n=40)
    two = Mean(mean=-5, standard_deviation=7, n=60)
    test = stats.ttest_ind_from_stats(-8, 6, 40, -5, 7, 60, equal_var=False)
    found = mean_difference(one, two)
    assert found.estimate / found.std_error == pytest.approx(test.statistic)
    p_value = 2 * stats.t.sf(abs(found.estimate / found.std_error), found.df)
    assert p_value == pytest.approx(test.pvalue)
    half = stats.t.ppf(0.975, 39) * 6 / math.sqrt(40)
    assert limits(one) == pytest.approx((-8 - half, -8 + half))


@pytest.mark.identity
def test_swapping_the_sides_turns_the_sign():
    one, two = Proportion(share=0.2, n=33), Proportion(share=0.45, n=81)
    there, back = compare(one, two), compare(two, one)
    assert (there.conf_low, there.conf_high) == pytest.approx((-back.conf_high, -back.conf_low))


@pytest.mark.reference
def test_power_of_means_as_in_r():
    one = Mean(mean=0, standard_deviation=6, n=64)
    assert mean_power(one, one, 3) == pytest.approx(0.80145862, abs=1e-6)  # power.t.test, strict
    assert detectable_mean_difference(one, one) == pytest.approx(2.994, abs=2e-3)
    assert mean_power(one, one, 40) == pytest.approx(1)


@pytest.mark.truth
def test_power_of_shares_is_how_often_the_interval_leaves_out_zero():
    one, two = Proportion(share=0.636, n=80), Proportion(share=0.536, n=537)
    rng = np.random.default_rng(1)
    draws = zip(rng.binomial(80, 0.636, 4000), rng.binomial(537, 0.536, 4000), strict=True)
    apart = [
        found.conf_low > 0 or found.conf_high < 0
        for a, b in draws
        for found in [
            proportion_difference(Proportion(share=a / 80, n=80), Proportion(share=b / 537, n=537))
        ]
    ]
    assert proportion_power(one, two) == pytest.approx(np.mean(apart), abs=0.016)  # 2 errors


@pytest.mark.identity
def test_detectable_difference_has_the_power_it_was_asked_for():
    published = Proportion(share=0.3, n=200)
    gap = detectable_proportion_difference(120, published, power=0.9)
    own = Proportion(share=0.3 + gap, n=120)
    assert proportion_power(own, published) == pytest.approx(0.9, abs=2e-3)
    assert math.isnan(detectable_proportion_difference(20, Proportion(share=0.95, n=50)))
    assert math.isnan(detectable_proportion_difference(20, Proportion(share=1, n=50)))


@pytest.mark.unit
def test_impossible_summaries_are_refused():
    with pytest.raises(DataError, match="share from 0 to 1"):
        Proportion(share=1.2, n=10)
    with pytest.raises(DataError, match="at least two patients"):
        Mean(mean=1, standard_deviation=2, n=1)
    still = Mean(mean=1, standard_deviation=0, n=5)
    with pytest.raises(DataError, match="Both standard deviations are 0"):
        mean_difference(still, still)
    with pytest.raises(ModelError, match="no difference"):
        compare(Proportion(share=0.5, n=10), still)
