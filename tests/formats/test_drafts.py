"""Drafts of mappings for REDCap, FHIR and OMOP exports: what is sure, what is asked, no cell."""

import csv
import json
import shutil

import pandas as pd
import pytest

from analysis.checks import check
from analysis.errors import DataError
from analysis.formats import (
    ExportMapping,
    Mapping,
    draft_mapping,
    read_export,
    read_fhir,
    read_mapping,
    read_omop,
    read_redcap,
    write_fhir,
    write_mapping,
)
from analysis.formats.kinds import export_paths, kind_of
from analysis.synthetic import example_folder
from tests.formats.fhir import published
from tests.formats.omop import cdm54
from tests.formats.redcap import project
from tests.formats.small_clinic import write_files

unit, identity = pytest.mark.unit, pytest.mark.identity
REDCAP = example_folder("first-clinic") / "redcap"
ANSWERS = {
    "title": "First clinic, invented",
    "events.treatment_arm_1.visit": "",  # forms of every visit lie in this event
    "tables.subjects[0].columns.site_id.constant": "harbour",
    "tables.sessions[0].columns.site_id.constant": "harbour",
    "tables.sessions[0].columns.course_no.constant": 1,
    "tables.sessions[0].columns.agent.constant": "ketamine",
    "tables.assessments[0].columns.instrument.constant": "PHQ-9",
    "tables.assessments[0].columns.rater.constant": "self",
    "tables.assessments[1].columns.instrument.constant": "GAD-7",
    "tables.assessments[1].columns.rater.constant": "",  # as the mapping by hand has it
}


@pytest.fixture
def redcap(tmp_path):
    """The mended export and the dictionary, as they lie in a folder of one month."""
    for name in ("export-mended.csv", "dictionary.csv"):
        shutil.copy(REDCAP / name, tmp_path / name)
    return tmp_path


def rules(imported):
    return sorted({f.rule for f in imported.findings if f.severity == "error"})


def same_tables(left, right):
    assert set(left) == set(right)
    for name, frame in left.items():
        pd.testing.assert_frame_equal(frame, right[name][frame.columns.tolist()])


@unit
def test_kinds_are_recognised_and_said(redcap, tmp_path):
    assert kind_of(export_paths(redcap)) == (
        "redcap",
        "a file with the header of a data dictionary",
    )
    clinic, omop = tmp_path / "clinic", tmp_path / "omop"
    clinic.mkdir()
    omop.mkdir()
    write_files(clinic)
    cdm54.write_tables(omop)
    assert kind_of(export_paths(clinic)) == ("clinic", "nothing of another kind")
    assert kind_of(export_paths(omop)) == ("omop", "files named drug_exposure and person")
    assert isinstance(draft_mapping(clinic), Mapping)
    assert draft_mapping(omop).kind == "omop"
    with pytest.raises(DataError, match=r"no such kind of export\. Kinds are: clinic, redcap"):
        draft_mapping(omop, kind="hl7")


@unit
def test_a_kind_that_is_said_overrides_the_files(redcap):
    draft = draft_mapping(redcap, kind="clinic")
    assert isinstance(draft, Mapping)
    assert len(draft.sources) == 2


@unit
def test_a_project_of_another_name_is_not_guessed(redcap):
    shutil.copy(redcap / "export-mended.csv", redcap / "again.csv")
    with pytest.raises(DataError, match="2 CSV files that could be the export"):
        draft_mapping(redcap)


@unit
def test_questions_of_a_redcap_draft_are_those_that_the_dictionary_leaves_open(redcap):
    draft = draft_mapping(redcap)
    assert isinstance(draft, ExportMapping)
    assert set(draft.open_questions) == set(ANSWERS)
    notes = draft.questions().set_index("place")["note"]
    assert (
        notes["tables.assessments[0].columns.instrument.constant"]
        == "Which scale is it? 9 fields count upwards, as in PHQ-9."
    )
    assert notes["title"] == "Name of the data set on every report."
    assert "Forms without entry: screening." in draft.content["note"]
    assert rules(read_export(redcap, draft)) == ["FMT-014"]


@unit
def test_an_answered_redcap_draft_reads_what_a_mapping_written_by_hand_reads(redcap):
    draft = draft_mapping(redcap).answered(ANSWERS)
    assert draft.ok
    by_hand = read_redcap(
        redcap / "export-mended.csv", redcap / "dictionary.csv", REDCAP / "mapping.json"
    ).require_study()
    study = read_export(redcap, draft).require_study()
    assert (study.sites, study.instruments) == (("harbour",), ("GAD-7", "PHQ-9"))
    assert [f.rule for f in check(study).findings if f.severity == "error"] == []
    tables, expected = dict(study.tables), dict(by_hand.tables)
    for frames in (tables, expected):  # categories follow the sites and scales that are declared
        for name, frame in frames.items():
            frames[name] = frame.astype(dict.fromkeys(frame.select_dtypes("category"), "string"))
    same_tables(expected, tables)


@unit
def test_a_redcap_draft_of_a_small_project_asks_what_it_cannot_know(tmp_path):
    project.write(tmp_path)
    draft = draft_mapping(tmp_path)
    tables = draft.content["tables"]
    assert draft.content["day_zero"][0]["field"] == "dose_date"
    assert tables["assessments"][0]["columns"]["instrument"]["constant"] == "PHQ-2"
    assert tables["assessments"][0]["items"] == ["phq_1", "phq_2"]
    assert tables["subjects"][0]["columns"]["sex"]["values"] == {
        "1": "female",
        "2": "male",
        "3": "?",
    }
    assert tables["follow_up"][0]["columns"]["end_reason"]["values"] == {
        "1": "completed",
        "2": "lost",
    }
    assert draft.content["sites"] == ["north"]  # the data access group
    events = draft.content["events"]
    assert events["course_arm_2"] == {}  # no scale is answered there
    assert events["start_arm_2"]["visit"] == "?"
    note = draft.questions().set_index("place")["note"]["events.start_arm_2.visit"]
    assert note.startswith("Which visit is it? Allowed are screening, baseline, session")
    assert "mrn" not in json.dumps(draft.content["tables"])


@identity
def test_no_cell_of_an_export_stands_in_a_draft(redcap, tmp_path):
    with (redcap / "dictionary.csv").open(encoding="utf-8", newline="") as handle:
        coded = {row["Variable / Field Name"]: row["Field Type"] for row in csv.DictReader(handle)}
    with (REDCAP / "export.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    text = draft_mapping(redcap).text()
    free = [name for name, kind in coded.items() if kind == "text" and name != "tx_weight"]
    cells = {row[name] for row in rows for name in free if len(row[name]) > 3}
    assert len(cells) > 100
    assert [cell for cell in cells if cell in text] == []
    assert "Miller" not in text


@unit
def test_a_fhir_draft_asks_for_clinics_and_for_questionnaires_without_codes(tmp_path):
    own = {**published.PHQ_9, "id": "own", "questionnaire": "http://clinic.example/Q/intake-7"}
    own["item"] = [
        {"linkId": str(n), "answer": [{"valueInteger": 1}]} for n in range(1, 8)
    ]  # seven numbered items
    lines = [published.PATIENT, published.PHQ_9, own, published.PHQ_9_TOTAL]
    text = "".join(json.dumps(each) + "\n" for each in lines)
    (tmp_path / "all.ndjson").write_text(text, encoding="utf-8")
    draft = draft_mapping(tmp_path)
    assert draft.kind == "fhir"
    assert draft.content["questionnaires"]["http://clinic.example/Q/intake-7"] == "?"
    assert "Scales that codes or addresses tell: PHQ-9." in draft.content["note"]
    note = draft.questions().set_index("place")["note"]["questionnaires"]
    assert "has 7 numbered items; as many have: GAD-7" in note
    assert published.PATIENT["name"][0]["family"] not in draft.text()
    assert rules(read_fhir(tmp_path, draft.content)) == ["FMT-014"]


@unit
def test_an_answered_fhir_draft_reads_the_export(tmp_path, small):
    write_fhir(small, tmp_path)
    draft = draft_mapping(tmp_path)
    assert set(draft.open_questions) == {
        "title", "sites_of_organizations", "cut_off", "indication",
    }  # fmt: skip
    sites = {name: name for name in small.sites}
    done = draft.answered(
        {
            "title": "T",
            "sites_of_organizations": sites,
            "cut_off": "2001-01-01",
            "indication": "depression",
        }
    )
    study = read_export(tmp_path, done).require_study()
    assert set(study.sites) <= set(sites.values())
    assert len(study.tables["sessions"]) == len(small.tables["sessions"])


@pytest.fixture(scope="module")
def small():
    """A study of a few patients."""
    from analysis.study import Study, read_study

    study = read_study(example_folder("first-clinic"))
    return Study(
        tables=dict(study.tables),
        title=study.title,
        sites=study.sites,
        instruments=study.instruments,
    )


@unit
def test_null_leaves_a_questionnaire_out_of_a_fhir_export(tmp_path):
    text = json.dumps(published.PATIENT) + "\n" + json.dumps(published.PHQ_9) + "\n"
    (tmp_path / "all.ndjson").write_text(text, encoding="utf-8")
    address = published.PHQ_9["questionnaire"]
    read = read_fhir(tmp_path, {"questionnaires": {address: None}})
    left = read.sources.set_index("reason")["rows_left_out"]
    assert left["scale is not known"] == 1


@unit
def test_an_omop_draft_takes_what_the_vocabulary_tells_and_asks_for_the_rest(tmp_path):
    cdm54.write_tables(tmp_path)
    draft = draft_mapping(tmp_path)
    concepts = draft.content["concepts"]
    assert concepts["totals"]["PHQ-9"] == [31]
    assert set(draft.open_questions) == {
        "title", "site", "indication", "concepts.agents", "concepts.routes", "concepts.items",
        "concepts.vitals", "concepts.units",
    }  # fmt: skip
    notes = draft.questions().set_index("place")["note"]
    assert "drug_exposure.drug_concept_id: 11 (<11), 999 (<11)." in notes["concepts.agents"]
    assert notes["concepts.vitals"].endswith("Rows by concept: as under items.")
    told = {f"concepts.{name}": part for name, part in cdm54.MAPPING["concepts"].items()}
    done = draft.answered({**told, "title": "T", "site": "north", "indication": "depression"})
    expected = read_omop(tmp_path, {**cdm54.MAPPING, "title": "T"}).require_study()
    same_tables(expected.tables, read_export(tmp_path, done).require_study().tables)


@unit
def test_a_written_mapping_is_read_as_its_kind(redcap, tmp_path):
    draft = draft_mapping(redcap).answered(ANSWERS)
    read = read_mapping(write_mapping(draft, tmp_path / "local" / "mapping.json"))
    assert (read.kind, read.content) == ("redcap", draft.content)
    with pytest.raises(DataError, match="cut-off must be a date as year-month-day"):
        read_export(redcap, read, cut_off="31.07.2025")


@unit
def test_files_of_a_project_are_chosen_by_the_mapping(redcap):
    shutil.copy(REDCAP / "export.csv", redcap / "raw_export.csv")
    draft = ExportMapping(
        kind="redcap", content={"kind": "redcap", "files": {"export": "*mended*"}, "title": "?"}
    )
    assert rules(read_export(redcap, draft)) == ["FMT-014"]
    wrong = ExportMapping(kind="redcap", content={"files": ["x"]})
    with pytest.raises(DataError, match='entry "files" of the mapping is not as it must be'):
        read_export(redcap, wrong)


@unit
def test_a_mapping_without_a_kind_is_known_by_a_section_that_only_one_kind_has(tmp_path):
    assert read_mapping(REDCAP / "mapping.json").kind == "redcap"
    path = tmp_path / "mapping.json"
    for content, kind in (({"concepts": {}}, "omop"), ({"kind": "fhir", "concepts": {}}, "fhir")):
        path.write_text(json.dumps(content), encoding="utf-8")
        assert read_mapping(path).kind == kind
    path.write_text(json.dumps({"concepts": {}, "day_zero": []}), encoding="utf-8")
    assert isinstance(read_mapping(path), Mapping)


PERSON = "Jane Q. Secret 555-0199"


@identity
def test_no_text_of_a_fhir_export_but_codes_addresses_and_clinics_stands_in_a_draft(tmp_path):
    named = {
        **published.PATIENT,
        "id": PERSON,
        "name": [{"text": PERSON}],
        "birthDate": "1987-06-05",
        "managingOrganization": {"reference": "Organization/north", "display": PERSON},
    }
    form = {**published.PHQ_9, "questionnaire": "http://clinic.example/Q/mood", "text": PERSON}
    form["item"] = [{"linkId": PERSON, "text": PERSON, "answer": [{"valueString": PERSON}]}]
    measured = {
        "resourceType": "Observation",
        "id": "o",
        "status": "final",
        "code": {"coding": [{"system": "urn:local", "code": PERSON, "display": PERSON}]},
        "valueString": PERSON,
    }
    drug = {**published.KETAMINE, "id": PERSON, "note": [{"text": PERSON}]}
    drug["medicationCodeableConcept"] = {"text": PERSON}
    lines = "".join(json.dumps(each) + "\n" for each in (named, form, measured, drug))
    (tmp_path / f"{PERSON}.ndjson").write_text(lines, encoding="utf-8")
    draft = draft_mapping(tmp_path)
    shown = draft.text() + repr(draft) + draft.questions().to_string()
    assert "Jane" not in shown
    assert "1987" not in shown
    assert draft.content["sites_of_organizations"]["north"] == "?"
    assert "Measurements that are not read: without LOINC code (<11)" in draft.content["note"]


@identity
def test_no_text_of_omop_tables_stands_in_a_draft(tmp_path):
    rows = {}
    for name, table in cdm54.ROWS.items():
        fields = [f for f in cdm54.HEADERS[name].split() if f.endswith("_source_value")]
        rows[name] = [{**row, **dict.fromkeys(fields, PERSON)} for row in table]
    rows["observation"][2]["value_as_string"] = PERSON
    rows["measurement"][3]["measurement_concept_id"] = PERSON
    cdm54.write_tables(tmp_path, rows)
    draft = draft_mapping(tmp_path)
    assert "Jane" not in draft.text() + repr(draft)
    assert "42 (<11)" in draft.content["concepts"]["vitals"]["note"] or (
        "42 (<11)" in draft.content["concepts"]["items"]["note"]
    )
