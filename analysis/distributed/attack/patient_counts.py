"""The attack on numbers of patients: a small one, or a small difference of two, tells of few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np
import numpy.typing as npt

from analysis.disclosure import RELEASE, Policy, is_small
from analysis.distributed.attack.result import AttackResult, Finding

__all__ = ["attack_alike", "attack_patient_counts"]

TRIED = ("numbers of patients, and what is left of one without another",)


def attack_patient_counts(
    counts: Mapping[str, int], *, total: str, policy: Policy = RELEASE
) -> AttackResult:
    """Find small counts, and small differences, among numbers of patients.

    Parameters
    ----------
    counts : mapping of str to int
        Patients by what they have in common; sets may be parts of each other.
    total : str
        Which of them are all patients.
    policy : Policy
        Its least count says which counts are small.

    Returns
    -------
    AttackResult
        A count, or a difference, of 1 is one patient, who counts as recovered.

    Examples
    --------
    >>> attack_patient_counts({"patients": 60, "responders": 53}, total="patients")
    Reconstruction attack: 0 of 60 patients recovered, 1 other way to a group of fewer than 11.
    """
    told = {name: n for name, n in counts.items() if name != total}
    found = [
        Finding(where=name, how="a small number", patients=n, is_recovered=n == 1)
        for name, n in {**told, **dict(_differences(counts))}.items()
        if is_small(n, policy)
    ]
    return AttackResult(
        n_patients=counts[total],
        minimum=policy.minimum_count,
        findings=tuple(found),
        tried=TRIED,
    )


def _differences(counts: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Take every count from every larger one."""
    for one, other in combinations(sorted(counts, key=lambda name: -counts[name]), 2):
        yield f"{one} without {other}", counts[one] - counts[other]


def attack_alike(
    numbers: npt.NDArray[np.int64], what: str, *, policy: Policy = RELEASE
) -> AttackResult:
    """Find patients who are alone, or few, in a list of how many are alike.

    Parameters
    ----------
    numbers : array of int
        Patients per combination of values.
    what : str
        What they have in common.
    policy : Policy
        Its least count says which numbers are small.

    Returns
    -------
    AttackResult
        Who is alone is recovered: the list has that patient's values.
    """
    few = numbers[is_small(numbers, policy) & (numbers > 1)]
    alone = int((numbers == 1).sum())
    found = []
    if alone:
        found.append(Finding(where=what, how="a patient alone", patients=alone, is_recovered=True))
    if few.size:
        how, n = f"{few.size} groups of few patients", int(few.max())
        found.append(Finding(where=what, how=how, patients=n, is_recovered=False))
    return AttackResult(
        n_patients=int(numbers.sum()),
        minimum=policy.minimum_count,
        findings=tuple(found),
        tried=("numbers of patients who are alike",),
    )
