"""The truth for `lmm`: patients with a level and a slope of their own, on days of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.mixed import LinearMixedModel, lmm
from analysis.mixed.inference.fitting import fixed_effects
from analysis.results import FloatArray
from simulations.inferences import Inference, of_contrast
from simulations.patients import BASELINE_MEAN, Dropout, baselines, in_second_arm, long_frame

__all__ = ["SLOPE_DIFFERENCE", "RandomSlopes"]

FORMULA, RANDOM = "change ~ arm * day + baseline", "1 + day"
NOMINAL_DAYS = np.array([7.0, 14.0, 21.0, 28.0, 42.0])
LATEST = 2  # a visit is up to two days early or late
FIRST_CHANGE, CHANGE_PER_DAY, BASELINE_SLOPE = -6.0, -0.15, -0.3
SLOPE_DIFFERENCE = -0.1
"""Ketamine minus control, points per day, where there is a difference."""

INTERCEPT_SD, RESIDUAL_SD = 5.0, 4.0
QUARTER = Dropout(level=-1.8, slope=0.12)
"""A quarter has left before the last visit where the arms do not differ."""

INTERACTION = "difference of slopes"


@dataclass(frozen=True, kw_only=True)
class RandomSlopes:
    """Trials with random intercepts and slopes.

    Parameters
    ----------
    n_patients : int
        In both arms together.
    share : float
        Of `SLOPE_DIFFERENCE`; zero: the arms do not differ.
    slope_sd, correlation : float
        Of the patients' slopes, and between slopes and intercepts.
    """

    n_patients: int
    share: float
    slope_sd: float = 0.1
    correlation: float = 0.0

    def true_values(self) -> dict[str, float]:
        """Return the truth about each hypothesis."""
        return {INTERACTION: self.share * SLOPE_DIFFERENCE + 0.0}  # no minus zero

    def draw(self, rng: np.random.Generator) -> pd.DataFrame:
        """Draw one trial."""
        baseline = baselines(rng, self.n_patients)
        shape = (self.n_patients, len(NOMINAL_DAYS))
        day = NOMINAL_DAYS + rng.integers(-LATEST, LATEST + 1, shape).astype(float)
        level = FIRST_CHANGE + BASELINE_SLOPE * (baseline - BASELINE_MEAN)
        slope = CHANGE_PER_DAY + self.share * SLOPE_DIFFERENCE * in_second_arm(self.n_patients)
        own = self._effects(rng)
        change = (level + own[:, 0])[:, None] + (slope + own[:, 1])[:, None] * day
        change = change + RESIDUAL_SD * rng.standard_normal(shape)
        seen = QUARTER.seen(rng, change)
        return long_frame(baseline=baseline, change=change, seen=seen, day=day)

    def _effects(self, rng: np.random.Generator) -> FloatArray:
        """Draw intercepts and slopes of patients."""
        first, second = rng.standard_normal((2, self.n_patients))
        other = self.correlation * first + np.sqrt(1.0 - self.correlation**2) * second
        return np.column_stack([INTERCEPT_SD * first, self.slope_sd * other])

    def fit(self, data: pd.DataFrame) -> LinearMixedModel:
        """Fit the model under which the data were drawn."""
        return lmm(FORMULA, data, subject="patient", random=RANDOM)

    def inferences(self, fit: LinearMixedModel) -> dict[tuple[str, str], Inference]:
        """Ask one fit by every method, each with the information that `lmm` takes for it."""
        contrast = np.array([float(":" in term) for term in fit.fixed.terms])
        adjusted = fixed_effects(
            fit.engine,
            df="kenward-roger",
            theta_cov=fit.engine.optimum.parameter_covariance("expected"),
        )
        plain = replace(fit.fixed, df_method="residual")
        return {
            (INTERACTION, "Kenward-Roger"): of_contrast(contrast, adjusted),
            (INTERACTION, "Satterthwaite"): of_contrast(contrast, fit.fixed),
            (INTERACTION, "z"): of_contrast(contrast, plain, degrees=np.inf),
        }
