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

__all__ = [
    "LONG_COLUMNS",
    "Statistic",
    "denominators_of",
    "is_p_value",
    "long_frame",
    "statistics_in",
]

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
_PLACE = re.compile(r"(?:c|column_|estimate_)\d+$")  # keys that say no more than a place
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
        Name of the column, which a lone number takes as its own, unless it is but a place, as
        "c2". Those of p-values are ``p`` and ``p_…``.

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
        return (Statistic(name="value" if _PLACE.match(key) else key or "value", flag="hidden"),)
    if is_p_value(key):
        bound = _BELOW.fullmatch(text)
        number = bound[1] if bound else text
        if re.fullmatch(_N, number):
            return (_read("p_value", number, flag="below" if bound else ""),)
    if _SMALL.match(text):
        return (Statistic(name="n" if _PLACE.match(key) else key or "n", flag="small"),)
    for shape, names in _SHAPES:
        found = shape.fullmatch(text)
        if found:
            own = (key,) if names == ("value",) and key and not _PLACE.match(key) else names
            return tuple(_read(n, part) for n, part in zip(own, found.groups(), strict=True))
    return (Statistic(name="text"),)


def _read(name: str, text: str, flag: str = "") -> Statistic:
    """Read one number."""
    plain = text.replace(",", "").replace("\u2212", "-").replace("\u221e", "inf")
    decimals = len(plain.partition(".")[2])
    return Statistic(name=name, value=float(plain), decimals=decimals, flag=flag)


def denominators_of(body: pd.DataFrame, behind: Mapping[str, str]) -> pd.DataFrame:
    """Say of each cell of how many it is, where a column of the table says so.

    Parameters
    ----------
    body : pandas.DataFrame of str
        ``group, label`` and texts.
    behind : mapping of str to str
        Key of a column to the column of `body` with its denominators.

    Returns
    -------
    pandas.DataFrame of str
        ``group, label, column, n``: the key of the column, and the denominator as shown.

    Examples
    --------
    >>> body = pd.DataFrame({"group": [""], "label": ["IV"], "n": ["40"], "mean": ["8.1"]})
    >>> denominators_of(body, {"mean": "n"}).to_numpy().tolist()
    [['', 'IV', 'mean', '40']]
    """
    parts = [
        body[["group", "label"]].assign(column=key, n=body[name].astype("string"))
        for key, name in behind.items()
    ]
    empty = pd.DataFrame(columns=["group", "label", "column", "n"])
    return (pd.concat(parts, ignore_index=True) if parts else empty).astype("string")


def long_frame(
    title: str,
    rows: Iterable[Mapping[Hashable, Any]],
    headings: Mapping[str, str],
    denominators: Mapping[tuple[str, str, str], str],
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
    denominators : mapping of (group, label, column) to str
        Of how many, as shown, of a cell; without group and label, of a whole column.

    Returns
    -------
    pandas.DataFrame
        Columns `LONG_COLUMNS`.
    """
    found: list[Sequence[object]] = []
    for row in rows:
        for key, heading in headings.items():
            text = row[key]
            own = (str(row["group"]), str(row["label"]), key)
            of = denominators.get(own, denominators.get(("", "", key), ""))
            found += [
                (title, row["group"], row["label"], key, heading, s.name, s.value, s.decimals, text,
                 of, s.flag)
                for s in statistics_in(text, key=key)
            ]  # fmt: skip
    return pd.DataFrame(found, columns=list(LONG_COLUMNS))
