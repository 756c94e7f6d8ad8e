"""Divide rows over Parquet files so that no patient is in two of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from analysis import storage
from analysis.distributed.shards.indexing import hash_patients, index_shards
from analysis.distributed.shards.manifest import LIST, Shards
from analysis.distributed.shards.schema import as_table, same_schema
from analysis.errors import ColumnError, DataError, ReportError
from analysis.results import counted

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
        Files. None: one per 500,000 rows of a frame, 16 for pieces. Results depend on it by
        rounding only.

    Returns
    -------
    Shards
        The files that have patients, and what they hold.

    Raises
    ------
    ColumnError
        When the patient's column is not there, or pieces have other columns, types or categories.
    DataError
        When a patient is missing, there are no rows, or `n_shards` is less than 1.
    ReportError
        When the folder holds Parquet files already, or cannot be written. No file is then left.

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
    n_files = _number_of_files(rows, n_shards)
    pieces = [rows] if isinstance(rows, pd.DataFrame) else rows
    root = Path(folder)
    if any(root.glob("*.parquet")) or (root / LIST).exists():
        raise ReportError("The folder holds shards or other Parquet files; choose an empty one.")
    with storage.filling(root) as new:  # the list has the last name, so that it is moved last
        _write(pieces, new, subject, n_files)
        shards = index_shards(new, subject=subject, disjoint=True)
    return replace(shards, folder=root)


def _write(pieces: Iterable[pd.DataFrame], folder: Path, subject: str, n_files: int) -> None:
    """Write the pieces, row by row where its patient belongs."""
    schema: pa.Schema | None = None
    with _shard_files(folder) as files:
        for piece in pieces:
            table = as_table(piece, schema)
            shard = _shard_of(table, subject, n_files)
            schema = same_schema(schema, table.schema)
            for number, own in _divided(table, shard):
                files.write(number, own)
    if not any(folder.iterdir()):
        raise DataError("There are no rows to split.")


class _Files:
    """Parquet files that are open, each made when it gets its first rows."""

    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self.folder = folder
        self.closing = closing
        self.writers: dict[int, parquet.ParquetWriter] = {}

    def write(self, number: int, rows: pa.Table) -> None:
        """Add rows to a shard."""
        with _disk():
            if number not in self.writers:
                place = self.folder / f"shard-{number:05d}.parquet"
                writer = parquet.ParquetWriter(place, rows.schema, compression="zstd")
                self.writers[number] = self.closing.enter_context(writer)
            self.writers[number].write_table(rows)


@contextmanager
def _shard_files(folder: Path) -> Iterator[_Files]:
    """Keep files open until all rows are written; closing them writes, too."""
    closing = ExitStack()
    try:
        yield _Files(folder, closing)
    finally:
        with _disk():
            closing.close()


@contextmanager
def _disk() -> Iterator[None]:
    """Say what it means when a shard cannot be written."""
    try:
        yield
    except OSError as error:
        raise ReportError(
            f"The shards could not be written ({type(error).__name__}); none was left. Look for "
            "free space on the disk and try again."
        ) from None


def _number_of_files(rows: pd.DataFrame | Iterable[pd.DataFrame], n_shards: int | None) -> int:
    """Choose how many files there are."""
    if n_shards is None:
        if isinstance(rows, pd.DataFrame):
            return max(1, math.ceil(len(rows) / _ROWS_PER_SHARD))
        return _SHARDS_OF_PIECES
    if n_shards < 1:
        raise DataError("n_shards must be at least 1.")
    return n_shards


def _shard_of(table: pa.Table, subject: str, n_files: int) -> np.ndarray[Any, Any]:
    """Give every row the number of its patient's shard."""
    if subject not in table.schema.names:
        raise ColumnError(
            f"The rows have no column {subject!r} of the patient; they have "
            f"{', '.join(table.schema.names)}. Check the spelling of subject=."
        )
    ids = table.column(subject).combine_chunks().dictionary_encode()
    if ids.null_count:
        raise DataError(
            f"Column {subject!r} is missing in {counted(ids.null_count, 'row')}; every row needs "
            "its patient. Complete the column, or take these rows out and say how many they were."
        )
    number = hash_patients(ids.dictionary) % np.uint64(n_files)
    return np.asarray(number[ids.indices.to_numpy()])


def _divided(table: pa.Table, shard: np.ndarray[Any, Any]) -> Iterable[tuple[int, pa.Table]]:
    """Yield the rows of every shard that has some, in their order."""
    order = np.argsort(shard, kind="stable")
    sorted_table = table.take(pa.array(order))
    numbers, starts = np.unique(shard[order], return_index=True)
    ends = [*starts[1:], shard.size] if shard.size else []  # a piece may have no rows
    for number, start, end in zip(numbers, starts, ends, strict=True):
        yield int(number), sorted_table.slice(start, end - start)
