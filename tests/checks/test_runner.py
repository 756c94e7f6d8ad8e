"""Running all rules: one fault gives one finding, and results carry no values."""

import numpy as np
import pandas as pd
import pytest

from analysis.checks import RULES, CheckResult, check, check_folder, columns
from analysis.checks.broken import broken_rows
from analysis.errors import DataError
from analysis.study import TABLES, Finding, Study, read_study
from tests.builders import CLEAN, clean_study, places, with_cell, write_folder

unit, identity = pytest.mark.unit, pytest.mark.identity

FAULTS = {
    "NUL-001": ("sessions", "phase", "", 1),
    "CAT-001": ("sessions", "route", "iv", 1),
    "RNG-001": ("subjects", "age_years", "91", 0),
    "REF-001": ("adverse_events", "subject_id", "p9", 0),
    "REF-002": ("sessions", "site_id", "C", 1),
    "REF-003": ("assessments", "instrument", "GAD-7", 1),
    "TIM-002": ("assessments", "rel_day", "61", 5),
    "TIM-003": ("sessions", "rel_day", "2", 2),
    "TIM-004": ("sessions", "rel_day", "5", 4),
    "DOS-001": ("sessions", "weight_kg", "154", 1),
    "SCO-001": ("assessments", "total", "28", 1),
    "SCO-002": ("items", "response", "4", 9),
    "SCO-003": ("assessments", "total", "12", 2),
    "MON-001": ("monitoring", "unit", "%", 0),
}


@pytest.mark.parametrize("rule", FAULTS)
@unit
def test_one_fault_gives_its_rule_and_no_other(rule):
    table, column, cell, row = FAULTS[rule]
    result = check(clean_study(**{table: with_cell(CLEAN[table], column, cell, row=row)}))
    assert [f.rule for f in result.findings] == [rule]
    assert places(result.findings)[0][1] == table
    assert result.findings[0].count == 1


@unit
def test_many_faults_are_all_found_in_one_pass():
    tables = dict(CLEAN)
    for rule in ("NUL-001", "RNG-001", "REF-001", "SCO-001", "MON-001"):
        table, column, cell, row = FAULTS[rule]
        tables[table] = with_cell(tables[table], column, cell, row=row)
    found = {f.rule for f in check(clean_study(**tables)).findings}
    assert found == {"NUL-001", "RNG-001", "REF-001", "SCO-001", "MON-001"}


@unit
def test_a_clean_study_passes_and_is_handed_on():
    study = clean_study()
    result = check(study)
    rows = sum(len(text.splitlines()) - 1 for text in CLEAN.values())
    assert result.ok
    assert result.require_ok() is study
    assert result.frame().empty
    assert repr(result) == f"{len(RULES)} rules over {rows} rows: 0 errors, 0 warnings."
    assert (result.n_rules, result.n_rows) == (len(RULES), rows)


@unit
def test_warnings_do_not_stop_a_study():
    table, column, cell, row = FAULTS["DOS-001"]
    result = check(clean_study(**{table: with_cell(CLEAN[table], column, cell, row=row)}))
    assert result.ok
    assert result.n_errors == 0
    assert result.summary().endswith("0 errors, 1 warning.")
    assert result.require_ok() is result.study


@unit
def test_an_error_refuses_the_study_and_says_no_value():
    table, column, cell, row = FAULTS["REF-001"]
    result = check(clean_study(**{table: with_cell(CLEAN[table], column, cell, row=row)}))
    with pytest.raises(DataError) as caught:
        result.require_ok()
    message = str(caught.value)
    assert message.splitlines() == [
        "The study has 1 error that analyses cannot pass over.",
        (
            "  [REF-001] adverse_events.subject_id: The code is not declared in the table "
            "subjects. Declare it there, or correct the spelling here."
        ),
    ]
    assert not any(patient in message for patient in ("p1", "p9"))


@unit
def test_what_is_shown_names_rules_and_places_without_counts():
    table, column, cell, row = FAULTS["NUL-001"]
    result = check(clean_study(**{table: with_cell(CLEAN[table], column, cell, row=row)}))
    assert repr(result).splitlines()[1:] == [
        "rule     severity  table     column",
        "NUL-001  error     sessions  phase",
    ]
    assert "<td>NUL-001</td>" in result._repr_html_()
    assert list(result.frame()["count"]) == [1]
    assert "count" not in result._repr_html_()


@unit
def test_a_folder_that_cannot_be_read_is_said_to_be_so(tmp_path):
    folder = write_folder(tmp_path, leave_out=["subjects", "sessions"])
    result = check_folder(folder)
    assert result.study is None
    assert not result.ok
    assert (result.n_rules, result.n_rows) == (0, 0)
    assert result.summary() == (
        "The study could not be read, so no rule about values was run: 2 errors, 0 warnings."
    )
    with pytest.raises(DataError, match=r"2 errors(.|\n)*sessions(.|\n)*Add it"):
        result.require_ok()


@unit
def test_structural_warnings_stand_beside_the_findings_of_the_rules(tmp_path):
    table, column, cell, row = FAULTS["RNG-001"]
    folder = write_folder(tmp_path, tables={table: with_cell(CLEAN[table], column, cell, row=row)})
    (folder / "notes.txt").write_text("x")
    result = check_folder(str(folder))
    assert [f.rule for f in result.findings] == ["FIL-008", "RNG-001"]
    assert result.frame()["rule"].tolist() == ["RNG-001", "FIL-008"]
    assert result.n_rows == check(read_study(folder)).n_rows


@unit
def test_optional_tables_may_be_absent_or_empty(tmp_path):
    optional = [name for name, table in TABLES.items() if not table.required and name in CLEAN]
    assert check_folder(write_folder(tmp_path / "a", leave_out=optional)).findings == ()
    headers = {name: CLEAN[name].splitlines()[0] for name in optional}
    result = check_folder(write_folder(tmp_path / "b", tables=headers))
    assert {f.rule for f in result.findings} == {"FIL-003"}
    assert result.ok


def _shuffled(study: Study, seed: int) -> Study:
    generator = np.random.default_rng(seed)
    tables = {
        name: frame.iloc[generator.permutation(len(frame))].reset_index(drop=True)
        for name, frame in study.tables.items()
    }
    return Study(title="x", sites=study.sites, instruments=study.instruments, tables=tables)


@identity
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_changes_nothing_but_the_line_numbers(seed):
    tables = dict(CLEAN)
    for table, column, cell, row in FAULTS.values():
        tables[table] = with_cell(tables[table], column, cell, row=row)
    study = clean_study(**tables)
    plain, shuffled = check(study), check(_shuffled(study, seed))
    assert len(plain.findings) > 10
    pd.testing.assert_frame_equal(plain.frame(), shuffled.frame())


@identity
@pytest.mark.parametrize("rule", RULES, ids=range(len(RULES)))
@pytest.mark.parametrize("table", CLEAN)
def test_missing_values_everywhere_never_stop_a_rule(rule, table):
    study = clean_study()
    frame = study.tables[table]
    study.tables[table] = pd.concat(
        [frame, pd.DataFrame({name: frame[name].iloc[:0] for name in frame}).reindex(range(3))],
        ignore_index=True,
    ).astype(frame.dtypes.to_dict())
    findings = list(rule(study))
    assert all(isinstance(finding, Finding) for finding in findings)
    if rule is not columns.required_values:
        assert findings == []


@identity
def test_checking_does_not_change_the_study():
    study = clean_study()
    before = {name: frame.copy() for name, frame in study.tables.items()}
    check(study)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(study.tables[name], frame)


@unit
@pytest.mark.parametrize(
    "broken",
    [
        pd.Series([False, True, None, True], dtype="boolean"),
        pd.Series([False, True, False, True], dtype=bool),
        pd.Series([False, True, False, True], dtype=bool, index=[7, 7, 3, 1]),
    ],
)
def test_rows_are_counted_and_a_missing_answer_is_not_broken(broken):
    found = broken_rows(broken, rule="X-1", place=("subjects", "sex"), what="W.", remedy="R.")
    assert [(f.count, f.rows, f.severity) for f in found] == [(2, (3, 5), "error")]


@unit
def test_no_broken_row_gives_no_finding():
    none = pd.Series([False, None], dtype="boolean")
    assert broken_rows(none, rule="X-1", place=("a", ""), what="W.", remedy="R.") == []
    empty = pd.Series([], dtype="boolean")
    assert broken_rows(empty, rule="X-1", place=("a", ""), what="W.", remedy="R.") == []


@unit
def test_counted_words_agree_with_their_number():
    findings = (
        Finding(rule="A", severity="error", table="t", what="W.", remedy="R."),
        Finding(rule="B", severity="warning", table="t", what="W.", remedy="R."),
        Finding(rule="C", severity="warning", table="t", what="W.", remedy="R."),
    )
    result = CheckResult(findings=findings, n_rules=16, n_rows=1_234_567, study=clean_study())
    assert result.summary() == "16 rules over 1,234,567 rows: 1 error, 2 warnings."
