"""Subjects, follow-up and diagnoses from person, observation_period, death and conditions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.formats.cut_off import NOT_YET, as_known_then
from analysis.formats.noticed import noticed
from analysis.formats.omop.linking import Linking

__all__ = ["diagnoses_of", "follow_up_of", "homes_of", "pseudonyms_of", "subjects_of"]

_YEAR = 365.25
_OLDEST = 90
_NO_CLINIC = "clinic"


def pseudonyms_of(person: pd.DataFrame, field: str) -> pd.Series:
    """Return the pseudonym of each person by person_id; persons without one are not in it."""
    names = person[field].astype("string")
    known = person.assign(name=names.astype(object)).dropna(subset=["name"])
    known = known.drop_duplicates("person_id")
    return known.set_index("person_id")["name"]


def homes_of(linking: Linking) -> pd.Series:
    """Return the clinic of each person by person_id: that of the care site, else the one said."""
    sites = linking.raw["care_site"].drop_duplicates("care_site_id")
    names = sites.set_index("care_site_id")["care_site_source_value"]
    person = linking.raw["person"].drop_duplicates("person_id").set_index("person_id")
    home = person["care_site_id"].map(names).astype(object)
    unknown = home.isna()
    if unknown.any() and not linking.options.site:
        what = "Persons have no care site with a source value, and were put into one clinic."
        remedy = "Name the clinic under 'site' of the mapping."
        place, count = ("person", "care_site_id"), int(unknown.sum())
        linking.findings.append(
            noticed("OMP-021", place, what, remedy, count=count, severity="warning")
        )
    return home.mask(unknown, linking.options.site or _NO_CLINIC)


def subjects_of(linking: Linking, home: pd.Series) -> pd.DataFrame:
    """Make the table of subjects.

    Parameters
    ----------
    linking : Linking
        Tables of the export, with the days 0.
    home : pandas.Series
        Clinic by person_id.

    Returns
    -------
    pandas.DataFrame
        One row per person who has a session; the age at day 0 is all that is left of the birth.
        Without a month or a day of birth, the middle of the year or month is taken.
    """
    person = linking.raw["person"].drop_duplicates("person_id").assign(source="person")
    person["subject_id"] = person["person_id"].map(linking.subjects)
    named = person["subject_id"].notna()
    person = linking.keep(person, "subjects", "no pseudonym", named)
    treated = ~person["person_id"].isin(linking.not_yet)
    person = linking.keep(person, "subjects", NOT_YET, treated)
    zero = person["person_id"].map(linking.zero)
    person = linking.keep(person, "subjects", "person has no session", zero.notna())
    zero = zero[person.index]
    born = pd.to_datetime(
        {
            "year": person["year_of_birth"].astype(float),
            "month": person["month_of_birth"].astype(float).fillna(7),
            "day": person["day_of_birth"].astype(float).fillna(15).clip(upper=31),
        },
        errors="coerce",
    )
    years = (zero - born).dt.days.div(_YEAR).floordiv(1)
    told = person["year_of_birth"].notna()
    _say_births(~told, told & (born.isna() | (years < 0)), linking)
    return pd.DataFrame(
        {
            "subject_id": person["subject_id"],
            "site_id": person["person_id"].map(home),
            "age_years": years.where(years >= 0).clip(upper=_OLDEST),
            "sex": person["gender_concept_id"].map(linking.options.concepts.sexes),
            "indication": linking.options.indication or None,
        }
    )


def _say_births(empty: pd.Series, broken: pd.Series, linking: Linking) -> None:
    """Say that years of birth are missing, or that dates of birth are impossible."""
    if empty.any():
        what = "The year of birth is missing, and so is the age."
        remedy = "Export it; the model requires it."
        place, count = ("person", "year_of_birth"), int(empty.sum())
        linking.findings.append(
            noticed("OMP-024", place, what, remedy, count=count, severity="warning")
        )
    if broken.any():
        what = "The date of birth is none, or after the first session; the age is missing."
        place, count = ("person", "year_of_birth"), int(broken.sum())
        linking.findings.append(noticed("OMP-022", place, what, "Correct it.", count=count))


def follow_up_of(linking: Linking, dated: pd.DataFrame) -> pd.DataFrame:
    """Make the table of follow-up from observation periods, deaths and everything dated.

    Parameters
    ----------
    linking : Linking
        Tables of the export, with the days 0.
    dated : pandas.DataFrame
        ``subject_id, rel_day`` of every row of the other tables.

    Returns
    -------
    pandas.DataFrame
        One row per subject. Of ends of follow-up other than death the model says nothing.
    """
    span = dated.groupby("subject_id")["rel_day"].agg(["min", "max"]).astype(float)
    start, end = _periods(linking)
    deaths = linking.placed(linking.raw["death"].assign(source="death"), "death_date", "follow_up")
    died = deaths.groupby("subject_id")["rel_day"].min().astype(float).reindex(span.index)
    n_derived = int((~span.index.isin(end.index)).sum())
    if n_derived:
        what = "Persons have no observation period; it was derived from their rows."
        remedy = "Export observation_period too."
        place = ("follow_up", "observed_until_day")
        linking.findings.append(
            noticed("OMP-023", place, what, remedy, count=n_derived, severity="warning")
        )
    last = span["max"].clip(lower=0)
    until = np.fmax(end.reindex(span.index), died.fillna(last))
    follow_up = pd.DataFrame(
        {
            "start_day": np.fmin(start.reindex(span.index), span["min"].clip(upper=0)),
            "last_contact_day": died.fillna(last),
            "observed_until_day": until,
            "end_reason": np.where(died.notna(), "died", "ongoing"),
        },
        index=span.index,
    )
    limit = linking.limits(linking.zero.index.to_series())
    limit = limit.groupby(linking.subjects.reindex(limit.index)).min().reindex(span.index)
    return as_known_then(follow_up.rename_axis("subject_id").reset_index(), "follow_up", limit)


def _periods(linking: Linking) -> tuple[pd.Series, pd.Series]:
    """Return the first and the last day of the observation periods of each subject."""
    frame = linking.raw["observation_period"].assign(source="observation_period")
    frame = linking.placed(frame, "observation_period_start_date", "follow_up")
    last = frame["observation_period_end_date"].dt.normalize()
    last = (last - frame["person_id"].map(linking.zero)).dt.days.astype(float)
    start = frame.groupby("subject_id")["rel_day"].min().astype(float)
    return start, last.groupby(frame["subject_id"]).max()


def diagnoses_of(linking: Linking) -> pd.DataFrame:
    """Make the table of diagnoses from conditions, when the analyst says their code system.

    Parameters
    ----------
    linking : Linking
        Tables of the export, with the days 0.

    Returns
    -------
    pandas.DataFrame
        One row per code and first day of a subject.
    """
    frame = linking.raw["condition_occurrence"].assign(source="condition_occurrence")
    said = bool(linking.options.condition_codes)
    reason = "'condition_codes' is not in the mapping"
    frame = linking.keep(frame, "diagnoses", reason, pd.Series(said, frame.index))
    frame = linking.placed(frame, "condition_start_date", "diagnoses")
    code = frame["condition_source_value"]
    frame = linking.keep(frame, "diagnoses", "no source value", code.notna())
    ended = frame["condition_end_date"].dt.normalize() - frame["person_id"].map(linking.zero)
    frame = frame.assign(
        code_system=linking.options.condition_codes,
        code=frame["condition_source_value"],
        start_day=frame["rel_day"],
        end_day=ended.dt.days.astype("Int64"),
    )
    limit = linking.limits(frame["person_id"])
    frame = as_known_then(frame, "diagnoses", limit)
    again = frame.duplicated(["subject_id", "code", "start_day"])
    return linking.keep(frame, "diagnoses", "same diagnosis again", ~again)
