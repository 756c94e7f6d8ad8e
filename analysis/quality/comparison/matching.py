"""What keeps a published figure from standing beside a study: every reason, by name.

A figure may only be compared with patients scored on its scale, in its window, by its rule, after
its drug by its route. What a source does not report is a reason too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.outcomes import Definition
from analysis.outcomes.courses import treatment_courses
from analysis.outcomes.library import resolve
from analysis.outcomes.windows import Schedule, Window, window_named
from analysis.published import PublishedFigure
from analysis.quality.comparison.question import (
    ANCHORS,
    MEASURES,
    Question,
    Source,
    own_rule,
    window_words,
)
from analysis.quality.comparison.spread import published_mean
from analysis.study import Study

__all__ = ["Holdings", "holdings", "make_question", "mismatches"]

_COHORTS = ("cohort", "open trial")


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """What a study has that a published figure may be about.

    Parameters
    ----------
    scales : frozenset of str
        Scales with scores.
    treatments : frozenset of (str, str)
        Agent and route of the first courses.
    """

    scales: frozenset[str]
    treatments: frozenset[tuple[str, str]]


def holdings(study: Study) -> Holdings:
    """List scales and treatments of a study.

    Parameters
    ----------
    study : Study
        A checked study.

    Returns
    -------
    Holdings
        Names only.
    """
    scales = study.table("assessments")["instrument"].dropna().astype(str).unique()
    given = treatment_courses(study)[["agent", "route"]].dropna().astype(str).drop_duplicates()
    return Holdings(
        scales=frozenset(scales),
        treatments=frozenset(given.itertuples(index=False, name=None)),
    )


def make_question(
    *,
    instrument: str | None = None,
    visit: str | None = None,
    schedule: Schedule | None = None,
    route: str | None = None,
    agent: str | None = None,
    definition: str | Definition | None = None,
) -> Question:
    """Check what was said of one's own analysis.

    Parameters
    ----------
    instrument, visit, schedule, route, agent, definition
        As in `compare_with_published`.

    Returns
    -------
    Question
        The analysis.

    Raises
    ------
    DataError
        When the visit is not planned, a schedule has no visit named, or a rule no scale.
    """
    if schedule is not None and visit is None:
        raise DataError("Name the visit of the schedule that is to be compared: visit=.")
    if schedule is not None and visit is not None:
        window_named(visit, schedule)
    if definition is not None:
        if instrument is None:
            raise DataError("A definition needs its scale: name it by instrument=.")
        definition = resolve(definition, load_instrument(instrument))
    return Question(
        instrument=None if instrument is None else load_instrument(instrument).name,
        schedule=schedule,
        visit=visit,
        route=route,
        agent=agent,
        definition=definition,
    )


def mismatches(source: Source, asked: Question, held: Holdings) -> tuple[str, ...]:
    """Say everything that keeps a figure from standing beside a study.

    Parameters
    ----------
    source : Source
        The published figure.
    asked : Question
        What of the clinic is to be compared.
    held : Holdings
        What the study has.

    Returns
    -------
    tuple of str
        Reasons; empty when they match.
    """
    parts = (_group, _scale, _rule, _window, _treatment, _numbers)
    return tuple(reason for part in parts for reason in part(source, asked, held))


def _group(source: Source, _asked: Question, _held: Holdings) -> Iterator[str]:
    """Refuse other measures, arms of trials, and groups formed by what came later."""
    if source.figure.measure not in MEASURES:
        yield f"measure: {source.figure.measure} is none that scores at a visit give"
    if source.study.design not in _COHORTS:
        yield f"design: {source.study.design}, no cohort of treated patients"
    if source.figure.group != "all":
        yield f"group: {source.figure.group}, not all patients"


def _scale(source: Source, asked: Question, held: Holdings) -> Iterator[str]:
    """Refuse another scale."""
    scale = source.figure.scale
    if scale is None:
        yield "scale: not published"
    elif asked.instrument is not None and scale != asked.instrument:
        yield f"scale: {scale}, asked for {asked.instrument}"
    elif scale not in held.scales:
        yield f"scale: the study has no {scale} score"


def _rule(source: Source, asked: Question, _held: Holdings) -> Iterator[str]:
    """Refuse another definition."""
    if source.figure.measure == "mean change" or source.figure.measure not in MEASURES:
        return
    rule = own_rule(source)
    if source.figure.definition is None:
        yield "definition: not published"
    elif rule is None:
        yield f"definition: {source.figure.definition} has no equal here"
    elif isinstance(asked.definition, Definition) and not _same(rule, asked.definition):
        yield f"definition: {rule.rule}, asked for {asked.definition.rule.rstrip('.')}"


def _same(one: Definition, other: Definition) -> bool:
    """Tell whether two definitions ask the same of scores."""
    return (one.kind, dict(one.parameters)) == (other.kind, dict(other.parameters))


def _window(source: Source, asked: Question, _held: Holdings) -> Iterator[str]:
    """Refuse another window, and days counted from another event."""
    figure = source.figure
    words = window_words(figure)
    if words == "not published" or figure.window_from is None:
        yield "window: not published"
    elif figure.window_from not in ANCHORS:
        yield f"window: {words}, an event from which no schedule counts"
    elif asked.schedule is not None and asked.window is not None:
        if asked.schedule.anchor != ANCHORS[figure.window_from]:
            yield f"window: {words}, asked for days from the {asked.schedule.anchor}"
        elif not _same_days(asked.window, figure):
            yield f"window: {words}, asked for {_days(asked.window)}"


def _same_days(window: Window, figure: PublishedFigure) -> bool:
    """Tell whether a planned visit is on the published day, or has the published window."""
    if figure.day_low == figure.day_high:
        return window.target == figure.day_low
    return (window.low, window.high) == (figure.day_low, figure.day_high)


def _days(window: Window) -> str:
    """Say the days of a planned visit."""
    return f"{window.label}, planned on day {window.target}, days {window.low} to {window.high}"


def _treatment(source: Source, asked: Question, held: Holdings) -> Iterator[str]:
    """Refuse another drug and another route."""
    agent, route = source.study.agent, source.study.route
    if asked.agent is not None and agent != asked.agent:
        yield f"agent: {agent}, asked for {asked.agent}"
    if asked.route is not None and route != asked.route:
        yield f"route: {route}, asked for {asked.route}"
    elif (agent, route) not in held.treatments:
        yield f"route: the study treated nobody with {agent} ({route})"


def _numbers(source: Source, _asked: Question, _held: Holdings) -> Iterator[str]:
    """Refuse figures without a value, a number of patients, or a spread."""
    if source.figure.value is None:
        yield "value: only a range over arms was published"
    if source.n is None:
        yield "patients: how many the figure rests on was not published (state published_n)"
    elif source.figure.measure == "mean change" and published_mean(source) is None:
        yield "spread: no standard deviation of the change was published"
