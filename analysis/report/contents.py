"""The map of the notebooks: which question is answered where, read off their first words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pandas as pd
from nbformat import NotebookNode

from analysis.report.assemble import KINDS, notebook_folder
from analysis.report.copies import notebook_names
from analysis.results import frame_to_text

__all__ = ["NotebookMap", "notebook_map"]

_QUESTION = re.compile(r"\*\*([^*]+\?)\*\*")
_NEEDS = {
    "00": "a clinic's own files, or a REDCap export",
    "03": "scores at planned visits",
    "04": "scores of at least two groups at planned visits",
    "05": "scores after a response, and the end of follow-up",
    "06": "scores at planned visits, and the end of follow-up",
    "07": "monitoring of sessions, adverse events, answers to item 9",
    "08": "scores, sessions and several months; several clinics for the funnel",
    "09": "scores at the visit of a published cohort",
    "10": "scores of several clinics at planned visits",
    "11": "nothing: it checks the toolkit",
}
_STUDY = "a study"


@dataclass(frozen=True, kw_only=True, eq=False)
class NotebookMap:
    """The notebooks in reading order; shown in JupyterLab as a table with links.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``name, title, question, needs`` (of the data), ``chapter_of`` (the kinds of report), one
        row per notebook.
    """

    frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the map as a frame."""
        return self.frame.copy()

    def _repr_markdown_(self) -> str:
        """Write the table with links, which open beside the index."""
        head = "| question | notebook | needs | chapter of the report |\n|---|---|---|---|\n"
        return head + "\n".join(
            f"| {row.question} | [{row.name}]({row.name}.ipynb) | {row.needs} | {row.chapter_of} |"
            for row in self.frame.itertuples(index=False, name="Row")
        )

    def __repr__(self) -> str:
        """Write names and questions as plain text."""
        return frame_to_text(self.frame[["name", "question", "chapter_of"]])


def notebook_map() -> NotebookMap:
    """Read the titles and questions of the notebooks.

    Returns
    -------
    NotebookMap
        The notebooks by number, the first page of the report last. The question is the first
        sentence in bold that ends with a question mark, or else the title's own.

    Raises
    ------
    ReportError
        When the notebooks are not installed.

    Examples
    --------
    >>> notebook_map().to_frame().set_index("name").loc["11-method-checks", "question"]
    'May I trust these numbers?'
    """
    rows = [_row(notebook_folder() / f"{name}.ipynb") for name in notebook_names()]
    return NotebookMap(frame=pd.DataFrame(rows))


def _row(path: Path) -> dict[str, str]:
    """Describe one notebook by its own first words."""
    notebook = nbformat.read(path, as_version=4)
    number = path.stem[:2]
    title = _title(notebook)
    kinds = [kind for kind, chapters in KINDS.items() if number in chapters]
    return {
        "name": path.stem,
        "title": title,
        "question": _question(notebook, title),
        "needs": _NEEDS.get(number, _STUDY),
        "chapter_of": ", ".join(kinds) or ("all" if path.stem == "report" else "none"),
    }


def _title(notebook: NotebookNode) -> str:
    """Take the first heading."""
    lines = _opening(notebook).splitlines()
    return next((line.removeprefix("# ") for line in lines if line.startswith("# ")), "")


def _question(notebook: NotebookNode, title: str) -> str:
    """Take the question of the first cell, or that of the title."""
    found = _QUESTION.search(" ".join(_opening(notebook).split()))
    return found.group(1) if found else title


def _opening(notebook: NotebookNode) -> str:
    """Take the text of the first cell."""
    return str(notebook.cells[0].source) if notebook.cells else ""
