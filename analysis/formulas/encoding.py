"""The terms of a formula as products of factor columns, for any rows.

formulaic decides which columns a formula has and how factors are coded; this module keeps its
decision, so that columns can be built from codes, patient by patient or visit by visit.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from formulaic import Formula
from formulaic.errors import FormulaicError

from analysis.errors import DataError, ModelError
from analysis.formulas.columns import Columns
from analysis.formulas.parsing import ParsedFormula
from analysis.results import FloatArray

__all__ = ["Encoding", "Factor", "Product", "encode"]

_STATELESS = frozenset({"C", "I", "exp", "log", "log10", "log2"})
_PROBE = 24


@dataclass(frozen=True, kw_only=True, eq=False)
class Factor:
    """One factor of a term: a column, ``C(column)``, or a call on numbers.

    Parameters
    ----------
    name : str
        As formulaic writes it.
    columns : tuple of str
        Columns of the data that it reads.
    codings : mapping of bool to array, shape (levels, r)
        Columns per level, with reduced rank (True) and without; empty for numbers.
    call : formulaic.ModelSpec or None
        How to evaluate a call on numbers; None for a plain column.
    is_stateful : bool
        Whether the call learned something from all rows, such as a mean.
    is_fixed : bool
        Whether its reduced coding is a choice of the model, and not one of several for the same
        space.
    """

    name: str
    columns: tuple[str, ...]
    codings: Mapping[bool, FloatArray]
    call: Any
    is_stateful: bool
    is_fixed: bool = False

    def values(self, columns: Columns, *, reduced: bool) -> FloatArray:
        """Evaluate the factor.

        Parameters
        ----------
        columns : mapping of str to Column
            Its columns, n rows each.
        reduced : bool
            Coding of a categorical factor.

        Returns
        -------
        array, shape (n, r)
            Its columns.
        """
        own: Any = columns[self.columns[0]] if self.columns else None
        if self.codings:
            return np.asarray(self.codings[reduced][own.data])
        if self.call is None:
            return np.asarray(own.values(), dtype=float)[:, None]
        return _evaluated(self.call, self.name, columns, self.columns)


@dataclass(frozen=True, kw_only=True, eq=False)
class Product:
    """Columns that are products of factors, first factor fastest.

    Parameters
    ----------
    term : str
        The term that the columns belong to.
    parts : tuple of (Factor, bool)
        Factors, and whether each is coded with reduced rank.
    scale : float
        A number that multiplies all.
    names : tuple of str
        Names of the columns.
    """

    term: str
    parts: tuple[tuple[Factor, bool], ...]
    scale: float
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Encoding:
    """All columns of one side of a formula.

    Parameters
    ----------
    products : tuple of Product
        In the order of the columns.
    """

    products: tuple[Product, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, shape (p,)."""
        return tuple(name for product in self.products for name in product.names)

    @property
    def terms(self) -> tuple[str, ...]:
        """The term of each column, shape (p,)."""
        return tuple(product.term for product in self.products for _ in product.names)

    def factors(self) -> Iterator[Factor]:
        """List the factors, each once."""
        seen: dict[str, Factor] = {}
        for product in self.products:
            for factor, _ in product.parts:
                seen.setdefault(factor.name, factor)
        yield from seen.values()

    def matrix(self, columns: Columns, n_rows: int) -> FloatArray:
        """Evaluate all columns.

        Parameters
        ----------
        columns : mapping of str to Column
            Every column that a factor reads.
        n_rows : int
            Rows; needed because a formula may read no column.

        Returns
        -------
        array, shape (n_rows, p)
            The design.
        """
        known: dict[tuple[str, bool], FloatArray] = {}
        parts = []
        for product in self.products:
            block = np.full((n_rows, 1), float(product.scale))
            for factor, reduced in product.parts:
                key = (factor.name, reduced)
                if key not in known:
                    known[key] = factor.values(columns, reduced=reduced)
                width = known[key].shape[1] * block.shape[1]  # -1 would not do without rows
                block = (known[key][:, :, None] * block[:, None, :]).reshape(n_rows, width)
            parts.append(block)
        return np.concatenate(parts, axis=1) if parts else np.zeros((n_rows, 0))

    def with_sums_to_zero(self) -> Encoding:
        """Exchange the reduced codings of all factors for deviations from their mean.

        Returns
        -------
        Encoding
            The same space of columns wherever each interaction has its margins.
        """
        return Encoding(
            products=tuple(
                replace(
                    product,
                    parts=tuple((_sum_coded(factor), reduced) for factor, reduced in product.parts),
                )
                for product in self.products
            )
        )


def _sum_coded(factor: Factor) -> Factor:
    """Code a categorical factor by deviations from the mean of its levels."""
    if not factor.codings or factor.is_fixed:
        return factor
    levels = len(factor.codings[False])
    deviations = np.vstack([np.eye(levels - 1), -np.ones((1, levels - 1))])
    return replace(factor, codings={**factor.codings, True: deviations})


def encode(parsed: ParsedFormula, columns: Columns, n_rows: int) -> Encoding:
    """Let formulaic decide about the columns of one side of a formula.

    Parameters
    ----------
    parsed : ParsedFormula
        Its right side, or a one-sided formula.
    columns : mapping of str to Column
        The columns that it reads, complete.
    n_rows : int
        Rows of the columns.

    Returns
    -------
    Encoding
        How to build the columns from any rows.

    Raises
    ------
    ModelError
        When a term cannot be evaluated.
    """
    formula = parsed.formula.rhs if parsed.outcome else parsed.formula
    used = {name: columns[name] for name in parsed.predictors}
    part = parsed.part
    try:
        spec = _spec(formula, _probe(used, n_rows))
    except (FormulaicError, ValueError, TypeError):
        spec = _whole(formula, used, part)
    contrasts = {factor.expr: state for factor, state in spec.factor_contrasts.items()}
    factors: dict[str, Factor] = {}
    products = []
    for entry in spec.structure:
        names = iter(entry.columns)
        for scoped in entry.scoped_terms:
            parts = []
            for one in scoped.factors:
                inner = one.factor.factor
                if inner.expr not in factors:
                    factors[inner.expr] = _factor(inner, contrasts, used, part)
                parts.append((factors[inner.expr], bool(one.reduced)))
            width = _width(parts)
            own = tuple(str(name) for _, name in zip(range(width), names, strict=False))
            products.append(
                Product(
                    term=str(entry.term), parts=tuple(parts), scale=float(scoped.scale), names=own
                )
            )
    return Encoding(products=tuple(products))


def _probe(columns: Columns, n_rows: int) -> pd.DataFrame:
    """Make a few rows that have every level of every factor."""
    levels = [len(column.levels) for column in columns.values() if column.levels is not None]
    size = max([min(n_rows, _PROBE), *levels])
    frame: dict[str, Any] = {}
    for name, column in columns.items():
        if column.levels is None:
            frame[name] = np.resize(column.data[: min(n_rows, size)], size)
        else:
            codes = np.arange(size) % len(column.levels)
            numbers = None if column.numbers is None else np.asarray(column.levels)[codes]
            frame[name] = replace(column, data=codes, numbers=numbers).series()
    return pd.DataFrame(frame, index=range(size))


def _spec(formula: Any, frame: pd.DataFrame) -> Any:
    """Evaluate a side and return what formulaic decided."""
    with np.errstate(all="ignore"):
        return formula.get_model_matrix(frame, context={}, na_action="ignore").model_spec


def _whole(formula: Any, columns: Columns, part: str) -> Any:
    """Evaluate a side on all rows, because a few are not enough for a transform."""
    frame = pd.DataFrame({name: column.series() for name, column in columns.items()})
    try:
        return _spec(formula, frame)
    except (FormulaicError, ValueError, TypeError):
        raise ModelError(
            f"Could not evaluate a term of {part}. Check that functions get numeric columns and "
            "that their arguments fit the data (degree, df, levels)."
        ) from None


def _factor(inner: Any, contrasts: Mapping[str, Any], columns: Columns, part: str) -> Factor:
    """Describe one factor, and let a call on numbers learn from all rows."""
    name = str(inner.expr)
    if name in contrasts:
        state = contrasts[name]
        reduced = np.asarray(state.get_coding_matrix(reduced_rank=True), dtype=float)
        codings = {True: reduced, False: np.eye(len(reduced))}
        own = _columns_of(name, columns)
        return Factor(name=name, columns=own, codings=codings, call=None, is_stateful=False)
    if name in columns:
        return Factor(name=name, columns=(name,), codings={}, call=None, is_stateful=False)
    own = _columns_of(name, columns)
    frame = pd.DataFrame({column: columns[column].series() for column in own})
    call = _whole_call(name, frame, part)
    return Factor(
        name=name, columns=own, codings={}, call=call, is_stateful=not _is_stateless(name)
    )


def _whole_call(name: str, frame: pd.DataFrame, part: str) -> Any:
    """Evaluate a call on numbers once, so that it can be repeated."""
    rows = frame.iloc[:_PROBE] if _is_stateless(name) else frame
    try:
        return _spec(Formula(f"0 + {{{name}}}"), rows)  # in braces "a / b" is no nesting
    except (FormulaicError, ValueError, TypeError):
        raise ModelError(
            f"Could not evaluate {name!r} in {part}. Check that functions get numeric columns and "
            "that their arguments fit the data (degree, df)."
        ) from None


def _is_stateless(name: str) -> bool:
    """Say whether a call treats each row alone."""
    calls = [node for node in ast.walk(ast.parse(name, mode="eval")) if isinstance(node, ast.Call)]
    return all(isinstance(c.func, ast.Name) and c.func.id in _STATELESS for c in calls)


def _columns_of(name: str, columns: Columns) -> tuple[str, ...]:
    """List the columns that a factor reads."""
    if name in columns:
        return (name,)
    nodes = ast.walk(ast.parse(name, mode="eval"))
    found = dict.fromkeys(node.id for node in nodes if isinstance(node, ast.Name))
    return tuple(column for column in found if column in columns)


def _width(parts: list[tuple[Factor, bool]]) -> int:
    """Count the columns of a product."""
    width = 1
    for factor, reduced in parts:
        if factor.codings:
            width *= factor.codings[reduced].shape[1]
        elif factor.call is not None:
            width *= len(factor.call.column_names)
    return width


def _evaluated(call: Any, name: str, columns: Columns, own: tuple[str, ...]) -> FloatArray:
    """Repeat a call on numbers for other rows, and refuse what is not finite."""
    frame = pd.DataFrame({column: columns[column].series() for column in own})
    try:
        with np.errstate(all="ignore"):
            matrix = call.get_model_matrix(frame, context={}, na_action="ignore")
    except (FormulaicError, ValueError, TypeError):
        raise DataError(
            f"The term {name!r} cannot be computed for these rows; a spline stands only between "
            "the smallest and the largest value of the rows that were fitted."
        ) from None
    values = np.asarray(matrix, dtype=float)
    bad = int((~np.isfinite(values)).any(axis=1).sum())
    if bad:
        raise DataError(
            f"The term {name!r} is not finite in {bad} rows; check the range of its column."
        )
    return values
