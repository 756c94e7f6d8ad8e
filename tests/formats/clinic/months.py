"""The two exports: what the files hold at the end of each month, and what changed between them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.formats.clinic import adverse, clients, scores, treatments
from tests.formats.clinic.network import (
    EXPORTED,
    NEVER,
    RIVERAIN,
    TREATED,
    Person,
    fill_in,
    harm,
    people,
    rate,
    treat,
)
from tests.formats.clinic.reasons import NEW_LABEL, REASONS
from tests.formats.clinic.sheets import Cell, Row, Sheet, furniture, shown


def everybody() -> list[Person]:
    """Let everything happen to everybody."""
    persons = people()
    for one in persons:
        if not TREATED <= one.number < TREATED + NEVER:
            treat(one)
            fill_in(one)
            first, further = REASONS[one.reason]
            everyone = one.site is RIVERAIN or one.number % 4 == 0
            rate(one, everyone or "PTSD" in {first, *further})
            harm(one)
    return persons


def whole() -> list[Sheet]:
    """Make the five sheets with the records of both exports."""
    persons = everybody()
    return [clients.sheet(persons), treatments.sheet(persons), scores.questionnaires(persons),
            scores.ratings(persons), adverse.sheet(persons)]  # fmt: skip


def row_of_month(row: Row, month: int) -> Row | None:
    """Give a record as one export shows it, or nothing."""
    if month == 1:
        return row if row.month == 1 else None
    return None if row.gone else row.later or row


def sheet_of_month(sheet: Sheet, month: int) -> Sheet:
    """Give the sheet as it is exported."""
    rows = [found for row in sheet.rows if (found := row_of_month(row, month))]
    changed = replace(sheet, rows=rows)
    if sheet.file == "clients.xlsx":
        changed.above = [[f"Client list - all offices - printed {shown(EXPORTED[month])}"], []]
    if sheet.file == "adverse.csv":
        sum_below = rows[-1].cells | {"Event": f"{len(rows) - 1} events"}
        rows[-1] = replace(rows[-1], cells=sum_below)
    return later_columns(changed) if month == 2 else changed


def later_columns(sheet: Sheet) -> Sheet:
    """Rename, add and drop the columns of the second export."""
    if sheet.file == "questionnaires.csv":
        return renamed(sheet)
    if sheet.file == "treatments.csv":
        kept = [name for name in sheet.columns if name != treatments.GONE_LATER]
        return replace(sheet, columns=kept)
    if sheet.file == "adverse.csv":
        added: dict[int, Cell] = {1: "", 2: "No"}
        rows = [replace(row, cells=row.cells | {adverse.NEW_LATER: added[row.month]})
                for row in sheet.rows]  # fmt: skip
        return replace(sheet, rows=rows, columns=[*sheet.columns, adverse.NEW_LATER])
    return sheet


def renamed(sheet: Sheet) -> Sheet:
    """Rename the column of the date, and paste the records of the new month below a header."""
    columns = [scores.RENAMED_LATER.get(name, name) for name in sheet.columns]
    rows = []
    for row in sheet.rows:
        cells = {scores.RENAMED_LATER.get(name, name): cell for name, cell in row.cells.items()}
        rows.append(replace(row, cells=cells))
        if row.lost == "header again":
            rows[-1].cells = dict(zip(columns, columns, strict=True))
    first = next(place for place, row in enumerate(rows) if row.month == 2)
    rows.insert(first, furniture("header again", columns, columns))
    return replace(sheet, columns=columns, rows=rows)


# --- What changed --------------------------------------------------------------------------------


def places(sheet: Sheet) -> dict[int, int]:
    """Give the record number of each row of an export."""
    return {id(row): number for number, row in sheet.numbered()}


def changes(sheet: Sheet, first: Sheet, second: Sheet) -> list[dict[str, Any]]:
    """List the values that changed and the records that vanished."""
    before, after, found = places(first), places_by_cells(second), []
    for row in sheet.rows:
        if row.gone:
            found.append({"kind": "record vanished", "file": sheet.file, "row": before[id(row)]})
        if row.later:
            for name, new in row.later.cells.items():
                if row.cells.get(name) != new:
                    found.append(
                        {"kind": "value changed", "file": sheet.file, "row": before[id(row)],
                         "row_later": after[signature(row.later)], "column": name,
                         "old": shown(row.cells.get(name)), "new": shown(new)}
                    )  # fmt: skip
    return found


def signature(row: Row) -> str:
    """Tell a record by its contents, under whatever name its columns go."""
    return repr([cell for name, cell in row.cells.items() if name != adverse.NEW_LATER])


def places_by_cells(sheet: Sheet) -> dict[str, int]:
    return {signature(row): number for number, row in sheet.numbered()}


def column_changes() -> list[dict[str, Any]]:
    """List what happened to the columns and the labels."""
    old, new = next(iter(scores.RENAMED_LATER.items()))
    return [
        {"kind": "column renamed", "file": "questionnaires.csv", "old": old, "new": new},
        {"kind": "column gone", "file": "treatments.csv", "old": treatments.GONE_LATER},
        {"kind": "column new", "file": "adverse.csv", "new": adverse.NEW_LATER},
        {"kind": "label new", "file": "pcl_madrs.csv", "old": NEW_LABEL[0], "new": NEW_LABEL[1]},
    ]
