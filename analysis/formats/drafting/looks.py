"""How a file is written, and what its columns look like, with the reason of each proposal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from analysis.formats.mapping_parts import Source
from analysis.formats.reading.cells import Cells, plain
from analysis.formats.reading.dates import DateForm, read_dates
from analysis.formats.reading.numbers import read_numbers
from analysis.formats.reading.sheet import Sheet
from analysis.formats.reading.source import read_source
from analysis.formats.reading.text_facts import (
    DELIMITERS,
    delimiter_counts,
    first_records,
    text_facts,
)
from analysis.formats.reading.workbook import first_rows, sheet_names

__all__ = ["Look", "Profile", "look_at", "profiles"]

_KINDS = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".parquet": "parquet",
}
_MISSING = {"n/a", "na", "#n/a", "null", "none", "nan", "-", "--", ".", "missing", "unknown"}
_MISSING |= {"not done", "not recorded", "not available", "nil", "?"}
_NUMERIC_CODES = {"-9", "-99", "-999", "-9999", "99", "999", "9999", "-1", "-8", "-7"}
_DECIMAL_COMMA = re.compile(r"\d+,\d+")
_MOST = 0.8


@dataclass(frozen=True, kw_only=True, eq=False)
class Profile:
    """What one column looks like.

    Parameters
    ----------
    header : str
        Its header.
    cells : Cells
        Its texts, codes for missing values taken out.
    numeric, dated : float
        Share of the different texts that are numbers, dates.
    low, high : float
        Smallest and largest number; NaN without numbers.
    order : str
        Order of day and month that its dates fit: "dmy", "mdy", "both", "neither", or empty when
        the year stands first.
    """

    header: str
    cells: Cells
    numeric: float
    dated: float
    low: float
    high: float
    order: str

    @property
    def spelt(self) -> str:
        """The header as headers are compared."""
        return plain(self.header)

    @property
    def is_date(self) -> bool:
        """Whether most of its texts are dates."""
        return self.dated >= _MOST

    @property
    def is_number(self) -> bool:
        """Whether all of its texts are numbers."""
        return self.numeric == 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Look:
    """A file, or a sheet of one, with its proposed description.

    Parameters
    ----------
    described : dict
        Entries of the source in the mapping, with notes.
    stem : str
        Name of the file and the sheet, spelt plainly.
    sheet : Sheet
        Its columns.
    columns : tuple of Profile
        What they look like.
    """

    described: dict[str, Any]
    stem: str
    sheet: Sheet
    columns: tuple[Profile, ...] = field(repr=False)


def look_at(path: Path, root: Path) -> list[Look]:
    """Look at a file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    root : pathlib.Path
        The folder of the export.

    Returns
    -------
    list of Look
        One, or one per sheet of a workbook; none for a file that cannot be read.
    """
    found = []
    for described in _descriptions(path):
        file = path.relative_to(root).as_posix()
        usable = {key: value for key, value in described.items() if key != "note"}
        source = Source(name="draft", file=file, client_id="", **usable)
        if described.get("encoding") == "cp1252":  # it fits nearly every file: no evidence
            described["encoding"] = "?"
        sheet, _ = read_source(root, source, None)
        if sheet is None or not len(sheet):
            continue
        missing, codes = _missing_codes(sheet)
        columns = tuple(profiles(sheet, source, missing))
        if codes:
            described["note"] += " Some numbers may be codes for missing values: add them to na."
        whole = {"file": file, **described, **({"na": missing} if missing else {})}
        stem = plain(f"{path.stem} {described.get('sheet', '')}")
        found.append(Look(described=whole, stem=stem, sheet=sheet, columns=columns))
    return found


def _descriptions(path: Path) -> Iterator[dict[str, Any]]:
    """Propose how a file is written."""
    kind = _KINDS.get(path.suffix.lower(), "")
    if kind == "csv":
        yield _text_description(path)
    elif kind == "excel":
        names = sheet_names(path)
        for name in names:
            row = _header_row(first_rows(path, name, 20))
            yield {
                "kind": kind,
                **({"sheet": name} if len(names) > 1 else {}),
                **({"header_row": row} if row > 1 else {}),
                "note": f"Row {row} is the first that is filled with texts.",
            }
    elif kind == "parquet":
        yield {"kind": kind, "note": "By its ending."}


def _text_description(path: Path) -> dict[str, Any]:
    """Propose encoding, delimiter, row of headers and decimal mark of a text file."""
    facts = text_facts(path, "utf-8")
    said = "utf-8" if facts.decodable and not facts.marked else facts.encoding
    note = "It is UTF-8." if said == "utf-8" else "Its first bytes say the encoding."
    if not facts.decodable:
        said, note = "cp1252", "It is not UTF-8; files of Windows programs are often cp1252."
    counts = delimiter_counts(path, said)
    delimiter = max(counts, key=lambda mark: counts[mark])
    rows = first_records(path, said, delimiter, 20)[0]
    row = _header_row(rows)
    body = [cell for cells in rows[row:] for cell in cells]
    commas = delimiter != "," and any(_DECIMAL_COMMA.fullmatch(cell.strip()) for cell in body)
    note += f" {DELIMITERS[delimiter].capitalize()} give the most columns."
    note += f" Row {row} is the first that is filled with texts."
    return {
        "kind": "csv",
        "encoding": said,
        "delimiter": delimiter,
        **({"decimal": ","} if commas else {}),
        **({"header_row": row} if row > 1 else {}),
        "note": note,
    }


def _header_row(rows: Sequence[Sequence[str | None]]) -> int:
    """Find the first row in which most columns hold a text that is no number, from 1."""
    width = max((sum(bool(cell and cell.strip()) for cell in row) for row in rows), default=0)
    for number, row in enumerate(rows, start=1):
        filled = [cell for cell in row if cell and cell.strip()]
        texts = [cell for cell in filled if np.isnan(read_numbers([cell])[0])]
        if len(filled) >= 0.6 * width and len(texts) >= 0.6 * len(filled):
            return number
    return 1


def _missing_codes(sheet: Sheet) -> tuple[list[str], bool]:
    """List texts that stand for a missing value, and tell whether numbers may do so too."""
    seen: dict[str, None] = {}
    numbers = False
    for cells in sheet.columns.values():
        for entry in cells.entries:
            if plain(entry) in _MISSING:
                seen[entry] = None
            numbers = numbers or (entry in _NUMERIC_CODES and entry.startswith("-"))
    return list(seen)[:20], numbers


def profiles(sheet: Sheet, source: Source, missing: Sequence[str]) -> Iterator[Profile]:
    """Look at every column of a sheet.

    Parameters
    ----------
    sheet : Sheet
        Its columns.
    source : Source
        The decimal mark.
    missing : sequence of str
        Codes for missing values.

    Yields
    ------
    Profile
        What a column looks like.
    """
    for header, cells in sheet.columns.items():
        clean = cells.cleaned(missing)
        used = [e for e, is_used in zip(clean.entries, clean.used(), strict=True) if is_used]
        numbers = read_numbers(used, decimal=source.decimal)
        known = ~np.isnan(numbers)
        dates = read_dates(
            used, DateForm(serial=source.kind == "excel" and "date" in plain(header))
        )
        dated = ~np.isnan(dates.days) | dates.unordered | dates.two_digit
        yield Profile(
            header=header,
            cells=clean,
            numeric=float(known.mean()) if used else 0.0,
            dated=float(dated.mean()) if used else 0.0,
            low=float(numbers[known].min()) if known.any() else float("nan"),
            high=float(numbers[known].max()) if known.any() else float("nan"),
            order=dates.fits if dates.unordered.any() else "",
        )
