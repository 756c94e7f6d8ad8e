"""Data as clinics and networks have them, read into a canonical study and written from it."""

from analysis.formats.imported import Imported, assemble

__all__ = ["Imported", "assemble"]
