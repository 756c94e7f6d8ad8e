"""A column of text as its different entries and a code per row, so that each entry is read once.

Files of clinics repeat ids, dates and labels many times: cleaning, converting and comparing
happens on the entries, and rows only follow their codes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

__all__ = ["INVISIBLE", "Cells", "plain"]

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

INVISIBLE = dict.fromkeys(map(ord, "\x00\ufeff\u200b\u200e\u200f"))
"""Characters that nobody sees and that some programs leave in texts; for `str.translate`."""

_ALIKE = {**INVISIBLE, **str.maketrans("‘’‑\u2013", "''--")}


def plain(text: str) -> str:
    r"""Spell a text as texts are compared: one space for any, no case, no NUL.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The same for texts that look the same.

    Examples
    --------
    >>> plain(" Date\n of  BIRTH ")
    'date of birth'
    """
    return " ".join(text.translate(_ALIKE).split()).casefold()


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Cells:
    """One column of text.

    Parameters
    ----------
    codes : numpy.ndarray of int, shape (n_rows,)
        Position of each row's text among the entries; -1 for an empty cell.
    entries : tuple of str
        The different texts.

    Examples
    --------
    >>> cells = Cells.of(["a", None, " a", "n/a"]).cleaned(("N/A",))
    >>> cells.codes.tolist(), cells.entries
    ([0, -1, 0, -1], ('a',))
    """

    codes: Codes
    entries: tuple[str, ...]

    @classmethod
    def of(cls, values: Iterable[str | None]) -> Cells:
        """Collect the different texts of a column; None is an empty cell."""
        codes, entries = pd.factorize(np.array([*values, None], dtype=object)[:-1])
        return cls(codes=codes.astype(np.int64), entries=tuple(entries))

    @classmethod
    def of_arrow(cls, column: pa.ChunkedArray) -> Cells:
        """Collect the different texts of a column of Arrow strings."""
        whole = column.combine_chunks().dictionary_encode()
        if isinstance(whole, pa.ChunkedArray):  # one chunk, or none, stays chunked in some versions
            whole = whole.unify_dictionaries().combine_chunks()
            whole = whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
        codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return cls(codes=codes.astype(np.int64), entries=tuple(whole.dictionary.to_pylist()))

    @classmethod
    def joined(cls, parts: Sequence[Cells]) -> Cells:
        """Put columns below one another."""
        if len(parts) == 1:
            return parts[0]
        found, entries = pd.factorize(
            np.array([entry for part in parts for entry in part.entries] + [None], dtype=object)
        )
        starts = np.cumsum([0, *(len(part.entries) for part in parts)])
        codes = [
            np.append(found[start : start + len(part.entries)], -1)[part.codes]
            for start, part in zip(starts, parts, strict=False)
        ]
        return cls(codes=np.concatenate(codes).astype(np.int64), entries=tuple(entries))

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def filled(self) -> Flags:
        """Which cells hold something, shape (n_rows,)."""
        return np.asarray(self.codes >= 0)

    def recoded(self, change: Callable[[str], str | None]) -> Cells:
        """Change every entry; None, or a text that is empty then, makes an empty cell."""
        changed = np.array([change(entry) or None for entry in self.entries] + [None], dtype=object)
        found, entries = pd.factorize(changed)
        return Cells(codes=found.astype(np.int64)[self.codes], entries=tuple(entries))

    def cleaned(self, missing: Sequence[str] = ()) -> Cells:
        """Take off spaces and NUL, and empty the cells with a code for a missing value."""
        codes = {plain(code) for code in missing}

        def clean(entry: str) -> str | None:
            text = entry.translate(INVISIBLE).strip()
            return None if plain(text) in codes else text

        return self.recoded(clean)

    def take(self, rows: Codes | Flags) -> Cells:
        """Choose rows, by position or by a flag per row."""
        return Cells(codes=self.codes[rows], entries=self.entries)

    def used(self) -> Flags:
        """Which entries stand in any row, shape (n_entries,)."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.entries)) > 0

    def floats(self, values: Floats) -> Floats:
        """Give each row the number of its entry; NaN for empty cells."""
        return np.append(values, np.nan)[self.codes]

    def flags(self, values: Flags) -> Flags:
        """Give each row the flag of its entry; False for empty cells."""
        return np.append(values, False)[self.codes]

    def text(self) -> pd.Series:
        """Give each row its text as a column of strings."""
        entries = pd.array([*self.entries, pd.NA], dtype="string")
        return pd.Series(entries.take(self.codes))
