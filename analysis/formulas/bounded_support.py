"""How many patients at least stand behind a coefficient, when only rows per cell are known.

At one visit a patient has at most one row, so that the rows of a level at a visit are as many
patients. Without visits among the cells, rows are divided by the most that a patient can have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.formulas.encoding import Encoding, Product
from analysis.formulas.population import Population

__all__ = ["CellCounts", "at_least_at", "at_least_behind"]

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class CellCounts:
    """Rows per combination of factors, at most one per patient and visit.

    Parameters
    ----------
    population : Population
        Levels, and rows per cell.
    visit : str
        Column of the visit.
    n_visits : int
        Visits.
    n_subjects : int
        Patients.
    """

    population: Population
    visit: str
    n_visits: int
    n_subjects: int

    def at_least(self, names: Sequence[str]) -> Numbers:
        """Bound the patients of every combination of levels from below.

        Parameters
        ----------
        names : sequence of str
            k factors.

        Returns
        -------
        array, one axis per factor
            Patients that there are at least.
        """
        if not names:
            return np.array(float(self.n_subjects))
        cells = self.population.cells
        by_visit = self.visit in self.population.levels
        axes = [*names, *([self.visit] if by_visit else [])]
        rows = np.zeros([len(self.population.levels[name]) for name in axes])
        place = [self._codes(name) for name in axes]
        known = np.logical_and.reduce([codes >= 0 for codes in place])
        np.add.at(rows, tuple(codes[known] for codes in place), cells.to_numpy(float)[known])
        return rows.max(axis=-1) if by_visit else np.ceil(rows / self.n_visits)

    def _codes(self, name: str) -> npt.NDArray[np.intp]:
        """Give each cell the place of its level."""
        labels = self.population.cells.index.get_level_values(name)
        return np.asarray(self.population.levels[name].get_indexer(labels), dtype=np.intp)


def at_least_behind(encoding: Encoding, counts: CellCounts) -> pd.DataFrame:
    """Bound from below what `fewest_behind` counts from rows.

    Parameters
    ----------
    encoding : Encoding
        The p columns of the mean.
    counts : CellCounts
        Rows per cell.

    Returns
    -------
    pandas.DataFrame
        ``term, n``: of the groups that a coefficient compares, the fewest patients that there are
        at least; never more than `fewest_behind` finds. Missing where a number takes part, since
        cells do not tell who has which.

    Examples
    --------
    >>> from analysis.formulas.columns import read_columns
    >>> from analysis.formulas.encoding import encode
    >>> from analysis.formulas.parsing import read_fixed
    >>> data = pd.DataFrame({"y": 0.0, "arm": ["a"] * 6 + ["b"] * 4, "visit": ["v1", "v2"] * 5})
    >>> parsed = read_fixed("y ~ arm * visit")
    >>> columns, _, _ = read_columns(data, ["arm", "visit"], factors=(), whole=())
    >>> known = Population.describe(
    ...     columns, encoding=encode(parsed, columns, 10), parsed=parsed, n_rows=10)
    >>> counts = CellCounts(population=known, visit="visit", n_visits=2, n_subjects=5)
    >>> at_least_behind(known.encoding, counts)["n"].tolist()
    [3.0, 2.0, 5.0, 2.0]
    """
    found = [_of_product(product, counts) for product in encoding.products]
    at_reference = min(reference for _, reference in found)
    lists = [
        fewest if product.parts else [at_reference]
        for product, (fewest, _) in zip(encoding.products, found, strict=True)
    ]
    return pd.DataFrame(
        {"term": list(encoding.names), "n": [float(count) for each in lists for count in each]}
    )


def at_least_at(counts: CellCounts, levels: pd.DataFrame) -> Numbers:
    """Bound from below what `patients_at` counts from rows.

    Parameters
    ----------
    counts : CellCounts
        Rows per cell.
    levels : pandas.DataFrame, shape (m, k)
        Levels of k factors.

    Returns
    -------
    array, shape (m,)
        Patients that there are at least.
    """
    table = counts.at_least(list(levels.columns))
    known = counts.population.levels
    place = tuple(known[name].get_indexer(pd.Index(levels[name])) for name in levels.columns)
    return np.asarray(table[place] if place else np.full(len(levels), table), dtype=float)


def _of_product(product: Product, counts: CellCounts) -> tuple[list[float], float]:
    """Bound the patients of each column of a product, and of the cell where all are first."""
    factors = [(factor, factor.codings.get(is_reduced)) for factor, is_reduced in product.parts]
    coded = [(factor.columns[0], coding) for factor, coding in factors if coding is not None]
    at_first = _at_first(coded, counts)
    if len(coded) < len(factors):  # of a number it is not known who tells it
        return [np.nan] * len(product.names), at_first
    table = counts.at_least([name for name, _ in coded])
    shape = [coding.shape[1] for _, coding in coded]
    fewest = [
        _least(table, [_compared(coding, k) for (_, coding), k in zip(coded, at, strict=True)])
        for at in (np.unravel_index(j, shape, order="F") for j in range(len(product.names)))
    ]
    return fewest, at_first


def _at_first(coded: Sequence[tuple[str, Numbers]], counts: CellCounts) -> float:
    """Bound the patients of the cell where all factors are at the level that is coded as 0."""
    firsts = [(name, (coding == 0).all(axis=1)) for name, coding in coded]
    known = [(name, first) for name, first in firsts if first.any()]
    return _least(counts.at_least([name for name, _ in known]), [first for _, first in known])


def _compared(coding: Numbers, column: Any) -> Mask:
    """Say which levels a column of a coding compares: those it marks, and the first if coded 0."""
    return np.asarray((coding[:, column] != 0) | (coding == 0).all(axis=1))


def _least(table: Numbers, wanted: Sequence[Mask]) -> float:
    """Find the fewest patients of the wanted cells."""
    if not wanted:
        return float(table)
    return float(table[reduce(np.multiply.outer, wanted)].min())
