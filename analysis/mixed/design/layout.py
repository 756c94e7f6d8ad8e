"""Which columns of a design repeat over visits or patients, so that each is stored once.

A column of the mean at a visit is a number of that visit times a feature: of the patient, the
same at all visits, or of the row. Most columns of clinical models are of the first kind, such as
``arm[T.iv]:visit[T.v3]``, which is the patient's arm at one visit and zero at the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from analysis.errors import DataError
from analysis.formulas.columns import Column, Columns
from analysis.formulas.encoding import Encoding, Factor
from analysis.results import FloatArray

__all__ = ["FeatureMap", "Layout", "Panel", "lay_out"]

Codes = np.ndarray[Any, np.dtype[np.intp]]
_CONSTANT: tuple[Any, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """Who is in which row: rows sorted by patient and visit.

    Parameters
    ----------
    starts, sizes : array of int, shape (N,)
        First row and number of rows of every patient.
    visit : array of int, shape (n,)
        Visit of every row.
    n_visits : int
        Number of visits.
    """

    starts: Codes
    sizes: Codes
    visit: Codes
    n_visits: int

    def of_patients(self, values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Repeat a value of every patient for the patient's rows."""
        return np.repeat(values, self.sizes, axis=0)

    def is_of_patients(self, values: np.ndarray[Any, Any]) -> bool:
        """Check that a column has one value per patient."""
        changes = values[1:] != values[:-1]
        changes[self.starts[1:] - 1] = False
        return not bool(changes.any())

    def row_of_visit(self) -> Codes:
        """Return some row of every visit, shape (n_visits,)."""
        rows = np.zeros(self.n_visits, dtype=np.intp)
        rows[self.visit] = np.arange(self.visit.size)
        return rows


@dataclass(frozen=True, kw_only=True, eq=False)
class FeatureMap:
    """How the columns of the mean follow from features at each visit.

    Parameters
    ----------
    n_patient : int
        Features of patients; they come first, the first of them constant.
    multipliers : array, shape (n_visits, p)
        What a visit multiplies the feature of a column by.
    feature : array of int, shape (p,)
        The feature of each column, patients' features first.
    centre, scale : array, shape (K + L,)
        Raw feature = centre + scale x standardised feature.
    keys : tuple
        What each feature is, so that maps of other rows can be matched.
    within : array of bool, shape (p,), or None
        Columns that vary within patients, where that no longer follows from the rest.
    """

    n_patient: int
    multipliers: FloatArray
    feature: Codes
    centre: FloatArray
    scale: FloatArray
    keys: tuple[Any, ...]
    within: np.ndarray[Any, np.dtype[np.bool_]] | None = None

    @property
    def constant(self) -> int:
        """Position of the constant feature."""
        return self.keys.index(_CONSTANT)

    def columns(self, y_centre: float, y_scale: float) -> FloatArray:
        """Say how the columns of the formula and the outcome follow from standardised features.

        Parameters
        ----------
        y_centre, y_scale : float
            The outcome is ``y_centre + y_scale`` times the last feature.

        Returns
        -------
        array, shape (m, d + 1, p + 1)
            Per visit, features (the outcome last) by columns (the outcome last).
        """
        m, p = self.multipliers.shape
        width = self.centre.size
        columns = np.zeros((m, width + 1, p + 1))
        index = np.arange(p)
        columns[:, self.feature, index] = self.multipliers * self.scale[self.feature]
        columns[:, self.constant, index] += self.multipliers * self.centre[self.feature]
        columns[:, width, p] = y_scale
        columns[:, self.constant, p] = y_centre
        return columns

    def is_within(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Mark the columns of the mean that vary within patients, shape (p,)."""
        if self.within is not None:
            return self.within
        varies = np.ptp(self.multipliers, axis=0) > 0.0
        return np.asarray((self.feature >= self.n_patient) | varies)


@dataclass(frozen=True, kw_only=True, eq=False)
class Layout:
    """Features of patients and rows, and what the columns of the mean make of them.

    Parameters
    ----------
    patient : array, shape (N, K)
        Standardised features of patients; the first is constant.
    row : array, shape (n, L)
        Standardised features of rows.
    map : FeatureMap
        From features to columns.
    """

    patient: FloatArray
    row: FloatArray
    map: FeatureMap


def lay_out(
    encoding: Encoding,
    columns: Columns,
    panel: Panel,
    visit: str | None,
    *,
    varying: frozenset[str] | None = None,
    nominal: Mapping[str, FloatArray] | None = None,
    standardised: bool = True,
) -> Layout:
    """Find the features of a design.

    Parameters
    ----------
    encoding : Encoding
        Columns of the mean.
    columns : mapping of str to Column
        Data columns, rows as in `panel`.
    panel : Panel
        Patients and visits.
    visit : str or None
        The column that says the visit, when the formula may use it.
    varying : frozenset of str, optional
        Columns that vary within patients; all others are properties of the patient. None: found
        out from the rows.
    nominal : mapping of str to array, shape (m,), optional
        Columns that are properties of the visit, such as its nominal day, at all visits.
    standardised : bool
        Whether features are centred and scaled; if not they are as in the data.

    Returns
    -------
    Layout
        Features and their visits.
    """
    at_visits = dict(nominal or {})
    kinds = {
        name: "visit"
        if name in at_visits
        else _kind(name, columns[name].data, panel, visit, varying)
        for name in {name for factor in encoding.factors() for name in factor.columns}
    }
    values = {
        factor.name: _Values(factor, columns, panel, kinds, visit, at_visits)
        for factor in encoding.factors()
    }
    multipliers, keys = [], []
    for product in encoding.products:
        pieces: list[tuple[FloatArray, tuple[Any, ...]]] = [
            (np.full(panel.n_visits, product.scale), _CONSTANT)
        ]
        for factor, reduced in product.parts:
            pieces = values[factor.name].times(pieces, reduced=reduced)
        multipliers += [numbers for numbers, _ in pieces]
        keys += [tuple(sorted(key)) for _, key in pieces]
    distinct = dict.fromkeys([_CONSTANT, *keys])
    of_row = {key: any(values[name].kind == "row" for name, _, _ in key) for key in distinct}
    ordered = sorted(distinct, key=lambda key: of_row[key])
    own = [key for key in ordered if not of_row[key]]
    rows = [key for key in ordered if of_row[key]]
    patient = _stacked([_feature(key, values, None) for key in own], panel.starts.size)
    row = _stacked([_feature(key, values, panel) for key in rows], panel.visit.size)
    moments = [_standard(part) if standardised else _as_is(part) for part in (patient, row)]
    position = {key: index for index, key in enumerate(ordered)}
    return Layout(
        patient=moments[0][0],
        row=moments[1][0],
        map=FeatureMap(
            n_patient=len(own),
            multipliers=np.stack(multipliers, axis=1),
            feature=np.array([position[key] for key in keys], dtype=np.intp),
            centre=np.concatenate([centre for _, centre, _ in moments]),
            scale=np.concatenate([scale for _, _, scale in moments]),
            keys=tuple(ordered),
        ),
    )


class _Values:
    """A factor evaluated where it varies: per visit, per patient, or per row."""

    def __init__(
        self,
        factor: Factor,
        columns: Columns,
        panel: Panel,
        kinds: Mapping[str, str],
        visit: str | None,
        nominal: Mapping[str, FloatArray],
    ) -> None:
        self.factor = factor
        own = {kinds[name] for name in factor.columns} - {"constant"}
        self.kind = own.pop() if len(own) == 1 else ("row" if own else "visit")
        rows: Any = slice(None)
        if self.kind == "visit":
            rows = panel.row_of_visit()
        elif self.kind == "patient":
            rows = panel.starts
        self.columns = {name: columns[name].take(rows) for name in factor.columns}
        if self.kind == "visit" and visit in self.columns:
            self.columns[visit] = _at_all_visits(self.columns[visit], panel)
        for name in set(nominal).intersection(self.columns) if self.kind == "visit" else ():
            self.columns[name] = replace(self.columns[name], data=nominal[name])
        self.every_row = columns
        self.known: dict[bool, FloatArray] = {}

    def values(self, *, reduced: bool) -> FloatArray:
        """Evaluate the factor where it varies."""
        if reduced not in self.known:
            try:
                self.known[reduced] = self.factor.values(self.columns, reduced=reduced)
            except DataError:
                self.factor.values(self.every_row, reduced=reduced)  # counts rows in its message
                raise
        return self.known[reduced]

    def times(
        self, pieces: list[tuple[FloatArray, tuple[Any, ...]]], *, reduced: bool
    ) -> list[tuple[FloatArray, tuple[Any, ...]]]:
        """Multiply columns by this factor's, the columns before being the faster."""
        if self.kind == "visit":
            values = self.values(reduced=reduced)
            return [(numbers * column, key) for column in values.T for numbers, key in pieces]
        width = self.width(reduced=reduced)
        return [
            (numbers, (*key, (self.factor.name, reduced, index)))
            for index in range(width)
            for numbers, key in pieces
        ]

    def width(self, *, reduced: bool) -> int:
        """Count the factor's columns."""
        if self.factor.codings:
            return int(self.factor.codings[reduced].shape[1])
        return int(self.values(reduced=reduced).shape[1])

    def column(self, reduced: bool, index: int) -> FloatArray:
        """Return one column of the factor where it varies."""
        if self.factor.codings:
            codes = self.columns[self.factor.columns[0]].data
            return np.asarray(self.factor.codings[reduced][:, index][codes])
        return self.values(reduced=reduced)[:, index]


def _at_all_visits(column: Column, panel: Panel) -> Column:
    """Give visits without rows, of which row_of_visit() knows nothing, their own level."""
    has_rows = np.zeros(panel.n_visits, dtype=bool)
    has_rows[panel.visit] = True
    codes = np.arange(panel.n_visits)
    if column.levels is None or len(column.levels) != panel.n_visits:
        return column
    is_same = bool((column.data[has_rows] == codes[has_rows]).all())
    return replace(column, data=codes) if is_same else column


def _kind(
    name: str,
    values: np.ndarray[Any, Any],
    panel: Panel,
    visit: str | None,
    varying: frozenset[str] | None,
) -> str:
    """Say where a column varies."""
    if name == visit:
        return "visit"
    if varying is not None:
        return _declared_kind(name, values, panel, varying)
    if panel.is_of_patients(values):
        of_patient = values[panel.starts]
        return "constant" if bool((of_patient == of_patient[0]).all()) else "patient"
    by_visit = np.zeros(panel.n_visits, dtype=values.dtype)
    by_visit[panel.visit] = values
    return "visit" if bool((by_visit[panel.visit] == values).all()) else "row"


def _declared_kind(
    name: str, values: np.ndarray[Any, Any], panel: Panel, varying: frozenset[str]
) -> str:
    """Take the word of the caller about a column, and check it."""
    if name in varying:
        return "row"
    if not panel.is_of_patients(values):
        raise DataError(
            f"Column {name!r} changes within patients; name it in varying=, or give every patient "
            "one value."
        )
    return "patient"


def _feature(key: tuple[Any, ...], values: dict[str, _Values], panel: Panel | None) -> Any:
    """Multiply the factors of a feature; `panel` is given when it is one of rows."""
    product: Any = 1.0
    for name, reduced, index in key:
        column = values[name].column(reduced, index)
        if panel is not None and values[name].kind == "patient":
            column = panel.of_patients(column)
        product = product * column
    return product


def _stacked(columns: list[Any], length: int) -> FloatArray:
    """Put features side by side; a constant is spread out."""
    stacked = np.empty((length, len(columns)))
    for index, column in enumerate(columns):
        stacked[:, index] = column
    return stacked


def _standard(features: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Centre and scale features that vary; leave constants alone."""
    centre, spread = features.mean(axis=0), features.std(axis=0)
    varies = spread > 1e-12 * np.maximum(np.abs(centre), 1e-300)
    centre, spread = np.where(varies, centre, 0.0), np.where(varies, spread, 1.0)
    return (features - centre) / spread, centre, spread


def _as_is(features: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Leave features alone."""
    width = features.shape[1]
    return features, np.zeros(width), np.ones(width)
