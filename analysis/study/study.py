"""The Study: the canonical tables of one data set, with what is known about all of them.

A study holds data that have passed `analysis.study.folder`; whether they obey the rules of the
field is the business of `analysis.checks`.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from analysis.errors import DataError
from analysis.results import counted, frame_to_html, frame_to_text
from analysis.study.schema import SCHEMA_VERSION, TABLES

__all__ = ["Study"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Study:
    """The canonical tables of one data set.

    Parameters
    ----------
    title : str
        Name of the data set, printed on every report.
    sites : tuple of str
        Codes of the clinics, printed in reports.
    instruments : tuple of str
        Scales that the data hold.
    tables : mapping of str to pandas.DataFrame
        Canonical tables by name; columns and dtypes as `analysis.study.TABLES` says.
    data_cut_off : str
        Label of the extract, without a date finer than a year.
    synthetic : bool
        Whether the patients are invented.
    seed : int, optional
        Seed of synthetic data.
    course_gap_days : int, optional
        Fewest days between the last session of one treatment course and the first of the next.
        None: the data do not say.
    sha256 : str
        Digest of the files that were read; empty for data made in memory.
    days_observed : int, optional
        Days from the first treatment of anybody to the data cut-off, where these are a part of a
        larger study; None: what ``follow_up`` says.
    """

    title: str
    sites: tuple[str, ...]
    instruments: tuple[str, ...]
    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    data_cut_off: str = ""
    synthetic: bool = False
    seed: int | None = None
    course_gap_days: int | None = None
    sha256: str = ""
    schema_version: str = SCHEMA_VERSION
    days_observed: int | None = None

    @property
    def data_class(self) -> str:
        """The class of the data: "no dates", or "limited data set" when a calendar is there."""
        return "limited data set" if "calendar" in self.tables else "no dates"

    def table(self, name: str) -> pd.DataFrame:
        """Return a copy of one table.

        Parameters
        ----------
        name : str
            Name of a canonical table.

        Returns
        -------
        pandas.DataFrame
            A copy; changing it does not change the study.

        Raises
        ------
        DataError
            When the study does not have the table.
        """
        if name not in self.tables:
            known = ", ".join(sorted(TABLES))
            raise DataError(
                f"This study has no table {name!r}. Canonical tables are: {known}. "
                "Add the file to the study folder, or leave out what needs it."
            )
        return self.tables[name].copy()

    def has(self, name: str, column: str | None = None) -> bool:
        """Tell whether the study has a table, or a column of it.

        Parameters
        ----------
        name : str
            Name of a canonical table.
        column : str, optional
            Name of a column.

        Returns
        -------
        bool
            False when the table or the column is absent.
        """
        return name in self.tables and (column is None or column in self.tables[name].columns)

    def overview(self) -> pd.DataFrame:
        """Count rows per table, with what one row is.

        Returns
        -------
        pandas.DataFrame
            Columns ``table, rows, grain``; one row per table of the study.
        """
        present = [table for name, table in TABLES.items() if name in self.tables]
        return pd.DataFrame(
            {
                "table": [table.name for table in present],
                "rows": [len(self.tables[table.name]) for table in present],
                "grain": [table.grain for table in present],
            }
        )

    def __repr__(self) -> str:
        """Show title, clinics, class of the data and row counts as plain text."""
        return f"Study: {self.title} ({self._kind()})\n{frame_to_text(self.overview())}"

    def _repr_html_(self) -> str:
        return frame_to_html(self.overview(), caption=self.title) + (
            f"<p>{html.escape(self._kind())}</p><p>{html.escape(', '.join(self.instruments))}</p>"
        )

    def _kind(self) -> str:
        """Say whether patients are real, how many clinics there are and the class of the data."""
        kind = "synthetic data" if self.synthetic else "clinic data"
        return f"{kind}, {counted(len(self.sites), 'clinic')}, {self.data_class}"
