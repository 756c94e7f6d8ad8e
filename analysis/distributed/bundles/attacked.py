"""The sums of a bundle as they may leave: attacked in every mode, coarsened where agreed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.disclosure import Policy
from analysis.distributed.attack.models import attack_models
from analysis.distributed.attack.result import AttackResult
from analysis.distributed.bundles.analyses import Analysis, MixedModel
from analysis.distributed.bundles.hazards import Hazards
from analysis.distributed.bundles.rows import Rows
from analysis.distributed.bundles.specification import Specification
from analysis.distributed.sums import Sums
from analysis.distributed.tasks.moments import moments_of
from analysis.distributed.thresholds.offered import refuse
from analysis.distributed.thresholds.rows import coarsened_rows
from analysis.errors import DisclosureError
from analysis.instruments import load_instrument
from analysis.results import counted

__all__ = ["attack_sums", "coarsened", "require_safe"]


def coarsened(analysis: Analysis, rows: Rows, threshold: int) -> Rows:
    """Coarsen the rows of a site until their sums may be published on their own.

    Parameters
    ----------
    analysis : Analysis
        A mixed model; other kinds are refused by name.
    rows : Rows
        Of the site.
    threshold : int
        Least number of patients that a count may stand for.

    Returns
    -------
    Rows
        What remains; the account says what does not.

    Raises
    ------
    DisclosureError
        When nothing remains, or the kind cannot be published by one site.
    """
    if isinstance(analysis, Hazards):
        refuse("cox")
    if not isinstance(analysis, MixedModel):
        raise DisclosureError(
            f"{analysis.name!r}: of one site on its own this version publishes sums of mixed "
            "models only. Send masked sums, or exact ones under an agreement (trusted)."
        )
    policy = Policy(minimum_count=threshold)
    ranges = _ranges(analysis)
    kept, account = coarsened_rows(analysis.task, rows.frame, ranges=ranges, policy=policy)
    lost = {
        "reason": ["coarsened, so that nobody is alone"],
        "n_rows": [account.n_rows - len(kept)],
    }
    return Rows(
        frame=kept, account=pd.concat([rows.account, pd.DataFrame(lost)], ignore_index=True)
    )


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
        None without a mixed model.
    """
    models: dict[str, Any] = {}
    ranges: dict[str, tuple[float, float]] = {}
    for analysis, own in zip(analyses, sums, strict=True):
        if isinstance(analysis, MixedModel):
            models[analysis.name] = moments_of(own)
            ranges |= _ranges(analysis)
    if not models:
        return None
    policy = Policy(minimum_count=specification.threshold)
    return attack_models(models, ranges=ranges, policy=policy)


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


def _ranges(analysis: MixedModel) -> dict[str, tuple[float, float]]:
    """Return what an attacker knows of the scale."""
    scale = load_instrument(analysis.source.instrument)
    low, high = float(scale.total_low), float(scale.total_high)
    reach = high - low
    known = {"total": (low, high), "baseline": (low, high), "change": (-reach, reach)}
    used = set(analysis.task.columns)
    return {name: limits for name, limits in known.items() if name in used}
