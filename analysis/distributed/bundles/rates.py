"""Response and adverse-event rates from counts per site, and the funnels that they give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from analysis.disclosure import RELEASE, Policy
from analysis.distributed.bundles.options import Options
from analysis.distributed.bundles.rows import Rows, check_visit
from analysis.distributed.masks import Layout
from analysis.distributed.sums import Sums
from analysis.distributed.tasks.counts import CountsTask, counts_of, response_rates_of
from analysis.distributed.tasks.event_rates import (
    EventRatesTask,
    clinic_rates_of,
    event_counts_of,
    event_rates_of,
)
from analysis.errors import DataError
from analysis.outcomes import visit_status
from analysis.quality import Funnel, funnel
from analysis.results import FloatArray
from analysis.safety.adverse_events import require_rates
from analysis.safety.treatments import treated_sessions
from analysis.study import Study

__all__ = [
    "AS_OBSERVED",
    "EVENTS",
    "AdverseEventCounts",
    "ResponseCounts",
    "SiteCounts",
    "events_of_patients",
]

_SITE = "site_id"
_OUTCOMES = ("response", "remission")
_SESSIONS = "sessions"
EVENTS = ("events", "serious_events")
"""What may be counted in the assessed sessions."""
AS_OBSERVED = "as observed, case mix not allowed for"
"""What the label of a funnel of counts must say."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SiteCounts:
    """Counts per site.

    Parameters
    ----------
    name : str
        As the agreement calls it.
    text : mapping
        Its table, defaults written out.
    measures : tuple of str
        What sites can be compared by.
    """

    before: ClassVar[tuple[str, ...]] = ()
    """What is counted beside patients and measures."""

    name: str
    text: Mapping[str, Any]
    measures: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What is counted, beside patients, in the masked mode."""
        return (*self.before, *self.measures)

    def table(self, result: pd.DataFrame) -> pd.DataFrame:
        """Show a result as a table."""
        return result

    def chosen(self, measure: str | None) -> str:
        """Return a measure, the first where none is named, or refuse it."""
        if measure is not None and measure not in self.measures:
            raise DataError(
                f"{self.name!r} has no such measure; it has {', '.join(self.measures)}."
            )
        return measure or self.measures[0]

    @property
    def layout(self) -> Layout:
        """Arrays that every site sends: counts over all sites, since one site's are its own."""
        return Layout(shapes={"counts": (1 + len(self.names),)})

    def counts(self, sums: Sums) -> pd.DataFrame:
        """List what is counted by site."""
        return counts_of(sums)

    def dense(self, sums: Sums) -> dict[str, FloatArray]:
        """Put the counts of a site into the arrays of the layout."""
        counts = self.counts(sums)[["patients", *self.names]]
        return {"counts": counts.sum().to_numpy(dtype=float)}

    def fit_masked(self, arrays: Mapping[str, FloatArray], threshold: int) -> pd.DataFrame:
        """List the network's counts, small ones missing; those of sites are behind the masks."""
        counts = np.rint(arrays["counts"]).astype(int)
        small = (counts > 0) & (counts < threshold)
        shown = [pd.NA if hidden else n for n, hidden in zip(counts.tolist(), small, strict=True)]
        return pd.DataFrame([shown], columns=["patients", *self.names]).astype("Int64")


@dataclass(frozen=True, kw_only=True, eq=False)
class ResponseCounts(SiteCounts):
    """Started, evaluable, observed, responding and remitting patients per site.

    Parameters
    ----------
    task : CountsTask
        What is counted.
    """

    kinds: ClassVar = ("response",)
    before: ClassVar = ("evaluable", "observed")

    task: CountsTask

    @classmethod
    def read(cls, name: str, table: Options, sites: tuple[str, ...]) -> ResponseCounts:
        """Read a table with ``model = "response"``."""
        table.one_of("model", cls.kinds)
        check_visit(table.text("visit"), f"{table.where}: visit")
        table.text("instrument")
        table.number("baseline_at_least")
        measures, levels = table.some_of("outcomes", _OUTCOMES), {_SITE: sites}
        flags = (*cls.before, *measures)
        task = CountsTask(by=(_SITE,), flags=flags, levels=levels, subject="subject_id")
        return cls(name=name, text=table.read, measures=measures, task=task)

    def rows(self, study: Study) -> Rows:
        """Place the patients of a site in the denominators of the visit."""
        rules = {key: self.text[key] for key in ("baseline_at_least",) if key in self.text}
        status = visit_status(study, self.text["instrument"], visit=self.text["visit"], **rules)
        frame = status[list(self.task.columns)].astype({_SITE: "object", "subject_id": "object"})
        return Rows(frame=frame, account=_nothing_left_out())

    def fit(self, sums: Sums) -> pd.DataFrame:
        """Estimate the rates by site."""
        return response_rates_of(sums, self.measures)

    def funnel(self, sums: Sums, measure: str | None = None, policy: Policy = RELEASE) -> Funnel:
        """Compare sites by patients with an outcome among the observed."""
        chosen = self.chosen(measure)
        what = f"{chosen} of {self.text['instrument']} at {self.text['visit']}"
        return funnel(
            counts_of(sums),
            kind="proportion",
            by=_SITE,
            events=chosen,
            denominator="observed",
            policy=policy,
            label=f"{what}, {AS_OBSERVED}",
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class AdverseEventCounts(SiteCounts):
    """Patients by assessed sessions and adverse events, per site.

    How many patients had how many events is counted, since events of one patient come together:
    without it limits would be those of independent events.

    Parameters
    ----------
    task : EventRatesTask
        What is counted.
    """

    kinds: ClassVar = ("adverse-events",)
    before: ClassVar = (_SESSIONS,)

    task: EventRatesTask

    @classmethod
    def read(cls, name: str, table: Options, sites: tuple[str, ...]) -> AdverseEventCounts:
        """Read a table with ``model = "adverse-events"``."""
        table.one_of("model", cls.kinds)
        measures = table.some_of("count", EVENTS)
        task = EventRatesTask(
            events=measures,
            sessions=_SESSIONS,
            by=_SITE,
            levels={_SITE: sites},
            subject="subject_id",
        )
        return cls(name=name, text=table.read, measures=measures, task=task)

    def rows(self, study: Study) -> Rows:
        """Count assessed sessions and their events per patient of a site."""
        found = events_of_patients(study)
        return Rows(frame=found.frame[list(self.task.columns)], account=found.account)

    def fit(self, sums: Sums) -> pd.DataFrame:
        """Estimate events per 100 sessions by site."""
        return event_rates_of(sums)

    def counts(self, sums: Sums) -> pd.DataFrame:
        """List patients, sessions and events by site."""
        return event_counts_of(sums)

    def funnel(self, sums: Sums, measure: str | None = None, policy: Policy = RELEASE) -> Funnel:
        """Compare sites by events per 100 sessions; limits know that events come together."""
        chosen = self.chosen(measure)
        return funnel(
            clinic_rates_of(sums, chosen),
            kind="rate",
            by=_SITE,
            events="events",
            denominator="denominator",
            variance="variance",
            patients="patients",
            affected="affected",
            per=100.0,
            policy=policy,
            label=f"{_IN_WORDS[chosen]} per 100 sessions, {AS_OBSERVED}",
        )


_IN_WORDS = {"events": "adverse events", "serious_events": "serious adverse events"}


def _nothing_left_out() -> pd.DataFrame:
    """Return an account without an entry."""
    return pd.DataFrame({"reason": pd.Series(dtype=object), "n_rows": pd.Series(dtype=int)})


def events_of_patients(study: Study) -> Rows:
    """Count assessed sessions and their adverse events per patient.

    Parameters
    ----------
    study : Study
        Of one site, checked.

    Returns
    -------
    Rows
        Columns ``subject_id, sessions, events, serious_events, site_id``.

    Raises
    ------
    DataError
        When nobody was asked about adverse events.
    """
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
    found = found.fillna(0).astype(int).reset_index()
    home = study.table("subjects")[["subject_id", _SITE]]
    frame = found.merge(home, on="subject_id").astype({_SITE: "object", "subject_id": "object"})
    left = len(sessions) - len(assessed)
    account = pd.DataFrame({"reason": ["sessions without ae_assessed"], "n_rows": [left]})
    return Rows(frame=frame, account=account)
