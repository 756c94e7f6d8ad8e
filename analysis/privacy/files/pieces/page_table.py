"""One table of a page while it is read: spans, heads, and columns that label its rows."""

from __future__ import annotations

import re

from analysis.privacy.files.printed_tables import TextTable

__all__ = ["PageTable"]

_MOST_ROWS = 200_000
_SPAN = re.compile(r"\d{1,4}")


class PageTable:
    """A table while it is read; cells that span rows or columns are repeated."""

    def __init__(self) -> None:
        self.head: list[list[str]] = []
        self.body: list[list[str]] = []
        self.row: list[str] = []
        self.hanging: dict[int, tuple[int, str]] = {}
        self.labels = 0
        self.labels_of_row = 0
        self.spans = (1, 1)

    def begin_row(self) -> None:
        """Begin a row; cells that hang down from rows above come first."""
        self.row = []
        self.labels_of_row = 0
        self._hang()

    def _hang(self) -> None:
        """Put the cells from rows above in their places."""
        while len(self.row) in self.hanging:
            rows, text = self.hanging.pop(len(self.row))
            if rows > 1:
                self.hanging[len(self.row)] = (rows - 1, text)
            self.row.append(text)
            self.labels_of_row += 1

    def begin_cell(self, columns: str | None, rows: str | None) -> None:
        """Begin a cell that takes so many columns and rows, as its attributes say."""
        self.spans = (_span(columns), _span(rows))

    def end_cell(self, text: str, *, is_label: bool) -> None:
        """End a cell with its text."""
        columns, rows = self.spans
        for _ in range(min(columns, 100)):
            if rows > 1:
                self.hanging[len(self.row)] = (rows - 1, text)
            self.row.append(text)
        self.labels_of_row += is_label
        self._hang()

    def end_row(self, *, in_head: bool) -> None:
        """End a row; one of names alone at the beginning belongs to the head."""
        if not self.row or len(self.body) >= _MOST_ROWS:
            return
        all_labels = self.labels_of_row == len(self.row) and len(self.row) > 1 and not self.body
        (self.head if in_head or all_labels else self.body).append(self.row)
        if self.body and not (in_head or all_labels):
            self.labels = max(self.labels, min(self.labels_of_row, len(self.row)))

    def finished(self) -> TextTable:
        """Join the rows of the head from below: names of index levels stand in the last one."""
        width = max((len(row) for row in self.head), default=0)
        padded = [row + [""] * (width - len(row)) for row in self.head]
        names = [
            next((cell for cell in reversed(column) if cell), "")
            for column in zip(*padded, strict=True)
        ]
        if (
            not names
            and len(self.body) > 1
            and all(not cell.replace(".", "").isdigit() for cell in self.body[0])
        ):
            names, self.body = self.body[0], self.body[1:]
        labels = min(self.labels, len(names))
        rows = tuple(map(tuple, self.body))
        return TextTable(header=tuple(names[labels:]), index=tuple(names[:labels]), rows=rows)


def _span(value: str | None) -> int:
    """Read how many rows or columns a cell takes."""
    found = _SPAN.fullmatch(value or "")
    return max(1, int(found[0])) if found else 1
