"""Rating scales: what is known about each, and scoring of items."""

from analysis.instruments.agreement import compare_totals
from analysis.instruments.instrument import Band, Evidence, Instrument, Loinc
from analysis.instruments.library import instrument_names, load_instrument
from analysis.instruments.scoring import score
from analysis.instruments.severity import severity_band

__all__ = [
    "Band",
    "Evidence",
    "Instrument",
    "Loinc",
    "compare_totals",
    "instrument_names",
    "load_instrument",
    "score",
    "severity_band",
]
