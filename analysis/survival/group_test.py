"""The result of a test that groups have one curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.results import FloatArray, frame_to_html, frame_to_text

__all__ = ["GroupTest", "quadratic_test"]

_RANK = 1e-10


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class GroupTest:
    """A test of equal curves, and what each group adds to it.

    Parameters
    ----------
    name : str
        What was tested and how, such as "Logrank test".
    groups : pandas.DataFrame
        The group column, ``n, observed, expected`` and what else the test counts; weighted
        numbers where the test weighs.
    result : pandas.DataFrame
        ``statistic, df, p_value`` and what else belongs to the test, one row per test.
    notes : tuple of str
        Conventions and decisions that a reader must know.
    """

    name: str
    groups: pd.DataFrame
    result: pd.DataFrame
    notes: tuple[str, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return ``statistic, df, p_value``; one row per test."""
        return self.result.copy()

    def glance(self) -> pd.DataFrame:
        """Return one row per group: its size, and observed and expected numbers."""
        return self.groups.copy()

    def support(self) -> pd.DataFrame:
        """Return the fewest patients of a group, by which `release` decides.

        Returns
        -------
        pandas.DataFrame
            ``n, residual_df`` (patients less groups); one row per test.
        """
        n = self.groups["n"]
        counts = {"n": n.min(), "residual_df": n.sum() - len(n)}
        return pd.DataFrame(counts, index=self.result.index)

    def summary(self) -> str:
        """Return test and groups as text."""
        parts = [self.name, frame_to_text(self.result), frame_to_text(self.groups), *self.notes]
        return "\n".join(parts)

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self.result, caption=". ".join([self.name, *self.notes]))


def quadratic_test(score: FloatArray, covariance: FloatArray) -> tuple[float, int, float]:
    """Test that a score has mean zero, when its covariance may be singular.

    Parameters
    ----------
    score : array, shape (k,)
        Sums of observed minus expected.
    covariance : array, shape (k, k)
        Their covariance under the hypothesis.

    Returns
    -------
    statistic : float
        Chi-square; NaN when the covariance is zero.
    df : int
        Rank of the covariance.
    p_value : float
        Upper tail.

    Examples
    --------
    >>> statistic, df, _ = quadratic_test(
    ...     np.array([2.0, -2.0]), np.array([[1.0, -1.0], [-1.0, 1.0]]))
    >>> round(statistic, 6), df
    (4.0, 1)
    """
    values, vectors = np.linalg.eigh(covariance)
    known = values > _RANK * max(float(values[-1]), 0.0)
    rank = int(known.sum()) if values[-1] > 0.0 else 0
    if rank == 0:
        return float("nan"), 0, float("nan")
    turned = vectors[:, known].T @ score
    statistic = float((turned**2 / values[known]).sum())
    return statistic, rank, float(stats.chi2.sf(statistic, rank))
