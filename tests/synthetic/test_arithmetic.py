"""Own elementary functions: exact enough, and the same bits whatever the processor."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from analysis.synthetic.arithmetic import (
    exponential,
    latent,
    log_odds,
    logarithm,
    normal_quantile,
    share,
)

unit, identity, reference = pytest.mark.unit, pytest.mark.identity, pytest.mark.reference

POSITIVE = np.concatenate([2.0 ** np.arange(-1000, 1000, 0.37), np.linspace(0.1, 10.0, 9_999)])
UNIFORM = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 9_999), 2.0 ** -np.arange(2.0, 53.0)])


@reference
def test_logarithm_and_exponential_agree_with_the_system():
    error = np.abs(logarithm(POSITIVE) - np.log(POSITIVE))
    assert (error / np.maximum(np.abs(np.log(POSITIVE)), 1.0)).max() < 1e-15
    x = np.linspace(-700.0, 700.0, 50_001)
    assert exponential(x) == pytest.approx(np.exp(x), rel=1e-14, abs=0.0)
    assert exponential(np.array([-1e9, 1e9])) == pytest.approx(np.exp([-700.0, 700.0]))


@reference
def test_normal_quantiles_agree_with_scipy():
    assert normal_quantile(UNIFORM) == pytest.approx(special.ndtri(UNIFORM), rel=1e-14, abs=1e-15)
    tiny = np.array([1e-300, 1e-100, 1e-20])
    assert normal_quantile(tiny) == pytest.approx(special.ndtri(tiny), rel=1e-13)


@unit
def test_values_known_by_heart():
    # tables of the normal distribution; e and ln 10
    quantiles = normal_quantile(np.array([0.5, 0.841344746068543, 0.975, 0.995]))
    assert quantiles == pytest.approx([0.0, 1.0, 1.959963984540054, 2.5758293035489], abs=1e-12)
    assert logarithm(np.array([1.0, 10.0])) == pytest.approx([0.0, 2.302585092994046], abs=1e-15)
    assert exponential(np.array([0.0, 1.0]))[1] == pytest.approx(2.718281828459045)
    assert log_odds(np.array([0.8]))[0] == pytest.approx(np.log(4.0))


@identity
@given(st.integers(1, 2**30))
def test_share_undoes_log_odds_and_quantiles_are_symmetric(k):
    p = np.array([k / (2**30 + 1)])
    assert share(log_odds(p)) == pytest.approx(p, rel=1e-9)
    dyadic = np.array([k / 2**31])  # 1 - dyadic is exact
    assert normal_quantile(1.0 - dyadic)[0] == -normal_quantile(dyadic)[0]


@unit
def test_latent_numbers_have_six_decimals():
    assert latent(np.array([0.12345649, -0.12345651, 2.0])).tolist() == [0.123456, -0.123457, 2.0]
