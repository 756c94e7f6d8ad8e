"""Standardised differences: differences of means divided by a stated standard deviation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from analysis.errors import ModelError
from analysis.results import FloatArray

__all__ = ["hedges_factor", "standardise", "stated_sd"]

_SCALED = ["estimate", "std_error", "conf_low", "conf_high"]


def hedges_factor(df: FloatArray) -> FloatArray:
    """Compute the factor that removes the small-sample bias of a standardised difference.

    Parameters
    ----------
    df : array, shape (m,)
        Degrees of freedom of the standard deviation, above 1; infinite gives 1.

    Returns
    -------
    array, shape (m,)
        ``gamma(df / 2) / (sqrt(df / 2) gamma((df - 1) / 2))``, about ``1 - 3 / (4 df - 1)``.

    Raises
    ------
    ModelError
        When there are no more than 1 degree of freedom.

    References
    ----------
    Hedges LV (1981). Journal of Educational Statistics 6:107-128.

    Examples
    --------
    >>> hedges_factor(np.array([10.0, np.inf])).round(4).tolist()
    [0.9227, 1.0]
    """
    if not (df > 1.0).all():
        raise ModelError("Hedges' factor needs more than 1 degree of freedom; leave hedges=False.")
    finite = np.isfinite(df)
    degrees = np.where(finite, df, 2.0)
    factor = special.poch((degrees - 1.0) / 2.0, 0.5) * np.sqrt(2.0 / degrees)
    return np.asarray(np.where(finite, factor, 1.0))


def stated_sd(sd: float | Mapping[Any, float], groups: pd.DataFrame) -> FloatArray:
    """Give each row the standard deviation that was stated for it.

    Parameters
    ----------
    sd : float or mapping
        One for all rows, or one per level of the column of `groups`; with several columns the
        keys are tuples of levels.
    groups : pandas.DataFrame
        Levels of the ``by`` columns of each row.

    Returns
    -------
    array, shape (m,)
        Standard deviations.

    Raises
    ------
    ModelError
        When one is missing, belongs to no row, or is no finite number above 0.

    Examples
    --------
    >>> stated_sd({"v2": 6.0, "v4": 8.0}, pd.DataFrame({"visit": ["v4", "v2"]})).tolist()
    [8.0, 6.0]
    """
    if isinstance(sd, Mapping):
        values = _by_group(sd, groups)
    else:
        values = np.full(len(groups), sd, dtype=float)
    if not (np.isfinite(values) & (values > 0.0)).all():
        raise ModelError("sd must be a finite number above 0, on the scale of the outcome.")
    return values


def _by_group(sd: Mapping[Any, float], groups: pd.DataFrame) -> FloatArray:
    """Look every row up; each key must be a group and each group have a key."""
    columns = list(groups.columns)
    if not columns:
        raise ModelError("sd is a mapping, but the contrasts have no by column; give one number.")
    rows = groups.itertuples(index=False, name=None)
    keys = [levels[0] if len(levels) == 1 else levels for levels in rows]
    present = dict.fromkeys(keys)
    if set(present) != set(sd):
        raise ModelError(
            f"sd must have one number for each level of {', '.join(columns)}, and no other: "
            f"{', '.join(map(repr, present))}."
        )
    return np.array([sd[key] for key in keys], dtype=float)


def standardise(frame: pd.DataFrame, factor: FloatArray) -> pd.DataFrame:
    """Put estimates, standard errors and limits on another scale.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the tidy columns.
    factor : array, shape (m,)
        Positive multipliers.

    Returns
    -------
    pandas.DataFrame
        A copy; ``df``, ``statistic`` and ``p_value`` are as they were.
    """
    return frame.assign(**{name: frame[name].to_numpy() * factor for name in _SCALED})
