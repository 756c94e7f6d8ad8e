"""Reading the columns of a Parquet file that are used, as text."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from analysis.formats.faults import fault
from analysis.formats.mapping_parts import Source
from analysis.formats.reading.cell_text import cell_text
from analysis.formats.reading.cells import Cells
from analysis.formats.reading.sheet import Grid
from analysis.study import Finding

__all__ = ["read_parquet"]


def read_parquet(
    path: Path, source: Source, choose: Callable[[tuple[str, ...]], Collection[int]]
) -> Grid | list[Finding]:
    """Read a Parquet file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    source : Source
        Its name.
    choose : callable
        Says by the headers which columns are used, by position.

    Returns
    -------
    Grid or list of Finding
        Its columns, or why there are none.
    """
    try:
        with parquet.ParquetFile(path) as file:
            header = tuple(file.schema_arrow.names)
            chosen = sorted(choose(header))
            table = file.read().select(chosen)
            columns = {n: _cells(table.column(at)) for at, n in enumerate(chosen)}
            n_rows = file.metadata.num_rows
    except (pa.ArrowException, OSError, ValueError, TypeError, LookupError, ArithmeticError):
        what = "The file is not a whole Parquet file with plain columns."
        return [fault("FMT-021", source.name, what, "Export it again, or as CSV.")]
    return Grid(header=header, columns=columns, lines=np.arange(n_rows, dtype=np.int64) + 1)


def _cells(column: pa.ChunkedArray) -> Cells:
    """Write the different values of a column as text."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        column = column.cast(pa.string())
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return Cells.of_arrow(column.cast(pa.string()))
    codes, different = pd.factorize(pd.Series(column.to_pylist(), dtype="object"))
    texts = Cells.of([cell_text(value) for value in different])
    return Cells(codes=np.append(texts.codes, -1)[codes], entries=texts.entries)
