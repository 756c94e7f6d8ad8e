"""Scenarios: presets, JSON, refusals."""

import json
from dataclasses import replace

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.synthetic import Scenario, limits, scenario, scenario_names, simulate

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
        (lambda c: c.update(patients=0), "patients of the scenario must be from 1"),
        (lambda c: c.update(patients="many"), "patients must be of type int"),
        (lambda c: c.update(patients=True), "patients must be of type int"),
        (lambda c: c.update(clinics="a"), "clinics must be a list"),
        (lambda c: c["regimens"][0].update(maintenance_days=[1]), "must have 2 entries"),
        (lambda c: c["regimens"][0].update(peak_min=4.5), "peak_min must be of type int"),
        (lambda c: c["observation"].update(missing_depends_on="luck"), "must be one of"),
        (lambda c: c["clinics"][0].update(regimens=["tea"]), "be named among the regimens"),
        (lambda c: c["clinics"][0].update(regimen_shares=[1.0, 2.0]), "one entry per regimen"),
        (lambda c: c["clinics"][0].update(scales=["GAD-7"]), "have the PHQ-9"),
        (lambda c: c["clinics"][0].update(scales=["PHQ-9", "XYZ"]), "scales .* be among"),
        (lambda c: c["clinics"][1].update(code="clinic-a"), "have different codes"),
        (lambda c: c["clinics"][1].update(share=0.0), "share of the scenario must be from"),
        (lambda c: c["observation"].update(follow_up_weeks=[]), "at least one entry"),
        (lambda c: c["observation"].update(follow_up_weeks=[8, 4]), "rise from week to week"),
        (lambda c: c["observation"].update(missing_score=1.5), "missing_score .* from 0 to 1"),
        (lambda c: c["treatment"].update(switch=-0.1), "switch .* from 0 to 1"),
        (lambda c: c["durability"].update(relapse_level=0.5), "relapse_level .* from 0.51"),
        (lambda c: c["durability"].update(half_life_days=0.0), "half_life_days"),
        (lambda c: c["regimens"][0].update(gap_days=[]), "gap_days .* at least one entry"),
        (lambda c: c["regimens"][0].update(gap_days=[0]), "gap_days .* from 1"),
        (lambda c: c["regimens"][0].update(route="XX"), "route .* one of"),
        (lambda c: c["regimens"][0].update(maintenance_days=[9, 3]), "shorter interval first"),
        (lambda c: c["regimens"][0].update(peak_min=92), "come before over_min"),
        (lambda c: c["regimens"][0].update(monitored_min=[20, 40]), "3 minutes before the dose"),
        (lambda c: c["regimens"][0].update(monitored_min=list(range(-5, 12))), "at most 16"),
        (lambda c: c["regimens"][1].update(name="ketamine IV"), "have different names"),
        (lambda c: c["population"].update(indications=[["luck", 1.0]]), "name indications"),
        (lambda c: c["population"].update(also=[["PTSD", 0.1], ["PTSD", 0.2]]), "each indication"),
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
    with pytest.raises(DataError, match="seed of the scenario must be from 0"):
        replace(NETWORK, seed=-1)
    with pytest.raises(DataError, match="clinics of the scenario must have at least one"):
        replace(NETWORK, clinics=())


@unit
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_does_not_have_are_refused(number):
    text = NETWORK.to_json().replace('"occasion_sd": 1.2', f'"occasion_sd": {number}')
    assert number in text
    with pytest.raises(DataError, match="not valid JSON"):
        Scenario.from_json(text)


@unit
def test_every_number_of_a_scenario_has_a_range():
    # a new field without a range would be accepted whatever it is
    numbers = {name for name, value in limits._entries(NETWORK) if isinstance(value, int | float)}
    assert numbers - {"per_kg"} <= set(limits._RANGES)


@unit
@pytest.mark.parametrize("part", [{"first": 610}, {"first": -1}, {"patients": 0},
                                  {"first": 600, "patients": 11}])  # fmt: skip
def test_a_part_lies_within_the_patients(part):
    with pytest.raises(DataError, match="a part of the scenario's patients"):
        simulate(NETWORK, **part)


@unit
def test_an_unknown_name_is_refused_without_repeating_it():
    with pytest.raises(DataError) as raised:
        scenario("my-secret-clinic")
    assert "clinic-network" in str(raised.value)
    assert "secret" not in str(raised.value)


@unit
def test_fully_observed_leaves_patients_and_treatment_alone():
    full = NETWORK.fully_observed()
    assert full.regimens == NETWORK.regimens
    assert full.treatment == replace(NETWORK.treatment, death_per_year=0.0)
    assert full.observation.lost_at_switch == full.observation.lost_at_stop == 0.0
    assert full.observation.occasion_sd == NETWORK.observation.occasion_sd
    assert full.observation.missing_score == full.observation.lost_per_visit == 0.0
    assert full.observation.missing_depends_on == NETWORK.observation.missing_depends_on
