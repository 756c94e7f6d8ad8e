"""Lines of charts of several measurements per point: their means, and their standard deviations."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from analysis.results import FloatArray

__all__ = ["bias_of_deviation", "error_of_deviations", "error_of_means", "usual_deviation"]

BoolArray = npt.NDArray[np.bool_]


def bias_of_deviation(sizes: FloatArray) -> FloatArray:
    """Return the mean standard deviation of samples of a standard normal, known as c4.

    Parameters
    ----------
    sizes : numpy.ndarray, shape (points,)
        Measurements per point.

    Returns
    -------
    numpy.ndarray, shape (points,)
        Missing for fewer than two.

    Examples
    --------
    >>> bias_of_deviation(np.array([1.0, 5.0])).round(4).tolist()
    [nan, 0.94]
    """
    n = np.where(sizes > 1, sizes, np.nan)
    bias: FloatArray = np.sqrt(2.0 / (n - 1.0)) * np.exp(gammaln(n / 2.0) - gammaln((n - 1.0) / 2))
    return bias


def usual_deviation(spread: FloatArray, sizes: FloatArray, base: BoolArray) -> FloatArray:
    """Return the usual standard deviation within points.

    Parameters
    ----------
    spread : numpy.ndarray, shape (charts, points)
        Standard deviation of each point.
    sizes : numpy.ndarray, shape (points,)
        Measurements per point; a single one has no standard deviation.
    base : numpy.ndarray of bool, shape (points,)
        Points from which it is estimated.

    Returns
    -------
    numpy.ndarray, shape (charts, 1)
        The mean, or where sizes differ the pooled standard deviation; missing where no point has
        two measurements.
    """
    used = base & (sizes > 1)
    if not used.any():
        return np.full((len(spread), 1), np.nan)
    if len(np.unique(sizes[used])) == 1:
        return np.asarray(spread[:, used].mean(axis=1, keepdims=True))
    df = sizes[used] - 1.0
    return np.asarray(np.sqrt((spread[:, used] ** 2 @ df) / df.sum())[:, None])


def error_of_means(usual: FloatArray, sizes: FloatArray) -> FloatArray:
    """Return a third of A3 times the usual deviation: the standard error of each mean."""
    return np.asarray(usual / (bias_of_deviation(sizes) * np.sqrt(sizes)))


def error_of_deviations(usual: FloatArray, sizes: FloatArray) -> FloatArray:
    """Return a third of (B4 - 1) times the usual deviation: the error of each deviation."""
    bias = bias_of_deviation(sizes)
    return np.asarray(usual * np.sqrt(1.0 - bias**2) / bias)
