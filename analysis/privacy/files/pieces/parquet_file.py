"""Reading Parquet: names of columns, metadata, and the first rows of its groups."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
from pyarrow import parquet

from analysis.privacy.files.pieces.limits import Limits
from analysis.privacy.files.pieces.piece import Piece, Trouble
from analysis.privacy.files.pieces.source import Source
from analysis.privacy.files.printed_tables import TextTable

__all__ = ["parquet_pieces"]

_ROWS = 500
_GROUPS = 20
_OF_PROGRAMS = {b"pandas", b"ARROW:schema", b"writer.model.name", b"org.apache.spark.version"}


def parquet_pieces(source: Source, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give the columns and some rows of a Parquet file.

    Parameters
    ----------
    source : Source
        The file.
    limits : Limits
        Limits of size.

    Yields
    ------
    Piece or Trouble
        Metadata, and a table of the first rows of up to twenty row groups, evenly spread.
    """
    try:
        where = source.path if source.path is not None else pa.BufferReader(source.read(limits))
        with parquet.ParquetFile(where) as file:
            yield from _file_pieces(file)
    except (pa.ArrowException, OSError, ValueError):
        yield Trouble(where="file", kind="damaged")


def _file_pieces(file: parquet.ParquetFile) -> Iterator[Piece | Trouble]:
    """Give the metadata and rows of an open file."""
    stored = file.schema_arrow.metadata or {}
    texts = [
        value.decode("utf-8", errors="replace")
        for key, value in stored.items()
        if key not in _OF_PROGRAMS
    ]
    if texts:
        yield Piece(where="metadata", role="prose", text="\n".join(texts))
    names = tuple(map(str, file.schema_arrow.names))
    step = max(1, -(-file.num_row_groups // _GROUPS))
    for group in range(0, file.num_row_groups, step):
        for batch in file.iter_batches(batch_size=_ROWS, row_groups=[group]):
            yield Piece(
                where=f"row group {group + 1}",
                role="table",
                table=_table(names, batch),
                is_data=True,
            )
            break
    if file.metadata.num_rows > _ROWS:
        yield Trouble(where="file", kind="partly read")


def _table(names: tuple[str, ...], batch: pa.RecordBatch) -> TextTable:
    """Write the first rows as texts."""
    columns = [_texts(batch.column(position)) for position in range(batch.num_columns)]
    return TextTable(header=names, rows=tuple(zip(*columns, strict=True)))


def _texts(column: pa.Array) -> list[str]:
    """Write the values of a column as texts; missing ones are empty."""
    return ["" if value is None else str(value) for value in column.to_pylist()]
