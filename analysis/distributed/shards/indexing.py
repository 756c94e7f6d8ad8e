"""List the Parquet files of a folder as shards, after seeing that no patient is in two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute, parquet

from analysis import storage
from analysis.distributed.shards.manifest import ColumnOfShards, Shard, Shards, write_list
from analysis.distributed.shards.schema import TEXT, categories_of, is_factor, kind_of
from analysis.errors import ColumnError, DataError
from analysis.progress import progress
from analysis.results import counted

__all__ = ["hash_patients", "index_shards"]

_MOST_LEVELS = 1_000


@dataclass(frozen=True, kw_only=True, eq=False)
class _Contents:
    """What one file holds: its entry in the list, types, values in use, and hashes of patients."""

    shard: Shard
    kinds: Mapping[str, str]
    factors: frozenset[str]
    used: Mapping[str, frozenset[Any] | None]
    categories: Mapping[str, tuple[Any, ...] | None]
    patients: np.ndarray[Any, np.dtype[np.uint64]]


def index_shards(folder: Path | str, *, subject: str, disjoint: bool = False) -> Shards:
    """List the Parquet files of a folder, which another program may have written.

    Parameters
    ----------
    folder : pathlib.Path or str
        Parquet files of the same columns; all rows of a patient must be in one file.
    subject : str
        Column of the patient.
    disjoint : bool
        Whether it is known that no patient is in two files, so that it need not be seen.

    Returns
    -------
    Shards
        Also written as ``shards.json``; an earlier list is replaced.

    Raises
    ------
    ColumnError
        When a file lacks the patient's column or has other columns than the first.
    DataError
        When there is no file, one cannot be read, or a patient is in two.

    Notes
    -----
    One pass over the patients and the columns of text, categories and whole numbers; others are
    not read. Levels are sorted; those of categories keep the order that `split_patients` was given,
    which Parquet files of other programs do not hold.
    """
    root = Path(folder)
    files = sorted(root.glob("*.parquet"))
    if not files:
        raise DataError(
            f"The folder {root.name!r} has no Parquet file. Write it with split_patients()."
        )
    contents = [_contents(file, subject) for file in progress(files, doing="Listing", unit="shard")]
    _check_same(contents)
    if not disjoint:
        _check_disjoint(contents)
    first = contents[0].kinds
    columns = {
        name: ColumnOfShards(
            type=kind, levels=_levels(name, contents), is_factor=name in contents[0].factors
        )
        for name, kind in first.items()
    }
    shards = Shards(
        folder=root,
        subject=subject,
        columns=columns,
        shards=tuple(each.shard for each in contents),
    )
    write_list(shards)
    return shards


def _contents(file: Path, subject: str) -> _Contents:
    """Read what the list says about a file."""
    try:
        with parquet.ParquetFile(file) as opened:
            schema = opened.schema_arrow
            table = opened.read(columns=_wanted(schema, subject))
    except (pa.ArrowException, OSError):
        raise DataError(
            f"{file.name} could not be read as Parquet: it is cut short or damaged. Copy it again, "
            "or write the shards anew."
        ) from None
    if subject not in schema.names:
        raise ColumnError(
            f"{file.name} has no column {subject!r} of the patient; it has "
            f"{', '.join(schema.names)}. Check the spelling of subject=."
        )
    patients = _patients(table.column(subject), file.name, subject)
    used = {
        name: None if name == subject else _distinct(table.column(name), schema.field(name))
        for name in table.column_names
    }
    shard = Shard(
        file=file.name,
        n_rows=table.num_rows,
        n_patients=patients.size,
        n_bytes=file.stat().st_size,
        sha256=storage.file_sha256(file),
    )
    return _Contents(
        shard=shard,
        kinds={field.name: kind_of(field.type) for field in schema},
        factors=frozenset(field.name for field in schema if is_factor(field)),
        used=used,
        categories={field.name: categories_of(field) for field in schema},
        patients=patients,
    )


def _wanted(schema: pa.Schema, subject: str) -> list[str]:
    """List the columns that are read: the patient, factors, and numbers that may be levels."""
    whole = (pa.types.is_integer, pa.types.is_boolean)
    return [
        field.name
        for field in schema
        if field.name == subject or is_factor(field) or any(test(field.type) for test in whole)
    ]


def _patients(
    column: pa.ChunkedArray, file: str, subject: str
) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """Hash the distinct patients of a file."""
    if column.null_count:
        raise DataError(
            f"{file}: column {subject!r} is missing in {counted(column.null_count, 'row')}; every "
            "row needs its patient. Complete the column, or write the shards anew without them."
        )
    return np.unique(hash_patients(compute.unique(column)))


def hash_patients(ids: pa.Array) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """Hash ids by their text, so that the number 7 and the text "7" are one patient.

    Parameters
    ----------
    ids : pyarrow.Array, shape (n,)
        Distinct ids, none missing.

    Returns
    -------
    array, shape (n,)
        The same on every machine.
    """
    texts = np.array([str(value) for value in ids.to_pylist()], dtype=object)
    return np.asarray(pd.util.hash_array(texts, categorize=False))


def _distinct(column: pa.ChunkedArray, field: pa.Field) -> frozenset[Any] | None:
    """Return the values in use; None when they are too many."""
    is_text = kind_of(field.type) == TEXT
    used = compute.unique(column.cast(pa.string()) if is_text else column).drop_null()
    return None if len(used) > _MOST_LEVELS else frozenset(used.to_pylist())


def _levels(name: str, contents: Sequence[_Contents]) -> tuple[Any, ...] | None:
    """Order the values of a column: as its categories where all files have the same, else sorted.

    One file alone says nothing: it may lack the level that comes first.
    """
    found = [each.used.get(name) for each in contents]
    known = [values for values in found if values is not None]
    used = frozenset().union(*known)
    if len(known) < len(found) or len(used) > _MOST_LEVELS:
        return None
    categories = contents[0].categories.get(name)
    if categories is None or any(each.categories.get(name) != categories for each in contents):
        return tuple(sorted(used))
    return tuple(value for value in categories if value in used)


def _check_same(contents: Sequence[_Contents]) -> None:
    """Refuse files with other columns than the first."""
    first = contents[0]
    for other in contents[1:]:
        names = {*first.kinds, *other.kinds}
        differ = sorted(name for name in names if first.kinds.get(name) != other.kinds.get(name))
        if differ:
            shown = ", ".join(
                f"{name!r} ({first.kinds.get(name)} and {other.kinds.get(name)})"
                for name in differ[:5]
            )
            raise ColumnError(
                f"{first.shard.file} and {other.shard.file} differ in {shown}; None is a column "
                "that is not there. All shards need the same columns and types: write them anew."
            )


def _check_disjoint(contents: Sequence[_Contents]) -> None:
    """Refuse a patient in two files."""
    hashes = np.concatenate([each.patients for each in contents])
    file = np.repeat(np.arange(len(contents)), [each.patients.size for each in contents])
    order = np.argsort(hashes, kind="stable")
    again = np.flatnonzero(np.diff(hashes[order]) == 0)
    if not again.size:
        return
    n_patients = np.unique(hashes[order][again]).size
    one, two = (contents[file[order][again[0] + step]].shard.file for step in (0, 1))
    raise DataError(
        f"{counted(n_patients, 'patient')} with rows in more than one shard (for example in {one} "
        f"and {two}). Sums need each patient whole in one file: write the rows anew with "
        "split_patients()."
    )
