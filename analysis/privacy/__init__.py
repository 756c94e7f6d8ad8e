"""Privacy: scans of tables and files, de-identification, risk of being singled out."""

from analysis.privacy.deidentification import deidentify
from analysis.privacy.deidentified import Deidentified
from analysis.privacy.detector import ELEMENTS, Match
from analysis.privacy.files import (
    FileFinding,
    FileScan,
    StrippedNotebook,
    StripResult,
    scan_path,
    strip_notebooks,
)
from analysis.privacy.lexicon import small_zip3
from analysis.privacy.patterns import identifiers_in
from analysis.privacy.relink import relink
from analysis.privacy.risk import ReidentificationRisk, reidentification_risk, trajectory_uniqueness
from analysis.privacy.scan import scan_identifiers
from analysis.privacy.scan_result import ColumnFinding, ScanResult
from analysis.privacy.values import match_column

__all__ = [
    "ELEMENTS",
    "ColumnFinding",
    "Deidentified",
    "FileFinding",
    "FileScan",
    "Match",
    "ReidentificationRisk",
    "ScanResult",
    "StripResult",
    "StrippedNotebook",
    "deidentify",
    "identifiers_in",
    "match_column",
    "reidentification_risk",
    "relink",
    "scan_identifiers",
    "scan_path",
    "small_zip3",
    "strip_notebooks",
    "trajectory_uniqueness",
]
