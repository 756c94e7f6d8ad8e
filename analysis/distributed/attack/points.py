"""All whole-number points of an ellipsoid, as long as they are few."""

from __future__ import annotations

from math import lgamma, log, pi
from typing import Any

import numpy as np

from analysis.results import FloatArray

__all__ = ["expected_points", "points_within"]

IntArray = np.ndarray[Any, np.dtype[np.int64]]
_ROUND_OFF = 1e-7


def expected_points(form: FloatArray, radius: float) -> float:
    """Return the decimal logarithm of the volume of an ellipsoid.

    Parameters
    ----------
    form : array, shape (r, r)
        Positive definite; the ellipsoid is ``y'(form)y <= radius``.
    radius : float
        Positive.

    Returns
    -------
    float
        About how many whole-number points it holds, as a power of ten.
    """
    r = len(form)
    _, log_det = np.linalg.slogdet(form)
    volume = 0.5 * r * log(pi * radius) - lgamma(0.5 * r + 1.0) - 0.5 * float(log_det)
    return float(volume / log(10.0))


def points_within(form: FloatArray, radius: float, limit: int) -> IntArray | None:
    """List the whole-number points of an ellipsoid around 0.

    Parameters
    ----------
    form : array, shape (r, r)
        Positive definite.
    radius : float
        Points ``y`` with ``y'(form)y <= radius`` are listed.
    limit : int
        Most points, whole or in part, that may be looked at.

    Returns
    -------
    array of int, shape (k, r), or None
        The points, 0 among them; None when there are more than the limit.

    References
    ----------
    Fincke U, Pohst M (1985). Mathematics of Computation 44:463-471.
    """
    root = np.linalg.cholesky(form).T  # form = root' root
    r = len(form)
    points = np.zeros((1, r), dtype=np.int64)
    left = np.array([radius * (1.0 + _ROUND_OFF) + _ROUND_OFF])
    for i in range(r - 1, -1, -1):
        centre = -(points[:, i + 1 :] @ root[i, i + 1 :]) / root[i, i]
        width = np.sqrt(np.maximum(left, 0.0)) / root[i, i]
        low = np.ceil(centre - width).astype(np.int64)
        counts = np.maximum(np.floor(centre + width).astype(np.int64) - low + 1, 0)
        total = int(counts.sum())
        if total > limit:
            return None
        parent = np.repeat(np.arange(len(points)), counts)
        turn = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
        points = points[parent]
        points[:, i] = low[parent] + turn
        left = left[parent] - np.square(root[i, i] * (points[:, i] - centre[parent]))
    return points
