"""Marginal means of the fixed part over a reference grid, and contrasts between them.

Any fit that offers coefficients and a population can be asked; nothing is estimated here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import ColumnError
from analysis.formulas.population import Population
from analysis.mixed.inference.fixed_effects import FixedEffects, tidy_linear
from analysis.mixed.means.comparisons import Method
from analysis.mixed.means.contrasts import Contrasts, build_contrasts
from analysis.mixed.means.hypotheses import Hypothesis
from analysis.mixed.means.multiplicity import Adjustment
from analysis.results import TIDY_COLUMNS, FloatArray, check_option, frame_to_html, frame_to_text

__all__ = ["Contrasts", "MarginalMeans", "build_marginal_means"]

WEIGHTS = ("equal", "proportional")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MarginalMeans:
    """Means of the outcome at chosen levels, the other predictors averaged out.

    Parameters
    ----------
    labels : pandas.DataFrame
        ``term``, then the columns of `specs` and `by`.
    matrix : array, shape (m, p)
        One linear function of the coefficients per mean.
    fixed : FixedEffects
        The coefficients.
    specs, by : tuple of str
        Columns whose levels are compared, and within which.
    behind : array, shape (m,)
        Patients with rows at the levels of each mean, NaN where they are not known.
    at_least : bool
        Whether `behind` says how many there are at least, as sums do.
    """

    labels: pd.DataFrame
    matrix: FloatArray
    fixed: FixedEffects
    behind: FloatArray
    specs: tuple[str, ...]
    by: tuple[str, ...]
    at_least: bool = False

    def tidy(self, conf_level: float = 0.95) -> pd.DataFrame:
        """Return one row per mean, with t inference at the fit's degrees of freedom.

        Parameters
        ----------
        conf_level : float
            Two-sided coverage.

        Returns
        -------
        pandas.DataFrame
            ``term`` (the columns compared), their levels, those of ``by``, the tidy columns.
        """
        return tidy_linear(self.labels, self.matrix, self.fixed, conf_level=conf_level)

    def support(self) -> pd.DataFrame:
        """Return the patients behind each mean, by which `release` decides.

        Returns
        -------
        pandas.DataFrame
            The names of the means, ``n`` and ``residual_df`` (rows less coefficients). The levels
            of predictors that are averaged out do not matter, nor do values of numbers. Of a fit
            from sums `n` is how many there are at least, and ``attrs["at_least"]`` is true.
        """
        found = self.labels.assign(n=self.behind, residual_df=self.fixed.residual_df)
        found.attrs["at_least"] = self.at_least
        return found

    def contrasts(
        self,
        method: Method = "pairwise",
        *,
        adjust: str = "none",
        family: str = "by",
        side: str = "two-sided",
        margin: float = 0.0,
    ) -> Contrasts:
        """Compare the means within every combination of the ``by`` columns.

        Parameters
        ----------
        method : str, level or mapping
            ``"pairwise"``: each later level minus each earlier level. ``"consecutive"``: each
            level minus the one before. ``"mean"``: each level minus the mean of all. A level (of
            several columns: joined by a blank, or a tuple): each other level minus that reference.
            Names with weights by level: ``{"im vs others": {"im": 1, "iv": -0.5, "oral": -0.5}}``;
            the weights of a comparison sum to 0. Weights without a minus give a sum or an average
            of means instead, which `Contrasts.summary` then calls so.
        adjust : str
            Multiplicity: ``"none"``, ``"bonferroni"``, ``"sidak"``, ``"holm"``, ``"hochberg"``,
            ``"hommel"``, ``"fdr_bh"``, ``"fdr_by"``, ``"tukey"`` (pairwise), ``"dunnett"``
            (against a reference), ``"mvt"`` (multivariate t, any comparisons).
        family : str
            ``"by"``: comparisons within each combination of the ``by`` columns are a family, as in
            R's emmeans. ``"all"``: all rows are one.
        side : str
            What is to be shown of the difference: ``"two-sided"``, that it differs from `margin`;
            ``"less"`` or ``"greater"`` than `margin`; ``"equivalence"``, that it is between
            ``-margin`` and ``margin``, by two one-sided tests.
        margin : float
            The null value, with its sign; for equivalence a number above 0.

        Returns
        -------
        Contrasts
            A result with ``tidy()``, ``effect_sizes()``, and ``contrasts(over=...)`` for
            differences of differences.

        Raises
        ------
        ModelError
            When there is one level only, the reference or a weighted level is unknown, weights do
            not cancel, the model makes a comparison 0, or an adjustment does not go with it.

        Notes
        -----
        Intervals carry the adjustment too: of all comparisons in a family at once for
        ``"bonferroni"``, ``"sidak"``, ``"tukey"``, ``"dunnett"`` and ``"mvt"``. The other methods
        have none of their own; theirs are Bonferroni's, as in emmeans. For one-sided tests one
        limit is infinite. A p-value for equivalence is the larger one of its two tests, its
        interval the two-sided one with ``2 conf_level - 1``.

        ``"mvt"`` takes the correlations of the estimates and the degrees of freedom of each row;
        ``"dunnett"`` is the same. ``"tukey"`` is exact for independent means with equal standard
        errors and an approximation otherwise, such as for visits of the same patients.

        References
        ----------
        Hothorn T, Bretz F, Westfall P (2008). Biometrical Journal 50:346-363.
        Schuirmann DJ (1987). Journal of Pharmacokinetics and Biopharmaceutics 15:657-680.

        Examples
        --------
        Intramuscular against intravenous ketamine on a depression score, where less is better and
        2 points more would still be acceptable. "Not inferior" means: the difference is shown to
        be less than 2. Where more is better, it would be ``side="greater", margin=-2``.

        >>> from analysis.mixed import lmm
        >>> patients = [f"p{number}" for number in range(20)]
        >>> noise = [(7 * number) % 11 - 5 for number in range(40)]
        >>> data = pd.DataFrame({"patient": patients * 2, "arm": ["im", "iv"] * 20,
        ...                      "day": ["14"] * 20 + ["28"] * 20, "score": noise})
        >>> fit = lmm("score ~ arm + day", data, subject="patient")
        >>> difference = fit.marginal_means("arm").contrasts("iv", side="less", margin=2)
        >>> print(difference)
        Contrasts of marginal means
        contrast  estimate  std_error      df  statistic  p_value  conf_low  conf_high
        im - iv     -0.400      1.054  37.000     -2.276    0.014        -∞      1.379
        H0: difference >= 2; to be shown: difference < 2, by a one-sided test.
        P-values and intervals: not adjusted for the number of comparisons.
        """
        return build_contrasts(
            self, over=self.specs, by=self.by, method=method,
            hypothesis=Hypothesis(side=side, margin=margin),
            adjustment=Adjustment(method=adjust, family=family),
        )  # fmt: skip

    def summary(self) -> str:
        """Return the table as text."""
        return f"Marginal means\n{frame_to_text(self.tidy())}"

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self.tidy(), caption="Marginal means")


def build_marginal_means(
    fixed: FixedEffects,
    population: Population,
    *,
    specs: str | Sequence[str],
    by: str | Sequence[str] | None,
    weights: str,
    at: Mapping[str, Iterable[float] | float] | None,
    count: Callable[[pd.DataFrame], FloatArray],
    at_least: bool,
) -> MarginalMeans:
    """Average the fixed part over a reference grid.

    Parameters
    ----------
    fixed : FixedEffects
        The coefficients.
    population : Population
        Levels, means and cell counts of the rows used.
    specs, by : str or sequence of str
        Columns to compare and to keep apart.
    weights : str
        ``"equal"``: all combinations of the other factors count the same. ``"proportional"``:
        by their number of rows.
    at : mapping of str to numbers
        Values of numeric predictors; others stay at their mean.
    count : callable
        Counts the patients at the levels in each row of a frame.
    at_least : bool
        Whether it says how many there are at least.

    Returns
    -------
    MarginalMeans
        One mean per combination of `specs` and `by`.

    Raises
    ------
    ColumnError
        When a name is no predictor, or a numeric predictor has no values in `at`.
    ModelError
        When `weights` is unknown.
    """
    check_option("weights", weights, WEIGHTS)
    wanted, kept = _names(specs), _names(by)
    values = {name: _values(population, name, given) for name, given in (at or {}).items()}
    _check_names(population, wanted, kept, values)
    target = {name: _axis(population, values, name) for name in (*wanted, *kept)}
    others = {name: levels for name, levels in population.levels.items() if name not in target}
    single = {name: float(given[0]) for name, given in values.items() if name not in target}
    grid = _cross({**target, **others})
    numbers = {**population.means, **single}
    rows = grid.assign(**{name: mean for name, mean in numbers.items() if name not in grid})
    share = _shares(population, others, weights)
    X = population.design(rows).reshape(-1, share.size, fixed.estimate.size)
    labels = _cross(target)
    behind = count(labels[[name for name in target if name in population.levels]])
    labels.insert(0, "term", ":".join(wanted))
    return MarginalMeans(
        labels=labels,
        matrix=np.einsum("tmp,m->tp", X, share),
        fixed=fixed,
        specs=wanted,
        by=kept,
        behind=behind,
        at_least=at_least,
    )


def _values(population: Population, name: str, given: Iterable[float] | float) -> FloatArray:
    """Read where a numeric predictor is to stand: one number, or several."""
    if name in population.levels:
        raise ColumnError(f"at= is for numeric predictors; {name} has levels.")
    several = given if isinstance(given, Iterable) else [given]
    try:
        values = np.array(list(several), dtype=float)
    except (TypeError, ValueError):
        values = np.array([np.nan])
    if not values.size or not np.isfinite(values).all():
        raise ColumnError(f"at= needs finite numbers for {name!r}, such as {{{name!r}: [0, 28]}}.")
    return values


def _names(names: str | Sequence[str] | None) -> tuple[str, ...]:
    """Accept one name, several, or none."""
    if names is None:
        return ()
    return (names,) if isinstance(names, str) else tuple(names)


def _check_names(
    population: Population,
    specs: tuple[str, ...],
    by: tuple[str, ...],
    values: Mapping[str, FloatArray],
) -> None:
    """Refuse names that the model does not have and numbers without values."""
    known = population.predictors
    asked = [*specs, *by]
    unknown = [name for name in [*asked, *values] if name not in known]
    if unknown or not specs or len(set(asked)) < len(asked):
        raise ColumnError(
            f"Marginal means take distinct predictors of the model: {', '.join(known)}."
        )
    taken = [name for name in asked if name in {"term", "contrast", *TIDY_COLUMNS}]
    if taken:
        raise ColumnError(
            f"Results have a column {', '.join(taken)} of their own; rename it before the fit."
        )
    bare = [name for name in asked if name in population.means and name not in values]
    if bare:
        raise ColumnError(
            f"{', '.join(bare)} is numeric; say where, such as at={{{bare[0]!r}: [0, 28]}}."
        )
    several = [name for name, numbers in values.items() if name not in asked and numbers.size != 1]
    if several:
        raise ColumnError(
            f"at= has several values of {', '.join(several)}; put it into specs or by, or give "
            "one value."
        )


def _axis(population: Population, values: Mapping[str, FloatArray], name: str) -> pd.Index:
    """Return the levels or the asked values of one predictor."""
    if name in values:
        return pd.Index(values[name])
    return population.levels[name]


def _cross(axes: Mapping[str, pd.Index]) -> pd.DataFrame:
    """Cross the axes, the first slowest; one empty row when there is none."""
    if not axes:
        return pd.DataFrame(index=range(1))
    sizes = [len(axis) for axis in axes.values()]
    positions = np.unravel_index(np.arange(int(np.prod(sizes))), sizes)
    columns = {
        name: axis.take(index) for (name, axis), index in zip(axes.items(), positions, strict=True)
    }
    return pd.DataFrame(columns)


def _shares(population: Population, others: Mapping[str, pd.Index], weights: str) -> FloatArray:
    """Weigh the combinations of the factors that are averaged out."""
    size = int(np.prod([len(levels) for levels in others.values()], dtype=int))
    if weights == "equal" or not others:
        return np.full(size, 1.0 / size)
    names = list(others)
    counts = population.cells.groupby(level=names, observed=True).sum()
    grid = pd.MultiIndex.from_frame(_cross(others)) if len(names) > 1 else others[names[0]]
    share = counts.reindex(grid, fill_value=0).to_numpy(dtype=float)
    return np.asarray(share / share.sum())
