"""Reading CSV and other delimited files as tables, row by row and with bounded memory."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice

from analysis.privacy.files.pieces.fresh_lines import new_shapes
from analysis.privacy.files.pieces.limits import Limits
from analysis.privacy.files.pieces.piece import Piece, Trouble
from analysis.privacy.files.pieces.plain_text import text_lines
from analysis.privacy.files.pieces.source import Source
from analysis.privacy.files.printed_tables import TextTable, headed_table

__all__ = ["delimited_pieces"]

_FIRST_ROWS = 500
_LONGEST_ROW = 100_000
_BLOCK_ROWS = 5_000
_FEWEST_FRESH = 200


def delimited_pieces(source: Source, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give the rows of a delimited file as tables.

    Parameters
    ----------
    source : Source
        The file; any encoding, delimiter and quotes.
    limits : Limits
        Limits; of the rows after the first ones, those with a new shape are given.

    Yields
    ------
    Piece or Trouble
        The first rows, then the fresh rows of each block; troubles of lines that never end.
    """
    with source.open() as handle:
        lines = text_lines(handle, longest=_LONGEST_ROW)
        first = list(islice(lines, _FIRST_ROWS))
        if not first:
            return
        delimiter = _delimiter(first, source.ending)
        table = headed_table(_rows(first, delimiter) or [[""]])
        beside = _lines_beside(first, delimiter)
        if beside:
            yield Piece(where="lines beside the table", role="prose", text="\n".join(beside))
        yield Piece(where=_where(1, len(first)), role="table", table=table, is_data=True)
        yield from _later(lines, table, delimiter, limits, known=_shapes(first))


def _lines_beside(lines: list[str], delimiter: str) -> list[str]:
    """Give the lines above a table, and notes inside: those with fewer cells than most have."""
    counts = [line.count(delimiter) for line in lines[:50] if line.strip()]
    usual = max(set(counts), key=counts.count) if counts else 0
    n_above = next((n for n, line in enumerate(lines) if line.count(delimiter) >= usual), 0)
    notes = [line for line in lines[n_above:] if usual >= 2 and _is_note(line, delimiter)]
    return [line.lstrip("# ").replace(delimiter, ": ") for line in [*lines[:n_above], *notes]]


def _is_note(line: str, delimiter: str) -> bool:
    """Tell whether only the first cell of a line is filled, with more than a word."""
    first, _, rest = line.partition(delimiter)
    return not rest.strip(f'{delimiter}" ') and len(first.split()) >= 2


def _where(first: int, last: int) -> str:
    """Name some lines."""
    return f"lines {first} to {last}"


def _shapes(lines: list[str]) -> set[str]:
    """Gather the shapes of lines."""
    known: set[str] = set()
    for _ in new_shapes(lines, known):
        pass
    return known


def _later(
    lines: Iterator[str], table: TextTable, delimiter: str, limits: Limits, known: set[str]
) -> Iterator[Piece | Trouble]:
    """Give the rows after the first that are unlike all before them."""
    number, given = _FIRST_ROWS, 0
    while block := list(islice(lines, _BLOCK_ROWS)):
        fresh = [line for _, line in new_shapes(block, known)]
        room = max(_FEWEST_FRESH, limits.text_bytes - given)
        rows = tuple(map(tuple, _rows(fresh[:room], delimiter)))
        given += sum(map(len, fresh))
        if rows:
            part = TextTable(header=table.header, rows=rows, line=number + 1)
            where = _where(number + 1, number + len(block))
            yield Piece(where=where, role="table", table=part, is_data=True)
        number += len(block)
        if given > limits.text_bytes:
            yield Trouble(where="file", kind="partly read")
            return


def _delimiter(lines: list[str], ending: str) -> str:
    """Tell which delimiter stands equally often on most lines."""
    if ending == ".tsv":
        return "\t"
    sample = [line for line in lines[:50] if line.strip()]
    best, score = ",", 0.0
    for delimiter in (",", ";", "\t", "|"):
        counts = [line.count(delimiter) for line in sample]
        usual = max(set(counts), key=counts.count) if counts else 0
        steady = counts.count(usual) / len(counts) if counts else 0.0
        if usual and steady * min(usual, 20) > score:
            best, score = delimiter, steady * min(usual, 20)
    return best


def _rows(lines: list[str], delimiter: str) -> list[list[str]]:
    """Split lines into cells; quotes that are never closed end with the lines."""
    try:
        return [
            row for row in csv.reader((line + "\n" for line in lines), delimiter=delimiter) if row
        ]
    except csv.Error:
        return [line.split(delimiter) for line in lines]
