"""Reading a text file with delimiters, and saying what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import numpy as np

from analysis.formats.faults import fault, row_fault
from analysis.formats.mapping_parts import Source
from analysis.formats.reading.headers import joined_header
from analysis.formats.reading.sheet import Grid
from analysis.formats.reading.text_facts import (
    DELIMITERS,
    TextFacts,
    delimiter_counts,
    first_records,
    text_facts,
)
from analysis.formats.reading.text_rows import (
    Layout,
    TextRows,
    rows_by_columns,
    rows_one_by_one,
)
from analysis.study import Finding

__all__ = ["read_text"]

Choose = Callable[[tuple[str, ...]], Collection[int]]

_EXAMINED = "latin-1"  # every byte has a letter there: the rest of a broken file is still looked at
_EXPORT = "Export the file again, and look whether the export ended without an error."


def read_text(path: Path, source: Source, choose: Choose) -> Grid | list[Finding]:
    """Read a text file with delimiters.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    source : Source
        How it is written.
    choose : callable
        Says by the headers which columns are used, by position.

    Returns
    -------
    Grid or list of Finding
        Its columns, or why there are none.
    """
    facts = text_facts(path, source.encoding)
    findings = _text_findings(facts, source)
    if facts.empty:
        what = "The file is empty."
        return [*findings, fault("FMT-027", source.name, what, "Export it again.")]
    encoding = facts.encoding if facts.decodable else _EXAMINED
    n_first = source.header_row + source.header_rows - 1
    records, n_lines = first_records(path, encoding, source.delimiter, n_first)
    header = joined_header(records[source.header_row - 1 :])
    chosen = sorted(choose(header))
    # with another delimiter no header is found, although commas in it may split it
    wrong = [] if chosen and len(header) > 1 else _wrong_delimiter(path, encoding, source, header)
    if wrong or not header:
        return [*findings, *(wrong or [_no_header(source)])]
    layout = Layout(
        path=path,
        encoding=encoding,
        delimiter=source.delimiter,
        header=header,
        chosen=tuple(chosen),
        n_lines=n_lines,
    )
    whole = not facts.n_quotes % 2 and not facts.n_nul
    rows = rows_by_columns(layout, quoted=facts.n_quotes > 0) if whole else None
    rows = rows_one_by_one(layout) if rows is None else rows
    findings += _uneven(source, rows, facts)
    return Grid(header=header, columns=rows.columns, lines=rows.lines, findings=tuple(findings))


def _text_findings(facts: TextFacts, source: Source) -> list[Finding]:
    """Say what a look through the bytes showed."""
    found = []
    if not facts.decodable:
        hint = "It is UTF-8: say so." if facts.is_utf8 else "Files of Excel are often cp1252."
        if facts.n_nul and not facts.marked:
            hint = 'It may be "utf-16-le".'
        what = f"The file is not in the encoding {facts.encoding} that the mapping says."
        found.append(fault("FMT-022", source.name, what, hint, column=f"{source.path}.encoding"))
    elif facts.is_utf8 and not facts.encoding.startswith("utf"):
        what = "The file is UTF-8, and the mapping says another encoding."
        remedy = 'Set it to "utf-8", or letters with accents turn into two other letters.'
        found.append(fault("FMT-022", source.name, what, remedy, column=f"{source.path}.encoding"))
    if facts.n_nul:
        what = "The file holds NUL bytes: it is damaged, or UTF-16 without its mark."
        found.append(fault("FMT-023", source.name, what, _EXPORT, count=facts.n_nul))
    return found


def _wrong_delimiter(
    path: Path, encoding: str, source: Source, header: tuple[str, ...]
) -> list[Finding]:
    """Notice that another mark separates the columns."""
    counts = delimiter_counts(path, encoding)
    best = max(counts, key=lambda mark: counts[mark])
    if counts[best] <= max(len(header), 1) or best == source.delimiter:
        return []
    what = f"The columns are separated by {DELIMITERS[best]}, and the mapping says otherwise."
    remedy = "Correct the delimiter in the mapping."
    return [fault("FMT-024", source.name, what, remedy, column=f"{source.path}.delimiter")]


def _no_header(source: Source) -> Finding:
    """Say that the row of headers is not there."""
    what = "The file has no row of headers where the mapping says."
    remedy = "Correct header_row in the mapping; rows count from 1."
    return fault("FMT-029", source.name, what, remedy, column=f"{source.path}.header_row")


def _uneven(source: Source, rows: TextRows, facts: TextFacts) -> list[Finding]:
    """Say which rows have more or fewer cells than the header, and whether the file breaks off."""
    too_short, lines = rows.short, rows.lines
    found: list[Finding] = []
    if rows.opened:
        what = "A quotation mark is left open, or stands inside a cell, so that rows run together."
        remedy = "Export the file again with every text in quotation marks."
        found.append(fault("FMT-026", source.name, what, remedy))
    elif len(lines) and too_short[-1] and not facts.finished:
        what = "The file ends in the middle of a row."
        found.append(fault("FMT-026", source.name, what, _EXPORT))
        too_short = too_short & (np.arange(len(lines)) < len(lines) - 1)
    what = "Some rows have more cells than there are headers."
    remedy = "Export the file again with every text in quotation marks."
    found += row_fault("FMT-025", source.name, what, remedy, lines=lines, broken=rows.over)
    if source.short_rows == "refuse":
        what = "Some rows have fewer cells than there are headers."
        remedy = 'If cells at the end may be left out, say "short_rows": "fill" in the mapping.'
        found += row_fault("FMT-025", source.name, what, remedy, lines=lines, broken=too_short)
    return found
