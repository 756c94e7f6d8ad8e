"""At a site: sums become limbs, are masked for one round, noted and signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.distributed.digests import digest
from analysis.distributed.masks.agreed import RoundTerms
from analysis.distributed.masks.fixed_point import to_limbs
from analysis.distributed.masks.layout import laid_out
from analysis.distributed.masks.message import Masked
from analysis.distributed.masks.record import note_round
from analysis.distributed.masks.roster import Roster
from analysis.distributed.masks.site_key import SiteKey
from analysis.distributed.masks.streams import add_masks

__all__ = ["ZEROS", "mask"]

ZEROS = 32
"""Zeros masked after the sums; their sum is zero unless a mask is wrong or missing."""


def mask(
    arrays: Mapping[str, npt.NDArray[Any]], terms: RoundTerms, *, roster: Roster, key: SiteKey
) -> Masked:
    """Mask the sums of a site for one round.

    Parameters
    ----------
    arrays : mapping of str to array
        The sums of the site, finite, in the shapes of the layout.
    terms : RoundTerms
        What all sites agreed on.
    roster : Roster
        All sites, whose fingerprint this site has compared with the others.
    key : SiteKey
        The site's own. What it has masked is noted beside its file first.

    Returns
    -------
    Masked
        Numbers that look random without the messages of all other sites. The same sums under the
        same terms, roster and key give the same message.

    Raises
    ------
    DataError
        When arrays do not fit the layout, numbers are missing, infinite or too large for the
        fixed point, or the key is not in the roster.
    DisclosureError
        When other sums were masked for this round before.
    """
    site = roster.name_of(key)
    content = np.concatenate([laid_out(arrays, terms.layout), np.zeros(ZEROS)])
    limbs = to_limbs(content, fixed_bits=terms.fixed_bits, n_sites=len(roster.sites))
    add_masks(limbs, key, terms, roster)
    message = Masked(
        site=site,
        roster_sha=roster.sha256,
        round=terms.name,
        spec_sha=terms.spec_sha,
        layout_sha=terms.layout.sha256,
        fixed_bits=terms.fixed_bits,
        limbs=limbs,
    )
    note_round(key.path, digest(message.described), message.limbs_sha256, terms.name)
    return replace(message, signature=key.signing.sign(message.signed))
