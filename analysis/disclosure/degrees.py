"""Degrees of freedom so coarse that they do not tell the number of patients.

Of many fits they are a number of patients, or of rows, less the coefficients. They follow from a
limit, an estimate and its standard error, and from a p-value and its statistic.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analysis.disclosure.policy import RELEASE, Policy
from analysis.results import critical_value
from analysis.text_numbers import require_numbers

__all__ = ["DEGREES", "coarse_degrees"]

FloatArray = npt.NDArray[np.float64]

DEGREES = (10.0, 25.0, 60.0, 150.0)
"""Degrees of freedom that are shown; others are rounded down to one of them."""

_READ_OFF = ("conf_low", "conf_high", "p_value")
_SAME = 1e-6


def coarse_degrees(tidy: pd.DataFrame, policy: Policy = RELEASE) -> pd.DataFrame:
    """Round degrees of freedom down, and compute limits and p-values again from them.

    Parameters
    ----------
    tidy : pandas.DataFrame
        ``df, estimate, std_error, statistic`` and any of ``conf_low, conf_high, p_value``.
        ``attrs["conf_level"]`` is the level, 0.95 if absent.
    policy : Policy
        Nothing is changed for the internal audience.

    Returns
    -------
    pandas.DataFrame
        A copy. Degrees of freedom are 10, 25, 60 or 150, whichever is the next below; intervals
        are wider by up to 8 % for it, and p-values larger. Infinite ones stay, and those under
        10, which are numbers of clusters. Limits and p-values that are not those of two-sided t
        inference, such as adjusted ones, are missing where degrees of freedom were changed. The
        frame itself where it has no degrees of freedom or no standard errors.

    Raises
    ------
    DataError
        When one of the columns holds what is no number.

    Examples
    --------
    >>> from analysis.results import tidy_frame
    >>> tidy = tidy_frame(pd.DataFrame({"term": ["week"]}), estimate=np.array([-2.0]),
    ...                   std_error=np.array([1.0]), df=np.array([41.0]))
    >>> coarse_degrees(tidy)[["df", "conf_low", "conf_high"]].round(2).to_numpy().tolist()
    [[25.0, -4.06, 0.06]]
    """
    if policy.confidential or not {"df", "estimate", "std_error"} <= set(tidy.columns):
        return tidy
    exact = require_numbers(tidy["df"], "df")
    coarse = _rounded_down(exact)
    level = float(tidy.attrs.get("conf_level", 0.95))
    before, after = (_inference(tidy, df, level) for df in (exact, coarse))
    changed = ~np.isnan(exact) & (coarse != exact)
    new = {"df": coarse}
    for name in _READ_OFF:
        if name in tidy:
            given = require_numbers(tidy[name], name)
            is_plain = np.isclose(given, before[name], rtol=_SAME, atol=0.0)
            again = np.where(is_plain, after[name], np.nan)
            new[name] = np.where(changed, again, given)
    return tidy.assign(**new)


def _rounded_down(df: FloatArray) -> FloatArray:
    """Give the greatest of `DEGREES` that is not above each; others stay."""
    place = np.searchsorted(DEGREES, df, side="right") - 1
    stays = ~np.isfinite(df) | (place < 0)
    return np.where(stays, df, np.take(DEGREES, np.maximum(place, 0)))


def _inference(tidy: pd.DataFrame, df: FloatArray, level: float) -> dict[str, FloatArray]:
    """Compute two-sided limits and p-values by Student's t."""
    estimate = require_numbers(tidy["estimate"], "estimate")
    std_error = require_numbers(tidy["std_error"], "std_error")
    margin = critical_value(df, level) * std_error
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.abs(estimate / std_error)
    p_value = np.asarray(2.0 * stats.t.sf(statistic, df))
    return dict(zip(_READ_OFF, (estimate - margin, estimate + margin, p_value), strict=True))
