"""Standardized differences between groups of patients, of numbers and of categories.

Numerics only: what of them may be shown is decided where they are put into a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ColumnError, DataError
from analysis.text_numbers import require_numbers

__all__ = [
    "category_difference",
    "effective_number",
    "is_number",
    "number_difference",
    "read_weights",
    "standardized_difference",
]

FloatArray = npt.NDArray[np.float64]

_TINY = 1e-12  # shares and variances below this are 0 but for rounding


def standardized_difference(
    values: pd.Series, groups: pd.Series, *, weights: pd.Series | None = None
) -> float:
    """Return the largest standardized difference between any two groups.

    Parameters
    ----------
    values : pandas.Series, shape (n,)
        One value per patient. Numbers are compared by their means; everything else, booleans
        included, by the shares of its categories. Patients with a missing value are left out.
    groups : pandas.Series, shape (n,)
        Group of each patient; a missing group is left out.
    weights : pandas.Series, shape (n,), optional
        Weight of each patient, at least 0.

    Returns
    -------
    float
        Never negative; infinite where groups have nothing in common, missing where a group has no
        value, or there is one group only.

    Raises
    ------
    ColumnError
        When the lengths differ.
    DataError
        When a weight is missing, negative or infinite.

    Notes
    -----
    Of numbers: the difference of means over the root of the mean of the two variances (n - 1).
    Of categories: the Mahalanobis distance of the two vectors of shares with the mean of the two
    multinomial covariances, which for two categories is the usual formula for shares. Weighted
    variances are those of Austin and Stuart.

    References
    ----------
    Yang D, Dalton JE (2012). A unified approach to measuring the effect size between two groups
    using SAS. SAS Global Forum, paper 335-2012. Austin PC, Stuart EA (2015). Statistics in
    Medicine 34:3661-3679.

    Examples
    --------
    >>> group = pd.Series(["a"] * 3 + ["b"] * 3)
    >>> standardized_difference(pd.Series([1.0, 2.0, 3.0, 2.0, 3.0, 4.0]), group)
    1.0
    """
    _require_same_length(values, groups, weights)
    weight = read_weights(weights, len(values))
    known = (values.notna() & groups.notna()).to_numpy(bool)
    codes, levels = pd.factorize(groups[known], sort=False)
    every = groups.dropna().nunique()
    if len(levels) < 2 or len(levels) < every:
        return float("nan")
    kept, own = values[known], weight[known]
    if is_number(values):
        numbers = kept.to_numpy(dtype=float, na_value=np.nan)
        return number_difference([(numbers[codes == k], own[codes == k]) for k in range(every)])
    kind = pd.factorize(kept.astype("string"))[0]
    counts = np.zeros((every, int(kind.max()) + 1))
    np.add.at(counts, (codes, kind), own)
    return category_difference(counts)


def is_number(values: pd.Series) -> bool:
    """Tell whether a variable is summarised by its mean.

    Parameters
    ----------
    values : pandas.Series
        One value per patient.

    Returns
    -------
    bool
        True for numbers, but not for booleans.
    """
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _require_same_length(values: pd.Series, groups: pd.Series, weights: pd.Series | None) -> None:
    """Refuse columns that are not of the same patients."""
    others = [groups, *([] if weights is None else [weights])]
    if any(len(other) != len(values) for other in others):
        raise ColumnError(
            "Values, groups and weights need one entry per patient each; their lengths differ."
        )


def read_weights(weights: pd.Series | None, n: int) -> FloatArray:
    """Read weights.

    Parameters
    ----------
    weights : pandas.Series, shape (n,), optional
        Weight of each patient; None: 1 for everybody.
    n : int
        How many patients.

    Returns
    -------
    numpy.ndarray, shape (n,)
        The weights.

    Raises
    ------
    DataError
        When a weight is missing, negative, infinite or no number.
    """
    if weights is None:
        return np.ones(n)
    found = require_numbers(weights, "weights")
    bad = int((~np.isfinite(found) | (found < 0)).sum())
    if bad:
        raise DataError(
            f"{bad} weights are missing, negative or infinite; allowed are numbers of 0 or more. "
            "Leave these patients out, and say so, or mend the weights."
        )
    return found


def number_difference(groups: Sequence[tuple[FloatArray, FloatArray]]) -> float:
    """Return the largest standardized difference of means.

    Parameters
    ----------
    groups : sequence of (array, array)
        Values and weights of each group.

    Returns
    -------
    float
        As `standardized_difference`.

    Examples
    --------
    >>> ones = np.ones(3)
    >>> number_difference([(np.array([1.0, 2, 3]), ones), (np.array([2.0, 3, 4]), ones)])
    1.0
    """
    found = [_mean_and_variance(values, weights) for values, weights in groups]
    return _largest(_of_means(a, b) for a, b in combinations(found, 2))


def _mean_and_variance(values: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """Weigh the mean and the variance, unbiased for equal weights."""
    total, squares = weights.sum(), (weights**2).sum()
    if total <= 0 or total**2 - squares <= _TINY * total**2:
        return float("nan"), float("nan")
    mean = float(np.average(values, weights=weights))
    scatter = float((weights * (values - mean) ** 2).sum())
    return mean, float(total / (total**2 - squares)) * scatter


def _of_means(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Standardize the difference of two means."""
    difference, variance = abs(a[0] - b[0]), (a[1] + b[1]) / 2.0
    if np.isnan(difference + variance):
        return float("nan")
    scale = max(abs(a[0]), abs(b[0]), 1.0)
    if variance <= (_TINY * scale) ** 2:
        return 0.0 if difference <= _TINY * scale else float("inf")
    return float(difference / np.sqrt(variance))


def category_difference(counts: FloatArray) -> float:
    """Return the largest standardized difference of shares.

    Parameters
    ----------
    counts : array, shape (g, k)
        Patients, or sums of their weights, by group and category.

    Returns
    -------
    float
        As `standardized_difference`.

    Examples
    --------
    >>> round(category_difference(np.array([[30.0, 70.0], [50.0, 50.0]])), 4)
    0.417
    """
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.full(counts.shape, np.nan), where=totals > 0)
    return _largest(_of_shares(a, b) for a, b in combinations(shares, 2))


def _of_shares(a: FloatArray, b: FloatArray) -> float:
    """Standardize the distance of two vectors of shares that sum to 1."""
    if np.isnan(a).any() or np.isnan(b).any():
        return float("nan")
    used = (a + b) > _TINY
    a, b = a[used][1:], b[used][1:]
    difference = a - b
    if not difference.size:
        return 0.0
    covariance = (np.diag(a) - np.outer(a, a) + np.diag(b) - np.outer(b, b)) / 2.0
    roots, axes = np.linalg.eigh(covariance)
    along = axes.T @ difference
    flat = roots <= _TINY
    if np.any(np.abs(along[flat]) > np.sqrt(_TINY)):
        return float("inf")
    return float(np.sqrt((along[~flat] ** 2 / roots[~flat]).sum()))


def _largest(differences: Iterable[float]) -> float:
    """Take the largest of some differences; one that is missing makes it missing."""
    found = np.array(list(differences), dtype=float)
    return float(found.max()) if found.size else float("nan")


def effective_number(weights: FloatArray) -> float:
    """Return how many patients of equal weight tell as much as these (Kish).

    Parameters
    ----------
    weights : array, shape (n,)
        Weights, at least 0.

    Returns
    -------
    float
        At most n; 0 without any weight.

    References
    ----------
    Kish L (1965). Survey Sampling. Wiley.

    Examples
    --------
    >>> effective_number(np.array([1.0, 1.0, 1.0, 0.0]))
    3.0
    """
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0
