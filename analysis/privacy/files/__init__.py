"""Scan of files before they are shared: notebooks, tables, documents, pages, pictures, archives."""

from analysis.privacy.files.file_scan import FileFinding, FileScan
from analysis.privacy.files.scanning import scan_path
from analysis.privacy.files.strip import (
    StrippedNotebook,
    StripResult,
    strip_notebooks,
)

__all__ = [
    "FileFinding",
    "FileScan",
    "StripResult",
    "StrippedNotebook",
    "scan_path",
    "strip_notebooks",
]
