"""Findings must lead to the line that an editor shows, whatever stands between the rows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.checks import check_folder
from analysis.study import Finding, scan_folder
from analysis.study.lines import lines_of_records, with_file_lines
from tests.builders import CLEAN, with_cell, write_folder

unit, identity = pytest.mark.unit, pytest.mark.identity


def spread(text, blank, *, after):
    """Put blank lines after a line of a table."""
    lines = text.splitlines(keepends=True)
    return "".join([*lines[:after], *blank, *lines[after:]])


@unit
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("after", [0, 1, 3])
def test_blank_lines_before_a_cell_that_cannot_be_read(tmp_path, after, end):
    text = with_cell(CLEAN["subjects"], "age_years", "old", row=3)  # line 5 of the clean file
    text = spread(text, ["\n", "\n"], after=after).replace("\n", end)
    findings = scan_folder(write_folder(tmp_path, tables={"subjects": text.encode()}))[1]
    assert [(f.rule, f.rows) for f in findings] == [("COL-003", (7,))]


@unit
def test_blank_lines_before_a_value_that_is_not_allowed(tmp_path):
    text = with_cell(CLEAN["subjects"], "age_years", "147", row=3)
    text = spread(text, ["\n", "\n"], after=2)
    result = check_folder(write_folder(tmp_path, tables={"subjects": text}))
    assert [(f.column, f.rows) for f in result.findings] == [("age_years", (7,))]


@unit
def test_a_cell_of_three_lines_before_the_row(tmp_path):
    header = CLEAN["adverse_events"].splitlines()[0].split(",")
    rows = CLEAN["adverse_events"].splitlines()[1:]
    text = with_cell(CLEAN["adverse_events"], "term", '"rash\n\non the arm"', row=0)
    text = text.replace(rows[2], with_cell("\n".join([",".join(header), rows[2]]), "start_day",
                                           "x").splitlines()[1])  # fmt: skip
    findings = scan_folder(write_folder(tmp_path, tables={"adverse_events": text}))[1]
    assert [(f.rule, f.rows) for f in findings] == [("COL-003", (6,))]  # 4 + 2


@unit
def test_findings_without_rows_or_without_a_csv_file_stay_as_they_are(tmp_path):
    about = {"severity": "error", "what": "x", "remedy": "y"}
    findings = [
        Finding(rule="A", table="subjects", **about),
        Finding(rule="B", table="items", rows=(3, 5), **about),
        Finding(rule="C", table="study.json", **about),
    ]
    (tmp_path / "subjects.csv").write_text("\n\na\n")
    assert with_file_lines(findings, tmp_path) == findings


@identity
@settings(deadline=None, max_examples=80, derandomize=True)
@given(
    records=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(["x", "a\nb", "a\n\nb\n", "a\r\nb"])),
        min_size=1,
        max_size=8,
    ),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_every_record_begins_on_the_line_that_names_it(records, end):
    text, expected = "", []
    for blank, cell in records:
        text += end * blank
        line = text.count("\n") + 1
        expected.append((line, [str(line), cell]))
        text += f'{line},"{cell}"{end}'
    assert list(lines_of_records(text.splitlines(keepends=True))) == expected
