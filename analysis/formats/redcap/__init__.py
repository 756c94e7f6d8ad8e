"""REDCap projects: exports with their data dictionary, read and written."""

from analysis.formats.redcap.split import RedcapInstruments, split_redcap

__all__ = ["RedcapInstruments", "split_redcap"]
