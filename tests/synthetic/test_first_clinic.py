"""The small clinic: committed bytes, planted faults where the truth says, and what comes out."""

import csv
import datetime as dt
import hashlib
import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from analysis.checks import check
from analysis.formats import (
    compare_exports,
    correct_files,
    draft_mapping,
    read_clinic,
    read_redcap,
    update,
)
from analysis.privacy import scan_identifiers
from analysis.study import TABLES, read_study, table_text
from analysis.synthetic import example_folder, write_first_clinic
from analysis.synthetic.exports.people import LAST_DAY, MONTH_BEFORE, draw, up_to
from analysis.synthetic.exports.sheets import Sheet

unit, identity, truth = pytest.mark.unit, pytest.mark.identity, pytest.mark.truth

FOLDER = example_folder("first-clinic")
TRUTH = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))
ANSWERS = {
    "study": {
        "title": "First clinic, invented",
        "data_cut_off": "2025",
        "synthetic": True,
        "seed": 2025,
    },
    "cut_off": "2025-06-30",
    "sites": {"North Street": "north", "Harbour Walk": "harbour", "Harbor Walk": "harbour"},
    "sources.gad_7.dates": "dmy",
    "sources.file_1.alike_rows": "drop",
    "questionnaires[0].instrument": "PHQ-9",
    "tables.sessions.columns.course_no": {"constant": 1},
    "tables.sessions.columns.route.values": {"Infusion": "IV", "Injection": "IM"},
    "follow_up.end_reason.values": {"Active": "ongoing", "No contact": "lost"},
}
LATER = {
    "cut_off": "2025-07-31",
    "tables.sessions.columns.dose_mg.column": "Dose*(mg)",
    "tables.sessions.columns.route.values": {"Drip": "IV"},
    "tables.sessions.columns.completed.values": {"No": False},
}
MAPPING = draft_mapping(FOLDER / "month-1").answered(ANSWERS)
SOURCES = {"clients.csv": "patients", "gad7.csv": "gad_7", "mood.csv": "file_1",
           "treatments.csv": "treatments"}  # fmt: skip


def planted(kind):
    """The fault of a kind in the files of the clinic."""
    return next(fault for fault in TRUTH["planted"] if fault["kind"] == kind)


def in_redcap(kind):
    return next(
        fault
        for fault in TRUTH["planted"]
        if fault["kind"] == kind and fault["file"].startswith("redcap")
    )


def table(path):
    with (FOLDER / path).open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle))


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clinic")
    write_first_clinic(folder)
    return folder


@pytest.fixture(scope="module")
def mended(tmp_path_factory):
    """The first month with all corrections."""
    folder = tmp_path_factory.mktemp("mended") / "local"
    correct_files(FOLDER / "month-1", MAPPING, FOLDER / "corrections.csv", folder)
    return folder


@pytest.fixture(scope="module")
def later(mended):
    return update(FOLDER / "month-2", MAPPING.answered(LATER), previous=mended)


# --- How it is written ----------------------------------------------------------------------------


@identity
def test_everything_is_made_again_to_the_same_bytes(again):
    kept = {path.relative_to(FOLDER) for path in FOLDER.rglob("*") if path.is_file()}
    assert kept == {path.relative_to(again) for path in again.rglob("*") if path.is_file()}
    assert [n for n in kept if (again / n).read_bytes() != (FOLDER / n).read_bytes()] == []


@unit
def test_the_folder_is_small_and_its_manifest_lists_every_export():
    assert sum(p.stat().st_size for p in FOLDER.rglob("*") if p.is_file()) < 300_000
    listed = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    exports = [p for p in FOLDER.rglob("*") if p.is_file() and p.parent != FOLDER]
    exports += sorted(FOLDER.glob("corrections*.csv"))
    assert {p.relative_to(FOLDER).as_posix() for p in exports} == set(listed["files"])
    for name, entry in listed["files"].items():
        assert entry["sha256"] == hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()
    study = read_study(FOLDER)
    for name, entry in listed["tables"].items():
        text = table_text(study.table(name), TABLES[name])
        assert entry["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert listed["patients"] == 44


@unit
def test_no_wording_of_a_scale():
    invented = re.compile(r"Invented sentence [1-9] of 9 about the past days")
    known = {"Client No", "Completed on", "Mood total"}
    headers = [header for header in table("month-1/mood.csv")[0] if header not in known]
    assert len(headers) == 9
    assert all(map(invented.match, headers))
    fields = table("redcap/dictionary.csv")
    labels = [row[4] for row in fields if row[0].startswith("mood_") and row[0][-1].isdigit()]
    assert len(labels) == 9
    assert all(map(invented.match, labels))


@unit
def test_a_sheet_keeps_its_lines_and_quotes_what_needs_it():
    sheet = Sheet.of(
        "x.csv", ("id", "note"), [(("1", 0), ("1", 'a "b", c')), (("2", 0), ("2", ""))]
    )
    sheet.put(1, "note", "later")
    assert sheet.text() == 'id,note\n1,"a ""b"", c"\n2,later\n'
    assert (sheet.line(0), sheet.get(1, "note")) == (2, "later")


@identity
def test_what_was_known_earlier_is_a_part_of_what_is_known():
    people = draw()
    earlier = up_to(people, MONTH_BEFORE)
    assert (len(earlier.start), len(people.start)) == (35, 44)
    for name in ("sessions", "assessments"):
        part = earlier.study.table(name)
        both = part.merge(people.study.table(name), how="inner")
        assert len(both) == len(part) < len(people.study.table(name))
    assert max(earlier.contact.values()) <= MONTH_BEFORE < LAST_DAY
    limit = earlier.study.table("follow_up")["observed_until_day"]
    assert limit.tolist() == [(MONTH_BEFORE - earlier.start[p]).days for p in sorted(earlier.start)]


@identity
def test_ages_come_back_from_the_dates_of_birth():
    people = draw()
    ages = people.study.table("subjects").set_index("subject_id")["age_years"].dropna()
    for patient, age in ages.items():
        born, begun = people.born[patient], people.start[patient]
        had_birthday = (begun.month, begun.day) >= (born.month, born.day)
        assert begun.year - born.year - (not had_birthday) == age


# --- The first month ------------------------------------------------------------------------------


@truth
def test_the_draft_asks_eight_questions_and_no_more():
    draft = draft_mapping(FOLDER / "month-1")
    assert draft.open_questions == (
        "study.title",
        "cut_off",
        "sites",
        "sources.gad_7.dates",
        "tables.sessions.columns.course_no.constant",
        "tables.sessions.columns.route.values",
        "questionnaires[0].instrument",
        "follow_up.end_reason.values",
    )
    days = [row[1] for row in table("month-1/gad7.csv")[1:]]
    assert all(int(day[:2]) <= 12 for day in days)
    spellings = {row[1] for row in table("month-1/clients.csv")[1:]}
    assert spellings == {"North Street", "Harbour Walk", "Harbor Walk"}
    labels = {row[4] for row in table("month-1/treatments.csv")[1:]}
    assert labels == {"IV", "IM", "Infusion", "Injection", "i.v."}


@truth
@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("date as Excel counts days", "FMT-050"),
        ("answer out of range", "FMT-064"),
        ("total is not the sum of the answers", "FMT-065"),
        ("questionnaire twice", "FMT-034"),
    ],
)
def test_reading_finds_a_fault_on_its_line(kind, rule):
    fault = planted(kind)
    assert fault["found_by"] == rule
    found = read_clinic(FOLDER / "month-1", MAPPING).locate(rule)
    source = SOURCES[fault["file"].removeprefix("month-1/")]
    lines = set(found.loc[found["source"].eq(source), "line"])
    assert set(fault["lines"]) <= lines
    assert len(lines) <= 2  # a wrong answer makes a wrong sum as well


@truth
def test_reading_misses_a_patient_whose_number_is_wrong():
    imported = read_clinic(FOLDER / "month-1", MAPPING)
    assert [(f.severity, f.count) for f in imported.findings if f.rule == "FMT-043"] == [
        ("warning", 1)
    ]
    errors = {f.rule for f in imported.findings if f.severity == "error"}
    assert errors == {"FMT-050", "FMT-064"}


@truth
def test_check_finds_the_dose_once_the_reading_is_possible(tmp_path):
    target = tmp_path / "local"
    correct_files(FOLDER / "month-1", MAPPING, FOLDER / "corrections-first.csv", target)
    result = check(read_clinic(target, MAPPING).require_study())
    assert sorted(finding.rule for finding in result.findings) == ["DOS-002", "SCO-003"]
    (line,) = planted("dose ten times too high")["lines"]
    row = table("month-1/treatments.csv")[line - 1]
    located = result.locate("DOS-002")
    assert located["subject_id"].tolist() == [row[0].zfill(4)]
    assert float(row[5]) / float(row[6]) > 2.4


@truth
def test_after_all_corrections_only_the_repeated_row_is_left(mended):
    imported = read_clinic(mended, MAPPING)
    assert [(f.rule, f.severity, f.count) for f in imported.findings] == [("FMT-034", "warning", 1)]
    assert check(imported.require_study()).findings == ()
    assert len(imported.study.table("subjects")) == TRUTH["counts"]["month-1"] == 35


# --- A month later --------------------------------------------------------------------------------


@truth
def test_the_update_names_what_changed_in_the_files(mended):
    found = update(FOLDER / "month-2", MAPPING.answered({"cut_off": "2025-07-31"}), previous=mended)
    assert found.changes is None
    said = found.files[["change", "mapping_path"]].to_numpy(dtype=object).tolist()
    assert said == [
        ["renamed column", "tables.sessions.columns.dose_mg"],
        ["new labels", "tables.sessions.columns.route"],
        ["new labels", "tables.sessions.columns.completed"],
    ]
    lines = planted("new label")["lines"]
    rows = table("month-2/treatments.csv")
    assert lines == [n for n, row in enumerate(rows, start=1) if row[4] == "Drip"]
    assert len(lines) > 1


@truth
def test_the_update_finds_the_later_correction_and_the_session_of_somebody_else(later):
    assert {row[0]: tuple(row[2:4]) for row in later.changes.rows.itertuples(index=False)} == {
        "subjects": (0, 0),
        "sessions": (0, 1),
        "assessments": (1, 0),
        "follow_up": (12, 0),
        "items": (1, 0),
    }
    detail = later.changes.detail
    (line,) = planted("session of somebody else")["lines"]
    gone = detail[detail["state"].eq("vanished")]
    assert gone["subject_id"].tolist() == [table("month-1/treatments.csv")[line - 1][0].zfill(4)]
    (line,) = planted("form that was corrected later")["lines"]
    changed = detail[detail["state"].eq("changed") & detail["table"].eq("items")]
    assert changed["subject_id"].tolist() == [table("month-1/mood.csv")[line - 1][0].zfill(4)]
    assert changed["item_no"].tolist() == ["1"]


@truth
def test_the_files_become_the_true_study(later):
    study, known = later.imported.require_study(), read_study(FOLDER)
    for name in known.tables:
        assert table_text(study.table(name), TABLES[name]) == table_text(
            known.table(name), TABLES[name]
        )
    about = ("title", "sites", "instruments", "data_cut_off", "synthetic", "seed")
    assert [getattr(study, name) for name in about] == [getattr(known, name) for name in about]
    assert check(study).findings == ()


# --- REDCap ---------------------------------------------------------------------------------------


def redcap(export, *, events=()):
    folder = FOLDER / "redcap"
    mapping = json.loads((folder / "mapping.json").read_text(encoding="utf-8"))
    mapping["events"] |= {name: {"label": name} for name in events}
    return read_redcap(folder / export, folder / "dictionary.csv", mapping)


@truth
def test_the_faults_of_the_project_are_found():
    said = [(f.rule, f.place, f.count) for f in redcap("export.csv").findings]
    assert said == [
        ("RCP-020", "enrolment.sex", 1),
        ("RCP-022", "export.redcap_event_name", 2),
        ("RCP-020", "mood.mood_5", 1),
        ("RCP-036", "enrolment.family_name", 13),
    ]
    rows = table("redcap/export.csv")
    column = {name: at for at, name in enumerate(rows[0])}
    (line,) = in_redcap("label among the codes")["lines"]
    assert rows[line - 1][column["sex"]] in ("female", "male")
    (line,) = in_redcap("answer out of range")["lines"]
    assert rows[line - 1][column["mood_5"]] == "5"
    lines = in_redcap("event that the mapping does not know")["lines"]
    assert {rows[n - 1][column["redcap_event_name"]] for n in lines} == {"screening_arm_1"}


@truth
def test_both_ways_give_the_same_study_of_the_same_people(later):
    project = redcap("export-mended.csv")
    assert project.findings == ()
    same = compare_exports(project, later.imported, patients="both")
    assert same.none
    unchanged = dict(zip(same.rows["table"], same.rows["unchanged"], strict=True))
    assert unchanged == {
        "subjects": 13,
        "sessions": 78,
        "assessments": 98,
        "follow_up": 13,
        "items": 720,
    }
    assert len(project.study.table("subjects")) == TRUTH["counts"]["redcap"] == 13
    assert not compare_exports(project, later.imported).none


@truth
def test_the_new_event_is_enough_for_the_mended_mapping():
    rules = {f.rule for f in redcap("export.csv", events=["screening_arm_1"]).findings}
    assert rules == {"RCP-020", "RCP-036"}


# --- Privacy --------------------------------------------------------------------------------------


@truth
def test_the_scan_finds_names_and_dates_in_the_list_of_patients_and_nothing_in_the_study():
    text = (FOLDER / "month-1" / "clients.csv").read_text(encoding="utf-8")
    clients = pd.read_csv(io.StringIO(text), dtype="string")
    found = scan_identifiers(clients, pseudonym="Client No").to_frame()
    assert {("Comments", 0), ("Comments", 1), ("Date of birth", 3), ("Last contact", 3)} <= set(
        found[["column", "element"]].itertuples(index=False, name=None)
    )
    lines = enumerate(text.splitlines(), start=1)
    named = [line for line, row in lines if re.search("Maria|Robert", row)]
    assert planted("people named in free text")["lines"] == named
    assert scan_identifiers(read_study(FOLDER)).ok


@unit
def test_every_planted_fault_was_looked_for():
    text = Path(__file__).read_text(encoding="utf-8")
    looked_elsewhere = {
        "patient without a first treatment": "FMT-043",
        "order of day and month is open": "sources.gad_7.dates",
        "several labels for one thing": "Infusion",
        "two spellings of a clinic": "Harbor Walk",
        "header has changed": "renamed column",
        "names in an export": "enrolment.family_name",
    }
    for fault in TRUTH["planted"]:
        assert looked_elsewhere.get(fault["kind"], fault["kind"]) in text
    assert dt.date.fromisoformat(ANSWERS["cut_off"]) == MONTH_BEFORE
