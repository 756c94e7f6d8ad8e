"""Limits of chance against printed numbers, and what they call out by chance."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from analysis.errors import ModelError
from analysis.quality.clinics.funnel_counts import CountLaw
from analysis.quality.clinics.funnel_limits import count_limits, require_rule


def poisson(*mean: float) -> CountLaw:
    return CountLaw(mean=np.array(mean), variance=np.array(mean))


def binomial(n: float, share: float) -> CountLaw:
    return CountLaw(mean=np.array([n * share]), variance=np.array([n * share * (1 - share)]))


# FunnelPlotR 0.6.0 calls the exact ones "unadjusted limits"; the interpolated ones follow
# Spiegelhalter (2005); Byar's and Wilson's are those of PHEindicatormethods. Printed digits.
@pytest.mark.reference
@pytest.mark.parametrize(
    ("rule", "level", "low", "high"),
    [
        ("exact", 0.95, [0.5596924, 0.6108260, 0.6746958], [1.649348, 1.544419, 1.427562]),
        ("exact", 0.998, [0.3862650, 0.4479107, 0.5289724], [2.082907, 1.902094, 1.702771]),
        ("spiegelhalter", 0.95, [0.4907, 0.5603, 0.6411], [1.5055, 1.4373, 1.3572]),
        ("spiegelhalter", 0.998, [0.2716, 0.3585, 0.4692], [1.8558, 1.7357, 1.5937]),
    ],
)
def test_limits_of_ratios_are_the_printed_ones(rule, level, low, high):
    expected = np.array([15.0, 20.0, 30.0])
    found = count_limits(poisson(15, 20, 30), rule, level)
    np.testing.assert_allclose(found[0] / expected, low, atol=5.1e-8 if rule == "exact" else 5.1e-5)
    np.testing.assert_allclose(
        found[1] / expected, high, atol=5.1e-7 if rule == "exact" else 5.1e-5
    )


@pytest.mark.reference
@pytest.mark.parametrize(
    ("rule", "count", "low", "high"),
    [
        ("byar", 10, 4.7874, 18.3915),
        ("exact", 10, 4.7954, 18.3904),
        ("byar", 65, 50.1632, 82.8491),
        ("exact", 5, 1.6235, 11.6683),
        ("byar", 5, 1.6235, 11.6683),  # exact under 10
    ],
)
def test_intervals_of_counts_are_the_printed_ones(rule, count, low, high):
    found = count_limits(poisson(count), rule, 0.95)
    assert [round(float(end[0]), 4) for end in found] == [low, high]


@pytest.mark.reference
def test_limits_of_proportions_are_the_printed_ones():
    low, high = count_limits(binomial(40, 0.35), "spiegelhalter", 0.95)
    assert [round(float(x[0]) / 40, 4) for x in (low, high)] == [0.1926, 0.4898]
    low, high = count_limits(binomial(40, 0.3), "wilson", 0.95)
    assert [round(float(x[0]) / 40, 5) for x in (low, high)] == [0.18075, 0.45430]
    low, high = count_limits(binomial(20, 1e-7), "wilson", 0.95)
    assert [round(float(x[0]) / 20, 5) for x in (low, high)] == [0.0, 0.16113]


@pytest.mark.reference
def test_laws_are_those_of_scipy():
    at = np.arange(-1.0, 41.0)
    whole = CountLaw(mean=np.full(at.shape, 14.0), variance=np.full(at.shape, 9.1))
    np.testing.assert_allclose(whole.cdf(at), stats.binom.cdf(at, 40, 0.35), atol=1e-12)
    wide = CountLaw(mean=np.full(at.shape, 14.0), variance=np.full(at.shape, 28.0))
    np.testing.assert_allclose(wide.cdf(at), stats.nbinom.cdf(at, 14, 0.5), atol=1e-12)
    equal = CountLaw(mean=np.full(at.shape, 14.0), variance=np.full(at.shape, 14.0))
    np.testing.assert_allclose(equal.cdf(at), stats.poisson.cdf(at, 14), atol=1e-12)


@pytest.mark.reference
def test_unlike_coins_are_near_to_the_binomial_with_their_mean_and_variance():
    share = np.linspace(0.1, 0.8, 30)
    exact = np.array([1.0])
    for p in share:
        exact = np.convolve(exact, [1 - p, p])
    at = np.arange(31.0)
    mean, variance = share.sum(), (share * (1 - share)).sum()
    law = CountLaw(mean=np.full(31, mean), variance=np.full(31, variance))
    off = np.abs(law.cdf(at) - exact.cumsum()).max()
    alike = np.abs(stats.binom.cdf(at, 30, mean / 30) - exact.cumsum()).max()
    assert off < 0.005
    assert alike > 3 * off


@pytest.mark.unit
def test_mid_p_limits_leave_out_what_has_a_small_mid_p_value():
    law = poisson(4.0)
    low, high = count_limits(law, "mid-p", 0.95)
    counts = np.arange(0, 25)
    above = stats.poisson.sf(counts, 4) + 0.5 * stats.poisson.pmf(counts, 4)
    below = stats.poisson.cdf(counts, 4) - 0.5 * stats.poisson.pmf(counts, 4)
    assert (counts > high[0]).tolist() == (above < 0.025).tolist()
    assert (counts < low[0]).tolist() == (below < 0.025).tolist()


@pytest.mark.unit
def test_the_chance_to_be_outside_is_that_of_the_counts_outside():
    law = poisson(0.5)  # 0, 1, 2, 3 events: 0.6065, 0.3033, 0.0758, 0.0126
    low, high = count_limits(law, "spiegelhalter", 0.95)
    assert float(law.outside(low, high)[0]) == pytest.approx(0.0902, abs=5e-5)  # 2 and more
    low, high = count_limits(law, "mid-p", 0.95)
    assert float(law.outside(low, high)[0]) == pytest.approx(0.0144, abs=5e-5)  # 3 and more
    low, high = count_limits(law, "exact", 0.95)
    assert low[0] > 0  # a clinic without events would be outside
    assert float(law.outside(low, high)[0]) > 0.6


@pytest.mark.identity
def test_limits_surround_the_expected_count_and_grow_with_the_level():
    law = poisson(*np.geomspace(0.3, 300, 40))
    for rule in ("spiegelhalter", "mid-p", "exact", "byar"):
        inner, outer = (count_limits(law, rule, level) for level in (0.95, 0.998))
        assert (outer[0] <= inner[0]).all()
        assert (outer[1] >= inner[1]).all()
        assert (inner[1] > law.mean).all()


@pytest.mark.unit
def test_rules_that_do_not_fit_are_refused():
    for rule, kind, has_variance in [
        ("wilson", "rate", False),
        ("byar", "proportion", False),
        ("byar", "ratio", True),
        ("sigma", "rate", False),
    ]:
        with pytest.raises(ModelError, match="allowed"):
            require_rule(rule, kind, has_variance=has_variance)
    with pytest.raises(ModelError, match="variance is larger"):
        count_limits(CountLaw(mean=np.array([4.0]), variance=np.array([8.0])), "exact", 0.95)
