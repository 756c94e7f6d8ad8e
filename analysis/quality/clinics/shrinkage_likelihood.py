"""What the data of each clinic say of its own value: the likelihood that shrinkage draws in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from analysis.quality.clinics.funnel_points import Points
from analysis.results import FloatArray

__all__ = ["ClinicLikelihood", "likelihood_of"]

Family = Literal["binomial", "poisson", "gaussian"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ClinicLikelihood:
    """Log-likelihoods of clinics on the scale on which their values are normal.

    Parameters
    ----------
    family : {"binomial", "poisson", "gaussian"}
        Log odds, log rates or ratios, or means.
    observed : array, shape (k, 1)
        Counts or means.
    size : array, shape (k, 1)
        Patients, or the count at a log rate of 0; 1 for means.
    spread : array, shape (k, 1)
        Variance of means; variance ÷ mean of counts, by which their log-likelihood is divided.
    """

    family: Family
    observed: FloatArray
    size: FloatArray
    spread: FloatArray

    def row(self, clinic: int) -> ClinicLikelihood:
        """Return the likelihood of one clinic."""
        one = slice(clinic, clinic + 1)
        return ClinicLikelihood(
            family=self.family,
            observed=self.observed[one],
            size=self.size[one],
            spread=self.spread[one],
        )

    def value(self, theta: FloatArray) -> FloatArray:
        """Compute log-likelihoods without constants.

        Parameters
        ----------
        theta : array, shape (k, m)
            Values on the scale.

        Returns
        -------
        array, shape (k, m)
            Log-likelihoods.
        """
        if self.family == "gaussian":
            return np.asarray(-0.5 * (self.observed - theta) ** 2 / self.spread)
        fitted = self.size * (
            np.logaddexp(0.0, theta) if self.family == "binomial" else np.exp(theta)
        )
        return np.asarray((self.observed * theta - fitted) / self.spread)

    def slopes(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Compute scores and informations.

        Parameters
        ----------
        theta : array, shape (k, m)
            Values on the scale.

        Returns
        -------
        tuple of array, shape (k, m)
            First derivatives, and second ones with their signs turned.
        """
        if self.family == "gaussian":
            score = (self.observed - theta) / self.spread
            return score, np.broadcast_to(1.0 / self.spread, theta.shape)
        share = special.expit(theta) if self.family == "binomial" else np.exp(theta)
        curved = share * (1.0 - share) if self.family == "binomial" else share
        score = (self.observed - self.size * share) / self.spread
        return score, np.asarray(self.size * curved / self.spread)

    def crude(self) -> FloatArray:
        """Compute each clinic's own value, shape (k,); half an event is added to counts."""
        if self.family == "gaussian":
            return self.observed[:, 0]
        events = self.observed[:, 0] + 0.5
        if self.family == "poisson":
            return np.asarray(np.log(events / self.size[:, 0]))
        return np.asarray(np.log(events / (self.size[:, 0] - events + 1.0)))

    def to_values(self, theta: FloatArray) -> FloatArray:
        """Bring values back from the scale: to proportions, rates, ratios or means."""
        if self.family == "gaussian":
            return theta
        return np.asarray(special.expit(theta) if self.family == "binomial" else np.exp(theta))


def likelihood_of(points: Points) -> ClinicLikelihood:
    """Make the likelihood of the clinics of a comparison.

    Parameters
    ----------
    points : Points
        The clinics.

    Returns
    -------
    ClinicLikelihood
        Binomial for proportions. Rates and ratios: Poisson, divided by variance ÷ mean where
        variances were given (quasi-likelihood). Means: normal with known variances.
    """
    if points.kind == "mean":
        return _rows("gaussian", points.estimate, np.ones(points.size.shape), points.variance)
    if points.kind == "proportion":
        return _rows("binomial", points.observed, points.size, np.ones(points.size.shape))
    return _rows("poisson", points.observed, points.size, points.variance / points.expected)


def _rows(
    family: Family, observed: FloatArray, size: FloatArray, spread: FloatArray
) -> ClinicLikelihood:
    """Turn vectors into columns."""
    columns = (np.asarray(values, dtype=float)[:, None] for values in (observed, size, spread))
    first, second, third = columns
    return ClinicLikelihood(family=family, observed=first, size=second, spread=third)
