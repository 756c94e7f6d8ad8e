"""The attack on all models of a bundle: on each alone, and on what they tell together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

from analysis.disclosure import RELEASE, Policy
from analysis.distributed.attack.bundle import attack_moments
from analysis.distributed.attack.differences import attack_differences
from analysis.distributed.attack.pattern_grams import Ranges
from analysis.distributed.attack.result import AttackResult, Finding
from analysis.mixed import Moments

__all__ = ["attack_models"]


def attack_models(
    models: Mapping[str, Moments], *, ranges: Ranges | None = None, policy: Policy = RELEASE
) -> AttackResult:
    """Try to recover patients from the sums of several models of one site.

    Parameters
    ----------
    models : mapping of str to Moments
        Sums by the name of the analysis, at least one.
    ranges : mapping of str to (float, float), optional
        Range of the outcomes and of numeric columns.
    policy : Policy
        Its least count says which groups are small.

    Returns
    -------
    AttackResult
        Of every model, and of every pair by differences. A patient whom two models tell is
        counted with both.
    """
    named = {
        name: attack_moments(sums, ranges=ranges, policy=policy) for name, sums in models.items()
    }
    unweighted = [name for name, sums in models.items() if sums.about.roles.weights is None]
    for one, other in combinations(unweighted, 2):
        named[f"{one} and {other}"] = attack_differences(
            models[one], models[other], ranges=ranges, policy=policy
        )
    findings = [_in(name, found) for name, result in named.items() for found in result.findings]
    return AttackResult(
        n_patients=max(result.n_patients for result in named.values()),
        minimum=policy.minimum_count,
        findings=tuple(findings),
        tried=tuple(dict.fromkeys(way for result in named.values() for way in result.tried)),
        not_tried=tuple(
            f"{name}: {way}" for name, result in named.items() for way in result.not_tried
        ),
    )


def _in(name: str, found: Finding) -> Finding:
    """Say in which analysis something was found."""
    return replace(found, where=f"{name}, {found.where}")
