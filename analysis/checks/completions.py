"""Rules about completed scales: answered items, raters, same-day repeats, hours after a dose."""

from __future__ import annotations

import pandas as pd

from analysis.checks.demand import Demand, of_session
from analysis.instruments import Instrument, instrument_names, load_instrument
from analysis.study import Study

__all__ = ["COMPLETION_RULES"]

_KEY = ["subject_id", "instrument", "rel_day", "occurrence"]
_ONE_DAY = 1.0  # a night between session and score may fall on either day


def _scales(study: Study) -> dict[str, Instrument]:
    """Load the declared scales that the toolkit knows."""
    known = set(instrument_names())
    return {name: load_instrument(name) for name in study.instruments if name in known}


def _too_many_answered(study: Study) -> pd.Series:
    rows = study.tables["assessments"]
    items = {name: scale.item_count for name, scale in _scales(study).items()}
    return rows["n_answered"].gt(rows["instrument"].astype("string").map(items).astype("Int64"))


def _other_count(study: Study) -> pd.Series:
    rows = study.tables["assessments"]
    text = {"instrument": "string"}
    whole = study.tables["items"].dropna(subset=_KEY).astype(text)
    whole = whole.drop_duplicates([*_KEY, "item_no"])
    counts = whole.groupby(_KEY)["response"].count().rename("counted").reset_index()
    counted = rows[_KEY].astype(text).merge(counts, on=_KEY, how="left")["counted"]
    items = (
        rows["instrument"]
        .astype("string")
        .map({name: scale.item_count for name, scale in _scales(study).items()})
    )
    possible = rows["n_answered"].le(items.astype("Int64"))  # SCO-005 says the rest
    return possible & rows["n_answered"].ne(counted.set_axis(rows.index))


def _other_rater(study: Study) -> pd.Series:
    rows = study.tables["assessments"]
    raters: dict[str, str] = {name: scale.rater for name, scale in _scales(study).items()}
    expected = rows["instrument"].astype("string").map(raters)
    rater = rows["rater"].astype("string")
    return rater.isin(("self", "clinician")) & expected.notna() & rater.ne(expected)


def _same_day(study: Study) -> pd.Series:
    rows = study.tables["assessments"]
    alike = ["subject_id", "instrument", "rel_day", "total"]
    hours = ["hours_post"] if study.has("assessments", "hours_post") else []
    whole = rows[[*alike, "occurrence"]].notna().all(axis="columns")
    repeated_key = rows.duplicated(_KEY, keep=False)  # KEY-001 says the rest
    return whole & rows.duplicated([*alike, *hours]) & ~repeated_key


def _hours_elsewhere(study: Study) -> pd.Series:
    rows = study.tables["assessments"]
    days = (rows["rel_day"] - of_session(study, "assessments", "rel_day")).astype("Float64")
    return (days - rows["hours_post"] / 24.0).abs().gt(_ONE_DAY)


COMPLETION_RULES = (
    Demand(
        code="SCO-004",
        severity="warning",
        table="assessments",
        column="n_answered",
        what="n_answered differs from the number of answers in items.",
        remedy="Correct n_answered or the items at the source; a missing answer is an empty cell.",
        broken=_other_count,
        needs=(("items", "response"),),
    ),
    Demand(
        code="SCO-005",
        severity="error",
        table="assessments",
        column="n_answered",
        what="More items were answered than the scale has.",
        remedy="Correct n_answered, or the name of the scale.",
        broken=_too_many_answered,
    ),
    Demand(
        code="SCO-006",
        severity="warning",
        table="assessments",
        column="occurrence",
        what="A total is repeated on the same day under another occurrence and at the same hour.",
        remedy="Remove the row when the form was exported twice; true repeats have hours_post.",
        broken=_same_day,
    ),
    Demand(
        code="SCO-007",
        severity="warning",
        table="assessments",
        column="rater",
        what="The scale was not answered by those it is made for (patient or clinician).",
        remedy="Correct the rater or the name of the scale; self-report versions have other names.",
        broken=_other_rater,
    ),
    Demand(
        code="SCO-008",
        severity="error",
        table="assessments",
        column="hours_post",
        what="rel_day is more than a day off the day of the session plus hours_post.",
        remedy="Correct session_no, hours_post or rel_day.",
        broken=_hours_elsewhere,
        needs=(("assessments", "session_no"), ("assessments", "hours_post")),
    ),
)
"""Rules about completed scales, in the order in which they run."""
