"""OMOP CDM 5.4: published fields against hand-written values, faults, a round trip."""

import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.formats.omop import read_omop, write_omop
from analysis.study import TABLES, read_study
from analysis.synthetic import example_folder
from tests.formats.omop.cdm54 import (
    HEADERS,
    HEADERS_WRITTEN,
    MAPPING,
    REQUIRED,
    with_row,
    write_tables,
)

unit, identity = pytest.mark.unit, pytest.mark.identity
DERIVED = {"phase", "visit", "last_contact_day", "end_reason", "indication"}


def errors(imported):
    assert all(f.what.endswith(".") and f.remedy.endswith(".") for f in imported.findings)
    return [(f.rule, f.place, f.count) for f in imported.findings if f.severity == "error"]


def column(study, table, name):
    return study.tables[table].astype(object)[name].tolist()


@unit
def test_published_fields_become_the_values_that_they_hold(tmp_path):
    imported = read_omop(write_tables(tmp_path), MAPPING)
    study = imported.require_study()
    assert column(study, "subjects", "subject_id") == ["7"]
    assert column(study, "subjects", "age_years") == [43]  # a day before the 44th birthday
    assert column(study, "subjects", "sex") == ["female"]
    assert column(study, "subjects", "site_id") == ["north"]
    assert column(study, "sessions", "rel_day") == [0, 3]
    assert column(study, "sessions", "dose_mg") == [40.0, 42.5]
    assert column(study, "sessions", "route") == ["IV", "IV"]
    assert column(study, "sessions", "completed") == [True, False]
    assert column(study, "sessions", "stop_reason")[1] == "blood pressure"
    assert column(study, "sessions", "infusion_min")[0] == 40.0
    assert column(study, "sessions", "weight_kg")[0] == pytest.approx(79.83225712, rel=1e-10)
    assert column(study, "assessments", "rel_day") == [-7, 7]
    assert column(study, "assessments", "total") == [18.0, 9.0]
    assert column(study, "assessments", "rater") == ["self", "self"]
    assert column(study, "assessments", "n_answered")[1] == 1
    assert column(study, "items", "response")[0] == 2
    assert column(study, "items", "missing_reason")[1] == "refused"
    assert column(study, "monitoring", "rel_min") == [20]
    assert column(study, "monitoring", "value") == [141.0]
    assert column(study, "follow_up", "start_day") == [-10]
    assert column(study, "follow_up", "observed_until_day") == [100]


@unit
def test_rows_that_are_not_used_are_counted(tmp_path):
    imported = read_omop(write_tables(tmp_path), MAPPING)
    left = [(f.place, f.what, f.count) for f in imported.findings if f.rule == "OMP-030"]
    assert left == [
        ("drug_exposure", "Rows were left out: concept has no meaning in the mapping.", 1),
        ("measurement", "Rows were left out: concept has no meaning in the mapping.", 1),
        ("person", "Rows were left out: person has no session.", 1),
    ]


@unit
def test_death_ends_follow_up(tmp_path):
    dead = {"death": [{"person_id": 7, "death_date": "2024-03-01"}]}
    study = read_omop(write_tables(tmp_path, dead), MAPPING).require_study()
    assert column(study, "follow_up", "last_contact_day") == [29]
    assert column(study, "follow_up", "end_reason") == ["died"]


@unit
def test_reason_that_is_no_reason_to_stop_says_nothing_of_completion(tmp_path):
    rows = with_row("drug_exposure", 1, stop_reason="regimen completed")
    imported = read_omop(write_tables(tmp_path, rows), MAPPING)
    completed = imported.require_study().tables["sessions"]["completed"]
    assert (completed.iloc[0], completed.isna().tolist()) == (True, [False, True])
    assert [f.count for f in imported.findings if f.rule == "OMP-019"] == [1]


FAULTS = {
    "version": (with_row("cdm_source", 0, cdm_version="5.3"), "OMP-008", "cdm_source.cdm_version"),
    "id": (with_row("person", 1, person_id="SECRET"), "OMP-005", "person.person_id"),
    "date": (
        with_row("measurement", 0, measurement_date="2024-02-31"),
        "OMP-005",
        "measurement.measurement_date",
    ),
    "unit": (
        with_row("measurement", 1, unit_concept_id=52),
        "OMP-016",
        "measurement.unit_concept_id",
    ),
    "dose": (with_row("drug_exposure", 0, quantity=-40), "OMP-013", "drug_exposure.quantity"),
    "no unit of dose": (
        with_row("drug_exposure", 0, dose_unit_source_value=""),
        "OMP-012",
        "drug_exposure.quantity",
    ),
    "primary key": (
        with_row("measurement", 1, measurement_id=1),
        "OMP-007",
        "measurement.measurement_id",
    ),
    "answer": (
        with_row("observation", 1, value_as_number=1.5),
        "OMP-018",
        "observation.value_as_number",
    ),
    "birth": (with_row("person", 0, year_of_birth=2030), "OMP-022", "person.year_of_birth"),
}  # fmt: skip


@unit
@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_one_error_without_a_value(tmp_path, name):
    rows, rule, place = FAULTS[name]
    imported = read_omop(write_tables(tmp_path, rows), MAPPING)
    assert not imported.ok
    assert (rule, place) in [each[:2] for each in errors(imported)]
    assert "SECRET" not in imported.to_frame().to_string() + imported.summary()


@unit
def test_faults_of_files_are_told_together(tmp_path):
    write_tables(tmp_path)
    (tmp_path / "drug_exposure.csv").unlink()
    (tmp_path / "measurement.csv").write_text("measurement_id,person_id\n1,7\n", encoding="utf-8")
    (tmp_path / "death.csv").rename(tmp_path / "death.parquet")
    assert errors(read_omop(tmp_path, MAPPING)) == [
        ("OMP-003", "death", None),
        ("OMP-002", "drug_exposure", None),
        ("OMP-004", "measurement.measurement_concept_id", None),
        ("OMP-004", "measurement.measurement_date", None),
    ]


@unit
def test_file_that_ends_in_the_middle_of_a_row(tmp_path):
    path = write_tables(tmp_path) / "measurement.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.rindex(",998,") + 1], encoding="utf-8")
    assert ("OMP-006", "measurement.measurement_date", 1) in errors(read_omop(tmp_path, MAPPING))


@unit
@pytest.mark.parametrize(
    ("concepts", "rule"),
    [
        ({"agents": {"ketamine": ["RxNorm/6130"]}}, "OMP-010"),
        ({"agents": {"ketamine": ["6130"]}}, "OMP-001"),
        ({"agents": {"ketamine": [11], "esketamine": [11]}}, "OMP-001"),
        ({"drugs": {}}, "OMP-001"),
        ({}, "OMP-011"),
    ],
)
def test_concepts_are_never_guessed(tmp_path, concepts, rule):
    imported = read_omop(write_tables(tmp_path), {"concepts": concepts})
    assert [each[0] for each in errors(imported)] == [rule]


@unit
def test_parquet_and_names_in_capitals_give_the_same_study(tmp_path):
    wanted = read_omop(write_tables(tmp_path), MAPPING).require_study()
    for name in HEADERS:
        frame = pd.read_csv(tmp_path / f"{name}.csv").rename(columns=str.upper)
        (tmp_path / f"{name}.csv").unlink()
        frame.to_parquet(tmp_path / f"{name.upper()}.parquet")
    again = read_omop(tmp_path, MAPPING).require_study()
    for name, frame in wanted.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], frame)


def in_order(frame, name):
    text = {
        c.name: "string" for c in TABLES[name].columns if c.kind == "category" and c.name in frame
    }
    return frame.astype(text).sort_values(list(TABLES[name].key), ignore_index=True)


@identity
def test_network_comes_back_except_for_what_the_model_cannot_hold(tmp_path):
    study = read_study(example_folder("clinic-network"))
    write_omop(study, tmp_path)
    again = read_omop(tmp_path, tmp_path / "mapping.json").require_study()
    wanted = dict(study.tables)
    scores = wanted["assessments"]
    key = list(TABLES["assessments"].key)
    answered = pd.MultiIndex.from_frame(wanted["items"].astype({"instrument": str})[key])
    has_items = pd.MultiIndex.from_frame(scores.astype({"instrument": str})[key]).isin(answered)
    counted = scores.assign(n_answered=scores["n_answered"].where(has_items))
    wanted["assessments"] = counted[counted["total"].notna() | has_items]
    assert len(scores) - len(wanted["assessments"]) == 1
    assert set(again.tables) == {*("subjects", "sessions", "assessments", "items", "monitoring"),
                                 *("follow_up", "diagnoses")}  # fmt: skip
    for name, frame in again.tables.items():
        columns = [each for each in frame if each not in DERIVED]
        pd.testing.assert_frame_equal(
            in_order(frame, name)[columns],
            in_order(wanted[name], name)[columns],
            rtol=1e-12,
            obj=name,
        )
    assert (again.title, again.sites) == (study.title, study.sites)
    for path in tmp_path.glob("*.csv"):
        header = path.read_text(encoding="utf-8").partition("\n")[0].split(",")
        fields = HEADERS_WRITTEN[path.stem].split()
        assert [name for name in header if name not in fields] == [], path.stem
        assert set(REQUIRED[path.stem].split()) <= set(header), path.stem
    assert len(list(tmp_path.glob("*.csv"))) == len(REQUIRED) == 10


@unit
@pytest.mark.parametrize(
    ("table", "column", "cell", "said"),
    [
        ("sessions", "route", "rectal", r"sessions\.route has 1 cells with a category"),
        ("follow_up", "end_reason", None, r"follow_up\.end_reason has 0 .* and 1 that are empty"),
    ],
)
def test_cells_that_the_model_has_no_place_for_are_refused(tmp_path, table, column, cell, said):
    study = read_omop(write_tables(tmp_path), MAPPING).require_study()
    cells = study.tables[table][column].astype(object)
    cells.iloc[0] = cell
    tables = {**study.tables, table: study.tables[table].assign(**{column: cells})}
    other = type(study)(tables=tables, title="x", sites=study.sites, instruments=study.instruments)
    with pytest.raises(DataError, match=said):
        write_omop(other, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@unit
def test_study_that_would_come_back_otherwise_is_not_written(tmp_path):
    study = read_omop(write_tables(tmp_path), MAPPING).require_study()
    sessions = study.tables["sessions"]
    later = sessions.assign(rel_day=sessions["rel_day"] + 1)
    tables = {**study.tables, "sessions": later}
    moved = type(study)(tables=tables, title="x", sites=study.sites, instruments=study.instruments)
    with pytest.raises(DataError, match="session of 1 is not on day 0"):
        write_omop(moved, tmp_path / "out")
    assert not (tmp_path / "out").exists()
