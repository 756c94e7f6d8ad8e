"""Files of a clinic network, mended and read by a corrected mapping, against their truth."""

import csv
import json
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from analysis.formats import read_clinic, read_mapping, update

HERE = Path(__file__).parent
MONTH = HERE / "clinic" / "month1"
TRUTHS = json.loads((HERE / "clinic" / "truth.json").read_text(encoding="utf-8"))
TRUTH = TRUTHS["month1"]
MAPPING = HERE / "clinic_mapping.json"
MOOD = "Over the last 2 weeks, mood question {} of 9 (0-3)"

SUBJECTS = [("00356", "age_years")]


def blank(path, encoding, *cells):
    """Empty cells of a text file, by record from 1 and header."""
    with path.open(encoding=encoding, newline="") as handle:
        records = list(csv.reader(handle))
    for record, header in cells:
        records[record - 1][records[0].index(header)] = ""
    with path.open("w", encoding=encoding, newline="") as handle:
        csv.writer(handle).writerows(records)


REFUSED = {
    1: ((50, "Visit Date"), (1407, "BP End")),
    2: ((50, "Visit Date"), (1406, "BP End")),
}
"""Records and headers of cells in the file of treatments that the reader refuses, by month."""


def mended(month, folder):
    """Empty the cells that the reader refuses, in a copy of an export, as an analyst does."""
    copy = folder / f"month{month}"
    shutil.copytree(HERE / "clinic" / f"month{month}", copy)
    blank(copy / "treatments.csv", "utf-8-sig", *REFUSED[month])
    blank(copy / "questionnaires.csv", "utf-8", (643, MOOD.format(3)), (748, MOOD.format(7)))
    if month == 1:
        book = openpyxl.load_workbook(copy / "clients.xlsx")
        book["Clients"].cell(84, 3).value = None
        book.save(copy / "clients.xlsx")
    return copy


def mapping_of_month2(folder):
    """Correct the mapping by what the comparison of the files says, so that it fits both months."""
    content = json.loads(MAPPING.read_text(encoding="utf-8"))
    for form in content["questionnaires"]:
        form["day"] = "Subm*" if form["day"] == "Submitted" else form["day"]
        if "answers" in form:
            form["answers"]["modéré"] = TRUTHS["words"]["label_after_asking"]["modéré"]
    for part in content["tables"]["monitoring"]:
        if part["columns"]["rel_min"] == "Min to End":  # the column is gone
            part["columns"]["rel_min"] = {"constant": 120}
    path = folder / "mapping.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return read_mapping(path)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return read_clinic(mended(1, tmp_path_factory.mktemp("clinic")), read_mapping(MAPPING))


@pytest.fixture(scope="module")
def later(tmp_path_factory):
    """The second export, compared with the first."""
    folder = tmp_path_factory.mktemp("clinic")
    mapping = mapping_of_month2(folder)
    before = read_clinic(mended(1, folder), mapping)
    return update(mended(2, folder), mapping, previous=before, cut_off="2025-02-03")


@pytest.fixture(scope="module")
def tables(found):
    return found.require_study().tables


def differing(cells, frame, keys, columns):
    """Yield cell and column where the table has another value; "absent" for a row it lacks."""
    rows = frame.set_index(keys).sort_index()
    for cell in cells:
        key = tuple(cell["patient"] if k == "subject_id" else cell[k] for k in keys)
        key = key if len(keys) > 1 else key[0]
        if key not in rows.index:
            yield cell, "absent"
            continue
        row = rows.loc[[key]].iloc[0]
        for column in columns:
            same = (
                pd.isna(row[column])
                if cell[column] is None
                else (
                    row[column] == pytest.approx(cell[column], abs=0.06)
                    if isinstance(cell[column], float) and not pd.isna(row[column])
                    else bool(row[column] == cell[column])
                )
            )
            if not same:
                yield cell, column


@pytest.mark.truth
def test_the_files_as_they_are_have_five_cells_that_are_refused():
    findings = read_clinic(MONTH, read_mapping(MAPPING)).findings
    assert [(f.rule, f.table, f.count) for f in findings if f.severity == "error"] == [
        ("FMT-050", "patients", 1),
        ("FMT-064", "survey", 2),
        ("FMT-050", "treatments", 1),
        ("FMT-061", "treatments", 1),
    ]


@pytest.mark.truth
def test_counts(tables):
    scales = tables["assessments"]["instrument"].value_counts().to_dict()
    assert scales == {"PHQ-9": 1027, "GAD-7": 920, "PCL-5": 368, "MADRS": 338}
    answers = tables["items"].groupby("instrument", observed=True)["response"].count().to_dict()
    assert answers == {"PHQ-9": 9161, "GAD-7": 6380, "PCL-5": 7344, "MADRS": 3366}
    assert scales == TRUTH["counts"]["assessments"]
    assert answers == TRUTH["counts"]["answered_items"]
    assert len(tables["subjects"]) == TRUTH["counts"]["subjects"] == 182
    # one more than the truth: the session of an id that the list of clients lacks
    orphans = ~tables["sessions"]["subject_id"].isin(tables["subjects"]["subject_id"])
    assert (len(tables["sessions"]), int(orphans.sum())) == (1740, 1)
    assert TRUTH["counts"]["sessions"] == 1739


@pytest.mark.truth
def test_sessions(tables):
    columns = ["session_no", "course_no", "site_id", "phase", "route", "agent", "dose_mg"]
    columns += ["weight_kg", "completed", "dose_mg_kg"]
    cells = TRUTH["cells"]["sessions"]
    assert len(cells) == 25
    assert list(differing(cells, tables["sessions"], ["subject_id", "rel_day"], columns)) == []


@pytest.mark.truth
def test_subjects(tables):
    columns = ["site_id", "age_years", "sex", "indication"]
    cells = TRUTH["cells"]["subjects"]
    wrong = differing(cells, tables["subjects"], ["subject_id"], columns)
    assert len(cells) == 13
    # an age of 124 is left to the rules of check
    assert [(cell["patient"], column) for cell, column in wrong] == SUBJECTS


@pytest.mark.truth
def test_adverse_events(tables):
    events = tables["adverse_events"].rename(columns={"term": "meaning"})
    columns = ["severity", "serious", "related", "outcome"]
    cells = TRUTH["cells"]["adverse_events"]
    assert len(cells) == 10
    wrong = list(differing(cells, events, ["subject_id", "start_day", "meaning"], columns))
    assert wrong == []
    known = events["subject_id"].isin(tables["subjects"]["subject_id"])
    assert (int(known.sum()), int((~known).sum())) == (90, 0)
    assert TRUTH["counts"]["adverse_events"] == 90


@pytest.mark.truth
def test_monitoring(tables):
    # without the session of an id that the list of clients lacks
    of_listed = tables["monitoring"]["subject_id"].isin(tables["subjects"]["subject_id"])
    assert int((~of_listed).sum()) == 12
    values = tables["monitoring"].loc[of_listed, "parameter"].value_counts().to_dict()
    assert values == TRUTH["counts"]["monitoring_values"]


@pytest.mark.truth
def test_scores(tables):
    keys = ["subject_id", "instrument", "rel_day", "occurrence"]
    cells = TRUTH["cells"]["assessments"]
    assert len(cells) == 96
    wrong = list(differing(cells, tables["assessments"], keys, ["n_answered", "total"]))
    assert wrong == []


@pytest.mark.truth
def test_the_second_month(later):
    """Every count and cell of the second export; the same sessions and ages deviate."""
    truth, tables = TRUTHS["month2"], later.imported.require_study().tables
    counts, listed = truth["counts"], set(tables["subjects"]["subject_id"])
    assert len(tables["subjects"]) == counts["subjects"] == 188
    known = {name: t[t["subject_id"].isin(listed)] for name, t in tables.items()}
    assert len(known["sessions"]) == counts["sessions"] == 1809
    assert len(tables["sessions"]) == 1810  # with the session of an id that the list lacks
    assert len(tables["adverse_events"]) == counts["adverse_events"] == 92
    scales = tables["assessments"]["instrument"].value_counts().to_dict()
    assert scales == counts["assessments"]
    answers = tables["items"].groupby("instrument", observed=True)["response"].count().to_dict()
    assert answers == counts["answered_items"]
    values = known["monitoring"]["parameter"].value_counts().to_dict()
    assert values == counts["monitoring_values"]
    events = tables["adverse_events"].rename(columns={"term": "meaning"})
    wrong = [
        (table, cell["patient"], column)
        for table, keys, columns in COMPARED
        for cell, column in differing(
            truth["cells"][table],
            events if table == "adverse_events" else tables[table],
            keys,
            columns,
        )
    ]
    assert wrong == [("subjects", "00356", "age_years")]


COMPARED = (
    ("subjects", ["subject_id"], ["site_id", "age_years", "sex", "indication"]),
    (
        "sessions",
        ["subject_id", "rel_day"],
        ["session_no", "course_no", "site_id", "phase", "route", "agent", "dose_mg", "weight_kg"],
    ),
    (
        "assessments",
        ["subject_id", "instrument", "rel_day", "occurrence"],
        ["n_answered", "total"],
    ),
    (
        "adverse_events",
        ["subject_id", "start_day", "meaning"],
        ["severity", "serious", "related", "outcome"],
    ),
)
"""Table, key and columns that the cells of the truth are held to."""
