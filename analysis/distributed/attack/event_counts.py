"""The attack on counts of events per day: a small count is itself what must not be told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.disclosure import RELEASE, Policy, is_small
from analysis.distributed.attack.result import AttackResult, Finding
from analysis.formulas.columns import check_present
from analysis.text_numbers import require_numbers

__all__ = ["attack_event_counts"]

TRIED = ("counts of events and of censorings per group and day, and what is left of each group",)


def attack_event_counts(
    counts: pd.DataFrame, *, n: str, by: Sequence[str] = (), policy: Policy = RELEASE
) -> AttackResult:
    """Find small counts in a table of events per day.

    Parameters
    ----------
    counts : pandas.DataFrame
        One row per group, day and kind of event or censoring.
    n : str
        Column of the number of patients.
    by : sequence of str
        Columns of the groups.
    policy : Policy
        Its least count says which counts are small.

    Returns
    -------
    AttackResult
        A count of 1 tells the group, day and event of one patient, who counts as recovered.

    Raises
    ------
    ColumnError
        When a column is absent.
    DataError
        When the counts hold what is no number.
    """
    check_present(counts, [n, *by], "counts")
    patients = require_numbers(counts[n], n)
    group = counts.groupby(list(by), sort=False).ngroup() if by else pd.Series(0, counts.index)
    findings = []
    for number in range(int(group.max()) + 1 if len(group) else 0):
        own = patients[(group == number).to_numpy()]
        findings += _findings(f"group {number + 1}", own, policy)
    return AttackResult(
        n_patients=int(patients.sum()),
        minimum=policy.minimum_count,
        findings=tuple(findings),
        tried=TRIED,
    )


def _findings(where: str, counts: np.ndarray, policy: Policy) -> list[Finding]:
    """Put the small counts of one group in words."""
    small = is_small(counts, policy)
    alone, few = int((counts == 1).sum()), counts[small & (counts > 1)]
    rest = counts.sum() - counts
    found = []
    if alone:
        how = "an event or censoring that one patient has on a day"
        found.append(Finding(where=where, how=how, patients=alone, is_recovered=True))
    if few.size:
        how = f"{few.size} counts of few patients on a day"
        patients = int(few.max())
        found.append(Finding(where=where, how=how, patients=patients, is_recovered=False))
    if is_small(rest, policy).any():
        how = "all but few of the group on one day"
        patients = int(rest[is_small(rest, policy)].max())
        found.append(Finding(where=where, how=how, patients=patients, is_recovered=False))
    return found
