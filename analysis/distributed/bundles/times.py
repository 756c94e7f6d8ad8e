"""Analyses of times to an event: curves and tests from counts per group, day and event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.distributed.bundles.event_rows import EventRows
from analysis.distributed.bundles.options import Options
from analysis.distributed.bundles.rows import Rows
from analysis.distributed.masks import Layout
from analysis.distributed.sums import Sums
from analysis.distributed.tasks.event_curves import (
    cumulative_incidence_of,
    event_rows,
    gray_test_of,
    kaplan_meier_of,
    logrank_of,
)
from analysis.distributed.tasks.events import EventCountsTask
from analysis.distributed.thresholds.events import days_in_bins
from analysis.errors import DataError
from analysis.results import FloatArray
from analysis.study import Study

__all__ = ["TimesToEvent"]

_FITS: dict[str, Callable[..., Any]] = {
    "kaplan-meier": kaplan_meier_of,
    "logrank": logrank_of,
    "cumulative-incidence": cumulative_incidence_of,
    "gray-test": gray_test_of,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class TimesToEvent:
    """A curve, or a test between groups, of times to an event.

    Parameters
    ----------
    name : str
        As the agreement calls it.
    text : mapping
        Its table, defaults written out.
    task : EventCountsTask
        What is counted.
    source : EventRows
        How rows are derived.
    days : tuple of float
        Days at which a curve is read.
    bins : tuple of float
        Ends of bins to which days are moved, the last is the last day; none: days stay.
    """

    kinds: ClassVar = tuple(_FITS)

    name: str
    text: Mapping[str, Any]
    task: EventCountsTask
    source: EventRows
    days: tuple[float, ...]
    bins: tuple[float, ...] = ()

    @classmethod
    def read(cls, name: str, table: Options, sites: tuple[str, ...]) -> TimesToEvent:
        """Read a table whose ``model`` is one of the kinds."""
        kind = table.one_of("model", cls.kinds)
        competing = kind in ("cumulative-incidence", "gray-test")
        is_test = kind in ("logrank", "gray-test")
        bins = _bins(table)
        until = bins[-1] if bins else 365.0
        source = EventRows.read(table, competing=competing, grouped=is_test, until=until)
        by_site = table.one_of("strata", ("none", "site"), default="none") == "site"
        levels: dict[str, tuple[Any, ...]] = dict(source.levels)
        if by_site:
            levels["site_id"] = sites
        days = () if is_test else table.numbers("days", default=bins or (28, 56, 84))
        _check_bins(bins, source.until, days, table.where)
        return cls(
            name=name,
            text=table.read,
            source=source,
            days=days,
            bins=bins,
            task=EventCountsTask(
                subject="subject_id",
                by=source.by,
                strata=("site_id",) if by_site else (),
                levels=levels,
            ),
        )

    def rows(self, study: Study) -> Rows:
        """Derive the rows of a site's patients."""
        rows = self.source.rows(study, self.task.columns)
        if not self.bins:
            return rows
        time = rows.frame["time"].to_numpy(dtype=float)
        days, _ = days_in_bins(time, self.kinds_of_end(rows.frame), self.bins)
        return replace(rows, frame=rows.frame.assign(time=days))

    def kinds_of_end(self, frame: pd.DataFrame) -> npt.NDArray[np.int64]:
        """Say how every time ended, by numbers of which 0 is censored.

        Parameters
        ----------
        frame : pandas.DataFrame
            n rows with the column ``event``.

        Returns
        -------
        array of int, shape (n,)
            Positions in `EventRows.events`.
        """
        return np.asarray(pd.Index(self.source.events).get_indexer(frame["event"]), dtype=np.int64)

    def fit(self, sums: Sums) -> Any:
        """Make the curve or the test of the network's counts."""
        choices = {"censored": "censored"} if self.source.competing else {}
        return _FITS[self.text["model"]](sums, **choices)

    def table(self, result: Any) -> pd.DataFrame:
        """Show a result as a table."""
        table: pd.DataFrame = result.at(list(self.days)) if self.days else result.tidy()
        return table

    @property
    def layout(self) -> Layout:
        """Arrays that every site sends, whatever its patients are: a count per group and day."""
        shape = (len(self._groups), len(self.source.events), self._ends.size)
        return Layout(shapes={"counts": shape})

    def dense(self, sums: Sums) -> dict[str, FloatArray]:
        """Put the counts of a site into the arrays of the layout."""
        rows = event_rows(sums)
        place = (
            self._codes(rows),
            self.kinds_of_end(rows),
            np.searchsorted(self._ends, rows["time"].to_numpy(dtype=float)),
        )
        counts = np.zeros(self.layout.shapes["counts"])
        np.add.at(counts, place, 1.0)
        return {"counts": counts}

    def fit_masked(self, arrays: Mapping[str, FloatArray], threshold: int) -> Any:
        """Make the result of the network's arrays, whose counts were held to the threshold."""
        del threshold
        return self.fit(self.sparse(arrays))

    def sparse(self, arrays: Mapping[str, FloatArray]) -> Sums:
        """Read the network's counts out of the added arrays."""
        counts = np.rint(arrays["counts"]).astype(int)
        group, event, day = (np.repeat(codes, counts[counts > 0]) for codes in np.nonzero(counts))
        rows = pd.DataFrame(
            {
                "subject_id": np.arange(len(day)),
                "time": self._ends[day],
                "event": np.asarray(self.source.events)[event],
            }
        )
        if self.source.by is not None:
            rows[self.source.by] = np.asarray(self._groups, dtype=object)[group]
        return replace(self.task, strata=()).of(rows)

    @property
    def _ends(self) -> FloatArray:
        """Days on which a time may end."""
        return np.array(self.bins) if self.bins else np.arange(self.source.until + 1.0)

    @property
    def _groups(self) -> tuple[Any, ...]:
        """Levels of the groups; one group without."""
        return ("all",) if self.source.by is None else tuple(self.source.levels[self.source.by])

    def _codes(self, rows: pd.DataFrame) -> Any:
        """Code the group of every row."""
        if self.source.by is None:
            return np.zeros(len(rows), dtype=int)
        return pd.Index(self._groups).get_indexer(rows[self.source.by].astype(str))


def _bins(table: Options) -> tuple[float, ...]:
    """Read the ends of bins, where there are any."""
    bins = table.numbers("bins")
    if any(end != int(end) or end < 1 for end in bins) or any(np.diff(bins) <= 0):
        raise DataError(
            f"{table.where}: bins must be whole numbers of days that rise, the ends of bins, such "
            "as [7, 14, 28, 56]."
        )
    return bins


def _check_bins(bins: tuple[float, ...], until: float, days: tuple[float, ...], where: str) -> None:
    """Refuse bins that do not end with the follow-up, and days inside a bin."""
    if bins and bins[-1] != until:
        raise DataError(
            f"{where}: the last of bins is day {bins[-1]:g} and until is {until:g}; they must be "
            "the same, since nobody is followed beyond the last bin. Leave until out, or mend bins."
        )
    inside = [day for day in days if bins and day not in bins]
    if inside:
        raise DataError(
            f"{where}: days names {', '.join(f'{day:g}' for day in inside)}, inside a bin, where a "
            f"curve says nothing of its own. Allowed are {', '.join(f'{end:g}' for end in bins)}."
        )
