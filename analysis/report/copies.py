"""Copies of the notebooks for own work: without outputs, and with the folder of the own study."""

from __future__ import annotations

import os
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from analysis.checks.detail import require_local
from analysis.errors import ReportError
from analysis.report.assemble import notebook_folder
from analysis.storage import write_text

__all__ = ["INDEX", "copy_notebook", "notebook_names"]

INDEX = "index"

_FOLDER = re.compile(r"^study_folder = .*$", re.MULTILINE)
_HELD = "A notebook shows what is in the data once it has run"


def notebook_names() -> list[str]:
    """List the notebooks that can be copied, in reading order.

    Returns
    -------
    list of str
        Names without their ending, numbered ones first; the index is not among them.

    Raises
    ------
    ReportError
        When the notebooks are not installed.

    Examples
    --------
    >>> notebook_names()[0]
    '00-bring-your-data'
    """
    names = sorted(path.stem for path in notebook_folder().glob("*.ipynb"))
    return [name for name in names if name != INDEX]


def copy_notebook(
    name: str, target: Path | str | None = None, *, study: Path | str = "", replace: bool = False
) -> Path:
    """Copy a notebook for own work, without outputs, its parameters pointing to the own study.

    Parameters
    ----------
    name : str
        Name of a notebook, such as ``"03-response"``, or its number.
    target : path, optional
        File to write, below a folder named ``local``. None: ``local/`` and the name.
    study : path
        Folder of the own study, written into the cell of the parameters as seen from the copy,
        since a notebook runs in its own folder. Empty: the parameters stay as they are.
    replace : bool
        Whether a file that exists may be written over.

    Returns
    -------
    pathlib.Path
        The copy.

    Raises
    ------
    ReportError
        When there is no such notebook, the target exists or is no notebook, or the study folder
        has no ``study.json`` or the notebook no parameter for it.
    DisclosureError
        When the target is not below a folder named ``local``.

    Notes
    -----
    Nothing but the line ``study_folder = …`` is changed; its comment says from where the folder is
    counted.
    """
    source = _source(name)
    path = require_local(target or Path("local") / source.name, what=_HELD)
    if path.suffix != ".ipynb":
        raise ReportError("A copy of a notebook needs a name that ends in .ipynb.")
    if path.exists() and not replace:
        raise ReportError(
            f"{path.name} exists, and nothing was written. Choose another name with --to, or say "
            "--replace to lose what is in it."
        )
    notebook = nbformat.read(source, as_version=4)
    _strip(notebook)
    if str(study):
        _point_to(notebook, _from(path.parent, Path(study)))
    return write_text(path, str(nbformat.writes(notebook)).rstrip("\n") + "\n")


def _source(name: str) -> Path:
    """Find a notebook by its name or number."""
    names = notebook_names()
    wanted = Path(name).name.removesuffix(".ipynb")
    found = [each for each in names if wanted in (each, each.partition("-")[0])]
    if len(found) != 1:
        raise ReportError(f"There is no such notebook. The notebooks are: {', '.join(names)}.")
    return notebook_folder() / f"{found[0]}.ipynb"


def _strip(notebook: NotebookNode) -> None:
    """Take outputs and counts out: they are of other data."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


def _from(folder: Path, study: Path) -> str:
    """Write the study folder as seen from the folder of the copy, or whole on another drive."""
    if not (study / "study.json").is_file():
        raise ReportError(
            "The study folder has no study.json. Name the folder of a study, such as local/study; "
            "the command map makes one from the files of a clinic."
        )
    try:
        return Path(os.path.relpath(study.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive of Windows
        return study.resolve().as_posix()


def _point_to(notebook: NotebookNode, folder: str) -> None:
    """Write the study folder into the cell of the parameters."""
    line = f"study_folder = {_quoted(folder)}  # your study, as seen from this notebook's folder"
    for cell in notebook.cells:
        is_ours = "parameters" in cell.metadata.get("tags", [])
        if is_ours and _FOLDER.search(cell.source):
            cell.source = _FOLDER.sub(lambda _: line, cell.source, count=1)
            return
    raise ReportError(
        "The notebook reads no study folder; leave --study out, and read in the notebook what it "
        "asks for."
    )


def _quoted(text: str) -> str:
    """Write a Python string in double quotes, as the notebooks do."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
