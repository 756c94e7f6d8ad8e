"""Show how complete scores are by group and visit without giving a small count away.

Shares are shown in whole percent and without the number due: neighbouring visits differ by a few
patients who are not yet due, and exact denominators would give those few away by subtraction.
For the same reason a share is rounded more coarsely where few denominators fit it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from analysis.disclosure.cells import Cell, HiddenCells, suppress_cells
from analysis.disclosure.columns import group_texts
from analysis.disclosure.members import Members
from analysis.disclosure.policy import HIDDEN, RELEASE, Policy, is_small, rounded_count
from analysis.errors import ColumnError, DataError
from analysis.text_numbers import require_number_columns

__all__ = ["hide_completeness"]

_COUNTS = ["started", "due", "scored"]
_STEPS = (1, 5, 10)


def hide_completeness(frame: pd.DataFrame, *, by: str, policy: Policy = RELEASE) -> pd.DataFrame:
    """Turn counts of due and scored patients into shares that may be shown.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns `by`, ``visit``, ``started, due, scored``; one row per group and visit. The
        started of a group are the same at all visits.
    by : str
        Column of the group.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    pandas.DataFrame
        `by`, ``visit``; ``started`` as text, hidden where the table of responses by the same
        column hides it inside the same `recording`; ``shown``, the share in whole percent, its
        bound where the scored or the missing are few, "not yet due", or a dash where few are due;
        and ``bound``, the proportion behind that text. For the internal audience also the true
        ``due`` and ``scored``.

    Raises
    ------
    ColumnError
        When a column is absent.
    DataError
        When more have a score than were due, more were due than started, or a group has two
        numbers of started.

    Examples
    --------
    >>> counts = pd.DataFrame({"site": ["A", "B"], "visit": "week 4", "started": [90, 80],
    ...                        "due": [90, 60], "scored": [70, 55]})
    >>> hide_completeness(counts, by="site")["shown"].tolist()
    ['78%', '≥83%']
    """
    if not {by, "visit", *_COUNTS} <= set(frame.columns):
        raise ColumnError(f"The frame needs {by}, visit, {', '.join(_COUNTS)}.")
    require_number_columns(frame, _COUNTS)
    counts = frame[[by, "visit", *_COUNTS]].reset_index(drop=True)
    missing = counts["due"] - counts["scored"]
    if missing.lt(0).any() or counts["due"].gt(counts["started"]).any():
        raise DataError("Some rows have more scored than due, or more due than started.")
    groups = group_texts(counts[by]).tolist()
    hidden = _started(groups, counts["started"].astype(int).tolist(), by, Members.of(frame), policy)
    shares = [
        _share(
            int(started),
            int(due),
            int(scored),
            policy,
            is_told=not hidden.is_hidden(("started", group)),
        )
        for group, (started, due, scored) in zip(
            groups, counts[_COUNTS].itertuples(index=False), strict=True
        )
    ]
    true_counts = ["due", "scored"] if policy.confidential else []
    return counts[[by, "visit", *true_counts]].assign(
        started=pd.Series([hidden.text[("started", group)] for group in groups], dtype="string"),
        shown=pd.Series([text for text, _ in shares], dtype="string"),
        bound=[value for _, value in shares],
    )


def _started(
    groups: Sequence[str],
    started: Sequence[int],
    by: str,
    members: Members | None,
    policy: Policy,
) -> HiddenCells:
    """Suppress the started of each group as the same counts as those of the responses."""
    cells: dict[Cell, int] = {}
    for group, n in zip(groups, started, strict=True):
        if cells.setdefault(("started", group), n) != n:
            raise DataError("A group has two numbers of started patients; give one for all visits.")
    about = f"responses by measure and {by}"
    return suppress_cells(cells, about=about, members=members, policy=policy)


def _share(
    started: int, due: int, scored: int, policy: Policy, *, is_told: bool
) -> tuple[str, float]:
    """Give the text of a share and the proportion behind it.

    A bound would tell roughly how many started, and so is not given where these are hidden.
    """
    if due == 0:
        return "not yet due", np.nan
    if policy.confidential:
        return f"{round(100 * scored / due)}%", scored / due
    few_due, few_scored, few_missing = is_small([due, scored, due - scored], policy).tolist()
    if few_due or few_scored + few_missing > is_told:
        return HIDDEN, np.nan
    if few_scored or few_missing:
        return _bound(started, due, few_missing=few_missing, most=policy.minimum_count - 1)
    if scored in (0, due):
        return ("100%", 1.0) if scored else ("0%", 0.0)
    started, due, scored = rounded_count([started, due, scored], policy).astype(int).tolist()
    return _rounded(started, due, min(scored, due), policy)


def _bound(started: int, due: int, *, few_missing: bool, most: int) -> tuple[str, float]:
    """Give what ``<11`` missing, or with a score, says about the share.

    The bound depends on the number due, which is not shown. Where few of the started are not yet
    due, it is computed from the started instead, so that it does not give these few away.
    """
    base = due if started - due > most else started - most
    share = most / base if base > 0 else 1.0
    if share >= 0.5:
        return HIDDEN, np.nan
    if few_missing:
        low = math.floor(100 * (1 - share))
        return f"≥{low}%", low / 100
    high = math.ceil(100 * share)
    return f"≤{high}%", high / 100


def _rounded(started: int, due: int, scored: int, policy: Policy) -> tuple[str, float]:
    """Round a share so that it does not tell how many of the started are not yet due.

    A share such as 51% of at most 40 fits few numbers due, and is rounded to 5 or 10%.
    """
    for step, safe in zip(_STEPS, _safe_shares(started, policy.minimum_count), strict=True):
        shown = step * round(100 * scored / due / step)
        if shown in safe:
            return (f"{shown}%" if step == 1 else f"about {shown}%"), shown / 100
    return HIDDEN, np.nan


@lru_cache(maxsize=256)
def _safe_shares(started: int, least: int) -> tuple[frozenset[int], ...]:
    """List the shares that may be shown with each step, by the number of started alone.

    A share is safe when at least half of the small numbers not yet due, and one that is not
    small, fit it among the counts that no finer step has shown: that a share is rounded further
    must not tell the number either. More than three times the least count not yet due are not
    looked at; they would only add to what fits.
    """
    not_yet = np.arange(min(3 * least, max(started - 2 * least + 1, 0)))
    due, scored = started - not_yet, np.arange(least, started)[:, None]
    is_open = due - scored >= least
    safe = []
    for step in _STEPS:
        shown = (step * np.round(100 * scored / due / step)).astype(int)
        fits = {share: (is_open & (shown == share)).any(axis=0) for share in range(0, 101, step)}
        safe.append(
            frozenset(
                share
                for share, which in fits.items()
                if which[:least].sum() >= least // 2 and which[least:].any()
            )
        )
        is_open = is_open & ~np.isin(shown, list(safe[-1]))
    return tuple(safe)
