"""The list of rules names each code once, with the severity that findings of it have."""

import re
from pathlib import Path

import pytest

from analysis.checks import check, rules
from analysis.checks.catalogue import rules_page
from tests.builders import CLEAN, clean_study, with_cell
from tests.checks.test_rules import CASES
from tests.checks.test_runner import FAULTS

pytestmark = pytest.mark.unit


def test_every_code_is_listed_once_with_its_words():
    listed = rules()
    assert list(listed) == ["code", "severity", "tables", "what", "remedy"]
    assert listed["code"].is_unique
    assert len(listed) == 65  # 15 about files and columns, 50 about values
    assert all(re.fullmatch(r"[A-Z]{3}-\d{3}", code) for code in listed["code"])
    assert listed["what"].str.endswith(".").all()
    assert listed["remedy"].str.endswith(".").all()


@pytest.mark.parametrize("code", FAULTS)
def test_the_listed_severity_is_that_of_the_finding(code):
    table, column, cell, row = FAULTS[code]
    findings = check(
        clean_study(**{table: with_cell(CLEAN[table], column, cell, row=row)})
    ).findings
    assert [f.severity for f in findings] == [rules().set_index("code").loc[code, "severity"]]


def test_cases_of_rules_have_the_listed_severity_and_table():
    listed = rules().set_index("code")
    for code, severity, table, *_ in CASES:
        assert listed.loc[code, "severity"] == severity
        assert table in listed.loc[code, "tables"].split(", ")


def test_the_page_of_rules_is_the_list():
    page = Path(__file__).parents[2] / "docs" / "checks.md"
    assert page.read_text(encoding="utf-8") == rules_page()
