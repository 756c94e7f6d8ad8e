"""Rows with their planted faults, and tables written to the same bytes on every machine."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from pathlib import Path

Cell = str | int | float | date | None


@dataclass(kw_only=True, eq=False)
class Row:
    """One record of a file, what it stands for, and what is wrong with it.

    ``lost`` says why a right reading leaves the record out; ``month`` is the first export that has
    it, ``later`` how the second export shows it, ``gone`` whether that one has it no more.
    """

    cells: dict[str, Cell]
    source: object = None
    tags: list[tuple[str, str]] = field(default_factory=list)
    lost: str = ""
    month: int = 1
    later: Row | None = None
    gone: bool = False

    def spoil(self, kind: str, column: str = "", value: Cell = None) -> None:
        """Plant a fault; with a column and a value, the cell gets the value."""
        self.tags.append((kind, column))
        if value is not None:
            self.cells[column] = value

    def twin(self, kind: str) -> Row:
        """Copy the record as a slip of the hand would."""
        again = Row(cells=dict(self.cells), source=self.source, lost=kind, month=self.month)
        again.tags = [(kind, "")]
        return again


def furniture(kind: str, columns: list[str], texts: list[str] | None = None) -> Row:
    """Make a record that is no data: a blank one, a title, a header again, a sum at the end."""
    texts = texts or []
    cells: dict[str, Cell] = dict(zip(columns, [*texts, *[""] * len(columns)], strict=False))
    return Row(cells=cells, tags=[(kind, "")], lost=kind)


@dataclass(kw_only=True)
class Sheet:
    """A table as it will be written; ``above`` stands before the header."""

    file: str
    columns: list[str]
    rows: list[Row]
    above: list[list[str]] = field(default_factory=list)
    blank_columns: int = 0
    encoding: str = "utf-8"
    delimiter: str = ","
    line_end: str = "\r\n"

    @property
    def header_row(self) -> int:
        """Number of the header record, from 1."""
        return len(self.above) + 1

    def grid(self) -> list[list[Cell]]:
        """All records in order, as a spreadsheet would number them."""
        blank: list[Cell] = [""] * self.blank_columns
        body = [[row.cells.get(name, "") for name in self.columns] + blank for row in self.rows]
        above: list[list[Cell]] = [list(texts) for texts in self.above]
        return [*above, [*self.columns, *blank], *body]

    def numbered(self) -> list[tuple[int, Row]]:
        """Every record below the header with its number."""
        return list(enumerate(self.rows, start=self.header_row + 1))


def shown(cell: Cell) -> str:
    """Write a cell as the spreadsheet shows it: dates as month/day/year."""
    if isinstance(cell, date):
        return f"{cell.month}/{cell.day}/{cell.year}"
    return "" if cell is None else str(cell)


def write_csv(sheet: Sheet, path: Path) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=sheet.delimiter, lineterminator=sheet.line_end)
    width = len(sheet.columns) + sheet.blank_columns
    for record in sheet.grid():
        writer.writerow([*map(shown, record), *[""] * (width - len(record))])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.getvalue().encode(sheet.encoding))


# --- Excel ---------------------------------------------------------------------------------------

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/>'
    '</font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill>'
    '<patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/>'
    '<top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" '
    'fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" '
    'fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="14" fontId="0" fillId="0" '
    'borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle '
    'name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def letters(column: int) -> str:
    """Name a column, counted from 0: A, B ... Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def cell_xml(cell: Cell, place: str, strings: dict[str, int]) -> str:
    """Write one cell: dates as serial numbers with a format, texts as shared strings."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, date):
        return f'<c r="{place}" s="1"><v>{(cell - date(1899, 12, 30)).days}</v></c>'
    if isinstance(cell, int | float):
        return f'<c r="{place}"><v>{cell}</v></c>'
    return f'<c r="{place}" t="s"><v>{strings.setdefault(cell, len(strings))}</v></c>'


def sheet_xml(grid: list[list[Cell]], strings: dict[str, int]) -> str:
    lines = []
    for number, record in enumerate(grid, start=1):
        cells = (cell_xml(cell, f"{letters(i)}{number}", strings) for i, cell in enumerate(record))
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    body = "".join(lines)
    return f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'


def workbook_parts(grids: dict[str, list[list[Cell]]]) -> dict[str, str]:
    """Give the parts of a workbook by their names in the package."""
    strings: dict[str, int] = {}
    numbers = {name: i for i, name in enumerate(grids, start=1)}
    pages = {
        f"xl/worksheets/sheet{numbers[n]}.xml": sheet_xml(g, strings) for n, g in grids.items()
    }
    tabs = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="rId{i}"/>' for n, i in numbers.items())
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{LINKS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in numbers.values()
    ) + "".join(
        f'<Relationship Id="rId{len(numbers) + i}" Type="{LINKS}/{kind}" Target="{kind}.xml"/>'
        for i, kind in enumerate(["styles", "sharedStrings"], start=1)
    )
    texts = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
    kinds = {"xl/workbook.xml": "sheet.main", "xl/styles.xml": "styles"}
    kinds |= {"xl/sharedStrings.xml": "sharedStrings"} | dict.fromkeys(pages, "worksheet")
    types = "".join(
        f'<Override PartName="/{part}" ContentType="{KINDS}.{kind}+xml"/>'
        for part, kind in kinds.items()
    )
    relations = f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
    return {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default '
        'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>',
        "_rels/.rels": f'{relations}<Relationship Id="rId1" Type="{LINKS}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>{tabs}'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"{relations}{links}</Relationships>",
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": f'{HEAD}<sst xmlns="{MAIN}" count="{len(strings)}" '
        f'uniqueCount="{len(strings)}">{texts}</sst>',
        **pages,
    }


def write_excel(grids: dict[str, list[list[Cell]]], path: Path) -> None:
    """Write a workbook; stored, not compressed, as compressors differ between machines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as package:
        for name, text in workbook_parts(grids).items():
            part = zipfile.ZipInfo(name, date_time=(2025, 1, 6, 7, 12, 0))
            part.create_system = 0
            package.writestr(part, text)
