"""What can be computed of one part of the patients and added over all parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import pandas as pd

from analysis.distributed.sums import Sums

__all__ = ["Task"]


class Task(Protocol):
    """A computation that needs only sums over patients.

    Tasks are frozen dataclasses at the top of a module of this package, so that every engine can
    send them to its workers; what they hold is plain.
    """

    @property
    def subject(self) -> str:
        """Column of the patient."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the rows that are read."""

    @property
    def described(self) -> dict[str, Any]:
        """All that decides the sums, in values that JSON has; kept sums are found again by it."""

    def of(self, rows: pd.DataFrame) -> Sums:
        """Sum over the patients of the rows, each patient whole."""

    def added(self, parts: Sequence[Sums]) -> Sums:
        """Add the sums of disjoint sets of patients, in the order given."""
