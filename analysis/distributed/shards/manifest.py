"""The list of the shards of a folder: what each holds, and the columns and levels of all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analysis import storage
from analysis.errors import ColumnError, DataError

__all__ = ["LIST", "ColumnOfShards", "Shard", "Shards", "read_list", "write_list"]

LIST = "shards.json"
_FORMAT = "ketamine-outcomes shards"
_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Shard:
    """One file of rows.

    Parameters
    ----------
    file : str
        Its name in the folder.
    n_rows, n_patients, n_bytes : int
        Size.
    sha256 : str
        Digest of the file.
    """

    file: str
    n_rows: int
    n_patients: int
    n_bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class ColumnOfShards:
    """A column that all shards have.

    Parameters
    ----------
    type : str
        Of Arrow, such as ``"double"``; ``"text"`` for text and categories.
    levels : tuple of str or int, or None
        All texts or whole numbers that occur, in order; None for the patients, for other numbers,
        and where there are too many to be levels of a factor.
    """

    type: str
    levels: tuple[Any, ...] | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Shards:
    """Rows of many patients in files, each patient in one.

    Made by `split_patients` and `index_shards`, found again by `open_shards`.

    Parameters
    ----------
    folder : pathlib.Path
        Where they are.
    subject : str
        Column of the patient.
    columns : mapping of str to ColumnOfShards
        Columns in order.
    shards : tuple of Shard
        In the fixed order in which sums are added.
    """

    folder: Path
    subject: str
    columns: Mapping[str, ColumnOfShards]
    shards: tuple[Shard, ...]

    @property
    def n_rows(self) -> int:
        """Rows in all."""
        return sum(shard.n_rows for shard in self.shards)

    @property
    def n_patients(self) -> int:
        """Patients in all."""
        return sum(shard.n_patients for shard in self.shards)

    def levels(self, name: str) -> tuple[Any, ...] | None:
        """Return the levels of a column of text or whole numbers, None for others.

        Parameters
        ----------
        name : str
            Column.

        Raises
        ------
        ColumnError
            When the shards have no such column.
        """
        self.check_columns([name])
        return self.columns[name].levels

    def check_columns(self, names: list[str]) -> None:
        """Refuse columns that the shards do not have.

        Parameters
        ----------
        names : list of str
            Columns wanted.

        Raises
        ------
        ColumnError
            Naming those that are not there, and those that are.
        """
        missing = [name for name in names if name not in self.columns]
        if missing:
            raise ColumnError(
                f"The shards have no column {', '.join(map(repr, missing))}; they have "
                f"{', '.join(self.columns)}. Check the spelling, or split the rows anew."
            )

    def __repr__(self) -> str:
        return (
            f"{len(self.shards)} shards with {self.n_rows:,} rows of {self.n_patients:,} patients"
        )


def write_list(shards: Shards) -> Path:
    """Write the list, which makes the folder complete.

    Parameters
    ----------
    shards : Shards
        What the folder holds.

    Returns
    -------
    pathlib.Path
        The file.
    """
    text = {
        "format": _FORMAT,
        "version": _VERSION,
        "subject": shards.subject,
        "columns": {name: asdict(column) for name, column in shards.columns.items()},
        "shards": [asdict(shard) for shard in shards.shards],
    }
    return storage.write_text(shards.folder / LIST, json.dumps(text, indent=1) + "\n")


def read_list(folder: Path) -> Shards:
    """Read the list of a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Of `write_list`.

    Returns
    -------
    Shards
        As listed; whether the files are so is for `open_shards` to see.

    Raises
    ------
    DataError
        When there is none, or it is damaged.
    """
    try:
        text = json.loads((folder / LIST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(
            f"The folder {folder.name!r} has no {LIST}: it is no folder of shards, or writing it "
            "was not finished. Write it with split_patients(), or let index_shards() list Parquet "
            "files that are there."
        ) from None
    except (OSError, ValueError, RecursionError):
        raise _damaged() from None
    try:
        if text["format"] != _FORMAT or text["version"] != _VERSION:
            raise _damaged()
        return Shards(
            folder=folder,
            subject=str(text["subject"]),
            columns={name: _column(values) for name, values in text["columns"].items()},
            shards=tuple(Shard(**values) for values in text["shards"]),
        )
    except (AttributeError, KeyError, TypeError):
        raise _damaged() from None


def _column(values: Mapping[str, Any]) -> ColumnOfShards:
    """Read what is known about a column."""
    levels = values["levels"]
    return ColumnOfShards(type=values["type"], levels=None if levels is None else tuple(levels))


def _damaged() -> DataError:
    """Say that the list cannot be used."""
    return DataError(
        f"{LIST} is damaged or of another version; let index_shards() make it again from the files."
    )
