"""The one long frame of results: a row per statistic, read from what a table shows.

A statistic has the digits that were shown and no more, and a hidden one has no value: the frame may
go wherever the table may.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.disclosure import HIDDEN

__all__ = ["LONG_COLUMNS", "Statistic", "is_p_value", "long_frame", "statistics_in"]

LONG_COLUMNS = (
    "table", "group", "label", "column", "heading", "statistic", "value", "decimals", "text",
    "denominator", "flag",
)  # fmt: skip
"""Columns of the long frame."""

_N = r"[\u2212+-]?\d[\d,]*(?:\.\d+)?|[\u2212]?\u221e"
_SHAPES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(shape.replace("N", f"({_N})")), names)
    for shape, names in (
        (r"N%? \(N to N%?\)", ("estimate", "conf_low", "conf_high")),
        (r"N \(N%\)", ("n", "percent")),
        (r"N of N", ("n", "denominator")),
        (r"N \[N, N\]", ("median", "q1", "q3")),
        (r"N \(N\)", ("mean", "sd")),
        (r"N to N", ("conf_low", "conf_high")),
        (r"N\u2013N", ("low", "high")),
        (r"N%", ("percent",)),
        (r"N", ("value",)),
    )
)
_SMALL = re.compile(r"<\d+(?!\.)\b")
_BELOW = re.compile(r"<(0\.\d+)")


@dataclass(frozen=True, kw_only=True)
class Statistic:
    """One number that a cell shows.

    Parameters
    ----------
    name : str
        What it is: estimate, conf_low, conf_high, n, denominator, percent, mean, sd, median, q1,
        q3, p_value, low, high, value, or text for a cell that holds no number.
    value : float
        Missing where it is hidden, or no number.
    decimals : int
        How many were shown.
    flag : str
        "small" or "hidden" where a count is hidden, "below" where only a bound is shown.
    """

    name: str
    value: float = float("nan")
    decimals: int = 0
    flag: str = ""


def is_p_value(key: str) -> bool:
    """Tell whether a column holds p-values, by its name: ``p``, or ``p_…`` beside others.

    Parameters
    ----------
    key : str
        Name of the column.

    Returns
    -------
    bool
        Whether it does.
    """
    return key == "p" or key.startswith("p_")


def statistics_in(cell: str, *, key: str = "") -> tuple[Statistic, ...]:
    """Read the numbers that a cell of a table shows.

    Parameters
    ----------
    cell : str
        Shown text in the plain style.
    key : str
        Name of the column: a lone number takes it as its name, and ``p`` and ``p_…`` are p-values.

    Returns
    -------
    tuple of Statistic
        Empty for an empty cell.

    Examples
    --------
    >>> [(s.name, s.value) for s in statistics_in("45.3 (40.1 to 50.6)")]
    [('estimate', 45.3), ('conf_low', 40.1), ('conf_high', 50.6)]
    >>> statistics_in("<11", key="n")[0].flag
    'small'
    """
    text = cell.strip()
    if not text:
        return ()
    if text == HIDDEN:
        return (Statistic(name=key or "value", flag="hidden"),)
    if is_p_value(key):
        bound = _BELOW.fullmatch(text)
        number = bound[1] if bound else text
        if re.fullmatch(_N, number):
            return (_read("p_value", number, flag="below" if bound else ""),)
    if _SMALL.match(text):
        return (Statistic(name=key or "n", flag="small"),)
    for shape, names in _SHAPES:
        found = shape.fullmatch(text)
        if found:
            own = (key,) if names == ("value",) and key else names
            return tuple(_read(n, part) for n, part in zip(own, found.groups(), strict=True))
    return (Statistic(name="text"),)


def _read(name: str, text: str, flag: str = "") -> Statistic:
    """Read one number."""
    plain = text.replace(",", "").replace("\u2212", "-").replace("\u221e", "inf")
    decimals = len(plain.partition(".")[2])
    return Statistic(name=name, value=float(plain), decimals=decimals, flag=flag)


def long_frame(
    title: str,
    rows: Iterable[Mapping[Hashable, Any]],
    headings: Mapping[str, str],
    denominators: Mapping[tuple[str, str], str],
) -> pd.DataFrame:
    """Lay out a table as one row per statistic.

    Parameters
    ----------
    title : str
        Of the table.
    rows : iterable of mapping
        ``group``, ``label`` and a text per column.
    headings : mapping of str to str
        Key of each column to its heading.
    denominators : mapping of (group, label) or ("", column) to str
        How many patients are behind a row, or a column, as shown.

    Returns
    -------
    pandas.DataFrame
        Columns `LONG_COLUMNS`.
    """
    found: list[Sequence[object]] = []
    for row in rows:
        for key, heading in headings.items():
            text = row[key]
            of = denominators.get((row["group"], row["label"]), denominators.get(("", key), ""))
            found += [
                (title, row["group"], row["label"], key, heading, s.name, s.value, s.decimals, text,
                 of, s.flag)
                for s in statistics_in(text, key=key)
            ]  # fmt: skip
    return pd.DataFrame(found, columns=list(LONG_COLUMNS))
