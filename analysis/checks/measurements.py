"""Rules about measurements in sessions: possible values, pressures, before the dose, discharge."""

from __future__ import annotations

import pandas as pd

from analysis.checks.demand import Demand, of_session
from analysis.study import UNITS, Study

__all__ = ["MEASUREMENT_RULES", "POSSIBLE"]

POSSIBLE = {
    "sbp": (40, 300),
    "dbp": (20, 200),
    "hr": (20, 250),
    "spo2": (40, 100),
    "rr": (2, 80),
    "cadss": (0, 92),
    "cadss6": (0, 24),
    "moaas": (0, 5),
}
"""Least and greatest value of each parameter, in its unit of `analysis.study.UNITS`.

Limits of scales are those of the scale (CADSS 23 items and its short form 6 items, each 0 to 4;
MOAA/S 0 to 5); saturation cannot pass 100 %; the others are wide limits of what a monitor shows.
"""

_MOMENT = ["subject_id", "session_no", "rel_min"]


def _impossible(study: Study) -> pd.Series:
    rows = study.tables["monitoring"]
    name = rows["parameter"].astype("string")
    low = name.map({key: pair[0] for key, pair in POSSIBLE.items()}).astype("Float64")
    high = name.map({key: pair[1] for key, pair in POSSIBLE.items()}).astype("Float64")
    in_unit = rows["unit"].astype("string").eq(name.map(UNITS))  # MON-001 says the rest
    return in_unit & (rows["value"].lt(low) | rows["value"].gt(high))


def _pressures_swapped(study: Study) -> pd.Series:
    rows = study.tables["monitoring"]
    whole = rows.dropna(subset=_MOMENT)
    upper = whole.loc[whole["parameter"].eq("sbp"), [*_MOMENT, "value"]].drop_duplicates(_MOMENT)
    both = rows[_MOMENT].merge(upper, on=_MOMENT, how="left")["value"].set_axis(rows.index)
    return rows["parameter"].eq("dbp") & rows["value"].ge(both)


def _nothing_before_dose(study: Study) -> pd.Series:
    rows = study.tables["monitoring"]
    whole = rows["parameter"].eq("sbp") & rows[_MOMENT].notna().all(axis="columns")
    sessions = rows.loc[whole, _MOMENT]
    first = sessions.sort_values("rel_min", kind="stable").drop_duplicates(_MOMENT[:2])
    return first["rel_min"].gt(0).astype("boolean").reindex(rows.index)


def _after_discharge(study: Study) -> pd.Series:
    return study.tables["monitoring"]["rel_min"].gt(
        of_session(study, "monitoring", "discharged_min")
    )


MEASUREMENT_RULES = (
    Demand(
        code="MON-002",
        severity="error",
        table="monitoring",
        column="value",
        what="The diastolic pressure is not below the systolic one of the same minute.",
        remedy="Compare both with the record; they may have been exchanged.",
        broken=_pressures_swapped,
    ),
    Demand(
        code="MON-003",
        severity="error",
        table="monitoring",
        column="value",
        what="A measurement is impossible; possible are "
        + ", ".join(f"{name} {low} to {high}" for name, (low, high) in POSSIBLE.items())
        + ".",
        remedy="Compare with the source; leave the row out when the true value is unknown.",
        broken=_impossible,
    ),
    Demand(
        code="MON-004",
        severity="warning",
        table="monitoring",
        column="rel_min",
        what="Blood pressure was measured in a session, but not before the dose.",
        remedy="Add the measurement before the dose, with rel_min at most 0; rises need it.",
        broken=_nothing_before_dose,
    ),
    Demand(
        code="MON-005",
        severity="warning",
        table="monitoring",
        column="rel_min",
        what="A measurement was taken after the patient had left.",
        remedy="Compare rel_min and discharged_min with the record.",
        broken=_after_discharge,
        needs=(("sessions", "discharged_min"),),
    ),
)
"""Rules about measurements, in the order in which they run."""
