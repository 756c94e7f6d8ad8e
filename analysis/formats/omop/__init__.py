"""OMOP Common Data Model 5.4: tables read into a canonical study and written from it."""

from analysis.formats.omop.reading import read_omop
from analysis.formats.omop.writing import write_omop

__all__ = ["read_omop", "write_omop"]
