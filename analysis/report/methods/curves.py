"""How curves of events over time were estimated, and what counts as an event."""

from __future__ import annotations

import pandas as pd

from analysis.disclosure import Policy
from analysis.outcomes import EventTable
from analysis.report.methods.words import Method, describe, dropped, patients
from analysis.survival import IncidenceCurve, IntervalCurve, SurvivalCurve
from analysis.survival.group_test import GroupTest

__all__: list[str] = []

_CENSORED = (
    "Patients whose follow-up ends without the event are taken to be like those who stay under "
    "observation."
)


@describe.register
def _(table: EventTable, _policy: Policy) -> Method:
    """Say where the clock starts, what counts, and what ends follow-up."""
    codes = table.codes
    ends = {
        kind: codes.loc[codes["kind"].eq(kind), "reason"].tolist() if len(codes) else []
        for kind in ("censored", "competing")
    }
    told = [
        f"Day 0: {table.origin}.",
        f"Event: {table.rule}.",
        f"Follow-up without the event ends at: {', '.join(ends['censored'])}."
        if ends["censored"]
        else "",
        f"Competing events: {', '.join(ends['competing'])}." if ends["competing"] else "",
    ]
    return Method(subject="Event and follow-up", sentences=tuple(filter(None, told)))


@describe.register
def _(curve: SurvivalCurve, policy: Policy) -> Method:
    """Say how a Kaplan-Meier curve was estimated."""
    row = curve.glance().iloc[0]
    late = "Patients count from their entry on." if row["delayed_entry"] else ""
    told = [
        *_about(curve.origin, curve.note),
        "An event is dated at the visit or record that showed it.",
        f"95% limits on the {curve.conf_type} scale, variance by {row['variance'].capitalize()}.",
        late,
        _CENSORED,
        *_numbers(curve.followed, row["n_dropped"], "a curve dated at the visit", policy),
    ]
    return Method(subject=curve.title, sentences=tuple(filter(None, told)))


@describe.register
def _(curve: IntervalCurve, policy: Policy) -> Method:
    """Say how a curve between visits was estimated."""
    told = [
        *_about(curve.origin, curve.note),
        (
            "Nonparametric maximum likelihood (Turnbull): the event came after the last visit "
            "without it and up to the first visit with it. Between such visits the curve is not "
            "known."
        ),
        "When visits take place is taken not to depend on the event.",
        *_numbers(
            curve.followed, curve.glance()["n_dropped"].iloc[0], "a curve between visits", policy
        ),
    ]
    return Method(subject="Curve between visits", sentences=tuple(filter(None, told)))


@describe.register
def _(curve: IncidenceCurve, policy: Policy) -> Method:
    """Say how cumulative incidence was estimated."""
    causes = ", ".join(map(str, curve.causes))
    return Method(
        subject="Cumulative incidence",
        sentences=(
            (
                f"Aalen and Johansen's estimate; what comes first counts: {causes}. 95% limits on "
                f"the {curve.conf_type} scale."
            ),
            dropped(curve.glance()["n_dropped"].iloc[0], "Patients", policy),
        ),
    )


@describe.register
def _(test: GroupTest, _policy: Policy) -> Method:
    """Say which test compares groups."""
    return Method(subject=test.name, sentences=("Two-sided.", *test.notes))


def _about(origin: str | None, note: str) -> list[str]:
    """Say what day 0 is, and how events were seen."""
    return [f"Day 0: {origin}." if origin else "", *note.split(". ")]


def _numbers(
    followed: pd.DataFrame | None, n_dropped: float, about: str, policy: Policy
) -> list[str]:
    """Say how many were followed, and how many rows were left out."""
    who = patients(followed["unit"], about, policy) if followed is not None else ""
    return [who, dropped(n_dropped, "Patients", policy)]
