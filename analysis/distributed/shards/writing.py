"""Divide rows over Parquet files so that no patient is in two of them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from analysis import storage
from analysis.distributed.shards.indexing import index_shards
from analysis.distributed.shards.manifest import LIST, Shards
from analysis.distributed.shards.schema import as_table, same_schema
from analysis.errors import ColumnError, DataError, ReportError

__all__ = ["split_patients"]

_ROWS_PER_SHARD = 500_000
_SHARDS_OF_PIECES = 16


def split_patients(
    rows: pd.DataFrame | Iterable[pd.DataFrame],
    folder: Path | str,
    *,
    subject: str,
    n_shards: int | None = None,
) -> Shards:
    """Write rows as Parquet shards, all rows of a patient into the same one.

    Parameters
    ----------
    rows : pandas.DataFrame, or iterable of pandas.DataFrame
        Rows of any grain; or pieces of them, such as ``pandas.read_csv(..., chunksize=)`` gives,
        of which only one need be in memory. A patient may be in several pieces.
    folder : pathlib.Path or str
        Made when missing; must hold no shards yet. It holds patients' rows: keep it where the
        data are kept.
    subject : str
        Column of the patient, without missing values.
    n_shards : int, optional
        Files. None: one per 500,000 rows of a frame, 16 for pieces. The results do not depend on
        it beyond the twelfth digit.

    Returns
    -------
    Shards
        The files that have patients, and what they hold.

    Raises
    ------
    ColumnError
        When the patient's column is not there, or a later piece has other columns.
    DataError
        When a patient is missing, there are no rows, or `n_shards` is less than 1.
    ReportError
        When the folder holds shards already, or cannot be written.

    Notes
    -----
    The shard of a patient follows from a hash of the id written as text, so that it is the same
    in every piece, on every machine, and for the number 7 and the text "7".

    Examples
    --------
    >>> import tempfile
    >>> rows = pd.DataFrame({"patient": ["a", "a", "b"], "score": [20, 14, 18]})
    >>> split_patients(rows, tempfile.mkdtemp(), subject="patient", n_shards=2).n_patients
    2
    """
    pieces = [rows] if isinstance(rows, pd.DataFrame) else rows
    n_files = _number_of_files(rows, n_shards)
    root = Path(folder)
    if any(root.glob("shard-*.parquet")) or (root / LIST).exists():
        raise ReportError("The folder holds shards already. Choose an empty folder.")
    with ExitStack() as files:
        writers: dict[int, parquet.ParquetWriter] = {}
        schema: pa.Schema | None = None
        for piece in pieces:
            table, shard = as_table(piece, schema), _shard_of(piece, subject, n_files)
            schema = same_schema(schema, table.schema)
            for number, own in _divided(table, shard):
                if number not in writers:
                    target = root / f"shard-{number:05d}.parquet"
                    place = files.enter_context(storage.replacing(target))
                    writer = parquet.ParquetWriter(place, schema, compression="zstd")
                    writers[number] = files.enter_context(writer)
                writers[number].write_table(own)
        if not writers:
            raise DataError("There are no rows to split.")
    return index_shards(root, subject=subject, disjoint=True)


def _number_of_files(rows: pd.DataFrame | Iterable[pd.DataFrame], n_shards: int | None) -> int:
    """Choose how many files there are."""
    if n_shards is None:
        if isinstance(rows, pd.DataFrame):
            return max(1, math.ceil(len(rows) / _ROWS_PER_SHARD))
        return _SHARDS_OF_PIECES
    if n_shards < 1:
        raise DataError("n_shards must be at least 1.")
    return n_shards


def _shard_of(piece: pd.DataFrame, subject: str, n_files: int) -> np.ndarray[Any, Any]:
    """Give every row the number of its patient's shard."""
    if subject not in piece.columns:
        raise ColumnError(
            f"The rows have no column {subject!r} of the patient; they have "
            f"{', '.join(map(str, piece.columns))}. Check the spelling of subject=."
        )
    codes, ids = pd.factorize(piece[subject])
    missing = int((codes < 0).sum())
    if missing:
        raise DataError(
            f"Column {subject!r} is missing in {missing:,} rows; every row needs its patient. "
            "Complete the column, or take these rows out and say how many they were."
        )
    texts = np.array([str(value) for value in ids], dtype=object)
    return np.asarray(pd.util.hash_array(texts, categorize=False) % n_files)[codes]


def _divided(table: pa.Table, shard: np.ndarray[Any, Any]) -> Iterable[tuple[int, pa.Table]]:
    """Yield the rows of every shard that has some, in their order."""
    order = np.argsort(shard, kind="stable")
    sorted_table = table.take(pa.array(order))
    numbers, starts = np.unique(shard[order], return_index=True)
    ends = np.append(starts[1:], shard.size)
    for number, start, end in zip(numbers, starts, ends, strict=True):
        yield int(number), sorted_table.slice(start, end - start)
