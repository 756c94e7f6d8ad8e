"""Data as clinics and networks have them, read into a canonical study and written from it."""

from analysis.formats.adam import read_adam, write_adam
from analysis.formats.changes import Changes, compare_exports, write_changes
from analysis.formats.clinic import read_clinic
from analysis.formats.corrections import correct_files
from analysis.formats.drafts import draft_mapping
from analysis.formats.export_mapping import ExportMapping
from analysis.formats.exports import read_export
from analysis.formats.fhir import read_fhir, write_fhir
from analysis.formats.imported import Imported, assemble
from analysis.formats.mapping import Mapping
from analysis.formats.mapping_files import read_mapping, write_mapping
from analysis.formats.omop import read_omop, write_omop
from analysis.formats.redcap import RedcapInstruments, read_redcap, split_redcap, write_redcap
from analysis.formats.update import Update, update

__all__ = [
    "Changes",
    "ExportMapping",
    "Imported",
    "Mapping",
    "RedcapInstruments",
    "Update",
    "assemble",
    "compare_exports",
    "correct_files",
    "draft_mapping",
    "read_adam",
    "read_clinic",
    "read_export",
    "read_fhir",
    "read_mapping",
    "read_omop",
    "read_redcap",
    "split_redcap",
    "update",
    "write_adam",
    "write_changes",
    "write_fhir",
    "write_mapping",
    "write_omop",
    "write_redcap",
]
