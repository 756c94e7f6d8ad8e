"""Scores and items from the rows of ADQS."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.formats.noticed import noticed
from analysis.study import Finding

__all__ = ["Parameters", "scores_of", "with_scales", "with_visits"]

Parameters = Mapping[str, tuple[str, int | None]]
"""Scale and item number by PARAMCD; no number for a total."""

_VISITS = ("screening", "baseline", "session", "follow-up", "unscheduled")
_PLACE = ["subject_id", "instrument", "rel_day", "occurrence"]


def with_scales(
    adqs: pd.DataFrame, parameters: Parameters | None
) -> tuple[pd.DataFrame, list[Finding]]:
    """Say of which scale and item each row is; rows of other parameters are left out.

    Parameters
    ----------
    adqs : pandas.DataFrame
        Variables of ADQS, and canonical columns.
    parameters : mapping, optional
        Scale and item by PARAMCD; else PARCAT1 and ITEMNO of the data set say it.

    Returns
    -------
    frame : pandas.DataFrame
        With ``instrument`` and ``item_no``.
    findings : list of Finding
        An error when nothing says it, a warning for rows that were left out.
    """
    if parameters is None and not {"instrument", "item_no"} <= set(adqs):
        what = "Nothing says of which scale and item a parameter is."
        remedy = "Give `parameters`, or add PARCAT1 and ITEMNO."
        return adqs.iloc[:0], [noticed("ADM-012", ("ADQS", "PARAMCD"), what, remedy)]
    if parameters is not None:
        code = adqs["PARAMCD"]
        scale = {each: name for each, (name, _) in parameters.items()}
        number = {each: item for each, (_, item) in parameters.items() if item is not None}
        adqs = adqs.assign(
            instrument=code.map(scale).astype("string"), item_no=code.map(number).astype("Int64")
        )
    unknown = adqs["instrument"].isna()
    if not unknown.any():
        return adqs, []
    what, remedy = "Rows of other parameters were left out.", "Name them in `parameters` if needed."
    place, count = ("ADQS", "PARAMCD"), int(unknown.sum())
    left = noticed("ADM-021", place, what, remedy, count=count, severity="warning")
    return adqs[~unknown].reset_index(drop=True), [left]


def with_visits(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Take the kinds of visit that a study knows; a window such as a week is derived again.

    Parameters
    ----------
    rows : pandas.DataFrame
        Canonical columns; ``visit`` as AVISIT has it, whatever its case.

    Returns
    -------
    frame : pandas.DataFrame
        ``visit`` is missing where it is no kind of visit.
    findings : list of Finding
        A warning for these rows.
    """
    if "visit" not in rows:
        return rows, []
    visit = rows["visit"].str.lower()
    other = visit.notna() & ~visit.isin(_VISITS)
    rows = rows.assign(visit=visit.mask(other))
    if not other.any():
        return rows, []
    what = "AVISIT is no kind of visit; it stays missing, the day is kept."
    remedy = "Nothing: windows are derived again from the days."
    count = int(other.sum())
    place = ("ADQS", "AVISIT")
    return rows, [noticed("ADM-023", place, what, remedy, count=count, severity="warning")]


def scores_of(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part the rows into assessments and items.

    Parameters
    ----------
    rows : pandas.DataFrame
        Canonical columns and AVAL, as `with_scales` gives them.

    Returns
    -------
    assessments : pandas.DataFrame
        One row per scale, day and occurrence; without a total where only items are there.
    items : pandas.DataFrame
        One row per item.
    """
    is_item = rows["item_no"].notna()
    items = rows[is_item].assign(response=rows["AVAL"])
    totals = rows[~is_item].assign(total=rows["AVAL"])
    alone = items.drop_duplicates(_PLACE)
    every = pd.concat([totals, alone.drop(columns="response")], ignore_index=True)
    return every.drop_duplicates(_PLACE, ignore_index=True), items
