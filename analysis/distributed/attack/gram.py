"""Attack on the sums of products of some patients: whose row follows from them, with certainty.

Three ways, each exact in whole numbers: combinations of columns that one patient has alone
(reduction.py), columns at the end of their range for all but a few, and the list of all rows that
may occur, as long as it is short (covers.py). A patient who is found is taken out of the sums, and
the search begins again. What may be so, but need not, is never claimed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from analysis.distributed.attack.covers import rows_in_every_cover
from analysis.distributed.attack.findings import (
    ALONE,
    AT_END,
    DETERMINED,
    FEW,
    FEW_AT_END,
    LISTED,
    PART,
    SAME,
    SATURATED,
    TOO_FEW,
    TWO,
    GramAttack,
    GramColumns,
    Left,
)
from analysis.distributed.attack.points import expected_points, points_within
from analysis.distributed.attack.reduction import LARGEST, Reduced, reduce_gram
from analysis.distributed.attack.whole_numbers import (
    most_away_from_end,
    scaled_gram,
    whole_scales,
)
from analysis.results import FloatArray

__all__ = ["attack_gram"]

IntArray = np.ndarray[Any, np.dtype[np.int64]]

_LIMIT = 20_000
_WIDEST = 60
_ROUND_OFF = 1e-6


def attack_gram(
    gram: FloatArray, n: int, columns: GramColumns, *, minimum: int = 11, limit: int = _LIMIT
) -> GramAttack:
    """Find the patients whose rows follow from sums of products.

    Parameters
    ----------
    gram : array, shape (d, d)
        Sums of products of the columns over the patients.
    n : int
        Number of patients.
    columns : GramColumns
        What is known about the columns.
    minimum : int
        Groups of fewer patients are small.
    limit : int
        Most possible rows that are listed.

    Returns
    -------
    GramAttack
        Rows that are certain. The work is bounded, and the same sums give the same result.
    """
    scales = whole_scales(gram)
    used = np.flatnonzero(scales)
    whole = scaled_gram(gram[np.ix_(used, used)], scales[used])
    left = Left(gram=np.array(gram, dtype=float), whole=whole, n=n)
    if 0 < n < minimum:
        left.note(TOO_FEW, n)
    elif _rank(left.gram) >= n:
        left.note(SATURATED, n)
    left.untried = _untried(whole, used, columns)
    if not left.untried:
        _Search(left, columns, scales, used, minimum, limit).run()
    shape = (len(left.rows), len(gram))
    return GramAttack(
        rows=np.array(left.rows).reshape(shape),
        ways=tuple(left.ways),
        groups=left.groups if left.n else {},
        possible=left.possible,
        untried=left.untried,
    )


def _untried(whole: IntArray, used: IntArray, columns: GramColumns) -> str:
    """Say why sums cannot be searched; empty when they can."""
    if columns.constant not in used:
        return "sums without a number of patients"
    if np.abs(whole).max() > LARGEST:
        return "sums of too many digits"
    return f"sums of more than {_WIDEST} columns" if used.size > _WIDEST else ""


class _Search:
    """The ways in turn, until none finds another patient."""

    def __init__(
        self,
        left: Left,
        columns: GramColumns,
        scales: FloatArray,
        used: IntArray,
        minimum: int,
        limit: int,
    ) -> None:
        self.left, self.columns, self.limit = left, columns, limit
        self.scales, self.used, self.minimum = scales[used], used, minimum
        self.constant = int(np.flatnonzero(used == columns.constant)[0])
        ranges = (columns.low[used] * self.scales, columns.high[used] * self.scales)
        squares, totals = np.diag(left.whole), left.whole[self.constant]
        self.is_indicator = squares == totals  # x(x - 1) >= 0 in whole numbers, and adds up to 0
        self.low = np.where(self.is_indicator, np.maximum(ranges[0], 0.0), ranges[0])
        self.high = np.where(self.is_indicator, np.minimum(ranges[1], 1.0), ranges[1])

    def run(self) -> None:
        """Find patients until no more are found, then the small groups."""
        while self.left.n > 0:
            reduced = reduce_gram(self.left.whole)
            self.left.untried = "" if reduced.is_complete else "combinations of columns, cut short"
            short = self._short(reduced)
            if not (
                self._take_alone(short)
                or self._take_at_end()
                or self._take_two()
                or self._take_listed(reduced)
                or self._take_parts()
            ):
                self._note_groups(reduced, short)
                return

    def _short(self, reduced: Reduced) -> IntArray:
        """List combinations of columns that few patients have, shape (d, k)."""
        squares = np.diag(reduced.gram)
        alone = reduced.basis[:, squares == 1]
        if alone.size or not reduced.is_complete:
            return alone
        points = points_within(reduced.gram.astype(float), self.minimum - 1.0, self.limit)
        if points is None:
            return reduced.basis[:, squares < self.minimum]
        points = points[points.any(axis=1)]
        return np.asarray(reduced.basis @ points.T)

    def _take_alone(self, short: IntArray) -> bool:
        """Take out the patients who have a combination alone."""
        before = self.left.n
        for vector in short.T:
            if int(vector @ self.left.whole @ vector) == 1:
                self._take_along(vector, 1, ALONE)
        return self.left.n < before

    def _take_along(self, vector: IntArray, value: int, way: str) -> None:
        """Take out the one patient in whom a combination is not 0, but plus or minus `value`."""
        whole = self.left.whole @ vector
        unit = int(self.scales[self.constant])
        times = value if whole[self.constant] > 0 else -value
        if (whole % value).any() or whole[self.constant] != times * unit:
            return  # no patient's row: the columns are not what they seem
        factors = np.zeros(len(self.left.gram))
        factors[self.used] = vector * self.scales
        row = self.left.gram @ factors / times
        row[self.used] = whole // times / self.scales
        if self._fits(whole // times):
            self.left.take(row, whole // times, way)

    def _fits(self, rows: IntArray) -> Any:
        """Say which rows have the constant, and values in the range of their columns."""
        inside = (rows >= self.low) & (rows <= self.high)
        return inside.all(axis=-1) & (rows[..., self.constant] == self.scales[self.constant])

    def _at_ends(self) -> Iterator[IntArray]:
        """Yield each column counted from an end of its range."""
        for column in range(self.used.size):
            for sign, end in ((1, self.low[column]), (-1, self.high[column])):
                if np.isfinite(end) and not self.is_indicator[column]:
                    vector = np.zeros(self.used.size, dtype=np.int64)
                    vector[column] = sign
                    vector[self.constant] = -sign * round(end)
                    yield vector

    def _take_at_end(self) -> bool:
        """Take out the patients who alone are not at the end of the range of a column."""
        before = self.left.n
        for vector in self._at_ends():
            total, squares = self._sums_along(vector)
            if total > 0 and most_away_from_end(total, squares, 2) == 1:
                self._take_along(vector, total, AT_END)
        return self.left.n < before

    def _sums_along(self, vector: IntArray) -> tuple[int, int]:
        """Return the sum of a combination and of its squares."""
        along = self.left.whole @ vector
        return int(along[self.constant]), int(along @ vector)

    def _take_two(self) -> bool:
        """Take out the last two: their sums give the mean, their squares how far they are off."""
        if self.left.n != 2:
            return False
        mean = self.left.gram[self.columns.constant] / 2.0
        squares = self.left.gram / 2.0 - np.outer(mean, mean)
        column = int(np.argmax(np.diag(squares)))
        off = squares[column] / np.sqrt(max(float(squares[column, column]), _ROUND_OFF))
        rows = np.stack([mean + off, mean - off])
        return self._take_if_rows(rows, TWO)

    def _take_if_rows(self, rows: FloatArray, way: str) -> bool:
        """Take out completed rows, if they are whole where they must be, and in range."""
        whole = rows[:, self.used] * self.scales
        if np.isnan(whole).any() or (np.abs(whole - np.rint(whole)) > _ROUND_OFF).any():
            return False
        numbers = np.rint(whole).astype(np.int64)
        if not self._fits(numbers).all():
            return False
        for row, own in zip(rows, numbers, strict=True):
            self.left.take(row, own, way)
        return True

    def _take_listed(self, reduced: Reduced) -> bool:
        """Take out the rows that all sets of rows with these sums have."""
        if not reduced.is_complete:
            return False
        form = np.linalg.inv(reduced.gram.astype(float))
        self.left.possible = max(expected_points(form, 1.0), 0.0)
        if 10.0**self.left.possible > self.limit:
            return False
        points = points_within(form, 1.0, self.limit)
        if points is None:
            return False
        rows_of = reduced.rows_of()
        points = points[self._fits(np.rint(points @ rows_of).astype(np.int64))]
        certain = rows_in_every_cover(reduced.gram, self.left.n, points)
        if certain is None or not len(certain):
            return False
        self._take_rows(np.rint(certain @ rows_of).astype(np.int64), LISTED)
        return True

    def _take_rows(self, whole: IntArray, way: str) -> None:
        """Take out rows that are known in the whole-number columns, completed if all are."""
        rows = np.full((len(whole), len(self.left.gram)), np.nan)
        if len(whole) == self.left.n:
            rows = _completed(whole / self.scales, self.left.gram[self.used])
        rows[:, self.used] = whole / self.scales
        for row, numbers in zip(rows, whole, strict=True):
            self.left.take(row, numbers, way)

    def _take_parts(self) -> bool:
        """Attack the sums of small parts of the patients; take out a part that is found whole."""
        before = self.left.n
        for part in self.columns.parts:
            gram = part.T @ self.left.gram @ part
            n = round(float(gram[0, 0]))
            if not 0 < n < min(self.minimum, self.left.n):
                continue
            wide = np.full(len(gram), np.inf)
            inner = attack_gram(
                gram, n, GramColumns(constant=0, low=-wide, high=wide), minimum=self.minimum
            )
            if len(inner.rows) == n and not np.isnan(inner.rows).any():
                self._take_if_rows(_completed(inner.rows, part.T @ self.left.gram), PART)
        return self.left.n < before

    def _note_groups(self, reduced: Reduced, short: IntArray) -> None:
        """Note what is told about groups of which no patient was found."""
        if short.size:
            squares = np.einsum("ik,ij,jk->k", short, self.left.whole, short)
            self.left.note(FEW, int(squares.min()))
        outcome = np.isin(self.used, self.columns.outcome)
        for vector in self._at_ends():
            total, squares = self._sums_along(vector)
            most = most_away_from_end(total, squares, self.minimum)
            if total > 0 and most < self.minimum:
                self.left.note(FEW_AT_END, most)
        squares, totals = np.diag(self.left.whole), self.left.whole[self.constant]
        is_same = squares * int(squares[self.constant]) == totals**2
        is_number = np.isin(self.used, self.columns.numbers) & ~self.is_indicator
        if (is_same & is_number).any():
            self.left.note(SAME, self.left.n)
        if reduced.null[outcome].any():
            self.left.note(DETERMINED, self.left.n)


def _rank(gram: FloatArray) -> int:
    """Count the independent columns behind sums of products."""
    lengths = np.sqrt(np.maximum(np.diag(gram), 0.0))
    unit = gram / np.outer(*[np.where(lengths > 0.0, lengths, 1.0)] * 2)
    return int(np.linalg.matrix_rank(unit, tol=_ROUND_OFF, hermitian=True))


def _completed(known: FloatArray, products: FloatArray) -> FloatArray:
    """Compute all columns of rows from some, (n, s), and their sums of products, (s, d).

    Missing where the known columns do not tell the patients apart.
    """
    if np.linalg.matrix_rank(known) < len(known):
        return np.full((len(known), products.shape[1]), np.nan)
    return np.asarray(np.linalg.pinv(known.T) @ products)
