"""What a column and a table of the canonical study are: type, unit, range, allowed values.

Only the vocabulary of the description; the description itself is in `analysis.study.schema`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Column", "Kind", "Table"]

Kind = Literal["text", "category", "codes", "integer", "number", "flag", "date"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a canonical table.

    Parameters
    ----------
    name : str
        The name in the file and in the frame.
    kind : {"text", "category", "codes", "integer", "number", "flag", "date"}
        How the text of a file is read; "codes" are several categories separated by semicolons.
    description : str
        One phrase for the dictionary.
    unit : str
        UCUM unit, or empty.
    required : bool
        Whether the column must exist.
    nullable : bool
        Whether a value may be missing.
    low, high : float, optional
        Smallest and largest allowed value, inclusive.
    allowed : tuple of str
        The allowed categories; empty when any text is allowed.
    refers_to : {"", "subjects", "sites", "instruments"}
        Where the value must be declared.
    """

    name: str
    kind: Kind
    description: str
    unit: str = ""
    required: bool = True
    nullable: bool = False
    low: float | None = None
    high: float | None = None
    allowed: tuple[str, ...] = ()
    refers_to: Literal["", "subjects", "sites", "instruments"] = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table of the canonical study: its grain, key and columns.

    Parameters
    ----------
    name : str
        The name of the table and of its file, without the ending.
    grain : str
        What one row is.
    key : tuple of str
        The columns that together name a row.
    columns : tuple of Column
        All columns, required and optional.
    required : bool
        Whether a study must have the table.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = True

    def column(self, name: str) -> Column:
        """Return the description of one column by its name.

        Parameters
        ----------
        name : str
            A column of this table.

        Returns
        -------
        Column
            Its description.
        """
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns, in order."""
        return tuple(column.name for column in self.columns)
