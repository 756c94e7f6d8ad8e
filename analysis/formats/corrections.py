"""A list of corrections, carried out on copies of the files of a clinic.

The export stays as it came. Each correction says what stood in a cell and why it is wrong, so that
anybody can see later what was changed, and nothing is changed that is no longer there.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis import storage
from analysis.checks.detail import require_local
from analysis.errors import DataError
from analysis.formats.mapping import Mapping
from analysis.formats.mapping_parts import Source
from analysis.formats.reading.headers import joined_header
from analysis.formats.reading.sheet import Sheet, header_names
from analysis.formats.reading.source import files_of
from analysis.formats.reading.text_facts import encoding_of

__all__ = ["correct_files"]

_COLUMNS = ("file", "line", "column", "is", "becomes", "reason")
_LINE = re.compile(r"[0-9]{1,9}")
_LIST = "The list of corrections"
_COPIES = "Corrected files have rows of single patients"


_Record = tuple[int, int, list[str]]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Text:
    """A text file: its lines with their ends, and the cells of every record.

    Parameters
    ----------
    encoding, delimiter : str
        How it is written.
    sheet : Sheet
        Its headers, as the mapping names them.
    lines : list of str
        Changed in place by corrections.
    records : dict of int to (int, int, list of str)
        Of each record the line on which it begins, from 1, that on which it ends, and its cells;
        by the number that findings give it.
    """

    encoding: str
    delimiter: str
    sheet: Sheet
    lines: list[str]
    records: dict[int, _Record]


def correct_files(
    folder: Path | str, mapping: Mapping, corrections: Path | str, output: Path | str
) -> list[Path]:
    """Copy the files of a clinic, with the cells of a list corrected.

    Parameters
    ----------
    folder : path
        The export; it is not changed.
    mapping : Mapping
        Says which files there are and how they are written.
    corrections : path
        CSV file in UTF-8 with the columns ``file, line, column, is, becomes, reason``: path of the
        file below the folder, line as findings give it (a row counts one, however many lines its
        cells have), header, what the cell holds, what is right (empty: not known), and why. Only
        cells of text files can be corrected; workbooks are copied as they are.
    output : path
        Folder of the copies, below a folder named ``local``; made when missing.

    Returns
    -------
    list of pathlib.Path
        The copies of all files of the mapping. Lines that no correction names keep their bytes.

    Raises
    ------
    DataError
        When the list cannot be read, or a correction fits no cell; by its line in the list, and
        without what stands there. Nothing is written then.
    DisclosureError
        When the output is not in the local zone, or is the folder of the export.
    ReportError
        When a file cannot be written.
    """
    root, target = Path(folder), require_local(Path(output) / "file", what=_COPIES).parent
    if target.resolve() == root.resolve():
        raise DataError("The copies must lie in another folder than the export. Name another.")
    listed = _listed(Path(corrections))
    files = {
        path.relative_to(root).as_posix(): (path, source)
        for source in mapping.sources.values()
        for path in files_of(root, source)
    }
    texts: dict[str, _Text] = {}
    refused = []
    for number, one in enumerate(listed, start=2):
        name = one["file"]
        if name in files and files[name][1].kind == "csv" and name not in texts:
            texts[name] = _text(*files[name])
        if name not in texts or not _correct(texts[name], one):
            refused.append(number)
    if refused:
        raise _unfitting(refused)
    return [_copied(path, texts.get(name), target / name) for name, (path, _) in files.items()]


def _listed(path: Path) -> list[dict[str, str]]:
    """Read the list of corrections as text."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            header, *rows = [row for row in csv.reader(handle) if row] or [[]]
    except (OSError, UnicodeError, csv.Error):
        raise DataError(f"{_LIST} cannot be opened, or is no CSV file in UTF-8.") from None
    absent = [name for name in _COLUMNS if name not in header]
    if absent:
        raise DataError(
            f"{_LIST} lacks the columns {', '.join(absent)}. It needs {', '.join(_COLUMNS)}."
        )
    uneven = sum(len(row) != len(header) for row in rows)
    if uneven:
        raise DataError(f"{_LIST} has {uneven} rows with more or fewer cells than its header.")
    listed = [dict(zip(header, row, strict=True)) for row in rows]
    unexplained = sum(not one["reason"].strip() for one in listed)
    if unexplained:
        raise DataError(f"{_LIST} has {unexplained} rows without a reason. Write why, in each.")
    return listed


def _text(path: Path, source: Source) -> _Text:
    """Read a text file and find the lines of its records."""
    encoding, _ = encoding_of(path, source.encoding)
    try:
        lines = list(io.StringIO(path.read_bytes().decode(encoding), newline=""))
        n_first = source.header_row + source.header_rows - 1
        records = _records(lines, source.delimiter, n_first)
    except (OSError, UnicodeError, csv.Error):
        raise DataError(
            "A file cannot be opened, or is not in the encoding of the mapping. Read the files "
            "with read_clinic first, and mend what it finds."
        ) from None
    above = [cells for _, _, cells in list(records.values())[:n_first]]
    sheet = Sheet(
        source=source.name,
        header=header_names(joined_header(above[source.header_row - 1 :])),
        columns={},
        lines=np.zeros(0, dtype=np.int64),
        rows_read=0,
        left_out={},
    )
    return _Text(
        encoding=encoding, delimiter=source.delimiter, sheet=sheet, lines=lines, records=records
    )


def _records(lines: Sequence[str], delimiter: str, n_first: int) -> dict[int, _Record]:
    """Find every record and its number: below the headers a record counts one, as in a finding."""
    reader = csv.reader(lines, delimiter=delimiter)
    records: dict[int, _Record] = {}
    begin = number = 1
    for cells in reader:
        records[number] = (begin, reader.line_num, cells)
        begin = reader.line_num + 1
        number = begin if len(records) <= n_first else number + 1
    return records


def _correct(text: _Text, one: dict[str, str]) -> bool:
    """Carry out one correction; false when the cell is not there or holds something else."""
    number = int(one["line"]) if _LINE.fullmatch(one["line"]) else 0
    position = text.sheet.position(one["column"])
    begin, end, cells = text.records.get(number, (0, 0, []))
    if position is None or position >= len(cells) or cells[position].strip() != one["is"].strip():
        return False
    cells[position] = one["becomes"]
    before = "".join(text.lines[begin - 1 : end])
    stop = before[len(before.rstrip("\r\n")) :]
    written = io.StringIO()
    csv.writer(written, delimiter=text.delimiter, lineterminator=stop).writerow(cells)
    text.lines[begin - 1 : end] = [written.getvalue(), *[""] * (end - begin)]
    return True


def _unfitting(refused: Sequence[int]) -> DataError:
    """Say which corrections fit no cell."""
    shown = ", ".join(map(str, refused[:10])) + (" and more" if len(refused) > 10 else "")
    return DataError(
        f"{len(refused)} corrections fit no cell, rows {shown} of the list with its header as 1: "
        "no such text file, line or column, or the cell holds something else. Look whether the "
        "file is the one that the list was written for. Nothing was written."
    )


def _copied(path: Path, text: _Text | None, target: Path) -> Path:
    """Write one copy, whole or not at all."""
    content = path.read_bytes() if text is None else "".join(text.lines).encode(text.encoding)
    return storage.write_bytes(target, content)
