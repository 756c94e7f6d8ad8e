"""Count the patients and events behind each column of a design: what a coefficient rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.formulas.columns import Columns
from analysis.formulas.encoding import Encoding, Factor, Product

__all__ = ["fewest_behind", "patients_at"]

Codes = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

_LARGE = 50_000_000
_PATIENT = "(patient)"  # no name of a column that a formula could have


@dataclass(frozen=True, kw_only=True, eq=False)
class _Part:
    """One column of a factor: the cell of each row, those it compares, and the first if any."""

    codes: Codes
    compared: Mask
    first: Mask | None


def fewest_behind(
    encoding: Encoding,
    columns: Columns,
    *,
    patient: npt.NDArray[Any],
    event: npt.NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """Find the smallest group of patients that each coefficient is computed from.

    A coefficient of a factor compares its level with the first one, that of an interaction the
    cells of its levels and the first ones. A number is told by the patients whose value is not
    the most common one, so that a column of zeros and three ones rests on three patients. The
    intercept rests on the first levels of every term, if they are coded as 0.

    Parameters
    ----------
    encoding : Encoding
        The p columns of the mean.
    columns : mapping of str to Column
        What they are made of, complete, n rows each.
    patient : array of int, shape (n,)
        Number of the patient of each row.
    event : array of bool, shape (n,), optional
        Rows that end with the event.

    Returns
    -------
    pandas.DataFrame
        ``term, n`` and with `event` ``n_event``: the fewest patients, and the fewest with an
        event, of all groups that the coefficient compares; p rows.

    Examples
    --------
    >>> from analysis.formulas.columns import read_columns
    >>> from analysis.formulas.encoding import encode
    >>> from analysis.formulas.parsing import read_covariates
    >>> data = pd.DataFrame({"arm": ["a"] * 5 + ["b"] * 3 + ["c"] * 4})
    >>> parsed = read_covariates("arm")
    >>> columns, _, _ = read_columns(data, ["arm"], factors=parsed.factors, whole=())
    >>> fewest_behind(encode(parsed, columns, 12), columns, patient=np.arange(12))["n"].tolist()
    [5, 3, 4]
    """
    everyone = np.unique(patient, return_inverse=True)[1].astype(np.intp)
    rows = {"n": np.ones(everyone.size, dtype=bool)} | ({} if event is None else {"n_event": event})
    counted = {
        name: [_of_product(product, columns, everyone, kept) for product in encoding.products]
        for name, kept in rows.items()
    }
    frame = pd.DataFrame({"term": list(encoding.names)})
    for name, found in counted.items():
        at_reference = min(reference for _, reference in found)
        lists = [
            fewest if product.parts else [at_reference]
            for product, (fewest, _) in zip(encoding.products, found, strict=True)
        ]
        frame[name] = [count for each in lists for count in each]
    return frame


def patients_at(
    columns: Columns, levels: pd.DataFrame, *, patient: npt.NDArray[Any]
) -> npt.NDArray[np.float64]:
    """Count the patients who have a row at some levels.

    Parameters
    ----------
    columns : mapping of str to Column
        Factors and others, n rows each.
    levels : pandas.DataFrame, shape (m, k)
        Levels of k factors.
    patient : array of int, shape (n,)
        Number of the patient of each row.

    Returns
    -------
    array of float, shape (m,)
        Patients, each once.

    Examples
    --------
    >>> from analysis.formulas.columns import read_columns
    >>> data = pd.DataFrame({"arm": ["a", "a", "b"]})
    >>> columns, _, _ = read_columns(data, ["arm"], factors=("arm",), whole=())
    >>> asked = pd.DataFrame({"arm": ["a", "b"]})
    >>> patients_at(columns, asked, patient=np.array([0, 0, 1])).tolist()
    [1.0, 1.0]
    """
    cells = pd.DataFrame(
        {name: columns[name].levels.take(columns[name].data) for name in levels.columns}
    ).assign(**{_PATIENT: patient})
    names = list(levels.columns)
    seen = cells.drop_duplicates()
    if not names:
        return np.full(len(levels), float(len(seen)))
    counts = seen.groupby(names, observed=True).size().rename(_PATIENT).reset_index()
    found = levels.merge(counts, on=names, how="left")[_PATIENT]
    return found.fillna(0.0).to_numpy(dtype=float)


def _of_product(
    product: Product, columns: Columns, patient: Codes, kept: Mask
) -> tuple[list[int], int]:
    """Count for each column of a product, and for the cell where all its factors are first."""
    parts = [_parts(factor, columns, is_reduced) for factor, is_reduced in product.parts]
    shape = [len(part) for part in parts]
    n_columns = len(product.names)
    chosen = [
        [part[k] for part, k in zip(parts, np.unravel_index(j, shape, order="F"), strict=True)]
        if parts
        else []
        for j in range(n_columns)
    ]
    fewest = [
        _fewest([c.codes for c in each], [c.compared for c in each], patient, kept)
        for each in chosen
    ]
    firsts = [(part.codes, part.first) for part in chosen[0] if part.first is not None]
    return fewest, _fewest([c for c, _ in firsts], [first for _, first in firsts], patient, kept)


def _parts(factor: Factor, columns: Columns, is_reduced: bool) -> list[_Part]:
    """Say for each column of a factor which cells it compares."""
    if factor.codings:
        coding = factor.codings[is_reduced]
        is_first = (coding == 0).all(axis=1)
        codes = np.asarray(columns[factor.columns[0]].data, dtype=np.intp)
        first = is_first if is_first.any() else None
        return [
            _Part(codes=codes, compared=(column != 0) | is_first, first=first)
            for column in coding.T
        ]
    return [_number(values) for values in factor.values(columns, reduced=False).T]


def _number(values: npt.NDArray[Any]) -> _Part:
    """Split the values of a number into the most common one and all others."""
    found, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    is_other = place.reshape(-1) != counts.argmax()
    return _Part(
        codes=is_other.astype(np.intp),
        compared=np.array([found.size <= 2, found.size > 1]),
        first=None,
    )


def _fewest(codes: Sequence[Codes], wanted: Sequence[Mask], patient: Codes, kept: Mask) -> int:
    """Count the patients of every wanted cell, and return the fewest."""
    if not codes:
        return int(np.count_nonzero(np.bincount(patient[kept])))
    shape = [len(each) for each in wanted]
    cell = np.ravel_multi_index([each[kept] for each in codes], shape)
    counts = _patients_per_cell(cell, patient[kept], int(np.prod(shape)), int(patient.max()) + 1)
    is_wanted = reduce(np.multiply.outer, wanted).ravel()
    return int(counts[is_wanted].min())


def _patients_per_cell(cell: Codes, patient: Codes, n_cells: int, n_patients: int) -> Codes:
    """Count the patients of each cell, each once; without a sort where the table is not large."""
    pairs = cell * n_patients + patient
    if n_cells * n_patients > _LARGE:
        return np.bincount(np.unique(pairs) // n_patients, minlength=n_cells)
    is_seen = np.zeros(n_cells * n_patients, dtype=bool)
    is_seen[pairs] = True
    return np.asarray(is_seen.reshape(n_cells, n_patients).sum(axis=1), dtype=np.intp)
