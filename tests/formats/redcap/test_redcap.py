"""REDCap exports: split by instrument, read by a mapping, written and read back equal."""

import copy
import json

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.formats.redcap import read_redcap, split_redcap, write_redcap
from analysis.study import read_study
from analysis.synthetic import example_folder
from tests.builders import CLEAN, clean_study, with_cell
from tests.formats.redcap.project import (
    DICTIONARY,
    FIELDS,
    LABELLED,
    LONG,
    MAPPING,
    RAW,
    write,
)

unit, identity = pytest.mark.unit, pytest.mark.identity
EVENTS = {name: event["label"] for name, event in MAPPING["events"].items()}
ABOUT = ("title", "sites", "instruments", "data_cut_off", "synthetic", "seed", "course_gap_days")


def found(imported):
    """Rule, place and count of every finding; each has a remedy."""
    assert all(f.what.endswith(".") and f.remedy.endswith(".") for f in imported.findings)
    return [(f.rule, f.place, f.count, f.severity) for f in imported.findings]


def errors(imported):
    return [row[:3] for row in found(imported) if row[3] == "error"]


def changed(*path, to):
    """The mapping with another entry at a place."""
    mapping = copy.deepcopy(MAPPING)
    part = mapping
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = to
    return mapping


def split(tmp_path, **texts):
    return split_redcap(*write(tmp_path, **texts), events=EVENTS, missing_codes={"-99": "refused"})


@unit
@pytest.mark.parametrize("export", [RAW, LABELLED], ids=["raw", "labels"])
def test_each_instrument_is_a_tidy_frame(tmp_path, export):
    result = split(tmp_path, export=export)
    assert found(result) == []
    assert list(result.frames) == ["enrolment", "phq2", "dosing", "ending"]
    people = result.frames["enrolment"]
    assert people["record"].tolist() == ["001", "002"]
    assert people["event"].tolist() == ["start_arm_1", "start_arm_2"]
    assert people["arm"].tolist() == [1, 2]
    assert people["sex"].tolist() == ["1", "2"]
    assert people["smokes"].tolist() == ["1", "0"]
    assert people["other____1"].tolist() == [False, False]
    assert people["other___pt"].tolist() == [True, False]
    assert people["enrolment_complete"].tolist() == ["2", "1"]
    assert "mrn" not in people  # marked as identifying
    answers = result.frames["phq2"]
    assert answers["instance"].tolist() == [1, 2, 1]
    assert answers["phq_date"].dt.day.tolist() == [1, 2, 28]
    assert answers["phq_1"].tolist() == ["3", "1", "0"]
    assert answers["phq_2"].isna().tolist() == [False, True, False]
    assert answers["phq_2 missing"].tolist()[1] == "-99"
    assert result.frames["dosing"]["dose"].tolist() == [35.5, 40.0, 30.0]
    assert result.frames["ending"]["why"].tolist() == ["1", "2"]
    assert result.identifiers.to_numpy().tolist() == [["enrolment", "mrn", 1]]


@unit
@pytest.mark.parametrize("export", [RAW, LABELLED], ids=["raw", "labels"])
def test_a_mapping_makes_a_study_with_days_for_dates(tmp_path, export):
    imported = read_redcap(*write(tmp_path, export=export), MAPPING)
    assert found(imported) == [("RCP-036", "enrolment.mrn", 1, "warning")]
    study = imported.require_study()
    people = study.tables["subjects"].astype("string")
    assert people["subject_id"].tolist() == ["001", "002"]
    assert people["site_id"].tolist() == ["north", "south"]
    assert people["secondary_indications"].fillna("").tolist() == ["PTSD;chronic pain", ""]
    assert people["cohort"].tolist() == ["1", "2"]
    scores = study.tables["assessments"]
    assert scores["rel_day"].tolist() == [-3, 29, -1]  # from 4 March and from 29 February 2024
    assert scores["total"].fillna(-1).tolist() == [5, -1, 0]
    assert scores["n_answered"].tolist() == [2, 1, 2]
    assert scores["visit"].astype(str).tolist() == ["baseline"] * 3
    items = study.tables["items"]
    assert items["response"].fillna(-1).tolist() == [3, 2, 1, -1, 0, 0]
    assert items["missing_reason"].astype("string").fillna("").tolist()[3] == "refused"
    doses = study.tables["sessions"]
    assert doses["session_no"].tolist() == [1, 2, 1]
    assert doses["rel_day"].tolist() == [0, 7, 0]
    assert study.tables["follow_up"]["last_contact_day"].tolist() == [89, 30]
    assert imported.sources[["rows_read", "rows_used", "rows_left_out"]].to_numpy().tolist() == [
        [2, 2, 0],
        [3, 3, 0],
        [3, 3, 0],
        [2, 2, 0],
    ]


@unit
def test_long_headers_of_the_dictionary_mean_the_same(tmp_path):
    short = split(tmp_path, dictionary=DICTIONARY)
    long = split(tmp_path, dictionary="\ufeff" + LONG + FIELDS)
    for form, frame in short.frames.items():
        pd.testing.assert_frame_equal(long.frames[form], frame)


@unit
def test_order_of_rows_does_not_matter(tmp_path):
    head, *rows = RAW.splitlines()
    again = "\n".join([head, *reversed(rows)])
    for name, frame in read_redcap(*write(tmp_path), MAPPING).require_study().tables.items():
        study = read_redcap(*write(tmp_path, export=again), MAPPING).require_study()
        pd.testing.assert_frame_equal(study.tables[name], frame)


@unit
def test_a_project_without_events_or_repeats_is_one_row_per_record(tmp_path):
    dictionary = "field_name,form_name,field_type\nid,a,text\nx,a,text\ny,b,text\nz,b,calc\n"
    export = "id,x,a_complete,y,z,b_complete\n1,q,2,,3,0\n2,,0,w,,2\n"
    frames = split(tmp_path, export=export, dictionary=dictionary).frames
    assert frames["a"]["record"].tolist() == ["1"]
    assert frames["b"]["record"].tolist() == ["2"]  # a calculated number alone is no answer


@unit
def test_a_repeating_event_keeps_its_instances(tmp_path):
    dictionary = "field_name,form_name,field_type\nid,a,text\nx,a,text\ny,b,text\n"
    export = (
        "id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,x,y\n"
        "1,visit_arm_1,,1,q,r\n1,visit_arm_1,,2,s,\n"
    )
    frames = split_redcap(*write(tmp_path, export=export, dictionary=dictionary)).frames
    assert frames["a"]["instance"].tolist() == [1, 2]
    assert frames["b"]["instance"].tolist() == [1]


@unit
def test_headers_alike_are_refused_when_the_export_has_not_all_of_them(tmp_path):
    export = LABELLED.replace("Last contact,Reason", "Date,Reason").replace(
        "Clinic,Age", "Date,Age"
    )
    assert errors(split(tmp_path, export=export))[0] == ("RCP-011", "export", 5)
    assert errors(split(tmp_path, export=RAW.replace("dose,route", "dose,dose"))) == [
        ("RCP-011", "export", 1)
    ]


FAULTS = {
    "event": (
        RAW.replace("start_arm_2", "other_arm_2"),
        ("RCP-022", "export.redcap_event_name", 2),
    ),
    "instrument": (
        RAW.replace("start_arm_2,phq2", "start_arm_2,phq9"),
        ("RCP-023", "export.redcap_repeat_instrument", 1),
    ),
    "instance": (
        RAW.replace("start_arm_2,phq2,1", "start_arm_2,phq2,"),
        ("RCP-026", "export.redcap_repeat_instance", 1),
    ),
    "record": (RAW.replace("001,course", ",course"), ("RCP-021", "export.study_id", 3)),
    "twice": (RAW.replace("dosing,2,", "dosing,1,"), ("RCP-025", "dosing", 1)),
    "choice": (RAW.replace('"35,5",1', '"35,5",7'), ("RCP-020", "dosing.route", 1)),
    "number": (RAW.replace('"35,5"', '"35,5 mg"'), ("RCP-020", "dosing.dose", 1)),
    "date": (RAW.replace("2024-03-11", "11.03.2024"), ("RCP-020", "dosing.dose_date", 1)),
    "stray": (RAW.replace(",40,2,2,,,", ",40,2,2,2024-01-01,,"), ("RCP-024", "ending", 1)),
}


@unit
@pytest.mark.parametrize(("export", "expected"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_one_finding_with_place_and_count(tmp_path, export, expected):
    assert export != RAW
    assert errors(read_redcap(*write(tmp_path, export=export), MAPPING)) == [expected]


@unit
def test_faults_of_fields_that_nobody_needs_are_warnings(tmp_path):
    dictionary = DICTIONARY.replace("Female |", "Woman |").replace(
        "smokes,enrolment,,yesno", "smokes,enrolment,,truefalse"
    )
    export = RAW.replace("1,0,1,1,1,,2", "1,0,1,1,7,,2")
    imported = read_redcap(*write(tmp_path, export=export, dictionary=dictionary), MAPPING)
    assert imported.ok
    assert ("RCP-020", "enrolment.smokes", 1, "warning") in found(imported)


@unit
def test_a_dictionary_of_another_day_is_noticed(tmp_path):
    more = DICTIONARY + "dose_2,dosing,,text,More,,,,,,,,,,,,,\nnew,later,,text,New,,,,,,,,,,,,,\n"
    less = DICTIONARY.replace("smokes,enrolment,,yesno,Smokes,,,,,,,,,,,,,\n", "")
    rows = found(read_redcap(*write(tmp_path, dictionary=more), MAPPING))
    assert ("RCP-012", "dosing.dose_2", 1, "warning") in rows
    assert ("RCP-012", "later", 1, "warning") in rows
    rows = found(read_redcap(*write(tmp_path, dictionary=less), MAPPING))
    assert ("RCP-010", "export", 1, "warning") in rows
    other = "field_name,form_name,field_type\nnumber,a,text\n"
    refused = read_redcap(*write(tmp_path, dictionary=other), MAPPING)
    assert ("RCP-013", "a.number", None) in errors(refused)


@unit
def test_a_needed_field_that_is_not_exported_is_an_error(tmp_path):
    export = RAW.replace("phq_total", "phq_sum")
    imported = read_redcap(*write(tmp_path, export=export), MAPPING)
    assert errors(imported) == [("RCP-012", "phq2.phq_total", 1)]


@unit
def test_fields_that_identify_a_person_cannot_be_mapped(tmp_path):
    mapping = changed("tables", "subjects", 0, "columns", "cohort", to={"field": "mrn"})
    place = "mapping.tables.subjects[0].columns.cohort"
    assert errors(read_redcap(*write(tmp_path), mapping)) == [("RCP-032", place, None)]
    record = "study_id,enrolment,,text,Study number,,,,,,"
    assert record in DICTIONARY
    dictionary = DICTIONARY.replace(f"{record},", f"{record}y,")
    refused = read_redcap(*write(tmp_path, dictionary=dictionary), MAPPING)
    assert ("RCP-032", "mapping.subject", None) in errors(refused)


@unit
def test_a_field_can_be_the_pseudonym(tmp_path):
    mapping = changed("subject", to={"instrument": "enrolment", "field": "clinic"})
    study = read_redcap(*write(tmp_path), mapping).require_study()
    assert study.tables["sessions"]["subject_id"].tolist() == ["1", "1", "2"]
    alike = RAW.replace("2024-02-28,2,,2", "2024-02-28,1,,2")
    assert alike != RAW
    shared = read_redcap(*write(tmp_path, export=alike), mapping)
    assert errors(shared) == [("RCP-037", "enrolment.clinic", 1)]


@unit
def test_patients_without_day_zero_are_counted_and_left_out(tmp_path):
    export = RAW.replace("2024-02-29", "")
    imported = read_redcap(*write(tmp_path, export=export), MAPPING)
    left = imported.sources[imported.sources["rows_left_out"] > 0]
    assert left[["source", "rows_left_out", "reason"]].to_numpy().tolist() == [
        ["phq2", 1, "no day 0"],
        ["ending", 1, "no day 0"],
    ]
    assert ("RCP-035", "mapping.tables.assessments[0]", 1, "warning") in found(imported)
    further = [*MAPPING["day_zero"], {"instrument": "phq2", "field": "phq_date"}]
    imported = read_redcap(*write(tmp_path, export=export), changed("day_zero", to=further))
    assert imported.sources["rows_left_out"].sum() == 0
    assert imported.require_study().tables["assessments"]["rel_day"].tolist() == [-3, 29, 0]


COLUMNS = ("tables", "subjects", 0, "columns")
MAPPINGS = {
    "code": (changed(*COLUMNS, "sex", "values", to={"1": "female"}), "RCP-034",
             "mapping.tables.subjects[0].columns.sex"),
    "field": (changed(*COLUMNS, "sex", to={"field": "gender"}), "RCP-031",
              "mapping.tables.subjects[0].columns.sex"),
    "date": (changed(*COLUMNS, "age_years", to={"field": "enrol_date"}), "RCP-033",
             "mapping.tables.subjects[0].columns.age_years"),
    "boxes": (changed(*COLUMNS, "sex", to={"boxes": "sex"}), "RCP-033",
              "mapping.tables.subjects[0].columns.sex"),
    "column": (changed(*COLUMNS, "surname", to={"field": "mrn"}), "RCP-030",
               "mapping.tables.subjects[0].columns"),
    "source": (changed(*COLUMNS, "sex", to={"cell": "A1"}), "RCP-030",
               "mapping.tables.subjects[0].columns.sex"),
    "key": (changed("tables", "subjects", 0, "where", to="x"), "RCP-030",
            "mapping.tables.subjects[0]"),
    "items": (changed("tables", "subjects", 0, "items", to=["age"]), "RCP-030",
              "mapping.tables.subjects[0]"),
    "table": (changed("tables", "calendar", to=[]), "RCP-030", "mapping.tables"),
    "day": (changed("day_zero", to="dose_date"), "RCP-030", "mapping.day_zero"),
    "events": (changed("events", to=["a"]), "RCP-030", "mapping.events"),
    "title": (changed("title", to=""), "FIL-007", "mapping.title"),
    "only": (changed("tables", "subjects", 0, "only_with", to=["payer"]), "RCP-030",
             "mapping.tables.subjects[0]"),
}  # fmt: skip


@unit
@pytest.mark.parametrize(("mapping", "rule", "place"), MAPPINGS.values(), ids=MAPPINGS)
def test_what_is_wrong_with_a_mapping_is_said_by_its_place(tmp_path, mapping, rule, place):
    imported = read_redcap(*write(tmp_path), mapping)
    assert (rule, place) in [row[:2] for row in errors(imported)]


@unit
def test_answers_can_have_other_codes(tmp_path):
    entry = ("tables", "assessments", 0, "item_values")
    more = changed(*entry, to={"0": "1", "1": "2", "2": "3", "3": "4"})
    study = read_redcap(*write(tmp_path), more).require_study()
    assert study.tables["items"]["response"].fillna(-1).tolist() == [4, 3, 2, -1, 1, 1]


@unit
def test_the_committed_network_comes_back_equal(tmp_path):
    study = read_study(example_folder("clinic-network"))
    files = write_redcap(study, tmp_path / "project")
    assert [file.name for file in files] == ["export.csv", "dictionary.csv", "mapping.json"]
    imported = read_redcap(*files)
    assert imported.findings == ()
    again = imported.require_study()
    assert set(again.tables) == set(study.tables)
    for name, frame in study.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], frame)
    for name in ABOUT:
        assert getattr(again, name) == getattr(study, name)


@unit
def test_a_small_study_comes_back_equal(tmp_path):
    study = clean_study()
    again = read_redcap(*write_redcap(study, tmp_path)).require_study()
    for name, frame in study.tables.items():
        mine = frame.sort_values(list(frame.columns[:2]), kind="stable")
        theirs = again.tables[name].sort_values(list(frame.columns[:2]), kind="stable")
        if name == "subjects":  # a set of categories has no order
            sets = [f.pop("secondary_indications").str.split(";") for f in (mine, theirs)]
            assert [set(s) for s in sets[0].dropna()] == [set(s) for s in sets[1].dropna()]
        pd.testing.assert_frame_equal(
            theirs.sort_values(list(mine.columns), ignore_index=True),
            mine.sort_values(list(mine.columns), ignore_index=True),
        )


@unit
def test_what_has_no_place_in_a_form_is_refused(tmp_path):
    monitoring = with_cell(CLEAN["monitoring"], "unit", "%")
    with pytest.raises(DataError, match="1 rows have a unit"):
        write_redcap(clean_study(monitoring=monitoring), tmp_path)
    items = with_cell(CLEAN["items"], "rel_day", "29")
    with pytest.raises(DataError, match="1 answers"):
        write_redcap(clean_study(items=items), tmp_path)


CANARIES = ("Zqxkowalczyk", "987654321", "1987-06-05")


@unit
@pytest.mark.parametrize("column", range(37))
def test_no_cell_and_no_header_is_repeated(tmp_path, column):
    head, *rows = [line.replace('"35,5"', "35.5").split(",") for line in RAW.splitlines()]
    for canary in CANARIES:
        below = [[*row[:column], canary, *row[column + 1 :]] for row in rows]
        above = [*head[:column], canary, *head[column + 1 :]]
        for table in ([head, *below], [above, *rows]):
            text = "\n".join(",".join(row) for row in table)
            said = read_redcap(*write(tmp_path, export=text), MAPPING)
            shown = f"{said!r} {said.findings!r} {said._repr_html_()} {said.to_frame().to_csv()}"
            assert canary.lower() not in shown.lower()


TEXTS = (
    *(",", "\n", '"', "001", "start_arm_1", "phq2", "\x00", "é", "2024-03-01", "9" * 400, "1e999"),
    *("-", "___", "|", "study_id", "redcap_event_name", "{", "}", "[", json.dumps(MAPPING)[:300]),
    *(*RAW.splitlines()[:4], *DICTIONARY.splitlines()[:5]),
)
MARKS = (b"\xff\xfe", b"\xef\xbb\xbf", b"PK\x03\x04")
PIECES = st.sampled_from([*(text.encode() for text in TEXTS), *MARKS])
BYTES = st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=30).map(b"".join))
FUZZ = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


@identity
@FUZZ
@given(which=st.sampled_from(["export.csv", "dictionary.csv", "mapping.json"]), content=BYTES)
@example(which="export.csv", content=b"study_id\n\n\n")
@example(which="dictionary.csv", content=b"field_name,form_name,field_type\n")
@example(which="mapping.json", content=b"[" * 100_000)
def test_any_bytes_make_findings_and_no_exception(tmp_path, which, content):
    export, dictionary = write(tmp_path)
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps(MAPPING), encoding="utf-8")
    (tmp_path / which).write_bytes(content)
    imported = read_redcap(export, dictionary, mapping)
    assert imported.ok or any(f.severity == "error" for f in imported.findings)


@identity
@FUZZ
@given(data=st.data())
def test_any_change_of_a_cell_makes_findings_and_no_exception(tmp_path, data):
    which = data.draw(st.sampled_from(["export", "dictionary"]))
    text = RAW if which == "export" else DICTIONARY
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 40))
    piece = data.draw(
        st.one_of(st.text(max_size=20), st.sampled_from([",", "\n", "|", "2", "9" * 30]))
    )
    broken = (text[:start] + piece + text[start + length :]).encode("utf-8", "replace")
    export, dictionary = write(tmp_path)
    (tmp_path / f"{which}.csv").write_bytes(broken)
    imported = read_redcap(export, dictionary, MAPPING)
    assert imported.ok or any(f.severity == "error" for f in imported.findings)


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8))
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
PLACES = [
    ("events",), ("events", "start_arm_1"), ("missing_codes",), ("subject",), ("day_zero",),
    ("tables",), ("tables", "subjects"), ("tables", "subjects", 0), COLUMNS, (*COLUMNS, "sex"),
    (*COLUMNS, "sex", "field"), (*COLUMNS, "sex", "values"), ("tables", "assessments", 0, "items"),
    ("tables", "sessions", 0, "columns", "session_no", "number_by"), ("sites",), ("title",),
    ("tables", "sessions", 0, "columns", "course_no", "constant"), ("tables", "follow_up"),
    ("tables", "sessions", 0, "only_with"), ("tables", "subjects", 0, "events"),
    ("tables", "subjects", 0, "columns", "cohort", "key"), ("schema_version",),
]  # fmt: skip


@identity
@FUZZ
@given(place=st.sampled_from(PLACES), value=JSON)
def test_any_entry_of_a_mapping_makes_findings_and_no_exception(tmp_path, place, value):
    imported = read_redcap(*write(tmp_path), changed(*place, to=value))
    assert imported.ok or any(f.severity == "error" for f in imported.findings)


@pytest.mark.unit
def test_columns_that_may_be_empty_need_not_be_mapped(tmp_path):
    content = copy.deepcopy(MAPPING)
    for entry in content["tables"]["assessments"]:
        entry["columns"].pop("visit", None)
        entry["columns"].pop("rater", None)
    scores = read_redcap(*write(tmp_path), content).require_study().table("assessments")
    assert scores[["visit", "rater"]].isna().all(axis=None)
    whole = read_redcap(*write(tmp_path), MAPPING).require_study().table("assessments")
    assert scores["total"].equals(whole["total"])
