"""Rules about single columns, each with a literal table that obeys it and one that does not."""

import pytest

from analysis.checks import check, columns
from analysis.study import TABLES, Study
from tests.builders import CLEAN, EVERY_COLUMN, clean_study, places, with_cell

pytestmark = pytest.mark.unit

DESCRIBED = [(table, TABLES[table].column(column)) for table, column in EVERY_COLUMN]
LIMITED = [(table, c) for table, c in DESCRIBED if c.low is not None]
CODED = [(table, c) for table, c in DESCRIBED if c.allowed]
NEEDED = [(table, c) for table, c in DESCRIBED if not c.nullable]
OPEN = [(table, c) for table, c in DESCRIBED if c.nullable]


RULE = {
    "NUL": columns.required_values,
    "CAT": columns.allowed_values,
    "RNG": columns.ranges,
    "REF": columns.declared_codes,
}


def ids(cases):
    return [f"{table}.{column.name}" for table, column in cases]


def found(table, column, cell, rule):
    study = clean_study(**{table: with_cell(CLEAN[table], column, cell, row=1)})
    findings = list(RULE[rule[:3]](study))
    places(findings)
    return [
        (f.severity, f.count, f.rows)
        for f in findings
        if (f.rule, f.table, f.column) == (rule, table, column)
    ]


@pytest.mark.parametrize(("table", "column"), NEEDED, ids=ids(NEEDED))
def test_a_missing_value_is_found_where_each_row_needs_one(table, column):
    assert found(table, column.name, "", "NUL-001") == [("error", 1, (3,))]


@pytest.mark.parametrize(("table", "column"), OPEN, ids=ids(OPEN))
def test_a_missing_value_is_no_fault_elsewhere(table, column):
    study = clean_study(**{table: with_cell(CLEAN[table], column.name, "", row=1)})
    counts = {"SCO-004"} if (table, column.name) == ("items", "response") else set()
    assert {f.rule for f in check(study).findings} == counts


@pytest.mark.parametrize(("table", "column"), CODED, ids=ids(CODED))
def test_an_unknown_category_is_found_and_the_allowed_ones_are_named(table, column):
    assert found(table, column.name, "zzz", "CAT-001") == [("error", 1, (3,))]
    assert found(table, column.name, column.allowed[0].upper() + "x", "CAT-001")
    for category in column.allowed:
        assert found(table, column.name, category, "CAT-001") == []


def test_all_categories_may_stand_in_one_entry_that_can_have_several():
    every = ";".join(TABLES["subjects"].column("secondary_indications").allowed)
    assert found("subjects", "secondary_indications", every, "CAT-001") == []
    assert found("subjects", "secondary_indications", f"{every};zzz", "CAT-001")


@pytest.mark.parametrize(("table", "column"), LIMITED, ids=ids(LIMITED))
def test_the_limits_of_a_range_belong_to_it(table, column):
    name, low, high = column.name, int(column.low), int(column.high)
    for inside in (low, high):
        assert found(table, name, str(inside), "RNG-001") == []
    for outside in (low - 1, high + 1):
        assert found(table, name, str(outside), "RNG-001") == [("error", 1, (3,))]


@pytest.mark.parametrize(
    ("table", "column", "value", "what"),
    [
        ("subjects", "age_years", "147", "The number is outside 0 to 90 a."),
        ("subjects", "prior_failures", "51", "The number is outside 0 to 50."),
    ],
)
def test_a_range_is_told_with_its_unit(table, column, value, what):
    study = clean_study(**{table: with_cell(CLEAN[table], column, value)})
    said = [finding.what for finding in check(study).findings if finding.rule == "RNG-001"]
    assert said == [what]


@pytest.mark.parametrize(
    ("table", "column", "rule"),
    [
        ("sessions", "subject_id", "REF-001"),
        ("items", "subject_id", "REF-001"),
        ("subjects", "site_id", "REF-002"),
        ("sessions", "site_id", "REF-002"),
        ("assessments", "instrument", "REF-003"),
        ("items", "instrument", "REF-003"),
    ],
)
def test_a_code_that_is_not_declared_is_found(table, column, rule):
    assert found(table, column, "zzz", rule) == [("error", 1, (3,))]
    assert found(table, column, "", rule) == []


def test_codes_are_compared_letter_by_letter():
    assert found("subjects", "site_id", "a", "REF-002")
    assert found("assessments", "instrument", "PHQ9", "REF-003")


def test_a_declared_code_need_not_occur():
    study = clean_study()
    wider = Study(
        title="x", sites=("A", "B", "C"), instruments=("PHQ-9", "MADRS", "GAD-7"),
        tables=study.tables,
    )  # fmt: skip
    assert [(f.rule, f.severity, f.column) for f in check(wider).findings] == [
        ("INS-002", "warning", "instruments")
    ]
