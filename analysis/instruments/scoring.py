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

__all__ = ["KEY", "RULES", "resolve", "score"]

KEY = ["subject_id", "instrument", "rel_day", "occurrence"]
"""The columns that together name one completed scale."""

RULES = ("complete", "prorated", "too few answers")
"""How a total came about; the last gives no total."""


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
        occurrence``, ``total`` (points; NaN when too few items were answered), ``n_answered`` and
        ``rule`` ("complete", "prorated" or "too few answers").

    Raises
    ------
    ColumnError
        When a column is missing.
    DataError
        When a key is missing, an item number or answer does not exist in the scale, or an item
        is there twice.

    Notes
    -----
    Prorating is the mean of the answered items times the number of items, not rounded. A missing
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
    _require_columns(items)
    rows = items[items["instrument"].eq(scale.name).fillna(value=False).to_numpy(dtype=bool)]
    number, response = _checked_answers(rows, scale)
    form, first = _forms(rows)
    _refuse_repeats(form * scale.item_count + number - 1)
    answered = ~np.isnan(response)
    n_answered = np.bincount(form[answered], minlength=len(first))
    sums = np.bincount(form[answered], response[answered], len(first)).astype(np.float64)
    total, code = _totals(sums, n_answered, scale)
    rule = pd.Categorical.from_codes(code, categories=pd.Index(RULES))
    scored = rows[KEY].iloc[first].assign(total=total, n_answered=n_answered, rule=rule)
    return scored.sort_values(KEY, kind="stable", ignore_index=True)


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
    number = rows["item_no"].to_numpy(dtype=np.float64, na_value=np.nan)
    response = rows["response"].to_numpy(dtype=np.float64, na_value=np.nan)
    unknown = ~_whole_between(number, 1, scale.item_count)
    impossible = ~(_whole_between(response, scale.item_low, scale.item_high) | np.isnan(response))
    if unknown.any():
        raise DataError(
            f"{scale.name} has items 1 to {scale.item_count}; {_count(unknown)} another or no "
            "item number. Correct item_no in the items table."
        )
    if impossible.any():
        raise DataError(
            f"{scale.name} items have whole answers from {scale.item_low} to {scale.item_high}; "
            f"{_count(impossible)} another answer. Check the coding of the export; an unanswered "
            "item is an empty cell."
        )
    return number.astype(np.int64), response


def _whole_between(values: npt.NDArray[np.float64], low: int, high: int) -> npt.NDArray[np.bool_]:
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


def _totals(
    sums: npt.NDArray[np.float64], n_answered: npt.NDArray[np.integer], scale: Instrument
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Apply the missing-item rule to the sums of the answered items; rules by position."""
    n_missing = scale.item_count - n_answered
    limit = scale.max_missing if scale.missing_method == "prorate" else 0
    enough = (n_missing <= limit) & (n_answered > 0)
    total = np.full(len(sums), np.nan)
    np.divide(sums * scale.item_count, n_answered, out=total, where=enough)
    return total, np.where(n_missing == 0, 0, np.where(enough, 1, 2))
