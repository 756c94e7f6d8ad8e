"""Adverse events that one site publishes on its own: totals, and how many patients had any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from analysis.disclosure import RELEASE, Policy
from analysis.distributed.bundles.options import Options
from analysis.distributed.bundles.rates import (
    AS_OBSERVED,
    EVENTS,
    SiteCounts,
    events_of_patients,
)
from analysis.distributed.bundles.rows import Rows
from analysis.distributed.sums import Sums
from analysis.distributed.tasks.counts import CountsTask, counts_of
from analysis.quality import Funnel, funnel
from analysis.study import Study

__all__ = ["AdverseEventTotals", "any_of"]

_SITE = "site_id"


def any_of(events: str) -> str:
    """Name the flag of the patients with any event.

    Parameters
    ----------
    events : str
        Name of the events.

    Examples
    --------
    >>> any_of("serious_events")
    'patients_with_serious_events'
    """
    return f"patients_with_{events}"


@dataclass(frozen=True, kw_only=True, eq=False)
class AdverseEventTotals(SiteCounts):
    """Patients, assessed sessions, adverse events and who had any, per site.

    Patients are not told by their numbers of events, as in the other modes: most of these numbers
    are of few patients.

    Parameters
    ----------
    task : CountsTask
        What is counted.
    """

    kinds: ClassVar = ("adverse-events",)
    before: ClassVar = ("sessions",)

    task: CountsTask

    @classmethod
    def read(cls, name: str, table: Options, sites: tuple[str, ...]) -> AdverseEventTotals:
        """Read a table with ``model = "adverse-events"``."""
        table.one_of("model", cls.kinds)
        measures = table.some_of("count", EVENTS)
        task = CountsTask(
            by=(_SITE,),
            flags=tuple(map(any_of, measures)),
            amounts=("sessions", *measures),
            levels={_SITE: sites},
            subject="subject_id",
        )
        return cls(name=name, text=table.read, measures=measures, task=task)

    def rows(self, study: Study) -> Rows:
        """Count assessed sessions and their events per patient of a site."""
        found = events_of_patients(study)
        flags = {any_of(name): found.frame[name] > 0 for name in self.measures}
        frame = found.frame.assign(**flags)[list(self.task.columns)]
        return Rows(frame=frame, account=found.account)

    def fit(self, sums: Sums) -> pd.DataFrame:
        """List the counts by site."""
        return counts_of(sums)

    def funnel(self, sums: Sums, measure: str | None = None, policy: Policy = RELEASE) -> Funnel:
        """Compare sites by patients with any event; totals say nothing of events per patient."""
        chosen = self.chosen(measure)
        return funnel(
            counts_of(sums),
            kind="proportion",
            by=_SITE,
            events=any_of(chosen),
            denominator="patients",
            policy=policy,
            label=f"{any_of(chosen).replace('_', ' ')}, {AS_OBSERVED}",
        )
