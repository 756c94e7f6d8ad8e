"""The command ``scan``: single patients in files that are to be shared."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.cli.console import (
    ATTENTION,
    DONE,
    PROGRAM,
    note,
    say,
)

if TYPE_CHECKING:
    from analysis.privacy.files.file_scan import FileScan

__all__ = ["EXAMPLES", "scan"]


class ScanFormat(StrEnum):
    """How findings of a scan are written."""

    text = "text"
    json = "json"


EXAMPLES = (
    f"Examples:  {PROGRAM} scan notebooks  |  {PROGRAM} scan outputs/report/report.html  |  "
    f"{PROGRAM} scan local/for-the-board --format json --output local/scan.json"
)


def scan(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]...",
            show_default=False,
            help="Files and folders. Default: the folder in which you are.",
        ),
    ] = None,
    style: Annotated[
        ScanFormat, typer.Option("--format", help="How findings are written.")
    ] = ScanFormat.text,
    output: Annotated[
        Path | None,
        typer.Option(
            help="File for the findings instead of the terminal. Example: --output scan.json",
        ),
    ] = None,
) -> None:
    """Look for single patients in notebooks, tables, documents and pictures before sharing them.

    Exit code 0: no error; warnings want a person's look. 1: at least one error. What is found is
    named by place and kind and never shown.
    """
    from analysis.privacy import scan_path
    from analysis.storage import write_text

    result = scan_path(paths or [Path()])
    shown = (
        _scan_json(result) if style is ScanFormat.json else "\n".join(_scan_lines(result)) + "\n"
    )
    if output is None:
        say(shown.rstrip("\n"))
    else:
        note(f"Findings written to {write_text(output, shown)}")
    raise typer.Exit(DONE if result.ok else ATTENTION)


def _scan_lines(result: FileScan) -> Iterator[str]:
    """Write what a scan of files found as lines of text."""
    for finding in result.findings:
        yield f"{finding.severity.upper():8}{finding}"
    yield result.summary()


def _scan_json(result: FileScan) -> str:
    """Write what a scan of files found as JSON; counts under 11 are hidden."""
    import json

    from analysis.disclosure import masked_count

    rows = result.to_frame().to_dict("records")
    findings = [{**row, "count": str(masked_count(row["count"]))} for row in rows]
    content = {"ok": result.ok, "files": result.n_files, "findings": findings}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
