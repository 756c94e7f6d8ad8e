"""Rows of the ADaM data sets made from the tables of a canonical study."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.formats.adam.days import analysis_day
from analysis.formats.adam.terms import UNITS, in_terms
from analysis.formats.adam.variables import DATASETS, Variable
from analysis.study import Study

__all__ = ["exposure", "harms", "laid_out", "questionnaires", "subject_level"]

_VISITS = {"screening": 1, "baseline": 2, "session": 3, "follow-up": 4, "unscheduled": 5}
_STATUS = {"completed": "COMPLETED", "ongoing": "ONGOING"}
_PLACE = ["subject_id", "instrument", "rel_day", "occurrence"]


def laid_out(name: str, rows: pd.DataFrame, study_id: str) -> pd.DataFrame:
    """Name and type the variables of a data set.

    Parameters
    ----------
    name : str
        A data set of `DATASETS`.
    rows : pandas.DataFrame
        Canonical columns, and derived variables under their own names; what it lacks is left
        empty. Missing stays missing.
    study_id : str
        Value of STUDYID.

    Returns
    -------
    pandas.DataFrame
        All variables in their order; text as ``string``, the rest as ``float64``; sorted by key.
    """
    dataset = DATASETS[name]
    columns = {
        variable: _variable(variable, about, rows) for variable, about in dataset.variables.items()
    }
    frame = pd.DataFrame({**columns, "STUDYID": pd.Series(study_id, rows.index, dtype="string")})
    return frame.sort_values(list(dataset.key), kind="stable", ignore_index=True)


def _variable(name: str, about: Variable, rows: pd.DataFrame) -> pd.Series:
    """Make one variable."""
    source = about.column if about.column in rows else name
    textual = about.kind in ("text", "flag")
    if source not in rows:
        empty = UNITS.get(name) if textual else np.nan
        return pd.Series(empty, rows.index, dtype="string" if textual else "float64")
    values = rows[source]
    if about.kind == "flag":
        return values.astype("boolean").map({True: "Y", False: "N"}).astype("string")
    if textual:
        return in_terms(name, values)
    day = analysis_day(values.astype("Float64")) if about.kind == "day" else values
    return day.astype("Float64").astype("float64")


def subject_level(study: Study) -> pd.DataFrame:
    """Make the rows of ADSL: one per subject, with its follow-up."""
    rows = study.tables["subjects"].merge(study.tables["follow_up"], on="subject_id", how="left")
    reason = rows["end_reason"].astype("string")
    status = reason.map(_STATUS).astype("string").fillna("DISCONTINUED").where(reason.notna())
    return rows.assign(
        SAFFL=rows["subject_id"].isin(study.tables["sessions"]["subject_id"]),
        EOSSTT=status,
        end_reason=reason.mask(reason.isin(list(_STATUS))),
        AGEU=pd.Series(UNITS["AGEU"], rows.index, dtype="string").where(rows["age_years"].notna()),
    )


def questionnaires(study: Study, codes: Mapping[str, str]) -> pd.DataFrame:
    """Make the rows of ADQS: one per total, and one per item with the visit of its total."""
    totals = study.tables["assessments"]
    scale = totals["instrument"].astype("string")
    parts = [totals.assign(PARAMCD=scale.map(codes), PARAM=scale + " total", AVAL=totals["total"])]
    if study.has("items") and len(study.tables["items"]):
        parts.append(_items(study.tables["items"], totals, codes))
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(AVISITN=rows["visit"].astype("string").map(_VISITS).astype("Float64"))


def _items(items: pd.DataFrame, totals: pd.DataFrame, codes: Mapping[str, str]) -> pd.DataFrame:
    """Make the rows of items, each with the visit and the rater of its assessment."""
    extra = [name for name in ("visit", "rater", "session_no", "hours_post") if name in totals]
    rows = items.merge(totals[[*_PLACE, *extra]], on=_PLACE, how="left")
    scale = rows["instrument"].astype("string")
    number = rows["item_no"].astype("string")
    return rows.assign(
        PARAMCD=scale.map(codes).astype("string") + "_" + number.str.zfill(2),
        PARAM=scale + " item " + number,
        AVAL=rows["response"],
    )


def exposure(study: Study) -> pd.DataFrame:
    """Make the rows of ADEX: one per session."""
    return study.tables["sessions"]


def harms(study: Study) -> pd.DataFrame:
    """Make the rows of ADAE; what begins on or after the first day of treatment is emergent."""
    rows = study.tables["adverse_events"]
    return rows.assign(TRTEMFL=rows["start_day"].ge(0))
