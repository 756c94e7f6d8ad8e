"""Pool the bundles of a network: one per site and round, all of the same agreement."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from analysis.distributed.bundles.agreement import check_agreement
from analysis.distributed.bundles.bundle import Bundle
from analysis.distributed.bundles.files import read_bundle
from analysis.distributed.bundles.fitting import fit_all, fit_all_masked
from analysis.distributed.bundles.pooled import Pooled
from analysis.distributed.bundles.specification import specification_of
from analysis.distributed.masks import Roster
from analysis.errors import DataError

__all__ = ["pool"]


def pool(bundles: Sequence[Bundle | Path | str], *, roster: Roster | None = None) -> Pooled:
    """Fit what the network has agreed on to the bundles of its sites.

    Parameters
    ----------
    bundles : sequence of Bundle or path
        One per site, in any order; of later rounds of a Cox regression one per site and round,
        beside those of the first.
    roster : Roster, optional
        In the masked mode: all sites and their public keys.

    Returns
    -------
    Pooled
        Results as of the pooled patients. Where a Cox regression needs another round, see
        `Pooled.ask`.

    Raises
    ------
    DataError
        When a bundle is damaged, edited or of another agreement, or a site is missing in a round;
        every site is named. No result is made of a part.
    DisclosureError
        When the network's sum is of too few patients, in the masked mode.
    ModelError, ConvergenceError
        When a model cannot be fitted to the network's sums.
    """
    read = [each if isinstance(each, Bundle) else read_bundle(each) for each in bundles]
    if not read:
        check_agreement(read)
    rounds = [[each for each in read if each.round == n] for n in _rounds(read)]
    for each in rounds:
        check_agreement(each)
    text = rounds[0][0].specification
    specification = specification_of(text, "the agreement in the bundles")
    place = {site: number for number, site in enumerate(specification.sites)}
    ordered = tuple(tuple(sorted(each, key=lambda bundle: place[bundle.site])) for each in rounds)
    _check_rounds(ordered)
    results, resolution = (
        (fit_all(specification, ordered), None)
        if specification.mode != "masked"
        else fit_all_masked(specification, ordered, roster)
    )
    return Pooled(
        specification=specification,
        bundles=ordered[0],
        later=ordered[1:],
        results=results,
        resolution=resolution,
    )


def _rounds(bundles: Sequence[Bundle]) -> list[int]:
    """List the rounds, which must be 1, 2, ... without a gap."""
    numbers = sorted({bundle.round for bundle in bundles})
    if numbers != list(range(1, len(numbers) + 1)):
        raise DataError(
            f"The bundles are of the rounds {', '.join(map(str, numbers))}; give those of all "
            "rounds from the first on."
        )
    return numbers


def _check_rounds(rounds: Sequence[Sequence[Bundle]]) -> None:
    """Refuse later rounds of other sites than the first, or of other questions."""
    first = {bundle.site for bundle in rounds[0]}
    for later in rounds[1:]:
        sites = {bundle.site for bundle in later}
        if sites != first:
            raise DataError(
                f"Round {later[0].round} has other sites than round 1: "
                f"{', '.join(sorted(sites ^ first))} in one of them only. All sites take part in "
                "all rounds; if one has left, begin again without it."
            )
        if len({bundle.asked for bundle in later}) > 1:
            raise DataError(
                f"The bundles of round {later[0].round} answer different questions. Send all "
                "sites the same file of the round."
            )
