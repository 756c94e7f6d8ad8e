"""The command ``check``: every rule about the data of a study folder."""

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
    Audience,
    StudyFolder,
    example,
    finding_lines,
    note,
    say,
)

if TYPE_CHECKING:
    from analysis.checks import CheckResult

__all__ = ["EXAMPLES", "check"]


class Format(StrEnum):
    """How findings are written."""

    text = "text"
    json = "json"
    html = "html"


EXAMPLES = (
    f"Examples:  {PROGRAM} check  |  {PROGRAM} check local/study --audience internal  |  "
    f"{PROGRAM} check local/study --detail local/findings.csv"
)


def check(
    folder: StudyFolder = None,
    audience: Annotated[
        Audience,
        typer.Option(help="internal shows true counts and line numbers; release hides under 11."),
    ] = Audience.release,
    detail: Annotated[
        Path | None,
        typer.Option(
            help="Also write file, line and key of every broken row as CSV: patient-level, so only "
            "below a folder named local. Example: --detail local/findings.csv"
        ),
    ] = None,
    style: Annotated[
        Format,
        typer.Option(
            "--format", help="How findings are written. Example: --format html --output page.html"
        ),
    ] = Format.text,
    output: Annotated[
        Path | None,
        typer.Option(
            help="File for the findings instead of the terminal. Example: --output findings.json",
        ),
    ] = None,
    list_rules: Annotated[
        bool, typer.Option("--list-rules", help="List all rules and check nothing.")
    ] = False,
) -> None:
    """Check a study folder against every rule and list what is broken.

    Exit code 0: no error. 1: at least one error, so analyses would refuse the study. 3: refused,
    such as a detail file outside the local zone.
    """
    from analysis.checks import check_folder, write_detail
    from analysis.checks.detail import require_local
    from analysis.storage import write_text

    if list_rules:
        say(_rules())
        raise typer.Exit(DONE)
    target = None if detail is None else require_local(detail)  # refused before the long work
    if output is not None and audience is Audience.internal:
        require_local(output, what="Findings for the internal audience have true counts")
    result = check_folder(folder or example())
    shown = _findings(result, style, audience)
    if output is None:
        say(shown.rstrip("\n"))
    else:
        note(f"Findings written to {write_text(output, shown)}")
    if target is not None:
        note(f"Broken rows written to {write_detail(result, target)}; keep it inside the clinic.")
    raise typer.Exit(DONE if result.ok else ATTENTION)


def _rules() -> str:
    """List every rule: code, severity, tables, and what breaks it."""
    from analysis.checks import rule_list
    from analysis.results import frame_to_text

    return frame_to_text(rule_list())


def _findings(result: CheckResult, style: Format, audience: Audience) -> str:
    """Write findings in one of the formats."""
    from analysis.checks.as_json import findings_json
    from analysis.disclosure import Policy

    policy = Policy(audience=audience.value)
    if style is Format.json:
        return findings_json(result, policy=policy)
    if style is Format.html:
        from analysis.report.findings import findings_page

        return findings_page(result, policy=policy)
    return "\n".join(_lines(result, audience)) + "\n"


def _lines(result: CheckResult, audience: Audience) -> Iterator[str]:
    """Write findings as lines of text."""
    from analysis.disclosure import CONFIDENTIAL

    if audience is Audience.internal:
        yield CONFIDENTIAL
    yield from finding_lines(result.findings, audience)
    yield result.summary() if result.n_rules else "The study could not be read."
    if result.study is not None:
        yield f"Class of the data: {result.study.data_class}."
