"""Reading notebooks of format 3 and 4: cells, outputs, tracebacks, widgets, metadata."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from analysis.privacy.files.pieces.limits import Limits, TooMuchError
from analysis.privacy.files.pieces.picture import picture_pieces
from analysis.privacy.files.pieces.piece import Piece, Trouble
from analysis.privacy.files.pieces.plain_text import decoded
from analysis.privacy.files.pieces.portable_document import pdf_pieces
from analysis.privacy.files.pieces.source import Source
from analysis.privacy.files.pieces.structured import value_pieces
from analysis.privacy.files.pieces.web_page import html_pieces

__all__ = ["notebook_cells", "notebook_pieces", "read_notebook"]

_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_OF_FORMAT_3 = {
    "text": "text/plain", "html": "text/html", "svg": "image/svg+xml", "png": "image/png",
    "jpeg": "image/jpeg",
    "latex": "text/latex", "json": "application/json", "javascript": "application/javascript",
    "pdf": "application/pdf",
}  # fmt: skip
_MAY_BE_EMPTY = ("language_info", "widgets")


def read_notebook(source: Source, limits: Limits) -> dict[str, Any] | None:
    """Read the JSON of a notebook.

    Parameters
    ----------
    source : Source
        The file.
    limits : Limits
        Limits of size.

    Returns
    -------
    dict or None
        None when it is no notebook.

    Raises
    ------
    TooMuchError
        When it is too long or nested too deep.
    """
    try:
        value = json.loads(decoded(source.read(limits)))
    except RecursionError:
        raise TooMuchError from None
    except ValueError:
        return None
    return value if isinstance(value, dict) and _has_cells(value) else None


def _has_cells(value: Mapping[str, Any]) -> bool:
    """Tell whether an object has the parts of a notebook."""
    return isinstance(value.get("cells"), list) or isinstance(value.get("worksheets"), list)


def notebook_cells(notebook: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the cells of a notebook of format 3 or 4.

    Parameters
    ----------
    notebook : mapping
        What `read_notebook` gave.

    Returns
    -------
    list of dict
        Cells in their order; things that are no cells are left out.
    """
    sheets = notebook.get("worksheets")
    lists = [notebook.get("cells")]
    lists += (
        [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        if isinstance(sheets, list)
        else []
    )
    return [
        cell
        for cells in lists
        if isinstance(cells, list)
        for cell in cells
        if isinstance(cell, dict)
    ]


def notebook_pieces(source: Source, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give the content of a notebook as pieces.

    Parameters
    ----------
    source : Source
        The file.
    limits : Limits
        Limits of size and nesting.

    Yields
    ------
    Piece or Trouble
        In the order of the cells, then metadata and widgets.
    """
    notebook = read_notebook(source, limits)
    if notebook is None:
        yield Trouble(where="file", kind="damaged")
        return
    for number, cell in enumerate(notebook_cells(notebook), start=1):
        yield from _cell_pieces(cell, f"cell {number}", limits)
    metadata = notebook.get("metadata")
    if isinstance(metadata, dict):
        shown = {name: value for name, value in metadata.items() if name not in _MAY_BE_EMPTY}
        yield from value_pieces(shown, where="metadata", limits=limits, skip_times=True)
        widgets = metadata.get("widgets")
        if widgets:
            yield from _widget_pieces(widgets, limits)


def _joined(value: object) -> str:
    """Join the lines of a multi-line text."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""


def _cell_pieces(cell: Mapping[str, Any], where: str, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give one cell: its source, attachments, metadata and outputs."""
    source = _joined(cell.get("source", cell.get("input", "")))
    is_code = cell.get("cell_type") == "code"
    yield Piece(where=f"{where}, source", role="code" if is_code else "printed", text=source)
    yield from _attachments(cell.get("attachments"), where, limits)
    metadata = cell.get("metadata")
    if isinstance(metadata, dict) and metadata:
        yield from value_pieces(
            metadata, where=f"{where}, metadata", limits=limits, skip_times=True
        )
    outputs = cell.get("outputs")
    for number, output in enumerate(outputs if isinstance(outputs, list) else [], start=1):
        if isinstance(output, dict):
            yield from _output_pieces(output, f"{where}, output {number}", source, limits)


def _attachments(attachments: object, where: str, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give pictures that were pasted into a text cell, and their names."""
    if not isinstance(attachments, dict):
        return
    for name, bundle in attachments.items():
        stem = str(name).rpartition(".")[0]
        yield Piece(where=f"{where}, attachment", role="label", text=stem)
        if isinstance(bundle, dict):
            for kind, value in bundle.items():
                yield from _bundle_piece(str(kind), value, f"{where}, attachment", "", limits)


def _output_pieces(
    output: Mapping[str, Any], where: str, source: str, limits: Limits
) -> Iterator[Piece | Trouble]:
    """Give one output by its type."""
    kind = output.get("output_type")
    if kind in ("error", "pyerr"):
        yield from _error_pieces(output, where)
    elif kind == "stream":
        text = _overwritten(_joined(output.get("text")))
        yield Piece(where=where, role="printed", text=text, source=source)
    else:
        bundle = output.get("data") if isinstance(output.get("data"), dict) else None
        if bundle is None:
            bundle = {
                _OF_FORMAT_3[name]: value for name, value in output.items() if name in _OF_FORMAT_3
            }
        for mime, value in bundle.items():
            yield from _bundle_piece(str(mime), value, where, source, limits)
    metadata = output.get("metadata")
    if isinstance(metadata, dict) and metadata:
        yield from value_pieces(
            metadata, where=f"{where}, metadata", limits=limits, skip_times=True
        )


def _overwritten(text: str) -> str:
    """Write progress bars line by line, and leave out colours."""
    return _COLOURS.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def _error_pieces(output: Mapping[str, Any], where: str) -> Iterator[Piece]:
    """Give the message of an error and its traceback."""
    name, message = _joined(output.get("ename")), _overwritten(_joined(output.get("evalue")))
    yield Piece(where=f"{where}, error", role="error", text=message, source=name)
    lines = output.get("traceback")
    trace = "\n".join(str(line) for line in lines) if isinstance(lines, list) else ""
    shown = _COLOURS.sub("", trace)
    yield Piece(where=f"{where}, traceback", role="code", text=shown)
    last = shown.rstrip().rpartition("\n")[2]
    yield Piece(where=f"{where}, traceback", role="printed", text=last)


def _bundle_piece(
    mime: str, value: object, where: str, source: str, limits: Limits
) -> Iterator[Piece | Trouble]:
    """Give one representation of an output."""
    if mime in ("text/html", "image/svg+xml"):
        yield from html_pieces(_joined(value), where=where, limits=limits, source=source)
    elif mime.startswith("image/"):
        yield Piece(where=f"{where}, picture", role="picture", source=source)
        yield from _embedded(_joined(value), where, limits)
    elif mime == "application/pdf":
        yield from _embedded(_joined(value), where, limits, read=pdf_pieces)
    elif mime.endswith("json") and not isinstance(value, str):
        yield from value_pieces(value, where=f"{where}, {_family(mime)}", limits=limits)
    elif mime.startswith("text/") or "javascript" in mime:
        yield Piece(where=where, role="printed", text=_overwritten(_joined(value)), source=source)
    elif isinstance(value, dict | list):
        yield from value_pieces(value, where=where, limits=limits)
    else:
        yield Trouble(where=where, kind="unknown kind")


def _family(mime: str) -> str:
    """Name what a JSON output is, in words that are ours."""
    for name in ("plotly", "vega", "geo", "widget", "bokeh"):
        if name in mime:
            return {"geo": "map", "widget": "widget"}.get(name, f"{name} chart")
    return "JSON"


def _embedded(
    value: str,
    where: str,
    limits: Limits,
    *,
    read: Callable[..., Iterator[Piece | Trouble]] = picture_pieces,
) -> Iterator[Piece | Trouble]:
    """Read a file inside the notebook: of a picture its metadata."""
    try:
        content = base64.b64decode("".join(value.split()), validate=False)
    except (binascii.Error, ValueError):
        yield Trouble(where=where, kind="damaged")
        return
    inner = Source(name="picture", size=len(content), content=content)
    for piece in read(inner, limits):
        if not (isinstance(piece, Piece) and piece.role == "picture"):
            yield replace(piece, where=f"{where}, {piece.where}")


def _widget_pieces(widgets: object, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give what widgets hold: their options, values and stored outputs."""
    yield from value_pieces(widgets, where="widgets", limits=limits, skip_times=True)
    for output in _outputs_within(widgets, limits.depth):
        yield from _output_pieces(output, "widgets, output", "", limits)
    for text in _html_values(widgets, limits.depth):
        yield from html_pieces(text, where="widgets", limits=limits)


def _outputs_within(value: object, depth: int) -> Iterator[Mapping[str, Any]]:
    """Find outputs that widgets keep."""
    if depth == 0:
        raise TooMuchError
    if isinstance(value, dict):
        if "output_type" in value:
            yield value
        for inner in value.values():
            yield from _outputs_within(inner, depth - 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _outputs_within(inner, depth - 1)


def _html_values(value: object, depth: int) -> Iterator[str]:
    """Find HTML in the values of widgets."""
    if depth == 0:
        raise TooMuchError
    if isinstance(value, dict):
        for inner in value.values():
            yield from _html_values(inner, depth - 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _html_values(inner, depth - 1)
    elif isinstance(value, str) and re.search(r"<(?:table|td|tr|div|pre)\b", value):
        yield value
