"""Which comparisons are asked for: weights over the levels whose means are compared."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ModelError
from analysis.results import FloatArray

__all__ = ["Comparisons", "Method", "compare_levels", "lay_out", "level_name"]

Method = Hashable | Mapping[str, Mapping[Any, float]]
"""``"pairwise"``, ``"consecutive"``, ``"mean"``, a reference level, or names with weights."""

METHODS = ("pairwise", "consecutive", "mean")

_ROUNDING = 1e-8


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparisons:
    """Comparisons of levels, each with a name and weights.

    Parameters
    ----------
    kind : str
        One of `METHODS`, ``"reference"`` or ``"weights"``.
    names : tuple of str
        What the comparisons are called.
    weights : array, shape (c, k)
        Weights of the k levels, one row per comparison.
    """

    kind: str
    names: tuple[str, ...]
    weights: FloatArray

    @property
    def sums(self) -> tuple[str, ...]:
        """Names of those that compare nothing: weighted sums, whose weights do not cancel."""
        off = np.abs(self.weights.sum(axis=1)) > _ROUNDING * np.abs(self.weights).max(axis=1)
        return tuple(name for name, is_sum in zip(self.names, off, strict=True) if is_sum)


def level_name(level: Any) -> str:
    """Write a level as text; whole numbers without a decimal point, several joined by a blank.

    Parameters
    ----------
    level : str, number or tuple
        A level of one column, or one level of each of several.

    Returns
    -------
    str
        As the levels are called in ``contrast``.

    Examples
    --------
    >>> level_name("iv"), level_name(28.0), level_name(("iv", 2))
    ('iv', '28', 'iv 2')
    """
    if isinstance(level, tuple):
        return " ".join(map(level_name, level))
    return f"{level:g}" if isinstance(level, (float, np.floating)) else str(level)


def lay_out(
    labels: pd.DataFrame, over: tuple[str, ...], by: tuple[str, ...]
) -> tuple[list[str], pd.DataFrame, NDArray[np.intp]]:
    """Find the row of every level in every group.

    Parameters
    ----------
    labels : pandas.DataFrame
        One row per level and group.
    over, by : tuple of str
        Columns that make the levels, and the groups.

    Returns
    -------
    levels : list of str
        Names of the k levels, in their order.
    groups : pandas.DataFrame
        The columns of `by`, one row for each of the g groups.
    position : array of int, shape (k, g)
        Row numbers.

    Raises
    ------
    ModelError
        When two levels have the same name.
    """
    names = [level_name(levels) for levels in labels[list(over)].itertuples(index=False, name=None)]
    level, levels = pd.factorize(np.array(names, dtype=object))
    group = _group_numbers(labels, by)
    if pd.DataFrame({"level": level, "group": group}).duplicated().any():
        raise ModelError(
            f"Two levels of {', '.join([*over, *by])} are written alike, so contrasts cannot name "
            "them; give each level once, and names that differ."
        )
    position = np.empty((len(levels), group.max() + 1), dtype=np.intp)
    position[level, group] = np.arange(len(labels))
    return list(levels), labels.iloc[position[0]][list(by)].reset_index(drop=True), position


def _group_numbers(labels: pd.DataFrame, by: tuple[str, ...]) -> NDArray[np.intp]:
    """Count through the combinations of the ``by`` columns as they come."""
    if not by:
        return np.zeros(len(labels), dtype=np.intp)
    number = labels.groupby(list(by), sort=False, observed=True).ngroup()
    return np.asarray(number, dtype=np.intp)


def compare_levels(levels: Sequence[str], method: Method) -> Comparisons:
    """Turn a method into weights over the levels.

    Parameters
    ----------
    levels : sequence of str
        Names of the levels, in their order.
    method : str, level or mapping
        See `MarginalMeans.contrasts`. Where a level is called as a method is, the method is meant.

    Returns
    -------
    Comparisons
        At least one.

    Raises
    ------
    ModelError
        When there is one level only, the reference is no level, or weights cannot be used.

    Examples
    --------
    >>> asked = compare_levels(["im", "iv", "oral"], "im")
    >>> asked.names, asked.weights.tolist()
    (('iv - im', 'oral - im'), [[-1.0, 1.0, 0.0], [-1.0, 0.0, 1.0]])
    """
    if len(levels) < 2:
        raise ModelError("Contrasts need at least two levels; the means have one.")
    if isinstance(method, Mapping):
        return _weighted(levels, method)
    if method == "mean":
        weights = np.eye(len(levels)) - 1.0 / len(levels)
        return Comparisons(kind="mean", names=_names(levels, "mean"), weights=weights)
    if method == "pairwise":
        earlier, later = np.triu_indices(len(levels), 1)
        return _differences(levels, later, earlier, kind="pairwise")
    if method == "consecutive":
        later = np.arange(1, len(levels))
        return _differences(levels, later, later - 1, kind="consecutive")
    reference = _position(levels, method)
    others = np.delete(np.arange(len(levels)), reference)
    return _differences(levels, others, np.full_like(others, reference), kind="reference")


def _names(minuends: Iterable[str], *subtrahends: str) -> tuple[str, ...]:
    """Name differences from one subtrahend."""
    return tuple(" - ".join([minuend, *subtrahends]) for minuend in minuends)


def _differences(
    levels: Sequence[str], minuend: NDArray[np.intp], subtrahend: NDArray[np.intp], *, kind: str
) -> Comparisons:
    """Subtract levels by position."""
    one = np.eye(len(levels))
    pairs = zip(minuend, subtrahend, strict=True)
    names = tuple(f"{levels[first]} - {levels[second]}" for first, second in pairs)
    return Comparisons(kind=kind, names=names, weights=one[minuend] - one[subtrahend])


def _position(levels: Sequence[str], reference: Hashable) -> int:
    """Find the reference level."""
    name = level_name(reference)
    if name not in levels:
        raise ModelError(
            f"contrasts takes {', '.join(map(repr, METHODS))}, a mapping of names to weights, or "
            f"a reference level; the levels are {', '.join(levels)}."
        )
    return levels.index(name)


def _weighted(levels: Sequence[str], method: Mapping[str, Mapping[Any, float]]) -> Comparisons:
    """Lay out stated weights, levels without one counting 0."""
    if not method:
        raise ModelError("contrasts was given no weights; name at least one comparison.")
    rows = [_row(levels, name, given) for name, given in method.items()]
    return Comparisons(kind="weights", names=tuple(map(str, method)), weights=np.array(rows))


def _row(levels: Sequence[str], name: str, given: Mapping[Any, float]) -> FloatArray:
    """Check the weights of one comparison and put them in the order of the levels."""
    if not isinstance(given, Mapping):
        raise ModelError(
            f"Comparison {name!r} needs weights by level, such as {{{levels[0]!r}: 1}}."
        )
    weights = {level_name(level): weight for level, weight in given.items()}
    unknown = [level for level in weights if level not in levels]
    if unknown:
        raise ModelError(
            f"Comparison {name!r} weighs {', '.join(unknown)}; the levels are {', '.join(levels)}."
        )
    row = np.array([weights.get(level, 0.0) for level in levels], dtype=float)
    _check_row(name, row)
    return row


def _check_row(name: str, row: FloatArray) -> None:
    """Refuse weights that are no numbers, all 0, or differ without cancelling."""
    if not np.isfinite(row).all() or not row.any():
        raise ModelError(
            f"Comparison {name!r} needs finite weights, at least one of them different from 0."
        )
    cancels = abs(row.sum()) <= _ROUNDING * np.abs(row).max()
    if not cancels and row.min() < 0.0 < row.max():
        raise ModelError(
            f"The weights of {name!r} sum to {row.sum():g}. A comparison needs weights that sum to "
            "0 (write 1/3, not 0.33); a sum or an average needs weights without a minus."
        )
