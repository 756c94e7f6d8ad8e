"""The rules behind a frame of outcomes in sentences, made from the rules that were used."""

from __future__ import annotations

from typing import Unpack

from analysis.instruments import load_instrument
from analysis.outcomes.baseline import LAST
from analysis.outcomes.entry import entry_in_words
from analysis.outcomes.rules import Rules
from analysis.outcomes.windows import SCHEDULE, as_schedule, window_named

__all__ = ["METHOD", "MethodNote", "course_in_words", "rules_in_words", "visit_in_words"]

METHOD = "method"
"""Key of ``frame.attrs`` under which a frame says how it was made, as a `MethodNote`."""

MethodNote = tuple[str, tuple[str, ...]]
"""What was made, and sentences on how."""


def visit_in_words(visit: str, **rules: Unpack[Rules]) -> str:
    """Say which scores count for a planned visit.

    Parameters
    ----------
    visit : str
        Label of the visit.
    **rules
        ``schedule`` as in `visit_outcomes`.

    Returns
    -------
    str
        The days of the visit, and which of several scores is taken.

    Raises
    ------
    DataError
        When the visit is not planned.

    Examples
    --------
    >>> visit_in_words("week 4")[:49]
    'Week 4: planned on day 28, days 21 to 41. Day 0 i'
    """
    plan = as_schedule(rules.get("schedule", SCHEDULE))
    window = window_named(visit, plan)
    days = f"planned on day {window.target}, days {window.low} to {window.high}."
    return " ".join([f"{window.label.capitalize()}: {days}", *plan.rules])


def course_in_words(**rules: Unpack[Rules]) -> str:
    """Say which courses of treatment count.

    Parameters
    ----------
    **rules
        ``course`` as in `visit_outcomes`.

    Returns
    -------
    str
        A sentence.

    Examples
    --------
    >>> course_in_words(), course_in_words(course="all")
    ('First course of each patient in the data.', 'All courses: a patient counts once in each.')
    """
    course = rules.get("course", 1)
    if course == "all":
        return "All courses: a patient counts once in each."
    return f"{'First course' if course == 1 else f'Course {course}'} of each patient in the data."


def rules_in_words(instrument: str, visit: str, **rules: Unpack[Rules]) -> tuple[str, ...]:
    """Say by which rules scores became the results at a planned visit.

    Parameters
    ----------
    instrument : str
        Name of the scale.
    visit : str
        Label of the visit.
    **rules
        ``schedule, baseline, baseline_at_least, course`` as in `visit_outcomes`.

    Returns
    -------
    tuple of str
        Sentences on the visit, the baseline, who is evaluable, and the courses.

    Raises
    ------
    DataError
        When the visit is not planned.

    Examples
    --------
    >>> rules_in_words("PHQ-9", "week 4", baseline_at_least=15)[2][:49]
    'Evaluable: PHQ-9 of 15 or more before treatment, '
    """
    scale = load_instrument(instrument).name
    entry = entry_in_words(scale, rules.get("baseline_at_least"))
    return (
        visit_in_words(visit, **rules),
        str(rules.get("baseline", LAST)),
        f"Evaluable: {entry} before treatment, and a window that closed before the data ended.",
        course_in_words(**rules),
    )
