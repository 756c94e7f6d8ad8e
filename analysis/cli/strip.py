"""The command ``strip``: notebooks without their outputs, also as a filter of git."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from analysis.cli.console import ATTENTION, DONE, PROGRAM, say

__all__ = ["EXAMPLES", "strip"]

EXAMPLES = (
    f"Examples:  {PROGRAM} strip local  |  {PROGRAM} strip --check notebooks  |  "
    "as a filter of git: docs/scan.md"
)


def strip(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]...",
            show_default=False,
            help="Notebooks and folders; folders with those named local and with checkpoints.",
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only say which have something to take out.")
    ] = False,
    filtered: Annotated[
        Path | None,
        typer.Option(
            "--filter",
            metavar="FILE",
            show_default=False,
            help="Read a notebook from the standard input and write it stripped to the standard "
            "output; FILE says where it lies. For git.",
        ),
    ] = None,
) -> None:
    """Take outputs, counts, attachments, widgets and metadata out of notebooks; code stays.

    Notebooks over synthetic data that a manifest vouches for are left as they are.

    Exit code 0: done. 1: with --check, something is to be taken out; or a file is no notebook.
    """
    from analysis.privacy import strip_notebooks
    from analysis.privacy.files.strip import strip_content

    if filtered is not None:
        if paths or check:
            raise typer.BadParameter("It takes no PATH and no --check.", param_hint="'--filter'")
        sys.stdout.buffer.write(strip_content(sys.stdin.buffer.read(), filtered))
        sys.stdout.buffer.flush()
        raise typer.Exit(DONE)
    if not paths:
        raise typer.BadParameter("Name a notebook or a folder.", param_hint="'PATH'")
    result = strip_notebooks(paths, check=check)
    for notebook in result.notebooks:
        if notebook.state != "bare":
            say(str(notebook))
    say(result.summary())
    raise typer.Exit(DONE if result.ok else ATTENTION)
