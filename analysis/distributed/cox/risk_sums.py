"""Risk-set sums of one part at given coefficients, per stratum and day.

What leaves a part are sums over the patients who leave, enter or have the event on the same day;
running sums over time are made once, of all parts together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.distributed.cox.rows import CoxRows
from analysis.distributed.keyed import KeyedSums, add_keyed, sum_by
from analysis.distributed.labels import Labels, join_labels, labels_from, recoded
from analysis.distributed.sums import Sums
from analysis.errors import AnalysisError, DataError
from analysis.results import FloatArray
from analysis.summation import compensated_sum

__all__ = ["RiskSums", "add_risk_sums", "full", "risk_sums", "risk_sums_from"]

KIND = "cox risk-set sums"
_TABLES = ("leaving", "events", "entering")
_UNFIT = (AnalysisError, KeyError, TypeError, ValueError, AttributeError, IndexError)


@dataclass(frozen=True, kw_only=True, eq=False)
class RiskSums:
    """Sums over the rows of a part; q = p (p + 1) / 2.

    Parameters
    ----------
    strata : mapping of str to Labels
        Labels of the strata; in keys their columns are named by number.
    leaving, entering : KeyedSums
        By stratum and time, columns r, r x (p) and r x x' (q, upper triangle by rows) of the rows
        that end, or begin then, with r the weighted relative risk.
    events : KeyedSums
        By stratum and time: number of events, their weights, and the same of their rows.
    total : array, shape (1 + p,)
        Over events, weighted: linear predictor, and covariates.
    """

    strata: Mapping[str, Labels]
    leaving: KeyedSums
    events: KeyedSums
    entering: KeyedSums
    total: FloatArray

    def sums(self, about: Mapping[str, Any]) -> Sums:
        """Make them ready to travel, as `risk_sums_from` reads them."""
        arrays: dict[str, npt.NDArray[Any]] = {"total": self.total}
        for name in _TABLES:
            table: KeyedSums = getattr(self, name)
            arrays |= {f"{name}_{key}": values for key, values in table.keys.items()}
            arrays[f"{name}_values"] = table.totals
        labels = {name: known.described for name, known in self.strata.items()}
        return Sums(kind=KIND, about={**about, "labels": labels}, arrays=arrays)


def risk_sums(rows: CoxRows, beta: FloatArray, centre: FloatArray) -> RiskSums:
    """Sum over the rows of a part.

    Parameters
    ----------
    rows : CoxRows
        n rows.
    beta, centre : array, shape (p,)
        Coefficients, and what is taken off the covariates in all parts.

    Returns
    -------
    RiskSums
        Infinite where the relative risk is too large for a number.
    """
    X = rows.X - centre
    predictor = X @ beta
    with np.errstate(over="ignore", invalid="ignore"):
        values = _products(X) * (rows.weight * np.exp(predictor))[:, None]
    codes = [codes for _, codes in rows.strata.values()]
    keys = {f"stratum_{place}": mine for place, mine in enumerate(codes)}
    late, event = ~np.isneginf(rows.entry), rows.event
    weight = rows.weight[event]
    own = np.column_stack([predictor[event], X[event]])
    of_events = np.column_stack([np.ones(weight.size), weight, values[event]])
    at_exit: dict[str, npt.NDArray[Any]] = {**keys, "time": rows.time}
    at_event = {name: key[event] for name, key in at_exit.items()}
    at_entry = {name: key[late] for name, key in {**at_exit, "time": rows.entry}.items()}
    return RiskSums(
        strata={name: known for name, (known, _) in rows.strata.items()},
        leaving=sum_by(at_exit, values),
        events=sum_by(at_event, of_events),
        entering=sum_by(at_entry, values[late]),
        total=weight @ own,
    )


def add_risk_sums(parts: Sequence[RiskSums]) -> RiskSums:
    """Add the sums of disjoint rows.

    Parameters
    ----------
    parts : sequence of RiskSums
        At least one, at the same coefficients and centre.

    Returns
    -------
    RiskSums
        Of all rows.

    Raises
    ------
    DataError
        When a stratum's column is of another type in another part, or its categories differ.
    """
    names = list(parts[0].strata)
    strata = {name: join_labels([part.strata[name] for part in parts]) for name in names}

    def added(table: str) -> KeyedSums:
        return add_keyed([_recoded(getattr(part, table), part, strata) for part in parts])

    with np.errstate(invalid="ignore"):
        total = compensated_sum(part.total for part in parts)
    return RiskSums(
        strata=strata,
        leaving=added("leaving"),
        events=added("events"),
        entering=added("entering"),
        total=total,
    )


def risk_sums_from(sums: Sums) -> RiskSums:
    """Read sums that have travelled.

    Parameters
    ----------
    sums : Sums
        Of `RiskSums.sums`.

    Returns
    -------
    RiskSums
        As they were.

    Raises
    ------
    DataError
        When they are other sums, or arrays do not fit together.
    """
    try:
        strata = {name: labels_from(known) for name, known in sums.about["labels"].items()}
        names = [*(f"stratum_{place}" for place in range(len(strata))), "time"]
        tables = {table: _table(sums, table, names) for table in _TABLES}
        p = sums.arrays["total"].size - 1
        widths = {name: table.totals.shape[1] for name, table in tables.items()}
        q = p * (p + 1) // 2
        expected = {"leaving": 1 + p + q, "events": 3 + p + q, "entering": 1 + p + q}
        lengths = {len(key) - len(t.totals) for t in tables.values() for key in t.keys.values()}
        fits = widths == expected and lengths <= {0}
    except _UNFIT:
        fits = False
    if not fits or sums.kind != KIND:
        raise DataError(f"These sums are not {KIND} as they are made here; make them again.")
    return RiskSums(strata=strata, total=sums.arrays["total"], **tables)


def full(packed: FloatArray, p: int) -> FloatArray:
    """Make a symmetric matrix of its upper triangle, shape (q,) to (p, p)."""
    square = np.zeros((p, p))
    square[np.triu_indices(p)] = packed
    return np.asarray(square + np.triu(square, 1).T)


def _table(sums: Sums, table: str, names: Sequence[str]) -> KeyedSums:
    """Read one table."""
    keys = {name: sums.arrays[f"{table}_{name}"] for name in names}
    return KeyedSums(keys=keys, totals=sums.arrays[f"{table}_values"])


def _recoded(table: KeyedSums, part: RiskSums, strata: Mapping[str, Labels]) -> KeyedSums:
    """Express the strata of one part in the labels of all."""
    keys = dict(table.keys)
    for place, (name, wanted) in enumerate(strata.items()):
        keys[f"stratum_{place}"] = recoded(keys[f"stratum_{place}"], part.strata[name], wanted)
    return KeyedSums(keys=keys, totals=table.totals)


def _products(X: FloatArray) -> FloatArray:
    """Put 1, covariates, and the upper triangle of their products beside each other."""
    first, second = np.triu_indices(X.shape[1])
    return np.column_stack([np.ones(len(X)), X, X[:, first] * X[:, second]])
