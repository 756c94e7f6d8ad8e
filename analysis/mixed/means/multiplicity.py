"""P-values and critical values of several comparisons at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats
from statsmodels.stats.multitest import multipletests

from analysis.errors import ModelError
from analysis.mixed.means.hypotheses import Hypothesis
from analysis.mixed.means.multivariate_t import largest_t
from analysis.results import FloatArray, check_option, counted

__all__ = ["ADJUSTMENTS", "FAMILIES", "Adjustment", "Comparable", "adjust_families"]

NAMES = {
    "none": "not adjusted",
    "bonferroni": "Bonferroni",
    "sidak": "Šidák",
    "holm": "Holm",
    "hochberg": "Hochberg",
    "hommel": "Hommel",
    "fdr_bh": "Benjamini-Hochberg (false discovery rate)",
    "fdr_by": "Benjamini-Yekutieli (false discovery rate)",
    "tukey": "Tukey",
    "dunnett": "Dunnett (multivariate t)",
    "mvt": "multivariate t",
}
ADJUSTMENTS = tuple(NAMES)
FAMILIES = ("by", "all")

_JOINT = ("tukey", "dunnett", "mvt")
_OWN_INTERVAL = ("none", "bonferroni", "sidak", *_JOINT)
_STATSMODELS = {"hochberg": "simes-hochberg"}  # the others have the same name there

Tail = Callable[[FloatArray, FloatArray], FloatArray]


@dataclass(frozen=True, kw_only=True)
class Adjustment:
    """How p-values and intervals allow for the number of comparisons.

    Parameters
    ----------
    method : str
        One of `ADJUSTMENTS`.
    family : str
        ``"by"``: the comparisons within each group are a family. ``"all"``: all together.

    Raises
    ------
    ModelError
        When one of them is unknown.

    Examples
    --------
    >>> Adjustment(method="holm").interval
    'bonferroni'
    """

    method: str = "none"
    family: str = "by"

    def __post_init__(self) -> None:
        check_option("adjust", self.method, ADJUSTMENTS)
        if self.family not in FAMILIES:
            raise ModelError(
                f"family is {self.family!r}; allowed are 'by' (the comparisons within each group "
                "of the by columns) and 'all' (all rows)."
            )

    @property
    def interval(self) -> str:
        """The adjustment of the intervals: the method's own, or Bonferroni's where it has none."""
        return self.method if self.method in _OWN_INTERVAL else "bonferroni"

    def text(self, size: int, *, one_family: bool) -> str:
        """Say what p-values and intervals allow for.

        Parameters
        ----------
        size : int
            Comparisons in a family.
        one_family : bool
            Whether all rows together are one family.

        Returns
        -------
        str
            A sentence.
        """
        if self.method == "none":
            return "P-values and intervals: not adjusted for the number of comparisons."
        where = "" if one_family else " in each group"
        counts = f"{counted(size, 'comparison')}{where}"
        return f"P-values: {NAMES[self.method]}; intervals: {NAMES[self.interval]}; {counts}."

    def check(self, kind: str, side: str, *, one_family: bool) -> None:
        """Refuse a method that does not hold for these comparisons.

        Parameters
        ----------
        kind, side : str
            Of `Comparisons` and `Hypothesis`.
        one_family : bool
            Whether there is one group only.

        Raises
        ------
        ModelError
            When a method is asked for what it is not made for.
        """
        if self.method in _JOINT and side == "equivalence":
            raise ModelError(
                f"adjust={self.method!r} has no form for equivalence; take 'holm' or 'bonferroni'."
            )
        if self.method == "dunnett" and kind != "reference":
            raise ModelError(
                "adjust='dunnett' is for comparisons with a reference level, such as "
                "contrasts('iv'); for others take 'mvt', which computes the same for any."
            )
        within = self.family == "by" or one_family
        suited = kind == "pairwise" and side == "two-sided" and within
        if self.method == "tukey" and not suited:
            raise ModelError(
                "adjust='tukey' is for two-sided pairwise comparisons, within each group; for "
                "others take 'mvt' (any comparisons, one- or two-sided, family='all' too)."
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparable:
    """What adjustments need to know of the comparisons.

    Parameters
    ----------
    evidence, df : array, shape (m,)
        As from `Hypothesis.evidence`; degrees of freedom.
    covariance : array, shape (m, m)
        Covariance of the estimates, up to a factor.
    n_levels : int
        Levels whose pairs are compared.
    """

    evidence: FloatArray
    df: FloatArray
    covariance: FloatArray
    n_levels: int

    def take(self, rows: NDArray[np.intp]) -> Comparable:
        """Keep some rows.

        Parameters
        ----------
        rows : array of int
            Positions.

        Returns
        -------
        Comparable
            These rows.
        """
        return Comparable(
            evidence=self.evidence[rows],
            df=self.df[rows],
            covariance=self.covariance[np.ix_(rows, rows)],
            n_levels=self.n_levels,
        )


def adjust_families(
    asked: Comparable,
    families: NDArray[np.intp],
    *,
    adjustment: Adjustment,
    hypothesis: Hypothesis,
    conf_level: float,
) -> tuple[FloatArray, FloatArray]:
    """Compute p-values and critical values, family by family.

    Parameters
    ----------
    asked : Comparable
        All rows.
    families : array of int, shape (m,)
        Which rows belong together.
    adjustment, hypothesis : Adjustment, Hypothesis
        What is asked for.
    conf_level : float
        Coverage of the intervals: of each, or of all in a family together.

    Returns
    -------
    p_value, critical : array, shape (m,)
        Adjusted p-values; evidence that is just enough.

    Notes
    -----
    Step-down, step-up and false-discovery methods have no interval of their own; theirs are
    Bonferroni's, as in R's emmeans, so an interval may hold a null value that is rejected. Šidák is
    exact for independent statistics and on the safe side for two-sided correlated ones. Tukey
    takes the studentised range with the degrees of freedom of each row (Tukey-Kramer).

    References
    ----------
    Hochberg Y, Tamhane AC (1987). Multiple Comparison Procedures. Wiley.
    Dunnett CW (1955). Journal of the American Statistical Association 50:1096-1121.
    Kramer CY (1956). Biometrics 12:307-310.
    Holm S (1979). Scandinavian Journal of Statistics 6:65-70.
    Benjamini Y, Hochberg Y (1995). Journal of the Royal Statistical Society B 57:289-300.

    Examples
    --------
    >>> asked = Comparable(evidence=np.array([2.5, 1.0]), df=np.array([20.0, 20.0]),
    ...                    covariance=np.eye(2), n_levels=3)
    >>> p_value, critical = adjust_families(
    ...     asked, np.zeros(2, dtype=np.intp), adjustment=Adjustment(method="bonferroni"),
    ...     hypothesis=Hypothesis(), conf_level=0.95)
    >>> p_value.round(3).tolist(), critical.round(3).tolist()
    ([0.042, 0.659], [2.423, 2.423])
    """
    p_value, critical = np.empty_like(asked.evidence), np.empty_like(asked.evidence)
    compute = _joint if adjustment.method in _JOINT else _by_counting
    for family in np.unique(families):
        rows = np.flatnonzero(families == family)
        p_value[rows], critical[rows] = compute(
            asked.take(rows), adjustment, hypothesis, 1.0 - conf_level
        )
    return p_value, critical


def _by_counting(
    asked: Comparable, adjustment: Adjustment, hypothesis: Hypothesis, alpha: float
) -> tuple[FloatArray, FloatArray]:
    """Adjust by the number of comparisons and the order of their p-values."""
    raw = hypothesis.p_values(asked.evidence, asked.df)
    shares = {
        "none": alpha,
        "bonferroni": alpha / raw.size,
        "sidak": -np.expm1(np.log1p(-alpha) / raw.size),
    }
    critical = hypothesis.critical(shares[adjustment.interval], asked.df)
    if adjustment.method == "none":
        return raw, critical
    name = _STATSMODELS.get(adjustment.method, adjustment.method)
    with np.errstate(divide="ignore"):  # Šidák takes the logarithm of 1 - p
        return np.asarray(multipletests(raw, method=name)[1]), critical


def _joint(
    asked: Comparable, adjustment: Adjustment, hypothesis: Hypothesis, alpha: float
) -> tuple[FloatArray, FloatArray]:
    """Adjust by the joint distribution; the truth lies between no adjustment and Bonferroni."""
    raw = hypothesis.p_values(asked.evidence, asked.df)
    tail = _tail(asked, adjustment.method, two_sided=hypothesis.tails == 2)
    p_value = np.clip(tail(asked.evidence, asked.df), raw, np.minimum(raw.size * raw, 1.0))
    degrees, row = np.unique(asked.df, return_inverse=True)
    low = hypothesis.critical(alpha, degrees)
    high = hypothesis.critical(alpha / raw.size, degrees)
    roots = [_root(tail, alpha, *ends) for ends in zip(degrees, low, high, strict=True)]
    return p_value, np.array(roots)[row]


def _tail(asked: Comparable, method: str, *, two_sided: bool) -> Tail:
    """Choose the distribution of the largest statistic."""
    if method != "tukey":
        return largest_t(asked.covariance, two_sided=two_sided).sf

    def tail(evidence: FloatArray, df: FloatArray) -> FloatArray:
        return np.asarray(stats.studentized_range.sf(np.sqrt(2.0) * evidence, asked.n_levels, df))

    return tail


def _root(tail: Tail, alpha: float, df: float, low: float, high: float) -> float:
    """Find the value that the largest statistic exceeds with probability alpha."""

    def excess(value: float) -> float:
        return float(tail(np.array([value]), np.array([df]))[0]) - alpha

    if excess(low) <= 0.0:
        return low
    if excess(high) >= 0.0:
        return high
    return float(optimize.brentq(excess, low, high, xtol=1e-10))
