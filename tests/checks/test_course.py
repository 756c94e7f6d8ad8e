"""Rules about the course of treatment."""

import pytest

from analysis.checks import check
from tests.builders import CLEAN, clean_study, places, with_cell, without_column

pytestmark = pytest.mark.unit

OWN = {"NUL-001", "TIM-001", "TIM-002", "TIM-003", "TIM-004", "DOS-001"}
HEADER = CLEAN["sessions"].splitlines()[0]


def findings_of(**tables):
    findings = check(clean_study(**tables)).findings
    places(findings)
    return [(f.rule, f.table, f.column, f.count, f.rows) for f in findings if f.rule in OWN]


def follow_up(start, last, until):
    return with_days(CLEAN["follow_up"], start, last, until)


def with_days(text, start, last, until, row=2):
    for column, day in [
        ("start_day", start),
        ("last_contact_day", last),
        ("observed_until_day", until),
    ]:
        text = with_cell(text, column, str(day), row=row)
    return text


@pytest.mark.parametrize("days", [(0, 14, 14), (-30, 60, 60), (14, 14, 14), (0, 14, 3000)])
def test_days_of_observation_in_order(days):
    assert findings_of(follow_up=follow_up(*days)) == []


@pytest.mark.parametrize("days", [(20, 19, 60), (0, 61, 60), (70, 65, 60)])
def test_days_of_observation_out_of_order(days):
    assert findings_of(follow_up=follow_up(*days)) == [("TIM-001", "follow_up", "", 1, (4,))]


@pytest.mark.parametrize(
    "days", [("", 14, 60), (0, "", 60), (0, 14, ""), ("", "", ""), (0, 61, "")]
)
def test_a_missing_day_of_observation_is_left_to_its_own_rule(days):
    assert {rule for rule, *_ in findings_of(follow_up=follow_up(*days))} == {"NUL-001"}


@pytest.mark.parametrize(
    ("table", "column", "row", "last"),
    [
        ("sessions", "rel_day", 2, 120),
        ("assessments", "rel_day", 5, 60),
        ("adverse_events", "start_day", 1, 120),
        ("encounters", "rel_day", 1, 120),
        ("actions", "rel_day", 0, 120),
    ],
)
def test_nothing_happens_after_the_end_of_observation(table, column, row, last):
    on_the_day = with_cell(CLEAN[table], column, str(last), row=row)
    assert findings_of(**{table: on_the_day}) == []
    after = with_cell(CLEAN[table], column, str(last + 1), row=row)
    assert findings_of(**{table: after}) == [("TIM-002", table, column, 1, (row + 2,))]


def test_events_after_the_last_contact_are_seen_up_to_the_cut_off():
    text = with_cell(CLEAN["adverse_events"], "start_day", "119", row=1)  # last contact: day 40
    assert findings_of(adverse_events=text) == []


def test_sessions_of_one_day_are_in_order():
    assert findings_of(sessions=with_cell(CLEAN["sessions"], "rel_day", "0", row=1)) == []


def test_a_later_number_on_an_earlier_day_is_found_wherever_the_row_stands():
    text = with_cell(CLEAN["sessions"], "rel_day", "2", row=2)
    assert findings_of(sessions=text) == [("TIM-003", "sessions", "session_no", 1, (4,))]
    lines = text.splitlines()
    turned = "\n".join([HEADER, *reversed(lines[1:])])
    assert findings_of(sessions=turned) == [("TIM-003", "sessions", "session_no", 1, (6,))]


def test_a_gap_in_numbers_is_no_wrong_order_and_each_patient_has_their_own():
    text = with_cell(CLEAN["sessions"], "session_no", "7", row=2)
    assert findings_of(sessions=text) == []


@pytest.mark.parametrize("day", ["-1", "1", "8"])
def test_the_first_session_is_on_day_0(day):
    text = with_cell(CLEAN["sessions"], "rel_day", day, row=4)
    assert findings_of(sessions=text) == [("TIM-004", "sessions", "rel_day", 1, (6,))]


def test_a_session_without_a_patient_is_nobodys_first_session():
    text = with_cell(CLEAN["sessions"], "subject_id", "", row=1)
    assert findings_of(sessions=text) == [("NUL-001", "sessions", "subject_id", 1, (3,))]


@pytest.mark.parametrize(
    ("dose", "per_kg", "weight", "found"),
    [
        ("35", "0.5", "70", False),
        ("38.5", "0.5", "70", False),  # 10 % above is not more than a tenth
        ("31.5", "0.5", "70", False),
        ("38.6", "0.5", "70", True),
        ("31.4", "0.5", "70", True),
        ("77", "0.5", "70", True),  # 154 lb
        ("35", "", "70", False),
        ("35", "0.5", "", False),
        ("", "0.5", "70", False),
        ("0", "0", "70", False),
    ],
)
def test_dose_dose_per_weight_and_weight_fit(dose, per_kg, weight, found):
    text = CLEAN["sessions"]
    for column, cell in [("dose_mg", dose), ("dose_mg_kg", per_kg), ("weight_kg", weight)]:
        text = with_cell(text, column, cell)
    expected = [("DOS-001", "sessions", "dose_mg", 1, (2,))] if found else []
    assert findings_of(sessions=text) == expected
    assert check(clean_study(sessions=text)).ok


@pytest.mark.parametrize("column", ["dose_mg_kg", "weight_kg", "infusion_min"])
def test_optional_columns_may_be_absent(column):
    assert findings_of(sessions=without_column(CLEAN["sessions"], column)) == []


@pytest.mark.parametrize(("dose", "found"), [("38.5", False), ("38.6", True), ("31.5", False)])
def test_a_tenth_more_or_less_is_within_the_limit(dose, found):
    # 0.5 mg/kg at 70 kg; and 0.6 at 70, where binary fractions do not meet the limit exactly
    sessions = with_cell(CLEAN["sessions"], "dose_mg", dose)
    assert [f[0] for f in findings_of(sessions=sessions)] == (["DOS-001"] if found else [])
    sessions = with_cell(with_cell(CLEAN["sessions"], "dose_mg", "46.2"), "dose_mg_kg", "0.6")
    assert findings_of(sessions=sessions) == []


@pytest.mark.parametrize("table", ["diagnoses", "concomitant"])
@pytest.mark.parametrize(("day", "found"), [("120", False), ("121", True)])
def test_diagnoses_and_other_drugs_begin_up_to_the_cut_off(table, day, found):
    # p1 is observed until day 120; the end of the entry stands after its beginning or is empty
    text = with_cell(CLEAN[table], "start_day", day)
    expected = [("TIM-002", table, "start_day", 1, (2,))] if found else []
    assert findings_of(**{table: text}) == expected
