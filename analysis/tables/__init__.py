"""Tables: shown text that may be released, as HTML, Markdown and plain text."""

from analysis.tables.adverse_events import adverse_events_table, event_severity_table
from analysis.tables.baseline import baseline_table
from analysis.tables.clinic_charts import clinic_charts_table
from analysis.tables.courses import courses_table
from analysis.tables.duration import duration_table
from analysis.tables.estimates import estimates_table
from analysis.tables.findings import findings_table
from analysis.tables.indications import indications_table
from analysis.tables.means import marginal_means_table
from analysis.tables.measures import definitions_table, measures_table
from analysis.tables.missing import assumptions_table, change_if_worse_table, retention_table
from analysis.tables.number_style import STYLES, NumberStyle
from analysis.tables.published import published_table
from analysis.tables.regression import regression_table
from analysis.tables.responses import response_table
from analysis.tables.result import Column, TableResult
from analysis.tables.rules import rules_table
from analysis.tables.safety import (
    events_of_interest_table,
    safety_levels_table,
    safety_shares_table,
    suicidality_table,
)
from analysis.tables.standardized_differences import standardized_difference
from analysis.tables.survival import survival_table

__all__ = [
    "STYLES",
    "Column",
    "NumberStyle",
    "TableResult",
    "adverse_events_table",
    "assumptions_table",
    "baseline_table",
    "change_if_worse_table",
    "clinic_charts_table",
    "courses_table",
    "definitions_table",
    "duration_table",
    "estimates_table",
    "event_severity_table",
    "events_of_interest_table",
    "findings_table",
    "indications_table",
    "marginal_means_table",
    "measures_table",
    "published_table",
    "regression_table",
    "response_table",
    "retention_table",
    "rules_table",
    "safety_levels_table",
    "safety_shares_table",
    "standardized_difference",
    "suicidality_table",
    "survival_table",
]
