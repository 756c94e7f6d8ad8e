"""Data as clinics and networks have them, read into a canonical study and written from it."""

from analysis.formats.clinic import read_clinic
from analysis.formats.imported import Imported, assemble
from analysis.formats.mapping import Mapping, read_mapping, write_mapping

__all__ = [
    "Imported",
    "Mapping",
    "assemble",
    "read_clinic",
    "read_mapping",
    "write_mapping",
]
