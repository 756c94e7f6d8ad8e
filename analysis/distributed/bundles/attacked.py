"""The attack on the sums of a bundle before they leave, in every mode in which they can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analysis.disclosure import Policy
from analysis.distributed.attack.event_counts import attack_event_counts
from analysis.distributed.attack.models import attack_models
from analysis.distributed.attack.patient_counts import attack_alike, attack_patient_counts
from analysis.distributed.attack.result import AttackResult
from analysis.distributed.bundles.analyses import Analysis, MixedModel
from analysis.distributed.bundles.coarsening import known_ranges
from analysis.distributed.bundles.rates import AdverseEventCounts, ResponseCounts
from analysis.distributed.bundles.specification import Specification
from analysis.distributed.bundles.times import TimesToEvent
from analysis.distributed.bundles.totals import AdverseEventTotals
from analysis.distributed.counted_rows import counted_from
from analysis.distributed.sums import Sums
from analysis.distributed.tasks.counts import counts_of
from analysis.distributed.tasks.event_curves import event_rows
from analysis.distributed.tasks.moments import moments_of
from analysis.errors import DisclosureError
from analysis.results import counted

__all__ = ["attack_sums", "require_safe"]


def attack_sums(
    specification: Specification, analyses: Sequence[Analysis], sums: Sequence[Sums]
) -> AttackResult | None:
    """Try to recover patients from the sums of a bundle.

    Parameters
    ----------
    specification : Specification
        The agreement.
    analyses : sequence of Analysis
        Those of the bundle.
    sums : sequence of Sums
        What is about to leave.

    Returns
    -------
    AttackResult or None
        Of all analyses together; None where a Cox regression is all there is.
    """
    policy = Policy(minimum_count=specification.threshold)
    pairs = list(zip(analyses, sums, strict=True))
    found = [attack for analysis, own in pairs if (attack := _attack_counts(analysis, own, policy))]
    models = {a.name: moments_of(own) for a, own in pairs if isinstance(a, MixedModel)}
    if models:
        scales = [known_ranges(a) for a in analyses if isinstance(a, MixedModel)]
        ranges = {name: limits for scale in scales for name, limits in scale.items()}
        found.insert(0, attack_models(models, ranges=ranges, policy=policy))
    return _together(found) if found else None


def require_safe(attack: AttackResult | None) -> None:
    """Refuse to publish sums in which the attack found somebody.

    Parameters
    ----------
    attack : AttackResult or None
        Of a bundle in the thresholded mode.

    Raises
    ------
    DisclosureError
        With what was found, in counts.
    """
    if attack is not None and (attack.not_tried or not attack.is_safe):
        raise DisclosureError(
            f"The attack on the coarsened sums finds {counted(len(attack.findings), 'way')} to few "
            f"patients, or could not be run. {attack.statement.splitlines()[0]} Agree on fewer "
            "analyses of the same patients, on a smaller formula, or on the masked mode."
        )


def _attack_counts(analysis: Analysis, sums: Sums, policy: Policy) -> AttackResult | None:
    """Attack numbers of patients, where they are all that an analysis sends."""
    if isinstance(analysis, TimesToEvent):
        groups = [name for name in (analysis.task.by, *analysis.task.strata) if name is not None]
        by_day = event_rows(sums).groupby([*groups, "time", "event"], observed=True).size()
        attack = attack_event_counts(by_day.reset_index(name="n"), n="n", by=groups, policy=policy)
    elif isinstance(analysis, AdverseEventCounts):
        alike = counted_from(sums, sums.kind).counts
        attack = attack_alike(alike, "the same numbers of events and sessions", policy=policy)
    elif isinstance(analysis, ResponseCounts | AdverseEventTotals):
        names = ["patients", *analysis.task.flags]
        counts = {name: int(counts_of(sums)[name].sum()) for name in names}
        attack = attack_patient_counts(counts, total="patients", policy=policy)
    else:
        return None
    found = [replace(each, where=f"{analysis.name}, {each.where}") for each in attack.findings]
    return replace(attack, findings=tuple(found))


def _together(attacks: Sequence[AttackResult]) -> AttackResult:
    """Put what follows from several analyses into one result."""
    return AttackResult(
        n_patients=max(attack.n_patients for attack in attacks),
        minimum=attacks[0].minimum,
        findings=tuple(found for attack in attacks for found in attack.findings),
        tried=tuple(dict.fromkeys(way for attack in attacks for way in attack.tried)),
        not_tried=tuple(way for attack in attacks for way in attack.not_tried),
    )
