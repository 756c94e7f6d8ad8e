"""Scenarios: presets, JSON, refusals."""

import json
from dataclasses import replace

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.synthetic import Scenario, scenario, scenario_names

unit, identity = pytest.mark.unit, pytest.mark.identity

NETWORK = scenario("clinic-network")


@unit
def test_the_preset_is_the_network_it_says_it_is():
    assert scenario_names() == ("clinic-network",)
    assert len(NETWORK.clinics) == 8
    assert [clinic.code for clinic in NETWORK.clinics] == [f"clinic-{c}" for c in "abcdefgh"]
    shares = [clinic.iv_share for clinic in NETWORK.clinics]
    assert min(shares) == 0.0
    assert max(shares) == 1.0
    assert any(0.0 < share < 1.0 for share in shares)
    assert sum("MADRS" in clinic.scales for clinic in NETWORK.clinics) == 2
    assert all("PHQ-9" in clinic.scales for clinic in NETWORK.clinics)
    assert np.mean([clinic.retained_shift for clinic in NETWORK.clinics]) == pytest.approx(0.0)
    # McInnes et al. 2022: S(28) = .80 and S(56) = .60 give this Weibull distribution
    how = NETWORK.durability
    for day, still in ((28, 0.80), (56, 0.60)):
        survival = np.exp(-((day / how.loss_scale_days) ** how.loss_shape))
        assert survival == pytest.approx(still, abs=0.005)


@identity
@pytest.mark.parametrize("name", scenario_names())
def test_json_and_back(name):
    original = scenario(name)
    assert Scenario.from_json(original.to_json()) == original


@unit
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.pop("seed"), "The scenario lacks 1 fields"),
        (lambda c: c.update(colour="red"), "1 unknown"),
        (lambda c: c["iv"].pop("good_mean"), "The part iv of the scenario lacks 1"),
        (
            lambda c: c["clinics"][2].update(city="x"),
            "The part clinics of the scenario lacks 0 fields and has 1",
        ),
        (lambda c: c.update(version="0.1"), "another version"),
        (lambda c: c.update(patients=0), "at least 1 patient"),
    ],
)
def test_broken_json_is_refused(change, message):
    content = json.loads(NETWORK.to_json())
    change(content)
    with pytest.raises(DataError, match=message):
        Scenario.from_json(json.dumps(content))


@unit
def test_text_that_is_not_json_is_refused():
    with pytest.raises(DataError, match="not valid JSON"):
        Scenario.from_json("{")


@unit
def test_impossible_numbers_are_refused():
    with pytest.raises(DataError, match="seed of at least 0"):
        replace(NETWORK, seed=-1)
    with pytest.raises(DataError, match="depends_on_score"):
        replace(NETWORK, observation=replace(NETWORK.observation, depends_on_score=1.5))


@unit
def test_an_unknown_name_is_refused_without_repeating_it():
    with pytest.raises(DataError) as raised:
        scenario("my-secret-clinic")
    assert "clinic-network" in str(raised.value)
    assert "secret" not in str(raised.value)


@unit
def test_fully_observed_leaves_patients_and_treatment_alone():
    full = NETWORK.fully_observed()
    assert (full.iv, full.im, full.treatment) == (NETWORK.iv, NETWORK.im, NETWORK.treatment)
    assert full.observation.occasion_sd == NETWORK.observation.occasion_sd
    assert full.observation.missing_score == full.observation.lost_per_visit == 0.0
