"""Points of model means with the numbers of patients behind them, before anything is drawn."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.disclosure import CONFIDENTIAL, HIDDEN, Members, Policy, is_small, suppress_cells
from analysis.figures.axis import Places, groups_of

__all__ = ["describe_points", "release_points"]


def release_points(
    frame: pd.DataFrame,
    columns: Sequence[str],
    policy: Policy,
    *,
    by: str | None = None,
    members: Members | None = None,
) -> pd.DataFrame:
    """Remove points of few patients and write the numbers of patients as text.

    The other groups' numbers at such a visit are hidden too: with a total known from elsewhere
    they would give the small one away.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``group, visit, n`` and the numbers of each point.
    columns : sequence of str
        Numbers that are blanked where fewer than the least count, or nobody, is behind them.
    policy : Policy
        The least count that may be shown.
    by : str, optional
        What the groups are.
    members : Members, optional
        Who is behind each point, by (group, visit), see `suppress_cells`.

    Returns
    -------
    pandas.DataFrame
        The same rows; ``n`` as text; ``attrs["note"]`` says what was removed.
    """
    few = pd.Series(is_small(frame["n"], policy), index=frame.index)
    nobody = few | frame["n"].eq(0)
    blank = {name: frame[name].mask(nobody) for name in columns}
    beside = few.groupby(frame["visit"], observed=True).transform("any") & ~few
    points = list(zip(frame["group"], frame["visit"], strict=True))
    hidden = suppress_cells(
        dict(zip(points, frame["n"].astype(int).tolist(), strict=True)),
        about=f"patients behind means by {by or 'nothing'}",
        not_shown=[point for point, is_beside in zip(points, beside, strict=True) if is_beside],
        members=members,
        policy=policy,
    )
    text = pd.Series([hidden.text[point] for point in points], dtype="string")
    released = frame.assign(**blank, n=text.mask(beside.to_numpy(), HIDDEN))
    released.attrs["note"] = _small_note(int(few.sum()), policy)
    return released


def _small_note(removed: int, policy: Policy) -> str:
    """Say that points are missing because of small numbers, or that counts are true."""
    if policy.confidential:
        return CONFIDENTIAL
    if not removed:
        return ""
    return f"Points with fewer than {policy.minimum_count} patients are not shown."


def describe_points(frame: pd.DataFrame, places: Places) -> list[str]:
    """Describe the points of every group in words.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``group, visit, estimate, conf_low, conf_high``, and ``n`` as text, empty where unknown.
    places : Places
        Names of the visits.

    Returns
    -------
    list of str
        One sentence per group.
    """
    parts = []
    for name, rows in groups_of(frame.dropna(subset=["estimate"])):
        each = [f"{_value(row)} at {places.name(row['visit'])}" for _, row in rows.iterrows()]
        parts.append(f"{f'{name}: ' if name else ''}{', '.join(each)}.")
    return parts


def _value(row: pd.Series) -> str:
    """Write a mean with its interval and its number of patients."""
    limits = f"{row['conf_low']:.1f} to {row['conf_high']:.1f}"
    return f"{row['estimate']:.1f} ({limits}{f'; n {n}' if (n := row['n']) else ''})"
