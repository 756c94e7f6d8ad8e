"""Faults planted in the exports: where each stands, who finds it, and how it is mended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from analysis.synthetic.exports.clinic_files import MOOD_ITEMS, as_written
from analysis.synthetic.exports.people import People
from analysis.synthetic.exports.sheets import Sheet

__all__ = ["CORRECTIONS", "Correction", "Planted", "plant_in_first_month", "plant_in_second_month"]

CORRECTIONS = ("file", "line", "column", "is", "becomes", "reason")
"""Columns of the list of corrections."""

_ZERO = "A zero too many; infusion record looked up."
_DIGITS = "Digits exchanged; the answers were added up again."
_EXCEL_ZERO = dt.date(1899, 12, 30)


@dataclass(frozen=True, kw_only=True)
class Planted:
    """One planted fault, as ``truth.json`` has it: no cell is repeated there.

    Parameters
    ----------
    kind, file : str
        What is wrong, and the path of the file.
    column : str
        Header, or empty when the whole row or file is meant.
    lines : tuple of int
        Lines of the file; empty when all are meant.
    found_by : str
        Code of the rule, or the call that shows it.
    mended_by : str
        What sets it right.
    """

    kind: str
    file: str
    column: str = ""
    lines: tuple[int, ...] = ()
    found_by: str
    mended_by: str

    def entry(self) -> dict[str, Any]:
        """Give the fault as an object of JSON."""
        return asdict(self) | {"lines": list(self.lines)}


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A cell, what it holds, and what is right.

    Parameters
    ----------
    sheet : Sheet
        The file.
    at : int
        Position of the row.
    column, becomes, reason : str
        Header, what is right, and how the clinic knows.
    stops : bool
        Whether the files cannot be read into a right study before it is corrected.
    """

    sheet: Sheet = field(repr=False)
    at: int
    column: str
    becomes: str = field(repr=False)
    reason: str
    stops: bool = True

    def row(self) -> tuple[str, ...]:
        """Give the row of the list of corrections, once the fault is planted."""
        file = self.sheet.file.rpartition("/")[2]
        line, held = str(self.sheet.line(self.at)), self.sheet.get(self.at, self.column)
        return (file, line, self.column, held, self.becomes, self.reason)


def _first(sheet: Sheet, fits: Callable[[int], bool], *, after: int = 0) -> int:
    """Find the first row that can carry a fault."""
    return next(at for at in range(after, len(sheet.rows)) if fits(at))


def plant_in_first_month(
    before: People, people: People, sheets: Sequence[Sheet]
) -> tuple[list[Planted], list[Correction]]:
    """Plant faults in the first month.

    Parameters
    ----------
    before, people : People
        What was known in that month, and a month later.
    sheets : sequence of Sheet
        Files of `clinic_files`, changed in place.

    Returns
    -------
    planted : list of Planted
        Every fault.
    corrections : list of Correction
        One per cell that must be corrected.
    """
    clients, worry, mood, treatments = sheets
    cells = [
        _wrong_number(before, clients),
        _serial_date(before, treatments),
        _tenfold_dose(treatments),
        _impossible_answer(mood),
        _other_total(mood),
    ]
    said = [
        Planted(
            kind="order of day and month is open", file=worry.file, column="Date",
            found_by="FMT-014", mended_by="an answer to the mapping",
        ),
        Planted(
            kind="several labels for one thing", file=treatments.file, column="Route",
            found_by="FMT-014", mended_by="an answer to the mapping",
        ),
        Planted(
            kind="two spellings of a clinic", file=clients.file, column="Office",
            found_by="FMT-014", mended_by="an answer to the mapping",
        ),
        _form_twice(mood),
        _answer_changed_later(mood),
        _extra_session(before, people, treatments),
        _names_in_comments(clients),
    ]  # fmt: skip
    return [fault for fault, _ in cells] + said, [correction for _, correction in cells]


def _of_cell(
    correction: Correction, wrong: str, kind: str, found_by: str
) -> tuple[Planted, Correction]:
    """Put a wrong text into a cell."""
    sheet, at, column = correction.sheet, correction.at, correction.column
    sheet.put(at, column, wrong)
    fault = Planted(
        kind=kind,
        file=sheet.file,
        column=column,
        lines=(sheet.line(at),),
        found_by=found_by,
        mended_by="the list of corrections",
    )
    return fault, correction


def _correction(
    sheet: Sheet, at: int, column: str, reason: str, *, stops: bool = True
) -> Correction:
    """Remember what is right before it is spoilt."""
    return Correction(
        sheet=sheet, at=at, column=column, becomes=sheet.get(at, column), reason=reason, stops=stops
    )


def _wrong_number(people: People, clients: Sheet) -> tuple[Planted, Correction]:
    """Exchange two digits of a client number, so that nobody of this number was treated."""
    numbers = {row[0] for row in clients.rows}
    everybody = set(people.start)

    def exchanged(at: int) -> str:
        number = clients.rows[at][0]
        return number[:2] + number[3] + number[2]

    at = _first(clients, lambda at: exchanged(at) not in numbers | everybody, after=8)
    told = _correction(clients, at, "Client No", "Two digits exchanged; the paper chart says so.")
    return _of_cell(told, exchanged(at), "patient without a first treatment", "FMT-043")


def _serial_date(people: People, treatments: Sheet) -> tuple[Planted, Correction]:
    """Write a date as the number by which Excel counts days."""
    at = 60
    date = people.date(*treatments.keys[at])
    told = _correction(treatments, at, "Treatment date", "Day number of Excel; calendar looked up.")
    return _of_cell(told, str((date - _EXCEL_ZERO).days), "date as Excel counts days", "FMT-050")


def _tenfold_dose(treatments: Sheet) -> tuple[Planted, Correction]:
    """Lose the decimal point of a dose."""
    at = _first(treatments, lambda at: treatments.get(at, "Route") == "IV", after=90)
    told = _correction(
        treatments, at, "Dose (mg)", "A zero too many; infusion record looked up.", stops=False
    )
    return _of_cell(told, told.becomes + "0", "dose ten times too high", "DOS-002")


def _impossible_answer(mood: Sheet) -> tuple[Planted, Correction]:
    """Give an answer that the scale does not have."""
    column = MOOD_ITEMS[2]
    at = _first(mood, lambda at: mood.get(at, column) == "3", after=40)
    told = _correction(mood, at, column, "Typing error; the paper form has a 3.")
    return _of_cell(told, "4", "answer out of range", "FMT-064")


def _other_total(mood: Sheet) -> tuple[Planted, Correction]:
    """Exchange the digits of a total."""

    def spoils(at: int) -> bool:
        total = mood.get(at, "Mood total")
        return len(total) == 2 and 12 <= int(total[::-1]) <= 27 and total != total[::-1]

    at = _first(mood, spoils, after=70)
    told = _correction(
        mood, at, "Mood total", "Digits exchanged; the answers were added up again.", stops=False
    )
    return _of_cell(told, told.becomes[::-1], "total is not the sum of the answers", "FMT-065")


def _form_twice(mood: Sheet) -> Planted:
    """Repeat a row, as when a form is pasted twice."""
    at = 100
    mood.rows.insert(at + 1, list(mood.rows[at]))
    mood.keys.insert(at + 1, mood.keys[at])
    return Planted(
        kind="questionnaire twice", file=mood.file, lines=(mood.line(at + 1),), found_by="FMT-034",
        mended_by="alike_rows of the mapping",
    )  # fmt: skip


def _answer_changed_later(mood: Sheet) -> Planted:
    """Let a form be corrected after the export: no rule finds it, since the sum is right."""
    at = _first(mood, lambda at: mood.get(at, MOOD_ITEMS[0]) == "1", after=150)
    mood.put(at, MOOD_ITEMS[0], "2")
    mood.put(at, "Mood total", str(int(mood.get(at, "Mood total")) + 1))
    return Planted(
        kind="form that was corrected later", file=mood.file, column=MOOD_ITEMS[0],
        lines=(mood.line(at),), found_by="update", mended_by="the next export",
    )  # fmt: skip


def _extra_session(before: People, people: People, treatments: Sheet) -> Planted:
    """Add a session to the wrong person; the next month no longer has it."""
    sessions = people.study.table("sessions")
    later = [
        people.date(patient, day) > before.last_day
        for patient, day in zip(sessions["subject_id"], sessions["rel_day"], strict=True)
    ]
    coming_back = set(sessions.loc[later, "subject_id"])
    last = {key[0]: at for at, key in enumerate(treatments.keys) if key[0] not in coming_back}
    at, count = list(last.values())[-1], len(treatments.rows)
    treatments.rows.append(list(treatments.rows[at]))
    treatments.keys.append(treatments.keys[at])
    treatments.put(count, "Treatment date", as_written(before.last_day))
    return Planted(
        kind="session of somebody else", file=treatments.file,
        lines=(treatments.line(count),),
        found_by="update", mended_by="the next export",
    )  # fmt: skip


def _names_in_comments(clients: Sheet) -> Planted:
    """Say where people are named in free text; the texts are there in every month."""
    named = ("Maria", "Robert")
    lines = [
        clients.line(at)
        for at in range(len(clients.rows))
        if any(name in clients.get(at, "Comments") for name in named)
    ]
    return Planted(
        kind="people named in free text", file=clients.file, column="Comments", lines=tuple(lines),
        found_by="scan_identifiers", mended_by="left out: the mapping does not name the column",
    )  # fmt: skip


def plant_in_second_month(
    sheets: Sequence[Sheet], month_before: dt.date
) -> tuple[list[Planted], Sheet]:
    """Change what changes from month to month: a header and a label.

    Parameters
    ----------
    sheets : sequence of Sheet
        Files of `clinic_files`.
    month_before : datetime.date
        Last day of the month before: only later rows have the new label.

    Returns
    -------
    planted : list of Planted
        What an update says.
    treatments : Sheet
        The file of treatments with both changes.
    """
    old = sheets[3]
    header = tuple("Dose given (mg)" if name == "Dose (mg)" else name for name in old.header)
    treatments = Sheet(file=old.file, header=header, rows=old.rows, keys=old.keys)
    lines = []
    for at in range(len(treatments.rows)):
        written = dt.datetime.strptime(treatments.get(at, "Treatment date"), "%d/%m/%Y").date()  # noqa: DTZ007
        if written > month_before and treatments.get(at, "Route") in ("Infusion", "i.v."):
            treatments.put(at, "Route", "Drip")
            lines.append(treatments.line(at))
    planted = [
        Planted(
            kind="header has changed", file=old.file, column="Dose given (mg)", found_by="FMT-029",
            mended_by="an answer to the mapping",
        ),
        Planted(
            kind="new label", file=old.file, column="Route", lines=tuple(lines),
            found_by="FMT-060", mended_by="an answer to the mapping",
        ),
    ]  # fmt: skip
    return planted, treatments
