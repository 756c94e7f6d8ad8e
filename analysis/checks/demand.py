"""What one rule about rows demands: its code, place and words, and which rows break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.checks.broken import broken_rows
from analysis.study import Finding, Study

__all__ = ["Demand", "of_patient", "of_session"]


@dataclass(frozen=True, kw_only=True)
class Demand:
    """A rule that every row of one table must obey.

    Parameters
    ----------
    code : str
        Stable code of the rule.
    severity : {"error", "warning"}
        Whether analyses must stop.
    table, column : str
        Where the rule looks; the column is empty when the rule is about rows.
    what, remedy : str
        What is wrong and allowed, and what to do; no value from the data.
    broken : callable
        Takes the study and gives True for each row of `table` that breaks the rule; missing
        values break nothing.
    needs : tuple of (str, str)
        Optional columns without which the rule has nothing to say.
    """

    code: str
    severity: Literal["error", "warning"]
    table: str
    column: str
    what: str
    remedy: str
    broken: Callable[[Study], pd.Series]
    needs: tuple[tuple[str, str], ...] = ()

    def applies(self, study: Study) -> bool:
        """Tell whether the study has the table and all optional columns that the rule needs.

        Parameters
        ----------
        study : Study
            The data to check.

        Returns
        -------
        bool
            False when there is nothing to judge.
        """
        return study.has(self.table) and all(study.has(*place) for place in self.needs)

    def __call__(self, study: Study) -> Iterator[Finding]:
        """Yield one finding when any row breaks the rule."""
        if self.applies(study):
            yield from broken_rows(
                self.broken(study),
                rule=self.code,
                place=(self.table, self.column),
                what=self.what,
                remedy=self.remedy,
                severity=self.severity,
            )


def of_patient(study: Study, table: str, wanted: str, *, source: str = "follow_up") -> pd.Series:
    """Look up what a table with one row per patient says about the patient of each row.

    Parameters
    ----------
    study : Study
        The data to check.
    table : str
        Table whose rows ask.
    wanted : str
        Column of the source.
    source : {"follow_up", "subjects"}
        Table with one row per patient.

    Returns
    -------
    pandas.Series
        One value per row of `table`; missing where the patient is not known.
    """
    known = study.tables[source].dropna(subset=["subject_id"]).drop_duplicates("subject_id")
    values = known.set_index("subject_id")[wanted]
    found = study.tables[table]["subject_id"].map(values)
    return found.astype(values.dtype)


def of_session(study: Study, table: str, wanted: str) -> pd.Series:
    """Look up what sessions says about the session that each row of another table names.

    Parameters
    ----------
    study : Study
        The data to check.
    table : str
        Table with ``subject_id`` and ``session_no``.
    wanted : str
        Column of sessions.

    Returns
    -------
    pandas.Series
        One value per row of `table`; missing where no session is named or it does not exist.
    """
    key = ["subject_id", "session_no"]
    known = study.tables["sessions"].dropna(subset=key).drop_duplicates(key)
    right = known[[*key]].assign(value=known[wanted])
    rows = study.tables[table]
    return rows[key].merge(right, on=key, how="left")["value"].set_axis(rows.index)
