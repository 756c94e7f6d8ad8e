"""Rating scales: what is known about each, and scoring of items."""

from analysis.instruments.agreement import compare_totals, total_states
from analysis.instruments.instrument import Band, Cdisc, Evidence, Instrument, Loinc, Scoring
from analysis.instruments.library import instrument_names, load_instrument
from analysis.instruments.overview import instruments_page, instruments_table
from analysis.instruments.parts import derive_items, item_positive
from analysis.instruments.scoring import score
from analysis.instruments.severity import severity_band
from analysis.instruments.statements import answer_ranges

__all__ = [
    "Band",
    "Cdisc",
    "Evidence",
    "Instrument",
    "Loinc",
    "Scoring",
    "answer_ranges",
    "compare_totals",
    "derive_items",
    "instrument_names",
    "instruments_page",
    "instruments_table",
    "item_positive",
    "load_instrument",
    "score",
    "severity_band",
    "total_states",
]
