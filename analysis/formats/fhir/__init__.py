"""FHIR R4 bulk data (NDJSON): read into a canonical study and written from it."""

from analysis.formats.fhir.reading import read_fhir
from analysis.formats.fhir.writing import write_fhir

__all__ = ["read_fhir", "write_fhir"]
