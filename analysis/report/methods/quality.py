"""How charts, clinics, measures, sessions and published cohorts were judged."""

from __future__ import annotations

from analysis.disclosure import Policy
from analysis.quality import (
    ClinicCharts,
    ClinicOutcomes,
    PublishedComparison,
    QualityMeasures,
    SpcChart,
)
from analysis.report.methods.words import Method, describe
from analysis.safety import SessionSafety

__all__: list[str] = []

_RULES = {
    "anhoej": "Anhøj's rules (unusually long runs, unusually few crossings) and points outside",
    "nhs": "the rules of NHS England's Making Data Count",
    "ihi": "the rules of the Institute for Healthcare Improvement",
}


@describe.register
def _(chart: SpcChart, _policy: Policy) -> Method:
    """Say which chart it is, by which rules it signals, and how often falsely."""
    plan = chart.plan
    lines = f"the first {plan.freeze} points" if plan.freeze else "all points that are not left out"
    about = f" of {chart.about}" if chart.about else ""
    return Method(
        subject=f"{chart.title}{about}",
        sentences=(
            f"Signals by {_RULES.get(plan.rules, plan.rules)}; lines from {lines}.",
            *dict.fromkeys(map(str, chart.sentences()["false_signals"])),
        ),
    )


@describe.register
def _(charts: ClinicCharts, _policy: Policy) -> Method:
    """Say that each clinic has lines of its own, and how many false signals all give together."""
    rules = _RULES.get(charts.chart.plan.rules, charts.chart.plan.rules)
    return Method(
        subject=f"{charts.chart.title} of each clinic, by {charts.period}: {charts.chart.about}",
        sentences=(
            f"Signals by {rules}; lines from the clinic's own points.",
            "A clinic changed where its likeliest step is, else at the first marked point.",
            charts.false_signals,
        ),
    )


@describe.register
def _(clinics: ClinicOutcomes, _policy: Policy) -> Method:
    """Say what clinics are compared by, and for what it is adjusted."""
    mix = clinics.case_mix
    adjusted = (
        "Not adjusted for differences between patients."
        if mix is None
        else f"Adjusted for {', '.join(mix.covariates)}. {' '.join(mix.notes())}"
    )
    return Method(
        subject=clinics.label, sentences=(f"By {clinics.by.replace('_', ' ')}. {adjusted}",)
    )


@describe.register
def _(measures: QualityMeasures, _policy: Policy) -> Method:
    """Repeat the definition of every measure."""
    level = f"Limits are at {100 * measures.conf_level:g}%."
    return Method(subject="Quality measures", sentences=(*measures.notes, level))


@describe.register
def _(beside: PublishedComparison, _policy: Policy) -> Method:
    """Say by which rule, visit and patients a published figure is met."""
    about = beside.about
    told = (f"Rule: {about.rule}.", f"Visit: {about.visit}.", f"Patients: {about.entry}.")
    return Method(
        subject=f"{beside.source.study.name}, beside this study",
        sentences=(*told, about.baseline, *beside.notes()),
    )


@describe.register
def _(sessions: SessionSafety, _policy: Policy) -> Method:
    """Say what a session needs to be judged, and what is not computable."""
    return Method(
        subject="Monitoring of sessions",
        sentences=(
            (
                f"{len(sessions.rules)} rules are evaluated in each session. Between two readings "
                f"more than {sessions.widest_gap} minutes apart nothing is said."
            ),
            *sessions.not_computable,
        ),
    )
