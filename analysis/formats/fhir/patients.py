"""Subjects and their follow-up from what was kept of patients, episodes and everything dated."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.formats.cut_off import AFTER, NOT_YET, as_known_then, is_after
from analysis.formats.fhir.collecting import Episode, Person
from analysis.formats.fhir.frames import DAY_ZERO, Linking, days_of, extra_columns, frame_of
from analysis.formats.fhir.json_access import moment

__all__ = ["day_zero", "follow_up_of", "subjects_of"]

_YEAR = 365.25
_OLDEST = 90
_NO_CLINIC = "clinic"
_ENDED = {"finished": "completed", "cancelled": "withdrew", "active": "ongoing"}
_SEXES = ("female", "male", "other")


def day_zero(linking: Linking, doses: pd.DataFrame) -> pd.Series:
    """Return the day 0 of each patient: that of the extension, else that of the first dose.

    Parameters
    ----------
    linking : Linking
        What was kept.
    doses : pandas.DataFrame
        Doses of the drugs of a study, with ``subject_id`` and ``day``.

    Returns
    -------
    pandas.Series
        Number of the day by patient; patients without one are not in it.
    """
    said = {
        person.subject_id: moment(text)
        for person in linking.collected.people
        if isinstance(text := person.extras.get(DAY_ZERO), str)
    }
    told = pd.Series({subject: when[0] for subject, when in said.items() if when}, dtype=float)
    first = doses.groupby("subject_id")["day"].min().astype(float)
    return first if told.empty else told.combine_first(first)


def subjects_of(linking: Linking) -> pd.DataFrame:
    """Make the table of subjects.

    Parameters
    ----------
    linking : Linking
        What was kept, with the days 0.

    Returns
    -------
    pandas.DataFrame
        One row per patient; the age at day 0 is all that is left of a date of birth.
    """
    people = frame_of(linking.collected.people, Person)
    treated = ~people["subject_id"].isin(linking.not_yet)
    people = linking.keep(people, "subjects", NOT_YET, treated)
    born = days_of(people["birth"])[0]
    years = (people["subject_id"].map(linking.zero).astype(float) - born) / _YEAR
    gender = people["gender"]
    subjects = pd.DataFrame(
        {
            "subject_id": people["subject_id"],
            "site_id": _sites(people["site"], linking),
            "age_years": np.floor(years).clip(upper=_OLDEST),
            "sex": gender.where(gender.isin(_SEXES)),
            "indication": linking.options.indication or None,
            "language": people["language"].replace("", None),
            "extras": people["extras"],
        }
    )
    subjects = extra_columns(subjects, "subjects").drop(columns="extras")
    return subjects.drop(columns=[n for n in ("language",) if subjects[n].isna().all()])


def _sites(organisations: pd.Series, linking: Linking) -> pd.Series:
    """Name the clinic of each patient; one name for all of whom none is known."""
    names: Mapping[str, str] = linking.options.sites
    known = organisations.map(lambda code: names.get(code, code))
    unknown = known.eq("")
    if not linking.options.site:
        linking.derived["FHR-041"] += int(unknown.sum())
    return known.mask(unknown, linking.options.site or _NO_CLINIC)


def follow_up_of(
    linking: Linking, subjects: pd.DataFrame, dated: pd.DataFrame, last_day: float
) -> pd.DataFrame:
    """Make the table of follow-up.

    Parameters
    ----------
    linking : Linking
        What was kept, with the days 0.
    subjects : pandas.DataFrame
        The table of subjects.
    dated : pandas.DataFrame
        ``subject_id, rel_day`` of every row of the other tables.
    last_day : float
        Number of the last day in the export.

    Returns
    -------
    pandas.DataFrame
        One row per patient with a day 0: of an episode of care where it says so, else derived from
        the first and last row of the patient and the end of the export.
    """
    zero = linking.zero.reindex(subjects["subject_id"]).dropna()
    span = dated.groupby("subject_id")["rel_day"].agg(["min", "max"]).reindex(zero.index).fillna(0)
    cut_off = last_day if linking.options.cut_off is None else linking.last_day
    died = _dead(linking)
    derived = pd.DataFrame(
        {
            "start_day": span["min"].clip(upper=0),
            "last_contact_day": span["max"].clip(lower=0),
            "observed_until_day": np.maximum(cut_off - zero, span["max"].clip(lower=0)),
            "end_reason": np.where(zero.index.isin(list(died)), "died", "ongoing"),
        },
        index=zero.index,
    ).rename_axis("subject_id")
    episodes = _episodes(linking).reindex(derived.index)
    told = episodes.reindex(columns=derived.columns)
    n_derived = int(told.isna().any(axis="columns").sum())
    linking.derived["FHR-042"] += n_derived
    stated = told.astype(object).where(told.notna(), derived.astype(object)).reset_index()
    return as_known_then(stated, "follow_up", linking.limits(stated["subject_id"]))


def _dead(linking: Linking) -> set[str]:
    """Name the patients who died up to the cut-off, as far as the export says when."""
    return {
        person.subject_id
        for person in linking.collected.people
        if person.died
        and person.subject_id not in linking.seen_later
        and (person.death is None or person.death[0] <= linking.last_day)
    }


def _episodes(linking: Linking) -> pd.DataFrame:
    """Read what episodes of care say of follow-up, the first of each patient."""
    episodes = frame_of(linking.collected.episodes, Episode)
    subject = episodes["subject"].map(linking.collected.patient_of).astype(object)
    zero = subject.map(linking.zero).astype(float)
    episodes = episodes.assign(
        subject_id=subject,
        start_day=days_of(episodes["start"])[0] - zero,
        last_contact_day=days_of(episodes["end"])[0] - zero,
        end_reason=episodes["status"].map(_ENDED),
    )
    known = linking.keep(
        episodes, "follow_up", "patient is not in the export", episodes["subject_id"].notna()
    )
    known = linking.keep(known, "follow_up", NOT_YET, ~known["subject_id"].isin(linking.not_yet))
    late = is_after(known["start_day"], linking.limits(known["subject_id"]))
    known = linking.keep(known, "follow_up", AFTER, pd.Series(~late, known.index))
    open_end = known["last_contact_day"].isna() & known["subject_id"].isin(linking.seen_later)
    known = known.assign(end_reason=known["end_reason"].mask(open_end, "ongoing"))
    first = linking.keep(
        known, "follow_up", "not the first episode", ~known["subject_id"].duplicated()
    )
    return extra_columns(first, "follow_up").set_index("subject_id")
