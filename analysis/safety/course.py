"""What happened in each treatment session: a row per session, from readings, times and actions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.safety.broken_rules import broken, minutes_of
from analysis.safety.in_time import before_dose, extreme, returned
from analysis.safety.readings import Floats, Readings
from analysis.safety.rules import MonitoringRule
from analysis.safety.treatments import treatment_columns
from analysis.study import Study

__all__ = ["VITALS", "session_columns"]

VITALS = ("sbp", "dbp", "hr")
"""Parameters of which the change from before the dose is given."""

_CADSS_OVER = 4.0
_CADSS6_WITHIN = 1.0
_ALERT = 5.0


def session_columns(
    study: Study, readings: Readings, rules: Sequence[MonitoringRule], *, widest_gap: float
) -> pd.DataFrame:
    """Derive everything about each session.

    Parameters
    ----------
    study : Study
        The study of the readings.
    readings : Readings
        What `session_readings` returns.
    rules : sequence of MonitoringRule
        Rules to evaluate.
    widest_gap : float
        As in `minutes_above`.

    Returns
    -------
    pandas.DataFrame
        One row per session, in the order of the table of sessions: its columns, and those that
        `session_safety` names. Patient-level.

    Examples
    --------
    >>> from analysis.safety.readings import session_readings
    >>> from analysis.safety.rules import RULES
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("first-clinic"))
    >>> found = session_columns(study, session_readings(study), RULES, widest_gap=60)
    >>> len(found) == len(study.table("sessions"))
    True
    """
    sessions = readings.sessions
    derived: dict[str, object] = dict(treatment_columns(sessions))
    for name in VITALS:
        derived |= _change(readings, name)
    for rule in rules:
        derived[f"broke {rule.name}"] = broken(rule, readings)
        for what, minutes in minutes_of(rule, readings, widest_gap=widest_gap).items():
            derived[f"minutes {what} {rule.name}"] = minutes
    derived |= _lowest(readings) | _dissociation(readings) | _leaving(sessions)
    derived |= _actions(study, sessions)
    columns = pd.DataFrame(derived, index=sessions.index)
    whole = pd.concat([sessions, columns], axis="columns")
    whole.attrs["patient_level"] = True
    return whole


def _change(readings: Readings, name: str) -> dict[str, object]:
    """Give the value before the dose, the peak change, its minute, and why there is none."""
    series, n = readings.of(name), len(readings)
    before, _ = before_dose(series, n)
    peak, minute = extreme(series, n)
    never = np.isnan(before) & np.isnan(peak)
    state = np.select(
        [never, np.isnan(before), np.isnan(peak)],
        ["not measured", "no value before the dose", "no value after the dose"],
        "computed",
    )
    return {
        f"{name}_before": before,
        f"{name}_peak_change": peak - before,
        f"{name}_peak_min": np.where(np.isnan(before), np.nan, minute),
        f"{name}_state": pd.array(state, dtype="string"),
    }


def _lowest(readings: Readings) -> dict[str, object]:
    """Give the lowest saturation and sedation score, and when the patient was alert again."""
    n, sedation = len(readings), readings.of("moaas")
    lowest_moaas, _ = extreme(sedation, n, lowest=True)
    left, after, by = returned(sedation, sedation.value >= _ALERT, n)
    return {
        "spo2_lowest": extreme(readings.of("spo2"), n, lowest=True)[0],
        "moaas_lowest": lowest_moaas,
        "moaas_below_5_to_min": after,
        "moaas_5_by_min": by,
        "moaas_back": _back(left, by, lowest_moaas),
    }


def _dissociation(readings: Readings) -> dict[str, object]:
    """Give the peaks of both forms of the CADSS, and when the patient was back."""
    n, full, short = len(readings), readings.of("cadss"), readings.of("cadss6")
    peak, minute = extreme(full, n)
    left, after, by = returned(full, full.value <= _CADSS_OVER, n)
    start, _ = before_dose(short, n)
    short_peak, _ = extreme(short, n)
    near = short.value <= start[short.session] + _CADSS6_WITHIN
    short_left, _, short_by = returned(short, near | np.isnan(start[short.session]), n)
    return {
        "cadss_peak": peak,
        "cadss_peak_min": minute,
        "cadss_over_4_to_min": after,
        "cadss_4_by_min": by,
        "cadss_back": _back(left, by, peak),
        "cadss6_before": start,
        "cadss6_peak": short_peak,
        "cadss6_back_by_min": short_by,
        "cadss6_back": _back(short_left, short_by, short_peak + 0.0 * start),
    }


def _back(left: object, by: Floats, measured: Floats) -> Floats:
    """1: back by the last reading. 0: not seen to be back. Missing: never away, or not measured."""
    away = np.asarray(left, dtype=bool) & ~np.isnan(measured)
    return np.where(away, (~np.isnan(by)).astype(np.float64), np.nan)


def _leaving(sessions: pd.DataFrame) -> dict[str, object]:
    """Give the minutes between being ready to leave and leaving, and whether the dose was stopped.

    Where a patient left before being ready the wait is missing: one of both times is wrong.
    """
    nothing = pd.Series(np.nan, index=sessions.index)
    ready, gone = (
        sessions.get(name, nothing).to_numpy(dtype=np.float64, na_value=np.nan)
        for name in ("discharge_ready_min", "discharged_min")
    )
    wait = gone - ready
    full = sessions["completed"].to_numpy(dtype=np.float64, na_value=np.nan)
    return {"wait_min": np.where(wait < 0.0, np.nan, wait), "stopped": 1.0 - full}


def _actions(study: Study, sessions: pd.DataFrame) -> dict[str, object]:
    """Tell in which sessions something was done, and in which the patient was sent to hospital.

    Missing in a study without a table of actions, or with one that has no row about a session.
    """
    if not study.has("actions"):
        return dict.fromkeys(("intervention", "emergency_transfer"), np.full(len(sessions), np.nan))
    actions = study.tables["actions"].dropna(subset=["session_no"])
    acute = actions[actions["trigger"].ne("suicidal ideation").fillna(value=False)]
    if acute.empty:  # nobody can tell whether nothing was done or nothing was written down
        return dict.fromkeys(("intervention", "emergency_transfer"), np.full(len(sessions), np.nan))
    sent = actions[actions["action"].eq("emergency transfer").fillna(value=False)]
    kinds = acute["action"].astype("string")
    return {
        "intervention": _has_row(sessions, acute),
        "emergency_transfer": _has_row(sessions, sent),
        **{
            f"action {kind}": _has_row(sessions, acute[kinds.eq(kind)])
            for kind in sorted(kinds.dropna().unique())
        },
    }


def _has_row(sessions: pd.DataFrame, rows: pd.DataFrame) -> Floats:
    """Tell which sessions have a row in another table."""
    key = ["subject_id", "session_no"]
    known = pd.MultiIndex.from_frame(rows[key].astype({"subject_id": object}))
    all_of_them = pd.MultiIndex.from_frame(sessions[key].astype({"subject_id": object}))
    return np.asarray(all_of_them.isin(known), dtype=np.float64)
