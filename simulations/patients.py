"""Invented patients: two arms, a baseline score, and who leaves depending on what was seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.results import FloatArray

__all__ = [
    "ARMS",
    "BASELINE_MEAN",
    "BoolArray",
    "Dropout",
    "baselines",
    "in_second_arm",
    "long_frame",
]

BoolArray = npt.NDArray[np.bool_]

ARMS = ("control", "ketamine")
BASELINE_MEAN, BASELINE_SD = 31.0, 5.0  # MADRS at entry


@dataclass(frozen=True)
class Dropout:
    """Leaving after a visit, more probable after a score that improved little.

    Parameters
    ----------
    level : float
        Log odds of leaving after a visit with a change of zero.
    slope : float
        What a point of change adds to the log odds. It is a score that was seen, so that the
        scores that follow are missing at random.
    """

    level: float
    slope: float

    def seen(self, rng: np.random.Generator, change: FloatArray) -> BoolArray:
        """Draw which scores are seen, patients by visits; the first always is."""
        odds = np.exp(self.level + self.slope * change[:, :-1])
        stays = rng.random(odds.shape) >= odds / (1.0 + odds)
        first = np.ones((len(change), 1), dtype=bool)
        return np.asarray(np.logical_and.accumulate(np.hstack([first, stays]), axis=1))


def baselines(rng: np.random.Generator, n_patients: int) -> FloatArray:
    """Draw the scores at entry."""
    return rng.normal(BASELINE_MEAN, BASELINE_SD, n_patients)


def in_second_arm(n_patients: int) -> FloatArray:
    """Say who gets ketamine: every other patient."""
    return np.asarray(np.arange(n_patients) % 2, dtype=float)


def long_frame(
    *, baseline: FloatArray, change: FloatArray, seen: BoolArray, day: FloatArray
) -> pd.DataFrame:
    """Lay out what was seen, one row per patient and visit."""
    patient, visit = np.nonzero(seen)
    arm = in_second_arm(len(baseline)).astype(int)
    return pd.DataFrame(
        {
            "patient": patient,
            "visit": visit + 1,
            "day": day[patient, visit],
            "arm": np.array(ARMS, dtype=object)[arm[patient]],
            "baseline": baseline[patient],
            "change": change[patient, visit],
        }
    ).astype({"visit": str})
