"""Each rule about rows: one cell at its limit obeys it, one beyond breaks it and no other rule."""

from dataclasses import replace

import pytest

from analysis.checks import check
from tests.builders import CALENDAR, CLEAN, clean_study, places, typed, with_cell

pytestmark = pytest.mark.unit

# code, severity, table, column, row, changes beyond the limit, changes at the limit;
# a change is (table, column, row, cell)
CASES = [
    ("REF-004", "error", "monitoring", "session_no", 7,
     [("monitoring", "session_no", 7, "2")], [("monitoring", "session_no", 7, "1")]),
    ("REF-004", "error", "adverse_events", "session_no", 0,
     [("adverse_events", "session_no", 0, "4")], [("adverse_events", "session_no", 0, "3")]),
    ("REF-004", "error", "actions", "session_no", 0,
     [("actions", "session_no", 0, "4")], [("actions", "session_no", 0, "3")]),
    ("REF-004", "error", "assessments", "session_no", 3,
     [("assessments", "session_no", 3, "2")], [("assessments", "session_no", 3, "")]),
    ("REF-005", "error", "items", "", 10,
     [("items", "rel_day", 10, "8")], [("items", "rel_day", 10, "7")]),
    ("SUB-001", "warning", "subjects", "secondary_indications", 0,
     [("subjects", "secondary_indications", 0, "PTSD;depression")],
     [("subjects", "secondary_indications", 0, "PTSD;bipolar depression")]),
    ("TIM-005", "error", "assessments", "rel_day", 5,
     [("assessments", "rel_day", 5, "15")], [("assessments", "rel_day", 5, "14")]),
    ("TIM-005", "error", "assessments", "rel_day", 5,  # up to the end of observation
     [("assessments", "rel_day", 5, "60")],
     [("assessments", "rel_day", 5, "60"), ("follow_up", "last_contact_day", 2, "60")]),
    ("TIM-005", "error", "sessions", "rel_day", 2,
     [("sessions", "rel_day", 2, "41")], [("sessions", "rel_day", 2, "40")]),
    ("TIM-005", "error", "encounters", "rel_day", 1,
     [("encounters", "rel_day", 1, "41")], [("encounters", "rel_day", 1, "40")]),
    ("TIM-006", "error", "assessments", "rel_day", 0,
     [("assessments", "rel_day", 0, "-3")], [("assessments", "rel_day", 0, "-2")]),
    ("TIM-006", "error", "adverse_events", "start_day", 0,
     [("adverse_events", "start_day", 0, "-3")], [("adverse_events", "start_day", 0, "-2")]),
    ("TIM-006", "error", "encounters", "rel_day", 0,
     [("encounters", "rel_day", 0, "-3")], [("encounters", "rel_day", 0, "-1")]),
    ("TIM-006", "error", "actions", "rel_day", 0,
     [("actions", "rel_day", 0, "-3")], [("actions", "rel_day", 0, "-2")]),
    ("TIM-007", "error", "adverse_events", "end_day", 0,
     [("adverse_events", "end_day", 0, "-1")], [("adverse_events", "end_day", 0, "0")]),
    ("TIM-007", "error", "diagnoses", "end_day", 1,
     [("diagnoses", "end_day", 1, "-31")], [("diagnoses", "end_day", 1, "-30")]),
    ("TIM-007", "error", "concomitant", "end_day", 1,
     [("concomitant", "end_day", 1, "-21")], [("concomitant", "end_day", 1, "-20")]),
    ("TIM-008", "error", "sessions", "rel_day", 6,
     [("adverse_events", "end_day", 2, "199"), ("adverse_events", "start_day", 2, "199")],
     [("adverse_events", "end_day", 2, "200")]),
    ("TIM-009", "warning", "sessions", "session_no", 2,
     [("sessions", "session_no", 2, "4")], [("sessions", "session_no", 2, "3")]),
    ("TIM-009", "warning", "sessions", "session_no", 4,  # from 1 on
     [("sessions", "session_no", 4, "2")], [("sessions", "session_no", 4, "1")]),
    ("AEV-001", "error", "adverse_events", "severity", 2,
     [("adverse_events", "severity", 2, "4")], [("adverse_events", "severity", 2, "5")]),
    ("AEV-001", "error", "adverse_events", "severity", 0,
     [("adverse_events", "severity", 0, "5")], [("adverse_events", "severity", 0, "4")]),
    ("AEV-001", "error", "adverse_events", "severity", 1,  # only of a known outcome
     [("adverse_events", "severity", 1, "5")],
     [("adverse_events", "severity", 1, "5"), ("adverse_events", "outcome", 1, "")]),
    ("AEV-002", "error", "adverse_events", "outcome", 2,
     [("follow_up", "end_reason", 3, "completed")], [("follow_up", "end_reason", 3, "died")]),
    ("AEV-003", "warning", "adverse_events", "serious", 0,
     [("adverse_events", "serious", 0, "yes")],
     [("adverse_events", "serious", 0, "yes"), ("adverse_events", "severity", 0, "2")]),
    ("DOS-002", "warning", "sessions", "dose_mg", 3,  # IM: 2 * 1.0 mg/kg
     [("sessions", "dose_mg_kg", 3, "2.01")], [("sessions", "dose_mg_kg", 3, "2")]),
    ("DOS-002", "warning", "sessions", "dose_mg", 3,  # IM: 0.5 / 2 mg/kg
     [("sessions", "dose_mg_kg", 3, "0.24")], [("sessions", "dose_mg_kg", 3, "0.25")]),
    ("DOS-002", "warning", "sessions", "dose_mg", 5,  # SL: 2 * 450 mg
     [("sessions", "dose_mg", 5, "901")], [("sessions", "dose_mg", 5, "900")]),
    ("DOS-002", "warning", "sessions", "dose_mg", 5,  # SL: 300 / 2 mg
     [("sessions", "dose_mg", 5, "149")], [("sessions", "dose_mg", 5, "150")]),
    ("DOS-002", "warning", "sessions", "dose_mg", 3,  # IV: 2 * 1.2 mg/kg
     [("sessions", "route", 3, "IV"), ("sessions", "dose_mg_kg", 3, "2.41")],
     [("sessions", "route", 3, "IV"), ("sessions", "dose_mg_kg", 3, "2.4")]),
    ("DOS-002", "warning", "sessions", "dose_mg", 3,  # IV: 0.5 / 2 mg/kg
     [("sessions", "route", 3, "IV"), ("sessions", "dose_mg_kg", 3, "0.24")],
     [("sessions", "route", 3, "IV"), ("sessions", "dose_mg_kg", 3, "0.25")]),
    ("DOS-002", "warning", "sessions", "dose_mg", 3,  # SC: 2 * 0.9 mg/kg
     [("sessions", "route", 3, "SC"), ("sessions", "dose_mg_kg", 3, "1.81")],
     [("sessions", "route", 3, "SC"), ("sessions", "dose_mg_kg", 3, "1.8")]),
    ("DOS-002", "warning", "sessions", "dose_mg", 3,  # SC: 0.5 / 2 mg/kg
     [("sessions", "route", 3, "SC"), ("sessions", "dose_mg_kg", 3, "0.24")],
     [("sessions", "route", 3, "SC"), ("sessions", "dose_mg_kg", 3, "0.25")]),
    ("DOS-002", "warning", "sessions", "dose_mg", 3,  # only full doses
     [("sessions", "dose_mg_kg", 3, "2.01")],
     [("sessions", "dose_mg_kg", 3, "2.01"), ("sessions", "completed", 3, "false")]),
    ("DOS-002", "warning", "sessions", "dose_mg", 3,  # only of ketamine
     [("sessions", "dose_mg_kg", 3, "2.01")],
     [("sessions", "dose_mg_kg", 3, "2.01"), ("sessions", "agent", 3, "esketamine")]),
    ("DOS-003", "warning", "sessions", "dose_mg", 4,
     [("sessions", "dose_mg", 4, "55")], [("sessions", "dose_mg", 4, "56")]),
    ("DOS-003", "warning", "sessions", "dose_mg", 4,
     [("sessions", "dose_mg", 4, "57")],
     [("sessions", "dose_mg", 4, "57"), ("sessions", "agent", 4, "ketamine")]),
    ("DOS-003", "warning", "sessions", "dose_mg", 4,
     [("sessions", "dose_mg", 4, "85")],
     [("sessions", "dose_mg", 4, "85"), ("sessions", "completed", 4, "false")]),
    ("DOS-003", "warning", "sessions", "dose_mg", 4,
     [("sessions", "dose_mg", 4, "83")], [("sessions", "dose_mg", 4, "84")]),
    ("DOS-003", "warning", "sessions", "dose_mg", 4,
     [("sessions", "dose_mg", 4, "29")], [("sessions", "dose_mg", 4, "28")]),
    ("DOS-004", "warning", "sessions", "infusion_min", 3,
     [("sessions", "infusion_min", 3, "1")], [("sessions", "infusion_min", 3, "0")]),
    ("DOS-005", "warning", "sessions", "route", 6,  # one of two by spray; of three, one
     [("sessions", "agent", 6, "esketamine")],
     [("sessions", "agent", 5, "esketamine"), ("sessions", "agent", 6, "esketamine")]),
    ("SES-001", "error", "sessions", "stop_reason", 1,
     [("sessions", "completed", 1, "true")], [("sessions", "completed", 1, "false")]),
    ("SES-002", "warning", "sessions", "discharged_min", 0,
     [("sessions", "discharged_min", 0, "94")], [("sessions", "discharged_min", 0, "95")]),
    ("COU-001", "error", "sessions", "course_no", 6,
     [("sessions", "course_no", 6, "3")], [("sessions", "course_no", 6, "1")]),
    ("COU-001", "error", "sessions", "course_no", 3,
     [("sessions", "course_no", 3, "2")], [("sessions", "course_no", 3, "1")]),
    ("COU-001", "error", "sessions", "course_no", 2,  # numbers never fall
     [("sessions", "course_no", 1, "2")],
     [("sessions", "course_no", 1, "2"), ("sessions", "course_no", 2, "2")]),
    ("COU-002", "warning", "sessions", "phase", 3,
     [("sessions", "phase", 3, "maintenance")], [("sessions", "phase", 5, "maintenance")]),
    ("COU-002", "warning", "sessions", "phase", 6,
     [("sessions", "phase", 6, "maintenance")], [("sessions", "phase", 6, "induction")]),
    ("COU-002", "warning", "sessions", "phase", 4,  # unknown whether treated before
     [("sessions", "phase", 4, "maintenance")],
     [("sessions", "phase", 4, "maintenance"), ("subjects", "treated_before_data", 2, "true")]),
    ("COU-004", "warning", "sessions", "phase", 2,
     [("sessions", "phase", 2, "induction"), ("sessions", "phase", 1, "maintenance")],
     [("sessions", "phase", 1, "maintenance")]),
    ("SIT-001", "warning", "subjects", "site_id", 1,
     [("subjects", "site_id", 1, "B")], [("sessions", "site_id", 2, "B")]),
    ("SCO-004", "warning", "assessments", "n_answered", 2,
     [("assessments", "n_answered", 2, "8")], [("assessments", "n_answered", 2, "9")]),
    ("SCO-005", "error", "assessments", "n_answered", 1,
     [("assessments", "n_answered", 1, "10")], [("assessments", "n_answered", 1, "9")]),
    ("SCO-006", "warning", "assessments", "occurrence", 4,
     [("assessments", "total", 4, "27"), ("assessments", "hours_post", 4, "-0.5")],
     [("assessments", "total", 4, "27")]),
    ("SCO-007", "warning", "assessments", "rater", 1,
     [("assessments", "rater", 1, "clinician")], [("assessments", "rater", 1, "self")]),
    ("SCO-008", "error", "assessments", "hours_post", 4,
     [("assessments", "hours_post", 4, "24.5")], [("assessments", "hours_post", 4, "24")]),
    ("SCO-008", "error", "assessments", "hours_post", 3,
     [("assessments", "hours_post", 3, "-24"), ("sessions", "session_no", 3, "1"),
      ("assessments", "rel_day", 3, "1"), ("follow_up", "last_contact_day", 1, "1")],
     [("assessments", "hours_post", 3, "-24")]),
    ("MON-002", "error", "monitoring", "value", 2,
     [("monitoring", "value", 2, "141")], [("monitoring", "value", 2, "140")]),
    ("MON-003", "error", "monitoring", "value", 4,
     [("monitoring", "value", 4, "101")], [("monitoring", "value", 4, "100")]),
    ("MON-003", "error", "monitoring", "value", 3,
     [("monitoring", "value", 3, "19")], [("monitoring", "value", 3, "20")]),
    ("MON-003", "error", "monitoring", "value", 7,
     [("monitoring", "value", 7, "6")], [("monitoring", "value", 7, "0")]),
    ("MON-004", "warning", "monitoring", "rel_min", 0,
     [("monitoring", "rel_min", 0, "1")], [("monitoring", "rel_min", 0, "0")]),
    ("MON-005", "warning", "monitoring", "rel_min", 7,
     [("monitoring", "rel_min", 7, "91")], [("monitoring", "rel_min", 7, "90")]),
]  # fmt: skip


def changed(changes):
    tables = {}
    for table, column, row, cell in changes:
        tables[table] = with_cell(tables.get(table, CLEAN[table]), column, cell, row=row)
    return clean_study(**tables)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[2]}-{case[3]}")
def test_beyond_the_limit_is_this_finding_and_no_other(case):
    code, severity, table, column, row, beyond, limit = case
    findings = check(changed(beyond)).findings
    assert places(findings) == [(code, table, column)]
    assert [(f.severity, f.count, f.rows) for f in findings] == [(severity, 1, (row + 2,))]
    assert check(changed(limit)).findings == ()


@pytest.mark.parametrize(("gap", "broken"), [(None, False), (200, False), (201, True)])
def test_a_course_begins_no_sooner_than_the_study_says(gap, broken):
    findings = check(replace(clean_study(), course_gap_days=gap)).findings
    expected = [("COU-003", "sessions", "course_no")] if broken else []
    assert places(findings) == expected
    assert [(f.severity, f.count, f.rows) for f in findings] == [("error", 1, (8,))] * broken


@pytest.mark.parametrize(
    ("day", "rule"), [("93", []), ("92", ["COU-003"]), ("3", ["COU-003"]), ("2", ["TIM-003"])]
)
def test_a_course_may_not_begin_on_the_last_day_of_another_and_an_earlier_day_is_another_fault(
    day, rule
):
    about = {"rel_day": day, "course_no": "2", "phase": "induction"}  # the one before is on day 3
    study = changed(
        [
            *(("sessions", column, 2, cell) for column, cell in about.items()),
            ("follow_up", "last_contact_day", 0, "93"),
        ]
    )
    findings = check(replace(study, course_gap_days=90)).findings
    assert [f.rule for f in findings if f.rows == (4,)] == rule


def test_each_session_with_a_pressure_needs_one_before_its_dose():
    later = "p1,2,40,sbp,141,mm[Hg]\n"
    study = clean_study(monitoring=CLEAN["monitoring"] + later)
    findings = check(study).findings
    assert places(findings) == [("MON-004", "monitoring", "rel_min")]
    assert findings[0].rows == (10,)
    before = "p1,2,-5,sbp,128,mm[Hg]\n"
    assert check(clean_study(monitoring=CLEAN["monitoring"] + later + before)).findings == ()


def test_a_pressure_of_no_session_is_left_to_the_rule_about_missing_values():
    findings = check(changed([("monitoring", "session_no", 1, "")])).findings
    assert places(findings) == [("NUL-001", "monitoring", "session_no")]


def test_every_patient_has_a_row_in_the_calendar_when_there_is_one():
    study = clean_study()
    study.tables["calendar"] = typed("calendar", CALENDAR)
    findings = check(study).findings
    assert places(findings) == [("KEY-003", "subjects", "subject_id")]
    assert [(f.severity, f.count, f.rows) for f in findings] == [("error", 3, (4, 5, 6))]
    whole = CALENDAR + "".join(f"p{n},2024-03-01\n" for n in (3, 4, 5))
    study.tables["calendar"] = typed("calendar", whole)
    assert check(study).findings == ()


# Widest readings of monitors; CADSS: 23 items of 0 to 4 (Bremner et al. 1998, J Trauma Stress 11,
# 125-136), its short form six of them; MOAA/S: 0 to 5 (Chernik et al. 1990, J Clin Psychopharmacol
# 10, 244-251)
@pytest.mark.parametrize(
    ("parameter", "unit", "low", "high"),
    [
        ("sbp", "mm[Hg]", 40, 300),
        ("dbp", "mm[Hg]", 20, 200),
        ("hr", "/min", 20, 250),
        ("spo2", "%", 40, 100),
        ("rr", "/min", 2, 80),
        ("cadss", "{score}", 0, 92),
        ("cadss6", "{score}", 0, 24),
        ("moaas", "{score}", 0, 5),
    ],
)
def test_measurements_are_possible_up_to_both_limits(parameter, unit, low, high):
    cells = {"rel_min": "0", "parameter": parameter, "unit": unit}
    about = [("monitoring", column, 7, cell) for column, cell in cells.items()]

    def codes(value):
        findings = check(changed([*about, ("monitoring", "value", 7, str(value))])).findings
        return [(f.rule, f.count, f.rows) for f in findings if f.rule != "RNG-001"]

    assert codes(low) == codes(high) == []
    assert codes(low - 1) == codes(high + 1) == [("MON-003", 1, (9,))]


@pytest.mark.parametrize(
    ("agent", "route", "weighed"),
    [
        ("ketamine", "IV", True),
        ("ketamine", "IM", True),
        ("ketamine", "SC", True),
        ("ketamine", "SL", False),
        ("ketamine", "IN", False),
        ("ketamine", "PO", False),
        ("esketamine", "IV", False),
        ("esketamine", "IM", False),
    ],
)
def test_only_ketamine_by_needle_is_dosed_by_weight(agent, route, weighed):
    cells = {"agent": agent, "route": route, "dose_mg": "200"}  # 0.6 mg/kg and 80 kg: 48 mg
    findings = check(
        changed([("sessions", name, 3, cell) for name, cell in cells.items()])
    ).findings
    assert places(findings) == [("DOS-001", "sessions", "dose_mg")] * weighed


@pytest.mark.parametrize(
    ("table", "column", "row"),
    [
        ("sessions", "rel_day", 2),
        ("assessments", "rel_day", 0),
        ("adverse_events", "start_day", 0),
        ("encounters", "rel_day", 1),
        ("actions", "rel_day", 0),
    ],
)
def test_nothing_happens_after_death(table, column, row):
    death = [
        ("adverse_events", "severity", 1, "5"),
        ("adverse_events", "outcome", 1, "fatal"),
        ("adverse_events", "end_day", 1, "60"),
        ("adverse_events", "end_day", 0, ""),
        ("follow_up", "end_reason", 0, "died"),
        ("follow_up", "last_contact_day", 0, "120"),
    ]
    assert check(changed([*death, (table, column, row, "60")])).findings == ()
    findings = check(changed([*death, (table, column, row, "61")])).findings
    assert places(findings) == [("TIM-008", table, column)]
    assert [(f.severity, f.count, f.rows) for f in findings] == [("error", 1, (row + 2,))]


@pytest.mark.parametrize(
    ("first", "second", "broken"), [("60", "70", True), ("70", "60", True), ("70", "70", False)]
)
def test_nothing_happens_after_the_first_of_two_fatal_events(first, second, broken):
    death = [
        *(("adverse_events", "severity", row, "5") for row in (0, 1)),
        *(("adverse_events", "outcome", row, "fatal") for row in (0, 1)),
        ("adverse_events", "end_day", 0, first),
        ("adverse_events", "end_day", 1, second),
        ("follow_up", "end_reason", 0, "died"),
        ("follow_up", "last_contact_day", 0, "120"),
        ("sessions", "rel_day", 2, "61"),
    ]
    found = places(check(changed(death)).findings)
    assert found == [("TIM-008", "sessions", "rel_day")] * broken


def test_an_event_without_an_outcome_ends_nothing():
    events = [("adverse_events", "outcome", 0, ""), ("adverse_events", "end_day", 0, "1")]
    assert check(changed(events)).findings == ()


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("subject_id", "p9", "REF-001"),
        ("subject_id", "", "NUL-001"),
        ("instrument", "GAD-7", "REF-003"),
        ("instrument", "", "NUL-001"),
        ("rel_day", "", "NUL-001"),
        ("occurrence", "", "NUL-001"),
    ],
)
def test_items_without_a_whole_and_declared_key_are_left_to_the_rule_about_it(column, cell, code):
    findings = check(changed([("items", column, 10, cell)])).findings
    assert places(findings) == [(code, "items", column)]


def test_an_unknown_rater_is_left_to_the_rule_about_categories():
    findings = check(changed([("assessments", "rater", 1, "parent")])).findings
    assert places(findings) == [("CAT-001", "assessments", "rater")]


@pytest.mark.parametrize(("dose", "broken"), [("168", False), ("169", True), ("17", True)])
def test_a_dose_is_weighed_where_no_dose_per_kilogram_is_stated(dose, broken):
    text = CLEAN["sessions"]
    cells = {"dose_mg": dose, "weight_kg": "70", "route": "IV", "agent": "ketamine"}
    for column, cell in cells.items():
        text = with_cell(text, column, cell, row=3)
    study = clean_study(sessions=text)
    sessions = study.table("sessions").drop(columns="dose_mg_kg")
    weighed = replace(study, tables={**study.tables, "sessions": sessions})
    found = [finding.rule for finding in check(weighed).findings]
    assert ("DOS-002" in found) == broken  # 2 * 1.2 and 0.5 / 2 mg/kg of 70 kg: 168 and 17.5 mg
    unweighed = {**study.tables, "sessions": sessions.drop(columns="weight_kg")}
    rules = [finding.rule for finding in check(replace(study, tables=unweighed)).findings]
    assert "DOS-002" not in rules
