"""What a shown curve of intervals tells: its level at a time, and when half have had the event."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.disclosure.columns import require_columns
from analysis.disclosure.policy import Policy
from analysis.errors import DisclosureError
from analysis.text_numbers import require_number_columns

__all__ = ["interval_corners", "interval_levels", "interval_median", "require_interval_steps"]

FloatArray = npt.NDArray[np.float64]

_COLUMNS = ["lower", "upper", "estimate"]
_TOUCHES = 1e-9


def interval_corners(cut: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    """Lay out the corners of one curve: level outside intervals, straight inside.

    Parameters
    ----------
    cut : pandas.DataFrame, k rows
        ``lower, upper, estimate`` of one curve, as `suppress_interval_curve` gives them.

    Returns
    -------
    tuple of array, shape (2k + 1,)
        Times and levels, from 0 and 1 on.

    Raises
    ------
    ColumnError
        When a column is absent.

    Examples
    --------
    >>> cut = pd.DataFrame({"lower": [7.0], "upper": [14.0], "estimate": [0.6]})
    >>> [each.tolist() for each in interval_corners(cut)]
    [[0.0, 7.0, 14.0], [1.0, 1.0, 0.6]]
    """
    _require(cut)
    levels = np.append(1.0, cut["estimate"].to_numpy(float))
    x = np.column_stack([cut["lower"], cut["upper"]]).astype(float).ravel()
    y = np.column_stack([levels[:-1], levels[1:]]).ravel()
    return np.append(0.0, x), np.append(1.0, y)


def interval_levels(cut: pd.DataFrame, times: Iterable[float]) -> pd.DataFrame:
    """Read a shown curve at some times: between which levels it lies, and where the line is.

    Parameters
    ----------
    cut : pandas.DataFrame
        One curve, see `interval_corners`.
    times : iterable of float
        Times of at least 0.

    Returns
    -------
    pandas.DataFrame
        ``time, estimate, estimate_low, estimate_high``; missing after the end of the shown curve.

    Examples
    --------
    >>> cut = pd.DataFrame({"lower": [0.0], "upper": [20.0], "estimate": [0.6]})
    >>> interval_levels(cut, [5, 20, 30]).to_numpy().tolist()
    [[5.0, 0.9, 0.6, 1.0], [20.0, 0.6, 0.6, 0.6], [30.0, nan, nan, nan]]
    """
    asked = np.asarray(list(times), dtype=float)
    x, y = interval_corners(cut)
    levels = np.append(1.0, cut["estimate"].to_numpy(float))
    begun = np.searchsorted(cut["lower"].to_numpy(float), asked, side="left")
    over = np.searchsorted(cut["upper"].to_numpy(float), asked, side="right")
    columns = {
        "estimate": np.interp(asked, x, y),
        "estimate_low": levels[np.maximum(begun, over)],
        "estimate_high": levels[over],
    }
    ended = asked > x[-1]
    numbers = {name: np.where(ended, np.nan, values) for name, values in columns.items()}
    return pd.DataFrame({"time": asked, **numbers})


def interval_median(cut: pd.DataFrame) -> tuple[float, float]:
    """Say between which times a shown curve falls to one half.

    Parameters
    ----------
    cut : pandas.DataFrame
        One curve, see `interval_corners`.

    Returns
    -------
    tuple of float
        Ends of the interval; missing where the shown curve stays above one half.

    Examples
    --------
    >>> cut = pd.DataFrame({"lower": [0.0, 20], "upper": [9.0, 35], "estimate": [0.6, 0.4]})
    >>> interval_median(cut)
    (20.0, 35.0)
    """
    _require(cut)
    crossed = cut[cut["estimate"].le(0.5 + _TOUCHES)]
    if crossed.empty:
        return float("nan"), float("nan")
    return float(crossed["lower"].iloc[0]), float(crossed["upper"].iloc[0])


def require_interval_steps(cut: pd.DataFrame, policy: Policy) -> None:
    """Refuse to show a curve of which nothing may be shown.

    Parameters
    ----------
    cut : pandas.DataFrame
        One curve or several, see `interval_corners`.
    policy : Policy
        By which it was cut.

    Raises
    ------
    DisclosureError
        When no step is left for readers outside: says which rule left none.

    Examples
    --------
    >>> require_interval_steps(pd.DataFrame({"lower": [7.0], "upper": [14.0]}), Policy())
    """
    if cut.empty and not policy.confidential:
        least = policy.minimum_count
        raise DisclosureError(
            f"The curve has no step that may be shown: fewer than {least} events were seen while "
            f"{least} or more were at risk. Wait for more follow-up, or take more patients."
        )


def _require(cut: pd.DataFrame) -> None:
    """Refuse what is no curve of intervals."""
    require_columns(cut, _COLUMNS)
    require_number_columns(cut, _COLUMNS)
