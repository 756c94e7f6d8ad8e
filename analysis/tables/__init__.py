"""Tables: shown text that may be released, as HTML, Markdown and plain text."""

from analysis.tables.baseline import baseline_table
from analysis.tables.courses import courses_table
from analysis.tables.duration import duration_table
from analysis.tables.estimates import estimates_table
from analysis.tables.findings import findings_table
from analysis.tables.indications import indications_table
from analysis.tables.measures import measures_table
from analysis.tables.number_style import STYLES, NumberStyle
from analysis.tables.responses import response_table
from analysis.tables.result import Column, TableResult
from analysis.tables.rules import rules_table

__all__ = [
    "STYLES",
    "Column",
    "NumberStyle",
    "TableResult",
    "baseline_table",
    "courses_table",
    "duration_table",
    "estimates_table",
    "findings_table",
    "indications_table",
    "measures_table",
    "response_table",
    "rules_table",
]
