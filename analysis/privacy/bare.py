"""Refusing tables that still hold what may identify a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from analysis.errors import DisclosureError
from analysis.privacy.crosswalk import PSEUDONYM
from analysis.privacy.derived import contains_values
from analysis.privacy.scan import scan_identifiers

__all__ = ["require_bare"]


def require_bare(
    tables: Mapping[str, pd.DataFrame],
    ids: Mapping[str, pd.Series],
    allowed_text: Collection[str],
) -> None:
    """Refuse tables that still hold what may identify, the old ids included.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Tables by name, without the old ids.
    ids : mapping of str to pandas.Series
        The old ids of the rows of each table.
    allowed_text : collection of str
        Columns whose free text somebody has read and allows.

    Raises
    ------
    DisclosureError
        When the scan finds anything, or a column holds the old ids; the message names columns.
    """
    numbers = {
        one: n for n, one in enumerate(dict.fromkeys(one for i in ids.values() for one in i))
    }
    numbered = {
        name: frame.assign(**{PSEUDONYM: ids[name].map(numbers)}) for name, frame in tables.items()
    }
    scan = scan_identifiers(numbered, pseudonym=PSEUDONYM, allowed_text=allowed_text)
    places = [f"  {found.finding}" for found in scan.findings]
    places += [
        f"  {name or 'table'}: column {position} holds the ids of patients. Leave it out."
        for name, frame in tables.items()
        for position, column in enumerate(frame, start=1)
        if contains_values(frame[column], ids[name])
    ]
    if places:
        raise DisclosureError(
            f"{len(places)} columns may still identify a person. Leave them out with drop, turn "
            "dates into days with dates, or allow a text that somebody has read.\n"
            + "\n".join(places)
        )
