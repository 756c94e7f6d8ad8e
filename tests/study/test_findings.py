"""Findings and their frame."""

import pytest

from analysis.study import Finding, findings_frame

pytestmark = pytest.mark.unit

COLUMNS = ["rule", "severity", "table", "column", "count", "what", "remedy"]


def finding(rule, severity="error", table="subjects", column="", count=None):
    return Finding(
        rule=rule, severity=severity, table=table, column=column, what="W.", remedy="R.",
        count=count, rows=(2, 3),
    )  # fmt: skip


def test_a_finding_as_one_line_has_neither_count_nor_rows():
    assert str(finding("A-1", column="sex", count=3)) == "[A-1] subjects.sex: W. R."
    assert str(finding("A-1")) == "[A-1] subjects: W. R."


def test_errors_come_first_then_by_table_rule_and_column():
    frame = findings_frame(
        [
            finding("B-1", "warning", "a"),
            finding("B-1", table="z"),
            finding("B-2", table="a", column="y", count=4),
            finding("B-2", table="a", column="x"),
            finding("B-1", table="a"),
        ]
    )
    assert list(frame.columns) == COLUMNS
    assert list(zip(frame["table"], frame["rule"], frame["column"], strict=True)) == [
        ("a", "B-1", ""),
        ("a", "B-2", "x"),
        ("a", "B-2", "y"),
        ("z", "B-1", ""),
        ("a", "B-1", ""),
    ]
    assert frame["severity"].tolist() == ["error"] * 4 + ["warning"]
    assert frame["count"].dtype == "Int64"
    assert frame["count"].sum() == 4


def test_no_findings_give_an_empty_frame_with_the_same_columns():
    frame = findings_frame([])
    assert list(frame.columns) == COLUMNS
    assert frame.empty
