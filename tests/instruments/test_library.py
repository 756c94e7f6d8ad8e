"""The data files of the scales, against numbers typed here from their sources."""

import json
from pathlib import Path

import jsonschema
import pytest

import analysis.instruments
from analysis.errors import DataError
from analysis.instruments import instrument_names, load_instrument

unit, identity = pytest.mark.unit, pytest.mark.identity

DATA = Path(analysis.instruments.__file__).parent / "data"
FILES = sorted(DATA.glob("*.json"))
SCHEMA = json.loads(Path(__file__).with_name("instrument.schema.json").read_text(encoding="utf-8"))


def content(path):
    return json.loads(path.read_text(encoding="utf-8"))


@unit
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_data_file_has_the_fields_of_the_schema(path):
    jsonschema.Draft202012Validator(SCHEMA).validate(content(path))


@unit
def test_the_schema_refuses_a_missing_source():
    broken = content(FILES[0])
    del broken["evidence"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(broken)


@identity
@pytest.mark.parametrize("name", instrument_names())
def test_the_numbers_of_a_scale_fit_together(name):
    scale = load_instrument(name)
    assert scale.total_low == scale.item_count * scale.item_low
    assert scale.total_high == scale.item_count * scale.item_high
    assert scale.bands[0].low == scale.total_low
    assert scale.bands[-1].high == scale.total_high
    for lower, upper in zip(scale.bands, scale.bands[1:], strict=False):
        assert upper.low == lower.high + 1
    assert scale.remission_at_most < scale.total_high
    assert scale.max_missing < scale.item_count
    assert all(1 <= item <= scale.item_count for item in scale.never_filled_in)
    if scale.loinc is not None:
        assert len(scale.loinc.items) == scale.item_count
    facts = [item.fact for item in scale.evidence]
    assert len(facts) == len(set(facts))
    expected = set(SCHEMA["properties"]["evidence"]["items"]["properties"]["fact"]["enum"])
    assert set(facts) == expected - (set() if scale.loinc else {"loinc"})


@unit
def test_names_are_those_of_the_files():
    assert instrument_names() == ("GAD-7", "MADRS", "PHQ-9")


@unit
def test_phq9():
    # Kroenke, Spitzer and Williams 2001: 9 items 0-3; 5, 10, 15, 20 begin the bands.
    # Remission below 5: CMS159 and McInnes et al. 2022; at most 5: Pfeiffer et al. 2024.
    scale = load_instrument("PHQ-9")
    assert (scale.item_count, scale.item_low, scale.item_high) == (9, 0, 3)
    assert (scale.total_low, scale.total_high, scale.recall_days) == (0, 27, 14)
    assert [band.low for band in scale.bands] == [0, 5, 10, 15, 20]
    assert (scale.response_fraction, scale.remission_at_most) == (0.5, 4)
    assert scale.remission_alternatives == (5,)
    assert (scale.missing_method, scale.max_missing) == ("prorate", 2)
    assert scale.never_filled_in == (9,)
    assert scale.direction == "lower is better"
    assert scale.rater == "self"
    # loinc.org
    assert (scale.loinc.panel, scale.loinc.total) == ("44249-1", "44261-6")
    assert scale.loinc.items == (
        *("44250-9", "44255-8", "44259-0", "44254-1", "44251-7"),
        *("44258-2", "44252-5", "44253-3", "44260-8"),
    )


@unit
def test_madrs():
    # 10 items 0-6; bands 0-6, 7-19, 20-34, 35-60 (Snaith et al. 1986).
    # Remission at most 12 in the esketamine programme, at most 10 in KADS and KetECT.
    scale = load_instrument("MADRS")
    assert (scale.item_count, scale.item_low, scale.item_high) == (10, 0, 6)
    assert (scale.total_low, scale.total_high, scale.recall_days) == (0, 60, 7)
    assert [(band.low, band.high) for band in scale.bands] == [(0, 6), (7, 19), (20, 34), (35, 60)]
    assert (scale.remission_at_most, scale.remission_alternatives) == (12, (10,))
    assert scale.max_missing == 1
    assert scale.loinc is None  # not confirmed, so left out
    assert scale.rater == "clinician"


@unit
def test_gad7():
    # Spitzer et al. 2006: 7 items 0-3; 5, 10, 15 begin the bands. Codes from loinc.org.
    scale = load_instrument("GAD-7")
    assert (scale.item_count, scale.item_low, scale.item_high) == (7, 0, 3)
    assert (scale.total_low, scale.total_high, scale.recall_days) == (0, 21, 14)
    assert [band.low for band in scale.bands] == [0, 5, 10, 15]
    assert (scale.remission_at_most, scale.remission_alternatives) == (4, (7,))
    assert (scale.loinc.panel, scale.loinc.total) == ("69737-5", "70274-6")
    assert scale.loinc.items == (
        *("69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7"),
    )


@unit
@pytest.mark.parametrize(
    ("name", "points"),
    # 1.96 x SD x sqrt(2 (1 - r)): 5, .84; 5, .83; 5.5, .91, worked by hand
    [("PHQ-9", 5.54), ("GAD-7", 5.71), ("MADRS", 4.57)],
)
def test_reliable_change(name, points):
    assert load_instrument(name).reliable_change == pytest.approx(points, abs=0.005)


@unit
@pytest.mark.parametrize("name", instrument_names())
def test_what_was_not_verified_is_said(name):
    scale = load_instrument(name)
    assert scale.unverified == ("missing_items", "spread")
    assert "missing_items, spread" in repr(scale)
    assert scale.sources().loc[lambda t: ~t["verified"], "fact"].tolist() == list(scale.unverified)
    assert scale.name in scale._repr_html_()


@unit
def test_an_unknown_scale_is_refused_without_repeating_its_name():
    with pytest.raises(DataError) as raised:
        load_instrument("Anna's own scale")
    assert "GAD-7, MADRS, PHQ-9" in str(raised.value)
    assert "Anna" not in str(raised.value)


@unit
def test_a_scale_is_read_once():
    assert load_instrument("PHQ-9") is load_instrument("PHQ-9")


@unit
def test_no_item_wording_is_shipped():
    words = ("pleasure", "hopeless", "asleep", "appetite", "sadness", "nervous", "worrying")
    for path in FILES:
        text = path.read_text(encoding="utf-8").lower()
        assert not [word for word in words if word in text]
