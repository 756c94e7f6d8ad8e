"""Proposing the mapping of an export of any kind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.errors import DataError
from analysis.formats.draft import draft_clinic
from analysis.formats.export_mapping import ExportMapping
from analysis.formats.fhir.draft import draft_fhir
from analysis.formats.kinds import KINDS, export_paths, kind_of
from analysis.formats.mapping import Mapping
from analysis.formats.omop.draft import draft_omop
from analysis.formats.redcap.draft import draft_redcap
from analysis.formats.redcap.project_files import project_files

__all__ = ["draft_mapping"]


def draft_mapping(
    paths: Path | str | Sequence[Path | str], *, kind: str | None = None
) -> Mapping | ExportMapping:
    """Propose a mapping for an export.

    Parameters
    ----------
    paths : path or sequence of path
        A folder, or files of one folder.
    kind : {"clinic", "redcap", "fhir", "omop"}, optional
        What the files are. None: a file with the header of a data dictionary makes it REDCap,
        files that end with ``.ndjson`` FHIR, files named person and drug_exposure OMOP, and
        everything else is a clinic's own files (CSV, Excel or Parquet).

    Returns
    -------
    Mapping or ExportMapping
        Every proposal has its reason in a "note", and what is not sure is "?". Its
        ``open_questions`` await a decision, and the reader refuses the mapping until there is
        none. It holds headers, names of fields, codes and labels: keep it in the clinic.

    Raises
    ------
    DataError
        When there is no file that can be looked at, or the kind does not exist.

    Examples
    --------
    >>> from analysis.synthetic import example_folder
    >>> draft = draft_mapping(example_folder("first-clinic") / "month-1")
    >>> len(draft.open_questions), draft.open_questions[:2]
    (8, ('study.title', 'cut_off'))
    """
    files = export_paths(paths)
    taken = kind or kind_of(files)[0]
    if taken not in KINDS:
        raise DataError(f"There is no such kind of export. Kinds are: {', '.join(KINDS)}.")
    if taken == "clinic":
        return draft_clinic(files)
    if not files:
        raise DataError("The folder holds no file. Name the folder into which was exported.")
    return ExportMapping(kind=taken, content=_content(taken, files))


def _content(kind: str, files: Sequence[Path]) -> dict[str, Any]:
    """Propose the JSON of a mapping that is not of a clinic's own files."""
    if kind == "redcap":
        return draft_redcap(*project_files(files))
    if kind == "fhir":
        return draft_fhir([path for path in files if path.suffix.lower() == ".ndjson"])
    return draft_omop(files[0].parent)
