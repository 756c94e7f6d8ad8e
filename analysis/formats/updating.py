"""The next export of a clinic: read it, and say what differs from the one before.

What a mapping changed is told apart from what the files changed: the export before is read by both
mappings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis.errors import DataError
from analysis.formats.changes import Changes, compare_exports
from analysis.formats.column_changes import column_changes
from analysis.formats.export_mapping import ExportMapping
from analysis.formats.exports import named_files, read_export
from analysis.formats.fhir.inventory import take_inventory as fhir_inventory
from analysis.formats.imported import Imported
from analysis.formats.inventory import FileChange, code_changes
from analysis.formats.kinds import export_paths
from analysis.formats.mapping import Mapping
from analysis.formats.mapping_changes import mapping_changes
from analysis.formats.omop.inventory import take_inventory as omop_inventory
from analysis.formats.redcap.dictionary_changes import dictionary_changes
from analysis.formats.redcap.project_files import project_files

__all__ = ["Update", "update"]

_FILE_COLUMNS = ["source", "change", "column_before", "column_after", "mapping_path", "n_labels"]

AnyMapping = Mapping | ExportMapping


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Update:
    """The next export, and what differs from the one before.

    Parameters
    ----------
    imported : Imported
        The export that was read; without a study when something must be decided first.
    changes : Changes, optional
        Rows; None when one of both is no study. Where the new mapping reads the export before
        too, both are read by it, so that only the data differ.
    files : pandas.DataFrame
        Columns ``source, change, column_before, column_after, mapping_path, n_labels``: columns or
        fields that came, went or were renamed, and labels or codes that are new, in the files.
        Positions count from 1. Empty when the files of the export before were not at hand.
    mapping : pandas.DataFrame
        Columns ``place, change, n_labels``: entries of the mapping that were added, removed or
        changed since `previous_mapping`, by JSON path; labels are counted, not named.
    by_mapping : Changes, optional
        What the new mapping changes in the rows of the export before; None when the mapping is the
        same, or one of both does not read that export.
    """

    imported: Imported
    changes: Changes | None
    files: pd.DataFrame = field(repr=False)
    mapping: pd.DataFrame = field(repr=False)
    by_mapping: Changes | None = None

    def summary(self) -> str:
        """Return how many changes there are, as text without values."""
        said = [f"{len(self.files)} changes of columns and labels in the files"]
        if len(self.mapping):
            said.append(f"{len(self.mapping)} entries of the mapping changed")
        if self.by_mapping is not None:
            said.append(f"by the mapping alone {len(self.by_mapping.detail):,} rows differ")
        if self.changes is None:
            said.append("rows were not compared: one of both exports is no study yet")
        else:
            said.append(f"{len(self.changes.detail):,} rows differ")
        return "; ".join(said)

    def __repr__(self) -> str:
        return self.summary()


def update(
    folder: Path | str,
    mapping: AnyMapping,
    *,
    previous: Imported | Path | str,
    previous_mapping: AnyMapping | None = None,
    cut_off: dt.date | str | None = None,
) -> Update:
    """Read the next export and compare it with the one before.

    Parameters
    ----------
    folder : path
        The folder of the new export.
    mapping : Mapping or ExportMapping
        The mapping of the new export.
    previous : Imported or path
        The export before, or its folder. With the folder, columns, labels and codes of the files
        are compared too. The folder is needed when the mapping has changed since.
    previous_mapping : Mapping or ExportMapping, optional
        The mapping by which the export before was read, when it was another. None: the same.
    cut_off : datetime.date or str, optional
        Last day that counts in the new export (and in the one before, when its folder is given).
        With the cut-off of last month, the new files give last month's report again, and the
        comparison shows what was entered or corrected afterwards.

    Returns
    -------
    Update
        The study or every reason why there is none, and what differs.

    Raises
    ------
    DataError
        When a folder does not exist, the cut-off is no date, the mappings are of different kinds
        of exports, or differ where `previous` is no folder.
    """
    earlier = mapping if previous_mapping is None else previous_mapping
    if _kind(earlier) != _kind(mapping):
        raise DataError(
            f"The mappings are of different kinds: {_kind(earlier)} and {_kind(mapping)}. Compare "
            "two studies of different kinds with compare_exports."
        )
    entries = mapping_changes(earlier.content, mapping.content)
    if isinstance(previous, Imported) and len(entries):
        raise DataError(
            "The mapping has changed, and an export that is read already cannot be read by the new "
            "one: what the mapping changes would be taken for changes of the data. Give the folder "
            "of the export before as previous."
        )
    imported = read_export(folder, mapping, cut_off=cut_off)
    files = pd.DataFrame(columns=_FILE_COLUMNS)
    same = previous if isinstance(previous, Imported) else None
    if not isinstance(previous, Imported):
        files = _file_changes(Path(previous), Path(folder), mapping, earlier)
        same = read_export(previous, mapping, cut_off=cut_off)
        told = mapping is earlier
        previous = same if told else read_export(previous, earlier, cut_off=cut_off)
    base = same if same is not None and same.ok else previous
    return Update(
        imported=imported,
        changes=_compared(base, imported),
        files=files,
        mapping=entries,
        by_mapping=None if same is previous else _compared(previous, same),
    )


def _kind(mapping: AnyMapping) -> str:
    """Name the kind of export that a mapping is for."""
    return mapping.kind if isinstance(mapping, ExportMapping) else "clinic"


def _compared(before: Imported, after: Imported | None) -> Changes | None:
    """Compare two exports when both are studies."""
    if after is None or not (before.ok and after.ok):
        return None
    return compare_exports(before, after)


def _file_changes(
    before: Path, after: Path, mapping: AnyMapping, earlier: AnyMapping
) -> pd.DataFrame:
    """Compare columns, labels and codes of the files of both exports."""
    if not before.is_dir():
        raise DataError("The folder of the export before does not exist. Name another.")
    if isinstance(mapping, Mapping) and isinstance(earlier, Mapping):
        rows = list(column_changes(before, after, mapping, earlier))
    else:
        rows = list(_format_changes(before, after, mapping, earlier))
    frame = pd.DataFrame(rows, columns=_FILE_COLUMNS)
    counts = ["column_before", "column_after", "n_labels"]
    return frame.astype(dict.fromkeys(counts, "Int64"))


def _format_changes(
    before: Path, after: Path, mapping: AnyMapping, earlier: AnyMapping
) -> Iterator[FileChange]:
    """Compare the files of two exports of a REDCap project, of FHIR or of OMOP."""
    if isinstance(mapping, Mapping) or isinstance(earlier, Mapping):
        return
    if mapping.kind == "redcap":
        old, new = (
            project_files(export_paths(folder), named_files(told))[1]
            for folder, told in ((before, earlier), (after, mapping))
        )
        yield from dictionary_changes(old, new)
    elif mapping.kind == "fhir":
        found = [
            fhir_inventory([p for p in export_paths(folder) if p.suffix.lower() == ".ndjson"])
            for folder in (before, after)
        ]
        yield from code_changes(found[0].inventory, found[1].inventory)
    else:
        yield from code_changes(omop_inventory(before), omop_inventory(after))
