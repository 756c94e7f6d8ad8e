"""The commands ``report`` and ``release``: the quality report, and the page that lets it go."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from analysis.cli.console import (
    PROGRAM,
    Audience,
    StudyFolder,
    example,
    say,
)

__all__ = ["EXAMPLES", "RELEASE_EXAMPLES", "release", "report"]


EXAMPLES = (
    f"Examples:  {PROGRAM} report  |  {PROGRAM} report local/study --audience internal "
    "--out local/report --from 2026-01 --to 2026-06  |  "
    f"{PROGRAM} report local/study --kind safety --site clinic-a --format html,docx,pdf"
)


class Kind(StrEnum):
    """What a report is about."""

    QI = "qi"
    OUTCOMES = "outcomes"
    SAFETY = "safety"


def report(  # noqa: PLR0913 - the options of the command
    folder: StudyFolder = None,
    *,
    kind: Annotated[
        Kind, typer.Option(help="Quality improvement (everything), outcomes, or safety.")
    ] = Kind.QI,
    site: Annotated[str, typer.Option(help="One home clinic. Default: all.")] = "",
    first: Annotated[
        str,
        typer.Option(
            "--from",
            help="Month of the first treatment of the first patients, such as 2026-01; without a "
            "calendar 'month 5' after the first patient of the data.",
        ),
    ] = "",
    last: Annotated[str, typer.Option("--to", help="Month of the last ones.")] = "",
    audience: Annotated[
        Audience,
        typer.Option(help="'release' hides small counts; 'internal' shows true ones, in local/."),
    ] = Audience.release,
    output: Annotated[
        Path, typer.Option("--out", "--output", help="Folder for the report.")
    ] = Path("outputs/report"),
    formats: Annotated[
        str,
        typer.Option(
            "--format", help="Of html, docx (Word), xlsx (all tables), pdf, png (for slides)."
        ),
    ] = "html,docx,xlsx",
    instrument: Annotated[
        str,
        typer.Option(help="Scale of the outcome. Default: PHQ-9, or the usual one of the study."),
    ] = "",
    visit: Annotated[str, typer.Option(help="Planned visit of the main result.")] = "week 4",
    baseline_at_least: Annotated[
        float | None,
        typer.Option(
            show_default=False,
            help="Baseline score from which a patient is evaluable. Default: the entry threshold "
            "of the scale.",
        ),
    ] = None,
    aim: Annotated[str, typer.Option(help="What the clinic wants to reach, for the top.")] = "",
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
    """Write the report: pages, Word, Excel or PDF, that work without a network."""
    from analysis.report import build_report

    if (ledger is None) != (not label):
        raise typer.BadParameter("Both are needed.", param_hint="'--ledger' and '--release'")
    parameters: dict[str, Any] = {
        "instrument": instrument,
        "visit": visit,
        "baseline_at_least": baseline_at_least,
        "site": site,
        "first": first,
        "last": last,
        "audience": audience.value,
        "aim": aim,
    }
    files = build_report(
        folder or example(),
        output,
        kind=kind.value,
        formats=[name.strip() for name in formats.split(",")],
        parameters=parameters,
        ledger=ledger,
        release=label,
    )
    for path in files.values():
        say(f"Report written: {path}")


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
