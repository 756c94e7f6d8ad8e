"""Rules about the rows of a table."""

import pytest

from analysis.checks import check
from analysis.study import TABLES
from tests.builders import CLEAN, clean_study, places, with_cell

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("table", CLEAN)
def test_repeated_rows_are_counted_after_the_first(table):
    last = CLEAN[table].splitlines()[-1] + "\n"
    findings = check(clean_study(**{table: CLEAN[table] + last + last})).findings
    assert places(findings) == [("KEY-001", table, "")]
    first_repeat = len(CLEAN[table].splitlines()) + 1
    assert (findings[0].count, findings[0].rows) == (2, (first_repeat, first_repeat + 1))
    assert ", ".join(TABLES[table].key) in findings[0].what


def test_rows_that_differ_in_one_part_of_the_key_are_not_repeated():
    text = CLEAN["assessments"] + "p2,PHQ-9,0,3,,26,9,self\np2,MADRS,0,1,,26,9,clinician\n"
    assert check(clean_study(assessments=text)).findings == ()


def test_rows_without_a_whole_key_are_no_repeats():
    text = CLEAN["sessions"]
    for row in (2, 6):  # the last sessions of their patients
        text = with_cell(with_cell(text, "subject_id", "", row=row), "session_no", "9", row=row)
    events = with_cell(CLEAN["adverse_events"], "session_no", "", row=2)
    findings = check(clean_study(sessions=text, adverse_events=events)).findings
    assert places(findings) == [("NUL-001", "sessions", "subject_id")]
    assert findings[0].count == 2


def test_a_patient_without_follow_up_is_found():
    lines = CLEAN["follow_up"].splitlines()
    findings = check(clean_study(follow_up="\n".join(lines[:-2]))).findings
    assert places(findings) == [("KEY-002", "subjects", "subject_id")]
    assert (findings[0].count, findings[0].rows) == (2, (5, 6))


def test_a_million_repeated_rows_are_one_finding():
    study = clean_study()
    once = study.tables["follow_up"]
    study.tables["follow_up"] = once.loc[once.index.repeat(200_000)].reset_index(drop=True)
    findings = check(study).findings
    assert [(f.rule, f.count, f.rows) for f in findings] == [("KEY-001", 999_995, (3, 4, 5, 6, 7))]
