"""Covariates of a regression: complete rows, coded columns, and the same for other rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ModelError
from analysis.formulas.columns import check_present, read_columns
from analysis.formulas.encoding import encode
from analysis.formulas.parsing import read_covariates as parse
from analysis.formulas.population import Population
from analysis.formulas.rank import determined_columns
from analysis.formulas.support import fewest_behind
from analysis.results import FloatArray

__all__ = ["Covariates", "read_covariates"]

_CONSTANT = 1e-10


@dataclass(frozen=True, kw_only=True, eq=False)
class Covariates:
    """The columns of a regression without an intercept.

    Parameters
    ----------
    X : array, shape (n, p)
        Columns of the complete rows; factors against their first level.
    terms : tuple of str
        Names of the columns, as formulaic writes them.
    population : Population
        Levels and means of the predictors.
    complete : array of bool, shape (rows given,)
        Rows that are complete in the covariates.
    missing : mapping of str to int
        Rows left out because a covariate was missing, per column; a row may count in several.
    """

    X: FloatArray
    terms: tuple[str, ...]
    population: Population
    complete: npt.NDArray[np.bool_]
    missing: Mapping[str, int]

    def design(self, rows: pd.DataFrame) -> FloatArray:
        """Code other rows in the same way.

        Parameters
        ----------
        rows : pandas.DataFrame
            All covariates, complete, with levels that the fit has seen.

        Returns
        -------
        array, shape (len(rows), p)
            Their columns.

        Raises
        ------
        ColumnError, DataError
            When a covariate is absent, missing, or has a level that the fit has not seen.
        """
        return self.population.design(rows)[:, 1:]

    def support(
        self,
        rows: pd.DataFrame,
        *,
        event: npt.NDArray[np.bool_],
        patient: npt.NDArray[np.intp] | None = None,
    ) -> pd.DataFrame:
        """Count the patients and events behind each coefficient of a model of events.

        Parameters
        ----------
        rows : pandas.DataFrame, n rows
            The covariates as given, complete.
        event : array of bool, shape (n,)
            Rows with the event.
        patient : array of int, shape (n,), optional
            Number of the patient of each row; None: each row is one.

        Returns
        -------
        pandas.DataFrame
            ``term, n, n_event, residual_df`` of `terms`: fewest patients, and fewest with the
            event, of a level or cell that the coefficient compares, and events less coefficients.
        """
        behind = fewest_behind(
            self.population.encoding,
            self.population.columns(rows),
            patient=np.arange(event.size) if patient is None else patient,
            event=event,
        )
        spare = int(event.sum()) - len(self.terms)
        return behind.iloc[1:].reset_index(drop=True).assign(residual_df=spare)


def read_covariates(formula: str, data: pd.DataFrame) -> Covariates:
    """Code the covariates of a regression.

    Parameters
    ----------
    formula : str
        Terms, such as ``"arm + age"``; an intercept is never among the columns.
    data : pandas.DataFrame
        The rows of the regression; those with a missing covariate are left out and counted.

    Returns
    -------
    Covariates
        Columns of the complete rows.

    Raises
    ------
    ColumnError
        When a column is not there or holds dates.
    DataError
        When values are infinite, or no row is complete.
    ModelError
        When the formula cannot be used, or columns are constant or determined by others.

    Examples
    --------
    >>> data = pd.DataFrame({"arm": ["iv", "im", "iv"], "age": [30.0, 41.0, 57.0]})
    >>> read_covariates("arm + age", data).terms
    ('arm[T.iv]', 'age')
    """
    parsed = parse(formula)
    check_present(data, parsed.predictors, parsed.part)
    columns, complete, missing = read_columns(
        data, parsed.predictors, factors=parsed.factors, whole=()
    )
    kept = np.ones(len(data), dtype=bool) if complete is None else complete
    n = int(kept.sum())
    encoding = encode(parsed, columns, n)
    X = encoding.matrix(columns, n)[:, 1:]
    terms = encoding.names[1:]
    _check_rank(X, terms)
    return Covariates(
        X=X,
        terms=terms,
        population=Population.describe(columns, encoding=encoding, parsed=parsed, n_rows=n),
        complete=kept,
        missing=missing,
    )


def _check_rank(X: FloatArray, terms: tuple[str, ...]) -> None:
    """Name columns that say nothing beside those before them."""
    if not terms:
        raise ModelError("The covariates are the same in all rows, so that nothing is compared.")
    centred = X - X.mean(axis=0)
    lengths = np.linalg.norm(centred, axis=0)
    has_length = lengths > _CONSTANT * np.linalg.norm(X, axis=0)
    unit = centred / np.where(has_length, lengths, np.inf)
    idle = [terms[index] for index in determined_columns(unit.T @ unit)]
    if idle:
        raise ModelError(
            f"The terms {', '.join(map(repr, idle))} are constant, or determined by those before "
            "them, in the rows used; remove them from the formula or merge the levels."
        )
