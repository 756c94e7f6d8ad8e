"""The terminal of the commands: what is printed, exit codes and shared options."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from analysis.study import Finding

__all__ = [
    "ATTENTION",
    "DONE",
    "INTERRUPTED",
    "PROGRAM",
    "REFUSED",
    "UNFORESEEN",
    "Audience",
    "StudyFolder",
    "example",
    "finding_lines",
    "note",
    "say",
]


DONE, ATTENTION, REFUSED, UNFORESEEN, INTERRUPTED = 0, 1, 3, 4, 130

PROGRAM = os.environ.get("KETAMINE_OUTCOMES_PROGRAM", "ketamine-outcomes")  # run.py sets it


class Audience(StrEnum):
    """Who will see the output."""

    release = "release"
    internal = "internal"


StudyFolder = Annotated[
    Path | None,
    typer.Argument(
        metavar="[FOLDER]",
        show_default=False,
        help="Study folder: study.json and the tables. Default: the synthetic clinic network.",
    ),
]


def say(text: str) -> None:
    """Print a line, also on terminals that cannot show every character."""
    encoding = sys.stdout.encoding or "utf-8"
    typer.echo(text.encode(encoding, errors="replace").decode(encoding))


def note(text: str) -> None:
    """Print a line beside the results, so that these can be read by another program."""
    typer.echo(text, err=True)


def example() -> Path:
    """Return the folder of the synthetic clinic network."""
    from analysis.synthetic import example_folder

    return example_folder("clinic-network")


def finding_lines(findings: Iterable[Finding], audience: Audience) -> Iterator[str]:
    """Write each finding, and how many rows it concerns."""
    for finding in findings:
        yield f"{finding.severity.upper():8}{finding}"
        if finding.count is not None:
            yield f"        {_rows(finding.count, finding.rows, audience)}"


def _rows(count: int, rows: tuple[int, ...], audience: Audience) -> str:
    """Say how many rows break a rule, and to the internal audience also where."""
    from analysis.disclosure import masked_count

    if audience is Audience.release:
        return f"rows: {masked_count(count)}"
    lines = ", ".join(str(row) for row in rows)
    return f"rows: {count:,}; first at line {lines}" if lines else f"rows: {count:,}"
