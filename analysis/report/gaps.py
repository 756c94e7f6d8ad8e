"""What a report cannot show: a box that says why, in the place of the result.

A call that cannot answer raises an `AnalysisError`, whose text names what is lacking and the rule
and never a patient's value. Inside a report that is no failure: the box takes the place of the
cell, and what rests on the cell is left out.
"""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from IPython.core.getipython import get_ipython
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

from analysis.errors import AnalysisError, ReportError

if TYPE_CHECKING:
    from nbformat import NotebookNode  # whose checks of addresses take two seconds to load

__all__ = ["Lacking", "gap_text", "is_gap", "show_gaps"]

_MARK = "not-shown"
_SAID = ("Not shown", "Not computable")
_PEOPLE = (
    "patients?|subjects?|people|persons?|rows?|events?|sessions?|scores?|observations?|courses?"
)
# "2 of 15 patients have all visits" tells a small count; "at least 5 patients" is a rule
_FEW = re.compile(
    rf"(?<!least )(?<!than )(?<!most )(?<![-\w.])(?:[1-9]|10)(?=(?: of [\d,]+)? (?:{_PEOPLE})\b)"
)


def show_gaps() -> None:
    """Let every refusal of the toolkit in this kernel show a box in the place of a traceback.

    Called by the report in the kernel that runs its chapters; outside of a notebook it does
    nothing. A `ReportError` says that a notebook is wrong and stays an error.
    """
    shell = get_ipython()
    if shell is not None:
        shell.set_custom_exc((AnalysisError,), _tell)


def _tell(
    _shell: InteractiveShell,
    _kind: type[BaseException],
    error: BaseException,
    *_trace: Any,
    **_more: Any,
) -> None:
    """Show the box."""
    if isinstance(error, ReportError):
        return
    text = gap_text(str(error))
    box = {"text/html": f'<p class="gap">{html.escape(text)}</p>', "text/plain": text}
    display(box, metadata={_MARK: True}, raw=True)


def gap_text(reason: str) -> str:
    """Say why something is not shown, without a small count of people.

    Parameters
    ----------
    reason : str
        Text of a refusal.

    Returns
    -------
    str
        What the box says.

    Examples
    --------
    >>> gap_text("2 of 15 patients have all visits; at least 5 patients are needed.")
    'Not shown: fewer than 11 of 15 patients have all visits; at least 5 patients are needed.'
    """
    told = _FEW.sub("fewer than 11", reason)
    return told if told.startswith(_SAID) else f"Not shown: {told}"


def is_gap(cell: NotebookNode) -> bool:
    """Tell whether a cell that has run ended in a box of `show_gaps`.

    Parameters
    ----------
    cell : nbformat.NotebookNode
        A code cell with its outputs.

    Returns
    -------
    bool
        True when one of the outputs is such a box.
    """
    return any(output.get("metadata", {}).get(_MARK) for output in cell.outputs)


class Lacking:
    """Names that cells which could not answer would have given; what needs them is not run.

    Examples
    --------
    >>> lacking = Lacking()
    >>> lacking.failed("table = measures(study)")
    >>> lacking.stops("key_points(table.title)"), lacking.stops("table = 1")
    (True, False)
    """

    def __init__(self) -> None:
        self._names: set[str] = set()

    def failed(self, source: str) -> None:
        """Note a cell that gave nothing.

        Parameters
        ----------
        source : str
            Its Python code.
        """
        self._names |= _given(ast.parse(source))

    def gave(self, source: str) -> None:
        """Note a cell that ran: its names are there now.

        Parameters
        ----------
        source : str
            Its Python code.
        """
        self._names -= _given(ast.parse(source))

    def stops(self, source: str) -> bool:
        """Tell whether a cell needs a name that is lacking.

        Parameters
        ----------
        source : str
            Its Python code.

        Returns
        -------
        bool
            True when it reads such a name before it gives the name itself.
        """
        known: set[str] = set()
        for statement in ast.parse(source).body:
            if (_read(statement) - known) & self._names:
                return True
            known |= _given(statement)
        return False


def _given(tree: ast.AST) -> set[str]:
    """Names to which some code assigns, or which it imports."""
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and _is_store(n)}
    imported = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
    names |= {(a.asname or a.name).partition(".")[0] for node in imported for a in node.names}
    return names


def _read(tree: ast.AST) -> set[str]:
    """Names that some code reads, without the variables of its own loops."""
    nodes = list(ast.walk(tree))
    loops = [node.target for node in nodes if isinstance(node, ast.comprehension | ast.For)]
    changed = [node.target for node in nodes if isinstance(node, ast.AugAssign)]
    read = {n.id for n in nodes if isinstance(n, ast.Name) and not _is_store(n)}
    return (read | _names(changed)) - _names(loops)


def _names(targets: Sequence[ast.expr]) -> set[str]:
    """Names in the targets of assignments or loops."""
    return {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}


def _is_store(name: ast.Name) -> bool:
    """Tell whether a name is assigned to."""
    return isinstance(name.ctx, ast.Store)
