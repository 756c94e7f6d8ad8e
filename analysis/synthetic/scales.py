"""Answers to items from severity, so that totals are sums of items and floor and ceiling hold.

Each item has its own thresholds on a latent scale (a graded response model with normal errors).
Severity is expressed as the expected total, so its mean is the mean of the totals.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtr, ndtri

from analysis.synthetic.streams import Floats, Integers

__all__ = ["SCALE_MODELS", "ScaleModel"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ScaleModel:
    """Thresholds of the items of one scale.

    Parameters
    ----------
    difficulty : tuple of float
        One per item: the higher, the rarer.
    steps : tuple of float
        Thresholds of an item of difficulty 0, one per answer above 0.
    noise : float
        Spread of the normal error of an item, on the scale of the thresholds.
    """

    difficulty: tuple[float, ...]
    steps: tuple[float, ...]
    noise: float

    @property
    def item_count(self) -> int:
        """Number of items."""
        return len(self.difficulty)

    @cached_property
    def _grid(self) -> tuple[Floats, Floats]:
        """Latent positions and the expected total at each."""
        latent = np.linspace(-6.0, 6.0, 2401)
        return latent, self._above(latent).sum(axis=(1, 2))

    def _above(self, latent: Floats) -> Floats:
        """Chance of each item being above each step; shape (positions, items, steps)."""
        thresholds = np.add.outer(np.array(self.difficulty), np.array(self.steps))
        chance: Floats = ndtr((latent[:, None, None] - thresholds) / self.noise)
        return chance

    def answers(self, expected_total: Floats, uniform: Floats) -> Integers:
        """Draw the answers to all items.

        Parameters
        ----------
        expected_total : numpy.ndarray
            Severity as the mean of the total, any shape; strictly inside the range of the scale.
        uniform : numpy.ndarray
            Same shape and one axis more, for the items.

        Returns
        -------
        numpy.ndarray
            Whole answers, shape of `uniform`.
        """
        latent, totals = self._grid
        position = np.interp(expected_total, totals, latent)
        noisy = position[..., None] + self.noise * ndtri(uniform) - np.array(self.difficulty)
        answers = np.zeros(uniform.shape, dtype=np.int64)
        for step in self.steps:
            answers += noisy > step
        return answers

    def error_sd(self, expected_total: float) -> float:
        """Spread of the total around its mean.

        Parameters
        ----------
        expected_total : float
            Mean of the total.

        Returns
        -------
        float
            Standard deviation, points.
        """
        latent, totals = self._grid
        position = np.interp([expected_total], totals, latent)
        above = self._above(position)[0]
        weights = 2.0 * np.arange(len(self.steps)) + 1.0
        variance = (above * weights).sum(axis=1) - above.sum(axis=1) ** 2
        return float(np.sqrt(variance.sum()))


SCALE_MODELS = {
    # sleep and fatigue are endorsed most, psychomotor change and item 9 least
    "PHQ-9": ScaleModel(
        difficulty=(-0.15, -0.25, -0.40, -0.60, -0.05, -0.20, 0.0, 0.75, 1.45),
        steps=(-0.90, 0.05, 0.80),
        noise=0.6,
    ),
    "GAD-7": ScaleModel(
        difficulty=(-0.30, -0.10, -0.35, -0.20, 0.50, -0.15, 0.35),
        steps=(-0.90, 0.05, 0.80),
        noise=0.6,
    ),
    "MADRS": ScaleModel(
        difficulty=(0.0, -0.25, -0.10, -0.15, 0.55, -0.05, -0.10, 0.0, 0.10, 0.95),
        steps=(-1.60, -0.95, -0.35, 0.30, 1.05, 1.90),
        noise=0.5,
    ),
}
"""Thresholds by scale."""
