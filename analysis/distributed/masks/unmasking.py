"""At the coordinator: messages of all sites are checked and added, and the masks are gone."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from analysis.distributed.masks.agreed import RoundTerms
from analysis.distributed.masks.fixed_point import add_to, from_limbs
from analysis.distributed.masks.layout import taken_apart
from analysis.distributed.masks.masking import ZEROS
from analysis.distributed.masks.message import Masked
from analysis.distributed.masks.public_key import PublicKey
from analysis.distributed.masks.roster import Roster
from analysis.errors import DataError
from analysis.results import counted

__all__ = ["NetworkSum", "unmask"]

_TERMS = {
    "roster_sha256": "roster",
    "round": "round",
    "spec_sha256": "specification",
    "layout_sha256": "layout",
    "fixed_bits": "number of binary places",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class NetworkSum:
    """The sum over all sites of a roster in one round.

    Parameters
    ----------
    round : str
        Its name.
    sites : tuple of str
        Whose sums are in it.
    arrays : mapping of str to array
        By the layout; each number rounded correctly once to a double.
    fixed_bits : int
        Binary places after the point.
    """

    round: str
    sites: tuple[str, ...]
    arrays: Mapping[str, npt.NDArray[np.float64]]
    fixed_bits: int

    @property
    def resolution(self) -> float:
        """Distance of neighbouring numbers in the sum; sites round theirs to it."""
        return math.ldexp(1.0, -self.fixed_bits)

    @property
    def largest_error(self) -> float:
        """Most by which the rounding of all sites together can move a number."""
        return len(self.sites) * self.resolution / 2.0

    def summary(self) -> str:
        """Say in words what was added and how exactly."""
        return (
            f"Round {self.round}: sum over {counted(len(self.sites), 'site')}, each masked; no "
            f"site's own sums were seen. Sites rounded to multiples of 2^-{self.fixed_bits} "
            f"({self.resolution:.1e}), so that each number is within {self.largest_error:.1e} of "
            "the exact sum before it is rounded once to double precision."
        )


def unmask(messages: Sequence[Masked], terms: RoundTerms, *, roster: Roster) -> NetworkSum:
    """Add the messages of all sites of a roster.

    Parameters
    ----------
    messages : sequence of Masked
        One per site, in any order.
    terms : RoundTerms
        What all sites agreed on.
    roster : Roster
        All sites.

    Returns
    -------
    NetworkSum
        The sums of the network.

    Raises
    ------
    DataError
        When a site is missing, there twice or not in the roster; a message belongs to another
        roster, round, specification, layout or fixed point, was changed, or has a mask that does
        not cancel. All sites concerned are named, and there is no partial sum.
    """
    _refuse_other_sites(messages, roster)
    _refuse_other_terms(messages, {"roster_sha256": roster.sha256, **terms.described})
    _refuse_changed(messages, terms, roster)
    _refuse_missing(messages, roster)
    total = np.zeros((2, terms.layout.size + ZEROS), dtype=np.uint64)
    for message in messages:
        add_to(total, message.limbs)
    _refuse_wrong_masks(total[:, -ZEROS:])
    values = from_limbs(total[:, :-ZEROS], fixed_bits=terms.fixed_bits)
    return NetworkSum(
        round=terms.name,
        sites=roster.names,
        arrays=taken_apart(values, terms.layout),
        fixed_bits=terms.fixed_bits,
    )


def _refuse_other_sites(messages: Sequence[Masked], roster: Roster) -> None:
    """Refuse sites that the roster does not have, and those that are there twice."""
    counts = Counter(message.site for message in messages)
    strange = sorted(set(counts) - set(roster.names))
    if strange:
        raise DataError(
            f"Messages of {', '.join(strange)}, which the roster does not have; it has "
            f"{', '.join(roster.names)}. Leave them out, or let all sites mask by a new roster."
        )
    twice = sorted(site for site, count in counts.items() if count > 1)
    if twice:
        raise DataError(
            f"More than one message of {', '.join(twice)}. Each site counts once: keep the "
            "message of this round, and leave out the others."
        )


def _refuse_other_terms(messages: Sequence[Masked], agreed: Mapping[str, object]) -> None:
    """Name, site by site, what differs from what was agreed."""
    different = {
        message.site: [
            what for name, what in _TERMS.items() if message.described[name] != agreed[name]
        ]
        for message in messages
    }
    told = [f"{site}: another {', '.join(what)}" for site, what in different.items() if what]
    if told:
        raise DataError(
            f"Messages that do not belong to this round ({'; '.join(sorted(told))}). Send these "
            "sites the roster and the specification that the others have; they mask again."
        )


def _refuse_changed(messages: Sequence[Masked], terms: RoundTerms, roster: Roster) -> None:
    """Refuse messages of another size, or whose signature is not that of their site."""
    shape = (2, terms.layout.size + ZEROS)
    unfit = sorted(
        message.site
        for message in messages
        if message.limbs.shape != shape or not _is_signed(message, roster.key_of(message.site))
    )
    if unfit:
        raise DataError(
            f"The messages of {', '.join(unfit)} were changed on the way, or not signed with the "
            "key that the roster has for the site. Ask for these messages again."
        )


def _is_signed(message: Masked, key: PublicKey) -> bool:
    """Tell whether a site has signed exactly this message."""
    try:
        Ed25519PublicKey.from_public_bytes(key.signing).verify(message.signature, message.signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def _refuse_missing(messages: Sequence[Masked], roster: Roster) -> None:
    """Name sites without a message: without them nothing can be read."""
    missing = sorted(set(roster.names) - {message.site for message in messages})
    if missing:
        raise DataError(
            f"No message of {', '.join(missing)}: the masks cancel only when all sites are there. "
            "Ask for it, or go on without: make a roster without (Roster.without, write_roster) "
            "and let every other site mask again by it. A site that was left out must not send "
            "its old message later: the two sums would differ by its own."
        )


def _refuse_wrong_masks(zeros: npt.NDArray[np.uint64]) -> None:
    """Refuse a sum in which masks are left over; with 32 zeros, none is overlooked."""
    if zeros.any():
        raise DataError(
            "The masks of this round do not cancel, though every message is signed and of this "
            "round: a site derived its masks otherwise. Use the same version of this toolkit at "
            "all sites and mask again under a new name of the round."
        )
