"""From a site's study to one row per patient with a time and how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.distributed.bundles.options import Options
from analysis.distributed.bundles.rows import Rows, check_visit, plain, within_levels
from analysis.errors import ColumnError, DataError
from analysis.outcomes import (
    DROPOUT,
    End,
    EventTable,
    time_to_loss_of_response,
    time_to_remission,
    time_to_response,
)
from analysis.study import Study

__all__ = ["EventRows"]

_ENDPOINTS = ("loss of response", "response", "remission")
_CAUSES = ("censored", "event", "dropout")
_LONGEST = 3650.0


@dataclass(frozen=True, kw_only=True)
class EventRows:
    """How times to an event follow from a study.

    Parameters
    ----------
    endpoint : str
        What the event is.
    instrument : str
        Scale.
    visit : str or None
        For loss of response: the planned visit that shows response.
    baseline_at_least : float or None
        Least severe baseline; None: the entry threshold of the scale.
    by : str or None
        Column of the groups.
    levels : mapping of str to tuple of str
        Groups that are analysed; patients of others are left out.
    competing : bool
        Whether dropout is an event of its own.
    until : float
        Day up to which is counted; later ends are ends on this day.
    """

    endpoint: str
    instrument: str
    visit: str | None
    baseline_at_least: float | None
    by: str | None
    levels: Mapping[str, tuple[str, ...]]
    competing: bool
    until: float

    @classmethod
    def read(
        cls, table: Options, *, competing: bool = False, grouped: bool = False, until: float = 365.0
    ) -> EventRows:
        """Read the options of the rows; `until` is the last day unless the table has another."""
        endpoint = table.one_of("endpoint", _ENDPOINTS)
        visit = table.text("visit") if endpoint == "loss of response" else None
        if visit is not None:
            check_visit(visit, f"{table.where}: visit")
        by = table.text("by", default=None if grouped else "none")
        levels = table.levels()
        if by != "none" and by not in levels:
            raise DataError(
                f"{table.where}: levels.{by} is missing; list the groups, so that all sites have "
                "the same."
            )
        last = table.number("until", default=until) or 0.0
        if not 1.0 <= last <= _LONGEST or last != int(last):
            raise DataError(f"{table.where}: until must be a whole number of days, up to 3650.")
        return cls(
            endpoint=endpoint,
            instrument=table.text("instrument"),
            visit=visit,
            baseline_at_least=table.number("baseline_at_least"),
            by=None if by == "none" else by,
            levels=levels,
            competing=competing,
            until=last,
        )

    @property
    def events(self) -> tuple[Any, ...]:
        """How a time may end."""
        return _CAUSES if self.competing else (0, 1)

    def rows(self, study: Study, columns: Sequence[str]) -> Rows:
        """Derive the rows.

        Parameters
        ----------
        study : Study
            Of one site, checked.
        columns : sequence of str
            Columns that the analysis uses.

        Returns
        -------
        Rows
            One row per patient at risk.

        Raises
        ------
        ColumnError
            When a column is none of those of times to an event.
        """
        found = self._times(study)
        missing = [name for name in columns if name not in found.columns]
        if missing:
            raise ColumnError(
                f"The analysis uses {', '.join(map(repr, missing))}, which times to an event do "
                f"not have; allowed are {', '.join(found.columns)}."
            )
        kept, account = within_levels(found, self.levels)
        frame = plain(kept[list(columns)], whole=("event",) if not self.competing else ())
        return Rows(frame=frame, account=account)

    def _times(self, study: Study) -> pd.DataFrame:
        """Follow the patients, at most until the last day."""
        table = self._table(study)
        if table.frame["entry"].gt(0).any():
            raise DataError(
                "Some patients come under observation after day 0 of this endpoint, which bundles "
                "do not count yet. Take another endpoint."
            )
        late = table.frame["time"] > self.until
        return table.frame.assign(
            time=table.frame["time"].clip(upper=self.until),
            event=self._ends(table).mask(late, self.events[0]),
        )

    def _ends(self, table: EventTable) -> pd.Series[Any]:
        """Say how each time ended."""
        seen = table.frame["event"].astype(bool)
        if not self.competing:
            return seen.astype(int)
        censored = table.causes()["event"].astype(str).eq("censored")
        ends = pd.Series("dropout", index=seen.index, dtype=object)
        return ends.mask(censored, "censored").mask(seen, "event")

    def _table(self, study: Study) -> EventTable:
        """Derive the endpoint."""
        rules: dict[str, Any] = {}
        if self.baseline_at_least is not None:
            rules["baseline_at_least"] = self.baseline_at_least
        if self.endpoint == "loss of response":
            if self.competing:
                raise DataError(
                    "Loss of response has no competing events here; take 'response' or "
                    "'remission', or model = 'kaplan-meier'."
                )
            return time_to_loss_of_response(study, self.instrument, visit=str(self.visit), **rules)
        ends = (End(source=DROPOUT, strategy="competing"),) if self.competing else ()
        made = time_to_response if self.endpoint == "response" else time_to_remission
        return made(self.instrument, ends=ends, **rules)(study)
