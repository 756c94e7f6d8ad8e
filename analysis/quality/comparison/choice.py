"""Find the one figure of a published cohort that may stand beside a study, or refuse."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.errors import DataError
from analysis.outcomes import Definition, Schedule, Window
from analysis.outcomes.windows import SCHEDULE, as_schedule
from analysis.published import PublishedStudy
from analysis.quality.comparison.matching import holdings, make_question, mismatches
from analysis.quality.comparison.question import (
    MEASURES,
    Question,
    Source,
    own_schedule,
    window_words,
)
from analysis.study import Study

__all__ = ["choose", "plan_of", "question_of"]


def question_of(
    plan: Schedule | Sequence[Window] | None,
    *,
    instrument: str | None,
    visit: str | None,
    route: str | None,
    agent: str | None,
    definition: str | Definition | None,
) -> Question:
    """Read what was said of the clinic's own analysis.

    Parameters
    ----------
    plan : Schedule, sequence of Window or None
        Planned visits; `SCHEDULE` when a visit is named without.
    instrument, visit, route, agent, definition
        As in `compare_with_published`.

    Returns
    -------
    Question
        What was not said is taken as published.

    Raises
    ------
    DataError
        As in `make_question`.
    """
    schedule = None if plan is None else as_schedule(plan)
    if visit is not None and schedule is None:
        schedule = SCHEDULE
    return make_question(
        instrument=instrument,
        visit=visit,
        schedule=schedule,
        route=route,
        agent=agent,
        definition=definition,
    )


def choose(
    study: Study,
    known: PublishedStudy,
    asked: Question,
    *,
    measure: str,
    day: int | None = None,
    published_n: int | None = None,
) -> Source:
    """Find the one figure that matches.

    Parameters
    ----------
    study : Study
        A checked study.
    known : PublishedStudy
        The published cohort.
    asked : Question
        What of the clinic is to be compared.
    measure, day, published_n
        As in `compare_with_published`.

    Returns
    -------
    Source
        The figure.

    Raises
    ------
    DataError
        When none fits, with every reason of each; or more than one.
    """
    if measure not in MEASURES:
        raise DataError(f"measure is one of: {', '.join(MEASURES)}.")
    if published_n is not None and published_n < 1:
        raise DataError("published_n is a whole number of patients, at least 1.")
    held = holdings(study)
    sources = [
        Source(study=known, figure=figure, stated_n=published_n)
        for figure in known.figures
        if figure.measure == measure and day in (None, figure.day_low, figure.day_high)
    ]
    if not sources:
        raise DataError(
            f"{known.name} has no figure of {measure}{'' if day is None else ' on this day'}. "
            "comparable_cohorts() lists all figures."
        )
    reasons = [mismatches(source, asked, held) for source in sources]
    fitting = [source for source, why in zip(sources, reasons, strict=True) if not why]
    if not fitting:
        raise DataError(_refusal(sources, reasons))
    if len(fitting) > 1:
        ways = ", ".join(f"{s.figure.scale} {window_words(s.figure)}" for s in fitting)
        raise DataError(
            f"{known.name} has more than one figure of {measure} that fits: {ways}. Name the scale "
            "by instrument=, the day by day= or the visit by visit=."
        )
    return fitting[0]


def _refusal(sources: Sequence[Source], reasons: Sequence[tuple[str, ...]]) -> str:
    """Say every reason of every figure."""
    each = [
        f"{source.figure.scale or 'scale not published'}, {window_words(source.figure)}: "
        f"{'; '.join(why)}"
        for source, why in zip(sources, reasons, strict=True)
    ]
    return (
        f"The {sources[0].figure.measure} of {sources[0].study.name} cannot stand beside this "
        f"study. {' | '.join(each)}. "
        "comparable_cohorts() lists the figures that can."
    )


def plan_of(source: Source, asked: Question, *, days_around: int) -> tuple[Schedule, str]:
    """Return the schedule and the label of its visit that equals the published window.

    Parameters
    ----------
    source : Source
        The published figure.
    asked : Question
        What of the clinic is to be compared.
    days_around : int
        Days before and after a published day that still count, 0 to 60.

    Returns
    -------
    tuple of Schedule and str
        The stated visit, else one made from the published window.

    Raises
    ------
    DataError
        When `days_around` is out of its range, or the published window has no days.
    """
    if asked.schedule is not None and asked.visit is not None:
        return asked.schedule, asked.visit
    if not 0 <= days_around <= 60:
        raise DataError("days_around is a number of days from 0 to 60.")
    plan = own_schedule(source.figure, days_around=days_around)
    if plan is None:
        raise DataError("The published window is not known in days; name a visit.")
    return plan, plan.labels[0]
