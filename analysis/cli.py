"""The command ``ketamine-outcomes``: check, scan, synthesize, report, doctor.

Commands only read their options, call a room and print; what they print carries no patient's value.
Exit codes: 0 done; 1 done, and something needs attention; 2 the command line is wrong; 3 refused,
with the reason; 4 an unforeseen error; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from analysis.errors import AnalysisError

if TYPE_CHECKING:
    from analysis.checks import CheckResult
    from analysis.privacy.file_scan import FileScan

__all__ = ["app", "main"]

DONE, ATTENTION, REFUSED, UNFORESEEN, INTERRUPTED = 0, 1, 3, 4, 130

PROGRAM = os.environ.get("KETAMINE_OUTCOMES_PROGRAM", "ketamine-outcomes")  # run.py sets it

app = typer.Typer(
    name=PROGRAM,
    help="Clinical outcomes of ketamine therapy, from de-identified scores to a quality report.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a pretty traceback shows local variables, and so values
    rich_markup_mode=None,
)


class Audience(StrEnum):
    """Who will see the output."""

    release = "release"
    internal = "internal"


class Format(StrEnum):
    """How findings are written."""

    text = "text"
    json = "json"
    html = "html"


def _say(text: str) -> None:
    """Print a line, also on terminals that cannot show every character."""
    encoding = sys.stdout.encoding or "utf-8"
    typer.echo(text.encode(encoding, errors="replace").decode(encoding))


def _note(text: str) -> None:
    """Print a line beside the results, so that these can be read by another program."""
    typer.echo(text, err=True)


def _example() -> Path:
    """Return the folder of the synthetic clinic network."""
    from analysis.synthetic import example_folder

    return example_folder("clinic-network")


StudyFolder = Annotated[
    Path | None,
    typer.Argument(
        metavar="[FOLDER]",
        show_default=False,
        help="Study folder: study.json and the tables. Default: the synthetic clinic network.",
    ),
]


@app.command(
    epilog=f"Examples:  {PROGRAM} check  |  {PROGRAM} check local/study --audience internal  |  "
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
        _say(_rules())
        raise typer.Exit(DONE)
    target = None if detail is None else require_local(detail)  # refused before the long work
    if output is not None and audience is Audience.internal:
        require_local(output, what="Findings for the internal audience have true counts")
    result = check_folder(folder or _example())
    shown = _findings(result, style, audience)
    if output is None:
        _say(shown.rstrip("\n"))
    else:
        _note(f"Findings written to {write_text(output, shown)}")
    if target is not None:
        _note(f"Broken rows written to {write_detail(result, target)}; keep it inside the clinic.")
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
    for finding in result.findings:
        yield f"{finding.severity.upper():8}{finding}"
        if finding.count is not None:
            yield f"        {_rows(finding.count, finding.rows, audience)}"
    yield result.summary() if result.n_rules else "The study could not be read."
    if result.study is not None:
        yield f"Class of the data: {result.study.data_class}."


def _rows(count: int, rows: tuple[int, ...], audience: Audience) -> str:
    """Say how many rows break a rule, and to the internal audience also where."""
    from analysis.disclosure import masked_count

    if audience is Audience.release:
        return f"rows: {masked_count(count)}"
    lines = ", ".join(str(row) for row in rows)
    return f"rows: {count:,}; first at line {lines}"


class ScanFormat(StrEnum):
    """How findings of a scan are written."""

    text = "text"
    json = "json"


@app.command(
    epilog=f"Examples:  {PROGRAM} scan notebooks  |  {PROGRAM} scan outputs/report/index.html  |  "
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
    from analysis.privacy.scan_path import scan_path
    from analysis.storage import write_text

    result = scan_path(paths or [Path()])
    shown = (
        _scan_json(result) if style is ScanFormat.json else "\n".join(_scan_lines(result)) + "\n"
    )
    if output is None:
        _say(shown.rstrip("\n"))
    else:
        _note(f"Findings written to {write_text(output, shown)}")
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


class _WithPresets(TyperCommand):
    """A command whose help ends with the names of the scenarios, read when it is shown."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Add the names to the example."""
        from analysis.synthetic import scenario_names

        super().format_epilog(ctx, formatter)
        formatter.write_paragraph()
        formatter.write_text(f"Presets: {', '.join(scenario_names())}")


@app.command(
    cls=_WithPresets,
    epilog=f"Examples:  {PROGRAM} synthesize  |  {PROGRAM} synthesize --output local/network "
    f"--seed 7  |  {PROGRAM} synthesize --output local/many --patients 20000 --shards 2500 "
    "--workers 2",
)
def synthesize(
    output: Annotated[
        Path | None,
        typer.Option(
            show_default="outputs/synthetic/PRESET",
            help="Folder to write, with truth.json and a dictionary. Example: "
            "--output local/network",
        ),
    ] = None,
    preset: Annotated[
        str, typer.Option(help="Name of the scenario; the names stand below.")
    ] = "clinic-network",
    seed: Annotated[
        int | None, typer.Option(min=0, help="Another seed than the scenario's. Example: --seed 7")
    ] = None,
    patients: Annotated[
        int | None,
        typer.Option(
            min=1, help="Another number of patients than the scenario's. Example: --patients 2000"
        ),
    ] = None,
    shards: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="PATIENTS_PER_SHARD",
            help="Write many study folders, each with this number of patients, without truth.json. "
            "Example: --shards 2500",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, help="Processes that write shards; with --shards only. Example: --workers 2"
        ),
    ] = None,
) -> None:
    """Write synthetic data whose truth is known."""
    from dataclasses import replace

    from analysis.results import counted
    from analysis.synthetic import scenario, write_synthetic
    from analysis.synthetic.shards import write_shards

    if workers is not None and shards is None:
        raise typer.BadParameter("It needs --shards.", param_hint="'--workers'")
    changes: dict[str, Any] = {"seed": seed, "patients": patients}
    kept = {name: value for name, value in changes.items() if value is not None}
    chosen = replace(scenario(preset), **kept)
    target = output or Path("outputs/synthetic") / chosen.name
    if shards is None:
        write_synthetic(chosen, target)
        _say(f"Synthetic data written to {target}")
        return
    written = write_shards(chosen, target, shard_patients=shards, workers=workers or 1)
    _say(f"Synthetic data written to {target}: {counted(len(written), 'study folder')}")


@app.command(
    epilog=f"Examples:  {PROGRAM} report  |  {PROGRAM} report local/study "
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
) -> None:
    """Write the quality report: one HTML page that works without a network."""
    from analysis.report import build_report

    parameters: dict[str, Any] = {
        "instrument": instrument,
        "visit": visit,
        "baseline_at_least": baseline_at_least,
    }
    page = build_report(folder or _example(), output, parameters=parameters)
    _say(f"Report written: {page}")


@app.command(epilog=f"Example:  {PROGRAM} doctor")
def doctor() -> None:
    """Check that the installed toolkit can work here.

    Exit code 0: it can. 1: something must be mended first.
    """
    from analysis.doctor import diagnose

    problems = 0
    for diagnosis in diagnose():
        problems += diagnosis.state == "problem"
        _say(f"{diagnosis.state:9}{diagnosis.what} {diagnosis.remedy}".rstrip())
    raise typer.Exit(ATTENTION if problems else DONE)


def main() -> None:
    """Run the command line and turn refusals into one clear message and an exit code."""
    try:
        app(prog_name=PROGRAM)
    except AnalysisError as error:
        typer.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(REFUSED)
    except (KeyboardInterrupt, SystemExit) as end:  # typer turns the first into the second
        if isinstance(end, SystemExit) and end.code != INTERRUPTED:
            raise
        typer.echo("Interrupted; nothing was left half-written.", err=True)
        sys.exit(INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - its text and traceback can carry a patient's value
        where = _innermost(error)
        typer.echo(
            f"Unforeseen error {type(error).__name__} in {where}. Please report it.", err=True
        )
        sys.exit(UNFORESEEN)


def _innermost(error: BaseException) -> str:
    """Name the innermost function of this package on the way to an error, and its line."""
    place, step = "the toolkit", error.__traceback__
    while step is not None:
        module = str(step.tb_frame.f_globals.get("__name__", ""))
        if module.startswith("analysis."):
            place = f"{module}.{step.tb_frame.f_code.co_name}, line {step.tb_lineno}"
        step = step.tb_next
    return place
