"""Stripping notebooks: outputs go, code and text stay, in a file, a folder or on the way to git."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from analysis import storage
from analysis.errors import AnalysisError, DataError
from analysis.privacy.files.bare_notebook import (
    REMOVED,
    bare_notebook,
    notebook_of,
    notebook_text,
)
from analysis.privacy.files.synthetic_origin import find_synthetic
from analysis.privacy.files.walk import FileToScan, files_to_scan
from analysis.results import frame_to_html

__all__ = ["StripResult", "StrippedNotebook", "strip_content", "strip_notebooks"]

State = Literal["stripped", "to strip", "bare", "synthetic", "refused"]

_ENDING = ".ipynb"


@dataclass(frozen=True, kw_only=True, eq=False)
class StrippedNotebook:
    """What became of one notebook.

    Parameters
    ----------
    file : str
        Its path from the folder that was named; parts that may identify a person are replaced by
        their number among the files of their folder.
    state : {"stripped", "to strip", "bare", "synthetic", "refused"}
        "to strip": it was only looked at. "synthetic": a manifest vouches for its outputs.
    removed : mapping of str to int
        How much was, or would be, taken out, by `bare_notebook.REMOVED`.
    reason : str
        Why it was refused.
    """

    file: str
    state: State
    removed: Mapping[str, int] = field(default_factory=dict)
    reason: str = ""

    def __str__(self) -> str:
        """Say in one line what became of it, without a text of the notebook."""
        counts = ", ".join(f"{count} {name}" for name, count in self.removed.items())
        said = self.reason or counts
        return f"{self.state:10}{self.file}{': ' if said else ''}{said}"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class StripResult:
    """What became of notebooks that were stripped, or looked at.

    Parameters
    ----------
    notebooks : tuple of StrippedNotebook
        One per notebook, in the order of the folders.
    """

    notebooks: tuple[StrippedNotebook, ...]

    @property
    def ok(self) -> bool:
        """Whether no notebook is left with outputs that nothing vouches for."""
        return not any(one.state in ("to strip", "refused") for one in self.notebooks)

    def to_frame(self) -> pd.DataFrame:
        """Put it into a frame.

        Returns
        -------
        pandas.DataFrame
            Columns ``file, state``, a count per kind of part that was taken out, ``reason``.
        """
        rows = [
            [one.file, one.state, *(one.removed.get(name, 0) for name in REMOVED), one.reason]
            for one in self.notebooks
        ]
        return pd.DataFrame(rows, columns=["file", "state", *REMOVED, "reason"])

    def summary(self) -> str:
        """Say how many notebooks there are of each state."""
        states = [one.state for one in self.notebooks]
        counts = [f"{states.count(state)} {state}" for state in dict.fromkeys(states)]
        return f"{len(states)} notebooks: {', '.join(counts)}" if counts else "no notebook"

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self.to_frame(), caption="Notebooks")


def strip_notebooks(path: Path | str | Sequence[Path | str], *, check: bool = False) -> StripResult:
    """Take outputs and everything else that a run left out of notebooks.

    Parameters
    ----------
    path : path or sequence of paths
        Notebooks, and folders: all ``.ipynb`` files below, also in folders named ``local`` and in
        the checkpoints of Jupyter; folders of programs and of git are left out, and links are not
        followed.
    check : bool
        Only look; nothing is written.

    Returns
    -------
    StripResult
        What became of every notebook. One that cannot be read is refused with its reason, and the
        others are stripped all the same.

    Raises
    ------
    DataError
        When a path is not there.
    ReportError
        When a notebook cannot be written; it is left as it was.

    Notes
    -----
    Outputs, execution counts, attachments, widgets, cells of papermill and all metadata but tags,
    a few switches and the names of kernel and language go; code and text stay. A notebook whose
    outputs a manifest of synthetic data vouches for, as in `scan_path`, is left as it is.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     strip_notebooks(folder).summary()
    'no notebook'
    """
    given = [path] if isinstance(path, str | Path) else list(path)
    paths = [Path(one) for one in given]
    missing = sum(not os.path.lexists(one) for one in paths)
    if missing:
        raise DataError(
            f"{missing} of {len(paths)} paths are not there. Give a notebook or a folder."
        )
    files, _ = files_to_scan(paths, with_local=True)
    named = {one for one in paths if not one.is_dir() or one.is_symlink()}
    chosen = [
        file for file in files if file.path in named or file.path.suffix.casefold() == _ENDING
    ]
    return StripResult(notebooks=tuple(_strip(file, check=check) for file in chosen))


def strip_content(content: bytes, path: Path) -> bytes:
    """Take out of the bytes of a notebook what a run left in it, as a filter of git does.

    Parameters
    ----------
    content : bytes
        The file.
    path : pathlib.Path
        Where it lies, which decides whether a manifest of synthetic data can vouch for it; it is
        not opened.

    Returns
    -------
    bytes
        The same bytes when there is nothing to take out, or nothing at all.

    Raises
    ------
    DataError
        When it is no notebook of format 4.
    """
    return _stripped(content, path)[0]


def _stripped(content: bytes, path: Path) -> tuple[bytes, State, Mapping[str, int]]:
    """Strip the bytes of a notebook; say what was there."""
    if not content.strip():
        return content, "bare", {}
    notebook = notebook_of(content)
    bare, removed = bare_notebook(notebook)
    if bare == notebook:
        return content, "bare", {}
    if _is_synthetic(path, notebook, content):
        return content, "synthetic", {}
    try:
        return notebook_text(bare).encode("utf-8"), "stripped", removed
    except UnicodeEncodeError:
        raise DataError(
            "Its text holds half of a character, which no file in UTF-8 can. Save it again."
        ) from None


def _is_synthetic(path: Path, notebook: Mapping[str, Any], content: bytes) -> bool:
    """Tell whether a manifest vouches for the outputs; manifests are read only when asked for."""
    if "notebooks" not in path.resolve().parts[:-1] or b"SHA-256" not in content:
        return False
    return find_synthetic([path.parent, Path()]).vouches_for_notebook(path, notebook)


def _strip(file: FileToScan, *, check: bool) -> StrippedNotebook:
    """Strip one file, or only look at it."""
    try:
        found = file.path.lstat()
        if not stat.S_ISREG(found.st_mode):
            reason = "It is a link or no file. Name the notebook itself."
            return StrippedNotebook(file=file.shown, state="refused", reason=reason)
        content, state, removed = _stripped(file.path.read_bytes(), file.path)
    except OSError:
        reason = "It cannot be opened. Close it in other programs and try again."
        return StrippedNotebook(file=file.shown, state="refused", reason=reason)
    except AnalysisError as error:
        return StrippedNotebook(file=file.shown, state="refused", reason=str(error))
    if state == "stripped" and check:
        state = "to strip"
    elif state == "stripped":
        storage.write_bytes(file.path, content)
        file.path.chmod(stat.S_IMODE(found.st_mode))
    return StrippedNotebook(file=file.shown, state=state, removed=removed)
