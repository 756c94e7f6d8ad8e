"""Running the chapters of a report, and saying where one failed without saying with what.

An exception's text can carry a patient's value, so a failure names the notebook, the cell and the
class of the error only.
"""

from __future__ import annotations

from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from analysis.errors import ReportError
from analysis.progress import progress
from analysis.report.assemble import CHAPTER, POSITION
from analysis.report.gaps import Lacking, is_gap

__all__ = ["execute"]

_CELL_SECONDS = 600
_ADVICE = "To see why, open the notebook in JupyterLab (command lab) and run it on the study."


def execute(notebook: NotebookNode, *, folder: Path) -> NotebookNode:
    """Run a notebook in one kernel; cells that cannot answer leave a gap, and others go on.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        What `assembled` gave; its cells get their outputs.
    folder : pathlib.Path
        Where it runs.

    Returns
    -------
    nbformat.NotebookNode
        The same notebook. A cell that rests on one which could not answer is taken out.

    Raises
    ------
    ReportError
        When a cell fails otherwise: names the notebook, the cell and the class of the error. When
        the notebook cannot be run at all: names the class of the error.
    """
    failure = _run(notebook, folder)
    if failure:
        raise ReportError(failure)
    return notebook


def _run(notebook: NotebookNode, folder: Path) -> str:
    """Run all cells; return what went wrong without any text of the error."""
    client = NotebookClient(
        notebook,
        timeout=_CELL_SECONDS,
        kernel_name=notebook.metadata.get("kernelspec", {}).get("name", "python3"),
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--log-level=CRITICAL"],
        record_timing=False,
    )
    place = "outside its cells"
    try:
        with client.setup_kernel():
            kept, lacking = [], Lacking()
            for number, cell in enumerate(progress(notebook.cells, doing="Report", unit="cell")):
                place = _place(cell)
                if cell.cell_type == "code" and not _ran(client, cell, number, lacking):
                    continue
                kept.append(cell)
        notebook.cells = kept
    except CellExecutionError as error:
        return f"{place} with {error.ename}. {_ADVICE}"
    except CellTimeoutError:
        return f"{place} because it took more than {_CELL_SECONDS} seconds. {_ADVICE}"
    except DeadKernelError:
        return f"{place} because its Python process died; memory may have run out. Close others."
    except Exception as error:  # noqa: BLE001 - whatever Jupyter raises may quote the notebook
        return (
            f"The notebooks could not be run: {type(error).__name__}. Run the command doctor, "
            "which checks that notebooks can run here."
        )
    return ""


def _ran(client: NotebookClient, cell: NotebookNode, number: int, lacking: Lacking) -> bool:
    """Run a code cell; False when it needs what an earlier cell could not give."""
    if cell.source.startswith("%"):
        client.execute_cell(cell, number)
        return True
    if lacking.stops(cell.source):
        lacking.failed(cell.source)
        return False
    try:
        client.execute_cell(cell, number)
    except CellExecutionError:
        if not is_gap(cell):
            raise
        lacking.failed(cell.source)
        cell.outputs = [output for output in cell.outputs if output.output_type != "error"]
    else:
        lacking.gave(cell.source)
    return True


def _place(cell: NotebookNode) -> str:
    """Say which cell of which notebook stopped."""
    chapter = cell.metadata.get(CHAPTER, "report")
    return f"Notebook {chapter} stopped in cell {cell.metadata.get(POSITION, 'of its parameters')}"
