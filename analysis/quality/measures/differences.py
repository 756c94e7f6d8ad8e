"""Differences of a measure between strata, with limits; they say nothing about why."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.disclosure.rounding import wilson_limits
from analysis.quality.measures.decision import FloatArray

__all__ = ["newcombe_limits", "stratum_differences"]

_ABOUT = ["measure", "version", "window", "by"]


def newcombe_limits(
    n: FloatArray, of: FloatArray, n_reference: FloatArray, of_reference: FloatArray,
    conf_level: float = 0.95,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Compute confidence limits of the difference of two independent proportions.

    Parameters
    ----------
    n, of : array of float, shape (k,)
        Numerators and denominators.
    n_reference, of_reference : array of float, shape (k,)
        Those that are subtracted.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    tuple of array of float, shape (k,)
        Limits; missing where a denominator is 0.

    References
    ----------
    Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions:
    comparison of eleven methods. Statistics in Medicine 17, 873-890; method 10.

    Examples
    --------
    >>> low, high = newcombe_limits(*(np.array([float(x)]) for x in (56, 70, 48, 80)))
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0524], [0.3339])
    """
    low, high = wilson_limits(n, of, conf_level)
    low_2, high_2 = wilson_limits(n_reference, of_reference, conf_level)
    with np.errstate(divide="ignore", invalid="ignore"):
        p, p_2 = n / of, n_reference / of_reference
    below = np.sqrt((p - low) ** 2 + (high_2 - p_2) ** 2)
    above = np.sqrt((high - p) ** 2 + (p_2 - low_2) ** 2)
    return p - p_2 - below, p - p_2 + above


def stratum_differences(
    frame: pd.DataFrame, reference: dict[str, str], conf_level: float = 0.95
) -> pd.DataFrame:
    """Subtract the proportion of a reference stratum from that of each other one.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``measure, version, window, by, stratum, numerator, denominator`` as numbers, missing where
        they are not shown; one row per stratum.
    reference : dict of str to str
        Reference stratum by column of the split.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    pandas.DataFrame
        ``measure, version, window, by, contrast`` ("stratum - reference"), ``n, n_reference``
        (denominators), ``estimate, conf_low, conf_high`` (Newcombe); missing where a count is.
    """
    split = frame[frame["by"].ne("") & frame["stratum"].ne("")]
    to = split["by"].map(reference)
    base = split[split["stratum"].eq(to)]
    counts = {"numerator": "numerator_reference", "denominator": "n_reference"}
    pairs = (
        split[split["stratum"].ne(to)]
        .merge(base[[*_ABOUT, *counts]].rename(columns=counts), on=_ABOUT)
        .rename(columns={"denominator": "n"})
    )
    n, of, n_2, of_2 = (
        pairs[name].to_numpy(dtype=float, na_value=np.nan)
        for name in ("numerator", "n", "numerator_reference", "n_reference")
    )
    low, high = newcombe_limits(n, of, n_2, of_2, conf_level)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = n / of - n_2 / of_2
    contrast = pairs["stratum"].astype(str) + " − " + pairs["by"].map(reference)
    return pairs[_ABOUT].assign(
        contrast=contrast.astype("string"),
        n=pairs["n"],
        n_reference=pairs["n_reference"],
        estimate=estimate,
        conf_low=low,
        conf_high=high,
    )
