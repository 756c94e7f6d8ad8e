"""The commands ``map`` and ``update``: a clinic's own files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.cli.console import (
    ATTENTION,
    DONE,
    PROGRAM,
    Audience,
    finding_lines,
    note,
    say,
)

if TYPE_CHECKING:
    from analysis.formats import Imported, Update

__all__ = ["MAP_EXAMPLES", "UPDATE_EXAMPLES", "map_files", "update"]


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


MAP_EXAMPLES = (
    f"Examples:  {PROGRAM} map local/export  |  {PROGRAM} map local/export "
    "--mapping local/mapping.json --output local/study"
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
        note(f"Proposed mapping written to {write_mapping(draft, target)}")
        say("\n".join(f"To decide: {place}" for place in draft.open_questions))
        raise typer.Exit(ATTENTION if draft.open_questions else DONE)
    imported = read_clinic(folder, read_mapping(mapping), cut_off=cut_off)
    _tell(imported, audience)
    _write_imported(imported, output)
    raise typer.Exit(DONE if imported.ok else ATTENTION)


def _tell(imported: Imported, audience: Audience) -> None:
    """Print what a reader noticed, and what became of the rows."""
    from analysis.disclosure import CONFIDENTIAL, Policy
    from analysis.results import frame_to_text

    if audience is Audience.internal:
        say(CONFIDENTIAL)
    for line in finding_lines(imported.findings, audience):
        say(line)
    say(frame_to_text(imported.rows(Policy(audience=audience.value))))


def _write_imported(imported: Imported, output: Path | None) -> None:
    """Write the study that was read, where that is asked for and there is one."""
    from analysis.checks.detail import require_local
    from analysis.study import write_study

    if output is None:
        return
    require_local(output / "study.json", what="A study has a row per patient")
    if imported.ok:
        write_study(imported.require_study(), output)
        note(f"Study written to {output}")


UPDATE_EXAMPLES = (
    f"Example:  {PROGRAM} update local/july --previous local/june "
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
    say(_changes_text(found, audience))
    _write_imported(found.imported, output)
    if target is not None and found.changes is not None:
        note(f"Rows written to {write_changes(found.changes, target)}; keep it in the clinic.")
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
