"""Turn a frame and formulas into arrays sorted by patient, and refuse designs that cannot work.

No estimation here; the arrays go to moments.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from formulaic.errors import FormulaicError

from analysis.errors import ColumnError, DataError, ModelError
from analysis.mixed.formulas import ParsedFormula, read_fixed, read_random
from analysis.mixed.population import Population
from analysis.results import FloatArray

__all__ = ["Design", "build_design"]

_ALIASED = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Design:
    """The arrays of a linear mixed model, rows sorted by patient.

    Parameters
    ----------
    X : array, shape (n, p)
        Fixed part.
    Z : array, shape (n, q)
        Random part of a patient.
    y : array, shape (n,)
        Outcome.
    starts : array of int, shape (N,)
        First row of each patient.
    subjects : pandas.Index, length N
        Patients in the order of `starts`; its name is the patient column.
    terms, random_terms : tuple of str
        Names of the columns of `X` and `Z`.
    population : Population
        What is needed to evaluate the fixed part for new rows.
    outcome : str
        The outcome as the formula writes it.
    n_dropped : int
        Rows left out because a used column was missing.
    """

    X: FloatArray
    Z: FloatArray
    y: FloatArray
    starts: np.ndarray[Any, np.dtype[np.intp]]
    subjects: pd.Index
    terms: tuple[str, ...]
    random_terms: tuple[str, ...]
    population: Population
    outcome: str
    n_dropped: int


def build_design(formula: str, data: pd.DataFrame, *, subject: str, random: str) -> Design:
    """Build the arrays of a linear mixed model from long data.

    Rows with a missing value in any used column are left out and counted.

    Parameters
    ----------
    formula : str
        Two-sided formula of the mean.
    data : pandas.DataFrame
        One row per patient and time, in any order.
    subject : str
        Patient column.
    random : str
        One-sided formula of the patient's random part.

    Returns
    -------
    Design
        Arrays sorted by patient.

    Raises
    ------
    ColumnError
        When a column is missing or of a type that the formula cannot use.
    DataError
        When values are infinite or nothing is left.
    ModelError
        When the design has aliased terms or too few patients or rows.
    """
    fixed, varying = read_fixed(formula), read_random(random)
    frame, n_dropped = _used_rows(data, fixed, varying, subject)
    codes, subjects = pd.factorize(frame[subject], sort=True)
    order = np.argsort(codes, kind="stable")
    frame = frame.iloc[order].reset_index(drop=True)
    left, X, spec = _fixed_matrices(fixed, frame)
    Z, random_terms, _ = _matrix(varying.formula, frame, varying.part)
    terms = tuple(str(name) for name in spec.column_names)
    y = _check_outcome(left)
    _check_size(len(subjects), X)
    _check_rank(X, terms)
    return Design(
        X=X,
        Z=_check_random(Z, random_terms),
        y=y,
        starts=np.flatnonzero(np.diff(codes[order], prepend=-1)),
        subjects=pd.Index(subjects, name=subject),
        terms=terms,
        random_terms=random_terms,
        population=Population.describe(frame, spec=spec, fixed=fixed),
        outcome=str(next(iter(fixed.formula.lhs))),
        n_dropped=n_dropped,
    )


def _used_rows(
    data: pd.DataFrame, fixed: ParsedFormula, varying: ParsedFormula, subject: str
) -> tuple[pd.DataFrame, int]:
    """Select the used columns and complete rows, with plain dtypes."""
    _require(data, [subject], "subject=")
    _require(data, [*fixed.outcome, *fixed.predictors], fixed.part)
    _require(data, varying.predictors, varying.part)
    roles = dict.fromkeys([*fixed.outcome, *fixed.predictors, *varying.predictors])
    used = data.loc[:, list(dict.fromkeys([*roles, subject]))]
    complete = used.notna().all(axis=1).to_numpy()
    if not complete.any():
        raise DataError(
            f"No row is complete in the {used.shape[1]} columns that the model uses "
            f"({len(used)} rows given); look for a column that is empty."
        )
    frame = used.loc[complete].reset_index(drop=True)
    plain = {name: _plain(frame[name]) for name in roles}
    return frame.assign(**plain), int((~complete).sum())


def _require(data: pd.DataFrame, columns: Iterable[str], part: str) -> None:
    """Name the columns that are not there and who asked for them."""
    missing = [name for name in columns if name not in data.columns]
    if missing:
        raise ColumnError(
            f"{part[0].upper()}{part[1:]} uses {', '.join(map(repr, missing))}, which the data "
            f"do not have ({data.shape[1]} columns given). Check the spelling, or compute the "
            "column first."
        )
    repeated = [name for name in columns if isinstance(data[name], pd.DataFrame)]
    if repeated:
        raise ColumnError(f"The data have {', '.join(map(repr, repeated))} more than once.")


def _plain(column: pd.Series[Any]) -> pd.Series[Any]:
    """Give a complete column a numeric or categorical dtype without unused categories."""
    column = column.infer_objects()
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.remove_unused_categories()
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column):
        raise ColumnError(
            f"Column {column.name!r} holds dates or durations; models take days as numbers."
        )
    if not pd.api.types.is_numeric_dtype(column):
        return column.astype("category")
    return _finite(column)


def _finite(column: pd.Series[Any]) -> pd.Series[Any]:
    """Refuse infinite values; give nullable dtypes their NumPy twin."""
    if pd.api.types.is_extension_array_dtype(column.dtype):
        whole = pd.api.types.is_integer_dtype(column)
        column = column.astype("int64" if whole else "float64")
    infinite = int(np.isinf(column.to_numpy(dtype=float)).sum())
    if infinite:
        raise DataError(
            f"Column {column.name!r} has {infinite} infinite values; make them missing, or "
            "correct the step that made them."
        )
    return column


def _fixed_matrices(fixed: ParsedFormula, frame: pd.DataFrame) -> tuple[Any, FloatArray, Any]:
    """Evaluate both sides of the formula."""
    left, _, left_spec = _matrix(fixed.formula.lhs, frame, "the outcome")
    if left.shape[1] != 1 or any(kind == "categorical" for kind in _kinds(left_spec)):
        raise ColumnError("The outcome is not numeric; models take scores as numbers.")
    X, _, spec = _matrix(fixed.formula.rhs, frame, fixed.part)
    return left[:, 0], X, spec


def _kinds(spec: Any) -> list[str]:
    """List whether each factor of a formula is numerical or categorical."""
    return [state[0].value for state in spec.encoder_state.values()]


def _matrix(formula: Any, frame: pd.DataFrame, part: str) -> tuple[Any, tuple[str, ...], Any]:
    """Evaluate one side of a formula as floats, with names and the spec to repeat it."""
    try:
        with np.errstate(all="ignore"):
            matrix = formula.get_model_matrix(frame, context={}, na_action="ignore")
    except (FormulaicError, ValueError, TypeError):
        raise ModelError(
            f"Could not evaluate a term of {part}. Check that functions get numeric columns and "
            "that their arguments fit the data (degree, df, levels)."
        ) from None
    values = np.asarray(matrix, dtype=float)
    bad = np.flatnonzero(~np.isfinite(values).all(axis=0))
    names = tuple(str(name) for name in matrix.columns)
    if bad.size:
        raise DataError(
            f"The term {names[bad[0]]!r} of {part} is not finite in "
            f"{int((~np.isfinite(values[:, bad[0]])).sum())} rows; check the range of its column."
        )
    return values, names, matrix.model_spec


def _check_outcome(y: FloatArray) -> FloatArray:
    """Refuse an outcome without variation."""
    if np.ptp(y) == 0.0:
        raise ModelError(
            f"The outcome is the same in all {y.size} rows used; there is nothing to model."
        )
    return y


def _check_size(n_subjects: int, X: FloatArray) -> None:
    """Refuse data with too few patients or rows for the mean."""
    if n_subjects < 2:
        raise ModelError(
            f"A mixed model needs at least 2 patients; complete rows come from {n_subjects}."
        )
    if X.shape[0] <= X.shape[1]:
        raise ModelError(
            f"The mean has {X.shape[1]} coefficients but only {X.shape[0]} complete rows; "
            "take a smaller formula."
        )


def _check_rank(X: FloatArray, terms: tuple[str, ...]) -> None:
    """Name the terms that earlier terms determine."""
    norms = np.linalg.norm(X, axis=0)
    scaled = X / np.where(norms > 0.0, norms, 1.0)
    dependent = np.abs(np.diag(np.linalg.qr(scaled, mode="r"))) < _ALIASED
    if dependent.any():
        aliased = [term for term, is_aliased in zip(terms, dependent, strict=True) if is_aliased]
        raise ModelError(
            f"The terms {', '.join(map(repr, aliased))} are determined by the terms before them "
            "in the rows used (an empty cell, or the same information twice). Remove them from "
            "the formula or merge the levels."
        )


def _check_random(Z: FloatArray, random_terms: tuple[str, ...]) -> FloatArray:
    """Refuse random terms that are zero in every row."""
    empty = [name for name, column in zip(random_terms, Z.T, strict=True) if not column.any()]
    if empty:
        raise ModelError(
            f"The random terms {', '.join(map(repr, empty))} are zero in every row; remove them."
        )
    return Z
