"""What each writer does with a text that a spreadsheet program would run as a formula."""

import pandas as pd
import pytest

from analysis.checks import check, write_detail
from analysis.formats import (
    Imported,
    Mapping,
    compare_exports,
    correct_files,
    read_adam,
    read_fhir,
    read_omop,
    read_redcap,
    write_adam,
    write_changes,
    write_fhir,
    write_omop,
    write_redcap,
)
from analysis.study import Study, read_study, write_study
from analysis.synthetic import example_folder
from tests.formats.small_clinic import MAPPING, write_files

unit = pytest.mark.unit
EVIL = "=HYPERLINK(1)"
SIGNS = ("=1+1", "+41", "-7", "@me")
STUDY = read_study(example_folder("first-clinic"))


def with_ids(*ids):
    """Return the study of the first clinic with other ids for its first patients."""
    old = STUDY.tables["subjects"]["subject_id"].tolist()[: len(ids)]
    other = dict(zip(old, ids, strict=True))
    tables = {
        name: frame.assign(subject_id=frame["subject_id"].replace(other))
        for name, frame in STUDY.tables.items()
    }
    return Study(tables=tables, title=STUDY.title, sites=STUDY.sites, instruments=STUDY.instruments)


def ids(study):
    return set(study.tables["subjects"]["subject_id"])


@unit
def test_a_study_folder_keeps_them(tmp_path):
    write_study(with_ids(*SIGNS), tmp_path / "local" / "study")
    assert set(SIGNS) <= ids(read_study(tmp_path / "local" / "study"))


@unit
def test_redcap_keeps_them(tmp_path):
    files = write_redcap(with_ids(*SIGNS), tmp_path)
    assert set(SIGNS) <= ids(read_redcap(*files).require_study())


@unit
def test_omop_keeps_them(tmp_path):
    write_omop(with_ids(*SIGNS), tmp_path)
    assert set(SIGNS) <= ids(read_omop(tmp_path, tmp_path / "mapping.json").require_study())


@unit
def test_adam_keeps_them(tmp_path):
    write_adam(with_ids(*SIGNS), tmp_path, file_format="csv")
    assert set(SIGNS) <= ids(read_adam(tmp_path).require_study())


@unit
def test_fhir_is_no_spreadsheet_and_keeps_what_an_id_may_be(tmp_path):
    write_fhir(with_ids("-7"), tmp_path)
    assert "-7" in ids(read_fhir(tmp_path, tmp_path / "mapping.json").require_study())


@unit
def test_corrected_files_keep_them(tmp_path):
    (tmp_path / "local").mkdir()
    write_files(tmp_path)
    corrections = tmp_path / "local" / "corrections.csv"
    corrections.write_text(
        f"file,line,column,is,becomes,reason\ntreatments.csv,2,Drug,Ketamine,{EVIL},tried\n",
        encoding="utf-8",
    )
    target = tmp_path / "local" / "corrected"
    correct_files(tmp_path, Mapping.of(MAPPING), corrections, target)
    assert f",{EVIL}," in (target / "treatments.csv").read_text(encoding="utf-8")


def first_cells(path):
    """Return the first characters of all cells of a list."""
    frame = pd.read_csv(path, dtype="string", encoding="utf-8-sig")
    return {cell for name in frame for cell in frame[name].dropna().unique()}


@unit
def test_the_list_of_changes_makes_them_harmless(tmp_path):
    before, after = (
        Imported(study=study, findings=(), sources=pd.DataFrame())
        for study in (STUDY, with_ids(*SIGNS, "\rcarriage"))
    )
    path = write_changes(compare_exports(before, after), tmp_path / "local" / "changes.csv")
    cells = first_cells(path)
    assert {f"'{sign}" for sign in SIGNS} <= cells
    assert not set(SIGNS) & cells
    assert "-10" in cells  # a day, no formula
    frame = pd.read_csv(path, encoding="utf-8-sig")
    assert frame["level"].eq("patient-level").all()  # no row was broken in two


@unit
def test_the_list_of_findings_makes_them_harmless(tmp_path):
    study = with_ids(*SIGNS)
    sessions = study.tables["sessions"]
    doses = sessions["dose_mg"].where(~sessions["subject_id"].isin(SIGNS), -5.0)
    tables = {**study.tables, "sessions": sessions.assign(dose_mg=doses)}
    wrong = Study(tables=tables, title="x", sites=study.sites, instruments=study.instruments)
    path = write_detail(check(wrong), tmp_path / "local" / "findings.csv")
    cells = first_cells(path)
    assert {f"'{sign}" for sign in SIGNS} <= cells
    assert not set(SIGNS) & cells
