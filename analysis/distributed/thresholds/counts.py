"""Counts of patients that a site may publish on its own: none of them, and no rest, is small."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.disclosure import RELEASE, Policy, is_small
from analysis.errors import DisclosureError
from analysis.formulas.columns import check_present
from analysis.results import counted
from analysis.text_numbers import require_numbers

__all__ = ["check_counts"]


def check_counts(
    counts: pd.DataFrame, *, total: str, parts: Sequence[str], policy: Policy = RELEASE
) -> None:
    """Refuse counts of which one, or what is left of the total, is small.

    Parameters
    ----------
    counts : pandas.DataFrame
        One row per level, such as an arm or a clinic.
    total : str
        Column of the patients of a row.
    parts : sequence of str
        Columns of some of these patients, such as responders. Numbers of events are no patients;
        give the patients with an event beside them.
    policy : Policy
        Its least count is the threshold.

    Raises
    ------
    ColumnError
        When a column is absent.
    DataError
        When a column holds what is no number.
    DisclosureError
        When a count is from 1 to the threshold less one, or all but so few have something. It
        says how many rows fail.

    Examples
    --------
    >>> check_counts(pd.DataFrame({"n": [60], "responders": [31]}), total="n", parts=["responders"])
    """
    check_present(counts, [total, *parts], "counts")
    n = require_numbers(counts[total], total)
    fails = is_small(n, policy)
    for name in parts:
        part = require_numbers(counts[name], name)
        fails = fails | is_small(part, policy) | is_small(n - part, policy)
    if fails.any():
        least = policy.minimum_count
        raise DisclosureError(
            f"{counted(int(fails.sum()), 'row')} of {len(counts)} count fewer than {least} "
            f"patients in {', '.join(map(repr, [total, *parts]))}, or all but fewer than {least}. "
            "Merge levels or leave them out, or send masked sums."
        )
