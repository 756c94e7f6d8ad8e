"""The list of clients, kept in Excel."""

from __future__ import annotations

from datetime import date, timedelta

from tests.formats.clinic import reasons
from tests.formats.clinic.dice import Dice
from tests.formats.clinic.identities import TESTERS, clean
from tests.formats.clinic.network import (
    EARLIER,
    LAST_DAY,
    LOOKALIKES,
    RIVERAIN,
    SEED,
    SITES,
    Person,
    Site,
)
from tests.formats.clinic.sheets import Cell, Row, Sheet, shown

ID = "Client ID"
COLUMNS = [
    ID, "Client Name", "DOB", "Sex", "Office", "Mobile", "E-mail", "Dx / reason for Tx",
    "First Tx", "File status", "Other chart no.", "Notes",
]  # fmt: skip

IDENTIFIERS = ["Client Name", "DOB", "Mobile", "E-mail"]


def eaten(local_id: str) -> Cell:
    """Show an id as Excel does: a number without its zeros."""
    return int(local_id) if local_id.isdigit() else local_id


def status(one: Person) -> str:
    if not one.sessions:
        return "Consult only"
    if one.number == 44:
        return "Deceased"
    return "Active" if one.ongoing or one.sessions[-1].day > LAST_DAY else "Discharged"


def client(one: Person, site: Site, local_id: str, first: date | None) -> Row:
    """Make the record of one id."""
    dice = one.dice(f"client {local_id}")
    french = site is RIVERAIN and one.sex in reasons.FRENCH_SEXES
    given = one.name.split(", ")[1]
    cells: dict[str, Cell] = {
        ID: eaten(local_id),
        "Client Name": one.name.upper() if dice.chance(0.08) else one.name,
        "DOB": one.born,
        "Sex": reasons.FRENCH_SEXES[one.sex] if french else dice.pick(reasons.SEXES[one.sex]),
        "Office": site.office,
        "Mobile": f"613-555-01{dice.whole(0, 99):02d}",
        "E-mail": f"{given.lower()}{one.number}@example.org" if dice.chance(0.8) else "",
        "Dx / reason for Tx": one.reason,
        "First Tx": first,
        "File status": status(one),
        "Other chart no.": "",
        "Notes": dice.weighted({"": 0.93, "prefers mornings": 0.04, "transfer from GP": 0.03}),
    }
    return Row(cells=cells, source=one, month=1 if not first or first <= LAST_DAY else 2)


def rows_of(one: Person) -> list[Row]:
    """Make one record, or two for the patient with two ids."""
    if not one.sessions:
        row = client(one, one.site, one.local_id, None)
        row.lost = "never treated"
        row.spoil("never treated")
        return [row]
    first = one.start if one.number < EARLIER else one.sessions[0].day
    rows = [client(one, one.site, one.local_id, first)]
    if one.number < EARLIER:
        rows[0].spoil("treated before the data begin", "First Tx")
    if one.other:
        again = next(s.day for s in one.sessions if s.local_id == one.other[1])
        rows.append(client(one, *one.other, again))
        rows[1].lost = "second id"
        rows[1].spoil("two ids, one person", "Other chart no.", eaten(one.local_id))
        rows[1].cells["Notes"] = "was at Harbour, see other chart"
    return rows


def tester(local_id: str, name: str, born: date) -> Row:
    row = Row(cells=dict.fromkeys(COLUMNS, ""), lost="test patient")
    row.cells |= {ID: eaten(local_id), "Client Name": name, "DOB": born, "Office": "Northgate"}
    row.spoil("test patient", "Client Name")
    return row


def plant(rows: list[Row], dice: Dice) -> None:
    """Plant what only a few records have."""
    for row in rows:
        if isinstance(row.source, Person) and row.source.number in LOOKALIKES:
            row.spoil("same birthday and sex, two people", "DOB")
        if row.cells["Dx / reason for Tx"] == "n/a":
            row.spoil("missing code", "Dx / reason for Tx")
    ages = clean(rows)
    future, placeholder = dice.several(ages, 2)
    born = future.cells["DOB"]
    assert isinstance(born, date)
    future.later = Row(cells=dict(future.cells), source=future.source)
    future.spoil("born in the future", "DOB", born.replace(year=born.year + 100))
    placeholder.spoil("birthday is a placeholder", "DOB", date(1900, 1, 1))
    for row in dice.several(clean(rows), 9):
        row.spoil("date typed as text", "DOB", shown(row.cells["DOB"]))
    for row, days in zip(dice.several(clean(rows), 3), (14, -7, 365), strict=True):
        first = row.cells["First Tx"]
        assert isinstance(first, date)
        row.spoil("first treatment differs", "First Tx", first + timedelta(days=days))


def sheet(everybody: list[Person]) -> Sheet:
    """Make the sheet as it would be at the end of the second export."""
    dice = Dice(f"{SEED}/clients")
    rows = [row for one in everybody for row in rows_of(one)]
    plant(rows, dice)
    place = rows.index(dice.pick(clean(rows)))
    rows.insert(place + 3, rows[place].twin("same record twice"))
    rows.append(tester(TESTERS[0], "TEST, TEST", date(1990, 1, 1)))
    rows.append(tester(TESTERS[1], "zzTest Patient (do not use)", date(2000, 1, 1)))
    rows.sort(key=lambda row: row.month)
    return Sheet(file="clients.xlsx", columns=COLUMNS, rows=rows)


def legend() -> list[list[Cell]]:
    """Make the second tab: abbreviations of the offices and the unit of their scales."""
    lines: list[list[Cell]] = [["Office", "Abbrev.", "Scale reads"]]
    lines += [[site.office, site.code, "lb" if site.pounds else "kg"] for site in SITES]
    return lines
