"""Show how complete scores are by group and visit without giving a small count away.

Shares are shown in whole percent and without the number due: neighbouring visits differ by a few
patients who are not yet due, and exact denominators would give those few away by subtraction.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from analysis.disclosure.policy import HIDDEN, RELEASE, Policy, is_small, masked_count
from analysis.errors import ColumnError, DataError

__all__ = ["hide_completeness"]

_COUNTS = ["started", "due", "scored"]


def hide_completeness(frame: pd.DataFrame, *, by: str, policy: Policy = RELEASE) -> pd.DataFrame:
    """Turn counts of due and scored patients into shares that may be shown.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns `by`, ``visit``, ``started, due, scored``; one row per group and visit.
    by : str
        Column of the group.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    pandas.DataFrame
        `by`, ``visit``; ``started`` as text; ``shown``, the share in whole percent, its bound
        where the scored or the missing are few, "not yet due", or a dash where few are due; and
        ``bound``, the proportion behind that text. For the internal audience also the true ``due``
        and ``scored``.

    Raises
    ------
    ColumnError
        When a column is absent.
    DataError
        When more have a score than were due, or more were due than started.

    Examples
    --------
    >>> counts = pd.DataFrame({"site": ["A", "B"], "visit": "week 4", "started": [90, 80],
    ...                        "due": [90, 60], "scored": [70, 55]})
    >>> hide_completeness(counts, by="site")["shown"].tolist()
    ['78%', '≥83%']
    """
    if not {by, "visit", *_COUNTS} <= set(frame.columns):
        raise ColumnError(f"The frame needs {by}, visit, {', '.join(_COUNTS)}.")
    counts = frame[[by, "visit", *_COUNTS]].reset_index(drop=True)
    missing = counts["due"] - counts["scored"]
    if missing.lt(0).any() or counts["due"].gt(counts["started"]).any():
        raise DataError("Some rows have more scored than due, or more due than started.")
    shares = [
        _share(int(due), int(scored), policy)
        for due, scored in zip(counts["due"], counts["scored"], strict=True)
    ]
    true_counts = ["due", "scored"] if policy.confidential else []
    return counts[[by, "visit", *true_counts]].assign(
        started=pd.Series([masked_count(n, policy) for n in counts["started"]], dtype="string"),
        shown=pd.Series([text for text, _ in shares], dtype="string"),
        bound=[value for _, value in shares],
    )


def _share(due: int, scored: int, policy: Policy) -> tuple[str, float]:
    """Give the text of a share and the proportion behind it."""
    if due == 0:
        return "not yet due", np.nan
    few_due, few_scored, few_missing = is_small([due, scored, due - scored], policy)
    most = (policy.minimum_count - 1) / due
    if few_due or (few_scored and few_missing) or ((few_scored or few_missing) and most >= 0.5):
        return HIDDEN, np.nan
    if few_missing:
        low = math.floor(100 * (1 - most))
        return f"≥{low}%", low / 100
    if few_scored:
        high = math.ceil(100 * most)
        return f"≤{high}%", high / 100
    return f"{round(100 * scored / due)}%", scored / due
