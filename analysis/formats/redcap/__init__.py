"""REDCap projects: exports with their data dictionary, read and written."""

from analysis.formats.redcap.reading import read_redcap
from analysis.formats.redcap.split import RedcapInstruments, split_redcap
from analysis.formats.redcap.writing import write_redcap

__all__ = ["RedcapInstruments", "read_redcap", "split_redcap", "write_redcap"]
