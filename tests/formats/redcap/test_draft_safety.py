"""Drafts of monitoring and adverse events: what is proposed, and what is asked instead."""

import json

import pandas as pd
import pytest

from analysis.formats import draft_mapping, read_redcap, write_redcap
from analysis.formats.redcap.dictionary import Field
from analysis.formats.redcap.draft_safety import adverse_event_entries, monitoring_entries
from tests.builders import clean_study
from tests.formats.redcap import project

pytestmark = pytest.mark.unit

GRADES = {"1": "Mild", "2": "Moderate", "3": "Rather bad"}


def field(name, label="", *, form="vitals", kind="text", validation="", choices=None):
    return Field(
        name=name,
        form=form,
        kind=kind,
        label=label,
        choices=choices or ({"1": "Yes", "0": "No"} if kind == "yesno" else {}),
        validation=validation,
        identifier=False,
    )


def number(name, label="", **options):
    return field(name, label, validation="integer", **options)


def bare(part):
    """Leave the notes out."""
    if isinstance(part, dict):
        return {key: bare(each) for key, each in part.items() if key != "note"}
    return [bare(each) for each in part] if isinstance(part, list) else part


def test_what_a_study_was_written_as_is_proposed_and_reads_it_again(tmp_path):
    study = clean_study()
    write_redcap(study, tmp_path)
    by_hand = json.loads((tmp_path / "mapping.json").read_text(encoding="utf-8"))
    drafted = draft_mapping(tmp_path).content["tables"]
    assert bare(drafted["monitoring"]) == by_hand["tables"]["monitoring"]
    (event,) = bare(drafted["adverse_events"])
    expected = by_hand["tables"]["adverse_events"][0]["columns"]
    same = ("session_no", "term", "severity", "serious", "related", "outcome")
    assert {name: event["columns"][name] for name in same} == {n: expected[n] for n in same}
    assert event["columns"]["start_day"] == {"?": "?"}  # a number, and no date
    files = (tmp_path / "export.csv", tmp_path / "dictionary.csv")
    with_notes = {**by_hand, "tables": {**by_hand["tables"], "monitoring": drafted["monitoring"]}}
    again, before = (read_redcap(*files, told).require_study() for told in (with_notes, by_hand))
    assert len(again.table("monitoring")) == 8
    pd.testing.assert_frame_equal(again.table("monitoring"), before.table("monitoring"))


def test_fields_of_several_times_are_asked_for_their_minutes():
    fields = [
        number("session_no", "Session number"),
        number("minutes", "Minutes since the dose"),
        number("sbp_pre", "Systolic blood pressure before"),
        number("sbp_40", "Systolic blood pressure"),
        number("cadss_total", "CADSS total"),
    ]
    entries = monitoring_entries({"vitals": fields})
    assert [e["columns"]["parameter"]["constant"] for e in entries] == ["sbp", "sbp", "cadss"]
    assert [e["columns"]["value"]["field"] for e in entries] == ["sbp_pre", "sbp_40", "cadss_total"]
    assert {e["columns"]["session_no"]["field"] for e in entries} == {"session_no"}
    assert all(e["columns"]["rel_min"]["?"] == "?" for e in entries)
    assert [e["columns"]["unit"]["constant"] for e in entries] == ["mm[Hg]", "mm[Hg]", "{score}"]
    once = monitoring_entries({"vitals": fields[:3]})
    assert once == []  # one parameter that is measured elsewhere too
    once = monitoring_entries({"vitals": [*fields[1:3], number("dbp", "Diastolic")]})
    assert [e["columns"]["rel_min"]["field"] for e in once] == ["minutes", "minutes"]
    assert all("Delete the entry" in e["columns"]["session_no"]["note"] for e in once)


@pytest.mark.parametrize(
    "other",
    [
        number("time_since", "Hours after pulse check"),
        field("hr_text", "Heart rate"),
        number("both", "Systolic over diastolic"),
        number("pain", "Pain"),
    ],
)
def test_what_measures_nothing_for_certain_is_left_out(other):
    assert monitoring_entries({"vitals": [number("sbp"), other]}) == []


def test_adverse_events_are_proposed_and_free_text_is_asked_for():
    fields = [
        field("ae_what", "Describe the reaction", kind="notes", form="ae"),
        field("ae_onset", "Onset", validation="date_ymd", form="ae"),
        field("ae_stop", "Stopped", validation="date_ymd", form="ae"),
        field("ae_grade", "Severity", kind="radio", choices=GRADES, form="ae"),
        field("ae_serious", "Serious?", kind="yesno", form="ae"),
    ]
    (entry,) = adverse_event_entries({"ae": fields})
    columns = entry["columns"]
    assert list(columns) == [
        *("ae_no", "session_no", "start_day", "end_day", "term"),
        *("severity", "serious", "related", "outcome"),
    ]
    assert bare(columns["start_day"]) == {"date": "ae_onset"}
    assert bare(columns["end_day"]) == {"date": "ae_stop"}
    assert bare(columns["term"]) == {"?": "?"}
    assert "ae_what is free text" in columns["term"]["note"]
    assert columns["severity"]["values"] == {"1": "1", "2": "2", "3": "?"}
    assert bare(columns["serious"]) == {"field": "ae_serious"}
    assert [columns[name]["?"] for name in ("session_no", "related", "outcome")] == ["?"] * 3


def test_two_dates_that_could_be_the_beginning_are_asked_for():
    fields = [
        field("onset", "Onset of the adverse event", validation="date_ymd", form="events"),
        field("started", "Treatment started", validation="date_ymd", form="events"),
        field("serious", "Serious", kind="yesno", form="events"),
        field("related", "Related", kind="yesno", form="events"),
    ]
    (entry,) = adverse_event_entries({"events": fields})
    assert bare(entry["columns"]["start_day"]) == {"?": "?"}


def test_a_form_of_something_else_is_no_adverse_event():
    fields = [field("grade", "Grade of evidence", kind="radio", choices=GRADES, form="review")]
    assert adverse_event_entries({"review": fields}) == []
    assert adverse_event_entries({"review": [*fields, field("outcome", form="review")]}) == []


def test_a_project_without_such_forms_is_not_asked_for_them(tmp_path):
    project.write(tmp_path)
    tables = draft_mapping(tmp_path).content["tables"]
    assert not {"monitoring", "adverse_events"} & set(tables)
