"""The counts behind a comparison of clinics, read from its frame for disclosure control."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.disclosure import Members
from analysis.errors import ColumnError, DataError
from analysis.quality.clinics.funnel_disclosure import ClinicCounts
from analysis.quality.clinics.funnel_points import Points
from analysis.results import FloatArray
from analysis.text_numbers import require_numbers

__all__ = ["clinic_counts"]


def clinic_counts(
    data: pd.DataFrame,
    points: Points,
    by: str | None,
    options: Mapping[str, Any],
    about: str,
    members: Members | None,
) -> ClinicCounts:
    """Collect events, denominators and patients in the order of the points.

    Parameters
    ----------
    data : pandas.DataFrame
        The frame as given.
    points : Points
        What was read from it.
    by : str, optional
        Column of the clinic; the index when None.
    options : mapping
        ``patients`` and ``affected``: columns of patients, where they are other counts.
    about : str
        What is counted.
    members : Members, optional
        Who is behind the counts, by role and clinic.

    Returns
    -------
    ClinicCounts
        For `hide_clinics`.

    Raises
    ------
    ColumnError
        When a column of patients is not there.
    DataError
        When patients are no whole numbers, or fewer than those with an event.
    """
    labels = data.index.to_series() if by is None else data[by]
    rows = data.set_index(labels.astype("string").to_numpy(dtype=object)).loc[list(points.clinic)]
    counts: dict[str, FloatArray] = {}
    if points.counts:
        counts["events"] = points.observed
    if points.kind != "ratio":
        counts["denominator"] = np.floor(points.size)
    for role in ("patients", "affected"):
        if role in options:
            counts[role] = _patients(rows, str(options[role]))
    nested = points.kind == "proportion"
    if points.kind == "ratio" and "patients" in counts and "affected" not in counts:
        counts["denominator"], nested = counts.pop("patients"), True  # events are patients
    _require_nested(counts, nested=nested)
    return ClinicCounts(counts=counts, nested=nested, about=about, members=members)


def _patients(rows: pd.DataFrame, column: str) -> FloatArray:
    """Read a column of patients."""
    if column not in rows:
        raise ColumnError(f"Column {column!r} of patients is not there. Check its name.")
    numbers = require_numbers(rows[column], column)
    bad = int((~(numbers >= 0) | (numbers != np.round(numbers))).sum())
    if bad:
        raise DataError(
            f"Column {column!r} has {bad} clinics whose patients are not a whole number of 0 or "
            "more."
        )
    return np.asarray(numbers)


def _require_nested(counts: Mapping[str, FloatArray], *, nested: bool) -> None:
    """Refuse fewer patients than patients with an event."""
    pairs = [("affected", "patients")] + ([("events", "denominator")] if nested else [])
    for some, everyone in pairs:
        if some in counts and everyone in counts:
            over = int((counts[some] > counts[everyone]).sum())
            if over:
                raise DataError(
                    f"{over} clinics have more patients with an event than patients. Check both "
                    "columns."
                )
