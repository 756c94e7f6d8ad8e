"""The rows of measurement and observation: totals, items, monitoring and weights."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.errors import DataError
from analysis.formats.omop.concepts import WEIGHT
from analysis.formats.omop.numbers import Numbers
from analysis.formats.omop.session_times import date_of, moment_of, ordered_sessions
from analysis.study import Study

__all__ = ["values"]

_KEY = ["subject_id", "instrument", "rel_day", "occurrence"]


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
    sessions = ordered_sessions(study)
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
            "date": date_of(frame["rel_day"]),
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
    scores = scores.assign(moment=moment_of(scores["rel_day"], offset), offset=offset)
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
        rows["moment"] = moment_of(rows["rel_day"], rows["rel_min"].astype(float) / 60)
        unit = numbers.concept("units", rows["unit"])
        concept = numbers.concept("vitals", rows["parameter"])
        parts.append(_value(rows, numbers.person(rows), concept, "value", unit))
    if "weight_kg" in sessions:
        rows = sessions[sessions["weight_kg"].notna()]
        rows = rows.assign(moment=moment_of(rows["rel_day"], pd.Series(0.0, rows.index)))
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
