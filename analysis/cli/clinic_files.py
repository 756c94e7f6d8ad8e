"""The commands ``map``, ``update`` and ``correct``: exports of clinics, REDCap, FHIR and OMOP."""

from __future__ import annotations

from enum import StrEnum
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

__all__ = ["CORRECT_EXAMPLES", "MAP_EXAMPLES", "UPDATE_EXAMPLES", "correct", "map_files", "update"]


FilesFolder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the export.")]
MappingFile = Annotated[
    Path | None,
    typer.Option(help="The mapping. Example: --mapping local/mapping.json", show_default=False),
]
CutOff = Annotated[
    str | None,
    typer.Option(
        metavar="DATE",
        show_default=False,
        help="Last day that counts: what is dated later is left out. Default: that of the mapping, "
        "if it has one. Example: --cut-off 2025-06-30",
    ),
]


class Kind(StrEnum):
    """What was exported."""

    clinic = "clinic"
    redcap = "redcap"
    fhir = "fhir"
    omop = "omop"


_SPELT = {
    "clinic": "own files of a clinic",
    "redcap": "a REDCap project",
    "fhir": "FHIR bulk data",
    "omop": "OMOP tables",
}
_SEE_BESIDE = "See the notes beside it in the mapping."

MAP_EXAMPLES = (
    f"Examples:  {PROGRAM} map local/export  |  {PROGRAM} map local/export "
    "--mapping local/mapping.json --output local/study"
)


def map_files(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE", help="Folder of the export, or files of it; with --mapping the folder."
        ),
    ],
    mapping: MappingFile = None,
    kind: Annotated[
        Kind | None,
        typer.Option(
            show_default="what the files look like",
            help="What was exported, for a proposal. Example: --kind redcap",
        ),
    ] = None,
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
    """Propose a mapping for an export, or read it by one.

    Own files of a clinic (CSV, Excel, Parquet), a REDCap project, FHIR bulk data and OMOP tables
    are told apart by what the files look like; --kind says otherwise.

    Exit code 0: done. 1: the mapping has open questions, or the files cannot be made into a study.
    """
    from analysis.formats import read_export, read_mapping

    if mapping is None:
        raise typer.Exit(_propose(files, kind, output))
    if kind is not None:
        raise typer.BadParameter("The mapping says it; leave --kind out.", param_hint="'--kind'")
    if len(files) > 1:
        raise typer.BadParameter("Name the folder of the export.", param_hint="'FILE'")
    imported = read_export(files[0], read_mapping(mapping), cut_off=cut_off)
    _tell(imported, audience)
    _write_imported(imported, output)
    raise typer.Exit(DONE if imported.ok else ATTENTION)


def _propose(files: list[Path], kind: Kind | None, output: Path | None) -> int:
    """Write a proposal and list what is to be decided."""
    from analysis.checks.detail import require_local
    from analysis.formats import draft_mapping, write_mapping
    from analysis.formats.kinds import export_paths, kind_of

    target = require_local(
        output or Path("local/mapping.json"),
        what="A mapping holds headers and labels of the files",
    )
    if target.exists():
        raise typer.BadParameter("The file exists; name another.", param_hint="'--output'")
    taken, reason = (kind.value, "asked for") if kind else kind_of(export_paths(files))
    note(f"Taken for: {_SPELT[taken]} ({reason}). --kind says otherwise.")
    draft = draft_mapping(files, kind=taken)
    note(f"Proposed mapping written to {write_mapping(draft, target)}")
    asked = draft.questions().itertuples(index=False)
    say("\n".join(f"To decide: {place}\n    {said or _SEE_BESIDE}" for place, said in asked))
    return ATTENTION if draft.open_questions else DONE


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
    previous_mapping: Annotated[
        Path | None,
        typer.Option(
            show_default="the same mapping",
            help="The mapping by which the export before was read. Example: --previous-mapping "
            "local/mapping-june.json",
        ),
    ] = None,
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
    """Read the next export and list what differs from the one before.

    Exit code 0: done. 1: one of both cannot be made into a study.
    """
    from analysis.checks.detail import require_local
    from analysis.formats import read_mapping, write_changes
    from analysis.formats import update as read_update

    target = None if detail is None else require_local(detail)
    found = read_update(
        folder,
        read_mapping(mapping),
        previous=previous,
        previous_mapping=None if previous_mapping is None else read_mapping(previous_mapping),
        cut_off=cut_off,
    )
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

    policy = Policy(audience=audience.value)
    parts = []
    if len(found.files):
        parts += ["What differs in the files:", frame_to_text(found.files)]
    if len(found.mapping):
        parts += ["What differs in the mapping:", frame_to_text(found.mapping)]
    if found.by_mapping is not None:
        said = "What the mapping alone changes in the rows of the export before:"
        parts += [said, found.by_mapping.summary(policy)]
    if found.changes is not None:
        parts += ["What differs in the rows:", found.changes.summary(policy)]
    else:
        parts.append("Rows were not compared: one of the exports is no study.")
    return "\n\n".join(parts)


CORRECT_EXAMPLES = (
    f"Example:  {PROGRAM} correct local/july --mapping local/mapping.json "
    "--corrections local/corrections.csv --output local/july-corrected"
)


def correct(
    folder: FilesFolder,
    mapping: Annotated[
        Path, typer.Option(help="The mapping. Example: --mapping local/mapping.json")
    ],
    corrections: Annotated[
        Path,
        typer.Option(
            help="CSV file in UTF-8 with the columns file, line, column, is, becomes, reason. "
            "Example: --corrections local/corrections.csv"
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            help="Folder of the copies, below a folder named local. Example: "
            "--output local/july-corrected"
        ),
    ],
) -> None:
    """Copy the own files of a clinic with the cells of a list corrected; the export stays.

    Exit code 0: done. 3: a correction fits no cell, and nothing was written.
    """
    from analysis.formats import Mapping, correct_files, read_mapping
    from analysis.results import counted

    told = read_mapping(mapping)
    if not isinstance(told, Mapping):
        raise typer.BadParameter("Only own files of a clinic.", param_hint="'--mapping'")
    copies = correct_files(folder, told, corrections, output)
    note(f"{counted(len(copies), 'file')} written to {output}")
    raise typer.Exit(DONE)
