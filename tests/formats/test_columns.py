"""How single columns are made: times, codes, conditions, units in a column, doses by weight."""

import re
from pathlib import Path

import pandas as pd
import pytest

import analysis.formats
from analysis.formats import Mapping, read_clinic
from analysis.formats.faults import FORMAT_RULES
from tests.formats.small_clinic import (
    MAPPING,
    PATIENTS,
    TREATMENTS,
    changed,
    read,
    rules,
    write_files,
)

unit = pytest.mark.unit
VITALS = """\
Patient ID,Date,Start,Time,What,Value
17,05/01/2024,10:00,09:45,Systolic,120
17,05/01/2024,10:00,10:40,Systolic,150
17,05/01/2024,10:00,2:10 PM,Pulse,80
17,06/01/2024,10:00,10:00,Pulse,80
21,15/01/2024,10:00,,Pulse,70
300,20/02/2024,23:30,00:10,Pulse,71
"""


def with_vitals(folder: Path, vitals: str = VITALS):
    content = changed("cut_off", to="2024-03-31")
    content["sources"]["vitals"] = {**content["sources"]["patients"], "file": "vitals.csv"}
    labels = {"systolic": "sbp", "pulse": "hr"}
    units = {"systolic": "mm[Hg]", "pulse": "/min"}
    content["tables"]["monitoring"] = {
        "source": "vitals",
        "columns": {
            "session_no": {"session_on": "Date"},
            "rel_min": {"minutes_between": ["Start", "Time"]},
            "parameter": {"column": "What", "values": labels},
            "value": "Value",
            "unit": {"column": "What", "values": units},
        },
    }
    (folder / "vitals.csv").write_text(vitals, encoding="utf-8")
    return read(folder, content)


@unit
def test_measurements_find_their_session_and_minute(tmp_path):
    found = with_vitals(tmp_path)
    vitals = found.require_study().table("monitoring")
    assert vitals["rel_min"].tolist() == [-15, 40, 250, -1400]  # the last crosses midnight
    assert vitals["session_no"].tolist() == [1, 1, 1, 1]
    rows = found.sources.query("source == 'vitals'").set_index("reason")["rows_left_out"]
    assert rows.to_dict() == {"no session_no": 1, "no rel_min": 1}
    assert [r for r in rules(found) if r[2] == "vitals"] == [
        ("FMT-066", "warning", "vitals", 1),
        ("FMT-067", "warning", "vitals", 1),
        ("FMT-067", "warning", "vitals", 1),
    ]
    dated = VITALS.replace(",10:00,09:45", ",05/01/2024 10:00,05/01/2024 09:45")
    dated = dated.replace(",23:30,00:10", ",20/02/2024 23:30,21/02/2024 00:10")
    assert not with_vitals(tmp_path, dated).ok  # times with and without dates in one column


@unit
def test_moments_with_dates_cross_midnight(tmp_path):
    head, *_ = VITALS.splitlines(keepends=True)
    row = "300,20/02/2024,20/02/2024 23:30,21/02/2024 00:10,Pulse,71\n"
    vitals = with_vitals(tmp_path, head + row).require_study().table("monitoring")
    assert vitals["rel_min"].tolist() == [40]


@unit
@pytest.mark.parametrize(
    ("where", "left"),
    [
        ({"column": "Route", "is": "infusion"}, 3),
        ({"column": "Route", "is_not": ["Injection", "x"]}, 3),
        ({"column": "Body weight*", "filled": True}, 3),
        ({"column": "Body weight*", "filled": False}, 1),
        ([{"column": "Route", "is": "Infusion"}, {"column": "Finished", "is": "Yes"}], 2),
    ],
)
def test_conditions_choose_rows(tmp_path, where, left):
    content = changed("tables", "sessions", "where", to=where)
    found = read(tmp_path, content)
    assert len(found.require_study().table("sessions")) == left
    row = found.sources.query("table == 'sessions'").iloc[0]
    assert (row["rows_read"], row["rows_used"], row["rows_left_out"]) == (4, left, 4 - left)
    assert row["reason"] == "not among the rows that the mapping chooses"


@unit
def test_required_values_and_units_in_a_column(tmp_path):
    text = TREATMENTS.replace("Finished", "Finished,Unit")
    for old, new in (("176,Yes", "80,Yes,kg"), ("220,Yes", "220,Yes,Lbs."), (",No", ",No,")):
        text = text.replace(old, new)
    content = changed("tables", "sessions", "require", to=["weight_kg"])
    weight = {"column": "Body weight*", "unit_column": "Unit"}
    content["tables"]["sessions"]["columns"]["weight_kg"] = weight
    content["tables"]["sessions"]["columns"]["dose_mg"]["weight"] = weight
    content["tables"]["sessions"]["columns"]["dose_mg_kg"] = {
        "column": "Dose", "unit": "in text", "weight": weight,
    }  # fmt: skip
    sessions = read(tmp_path, content, treatments=text).require_study().table("sessions")
    assert sessions["weight_kg"].round(3).tolist() == [80.0, 80.0, 99.79]
    assert sessions["dose_mg"].round(3).tolist() == [40.0, 40.0, 50.0]
    assert sessions["dose_mg_kg"].round(4).tolist() == [0.5, 0.5, 0.5011]


@unit
def test_lists_of_codes(tmp_path):
    text = PATIENTS.replace("F,PTSD", "F,PTSD; GAD").replace("M,Major depression", "M,")
    content = changed("tables", "subjects", "columns", "indication", to={"constant": None})
    content["tables"]["subjects"]["columns"]["secondary_indications"] = {
        "column": "Diagnosis",
        "values": {"PTSD": "PTSD", "GAD": "anxiety", "Major depression": "depression"},
    }
    subjects = read(tmp_path, content, patients=text).require_study().table("subjects")
    listed = subjects["secondary_indications"]
    assert [None if pd.isna(x) else x for x in listed] == ["depression", None, "PTSD;anxiety"]
    assert subjects["indication"].isna().all()


@unit
def test_courses_and_phases_by_number(tmp_path):
    text = TREATMENTS + "17,Main Street,20/03/2024,Ketamine,Infusion,40 mg,176,Yes\n"
    content = changed("study", "course_gap_days", to=60)
    content["tables"]["sessions"]["columns"]["course_no"] = {"numbered": "course"}
    found = read(tmp_path, content, treatments=text)
    sessions = found.require_study().table("sessions").query("subject_id == '0017'")
    assert sessions["session_no"].tolist() == [1, 2, 3]
    assert sessions["course_no"].tolist() == [1, 1, 2]
    # counted within the course
    assert sessions["phase"].tolist() == ["induction", "maintenance", "induction"]


@unit
def test_days_that_are_already_counted(tmp_path):
    content = changed("questionnaires", 0, "day", to={"column": "Completed on", "read_as": "day"})
    text = "Client,Completed on,Sum" + "".join(f",question {n} of 9" for n in range(1, 10))
    found = read(tmp_path, content, phq=text + "\n0017,-3,0" + ",Never" * 9 + "\n")
    assert found.require_study().table("assessments")["rel_day"].tolist() == [-3]


@unit
def test_patterns_that_fit_two_columns_are_not_used(tmp_path):
    content = changed("questionnaires", 0, "total", to="*o*")
    found = read(tmp_path, content)
    assert [(f.rule, f.column) for f in found.findings if f.severity == "error"] == [
        ("FMT-029", "questionnaires[0].total")
    ]


@unit
def test_a_derived_follow_up_needs_a_cut_off(tmp_path):
    found = read(tmp_path, changed("cut_off", to=None))
    assert ("FMT-012", "error", "mapping", None) in rules(found)
    write_files(tmp_path)
    given = read_clinic(tmp_path, Mapping.of(changed("cut_off", to=None)), cut_off="2024-03-31")
    assert given.ok


@unit
def test_follow_up_from_the_data_alone(tmp_path):
    content = changed("follow_up", to={"end_reason": {"constant": "ongoing"}})
    follow = read(tmp_path, content).require_study().table("follow_up")
    assert follow["last_contact_day"].tolist() == [21, 0, 0]
    assert follow["start_day"].tolist() == [-1, 0, -1]
    assert set(follow["end_reason"]) == {"ongoing"}


@unit
def test_items_may_be_left_out(tmp_path):
    study = read(tmp_path, changed("questionnaires", 0, "keep_items", to=False)).require_study()
    assert not study.has("items")
    assert study.table("assessments")["n_answered"].tolist() == [9, 9, 8, 9]


@unit
def test_every_code_that_is_said_is_in_the_list_of_rules():
    folder = Path(analysis.formats.__file__).parent
    texts = [p.read_text(encoding="utf-8") for p in folder.rglob("*.py") if p.name != "faults.py"]
    said = set(re.findall(r"FMT-\d{3}", "".join(texts)))
    assert said == {code for code, _ in FORMAT_RULES}
    assert [code for code, _ in FORMAT_RULES] == sorted(said)
    assert MAPPING["mapping_version"] == "1"
