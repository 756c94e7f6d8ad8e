"""The definitions by name: their numbers, their confidence, and what scales lack."""

import dataclasses

import pytest

from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.outcomes import Definition, definition, definition_names
from analysis.outcomes.library import resolve
from analysis.outcomes.presets import PRESETS

unit = pytest.mark.unit

PHQ_9 = load_instrument("PHQ-9")

# name: scale, kind, numbers, read in the source? Sources stand in each definition; numbers typed
# from Popova 2019, McInnes 2022 (PHQ-9 < 5), Pfeiffer 2024 (PHQ-9 <= 5), Loo 2023 (MADRS <= 10),
# Feder 2021 (CAPS-5 30 %), Marx 2022 (PCL-5 15-18 and 28, CAPS-5 12-13 and 8), Daly 2019
EXPECTED = {
    "response50": (None, "fraction", {"fraction": 0.5}, True),
    "response_caps5_30": ("CAPS-5", "fraction", {"fraction": 0.3}, False),
    "remission_phq9": ("PHQ-9", "cut-off", {"cut_off": 4}, True),
    "remission_phq9_at_most_5": ("PHQ-9", "cut-off", {"cut_off": 5}, True),
    "remission_madrs12": ("MADRS", "cut-off", {"cut_off": 12}, True),
    "remission_madrs10": ("MADRS", "cut-off", {"cut_off": 10}, True),
    "remission_qids5": ("QIDS-SR16", "cut-off", {"cut_off": 5}, True),
    "consistent_remission": ("MADRS", "run", {"visits": 2, "needed": 2}, True),
    "stable_remission": ("MADRS", "run", {"visits": 4, "needed": 3}, False),
    "stable_response": ("MADRS", "run", {"visits": 2, "needed": 2}, False),
    "reliable_improvement": (None, "improvement", {}, True),
    "reliable_change": (None, "change", {}, True),
    "reliable_improvement_phq9_6": ("PHQ-9", "improvement", {"points": 6}, False),
    "reliable_improvement_gad7_4": ("GAD-7", "improvement", {"points": 4}, False),
    "reliable_improvement_pcl5": ("PCL-5", "improvement", {"points": 18}, True),
    "reliable_improvement_caps5": ("CAPS-5", "improvement", {"points": 13}, True),
    "clinically_significant_pcl5": ("PCL-5", "crossing", {"cut_off": 28, "points": 18}, True),
    "clinically_significant_caps5": ("CAPS-5", "crossing", {"cut_off": 8, "points": 13}, True),
    "mcid_phq9_5": ("PHQ-9", "improvement", {"points": 5}, False),
    "deterioration": (None, "worsening", {"points": 0}, True),
    "reliable_deterioration": (None, "worsening", {}, True),
    "abstinent30": ("Use-days-30", "cut-off", {"cut_off": 0}, True),
    "abstinent28": ("Use-days-30", "cut-off", {"cut_off": 0}, True),
    "abstinent14": ("Use-days-30", "cut-off", {"cut_off": 0}, True),
    "no_heavy_drinking30": ("Heavy-drinking-days-30", "cut-off", {"cut_off": 0}, True),
    # Salloum 2019 (22 or more), Anand 2023 (above 11), McInnes 2022 (no longer half of baseline)
    "relapse_madrs22": ("MADRS", "severity", {"cut_off": 22}, True),
    "relapse_qids11": ("QIDS-SR16", "severity", {"cut_off": 12}, False),
    "relapse_phq9_10": ("PHQ-9", "severity", {"cut_off": 10}, False),
    "loss_of_response50": (None, "loss", {}, True),
    "use_within_30_days": ("Use-days-30", "severity", {"cut_off": 1}, True),
}


@unit
def test_the_shipped_definitions():
    found = {
        name: (d.instrument, d.kind, dict(d.parameters), d.verified) for name, d in PRESETS.items()
    }
    assert found == EXPECTED
    assert definition_names() == tuple(sorted(EXPECTED))
    assert all(d.source and d.rule.endswith(".") and d.measure for d in PRESETS.values())


@unit
def test_a_loss_is_that_of_a_definition():
    assert PRESETS["loss_of_response50"].of_visit == "response50"


@unit
def test_what_runs_over_visits_are_made_of():
    runs = {
        name: (d.of_visit, d.excluding, d.spacing_days)
        for name, d in PRESETS.items()
        if d.kind == "run"
    }
    assert runs == {
        "consistent_remission": ("remission_madrs12", "", None),
        "stable_remission": ("remission_madrs12", "", 7),
        "stable_response": ("response50", "stable_remission", 7),
    }


@unit
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_definition_shows_its_rule_source_and_whether_it_was_verified(name):
    found = definition(name)
    text = repr(found)
    assert found.rule in text
    assert found.source in text
    assert ("Verified: yes" in text) is EXPECTED[name][3]
    assert ("NO: confirm it before relying on it" in text) is not EXPECTED[name][3]
    assert ("Not verified" in found.note) is not EXPECTED[name][3]


@unit
def test_the_names_of_one_scale():
    assert definition_names("PHQ-9") == (
        "deterioration", "loss_of_response50", "mcid_phq9_5", "relapse_phq9_10",
        "reliable_change", "reliable_deterioration", "reliable_improvement",
        "reliable_improvement_phq9_6", "remission", "remission_phq9",
        "remission_phq9_at_most_5", "response", "response50",
    )  # fmt: skip
    assert "stable_remission" in definition_names("MADRS")
    assert "stable_remission" not in definition_names("GAD-7")


# reliable change: 1.959964 SD sqrt(2 (1 - r)); PHQ-9 5, .84; MADRS 5.5, .91
@unit
@pytest.mark.parametrize(("scale", "points"), [("PHQ-9", 5.543615), ("MADRS", 4.573483)])
@pytest.mark.parametrize(
    "name", ["reliable_improvement", "reliable_change", "reliable_deterioration"]
)
def test_reliable_change_is_filled_in_and_is_as_sure_as_the_spread(scale, points, name):
    found = definition(name, scale)
    assert found.parameters["points"] == pytest.approx(points, abs=1e-6)
    assert found.instrument == scale
    assert f"For {scale}: {points:.2f} points." in found.rule
    assert not found.verified  # the spread of these scales was not read in its source
    known = dataclasses.replace(
        load_instrument(scale),
        evidence=tuple(
            dataclasses.replace(item, verified=True) for item in load_instrument(scale).evidence
        ),
    )
    assert resolve(name, known).verified


@unit
def test_the_own_response_and_remission_of_a_scale():
    response, remission = definition("response", "MADRS"), definition("remission", "MADRS")
    assert dict(response.parameters) == {"fraction": 0.5}
    assert dict(remission.parameters) == {"cut_off": 12}
    assert response.verified
    assert response.source.startswith("Popova et al. 2019")
    assert remission.rule == "MADRS at most 12."
    for name in ("response", "remission"):
        with pytest.raises(DataError, match="Name the scale"):
            definition(name)
    doubtful = tuple(dataclasses.replace(item, verified=False) for item in PHQ_9.evidence)
    unsure = dataclasses.replace(PHQ_9, evidence=doubtful)
    assert not resolve("response", unsure).verified
    assert not resolve("remission", unsure).verified


LACKING = [
    ("remission_madrs12", {}, "belongs to MADRS"),
    ("Jane Doe", {}, "has no such definition"),
    ("response", {"response_fraction": None}, "has no such definition"),
    ("response50", {"response_fraction": None}, "no accepted response"),
    ("remission", {"remission_at_most": None}, "has no such definition"),
    ("reliable_improvement", {"standard_deviation": 0, "reliability": 1}, None),
    ("deterioration", {"direction": "none"}, "no better direction"),
]


@unit
@pytest.mark.parametrize(("name", "facts", "message"), LACKING)
def test_what_a_scale_lacks_is_refused_with_what_it_has(name, facts, message):
    scale = dataclasses.replace(PHQ_9, **facts)
    if message is None:  # a change of nothing is reliable where nothing is measured with error
        assert resolve(name, scale).parameters["points"] == 0
        return
    with pytest.raises(DataError, match=message) as caught:
        resolve(name, scale)
    known = "deterioration, loss_of_response50, mcid_phq9_5, relapse_phq9_10, reliable_change"
    if facts == {"response_fraction": None}:
        known = "deterioration, mcid_phq9_5, relapse_phq9_10, reliable_change"
    known = "none." if "direction" in facts else known
    assert f"Defined for PHQ-9 are: {known}" in str(caught.value)
    assert "Jane" not in str(caught.value)


@unit
def test_a_scale_of_unknown_spread_has_no_reliable_change():
    class Unknown(type(PHQ_9)):
        reliable_change = None

    fields = {f.name: getattr(PHQ_9, f.name) for f in dataclasses.fields(PHQ_9)}
    scale = Unknown(**fields)
    with pytest.raises(DataError, match="spread of PHQ-9 is not known"):
        resolve("reliable_change", scale)
    assert dict(resolve("deterioration", scale).parameters) == {"points": 0}


@unit
def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(DataError, match="Known are: abstinent14") as caught:
        definition("Jane Doe")
    assert "Jane" not in str(caught.value)


OWN = {"name": "mine", "instrument": None, "measure": "response", "rule": "Mine.",
       "source": "local", "verified": True}  # fmt: skip


@unit
@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"kind": "guess"}, "must be one of"),
        ({"kind": "fraction"}, "needs: fraction"),
        ({"kind": "cut-off", "parameters": {"points": 1}}, "needs: cut_off"),
        ({"kind": "crossing", "parameters": {"cut_off": 1}}, "needs: cut_off, points"),
        ({"kind": "run", "parameters": {"visits": 2, "needed": 2}}, "of_visit"),
        ({"kind": "improvement", "parameters": {"points": -1}}, "none < 0"),
    ],
)
def test_an_own_definition_must_have_its_numbers(parts, message):
    with pytest.raises(DataError, match=message):
        Definition(**OWN, **parts)
