"""What a data dictionary tells about a project, and what only its people know."""

import pytest

from analysis.errors import DataError
from analysis.formats import draft_mapping
from tests.formats.redcap.project import LONG

unit = pytest.mark.unit
PEOPLE = [
    ("id", "people", "text", "Number", "", "", ""),
    ("age", "people", "text", "Age", "", "integer", ""),
    ("last_seen", "people", "text", "Last contact", "", "date_ymd", ""),
]
TREATMENT = [
    ("given", "dosing", "text", "Day", "", "date_ymd", ""),
    ("dose", "dosing", "text", "Dose in mg", "", "number", ""),
    ("route", "dosing", "radio", "Route", "1, IV | 2, patch", "", ""),
]


def scale(name, n, choices="0, a | 1, b | 2, c | 3, d", dates=1):
    """Describe a form with dates and numbered items."""
    days = [(f"{name}_d{k}x", name, "text", "Day", "", "date_ymd", "") for k in range(dates)]
    return [
        *days,
        *((f"{name}_{k}", name, "radio", "Point", choices, "", "") for k in range(1, n + 1)),
    ]


def draft(folder, *fields):
    """Write a project with one row and propose its mapping."""
    lines = [
        f'{name},{form},,{kind},"{label}","{choices}",,{validation},,,{identifier},,,,,,,'
        for name, form, kind, label, choices, validation, identifier in fields
    ]
    (folder / "dictionary.csv").write_text(LONG + "\n".join(lines) + "\n", encoding="utf-8")
    header = [field[0] for field in fields]
    forms = dict.fromkeys(field[1] for field in fields)
    header += [f"{form}_complete" for form in forms]
    cells = ["1", *("" for _ in fields[1:]), *("2" for _ in forms)]
    text = ",".join(header) + "\n" + ",".join(cells) + "\n"
    (folder / "export.csv").write_text(text, encoding="utf-8")
    return draft_mapping(folder)


def asked(mapping):
    return dict(mapping.questions().itertuples(index=False, name=None))


@unit
def test_a_scale_is_named_when_name_and_number_of_items_agree(tmp_path):
    mapping = draft(tmp_path, *PEOPLE, *TREATMENT, *scale("phq9", 9))
    [entry] = mapping.content["tables"]["assessments"]
    assert entry["columns"]["instrument"]["constant"] == "PHQ-9"
    assert entry["columns"]["rater"]["constant"] == "self"
    assert entry["columns"]["rel_day"]["date"] == "phq9_d0x"
    assert len(entry["items"]) == 9
    assert "item_values" not in entry


@unit
def test_a_scale_with_another_number_of_items_than_it_has_is_asked_for(tmp_path):
    note = asked(draft(tmp_path, *PEOPLE, *TREATMENT, *scale("phq9", 8)))[
        "tables.assessments[0].columns.instrument.constant"
    ]
    assert note == "Which scale is it? 8 fields count upwards."


@unit
def test_codes_that_are_no_answers_of_the_scale_are_asked_for(tmp_path):
    mapping = draft(
        tmp_path, *PEOPLE, *TREATMENT, *scale("gad7", 7, "1, never | 2, some (1) | 3, x | 4, y")
    )
    [entry] = mapping.content["tables"]["assessments"]
    assert entry["item_values"] == {"1": "?", "2": "1", "3": "?", "4": "?"}
    assert "tables.assessments[0].item_values" in mapping.open_questions
    done = mapping.answered({"tables.assessments[0].item_values": {"1": "0", "3": "2", "4": "3"}})
    assert done.content["tables"]["assessments"][0]["item_values"]["2"] == "1"
    assert "tables.assessments[0].item_values" not in done.open_questions


@unit
def test_of_several_dates_none_is_taken(tmp_path):
    notes = asked(draft(tmp_path, *PEOPLE, *TREATMENT, *scale("phq9", 9, dates=2)))
    assert notes["tables.assessments[0].columns.rel_day.date"] == (
        "Which of its dates is the day of the form? phq9_d0x, phq9_d1x."
    )


@unit
def test_labels_and_units_that_are_not_usual_are_asked_for(tmp_path):
    fields = [
        TREATMENT[0],
        ("dose", "dosing", "text", "Dose", "", "number", ""),
        TREATMENT[2],
        ("phase", "dosing", "radio", "Phase", "1, induction | 2, boost", "", ""),
    ]
    mapping = draft(tmp_path, *PEOPLE, *fields)
    notes = asked(mapping)
    place = "tables.sessions[0].columns"
    assert notes[f"{place}.dose_mg.field"].startswith("Is it mg?")
    assert notes[f"{place}.route.values"].startswith("Labels that are open: 1")
    columns = mapping.content["tables"]["sessions"][0]["columns"]
    assert columns["route"]["values"] == {"1": "IV", "2": "?"}
    assert "What do these labels mean? patch." in columns["route"]["note"]
    assert columns["phase"]["values"] == {"1": "induction", "2": "?"}


@unit
def test_a_record_id_that_identifies_a_person_is_no_pseudonym(tmp_path):
    people = [(*PEOPLE[0][:-1], "y"), *PEOPLE[1:]]
    mapping = draft(tmp_path, *people, *TREATMENT)
    assert {"subject.instrument", "subject.field"} <= set(mapping.open_questions)


@unit
def test_what_is_marked_as_identifying_is_never_proposed(tmp_path):
    people = [*PEOPLE[:2], (*PEOPLE[2][:-1], "y"), ("sex", "people", "text", "Sex", "", "", "y")]
    mapping = draft(tmp_path, *people, *TREATMENT)
    assert "last_seen" not in mapping.text()
    assert "left out: 2." in mapping.content["note"]
    place = "tables.follow_up[0].columns.last_contact_day"
    assert asked(mapping)[place].startswith("Which date is the last contact?")
    answer = {"date": "given", "instrument": "dosing"}
    done = mapping.answered({place: answer})
    assert done.content["tables"]["follow_up"][0]["columns"]["last_contact_day"] == answer


@unit
def test_a_project_without_treatments_asks_where_they_are(tmp_path):
    mapping = draft(tmp_path, *PEOPLE, *scale("phq9", 9))
    assert {"day_zero[0].instrument", "tables.sessions[0].instrument"} <= set(
        mapping.open_questions
    )


@unit
def test_a_dictionary_that_is_damaged_gives_no_draft(tmp_path):
    with pytest.raises(DataError, match=r"dictionary of the project is not usable\.\n.*RCP-003"):
        draft(tmp_path, *PEOPLE, ("x", "people", "riddle", "X", "", "", ""))
