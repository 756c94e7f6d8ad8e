"""Rules about sessions and courses: doses by route, discharge, numbers, phases, home clinics."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.checks.demand import Demand, of_patient
from analysis.study import Study

__all__ = ["ESKETAMINE_MG", "PUBLISHED_MG", "PUBLISHED_MG_KG", "SESSION_RULES"]

PUBLISHED_MG_KG = {"IV": (0.5, 1.2), "IM": (0.5, 1.0), "SC": (0.5, 0.9)}
"""Published ketamine doses, mg/kg: IV 0.5 in 40 min up to 1.2, IM and SC response-guided."""

PUBLISHED_MG = {"SL": (300.0, 450.0)}
"""Published ketamine doses that do not follow weight, mg: sublingual in telehealth series."""

ESKETAMINE_MG = (28.0, 56.0, 84.0)
"""Doses of the intranasal device, mg: one, two or three devices of 28 (United States label)."""

_MARGIN = 2.0  # half the least and twice the greatest published dose are still plausible


def _outside(
    dose: pd.Series, route: pd.Series, limits: dict[str, tuple[float, float]]
) -> pd.Series:
    """Tell which doses are far from those published for their route."""
    low = route.map({name: pair[0] / _MARGIN for name, pair in limits.items()}).astype("Float64")
    high = route.map({name: pair[1] * _MARGIN for name, pair in limits.items()}).astype("Float64")
    return dose.lt(low) | dose.gt(high)


def _implausible_dose(study: Study) -> pd.Series:
    sessions = study.tables["sessions"]
    route = sessions["route"].astype("string")
    broken = _outside(sessions["dose_mg"], route, PUBLISHED_MG)
    broken |= _outside(_per_kilogram(study), route, PUBLISHED_MG_KG)
    return broken & sessions["agent"].eq("ketamine") & sessions["completed"]


def _per_kilogram(study: Study) -> pd.Series:
    """Take the dose per kilogram as it is stated, or else from dose and weight."""
    sessions = study.tables["sessions"]
    stated = pd.Series(np.nan, index=sessions.index)
    if study.has("sessions", "dose_mg_kg"):
        stated = sessions["dose_mg_kg"]
    if not study.has("sessions", "weight_kg"):
        return stated
    return stated.fillna(sessions["dose_mg"] / sessions["weight_kg"])


def _no_device_dose(study: Study) -> pd.Series:
    sessions = study.tables["sessions"]
    device = sessions["agent"].eq("esketamine") & sessions["route"].eq("IN") & sessions["completed"]
    return device & sessions["dose_mg"].notna() & ~sessions["dose_mg"].isin(ESKETAMINE_MG)


def _not_by_device(study: Study) -> pd.Series:
    sessions = study.tables["sessions"]
    drug = sessions["agent"].eq("esketamine")
    device = drug & sessions["route"].eq("IN")
    at_clinic = sessions["site_id"].astype(object)
    n_device = device.groupby(at_clinic).transform("sum")
    n_other = (drug & ~device).groupby(at_clinic).transform("sum")
    return drug & ~device & sessions["route"].notna() & n_device.ge(n_other)


def _infused_elsewhere(study: Study) -> pd.Series:
    sessions = study.tables["sessions"]
    other = sessions["route"].isin(("IM", "SC", "SL", "IN", "PO"))  # CAT-001 says the rest
    return sessions["infusion_min"].gt(0) & other


def _stopped_but_completed(study: Study) -> pd.Series:
    sessions = study.tables["sessions"]
    return sessions["stop_reason"].notna() & sessions["completed"]


def _left_too_early(study: Study) -> pd.Series:
    sessions = study.tables["sessions"]
    return sessions["discharged_min"].lt(sessions["discharge_ready_min"])


def _in_order(study: Study) -> pd.DataFrame:
    """Sort the sessions of each patient by number; those without a whole key are left out."""
    key = ["subject_id", "session_no"]
    return study.tables["sessions"].dropna(subset=key).sort_values(key, kind="stable")


def _for_all_rows(broken: pd.Series, study: Study) -> pd.Series:
    """Put answers about sorted sessions back to the rows of the table."""
    return broken.astype("boolean").reindex(study.tables["sessions"].index)


def _number_gap(study: Study) -> pd.Series:
    sessions = _in_order(study)
    before = sessions.groupby("subject_id")["session_no"].shift().fillna(0)
    return _for_all_rows(sessions["session_no"].gt(before + 1), study)


def _course_numbers(study: Study) -> pd.Series:
    sessions = _in_order(study)
    before = sessions.groupby("subject_id")["course_no"].shift()
    step = sessions["course_no"] - before
    first = ~sessions.duplicated("subject_id")
    return _for_all_rows((first & sessions["course_no"].ne(1)) | step.lt(0) | step.gt(1), study)


def _new_course(sessions: pd.DataFrame) -> pd.Series:
    """Tell which sorted sessions are the first of their course."""
    whole = sessions["course_no"].notna()
    return whole & ~sessions.duplicated(["subject_id", "course_no"])


def _begins_in_maintenance(study: Study) -> pd.Series:
    sessions = _in_order(study)
    broken = _new_course(sessions) & sessions["phase"].eq("maintenance")
    if study.has("subjects", "treated_before_data"):
        earlier = of_patient(study, "sessions", "treated_before_data", source="subjects")
        broken &= ~(
            earlier.reindex(sessions.index).fillna(value=False) & sessions["course_no"].eq(1)
        )
    return _for_all_rows(broken, study)


def _gap_too_short(study: Study) -> pd.Series:
    sessions = _in_order(study)
    gap = sessions["rel_day"] - sessions.groupby("subject_id")["rel_day"].shift()
    later = sessions["course_no"].gt(sessions.groupby("subject_id")["course_no"].shift())
    least = np.nan if study.course_gap_days is None else float(study.course_gap_days)
    return _for_all_rows(later & gap.ge(0) & gap.lt(least), study)


def _induction_again(study: Study) -> pd.Series:
    sessions = _in_order(study)
    course = [sessions["subject_id"], sessions["course_no"]]
    seen = sessions["phase"].eq("maintenance").groupby(course).cummax()
    return _for_all_rows(seen.eq(1) & sessions["phase"].eq("induction"), study)


def _never_at_home(study: Study) -> pd.Series:
    subjects, sessions = study.tables["subjects"], study.tables["sessions"]
    where = sessions["site_id"].astype("string")
    home = of_patient(study, "sessions", "site_id", source="subjects").astype("string")
    at_home = sessions["subject_id"].where(where.eq(home) | where.isna() | home.isna())
    treated = subjects["subject_id"].isin(sessions["subject_id"].dropna())
    return subjects["site_id"].notna() & treated & ~subjects["subject_id"].isin(at_home.dropna())


SESSION_RULES = (
    Demand(
        code="TIM-009",
        severity="warning",
        table="sessions",
        column="session_no",
        what="The session numbers of a patient do not run from 1 without gaps.",
        remedy="Number the sessions of each patient from 1, or add the sessions that are missing.",
        broken=_number_gap,
    ),
    Demand(
        code="DOS-002",
        severity="warning",
        table="sessions",
        column="dose_mg",
        what="A completed ketamine dose is under half the least or over twice the greatest "
        "published dose of its route (IV 0.5 to 1.2, IM 0.5 to 1, SC 0.5 to 0.9 mg/kg; "
        "SL 300 to 450 mg).",
        remedy="Compare dose, weight and route with the record.",
        broken=_implausible_dose,
    ),
    Demand(
        code="DOS-003",
        severity="warning",
        table="sessions",
        column="dose_mg",
        what="An intranasal esketamine dose is none of 28, 56 and 84 mg.",
        remedy="Compare the dose and the agent with the record.",
        broken=_no_device_dose,
    ),
    Demand(
        code="DOS-004",
        severity="warning",
        table="sessions",
        column="infusion_min",
        what="There is a length of infusion where the route is not IV.",
        remedy="Correct the route, or leave infusion_min empty.",
        broken=_infused_elsewhere,
        needs=(("sessions", "infusion_min"),),
    ),
    Demand(
        code="DOS-005",
        severity="warning",
        table="sessions",
        column="route",
        what="Esketamine is given by another route where the clinic gives the spray as often.",
        remedy="Compare agent and route with the record: the spray is never injected.",
        broken=_not_by_device,
    ),
    Demand(
        code="SES-001",
        severity="error",
        table="sessions",
        column="stop_reason",
        what="There is a reason for stopping, and yet the full dose was given.",
        remedy="Set completed to false, or leave stop_reason empty.",
        broken=_stopped_but_completed,
        needs=(("sessions", "stop_reason"),),
    ),
    Demand(
        code="SES-002",
        severity="warning",
        table="sessions",
        column="discharged_min",
        what="The patient left before being ready to leave.",
        remedy="Compare discharged_min and discharge_ready_min with the record.",
        broken=_left_too_early,
        needs=(("sessions", "discharged_min"), ("sessions", "discharge_ready_min")),
    ),
    Demand(
        code="COU-001",
        severity="error",
        table="sessions",
        column="course_no",
        what="The courses of a patient are not numbered 1, 2, 3 in the order of sessions.",
        remedy="Number the courses of each patient from 1, in the order of session_no.",
        broken=_course_numbers,
    ),
    Demand(
        code="COU-002",
        severity="warning",
        table="sessions",
        column="phase",
        what="A course begins with maintenance; one begins with induction, unless the patient "
        "was treated before the data.",
        remedy="Correct phase or course_no, or set treated_before_data.",
        broken=_begins_in_maintenance,
    ),
    Demand(
        code="COU-003",
        severity="error",
        table="sessions",
        column="course_no",
        what="A course begins sooner after the earlier one than course_gap_days in study.json.",
        remedy="Give the sessions the same course_no, or correct course_gap_days.",
        broken=_gap_too_short,
    ),
    Demand(
        code="COU-004",
        severity="warning",
        table="sessions",
        column="phase",
        what="Induction follows maintenance within one course.",
        remedy="Begin a new course with it, or correct the phase.",
        broken=_induction_again,
    ),
    Demand(
        code="SIT-001",
        severity="warning",
        table="subjects",
        column="site_id",
        what="The patient has sessions, and none at the home clinic.",
        remedy="Correct the home clinic; sessions at other clinics beside it are allowed.",
        broken=_never_at_home,
    ),
)
"""Rules about sessions, in the order in which they run."""
