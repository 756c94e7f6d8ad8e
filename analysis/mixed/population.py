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
from analysis.mixed.formulas import ParsedFormula
from analysis.results import FloatArray

__all__ = ["Population"]

_SHOWN = 20


@dataclass(frozen=True, kw_only=True, eq=False)
class Population:
    """What the rows used say about the predictors, and how to build their design.

    Parameters
    ----------
    spec : formulaic.ModelSpec
        The fixed part with the state of its transforms.
    levels : mapping of str to pandas.Index
        Levels of each factor, in the order of the fit.
    means : mapping of str to float
        Mean of each numeric predictor over the rows used.
    cells : pandas.Series
        Rows used per combination of the factors (index: one level per factor).
    """

    spec: Any
    levels: Mapping[str, pd.Index]
    means: Mapping[str, float]
    cells: pd.Series[Any]

    @classmethod
    def describe(cls, frame: pd.DataFrame, *, spec: Any, fixed: ParsedFormula) -> Population:
        """Describe the predictors of the rows used.

        Parameters
        ----------
        frame : pandas.DataFrame
            Rows used, numeric or categorical columns.
        spec : formulaic.ModelSpec
            The fixed part as evaluated on `frame`.
        fixed : ParsedFormula
            The formula; columns inside ``C()`` are factors whatever their dtype.

        Returns
        -------
        Population
            Levels, means and cell counts.
        """
        factors = [
            name
            for name in fixed.predictors
            if name in fixed.factors or isinstance(frame[name].dtype, pd.CategoricalDtype)
        ]
        numeric = [name for name in fixed.predictors if name not in factors]
        return cls(
            spec=spec,
            levels={name: _levels(frame[name]) for name in factors},
            means={name: float(frame[name].astype(float).mean()) for name in numeric},
            cells=_cells(frame, factors),
        )

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
        predictors = [*self.levels, *self.means]
        absent = [name for name in predictors if name not in rows.columns]
        if absent:
            raise ColumnError(f"New rows need the columns {', '.join(map(repr, absent))}.")
        columns = {name: _known(rows[name], levels) for name, levels in self.levels.items()}
        columns |= {name: _numbers(rows[name]) for name in self.means}
        if not columns:
            return np.ones((len(rows), len(self.spec.column_names)))
        frame = pd.DataFrame(columns).reset_index(drop=True)
        matrix = self.spec.get_model_matrix(frame, context={})
        return np.asarray(matrix, dtype=float)


def _levels(column: pd.Series[Any]) -> pd.Index[Any]:
    """List the levels of a factor in the order of its coding."""
    coded = isinstance(column.dtype, pd.CategoricalDtype)
    levels: pd.Index[Any] = pd.Index(column.cat.categories if coded else np.unique(column))
    return levels


def _cells(frame: pd.DataFrame, factors: list[str]) -> pd.Series[Any]:
    """Count the rows in every combination of the factors that occurs."""
    if not factors:
        return pd.Series([len(frame)], name="n")
    return frame.groupby(factors, observed=True).size()


def _known(column: pd.Series[Any], levels: pd.Index) -> Any:
    """Keep a factor whose values are all levels of the fit."""
    unknown = int((~column.isin(levels)).sum())
    if unknown:
        allowed = f": {', '.join(map(str, levels))}" if len(levels) <= _SHOWN else ""
        raise DataError(
            f"Column {str(column.name)!r} has {unknown} rows without a level of the fit; allowed "
            f"are its {len(levels)} levels{allowed}."
        )
    if pd.api.types.is_numeric_dtype(levels):
        return column.to_numpy()
    return pd.Categorical(column, categories=levels)


def _numbers(column: pd.Series[Any]) -> FloatArray:
    """Keep a numeric predictor that is complete and finite."""
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    bad = int((~np.isfinite(values)).sum())
    if bad:
        raise DataError(
            f"Column {str(column.name)!r} has {bad} rows without a finite number; predictions "
            "need complete rows."
        )
    return values
