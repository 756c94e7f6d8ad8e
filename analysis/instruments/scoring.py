"""Totals from items, by the scale's rule for unanswered items; missing is never 0.

Whether a stored total agrees with its items is the business of `analysis.instruments.agreement`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ColumnError, DataError
from analysis.instruments.instrument import Instrument
from analysis.instruments.library import load_instrument
from analysis.instruments.rules import RULES, totals
from analysis.instruments.statements import answer_ranges
from analysis.text_numbers import require_numbers

__all__ = ["KEY", "RULES", "answer_matrix", "resolve", "score"]

KEY = ["subject_id", "instrument", "rel_day", "occurrence"]
"""The columns that together name one completed scale."""


def resolve(instrument: str | Instrument) -> Instrument:
    """Return the description of a scale given by name or by description.

    Parameters
    ----------
    instrument : str or Instrument
        The scale.

    Returns
    -------
    Instrument
        Its description.
    """
    return instrument if isinstance(instrument, Instrument) else load_instrument(instrument)


def score(items: pd.DataFrame, instrument: str | Instrument) -> pd.DataFrame:
    """Add up items to totals, with the scale's rule for unanswered items.

    An item counts as not answered when its response is missing or its row is absent. A form
    without a single row does not appear in the result.

    Parameters
    ----------
    items : pandas.DataFrame
        Canonical items: ``subject_id, instrument, rel_day, occurrence, item_no, response``. Rows
        of other scales are left out.
    instrument : str or Instrument
        The scale to score.

    Returns
    -------
    pandas.DataFrame
        One row per completed scale, sorted by key: ``subject_id, instrument, rel_day,
        occurrence``, ``total`` (points; NaN when too few items were answered), ``n_answered``
        (items), ``rule`` ("complete", "prorated" or "too few answers"), ``maximum`` (largest total
        that the form could have: WSAS has 32 instead of 40 when item 1 has no answer and
        ``missing_reason`` "not applicable") and ``percent_of_maximum`` (distance of the total
        from the smallest possible one, in percent of the distance of the maximum).

    Raises
    ------
    ColumnError
        When a column is missing.
    DataError
        When a key is missing, an item number or answer does not exist in the scale, or an item
        is there twice.

    Notes
    -----
    Prorating is the mean of the answered domains times the number of domains, not rounded; on most
    scales each item is a domain. A domain of several items counts with its highest answer and is
    answered when any of its items is. C-SSRS is the highest type of ideation answered with yes;
    types 3 to 5 may be unanswered after a no to type 2. A missing
    PHQ-9 item 9 counts as one unanswered item of the total, as in the manual; the item itself is
    never filled in, here or anywhere: no result of this function holds an item.

    References
    ----------
    Instruction manual of the Patient Health Questionnaire (PHQ) and GAD-7 measures.

    Examples
    --------
    >>> items = pd.DataFrame({"subject_id": "a", "instrument": "PHQ-9", "rel_day": 0,
    ...     "occurrence": 1, "item_no": range(1, 8), "response": 2})
    >>> scored = score(items, "PHQ-9")[["total", "n_answered", "rule"]]
    >>> scored.to_string(index=False, header=False)
    '18.0 7 prorated'
    """
    scale = resolve(instrument)
    keys, answers, exempt = answer_matrix(items, scale)
    total, maximum, code = totals(answers, exempt, scale)
    width = maximum - scale.total_low
    scored = keys.assign(
        total=total,
        n_answered=np.count_nonzero(~np.isnan(answers), axis=1),
        rule=pd.Categorical.from_codes(code, categories=pd.Index(RULES)),
        maximum=maximum,
        percent_of_maximum=100.0 * (total - scale.total_low) / width,
    )
    return scored.sort_values(KEY, kind="stable", ignore_index=True)


def answer_matrix(
    items: pd.DataFrame, scale: Instrument
) -> tuple[pd.DataFrame, npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Lay out the answers to one scale, one row per form and one column per item.

    Parameters
    ----------
    items : pandas.DataFrame
        Canonical items, as for `score`.
    scale : Instrument
        The scale.

    Returns
    -------
    keys : pandas.DataFrame
        Key columns, one row per form in order of appearance.
    answers : numpy.ndarray, shape (n_forms, item_count)
        Answers; NaN where there is none.
    exempt : numpy.ndarray of bool, same shape
        Where the item was recorded as not applicable, for items for which the scale allows it.

    Raises
    ------
    ColumnError, DataError
        As for `score`.

    Examples
    --------
    >>> items = pd.DataFrame({"subject_id": "a", "instrument": "PHQ-2", "rel_day": 0,
    ...     "occurrence": 1, "item_no": [2], "response": [3]})
    >>> answer_matrix(items, resolve("PHQ-2"))[1].tolist()
    [[nan, 3.0]]
    """
    _require_columns(items)
    rows = items[items["instrument"].eq(scale.name).fillna(value=False).to_numpy(dtype=bool)]
    number, response = _checked_answers(rows, scale)
    form, first = _forms(rows)
    cell = form * scale.item_count + number - 1
    _refuse_repeats(cell)
    answers = np.full(len(first) * scale.item_count, np.nan)
    answers[cell] = response
    exempt = np.zeros(answers.shape, dtype=bool)
    exempt[cell] = _not_applicable(rows, number, scale) & np.isnan(response)
    shape = (len(first), scale.item_count)
    return rows[KEY].iloc[first], answers.reshape(shape), exempt.reshape(shape)


def _not_applicable(
    rows: pd.DataFrame, number: npt.NDArray[np.int64], scale: Instrument
) -> npt.NDArray[np.bool_]:
    """Find the items recorded as not applicable, where the scale allows it."""
    if not scale.scoring.not_applicable or "missing_reason" not in rows.columns:
        return np.zeros(len(rows), dtype=bool)
    said = rows["missing_reason"].eq("not applicable").fillna(value=False).to_numpy(dtype=bool)
    allowed: npt.NDArray[np.bool_] = said & np.isin(number, scale.scoring.not_applicable)
    return allowed


def _require_columns(items: pd.DataFrame) -> None:
    """Refuse a frame that is not a table of items."""
    needed = [*KEY, "item_no", "response"]
    missing = [name for name in needed if name not in items.columns]
    if missing:
        raise ColumnError(
            f"The items lack the columns {', '.join(missing)}. Needed are {', '.join(needed)}: "
            "one row per answered item."
        )


def _checked_answers(
    rows: pd.DataFrame, scale: Instrument
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return item numbers and answers as arrays, or refuse impossible ones by count."""
    number = require_numbers(rows["item_no"], "item_no")
    response = require_numbers(rows["response"], "response")
    unknown = ~_whole_between(number, 1, scale.item_count)
    if unknown.any():
        raise DataError(
            f"{scale.name} has items 1 to {scale.item_count}; {_count(unknown)} another or no "
            "item number. Correct item_no in the items table."
        )
    low, high = np.array(scale.item_ranges, dtype=np.float64).T
    item = number.astype(np.int64) - 1
    impossible = ~(_whole_between(response, low[item], high[item]) | np.isnan(response))
    if impossible.any():
        raise DataError(
            f"{scale.name} items have whole answers from {answer_ranges(scale)}; "
            f"{_count(impossible)} another answer. Check the coding of the export; an unanswered "
            "item is an empty cell." + (f" {scale.note}" if scale.note else "")
        )
    return number.astype(np.int64), response


def _whole_between(
    values: npt.NDArray[np.float64],
    low: float | npt.NDArray[np.float64],
    high: float | npt.NDArray[np.float64],
) -> npt.NDArray[np.bool_]:
    """Tell which values are whole numbers of a range; missing ones are not."""
    inside: npt.NDArray[np.bool_] = (
        (values >= low) & (values <= high) & (values == np.floor(values))
    )
    return inside


def _count(broken: npt.NDArray[np.bool_]) -> str:
    """Say how many rows have something."""
    n = int(broken.sum())
    return f"{n:,} row has" if n == 1 else f"{n:,} rows have"


def _forms(rows: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Give each row the number of its form, and find the first row of each form."""
    code = np.zeros(len(rows), dtype=np.int64)
    missing = np.zeros(len(rows), dtype=bool)
    for name in ("subject_id", "rel_day", "occurrence"):
        part, levels = pd.factorize(rows[name])
        missing |= part < 0
        code = pd.factorize(code * (len(levels) + 1) + part)[0]
    if missing.any():
        raise DataError(
            f"{_count(missing)} no subject_id, rel_day or occurrence in the items table. "
            "Every item needs all three; fill them in or leave the rows out."
        )
    return code, np.flatnonzero(np.diff(np.maximum.accumulate(code), prepend=-1))


def _refuse_repeats(cell: npt.NDArray[np.int64]) -> None:
    """Refuse two rows for the same item of the same completed scale."""
    repeats = len(cell) - int(np.count_nonzero(np.bincount(cell)))
    if repeats:
        raise DataError(
            f"Items are there more than once in the same form: {repeats:,} repeated rows. Allowed "
            "is one row per subject_id, instrument, rel_day, occurrence and item_no. Remove the "
            "repeats, or number true repeats of the form with occurrence."
        )
