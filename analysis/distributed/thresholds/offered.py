"""What a site cannot publish on its own, refused by name with the reason."""

from __future__ import annotations

from typing import NoReturn

from analysis.errors import DisclosureError

__all__ = ["NOT_OFFERED", "refuse"]

NOT_OFFERED = {
    "cox": (
        "Rounds of a Cox model are not published by one site on its own: log likelihood, score "
        "and information at several coefficients are so many equations about the same patients "
        "that those of a small site can be solved, and no threshold on one round prevents it"
    ),
    "delayed entry": (
        "Counts by day of entry are not published by one site on its own: each pair of days counts "
        "few people, and bins wide enough for all pairs leave no curve"
    ),
    "events per patient": (
        "Numbers of patients by their numbers of events and sessions are not published by one site "
        "on its own: most of them are of one patient"
    ),
    "intervals": (
        "Counts of intervals between visits are not published by one site on its own: each pair of "
        "ends counts few people"
    ),
    "weights": (
        "Weighted sums are not published by one site on its own: weights are patients' own "
        "numbers, and no count of people can be read off the sums and held to the threshold"
    ),
}
"""Kinds of sums that are offered in the modes trusted and masked only, and why."""


def refuse(kind: str) -> NoReturn:
    """Refuse a kind of sums in thresholded mode.

    Parameters
    ----------
    kind : str
        One of `NOT_OFFERED`.

    Raises
    ------
    DisclosureError
        Always; it says why, and which modes there are.
    """
    raise DisclosureError(
        f"{NOT_OFFERED[kind]}. Send masked sums, or exact ones under an agreement (trusted)."
    )
