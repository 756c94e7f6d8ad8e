"""Marginal means of the fixed part over a reference grid, and contrasts between them.

Any fit that offers coefficients and a population can be asked; nothing is estimated here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import ColumnError, ModelError
from analysis.mixed.inference import FixedEffects, tidy_linear
from analysis.mixed.population import Population
from analysis.results import FloatArray, frame_to_html, frame_to_text

__all__ = ["Contrasts", "MarginalMeans", "build_marginal_means"]

WEIGHTS = ("equal", "proportional")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Contrasts:
    """Differences between marginal means.

    Parameters
    ----------
    labels : pandas.DataFrame
        ``contrast`` and the columns of ``by``.
    matrix : array, shape (m, p)
        One linear function of the coefficients per difference.
    fixed : FixedEffects
        The coefficients.
    """

    labels: pd.DataFrame
    matrix: FloatArray
    fixed: FixedEffects

    def tidy(self, conf_level: float = 0.95) -> pd.DataFrame:
        """Return one row per difference, with t inference at the fit's degrees of freedom.

        Parameters
        ----------
        conf_level : float
            Two-sided coverage.

        Returns
        -------
        pandas.DataFrame
            ``contrast``, the columns of ``by``, and the tidy columns.
        """
        return tidy_linear(self.labels, self.matrix, self.fixed, conf_level=conf_level)

    def summary(self) -> str:
        """Return the table as text."""
        return f"Contrasts of marginal means\n{frame_to_text(self.tidy())}"

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self.tidy(), caption="Contrasts of marginal means")


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
    """

    labels: pd.DataFrame
    matrix: FloatArray
    fixed: FixedEffects
    specs: tuple[str, ...]
    by: tuple[str, ...]

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

    def contrasts(self, method: str = "pairwise") -> Contrasts:
        """Compare the means within every combination of the ``by`` columns.

        Parameters
        ----------
        method : str
            ``"pairwise"``: each later level minus each earlier level. Or a level: each other
            level minus that reference.

        Returns
        -------
        Contrasts
            No adjustment for multiplicity.

        Raises
        ------
        ModelError
            When there is one level only or the reference is not a level.
        """
        names = _level_names(self.labels, self.specs)
        levels = list(dict.fromkeys(names))
        pairs = _pairs(levels, method)
        groups = self.labels.loc[names == levels[0], list(self.by)].reset_index(drop=True)
        block = self.matrix.reshape(len(levels), len(groups), -1)
        matrix = np.concatenate([block[later] - block[earlier] for later, earlier in pairs])
        labels = pd.concat([groups] * len(pairs), ignore_index=True)
        text = [f"{levels[later]} - {levels[earlier]}" for later, earlier in pairs]
        labels.insert(0, "contrast", np.repeat(np.array(text, dtype=object), len(groups)))
        return Contrasts(labels=labels, matrix=matrix, fixed=self.fixed)

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
    at: Mapping[str, Iterable[float]] | None,
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
    if weights not in WEIGHTS:
        raise ModelError(f"weights is {weights!r}; allowed are {', '.join(WEIGHTS)}.")
    wanted, kept = _names(specs), _names(by)
    values = {name: np.asarray(list(numbers), dtype=float) for name, numbers in (at or {}).items()}
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
    labels.insert(0, "term", ":".join(wanted))
    return MarginalMeans(
        labels=labels,
        matrix=np.einsum("tmp,m->tp", X, share),
        fixed=fixed,
        specs=wanted,
        by=kept,
    )


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
    known = [*population.levels, *population.means]
    asked = [*specs, *by]
    unknown = [name for name in [*asked, *values] if name not in known]
    if unknown or not specs or len(set(asked)) < len(asked):
        raise ColumnError(
            f"Marginal means take distinct predictors of the model: {', '.join(known)}."
        )
    coded = [name for name in values if name in population.levels]
    if coded:
        raise ColumnError(f"at= is for numeric predictors; {', '.join(coded)} has levels.")
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


def _level_names(labels: pd.DataFrame, specs: tuple[str, ...]) -> np.ndarray[Any, Any]:
    """Write the compared levels as text, joined by a blank."""
    columns = [[_label(value) for value in labels[name]] for name in specs]
    return np.array([" ".join(parts) for parts in zip(*columns, strict=True)], dtype=object)


def _label(value: Any) -> str:
    """Write a level; whole numbers without a decimal point."""
    return f"{value:g}" if isinstance(value, (float, np.floating)) else str(value)


def _pairs(levels: Sequence[str], method: str) -> list[tuple[int, int]]:
    """List the pairs (minuend, subtrahend) by position."""
    if len(levels) < 2:
        raise ModelError("Contrasts need at least two levels; the means have one.")
    if method == "pairwise":
        size = len(levels)
        return [(later, earlier) for earlier in range(size) for later in range(earlier + 1, size)]
    if method not in levels:
        raise ModelError(
            f"contrasts takes 'pairwise' or a reference level; the levels are {', '.join(levels)}."
        )
    reference = levels.index(method)
    return [(other, reference) for other in range(len(levels)) if other != reference]
