"""From notebooks to one report: first page, chapters, methods, provenance, in several formats.

What reads notebooks and writes Word and Excel loads on first use: a notebook that says what it did
does without, and starts two seconds earlier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.lazy import on_first_use
from analysis.report.checklist import checklist_table
from analysis.report.first_page import (
    cautions,
    harms,
    headline,
    headline_table,
    period_table,
)
from analysis.report.methods import methods_in_words
from analysis.report.origin import Provenance, provenance
from analysis.report.points import key_points
from analysis.report.releases import write_release_page
from analysis.report.suppression_log import suppression_log

if TYPE_CHECKING:
    from analysis.report.build import build_report
    from analysis.report.table_files import table_bytes, write_tables

__all__ = [
    "Provenance",
    "build_report",
    "cautions",
    "checklist_table",
    "harms",
    "headline",
    "headline_table",
    "key_points",
    "methods_in_words",
    "period_table",
    "provenance",
    "suppression_log",
    "table_bytes",
    "write_release_page",
    "write_tables",
]

_HOMES = {
    "build_report": "build",
    "table_bytes": "table_files",
    "write_tables": "table_files",
}

__getattr__, __dir__ = on_first_use(__name__, _HOMES)
