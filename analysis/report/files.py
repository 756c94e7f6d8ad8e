"""The files of a report: one page in the formats that were asked for, the same bytes every time."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analysis import storage
from analysis.errors import ReportError
from analysis.report.document import read_document
from analysis.report.page import Made
from analysis.report.pdf import pdf_bytes, require_weasyprint
from analysis.report.pictures import picture_files
from analysis.report.word import word_bytes
from analysis.report.workbook import workbook_bytes

__all__ = ["FORMATS", "checked_formats", "made_at", "write_report"]

FORMATS: Mapping[str, str] = {
    "html": "report.html",
    "docx": "report.docx",
    "xlsx": "report.xlsx",
    "pdf": "report.pdf",
    "png": "pictures",
}
"""Name of a format to its file; the pictures are a folder."""

SIDECAR = "report.json"


def checked_formats(formats: Sequence[str]) -> tuple[str, ...]:
    """Refuse formats that do not exist.

    Parameters
    ----------
    formats : sequence of str
        Keys of `FORMATS`.

    Returns
    -------
    tuple of str
        Each once, in the order of `FORMATS`.

    Raises
    ------
    ReportError
        When one does not exist, or there is none, or PDF cannot be made on this machine.

    Examples
    --------
    >>> checked_formats(["xlsx", "html", "xlsx"])
    ('html', 'xlsx')
    """
    if not formats or set(formats) - set(FORMATS):
        raise ReportError(f"A report is written as {', '.join(FORMATS)}; name one or more.")
    if "pdf" in formats:
        require_weasyprint()  # before long work
    return tuple(name for name in FORMATS if name in formats)


def made_at() -> datetime:
    """Return when the report is made: now, or what SOURCE_DATE_EPOCH says.

    Returns
    -------
    datetime.datetime
        In UTC, to the second.

    Raises
    ------
    ReportError
        When the variable is not a number of seconds.
    """
    stated = os.environ.get("SOURCE_DATE_EPOCH")
    if stated is None:
        return datetime.now(tz=UTC).replace(microsecond=0)
    try:
        return datetime.fromtimestamp(int(stated), tz=UTC)
    except (ValueError, OverflowError, OSError):
        raise ReportError(
            "SOURCE_DATE_EPOCH must be whole seconds since 1970, or not be set."
        ) from None


def write_report(
    folder: Path, page: str, made: Made, *, formats: Sequence[str], sidecar: Mapping[str, Any]
) -> dict[str, Path]:
    """Write a page in all formats; an earlier report in the folder is replaced as a whole.

    Parameters
    ----------
    folder : pathlib.Path
        Made when missing.
    page : str
        The HTML page.
    made : Made
        Title, banner and time.
    formats : sequence of str
        Keys of `FORMATS`.
    sidecar : mapping
        What a program wants to know, for ``report.json``; only this file differs between two runs.

    Returns
    -------
    dict of str to pathlib.Path
        Format to file.

    Raises
    ------
    ReportError
        When a file cannot be made or written; the earlier report is then as it was.
    """
    files = dict(_contents(page, made, formats))
    about = {**sidecar, "files": sorted(files)}
    files[SIDECAR] = (json.dumps(about, indent=1, ensure_ascii=False) + "\n").encode("utf-8")
    storage.write_together(folder, files, instead_of=_earlier_files(folder))
    return {name: folder.resolve() / FORMATS[name] for name in formats}


def _earlier_files(folder: Path) -> list[str]:
    """List the files of the report that is in the folder, as it says itself."""
    try:
        about = json.loads((folder / SIDECAR).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    ours = re.compile("|".join([*map(re.escape, FORMATS.values()), r"pictures/[\w.-]+"]))
    listed = about.get("files", []) if isinstance(about, dict) else []
    return [name for name in listed if isinstance(name, str) and ours.fullmatch(name)]


def _contents(page: str, made: Made, formats: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Make the files of all formats."""
    if "html" in formats:
        yield FORMATS["html"], page.encode("utf-8")
    if "pdf" in formats:
        yield FORMATS["pdf"], pdf_bytes(page)
    if not set(formats) - {"html", "pdf"}:
        return
    document = read_document(page)
    if "docx" in formats:
        yield FORMATS["docx"], word_bytes(document, made=made.at, line=made.banner)
    if "xlsx" in formats:
        yield FORMATS["xlsx"], workbook_bytes(document, made=made.at)
    if "png" in formats:
        pictures = picture_files(document)
        yield from ((f"{FORMATS['png']}/{name}", data) for name, data in pictures.items())
