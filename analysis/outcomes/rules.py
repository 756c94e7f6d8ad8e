"""The rules that every outcome shares, as keyword arguments that are checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypedDict

from analysis.outcomes.baseline import BaselineRule
from analysis.outcomes.windows import Schedule, Window

__all__ = ["CourseChoice", "Rules", "require_rules"]

CourseChoice = int | Literal["all"]
"""Which courses of treatment are taken: 1 is the first of each patient in the data."""


class Rules(TypedDict, total=False):
    """Keyword arguments that say which scores count; those of `visit_outcomes`.

    Parameters
    ----------
    schedule : Schedule or sequence of Window
        Planned visits, counted from the start or the last induction session of the course.
    baseline : BaselineRule
        How the baseline of each course is made.
    baseline_at_least : float, optional
        Least severe baseline, points of the scale (where higher is better: the highest). None:
        the `entry_threshold` of the scale.
    course : int or "all"
        Which courses; 1 is the first of each patient in the data.
    """

    schedule: Schedule | Sequence[Window]
    baseline: BaselineRule
    baseline_at_least: float | None
    course: CourseChoice


def require_rules(rules: Rules) -> None:
    """Refuse a keyword that is no rule, which would otherwise go unheard.

    Parameters
    ----------
    rules : Rules
        Keyword arguments.

    Raises
    ------
    TypeError
        When there is another keyword.

    Examples
    --------
    >>> require_rules({"course": 2})
    """
    if not set(rules) <= set(Rules.__annotations__):
        raise TypeError(f"Unknown keyword. Rules are: {', '.join(Rules.__annotations__)}.")
