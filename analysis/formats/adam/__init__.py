"""CDISC ADaM: analysis data sets written from a canonical study and read into one."""

from analysis.formats.adam.reading import read_adam
from analysis.formats.adam.writing import write_adam

__all__ = ["read_adam", "write_adam"]
