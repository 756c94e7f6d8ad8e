"""Rows of a source with the patient of each, and which of them a part of the mapping means."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from analysis.formats.faults import fault, row_fault
from analysis.formats.mapping_parts import Condition, Recipe, Source
from analysis.formats.reading.cells import Cells, plain
from analysis.formats.reading.sheet import Sheet
from analysis.study import Finding

__all__ = ["Rows", "headers_of", "missing_columns"]

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """Rows of one source.

    Parameters
    ----------
    source : Source
        What the mapping says about it.
    sheet : Sheet
        Its cells.
    client : numpy.ndarray of int, shape (n_rows,)
        Number of the patient of each row; -1 for none.
    findings : list of Finding
        What is noticed while columns are made is added here.
    left_out : dict of str to int
        Rows that are not among them, by reason.
    """

    source: Source
    sheet: Sheet
    client: npt.NDArray[np.int64]
    findings: list[Finding]
    left_out: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.client)

    def cells(self, header: str, missing: Sequence[str] = ()) -> Cells:
        """Return a column; one that is not there (which was found before) is empty."""
        cells = self.sheet.cells(header)
        if cells is None:
            return Cells(codes=np.full(len(self), -1, dtype=np.int64), entries=())
        return cells.cleaned(missing) if missing else cells

    def keep(self, flags: Flags, reason: str) -> Rows:
        """Choose rows, and count the others under a reason."""
        gone = int((~flags).sum())
        if not gone:
            return self
        left_out = {**self.left_out, reason: self.left_out.get(reason, 0) + gone}
        return Rows(
            source=self.source,
            sheet=self.sheet.take(flags),
            client=self.client[flags],
            findings=self.findings,
            left_out=left_out,
        )

    def say(
        self,
        rule: str,
        path: str,
        what: str,
        remedy: str,
        broken: Flags,
        *,
        warn: bool = False,
    ) -> None:
        """Add a finding about some of the rows; none when no row is concerned."""
        self.findings.extend(
            row_fault(
                rule,
                self.source.name,
                what,
                remedy,
                column=path,
                lines=self.sheet.lines,
                broken=broken,
                severity="warning" if warn else "error",
            )
        )

    def chosen(self, conditions: Iterable[Condition]) -> Rows:
        """Choose the rows for which every condition holds."""
        flags = np.ones(len(self), dtype=bool)
        for condition in conditions:
            flags &= self._holds(condition)
        return self.keep(flags, "not among the rows that the mapping chooses")

    def _holds(self, condition: Condition) -> Flags:
        """Tell for each row whether a condition holds."""
        cells = self.cells(condition.column)
        flags = np.ones(len(self), dtype=bool)
        spelt = [plain(entry) for entry in cells.entries]
        if condition.among:
            wanted = {plain(text) for text in condition.among}
            flags &= cells.flags(np.array([text in wanted for text in spelt], dtype=bool))
        if condition.outside:
            barred = {plain(text) for text in condition.outside}
            flags &= ~cells.flags(np.array([text in barred for text in spelt], dtype=bool))
        if condition.filled is not None:
            flags &= cells.filled == condition.filled
        return flags


def headers_of(recipe: Recipe | None) -> Iterator[tuple[str, str]]:
    """List the headers that a recipe names, each with its path in the mapping."""
    if recipe is None:
        return
    for header in (recipe.column, recipe.other, recipe.unit_column):
        if header:
            yield header, recipe.path
    yield from headers_of(recipe.weight)


def missing_columns(sheet: Sheet, wanted: Iterable[tuple[str, str]]) -> list[Finding]:
    """Say which columns of the mapping a file lacks, or has more than once.

    Parameters
    ----------
    sheet : Sheet
        A source.
    wanted : iterable of (str, str)
        Headers and their paths in the mapping.

    Returns
    -------
    list of Finding
        One per path, with the position of a column that looks like it.
    """
    found = []
    spelt = [plain(header) for header in sheet.header]
    for header, path in dict.fromkeys(wanted):
        if sheet.position(header) is not None:
            continue
        first = f"{plain(header)} [1]"
        if first in spelt:
            what = "The file has this header more than once."
            remedy = 'Say which is meant, with " [1]" or " [2]" behind the header.'
            found.append(fault("FMT-028", sheet.source, what, remedy, column=path))
            continue
        near = difflib.get_close_matches(plain(header), spelt, 1, 0.6)
        hint = f"Column {spelt.index(near[0]) + 1} looks like it. " if near else ""
        what = "The file has no column with this header, or a pattern fits more than one."
        remedy = f"{hint}Correct the header in the mapping."
        found.append(fault("FMT-029", sheet.source, what, remedy, column=path))
    return found
