"""Bands of severity from totals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.instruments.instrument import Instrument
from analysis.instruments.scoring import resolve
from analysis.text_numbers import require_numbers

__all__ = ["severity_band"]


def severity_band(total: pd.Series, instrument: str | Instrument) -> pd.Series:
    """Put totals into the scale's bands of severity.

    Bands are ordered from the lowest total up, whichever way is better (`Instrument.direction`).
    A prorated total between two bands belongs to the lower one; a missing total has no band.

    Parameters
    ----------
    total : pandas.Series of float
        Totals in points of the scale.
    instrument : str or Instrument
        The scale.

    Returns
    -------
    pandas.Series
        Ordered category, same index as `total`.

    Raises
    ------
    DataError
        When the scale has no bands, or a total is no number or outside its range.

    Examples
    --------
    >>> severity_band(pd.Series([4.0, 4.5, 5.0, None]), "PHQ-9").tolist()
    ['minimal', 'minimal', 'mild', nan]
    """
    scale = resolve(instrument)
    if not scale.bands:
        raise DataError(
            f"{scale.name} has no published bands of severity. Use its totals, or a scale that "
            "has bands (see its facts())."
        )
    points = require_numbers(total, "the totals")
    outside = int(((points < scale.total_low) | (points > scale.total_high)).sum())
    if outside:
        raise DataError(
            f"{scale.name} totals run from {scale.total_low} to {scale.total_high}; {outside:,} "
            "are outside. Compare them with the source."
        )
    lows = np.array([band.low for band in scale.bands], dtype=np.float64)
    known = ~np.isnan(points)
    code = np.full(len(points), -1)
    code[known] = np.searchsorted(lows, points[known], side="right") - 1
    labels = [band.label for band in scale.bands]
    banded = pd.Categorical.from_codes(code, categories=pd.Index(labels), ordered=True)
    return pd.Series(banded, index=total.index, name="severity")
