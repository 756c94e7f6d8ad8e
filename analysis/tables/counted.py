"""From tables of counts with the numbers that rest on them to finished tables.

What is hidden was decided when the counted table was made; here it is only written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.disclosure import HIDDEN, CountedTable
from analysis.errors import ColumnError
from analysis.tables.result import Column, TableResult, hiding_note
from analysis.tables.statistics import denominators_of

__all__ = ["Cell", "counted_table", "number_text"]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One column of a finished table: a count as it stands, or a number with its limits.

    Parameters
    ----------
    label : str
        Heading.
    key : str
        Column of the counted table.
    limits : (str, str), optional
        Columns of the limits, written in brackets behind the number.
    per : float
        What the number is multiplied by: 100 for percent.
    digits : int, optional
        Decimals; None: a count, which is text already.
    of : str
        Column of the counted table with the denominators, if there is one.
    """

    label: str
    key: str
    limits: tuple[str, str] | None = None
    per: float = 1.0
    digits: int | None = None
    of: str = ""


def number_text(value: float, digits: int) -> str:
    """Write a number with a true minus sign, or that it is hidden.

    Parameters
    ----------
    value : float
        The number; missing where it is hidden.
    digits : int
        Decimals.

    Returns
    -------
    str
        Such as "−1.5"; never "−0.0".

    Examples
    --------
    >>> number_text(-1.46, 1), number_text(-0.01, 1), number_text(float("nan"), 1)
    ('−1.5', '0.0', '—')
    """
    if pd.isna(value):
        return HIDDEN
    if np.isinf(value):
        return "∞" if value > 0 else "\u2212∞"
    text = f"{value:.{digits}f}"
    return text.replace("-", "\u2212") if float(text) else text.lstrip("-")


def counted_table(
    result: CountedTable,
    cells: Sequence[Cell],
    *,
    label: str,
    group: str = "",
    labels: Mapping[str, str] | None = None,
    rows: pd.Series | None = None,
    title: str = "",
    notes: Sequence[str] = (),
) -> TableResult:
    """Write a table of counts and of the numbers that rest on them.

    Parameters
    ----------
    result : CountedTable
        Its policy decides what is shown.
    cells : sequence of Cell
        The columns.
    label, group : str
        Columns that name the rows, and the groups of rows; no group: "".
    labels : mapping of str to str, optional
        Words for the names of rows and groups.
    rows : pandas.Series of bool, optional
        Rows of ``result.shown`` to write; None: all. Leaving out rows hides nothing more.
    title : str
        Title; that of the counted table when left out.
    notes : sequence of str
        Lines under the table; that of what is hidden follows by itself.

    Returns
    -------
    TableResult
        Rows in the order of the counted table, rows of a group together.

    Raises
    ------
    ColumnError
        When a column is absent, or no row is left.

    Examples
    --------
    >>> from analysis.disclosure.counted import suppressed_counts
    >>> frame = pd.DataFrame({"arm": ["IV", "IM"], "n": [40, 6], "mean": [8.1, 2.0]})
    >>> said = suppressed_counts(frame, counts=["n"], numbers={"mean": "n"})
    >>> table = counted_table(
    ...     CountedTable(title="Means", notes=(), true=frame, statement=said),
    ...     [Cell(label="Patients", key="n"), Cell(label="Mean", key="mean", digits=1)],
    ...     label="arm")
    >>> table.inline("IV", "Mean"), table.inline("IM", "Mean")
    ('8.1', '—')
    """
    shown, policy = result.shown, result.statement.policy
    needed = [label, *([group] if group else [])]
    needed += [name for cell in cells for name in (cell.key, *(cell.limits or ()))]
    needed += [cell.of for cell in cells if cell.of]
    absent = [name for name in dict.fromkeys(needed) if name not in shown.columns]
    if absent:
        raise ColumnError(f"The counted table has no column {', '.join(absent)}.")
    shown = shown if rows is None else shown[rows.to_numpy(dtype=bool)]
    if shown.empty:
        raise ColumnError("No row of the counted table is left; choose others.")
    words = dict(labels or {})
    named = [
        [words.get(str(name), str(name)) for name in shown[column]] if column else ""
        for column in (group, label)
    ]
    body = pd.DataFrame({"group": named[0], "label": named[1]}, index=shown.index)
    texts = {f"c{place}": _texts(shown, cell) for place, cell in enumerate(cells)}
    behind = {f"c{place}": cell.of for place, cell in enumerate(cells) if cell.of}
    sizes = denominators_of(body.assign(**{n: shown[n] for n in behind.values()}), behind)
    frame = body.assign(**texts)
    if group:
        order = pd.Series(pd.factorize(frame["group"])[0], index=frame.index)
        frame = frame.loc[order.sort_values(kind="stable").index]
    counts = [f"c{place}" for place, cell in enumerate(cells) if cell.digits is None]
    return TableResult(
        title=title or result.title,
        frame=frame.reset_index(drop=True).astype("string"),
        columns=tuple(Column(key=f"c{k}", label=cell.label) for k, cell in enumerate(cells)),
        notes=(*notes, hiding_note(policy)),
        denominators=sizes,
        suppression=_log(frame[counts]),
        policy=policy,
    )


def _texts(shown: pd.DataFrame, cell: Cell) -> list[str]:
    """Write one column."""
    if cell.digits is None:
        return [str(text) for text in shown[cell.key]]
    values = [number_text(v, cell.digits) for v in shown[cell.key].astype(float) * cell.per]
    if cell.limits is None:
        return values
    low, high = (
        [number_text(v, cell.digits) for v in shown[name].astype(float) * cell.per]
        for name in cell.limits
    )
    return [
        value if HIDDEN in (value, a, b) else f"{value} ({a} to {b})"
        for value, a, b in zip(values, low, high, strict=True)
    ]


def _log(counts: pd.DataFrame) -> pd.DataFrame:
    """Count the counts that are shown and hidden."""
    texts = counts.astype("string").to_numpy().ravel()
    told = sum(text[:1].isdigit() for text in texts)
    return pd.DataFrame({"status": ["shown", "hidden"], "cells": [told, len(texts) - told]})
