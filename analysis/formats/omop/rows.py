"""The rows of OMOP CDM 5.4 tables from the canonical tables of a study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.errors import DataError
from analysis.formats.omop.concepts import WEIGHT
from analysis.formats.omop.treatments import NOT_COMPLETED
from analysis.study import TABLES, UNITS, Study

__all__ = ["Numbers", "conditions", "doses", "people", "periods", "values"]

_FIRST_LOCAL = 2_000_000_001
_ZERO = pd.Timestamp("2000-01-01 12:00:00")
_YEAR = 365.25
_SEXES = {"female": 8532, "male": 8507}
_KEY = ["subject_id", "instrument", "rel_day", "occurrence"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Numbers:
    """Integers that stand for subjects, clinics and meanings.

    Parameters
    ----------
    persons, sites : dict of str to int
        By pseudonym and by clinic.
    concepts : dict of tuple to int
        Local concept by section and meaning.
    """

    persons: dict[str, int]
    sites: dict[str, int]
    concepts: dict[tuple[str, Any], int]

    @classmethod
    def of(cls, study: Study) -> Numbers:
        """Give every subject, clinic and meaning of a study its number."""
        subjects = list(map(str, study.tables["subjects"]["subject_id"]))
        session = TABLES["sessions"]
        vitals = [*UNITS, WEIGHT]
        units = [*dict.fromkeys(UNITS.values()), "kg"]
        items = [] if not study.has("items") else _item_pairs(study.tables["items"])
        meanings = [
            *(("agents", name) for name in session.column("agent").allowed),
            *(("routes", name) for name in session.column("route").allowed),
            ("sexes", "other"),
            *(("totals", name) for name in study.instruments),
            *(("vitals", name) for name in vitals),
            *(("units", name) for name in units),
            *(("items", pair) for pair in items),
        ]
        return cls(
            persons={name: n for n, name in enumerate(subjects, start=1)},
            sites={name: n for n, name in enumerate(study.sites, start=1)},
            concepts={each: n for n, each in enumerate(meanings, start=_FIRST_LOCAL)},
        )

    def concept(self, section: str, names: pd.Series) -> pd.Series:
        """Return the concept of each name; 0, which means none, where there is none."""
        known = {name: n for (part, name), n in self.concepts.items() if part == section}
        return names.astype(object).map(known).fillna(0).astype("int64")

    def person(self, frame: pd.DataFrame) -> pd.Series:
        """Return the person_id of each row."""
        return frame["subject_id"].astype(object).map(self.persons).astype("Int64")

    def sections(self) -> dict[str, Any]:
        """Return the section ``concepts`` of the mapping."""
        told: dict[str, Any] = {}
        for (section, name), number in self.concepts.items():
            part = told.setdefault(section, {})
            if section == "items":
                part.setdefault(name[0], {})[str(name[1])] = [number]
            else:
                part[name] = [number]
        return told


def _item_pairs(items: pd.DataFrame) -> list[tuple[str, int]]:
    """Return the items that a study has."""
    pairs = items[["instrument", "item_no"]].astype({"instrument": str}).drop_duplicates()
    ordered = pairs.sort_values(["instrument", "item_no"])
    return [(str(scale), int(n)) for scale, n in zip(*map(ordered.get, ordered), strict=True)]


def _date(days: pd.Series) -> pd.Series:
    """Write days as dates."""
    return _moment(days, pd.Series(0.0, days.index)).str[:10]


def _moment(days: pd.Series, hours: pd.Series) -> pd.Series:
    """Write days and hours after noon as dates and times; empty where one is missing."""
    seconds = days.astype(float) * 86400 + (hours.astype(float) * 3600).round()
    return (_ZERO + pd.to_timedelta(seconds, unit="s")).dt.strftime("%Y-%m-%d %H:%M:%S")


def people(study: Study, numbers: Numbers) -> dict[str, pd.DataFrame]:
    """Make person and care_site.

    Parameters
    ----------
    study : Study
        The study.
    numbers : Numbers
        Integers of its subjects, clinics and meanings.

    Returns
    -------
    dict of str to pandas.DataFrame
        A birth is the middle of the year of age at day 0, since a study has no births.
    """
    subjects = study.tables["subjects"]
    years = subjects["age_years"].astype(float)
    born = _ZERO.normalize() - pd.to_timedelta(((years + 0.5) * _YEAR).round(), unit="D")
    sex = subjects["sex"].astype(object)
    other = numbers.concept("sexes", sex)
    person = pd.DataFrame(
        {
            "person_id": numbers.person(subjects),
            "gender_concept_id": sex.map(_SEXES).fillna(other).astype("int64"),
            "year_of_birth": born.dt.year.astype("Int64"),
            "month_of_birth": born.dt.month.astype("Int64"),
            "day_of_birth": born.dt.day.astype("Int64"),
            "race_concept_id": 0,
            "ethnicity_concept_id": 0,
            "care_site_id": subjects["site_id"].astype(object).map(numbers.sites),
            "person_source_value": subjects["subject_id"],
        }
    )
    sites = {"care_site_id": list(numbers.sites.values()),
             "care_site_source_value": list(numbers.sites)}  # fmt: skip
    return {"person": person, "care_site": pd.DataFrame(sites)}


def _sessions(study: Study) -> pd.DataFrame:
    """Return the sessions in their order."""
    ordered = study.tables["sessions"].sort_values(["subject_id", "session_no"], ignore_index=True)
    return ordered.assign(visit_id=range(1, len(ordered) + 1))


def doses(study: Study, numbers: Numbers) -> dict[str, pd.DataFrame]:
    """Make visit_occurrence and drug_exposure, a row of each per session; as `people`."""
    sessions = _sessions(study)
    person, start = numbers.person(sessions), _date(sessions["rel_day"])
    none = pd.Series(0.0, sessions.index)
    lasted = sessions.get("infusion_min", none * float("nan")).astype(float) / 60
    reason = sessions.get("stop_reason", pd.Series(pd.NA, sessions.index)).astype(object)
    stopped = sessions["completed"].eq(False).fillna(value=False)
    visits = pd.DataFrame(
        {
            "visit_occurrence_id": sessions["visit_id"],
            "person_id": person,
            "visit_concept_id": 0,
            "visit_start_date": start,
            "visit_end_date": start,
            "visit_type_concept_id": 0,
            "care_site_id": sessions["site_id"].astype(object).map(numbers.sites),
        }
    )
    exposures = pd.DataFrame(
        {
            "drug_exposure_id": sessions["visit_id"],
            "person_id": person,
            "drug_concept_id": numbers.concept("agents", sessions["agent"]),
            "drug_exposure_start_date": start,
            "drug_exposure_start_datetime": _moment(sessions["rel_day"], none),
            "drug_exposure_end_date": start,
            "drug_exposure_end_datetime": _moment(sessions["rel_day"], lasted),
            "drug_type_concept_id": 0,
            "stop_reason": reason.where(reason.notna(), NOT_COMPLETED).where(stopped),
            "quantity": sessions["dose_mg"],
            "route_concept_id": numbers.concept("routes", sessions["route"]),
            "visit_occurrence_id": sessions["visit_id"],
            "dose_unit_source_value": "mg",
        }
    )
    return {"visit_occurrence": visits, "drug_exposure": exposures}


def values(study: Study, numbers: Numbers) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make measurement (totals, monitoring, weights) and observation (items).

    Parameters
    ----------
    study, numbers
        As for `people`.

    Returns
    -------
    tuple of pandas.DataFrame
        The two tables.

    Raises
    ------
    DataError
        When two assessments of a scale would get the same time, or not the order of their numbers.
    """
    sessions = _sessions(study)
    scores = _timed_scores(study, sessions)
    total = _value(
        scores, numbers.person(scores), numbers.concept("totals", scores["instrument"]), "total"
    )
    parts = [total[scores["total"].notna()], *_monitored(study, sessions, numbers)]
    measured = pd.concat(parts, ignore_index=True)
    return _named(measured, "measurement"), _named(_items(study, scores, numbers), "observation")


def _value(
    frame: pd.DataFrame, person: pd.Series, concept: pd.Series, value: str, unit: Any = 0
) -> pd.DataFrame:
    """Make rows of values with their times and visits."""
    return pd.DataFrame(
        {
            "person_id": person,
            "concept_id": concept,
            "date": _date(frame["rel_day"]),
            "datetime": frame["moment"],
            "type_concept_id": 0,
            "value_as_number": frame[value].astype("Float64"),
            "unit_concept_id": unit,
            "visit_occurrence_id": frame["visit_id"].astype("Int64"),
        }
    )


def _named(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Give rows their primary key, and their fields the names of the table."""
    fields = ("concept_id", "date", "datetime", "type_concept_id")
    frame = frame.rename(columns={name: f"{table}_{name}" for name in fields})
    frame.insert(0, f"{table}_id", pd.Series(range(1, len(frame) + 1), frame.index))
    return frame


def _with_visit(frame: pd.DataFrame, sessions: pd.DataFrame) -> pd.DataFrame:
    """Give rows the visit and the day of their session."""
    pair = ["subject_id", "session_no"]
    known = sessions[[*pair, "visit_id", "rel_day"]].rename(columns={"rel_day": "session_day"})
    return frame.merge(known, on=pair, how="left")


def _timed_scores(study: Study, sessions: pd.DataFrame) -> pd.DataFrame:
    """Give assessments a time: as far from their session as they say, else by their number."""
    scores = study.tables["assessments"].astype({"instrument": object})
    missing = pd.Series(pd.NA, scores.index, dtype="Float64")
    hours = scores.get("hours_post", missing).astype("Float64")
    scores = _with_visit(
        scores.assign(hours=hours, session_no=scores.get("session_no", missing.astype("Int64"))),
        sessions,
    )
    away = (scores["session_day"] - scores["rel_day"]).fillna(0).astype(float) * 24
    usual = scores["occurrence"].astype(float) / 60
    offset = (scores["hours"].astype(float) + away).fillna(usual)
    scores = scores.assign(moment=_moment(scores["rel_day"], offset), offset=offset)
    rank = scores.groupby(_KEY[:3])["offset"].rank("dense")
    n_unclear = int(rank.ne(scores["occurrence"].astype(float)).sum())
    if n_unclear or scores.duplicated(_KEY).any():
        raise DataError(
            f"The study cannot be written as OMOP: {n_unclear} assessments of one scale and day "
            "are not numbered in the order of their times. Correct hours_post or occurrence."
        )
    return scores


def _monitored(study: Study, sessions: pd.DataFrame, numbers: Numbers) -> list[pd.DataFrame]:
    """Make the values of monitoring, and of body weights where they are known."""
    parts = []
    if study.has("monitoring"):
        rows = _with_visit(study.tables["monitoring"], sessions)
        rows = rows.rename(columns={"session_day": "rel_day"})
        rows["moment"] = _moment(rows["rel_day"], rows["rel_min"].astype(float) / 60)
        unit = numbers.concept("units", rows["unit"])
        concept = numbers.concept("vitals", rows["parameter"])
        parts.append(_value(rows, numbers.person(rows), concept, "value", unit))
    if "weight_kg" in sessions:
        rows = sessions[sessions["weight_kg"].notna()]
        rows = rows.assign(moment=_moment(rows["rel_day"], pd.Series(0.0, rows.index)))
        kg = numbers.concepts["units", "kg"]
        concept = pd.Series(numbers.concepts["vitals", WEIGHT], rows.index)
        parts.append(_value(rows, numbers.person(rows), concept, "weight_kg", kg))
    return parts


def _items(study: Study, scores: pd.DataFrame, numbers: Numbers) -> pd.DataFrame:
    """Make the values of items; the reason stands as text where there is no answer."""
    nothing = {name: pd.Series(dtype=object) for name in [*_KEY, "item_no", "response"]}
    items = study.tables["items"] if study.has("items") else pd.DataFrame(nothing)
    items = items.astype({"instrument": object})
    rows = items.merge(scores[[*_KEY, "moment", "visit_id"]], on=_KEY, how="left")
    pairs = zip(rows["instrument"], rows["item_no"], strict=True)
    names = pd.Series(list(pairs), rows.index, dtype=object)
    found = _value(rows, numbers.person(rows), numbers.concept("items", names), "response")
    reason = rows.get("missing_reason", pd.Series(pd.NA, rows.index))
    return found.assign(value_as_string=reason.astype(object))


def periods(study: Study, numbers: Numbers) -> dict[str, pd.DataFrame]:
    """Make observation_period and death from follow-up; as `people`."""
    follow_up = study.tables["follow_up"].reset_index(drop=True)
    period = pd.DataFrame(
        {
            "observation_period_id": range(1, len(follow_up) + 1),
            "person_id": numbers.person(follow_up),
            "observation_period_start_date": _date(follow_up["start_day"]),
            "observation_period_end_date": _date(follow_up["observed_until_day"]),
            "period_type_concept_id": 0,
        }
    )
    died = follow_up[follow_up["end_reason"].eq("died")]
    death = {"person_id": numbers.person(died), "death_date": _date(died["last_contact_day"])}
    return {"observation_period": period, "death": pd.DataFrame(death)}


def conditions(study: Study, numbers: Numbers) -> dict[str, pd.DataFrame]:
    """Make condition_occurrence from diagnoses where there are any; as `people`."""
    if not study.has("diagnoses"):
        return {}
    rows = study.tables["diagnoses"].reset_index(drop=True)
    ended = rows.get("end_day", pd.Series(pd.NA, rows.index, dtype="Int64"))
    condition = pd.DataFrame(
        {
            "condition_occurrence_id": range(1, len(rows) + 1),
            "person_id": numbers.person(rows),
            "condition_concept_id": 0,
            "condition_start_date": _date(rows["start_day"]),
            "condition_end_date": _date(ended),
            "condition_type_concept_id": 0,
            "condition_source_value": rows["code"],
        }
    )
    return {"condition_occurrence": condition}
