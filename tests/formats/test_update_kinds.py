"""The next month of REDCap, FHIR and OMOP exports, and a mapping that changed meanwhile."""

import csv
import json
import shutil

import pytest

from analysis.errors import DataError
from analysis.formats import ExportMapping, Mapping, draft_mapping, read_clinic, update
from analysis.formats.mapping_changes import mapping_changes
from analysis.synthetic import example_folder
from tests.formats.fhir import published
from tests.formats.omop import cdm54
from tests.formats.small_clinic import MAPPING, TREATMENTS, changed, write_files
from tests.formats.test_drafts import ANSWERS

unit = pytest.mark.unit
REDCAP = example_folder("first-clinic") / "redcap"


def rows(frame):
    return frame.astype(object).where(frame.notna(), None).to_numpy().tolist()


@pytest.fixture
def months(tmp_path):
    """Two months of the project: a treatment less before, a choice and a field more after."""
    before, after = tmp_path / "june", tmp_path / "july"
    for folder in (before, after):
        folder.mkdir()
        shutil.copy(REDCAP / "dictionary.csv", folder / "dictionary.csv")
        shutil.copy(REDCAP / "export-mended.csv", folder / "data.csv")
    with (before / "data.csv").open(encoding="utf-8", newline="") as handle:
        lines = list(csv.reader(handle))
    treated = [n for n, line in enumerate(lines) if line[2] == "treatment"]
    del lines[treated[-1]]
    with (before / "data.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(lines)
    text = (after / "dictionary.csv").read_text(encoding="utf-8")
    text = text.replace("1, IV | 2, IM", "1, IV | 2, IM | 3, SC")
    extra = "worry_note,worry,,text,Remark" + "," * 13 + "\n"
    (after / "dictionary.csv").write_text(text + extra, encoding="utf-8")
    return before, after


@unit
def test_the_next_month_of_a_redcap_project(months):
    before, after = months
    mapping = draft_mapping(before).answered(ANSWERS)
    values = {"tables.sessions[0].columns.route.values": {"3": "SC"}}
    found = update(after, mapping.answered(values), previous=before, previous_mapping=mapping)
    assert rows(found.files) == [
        ["treatment", "new labels", 12, 12, "tx_route", 1],
        ["worry", "new column", None, 30, "worry_note", None],
    ]
    assert rows(found.mapping) == [["tables.sessions[0].columns.route.values", "changed", 1]]
    assert found.by_mapping.none
    new = dict(zip(found.changes.rows["table"], found.changes.rows["new"], strict=True))
    assert (new["sessions"], new["subjects"]) == (1, 0)
    assert "by the mapping alone 0 rows differ" in found.summary()


@unit
def test_the_next_month_of_omop_tables(tmp_path):
    before, after = tmp_path / "june", tmp_path / "july"
    before.mkdir()
    after.mkdir()
    cdm54.write_tables(before)
    cdm54.write_tables(after, cdm54.with_row("measurement", 3, measurement_concept_id=997))
    mapping = ExportMapping(kind="omop", content={"kind": "omop", **cdm54.MAPPING})
    found = update(after, mapping, previous=before)
    place = "measurement.measurement_concept_id"
    assert rows(found.files) == [
        [place, "new labels", None, None, "", 1],
        [place, "vanished labels", None, None, "", 1],
    ]
    assert found.changes.none
    assert found.by_mapping is None


@unit
def test_the_next_month_of_fhir_files(tmp_path):
    folders = tmp_path / "june", tmp_path / "july"
    form = {**published.PHQ_9, "id": "later", "questionnaire": "http://clinic.example/Q/mood"}
    for folder, more in zip(folders, ([], [form]), strict=True):
        folder.mkdir()
        lines = [published.PATIENT, published.PHQ_9, published.KETAMINE, *more]
        text = "".join(json.dumps(each) + "\n" for each in lines)
        (folder / "all.ndjson").write_text(text, encoding="utf-8")
    content = {"kind": "fhir", "site": "north", "indication": "depression"}
    found = update(folders[1], ExportMapping(kind="fhir", content=content), previous=folders[0])
    assert rows(found.files) == [
        ["QuestionnaireResponse.questionnaire", "new labels", None, None, "", 1]
    ]
    assert found.imported.sources["rows_read"].sum() == 4


@unit
def test_what_a_changed_mapping_changes_is_told_apart(tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    for folder in (before, after):
        folder.mkdir()
        write_files(folder)
    later = TREATMENTS.replace(
        "12/01/2024,Ketamine,Infusion,40 mg", "12/01/2024,Ketamine,Infusion,41 mg"
    )
    write_files(after, treatments=later)
    other = changed(
        "tables", "subjects", "columns", "sex", "values", to={"F": "female", "M": "other"}
    )
    found = update(after, Mapping.of(other), previous=before, previous_mapping=Mapping.of(MAPPING))
    assert rows(found.mapping) == [["tables.subjects.columns.sex.values", "changed", 1]]
    by_mapping = found.by_mapping.detail[["table", "subject_id", "state", "columns"]]
    assert rows(by_mapping) == [["subjects", "0021", "changed", "sex"]]
    detail = found.changes.detail[["table", "subject_id", "columns"]]
    assert rows(detail) == [["sessions", "0017", "dose_mg"]]


@unit
def test_a_changed_mapping_needs_the_folder_before(tmp_path):
    write_files(tmp_path)
    before = read_clinic(tmp_path, Mapping.of(MAPPING))
    path = ("tables", "subjects", "columns", "sex", "values")
    other = Mapping.of(changed(*path, to={"F": "female", "M": "other"}))
    with pytest.raises(DataError, match="Give the folder"):
        update(tmp_path, other, previous=before, previous_mapping=Mapping.of(MAPPING))
    same = update(tmp_path, other, previous=read_clinic(tmp_path, other), previous_mapping=other)
    assert (same.by_mapping, len(same.changes.detail)) == (None, 0)


@unit
def test_a_mapping_that_does_not_fit_the_files_before_compares_both_as_they_were_read(tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    for folder in (before, after):
        folder.mkdir()
        write_files(folder)
    write_files(after, treatments=TREATMENTS.replace("Finished", "All given"))
    fitting = changed("tables", "sessions", "columns", "completed", to="All given")
    found = update(
        after, Mapping.of(fitting), previous=before, previous_mapping=Mapping.of(MAPPING)
    )
    assert found.by_mapping is None
    assert found.changes.none
    assert rows(found.files) == [
        ["treatments", "renamed column", 8, 8, "tables.sessions.columns.completed", None]
    ]


@unit
def test_mappings_of_different_kinds_are_refused(tmp_path):
    other = ExportMapping(kind="fhir", content={"kind": "fhir"})
    with pytest.raises(DataError, match="different kinds: fhir and clinic"):
        update(tmp_path, Mapping.of(MAPPING), previous=tmp_path, previous_mapping=other)


@unit
def test_labels_of_a_changed_mapping_are_counted_and_not_named():
    before = {"sites": {"Main St": "A"}, "tables": {"x": [1, 2]}, "note": "n", "cut_off": "a"}
    after = {"sites": {"Main St": "B", "Side": "C"}, "tables": {"x": [1, 3]}, "note": "m"}
    assert rows(mapping_changes(before, after)) == [
        ["sites", "changed", 2],
        ["tables.x[1]", "changed", None],
        ["cut_off", "removed", None],
    ]
