"""The product-limit arithmetic on arrays, by hand and by identities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.survival.curves.product_limit import confidence_limits, crossing_time, product_limit

Z = 1.959963984540054


def steps(time, event, entry=None, weight=None):
    n = len(time)
    return product_limit(
        np.array(time, dtype=float),
        np.array(event, dtype=bool),
        entry=np.full(n, -np.inf) if entry is None else np.array(entry, dtype=float),
        weight=np.ones(n) if weight is None else np.array(weight, dtype=float),
    )


@pytest.mark.unit
def test_seven_patients_by_hand():
    # times 6, 6, 6+, 7, 10+, 13, 16+ (the plus is a censoring)
    found = steps([6, 6, 6, 7, 10, 13, 16], [1, 1, 0, 1, 0, 1, 0])
    assert found.time.tolist() == [6, 7, 10, 13, 16]
    assert found.n_risk.tolist() == [7, 4, 3, 2, 1]
    assert found.n_event.tolist() == [2, 1, 0, 1, 0]
    assert found.n_censored.tolist() == [1, 0, 1, 0, 1]
    survival = [5 / 7, 15 / 28, 15 / 28, 15 / 56, 15 / 56]
    np.testing.assert_allclose(found.survival, survival, rtol=1e-14)
    greenwood = np.cumsum([2 / (7 * 5), 1 / (4 * 3), 0, 1 / (2 * 1), 0])
    np.testing.assert_allclose(found.log_variance, greenwood, rtol=1e-14)


@pytest.mark.unit
def test_delayed_entry_by_hand():
    # at risk when entry < t <= time: at 3 two of four, at 9 those who entered at 3 and 8
    found = steps([3, 5, 9, 12], [1, 0, 1, 0], entry=[0, 2, 3, 8])
    assert found.n_risk.tolist() == [2, 2, 2, 1]
    np.testing.assert_allclose(found.survival, [0.5, 0.5, 0.25, 0.25])


@pytest.mark.unit
def test_curve_that_reaches_zero_has_no_variance_from_there():
    found = steps([3, 5, 9, 10], [1, 1, 1, 0], entry=[0, 0, 6, 7])
    assert found.survival.tolist() == [0.5, 0.0, 0.0, 0.0]
    assert np.isnan(found.log_variance).tolist() == [False, True, True, True]


@pytest.mark.identity
def test_without_censoring_it_is_the_binomial_proportion():
    found = steps(np.arange(1, 21), np.ones(20))
    share = 1 - np.arange(1, 20) / 20
    np.testing.assert_allclose(found.survival[:-1], share, rtol=1e-12)
    variance = share * (1 - share) / 20
    np.testing.assert_allclose(share**2 * found.log_variance[:-1], variance, rtol=1e-10)


patients = st.lists(
    st.tuples(st.integers(1, 12), st.booleans(), st.integers(0, 11), st.integers(1, 3)),
    min_size=1,
    max_size=25,
).map(lambda rows: [(t, e, min(s, t - 1), w) for t, e, s, w in rows])


def literal(rows):
    """Compute curve and variance from the definition, one time after the other."""
    survival, variance, at = 1.0, 0.0, {}
    for time in sorted({t for t, *_ in rows}):
        n = sum(w for t, _, s, w in rows if s < time <= t)
        d = sum(w for t, e, _, w in rows if t == time and e)
        survival *= 1 - d / n
        variance += d / (n * (n - d)) if d < n else np.inf
        at[time] = (n, d, survival, variance)
    return at


@pytest.mark.identity
@settings(max_examples=60)
@given(patients)
def test_it_is_the_definition_whatever_the_rows(rows):
    time, event, entry, weight = zip(*rows, strict=True)
    found = steps(time, event, entry, weight)
    by_hand = literal(rows)
    assert found.time.tolist() == sorted(by_hand)
    numbers = np.array([by_hand[t] for t in found.time])
    np.testing.assert_array_equal(found.n_risk, numbers[:, 0])
    np.testing.assert_array_equal(found.n_event, numbers[:, 1])
    np.testing.assert_allclose(found.survival, numbers[:, 2], rtol=1e-12, atol=1e-14)
    alive = found.survival > 0
    np.testing.assert_allclose(found.log_variance[alive], numbers[alive, 3], rtol=1e-10)


@pytest.mark.identity
@settings(max_examples=40)
@given(patients)
def test_whole_weights_are_repeated_rows(rows):
    time, event, entry, weight = (np.array(column) for column in zip(*rows, strict=True))
    weighted = steps(time, event, entry, weight)
    repeated = steps(*(np.repeat(column, weight) for column in (time, event, entry)))
    np.testing.assert_allclose(weighted.survival, repeated.survival, rtol=1e-12)
    np.testing.assert_allclose(weighted.log_variance, repeated.log_variance, rtol=1e-10)


@pytest.mark.identity
@settings(max_examples=40)
@given(patients)
def test_fractional_weights_give_the_jackknife_from_single_influences(rows):
    time, event, entry, weight = (np.array(column, float) for column in zip(*rows, strict=True))
    weight = weight * 0.37
    found = steps(time, event, entry, weight)
    influence = []
    for patient in range(len(rows)):
        bump = np.zeros(len(rows))
        bump[patient] = 1e-6
        with np.errstate(divide="ignore"):
            above = np.log(steps(time, event, entry, weight + bump).survival)
            below = np.log(steps(time, event, entry, weight - bump).survival)
        with np.errstate(invalid="ignore"):
            influence.append(weight[patient] * (above - below) / 2e-6)
    variance = np.sum(np.square(influence), axis=0)
    alive = found.survival > 1e-9
    np.testing.assert_allclose(found.log_variance[alive], variance[alive], rtol=1e-4, atol=1e-7)


@pytest.mark.identity
def test_scale_of_fractional_weights_does_not_matter():
    weight = np.array([0.5, 1.5, 0.7, 2.2, 0.9, 1.3])
    time, event = [5, 8, 8, 12, 15, 20], [1, 1, 0, 1, 0, 0]
    one, ten = steps(time, event, weight=weight), steps(time, event, weight=9.9 * weight)
    np.testing.assert_allclose(one.survival, ten.survival, rtol=1e-12)
    np.testing.assert_allclose(one.log_variance, ten.log_variance, rtol=1e-10)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("conf_type", "low", "high"),
    [
        ("plain", 0.6 - Z * 0.6 * 0.2, 0.6 + Z * 0.6 * 0.2),
        ("log", 0.6 * np.exp(-Z * 0.2), 0.6 * np.exp(Z * 0.2)),
        (
            "log-log",
            np.exp(-np.exp(np.log(-np.log(0.6)) + Z * 0.2 / -np.log(0.6))),
            np.exp(-np.exp(np.log(-np.log(0.6)) - Z * 0.2 / -np.log(0.6))),
        ),
    ],
)
def test_limits_on_every_scale(conf_type, low, high):
    found = confidence_limits(
        np.array([0.6]), np.array([0.04]), conf_type=conf_type, conf_level=0.95
    )
    assert found[0][0] == pytest.approx(low, rel=1e-12)
    assert found[1][0] == pytest.approx(high, rel=1e-12)


@pytest.mark.unit
@pytest.mark.parametrize("conf_type", ["log-log", "log", "plain"])
def test_limits_at_one_at_zero_and_inside_the_unit_interval(conf_type):
    curve, variance = np.array([1.0, 0.95, 0.05, 0.0]), np.array([0.0, 0.3, 2.0, np.nan])
    low, high = confidence_limits(curve, variance, conf_type=conf_type, conf_level=0.99)
    assert (low[0], high[0]) == (1.0, 1.0)
    assert (low[1:3] >= 0).all()
    assert (high[1:3] <= 1).all()
    assert np.isnan([low[3], high[3]]).all()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("curve", "crossing"),
    [
        ([0.75, 0.4, 0.2, 0.1], 2.0),
        ([0.75, 0.5, 0.5, 0.0], 3.0),
        ([0.75, 0.5, 0.25, 0.0], 2.5),
        ([0.75, 0.5, 0.5, 0.5], 3.0),
        ([0.75, 0.7, 0.5, 0.5], 3.5),
        ([0.9, 0.8, 0.7, 0.6], np.nan),
        ([0.4, 0.3, 0.2, 0.1], 1.0),
        ([0.9, 0.8, np.nan, np.nan], np.nan),
        ([0.75, 0.5 + 1e-12, 0.25, 0.0], 2.5),
    ],
)
def test_crossing_of_one_half(curve, crossing):
    # flat pieces as R 4.2.2, survival 3.5-3: quantile(survfit(...), 0.5)
    found = crossing_time(np.array([1.0, 2.0, 3.0, 4.0]), np.array(curve))
    np.testing.assert_equal(found, crossing)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("curve", "crossing"),
    [
        ([0.75, 0.5, 0.5, 0.0], 3.0),
        ([0.75, 0.5, 0.25, 0.0], 2.5),
        ([0.75, 0.5, 0.5, 0.5], np.nan),
        ([0.75, 0.7, 0.5, 0.5 + 1e-12], np.nan),
        ([0.75, 0.4, 0.2, 0.1], 2.0),
        ([0.9, 0.8, np.nan, np.nan], np.nan),
    ],
)
def test_crossing_of_one_half_in_sas(curve, crossing):
    # PROC LIFETEST: the first time below the level, or the middle of a flat piece that ends
    found = crossing_time(np.array([1.0, 2.0, 3.0, 4.0]), np.array(curve), style="SAS")
    np.testing.assert_equal(found, crossing)


@pytest.mark.identity
def test_jackknife_can_be_asked_for_with_whole_weights():
    # without ties between them, patients of weight 1: the jackknife of a proportion is Greenwood's
    whole = product_limit(
        np.arange(1.0, 11.0),
        np.ones(10, dtype=bool),
        entry=np.full(10, -np.inf),
        weight=np.ones(10),
        jackknife=True,
    )
    greenwood = steps(np.arange(1, 11), np.ones(10))
    assert whole.rows is not None
    assert greenwood.rows is None
    np.testing.assert_allclose(whole.log_variance, greenwood.log_variance, rtol=1e-12)
