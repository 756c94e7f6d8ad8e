"""Running a notebook with parameters, and saying where it failed without saying with what.

An exception's text can carry a patient's value, so a failure names the notebook, the cell and the
class of the error only, and the half-run notebook is deleted.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from analysis.errors import ReportError

__all__ = ["execute_notebook", "notebook_folder", "notebook_paths"]

_PACKAGE = Path(__file__).resolve().parents[1]
_CELL_SECONDS = 600


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


def notebook_paths() -> list[Path]:
    """List the notebooks of the report in reading order.

    Returns
    -------
    list of pathlib.Path
        Notebooks whose names begin with a number, such as ``01-data-checks.ipynb``, except those
        for analysts, whose metadata say ``"report": false``.
    """
    paths = sorted(notebook_folder().glob("[0-9][0-9]-*.ipynb"))
    return [
        path for path in paths if nbformat.read(path, as_version=4).metadata.get("report", True)
    ]


def execute_notebook(path: Path, parameters: Mapping[str, Any]) -> NotebookNode:
    """Run a notebook with parameters and return it with its outputs.

    Parameters
    ----------
    path : pathlib.Path
        Notebook with a cell tagged ``parameters``.
    parameters : mapping
        Values that replace those of the tagged cell.

    Returns
    -------
    nbformat.NotebookNode
        The executed notebook; nothing is left on disk.

    Raises
    ------
    ReportError
        When a cell fails: names the notebook, the cell and the class of the error. When the
        notebook cannot be run at all: names the class of the error.
    """
    logging.getLogger("papermill").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="ko-report-") as scratch:
        target = Path(scratch) / path.name
        failure = _run(path, target, parameters)
        if failure:
            raise ReportError(f"Notebook {path.stem} stopped {failure}")
        executed: NotebookNode = nbformat.read(target, as_version=4)
        return executed


def _run(path: Path, target: Path, parameters: Mapping[str, Any]) -> str:
    """Run a notebook into a file; return what went wrong without any text of the error."""
    advice = "To see why, open the notebook in JupyterLab (command lab) and run it on the study."
    try:
        papermill.execute_notebook(
            str(path),
            str(target),
            parameters=dict(parameters),
            cwd=str(path.parent),
            progress_bar=False,
            log_output=False,
            language="python",
            execution_timeout=_CELL_SECONDS,
            extra_arguments=["--log-level=CRITICAL"],
        )
    except PapermillExecutionError as error:
        injected = 1 if parameters else 0  # papermill puts a cell of its own after the tagged one
        return f"in cell {error.cell_index + 1 - injected} with {error.ename}. {advice}"
    except CellTimeoutError:
        return f"because a cell took more than {_CELL_SECONDS} seconds. {advice}"
    except DeadKernelError:
        return "because its Python process died; memory may have run out. Close other programs."
    except Exception as error:  # noqa: BLE001 - whatever Jupyter raises may quote the notebook
        return (
            f"outside its cells with {type(error).__name__}. Run the command doctor, which checks "
            "that notebooks can run here."
        )
    return ""
