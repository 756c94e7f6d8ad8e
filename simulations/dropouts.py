"""The truth about patients who leave: what their unseen scores are, and what a trial shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from analysis.results import FloatArray
from simulations.repeated_measures import CORRELATIONS, STANDARD_DEVIATIONS

__all__ = ["FORMULA", "VISITS", "Leaving"]

FORMULA = "change ~ baseline * visit + arm * visit"
VISITS = ("v1", "v2", "v3", "v4")
MEANS = np.array([-6.0, -9.0, -11.0, -12.0])
DIFFERENCES = np.array([-1.0, -2.0, -3.0, -4.0])
"""Ketamine minus control at each visit, in points of MADRS, for patients who stay."""

BASELINE_MEAN, BASELINE_SD, BASELINE_SLOPE = 30.0, 5.0, -0.3
LEVEL, SLOPE = -1.9, 0.08  # of the log odds of leaving, by points above the mean change
POPULATION, POPULATION_SEED = 1_000_000, 7


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """A trial whose patients may leave after the first visit.

    Parameters
    ----------
    delta : float
        What is added to the unseen scores of the ketamine arm.
    jump : bool
        Whether the mean of the ketamine arm jumps to that of control after leaving.
    unseen : bool
        Whether leaving depends on the score that will not be seen, instead of the last one.
    n_patients : int
        In both arms together.
    """

    delta: float = 0.0
    jump: bool = False
    unseen: bool = False
    n_patients: int = 100

    def true_difference(self) -> float:
        """Compute the difference of all patients at the last visit from a million of them."""
        rng = np.random.default_rng(POPULATION_SEED)
        in_arm, _, _, stopped = self._patients(rng, POPULATION)
        share = float(stopped[in_arm == 1.0, -1].mean())
        shift = self.delta - (DIFFERENCES[-1] if self.jump else 0.0)
        return float(DIFFERENCES[-1]) + share * shift

    def draw(self, rng: np.random.Generator) -> tuple[pd.DataFrame, float]:
        """Draw one trial, and what a trial without gaps would have estimated."""
        in_arm, baseline, change, stopped = self._patients(rng, self.n_patients)
        shift = self.delta - (DIFFERENCES if self.jump else 0.0)
        change = change + in_arm[:, None] * stopped * shift
        frame = pd.DataFrame(
            {
                "patient": np.repeat(np.arange(self.n_patients), len(VISITS)),
                "visit": np.tile(VISITS, self.n_patients),
                "arm": np.repeat(np.where(in_arm == 1.0, "ketamine", "control"), len(VISITS)),
                "baseline": np.repeat(baseline, len(VISITS)),
                "change": np.where(stopped, np.nan, change).ravel(),
            }
        )
        design = np.column_stack([np.ones(self.n_patients), in_arm, baseline])
        whole = np.linalg.lstsq(design, change[:, -1], rcond=None)[0][1]
        return frame, float(whole)

    def _patients(
        self, rng: np.random.Generator, n: int
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Draw arms, baselines, changes as if nobody left, and who has left by each visit."""
        in_arm = (np.arange(n) % 2).astype(float)
        baseline = rng.normal(BASELINE_MEAN, BASELINE_SD, n)
        m = len(VISITS)
        sd = STANDARD_DEVIATIONS[:m]
        root = np.linalg.cholesky(CORRELATIONS[:m, :m] * np.outer(sd, sd))
        mean = MEANS + in_arm[:, None] * DIFFERENCES
        mean = mean + BASELINE_SLOPE * (baseline - BASELINE_MEAN)[:, None]
        change = mean + rng.standard_normal((n, m)) @ root.T
        above = change[:, 1:] - MEANS[1:] if self.unseen else change[:, :-1] - MEANS[:-1]
        leaves = rng.uniform(size=above.shape) < special.expit(LEVEL + SLOPE * above)
        stopped = np.zeros((n, m), dtype=bool)
        stopped[:, 1:] = np.cumsum(leaves, axis=1) > 0
        return in_arm, baseline, change, stopped
