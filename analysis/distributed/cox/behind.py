"""How many patients and events stand behind each coefficient, counted over parts.

Levels are counted per combination. A number is told by the patients who do not have its most
common value; no value leaves a part, and the sum of what each part counts is at most the count of
all together, so that too little is released rather than too much.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.distributed.cox.question import CoxQuestion
from analysis.distributed.cox.rows import CoxRows
from analysis.distributed.keyed import KeyedSums, sum_by
from analysis.formulas.columns import Column
from analysis.formulas.encoding import Encoding, Factor
from analysis.formulas.support import fewest_behind

__all__ = ["cells_of", "fewest_of", "support_of"]

_COUNTS = ["n", "n_event"]


def cells_of(rows: CoxRows) -> KeyedSums:
    """Count the rows per combination of levels and of the event.

    Parameters
    ----------
    rows : CoxRows
        The rows of a part.

    Returns
    -------
    KeyedSums
        Keys: ``cell_0 …``, codes of the factors in the order of the formula, and ``event``; one
        value, the rows.
    """
    factors = [column.data for column in rows.columns.values() if column.levels is not None]
    keys = {f"cell_{place}": codes.astype(np.int32) for place, codes in enumerate(factors)}
    keys["event"] = rows.event.astype(np.int32)
    return sum_by(keys, np.ones((rows.event.size, 1), dtype=np.int64))


def fewest_of(rows: CoxRows) -> npt.NDArray[np.int64]:
    """Count the fewest patients, and patients with the event, behind each coefficient of a part.

    Parameters
    ----------
    rows : CoxRows
        The rows of a part.

    Returns
    -------
    array of int, shape (p, 2)
        To be added over parts.
    """
    events = {name: column.take(rows.event) for name, column in rows.columns.items()}
    behind = _told_by(rows.encoding, rows.columns, rows.event)
    of_events = _told_by(rows.encoding, events, np.ones(int(rows.event.sum()), dtype=bool))
    # The most common value of those with the event may be another one in another part.
    return np.column_stack([behind[:, 0], np.minimum(behind[:, 1], of_events[:, 0])])


def support_of(
    question: CoxQuestion, cells: KeyedSums, fewest: npt.NDArray[np.int64]
) -> pd.DataFrame:
    """Count the fewest patients and events behind each coefficient.

    Parameters
    ----------
    question : CoxQuestion
        What was asked.
    cells : KeyedSums
        Of all rows.
    fewest : array of int, shape (p, 2)
        Sum of `fewest_of` over parts.

    Returns
    -------
    pandas.DataFrame
        ``term, n, n_event, residual_df``, as `CoxModel.support`; of coefficients with numbers at
        most what that says.
    """
    encoding, count = question.coding(), cells.totals[:, 0]
    event = np.repeat(cells.keys["event"], count) == 1
    columns = _columns(question, cells, event.size)
    behind = fewest_behind(encoding, columns, patient=np.arange(event.size), event=event)
    rest = behind.iloc[1:].reset_index(drop=True)
    numeric = [
        any(not factor.codings for factor, _ in product.parts)
        for product in encoding.products
        for _ in product.names
    ][1:]
    rest.loc[numeric, _COUNTS] = fewest[numeric]
    return rest.assign(residual_df=int(event.sum()) - len(rest))


def _told_by(
    encoding: Encoding, columns: Mapping[str, Column], event: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """Count behind each coefficient; who has the same number as everybody tells nothing."""
    n = event.size
    names = encoding.names[1:]
    if not n:
        return np.zeros((len(names), 2), dtype=np.int64)
    behind = fewest_behind(encoding, columns, patient=np.arange(n), event=event)
    counts = behind[_COUNTS].to_numpy(dtype=np.int64)[1:]
    alike = [
        any(_is_constant(factor, columns) for factor, _ in product.parts if not factor.codings)
        for product in encoding.products
        for _ in product.names
    ][1:]
    counts[alike] = 0
    return counts


def _is_constant(factor: Factor, columns: Mapping[str, Column]) -> bool:
    """Say whether a number is the same in all rows."""
    values = factor.values(columns, reduced=False)
    return bool((values == values[0]).all())


def _columns(question: CoxQuestion, cells: KeyedSums, n: int) -> Mapping[str, Column]:
    """Make the factors again; numbers are all alike."""
    keys = iter([key for name, key in cells.keys.items() if name != "event"])
    columns: dict[str, Column] = {}
    for name in question.parsed.predictors:
        if name not in question.levels:
            columns[name] = Column(name=name, data=np.ones(n), levels=None)
            continue
        levels = pd.Index(list(question.levels[name]))
        codes = np.repeat(next(keys), cells.totals[:, 0]).astype(np.intp)
        columns[name] = Column(
            name=name, data=codes, levels=levels, numbers=_numbers(levels, codes)
        )
    return columns


def _numbers(levels: pd.Index[Any], codes: npt.NDArray[np.intp]) -> npt.NDArray[Any] | None:
    """Give a factor made of numbers its numbers."""
    return levels.to_numpy()[codes] if pd.api.types.is_numeric_dtype(levels) else None
