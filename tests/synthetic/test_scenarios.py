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
@pytest.mark.parametrize(("name", "clinics"), [("clinic-network", 8), ("clinic-network-24", 24)])
def test_a_network_is_what_it_says_it_is(name, clinics):
    network = scenario(name)
    letters = "abcdefghijklmnopqrstuvwx"[:clinics]
    assert [clinic.code for clinic in network.clinics] == [f"clinic-{c}" for c in letters]
    assert {(r.agent, r.route) for r in network.regimens} == {
        ("ketamine", "IV"), ("ketamine", "IM"), ("esketamine", "IN"), ("ketamine", "SL"),
    }  # fmt: skip
    assert all("PHQ-9" in clinic.scales for clinic in network.clinics)
    shifts = [clinic.retained_shift for clinic in network.clinics]
    assert np.mean(shifts) == pytest.approx(0.0)
    assert len({name for name, _ in network.population.indications}) == 5
    by_name = {regimen.name: regimen for regimen in network.regimens}
    assert by_name["ketamine IV"].planned_sessions == (6,)
    assert by_name["esketamine IN"].planned_sessions == (8,)
    # six infusions in two to three weeks, eight sprays in four weeks
    assert 5 * np.mean(by_name["ketamine IV"].gap_days) == pytest.approx(17.5)
    assert 7 * np.mean(by_name["esketamine IN"].gap_days) == pytest.approx(24.5)


@unit
def test_cohorts_are_named_after_what_they_reproduce():
    cohorts = [name for name in scenario_names() if name.endswith("_phq9")]
    assert cohorts == ["clinic_phq9", "im_phq9", "kit_phq9", "sl_phq9", "va_phq9"]


@identity
@pytest.mark.parametrize("name", scenario_names())
def test_json_and_back(name):
    original = scenario(name)
    assert Scenario.from_json(original.to_json()) == original


@unit
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.pop("seed"), r"the scenario\) lacks 1 fields"),
        (lambda c: c.update(colour="red"), "1 unknown"),
        (lambda c: c["regimens"][0]["benefit"].pop("good_mean"), r"benefit\) lacks 1"),
        (lambda c: c["clinics"][2].update(city="x"), r"clinics\) lacks 0 fields and has 1"),
        (lambda c: c.update(version="0.1"), "another version"),
        (lambda c: c.update(patients=0), "at least 1 patient"),
        (lambda c: c.update(patients="many"), "patients must be of type int"),
        (lambda c: c.update(patients=True), "patients must be of type int"),
        (lambda c: c.update(clinics="a"), "clinics must be a list"),
        (lambda c: c["regimens"][0].update(maintenance_days=[1]), "must have 2 entries"),
        (lambda c: c["regimens"][0].update(peak_min=4.5), "peak_min must be of type int"),
        (lambda c: c["observation"].update(missing_depends_on="luck"), "must be one of"),
        (lambda c: c["clinics"][0].update(regimens=["tea"]), "at least one regimen of the"),
    ],
)
def test_broken_json_is_refused(change, message):
    content = json.loads(NETWORK.to_json())
    change(content)
    with pytest.raises(DataError, match=message):
        Scenario.from_json(json.dumps(content))


@unit
@pytest.mark.parametrize("text", ["{", "[]", "3", '{"version": "2.0"}'])
def test_text_that_is_no_scenario_is_refused(text):
    with pytest.raises(DataError):
        Scenario.from_json(text)


@unit
def test_impossible_numbers_are_refused():
    with pytest.raises(DataError, match="seed of at least 0"):
        replace(NETWORK, seed=-1)
    with pytest.raises(DataError, match="at least 1 clinic"):
        replace(NETWORK, clinics=())


@unit
def test_an_unknown_name_is_refused_without_repeating_it():
    with pytest.raises(DataError) as raised:
        scenario("my-secret-clinic")
    assert "clinic-network" in str(raised.value)
    assert "secret" not in str(raised.value)


@unit
def test_fully_observed_leaves_patients_and_treatment_alone():
    full = NETWORK.fully_observed()
    assert (full.regimens, full.treatment) == (NETWORK.regimens, NETWORK.treatment)
    assert full.observation.occasion_sd == NETWORK.observation.occasion_sd
    assert full.observation.missing_score == full.observation.lost_per_visit == 0.0
    assert full.observation.missing_depends_on == NETWORK.observation.missing_depends_on
