"""Faults of the files and columns of a study folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from analysis import storage
from analysis.errors import DataError
from analysis.study import TABLES
from analysis.study.folder import in_local_zone
from analysis.synthetic.faults_change import FolderFault

__all__ = ["FILE_FAULTS"]

_TABLE = "follow_up"  # required, small and without optional columns
_DAY = "last_contact_day"


def _rewritten(change: Callable[[str], str], encoding: str = "utf-8") -> Callable[[Path], None]:
    """Change the whole text of the CSV file of follow_up."""

    def fault(folder: Path) -> None:
        path = _csv(folder)
        path.write_bytes(change(path.read_text(encoding="utf-8-sig")).encode(encoding))

    return fault


def _csv(folder: Path) -> Path:
    """Find the file, or say that these faults are made in CSV."""
    path = folder / f"{_TABLE}.csv"
    if not path.is_file():
        raise DataError(
            f"The folder has no {_TABLE}.csv, into which this fault is written. Write the study "
            "with this table as CSV."
        )
    return path


def _cells(change: Callable[[list[list[str]]], None]) -> Callable[[Path], None]:
    """Change the cells of the CSV file of follow_up, header included; none is quoted."""

    def text(content: str) -> str:
        cells = [line.split(",") for line in content.splitlines()]
        change(cells)
        return "".join(",".join(line) + "\n" for line in cells)

    return _rewritten(text)


def _cell(column: str, value: str) -> Callable[[Path], None]:
    """Write one cell of the first row."""

    def change(cells: list[list[str]]) -> None:
        cells[1][cells[0].index(column)] = value

    return _cells(change)


def _column_removed(cells: list[list[str]]) -> None:
    position = cells[0].index("end_reason")
    for line in cells:
        del line[position]


def _column_added(cells: list[list[str]]) -> None:
    for line, cell in zip(cells, ("remark", *[""] * len(cells)), strict=False):
        line.append(cell)


def _cell_added(cells: list[list[str]]) -> None:
    cells[1].append("0")


def _name_repeated(cells: list[list[str]]) -> None:
    cells[0][-1] = cells[0][0]


def _file_removed(folder: Path) -> None:
    storage.remove(_csv(folder))


def _format_added(folder: Path) -> None:
    (folder / f"{_TABLE}.parquet").write_bytes(_csv(folder).read_bytes())


def _stray_file(folder: Path) -> None:
    storage.write_text(folder / "notes.txt", "Not a table.\n")


def _broken_json(folder: Path) -> None:
    storage.write_text(folder / "study.json", "{")


def _no_title(folder: Path) -> None:
    path = folder / "study.json"
    about = json.loads(path.read_text(encoding="utf-8-sig"))
    storage.write_text(path, json.dumps({**about, "title": ""}))


def _dates(folder: Path) -> None:
    if in_local_zone(folder):
        raise DataError("A calendar is allowed in the local zone. Choose a folder outside it.")
    names: Sequence[str] = TABLES["calendar"].names
    storage.write_text(folder / "calendar.csv", f"{','.join(names)}\nnobody,2024-01-08\n")


FILE_FAULTS = (
    FolderFault(
        code="FIL-000", label="a required table is missing", table=_TABLE, change=_file_removed
    ),
    FolderFault(
        code="FIL-001", label="study.json is cut off", table="study.json", change=_broken_json
    ),
    FolderFault(
        code="FIL-002",
        label="a table is written in UTF-16",
        table=_TABLE,
        change=_rewritten(lambda text: text, "utf-16"),
    ),
    FolderFault(
        code="FIL-003",
        label="a table has only its header",
        table=_TABLE,
        change=_rewritten(lambda text: text.splitlines()[0] + "\n"),
    ),
    FolderFault(
        code="FIL-004",
        label="columns are separated by semicolons",
        table=_TABLE,
        change=_rewritten(lambda text: text.replace(",", ";")),
    ),
    FolderFault(
        code="FIL-005",
        label="a row has one cell more",
        table=_TABLE,
        change=_cells(_cell_added),
        count=1,
    ),
    FolderFault(
        code="FIL-006",
        label="two columns have one name",
        table=_TABLE,
        change=_cells(_name_repeated),
    ),
    FolderFault(
        code="FIL-007",
        label="the title is empty",
        table="study.json",
        column="title",
        change=_no_title,
    ),
    FolderFault(
        code="FIL-008",
        label="a file belongs to no table",
        table="study folder",
        change=_stray_file,
        count=1,
    ),
    FolderFault(code="FIL-009", label="a table is there twice", table=_TABLE, change=_format_added),
    FolderFault(
        code="FIL-010",
        label="dates stand outside the local zone",
        table="calendar",
        change=_dates,
    ),
    FolderFault(
        code="COL-001",
        label="a column is missing",
        table=_TABLE,
        column="end_reason",
        change=_cells(_column_removed),
    ),
    FolderFault(
        code="COL-002", label="a column is added", table=_TABLE, change=_cells(_column_added)
    ),
    FolderFault(
        code="COL-003",
        label="a word stands in a column of days",
        table=_TABLE,
        column=_DAY,
        change=_cell(_DAY, "soon"),
        count=1,
    ),
    FolderFault(
        code="COL-004",
        label="a date stands in a column of days",
        table=_TABLE,
        column=_DAY,
        change=_cell(_DAY, "2024-01-08"),
        count=1,
    ),
)
"""One fault for each rule about files and columns."""
