"""Elementary functions that give the same bits on every machine.

Only addition, subtraction, multiplication, division, square roots and powers of two are used,
which IEEE 754 fixes to the last bit; logarithms and exponentials of a system's library differ
between systems, processors and versions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["Floats", "exponential", "latent", "log_odds", "logarithm", "normal_quantile", "share"]

Floats = npt.NDArray[np.float64]

_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_SQRT_HALF = 0.7071067811865476
# 1 / (2k + 1): the series of the inverse hyperbolic tangent, enough terms for |s| <= 0.172
_ATANH = tuple(1.0 / (2 * k + 1) for k in range(12, -1, -1))
_LARGEST_EXPONENT = 700.0


def _polynomial(x: Floats, coefficients: Sequence[float]) -> Floats:
    """Evaluate a polynomial by Horner's rule, highest power first."""
    value = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        value *= x
        value += coefficient
    return value


def logarithm(x: Floats) -> Floats:
    """Take the natural logarithm of positive numbers, to about 1e-15.

    Parameters
    ----------
    x : numpy.ndarray
        Positive numbers, any shape.

    Returns
    -------
    numpy.ndarray
        Same shape.

    Examples
    --------
    >>> logarithm(np.array([1.0, 2.0])).round(12).tolist()
    [0.0, 0.69314718056]
    """
    mantissa, exponent = np.frexp(np.asarray(x, dtype=np.float64))
    small = mantissa < _SQRT_HALF
    mantissa = np.where(small, 2.0 * mantissa, mantissa)
    power = exponent - small.astype(np.int64)
    s = (mantissa - 1.0) / (mantissa + 1.0)
    series = 2.0 * s * _polynomial(s * s, _ATANH)
    result: Floats = power * _LN2_HIGH + (series + power * _LN2_LOW)
    return result


_FACTORIALS = (1, 1, 2, 6, 24, 120, 720, 5040, 40320, 362880, 3628800, 39916800, 479001600)
_EXP = tuple(1.0 / factorial for factorial in reversed(_FACTORIALS))


def exponential(x: Floats) -> Floats:
    """Take the exponential, to about 1e-15; arguments beyond ±700 count as ±700.

    Parameters
    ----------
    x : numpy.ndarray
        Any shape.

    Returns
    -------
    numpy.ndarray
        Same shape.

    Examples
    --------
    >>> exponential(np.array([0.0, 1.0])).round(12).tolist()
    [1.0, 2.718281828459]
    """
    bounded = np.clip(np.asarray(x, dtype=np.float64), -_LARGEST_EXPONENT, _LARGEST_EXPONENT)
    power = np.floor(bounded * 1.4426950408889634 + 0.5)
    rest = (bounded - power * _LN2_HIGH) - power * _LN2_LOW
    result: Floats = np.ldexp(_polynomial(rest, _EXP), power.astype(np.int32))
    return result


def log_odds(x: Floats) -> Floats:
    """Turn shares strictly between 0 and 1 into log odds.

    Parameters
    ----------
    x : numpy.ndarray
        Shares, any shape.

    Returns
    -------
    numpy.ndarray
        Same shape.
    """
    shares = np.asarray(x, dtype=np.float64)
    return logarithm(shares / (1.0 - shares))


def share(odds: Floats) -> Floats:
    """Turn log odds into shares.

    Parameters
    ----------
    odds : numpy.ndarray
        Log odds, any shape.

    Returns
    -------
    numpy.ndarray
        Numbers from 0 to 1, same shape.
    """
    result: Floats = 1.0 / (1.0 + exponential(-np.asarray(odds, dtype=np.float64)))
    return result


# Wichura (1988), Algorithm AS 241, PPND16: numerators and denominators, highest power first.
_CENTRE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)  # fmt: skip
_TAIL = (
    (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177,
     1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055,
     4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966,
     0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494,
     2.05319162663775882187, 1.0),
)  # fmt: skip
_FAR_TAIL = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386,
     0.026532189526576123093, 0.29656057182850489123, 1.7848265399172913358,
     5.4637849111641143699, 6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5,
     7.868691311456132591e-4, 0.0148753612908506148525, 0.13692988092273580531,
     0.59983220655588793769, 1.0),
)  # fmt: skip


def _ratio(x: Floats, coefficients: tuple[tuple[float, ...], tuple[float, ...]]) -> Floats:
    """Evaluate a rational function."""
    result: Floats = _polynomial(x, coefficients[0]) / _polynomial(x, coefficients[1])
    return result


def normal_quantile(uniform: Floats) -> Floats:
    """Turn uniform numbers into standard normal ones.

    Parameters
    ----------
    uniform : numpy.ndarray
        Numbers strictly between 0 and 1, any shape.

    Returns
    -------
    numpy.ndarray
        Same shape.

    References
    ----------
    Wichura, M. J. (1988). Algorithm AS 241: The percentage points of the normal distribution.
    Applied Statistics 37, 477-484.

    Examples
    --------
    >>> normal_quantile(np.array([0.5, 0.975])).round(9).tolist()
    [0.0, 1.959963985]
    """
    u = np.asarray(uniform, dtype=np.float64)
    q = u - 0.5
    result: Floats = q * _ratio(0.180625 - q * q, _CENTRE)
    outside = np.abs(q) > 0.425
    if outside.any():
        side = q[outside]
        r = np.sqrt(-logarithm(np.minimum(u[outside], 1.0 - u[outside])))
        tail = np.where(
            r <= 5.0, _ratio(r - 1.6, _TAIL), _ratio(np.maximum(r, 5.0) - 5.0, _FAR_TAIL)
        )
        result[outside] = np.where(side < 0.0, -tail, tail)
    return result


def latent(x: Floats) -> Floats:
    """Round a latent number to six decimals before anything is decided by it.

    Parameters
    ----------
    x : numpy.ndarray
        Any shape.

    Returns
    -------
    numpy.ndarray
        Same shape.
    """
    rounded: Floats = np.floor(np.asarray(x, dtype=np.float64) * 1e6 + 0.5) / 1e6
    return rounded
