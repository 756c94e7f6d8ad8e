"""All planted columns together."""

from __future__ import annotations

from tests.privacy.second_corpus import (
    identifiers_bodies,
    identifiers_codes,
    identifiers_contacts,
    identifiers_dates,
    identifiers_machines,
    identifiers_numbers,
    identifiers_people,
    identifiers_things,
)
from tests.privacy.second_corpus.columns import Plan


def plans() -> list[Plan]:
    """Plan every planted column, of all eighteen elements."""
    rooms = (
        identifiers_people,
        identifiers_dates,
        identifiers_contacts,
        identifiers_numbers,
        identifiers_things,
        identifiers_machines,
        identifiers_bodies,
        identifiers_codes,
    )
    return [plan for room in rooms for plan in room.plans()]
