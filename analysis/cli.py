"""The command ``ketamine-outcomes``: check, map, update, synthesize, report, release, doctor.

Commands only read their options, call a room and print; what they print carries no patient's value.
Exit codes: 0 done; 1 done, and something needs attention; 2 the command line is wrong; 3 refused,
with the reason; 4 an unforeseen error; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from analysis.errors import AnalysisError

if TYPE_CHECKING:
    from analysis.checks import CheckResult
    from analysis.formats import Imported, Update
    from analysis.study import Finding

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
    yield from _finding_lines(result.findings, audience)
    yield result.summary() if result.n_rules else "The study could not be read."
    if result.study is not None:
        yield f"Class of the data: {result.study.data_class}."


def _finding_lines(findings: Iterable[Finding], audience: Audience) -> Iterator[str]:
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


FilesFolder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="Folder with the files of the clinic.")
]
MappingFile = Annotated[
    Path | None,
    typer.Option(help="The mapping. Example: --mapping local/mapping.json", show_default=False),
]
CutOff = Annotated[
    str | None,
    typer.Option(
        metavar="DATE",
        show_default=False,
        help="Last day that counts. Default: that of the mapping. Example: --cut-off 2025-06-30",
    ),
]


@app.command(
    "map",
    epilog=f"Examples:  {PROGRAM} map local/export  |  {PROGRAM} map local/export "
    "--mapping local/mapping.json --output local/study",
)
def map_files(
    folder: FilesFolder,
    mapping: MappingFile = None,
    output: Annotated[
        Path | None,
        typer.Option(
            show_default="local/mapping.json for a proposal; nothing with --mapping",
            help="File for the proposed mapping, or with --mapping the study folder to write; "
            "below a folder named local. Example: --output local/study",
        ),
    ] = None,
    cut_off: CutOff = None,
    audience: Annotated[
        Audience, typer.Option(help="internal shows true counts; release hides under 11.")
    ] = Audience.release,
) -> None:
    """Propose a mapping for the files of a clinic, or read them by one.

    Exit code 0: done. 1: the mapping has open questions, or the files cannot be made into a study.
    """
    from analysis.checks.detail import require_local
    from analysis.formats import draft_mapping, read_clinic, read_mapping, write_mapping

    if mapping is None:
        target = require_local(
            output or Path("local/mapping.json"),
            what="A mapping holds headers and labels of the files",
        )
        if target.exists():
            raise typer.BadParameter("The file exists; name another.", param_hint="'--output'")
        draft = draft_mapping(folder)
        _note(f"Proposed mapping written to {write_mapping(draft, target)}")
        _say("\n".join(f"To decide: {place}" for place in draft.open_questions))
        raise typer.Exit(ATTENTION if draft.open_questions else DONE)
    imported = read_clinic(folder, read_mapping(mapping), cut_off=cut_off)
    _tell(imported, audience)
    _write_imported(imported, output)
    raise typer.Exit(DONE if imported.ok else ATTENTION)


def _tell(imported: Imported, audience: Audience) -> None:
    """Print what a reader noticed, and what became of the rows."""
    from analysis.disclosure import CONFIDENTIAL, Policy, masked_count
    from analysis.results import frame_to_text

    if audience is Audience.internal:
        _say(CONFIDENTIAL)
    for line in _finding_lines(imported.findings, audience):
        _say(line)
    policy = Policy(audience=audience.value)
    shown = imported.sources.astype(object)
    for name in ("rows_read", "rows_used", "rows_left_out"):
        shown[name] = [masked_count(n, policy) for n in imported.sources[name]]
    if audience is Audience.release:  # what was read would give a hidden count by subtraction
        shown = shown.drop(columns=["rows_read"])
    _say(frame_to_text(shown))


def _write_imported(imported: Imported, output: Path | None) -> None:
    """Write the study that was read, where that is asked for and there is one."""
    from analysis.checks.detail import require_local
    from analysis.study import write_study

    if output is None:
        return
    require_local(output / "study.json", what="A study has a row per patient")
    if imported.ok:
        write_study(imported.require_study(), output)
        _note(f"Study written to {output}")


@app.command(
    epilog=f"Example:  {PROGRAM} update local/july --previous local/june "
    "--mapping local/mapping.json --detail local/changes.csv"
)
def update(
    folder: FilesFolder,
    previous: Annotated[
        Path, typer.Option(help="Folder of the export before. Example: --previous local/june")
    ],
    mapping: Annotated[
        Path, typer.Option(help="The mapping. Example: --mapping local/mapping.json")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            help="Study folder to write, below a folder named local. Example: "
            "--output local/study-july"
        ),
    ] = None,
    cut_off: CutOff = None,
    detail: Annotated[
        Path | None,
        typer.Option(
            help="Also write the key of every row that differs as CSV: patient-level, so only "
            "below a folder named local. Example: --detail local/changes.csv"
        ),
    ] = None,
    audience: Annotated[
        Audience, typer.Option(help="internal shows true counts; release hides under 11.")
    ] = Audience.release,
) -> None:
    """Read the next export of a clinic and list what differs from the one before.

    Exit code 0: done. 1: one of both cannot be made into a study.
    """
    from analysis.checks.detail import require_local
    from analysis.formats import read_mapping, write_changes
    from analysis.formats import update as read_update

    target = None if detail is None else require_local(detail)
    found = read_update(folder, read_mapping(mapping), previous=previous, cut_off=cut_off)
    _tell(found.imported, audience)
    _say(_changes_text(found, audience))
    _write_imported(found.imported, output)
    if target is not None and found.changes is not None:
        _note(f"Rows written to {write_changes(found.changes, target)}; keep it in the clinic.")
    raise typer.Exit(DONE if found.changes is not None else ATTENTION)


def _changes_text(found: Update, audience: Audience) -> str:
    """Write what differs between two exports."""
    from analysis.disclosure import Policy
    from analysis.results import frame_to_text

    parts = [frame_to_text(found.files)] if len(found.files) else []
    if found.changes is not None:
        parts.append(found.changes.summary(Policy(audience=audience.value)))
    else:
        parts.append("Rows were not compared: one of the exports is no study.")
    return "\n\n".join(parts)


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
        folder or _example(), output, parameters=parameters, ledger=ledger, release=label
    )
    _say(f"Report written: {page}")


@app.command(
    epilog=f"Example:  {PROGRAM} release outputs/report --ledger local/releases.jsonl "
    "--release 2026-11"
)
def release(
    folder: Annotated[Path, typer.Argument(help="Folder of everything that leaves.")],
    ledger: Annotated[Path, typer.Option(help="File of this study's releases.")],
    label: Annotated[str, typer.Option("--release", help="Label given to the report.")],
) -> None:
    """Write the page that says what leaves the clinic, for whoever signs it."""
    from analysis.report import write_release_page

    page = write_release_page(folder, ledger=ledger, release=label)
    _say(f"Written, to be signed: {page}")


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
