"""Regression to the mean: the change that choosing patients and baselines causes by itself.

The model: scores of a patient, before and after, are equicorrelated normal with one mean and one
standard deviation, so that nothing changes. Entry is by the baseline that the rule makes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr, ndtr

from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.outcomes.baseline import LAST, BaselineRule
from analysis.outcomes.cohort import treated_patients
from analysis.outcomes.entry import stated_threshold
from analysis.study import Study

__all__ = ["RegressionToTheMean", "expected_regression", "regression_to_the_mean"]

_FAR = 9.0  # standard deviations beyond which a normal tail is below 1e-18
_NO_ENTRY = -12.0  # an entry so far below the mean keeps every patient
_MOST_SELECTED = 6.0


@dataclass(frozen=True, kw_only=True)
class RegressionToTheMean:
    """The expected change when treatment changes nothing, with the assumptions behind it.

    Parameters
    ----------
    expected_change : float
        Mean of score − baseline among those who enter, points of the scale.
    rule : BaselineRule
        How the baseline is made.
    mean, standard_deviation : float
        Of single scores in everybody who might enter, points.
    reliability : float
        Correlation of two scores of a patient.
    entry : float or None
        Least severe baseline that enters; None: everybody does.
    direction : str
        That of the scale.
    """

    expected_change: float
    rule: BaselineRule
    mean: float
    standard_deviation: float
    reliability: float
    entry: float | None
    direction: str = "lower is better"

    def __repr__(self) -> str:
        """Say the change and its assumptions in sentences."""
        word = "at most" if self.direction == "higher is better" else "at least"
        enters = "everybody enters" if self.entry is None else f"entry {word} {self.entry:g}"
        return (
            f"Expected change at zero effect: {self.expected_change:+z.2f} points "
            f"({enters}).\n{self.rule!r}\n"
            f"Assumes normal scores with mean {self.mean:g}, SD {self.standard_deviation:g} and "
            f"correlation {self.reliability:g} between any two of a patient, no floor or ceiling, "
            "entry by the baseline itself, and no change at all."
        )


def regression_to_the_mean(
    rule: BaselineRule = LAST,
    *,
    reliability: float,
    mean: float,
    standard_deviation: float,
    entry: float | None = None,
    direction: str = "lower is better",
) -> RegressionToTheMean:
    """Compute the expected change from baseline when nothing changes.

    Exact for the last score and the mean of k (truncated bivariate normal); for the worst of k by
    numerical integration, to 1e-9 of a standard deviation for k up to 5, a reliability up to 0.98
    and an entry up to 3 standard deviations above the mean. A rule without `k` ("mean" of all)
    needs one here.

    Parameters
    ----------
    rule : BaselineRule
        How the baseline is made; its `k` scores are taken to be there in every patient.
    reliability : float
        Correlation of two scores of a patient (test-retest), 0 to below 1.
    mean, standard_deviation : float
        Of single scores in everybody who might enter, points of the scale.
    entry : float, optional
        Least severe baseline that enters, points; None: everybody enters.
    direction : {"lower is better", "higher is better"}
        That of the scale.

    Returns
    -------
    RegressionToTheMean
        Negative where lower is better: patients seem to improve.

    Raises
    ------
    DataError
        When a number is out of its range, or the rule does not say how many scores it takes.

    References
    ----------
    Barnett, A. G., van der Pols, J. C. and Dobson, A. J. (2005). Regression to the mean: what it is
    and how to deal with it. International Journal of Epidemiology 34, 215-220.

    Examples
    --------
    >>> rtm = regression_to_the_mean(reliability=0.8, mean=16, standard_deviation=5, entry=10)
    >>> round(rtm.expected_change, 2)
    -0.22
    """
    _require_model(rule, reliability, standard_deviation)
    if not math.isfinite(mean) or (entry is not None and not math.isfinite(entry)):
        raise DataError("The mean and the entry must be finite numbers.")
    if direction not in ("lower is better", "higher is better"):
        raise DataError("The direction is that lower or that higher is better.")
    sign = -1.0 if direction == "higher is better" else 1.0
    cut = _NO_ENTRY if entry is None else sign * (entry - mean) / standard_deviation
    if cut > _MOST_SELECTED:
        raise DataError("The entry is more than 6 SD beyond the mean, so nobody would enter.")
    change = (_worst_of if rule.method == "worst" else _mean_of)(rule.k or 1, reliability, cut)
    return RegressionToTheMean(
        expected_change=sign * standard_deviation * change,
        rule=rule,
        mean=mean,
        standard_deviation=standard_deviation,
        reliability=reliability,
        entry=entry,
        direction=direction,
    )


def expected_regression(
    study: Study,
    instrument: str,
    *,
    baseline: BaselineRule = LAST,
    baseline_at_least: float | None = None,
) -> RegressionToTheMean:
    """Compute the regression to the mean of a baseline rule in a study.

    Mean and standard deviation are those of the last score before the first treatment in all who
    have one, whatever its height; the correlation is the reliability of the scale.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    baseline : BaselineRule
        How the baseline is made.
    baseline_at_least : float, optional
        Entry threshold, points; None: the scale's own.

    Returns
    -------
    RegressionToTheMean
        With its assumptions.

    Raises
    ------
    DataError
        When the reliability of the scale is not known or fewer than two patients have a baseline.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> expected_regression(study, "PHQ-9").expected_change < 0
    True
    """
    scale = load_instrument(instrument)
    if scale.reliability is None:
        raise DataError(f"The reliability of {scale.name} is not known; state it yourself.")
    scores = treated_patients(study, instrument=instrument)["baseline"].dropna()
    if len(scores) < 2:
        raise DataError("Fewer than two patients have a baseline, so its spread is not known.")
    return regression_to_the_mean(
        baseline,
        reliability=scale.reliability,
        mean=float(scores.mean()),
        standard_deviation=float(scores.std()),
        entry=stated_threshold(instrument, baseline_at_least),
        direction=scale.direction,
    )


def _require_model(rule: BaselineRule, reliability: float, standard_deviation: float) -> None:
    """Refuse numbers that no such scores can have."""
    if not 0.0 <= reliability < 1.0:
        raise DataError("The reliability must be from 0 to below 1.")
    if not (math.isfinite(standard_deviation) and standard_deviation > 0.0):
        raise DataError("The standard deviation must be above 0.")
    if rule.method == "mean" and rule.k is None:
        raise DataError("State k in the baseline rule: of how many scores the mean is taken.")


def _mean_of(k: int, reliability: float, cut: float) -> float:
    """Change for the mean of k scores in standard deviations: a truncated bivariate normal."""
    spread = math.sqrt((1.0 + (k - 1) * reliability) / k)
    edge = cut / spread
    log_density = -0.5 * edge**2 - 0.5 * math.log(2.0 * math.pi)
    excess = math.exp(log_density - float(log_ndtr(-edge)))
    return (reliability / spread - spread) * excess


def _worst_of(k: int, reliability: float, cut: float) -> float:
    """Change for the worst of k scores in standard deviations, integrated over true severity."""
    error = math.sqrt(1.0 - reliability)
    true, weight = _nodes(400, -_FAR, _FAR)
    weight = weight * np.exp(-0.5 * true**2)
    severity = math.sqrt(reliability) * true
    edge = (max(cut, _NO_ENTRY) - severity) / error
    enters = -np.expm1(k * log_ndtr(edge))
    lost = (severity - max(cut, _NO_ENTRY)) * enters - error * _mean_excess(edge, k)
    return float(weight @ lost / (weight @ enters))


def _mean_excess(edge: npt.NDArray[np.float64], k: int) -> npt.NDArray[np.float64]:
    """Mean of what the largest of k standard normals has above each edge (0 where below)."""
    start = np.clip(edge, -_FAR, _FAR)
    node, weight = _nodes(96, 0.0, 1.0)
    width = _FAR - start
    points = start[:, None] + width[:, None] * node
    inside: npt.NDArray[np.float64] = width * ((1.0 - ndtr(points) ** k) @ weight)
    return inside + np.maximum(start - edge, 0.0)


@cache
def _legendre(n: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Gauss-Legendre nodes and weights on -1 to 1, which take longer than what they are for."""
    return np.polynomial.legendre.leggauss(n)


def _nodes(
    n: int, low: float, high: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Gauss-Legendre nodes and weights on an interval."""
    node, weight = _legendre(n)
    half = 0.5 * (high - low)
    return low + half * (node + 1.0), half * weight
