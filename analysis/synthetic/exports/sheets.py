"""A file as a list of rows, each with the patient and day that it is about."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

__all__ = ["Key", "Sheet"]

Key = tuple[str, int]
"""Patient and day of a row; day 0 where the row is about the patient as a whole."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sheet:
    """A text file with one row of headers.

    Parameters
    ----------
    file : str
        Its path below the folder of the example.
    header : tuple of str
        Headers.
    rows : list of list of str
        Cells.
    keys : list of Key
        What each row is about.
    """

    file: str
    header: tuple[str, ...]
    rows: list[list[str]] = field(repr=False)
    keys: list[Key] = field(repr=False)

    @classmethod
    def of(
        cls, file: str, header: Sequence[str], rows: Iterable[tuple[Key, Sequence[str]]]
    ) -> Sheet:
        """Make a file of rows with their keys.

        Parameters
        ----------
        file : str
            Its path.
        header : sequence of str
            Headers.
        rows : iterable of (Key, sequence of str)
            What each row is about, and its cells.

        Returns
        -------
        Sheet
            Rows in the given order.
        """
        pairs = [(key, list(cells)) for key, cells in rows]
        return cls(
            file=file,
            header=tuple(header),
            rows=[cells for _, cells in pairs],
            keys=[key for key, _ in pairs],
        )

    def line(self, at: int) -> int:
        """Give the line of the file on which a row stands, the header being line 1."""
        return at + 2

    def get(self, at: int, column: str) -> str:
        """Return a cell."""
        return self.rows[at][self.header.index(column)]

    def put(self, at: int, column: str, text: str) -> None:
        """Change a cell in place."""
        self.rows[at][self.header.index(column)] = text

    def text(self) -> str:
        r"""Write the file.

        Returns
        -------
        str
            Commas, line feeds, quotation marks only where they are needed.

        Examples
        --------
        >>> Sheet.of("a.csv", ["id", "note"], [(("1", 0), ["1", "x, y"])]).text()
        'id,note\n1,"x, y"\n'
        """
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerows([self.header, *self.rows])
        return written.getvalue()
