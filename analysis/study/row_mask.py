"""Remembering which rows of a table break a rule, in a bit per row or less."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["RowMask"]


@dataclass(frozen=True, kw_only=True, eq=False)
class RowMask:
    """Which rows break a rule, without a copy of any of them.

    Parameters
    ----------
    packed : bytes
        One bit per row, in the order of the rows, compressed.
    length : int
        Rows of the table.
    are_lines : bool
        Whether the bits stand for lines of the file instead of rows of the table: so it is where
        the file could not be read as a table.

    Examples
    --------
    >>> mask = RowMask.of_rows(np.array([False, True, True]))
    >>> mask
    RowMask(2 of 3)
    >>> mask.rows().tolist()
    [3, 4]
    """

    packed: bytes
    length: int
    are_lines: bool = False

    @classmethod
    def of_rows(cls, broken: pd.Series | npt.NDArray[np.bool_]) -> RowMask:
        """Remember rows of a table.

        Parameters
        ----------
        broken : pandas.Series or array of bool, shape (n,)
            True where a rule is broken, in the order of the table; without missing values.

        Returns
        -------
        RowMask
            The same, packed.
        """
        bits = np.asarray(broken, dtype=bool)
        # level 1: broken rows are rare or all alike, so that more effort gains nothing
        return cls(packed=zlib.compress(np.packbits(bits).tobytes(), 1), length=len(bits))

    @classmethod
    def of_lines(cls, lines: Sequence[int]) -> RowMask:
        """Remember lines of a file.

        Parameters
        ----------
        lines : sequence of int
            Lines as an editor counts them, from 2, since line 1 is the header.

        Returns
        -------
        RowMask
            Its rows are these lines, in rising order.
        """
        bits = np.zeros(max(lines, default=1) - 1, dtype=bool)
        bits[np.asarray(lines, dtype=np.intp) - 2] = True
        mask = cls.of_rows(bits)
        return cls(packed=mask.packed, length=mask.length, are_lines=True)

    def positions(self) -> npt.NDArray[np.intp]:
        """Say which rows are broken, counted from 0 as NumPy does.

        Returns
        -------
        numpy.ndarray of int
            Positions in rising order.
        """
        packed = np.frombuffer(zlib.decompress(self.packed), dtype=np.uint8)
        return np.flatnonzero(np.unpackbits(packed, count=self.length))

    def rows(self) -> npt.NDArray[np.intp]:
        """Say which rows are broken, the header being row 1.

        Returns
        -------
        numpy.ndarray of int
            Row numbers in rising order, or lines of the file where `are_lines`.
        """
        return self.positions() + 2

    def __repr__(self) -> str:
        """Show how many rows are remembered, and not which."""
        return f"RowMask({len(self.positions())} of {self.length})"
