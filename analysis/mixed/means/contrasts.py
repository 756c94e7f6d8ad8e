"""Contrasts: comparisons of means, or of other linear functions of the coefficients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ColumnError, ModelError
from analysis.mixed.inference.fixed_effects import FixedEffects, tidy_linear
from analysis.mixed.means.comparisons import Comparisons, Method, compare_levels, lay_out
from analysis.mixed.means.effect_sizes import hedges_factor, standardise, stated_sd
from analysis.mixed.means.hypotheses import Hypothesis
from analysis.mixed.means.multiplicity import Adjustment, Comparable, adjust_families
from analysis.results import FloatArray, counted, frame_to_html, frame_to_text

__all__ = ["Contrasts", "build_contrasts"]

_ZERO = 1e-10  # a contrast this small beside its means is 0 but for rounding


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Contrasts:
    """Comparisons of marginal means.

    Parameters
    ----------
    labels : pandas.DataFrame
        ``contrast`` and the columns of `by`.
    matrix : array, shape (m, p)
        One linear function of the coefficients per comparison.
    fixed : FixedEffects
        The coefficients.
    by : tuple of str
        Columns within whose levels means are compared.
    groups : array of int, shape (m,)
        Numbers of the groups within which means are compared.
    comparisons : Comparisons
        The comparisons within a group.
    sums : tuple of str
        Those that are weighted sums of means and compare nothing.
    hypothesis, adjustment : Hypothesis, Adjustment
        Null value and side; allowance for the number of comparisons.
    behind : array, shape (m,)
        Fewest patients behind a mean that is compared, NaN where they are not known.

    Examples
    --------
    >>> from analysis.mixed import lmm
    >>> data = pd.DataFrame({
    ...     "patient": [*"abcdefgh"] * 2, "arm": ["im", "iv"] * 8, "day": ["14"] * 8 + ["28"] * 8,
    ...     "score": [9, 7, 8, 5, 10, 7, 9, 4, 7, 3, 8, 2, 8, 4, 6, 1]})
    >>> fit = lmm("score ~ arm * day", data, subject="patient")
    >>> arms = fit.marginal_means("arm", by="day").contrasts("im")
    >>> print(frame_to_text(arms.effect_sizes(3)[["contrast", "day", "estimate"]]))
    contrast  day  estimate
    iv - im   14     -1.083
    iv - im   28     -1.583
    >>> print(frame_to_text(arms.contrasts(over="day").tidy()[["contrast", "estimate"]]))
    contrast            estimate
    28 - 14 of iv - im    -1.500
    """

    labels: pd.DataFrame
    matrix: FloatArray
    fixed: FixedEffects
    by: tuple[str, ...]
    groups: NDArray[np.intp]
    comparisons: Comparisons
    sums: tuple[str, ...]
    hypothesis: Hypothesis
    adjustment: Adjustment
    behind: FloatArray

    def tidy(self, conf_level: float = 0.95) -> pd.DataFrame:
        """Return one row per comparison, with t inference at the fit's degrees of freedom.

        Parameters
        ----------
        conf_level : float
            Coverage: 1 minus the level of significance. One-sided intervals have it on their one
            side; intervals for equivalence leave out as much on each side, so that they lie
            between the margins exactly when equivalence is shown.

        Returns
        -------
        pandas.DataFrame
            ``contrast``, the columns of ``by``, the tidy columns; `summary` says what is adjusted.
        """
        frame = tidy_linear(self.labels, self.matrix, self.fixed, conf_level=conf_level)
        estimate, std_error = frame["estimate"].to_numpy(), frame["std_error"].to_numpy()
        statistic = self.hypothesis.statistic(estimate, std_error)
        known = np.flatnonzero(self.fixed.is_estimable(self.matrix))
        asked = Comparable(
            evidence=self.hypothesis.evidence(statistic[known]),
            df=frame["df"].to_numpy()[known],
            covariance=self.matrix[known] @ self.fixed.vcov @ self.matrix[known].T,
            n_levels=self.comparisons.weights.shape[1],
        )
        p_value, critical = np.full((2, len(frame)), np.nan)
        p_value[known], critical[known] = adjust_families(
            asked, self._families()[known], adjustment=self.adjustment,
            hypothesis=self.hypothesis, conf_level=conf_level,
        )  # fmt: skip
        low, high = self.hypothesis.limits(estimate, std_error, critical)
        return frame.assign(statistic=statistic, p_value=p_value, conf_low=low, conf_high=high)

    def support(self) -> pd.DataFrame:
        """Return the fewest patients behind each comparison, by which `release` decides.

        Returns
        -------
        pandas.DataFrame
            The names of the comparisons, ``n`` and ``residual_df``.
        """
        return self.labels.assign(n=self.behind, residual_df=self.fixed.residual_df)

    def effect_sizes(
        self, sd: float | Mapping[Any, float], *, hedges: bool = False, conf_level: float = 0.95
    ) -> pd.DataFrame:
        """Return the comparisons in standard deviations.

        Parameters
        ----------
        sd : float or mapping
            The standard deviation to divide by, or one for each level of the ``by`` column
            (``{"v2": 6.1, "v4": 6.8}``; tuples of levels for several columns). Say in the report
            which it is: at baseline, of a published norm, the model's at a visit.
        hedges : bool
            Multiply by Hedges' small-sample factor at the degrees of freedom of each row.
        conf_level : float
            As in `tidy`.

        Returns
        -------
        pandas.DataFrame
            As `tidy`, with ``estimate, std_error, conf_low, conf_high`` in standard deviations;
            ``statistic`` and ``p_value`` are those of the comparison itself.

        Raises
        ------
        ModelError
            When `sd` is not above 0, or the mapping does not name just the levels of ``by``.

        Notes
        -----
        The standard deviation counts as known. If it was estimated from the same patients with f
        degrees of freedom, intervals are too narrow: a variance lacks about ``d^2 / (2 f)`` for an
        effect of d. Hedges' factor is exact for f as many as the row has, as for two groups of
        independent patients.

        References
        ----------
        Hedges LV (1981). Journal of Educational Statistics 6:107-128.
        Morris SB, DeShon RP (2002). Psychological Methods 7:105-125 (which standard deviation).
        """
        frame = self.tidy(conf_level)
        factor = 1.0 / stated_sd(sd, self.labels[list(self.by)])
        if hedges:
            factor = factor * hedges_factor(frame["df"].to_numpy())
        return standardise(frame, factor)

    def contrasts(
        self,
        method: Method = "pairwise",
        *,
        over: str,
        adjust: str = "none",
        family: str = "by",
        side: str = "two-sided",
        margin: float = 0.0,
    ) -> Contrasts:
        """Compare differences: do the arms differ more at the last visit than at the first.

        Parameters
        ----------
        method : str, level or mapping
            As in `MarginalMeans.contrasts`, of the levels of `over`.
        over : str
            One of the ``by`` columns.
        adjust, family, side, margin
            As in `MarginalMeans.contrasts`; those of the first comparison have no bearing. A group
            is one first comparison within the ``by`` columns that are left.

        Returns
        -------
        Contrasts
            Named such as ``"v4 - v2 of iv - im"``.

        Raises
        ------
        ColumnError
            When `over` is no ``by`` column.
        ModelError
            As `MarginalMeans.contrasts`.
        """
        if over not in self.by:
            raise ColumnError(
                f"over is {over!r}; allowed are the by columns of the means: "
                f"{', '.join(self.by) or 'none here, name them in marginal_means(by=...)'}."
            )
        rest = tuple(name for name in self.by if name != over)
        result = build_contrasts(
            self, over=(over,), by=("contrast", *rest), method=method,
            hypothesis=Hypothesis(side=side, margin=margin),
            adjustment=Adjustment(method=adjust, family=family),
        )  # fmt: skip
        sums = tuple(f"{outer} of {inner}" for outer in result.sums for inner in self.sums)
        return replace(result, sums=sums)

    def summary(self) -> str:
        """Return the table as text, and what its p-values and intervals mean."""
        table = frame_to_text(self.tidy())
        return "\n".join(["Contrasts of marginal means", table, *self._notes()])

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        caption = " ".join(["Contrasts of marginal means.", *self._notes()])
        return frame_to_html(self.tidy(), caption=caption)

    def _families(self) -> NDArray[np.intp]:
        """Tell which comparisons are adjusted together."""
        return np.zeros_like(self.groups) if self.adjustment.family == "all" else self.groups

    def _notes(self) -> list[str]:
        """Say what is tested, how it is adjusted, and which rows compare nothing."""
        families = self._families()[self.fixed.is_estimable(self.matrix)]
        first = families == families[:1]
        multiplicity = self.adjustment.text(int(first.sum()), one_family=bool(first.all()))
        notes = [self.hypothesis.text(), multiplicity]
        unknown = int((~self.fixed.is_estimable(self.matrix)).sum())
        if unknown:
            notes.append(f"{counted(unknown, 'comparison')} cannot be estimated from these rows.")
        if self.sums:
            notes.append(f"Weighted sums, no differences: {', '.join(self.sums)}.")
        return notes


class LinearFunctions(Protocol):
    """Linear functions of coefficients, their names, and the patients behind each."""

    @property
    def labels(self) -> pd.DataFrame:
        """Levels of each function, m rows."""

    @property
    def matrix(self) -> FloatArray:
        """The functions, shape (m, p)."""

    @property
    def fixed(self) -> FixedEffects:
        """The coefficients."""

    @property
    def behind(self) -> FloatArray:
        """Patients behind each function, shape (m,)."""


def build_contrasts(
    compared: LinearFunctions,
    *,
    over: tuple[str, ...],
    by: tuple[str, ...],
    method: Method,
    hypothesis: Hypothesis,
    adjustment: Adjustment,
) -> Contrasts:
    """Compare linear functions of the coefficients.

    Parameters
    ----------
    compared : LinearFunctions
        Their labels have at least the columns of `over` and `by`.
    over, by : tuple of str
        Columns whose levels are compared, and within which. ``"contrast"`` among the latter
        becomes part of the new names.
    method, hypothesis, adjustment : str, level or mapping; Hypothesis; Adjustment
        The comparisons, and what is asked of them.

    Returns
    -------
    Contrasts
        The comparisons, each in all groups whose means the model lets differ.

    Raises
    ------
    ModelError
        When levels, comparisons or the adjustment cannot be used, or the model makes one 0.
    """
    matrix = compared.matrix
    levels, groups, position = lay_out(compared.labels, over, by)
    comparisons = compare_levels(levels, method)
    adjustment.check(comparisons.kind, hypothesis.side, one_family=len(groups) == 1)
    result = np.einsum("ck,kgp->cgp", comparisons.weights, matrix[position])
    kept = _can_differ(result, matrix)
    fewest = _fewest(comparisons.weights, compared.behind[position])[:, kept]
    result, groups = result[:, kept], groups.loc[kept].reset_index(drop=True)
    named = _named(comparisons.names, groups)
    _check_zero(result, named, matrix)
    return Contrasts(
        labels=named,
        matrix=result.reshape(len(named), -1),
        fixed=compared.fixed,
        by=tuple(name for name in by if name != "contrast"),
        groups=np.tile(np.arange(len(groups)), len(comparisons.names)),
        comparisons=comparisons,
        sums=comparisons.sums,
        hypothesis=hypothesis,
        adjustment=adjustment,
        behind=fewest.ravel(),
    )


def _fewest(weights: FloatArray, behind: FloatArray) -> FloatArray:
    """Find the fewest patients of the levels that a comparison weighs; shape (c, g)."""
    compared = np.where(weights[:, :, None] != 0.0, behind[None], np.inf)
    return np.asarray(compared.min(axis=1))


def _named(names: tuple[str, ...], groups: pd.DataFrame) -> pd.DataFrame:
    """Label all comparisons in all groups, groups fastest."""
    labels = pd.concat([groups] * len(names), ignore_index=True)
    text = np.repeat(np.array(names, dtype=object), len(groups))
    if "contrast" in labels:
        text = text + " of " + labels.pop("contrast").to_numpy(dtype=object)
    labels.insert(0, "contrast", text)
    return labels


def _can_differ(result: FloatArray, matrix: FloatArray) -> NDArray[np.bool_]:
    """Mark the groups whose means the model lets differ, such as visits after the baseline.

    In a constrained longitudinal analysis all arms have one mean at the baseline, so that nothing
    is to be compared there. When nothing differs anywhere, all groups stay for the refusal.
    """
    differs = np.abs(result).max(axis=(0, 2)) > _ZERO * np.abs(matrix).max()
    return np.asarray(differs if differs.any() else ~differs)


def _check_zero(result: FloatArray, named: pd.DataFrame, matrix: FloatArray) -> None:
    """Refuse comparisons that the model makes 0 whatever its coefficients are."""
    zero = np.abs(result).max(axis=2).ravel() <= _ZERO * np.abs(matrix).max()
    if zero.any():
        raise ModelError(
            f"The contrast {named['contrast'][zero].iloc[0]!r} is 0 in this model, whatever the "
            "data: the formula has no term by which these means could differ; add the "
            "interaction (a * b)."
        )
