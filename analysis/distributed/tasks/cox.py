"""Cox regression over parts: what is counted once, and what is summed at given coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.distributed.agreement import require_agreement
from analysis.distributed.cox.behind import cells_of, fewest_of
from analysis.distributed.cox.question import CoxQuestion
from analysis.distributed.cox.risk_sums import KIND, add_risk_sums, risk_sums, risk_sums_from
from analysis.distributed.cox.rows import CoxRows, read_cox_rows
from analysis.distributed.keyed import KeyedSums, add_keyed
from analysis.distributed.sums import Sums
from analysis.errors import DataError, ModelError
from analysis.results import FloatArray
from analysis.summation import compensated_sum

__all__ = ["CoxStartTask", "CoxTask", "centre_of", "start_cells"]

START = "cox start"
_COUNTS = ("n_obs", "n_event", "n_dropped")
_OTHERS = ("x", "fewest", "cells")
_UNFIT = (KeyError, TypeError, ValueError)


@dataclass(frozen=True, kw_only=True)
class CoxStartTask:
    """What a Cox regression over parts needs once: means of covariates, and counts.

    Parameters
    ----------
    question : CoxQuestion
        Formula, columns and levels.
    """

    question: CoxQuestion

    @property
    def subject(self) -> str:
        """Column of the patient, if there is one."""
        return self.question.subject

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the rows that are read."""
        return self.question.columns

    @property
    def described(self) -> dict[str, Any]:
        """All that decides the sums."""
        return {"task": START, **self.question.described}

    def of(self, rows: pd.DataFrame) -> Sums:
        """Sum the covariates of the rows, and count rows and events per level.

        Parameters
        ----------
        rows : pandas.DataFrame
            None, or some.

        Returns
        -------
        Sums
            For `centre_of` and `start_cells`.

        Raises
        ------
        ColumnError, DataError, ModelError
            As `read_cox_rows`.
        """
        read = read_cox_rows(self.question, rows)
        return self._sums(read.X.sum(axis=0), cells_of(read), fewest_of(read), _counts(read))

    def added(self, parts: Sequence[Sums]) -> Sums:
        """Add the sums of disjoint sets of patients, in the order given."""
        require_agreement(parts, START, ("question",))
        cells = add_keyed([start_cells(part) for part in parts])
        fewest = np.sum([part.arrays["fewest"] for part in parts], axis=0)
        total = compensated_sum(part.arrays["x"] for part in parts)
        return self._sums(total, cells, fewest, _added_counts(parts))

    def at(self, beta: FloatArray, start: Sums) -> CoxTask:
        """Make the task of one round.

        Parameters
        ----------
        beta : array, shape (p,)
            Coefficients.
        start : Sums
            Of this task, over all parts.

        Returns
        -------
        CoxTask
            Risk-set sums at these coefficients.
        """
        centre = centre_of(start)
        return CoxTask(
            question=self.question, beta=tuple(map(float, beta)), centre=tuple(map(float, centre))
        )

    def _sums(
        self,
        x: FloatArray,
        cells: KeyedSums,
        fewest: npt.NDArray[np.int64],
        counts: dict[str, int],
    ) -> Sums:
        """Make the sums ready to travel."""
        arrays = {"x": x, "fewest": fewest, "cells": cells.totals, **dict(cells.keys)}
        return Sums(
            kind=START, about={"question": self.question.described, **counts}, arrays=arrays
        )


@dataclass(frozen=True, kw_only=True)
class CoxTask:
    """Risk-set sums of a Cox regression at given coefficients.

    Parameters
    ----------
    question : CoxQuestion
        Formula, columns and levels.
    beta, centre : tuple of float, shape (p,)
        Coefficients, and what is taken off the covariates so that sums keep their digits.
    """

    question: CoxQuestion
    beta: tuple[float, ...]
    centre: tuple[float, ...]

    @property
    def subject(self) -> str:
        """Column of the patient, if there is one."""
        return self.question.subject

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the rows that are read."""
        return self.question.columns

    @property
    def described(self) -> dict[str, Any]:
        """All that decides the sums."""
        at = {"beta": list(self.beta), "centre": list(self.centre)}
        return {"task": KIND, **self.question.described, **at}

    def of(self, rows: pd.DataFrame) -> Sums:
        """Sum over the rows, per stratum and day.

        Parameters
        ----------
        rows : pandas.DataFrame
            None, or some.

        Returns
        -------
        Sums
            For `cox_rounds`.

        Raises
        ------
        ColumnError, DataError, ModelError
            As `read_cox_rows`; and when there are not as many coefficients as columns.
        """
        read = read_cox_rows(self.question, rows)
        if {len(self.beta), len(self.centre)} != {read.X.shape[1]}:
            raise ModelError(
                f"The formula has {read.X.shape[1]} columns, but {len(self.beta)} coefficients "
                f"and {len(self.centre)} centres were given."
            )
        sums = risk_sums(read, np.array(self.beta), np.array(self.centre))
        return sums.sums({**self._about(), **_counts(read)})

    def added(self, parts: Sequence[Sums]) -> Sums:
        """Add the sums of disjoint sets of patients, in the order given."""
        require_agreement(parts, KIND, ("question", "beta", "centre"))
        total = add_risk_sums([risk_sums_from(part) for part in parts])
        return total.sums({**self._about(), **_added_counts(parts)})

    def _about(self) -> dict[str, Any]:
        """Say what all parts must have in common."""
        return {
            "question": self.question.described,
            "beta": list(self.beta),
            "centre": list(self.centre),
        }


def centre_of(start: Sums) -> FloatArray:
    """Compute the means of the covariates over all rows.

    Parameters
    ----------
    start : Sums
        Of `CoxStartTask`, over all parts.

    Returns
    -------
    array, shape (p,)
        Means; 0 without rows.
    """
    return np.asarray(start.arrays["x"] / max(1, int(start.about["n_obs"])))


def start_cells(start: Sums) -> KeyedSums:
    """Read the counts of rows per level and event.

    Parameters
    ----------
    start : Sums
        Of `CoxStartTask`.

    Returns
    -------
    KeyedSums
        As `cells_of` made them.

    Raises
    ------
    DataError
        When the sums are others.
    """
    try:
        keys = {name: key for name, key in start.arrays.items() if name not in _OTHERS}
        cells = KeyedSums(keys=keys, totals=start.arrays["cells"])
        fits = {len(key) for key in keys.values()} == {len(cells.totals)}
    except _UNFIT:
        fits = False
    if start.kind != START or not fits:
        raise DataError(f"These sums are no {START} as it is made here; make them again.")
    return cells


def _counts(rows: CoxRows) -> dict[str, int]:
    """Count what a fit tells about its rows."""
    numbers = (rows.time.size, int(rows.event.sum()), rows.n_dropped)
    return dict(zip(_COUNTS, numbers, strict=True))


def _added_counts(parts: Sequence[Sums]) -> dict[str, int]:
    """Add the counts of parts."""
    return {name: sum(int(part.about[name]) for part in parts) for name in _COUNTS}
