"""Columns and labels that came, went or were renamed between two exports of a clinic's own files.

Headers and labels come from the data, so changes are named by the position of a column and its
path in the mapping.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from collections.abc import Mapping as MappingType
from pathlib import Path

import numpy as np

from analysis.formats.clinic import mapped_headers
from analysis.formats.inventory import FileChange
from analysis.formats.mapping import Mapping
from analysis.formats.reading.cells import Cells, plain
from analysis.formats.reading.dates import DateForm, read_dates
from analysis.formats.reading.numbers import read_numbers
from analysis.formats.reading.sheet import Sheet
from analysis.formats.reading.source import read_source

__all__ = ["column_changes"]

_ALIKE = 0.6
_MOST_LABELS = 60

Sheets = MappingType[str, Sheet]


def column_changes(
    before: Path, after: Path, mapping: Mapping, mapping_before: Mapping
) -> Iterator[FileChange]:
    """List what differs between the files of two exports.

    Parameters
    ----------
    before, after : pathlib.Path
        Folders of the exports.
    mapping, mapping_before : Mapping
        The mapping of the later export, and that of the earlier one.

    Yields
    ------
    FileChange
        Columns that came, went or were renamed, and how many labels are new.
    """
    old, new = _sheets(before, mapping_before), _sheets(after, mapping)
    paths, paths_before = _paths(mapping), _paths(mapping_before)
    for name in mapping.sources:
        if name in old and name in new:
            known = paths.get(name, {})
            yield from _column_changes(name, old[name], new[name], paths_before.get(name, {}))
            yield from _new_labels(name, old[name], new[name], known)


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
) -> Iterator[FileChange]:
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
) -> Iterator[FileChange]:
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
