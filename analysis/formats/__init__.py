"""Data as clinics and networks have them, read into a canonical study and written from it."""

from analysis.formats.fhir import read_fhir, write_fhir
from analysis.formats.imported import Imported, assemble
from analysis.formats.redcap import RedcapInstruments, read_redcap, split_redcap, write_redcap

__all__ = [
    "Imported",
    "RedcapInstruments",
    "assemble",
    "read_fhir",
    "read_redcap",
    "split_redcap",
    "write_fhir",
    "write_redcap",
]
