"""The data files of the scales, against numbers typed here from their sources."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

import analysis.instruments
from analysis.errors import DataError
from analysis.instruments import (
    instrument_names,
    instruments_page,
    instruments_table,
    load_instrument,
)
from tests.instruments.expected import EXPECTED

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
    domains = scale.scoring.domains
    assert sorted(item for domain in domains for item in domain) == list(
        range(1, scale.item_count + 1)
    )
    if scale.scoring.method == "sum":
        edges = [scale.item_ranges[domain[0] - 1] for domain in domains]
        assert scale.total_low == sum(low for low, _ in edges) * scale.scoring.multiplier
        assert scale.total_high == sum(high for _, high in edges) * scale.scoring.multiplier
    else:
        assert scale.total_high == scale.item_count
    if scale.bands:
        assert scale.bands[0].low == scale.total_low
        assert scale.bands[-1].high == scale.total_high
    for lower, upper in zip(scale.bands, scale.bands[1:], strict=False):
        assert upper.low == lower.high + 1
    assert scale.max_missing < scale.item_count
    assert all(1 <= item <= scale.item_count for item in scale.never_filled_in)
    if scale.loinc is not None:
        assert len(scale.loinc.items) in (0, scale.item_count)
    if scale.scoring.parent is not None:
        parent = load_instrument(scale.scoring.parent)
        ranges = tuple(parent.item_ranges[item - 1] for item in scale.scoring.parent_items)
        assert ranges == scale.item_ranges


@identity
@pytest.mark.parametrize("name", instrument_names())
def test_every_fact_has_exactly_one_source(name):
    scale = load_instrument(name)
    given = {
        "items": True,
        "missing_items": True,
        "licence": True,
        "bands": scale.bands,
        "response_fraction": scale.response_fraction is not None,
        "response_at_most": scale.response_at_most is not None,
        "remission": scale.remission_at_most is not None,
        "clinically_significant_at_most": scale.clinically_significant_at_most is not None,
        "positive": (scale.positive_at_least, scale.positive_at_most) != (None, None)
        or scale.positive_by_sex,
        "spread": scale.standard_deviation is not None,
        "reliable_change": scale.published_reliable_change is not None,
        "minimal_important_difference": scale.minimal_important_difference is not None,
        "minimal_important_fraction": scale.minimal_important_fraction is not None,
        "loinc": scale.loinc,
        "cdisc": scale.cdisc,
    }
    facts = [item.fact for item in scale.evidence]
    assert len(facts) == len(set(facts))
    # the recall period and the parent's item numbers have an own source only where they differ
    assert set(facts) - {"recall", "parent"} == {fact for fact, known in given.items() if known}


@unit
def test_names_are_those_of_the_files():
    assert instrument_names() == tuple(sorted(EXPECTED))
    assert len(FILES) == len(EXPECTED) == 30


def said(scale):
    """What a scale says, in the form of the typed expectations."""
    rule, loinc, cdisc = scale.scoring, scale.loinc, scale.cdisc
    return {
        "ranges": scale.item_ranges,
        "total": (scale.total_low, scale.total_high),
        "recall": scale.recall_days,
        "rater": scale.rater,
        "direction": scale.direction,
        "method": rule.method,
        "multiplier": rule.multiplier,
        "domains": rule.domains,
        "gate": rule.gate,
        "not_applicable": rule.not_applicable,
        "parent": rule.parent,
        "parent_items": rule.parent_items,
        "may_be_averaged": scale.may_be_averaged,
        "bands": [(band.low, band.label) for band in scale.bands],
        "response": scale.response_fraction,
        "response_at_most": scale.response_at_most,
        "remission": scale.remission_at_most,
        "other_remission": scale.remission_alternatives,
        "clinically_significant": scale.clinically_significant_at_most,
        "positive": scale.positive_at_least,
        "positive_at_most": scale.positive_at_most,
        "other_positive": scale.positive_alternatives,
        "positive_by_sex": scale.positive_by_sex,
        "missing": (scale.missing_method, scale.max_missing),
        "never_filled_in": scale.never_filled_in,
        "spread": (scale.standard_deviation, scale.reliability),
        "published_reliable_change": scale.published_reliable_change,
        "important": (scale.minimal_important_difference, scale.minimal_important_fraction),
        "loinc": loinc and (loinc.panel, loinc.total, loinc.items),
        "cdisc": cdisc and (cdisc.category, cdisc.total, cdisc.items),
    }


@unit
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_number_is_that_of_the_source(name):
    assert said(load_instrument(name)) == EXPECTED[name]


@unit
def test_one_range_of_answers_or_the_widest():
    scale = load_instrument("HAM-D17")
    assert (scale.item_count, scale.item_low, scale.item_high) == (17, 0, 4)
    assert (load_instrument("BPRS").item_low, load_instrument("BPRS").item_high) == (1, 7)


@unit
@pytest.mark.parametrize(
    ("name", "points"),
    # 1.96 x SD x sqrt(2 (1 - r)): 5, .84; 5, .83; 5.5, .91, worked by hand
    [("PHQ-9", 5.54), ("GAD-7", 5.71), ("MADRS", 4.57)],
)
def test_reliable_change(name, points):
    assert load_instrument(name).reliable_change == pytest.approx(points, abs=0.005)


@unit
@pytest.mark.parametrize("gap", ["standard_deviation", "reliability"])
def test_spread_and_reliability_are_needed_together(gap):
    scale = replace(
        load_instrument("PCL-5"), **{"standard_deviation": 9.0, "reliability": 0.9, gap: None}
    )
    assert scale.reliable_change == 18


@unit
@pytest.mark.parametrize(
    ("name", "points"),
    # the larger published figure where spread is unknown; nothing where nothing is known
    [("PCL-5", 18), ("CAPS-5", 13), ("WSAS", 8), ("CADSS-6", None)],
)
def test_reliable_change_without_a_spread(name, points):
    assert load_instrument(name).reliable_change == points


# facts that the knowledge behind the library holds from memory or a secondary source only
# Facts that nobody has read in their source yet; whoever reads one moves it out of this list.
UNVERIFIED = {
    "AUDIT-C": ("items", "recall", "positive", "missing_items"),
    "BDI-II": ("items", "bands", "response_fraction", "remission", "missing_items"),
    "BPRS": ("missing_items",),
    "BPRS+": ("parent", "missing_items"),
    "C-SSRS": ("items", "positive", "missing_items", "licence"),
    "CADSS": ("items", "positive", "missing_items", "licence"),
    "CADSS-6": ("missing_items", "licence"),
    "CAPS-5": ("items", "recall", "response_fraction", "missing_items", "licence"),
    "CGI-I": ("items", "response_at_most"),
    "CGI-S": ("items", "recall"),
    "Craving VAS": (),
    "Craving VAS-10": (),
    "GAD-7": ("missing_items", "spread", "reliable_change", "minimal_important_difference"),
    "HAM-A": ("recall", "bands", "response_fraction", "remission", "missing_items"),
    "HAM-D17": (
        "items",
        "bands",
        "response_fraction",
        "missing_items",
        "minimal_important_difference",
    ),
    "Heavy-drinking-days-30": (),
    "IDS-SR30": ("response_fraction", "missing_items", "licence"),
    "MADRS": ("missing_items", "spread", "minimal_important_difference"),
    "MOAA/S": ("bands", "positive", "licence"),
    "PCL-5": ("items", "recall", "missing_items"),
    "PHQ-2": ("positive", "missing_items"),
    "PHQ-8": ("bands", "response_fraction", "remission", "missing_items"),
    "PHQ-9": (
        "positive",
        "missing_items",
        "spread",
        "reliable_change",
        "minimal_important_difference",
    ),
    "QIDS-SR16": ("items", "response_fraction", "missing_items", "spread", "licence"),
    "SHAPS": ("missing_items",),
    "SHAPS-ordinal": ("missing_items",),
    "Urine screen": (),
    "Use-days-30": (),
    "WHO-5": (
        "items",
        "bands",
        "positive",
        "missing_items",
        "minimal_important_difference",
        "licence",
    ),
    "WSAS": ("bands", "reliable_change", "missing_items"),
}


@unit
@pytest.mark.parametrize("name", sorted(UNVERIFIED))
def test_what_was_not_verified_is_said(name):
    scale = load_instrument(name)
    assert scale.unverified == UNVERIFIED[name]
    assert (", ".join(UNVERIFIED[name]) or "none") in scale.facts()["value"].tolist()
    assert scale.sources().loc[lambda t: ~t["verified"], "fact"].tolist() == list(scale.unverified)
    assert scale.name in scale._repr_html_()
    assert scale.long_name in repr(scale)


@unit
@pytest.mark.parametrize(
    ("name", "fact", "text"),
    [
        ("PHQ-9", "reliable change", "5.5 points computed; 6 points published"),
        ("PCL-5", "reliable change", "15 to 18 points published"),
        ("PHQ-9", "minimal important difference", "5 points; 20% of baseline"),
        ("PCL-5", "positive screen", "at least 31 (also used: 32, 33)"),
        ("AUDIT-C", "positive screen", "female: at least 3, male: at least 4"),
        ("WHO-5", "positive screen", "at most 50"),
        ("CGI-I", "response", "at most 2"),
        ("CADSS-6", "response", "not defined"),
        ("MADRS", "remission", "at most 12 (also used: 10)"),
        ("C-SSRS", "may be averaged", "no"),
        ("IDS-SR30", "missing items", "prorated with at most 2 unanswered domains"),
        ("WSAS", "missing items", "no total with unanswered items; item 1 may not apply"),
        ("C-SSRS", "missing items", "level unassessed when a higher type is unanswered"),
        (
            "HAM-D17",
            "items",
            "17, each 0 to 4 (items 1-3, 7-11, 15) and 0 to 2 (items 4-6, 12-14, 16-17)",
        ),
    ],
)
def test_facts_in_words(name, fact, text):
    assert load_instrument(name).facts().set_index("fact")["value"][fact] == text
    assert instruments_table().set_index("scale")[fact][name] == text


@unit
def test_the_page_of_the_documentation_is_that_of_the_data():
    page = Path(__file__).parents[2] / "docs" / "instruments.md"
    assert page.read_text(encoding="utf-8") == instruments_page()


@unit
def test_an_unknown_scale_is_refused_without_repeating_its_name():
    with pytest.raises(DataError) as raised:
        load_instrument("Anna's own scale")
    assert "GAD-7, HAM-A, HAM-D17" in str(raised.value)
    assert "Anna" not in str(raised.value)


@unit
def test_a_scale_is_read_once():
    assert load_instrument("PHQ-9") is load_instrument("PHQ-9")


@unit
def test_no_item_wording_is_shipped():
    words = (
        *("little interest", "hopeless", "asleep", "appetite", "sadness", "nervous", "worrying"),
        *("nightmare", "flashback", "suicid", "wish to be dead", "guilt", "restless", "agitat"),
        *("slow motion", "colours", "cheerful", "hobbies", "sunset", "insomnia", "irritab"),
        *("six or more drinks", "fell awake", "weight", "hallucination", "suspicious"),
    )
    for path in FILES:
        facts = content(path)
        del facts["long_name"]  # the published name of a scale may hold such a word
        text = json.dumps(facts).lower()
        assert not [word for word in words if word in text], path.stem
