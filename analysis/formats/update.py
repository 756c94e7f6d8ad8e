"""The next export of a clinic: read it, and say what differs from the one before.

Headers and labels come from the data, so changes of files are named by the position of a column
and its path in the mapping.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Collection, Iterator
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.formats.changes import Changes, compare_exports
from analysis.formats.clinic import mapped_headers, read_clinic
from analysis.formats.imported import Imported
from analysis.formats.mapping import Mapping
from analysis.formats.reading.cells import Cells, plain
from analysis.formats.reading.dates import DateForm, read_dates
from analysis.formats.reading.numbers import read_numbers
from analysis.formats.reading.sheet import Sheet
from analysis.formats.reading.source import read_source

__all__ = ["Update", "update"]

_FILE_COLUMNS = ["source", "change", "column_before", "column_after", "mapping_path", "n_labels"]
_ALIKE = 0.6
_MOST_LABELS = 60

Sheets = MappingType[str, Sheet]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Update:
    """The next export, and what differs from the one before.

    Parameters
    ----------
    imported : Imported
        The export that was read; without a study when something must be decided first.
    changes : Changes, optional
        Rows; None when one of both is no study.
    files : pandas.DataFrame
        Columns ``source, change, column_before, column_after, mapping_path, n_labels``: columns
        that came, went or were renamed, and answer labels that are new, in the files. Positions
        count from 1. Empty when the files of the export before were not at hand.
    """

    imported: Imported
    changes: Changes | None
    files: pd.DataFrame = field(repr=False)

    def summary(self) -> str:
        """Return how many changes there are, as text without values."""
        said = [f"{len(self.files)} changes of columns and labels in the files"]
        if self.changes is None:
            said.append("rows were not compared: " + "the export is no study yet")
        else:
            said.append(f"{len(self.changes.detail):,} rows differ")
        return "; ".join(said)

    def __repr__(self) -> str:
        return self.summary()


def update(
    folder: Path | str,
    mapping: Mapping,
    *,
    previous: Imported | Path | str,
    cut_off: dt.date | str | None = None,
) -> Update:
    """Read the next export of a clinic and compare it with the one before.

    Parameters
    ----------
    folder : path
        The folder of the new export.
    mapping : Mapping
        The mapping of the clinic.
    previous : Imported or path
        The export before, or its folder. With the folder, columns and labels of the files are
        compared too.
    cut_off : datetime.date or str, optional
        Last day that counts in the new export (and in the one before, when its folder is given).
        With the cut-off of last month, the new files give last month's report again, and the
        comparison shows what was entered or corrected afterwards.

    Returns
    -------
    Update
        The study or every reason why there is none, and what differs.

    Raises
    ------
    DataError
        When a folder does not exist, or the cut-off is no date.
    """
    imported = read_clinic(folder, mapping, cut_off=cut_off)
    files = pd.DataFrame(columns=_FILE_COLUMNS)
    if not isinstance(previous, Imported):
        files = _file_changes(Path(previous), Path(folder), mapping)
        previous = read_clinic(previous, mapping, cut_off=cut_off)
    both = previous.ok and imported.ok
    changes = compare_exports(previous, imported) if both else None
    return Update(imported=imported, changes=changes, files=files)


def _file_changes(before: Path, after: Path, mapping: Mapping) -> pd.DataFrame:
    """Compare columns and labels of the files of both exports."""
    if not before.is_dir():
        raise DataError("The folder of the export before does not exist. Name another.")
    old, new = _sheets(before, mapping), _sheets(after, mapping)
    paths = _paths(mapping)
    rows: list[tuple[str, str, float, float, str, float]] = []
    for name in mapping.sources:
        if name in old and name in new:
            known = paths.get(name, {})
            rows += _column_changes(name, old[name], new[name], known)
            rows += _new_labels(name, old[name], new[name], known)
    frame = pd.DataFrame(rows, columns=_FILE_COLUMNS)
    counts = ["column_before", "column_after", "n_labels"]
    return frame.astype(dict.fromkeys(counts, "Int64"))


def _sheets(folder: Path, mapping: Mapping) -> dict[str, Sheet]:
    """Read all columns of every source that can be read."""
    read = {name: read_source(folder, s, None)[0] for name, s in mapping.sources.items()}
    return {name: sheet for name, sheet in read.items() if sheet is not None}


def _paths(mapping: Mapping) -> dict[str, dict[str, str]]:
    """List where the mapping names each header, by source and plain header."""
    found: dict[str, dict[str, str]] = {}
    for source, header, path in mapped_headers(mapping):
        found.setdefault(source, {}).setdefault(plain(header), path)
    return found


def _column_changes(
    name: str, old: Sheet, new: Sheet, paths: MappingType[str, str]
) -> Iterator[tuple[str, str, float, float, str, float]]:
    """List columns that went, came, or have another header."""
    before, after = ([plain(header) for header in sheet.header] for sheet in (old, new))
    gone = [n for n, header in enumerate(before) if header not in after]
    came = [n for n, header in enumerate(after) if header not in before]
    for position in gone:
        path = _path_of(old, position, paths)
        pairs = [(_likeness(old, position, new, other), other) for other in came]
        score, other = max(pairs, default=(0.0, -1))
        if score >= _ALIKE:
            came.remove(other)
            yield name, "renamed column", position + 1, other + 1, path, np.nan
        else:
            yield name, "vanished column", position + 1, np.nan, path, np.nan
    for position in came:
        yield name, "new column", np.nan, position + 1, "", np.nan


def _path_of(sheet: Sheet, position: int, paths: MappingType[str, str]) -> str:
    """Find the path in the mapping that names a column, by header or pattern."""
    for header, path in paths.items():
        if sheet.position(header) == position:
            return path
    return ""


def _likeness(old: Sheet, position: int, new: Sheet, other: int) -> float:
    """Say how alike two columns are, by header or by what they hold."""
    names = old.header[position], new.header[other]
    by_header = difflib.SequenceMatcher(None, plain(names[0]), plain(names[1])).ratio()
    cells = old.columns.get(names[0]), new.columns.get(names[1])
    if cells[0] is None or cells[1] is None:
        return by_header
    left, right = _labels(cells[0]), _labels(cells[1])
    shared = len(left & right) / max(min(len(left), len(right)), 1)
    return max(by_header, shared if position == other or len(left) > _MOST_LABELS else 0.0)


def _labels(cells: Cells) -> set[str]:
    """List the different texts of a column."""
    return {plain(e) for e, used in zip(cells.entries, cells.used(), strict=True) if used}


def _words(labels: Collection[str]) -> list[str]:
    """Leave out texts that are numbers or dates: they are new in every export."""
    texts = list(labels)
    numbers, dates = read_numbers(texts), read_dates(texts, DateForm())
    words = np.isnan(numbers) & np.isnan(dates.days) & ~dates.unordered & ~dates.two_digit
    return [text for text, is_word in zip(texts, words, strict=True) if is_word]


def _new_labels(
    name: str, old: Sheet, new: Sheet, paths: MappingType[str, str]
) -> Iterator[tuple[str, str, float, float, str, float]]:
    """Count labels that a column of few labels did not have before."""
    for header, path in paths.items():
        was, is_now = old.cells(header), new.cells(header)
        if was is None or is_now is None:
            continue
        left, right = _labels(was), _labels(is_now)
        fresh = _words(right - left) if left and len(left) <= _MOST_LABELS else []
        if fresh:
            at = old.position(header), new.position(header)
            before, after = (np.nan if n is None else n + 1 for n in at)
            yield name, "new labels", before, after, path, len(fresh)
