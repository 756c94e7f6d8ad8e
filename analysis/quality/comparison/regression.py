"""What patients chosen for a bad baseline would show without any treatment.

The mean change is that of `analysis.outcomes.regression_to_the_mean`; here are the shares of
patients who would meet the rule of an outcome, by the same model.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtr

from analysis.errors import DataError
from analysis.outcomes import Definition, RegressionToTheMean
from analysis.results import FloatArray

__all__ = ["expected_share"]

_FAR = 9.0
_HALF = 0.5  # a whole score stands for half a point to either side
_ROUNDING = 1e-9
_NODES = 4001
_KINDS = ("fraction", "cut-off", "worsening")


def expected_share(regression: RegressionToTheMean, definition: Definition) -> float:
    """Compute the share that meets a rule when treatment changes nothing.

    Baselines are normal and cut off at the entry; the later score given the baseline is normal
    about what regression to the mean leaves of it. Both are rounded to whole points, as scores are.
    No floor or ceiling.

    Parameters
    ----------
    regression : RegressionToTheMean
        Mean, standard deviation, reliability, entry and baseline rule.
    definition : Definition
        A rule of the kind "fraction", "cut-off" or "worsening" with its points.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    DataError
        When the rule is of another kind, or the baseline is the worst of several scores, whose
        distribution this does not have.

    References
    ----------
    Barnett AG, van der Pols JC, Dobson AJ (2005). International Journal of Epidemiology 34:215-220.

    Examples
    --------
    >>> from analysis.outcomes import definition, regression_to_the_mean
    >>> chosen = regression_to_the_mean(reliability=0.8, mean=16, standard_deviation=5, entry=10)
    >>> round(expected_share(chosen, definition("response", "PHQ-9")), 3)
    0.007
    """
    if definition.kind not in _KINDS:
        raise DataError(f"The rule must be of one of the kinds {', '.join(_KINDS)}.")
    if regression.rule.method == "worst":
        raise DataError(
            "The share under regression to the mean is not known for the worst of several scores. "
            "Take the last score or the mean as the baseline."
        )
    baseline, weight = _baselines(regression)
    return float(weight @ _meets(baseline, regression, definition))


def _sign(regression: RegressionToTheMean) -> float:
    """Return 1 where lower is better, else -1."""
    return -1.0 if regression.direction == "higher is better" else 1.0


def _spread(regression: RegressionToTheMean) -> float:
    """Return the standard deviation of the baseline relative to that of one score."""
    k = regression.rule.k or 1
    return math.sqrt((1.0 + (k - 1) * regression.reliability) / k)


def _baselines(regression: RegressionToTheMean) -> tuple[FloatArray, FloatArray]:
    """Return baselines of those who enter, and how often each comes."""
    spread = regression.standard_deviation * _spread(regression)
    standard = np.linspace(-_FAR, _FAR, _NODES)
    if regression.entry is not None:
        half = _HALF / (regression.rule.k or 1)
        edge = (_sign(regression) * (regression.entry - regression.mean) - half) / spread
        standard = np.linspace(max(edge, -_FAR), _FAR, _NODES)
    density = np.exp(-0.5 * (standard**2 - (standard**2).min()))
    density[[0, -1]] /= 2.0  # trapezoid
    baseline = regression.mean + _sign(regression) * spread * standard
    return baseline, density / density.sum()


def _meets(
    baseline: FloatArray, regression: RegressionToTheMean, definition: Definition
) -> FloatArray:
    """Return the chance that the later score meets the rule, given each baseline."""
    sign, spread = _sign(regression), _spread(regression)
    slope = regression.reliability / spread**2
    left = regression.standard_deviation * math.sqrt(1.0 - regression.reliability**2 / spread**2)
    expected = regression.mean + slope * (baseline - regression.mean)
    k = regression.rule.k or 1
    worst = _last_whole(np.round(sign * baseline * k) / k, sign, definition)
    below = np.asarray(ndtr((worst + _HALF - sign * expected) / left))
    return 1.0 - below if definition.kind == "worsening" else below


def _last_whole(severity: FloatArray, sign: float, definition: Definition) -> FloatArray:
    """Return the most severe whole score that meets a rule, or is not yet worse.

    Severity is the score where lower is better, and its negative where higher is.
    """
    numbers = definition.parameters
    if definition.kind == "cut-off":
        return np.full_like(severity, sign * numbers["cut_off"])
    if definition.kind == "fraction":
        return np.floor(severity * (1.0 - sign * numbers["fraction"]) + _ROUNDING)
    if numbers["points"] == 0.0:
        return np.floor(severity + _ROUNDING)
    return np.ceil(severity + numbers["points"] - _ROUNDING) - 1.0
