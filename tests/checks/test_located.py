"""Leading findings back to file, line and key; every broken row, and nothing else of it."""

import numpy as np
import pandas as pd
import pytest

from analysis.checks import RULES, CheckResult, check, check_folder
from analysis.checks.broken import broken_rows
from analysis.checks.located import key_columns, located_frames
from analysis.disclosure import require_releasable
from analysis.errors import DataError, DisclosureError
from analysis.study import TABLES, Finding
from tests.builders import CLEAN, clean_study, with_cell, write_folder
from tests.checks.test_runner import FAULTS

unit, identity = pytest.mark.unit, pytest.mark.identity

AFTER = ["column", "rule", "severity", "what", "remedy"]
BROKEN = {
    "subjects": with_cell(
        with_cell(CLEAN["subjects"], "age_years", "147", row=1), "age_years", "131", row=4
    ),
    "sessions": with_cell(CLEAN["sessions"], "weight_kg", "-3", row=1),
}


def rows_of(frame, *columns):
    return list(frame[list(columns)].itertuples(index=False, name=None))


@unit
def test_every_broken_row_with_its_line_and_the_keys_of_its_table(tmp_path):
    located = check_folder(write_folder(tmp_path, tables=BROKEN)).locate("RNG-001")
    assert list(located.columns) == ["file", "row", "subject_id", "session_no", *AFTER]
    assert rows_of(located, "file", "row", "subject_id", "column") == [
        ("sessions.csv", 3, "p1", "weight_kg"),
        ("subjects.csv", 3, "p2", "age_years"),
        ("subjects.csv", 6, "p5", "age_years"),
    ]
    assert located.index.tolist() == [0, 1, 2]
    assert located["session_no"].isna().tolist() == [False, True, True]
    assert located["session_no"].iloc[0] == 2
    assert set(located["rule"]) == {"RNG-001"}
    assert set(located["severity"]) == {"error"}
    assert located["what"].iloc[1].startswith("The number is outside ")
    assert located["remedy"].iloc[1].startswith("Compare with the source")
    assert located.attrs == {"patient_level": True}


@unit
def test_more_than_five_rows_are_all_located():
    study = clean_study()
    study.tables["items"]["item_no"] = pd.array([77] * 11, dtype="Int64")
    located = check(study).locate("SCO-002")
    assert located["row"].tolist() == list(range(2, 13))
    assert set(located["file"]) == {"items"}
    keys = ["subject_id", "instrument", "rel_day", "occurrence", "item_no"]
    assert list(located.columns) == ["file", "row", *keys, *AFTER]
    assert located["instrument"].tolist() == ["PHQ-9"] * 11
    assert located["instrument"].dtype == "string"


@unit
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_are_those_of_an_editor(tmp_path, end):
    lines = BROKEN["subjects"].splitlines()
    text = end.join([lines[0], "", lines[1], lines[2], "", "", *lines[3:], ""])
    located = check_folder(write_folder(tmp_path, tables={"subjects": text})).locate("RNG-001")
    assert located["row"].tolist() == [4, 9]
    assert located["subject_id"].tolist() == ["p2", "p5"]


@unit
def test_rows_of_parquet_are_numbered_with_the_header_as_1(tmp_path):
    folder = write_folder(tmp_path, tables=BROKEN)
    pd.read_csv(folder / "subjects.csv").to_parquet(folder / "subjects.parquet")
    (folder / "subjects.csv").unlink()
    located = check_folder(folder).locate("RNG-001")
    assert rows_of(located, "file", "row", "subject_id")[1:] == [
        ("subjects.parquet", 3, "p2"),
        ("subjects.parquet", 6, "p5"),
    ]


@unit
def test_a_cell_that_cannot_be_read_is_located_without_its_key(tmp_path):
    text = with_cell(CLEAN["sessions"], "dose_mg", "much", row=2)
    lines = text.splitlines(keepends=True)
    text = "".join([lines[0], "\n", *lines[1:]])
    located = check_folder(write_folder(tmp_path, tables={"sessions": text})).locate("COL-003")
    assert rows_of(located, "file", "row", "column") == [("sessions.csv", 5, "dose_mg")]
    assert located[["subject_id", "session_no"]].isna().all(axis=None)


@unit
def test_ragged_rows_are_located_by_the_lines_of_the_file(tmp_path):
    text = CLEAN["subjects"].replace("\np3,", "\n\n\np3,x,").replace("\np5,", "\np5,x,")
    located = check_folder(write_folder(tmp_path, tables={"subjects": text})).locate("FIL-005")
    assert located["row"].tolist() == [6, 8]
    assert located["file"].tolist() == ["subjects.csv"] * 2


@unit
@pytest.mark.parametrize("code", ["KEY-001", "REF-003", "FIL-010"])
def test_a_rule_that_no_row_breaks_gives_an_empty_frame_with_its_columns(code):
    located = check(clean_study()).locate(code)
    assert list(located.columns) == ["file", "row", *AFTER]
    assert located.empty
    assert located.attrs == {"patient_level": True}


@unit
def test_a_finding_that_is_not_about_rows_locates_none(tmp_path):
    folder = write_folder(tmp_path)
    (folder / "notes.txt").write_text("x")
    result = check_folder(folder)
    assert [f.rule for f in result.findings] == ["FIL-008"]
    assert result.locate("FIL-008").empty


@unit
@pytest.mark.parametrize("code", ["KEY-999", "key-001", "", "subjects"])
def test_an_unknown_code_is_refused_with_the_way_to_the_list(code):
    with pytest.raises(DataError, match=r"No rule has this code.*rule_list"):
        check(clean_study()).locate(code)


@unit
def test_rows_of_patients_are_never_released(tmp_path):
    located = check_folder(write_folder(tmp_path, tables=BROKEN)).locate("RNG-001")
    with pytest.raises(DisclosureError):
        require_releasable(located)


@unit
@pytest.mark.parametrize("file", ["subjects.csv", "study.json", "items.csv"])
def test_files_that_changed_after_the_check_are_not_located_in(tmp_path, file):
    folder = write_folder(tmp_path, tables=BROKEN)
    result = check_folder(folder)
    path = folder / file
    path.write_bytes(path.read_bytes().replace(b"p2", b"p22") + b"\n")
    with pytest.raises(DataError, match=r"changed after they were checked.*Check the folder again"):
        result.locate("RNG-001")
    path.unlink()
    with pytest.raises(DataError, match="changed after"):
        result.locate("RNG-001")


@unit
def test_a_file_that_could_not_be_read_and_is_shorter_now_is_not_located_in(tmp_path):
    text = with_cell(CLEAN["sessions"], "dose_mg", "much", row=6)
    text = with_cell(text, "dose_mg", "little", row=0)
    folder = write_folder(tmp_path, tables={"sessions": text})
    result = check_folder(folder)
    assert result.study is None
    assert result.locate("COL-003")["row"].tolist() == [2, 8]
    (folder / "sessions.csv").write_text("subject_id\np1\n")
    with pytest.raises(DataError, match="changed after"):
        result.locate("COL-003")


@unit
def test_findings_come_in_the_order_of_the_frame():
    about = {"what": "W.", "remedy": "R."}
    findings = (
        Finding(rule="B", severity="warning", table="a", **about),
        Finding(rule="B", severity="error", table="b", column="y", **about),
        Finding(rule="B", severity="error", table="b", column="x", **about),
        Finding(rule="A", severity="error", table="b", **about),
        Finding(rule="Z", severity="error", table="a", **about),
    )
    result = CheckResult(findings=findings, n_rules=1, n_rows=1)
    assert [f.rule + f.column for f in result.ordered()] == ["Z", "A", "Bx", "By", "B"]
    assert result.frame()["rule"].tolist() == ["Z", "A", "B", "B", "B"]


@identity
def test_every_finding_about_rows_remembers_each_of_them():
    tables = dict(CLEAN)
    for table, column, cell, row in FAULTS.values():
        tables[table] = with_cell(tables[table], column, cell, row=row)
    study = clean_study(**tables)
    findings = [finding for rule in RULES for finding in rule(study)]
    assert len(findings) > 10
    for finding in findings:
        assert (finding.mask is None) == (finding.count is None)
        if finding.mask is not None:
            assert finding.mask.length == len(study.tables[finding.table])
            assert len(finding.mask.rows()) == finding.count
            assert tuple(finding.mask.rows()[:5]) == finding.rows
    result = check(study)
    located = sum(len(result.locate(code)) for code in {f.rule for f in findings})
    assert located == sum(f.count for f in findings if f.count is not None)


@unit
def test_two_tables_are_located_with_the_keys_of_both_in_one_frame():
    study = clean_study()
    broken = {
        name: broken_rows(
            pd.Series(np.arange(len(study.tables[name])) == 1),
            rule="KEY-001", place=(name, ""), what="W.", remedy="R.",
        )[0]
        for name in ("adverse_events", "assessments")
    }  # fmt: skip
    result = CheckResult(findings=tuple(broken.values()), n_rules=1, n_rows=1, study=study)
    located = result.locate("KEY-001")
    keys = [*TABLES["assessments"].key, "ae_no"]
    assert list(located.columns) == ["file", "row", *keys, *AFTER]
    assert located["subject_id"].tolist() == ["p1", "p1"]
    assert located["ae_no"].tolist()[0] == 2
    assert located["rel_day"].tolist()[1] == -2
    assert str(located["ae_no"].dtype) == str(located["rel_day"].dtype) == "Int64"


@unit
def test_each_frame_of_a_finding_has_the_keys_of_its_table_and_is_marked_as_patient_level():
    study = clean_study(subjects=BROKEN["subjects"], sessions=BROKEN["sessions"])
    findings = check(study).ordered()
    frames = list(located_frames(findings, study=study, folder=None))
    assert [len(frame) for frame in frames] == [1, 2, 1]
    assert [list(frame.columns) for frame in frames] == [
        ["file", "row", *keys, *AFTER]
        for keys in (["subject_id", "session_no"], ["subject_id"], ["subject_id", "session_no"])
    ]
    assert all(frame.attrs == {"patient_level": True} for frame in frames)
    assert key_columns(findings[:1]) == ["subject_id", "session_no"]
    assert key_columns([]) == []
