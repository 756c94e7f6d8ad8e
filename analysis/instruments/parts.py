"""Parts of a scale: shorter scales from a longer one's items, and single items followed alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.instruments.instrument import Instrument
from analysis.instruments.scoring import answer_matrix, resolve

__all__ = ["derive_items", "item_positive"]


def derive_items(items: pd.DataFrame, instrument: str | Instrument) -> pd.DataFrame:
    """Take the items of a shorter scale out of the longer one that contains it.

    Parameters
    ----------
    items : pandas.DataFrame
        Canonical items with rows of the longer scale (PHQ-9 for PHQ-8 and PHQ-2, CADSS for
        CADSS-6, BPRS for BPRS+). Nothing is filled in: an absent or empty answer stays so.
    instrument : str or Instrument
        The shorter scale.

    Returns
    -------
    pandas.DataFrame
        Rows of the shorter scale with its own name and item numbers, same columns; a new index.

    Raises
    ------
    ColumnError, DataError
        When the items of the longer scale are not as `score` needs them, or the scale is not
        part of another.

    Examples
    --------
    >>> items = pd.DataFrame({"subject_id": "a", "instrument": "PHQ-9", "rel_day": 0,
    ...     "occurrence": 1, "item_no": range(1, 10), "response": 2})
    >>> len(derive_items(items, "PHQ-2"))
    2
    """
    scale = resolve(instrument)
    if scale.scoring.parent is None:
        raise DataError(
            f"{scale.name} is not part of a longer scale, so its items cannot be derived. "
            "Score its own items."
        )
    answer_matrix(items, resolve(scale.scoring.parent))
    numbers = pd.Series({n: k for k, n in enumerate(scale.scoring.parent_items, start=1)})
    of_parent = items["instrument"].eq(scale.scoring.parent).fillna(value=False)
    rows = items[of_parent.to_numpy(dtype=bool) & items["item_no"].isin(numbers.index).to_numpy()]
    new = rows["item_no"].astype("int64").map(numbers).astype("Int64")
    return rows.assign(instrument=scale.name, item_no=new).reset_index(drop=True)


def item_positive(
    items: pd.DataFrame, instrument: str | Instrument, item_no: int, *, at_least: float = 1
) -> pd.DataFrame:
    """Tell for each completed scale whether one item is positive; missing stays missing.

    Parameters
    ----------
    items : pandas.DataFrame
        Canonical items, as for `score`.
    instrument : str or Instrument
        The scale.
    item_no : int
        Number of the item, such as 9 for PHQ-9.
    at_least : float
        Smallest answer that is positive.

    Returns
    -------
    pandas.DataFrame
        One row per completed scale: ``subject_id, instrument, rel_day, occurrence, positive``
        (true, false, or missing when the item was not answered). Patient-level: never release it
        without `analysis.disclosure`.

    Raises
    ------
    ColumnError, DataError
        As for `score`; and when the scale has no such item.

    Examples
    --------
    >>> items = pd.DataFrame({"subject_id": "a", "instrument": "PHQ-9", "rel_day": [0, 7],
    ...     "occurrence": 1, "item_no": [9, 1], "response": [2, 3]})
    >>> item_positive(items, "PHQ-9", 9)["positive"].tolist()
    [True, <NA>]
    """
    scale = resolve(instrument)
    if not 1 <= item_no <= scale.item_count:
        raise DataError(
            f"{scale.name} has items 1 to {scale.item_count}. Give item_no as one of these."
        )
    keys, answers, _ = answer_matrix(items, scale)
    answer = answers[:, item_no - 1]
    positive = pd.array(answer >= at_least, dtype="boolean")
    positive[np.isnan(answer)] = pd.NA
    frame = keys.assign(positive=positive)
    return frame.sort_values(["subject_id", "rel_day", "occurrence"], ignore_index=True)
