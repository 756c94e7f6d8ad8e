"""Data as clinics and networks have them, read into a canonical study and written from it."""

from analysis.formats.changes import Changes, compare_exports, write_changes
from analysis.formats.clinic import read_clinic
from analysis.formats.draft import draft_mapping
from analysis.formats.imported import Imported, assemble
from analysis.formats.mapping import Mapping, read_mapping, write_mapping
from analysis.formats.update import Update, update

__all__ = [
    "Changes",
    "Imported",
    "Mapping",
    "Update",
    "assemble",
    "compare_exports",
    "draft_mapping",
    "read_clinic",
    "read_mapping",
    "update",
    "write_changes",
    "write_mapping",
]
