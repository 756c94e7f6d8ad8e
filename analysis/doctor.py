"""Checking that the installed toolkit can work here: versions, kernel, example data, programs.

What must be right before anything is installed is checked by ``run.py doctor``.
"""

from __future__ import annotations

import ctypes.util
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from jupyter_client.kernelspec import NoSuchKernel
from jupyter_client.manager import KernelManager
from packaging.requirements import Requirement

from analysis.checks import check_folder
from analysis.errors import AnalysisError
from analysis.synthetic import example_folder

__all__ = ["Diagnosis", "diagnose"]

State = Literal["ok", "note", "problem"]
_DISTRIBUTION = "ketamine-outcomes"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """The result of one check of the installation.

    Parameters
    ----------
    state : {"ok", "note", "problem"}
        A note says what will be missing; a problem stops the work.
    what : str
        What was checked and found.
    remedy : str
        What to do; empty when nothing.
    """

    state: State
    what: str
    remedy: str = ""


def diagnose() -> Iterator[Diagnosis]:
    """Check the installation, one finding after the other.

    Yields
    ------
    Diagnosis
        Versions, notebook kernel, example data, optional programs.
    """
    yield from _versions()
    yield _kernel()
    yield _example_data()
    yield from _programs()


def _versions() -> Iterator[Diagnosis]:
    """Compare installed releases with what the package asks for."""
    try:
        texts = metadata.requires(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        what = "The toolkit runs from its folder and is not installed; versions were not compared."
        yield Diagnosis(state="note", what=what, remedy="Run run.py, which installs it.")
        return
    wanted = [Requirement(text) for text in texts if "extra ==" not in text]
    wrong = [requirement for requirement in wanted if not _satisfied(requirement)]
    for requirement in wrong:
        what = f"{requirement.name} is missing or not {requirement.specifier}."
        yield Diagnosis(state="problem", what=what, remedy="Delete .venv and run run.py again.")
    if not wrong:
        yield Diagnosis(state="ok", what=f"{len(wanted)} packages have the releases asked for.")


def _satisfied(requirement: Requirement) -> bool:
    """Tell whether a requirement is installed in a release that it allows."""
    try:
        return metadata.version(requirement.name) in requirement.specifier
    except metadata.PackageNotFoundError:
        return False


def _kernel() -> Diagnosis:
    """Look for the kernel that runs the notebooks, and for the Python that it starts."""
    remedy = "Run: python -m ipykernel install --sys-prefix"
    try:
        program = KernelManager(kernel_name="python3").format_kernel_cmd()[0]
    except (NoSuchKernel, IndexError):
        what = "Jupyter finds no kernel named python3, so notebooks cannot run."
        return Diagnosis(state="problem", what=what, remedy=remedy)
    if not _is_this_python(program):
        what = "The kernel named python3 starts another Python, which may lack this package."
        return Diagnosis(state="problem", what=what, remedy=remedy)
    return Diagnosis(state="ok", what="Notebooks have a Python kernel, and it is this Python.")


def _is_this_python(program: str) -> bool:
    """Tell whether a program is the running interpreter.

    The folder counts besides the file, since the Pythons of two environments are often links to
    one file.
    """
    found = shutil.which(program)
    if found is None:
        return False
    this, that = Path(sys.executable), Path(found)
    return this.resolve() == that.resolve() and this.parent.resolve() == that.parent.resolve()


def _example_data() -> Diagnosis:
    """Check the synthetic data that come with the package."""
    try:
        result = check_folder(example_folder("clinic-network"))
    except AnalysisError:
        return _damaged_data()
    if not result.ok:
        return _damaged_data()
    return Diagnosis(state="ok", what=f"The synthetic clinic network is whole: {result.summary()}")


def _damaged_data() -> Diagnosis:
    """Say that the synthetic data are damaged."""
    what = "The synthetic clinic network is missing or damaged."
    return Diagnosis(state="problem", what=what, remedy="Get the package or the checkout again.")


def _programs() -> Iterator[Diagnosis]:
    """Look for programs that only some parts need."""
    if not any(shutil.which(name) for name in _BROWSERS):
        what = "No Chromium or Chrome found: tests that open the report in a browser are skipped."
        yield Diagnosis(state="note", what=what)
    if not shutil.which("java"):
        what = "No Java found: Spark cannot start, and tests that need Java are skipped."
        yield Diagnosis(state="note", what=what)
    if not re.search("pango", ctypes.util.find_library("pango-1.0") or "", re.IGNORECASE):
        yield Diagnosis(state="note", what="No Pango found: tests that need it are skipped.")
