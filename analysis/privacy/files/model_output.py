"""Telling what a model says of single observations from what it says of groups."""

from __future__ import annotations

import re

from analysis.privacy.files.printed_tables import TextTable
from analysis.privacy.headers import header_words

__all__ = ["is_of_single_observations"]

_OF_EACH = re.compile(
    r"(?:(?:std|standardi[sz]ed|studenti[sz]ed|normali[sz]ed|raw|pearson|deviance|martingale"
    r"|schoenfeld|score|conditional|marginal|scaled|cox snell) )*(?:resid(?:ual)?s?)"
    r"|resid(?:ual)? \w+|fitted(?: values?)?|y ?hat|predicted(?: values?| score| total)?|blups?"
    r"|ranef|random (?:effect|intercept|slope)s?|hat(?: ?values?)?|leverage|cook ?s? ?d(?:ist"
    r"(?:ance)?)?|dfbetas?(?: \w+)*|dffits?|r ?student|martingale|influence|linear predictor"
)
_OF_GROUPS = re.compile(
    r"(?i)term|contrast|param\w*|effect|visit\w*|arm|group|statistic|n|count|estimate|std ?err\w*"
)
_FEWEST_ROWS = 11
_DECIMAL = re.compile(r"[-+]?\d*\.\d{2,}(?:e[-+]?\d+)?")


def is_of_single_observations(table: TextTable) -> bool:
    """Tell whether a table has a residual or a prediction for each observation.

    Parameters
    ----------
    table : TextTable
        A table with names of columns.

    Returns
    -------
    bool
        True from 11 rows on where a column by such a name, or two named intercept and slope, has
        another broken number in nearly each row. Missing cells count as rows without one.

    Examples
    --------
    >>> rows = tuple((f"{n / 7:.3f}",) for n in range(1, 13))
    >>> is_of_single_observations(TextTable(header=("residual",), rows=rows))
    True
    >>> is_of_single_observations(TextTable(header=("mean",), rows=rows))
    False
    """
    if len(table.rows) < _FEWEST_ROWS:
        return False
    words = [header_words(name) for name in table.columns]
    named = [n for n, name in enumerate(words) if _OF_EACH.fullmatch(name)]
    if {"intercept", "slope"} <= set(words):
        named.append(words.index("slope"))
    return any(_differs(table, position) for position in named) and not _names_each_once(
        table, words
    )


def _differs(table: TextTable, position: int) -> bool:
    """Tell whether nearly each row has another broken number."""
    numbers = {cell for cell in table.column(position) if _DECIMAL.fullmatch(cell.strip())}
    return len(numbers) >= 0.8 * len(table.rows)


def _names_each_once(table: TextTable, words: list[str]) -> bool:
    """Tell whether a column names groups or terms, each row another, as a summary does."""
    return any(
        _OF_GROUPS.fullmatch(name)
        and len(set(table.column(n))) == len(table.rows)
        and not any(_DECIMAL.fullmatch(cell) for cell in table.column(n))
        for n, name in enumerate(words)
    )
