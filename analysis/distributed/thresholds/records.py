"""Who is in a bundle and how: the site's own record, which is never sent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.disclosure import RELEASE, Policy
from analysis.distributed.tasks.moments import MomentsTask
from analysis.distributed.thresholds.cells import design_and_cells, visits_as_bits
from analysis.errors import DataError
from analysis.formulas.columns import check_present

__all__ = ["VALUE", "Contributors", "contributors", "contributors_to_counts"]

IntArray = npt.NDArray[np.int64]
_DIGITS = 20  # of a patient's digest; 80 bits keep a hundred million apart
_COUNTED = ("pattern", "pattern_needs", "class", "class_needs")
VALUE = "value "
"""How the columns begin that hold digests of values."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Contributors:
    """Who is in a bundle and how, for the site's own record; never to be sent.

    Parameters
    ----------
    patients : pandas.DataFrame
        Index: digests of ids. Columns ``pattern`` and ``class``, which number patients with the
        same visits, and with the same visits and levels; ``pattern_needs`` and ``class_needs``,
        how many a subtraction must leave; and ``value NAME at VISIT`` or ``value NAME in all``,
        digests of values.
    """

    patients: pd.DataFrame

    def to_plain(self) -> dict[str, list[Any]]:
        """Return the record in values that JSON has; `from_plain` reads it."""
        frame = self.patients.rename_axis("patient").reset_index()
        return {str(name): frame[name].tolist() for name in frame.columns}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Sequence[Any]]) -> Contributors:
        """Read a record that `to_plain` made.

        Parameters
        ----------
        plain : mapping of str to sequence
            Columns.

        Returns
        -------
        Contributors
            The same.

        Raises
        ------
        DataError
            When it is no such record.
        """
        try:
            frame = pd.DataFrame(dict(plain)).set_index("patient")
            own = [name for name in frame.columns if str(name).startswith(VALUE)]
            kinds = dict.fromkeys(_COUNTED, np.int64) | dict.fromkeys(own, np.uint64)
            return cls(patients=frame.astype(kinds)[[*kinds]])
        except (KeyError, TypeError, ValueError, OverflowError):
            raise DataError(
                "This is no record of who was in a bundle, or a damaged one; take the copy of your "
                "backup. Without it, what was sent before cannot be protected."
            ) from None


def contributors(
    task: MomentsTask, rows: pd.DataFrame, *, policy: Policy = RELEASE
) -> Contributors:
    """Record who is in the sums of a mixed model.

    Parameters
    ----------
    task : MomentsTask
        The model.
    rows : pandas.DataFrame
        The rows that are summed, coarsened already.
    policy : Policy
        Its least count is the threshold.

    Returns
    -------
    Contributors
        To be kept in the site's local folder with every bundle that is sent.
    """
    design, cells = design_and_cells(task, rows, policy.minimum_count)
    bits = visits_as_bits(design)
    visits = [int(pattern).bit_count() for pattern in bits]
    record: dict[str, npt.NDArray[Any]] = {
        "pattern": _numbered(bits, cells.group[cells.cell]),
        "pattern_needs": np.array([cells.needed.of_pattern(each) for each in visits]),
        "class": _numbered(bits, cells.cell),
        "class_needs": np.array([cells.needed.of_cell(each) for each in visits]),
    }
    patient = design.panel.of_patients(np.arange(len(bits)))
    used = rows.iloc[design.position]
    for name in task.columns:
        if name not in (task.subject, task.visit):
            values = np.zeros((len(bits), len(design.visits)), dtype=np.uint64)
            values[patient, design.panel.visit] = _digests(used[name])
            record |= {
                f"{VALUE}{name} at {label}": values[:, k] for k, label in enumerate(design.visits)
            }
    labels = [_digest(str(label)) for label in design.subjects]
    return Contributors(patients=pd.DataFrame(record, index=labels))


def contributors_to_counts(
    rows: pd.DataFrame,
    *,
    subject: str,
    by: Sequence[str],
    amounts: Sequence[str] = (),
    policy: Policy = RELEASE,
) -> Contributors:
    """Record who is in a table of counts, such as events per group and bin.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per patient, coarsened already.
    subject : str
        Column of the patient.
    by : sequence of str
        Columns by whose combinations patients are counted.
    amounts : sequence of str
        Columns of the patients' own numbers that are added, such as sessions.
    policy : Policy
        Its least count is the threshold.

    Returns
    -------
    Contributors
        To be kept in the site's local folder with every bundle that is sent.

    Raises
    ------
    ColumnError
        When a column is absent.
    DataError
        When a patient has two rows.
    """
    check_present(rows, [subject, *by, *amounts], "rows")
    if rows[subject].duplicated().any():
        raise DataError(f"{subject!r} has patients with more than one row; give each one row.")
    labels = rows.groupby(list(by), dropna=False).ngroup() if by else pd.Series(0, rows.index)
    counted_by, least = labels.to_numpy(dtype=np.int64), np.int64(policy.minimum_count)
    values = dict(zip(_COUNTED, (counted_by, least, counted_by, least), strict=True))
    added = {f"{VALUE}{name} in all": _digests(rows[name]) for name in amounts}
    index = [_digest(str(label)) for label in rows[subject]]
    return Contributors(patients=pd.DataFrame({**values, **added}, index=index))


def _numbered(*labels: IntArray) -> IntArray:
    """Give numbers to combinations of labels."""
    return np.unique(np.column_stack(labels), axis=0, return_inverse=True)[1].ravel()


def _digests(values: pd.Series[Any]) -> npt.NDArray[np.uint64]:
    """Digest values, whatever the type of the column; never 0, which stands for no value."""
    is_number = pd.api.types.is_numeric_dtype(values)
    plain = values.astype(float if is_number else str)
    return np.maximum(pd.util.hash_pandas_object(plain, index=False).to_numpy(np.uint64), 1)


def _digest(label: str) -> str:
    """Digest an id."""
    return hashlib.sha256(label.encode("utf-8")).hexdigest()[:_DIGITS]
