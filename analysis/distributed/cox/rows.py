"""Read the rows of one part for a Cox regression; a part may have no row, or no event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.distributed.cox.question import CoxQuestion
from analysis.distributed.labels import Labels, code_labels
from analysis.errors import DataError, ModelError
from analysis.formulas.columns import Column, check_present, read_columns, with_levels
from analysis.formulas.encoding import Encoding
from analysis.results import FloatArray
from analysis.survival.reading.events import (
    check_entry,
    read_flags,
    read_numbers,
    read_weights,
)
from analysis.survival.reading.named_columns import require_columns
from analysis.survival.reading.regression_rows import check_overlap

__all__ = ["CoxRows", "read_cox_rows"]


@dataclass(frozen=True, kw_only=True, eq=False)
class CoxRows:
    """The complete rows of one part.

    Parameters
    ----------
    encoding : Encoding
        How covariates were coded.
    columns : mapping of str to Column
        The covariates, n rows each.
    X : array, shape (n, p)
        Their columns.
    time, entry : array, shape (n,)
        Times as given; entries are minus infinity without a column of them.
    event : array of bool, shape (n,)
        Whether the event was seen.
    weight : array, shape (n,)
        Whole weights.
    strata : mapping of str to (Labels, array of int, shape (n,))
        Columns of the strata.
    n_dropped : int
        Rows left out because a covariate or stratum was missing.
    """

    encoding: Encoding
    columns: Mapping[str, Column]
    X: FloatArray
    time: FloatArray
    entry: FloatArray
    event: npt.NDArray[np.bool_]
    weight: FloatArray
    strata: Mapping[str, tuple[Labels, npt.NDArray[np.int32]]]
    n_dropped: int


def read_cox_rows(question: CoxQuestion, data: pd.DataFrame) -> CoxRows:
    """Read the rows of one part.

    Parameters
    ----------
    question : CoxQuestion
        What is asked of all parts.
    data : pandas.DataFrame
        One row per patient, or per interval of a patient; none is allowed.

    Returns
    -------
    CoxRows
        The complete rows.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When times are missing or out of order, or a level was not declared.
    ModelError
        When the formula cannot be used by all parts alike, or a weight is not whole.
    """
    encoding, parsed = question.coding(), question.parsed
    named = {"time": question.time, "event": question.event}
    require_columns(data, **named, entry=question.entry, weights=question.weights)
    check_present(data, parsed.predictors, parsed.part)
    named_groups = [*question.strata, *filter(None, [question.subject])]
    check_present(data, named_groups, "the call")
    needed = list(dict.fromkeys([*parsed.predictors, *named_groups]))
    kept = data.loc[data[needed].notna().all(axis=1).to_numpy()]
    columns = _covariates(question, kept)
    time, entry, event, weight = _times(question, kept)
    if question.subject:
        subject = np.asarray(pd.factorize(kept[question.subject])[0], dtype=np.intp)
        check_overlap(time, entry, subject, question.outcome)
        _require_single(subject, event, question.subject)
    return CoxRows(
        encoding=encoding,
        columns=columns,
        X=encoding.matrix(columns, len(kept))[:, 1:],
        time=time,
        entry=entry,
        event=event,
        weight=weight,
        strata=code_labels(kept, question.strata, {}),
        n_dropped=len(data) - len(kept),
    )


def _covariates(question: CoxQuestion, kept: pd.DataFrame) -> dict[str, Column]:
    """Read the covariates, factors by the levels of all parts."""
    parsed = question.parsed
    if kept.empty:
        return {name: _empty(question, name) for name in parsed.predictors}
    columns, _, _ = read_columns(kept, parsed.predictors, factors=parsed.factors, whole=())
    for name, column in columns.items():
        if column.levels is None and name in question.levels:
            raise ModelError(
                f"Column {name!r} holds numbers, but levels= lists it; write C({name}) if it is a "
                "factor, or take it out of levels=."
            )
        if column.levels is not None and name not in question.levels:
            raise ModelError(
                f"Column {name!r} is a factor, whose levels must be the same in all parts; list "
                "them by levels=."
            )
    return {name: with_levels(column, question.levels) for name, column in columns.items()}


def _empty(question: CoxQuestion, name: str) -> Column:
    """Make a covariate without rows."""
    if name not in question.levels:
        return Column(name=name, data=np.zeros(0), levels=None)
    levels = pd.Index(list(question.levels[name]))
    return Column(name=name, data=np.zeros(0, dtype=np.intp), levels=levels)


def _times(
    question: CoxQuestion, kept: pd.DataFrame
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_], FloatArray]:
    """Read times, entries, events and weights as given; ties are merged over all parts."""
    n = len(kept)
    if not n:
        return np.zeros(0), np.zeros(0), np.zeros(0, dtype=bool), np.zeros(0)
    time = read_numbers(kept, question.time, "time", lowest=0.0) + 0.0
    entry, weight = np.full(n, -np.inf), np.ones(n)
    if question.entry is not None:
        entry = read_numbers(kept, question.entry, "entry", lowest=0.0)
        check_entry(entry, time, question.entry, question.time)
    if question.weights is not None:
        weight = read_weights(kept, question.weights)
        _require_whole(weight, question.weights)
    return time, entry, read_flags(kept, question.event), weight


def _require_single(
    subject: npt.NDArray[np.intp], event: npt.NDArray[np.bool_], column: str
) -> None:
    """Refuse patients with several events, whose covariance is no sum over rows."""
    several = int((np.bincount(subject[event]) > 1).sum())
    if several:
        raise DataError(
            f"{several} subjects ({column!r}) have more than one event. Over parts, the covariance "
            "takes one at most; several need all rows at once, by cox()."
        )


def _require_whole(weight: FloatArray, column: str) -> None:
    """Refuse weights that need a robust covariance, which is no sum over patients."""
    bad = int((weight != np.round(weight)).sum())
    if bad:
        raise DataError(
            f"Column {column!r} (weights=) has {bad} rows whose weight is not whole. Over parts, "
            "weights count patients; other weights need all rows at once, by cox()."
        )
