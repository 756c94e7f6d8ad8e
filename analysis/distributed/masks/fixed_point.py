"""Doubles as whole multiples of a power of two, modulo 2**128, and back.

A number is two limbs of 64 bits: row 0 holds the high ones, row 1 the low ones, negative numbers
are two's complements. Addition wraps around, which is what masks need; what a sum may reach is
bounded beforehand, so that the sum itself never does.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from analysis.errors import DataError

__all__ = ["add_to", "from_limbs", "largest_value", "subtract_from", "to_limbs"]

FloatArray = npt.NDArray[np.float64]
Limbs = npt.NDArray[np.uint64]

_WORD = 64
_MANTISSA = 53


def largest_value(fixed_bits: int, n_sites: int) -> float:
    """Bound below which the numbers of each site must stay so that no sum wraps around.

    Parameters
    ----------
    fixed_bits : int
        Binary places after the point.
    n_sites : int
        Sites whose numbers are added.

    Returns
    -------
    float
        ``2**(127 - fixed_bits) / n_sites``.

    Examples
    --------
    >>> largest_value(64, 2) == 2.0**62
    True
    """
    return math.ldexp(1.0, 127 - fixed_bits) / n_sites


def to_limbs(values: FloatArray, *, fixed_bits: int, n_sites: int) -> Limbs:
    """Round doubles to multiples of ``2**-fixed_bits``, ties to even.

    Parameters
    ----------
    values : array, shape (k,)
        Finite numbers.
    fixed_bits : int
        Binary places after the point.
    n_sites : int
        Sites whose numbers are added.

    Returns
    -------
    array of uint64, shape (2, k)
        Exact wherever the double has no digit below the resolution; both zeros are 0.

    Raises
    ------
    DataError
        When numbers are not finite, or as large as `largest_value`.
    """
    bound = largest_value(fixed_bits, n_sites)
    beyond = int(np.sum(~(np.abs(values) < bound)))  # also where a comparison with NaN fails
    if beyond:
        raise DataError(
            f"{beyond:,} of {values.size:,} numbers are missing, infinite, or not between "
            f"±{bound:.3g}, the most that {n_sites} sites may each send with {fixed_bits} binary "
            "places. Agree on fewer places, or scale the outcome."
        )
    fractions, exponents = np.frexp(np.abs(values))
    whole = np.ldexp(fractions, _MANTISSA).astype(np.uint64)
    shifts = exponents.astype(np.int64) - _MANTISSA + fixed_bits
    limbs = _shifted_left(whole, np.maximum(shifts, 0))
    limbs[1] = np.where(shifts < 0, _halved(whole, np.maximum(-shifts, 0)), limbs[1])
    return _negated_where(limbs, np.signbit(values))


def _left(words: Limbs, shifts: npt.NDArray[np.int64]) -> Limbs:
    """Shift words to higher places; shifts outside 0 to 63 give 0, which C leaves undefined."""
    inside = (shifts >= 0) & (shifts < _WORD)
    shifted: Limbs = words << np.where(inside, shifts, 0).astype(np.uint64)
    return shifted * inside


def _right(words: Limbs, shifts: npt.NDArray[np.int64]) -> Limbs:
    """Shift words to lower places; shifts outside 0 to 63 give 0."""
    inside = (shifts >= 0) & (shifts < _WORD)
    shifted: Limbs = words >> np.where(inside, shifts, 0).astype(np.uint64)
    return shifted * inside


def _shifted_left(words: Limbs, shifts: npt.NDArray[np.int64]) -> Limbs:
    """Multiply words by powers of two, shape (2, k); bits that cross go to the high limb."""
    crossing = _right(words, _WORD - shifts) | _left(words, shifts - _WORD)
    return np.stack([crossing, _left(words, shifts)])


def _halved(words: Limbs, shifts: npt.NDArray[np.int64]) -> Limbs:
    """Divide mantissas by powers of two, to the nearest whole number, ties to the even one."""
    kept = _right(words, shifts)
    rest = words - _left(kept, shifts)
    half = _left(np.ones_like(words), shifts - 1)
    up = (rest > half) | ((rest == half) & (kept & np.uint64(1) == 1))
    up &= half > 0  # no half: not shifted, or so far that less than half is left
    rounded: Limbs = kept + up
    return rounded


def _negated_where(limbs: Limbs, negative: npt.NDArray[np.bool_]) -> Limbs:
    """Take two's complements."""
    low = ~limbs[1] + np.uint64(1)
    high = ~limbs[0] + (low == 0)
    return np.where(negative, np.stack([high, low]), limbs)


def from_limbs(limbs: Limbs, *, fixed_bits: int) -> FloatArray:
    """Give the doubles nearest to multiples of ``2**-fixed_bits``, ties to even.

    Parameters
    ----------
    limbs : array of uint64, shape (2, k)
        Of `to_limbs`, or sums of such.
    fixed_bits : int
        Binary places after the point.

    Returns
    -------
    array, shape (k,)
        Correctly rounded once.
    """
    negative = limbs[0] >> np.uint64(_WORD - 1) == 1
    high, low = _negated_where(limbs, negative)
    # one bit too many where the high limb rounds up to a power of two: no harm, 63 bits are enough
    length = np.frexp(high.astype(np.float64))[1].astype(np.int64)
    window = _left(high, _WORD - length) | _right(low, length)
    lost = _left(low, _WORD - length) != 0  # one bit that says "and something more" rounds right
    magnitude: FloatArray = np.ldexp((window | lost).astype(np.float64), length - fixed_bits)
    return np.where(negative, -magnitude, magnitude)


def add_to(total: Limbs, limbs: Limbs) -> None:
    """Add limbs to a total in place, modulo 2**128.

    Parameters
    ----------
    total, limbs : array of uint64, shape (2, k)
        The first is changed.
    """
    total[1] += limbs[1]
    total[0] += limbs[0]
    total[0] += total[1] < limbs[1]


def subtract_from(total: Limbs, limbs: Limbs) -> None:
    """Subtract limbs from a total in place, modulo 2**128.

    Parameters
    ----------
    total, limbs : array of uint64, shape (2, k)
        The first is changed.
    """
    total[0] -= total[1] < limbs[1]
    total[0] -= limbs[0]
    total[1] -= limbs[1]
