"""Assessments, their items and adverse events from what was kept of an export."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.formats.cut_off import as_known_then
from analysis.formats.fhir.collecting import Event, Response, Total
from analysis.formats.fhir.frames import Linking, extra_columns, frame_of, placed, whole
from analysis.formats.fhir.treatments import session_of_key

__all__ = ["assessments_of", "events_of", "items_of"]

_SAME_DAY = ["subject_id", "scale", "rel_day"]


def assessments_of(linking: Linking, sessions: pd.DataFrame) -> pd.DataFrame:
    """Make the table of assessments, with the answers of each beside it.

    Parameters
    ----------
    linking : Linking
        What was kept, with the days 0.
    sessions : pandas.DataFrame
        The table of sessions, with ``keys`` and ``seconds``.

    Returns
    -------
    pandas.DataFrame
        Canonical columns, and ``answers``. An observed total belongs to the response from which it
        is derived, else to the one of the scale and day, else it is an assessment of its own.
    """
    responses = frame_of(linking.collected.responses, Response)
    frame = placed(responses, "when", "assessments", linking).reset_index(drop=True)
    totals = frame_of(linking.collected.totals, Total)
    totals = placed(totals, "when", "assessments", linking).reset_index(drop=True)
    frame, alone = _with_totals(frame, totals, linking)
    frame = pd.concat([frame, alone], ignore_index=True) if len(alone) else frame
    order = ["subject_id", "scale", "rel_day", "seconds"]
    frame = frame.sort_values(order, kind="stable", na_position="first", ignore_index=True)
    frame["occurrence"] = frame.groupby(_SAME_DAY).cumcount() + 1
    frame["n_answered"] = [_n_answered(answers) for answers in frame["answers"]]
    frame = _with_sessions(frame, sessions)
    frame["rater"] = frame["rater"].replace("", None)
    frame = extra_columns(frame, "assessments").rename(columns={"scale": "instrument"})
    frame["occurrence"] = whole(frame["occurrence"])
    return frame if "visit" in frame else frame.assign(visit=None)


def _n_answered(answers: tuple[tuple[int, int | None, str], ...]) -> float:
    """Count the answers; NaN where the export has no items."""
    return sum(answer is not None for _, answer, _ in answers) if answers else np.nan


def _with_totals(
    frame: pd.DataFrame, totals: pd.DataFrame, linking: Linking
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give observed totals to their responses, and return those that have none as rows."""
    if totals.empty:
        return frame, frame.iloc[:0]
    row = _responses_of(totals, frame)
    known = row.notna()
    first = totals[known].assign(row=row[known]).drop_duplicates("row").set_index("row")["total"]
    observed = frame.index.to_series().map(first).astype(float)
    own = frame["total"].astype(float)
    linking.derived["FHR-024"] += int((own.notna() & observed.notna() & (own != observed)).sum())
    frame = frame.assign(total=own.fillna(observed))
    alone = totals[~known].assign(rater="")
    alone["answers"] = pd.Series([()] * len(alone), alone.index, dtype=object)
    alone["extras"] = pd.Series([{} for _ in alone.index], alone.index, dtype=object)
    return frame, alone.reindex(columns=frame.columns)


def _responses_of(totals: pd.DataFrame, frame: pd.DataFrame) -> pd.Series:
    """Find the response of each total, by reference or by patient, scale and day."""
    exploded = frame["keys"].explode().dropna()
    by_key = dict(zip(exploded, exploded.index, strict=True))
    keys = zip(*(frame[name] for name in _SAME_DAY), strict=True)
    by_day = dict(zip(keys, frame.index, strict=True))
    wanted = zip(totals["sources"], *(totals[name] for name in _SAME_DAY), strict=True)
    found = [
        next((by_key[key] for key in sources if key in by_key), by_day.get(tuple(day), np.nan))
        for sources, *day in wanted
    ]
    return pd.Series(found, totals.index, dtype=float)


def _with_sessions(frame: pd.DataFrame, sessions: pd.DataFrame) -> pd.DataFrame:
    """Find the session of each assessment by its encounter, and the hours from its start."""
    row = frame["encounter"].map(session_of_key(sessions)).astype(float)
    row = row.where(row.map(sessions["subject_id"]).eq(frame["subject_id"]))
    hours = (frame["seconds"] - row.map(sessions["seconds"]).astype(float)) / 3600
    return frame.assign(session_no=row.map(sessions["session_no"]), hours_post=hours.round(6))


def items_of(assessments: pd.DataFrame) -> pd.DataFrame:
    """Make the table of items from the answers of assessments.

    Parameters
    ----------
    assessments : pandas.DataFrame
        As `assessments_of` gives.

    Returns
    -------
    pandas.DataFrame
        One row per item of a response; one that is listed without an answer has none.
    """
    key = ["subject_id", "instrument", "rel_day", "occurrence"]
    rows = assessments[[*key, "answers"]].explode("answers").dropna(subset=["answers"])
    cells = list(rows["answers"])
    return rows[key].assign(
        item_no=[number for number, _, _ in cells],
        response=pd.array([answer for _, answer, _ in cells], dtype="Int64"),
        missing_reason=pd.Series([reason or None for _, _, reason in cells], rows.index, object),
    )


def events_of(linking: Linking, sessions: pd.DataFrame) -> pd.DataFrame:
    """Make the table of adverse events.

    Parameters
    ----------
    linking : Linking
        What was kept, with the days 0.
    sessions : pandas.DataFrame
        The table of sessions, with ``keys``.

    Returns
    -------
    pandas.DataFrame
        Canonical columns; the session is that of the suspected dose.
    """
    frame = frame_of(linking.collected.events, Event)
    frame = placed(frame, "when", "adverse_events", linking)
    frame = frame.sort_values(["subject_id", "day", "seconds"], kind="stable", ignore_index=True)
    key_of = session_of_key(sessions)
    found = [
        next((key_of[key] for key in links if key in key_of), np.nan) for links in frame["links"]
    ]
    row = pd.Series(found, frame.index, dtype=float)
    frame = frame.assign(
        ae_no=frame.groupby("subject_id").cumcount() + 1,
        session_no=row.map(sessions["session_no"]),
        term=frame["term"].replace("", None),
        outcome=frame["outcome"].replace("", None),
    ).rename(columns={"rel_day": "start_day"})
    frame = extra_columns(frame, "adverse_events")
    return as_known_then(frame, "adverse_events", linking.limits(frame["subject_id"]))
