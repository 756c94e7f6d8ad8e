"""Sessions, their monitoring and body weights from drug exposures and measurements."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.formats.noticed import noticed
from analysis.formats.omop.concepts import WEIGHT
from analysis.formats.omop.linking import Linking
from analysis.study import TABLES, UNITS

__all__ = ["NOT_COMPLETED", "monitoring_of", "session_rows", "sessions_of", "with_weights"]

NOT_COMPLETED = "not completed"
"""What stop_reason says of a dose that ended early for a reason that is not known."""

_EARLIEST, _LATEST = -240, 1440  # minutes of monitoring around the start of a dose
_IN_MG = {"mg": 1.0, "g": 1000.0, "ug": 0.001, "mcg": 0.001}
_IN_KG = {"kg": 1.0, "g": 0.001, "[lb_av]": 0.45359237}
_STOP_REASONS = TABLES["sessions"].column("stop_reason").allowed


def sessions_of(linking: Linking, home: pd.Series) -> pd.DataFrame:
    """Make the table of sessions, and set the days 0.

    Parameters
    ----------
    linking : Linking
        Tables of the export; its days 0 become the dates of the first sessions.
    home : pandas.Series
        Clinic by person_id.

    Returns
    -------
    pandas.DataFrame
        Canonical columns, and ``person_id, moment, visit_occurrence_id`` beside them.
    """
    raw = linking.raw["drug_exposure"]
    doses = raw.assign(source="drug_exposure", agent=raw["drug_concept_id"].map(
        linking.options.concepts.agents))  # fmt: skip
    reason = "concept has no meaning in the mapping"
    doses = linking.keep(doses, "sessions", reason, doses["agent"].notna())
    linking.begin(doses.groupby("person_id")["drug_exposure_start_date"].min())
    doses = linking.placed(doses, "drug_exposure_start_date", "sessions")
    doses = doses.rename(columns={"drug_exposure_start_datetime": "moment"})
    doses = doses.sort_values(["subject_id", "rel_day", "moment", "drug_exposure_id"])
    doses = doses.reset_index(drop=True)
    ended = (doses["drug_exposure_end_datetime"] - doses["moment"]).dt.total_seconds() / 60
    stopped = doses["stop_reason"]
    doses = doses.assign(
        session_no=doses.groupby("subject_id").cumcount() + 1,
        site_id=_sites(doses, linking, home),
        route=doses["route_concept_id"].map(linking.options.concepts.routes),
        dose_mg=_doses(doses, linking),
        infusion_min=ended.where(ended > 0).round(6),
        completed=_completed(stopped),
        stop_reason=stopped.where(stopped.isin(_STOP_REASONS)),
    )
    doses["course_no"], doses["phase"] = _courses(doses, linking)
    _say_what_is_unclear(doses, linking)
    return doses


def _sites(doses: pd.DataFrame, linking: Linking, home: pd.Series) -> pd.Series:
    """Name the clinic of each dose: that of its visit, else that of the person."""
    visits = linking.raw["visit_occurrence"].drop_duplicates("visit_occurrence_id")
    place = doses["visit_occurrence_id"].map(
        visits.set_index("visit_occurrence_id")["care_site_id"]
    )
    sites = linking.raw["care_site"].drop_duplicates("care_site_id").set_index("care_site_id")
    named = place.map(sites["care_site_source_value"])
    return named.where(named.notna(), doses["person_id"].map(home))


def _doses(doses: pd.DataFrame, linking: Linking) -> pd.Series:
    """Return doses in mg; a quantity whose unit is not said is an error, and so is one below 0."""
    unit, quantity = doses["dose_unit_source_value"], doses["quantity"]
    usual = linking.options.mg_per_quantity or np.nan
    factor = unit.map(_IN_MG).astype(float).where(unit.notna(), usual)
    unclear = int((quantity.notna() & factor.isna()).sum())
    wrong = int((quantity <= 0).sum())
    if unclear:
        what = "The unit of quantity is not said, or is none of mg, g, ug and mcg."
        remedy = "Set 'mg_per_quantity' in the mapping, or fill dose_unit_source_value."
        place = ("drug_exposure", "quantity")
        linking.findings.append(noticed("OMP-012", place, what, remedy, count=unclear))
    if wrong:
        what = "Doses are zero or negative."
        remedy = "Correct them; leave a dose that is not known empty."
        place = ("drug_exposure", "quantity")
        linking.findings.append(noticed("OMP-013", place, what, remedy, count=wrong))
    return (quantity * factor).round(9)


def _completed(reason: pd.Series) -> pd.Series:
    """Tell which doses were completed; not known where a reason is no canonical one.

    The model lets a source write "regimen completed" there too, so a text alone proves nothing.
    """
    stopped = reason.isin([*_STOP_REASONS, NOT_COMPLETED])
    ended = reason.isna().astype("boolean")
    return ended.where((reason.isna() | stopped).astype(bool))


def _courses(doses: pd.DataFrame, linking: Linking) -> tuple[pd.Series, pd.Series]:
    """Give each session its course and phase, for which the model has no place."""
    gap = linking.options.about.get("course_gap_days") or np.inf
    pause = doses.groupby("subject_id")["rel_day"].diff().astype(float)
    course = (pause >= gap).astype(int).groupby(doses["subject_id"]).cumsum() + 1
    first = doses["rel_day"].groupby([doses["subject_id"], course]).transform("min")
    early = (doses["rel_day"] - first).astype(float) < linking.options.induction_days
    what = "The course and the phase were derived from the days between sessions."
    remedy = "Set 'course_gap_days' and 'induction_days' in the mapping."
    place = ("sessions", "phase")
    linking.findings.append(
        noticed("OMP-020", place, what, remedy, count=len(doses), severity="warning")
    )
    return course, pd.Series(np.where(early, "induction", "maintenance"), doses.index)


def _say_what_is_unclear(doses: pd.DataFrame, linking: Linking) -> None:
    """Warn of routes without a meaning and of several doses on one day."""
    twice = doses.duplicated(["subject_id", "rel_day"])
    for rule, column, broken, what, remedy in (
        (
            "OMP-014",
            "route_concept_id",
            doses["route"].isna(),
            "Routes have no meaning in the mapping; they are missing.",
            "Name them under 'routes' of the concepts.",
        ),
        (
            "OMP-015",
            "drug_exposure_start_date",
            twice,
            "A person has several doses on one day; each became a session.",
            "Export the doses that were given, not the orders.",
        ),
        (
            "OMP-019",
            "stop_reason",
            doses["completed"].isna(),
            "Reasons for stopping have no meaning here; whether the dose was completed is missing.",
            f"Write one of: {', '.join([*_STOP_REASONS, NOT_COMPLETED])}; or leave it empty.",
        ),
    ):
        if broken.any():
            place, count = ("drug_exposure", column), int(broken.sum())
            linking.findings.append(
                noticed(rule, place, what, remedy, count=count, severity="warning")
            )


def session_rows(frame: pd.DataFrame, sessions: pd.DataFrame) -> pd.Series:
    """Find the session of each row by its visit.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows with ``subject_id, visit_occurrence_id``.
    sessions : pandas.DataFrame
        As `sessions_of` gives.

    Returns
    -------
    pandas.Series of float
        Row of the first session of the visit, when it is of the same person; NaN for others.
    """
    visits = sessions.dropna(subset=["visit_occurrence_id"])
    visits = visits.drop_duplicates("visit_occurrence_id")
    row_of = pd.Series(visits.index, index=visits["visit_occurrence_id"], dtype=float)
    row = frame["visit_occurrence_id"].map(row_of).astype(float)
    return row.where(row.map(sessions["subject_id"]).eq(frame["subject_id"]))


def monitoring_of(values: pd.DataFrame, linking: Linking, sessions: pd.DataFrame) -> pd.DataFrame:
    """Make the table of monitoring.

    Parameters
    ----------
    values : pandas.DataFrame
        As `linking.values_of` gives.
    linking : Linking
        Tables of the export.
    sessions : pandas.DataFrame
        As `sessions_of` gives.

    Returns
    -------
    pandas.DataFrame
        Values of the session of their visit, else of the last session that began before them or up
        to four hours after; others are left out and counted.
    """
    parameter = values["concept"].map(linking.options.concepts.vitals)
    wanted = parameter.notna() & parameter.ne(WEIGHT)
    frame = values.assign(parameter=parameter)[wanted]
    frame = linking.placed(_in_unit(frame, linking), "date", "monitoring")
    frame = linking.keep(frame, "monitoring", "no time of day", frame["moment"].notna())
    row = session_rows(frame, sessions)
    row = row.fillna(_by_time(frame[row.isna()], sessions).reindex(frame.index))
    frame = linking.keep(frame.assign(row=row), "monitoring", "not during a session", row.notna())
    started = frame["row"].map(sessions["moment"])
    minutes = ((frame["moment"] - started).dt.total_seconds() / 60).round()
    frame = frame.assign(rel_min=minutes, session_no=frame["row"].map(sessions["session_no"]))
    near = minutes.between(_EARLIEST, _LATEST)
    frame = linking.keep(frame, "monitoring", "not during a session", near)
    return frame.assign(unit=frame["parameter"].map(UNITS))


def _in_unit(frame: pd.DataFrame, linking: Linking) -> pd.DataFrame:
    """Keep values with a number and the unit of a study; another unit is an error."""
    frame = linking.keep(frame, "monitoring", "no number", frame["value"].notna())
    wanted = frame["parameter"].map(UNITS)
    said = frame["unit"].map(linking.options.concepts.units)
    bare = frame["unit"].isna() | frame["unit"].eq(0)
    score = wanted.eq("{score}")
    _refuse_units(int((~bare & ~score & said.ne(wanted)).sum()), linking)
    return linking.keep(frame, "monitoring", "no unit", ~bare | score)


def _refuse_units(count: int, linking: Linking) -> None:
    """Say that values have a unit that is not the one of a study."""
    if count:
        what = "Values have a unit that is not that of their parameter, or has no meaning."
        remedy = "Name units under 'units' of the concepts; convert to mm[Hg], /min, % or kg."
        place = ("measurement", "unit_concept_id")
        linking.findings.append(noticed("OMP-016", place, what, remedy, count=count))


def _by_time(frame: pd.DataFrame, sessions: pd.DataFrame) -> pd.Series:
    """Find the session of each row by its time."""
    starts = sessions.reset_index(names="row")[["row", "subject_id", "moment"]].dropna()
    if frame.empty or starts.empty:
        return pd.Series(dtype=float)
    text = {"subject_id": "string"}
    late = frame[["subject_id", "moment"]].astype(text).reset_index(names="place")
    late["moment"] -= pd.Timedelta(minutes=_EARLIEST)
    found = pd.merge_asof(
        late.sort_values("moment", kind="stable"),
        starts.astype(text).sort_values("moment", kind="stable"),
        on="moment",
        by="subject_id",
    )
    return found.set_index("place")["row"].astype(float)


def with_weights(values: pd.DataFrame, linking: Linking, sessions: pd.DataFrame) -> pd.DataFrame:
    """Put body weights into the sessions of their visits, else of their days.

    Parameters
    ----------
    values, linking, sessions
        As for `monitoring_of`.

    Returns
    -------
    pandas.DataFrame
        Sessions with ``weight_kg`` where any is known.
    """
    meant = values["concept"].map(linking.options.concepts.vitals).eq(WEIGHT)
    frame = linking.placed(values[meant & values["value"].notna()], "date", "sessions")
    bare = frame["unit"].isna() | frame["unit"].eq(0)
    factor = frame["unit"].map(linking.options.concepts.units).map(_IN_KG).astype(float)
    _refuse_units(int((~bare & factor.isna()).sum()), linking)
    frame = linking.keep(frame, "sessions", "no unit", ~bare).assign(kg=frame["value"] * factor)
    if frame.empty:
        return sessions
    days = sessions.drop_duplicates(["subject_id", "rel_day"]).reset_index(names="day_row")
    by_day = frame[["subject_id", "rel_day"]].merge(
        days[["subject_id", "rel_day", "day_row"]], on=["subject_id", "rel_day"], how="left"
    )
    row = session_rows(frame, sessions).fillna(by_day["day_row"].set_axis(frame.index))
    frame = linking.keep(frame.assign(row=row), "sessions", "weight of no session", row.notna())
    first = frame.drop_duplicates("row").set_index("row")["kg"]
    return sessions.assign(weight_kg=sessions.index.to_series().map(first).round(9))
