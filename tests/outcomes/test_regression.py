"""Regression to the mean against published figures, closed forms, quadrature and simulation."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate
from scipy.special import ndtr

from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.instruments.library import _library
from analysis.outcomes import LAST, BaselineRule, expected_regression, regression_to_the_mean
from tests.builders import scored_study

unit, identity = pytest.mark.unit, pytest.mark.identity
reference, truth = pytest.mark.reference, pytest.mark.truth


def worst(k):
    return BaselineRule(method="worst", k=k)


def mean(k):
    return BaselineRule(method="mean", k=k)


def change(rule=LAST, *, r=0.8, mu=16.0, sd=5.0, entry=10.0, **options):
    return regression_to_the_mean(
        rule, reliability=r, mean=mu, standard_deviation=sd, entry=entry, **options
    ).expected_change


# Design figures of the project for the PHQ-9 at entry 10 or more, rounded to 0.05 or 0.1; they
# are those of equicorrelated normal scores with mean 16 and SD 5
@unit
@pytest.mark.parametrize(
    ("r", "rule", "figure", "half_unit"),
    [
        (0.8, LAST, -0.2, 0.05),
        (0.8, worst(2), -1.35, 0.025),
        (0.8, worst(3), -2.0, 0.05),
        (0.7, LAST, -0.3, 0.05),
        (0.7, worst(2), -1.7, 0.05),
        (0.7, worst(3), -2.4, 0.05),
    ],
)
def test_the_figures_that_the_design_rests_on(r, rule, figure, half_unit):
    assert change(rule, r=r) == pytest.approx(figure, abs=half_unit)


# (1 - r) SD phi(a) / (1 - Phi(a)), a = (10 - 16) / 5: phi(1.2) = 0.1941861, Phi(1.2) = 0.8849303
@reference
def test_the_last_score_is_a_truncated_normal():
    assert change(r=0.8) == pytest.approx(-0.2 * 5 * 0.1941861 / 0.8849303, rel=1e-6)


# Mean of the largest of k standard normals (Harter 1961, Biometrika 48, 151-165)
@reference
@pytest.mark.parametrize(
    ("k", "largest"), [(1, 0.0), (2, 0.56418958), (3, 0.84628438), (5, 1.16296447)]
)
@pytest.mark.parametrize("r", [0.0, 0.5, 0.8, 0.99])
def test_without_entry_only_the_choice_of_the_worst_matters(k, largest, r):
    expected = -5 * math.sqrt(1 - r) * largest
    assert change(worst(k), r=r, entry=None) == pytest.approx(
        expected, abs=3e-8
    )  # the table's last digit
    assert change(mean(k), r=r, entry=None) == pytest.approx(0.0, abs=1e-12)
    assert change(LAST, r=r, entry=None) == pytest.approx(0.0, abs=1e-12)


@identity
@settings(max_examples=40)
@given(r=st.floats(0.0, 0.98), cut=st.floats(-3.0, 3.0))
def test_the_worst_and_the_mean_of_one_score_are_the_last(r, cut):
    entry = 16 + 5 * cut
    last = change(LAST, r=r, entry=entry)
    assert change(worst(1), r=r, entry=entry) == pytest.approx(last, abs=1e-9)
    assert change(mean(1), r=r, entry=entry) == pytest.approx(last, abs=1e-12)


@reference
@pytest.mark.parametrize(("k", "r", "cut"), [(2, 0.8, -1.2), (3, 0.3, 0.5), (4, 0.95, -0.2)])
def test_the_worst_of_k_agrees_with_adaptive_quadrature(k, r, cut):
    s, t = math.sqrt(1 - r), math.sqrt(r)

    def phi(x):
        return math.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)

    def density(m, z):
        u = (m - t * z) / s
        return phi(z) * k * ndtr(u) ** (k - 1) * phi(u) / s

    def over(weight):
        return integrate.dblquad(
            lambda m, z: weight(m, z) * density(m, z), -7, 7, cut, 8, epsabs=1e-7
        )[0]

    expected = over(lambda m, z: t * z - m) / over(lambda m, z: 1.0 + 0 * m * z)
    assert change(worst(k), r=r, mu=0, sd=1, entry=cut) == pytest.approx(expected, abs=1e-6)


@truth
@pytest.mark.parametrize("rule", [LAST, mean(2), mean(3), worst(2), worst(3)])
@pytest.mark.parametrize(("r", "entry"), [(0.8, 10.0), (0.7, 10.0), (0.6, 18.0)])
def test_simulated_patients_who_do_not_change(rule, r, entry):
    rng = np.random.default_rng(20)
    n, k = 150_000, rule.k or 1
    severity = 16 + 5 * math.sqrt(r) * rng.normal(size=n)
    scores = severity[:, None] + 5 * math.sqrt(1 - r) * rng.normal(size=(n, k + 1))
    before, after = scores[:, :k], scores[:, k]
    base = before.max(axis=1) if rule.method == "worst" else before.mean(axis=1)
    seen = (after - base)[base >= entry]
    error = seen.std() / math.sqrt(len(seen))
    assert change(rule, r=r, entry=entry) == pytest.approx(seen.mean(), abs=4 * error)


@identity
@settings(max_examples=40)
@given(
    r=st.floats(0.0, 0.95),
    cut=st.floats(-3.0, 2.5),
    k=st.integers(1, 4),
    sd=st.floats(0.5, 20.0),
    mu=st.floats(-50.0, 50.0),
)
def test_only_the_position_of_the_entry_matters_and_the_other_direction_mirrors(r, cut, k, sd, mu):
    for rule in (worst(k), mean(k)):
        unit_change = change(rule, r=r, mu=0, sd=1, entry=cut)
        scaled = change(rule, r=r, mu=mu, sd=sd, entry=mu + sd * cut)
        mirrored = change(
            rule, r=r, mu=mu, sd=sd, entry=mu - sd * cut, direction="higher is better"
        )
        assert scaled == pytest.approx(sd * unit_change, rel=1e-6, abs=1e-7)
        assert mirrored == pytest.approx(-scaled, rel=1e-6, abs=1e-7)
        assert unit_change <= 1e-9


@unit
@pytest.mark.parametrize("r", [0.3, 0.7, 0.9])
def test_more_scores_to_choose_from_and_a_higher_entry_cost_more(r):
    costs = [change(worst(k), r=r) for k in (1, 2, 3, 4)]
    assert costs == sorted(costs, reverse=True)
    assert change(r=r, entry=12) < change(r=r, entry=10) < change(r=r, entry=None)
    assert change(mean(3), r=r) > change(LAST, r=r)  # a mean is more reliable


@unit
@pytest.mark.parametrize(
    ("rule", "options", "message"),
    [
        (LAST, {"r": 1.0}, "below 1"),
        (LAST, {"r": -0.1}, "from 0"),
        (LAST, {"sd": 0.0}, "above 0"),
        (LAST, {"sd": math.inf}, "above 0"),
        (BaselineRule(method="mean"), {}, "State k"),
        (LAST, {"entry": 46.1}, "6 SD"),
    ],
)
def test_numbers_that_no_scores_can_have_are_refused(rule, options, message):
    with pytest.raises(DataError, match=message):
        change(rule, **options)


@unit
def test_an_entry_of_six_standard_deviations_is_not_too_far():
    # the mean of a normal tail from 6 on is 6.1584826, by Mills' ratio
    assert change(r=0.0, entry=46.0) == pytest.approx(-5 * 6.1584826, rel=1e-6)


@unit
def test_two_patients_have_a_spread():
    study = scored_study({f"p{b}": [(0, b)] for b in (12, 20)})
    assert expected_regression(study, "PHQ-9").standard_deviation == pytest.approx(math.sqrt(32))


@unit
def test_the_result_says_its_assumptions():
    text = repr(
        regression_to_the_mean(worst(2), reliability=0.8, mean=16, standard_deviation=5, entry=10)
    )
    assert text.splitlines() == [
        "Expected change at zero effect: -1.36 points (entry at least 10).",
        repr(worst(2)),
        (
            "Assumes normal scores with mean 16, SD 5 and correlation 0.8 between any two of a "
            "patient, no floor or ceiling, entry by the baseline itself, and no change at all."
        ),
    ]
    everybody = regression_to_the_mean(reliability=0.8, mean=16, standard_deviation=5)
    assert "+0.00 points (everybody enters)" in repr(everybody)
    other = regression_to_the_mean(
        reliability=0.8, mean=30, standard_deviation=9, entry=28, direction="higher is better"
    )
    assert "entry at most 28" in repr(other)
    assert other.expected_change > 0


# baselines 10, 14, 18, 22: mean 16, SD sqrt(80 / 3); reliability of the PHQ-9 .84 (Kroenke 2001)
@unit
def test_a_study_gives_mean_and_spread_and_the_scale_its_reliability():
    study = scored_study({f"p{b}": [(-20, 27), (0, b)] for b in (10, 14, 18, 22)})
    found = expected_regression(study, "PHQ-9", baseline=worst(2))
    assert (found.mean, found.reliability, found.entry) == (16.0, 0.84, 10.0)
    assert found.standard_deviation == pytest.approx(math.sqrt(80 / 3))
    assert found.rule.k == 2
    sd = math.sqrt(80 / 3)
    assert found.expected_change == pytest.approx(change(worst(2), r=0.84, sd=sd))
    assert expected_regression(study, "PHQ-9", baseline_at_least=15).entry == 15


@unit
def test_a_study_without_baselines_or_a_scale_without_reliability_is_refused(monkeypatch):
    with pytest.raises(DataError, match="Fewer than two"):
        expected_regression(scored_study({"a": [(0, 20)], "b": []}), "PHQ-9")
    unknown = dataclasses.replace(load_instrument("PHQ-9"), reliability=None)
    monkeypatch.setitem(_library(), "PHQ-9", unknown)
    with pytest.raises(DataError, match="reliability of PHQ-9 is not known"):
        expected_regression(scored_study({"a": [(0, 20)], "b": [(0, 9)]}), "PHQ-9")
