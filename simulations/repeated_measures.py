"""The truth for `mmrm`: five visits whose covariance has no pattern, and what a fit says of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.mixed import LinearMixedModel, mmrm
from analysis.mixed.inference.fitting import fixed_effects
from analysis.mixed.inference.fixed_effects import FixedEffects
from analysis.mixed.inference.sandwich import sandwich
from analysis.mixed.inference.type_three import type_three_contrasts
from analysis.results import FloatArray
from simulations.inferences import Inference, chi_square, of_contrast, of_joint_test
from simulations.patients import BASELINE_MEAN, Dropout, baselines, in_second_arm, long_frame

__all__ = ["DIFFERENCES", "RepeatedMeasures", "covariance"]

FORMULA = "change ~ arm * visit + baseline"
DAYS = np.array([7.0, 14.0, 21.0, 28.0, 42.0])
CONTROL_MEANS = np.array([-6.0, -9.0, -11.0, -12.0, -13.0])
DIFFERENCES = np.array([-1.5, -3.0, -4.5, -5.5, -6.0])
"""Ketamine minus control at each visit, in points of MADRS, where there is a difference."""

BASELINE_SLOPE = -0.3
STANDARD_DEVIATIONS = np.array([5.5, 6.5, 7.5, 8.0, 8.5])
CORRELATIONS = np.array(
    [
        [1.00, 0.68, 0.60, 0.55, 0.50],
        [0.68, 1.00, 0.70, 0.63, 0.56],
        [0.60, 0.70, 1.00, 0.70, 0.64],
        [0.55, 0.63, 0.70, 1.00, 0.69],
        [0.50, 0.56, 0.64, 0.69, 1.00],
    ]
)
QUARTER = Dropout(level=-1.72, slope=0.12)
"""A quarter has left before the last visit where the arms do not differ."""

LAST_VISIT, JOINTLY = "difference at the last visit", "arm:visit, all visits"


def covariance() -> FloatArray:
    """Return the true covariance of the changes given the baseline score."""
    return CORRELATIONS * np.outer(STANDARD_DEVIATIONS, STANDARD_DEVIATIONS)


@dataclass(frozen=True, kw_only=True)
class RepeatedMeasures:
    """Trials with visits in common.

    Parameters
    ----------
    n_patients : int
        In both arms together.
    share : float
        Of `DIFFERENCES`; zero: the arms do not differ.
    """

    n_patients: int
    share: float

    def true_values(self) -> dict[str, float]:
        """Return the truth about each hypothesis; for a joint test only zero or not."""
        last = self.share * float(DIFFERENCES[-1]) + 0.0  # no minus zero
        return {LAST_VISIT: last, JOINTLY: last}

    def draw(self, rng: np.random.Generator) -> pd.DataFrame:
        """Draw one trial."""
        baseline = baselines(rng, self.n_patients)
        mean = (
            CONTROL_MEANS
            + self.share * DIFFERENCES * in_second_arm(self.n_patients)[:, None]
            + BASELINE_SLOPE * (baseline - BASELINE_MEAN)[:, None]
        )
        root = np.linalg.cholesky(covariance())
        change = mean + rng.standard_normal(mean.shape) @ root.T
        day = np.broadcast_to(DAYS, mean.shape)
        seen = QUARTER.seen(rng, change)
        return long_frame(baseline=baseline, change=change, seen=seen, day=day)

    def fit(self, data: pd.DataFrame) -> LinearMixedModel:
        """Fit the model under which the data were drawn."""
        return mmrm(FORMULA, data, subject="patient", visit="visit", df="kenward-roger")

    def inferences(self, fit: LinearMixedModel) -> dict[tuple[str, str], Inference]:
        """Ask one fit about every hypothesis by every method."""
        contrast = fit.marginal_means("arm", by="visit").contrasts().matrix[-1]
        terms = type_three_contrasts(fit.engine.rows.design)["arm:visit"]
        return {
            **{(LAST_VISIT, name): one for name, one in _single(fit, contrast).items()},
            **{(JOINTLY, name): one for name, one in _joint(fit.fixed, terms).items()},
        }


def _single(fit: LinearMixedModel, contrast: FloatArray) -> dict[str, Inference]:
    """Test the difference at the last visit."""
    fixed = fit.fixed
    return {
        "Kenward-Roger": of_contrast(contrast, fixed),
        "Satterthwaite": of_contrast(contrast, _unadjusted(fixed, "satterthwaite")),
        "between-within": of_contrast(contrast, _unadjusted(fixed, "between-within")),
        "residual": of_contrast(contrast, _unadjusted(fixed, "residual")),
        "z": of_contrast(contrast, _unadjusted(fixed, "residual"), degrees=np.inf),
        "sandwich CR0": of_contrast(contrast, _robust(fit, "empirical")),
        "sandwich CR2": of_contrast(contrast, _robust(fit, "bias-reduced")),
    }


def _joint(fixed: FixedEffects, terms: FloatArray) -> dict[str, Inference]:
    """Test the interaction."""
    plain = _unadjusted(fixed, "satterthwaite")
    return {
        "Kenward-Roger": of_joint_test(terms, fixed),
        "Satterthwaite": of_joint_test(terms, plain),
        "Wald chi-square": chi_square(terms, plain),
    }


def _unadjusted(fixed: FixedEffects, df: str) -> FixedEffects:
    """Return the model's covariance in place of Kenward and Roger's, as `mmrm` with `df`."""
    return replace(fixed, vcov=fixed.model_vcov, df_method=df)


def _robust(fit: LinearMixedModel, kind: str) -> FixedEffects:
    """Return what `mmrm` gives with a sandwich."""
    return fixed_effects(
        fit.engine,
        df="satterthwaite",
        theta_cov=fit.fixed.theta_cov,
        robust=sandwich(fit.engine, kind),
    )
