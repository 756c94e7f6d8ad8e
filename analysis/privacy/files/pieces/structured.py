"""Reading JSON: lists of records and columns as tables, everything else as labelled text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis.privacy.files.pieces.encoded import is_encoded
from analysis.privacy.files.pieces.limits import Limits, TooMuchError
from analysis.privacy.files.pieces.piece import Piece, Trouble
from analysis.privacy.files.pieces.plain_text import decoded, text_pieces
from analysis.privacy.files.pieces.source import Source
from analysis.privacy.files.printed_tables import TextTable

__all__ = ["json_pieces", "value_pieces"]

_TIMES = re.compile(
    r"(?i)(?:start|end|creat|modif|updat|print|generat|execut|last|date|time|iopub"
    r"|shell).*(?:time|date|at|ed|on|reply|busy|idle|input)$"
    r"|^(?:date|time|timestamp|created|modified|creation.?time|duration|iopub\..*|shell\..*)$"
)
_OF_THINGS = {"name", "display_name", "names", "label", "title"}
_MANY_MARKS = 30
_MARK_KINDS = {"point", "circle", "square", "tick"}
_LONGEST = 20_000
_LONG, _MOST_NUMBERS = 9_999, 20


def json_pieces(source: Source, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give the content of a JSON file as pieces; JSON of one object per line is read as text.

    Parameters
    ----------
    source : Source
        The file.
    limits : Limits
        Limits of size and nesting.

    Yields
    ------
    Piece or Trouble
        Tables and texts; text as it is when it is no JSON.

    Raises
    ------
    TooMuchError
        When it is too long or nested too deep.
    """
    text = decoded(source.read(limits))
    try:
        value = json.loads(text)
    except RecursionError:
        raise TooMuchError from None
    except ValueError:
        yield from text_pieces(source, limits)
        return
    yield from value_pieces(value, where="file", limits=limits)


def value_pieces(
    value: object, *, where: str, limits: Limits, skip_times: bool = False
) -> Iterator[Piece | Trouble]:
    """Give a value of JSON as pieces.

    Parameters
    ----------
    value : object
        What `json.loads` gave.
    where : str
        Place in the file.
    limits : Limits
        Limits of nesting.
    skip_times : bool
        Whether times under names such as "created" are those of a program.

    Yields
    ------
    Piece or Trouble
        Tables, and one text of all other values with their names.
    """
    lines: list[str] = []
    yield from _walk(value, "", lines, where, limits.depth, skip_times)
    text = "\n".join(lines)
    for start in range(0, len(text), 50_000):
        yield Piece(where=where, role="prose", text=text[start : start + 50_200])


def _walk(
    value: object, name: str, lines: list[str], where: str, depth: int, skip_times: bool
) -> Iterator[Piece | Trouble]:
    """Go through a value; tables are given, single values gathered as lines."""
    if depth == 0:
        raise TooMuchError
    table = _table_of(value)
    if table is not None:
        yield Piece(where=where, role="table", table=table)
    if isinstance(value, Mapping):
        yield from _marks(value, where)
        lines += _numbers_of(value)
        for key, inner in value.items():
            yield from _walk(inner, str(key), lines, where, depth - 1, skip_times)
    elif isinstance(value, str):
        yield from _walk_text(value, name, lines, where, skip_times=skip_times)
    elif isinstance(value, Sequence):
        yield from _walk_list(value, name, lines, where, depth, skip_times)


def _numbers_of(value: Mapping[Any, Any]) -> list[str]:
    """Write the numbers of an object as those of one record, and a point as a place."""
    place = value.get("coordinates")
    if value.get("type") == "Point" and isinstance(place, list) and len(place) >= 2:
        return [f"latitude {place[1]}, longitude {place[0]}"]
    pairs = {key: inner for key, inner in value.items() if isinstance(inner, str | int | float)}
    long = any(type(inner) is int and inner > _LONG for inner in pairs.values())
    written = ", ".join(f"'{key}': {inner!r}" for key, inner in pairs.items())
    return [f"{{{written}}}"] if long and len(pairs) >= 2 and len(written) < _LONGEST else []


def _walk_list(
    value: Sequence[Any], name: str, lines: list[str], where: str, depth: int, skip_times: bool
) -> Iterator[Piece | Trouble]:
    """Go through a list; texts become one line, and are given whole where they are a file."""
    if all(isinstance(inner, str) for inner in value):
        lines.append(f"{name}: {', '.join(value)}"[:_LONGEST])
        if is_encoded("".join(value[:20])):
            yield Piece(where=where, role="code", text="\n".join(value))
        return
    if value and all(type(inner) is int and inner > _LONG for inner in value):
        lines.append(f"{name}: [{', '.join(map(str, value[:_MOST_NUMBERS]))}]")
    for inner in value:
        if not isinstance(inner, int | float):
            yield from _walk(inner, name, lines, where, depth - 1, skip_times)


def _walk_text(
    value: str, name: str, lines: list[str], where: str, *, skip_times: bool
) -> Iterator[Piece]:
    """Give a text that is a whole file by itself, gather any other as a line."""
    if value.startswith("data:") or (len(value) > _LONGEST and is_encoded(value)):
        yield Piece(where=where, role="code", text=value)
    else:
        lines += _line(value, name, skip_times=skip_times)


def _table_of(value: object) -> TextTable | None:
    """Make a table of an object or a list, where it is one."""
    if isinstance(value, Mapping):
        return _table_of_parts(value) or _table_of_columns(value)
    if isinstance(value, list):
        return _table_of_records(value) or _table_of_lists(value, ())
    return None


def _line(value: str, name: str, *, skip_times: bool) -> list[str]:
    """Write a text after its name; times of programs are left out."""
    if skip_times and _TIMES.search(name):
        return []
    return [(value if name in _OF_THINGS else f"{name}: {value}")[:_LONGEST]]


def _text(value: object) -> str:
    """Write one value as a cell."""
    if value is None or isinstance(value, Mapping | list):
        return ""
    return str(value)


def _table_of_records(value: Sequence[Any]) -> TextTable | None:
    """Make a table of a list of objects."""
    records = [record for record in value[:2_000] if isinstance(record, Mapping)]
    if not records or len(records) < 0.8 * min(len(value), 2_000):
        return None
    names = list(dict.fromkeys(str(key) for record in records for key in record))[:500]
    rows = tuple(tuple(_text(record.get(name)) for name in names) for record in records)
    return TextTable(header=tuple(names), rows=rows)


def _table_of_lists(value: Sequence[Any], names: Sequence[Any]) -> TextTable | None:
    """Make a table of a list of lists of single values, all of one length."""
    rows = [row for row in value[:2_000] if isinstance(row, list)]
    if len(rows) < 2 or len(rows) != min(len(value), 2_000) or len({len(row) for row in rows}) != 1:
        return None
    if len(rows[0]) < 2 or any(isinstance(cell, list | Mapping) for cell in rows[0]):
        return None
    header = tuple(map(str, names)) if len(names) == len(rows[0]) else ()
    return TextTable(header=header, rows=tuple(tuple(map(_text, row)) for row in rows))


def _table_of_parts(value: Mapping[Any, Any]) -> TextTable | None:
    """Make a table of an object with columns and data, as pandas writes with orient="split"."""
    names, data = value.get("columns"), value.get("data")
    if not isinstance(names, list) or not isinstance(data, list):
        return None
    shown = [
        name.get("title", name.get("field", "")) if isinstance(name, Mapping) else name
        for name in names
    ]
    return _table_of_lists(data, shown)


def _table_of_columns(value: Mapping[Any, Any]) -> TextTable | None:
    """Make a table of an object of lists of one length, or of objects with the same names."""
    columns = {
        str(k): list(v)[:2_000] for k, v in value.items() if isinstance(v, list) and len(v) > 1
    }
    lengths = [len(column) for column in columns.values()]
    if lengths and lengths.count(max(lengths)) >= 1 and max(lengths) >= 2:
        alike = {name: column for name, column in columns.items() if len(column) == max(lengths)}
        rows = tuple(tuple(map(_text, row)) for row in zip(*alike.values(), strict=True))
        return TextTable(header=tuple(alike), rows=rows)
    inner = [v for v in value.values() if isinstance(v, Mapping)]
    if len(inner) >= 2 and len(inner) == len(value) and len({tuple(v) for v in inner}) == 1:
        names = tuple(map(str, inner[0]))
        keyed = tuple((str(k), *map(_text, v.values())) for k, v in value.items())
        return TextTable(header=names, index=("",), rows=keyed)
    return None


def _marks(value: Mapping[Any, Any], where: str) -> Iterator[Trouble]:
    """Find charts that draw many single marks: scatter traces of Plotly, points of Vega."""
    points = value.get("x") if "markers" in str(value.get("mode", "")) else None
    if isinstance(points, list) and len(points) >= _MANY_MARKS:
        yield Trouble(where=where, kind="many marks")
    mark = value.get("mark")
    kind = mark.get("type") if isinstance(mark, Mapping) else mark
    datasets = value.get("datasets")
    if kind in _MARK_KINDS and isinstance(datasets, Mapping):
        longest = max(
            (len(rows) for rows in datasets.values() if isinstance(rows, list)), default=0
        )
        if longest >= _MANY_MARKS:
            yield Trouble(where=where, kind="many marks")
