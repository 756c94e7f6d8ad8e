"""Answers to items from severity, so that totals are sums of items and floor and ceiling hold.

Each item has its own thresholds on a latent scale (a graded response model with logistic errors).
Severity is expressed as the expected total, so its mean is the mean of the totals.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.synthetic.arithmetic import Floats, latent, log_odds, share
from analysis.synthetic.streams import Integers

__all__ = ["SCALE_MODELS", "ScaleModel"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ScaleModel:
    """Thresholds of the items of one scale, and how its total goes with severity.

    Parameters
    ----------
    difficulty : tuple of float
        One per item: the higher, the rarer.
    steps : tuple of float
        Thresholds of an item of difficulty 0, one per answer above 0.
    noise : float
        Scale of the logistic error of an item, on the scale of the thresholds.
    indication : str
        Patients who are asked; empty for all.
    mean, slope, spread : float
        Total before treatment of a patient of PHQ-9 severity 16.5, its change per point, and the
        patients' own deviation; NaN for the PHQ-9 itself.
    low, high : float
        Limits of the expected total before treatment.
    change : float
        Relative change per relative change of severity.
    """

    difficulty: tuple[float, ...]
    steps: tuple[float, ...]
    noise: float
    indication: str = ""
    mean: float = np.nan
    slope: float = 0.0
    spread: float = 0.0
    low: float = 0.0
    high: float = 0.0
    change: float = 1.0

    @property
    def item_count(self) -> int:
        """Number of items."""
        return len(self.difficulty)

    @property
    def highest_total(self) -> int:
        """Largest total."""
        return self.item_count * len(self.steps)

    @cached_property
    def _grid(self) -> tuple[Floats, Floats]:
        """Latent positions and the expected total at each, rounded to six decimals."""
        positions = np.linspace(-8.0, 8.0, 3201)
        thresholds = np.add.outer(np.array(self.difficulty), np.array(self.steps)).ravel()
        total = np.zeros_like(positions)
        for threshold in thresholds:  # one by one: the order of a sum decides its last bit
            total = total + share((positions - threshold) / self.noise)
        return positions, latent(total)

    def answers(self, expected: Floats, uniform: Floats) -> Integers:
        """Draw the answers to all items.

        Parameters
        ----------
        expected : numpy.ndarray
            Severity as the mean of the total, any shape; strictly inside the range of the scale.
        uniform : numpy.ndarray
            Same shape and one axis more, for the items.

        Returns
        -------
        numpy.ndarray
            Whole answers, shape of `uniform`.
        """
        position = self._position(expected)
        noisy = position[..., None] + self.noise * log_odds(uniform) - np.array(self.difficulty)
        noisy = latent(noisy)
        answers = np.zeros(uniform.shape, dtype=np.int64)
        for step in self.steps:
            answers += noisy > step
        return answers

    def _position(self, expected: Floats) -> Floats:
        """Find the latent position of an expected total, linearly between grid points."""
        positions, totals = self._grid
        right = np.clip(np.searchsorted(totals, expected, side="right"), 1, len(totals) - 1)
        low, high = totals[right - 1], totals[right]
        part = (expected - low) / np.maximum(high - low, 1e-6)
        step = positions[1] - positions[0]
        return latent(positions[right - 1] + np.clip(part, 0.0, 1.0) * step)


SCALE_MODELS = {
    # sleep and fatigue are endorsed most, psychomotor change and item 9 least
    "PHQ-9": ScaleModel(
        difficulty=(-0.15, -0.25, -0.40, -0.60, -0.05, -0.20, 0.0, 0.75, 1.45),
        steps=(-0.90, 0.05, 0.80),
        noise=0.35,
    ),
    "GAD-7": ScaleModel(
        difficulty=(-0.30, -0.10, -0.35, -0.20, 0.50, -0.15, 0.35),
        steps=(-0.90, 0.05, 0.80),
        noise=0.35,
        slope=0.5,
        low=1.5,
        high=20.0,
    ),
    "MADRS": ScaleModel(
        difficulty=(0.0, -0.25, -0.10, -0.15, 0.55, -0.05, -0.10, 0.0, 0.10, 0.95),
        steps=(-1.60, -0.95, -0.35, 0.30, 1.05, 1.90),
        noise=0.3,
        mean=30.5,
        slope=0.9,
        spread=4.0,
        low=12.0,
        high=52.0,
        change=1.1,
    ),
    "PCL-5": ScaleModel(
        difficulty=tuple(0.06 * (k % 7) - 0.25 for k in range(20)),
        steps=(-1.2, -0.4, 0.4, 1.2),
        noise=0.4,
        indication="PTSD",
        mean=48.0,
        slope=0.8,
        spread=10.0,
        low=20.0,
        high=76.0,
        change=0.8,
    ),
    "Use-days-30": ScaleModel(
        difficulty=(0.0,),
        steps=tuple(0.1 * k - 1.5 for k in range(30)),
        noise=0.12,
        indication="substance use",
        mean=13.0,
        spread=7.0,
        low=2.0,
        high=29.0,
        change=1.0,
    ),
    "C-SSRS": ScaleModel(
        difficulty=(0.0,),
        steps=(0.0, 0.6, 1.2, 1.8, 2.4),
        noise=0.35,
        mean=1.1,
        slope=0.12,
        spread=0.5,
        low=0.05,
        high=4.5,
        change=1.2,
    ),
}
"""Models by scale."""
