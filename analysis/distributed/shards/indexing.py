"""List the Parquet files of a folder as shards, after seeing that no patient is in two."""

from __future__ import annotations

import itertools
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
from analysis.distributed.shards.schema import TEXT, categories_of, kind_of
from analysis.errors import ColumnError, DataError
from analysis.progress import progress
from analysis.results import counted

__all__ = ["index_shards"]

_MOST_LEVELS = 1_000


@dataclass(frozen=True, kw_only=True, eq=False)
class _Contents:
    """What one file holds: its entry in the list, types, levels in use, and hashes of patients."""

    shard: Shard
    kinds: Mapping[str, str]
    levels: Mapping[str, tuple[Any, ...] | None]
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
    One pass over the patients and the columns of text and whole numbers; others are not read. The
    levels of categories keep their order where all files have the same, else they are sorted.
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
        name: ColumnOfShards(type=kind, levels=_levels(name, contents))
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
        schema = parquet.read_schema(file)
        kinds = {field.name: kind_of(field.type) for field in schema}
        if subject not in kinds:
            raise ColumnError(
                f"{file.name} has no column {subject!r} of the patient; it has "
                f"{', '.join(kinds)}. Check the spelling of subject=."
            )
        wanted = [subject, *(name for name, kind in kinds.items() if _may_be_factor(kind))]
        table = parquet.read_table(file, columns=list(dict.fromkeys(wanted)))
    except (pa.ArrowException, OSError):
        raise DataError(
            f"{file.name} could not be read as Parquet: it is cut short or damaged. Copy it again, "
            "or write the shards anew."
        ) from None
    patients = _patients(table.column(subject), file.name, subject)
    levels = {
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
    return _Contents(shard=shard, kinds=kinds, levels=levels, patients=patients)


def _patients(
    column: pa.ChunkedArray, file: str, subject: str
) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """Hash the distinct patients of a file."""
    if column.null_count:
        raise DataError(
            f"{file}: column {subject!r} is missing in {column.null_count:,} rows; every row needs "
            "its patient."
        )
    distinct = compute.unique(column).to_pylist()
    texts = np.array([str(value) for value in distinct], dtype=object)
    return np.asarray(pd.util.hash_array(texts, categorize=False))


def _may_be_factor(kind: str) -> bool:
    """Tell whether a column of this type may be levels of a factor."""
    return kind in (TEXT, "bool") or kind.startswith(("int", "uint"))


def _distinct(column: pa.ChunkedArray, field: pa.Field) -> tuple[Any, ...] | None:
    """Return the values in use, categories in their order; None when they are too many."""
    is_text = kind_of(field.type) == TEXT
    used = compute.unique(column.cast(pa.string()) if is_text else column).drop_null()
    if len(used) > _MOST_LEVELS:
        return None
    listed = categories_of(field)
    found = set(used.to_pylist())
    return tuple(sorted(found)) if listed is None else tuple(x for x in listed if x in found)


def _levels(name: str, contents: Sequence[_Contents]) -> tuple[Any, ...] | None:
    """Put the levels of a column in one order: of the categories where all files agree on it."""
    found = [each.levels.get(name) for each in contents]
    known = [values for values in found if values is not None]
    levels = tuple(dict.fromkeys(value for values in known for value in values))
    if len(known) < len(found) or len(levels) > _MOST_LEVELS:
        return None
    place = {value: number for number, value in enumerate(levels)}
    steps = (step for values in known for step in itertools.pairwise(values))
    in_order = all(place[one] < place[two] for one, two in steps)
    return levels if in_order else tuple(sorted(levels))


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
