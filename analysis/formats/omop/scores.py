"""Assessments and their items from measurement and observation: totals are found in both."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.formats.noticed import noticed
from analysis.formats.omop.linking import Linking
from analysis.formats.omop.treatments import session_rows
from analysis.instruments import load_instrument
from analysis.study import TABLES

__all__ = ["scores_of"]

_KEY = ["subject_id", "instrument", "rel_day", "occurrence"]
_REASONS = TABLES["items"].column("missing_reason").allowed


def scores_of(
    values: pd.DataFrame, linking: Linking, sessions: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make the tables of assessments and items.

    Parameters
    ----------
    values : pandas.DataFrame
        As `linking.values_of` gives.
    linking : Linking
        Tables of the export.
    sessions : pandas.DataFrame
        As `treatments.sessions_of` gives.

    Returns
    -------
    assessments : pandas.DataFrame
        One row per scale and moment of a person. No total is computed: it is missing where only
        items were exported.
    items : pandas.DataFrame
        One row per item; an item without a whole number has no response.
    """
    frame = linking.placed(_with_scales(values, linking), "date", "assessments")
    moment = frame["moment"].fillna(frame["date"])
    day = [frame["subject_id"], frame["instrument"], frame["rel_day"]]
    frame["occurrence"] = moment.groupby(day).rank("dense").astype("Int64")
    totals = _once(frame[frame["item_no"].isna()], "assessments", linking)
    items = _once(frame[frame["item_no"].notna()], "items", linking)
    items = _with_responses(items, linking)
    return _assessments(frame, totals, items, sessions), items


def _with_scales(values: pd.DataFrame, linking: Linking) -> pd.DataFrame:
    """Keep the values of scales, with the scale and the number of the item."""
    concepts = linking.options.concepts
    scale_of = {**concepts.totals, **{key: name for key, (name, _) in concepts.items.items()}}
    item_of = {key: number for key, (_, number) in concepts.items.items()}
    frame = values.assign(
        instrument=values["concept"].map(scale_of),
        item_no=values["concept"].map(item_of).astype("Int64"),
    )
    frame = frame[frame["instrument"].notna()]
    told = frame["value"].notna() | frame["item_no"].notna()
    return linking.keep(frame, "assessments", "total without a number", told)


def _once(frame: pd.DataFrame, table: str, linking: Linking) -> pd.DataFrame:
    """Take each value once; values that differ at one moment are an error."""
    key = [*_KEY, "item_no"]
    again = frame.duplicated(key)
    other = again & ~frame.duplicated([*key, "value"])
    if other.any():
        what = "A person has different values of the same scale or item at the same moment."
        remedy = "Correct the export, or give the values their times."
        place = (table, "occurrence")
        linking.findings.append(noticed("OMP-017", place, what, remedy, count=int(other.sum())))
    return linking.keep(frame, table, "same value again", ~again)


def _with_responses(items: pd.DataFrame, linking: Linking) -> pd.DataFrame:
    """Give items their responses, and the reason where there is none."""
    value = items["value"]
    whole = value.eq(np.floor(value)) & value.abs().lt(1000)
    n_other = int((value.notna() & ~whole).sum())
    if n_other:
        place, what = ("observation", "value_as_number"), "Answers are no whole numbers."
        linking.findings.append(
            noticed("OMP-018", place, what, "Correct them in the export.", count=n_other)
        )
    reason = items["text"].where(value.isna() & items["text"].isin(_REASONS))
    return items.assign(response=value.where(whole).astype("Int64"), missing_reason=reason)


def _assessments(
    frame: pd.DataFrame, totals: pd.DataFrame, items: pd.DataFrame, sessions: pd.DataFrame
) -> pd.DataFrame:
    """Make one row per assessment, with its total, its answers and its session."""
    rows = frame.drop_duplicates(_KEY).sort_values(_KEY, ignore_index=True)
    index = pd.MultiIndex.from_frame(rows[_KEY])
    total = totals.set_index(_KEY)["value"].reindex(index)
    answered = items.groupby(_KEY)["response"].count().reindex(index)
    row = session_rows(rows, sessions)
    hours = (rows["moment"] - row.map(sessions["moment"])).dt.total_seconds() / 3600
    raters = {name: load_instrument(name).rater for name in rows["instrument"].unique()}
    return rows[_KEY].assign(
        visit=None,
        total=total.to_numpy(dtype=float),
        n_answered=pd.array(answered.to_numpy(dtype=float), dtype="Int64"),
        rater=rows["instrument"].map(raters),
        session_no=row.map(sessions["session_no"]),
        hours_post=hours.round(6),
    )
