"""The list of rules: read from the rules, and held equal to the page in docs."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from analysis.checks import RULES, rule_list
from analysis.checks.broken import broken_rows
from analysis.checks.catalogue import catalogue, catalogue_markdown, described_rules
from analysis.errors import DataError
from analysis.study import TABLES, Finding, Study
from analysis.study.structure import STRUCTURAL_RULES
from tests.builders import CLEAN, clean_study, with_cell
from tests.checks.test_runner import FAULTS

pytestmark = pytest.mark.unit


def one(study: Study) -> Iterator[Finding]:
    """TST-001: a first line
    that goes on.

    More text.
    """
    yield from helper(study)


def helper(study: Study) -> Iterator[Finding]:
    """Make two findings."""
    about = {"what": "W.", "remedy": "R."}
    rows = study.tables["subjects"]["subject_id"].isna()
    yield from broken_rows(rows, rule="TST-001", place=("subjects", ""), **about)
    yield from broken_rows(rows, rule="TST-001", place=("items", ""), severity="warning", **about)


def several(study: Study) -> Iterator[Finding]:
    """TST-002, TST-004 to TST-006 and TST-009: study.json is broken."""
    about = {"what": "W.", "remedy": "R.", "severity": "warning"}
    yield Finding(rule="TST-002", table="study.json", **about)
    for table in study.tables:
        for rule, severity in (("TST-004", "error"), ("TST-005", "warning")):
            yield Finding(rule=rule, severity=severity, table=table, what="W.", remedy="R.")


def silent(study: Study) -> Iterator[Finding]:
    """TST-030: nothing is made here."""
    yield from ()


def two(study: Study) -> Iterator[Finding]:
    """TST-031 and TST-032: two demands."""
    about = {"what": "W.", "remedy": "R."}
    yield Finding(rule="TST-031", severity="error", table="items", **about)
    yield Finding(rule="TST-032", severity="warning", table="actions", **about)


def referring(study: Study) -> Iterator[Finding]:
    """TST-033: this is left over by TST-001."""
    yield from ()


def nameless(study: Study) -> Iterator[Finding]:
    """Say nothing about a code."""
    yield from ()


@dataclass(frozen=True, kw_only=True)
class Stated:
    """A rule that says of itself what it is."""

    code: str = "TST-020"
    severity: str = "error"
    table: str = "items"
    what: str = "An item is wrong."

    def __call__(self, _study: Study) -> Iterator[Finding]:
        """Find nothing."""
        yield from ()


def listed(*rules):
    return [
        (d.code, d.severity, d.tables, d.rule)
        for d in described_rules(rules)
        if d.code.startswith("TST")
    ]


def test_code_sentence_severity_and_tables_come_from_the_rule():
    assert listed(one) == [
        ("TST-001", "error or warning", "subjects, items", "A first line that goes on.")
    ]


def test_several_codes_share_a_sentence():
    assert [(code, tables) for code, _, tables, _ in listed(several)] == [
        ("TST-002", "any"),
        ("TST-004", "any"),
        ("TST-005", "any"),
        ("TST-006", "any"),
        ("TST-009", "any"),
    ]
    assert {sentence for *_, sentence in listed(several)} == {"study.json is broken."}
    assert {severity for code, severity, *_ in listed(several) if code == "TST-004"} == {
        "error or warning"
    }


def test_rules_are_sorted_after_the_structural_ones():
    codes = [d.code for d in described_rules((several, one))]
    assert codes[: len(STRUCTURAL_RULES)] == [code for code, *_ in STRUCTURAL_RULES]
    assert codes[len(STRUCTURAL_RULES) :][:2] == ["TST-001", "TST-002"]


def test_a_rule_without_a_code_or_with_a_code_of_another_is_refused():
    with pytest.raises(DataError, match=r"must begin with its code.*nameless"):
        described_rules((nameless,))
    with pytest.raises(DataError, match="same code"):
        described_rules((one, one))


def test_a_rule_whose_findings_cannot_be_seen_is_an_error_in_any_table():
    assert listed(silent) == [("TST-030", "error", "any", "Nothing is made here.")]


def test_a_code_within_the_sentence_is_not_that_of_the_rule():
    assert [code for code, *_ in listed(referring)] == ["TST-033"]


def test_each_code_of_a_function_has_its_own_severity_and_tables():
    assert listed(two) == [
        ("TST-031", "error", "items", "Two demands."),
        ("TST-032", "warning", "actions", "Two demands."),
    ]


def test_a_rule_that_states_what_it_is_is_taken_at_its_word():
    assert listed(Stated()) == [("TST-020", "error", "items", "An item is wrong.")]


def test_one_demand_in_several_tables_is_one_entry():
    rules = (Stated(), Stated(table="actions", severity="warning", what="Another."))
    assert listed(*rules) == [
        ("TST-020", "error or warning", "items, actions", "An item is wrong.")
    ]


@pytest.mark.parametrize(
    "rules",
    [
        (Stated(), Stated()),
        (Stated(), Stated(table="any")),
        (Stated(table="any"), Stated()),
        (Stated(code="FIL-001"),),
    ],
)
def test_one_code_for_two_rules_is_refused(rules):
    with pytest.raises(DataError, match="same code in the same table"):
        described_rules(rules)


def test_literal_entries_of_the_list():
    rules = rule_list().set_index("code")
    assert list(rules.columns) == ["severity", "tables", "rule"]
    assert tuple(rules.loc["KEY-001"]) == ("error", "any", "Two rows have the same key.")
    assert tuple(rules.loc["KEY-002"])[:2] == ("error", "subjects")
    assert tuple(rules.loc["DOS-001"])[:2] == ("warning", "sessions")
    assert tuple(rules.loc["INS-001"]) == (
        "error",
        "study.json",
        "study.json declares a scale that the toolkit does not know.",
    )
    assert tuple(rules.loc["FIL-010"])[:2] == ("error", "calendar")
    assert {"REF-001", "REF-002", "REF-003"} <= set(rules.index)


def test_every_rule_is_listed_with_tables_that_exist():
    rules = rule_list()
    assert len(rules) == 66  # 15 about files and columns, 50 about values
    assert rules["code"].is_unique
    known = {*TABLES, "any", "study.json", "study folder"}
    for tables, sentence, severity in rules[["tables", "rule", "severity"]].to_numpy():
        assert set(tables.split(", ")) <= known
        assert sentence.endswith(".")
        assert severity in ("error", "warning", "error or warning")


@pytest.mark.parametrize("rule", FAULTS)
def test_the_list_agrees_with_what_a_fault_gives(rule):
    table, column, cell, row = FAULTS[rule]
    study = clean_study(**{table: with_cell(CLEAN[table], column, cell, row=row)})
    (finding,) = [f for check in RULES for f in check(study)]
    entry = rule_list().set_index("code").loc[rule]
    assert finding.severity in entry["severity"].split(" or ")
    assert entry["tables"] == "any" or finding.table in entry["tables"].split(", ")


def test_the_page_is_that_of_the_rules():
    page = Path(__file__).parents[2] / "docs" / "checks.md"
    assert page.read_text(encoding="utf-8") == catalogue_markdown(RULES), (
        "The rules changed: run `python docs/make_checks.py`."
    )


def test_a_row_of_the_page():
    lines = catalogue_markdown((one,)).splitlines()
    assert (
        lines[-1] == "| TST-001 | error or warning | subjects, items | A first line that goes on. |"
    )
    assert "| code | severity | tables | what breaks it |" in lines
    assert list(catalogue((one,)).iloc[-1]) == list(listed(one)[0])
