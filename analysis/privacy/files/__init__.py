"""Scan of files before they are shared: notebooks, tables, documents, pages, pictures, archives."""

from analysis.privacy.files.file_scan import FileFinding, FileScan
from analysis.privacy.files.scanning import scan_path

__all__ = ["FileFinding", "FileScan", "scan_path"]
