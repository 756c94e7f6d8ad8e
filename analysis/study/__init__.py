"""The canonical study: tables, columns, units and keys, and the folder that holds them."""

from analysis.study.columns import Column, Table
from analysis.study.findings import Finding, findings_frame
from analysis.study.folder import read_study, scan_folder, write_study
from analysis.study.schema import SCHEMA_VERSION, TABLES
from analysis.study.study import Study

__all__ = [
    "SCHEMA_VERSION",
    "TABLES",
    "Column",
    "Finding",
    "Study",
    "Table",
    "findings_frame",
    "read_study",
    "scan_folder",
    "write_study",
]
