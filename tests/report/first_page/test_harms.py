"""Harm on the first page: what occurred is named, a hidden count is a range, silence is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.disclosure import INTERNAL, RELEASE, Policy
from analysis.report.first_page import harms
from analysis.safety import suicidality
from tests.builders import clinic_network

unit = pytest.mark.unit

NETWORK = clinic_network()


def without(*names):
    tables = {name: frame for name, frame in NETWORK.tables.items() if name not in names}
    return replace(NETWORK, tables=tables)


@unit
def test_a_death_is_named_first_and_that_nobody_attempted_suicide_is_not_told():
    """One death, no attempt and no mania: counted by hand in the tables of the network."""
    ends = NETWORK.tables["follow_up"]["end_reason"]
    terms = NETWORK.tables["adverse_events"]["term"].str.lower()
    assert ends.eq("died").sum() == 1
    assert not terms.str.contains("suicid|mani|psycho").any()
    grave = harms(NETWORK)[0]
    assert "first session on: death 1 to 10 (at least one); suicide attempt 0 to 10 " in grave
    assert "mania or psychosis 0 to 10 (perhaps none)" in grave
    assert "who was asked" in grave
    assert "death 1; suicide attempt 0; mania or psychosis 0." in harms(NETWORK, policy=INTERNAL)[0]


@unit
def test_without_a_death_none_is_said():
    follow_up = NETWORK.tables["follow_up"]
    ends = follow_up["end_reason"].mask(follow_up["end_reason"].eq("died"))
    alive = {**NETWORK.tables, "follow_up": follow_up.assign(end_reason=ends)}
    alive["adverse_events"] = alive["adverse_events"].assign(outcome="recovered")
    assert "death 0;" in harms(replace(NETWORK, tables=alive))[0]


@unit
def test_new_thoughts_stand_with_those_who_had_none_before():
    true = suicidality(NETWORK, policy=INTERNAL).true.set_index("measure")
    n, of = true.loc["PHQ-9 item 9 new", ["n", "patients"]].astype(int)
    assert f"0 before treatment): {n} of {of}, " in harms(NETWORK)[1]
    assert "of high risk: 0 to 10 (perhaps none) of 189" in harms(NETWORK)[1]


@unit
def test_what_a_study_lacks_is_said():
    said = " ".join(harms(without("items", "adverse_events", "monitoring")))
    assert "events of interest; needs the table adverse_events" in said
    assert "item 9 of the PHQ-9; needs the table items" in said
    assert "measured in no session of esketamine IN and ketamine IM and ketamine IV" in said


@unit
def test_only_treatments_without_any_reading_are_named():
    assert harms(NETWORK)[-1].startswith(
        "Blood pressure and heart rate were measured in no session of ketamine SL:"
    )


@unit
def test_small_can_be_none_only_where_none_is_hidden_as_well():
    assert RELEASE.small_words("death") == "1 to 10 (at least one)"
    assert RELEASE.small_words("suicide attempt") == "0 to 10 (perhaps none)"
    hides_zero = Policy(minimum_count=10, zeros_shown=False)
    assert hides_zero.small_words("death") == "0 to 9 (perhaps none)"
    assert hides_zero.small_note == "<10: 0 to 9 (perhaps none)"
