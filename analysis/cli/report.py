"""The commands ``report`` and ``release``: the quality report, and the page that lets it go."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from analysis.cli.console import (
    PROGRAM,
    StudyFolder,
    example,
    say,
)

__all__ = ["EXAMPLES", "RELEASE_EXAMPLES", "release", "report"]


EXAMPLES = (
    f"Examples:  {PROGRAM} report  |  {PROGRAM} report local/study "
    "--output local/report --visit 'week 8'"
)


def report(
    folder: StudyFolder = None,
    output: Annotated[Path, typer.Option(help="Folder for index.html.")] = Path("outputs/report"),
    instrument: Annotated[str, typer.Option(help="Scale of the outcome.")] = "PHQ-9",
    visit: Annotated[str, typer.Option(help="Planned visit of the main result.")] = "week 4",
    baseline_at_least: Annotated[
        float | None,
        typer.Option(
            show_default=False,
            help="Baseline score from which a patient is evaluable. Default: the entry threshold "
            "of the scale.",
        ),
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(
            help="File of this study's releases, below a folder named local: counts are protected "
            "against earlier releases too. Example: --ledger local/releases.jsonl",
        ),
    ] = None,
    label: Annotated[
        str, typer.Option("--release", help="Label of this release. Example: --release 2026-11")
    ] = "",
) -> None:
    """Write the quality report: one HTML page that works without a network."""
    from analysis.report import build_report

    if (ledger is None) != (not label):
        raise typer.BadParameter("Both are needed.", param_hint="'--ledger' and '--release'")

    parameters: dict[str, Any] = {
        "instrument": instrument,
        "visit": visit,
        "baseline_at_least": baseline_at_least,
    }
    page = build_report(
        folder or example(), output, parameters=parameters, ledger=ledger, release=label
    )
    say(f"Report written: {page}")


RELEASE_EXAMPLES = (
    f"Example:  {PROGRAM} release outputs/report --ledger local/releases.jsonl --release 2026-11"
)


def release(
    folder: Annotated[Path, typer.Argument(help="Folder of everything that leaves.")],
    ledger: Annotated[Path, typer.Option(help="File of this study's releases.")],
    label: Annotated[str, typer.Option("--release", help="Label given to the report.")],
) -> None:
    """Write the page that says what leaves the clinic, for whoever signs it."""
    from analysis.report import write_release_page

    page = write_release_page(folder, ledger=ledger, release=label)
    say(f"Written, to be signed: {page}")
