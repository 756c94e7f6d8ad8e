"""What leaves a site, in words for the person who lets it go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from analysis.distributed.attack.result import AttackResult
from analysis.distributed.bundles.coarsening import rules_in_words
from analysis.distributed.bundles.specification import MODES, Specification
from analysis.distributed.sums import Sums
from analysis.results import counted

__all__ = ["statement_of"]

_HOLDS = {
    "event counts": "how many patients had the event, or were last seen, on each day (or bin)",
    "cox round": "one log likelihood, its slope and its curvature at given coefficients",
    "counts": "how many patients were counted, and for what",
    "event rates": "how many patients had so many events in so many sessions",
    "masked 1": "numbers that look random until those of all other sites are added",
    "moments": "per set of visits that patients have, how many patients have it, and sums of "
    "products of their scores and covariates between visits",
}


class Counted(Protocol):
    """Sums of an analysis and how many they are of."""

    @property
    def name(self) -> str:
        """The analysis."""

    @property
    def n_patients(self) -> int | None:
        """Patients that were summed."""

    @property
    def sums(self) -> Sums:
        """What is sent."""


def statement_of(
    specification: Specification,
    site: str,
    parts: Sequence[Counted],
    attack: AttackResult | None = None,
) -> tuple[str, ...]:
    """Say what a bundle holds.

    Parameters
    ----------
    specification : Specification
        The agreement.
    site : str
        Who sends it.
    parts : sequence of Part
        What is sent.
    attack : AttackResult, optional
        What the reconstruction attack found in it.

    Returns
    -------
    tuple of str
        Sentences.
    """
    holds = [
        f"{part.name}: {_HOLDS.get(part.sums.kind, part.sums.kind)}"
        + ("." if part.n_patients is None else f"; {counted(part.n_patients, 'patient')}.")
        for part in parts
    ]
    return (
        f"This file leaves {site} in the {specification.mode} mode: {MODES[specification.mode]}.",
        "It holds sums over patients and no row, id or date of a patient.",
        *holds,
        *_risks(specification),
        *rules_in_words(specification),
        *([] if attack is None else attack.statement.splitlines()),
    )


def _risks(specification: Specification) -> Iterator[str]:
    """Say what could be learnt from the file where it is not coarsened."""
    if specification.mode == "trusted":
        yield (
            "Where a set of visits has one patient, its sums are that patient's scores: send it "
            f"only under the agreement named here ({specification.agreement}), to the coordinator "
            "of the network."
        )
    if specification.mode == "masked":
        yield (
            "The coordinator can read the sum of all sites and not this file. All other sites "
            "together could, by taking theirs away; see docs/network-privacy.md."
        )
