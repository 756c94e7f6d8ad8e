"""How local ids are spelt from file to file, and people who are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.formats.clinic.dice import Dice
    from tests.formats.clinic.network import Person
    from tests.formats.clinic.sheets import Row

TESTERS = ("99998", "99999")
"""Ids of test patients."""


def spell(row: Row, column: str, dice: Dice, share: float = 0.02) -> None:
    """Spell the id of a record as hurried hands do: spaces, small letters."""
    written = str(row.cells[column])
    if written.startswith("RV") and dice.chance(0.12):
        row.spoil("id in small letters", column, written.lower())
    elif dice.chance(share):
        row.spoil("spaces around the id", column, dice.pick((f" {written}", f"{written} ")))
    elif dice.chance(share / 8):
        row.spoil("no-break space after the id", column, f"{written}\u00a0")


def all_ids(everybody: list[Person]) -> set[str]:
    """Give the ids of everybody, treated or not."""
    return {local_id for one in everybody for _, local_id in (one.place(1), one.place(2))}


def swapped(local_id: str, taken: set[str]) -> str:
    """Exchange two neighbouring digits so that nobody has the id."""
    for place in range(len(local_id) - 2, 0, -1):
        digits = list(local_id)
        digits[place], digits[place + 1] = digits[place + 1], digits[place]
        if "".join(digits) not in taken:
            return "".join(digits)
    raise LookupError(local_id)


def clean(rows: list[Row], month: int = 1) -> list[Row]:
    """Give the records of a month that have no fault yet and stay as they are."""
    free = [row for row in rows if not (row.tags or row.lost or row.gone or row.later)]
    return [row for row in free if row.month == month]
