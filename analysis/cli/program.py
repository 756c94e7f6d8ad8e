"""The program: its commands, and what becomes of refusals and errors."""

from __future__ import annotations

import sys

import typer

from analysis.cli import (
    check,
    clinic_files,
    doctor,
    network,
    network_keys,
    new,
    report,
    scan,
    strip,
    synthesize,
)
from analysis.cli.console import INTERRUPTED, PROGRAM, REFUSED, UNFORESEEN
from analysis.errors import AnalysisError

__all__ = ["app", "main"]


app = typer.Typer(
    name=PROGRAM,
    help="Clinical outcomes of ketamine therapy, from de-identified scores to a quality report.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a pretty traceback shows local variables, and so values
    rich_markup_mode=None,
)

# In the order in which they are needed, which is that of the help.
app.command(epilog=check.EXAMPLES)(check.check)
app.command("map", epilog=clinic_files.MAP_EXAMPLES)(clinic_files.map_files)
app.command(epilog=clinic_files.UPDATE_EXAMPLES)(clinic_files.update)
app.command(epilog=clinic_files.CORRECT_EXAMPLES)(clinic_files.correct)
app.command(epilog=scan.EXAMPLES)(scan.scan)
app.command(epilog=strip.EXAMPLES)(strip.strip)
app.command(cls=synthesize.WithPresets, epilog=synthesize.EXAMPLES)(synthesize.synthesize)
app.command(epilog=report.EXAMPLES)(report.report)
app.command(epilog=report.RELEASE_EXAMPLES)(report.release)
app.command(epilog=network_keys.KEY_EXAMPLES)(network_keys.key)
app.command(epilog=network_keys.ROSTER_EXAMPLES)(network_keys.roster)
app.command(epilog=network.BUNDLE_EXAMPLES)(network.bundle)
app.command("pool", epilog=network.POOL_EXAMPLES)(network.pool_bundles)
app.command(epilog=new.EXAMPLES)(new.new)
app.command(epilog=doctor.EXAMPLES)(doctor.doctor)


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
