"""The table follow_up, derived from the last contact, all days of the data, and the cut-off."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.formats.building.rows import Rows
from analysis.formats.building.tables import Built, World
from analysis.formats.building.values import texts
from analysis.formats.cut_off import as_known_then
from analysis.formats.mapping_parts import FollowUp
from analysis.study import TABLES
from analysis.text_numbers import text_numbers

__all__ = ["follow_up_table"]

Floats = npt.NDArray[np.float64]

_SEEN = ("sessions", "assessments", "encounters")


def follow_up_table(
    built: Sequence[Built], rows: Rows | None, rule: FollowUp, world: World
) -> pd.DataFrame:
    """Derive a row of follow-up for every patient of the table subjects.

    Parameters
    ----------
    built : sequence of Built
        What the other parts of the mapping gave.
    rows : Rows or None
        Rows of the source with the last contact and the reason of the end, if there is one.
    rule : FollowUp
        What the mapping says.
    world : World
        Patients, days and cut-off.

    Returns
    -------
    pandas.DataFrame
        The first day is the first session, score or visit in the data; the last contact is the
        latest of these and of the mapped one, and not after the cut-off. A patient whose last
        contact lies after the cut-off was still there then: the reason is "ongoing".
    """
    n_patients = len(world.clients.ids)
    first, last = _seen(built, n_patients)
    limit = world.days.rel_cut_off(np.arange(n_patients))
    reason = np.full(n_patients, None, dtype=object)
    if rule.end_reason is not None and rule.end_reason.kind == "constant":
        reason[:] = rule.end_reason.constant
    if rows is not None:
        contact, said = _said(rows, rule, world)
        reason = np.where(pd.notna(said), said, reason)
        last = np.fmax(last, contact)
    people = _patients(built, n_patients) & ~np.isnan(first)
    chosen = np.flatnonzero(people)
    derived = pd.DataFrame(
        {
            "subject_id": world.clients.subject_ids(chosen),
            "start_day": first[chosen],
            "last_contact_day": last[chosen],
            "observed_until_day": limit[chosen],
            "end_reason": pd.Series(pd.array(list(reason[chosen]), dtype="string")),
        }
    )
    return as_known_then(derived, "follow_up", limit[chosen])


def _seen(built: Sequence[Built], n_patients: int) -> tuple[Floats, Floats]:
    """Find the first and the last day on which each patient was seen; NaN for never."""
    first, last = np.full(n_patients, np.inf), np.full(n_patients, -np.inf)
    for part in built:
        if part.table in _SEEN and "rel_day" in part.frame.columns:
            day = text_numbers(part.frame["rel_day"])
            days = day.to_numpy(dtype=np.float64, na_value=np.nan)
            known = ~np.isnan(days)
            np.minimum.at(first, part.client[known], days[known])
            np.maximum.at(last, part.client[known], days[known])
    return np.where(np.isinf(first), np.nan, first), np.where(np.isinf(last), np.nan, last)


def _patients(built: Sequence[Built], n_patients: int) -> npt.NDArray[np.bool_]:
    """Tell which patients stand in the table subjects."""
    listed = np.zeros(n_patients, dtype=bool)
    for part in built:
        if part.table == "subjects":
            listed[part.client] = True
    return listed


def _said(rows: Rows, rule: FollowUp, world: World) -> tuple[Floats, npt.NDArray[np.object_]]:
    """Take the last contact and the reason of the end of each patient from a source."""
    n_patients = len(world.clients.ids)
    treated = rows.keep(~np.isnan(world.days.origin[rows.client]), "patient without a treatment")
    contact = np.full(n_patients, -np.inf)
    if rule.last_contact is not None:
        days = world.days.rel_days(treated, rule.last_contact)
        known = ~np.isnan(days)
        np.maximum.at(contact, treated.client[known], days[known])
    reason = np.full(n_patients, None, dtype=object)
    if rule.end_reason is not None and rule.end_reason.kind == "column":
        column = TABLES["follow_up"].column("end_reason")
        said = texts(treated, rule.end_reason, column)
        filled = said.notna().to_numpy(dtype=bool)
        reason[treated.client[filled]] = said[filled].to_numpy(dtype=object)
    return np.where(np.isinf(contact), np.nan, contact), reason
