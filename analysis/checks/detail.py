"""Writing every broken row of every finding into a file that stays in the local zone."""

from __future__ import annotations

import csv
from pathlib import Path

from analysis import storage
from analysis.checks.located import AFTER, BEFORE, key_columns, located_frames
from analysis.checks.runner import CheckResult
from analysis.checks.spreadsheet_text import harmless
from analysis.disclosure import CONFIDENTIAL
from analysis.errors import DisclosureError
from analysis.study import in_local_zone

__all__ = ["require_local", "write_detail"]

_DETAIL = "The detail of findings has a row per patient"


def require_local(target: Path | str, *, what: str = _DETAIL) -> Path:
    """Return the path of a patient-level file, or refuse one outside the local zone.

    Parameters
    ----------
    target : path
        The file to write.
    what : str
        What the file holds, as the beginning of a sentence.

    Returns
    -------
    pathlib.Path
        The same path.

    Raises
    ------
    DisclosureError
        When neither its folder nor a folder around it is named ``local``.
    """
    path = Path(target)
    if not in_local_zone(path.parent):
        raise DisclosureError(
            f"{what} and may be written only below a folder named local, which never leaves the "
            "clinic. Choose such a file, for example local/findings.csv."
        )
    return path


def write_detail(result: CheckResult, target: Path | str) -> Path:
    """Write all broken rows of all findings as CSV: where they are and by which key, no more.

    Parameters
    ----------
    result : CheckResult
        What checking found.
    target : path
        A CSV file below a folder named ``local``; replaced whole or not at all.

    Returns
    -------
    pathlib.Path
        The file. Its first columns ``level`` and ``notice`` say on each row that it is
        confidential; the others are those of `CheckResult.locate`, with the keys of all tables
        concerned. Texts that a spreadsheet program would take for a formula begin with an
        apostrophe. UTF-8 with a byte order mark, without which Excel shows wrong letters.

    Raises
    ------
    DisclosureError
        Outside the local zone.
    DataError
        When the files of the study changed since they were checked.
    ReportError
        When the file cannot be written.
    """
    path = require_local(target)
    findings = result.ordered()
    columns = ["level", "notice", *BEFORE, *key_columns(findings), *AFTER]
    parts = located_frames(findings, study=result.study, folder=result.folder)
    with (
        storage.replacing(path) as temporary,
        temporary.open("w", encoding="utf-8-sig", newline="") as handle,
    ):
        handle.write(",".join(columns) + "\n")
        for part in parts:
            marked = harmless(part).assign(level="patient-level", notice=CONFIDENTIAL)
            rows = marked.reindex(columns=columns)
            rows.to_csv(
                handle,
                header=False,
                index=False,
                lineterminator="\n",
                quoting=csv.QUOTE_NONNUMERIC,  # else a carriage return in a key ends the line
            )
    return path
