"""Reading an export of any kind by its mapping, so that the next month works alike for all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping as MappingType
from pathlib import Path
from typing import Any

from analysis.errors import DataError
from analysis.formats.clinic import read_clinic
from analysis.formats.export_mapping import ExportMapping
from analysis.formats.fhir.reading import read_fhir
from analysis.formats.imported import Imported
from analysis.formats.kinds import export_paths
from analysis.formats.mapping import Mapping
from analysis.formats.omop.reading import read_omop
from analysis.formats.redcap.project_files import project_files
from analysis.formats.redcap.reading import read_redcap

__all__ = ["named_files", "read_export"]


def read_export(
    folder: Path | str,
    mapping: Mapping | ExportMapping,
    *,
    cut_off: dt.date | str | None = None,
) -> Imported:
    """Read an export of any kind into a study.

    Parameters
    ----------
    folder : path
        The folder of the export.
    mapping : Mapping or ExportMapping
        From `read_mapping`; it says of which kind the export is.
    cut_off : datetime.date or str, optional
        Last day that counts: what is dated later is left out, as if the export had been made on
        that day. A REDCap project needs a `day_zero` in its mapping for it.

    Returns
    -------
    Imported
        A study, or every reason why there is none.

    Raises
    ------
    DataError
        When the folder or a file of a REDCap project is not there, or the cut-off is no date.
    """
    if isinstance(mapping, Mapping):
        return read_clinic(folder, mapping, cut_off=cut_off)
    files = export_paths(folder)
    if mapping.kind == "redcap":
        paths = project_files(files, named_files(mapping))
        return read_redcap(*paths, mapping.content, cut_off=cut_off)
    if mapping.kind == "fhir":
        return read_fhir(folder, mapping.content, cut_off=cut_off)
    return read_omop(folder, mapping.content, cut_off=cut_off)


def named_files(mapping: ExportMapping) -> MappingType[str, str]:
    """Return the patterns of file names that a mapping gives.

    Parameters
    ----------
    mapping : ExportMapping
        A mapping of a REDCap project.

    Returns
    -------
    mapping of str to str
        ``export`` and ``dictionary``, as far as they are said.

    Raises
    ------
    DataError
        When the entry is something else.
    """
    said: Any = mapping.content.get("files", {})
    texts = isinstance(said, MappingType) and all(isinstance(name, str) for name in said.values())
    if not texts or not set(said) <= {"export", "dictionary", "note"}:
        raise DataError(
            'The entry "files" of the mapping is not as it must be. It may hold "export" and '
            '"dictionary", each the name of a file in the folder, with * for any letters.'
        )
    return {key: name for key, name in said.items() if key != "note"}
