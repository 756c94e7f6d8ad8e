"""What the numbers of a scenario may be: a range for every field, and lists that fit together."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from analysis.errors import DataError
from analysis.study import TABLES
from analysis.synthetic.scale_models import SCALE_MODELS

__all__ = ["require_possible"]

_SHARE = (0.0, 1.0)
_DAYS = (1.0, 7300.0)
_RANGES: dict[str, tuple[float, float]] = {
    "seed": (0, 2**63),
    "patients": (1, 100_000_000),
    "share": (1e-9, 1e9),
    "regimen_shares": (1e-9, 1e9),
    "retained_shift": (-1, 1),
    "baseline_mean": (0, 27),
    "baseline_sd": (0, 27),
    "good_share": _SHARE,
    "good_mean": (0, 1.4),
    "good_sd": (0, 1),
    "poor_mean": (0, 1.4),
    "poor_sd": (0, 1),
    "anxiety_mean": (0, 21),
    "anxiety_sd": (0, 21),
    "anxiety_change": (0, 2),
    "start_dose": (0.01, 1500),
    "dose_step": (0, 1500),
    "highest_dose": (0.01, 1500),
    "infusion_min": (0, 600),
    "planned_sessions": (1, 30),
    "gap_days": (1, 60),
    "maintenance_days": (1, 365),
    "monitored_min": (-240, 1440),
    "peak_min": (1, 1440),
    "over_min": (2, 1440),
    "pressure_rise": (-50, 100),
    "dissociation": (0, 92),
    "earliest_discharge_min": (0, 1440),
    "adverse_event_share": _SHARE,
    "age_mean": (18, 88),
    "age_sd": (0, 40),
    "treated_before": _SHARE,
    "moves": _SHARE,
    "step": (0.01, 1),
    "half_life_days": (0.1, 1000),
    "half_life_growth": (1, 10),
    "loss_shape": (0.1, 10),
    "loss_scale_days": _DAYS,
    "loss_slope": (-20, 20),
    "relapse_level": (0.51, 1),
    "rewind": _SHARE,
    "stop_in_induction": _SHARE,
    "stop_after_induction": _SHARE,
    "stop_in_maintenance": _SHARE,
    "stop_slope": (-10, 10),
    "until_day": _DAYS,
    "most_maintenance": (1, 500),
    "reinduction": _SHARE,
    "course_gap_days": _DAYS,
    "switch": _SHARE,
    "death_per_year": (0, 10),
    "harm_per_session": _SHARE,
    "follow_up_weeks": (1, 500),
    "entry_days": (0, 7300),
    "second_baseline": _SHARE,
    "session_score": _SHARE,
    "missing_baseline": _SHARE,
    "missing_score": _SHARE,
    "lost_at_stop": _SHARE,
    "lost_at_switch": _SHARE,
    "lost_per_visit": _SHARE,
    "lost_after_stop": _SHARE,
    "missing_slope": (-10, 10),
    "post_dropout_shift": (-27, 27),
    "missing_item": _SHARE,
    "broken_off": _SHARE,
    "missing_total": _SHARE,
    "no_items": _SHARE,
    "occasion_sd": (0, 10),
}
_EMPTY_ALLOWED = {"monitored_min", "also"}
_MOST_MINUTES = 16
_SESSIONS = TABLES["sessions"]


def require_possible(scenario: Any) -> None:
    """Refuse a scenario with a number or a name that no simulation can use.

    Parameters
    ----------
    scenario : Scenario
        Any scenario.

    Raises
    ------
    DataError
        Names the first field that is wrong and what is allowed.
    """
    for name, value in _entries(scenario):
        _check_number(name, value)
    for regimen in scenario.regimens:
        _check_regimen(regimen)
    _check_clinics(scenario)
    weeks = scenario.observation.follow_up_weeks
    _require(list(weeks) == sorted(set(weeks)), "follow_up_weeks", "rise from week to week")
    known = TABLES["subjects"].column("indication").allowed
    for name, entries in (("indications", scenario.population.indications),
                          ("also", scenario.population.also)):  # fmt: skip
        named = [indication for indication, _ in entries]
        _require(set(named) <= set(known), name, f"name indications: {', '.join(known)}")
        _require(len(set(named)) == len(named), name, "name each indication once")


def _require(right: bool, name: str, demand: str) -> None:
    """Refuse a field that does not meet a demand."""
    if not right:
        raise DataError(f"{name} of the scenario must {demand}.")


def _entries(part: Any) -> Iterator[tuple[str, Any]]:
    """Walk through every field of a scenario and its parts."""
    for item in fields(part):
        value = getattr(part, item.name)
        values = value if isinstance(value, tuple) else (value,)
        if isinstance(value, tuple) and item.name not in _EMPTY_ALLOWED:
            _require(len(value) > 0, item.name, "have at least one entry")
        for one in values:
            if is_dataclass(one):
                yield from _entries(one)
            elif isinstance(one, tuple):
                yield "share", one[1]
            else:
                yield item.name, one


def _check_number(name: str, value: Any) -> None:
    """Refuse a number outside the range of its field."""
    if name not in _RANGES or not isinstance(value, int | float):
        return
    low, high = _RANGES[name]
    inside = math.isfinite(value) and low <= value <= high
    _require(inside, name, f"be from {low:g} to {high:g}")


def _check_regimen(regimen: Any) -> None:
    """Refuse a regimen whose entries do not fit together."""
    for name in ("agent", "route"):
        allowed = _SESSIONS.column(name).allowed
        _require(getattr(regimen, name) in allowed, name, f"be one of: {', '.join(allowed)}")
    low, high = regimen.maintenance_days
    _require(low <= high, "maintenance_days", "name the shorter interval first")
    _require(regimen.start_dose <= regimen.highest_dose, "start_dose", "not exceed highest_dose")
    _require(regimen.peak_min < regimen.over_min, "peak_min", "come before over_min")
    minutes = regimen.monitored_min
    _require(
        len(minutes) <= _MOST_MINUTES, "monitored_min", f"have at most {_MOST_MINUTES} entries"
    )
    _require(list(minutes) == sorted(set(minutes)), "monitored_min", "rise from entry to entry")
    before = not minutes or (minutes[0] <= -3 and len(minutes) >= 2)
    _require(before, "monitored_min", "begin at least 3 minutes before the dose and go on after it")


def _check_clinics(scenario: Any) -> None:
    """Refuse clinics with the same code, unknown regimens, or scales that are not simulated."""
    regimens = [regimen.name for regimen in scenario.regimens]
    _require(len(set(regimens)) == len(regimens), "regimens", "have different names")
    codes = [clinic.code for clinic in scenario.clinics]
    _require(len(set(codes)) == len(codes), "clinics", "have different codes")
    for clinic in scenario.clinics:
        fits = set(clinic.regimens) <= set(regimens)
        _require(fits, "regimens", "be named among the regimens of the scenario, in each clinic")
        same = len(clinic.regimens) == len(clinic.regimen_shares)
        _require(same, "regimen_shares", "have one entry per regimen, in each clinic")
        known = ", ".join(SCALE_MODELS)
        _require(set(clinic.scales) <= set(SCALE_MODELS), "scales", f"be among: {known}")
        _require("PHQ-9" in clinic.scales, "scales", "have the PHQ-9, in each clinic")
