"""The canonical study: tables, columns, units and keys, and the folder that holds them."""

from analysis.study.columns import Column, Table
from analysis.study.findings import Finding, findings_frame
from analysis.study.folder import in_local_zone, read_study, scan_folder, table_text, write_study
from analysis.study.schema import SCHEMA_VERSION, TABLES, UNITS
from analysis.study.study import Study

__all__ = [
    "SCHEMA_VERSION",
    "TABLES",
    "UNITS",
    "Column",
    "Finding",
    "Study",
    "Table",
    "findings_frame",
    "in_local_zone",
    "read_study",
    "scan_folder",
    "table_text",
    "write_study",
]
