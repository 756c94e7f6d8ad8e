"""The command ``ketamine-outcomes``: check, synthesize, report, doctor.

Commands only read their options, call a room and print; what they print carries no patient's value.
Exit codes: 0 done; 1 done, and something needs attention; 2 the command line is wrong; 3 refused,
with the reason; 4 an unforeseen error; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from analysis.errors import AnalysisError

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


def _say(text: str) -> None:
    """Print a line, also on terminals that cannot show every character."""
    encoding = sys.stdout.encoding or "utf-8"
    typer.echo(text.encode(encoding, errors="replace").decode(encoding))


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
    epilog=f"Examples:  {PROGRAM} check  |  {PROGRAM} check local/study --audience internal"
)
def check(
    folder: StudyFolder = None,
    audience: Annotated[
        Audience,
        typer.Option(help="internal shows true counts and line numbers; release hides under 11."),
    ] = Audience.release,
) -> None:
    """Check a study folder against every rule and list what is broken.

    Exit code 0: no error. 1: at least one error, so analyses would refuse the study.
    """
    from analysis.checks import check_folder

    result = check_folder(folder or _example())
    for finding in result.findings:
        _say(f"{finding.severity.upper():8}{finding}")
        if finding.count is not None:
            _say(f"        {_rows(finding.count, finding.rows, audience)}")
    _say(result.summary() if result.n_rules else "The study could not be read.")
    raise typer.Exit(DONE if result.ok else ATTENTION)


def _rows(count: int, rows: tuple[int, ...], audience: Audience) -> str:
    """Say how many rows break a rule, and to the internal audience also where."""
    from analysis.disclosure import masked_count

    if audience is Audience.release:
        return f"rows: {masked_count(count)}"
    lines = ", ".join(str(row) for row in rows)
    return f"rows: {count:,}; first at line {lines}"


@app.command(
    epilog=f"Examples:  {PROGRAM} synthesize  |  {PROGRAM} synthesize --output "
    "local/network --seed 7"
)
def synthesize(
    output: Annotated[
        Path, typer.Option(help="Folder to write, with truth.json and a dictionary.")
    ] = Path("outputs/synthetic/clinic-network"),
    preset: Annotated[str, typer.Option(help="Name of the scenario.")] = "clinic-network",
    seed: Annotated[int | None, typer.Option(help="Another seed than the scenario's.")] = None,
) -> None:
    """Write synthetic data whose truth is known."""
    from dataclasses import replace

    from analysis.synthetic import scenario, write_synthetic

    chosen = scenario(preset)
    write_synthetic(chosen if seed is None else replace(chosen, seed=seed), output)
    _say(f"Synthetic data written to {output}")


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
