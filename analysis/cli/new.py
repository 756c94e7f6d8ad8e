"""The command ``new``: a copy of a notebook for own work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analysis.cli.console import DONE, PROGRAM, note

__all__ = ["EXAMPLES", "new"]

EXAMPLES = (
    f"Examples:  {PROGRAM} new 03-response --study local/study  |  "
    f"{PROGRAM} new 04 --to local/my-trajectories.ipynb"
)


def new(
    notebook: Annotated[
        str, typer.Argument(help="Name or number of a notebook, such as 03-response or 03.")
    ],
    target: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="FILE",
            show_default="local/ and the name of the notebook",
            help="File to write, below a folder named local. Example: --to local/mine.ipynb",
        ),
    ] = None,
    study: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            show_default="the synthetic clinic network",
            help="Your study: its folder is written into the parameters. Example: "
            "--study local/study",
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Write over a file that exists.")
    ] = False,
) -> None:
    """Copy a notebook to local/ for work on your own data, without outputs.

    Exit code 0: done. 3: refused, such as a file that exists, with what to do.
    """
    from analysis.report.copies import copy_notebook

    made = copy_notebook(notebook, target, study=study or "", replace=replace)
    note(f"Notebook written to {made}; open it with the command lab.")
    raise typer.Exit(DONE)
