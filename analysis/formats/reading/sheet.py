"""A table of a file as it stands there: headers, columns of cells, and the line of every row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.formats.reading.cells import INVISIBLE, Cells, plain
from analysis.study import Finding

__all__ = ["Grid", "Sheet", "header_names"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Grid:
    """What a file holds below its headers.

    Parameters
    ----------
    header : tuple of str
        Header of each column, from the left; empty where there is none.
    columns : mapping of int to Cells
        Columns that were read, by position from 0.
    lines : numpy.ndarray of int, shape (n_rows,)
        Line of the file, or row of the sheet, of each row.
    findings : tuple of Finding
        What is wrong with the file.
    left_out : mapping of str to int
        Rows that are not among them, by reason.
    """

    header: tuple[str, ...]
    columns: Mapping[int, Cells]
    lines: npt.NDArray[np.int64]
    findings: tuple[Finding, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class Sheet:
    """A source as the mapping speaks of it.

    Parameters
    ----------
    source : str
        Its name in the mapping.
    header : tuple of str
        Every header; a repeated one with its number behind it, as "Date [2]".
    columns : mapping of str to Cells
        Columns that are used, by header.
    lines : numpy.ndarray of int, shape (n_rows,)
        Line of each row in its file.
    rows_read : int
        Rows of the files.
    left_out : mapping of str to int
        Rows that are not among them, by reason.
    """

    source: str
    header: tuple[str, ...]
    columns: Mapping[str, Cells]
    lines: npt.NDArray[np.int64]
    rows_read: int
    left_out: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.lines)

    def position(self, name: str) -> int | None:
        """Find the column that a header or a pattern of the mapping means.

        Parameters
        ----------
        name : str
            A header, compared without regard to case and spaces; or a pattern with ``*``.

        Returns
        -------
        int or None
            Position from 0; None when no column, or more than one, fits.
        """
        headers = _spelt(self.header)
        wanted = plain(name)
        if wanted in headers:
            return headers.index(wanted)
        pattern = re.compile(".*".join(re.escape(piece) for piece in wanted.split("*")))
        fitting = [n for n, header in enumerate(headers) if pattern.fullmatch(header)]
        return fitting[0] if "*" in wanted and len(fitting) == 1 else None

    def cells(self, name: str) -> Cells | None:
        """Return a column by its header or a pattern; None when it is not there."""
        position = self.position(name)
        return None if position is None else self.columns.get(self.header[position])

    def take(self, rows: npt.NDArray[np.bool_]) -> Sheet:
        """Choose rows by a flag per row; what was left out before is still known."""
        return Sheet(
            source=self.source,
            header=self.header,
            columns={name: cells.take(rows) for name, cells in self.columns.items()},
            lines=self.lines[rows],
            rows_read=self.rows_read,
            left_out=self.left_out,
        )


@lru_cache(maxsize=64)
def _spelt(header: tuple[str, ...]) -> tuple[str, ...]:
    """Spell the headers of a file plainly, once for the many that ask."""
    return tuple(map(plain, header))


def header_names(header: tuple[str, ...]) -> tuple[str, ...]:
    """Give every column a name of its own.

    Parameters
    ----------
    header : tuple of str
        Headers as they stand in the file.

    Returns
    -------
    tuple of str
        On one line each; those that stand more than once with their number behind them, and
        columns without one as "column 3".

    Examples
    --------
    >>> header_names(("Date", "Score", "date ", ""))
    ('Date [1]', 'Score', 'date [2]', 'column 4')
    """
    shown = [" ".join(text.translate(INVISIBLE).split()) for text in header]
    shown = [text or f"column {n}" for n, text in enumerate(shown, start=1)]
    spelt = pd.Series([plain(text) for text in shown], dtype=object)
    number, alone = spelt.groupby(spelt).cumcount() + 1, ~spelt.duplicated(keep=False)
    return tuple(
        text if is_alone else f"{text} [{n}]"
        for text, is_alone, n in zip(shown, alone, number, strict=True)
    )
