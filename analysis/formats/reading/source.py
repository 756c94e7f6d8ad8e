"""Reading a source of the mapping: all its files below one another, tidied, with every reason.

Nothing is repaired quietly: blank rows, repeated headers and rows that are alike are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.formats.faults import fault, row_fault
from analysis.formats.mapping_parts import Source
from analysis.formats.reading.cells import Cells, plain
from analysis.formats.reading.padded_ids import padded_ids
from analysis.formats.reading.parquet_file import read_parquet
from analysis.formats.reading.sheet import Grid, Sheet, header_names
from analysis.formats.reading.text_file import read_text
from analysis.formats.reading.workbook import read_workbook
from analysis.study import Finding

__all__ = ["files_of", "is_file_pattern", "read_source"]

Flags = npt.NDArray[np.bool_]

_READERS = {"csv": read_text, "excel": read_workbook, "parquet": read_parquet}
_NOWHERE = Sheet(
    source="",
    header=(),
    columns={},
    lines=np.zeros(0, dtype=np.int64),
    rows_read=0,
    left_out={},
)


def is_file_pattern(name: str) -> bool:
    """Tell whether a file name or pattern stays below the folder.

    Parameters
    ----------
    name : str
        As in the mapping.

    Returns
    -------
    bool
        False for absolute names, ``..``, ``**`` and addresses.

    Examples
    --------
    >>> is_file_pattern("phq*.csv"), is_file_pattern("../phq.csv"), is_file_pattern("http://x/y")
    (True, False, False)
    """
    parts = PurePosixPath(name).parts
    absolute = PureWindowsPath(name).anchor != "" or name.startswith(("/", "\\"))
    inside = not absolute and ".." not in parts and "**" not in name and "\\" not in name
    return bool(parts) and inside and "://" not in name


def files_of(folder: Path, source: Source) -> list[Path]:
    """List the files of a source, in the order of their names.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the export.
    source : Source
        Its file name or pattern.

    Returns
    -------
    list of pathlib.Path
        Only files that truly lie below the folder.
    """
    root = folder.resolve()
    if not is_file_pattern(source.file):
        return []
    if any(mark in source.file for mark in "*?"):
        found = sorted(folder.glob(source.file.replace("[", "[[]")))
    else:
        found = [folder / source.file]
    return [path for path in found if _is_inside(path, root)]


def _is_inside(path: Path, root: Path) -> bool:
    """Tell whether a path is a file below the folder and not Excel's mark of an open workbook."""
    try:
        there = path.is_file() and path.resolve().is_relative_to(root)
    except (OSError, ValueError, RuntimeError):  # too long a name, or links in a circle
        return False
    return there and not path.name.startswith("~$")


def read_source(
    folder: Path, source: Source, wanted: Collection[str] | None
) -> tuple[Sheet | None, list[Finding]]:
    """Read all files of a source.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the export.
    source : Source
        Which files, and how they are written.
    wanted : collection of str or None
        Headers that the mapping uses; the other columns are not read. None: all.

    Returns
    -------
    sheet : Sheet or None
        None when no file could be read.
    findings : list of Finding
        What is wrong with the files.
    """
    paths, findings, sheets = files_of(folder, source), [], []
    if not paths:
        what = "No file of the folder has this name."
        remedy = "Put the file there, or correct its name in the mapping."
        return None, [fault("FMT-020", source.name, what, remedy, column=f"{source.path}.file")]
    for path in paths:
        sheet, found = _one_file(path, source, wanted)
        findings += found
        if sheet is not None:
            sheets.append(sheet)
    if not sheets:
        return None, findings
    whole, found = _below_one_another(sheets, source)
    return whole, findings + found


def _one_file(
    path: Path, source: Source, wanted: Collection[str] | None
) -> tuple[Sheet | None, list[Finding]]:
    """Read one file and leave out what is no row."""
    try:
        grid = _READERS[source.kind](path, source, _chooser(wanted))
    except OSError:
        what = "The file cannot be opened; another program may hold it, or rights are missing."
        remedy = "Close it in the other program and try again."
        return None, [fault("FMT-021", source.name, what, remedy)]
    if not isinstance(grid, Grid):
        return None, grid
    sheet, found = _tidy(grid, source)
    return sheet, [*grid.findings, *found]


def _chooser(wanted: Collection[str] | None) -> Callable[[tuple[str, ...]], list[int]]:
    """Choose the columns that the mapping uses, and those without a header."""

    def choose(header: tuple[str, ...]) -> list[int]:
        if wanted is None:
            return list(range(len(header)))
        names = header_names(header)
        known = Sheet(**{**vars(_NOWHERE), "header": names})
        used = {known.position(name) for name in wanted} - {None}
        used |= {n for n, text in enumerate(header) if not text.strip()}
        return sorted(n for n in used if n is not None)

    return choose


def _tidy(grid: Grid, source: Source) -> tuple[Sheet, list[Finding]]:
    """Leave out blank rows, headers that are repeated among the rows, and nameless columns."""
    names = header_names(grid.header)
    cells = {n: column.cleaned(source.missing) for n, column in grid.columns.items()}
    nameless = [n for n in cells if not grid.header[n].strip()]
    blank = ~_any(column.filled for column in cells.values()) if cells else _none(grid)
    repeated = _repeated_header(grid, cells) & ~blank
    findings = _left_out_findings(source, blank, repeated, grid.lines)
    stray = [n for n in nameless if cells[n].take(~blank).filled.any()]
    if stray:
        what = f"Columns without a header hold something, at position {_places(stray)}."
        remedy = "Give them a header if they are needed."
        findings.append(fault("FMT-035", source.name, what, remedy, severity="warning"))
    keep = ~(blank | repeated)
    left_out = {"blank row": int(blank.sum()), "repeated header": int(repeated.sum())}
    sheet = Sheet(
        source=source.name,
        header=names,
        columns={
            names[n]: column.take(keep)
            for n, column in cells.items()
            if n not in nameless or column.filled.any()
        },
        lines=grid.lines[keep],
        rows_read=len(grid.lines),
        left_out={reason: n for reason, n in left_out.items() if n},
    )
    findings += padded_ids(grid, sheet, source, keep)
    if not keep.any():
        what = "The file has headers but no rows."
        findings.append(fault("FMT-027", source.name, what, "Export it again."))
    return sheet, findings


def _any(flags: object) -> Flags:
    """Tell for each row whether any of several flags is set."""
    return np.asarray(np.logical_or.reduce(list(flags)))  # type: ignore[call-overload]


def _none(grid: Grid) -> Flags:
    """Flag no row."""
    return np.zeros(len(grid.lines), dtype=bool)


def _repeated_header(grid: Grid, cells: dict[int, Cells]) -> Flags:
    """Find rows in which every named column that is used holds its own header."""
    named = [n for n in cells if grid.header[n].strip()]
    if not named:
        return _none(grid)
    ends = {n: plain(grid.header[n]).rsplit(" / ", maxsplit=1)[-1] for n in named}
    same = [
        cells[n].flags(
            np.array([plain(entry) == ends[n] for entry in cells[n].entries], dtype=bool)
        )
        for n in named
    ]
    return np.asarray(np.logical_and.reduce(same))


def _places(positions: Sequence[int]) -> str:
    """List positions of columns from 1."""
    return ", ".join(str(n + 1) for n in positions[:10])


def _left_out_findings(
    source: Source, blank: Flags, repeated: Flags, lines: npt.NDArray[np.int64]
) -> list[Finding]:
    """Say that rows which are no rows were left out."""
    inner = blank & (np.arange(len(lines)) < _last(~blank))
    found = []
    for flags, text in ((inner, "Blank rows"), (repeated, "Headers repeated among the rows")):
        if flags.any():
            what = f"{text} were left out."
            remedy = "Look whether the file was put together from several pages."
            found += row_fault(
                "FMT-033",
                source.name,
                what,
                remedy,
                lines=lines,
                broken=flags,
                severity="warning",
            )
    return found


def _last(flags: Flags) -> int:
    """Find the last row with a flag; -1 when there is none."""
    positions = np.flatnonzero(flags)
    return int(positions[-1]) if len(positions) else -1


def _below_one_another(sheets: Sequence[Sheet], source: Source) -> tuple[Sheet, list[Finding]]:
    """Put the files of a source below one another, by the names of their columns."""
    findings = []
    sheets = [sheets[0], *(_spelt_like(sheet, sheets[0]) for sheet in sheets[1:])]
    shared = [name for name in sheets[0].columns if all(name in s.columns for s in sheets)]
    if any(set(sheet.columns) != set(sheets[0].columns) for sheet in sheets):
        what = "Files of this source have different headers."
        remedy = "Make them alike, or describe them as separate sources."
        findings.append(fault("FMT-036", source.name, what, remedy))
    left_out: dict[str, int] = {}
    for sheet in sheets:
        for reason, count in sheet.left_out.items():
            left_out[reason] = left_out.get(reason, 0) + count
    whole = Sheet(
        source=source.name,
        header=sheets[0].header,
        columns={name: Cells.joined([s.columns[name] for s in sheets]) for name in shared},
        lines=np.concatenate([sheet.lines for sheet in sheets]),
        rows_read=sum(sheet.rows_read for sheet in sheets),
        left_out=left_out,
    )
    return _without_alike(whole, source, findings)


def _spelt_like(sheet: Sheet, first: Sheet) -> Sheet:
    """Spell the headers of a file as the first one does, where they differ in spaces or case."""
    spelt = {plain(name): name for name in first.header}
    columns = {spelt.get(plain(name), name): cells for name, cells in sheet.columns.items()}
    return Sheet(**{**vars(sheet), "columns": columns})


def _without_alike(
    sheet: Sheet, source: Source, findings: list[Finding]
) -> tuple[Sheet, list[Finding]]:
    """Notice rows that are alike, and leave out the later ones when the mapping says so."""
    codes = pd.DataFrame({n: cells.codes for n, cells in enumerate(sheet.columns.values())})
    alike = codes.duplicated().to_numpy(dtype=bool) if len(codes.columns) else None
    if alike is None or not alike.any():
        return sheet, findings
    dropped = source.alike_rows == "drop"
    what = "Rows are like an earlier row in every column that is used"
    what += "; they were left out." if dropped else "."
    remedy = 'If they are repeats of an export, say "alike_rows": "drop" in the mapping.'
    if dropped:
        remedy = "Look whether the export repeats rows."
    findings = [
        *findings,
        *row_fault(
            "FMT-034",
            source.name,
            what,
            remedy,
            lines=sheet.lines,
            broken=alike,
            severity="warning",
        ),
    ]
    if not dropped:
        return sheet, findings
    kept = sheet.take(~alike)
    left_out = {**sheet.left_out, "like an earlier row": int(alike.sum())}
    return Sheet(**{**vars(kept), "left_out": left_out}), findings
