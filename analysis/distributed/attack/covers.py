"""Which whole-number rows have given sums of products, when all rows that may occur are listed."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["rows_in_every_cover"]

IntArray = np.ndarray[Any, np.dtype[np.int64]]

_NODES = 2_000
_SOLUTIONS = 64
_ROUND_OFF = 1e-6


class _TooManyError(Exception):
    """The search was cut short."""


def rows_in_every_cover(gram: IntArray, n: int, candidates: IntArray) -> IntArray | None:
    """Find the rows that every set of `n` rows with these sums of products has.

    Parameters
    ----------
    gram : array of int, shape (r, r)
        Sums of products of the unknown rows.
    n : int
        Number of rows, at least 1.
    candidates : array of int, shape (k, r)
        All rows that may occur.

    Returns
    -------
    array of int, shape (s, r), or None
        Rows that are certain, as often as they are; None when the search would take too long.

    References
    ----------
    Plesken W (1995). Linear Algebra and its Applications 226-228:331-344.
    """
    search = _Search(candidates)
    try:
        search.extend(gram, n, np.arange(len(candidates)), ())
    except _TooManyError:
        return None
    times = [np.bincount(found, minlength=len(candidates)) for found in search.found]
    if not times:
        return candidates[:0]
    return np.asarray(np.repeat(candidates, np.min(times, axis=0), axis=0))


class _Search:
    """Sets of rows, each in the order of the candidates."""

    def __init__(self, candidates: IntArray) -> None:
        self.candidates = candidates
        self.found: list[tuple[int, ...]] = []
        self.nodes = 0

    def extend(self, rest: IntArray, n: int, allowed: IntArray, chosen: tuple[int, ...]) -> None:
        """Add one more row in every way that leaves sums of squares."""
        if n == 0:
            if not rest.any():
                self._keep(chosen)
            return
        self.nodes += 1
        if self.nodes > _NODES:
            raise _TooManyError
        allowed = self._fitting(rest, n, allowed)
        for place, index in enumerate(allowed):
            row = self.candidates[index]
            self.extend(rest - np.outer(row, row), n - 1, allowed[place:], (*chosen, int(index)))

    def _fitting(self, rest: IntArray, n: int, allowed: IntArray) -> IntArray:
        """Keep the candidates that can be one of the rows behind the rest."""
        values, vectors = np.linalg.eigh(rest.astype(float))
        small = _ROUND_OFF * max(1.0, float(values[-1]))
        is_used = values > small
        if values[0] < -small or is_used.sum() > n:
            return allowed[:0]
        turned = self.candidates[allowed] @ vectors
        share = np.square(turned[:, is_used]) @ (1.0 / values[is_used])
        outside = np.square(turned[:, ~is_used]).sum(axis=1)
        fits = (share <= 1.0 + _ROUND_OFF) & (outside <= _ROUND_OFF * (1.0 + values[-1]))
        return np.asarray(allowed[fits])

    def _keep(self, chosen: tuple[int, ...]) -> None:
        """Note a set of rows."""
        self.found.append(chosen)
        if len(self.found) > _SOLUTIONS:
            raise _TooManyError
