"""The attack on moments of a mixed model, before they are released."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from analysis.disclosure import RELEASE, Policy
from analysis.distributed.attack.findings import GramAttack
from analysis.distributed.attack.gram import attack_gram
from analysis.distributed.attack.pattern_grams import PatternGram, Ranges, pattern_grams
from analysis.distributed.attack.result import AttackResult, Finding
from analysis.mixed import Moments

__all__ = ["TRIED", "AttackedPattern", "attack_moments", "attack_patterns", "findings_of"]

TRIED = (
    "whole-number combinations of columns that few patients have, in every pattern of visits",
    "columns at the end of their range for all but a few",
    "lists of all rows that the sums of a pattern allow",
    "sums of small parts, by products of factors with other columns",
    "the table of levels of the factors",
)
"""What `attack_moments` does, in words."""


@dataclass(frozen=True, kw_only=True, eq=False)
class AttackedPattern:
    """A pattern and what follows from its sums; it may hold rows of patients.

    Parameters
    ----------
    pattern : PatternGram
        The sums.
    attack : GramAttack
        What follows.
    """

    pattern: PatternGram
    attack: GramAttack


def attack_patterns(
    moments: Moments, *, ranges: Ranges | None = None, policy: Policy = RELEASE
) -> Iterator[AttackedPattern]:
    """Attack the sums of every pattern.

    Parameters
    ----------
    moments : Moments
        Without weights.
    ranges : mapping of str to (float, float), optional
        Range of the outcome and of numeric columns.
    policy : Policy
        Its least count says which groups are small.

    Yields
    ------
    AttackedPattern
        Patterns in the order of the moments.
    """
    for pattern in pattern_grams(moments, ranges):
        found = attack_gram(pattern.gram, pattern.n, pattern.columns, minimum=policy.minimum_count)
        yield AttackedPattern(pattern=pattern, attack=found)


def attack_moments(
    moments: Moments, *, ranges: Ranges | None = None, policy: Policy = RELEASE
) -> AttackResult:
    """Try to recover patients from moments.

    Parameters
    ----------
    moments : Moments
        What is about to be sent.
    ranges : mapping of str to (float, float), optional
        Least and greatest value of the outcome and of numeric columns, such as
        ``{"total": (0, 27)}``; an attacker knows the scale.
    policy : Policy
        Its least count says which groups are small.

    Returns
    -------
    AttackResult
        Counts and words; deterministic, in bounded time.
    """
    if moments.about.roles.weights is not None:
        return AttackResult(
            n_patients=moments.about.n_subjects,
            minimum=policy.minimum_count,
            findings=(),
            tried=(),
            not_tried=("weighted sums, in which no column is whole",),
        )
    findings: list[Finding] = []
    untried: list[str] = []
    for attacked in attack_patterns(moments, ranges=ranges, policy=policy):
        findings += findings_of(attacked.pattern.where, attacked.attack)
        if attacked.attack.untried:
            untried.append(f"{attacked.pattern.where}: {attacked.attack.untried}")
    small = [n for n in moments.about.population.cells if 0 < n < policy.minimum_count]
    if small:
        where = "the table of levels of the factors"
        how = f"{len(small)} cells of fewer than {policy.minimum_count}"
        findings.append(Finding(where=where, how=how, patients=max(small), is_recovered=False))
    return AttackResult(
        n_patients=moments.about.n_subjects,
        minimum=policy.minimum_count,
        findings=tuple(findings),
        tried=TRIED,
        not_tried=tuple(untried),
    )


def findings_of(where: str, attack: GramAttack) -> list[Finding]:
    """Put what follows from sums of products in words.

    Parameters
    ----------
    where : str
        What the sums are of.
    attack : GramAttack
        What follows from them.

    Returns
    -------
    list of Finding
        Recovered patients by the way that led to them, then small groups.
    """
    found = [
        Finding(where=where, how=way, patients=patients, is_recovered=True)
        for way, patients in Counter(attack.ways).items()
    ]
    return found + [
        Finding(where=where, how=way, patients=patients, is_recovered=False)
        for way, patients in attack.groups.items()
    ]
