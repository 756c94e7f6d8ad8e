"""Faults of sessions, courses, doses and measurements."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.study import Study
from analysis.synthetic.faults_change import (
    Change,
    Rows,
    StudyFault,
    last_session,
    of_patient,
    with_cells,
    with_table,
)

__all__ = ["TREATMENT_FAULTS"]

_NAMING = ("sessions", "monitoring", "adverse_events", "actions", "assessments")
_GAP_DAYS = 60  # only for a study that does not say how long a pause between courses is


def _sessions(study: Study) -> pd.DataFrame:
    return study.tables["sessions"]


def _text(frame: pd.DataFrame, column: str) -> pd.Series:
    return frame[column].astype("string")


def _before(study: Study, column: str, steps: int = 1) -> pd.Series:
    """Value of an earlier session of the patient; sessions of a clean study are numbered."""
    ordered = _sessions(study).sort_values(["subject_id", "session_no"])
    return ordered.groupby("subject_id")[column].shift(steps).reindex(_sessions(study).index)


def _unscored(study: Study) -> pd.Series:
    """Tell which sessions no assessment names, so that moving them breaks no score."""
    rows, keys = _sessions(study), ["subject_id", "session_no"]
    if not study.has("assessments", "session_no"):
        return rows["session_no"].notna()
    named = pd.MultiIndex.from_frame(study.tables["assessments"][keys])
    return pd.Series(~pd.MultiIndex.from_frame(rows[keys]).isin(named), index=rows.index)


def _may_move_back(study: Study) -> pd.Series:
    return _unscored(study) & _before(study, "rel_day").ge(1).fillna(value=False)


def _moved_back(study: Study, row: Any) -> Study:
    day = int(_before(study, "rel_day").loc[row]) - 1
    return with_cells(study, "sessions", row, rel_day=day)


def _may_start_late(study: Study) -> pd.Series:
    rows = _sessions(study)
    alone = rows.groupby("subject_id")["session_no"].transform("max").eq(1)
    return alone & _unscored(study) & of_patient(study, "sessions", "last_contact_day").ge(1)


def _renumbered(study: Study, row: Any) -> Study:
    patient, number = _sessions(study).loc[row, ["subject_id", "session_no"]]
    for table in _NAMING:
        if study.has(table, "session_no"):
            frame = study.tables[table]
            same = frame["subject_id"].eq(patient) & frame["session_no"].eq(number)
            same = same.fillna(value=False).astype(bool)
            study = with_cells(study, table, same, session_no=int(number) + 1)
    return study


def _weighed(study: Study) -> pd.Series:
    rows = _sessions(study)
    by_weight = _text(rows, "route").isin(("IV", "IM", "SC"))
    known = rows[["dose_mg", "dose_mg_kg", "weight_kg"]].notna().all(axis="columns")
    return _text(rows, "agent").eq("ketamine") & by_weight & known & rows["dose_mg"].gt(0)


def _wrong_dose(study: Study, row: Any) -> Study:
    per_kg, weight = _sessions(study).loc[row, ["dose_mg_kg", "weight_kg"]]
    return with_cells(study, "sessions", row, dose_mg=1.25 * per_kg * weight)


def _full_doses(study: Study) -> pd.Series:
    return _weighed(study) & _sessions(study)["completed"]


def _huge_dose(study: Study, row: Any) -> Study:
    weight = float(_sessions(study).loc[row, "weight_kg"])
    return with_cells(study, "sessions", row, dose_mg=2.5 * weight, dose_mg_kg=2.5)


def _devices(study: Study) -> pd.Series:
    rows = _sessions(study)
    device = _text(rows, "agent").eq("esketamine") & _text(rows, "route").eq("IN")
    return device & rows["completed"] & rows["dose_mg"].notna()


def _beside_devices(study: Study) -> pd.Series:
    rows = _sessions(study)
    clinics = rows.loc[_devices(study), "site_id"]
    return _text(rows, "agent").eq("ketamine") & rows["site_id"].isin(clinics)


def _other_routes(study: Study) -> pd.Series:
    return _text(_sessions(study), "route").ne("IV")


def _completed(study: Study) -> pd.Series:
    return _sessions(study)["completed"]


def _discharged(study: Study) -> pd.Series:
    return _sessions(study)["discharged_min"].lt(1440)


def _ready_late(study: Study, row: Any) -> Study:
    left = float(_sessions(study).loc[row, "discharged_min"])
    return with_cells(study, "sessions", row, discharge_ready_min=left + 1.0)


def _first_induction(study: Study) -> pd.Series:
    rows = _sessions(study)
    return rows["session_no"].eq(1) & _text(rows, "phase").eq("induction")


def _later_courses(study: Study, row: Any) -> Study:
    rows = _sessions(study).copy()
    same = rows["subject_id"].eq(rows.loc[row, "subject_id"])
    rows["course_no"] = rows["course_no"].where(~same, rows["course_no"] + 1)
    return with_table(study, "sessions", rows)


def _first_of_new(study: Study) -> pd.Series:
    first = _sessions(study)["session_no"].eq(1)
    if not study.has("subjects", "treated_before_data"):
        return first
    before = of_patient(study, "sessions", "treated_before_data", source="subjects")
    return first & ~before.fillna(value=False)


def _only_maintenance(study: Study, row: Any) -> Study:
    rows = _sessions(study)
    same = rows["subject_id"].eq(rows.loc[row, "subject_id"])
    course = same & rows["course_no"].eq(rows.loc[row, "course_no"])
    return with_cells(study, "sessions", course.astype(bool), phase="maintenance")


def _soon_again(study: Study) -> pd.Series:
    rows = _sessions(study)
    gap = rows["rel_day"] - _before(study, "rel_day")
    same = rows["course_no"].eq(_before(study, "course_no"))
    return last_session(study) & same & gap.lt(study.course_gap_days or _GAP_DAYS)


def _early_course(study: Study, row: Any) -> Study:
    course = int(_sessions(study).loc[row, "course_no"]) + 1
    stated = replace(study, course_gap_days=study.course_gap_days or _GAP_DAYS)
    return with_cells(stated, "sessions", row, course_no=course, phase="induction")


def _third_of_course(study: Study) -> pd.Series:
    course = _sessions(study)["course_no"]
    return last_session(study) & course.eq(_before(study, "course_no", 2))


def _induction_again(study: Study, row: Any) -> Study:
    rows = _sessions(study)
    same = rows["subject_id"].eq(rows.loc[row, "subject_id"])
    before = same & rows["session_no"].eq(rows.loc[row, "session_no"] - 1)
    maintained = with_cells(study, "sessions", before.astype(bool), phase="maintenance")
    return with_cells(maintained, "sessions", row, phase="induction")


def _elsewhere(study: Study) -> pd.Series:
    """Tell which treated patients never had a session at the first clinic that is not their own."""
    subjects, rows = study.tables["subjects"], _sessions(study)
    pairs = pd.Series(list(zip(subjects["subject_id"], _others(study), strict=True)))
    seen = set(zip(rows["subject_id"], _text(rows, "site_id"), strict=True))
    treated = subjects["subject_id"].isin(rows["subject_id"])
    return treated & ~pairs.isin(seen).set_axis(subjects.index)


def _others(study: Study) -> pd.Series:
    home = _text(study.tables["subjects"], "site_id")
    return home.mask(home.eq(study.sites[0]), study.sites[-1]).where(
        home.eq(study.sites[0]), study.sites[0]
    )


def _other_home(study: Study, row: Any) -> Study:
    return with_cells(study, "subjects", row, site_id=_others(study).loc[row])


def _parameter(study: Study, name: str) -> pd.Series:
    return _text(study.tables["monitoring"], "parameter").eq(name)


def _saturations(study: Study) -> pd.Series:
    return _parameter(study, "spo2")


def _systolic(study: Study) -> pd.Series:
    """Systolic pressure of the same minute for each row of monitoring."""
    rows, moment = study.tables["monitoring"], ["subject_id", "session_no", "rel_min"]
    upper = rows.loc[_parameter(study, "sbp"), [*moment, "value"]]
    return rows[moment].merge(upper, on=moment, how="left")["value"].set_axis(rows.index)


def _pairs(study: Study) -> pd.Series:
    return _parameter(study, "dbp") & _systolic(study).le(200)


def _equal_pressures(study: Study, row: Any) -> Study:
    return with_cells(study, "monitoring", row, value=_systolic(study).loc[row])


def _both_sides_of_dose(study: Study) -> pd.Series:
    rows = study.tables["monitoring"]
    upper = rows[_parameter(study, "sbp")]
    session = upper.groupby(["subject_id", "session_no"])["rel_min"]
    spans = session.transform("min").le(0) & session.transform("max").gt(0)
    return spans.reindex(rows.index, fill_value=False)


def _without_baseline(study: Study, row: Any) -> Study:
    rows = study.tables["monitoring"]
    session = rows["subject_id"].eq(rows.loc[row, "subject_id"]) & rows["session_no"].eq(
        rows.loc[row, "session_no"]
    )
    early = session & _parameter(study, "sbp") & rows["rel_min"].le(0)
    return with_table(study, "monitoring", rows[~early.astype(bool)].reset_index(drop=True))


def _left(study: Study) -> pd.Series:
    """Minutes until the patient left, for each row of monitoring."""
    rows, key = study.tables["monitoring"], ["subject_id", "session_no"]
    known = _sessions(study)[[*key, "discharged_min"]]
    return rows[key].merge(known, on=key, how="left")["discharged_min"].set_axis(rows.index)


def _other_than_pressure(study: Study) -> pd.Series:
    pressure = _parameter(study, "sbp") | _parameter(study, "dbp")
    return ~pressure & _left(study).lt(1440)


def _measured_late(study: Study, row: Any) -> Study:
    return with_cells(study, "monitoring", row, rel_min=int(_left(study).loc[row]) + 1)


def _on_sessions(code: str, label: str, column: str, rows: Rows, change: Change) -> StudyFault:
    """Describe a fault that is made and found in sessions."""
    return StudyFault(
        code=code,
        label=label,
        table="sessions",
        column=column,
        source="sessions",
        rows=rows,
        change=change,
    )


def _on_monitoring(code: str, label: str, column: str, rows: Rows, change: Change) -> StudyFault:
    """Describe a fault that is made and found in monitoring."""
    return StudyFault(
        code=code,
        label=label,
        table="monitoring",
        column=column,
        source="monitoring",
        rows=rows,
        change=change,
    )


def _set(table: str, **cells: Any) -> Change:
    """Write fixed cells into the chosen row."""

    def change(study: Study, row: Any) -> Study:
        return with_cells(study, table, row, **cells)

    return change


TREATMENT_FAULTS = (
    _on_sessions(
        "TIM-003",
        "a session is moved before the one ahead of it",
        "session_no",
        _may_move_back,
        _moved_back,
    ),
    _on_sessions(
        "TIM-004",
        "an only session is moved off day 0",
        "rel_day",
        _may_start_late,
        _set("sessions", rel_day=1),
    ),
    _on_sessions(
        "TIM-009",
        "the number of a last session is skipped",
        "session_no",
        last_session,
        _renumbered,
    ),
    _on_sessions("DOS-001", "a dose is a quarter above weight", "dose_mg", _weighed, _wrong_dose),
    _on_sessions("DOS-002", "a dose by weight is huge", "dose_mg", _full_doses, _huge_dose),
    _on_sessions(
        "DOS-003",
        "an intranasal dose is no number of devices",
        "dose_mg",
        _devices,
        _set("sessions", dose_mg=42.0),
    ),
    _on_sessions(
        "DOS-004",
        "a dose that is not intravenous has a length of infusion",
        "infusion_min",
        _other_routes,
        _set("sessions", infusion_min=40.0),
    ),
    _on_sessions(
        "DOS-005",
        "a dose of ketamine is entered as one of esketamine, where the spray is given",
        "route",
        _beside_devices,
        _set("sessions", agent="esketamine"),
    ),
    _on_sessions(
        "SES-001",
        "a full dose has a reason for stopping",
        "stop_reason",
        _completed,
        _set("sessions", stop_reason="technical"),
    ),
    _on_sessions(
        "SES-002", "a patient leaves before being ready", "discharged_min", _discharged, _ready_late
    ),
    _on_sessions(
        "COU-001", "courses begin with number 2", "course_no", _first_induction, _later_courses
    ),
    _on_sessions(
        "COU-002", "a first course is all maintenance", "phase", _first_of_new, _only_maintenance
    ),
    _on_sessions("COU-003", "a course begins too soon", "course_no", _soon_again, _early_course),
    _on_sessions(
        "COU-004", "induction follows maintenance", "phase", _third_of_course, _induction_again
    ),
    StudyFault(
        code="SIT-001",
        label="the home clinic is one where the patient never was",
        table="subjects",
        column="site_id",
        source="subjects",
        rows=_elsewhere,
        change=_other_home,
    ),
    _on_monitoring(
        "MON-001",
        "a saturation has the unit of a rate",
        "unit",
        _saturations,
        _set("monitoring", unit="/min"),
    ),
    _on_monitoring("MON-002", "both pressures are the same", "value", _pairs, _equal_pressures),
    _on_monitoring(
        "MON-003",
        "a saturation is above 100 %",
        "value",
        _saturations,
        _set("monitoring", value=101.0),
    ),
    _on_monitoring(
        "MON-004",
        "blood pressure before a dose is missing",
        "rel_min",
        _both_sides_of_dose,
        _without_baseline,
    ),
    _on_monitoring(
        "MON-005",
        "a measurement is after discharge",
        "rel_min",
        _other_than_pressure,
        _measured_late,
    ),
)
"""One fault for each of these rules."""
