"""Faults of totals, items and completed scales."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.instruments import Instrument, load_instrument
from analysis.study import Study
from analysis.synthetic.faults_change import Change, Rows, StudyFault, with_cells, with_repeat

__all__ = ["SCORE_FAULTS"]

_KEY = ["subject_id", "instrument", "rel_day", "occurrence"]
_STEP = 2.0  # points: also beyond the rounding of prorated totals


def _scale(study: Study, table: str, row: Any) -> Instrument:
    return load_instrument(str(study.tables[table].loc[row, "instrument"]))


def _scored(study: Study) -> pd.Series:
    return study.tables["assessments"]["total"].notna()


def _too_high(study: Study, row: Any) -> Study:
    total = float(_scale(study, "assessments", row).total_high) + 1.0
    return with_cells(study, "assessments", row, total=total)


def _answered(study: Study) -> pd.Series:
    items = study.tables["items"]
    highest = {name: load_instrument(name).item_high for name in study.instruments}
    room = items["instrument"].astype("string").map(highest).lt(100)
    return items["response"].notna() & room


def _no_such_answer(study: Study, row: Any) -> Study:
    answer = _scale(study, "items", row).item_high + 1
    return with_cells(study, "items", row, response=answer)


def _with_answers(study: Study) -> pd.Series:
    """Tell which assessments have all the answers in items that they say they have."""
    rows, items = study.tables["assessments"], study.tables["items"]
    text = {"instrument": "string"}
    counts = items.astype(text).groupby(_KEY)["response"].count().rename("n").reset_index()
    n = rows[_KEY].astype(text).merge(counts, on=_KEY, how="left")["n"].set_axis(rows.index)
    return rows["n_answered"].gt(0) & rows["n_answered"].eq(n)


def _complete(study: Study) -> pd.Series:
    items = {name: load_instrument(name).item_count for name in study.instruments}
    rows = study.tables["assessments"]
    expected = rows["instrument"].astype("string").map(items).astype("Int64")
    whole = rows["n_answered"].eq(expected).fillna(value=False)
    return _with_answers(study) & whole & rows["total"].notna()


def _other_total(study: Study, row: Any) -> Study:
    total = float(study.tables["assessments"].loc[row, "total"])
    up = total + _STEP <= _scale(study, "assessments", row).total_high
    return with_cells(study, "assessments", row, total=total + (_STEP if up else -_STEP))


def _one_answer_less(study: Study, row: Any) -> Study:
    n = int(study.tables["assessments"].loc[row, "n_answered"])
    return with_cells(study, "assessments", row, n_answered=n - 1)


def _too_many_answers(study: Study, row: Any) -> Study:
    n = _scale(study, "assessments", row).item_count + 1
    return with_cells(study, "assessments", row, n_answered=n)


def _twice_a_day(study: Study, row: Any) -> Study:
    return with_repeat(study, "assessments", row, occurrence=50)


def _rated(study: Study) -> pd.Series:
    return study.tables["assessments"]["rater"].notna()


def _other_rater(study: Study, row: Any) -> Study:
    self_report = _scale(study, "assessments", row).rater == "self"
    return with_cells(study, "assessments", row, rater="clinician" if self_report else "self")


def _on_day_of_session(study: Study) -> pd.Series:
    rows, key = study.tables["assessments"], ["subject_id", "session_no"]
    known = study.tables["sessions"][[*key, "rel_day"]].rename(columns={"rel_day": "day"})
    day = rows[key].merge(known, on=key, how="left")["day"].set_axis(rows.index)
    return rows["rel_day"].eq(day)


def _three_days_later(study: Study, row: Any) -> Study:
    return with_cells(study, "assessments", row, hours_post=72.0)


def _fault(code: str, label: str, column: str, rows: Rows, change: Change) -> StudyFault:
    """Describe a fault that is made and found in assessments."""
    return StudyFault(
        code=code,
        label=label,
        table="assessments",
        column=column,
        source="assessments",
        rows=rows,
        change=change,
    )


SCORE_FAULTS = (
    _fault("SCO-001", "a total is above the largest one", "total", _scored, _too_high),
    StudyFault(
        code="SCO-002",
        label="an answer is above the largest one",
        table="items",
        column="response",
        source="items",
        rows=_answered,
        change=_no_such_answer,
    ),
    _fault("SCO-003", "a total differs from its items", "total", _complete, _other_total),
    _fault("SCO-004", "an answer is not counted", "n_answered", _with_answers, _one_answer_less),
    _fault("SCO-005", "more answers than items", "n_answered", _scored, _too_many_answers),
    _fault("SCO-006", "a form is there twice on a day", "occurrence", _scored, _twice_a_day),
    _fault("SCO-007", "a form has the wrong rater", "rater", _rated, _other_rater),
    _fault(
        "SCO-008",
        "a score is three days away from its session",
        "hours_post",
        _on_day_of_session,
        _three_days_later,
    ),
)
"""One fault for each of these rules."""
