"""Short vectors of the lattice behind a Gram matrix: combinations that few patients have.

Of whole-number columns ``W`` only ``G = W'W`` is known. A whole-number combination ``v`` of the
columns has ``v'Gv`` as its sum of squares, so that at most ``v'Gv`` patients have anything but 0
in it. Where it is 1 there is one such patient, and ``Gv`` is his row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.results import FloatArray

__all__ = ["Reduced", "reduce_gram"]

IntArray = np.ndarray[Any, np.dtype[np.int64]]

_DELTA = 0.99
_STEPS = 20_000
_ROUNDS = 30
_ROUND_OFF = 1e-9
_LARGEST_FACTOR = 1 << 48
LARGEST = 1 << 45
"""Sums above this would lose digits in the reduction."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Reduced:
    """A basis of short combinations of the columns.

    Parameters
    ----------
    gram : array of int, shape (r, r)
        Gram matrix of the combinations; positive definite where the work was completed.
    basis : array of int, shape (d, r)
        The combinations.
    null : array of int, shape (d, d - r)
        Combinations that are 0 for every patient.
    is_complete : bool
        False when the work was cut short; what was found holds all the same.
    """

    gram: IntArray
    basis: IntArray
    null: IntArray
    is_complete: bool

    def rows_of(self) -> FloatArray:
        """Say how a patient's row follows from the patient's values in the combinations, (r, d)."""
        whole = np.concatenate([self.null, self.basis], axis=1).astype(float)
        inverse = np.rint(np.linalg.inv(whole))  # of determinant 1 or -1
        return np.asarray(inverse[self.null.shape[1] :])


def reduce_gram(gram: IntArray) -> Reduced:
    """Find short combinations of columns by the algorithm of Lenstra, Lenstra and Lovász.

    Parameters
    ----------
    gram : array of int, shape (d, d)
        Sums of products of whole-number columns; may be singular.

    Returns
    -------
    Reduced
        Basis of the combinations. Sums are exact; only the order of the work rests on rounded
        numbers, so that rounding can cost short vectors and never invents one.

    References
    ----------
    Cohen H (1993). A Course in Computational Algebraic Number Theory, algorithms 2.6.3 and 2.6.8.
    """
    work = _Work(gram)
    k, steps = 1, 0
    while k < len(gram) and steps < _STEPS and work.is_exact():
        steps += 1
        work.shorten(k)
        if work.is_long_enough(k):
            k += 1
        else:
            work.swap(k)
            k = max(k - 1, 1)
    is_zero = np.diag(work.gram) == 0
    kept = ~is_zero
    return Reduced(
        gram=work.gram[np.ix_(kept, kept)],
        basis=work.basis[:, kept],
        null=work.basis[:, is_zero],
        is_complete=k >= len(gram),
    )


class _Work:
    """A basis in the making: exact sums, and the orthogonalised basis in rounded numbers."""

    def __init__(self, gram: IntArray) -> None:
        self.gram = gram.copy()
        self.basis: IntArray = np.eye(len(gram), dtype=np.int64)
        self.mu = np.zeros(gram.shape)
        self.lengths = np.zeros(len(gram))
        self.orthogonalise(0)

    def orthogonalise(self, k: int) -> None:
        """Compute what is left of vector `k` beside those before it."""
        along = np.zeros(k)  # inner products with the orthogonalised vectors before
        for j in range(k):
            along[j] = self.gram[k, j] - self.mu[j, :j] @ along[:j]
            self.mu[k, j] = along[j] / self.lengths[j] if self.lengths[j] > 0.0 else 0.0
        rest = float(self.gram[k, k] - self.mu[k, :k] @ along)
        self.lengths[k] = rest if rest > _ROUND_OFF * max(1.0, float(self.gram[k, k])) else 0.0

    def shorten(self, k: int) -> None:
        """Take multiples of the vectors before from vector `k`, until nothing changes."""
        for _ in range(_ROUNDS):
            self.orthogonalise(k)
            changed = False
            for j in range(k - 1, -1, -1):
                times = int(np.rint(self.mu[k, j]))
                if times and self.lengths[j] > 0.0:
                    changed = True
                    self.subtract(k, j, times)
                    self.mu[k, :j] -= times * self.mu[j, :j]
                    self.mu[k, j] -= times
            if not changed:
                return

    def subtract(self, k: int, j: int, times: int) -> None:
        """Replace vector `k` by itself less a multiple of vector `j`."""
        self.basis[:, k] -= times * self.basis[:, j]
        self.gram[k] -= times * self.gram[j]
        self.gram[:, k] -= times * self.gram[:, j]

    def is_exact(self) -> bool:
        """Say whether the combinations are still whole numbers that the machine holds exactly."""
        return bool(np.abs(self.basis).max() < _LARGEST_FACTOR)

    def is_long_enough(self, k: int) -> bool:
        """Say whether vectors `k` - 1 and `k` may keep their order."""
        least = (_DELTA - self.mu[k, k - 1] ** 2) * self.lengths[k - 1]
        return bool(self.lengths[k] >= least)

    def swap(self, k: int) -> None:
        """Exchange vectors `k` - 1 and `k`."""
        order = np.arange(len(self.gram))
        order[[k - 1, k]] = order[[k, k - 1]]
        self.basis = self.basis[:, order]
        self.gram = self.gram[np.ix_(order, order)]
        self.orthogonalise(k - 1)
