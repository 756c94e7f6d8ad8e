"""Files that are broken as files: each gives exactly its finding, and never more than that."""

import warnings

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from analysis.study import read_study, scan_folder
from analysis.study.files import read_file
from tests.builders import CLEAN, REQUIRED, found, places, write_folder

unit, identity = pytest.mark.unit, pytest.mark.identity

SUBJECTS = CLEAN["subjects"]
SEMICOLONS = SUBJECTS.replace(",", ";")


@unit
def test_the_clean_study_has_no_finding(tmp_path):
    study, findings = scan_folder(write_folder(tmp_path))
    assert findings == []
    assert study is not None


@unit
@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_file_is_named(tmp_path, name):
    study, findings = scan_folder(write_folder(tmp_path, leave_out=[name]))
    assert study is None
    assert places(findings) == [("FIL-000", name, "")]
    assert f"{name}.csv" in findings[0].what


@unit
@pytest.mark.parametrize("name", sorted(set(CLEAN) - set(REQUIRED)))
def test_an_optional_file_may_be_missing(tmp_path, name):
    study, findings = scan_folder(write_folder(tmp_path, leave_out=[name]))
    assert findings == []
    assert study is not None
    assert not study.has(name)


@unit
@pytest.mark.parametrize("content", [b"", b"\n", b"  \r\n \n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_empty_file(tmp_path, content):
    folder = write_folder(tmp_path, tables={"subjects": content})
    assert places(scan_folder(folder)[1]) == [("FIL-003", "subjects", "")]


@unit
@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\n\n"])
def test_a_required_table_without_rows_is_an_error(tmp_path, ending):
    header = SUBJECTS.splitlines()[0] + ending
    study, findings = scan_folder(write_folder(tmp_path, tables={"subjects": header}))
    assert study is None
    assert places(findings) == [("FIL-003", "subjects", "")]
    assert "no rows" in findings[0].what


@unit
def test_an_optional_table_without_rows_is_a_warning_and_keeps_its_types(tmp_path):
    header = CLEAN["adverse_events"].splitlines()[0]
    study, findings = scan_folder(write_folder(tmp_path, tables={"adverse_events": header}))
    assert [(f.rule, f.severity) for f in findings] == [("FIL-003", "warning")]
    assert study is not None
    full = read_study(write_folder(tmp_path / "full")).table("adverse_events").dtypes
    empty = study.table("adverse_events").dtypes
    assert empty.map(lambda dtype: dtype.name).equals(full.map(lambda dtype: dtype.name))


@unit
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_with_and_without_mark(tmp_path, encoding):
    folder = write_folder(tmp_path, tables={"subjects": SUBJECTS.encode(encoding)})
    findings = scan_folder(folder)[1]
    assert places(findings) == [("FIL-002", "subjects", "")]
    assert "UTF-8" in findings[0].remedy


@unit
@pytest.mark.parametrize("padding", [0, 70_000, 3_000_000])
def test_windows_1252_wherever_the_letter_stands(tmp_path, padding):
    rows = CLEAN["adverse_events"] + "p1,3,1,0,rash,1,no,no,unknown\n" * (padding // 30)
    text = rows + "p1,4,1,0,nausée,1,no,no,unknown\n"
    folder = write_folder(tmp_path, tables={"adverse_events": text.encode("cp1252")})
    findings = scan_folder(folder)[1]
    assert places(findings) == [("FIL-002", "adverse_events", "")]
    assert "Windows-1252" in findings[0].what


@unit
def test_windows_1252_in_the_header(tmp_path):
    text = SUBJECTS.replace("sex", "größe")
    folder = write_folder(tmp_path, tables={"subjects": text.encode("cp1252")})
    assert found(folder) == [("FIL-002", "subjects", "")]


@unit
def test_an_excel_workbook_with_the_ending_csv(tmp_path):
    folder = write_folder(tmp_path, tables={"subjects": b"PK\x03\x04\x14\x00\x06\x00\x08\x00"})
    findings = scan_folder(folder)[1]
    assert places(findings) == [("FIL-002", "subjects", "")]
    assert "Excel workbook" in findings[0].what


@unit
@pytest.mark.parametrize("mark", [";", "\t", "|"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_semicolons_tabs_and_bars(tmp_path, mark, bom):
    folder = write_folder(tmp_path, tables={"subjects": bom + SUBJECTS.replace(",", mark)})
    assert places(scan_folder(folder)[1]) == [("FIL-004", "subjects", "")]


@unit
def test_semicolons_with_decimal_commas(tmp_path):
    text = CLEAN["sessions"].replace(",", ";").replace("0.5", "0,5")
    assert found(write_folder(tmp_path, tables={"sessions": text})) == [("FIL-004", "sessions", "")]


RAGGED = {
    "first row longer": ("a,b\n1,2,3\n4,5\n", 1, (2,)),
    "later row longer": ("a,b\n1,2\n4,5,6\n", 1, (3,)),
    "every row longer": ("a,b\n1,2,3\n4,5,6\n", 2, (2, 3)),
    "every row ends with a comma": ("a,b\n1,2,\n4,5,\n", 2, (2, 3)),
    "first row shorter": ("a,b\n1\n4,5\n", 1, (2,)),
    "last row shorter": ("a,b\n1,2\n4\n", 1, (3,)),
    "more than five": ("a,b\n" + "1,2\n1\n" * 9, 9, (3, 5, 7, 9, 11)),
    "after blank lines": ("\na,b\n\n\n1,2\n4\n", 1, (6,)),
    "after a cell of three lines": ('a,b\n1,"x\n\ny"\n4\n', 1, (5,)),
    "with Windows line ends": ("a,b\r\n\r\n1,2\r\n4\r\n", 1, (4,)),
}


@unit
@pytest.mark.parametrize("text", RAGGED.values(), ids=RAGGED)
def test_ragged_rows_are_counted_and_no_cell_is_cut_off(tmp_path, text):
    content, count, rows = text
    (tmp_path / "subjects.csv").write_bytes(content.encode())
    with warnings.catch_warnings():
        warnings.simplefilter("default")  # as in a notebook, where a warning stops nothing
        frame, findings = read_file(tmp_path / "subjects.csv", table="subjects")
    assert frame is None
    assert places(findings) == [("FIL-005", "subjects", "")]
    assert (findings[0].count, findings[0].rows) == (count, rows)


@unit
@pytest.mark.parametrize(
    "body", ['1,"2\n4,5\n', '1,2\n"4,5\n', '1,2\n4,"5', '1,"' + "x" * 200_000 + "\n4,5\n"]
)
def test_a_quotation_mark_that_is_left_open(tmp_path, body):
    (tmp_path / "subjects.csv").write_text("a,b\n" + body)
    frame, findings = read_file(tmp_path / "subjects.csv", table="subjects")
    assert frame is None
    assert places(findings) == [("FIL-005", "subjects", "")]


@unit
@pytest.mark.parametrize("header", ["a,b,a", "a,b, a ", '"a",b,a', " a,b,a"])
def test_two_columns_of_one_name(tmp_path, header):
    (tmp_path / "subjects.csv").write_text(header + "\n1,2,3\n")
    frame, findings = read_file(tmp_path / "subjects.csv", table="subjects")
    assert frame is None
    assert places(findings) == [("FIL-006", "subjects", "")]


@unit
def test_nameless_columns_at_the_end_are_left_out_by_position(tmp_path):
    lines = [line + ",," for line in SUBJECTS.splitlines()]
    study, findings = scan_folder(
        write_folder(tmp_path, tables={"subjects": "\n".join(lines) + "\n"})
    )
    assert study is not None
    assert [(f.rule, f.severity) for f in findings] == [("COL-002", "warning")]
    assert "position 13, 14." in findings[0].what


@unit
def test_csv_and_parquet_of_one_table(tmp_path):
    folder = write_folder(tmp_path)
    parquet.write_table(pa.table({"a": [1]}), folder / "subjects.parquet")
    assert places(scan_folder(folder)[1]) == [("FIL-009", "subjects", "")]


@unit
@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\0" * 50 + b"PAR1", b"a,b\n1,2\n"])
def test_a_broken_parquet_file(tmp_path, content):
    folder = write_folder(tmp_path, leave_out=["subjects"])
    (folder / "subjects.parquet").write_bytes(content)
    assert places(scan_folder(folder)[1]) == [("FIL-001", "subjects", "")]


@unit
def test_a_parquet_file_that_was_cut_off(tmp_path):
    whole = tmp_path / "whole.parquet"
    pd.DataFrame({"a": range(1000)}).to_parquet(whole)
    folder = write_folder(tmp_path / "study", leave_out=["subjects"])
    (folder / "subjects.parquet").write_bytes(whole.read_bytes()[:-100])
    assert found(folder) == [("FIL-001", "subjects", "")]


@unit
def test_two_parquet_columns_of_one_name(tmp_path):
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a "])
    parquet.write_table(table, tmp_path / "subjects.parquet")
    frame, findings = read_file(tmp_path / "subjects.parquet", table="subjects")
    assert frame is None
    assert places(findings) == [("FIL-006", "subjects", "")]
    same = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    parquet.write_table(same, tmp_path / "subjects.parquet")
    frame, findings = read_file(tmp_path / "subjects.parquet", table="subjects")
    assert frame is None
    assert places(findings) == [("FIL-006", "subjects", "")]


@unit
def test_a_parquet_file_with_a_pandas_index_keeps_all_its_columns(tmp_path):
    folder = write_folder(tmp_path)
    frame = pd.read_csv(folder / "subjects.csv").set_index("subject_id")
    (folder / "subjects.csv").unlink()
    frame.to_parquet(folder / "subjects.parquet")
    study, findings = scan_folder(folder)
    assert findings == []
    assert study is not None
    assert study.table("subjects")["subject_id"].tolist() == ["p1", "p2", "p3", "p4", "p5"]


@unit
@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: "\ufeff" + text.replace("\n", "\r\n"),
        lambda text: text.rstrip("\n"),
        lambda text: text + "\n\n",
        lambda text: "\n" + text,
        lambda text: text.replace("p1,", '"p1",'),
        lambda text: text.replace("p1,", " p1 ,"),
        lambda text: text.replace("site_id", '" site_id "'),
    ],
    ids=["CRLF", "CR", "BOM", "BOM CRLF", "no last end", "blank end", "blank start", "quoted",
         "spaces", "spaces in header"],
)  # fmt: skip
def test_harmless_ways_to_write_the_same_table(tmp_path, change):
    plain = read_study(write_folder(tmp_path / "plain"))
    folder = write_folder(
        tmp_path / "other", tables={name: change(text) for name, text in CLEAN.items()}
    )
    study = read_study(folder)
    for name in CLEAN:
        pd.testing.assert_frame_equal(study.table(name), plain.table(name))


@unit
def test_quoted_line_ends_and_commas_stay_in_their_cell(tmp_path):
    text = CLEAN["adverse_events"].replace("nausea", '"a, ""b""\nc"')
    study = read_study(write_folder(tmp_path, tables={"adverse_events": text}))
    assert study.table("adverse_events")["term"].tolist() == ['a, "b"\nc', "fall", "dizziness"]


@unit
@pytest.mark.parametrize("word", ["NA", "null", "None", "nan", "N/A", "-"])
def test_words_for_missing_are_not_guessed(tmp_path, word):
    text = SUBJECTS.replace("p1,A,34,", f"p1,A,{word},")
    assert found(write_folder(tmp_path, tables={"subjects": text})) == [
        ("COL-003", "subjects", "age_years")
    ]


@identity
@settings(deadline=None, max_examples=100, derandomize=True)
@given(content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_whatever_the_bytes_there_is_a_frame_or_one_finding(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    frame, findings = read_file(path, table="subjects")
    assert (frame is None) == (len(findings) == 1)
    assert frame is None or frame.columns.is_unique


_CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@identity
@settings(deadline=None, max_examples=100, derandomize=True)
@given(rows=st.lists(st.tuples(_CELL, _CELL), min_size=1, max_size=6))
def test_every_cell_comes_back(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "cells.csv"
    quoted = ["a,b", *(",".join('"' + c.replace('"', '""') + '"' for c in row) for row in rows)]
    path.write_bytes("\n".join(quoted).encode())
    frame, findings = read_file(path, table="subjects")
    assert findings == []
    assert frame is not None
    read = frame.astype(object).where(frame.notna(), "").to_numpy().tolist()
    assert read == [list(row) for row in rows]
