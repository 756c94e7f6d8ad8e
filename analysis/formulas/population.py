"""Evaluate the fixed part of a model for rows that were not fitted.

Holds levels, means and cell counts of the rows used, and no patient's row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import ColumnError, DataError
from analysis.formulas.columns import Column, Columns
from analysis.formulas.encoding import Encoding
from analysis.formulas.parsing import ParsedFormula
from analysis.results import FloatArray
from analysis.text_numbers import text_numbers

__all__ = ["Population"]

_SHOWN = 20
_MANY_CELLS = 1_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Population:
    """What the rows used say about the predictors, and how to build their design.

    Parameters
    ----------
    encoding : Encoding
        Columns of the mean, with what its transforms learned.
    levels : mapping of str to pandas.Index
        Levels of each factor, in the order of the fit.
    means : mapping of str to float
        Mean of each numeric predictor over the rows used.
    cells : pandas.Series
        Rows used per combination of the factors (index: one level per factor).
    """

    encoding: Encoding
    levels: Mapping[str, pd.Index]
    means: Mapping[str, float]
    cells: pd.Series[Any]

    @classmethod
    def describe(
        cls, columns: Columns, *, encoding: Encoding, parsed: ParsedFormula, n_rows: int
    ) -> Population:
        """Describe the predictors of the rows used.

        Parameters
        ----------
        columns : mapping of str to Column
            Rows used.
        encoding : Encoding
            Columns of the mean.
        parsed : ParsedFormula
            The formula.
        n_rows : int
            Number of rows.

        Returns
        -------
        Population
            Levels, means and cell counts.
        """
        used = [columns[name] for name in parsed.predictors]
        factors = {column.name: column for column in used if column.levels is not None}
        numeric = [column for column in used if column.levels is None]
        return cls(
            encoding=encoding,
            levels={name: column.levels for name, column in factors.items()},
            means={column.name: float(column.data.mean()) for column in numeric},
            cells=_cells(factors, n_rows),
        )

    @property
    def predictors(self) -> list[str]:
        """Names of the predictors, factors before numbers."""
        return [*self.levels, *self.means]

    def reference(self) -> pd.DataFrame:
        """Make one row with factors at their first level and numbers at their mean."""
        first = {name: levels[:1] for name, levels in self.levels.items()}
        return pd.DataFrame(first | {name: [mean] for name, mean in self.means.items()})

    def design(self, rows: pd.DataFrame) -> FloatArray:
        """Evaluate the fixed part for new rows.

        Parameters
        ----------
        rows : pandas.DataFrame
            All predictors, complete, with levels that the fit has seen.

        Returns
        -------
        array, shape (len(rows), p)
            One row per row given.

        Raises
        ------
        ColumnError
            When a predictor is not among the columns.
        DataError
            When a predictor is missing, infinite, or has a level that the fit has not seen.
        """
        return self.encoding.matrix(self.columns(rows), len(rows))

    def columns(self, rows: pd.DataFrame) -> dict[str, Column]:
        """Read the predictors of new rows, factors by the levels of the fit.

        Parameters
        ----------
        rows : pandas.DataFrame
            All predictors, complete, with levels that the fit has seen.

        Returns
        -------
        dict of str to Column
            What `Encoding.matrix` takes.

        Raises
        ------
        ColumnError, DataError
            As `design`.
        """
        absent = [name for name in self.predictors if name not in rows.columns]
        if absent:
            raise ColumnError(f"New rows need the columns {', '.join(map(repr, absent))}.")
        known = {name: _known(name, rows[name], levels) for name, levels in self.levels.items()}
        return known | {name: _numbers(name, rows[name]) for name in self.means}


def _cells(factors: Mapping[str, Column], n_rows: int) -> pd.Series[Any]:
    """Count the rows in every combination of the factors that occurs."""
    if not factors:
        return pd.Series([n_rows], name="n")
    shape = [len(column.levels) for column in factors.values()]
    cell = np.ravel_multi_index([column.data for column in factors.values()], shape)
    cells, counts = _counted_codes(cell, int(np.prod(shape, dtype=np.int64)))
    labels = [
        column.levels.take(position)
        for column, position in zip(factors.values(), np.unravel_index(cells, shape), strict=True)
    ]
    if len(labels) == 1:
        return pd.Series(counts, index=labels[0].rename(next(iter(factors))))
    return pd.Series(counts, index=pd.MultiIndex.from_arrays(labels, names=list(factors)))


def _counted_codes(codes: Any, size: int) -> tuple[Any, Any]:
    """Count how often each code occurs; without a sort where the codes are few."""
    if size > _MANY_CELLS:
        return np.unique(codes, return_counts=True)
    counts = np.bincount(codes, minlength=size)
    occurring = np.flatnonzero(counts)
    return occurring, counts[occurring]


def _known(name: str, column: pd.Series[Any], levels: pd.Index[Any]) -> Column:
    """Keep a factor whose values are all levels of the fit."""
    codes = levels.get_indexer(pd.Index(column))
    unknown = int((codes < 0).sum())
    if unknown:
        allowed = f": {', '.join(map(str, levels))}" if len(levels) <= _SHOWN else ""
        raise DataError(
            f"Column {name!r} has {unknown} rows without a level of the fit; allowed "
            f"are its {len(levels)} levels{allowed}."
        )
    numbers = np.asarray(levels)[codes] if pd.api.types.is_numeric_dtype(levels) else None
    return Column(name=name, data=codes, levels=levels, numbers=numbers)


def _numbers(name: str, column: pd.Series[Any]) -> Column:
    """Keep a numeric predictor that is complete and finite."""
    values = text_numbers(column).to_numpy(dtype=float, na_value=np.nan)
    bad = int((~np.isfinite(values)).sum())
    if bad:
        raise DataError(
            f"Column {name!r} has {bad} rows without a finite number; predictions "
            "need complete rows."
        )
    return Column(name=name, data=values, levels=None)
