"""The rows of people, doses, periods and conditions in OMOP CDM 5.4 tables."""

from __future__ import annotations

import pandas as pd

from analysis.formats.omop.numbers import Numbers
from analysis.formats.omop.session_times import ZERO, date_of, moment_of, ordered_sessions
from analysis.formats.omop.treatments import NOT_COMPLETED
from analysis.study import Study

__all__ = ["conditions", "doses", "people", "periods"]

_YEAR = 365.25
_SEXES = {"female": 8532, "male": 8507}


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
    age = ((subjects["age_years"].astype(float) + 0.5) * _YEAR).round()
    born = ZERO.normalize() - pd.to_timedelta(age.astype("Int64"), unit="D")
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


def doses(study: Study, numbers: Numbers) -> dict[str, pd.DataFrame]:
    """Make visit_occurrence and drug_exposure, a row of each per session; as `people`."""
    sessions = ordered_sessions(study)
    person, start = numbers.person(sessions), date_of(sessions["rel_day"])
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
            "drug_exposure_start_datetime": moment_of(sessions["rel_day"], none),
            "drug_exposure_end_date": start,
            "drug_exposure_end_datetime": moment_of(sessions["rel_day"], lasted),
            "drug_type_concept_id": 0,
            "stop_reason": reason.where(reason.notna(), NOT_COMPLETED).where(stopped),
            "quantity": sessions["dose_mg"],
            "route_concept_id": numbers.concept("routes", sessions["route"]),
            "visit_occurrence_id": sessions["visit_id"],
            "dose_unit_source_value": "mg",
        }
    )
    return {"visit_occurrence": visits, "drug_exposure": exposures}


def periods(study: Study, numbers: Numbers) -> dict[str, pd.DataFrame]:
    """Make observation_period and death from follow-up; as `people`."""
    follow_up = study.tables["follow_up"].reset_index(drop=True)
    period = pd.DataFrame(
        {
            "observation_period_id": range(1, len(follow_up) + 1),
            "person_id": numbers.person(follow_up),
            "observation_period_start_date": date_of(follow_up["start_day"]),
            "observation_period_end_date": date_of(follow_up["observed_until_day"]),
            "period_type_concept_id": 0,
        }
    )
    died = follow_up[follow_up["end_reason"].eq("died")]
    death = {"person_id": numbers.person(died), "death_date": date_of(died["last_contact_day"])}
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
            "condition_start_date": date_of(rows["start_day"]),
            "condition_end_date": date_of(ended),
            "condition_type_concept_id": 0,
            "condition_source_value": rows["code"],
        }
    )
    return {"condition_occurrence": condition}
