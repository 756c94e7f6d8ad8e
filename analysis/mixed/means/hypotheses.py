"""Which null value a difference is tested against, and on which side of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.errors import ModelError
from analysis.results import FloatArray, check_option

__all__ = ["SIDES", "Hypothesis"]

SIDES = ("two-sided", "less", "greater", "equivalence")


@dataclass(frozen=True, kw_only=True)
class Hypothesis:
    """A null hypothesis about a difference, and its alternative.

    Parameters
    ----------
    side : str
        ``"two-sided"``, ``"less"``, ``"greater"`` or ``"equivalence"``: what is to be shown about
        the difference.
    margin : float
        The null value, with its sign; for equivalence the half-width of the range, above 0.

    Raises
    ------
    ModelError
        When the side is unknown or the margin cannot be used with it.

    Examples
    --------
    >>> Hypothesis(side="less", margin=2.0).text()
    'H0: difference >= 2; to be shown: difference < 2, by a one-sided test.'
    """

    side: str = "two-sided"
    margin: float = 0.0

    def __post_init__(self) -> None:
        check_option("side", self.side, SIDES)
        if not np.isfinite(self.margin):
            raise ModelError("margin must be a finite number, on the scale of the outcome.")
        if self.side == "equivalence" and self.margin <= 0.0:
            raise ModelError(
                f"margin is {self.margin:g}; equivalence needs the largest difference that does "
                "not matter, a number above 0, such as margin=2."
            )

    @property
    def tails(self) -> int:
        """Tails of the t distribution that a p-value counts: 2, or 1."""
        return 2 if self.side == "two-sided" else 1

    def statistic(self, estimate: FloatArray, std_error: FloatArray) -> FloatArray:
        """Compute the t statistics.

        Parameters
        ----------
        estimate, std_error : array, shape (m,)
            Differences and their standard errors.

        Returns
        -------
        array, shape (m,)
            ``(estimate - margin) / std_error``. For equivalence ``(|estimate| - margin) /
            std_error``, the one of the two that shows less; below 0 inside the margins.
        """
        size = np.abs(estimate) if self.side == "equivalence" else estimate
        return np.asarray((size - self.margin) / std_error)

    def evidence(self, statistic: FloatArray) -> FloatArray:
        """Turn statistics so that larger ones speak against the null hypothesis.

        Parameters
        ----------
        statistic : array, shape (m,)
            As from `statistic`.

        Returns
        -------
        array, shape (m,)
            Absolute, negative or unchanged.
        """
        if self.side == "two-sided":
            return np.abs(statistic)
        return statistic if self.side == "greater" else -statistic

    def p_values(self, evidence: FloatArray, df: FloatArray) -> FloatArray:
        """Compute p-values, each for itself.

        Parameters
        ----------
        evidence, df : array, shape (m,)
            As from `evidence`; degrees of freedom.

        Returns
        -------
        array, shape (m,)
            One- or two-sided.
        """
        return np.asarray(self.tails * stats.t.sf(evidence, df))

    def critical(self, share: FloatArray | float, df: FloatArray) -> FloatArray:
        """Compute the evidence that is just enough at a level of significance.

        Parameters
        ----------
        share : float or array
            Level of significance of each test.
        df : array, shape (m,)
            Degrees of freedom.

        Returns
        -------
        array, shape (m,)
            Quantiles of t.
        """
        return np.asarray(stats.t.isf(np.asarray(share) / self.tails, df))

    def limits(
        self, estimate: FloatArray, std_error: FloatArray, critical: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Compute the interval of the values that the test would not reject.

        Parameters
        ----------
        estimate, std_error, critical : array, shape (m,)
            Differences, their standard errors and critical values.

        Returns
        -------
        low, high : array, shape (m,)
            One of them infinite for ``"less"`` and ``"greater"``.
        """
        reach = critical * std_error
        low = np.full_like(estimate, -np.inf) if self.side == "less" else estimate - reach
        high = np.full_like(estimate, np.inf) if self.side == "greater" else estimate + reach
        return low, high

    def text(self) -> str:
        """Return the hypotheses in words."""
        margin = f"{self.margin:g}"
        if self.side == "two-sided":
            return f"H0: difference = {margin}; two-sided test."
        if self.side == "equivalence":
            return (
                f"H0: difference <= -{margin} or >= {margin}; to be shown: between them, by two "
                "one-sided tests, with intervals of 2 conf_level - 1."
            )
        null, shown = (">=", "<") if self.side == "less" else ("<=", ">")
        return (
            f"H0: difference {null} {margin}; to be shown: difference {shown} {margin}, by a "
            "one-sided test."
        )
