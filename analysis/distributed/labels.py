"""Labels of a column, such as arms or clinics, as plain values that parts of the rows agree on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ColumnError, DataError

__all__ = ["Labels", "code_labels", "join_labels", "labels_from", "read_labels", "recoded"]

Codes = npt.NDArray[np.int32]

_KINDS: dict[str, tuple[type, ...]] = {"truth": (bool,), "text": (str,), "numbers": (int, float)}


@dataclass(frozen=True, kw_only=True)
class Labels:
    """What a column of labels can hold.

    Parameters
    ----------
    name : str
        The column.
    kind : str
        "text", "numbers", "truth" or "category"; empty where no row has a label.
    levels : tuple
        The labels in order: as declared, ordered categories as they are, others sorted.
    dtype : str
        Type of the column, so that it can be made again.
    ordered : bool
        Whether categories have an order.
    declared : tuple or None
        All labels that there may be, where they were declared.
    """

    name: str
    kind: str
    levels: tuple[Any, ...]
    dtype: str = "object"
    ordered: bool = False
    declared: tuple[Any, ...] | None = None

    @property
    def described(self) -> dict[str, Any]:
        """The same in values that JSON has."""
        declared = None if self.declared is None else list(self.declared)
        return {**asdict(self), "levels": list(self.levels), "declared": declared}

    def codes(self, column: pd.Series[Any]) -> Codes:
        """Give each row the position of its label.

        Parameters
        ----------
        column : pandas.Series
            Rows whose labels are among the levels, or missing.

        Returns
        -------
        array of int, shape (n,)
            Positions; -1 where the label is missing.
        """
        known = pd.Index(list(self.levels), dtype=object)
        codes, distinct = pd.factorize(column)
        place = np.append(known.get_indexer(pd.Index(list(distinct), dtype=object)), -1)
        return place[codes].astype(np.int32)

    def column(self, codes: npt.NDArray[np.integer[Any]]) -> pd.Series[Any]:
        """Make the column again.

        Parameters
        ----------
        codes : array of int, shape (n,)
            Positions; -1 where the label is missing.

        Returns
        -------
        pandas.Series
            Labels of the type that the column had; categories where they were declared in another
            order than the sorted one.
        """
        if self.kind == "category" or list(self.levels) != sorted(self.levels):
            return pd.Series(
                pd.Categorical.from_codes(codes, pd.Index(list(self.levels)), self.ordered)
            )
        if _is_plain(self.dtype) and (codes < 0).any():  # NumPy has missing values as floats only
            values = np.array([*map(float, self.levels), np.nan])
            return pd.Series(values[codes])
        return pd.Series(np.array([*self.levels, None], dtype=object)[codes], dtype=self.dtype)


def read_labels(column: pd.Series[Any], declared: Sequence[Any] | None = None) -> Labels:
    """Find the labels of a column.

    Parameters
    ----------
    column : pandas.Series
        Text, numbers, booleans or categories; missing values are no label.
    declared : sequence, optional
        All labels that any part may have, in their order.

    Returns
    -------
    Labels
        Those that occur; all categories where these have an order. Categories without an order
        are text or numbers, since files hold text as categories that differ from part to part.

    Raises
    ------
    ColumnError
        When labels are neither text nor numbers nor booleans, or of several kinds.
    DataError
        When a label is not among those declared.
    """
    name, dtype = str(column.name), column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        used = _plain(list(column.cat.remove_unused_categories().cat.categories))
        plain, ordered = str(dtype.categories.dtype), bool(dtype.ordered)
    else:
        used = _plain(list(column.dropna().unique()))
        plain, ordered = str(dtype), False
    kind = _kind(name, used)
    if declared is not None:
        every = tuple(_plain(list(declared)))
        _check_declared(name, used, every)
        levels = tuple(level for level in every if level in set(used))
        return Labels(
            name=name, kind=kind, levels=levels, dtype=plain, ordered=ordered, declared=every
        )
    if ordered:
        every = tuple(_plain(list(column.cat.categories)))
        return Labels(name=name, kind="category", levels=every, ordered=True)
    return Labels(name=name, kind=kind, levels=tuple(sorted(used)), dtype=plain)


def code_labels(
    rows: pd.DataFrame, names: Iterable[str], levels: Mapping[str, Sequence[Any]]
) -> dict[str, tuple[Labels, Codes]]:
    """Read columns of labels, each once.

    Parameters
    ----------
    rows : pandas.DataFrame
        n rows.
    names : iterable of str
        Columns.
    levels : mapping of str to sequence
        What any part may have, where it was declared.

    Returns
    -------
    dict of str to (Labels, array of int, shape (n,))
        Labels and the code of each row; -1 where it is missing.

    Raises
    ------
    ColumnError, DataError
        As `read_labels`.
    """
    known = {name: read_labels(rows[name], levels.get(name)) for name in dict.fromkeys(names)}
    return {name: (labels, labels.codes(rows[name])) for name, labels in known.items()}


def labels_from(described: Mapping[str, Any]) -> Labels:
    """Read labels that have travelled.

    Parameters
    ----------
    described : mapping of str to object
        `Labels.described`.

    Returns
    -------
    Labels
        As they were.

    Raises
    ------
    ValueError, TypeError, KeyError
        When the values are no labels.
    """
    declared = None if described["declared"] is None else tuple(described["declared"])
    levels = tuple(described["levels"])
    known = Labels(**{**described, "levels": levels, "declared": declared})
    kind = _kind(known.name, known.levels)
    if known.kind not in ("category", kind) or pd.api.types.pandas_dtype(known.dtype) is None:
        raise ValueError
    return known


def join_labels(parts: Sequence[Labels]) -> Labels:
    """Find the labels that occur in any part.

    Parameters
    ----------
    parts : sequence of Labels
        Of one column, at least one.

    Returns
    -------
    Labels
        Their union; a part without labels has no say.

    Raises
    ------
    DataError
        When the column is of another type in another part, or ordered categories differ.
    """
    known = [part for part in parts if part.kind]
    if not known:
        return parts[0]
    first = known[0]
    if len({part.kind for part in known}) > 1:
        kinds = ", ".join(sorted({part.kind for part in known}))
        raise DataError(
            f"Column {first.name!r} is of several kinds ({kinds}) in different parts of the rows; "
            "give it one type everywhere."
        )
    if first.kind == "category":
        if any((part.levels, part.ordered) != (first.levels, first.ordered) for part in known):
            raise DataError(
                f"The categories of {first.name!r} are not the same in all parts of the rows; "
                "list them in order by levels=, or make the column text."
            )
        return first
    found = {level for part in known for level in part.levels}
    order = sorted(found) if first.declared is None else first.declared
    return replace(
        first,
        levels=tuple(level for level in order if level in found),
        dtype=_joined_dtype([part.dtype for part in known]),
    )


def recoded(
    codes: npt.NDArray[np.integer[Any]], given: Labels, wanted: Labels
) -> npt.NDArray[np.int32]:
    """Express codes of one part in the labels of all.

    Parameters
    ----------
    codes : array of int, shape (n,)
        Positions in `given`; -1 where missing.
    given, wanted : Labels
        Labels of the part, and those that hold them.

    Returns
    -------
    array of int, shape (n,)
        Positions in `wanted`.
    """
    place = {value: position for position, value in enumerate(wanted.levels)}
    places = np.array([*(place[level] for level in given.levels), -1], dtype=np.int32)
    return np.asarray(places[codes], dtype=np.int32)


def _plain(values: Sequence[Any]) -> list[Any]:
    """Turn NumPy's scalars into Python's."""
    return [value.item() if isinstance(value, np.generic) else value for value in values]


def _kind(name: str, values: Sequence[Any]) -> str:
    """Name what all labels are."""
    if not values:
        return ""
    for kind, types in _KINDS.items():
        if all(isinstance(v, types) and isinstance(v, bool) == (kind == "truth") for v in values):
            return kind
    raise ColumnError(
        f"The labels of {name!r} are neither all text nor all numbers nor all booleans, so that "
        "parts of the rows cannot agree on them; make the column text first."
    )


def _check_declared(name: str, used: Sequence[Any], declared: Sequence[Any]) -> None:
    """Refuse labels that nobody declared."""
    unknown = len(set(used) - set(declared))
    if unknown:
        raise DataError(
            f"Column {name!r} has {unknown} levels that levels= does not list; list all levels "
            f"that any part may have ({len(declared)} were given)."
        )


def _joined_dtype(dtypes: Sequence[str]) -> str:
    """Find the type of a column of all parts; nullable types, and text, stay what they are."""
    distinct = list(dict.fromkeys(dtypes))
    if len(distinct) == 1:
        return distinct[0]
    special = [dtype for dtype in distinct if not _is_plain(dtype)]
    return special[0] if special else str(np.result_type(*distinct))


def _is_plain(dtype: str) -> bool:
    """Say whether a type is one of NumPy's numbers."""
    known = pd.api.types.pandas_dtype(dtype)
    return isinstance(known, np.dtype) and known.kind != "O"
