"""Two curves of the latent path: waning between doses, and drifting back after induction."""

from __future__ import annotations

import numpy as np

from analysis.synthetic.arithmetic import Floats, exponential, logarithm

__all__ = ["LN2", "RESPONSE", "drifted", "waned"]

RESPONSE = 0.5
"""Fraction of where the course began below which there is response."""

LN2 = 0.6931471805599453
"""Natural logarithm of 2: in a half-life an effect falls by it."""


def waned(top: Floats, goal: Floats, effect: Floats, since: Floats, half_life: Floats) -> Floats:
    """Fraction of severity between two sessions of induction.

    Parameters
    ----------
    top, goal : numpy.ndarray
        Fractions at the beginning of the course and after a full induction.
    effect : numpy.ndarray
        Fraction of the effect reached after the last session.
    since, half_life : numpy.ndarray
        Days since then, and days in which half of the effect is gone.

    Returns
    -------
    numpy.ndarray
        Shape of the arguments.
    """
    kept = exponential(-LN2 * (since / half_life))
    fraction: Floats = top - (top - goal) * (effect * kept)
    return fraction


def drifted(
    top: Floats, settled: Floats, elapsed: Floats, loss_days: Floats, relapse_level: float
) -> Floats:
    """Fraction of severity after induction; responders pass half of `top` at `loss_days`.

    Parameters
    ----------
    top, settled : numpy.ndarray
        Fractions at the beginning of the course and once its effect has settled.
    elapsed, loss_days : numpy.ndarray
        Days on the loss clock, and those at which response is lost.
    relapse_level : float
        Part of `top` to which severity returns in the end.

    Returns
    -------
    numpy.ndarray
        Shape of the arguments.
    """
    level = np.maximum(settled, relapse_level * top)
    room = np.maximum(level - settled, 1e-9)
    half = RESPONSE * top
    way = np.where(settled < half, np.minimum((half - settled) / room, 0.999), 0.5)
    ratio = elapsed / loss_days
    back = 1.0 - exponential(logarithm(1.0 - way) * (ratio * ratio))
    fraction: Floats = settled + (level - settled) * back
    return fraction
