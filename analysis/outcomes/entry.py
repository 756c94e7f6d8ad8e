"""Entry thresholds: how severe a baseline must be for a patient to count as evaluable."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from analysis.errors import DataError
from analysis.instruments import Instrument, load_instrument

__all__ = [
    "EntryThreshold",
    "entry_in_words",
    "entry_threshold",
    "is_at_threshold",
    "stated_threshold",
]


@dataclass(frozen=True, kw_only=True)
class EntryThreshold:
    """The usual entry threshold of one scale.

    Parameters
    ----------
    points : float
        Least severe baseline that counts, in points of the scale.
    source : str
        What the threshold is, and where it comes from.
    verified : bool
        Whether it was read in the source; if not, confirm it before relying on it.
    """

    points: float
    source: str
    verified: bool


_DSM_CUT = "provisional diagnosis at 31 to 33, National Center for PTSD"
_THRESHOLDS = {
    "PHQ-9": EntryThreshold(
        points=10, source="index score above 9, quality measure CMS159", verified=True
    ),
    "PHQ-8": EntryThreshold(points=10, source="cut-off of the scale", verified=True),
    "PHQ-2": EntryThreshold(points=3, source="cut-off of the scale", verified=True),
    "GAD-7": EntryThreshold(points=10, source="cut-off, Spitzer et al. 2006", verified=True),
    "MADRS": EntryThreshold(points=20, source="moderate, Snaith et al. 1986", verified=True),
    "QIDS-SR16": EntryThreshold(points=11, source="moderate, bands of the authors", verified=True),
    "IDS-SR30": EntryThreshold(points=26, source="moderate, bands of the authors", verified=True),
    "HAM-D17": EntryThreshold(points=14, source="moderate, usual bands", verified=True),
    "HAM-A": EntryThreshold(points=18, source="moderate, usual bands", verified=True),
    "BDI-II": EntryThreshold(points=20, source="moderate, manual", verified=False),
    "PCL-5": EntryThreshold(points=31, source=_DSM_CUT, verified=True),
    "WHO-5": EntryThreshold(points=50, source="low well-being: at most 50", verified=False),
}


def entry_threshold(instrument: str) -> EntryThreshold | None:
    """Return the usual entry threshold of a scale.

    Parameters
    ----------
    instrument : str
        Name of the scale.

    Returns
    -------
    EntryThreshold or None
        None when there is no usual one: every patient with a baseline is at the threshold.

    Examples
    --------
    >>> entry_threshold("PHQ-9").points, entry_threshold("MADRS").points
    (10, 20)
    """
    return _THRESHOLDS.get(instrument)


def stated_threshold(instrument: str, stated: float | None) -> float:
    """Return the threshold that is used: the stated one, else that of the scale.

    Parameters
    ----------
    instrument : str
        Name of the scale.
    stated : float, optional
        Least severe baseline, in points of the scale.

    Returns
    -------
    float
        Points; the least severe total of the scale when there is no threshold.

    Raises
    ------
    DataError
        When the stated threshold is not a number.

    Examples
    --------
    >>> stated_threshold("PHQ-9", None), stated_threshold("PHQ-9", 15)
    (10.0, 15.0)
    """
    if stated is not None and not math.isfinite(stated):
        raise DataError("baseline_at_least must be a finite number of points of the scale.")
    usual = entry_threshold(instrument)
    if stated is not None:
        return float(stated)
    return float(usual.points) if usual else _least_severe(load_instrument(instrument))


def entry_in_words(instrument: str, stated: float | None = None) -> str:
    """Say which baseline makes a patient evaluable, for headings and notes.

    Parameters
    ----------
    instrument : str
        Name of the scale.
    stated : float, optional
        Least severe baseline, points; None: the threshold of the scale.

    Returns
    -------
    str
        Such as "PHQ-9 of 10 or more"; "any WSAS score" where every baseline counts.

    Examples
    --------
    >>> entry_in_words("PHQ-9"), entry_in_words("WHO-5", 40), entry_in_words("C-SSRS")
    ('PHQ-9 of 10 or more', 'WHO-5 of 40 or less', 'any C-SSRS score')
    """
    scale = load_instrument(instrument)
    threshold = stated_threshold(instrument, stated)
    if threshold == _least_severe(scale):
        return f"any {scale.name} score"
    side = "less" if scale.direction == "higher is better" else "more"
    return f"{scale.name} of {threshold:g} or {side}"


def is_at_threshold(
    baseline: pd.Series, threshold: float, direction: str = "lower is better"
) -> pd.Series:
    """Tell which baselines are at least as severe as the threshold.

    Parameters
    ----------
    baseline : pandas.Series of float
        Points of the scale.
    threshold : float
        Least severe baseline that counts.
    direction : str
        That of the scale: where higher is better, severe means low.

    Returns
    -------
    pandas.Series of bool
        False where the baseline is missing.

    Examples
    --------
    >>> is_at_threshold(pd.Series([9.0, 10.0]), 10).tolist()
    [False, True]
    """
    severe = baseline.le(threshold) if direction == "higher is better" else baseline.ge(threshold)
    return severe.fillna(value=False).astype(bool)


def _least_severe(scale: Instrument) -> float:
    """Return the end of the scale at which every baseline counts."""
    return float(scale.total_high if scale.direction == "higher is better" else scale.total_low)
