"""Open a folder of shards: the files are as listed, or an error names the one that is not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from analysis.distributed.shards.manifest import Shard, Shards, read_list
from analysis.distributed.shards.schema import TEXT
from analysis.errors import DataError

__all__ = ["factors_among", "open_shards", "read_shard", "text_levels", "texts_among"]


def open_shards(folder: Shards | Path | str) -> Shards:
    """Open shards that `split_patients` or `index_shards` left.

    Parameters
    ----------
    folder : pathlib.Path, str or Shards
        With ``shards.json`` in it; shards that were opened before are looked at again.

    Returns
    -------
    Shards
        What the folder holds. Contents are seen to be unchanged when they are read.

    Raises
    ------
    DataError
        When the list is missing or damaged, a shard is missing, cut short or longer than listed,
        or a Parquet file is not on the list.
    """
    root = folder.folder if isinstance(folder, Shards) else Path(folder)
    shards = read_list(root)
    for shard in shards.shards:
        path = root / shard.file
        if not path.is_file():
            raise DataError(
                f"The shard {shard.file} is missing ({shard.n_patients:,} of "
                f"{shards.n_patients:,} patients). Copy it again; without it nothing is computed."
            )
        if path.stat().st_size != shard.n_bytes:
            raise _changed(shard)
    listed = {shard.file for shard in shards.shards}
    more = sorted(path.name for path in root.glob("*.parquet") if path.name not in listed)
    if more:
        raise DataError(
            f"{', '.join(more[:5])}: in the folder, but not on its list. Take it out, or let "
            "index_shards() list the folder anew."
        )
    return shards


def read_shard(
    path: Path,
    shard: Shard,
    *,
    columns: Sequence[str],
    texts: Sequence[str],
    factors: Sequence[str],
    subject: str,
) -> pd.DataFrame:
    """Read columns of a shard, and see that the file is the one that was listed.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    shard : Shard
        Its entry in the list.
    columns : sequence of str
        Columns wanted.
    texts : sequence of str
        Those of them that are text; they become categories.
    factors : sequence of str
        Those of them that are numbers, but were categories.
    subject : str
        Column of the patient, which becomes a number: sums need to know who is the same, not who.

    Returns
    -------
    pandas.DataFrame
        All rows.

    Raises
    ------
    DataError
        When the file is missing, damaged, or another than was listed.
    """
    try:
        content = path.read_bytes()
    except OSError:
        raise DataError(
            f"The shard {shard.file} is missing or cannot be read. Copy it again."
        ) from None
    if hashlib.sha256(content).hexdigest() != shard.sha256:
        raise _changed(shard)
    try:
        table = parquet.read_table(
            pa.BufferReader(content),
            columns=list(columns),
            read_dictionary=list(texts),
            use_threads=False,
        )
    except (pa.ArrowException, OSError):
        raise _changed(shard) from None
    if subject in columns:
        table = _numbered(table, subject)
    rows: pd.DataFrame = table.to_pandas(split_blocks=True, self_destruct=True, use_threads=False)
    return rows.astype(dict.fromkeys(factors, "category"))


def _numbered(table: pa.Table, subject: str) -> pa.Table:
    """Put numbers in the place of patients' ids."""
    column = table.column(subject).combine_chunks()
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    return table.set_column(table.schema.get_field_index(subject), subject, column.indices)


def texts_among(shards: Shards, columns: Sequence[Any]) -> tuple[str, ...]:
    """Return the columns of text among some.

    Parameters
    ----------
    shards : Shards
        Which know the types.
    columns : sequence of str
        Columns wanted.

    Returns
    -------
    tuple of str
        In the order given.
    """
    return tuple(name for name in columns if shards.columns[name].type == TEXT)


def text_levels(shards: Shards, columns: Sequence[str | None]) -> dict[str, tuple[Any, ...]]:
    """Return the levels of the columns of text among some.

    Parameters
    ----------
    shards : Shards
        Which know them.
    columns : sequence of str or None
        Columns wanted, where there are such.

    Returns
    -------
    dict of str to tuple
        In the order of the shards; nothing of a column whose levels are not listed.
    """
    texts = texts_among(shards, [name for name in columns if name in shards.columns])
    levels = {name: tuple(shards.levels(name) or ()) for name in texts}
    return {name: values for name, values in levels.items() if values}


def factors_among(shards: Shards, columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of categories of numbers among some.

    Parameters
    ----------
    shards : Shards
        Which know the types.
    columns : sequence of str
        Columns wanted.

    Returns
    -------
    tuple of str
        In the order given; not the patients', who are numbered.
    """
    known = {name: shards.columns[name] for name in columns if name != shards.subject}
    return tuple(name for name, it in known.items() if it.is_factor and it.type != TEXT)


def _changed(shard: Shard) -> DataError:
    """Say that a file is not the one that was listed."""
    return DataError(
        f"The shard {shard.file} is not the file that was listed: cut short, damaged or written "
        "again. Copy it again; if it was changed on purpose, let index_shards() list the folder "
        "anew."
    )
