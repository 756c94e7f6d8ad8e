"""One way in which readers of exports say what they noticed, always without a value."""

from __future__ import annotations

from typing import Literal

from analysis.study import Finding

__all__ = ["noticed"]


def noticed(
    rule: str,
    place: tuple[str, str],
    what: str,
    remedy: str,
    *,
    count: int | None = None,
    severity: Literal["error", "warning"] = "error",
) -> Finding:
    """Make a finding about an export.

    Parameters
    ----------
    rule : str
        Stable code.
    place : tuple of (str, str)
        Form, file or table, and field or column; the second may be empty.
    what, remedy : str
        What is wrong, and what to do next.
    count : int, optional
        How many cells, rows or fields it concerns.
    severity : {"error", "warning"}
        Whether there can be a study all the same.

    Returns
    -------
    Finding
        The finding.
    """
    return Finding(
        rule=rule,
        severity=severity,
        table=place[0],
        column=place[1],
        what=what,
        remedy=remedy,
        count=count,
    )
