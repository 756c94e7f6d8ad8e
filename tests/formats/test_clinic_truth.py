"""Files of a clinic network, mended and read by a corrected mapping, against their truth."""

import csv
import json
import shutil
from collections import Counter
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from analysis.checks import check
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
def test_the_second_row_of_a_person_is_said(found):
    [planted] = [
        fault
        for fault in TRUTHS["faults"]
        if fault["month"] == 1 and fault["kind"] == "two ids, one person"
    ]
    told = [f for f in found.findings if f.rule == "FMT-042" and f.table == "patients"]
    assert [f.rows for f in told] == [tuple(planted["rows"])]


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


def client_of(month, file, record):
    """The id that stands in a record of an export, written in full."""
    path = HERE / "clinic" / f"month{month}" / file
    if file.endswith("xlsx"):
        text = str(openpyxl.load_workbook(path)["Clients"].cell(record, 1).value)
    else:
        records = records_of(path)
        text = records[record - 1][records[0].index(IDS.get(file, "Client ID"))]
    text = text.strip().upper()
    return text.zfill(5) if text.isdecimal() else text


def records_of(path):
    """The records of a text file, the header included."""
    encoding, delimiter = ("cp1252", ";") if path.name == "pcl_madrs.csv" else ("utf-8-sig", ",")
    with path.open(encoding=encoding, newline="") as handle:
        return list(csv.reader(handle, delimiter=delimiter))


IDS = {"pcl_madrs.csv": "No de dossier"}
SHOWN = {
    "DOB": ("subjects", "age_years"),
    "Dose (mg)": ("sessions", "dose_mg"),
    "Visit Date": ("sessions", "rel_day"),
    MOOD.format(2): ("items", "response"),
    "Total MADRS": ("assessments", "total"),
    "Outcome": ("adverse_events", "outcome"),
    "treatments.csv": ("sessions", ""),
    "questionnaires.csv": ("assessments", ""),
    "adverse.csv": ("adverse_events", ""),
}
"""Where a changed column, or a record that vanished from a file, shows."""


@pytest.mark.truth
def test_the_changes_between_the_months(later):
    detail = later.changes.detail
    planted = [change for change in TRUTHS["changes"] if "row" in change]
    silent = []
    for change in planted:
        table, column = SHOWN[change.get("column", change["file"])]
        rows = detail[detail["table"].eq(table)]
        rows = rows[rows["subject_id"].eq(client_of(1, change["file"], change["row"]))]
        if column:
            told = rows["columns"].str.split(";").map(lambda names, c=column: c in names).any()
        else:
            told = rows["state"].eq("vanished").any()
        if not told:
            silent.append(change.get("column", change["file"]))
    # the totals are those of the answers, so another stored total changes nothing in the study
    assert (len(planted), silent) == (9, ["Total MADRS"])


@pytest.mark.truth
def test_the_changes_of_columns_and_labels(tmp_path):
    files = update(
        HERE / "clinic" / "month2", read_mapping(MAPPING), previous=HERE / "clinic" / "month1"
    ).files
    told = set(zip(files["source"], files["change"], strict=True))
    assert [change["kind"] for change in TRUTHS["changes"] if "row" not in change] == [
        "column renamed",
        "column gone",
        "column new",
        "label new",
    ]
    # two spellings of terms, which are no planted change, stand under "events", "new labels"
    assert told == {
        ("survey", "renamed column"),
        ("treatments", "vanished column"),
        ("events", "new column"),
        ("ratings", "new labels"),
        ("events", "new labels"),
    }


BY_READER = {
    "impossible date": "FMT-050",
    "born in the future": "FMT-050",
    "text instead of a number": "FMT-061",
    "answer label not seen before": "FMT-060",
    "answer out of range": "FMT-064",
    "stored total is not the sum": "FMT-065",
    "stored total counts the extra question": "FMT-065",
    "stored total out of range": "FMT-065",
    "too many items not answered": "FMT-065",
    "event on a day without a session": "FMT-066",
    "no date": "FMT-067",
    "same record twice": "FMT-034",
    "header again": "FMT-033",
    "spaces around the id": "FMT-044",
    "no-break space after the id": "FMT-044",
    "first treatment differs": "FMT-045",
}
"""Kinds of faults that a finding of the reader names by the line of the file."""

BY_CHECK = {
    ("clients.xlsx", "birthday is a placeholder"): ("RNG-001", 1),
    ("clients.xlsx", "treated before the data begin"): ("COU-002", 8),
    ("treatments.csv", "blood pressure the wrong way round"): ("MON-002", 1),
    ("treatments.csv", "drug and route disagree"): ("DOS-005", 1),
    ("treatments.csv", "id that nobody has"): ("REF-001", 13),
    ("treatments.csv", "dose ten times too high"): ("DOS-001", 4),
    ("treatments.csv", "dose text and milligrams differ"): ("DOS-001", 4),
    ("treatments.csv", "kilograms where the clinic writes pounds"): ("DOS-001", 4),
    ("adverse.csv", "end before the beginning"): ("TIM-007", 1),
    ("adverse.csv", "event before the first treatment"): ("TIM-006", 1),
}
"""Rule of `check` and how many rows it names; three kinds share the four rows of
DOS-001, and one session of an unknown id has 12 measurements."""

COUNTED = {
    ("treatments.csv", "blank row"): "blank row",
    ("pcl_madrs.csv", "blank row"): "blank row",
    ("clients.xlsx", "never treated"): "patient without a first treatment up to the cut-off",
    ("clients.xlsx", "test patient"): "not among the rows that the mapping chooses",
    ("treatments.csv", "visit not held"): "not among the rows that the mapping chooses",
    ("treatments.csv", "test patient"): "not among the rows that the mapping chooses",
    ("treatments.csv", "date after the export"): "after the cut-off",
    ("questionnaires.csv", "test patient"): "not among the rows that the mapping chooses",
    ("questionnaires.csv", "scale not asked"): "no answer and no total",
    ("questionnaires.csv", "never treated"): "patient without a first treatment up to the cut-off",
    ("questionnaires.csv", "id that nobody has"): (
        "patient without a first treatment up to the cut-off"
    ),
    ("pcl_madrs.csv", "scale not asked"): "no answer and no total",
    ("adverse.csv", "id that nobody has"): "patient without a first treatment up to the cut-off",
    ("adverse.csv", "sum below the table"): "not among the rows that the mapping chooses",
}
"""Faults whose rows are left out under a reason, in the table of the sources."""

SILENT = {
    ("adverse.csv", "time as text"),  # no canonical column takes the time of the event
}
"""Faults that are not said; none of them makes a value wrong."""

READ_RIGHT = {
    "answers as words",
    "blank columns",
    "blood pressure as one text",
    "byte order mark",
    "date typed as text",
    "day before month",
    "decimal comma",
    "decimal comma in a dose text",
    "dose only as text",
    "id in small letters",
    "item not answered",
    "line break in a cell",
    "missing code",
    "month before day",
    "names, birthdays, phones, e-mails",
    "not UTF-8",
    "numbering begins again",
    "only totals, as from paper",
    "person named in a comment",
    "same birthday and sex, two people",
    "semicolons",
    "session number blank or wrong",
    "title above the header",
    "twice on a day",
    "two ids, one person",
    "weight in pounds",
    "year with two digits",
    "zeros eaten",
}
"""Habits of files that the mapping declares; the counts and cells above hold them."""

SOURCE = {
    "clients.xlsx": "patients",
    "treatments.csv": "treatments",
    "questionnaires.csv": "survey",
    "pcl_madrs.csv": "ratings",
    "adverse.csv": "events",
}


def lines_named(findings):
    """Records of the files, as a spreadsheet numbers them, by source and rule."""
    named = {}
    for finding in findings:
        if finding.mask is not None:
            rows = named.setdefault((finding.table, finding.rule), set())
            rows |= set(finding.mask.rows().tolist())
    return named


@pytest.mark.truth
def test_planted_faults_are_said(found):
    as_exported = lines_named(read_clinic(MONTH, read_mapping(MAPPING)).findings)
    once_mended = lines_named(found.findings)
    checked = {}
    for finding in check(found.require_study()).findings:
        checked[finding.rule] = checked.get(finding.rule, 0) + (finding.count or 0)
    left_out = set(zip(found.sources["source"], found.sources["reason"], strict=True))
    said, unsaid, right = Counter(), [], set()
    for fault in TRUTHS["faults"]:
        file, kind, source = fault["file"], fault["kind"], SOURCE[fault["file"]]
        if fault["month"] != 1:
            continue
        if kind in BY_READER:
            rule = BY_READER[kind]
            lines = set(fault["rows"])
            either = as_exported.get((source, rule), set()) | once_mended.get((source, rule), set())
            said["reader"] += lines <= either
            unsaid += [] if lines <= either else [(file, kind, sorted(lines - either))]
        elif (file, kind) in BY_CHECK:
            rule, count = BY_CHECK[file, kind]
            said["check"] += checked.get(rule) == count
            unsaid += [] if checked.get(rule) == count else [(file, kind, checked.get(rule))]
        elif (file, kind) in COUNTED:
            told = (source, COUNTED[file, kind]) in left_out
            said["counted"] += told
            unsaid += [] if told else [(file, kind)]
        elif (file, kind) in SILENT:
            said["silent"] += 1
        else:
            said["read right"] += 1
            right.add(kind)
    assert unsaid == []
    assert right == READ_RIGHT
    # of 137 faults of the first month 55 are said, 1 is not, and 81 are no fault for a reader
    assert said == {"reader": 30, "check": 10, "counted": 15, "silent": 1, "read right": 81}
