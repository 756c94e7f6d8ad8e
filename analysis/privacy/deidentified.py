"""What de-identification gives back: tables, what became of each column, and the last scan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from analysis.errors import DataError
from analysis.privacy.scan_result import ScanResult
from analysis.results import frame_to_html, frame_to_text

__all__ = ["Deidentified"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Deidentified:
    """Tables without what identifies, and what became of each column.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The tables, rows ordered by pseudonym; a frame that came alone has an empty name.
    changes : pandas.DataFrame
        Columns ``table, column, change, rows``; true counts.
    scan : ScanResult
        The scan of the tables, which found nothing.
    """

    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    changes: pd.DataFrame
    scan: ScanResult

    @property
    def frame(self) -> pd.DataFrame:
        """A copy of the only table.

        Raises
        ------
        DataError
            When there are several.
        """
        if len(self.tables) != 1:
            raise DataError("There are several tables; take them from tables by name.")
        return next(iter(self.tables.values())).copy()

    def __repr__(self) -> str:
        return f"{self.scan.summary()}\n{frame_to_text(self.changes)}"

    def _repr_html_(self) -> str:
        return frame_to_html(self.changes, caption=self.scan.summary())
