"""How many rows are alike: all that a method needs which looks at nothing but these columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.distributed.agreement import require_agreement
from analysis.distributed.keyed import KeyedSums, Numbers, add_keyed, sum_by
from analysis.distributed.labels import Labels, join_labels, labels_from, recoded
from analysis.distributed.sums import Sums
from analysis.errors import AnalysisError, DataError

__all__ = ["CountedRows", "add_counted", "added_counts", "count_rows", "counted_from"]

_UNFIT = (AnalysisError, KeyError, TypeError, ValueError, AttributeError, IndexError)


@dataclass(frozen=True, kw_only=True, eq=False)
class CountedRows:
    """Distinct rows and how often each occurs.

    Parameters
    ----------
    labels : mapping of str to Labels
        Columns of labels; their keys are codes.
    table : KeyedSums
        Keys by column, labels first; the number of rows, and what else was summed over them.
    also : tuple of str
        What else was summed.
    """

    labels: Mapping[str, Labels]
    table: KeyedSums
    also: tuple[str, ...] = ()

    @property
    def counts(self) -> Numbers:
        """How often each distinct row occurs, shape (m,)."""
        return self.table.totals[:, 0]

    def rows(self, *, filled: Sequence[str] = ()) -> pd.DataFrame:
        """Make all rows again, in the order of the keys.

        Parameters
        ----------
        filled : sequence of str
            Columns of labels in which missing ones become the first label, because nobody looks
            at them in those rows.

        Returns
        -------
        pandas.DataFrame
            One row per row counted.
        """
        columns: dict[str, Any] = {}
        for name, key in self.table.keys.items():
            known = self.labels.get(name)
            codes = np.repeat(key, self.counts)
            if known is not None and name in filled and known.levels:
                codes = np.maximum(codes, 0)
            columns[name] = codes if known is None else known.column(codes)
        return pd.DataFrame(columns)

    def sums(self, kind: str, about: Mapping[str, Any]) -> Sums:
        """Make them ready to travel.

        Parameters
        ----------
        kind : str
            What they are for.
        about : mapping of str to object
            What else must agree between parts, in values that JSON has.

        Returns
        -------
        Sums
            As `counted_from` reads them.
        """
        keys = self.table.keys
        labels = {name: known.described for name, known in self.labels.items()}
        return Sums(
            kind=kind,
            about={**about, "columns": list(keys), "also": list(self.also), "labels": labels},
            arrays={
                "totals": self.table.totals,
                **{f"key_{place}": key for place, key in enumerate(keys.values())},
            },
        )


def count_rows(
    labelled: Mapping[str, tuple[Labels, Numbers]],
    numbers: Mapping[str, Numbers],
    *,
    n: int,
    also: Mapping[str, Numbers] | None = None,
) -> CountedRows:
    """Count the rows that are alike.

    Parameters
    ----------
    labelled : mapping of str to (Labels, array of int, shape (n,))
        Columns of labels and their codes.
    numbers : mapping of str to array, shape (n,)
        Columns of numbers.
    n : int
        Rows; without any column they are all alike.
    also : mapping of str to array of int, shape (n,), optional
        What is summed besides.

    Returns
    -------
    CountedRows
        The same whatever the order of the rows.
    """
    keys = {name: codes for name, (_, codes) in labelled.items()}
    keys |= {name: values + 0.0 for name, values in numbers.items()}  # -0.0 becomes 0.0
    summed = {} if also is None else dict(also)
    totals = np.column_stack([np.ones(n, dtype=np.int64), *summed.values()])
    return CountedRows(
        labels={name: known for name, (known, _) in labelled.items()},
        table=sum_by(keys, totals.astype(np.int64)),
        also=tuple(summed),
    )


def counted_from(sums: Sums, kind: str) -> CountedRows:
    """Read counted rows that have travelled.

    Parameters
    ----------
    sums : Sums
        Of `CountedRows.sums`.
    kind : str
        What they must be for.

    Returns
    -------
    CountedRows
        As they were.

    Raises
    ------
    DataError
        When they are for something else, or are no counts.
    """
    try:
        columns = [str(name) for name in sums.about["columns"]]
        keys = {name: sums.arrays[f"key_{place}"] for place, name in enumerate(columns)}
        labels = {name: labels_from(known) for name, known in sums.about["labels"].items()}
        totals, also = sums.arrays["totals"], tuple(map(str, sums.about["also"]))
        shapes = {(len(key), 1 + len(also)) for key in keys.values()} <= {totals.shape}
        whole = totals.dtype.kind in "iu" and bool((totals[:, 0] > 0).all())
        fits = all(_is_within(keys[name], known) for name, known in labels.items())
    except _UNFIT:
        shapes = whole = fits = False
    if sums.kind != kind or not (shapes and whole and fits):
        raise DataError(f"These sums are not {kind} as they are made here; make them again.")
    return CountedRows(labels=labels, table=KeyedSums(keys=keys, totals=totals), also=also)


def add_counted(parts: Sequence[CountedRows]) -> CountedRows:
    """Add the counts of disjoint rows.

    Parameters
    ----------
    parts : sequence of CountedRows
        At least one, of the same columns.

    Returns
    -------
    CountedRows
        The same whatever the order of the parts.

    Raises
    ------
    DataError
        When a column is of another type in another part, or categories differ.
    """
    labels = {name: join_labels([part.labels[name] for part in parts]) for name in parts[0].labels}
    tables = [
        KeyedSums(
            keys={
                name: recoded(key, part.labels[name], labels[name]) if name in labels else key
                for name, key in part.table.keys.items()
            },
            totals=part.table.totals,
        )
        for part in parts
    ]
    return CountedRows(labels=labels, table=add_keyed(tables), also=parts[0].also)


def added_counts(parts: Sequence[Sums], kind: str, about: Mapping[str, Any]) -> Sums:
    """Add sums that are counts of rows and nothing else.

    Parameters
    ----------
    parts : sequence of Sums
        Of disjoint sets of patients; their order does not matter.
    kind : str
        What they must be.
    about : mapping
        What all of them must have been asked, and the sum says of itself.

    Returns
    -------
    Sums
        Of all patients.

    Raises
    ------
    ModelError
        When there is no part, or one was asked something else.
    DataError
        When a part is damaged, or a column is of another type in another part.
    """
    require_agreement(parts, kind, tuple(about))
    return add_counted([counted_from(part, kind) for part in parts]).sums(kind, about)


def _is_within(codes: Numbers, known: Labels) -> bool:
    """Say whether codes are positions of labels, or -1."""
    inside = (codes >= -1) & (codes < len(known.levels))
    return codes.dtype.kind in "iu" and bool(inside.all())
