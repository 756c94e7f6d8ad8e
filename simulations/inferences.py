"""What one trial says about one hypothesis by one method, and many trials together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.mixed.inference.fixed_effects import FixedEffects, degrees_of_freedom, joint_test
from analysis.results import FloatArray, critical_value

__all__ = ["Inference", "chi_square", "of_contrast", "of_joint_test", "summarised"]

CONF_LEVEL = 0.95
SIGNIFICANT = 1.0 - CONF_LEVEL


@dataclass(frozen=True, kw_only=True)
class Inference:
    """A test, and for a single contrast also its estimate and interval.

    Parameters
    ----------
    p_value, degrees : float
        Two-sided, and the degrees of freedom (of the denominator) behind it.
    estimate, standard_error, margin : float
        The contrast, its standard error, and half the width of its 95 % interval.
    """

    p_value: float
    degrees: float
    estimate: float = np.nan
    standard_error: float = np.nan
    margin: float = np.nan

    @property
    def is_number(self) -> bool:
        """Tell whether the method had an answer."""
        return bool(np.isfinite(self.p_value))


def of_contrast(
    contrast: FloatArray, fixed: FixedEffects, *, degrees: float | None = None
) -> Inference:
    """Test one linear function of the coefficients, at the degrees of freedom of the fit."""
    if degrees is None:
        degrees = float(degrees_of_freedom(contrast[None, :], fixed)[0])
    estimate = float(contrast @ fixed.estimate)
    error = float(np.sqrt(contrast @ fixed.vcov @ contrast))
    return Inference(
        p_value=float(2.0 * stats.t.sf(abs(estimate) / error, degrees)),
        degrees=degrees,
        estimate=estimate,
        standard_error=error,
        margin=error * float(critical_value(np.array([degrees]), CONF_LEVEL)[0]),
    )


def of_joint_test(contrasts: FloatArray, fixed: FixedEffects) -> Inference:
    """Test several linear functions at once by the F test of the fit."""
    test = joint_test(contrasts, fixed)
    return Inference(p_value=test["p_value"], degrees=test["df2"])


def chi_square(contrasts: FloatArray, fixed: FixedEffects) -> Inference:
    """Test several linear functions at once as if the variances were known."""
    effect = contrasts @ fixed.estimate
    wald = float(effect @ np.linalg.solve(contrasts @ fixed.vcov @ contrasts.T, effect))
    return Inference(p_value=float(stats.chi2.sf(wald, len(contrasts))), degrees=np.inf)


def summarised(
    found: Sequence[Inference], failed: Counter[str], true_value: float
) -> dict[str, object]:
    """Count over trials, with Monte-Carlo standard errors.

    Parameters
    ----------
    found : sequence of Inference
        One per trial that had a fit.
    failed : Counter
        Trials without a fit, by kind of message.
    true_value : float
        Of the contrast; zero also means that a rejection is an error.

    Returns
    -------
    dict
        One row of the results.
    """
    kept = [one for one in found if one.is_number]
    no_number = Counter({"no finite p-value": len(found) - len(kept)})
    failures = failed + no_number
    trials = len(found) + failed.total()
    return {
        "trials": trials,
        "failures": failures.total(),
        "failure_share": failures.total() / trials,
        "failure_kinds": _listed(failures),
        **_coverage(kept, true_value),
        **_rejection(kept, true_value),
        **_estimation(kept, true_value),
        "mean_df": _mean([one.degrees for one in kept]),
    }


def _listed(failures: Counter[str]) -> str:
    """Write the kinds of failure with their counts."""
    return "; ".join(f"{kind}: {n}" for kind, n in failures.most_common()) or "none"


def _coverage(kept: Sequence[Inference], true_value: float) -> dict[str, float]:
    """Count the intervals that hold the truth."""
    inside = [abs(one.estimate - true_value) <= one.margin for one in kept if one.margin > 0.0]
    return {"coverage": _mean(inside), "coverage_error": _share_error(inside)}


def _rejection(kept: Sequence[Inference], true_value: float) -> dict[str, float]:
    """Count the tests at 5 % that find a difference: an error, or the power."""
    found = [one.p_value < SIGNIFICANT for one in kept]
    is_error = true_value == 0.0
    return {
        "type_one_error": _mean(found) if is_error else np.nan,
        "power": np.nan if is_error else _mean(found),
        "rejection_error": _share_error(found),
    }


def _estimation(kept: Sequence[Inference], true_value: float) -> dict[str, float]:
    """Compare the estimates with the truth and their standard errors with their spread."""
    estimates = np.array([one.estimate for one in kept])
    spread = float(estimates.std(ddof=1)) if len(kept) > 1 else np.nan
    return {
        "mean_bias": _mean(estimates) - true_value,
        "bias_error": spread / np.sqrt(max(len(kept), 1)),
        "mean_standard_error": _mean([one.standard_error for one in kept]),
        "empirical_standard_deviation": spread,
    }


def _mean(values: Sequence[float] | FloatArray) -> float:
    """Average, without a warning when there is nothing."""
    return float(np.mean(values)) if len(values) else np.nan


def _share_error(found: Sequence[bool]) -> float:
    """Return the standard error of a share."""
    share = _mean(found)
    return float(np.sqrt(share * (1.0 - share) / max(len(found), 1)))
