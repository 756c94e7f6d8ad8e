"""The command ``doctor``: can this machine do the work."""

from __future__ import annotations

import typer

from analysis.cli.console import (
    ATTENTION,
    DONE,
    PROGRAM,
    say,
)

__all__ = ["EXAMPLES", "doctor"]


EXAMPLES = f"Example:  {PROGRAM} doctor"


def doctor() -> None:
    """Check that the installed toolkit can work here.

    Exit code 0: it can. 1: something must be mended first.
    """
    from analysis.doctor import diagnose

    problems = 0
    for diagnosis in diagnose():
        problems += diagnosis.state == "problem"
        say(f"{diagnosis.state:9}{diagnosis.what} {diagnosis.remedy}".rstrip())
    raise typer.Exit(ATTENTION if problems else DONE)
