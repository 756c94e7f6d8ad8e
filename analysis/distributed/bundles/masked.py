"""Bundles of the masked mode: one message per site and round, of which only the sum can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from analysis.distributed.bundles.analyses import Analysis
from analysis.distributed.bundles.rates import SiteCounts
from analysis.distributed.bundles.specification import Specification
from analysis.distributed.masks import (
    Layout,
    NetworkSum,
    Roster,
    RoundTerms,
    SiteKey,
    mask,
    masked_of,
    masked_sums,
    unmask,
)
from analysis.distributed.sums import Sums
from analysis.errors import DataError, DisclosureError
from analysis.results import FloatArray, counted

__all__ = ["MASKED", "check_network_sum", "mask_sums", "network_sum", "require_keys", "terms_of"]

MASKED = "all analyses, masked"


def terms_of(
    specification: Specification, analyses: Sequence[Analysis], round_number: int, beta: str
) -> RoundTerms:
    """Say what all sites mask in a round.

    Parameters
    ----------
    specification : Specification
        The agreement.
    analyses : sequence of Analysis
        Those of the round.
    round_number : int
        The first is 1.
    beta : str
        What the round was asked, as text; the same at all sites.

    Returns
    -------
    RoundTerms
        Name, agreement and layout.
    """
    shapes = {
        f"{number}_{name}": shape
        for number, analysis in enumerate(analyses)
        for name, shape in analysis.layout.shapes.items()
    }
    name = f"round {round_number}" + (f", {beta[:32]}" if beta else "")
    return RoundTerms(name=name, spec_sha=specification.sha256, layout=Layout(shapes=shapes))


def mask_sums(
    terms: RoundTerms,
    analyses: Sequence[Analysis],
    sums: Sequence[Sums],
    *,
    roster: Roster,
    key: SiteKey,
) -> Sums:
    """Mask the sums of a site.

    Parameters
    ----------
    terms : RoundTerms
        Of `terms_of`.
    analyses : sequence of Analysis
        Those of the round.
    sums : sequence of Sums
        Of the site's patients, one per analysis.
    roster : Roster
        All sites.
    key : SiteKey
        The site's own.

    Returns
    -------
    Sums
        Numbers that look random without those of all other sites.
    """
    arrays = {
        f"{number}_{name}": values
        for number, (analysis, own) in enumerate(zip(analyses, sums, strict=True))
        for name, values in analysis.dense(own).items()
    }
    return masked_sums(mask(arrays, terms, roster=roster, key=key))


def network_sum(
    terms: RoundTerms, messages: Sequence[Sums], *, roster: Roster
) -> tuple[NetworkSum, list[dict[str, FloatArray]]]:
    """Add the messages of all sites.

    Parameters
    ----------
    terms : RoundTerms
        Of `terms_of`.
    messages : sequence of Sums
        One per site of the roster.
    roster : Roster
        All sites.

    Returns
    -------
    total : NetworkSum
        With its resolution.
    arrays : list of dict of str to array
        The network's arrays, per analysis.
    """
    total = unmask([masked_of(message) for message in messages], terms, roster=roster)
    found: dict[int, dict[str, FloatArray]] = {}
    for name, values in total.arrays.items():
        number, _, own = name.partition("_")
        found.setdefault(int(number), {})[own] = values
    return total, [found[number] for number in sorted(found)]


def check_network_sum(analysis: Analysis, arrays: Mapping[str, FloatArray], threshold: int) -> None:
    """Refuse a network's sum in which a set of visits or a group is of too few patients.

    Parameters
    ----------
    analysis : Analysis
        What was summed.
    arrays : mapping of str to array
        The network's arrays.
    threshold : int
        Least number of patients that a count may stand for.

    Raises
    ------
    DisclosureError
        With how many counts are too small, and what to change in the agreement.
    """
    if isinstance(analysis, SiteCounts):  # its small counts are hidden one by one
        return
    small, of = 0, ""
    for name, values in arrays.items():
        found = _people(name, values)
        if found is not None:
            counts, of = found
            small += int(((counts > 0) & (counts < threshold)).sum())
            if small:
                break
    if small:
        raise DisclosureError(
            f"{analysis.name!r}: {counted(small, 'count')} of {of} in the network's sum "
            f"{'is' if small == 1 else 'are'} of 1 to {threshold - 1} patients, which the "
            'threshold of the agreement refuses. Agree on fewer visits, on gaps = "cut", or on '
            "coarser groups, and let all sites make their bundles again."
        )


def _people(name: str, values: FloatArray) -> tuple[FloatArray, str] | None:
    """Return the counts of people in an array and what they are counts of; None of other sums."""
    counts = np.rint(values)
    if name.endswith("counts") and counts.ndim > 1:  # times: patients per group
        return counts.reshape(len(counts), -1).sum(axis=1), "groups"
    if name.endswith("counts"):
        return counts, "sets of visits"
    if name == "cells":  # of a mixed model: a patient has at most one row at a visit
        return counts, "groups"
    if name == "patients_and_events":
        return counts, "patients or events"
    return None


def require_keys(roster: Roster | None, key: Any) -> tuple[Roster, SiteKey]:
    """Refuse the masked mode without a roster and a key.

    Parameters
    ----------
    roster : Roster or None
        All sites.
    key : SiteKey or None
        The site's own.

    Returns
    -------
    tuple of Roster and SiteKey
        As given.
    """
    if roster is None or key is None:
        raise DataError(
            "The masked mode needs the roster of all sites and the site's own key: give roster= "
            "and key= (--roster and --key), see docs/network-privacy.md."
        )
    return roster, key
