"""Limits of a funnel: how far a clinic can be from the target by chance alone.

Every rule answers for the count that is expected at the target; the funnel divides by the size.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from scipy import special, stats

from analysis.errors import ModelError
from analysis.quality.clinics.funnel_counts import CountLaw
from analysis.results import FloatArray

__all__ = ["LEVELS", "LimitRule", "count_limits", "require_rule"]

LimitRule = Literal["spiegelhalter", "mid-p", "exact", "byar", "wilson", "normal"]
"""How limits are computed."""

LEVELS = {"warning": 0.95, "alarm": 0.998}
"""The two pairs of limits of a funnel and the share of clinics inside them by chance."""

_EXACT_BELOW = 10.0  # Byar's formula is poor for fewer events (Public Health England)

Both = tuple[FloatArray, FloatArray]


def require_rule(rule: str, kind: str, *, has_variance: bool) -> None:
    """Refuse a rule that is not known, or not made for what is counted.

    Parameters
    ----------
    rule : str
        A `LimitRule`.
    kind : str
        "proportion", "rate", "ratio" or "mean".
    has_variance : bool
        Whether the counts have variances of their own.

    Raises
    ------
    ModelError
        When the rule is unknown; for Wilson's without proportions; for Byar's with proportions or
        with variances, which it would not use; for others than "normal" with means.
    """
    if rule not in get_args(LimitRule):
        allowed = ", ".join(get_args(LimitRule))
        raise ModelError(f"limits is not known; allowed are {allowed}.")
    plain = kind == "proportion" and not has_variance
    if rule == "wilson" and not plain:
        raise ModelError(
            "limits='wilson' is for proportions without variances of their own; allowed here are "
            "spiegelhalter, mid-p and exact."
        )
    if rule == "byar" and (kind not in {"rate", "ratio"} or has_variance):
        raise ModelError(
            "limits='byar' is for rates and ratios whose counts are Poisson, without variances of "
            "their own; allowed here are spiegelhalter, mid-p and exact."
        )


def count_limits(law: CountLaw, rule: LimitRule, level: float) -> Both:
    """Compute the limits of counts that are as expected.

    Parameters
    ----------
    law : CountLaw
        The expected count of each clinic and its variance.
    rule : {"spiegelhalter", "mid-p", "exact", "byar", "wilson"}
        "spiegelhalter": interpolated quantiles. "mid-p": the same half an event higher, so that
        exactly the counts are outside whose one-sided mid-p-value is under (1 − `level`) ÷ 2.
        "exact": confidence limits of a count equal to the expected one (Garwood; Clopper and
        Pearson). "byar": Byar's approximation to them, exact under 10. "wilson": the same of a
        proportion by Wilson.
    level : float
        Share inside by chance.

    Returns
    -------
    tuple of array, shape (k,)
        Lower limits, not under 0, and upper limits.

    References
    ----------
    Spiegelhalter DJ (2005). Funnel plots for comparing institutional performance. Statistics in
    Medicine 24:1185-1202. Breslow NE, Day NE (1987). Statistical methods in cancer research, vol.
    II (Byar). Public Health England (2018). Technical guide: confidence intervals.

    Examples
    --------
    >>> expected = np.array([15.0])
    >>> low, high = count_limits(CountLaw(mean=expected, variance=expected), "spiegelhalter", 0.95)
    >>> (low / 15).round(4).tolist(), (high / 15).round(4).tolist()
    ([0.4907], [1.5055])
    """
    tail = (1.0 - level) / 2.0
    low, high = _RULES[rule](law, tail)
    top = np.where(law.size > 0, law.size, np.inf)
    return np.maximum(low, 0.0), np.minimum(high, top)


def _spiegelhalter(law: CountLaw, tail: float) -> Both:
    """Interpolate the quantiles."""
    return law.interpolated(tail), law.interpolated(1.0 - tail)


def _mid_p(law: CountLaw, tail: float) -> Both:
    """Move the quantiles so that counts beyond them have a mid-p-value under the tail."""
    low, high = _spiegelhalter(law, tail)
    return low + 0.5, high + 0.5


def _exact(law: CountLaw, tail: float) -> Both:
    """Invert the tests of a count equal to the mean: gamma, or beta where binomial."""
    mean, size = np.broadcast_arrays(law.mean, law.size)
    if (size < 0).any():
        raise ModelError(
            "limits='exact' is not defined where the variance is larger than the mean; allowed "
            "are spiegelhalter and mid-p."
        )
    binomial = np.isfinite(size)
    low = stats.gamma.ppf(tail, mean)
    high = stats.gamma.isf(tail, mean + 1.0)
    rest = np.where(binomial, np.maximum(size - mean, 1e-9), 1.0)
    of = np.where(binomial, size, 1.0)
    low_share = special.betaincinv(mean, rest + 1.0, tail)
    high_share = special.betaincinv(mean + 1.0, rest, 1.0 - tail)
    return np.where(binomial, of * low_share, low), np.where(binomial, of * high_share, high)


def _byar(law: CountLaw, tail: float) -> Both:
    """Approximate the exact limits of Poisson counts; exact for few events."""
    z, mean = float(stats.norm.isf(tail)), law.mean
    exact_low, exact_high = _exact(law, tail)
    low = mean * (1.0 - 1.0 / (9.0 * mean) - z / (3.0 * np.sqrt(mean))) ** 3
    above = mean + 1.0
    high = above * (1.0 - 1.0 / (9.0 * above) + z / (3.0 * np.sqrt(above))) ** 3
    few = mean < _EXACT_BELOW
    return np.where(few, exact_low, low), np.where(few, exact_high, high)


def _wilson(law: CountLaw, tail: float) -> Both:
    """Compute Wilson's limits of a proportion equal to the target."""
    z, n = float(stats.norm.isf(tail)), law.size
    middle = n * (law.mean + z**2 / 2.0) / (n + z**2)
    margin = n * z / (n + z**2) * np.sqrt(law.variance + z**2 / 4.0)
    return middle - margin, middle + margin


_RULES: dict[str, Callable[[CountLaw, float], Both]] = {
    "spiegelhalter": _spiegelhalter,
    "mid-p": _mid_p,
    "exact": _exact,
    "byar": _byar,
    "wilson": _wilson,
}
