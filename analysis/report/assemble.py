"""The chapters of a report: which notebooks they are, and how they become one notebook to run.

A report runs in one kernel, so that modules are loaded once; the names of a chapter are wiped
before the next. Cells tagged ``analyst`` belong to the notebook and not to the report.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from analysis.errors import ReportError

__all__ = ["KINDS", "assembled", "chapter_paths", "notebook_folder", "notebooks_by_chapter"]

_PACKAGE = Path(__file__).resolve().parents[1]

KINDS: Mapping[str, tuple[str, ...]] = {
    "qi": ("01", "02", "03", "05", "07", "08", "09", "06"),
    "outcomes": ("01", "02", "03", "05", "09", "06"),
    "safety": ("01", "02", "07"),
}
"""What a report may be about, and the numbers of the notebooks that are its chapters."""

FIRST_PAGE = "report"
ANALYST = "analyst"
CHAPTER = "chapter"
POSITION = "position"
_FIRST = """from analysis.checks.one_reading import read_once
from analysis.report.gaps import show_gaps
read_once()
show_gaps()"""  # what the kernel of a report is told before its chapters run
_WIPE = """%reset -f
import gc
gc.freeze()
del gc"""  # the next wipe then looks for garbage in what is new: half a second less each time


def notebook_folder() -> Path:
    """Return the folder of the notebooks: bundled in the wheel, or in the source checkout.

    Returns
    -------
    pathlib.Path
        An existing folder.

    Raises
    ------
    ReportError
        When neither exists.
    """
    for folder in (_PACKAGE / "bundled" / "notebooks", _PACKAGE.parent / "notebooks"):
        if folder.is_dir():
            return folder
    raise ReportError("The notebooks are not installed. Install the package again, whole.")


def chapter_paths(kind: str) -> list[Path]:
    """List the notebooks of a report in reading order, the first page before all.

    Parameters
    ----------
    kind : str
        One of `KINDS`.

    Returns
    -------
    list of pathlib.Path
        Notebooks such as ``01-data-checks.ipynb``.

    Raises
    ------
    ReportError
        When the kind does not exist, or a notebook is not installed.

    Examples
    --------
    >>> [path.stem for path in chapter_paths("safety")][1:]
    ['01-data-checks', '02-cohort', '07-safety']
    """
    if kind not in KINDS:
        raise ReportError(f"A report is of one of the kinds {', '.join(KINDS)}; choose one.")
    folder = notebook_folder()
    numbered = {path.stem[:2]: path for path in sorted(folder.glob("[0-9][0-9]-*.ipynb"))}
    paths = [folder / f"{FIRST_PAGE}.ipynb", *(numbered.get(n, folder / n) for n in KINDS[kind])]
    absent = [path.stem for path in paths if not path.is_file()]
    if absent:
        raise ReportError(
            f"The notebooks {', '.join(absent)} are not installed. Install the package again, "
            "whole."
        )
    return paths


def assembled(paths: Sequence[Path], parameters: Mapping[str, Any]) -> NotebookNode:
    """Put notebooks into one that runs them one after the other with the same parameters.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Notebooks, each with a cell tagged ``parameters``.
    parameters : mapping
        Values that replace those of the tagged cells.

    Returns
    -------
    nbformat.NotebookNode
        Not run yet. Cells say their chapter and their place in its notebook; those tagged
        ``analyst`` are left out.
    """
    logging.getLogger("papermill").setLevel(logging.ERROR)
    cells = [new_code_cell(_FIRST)]
    kernel: Any = {}
    for path in paths:
        chapter = load_notebook_node(str(path))
        kernel = kernel or chapter.metadata.get("kernelspec", {})
        cells += [new_code_cell(_WIPE), *_cells_of(chapter, path.stem, parameters)]
    whole: NotebookNode = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    return whole


def _cells_of(
    notebook: NotebookNode, name: str, parameters: Mapping[str, Any]
) -> list[NotebookNode]:
    """Take the cells of a chapter that the report runs, with the parameters put in."""
    for position, cell in enumerate(notebook.cells, start=1):
        cell.metadata.update({CHAPTER: name, POSITION: position})
    given = dict(parameters)
    chosen = parameterize_notebook(notebook, given, language="python") if given else notebook
    kept = [cell for cell in chosen.cells if ANALYST not in cell.metadata.get("tags", [])]
    for cell in kept:
        cell.metadata.setdefault(CHAPTER, name)  # the cell of the values has none yet
    return kept


def notebooks_by_chapter(executed: NotebookNode) -> dict[str, NotebookNode]:
    """Take a notebook that has run apart into its chapters.

    Parameters
    ----------
    executed : nbformat.NotebookNode
        What `assembled` gave, after it ran.

    Returns
    -------
    dict of str to nbformat.NotebookNode
        Name of the chapter to its cells, in order.
    """
    chapters: dict[str, list[NotebookNode]] = {}
    for cell in executed.cells:
        if CHAPTER in cell.metadata:
            chapters.setdefault(cell.metadata[CHAPTER], []).append(cell)
    return {name: new_notebook(cells=cells) for name, cells in chapters.items()}
