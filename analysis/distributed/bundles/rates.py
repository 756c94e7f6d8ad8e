"""Response and adverse-event rates from counts per site, as funnels take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from analysis.distributed.bundles.options import Options
from analysis.distributed.bundles.rows import Rows, check_visit
from analysis.distributed.masks import Layout
from analysis.distributed.sums import Sums
from analysis.distributed.tasks.counts import CountsTask, counts_of, response_rates_of
from analysis.errors import DataError
from analysis.outcomes import visit_status
from analysis.results import FloatArray
from analysis.safety.adverse_events import require_rates
from analysis.safety.treatments import treated_sessions
from analysis.study import Study

__all__ = ["AdverseEventCounts", "ResponseCounts", "SiteCounts", "any_of"]

_SITE = "site_id"
_OUTCOMES = ("response", "remission")
_EVENTS = ("events", "serious_events")


@dataclass(frozen=True, kw_only=True, eq=False)
class SiteCounts:
    """Counts per site.

    Parameters
    ----------
    name : str
        As the agreement calls it.
    text : mapping
        Its table, defaults written out.
    task : CountsTask
        What is counted.
    """

    name: str
    text: Mapping[str, Any]
    task: CountsTask

    def fit(self, sums: Sums) -> pd.DataFrame:
        """List the counts by site."""
        return counts_of(sums)

    def table(self, result: pd.DataFrame) -> pd.DataFrame:
        """Show a result as a table."""
        return result

    @property
    def layout(self) -> Layout:
        """Arrays that every site sends: counts over all sites, since one site's are its own."""
        return Layout(shapes={"counts": (1 + len(self.task.flags) + len(self.task.amounts),)})

    def dense(self, sums: Sums) -> dict[str, FloatArray]:
        """Put the counts of a site into the arrays of the layout."""
        counts = counts_of(sums)
        names = ["patients", *self.task.flags, *self.task.amounts]
        return {"counts": counts[names].sum().to_numpy(dtype=float)}

    def fit_masked(self, arrays: Mapping[str, FloatArray], threshold: int) -> pd.DataFrame:
        """List the network's counts, small ones missing; those of sites are behind the masks."""
        names = ["patients", *self.task.flags, *self.task.amounts]
        counts = pd.Series(np.rint(arrays["counts"]).astype(int), names)
        small = counts.gt(0) & counts.lt(threshold)
        few = [name for name in self.task.amounts if small.get(any_of(name), False)]
        shown = counts.astype("Int64").mask(small | counts.index.isin(few))
        return shown.to_frame().T.reset_index(drop=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class ResponseCounts(SiteCounts):
    """Started, evaluable, observed, responding and remitting patients per site.

    Parameters
    ----------
    outcomes : tuple of str
        Which outcomes of the observed are counted.
    """

    kinds: ClassVar = ("response",)

    outcomes: tuple[str, ...]

    @classmethod
    def read(cls, name: str, table: Options, sites: tuple[str, ...]) -> ResponseCounts:
        """Read a table with ``model = "response"``."""
        table.one_of("model", cls.kinds)
        check_visit(table.text("visit"), f"{table.where}: visit")
        table.text("instrument")
        table.number("baseline_at_least")
        outcomes = table.some_of("outcomes", _OUTCOMES)
        flags = ("evaluable", "observed", *outcomes)
        task = CountsTask(by=(_SITE,), flags=flags, levels={_SITE: sites}, subject="subject_id")
        return cls(name=name, text=table.read, task=task, outcomes=outcomes)

    def rows(self, study: Study) -> Rows:
        """Place the patients of a site in the denominators of the visit."""
        rules = {key: self.text[key] for key in ("baseline_at_least",) if key in self.text}
        status = visit_status(study, self.text["instrument"], visit=self.text["visit"], **rules)
        frame = status[list(self.task.columns)].astype({_SITE: "object", "subject_id": "object"})
        return Rows(frame=frame, account=_nothing_left_out())

    def fit(self, sums: Sums) -> pd.DataFrame:
        """Estimate the rates by site, with the counts that a funnel takes."""
        return response_rates_of(sums, self.outcomes)


@dataclass(frozen=True, kw_only=True, eq=False)
class AdverseEventCounts(SiteCounts):
    """Patients, assessed sessions, adverse events and who had any, per site.

    Parameters
    ----------
    events : tuple of str
        Which events are counted; each has a flag of the patients with any, see `any_of`.
    """

    kinds: ClassVar = ("adverse-events",)

    events: tuple[str, ...]

    @classmethod
    def read(cls, name: str, table: Options, sites: tuple[str, ...]) -> AdverseEventCounts:
        """Read a table with ``model = "adverse-events"``."""
        table.one_of("model", cls.kinds)
        events = table.some_of("count", _EVENTS)
        task = CountsTask(
            by=(_SITE,),
            flags=tuple(map(any_of, events)),
            amounts=("sessions", *events),
            levels={_SITE: sites},
            subject="subject_id",
        )
        return cls(name=name, text=table.read, task=task, events=events)

    def rows(self, study: Study) -> Rows:
        """Count assessed sessions and their events per patient of a site."""
        require_rates(study)
        sessions = treated_sessions(study)
        assessed = sessions[sessions["ae_assessed"].fillna(value=False).astype(bool)]
        if assessed.empty:
            raise DataError("Not computable: adverse events; no session has ae_assessed true.")
        key = ["subject_id", "session_no"]
        events = study.table("adverse_events").merge(assessed[key], on=key, how="inner")
        found = pd.DataFrame({"sessions": assessed.groupby("subject_id", observed=True).size()})
        by_patient = events.groupby("subject_id", observed=True)
        found["events"] = by_patient.size()
        serious = events["serious"].fillna(value=False).astype(bool)
        found["serious_events"] = serious.groupby(events["subject_id"], observed=True).sum()
        found = found.fillna(0).astype(int)
        found = found.assign(**{any_of(name): found[name] > 0 for name in _EVENTS}).reset_index()
        home = study.table("subjects")[["subject_id", _SITE]]
        frame = found.merge(home, on="subject_id").astype({_SITE: "object", "subject_id": "object"})
        left = len(sessions) - len(assessed)
        account = pd.DataFrame({"reason": ["sessions without ae_assessed"], "n_rows": [left]})
        return Rows(frame=frame[list(self.task.columns)], account=account)


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


def _nothing_left_out() -> pd.DataFrame:
    """Return an account without an entry."""
    return pd.DataFrame({"reason": pd.Series(dtype=object), "n_rows": pd.Series(dtype=int)})
