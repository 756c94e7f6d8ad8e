"""Intervals of clustered events: R's numbers, by hand, and what they must keep."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from analysis.errors import DataError, ModelError
from analysis.safety import clustered_rate, clustered_share, exact_share

unit, identity, reference = pytest.mark.unit, pytest.mark.identity, pytest.mark.reference

R = json.loads((Path(__file__).parents[1] / "reference/safety/expected.json").read_text("utf-8"))
EVENTS = np.array([0, 2, 1, 0, 5, 0, 1, 3, 0, 0, 2, 1], dtype=float)
SESSIONS = np.array([4, 9, 6, 2, 12, 6, 5, 14, 3, 6, 8, 6], dtype=float)


@reference
@pytest.mark.parametrize(
    ("estimate", "name"), [(clustered_rate, "rate"), (clustered_share, "share")]
)
def test_estimates_and_limits_are_those_of_geepack_and_base_r(estimate, name):
    found = estimate(EVENTS, SESSIONS)
    np.testing.assert_allclose([*found.numbers, found.design_effect], R[name], rtol=1e-9)


@reference
def test_exact_limits_are_those_of_r():
    np.testing.assert_allclose(exact_share(1, 60).numbers[1:], R["one_of_60"], rtol=1e-9)
    np.testing.assert_allclose(exact_share(0, 60).conf_high, R["none_of_60"], rtol=1e-9)
    none = clustered_rate(np.zeros(4), np.full(4, 25.0))
    np.testing.assert_allclose(none.conf_high, R["no_events_in_100"], rtol=1e-9)
    # very many patients with one session each are independent sessions
    many = np.zeros(100_000)
    many[:4] = 1.0
    found = clustered_rate(many, np.full(100_000, 1e-3))
    np.testing.assert_allclose(found.numbers[1:], R["four_events_in_100"], rtol=2e-5)


@unit
def test_the_design_effect_by_hand():
    # four patients with 5 sessions, all events in one of them: R = 4/20; residuals 3, -1, -1, -1;
    # variance 4/3 * 12 / 400 = 0.04; Poisson 0.2/20 = 0.01; binomial 0.2 * 0.8/20 = 0.008
    events, sessions = np.array([4.0, 0, 0, 0]), np.full(4, 5.0)
    assert clustered_rate(events, sessions).design_effect == pytest.approx(4.0)
    assert clustered_share(events, sessions).design_effect == pytest.approx(5.0)


@unit
def test_zero_events_have_an_upper_bound():
    found = clustered_rate(np.zeros(30), np.full(30, 10.0))
    assert (found.estimate, found.conf_low) == (0.0, 0.0)
    assert found.conf_high == pytest.approx(2.995732 / 300, rel=1e-6)  # -log(0.05): rule of three
    assert exact_share(0, 30).conf_high == pytest.approx(0.095034, abs=1e-6)  # 1 - 0.05 ** (1/30)
    assert clustered_share(np.full(3, 2.0), np.full(3, 2.0)).numbers == pytest.approx(
        (1.0, 0.05 ** (1 / 6), 1.0)
    )


@unit
def test_nobody_has_no_estimate():
    for found in (
        clustered_rate(np.zeros(0), np.zeros(0)),
        clustered_share(np.zeros(2), np.zeros(2)),
        exact_share(0, 0),
    ):
        assert np.isnan(found.numbers).all()


@unit
def test_one_patient_is_one_observation():
    found = clustered_share(np.array([30.0]), np.array([60.0]))
    # half of one observation: beta quantiles of (0.5, 1.5) and (1.5, 0.5), as R's qbeta
    assert found.numbers == pytest.approx((0.5, 0.0003855809808, 0.9996144190192), abs=1e-9)


@unit
def test_what_is_no_count_is_refused():
    with pytest.raises(DataError, match="0 or more"):
        clustered_rate(np.array([-1.0]), np.array([2.0]))
    with pytest.raises(DataError, match="0 or more"):
        clustered_rate(np.array([np.nan]), np.array([2.0]))
    with pytest.raises(DataError, match="0 or more"):
        clustered_rate(np.zeros(2), np.zeros(3))
    with pytest.raises(DataError, match="more sessions with"):
        clustered_share(np.array([3.0]), np.array([2.0]))
    with pytest.raises(ModelError, match="conf_level"):
        clustered_rate(EVENTS, SESSIONS, 95)


@identity
def test_order_of_patients_and_unit_of_exposure_do_not_matter():
    found = clustered_rate(EVENTS, SESSIONS)
    turned = clustered_rate(EVENTS[::-1], SESSIONS[::-1])
    np.testing.assert_allclose(turned.numbers, found.numbers, rtol=1e-12)
    none = clustered_rate(np.zeros(5), np.full(5, 2.0))
    scaled = clustered_rate(np.zeros(5), np.full(5, 200.0))
    assert none.conf_high == pytest.approx(100.0 * scaled.conf_high)


@identity
def test_who_never_had_a_session_adds_nothing():
    more = clustered_share(np.append(EVENTS, 0.0), np.append(SESSIONS, 0.0))
    np.testing.assert_allclose(more.numbers, clustered_share(EVENTS, SESSIONS).numbers)
