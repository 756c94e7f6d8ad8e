"""Tables: shown text that may be released, as HTML, Markdown and plain text."""

from analysis.tables.baseline import baseline_table
from analysis.tables.estimates import estimates_table, p_value_text
from analysis.tables.findings import findings_table
from analysis.tables.responses import response_table
from analysis.tables.result import Column, TableResult

__all__ = [
    "Column",
    "TableResult",
    "baseline_table",
    "estimates_table",
    "findings_table",
    "p_value_text",
    "response_table",
]
