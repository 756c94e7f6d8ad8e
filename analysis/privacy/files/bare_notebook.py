"""A notebook as its author wrote it: code and text, nothing that a run or a program left in it.

What stays is listed, and everything else goes, so that what a program will add tomorrow goes too.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.errors import DataError

__all__ = ["REMOVED", "bare_notebook", "notebook_of", "notebook_text"]

REMOVED = ("outputs", "execution counts", "attachments", "cells of a run", "metadata")
"""What is taken out, as it is counted."""

_OF_CELLS = ("cell_type", "id", "metadata", "source", "execution_count", "outputs")
_OF_A_RUN = {"injected-parameters", "papermill-error-cell-tag"}
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_LANGUAGE = ("name", "version", "file_extension", "mimetype", "nbconvert_exporter",
             "pygments_lexer")  # fmt: skip
_MODE = {"name": "ipython", "version": 3}
_PLAIN = re.compile(r"[\w .+()-]{1,60}")
_MIME = re.compile(r"[\w.+-]{1,40}/[\w.+-]{1,40}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FLAGS = ("deletable", "editable", "report")
_SEEN = ("source_hidden", "outputs_hidden")


def notebook_of(content: bytes) -> dict[str, Any]:
    """Read the JSON of a notebook of format 4.

    Parameters
    ----------
    content : bytes
        UTF-8, with or without a mark at its beginning.

    Returns
    -------
    dict
        The notebook.

    Raises
    ------
    DataError
        When it is something else, holds an entry twice, or is of another format.

    Examples
    --------
    >>> notebook_of(b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}')["cells"]
    []
    """
    try:
        notebook = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        notebook = None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("nbformat"), int):
        raise DataError("It is no notebook: one JSON object in UTF-8. Save it again in Jupyter.")
    cells = notebook.get("cells")
    if notebook["nbformat"] != 4 or not isinstance(cells, list) or not all(map(_is_cell, cells)):
        raise DataError("It is no notebook of format 4. Open it and save it again in Jupyter.")
    return notebook


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object, and refuse an entry that stands twice: programs differ in which they take."""
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError
    return dict(pairs)


def _is_cell(cell: Any) -> bool:
    """Tell whether something is a cell of format 4."""
    kinds = ("code", "markdown", "raw")
    if not isinstance(cell, dict) or cell.get("cell_type") not in kinds:
        return False
    source = cell.get("source")
    return isinstance(source, str) or (
        isinstance(source, list) and all(isinstance(line, str) for line in source)
    )


def bare_notebook(notebook: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, int]]:
    """Take out of a notebook what a run or a program left in it.

    Parameters
    ----------
    notebook : mapping
        From `notebook_of`.

    Returns
    -------
    bare : dict
        Format, cells with code or text, their ids, tags and a few switches, name of the kernel and
        of the language. What names a folder or a user there becomes that of plain Python.
    removed : dict of str to int
        How much was taken out, by `REMOVED`; empty when the notebook was bare.

    Notes
    -----
    The code itself stays as it is, with any path or name that somebody wrote into it: a scan looks
    for those. Cells that papermill put in (parameters, error messages) go.

    Examples
    --------
    >>> cell = {"cell_type": "code", "metadata": {}, "source": "1", "execution_count": 3,
    ...         "outputs": [{"output_type": "stream"}]}
    >>> bare_notebook({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [cell]})[1]
    {'outputs': 1, 'execution counts': 1}
    """
    removed: Counter[str] = Counter()
    kept = [cell for cell in notebook["cells"] if not _tags(cell) & _OF_A_RUN]
    removed["cells of a run"] = len(notebook["cells"]) - len(kept)
    cells = [_bare_cell(cell, number, removed) for number, cell in enumerate(kept, start=1)]
    about = _bare_about(notebook.get("metadata"))
    removed["metadata"] += _differs(notebook.get("metadata"), about)
    minor = notebook.get("nbformat_minor")
    bare = {
        "cells": cells,
        "metadata": about,
        "nbformat": 4,
        "nbformat_minor": minor if isinstance(minor, int) else 4,
    }
    removed["metadata"] += len(set(notebook) - set(bare))
    return bare, {name: removed[name] for name in REMOVED if removed[name]}


def _tags(cell: Mapping[str, Any]) -> set[str]:
    """Give the tags of a cell."""
    about = cell.get("metadata")
    tags = about.get("tags") if isinstance(about, dict) else None
    return {tag for tag in tags if isinstance(tag, str)} if isinstance(tags, list) else set()


def _bare_cell(cell: Mapping[str, Any], number: int, removed: Counter[str]) -> dict[str, Any]:
    """Keep code or text of a cell, and count what goes."""
    about = _bare_about_cell(cell)
    bare: dict[str, Any] = {"cell_type": cell["cell_type"]}
    if "id" in cell:
        bare["id"] = cell["id"] if _fits(_ID, cell["id"]) else f"cell-{number}"
        removed["metadata"] += bare["id"] != cell["id"]
    bare |= {"metadata": about, "source": cell["source"]}
    if cell["cell_type"] == "code":
        bare |= {"execution_count": None, "outputs": []}
        removed["execution counts"] += cell.get("execution_count") is not None
    removed["outputs"] += _size(cell.get("outputs"))
    removed["attachments"] += _size(cell.get("attachments"))
    removed["metadata"] += _differs(cell.get("metadata"), about)
    removed["metadata"] += len(set(cell) - {*_OF_CELLS, "attachments"})
    return {name: bare[name] for name in _OF_CELLS if name in bare}


def _size(part: Any) -> int:
    """Count the entries of a part that goes; something that is no list or object is one."""
    return len(part) if isinstance(part, list | dict) else int(part is not None)


def _bare_about_cell(cell: Mapping[str, Any]) -> dict[str, Any]:
    """Keep plain tags and switches of a cell."""
    about = cell.get("metadata")
    given = about if isinstance(about, dict) else {}
    bare = _flags(given, _FLAGS)
    tags = given.get("tags")
    plain = [tag for tag in tags if _fits(_PLAIN, tag)] if isinstance(tags, list) else []
    seen = given.get("jupyter")
    hidden = _flags(seen, _SEEN) if isinstance(seen, dict) else {}
    return {**bare, **({"jupyter": hidden} if hidden else {}), **({"tags": plain} if plain else {})}


def _bare_about(about: Any) -> dict[str, Any]:
    """Keep the names of the kernel and the language, and switches of the notebook."""
    given = about if isinstance(about, dict) else {}
    bare: dict[str, Any] = {**_flags(given, ("report",))}
    kernel, language = given.get("kernelspec"), given.get("language_info")
    if isinstance(kernel, dict):
        named = {key: kernel[key] for key in _KERNEL if key in kernel}
        bare["kernelspec"] = named if all(_fits(_PLAIN, one) for one in named.values()) else _KERNEL
    if isinstance(language, dict):
        bare["language_info"] = _bare_language(language)
    return bare


def _bare_language(language: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the plain names of a language, and what every notebook of Python has."""
    told = {key: language[key] for key in _LANGUAGE if key in language}
    shapes = {key: _MIME if key == "mimetype" else _PLAIN for key in told}
    bare: dict[str, Any] = {key: one for key, one in told.items() if _fits(shapes[key], one)}
    usual = language.get("codemirror_mode") == _MODE
    return {**bare, "codemirror_mode": _MODE} if usual else bare


def _flags(given: Mapping[str, Any], names: Iterable[str]) -> dict[str, bool]:
    """Keep what is true or false."""
    return {name: given[name] for name in names if isinstance(given.get(name), bool)}


def _fits(shape: re.Pattern[str], value: Any) -> bool:
    """Tell whether a value is a text of a shape."""
    return isinstance(value, str) and shape.fullmatch(value) is not None


def _differs(given: Any, kept: Mapping[str, Any]) -> int:
    """Count the entries that went or were replaced."""
    if not isinstance(given, dict):
        return int(given is not None)
    return sum(name not in kept or kept[name] != value for name, value in given.items())


def notebook_text(notebook: Mapping[str, Any]) -> str:
    """Write a notebook as Jupyter does, its entries in their order.

    Parameters
    ----------
    notebook : mapping
        The notebook.

    Returns
    -------
    str
        JSON with an indent of one space and a line end after it.
    """
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
