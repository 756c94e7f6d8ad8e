"""The rules about files: code, severity, what is wrong, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.privacy.files.patient_signs import (
    CLINICAL_NOTE,
    OBSERVATION_ROWS,
    PATIENT_LIST,
    PATIENT_RECORD,
    PATIENT_ROWS,
    SMALL_COUNTS,
    VALUE_IN_ERROR,
)
from analysis.privacy.files.program_output import USER_PATH
from analysis.study.findings import Severity

__all__ = ["IDENTIFIER_REMEDY", "RULES", "FileRule"]


@dataclass(frozen=True, kw_only=True)
class FileRule:
    """One rule about files.

    Parameters
    ----------
    code : str
        Stable code; codes under 100 are the elements of Safe Harbor.
    severity : {"error", "warning"}
        An error stops a commit; a warning wants a person's look.
    what : str
        What is wrong.
    remedy : str
        What to do.
    """

    code: str
    severity: Severity
    what: str
    remedy: str


IDENTIFIER_REMEDY = (
    "Remove it where it is made, run again, and store the result anew; earlier"
    " versions in git keep it."
)
_CLEAR = "Clear the output and show counts, means or models of groups of 11 or more instead."
_UNREAD = "Look at it by hand, or leave it out of what is shared."


def _rule(code: int, severity: Severity, what: str, remedy: str) -> FileRule:
    """Write a rule."""
    return FileRule(code=f"PRV-{code}", severity=severity, what=what, remedy=remedy)


RULES: dict[str, FileRule] = {
    PATIENT_ROWS: _rule(101, "error", "Rows of single patients are shown.", _CLEAR),
    PATIENT_RECORD: _rule(102, "error", "The record of a single patient is shown.", _CLEAR),
    PATIENT_LIST: _rule(103, "error", "Codes of patients are listed.", _CLEAR),
    CLINICAL_NOTE: _rule(104, "error", "It reads like a note about a patient.", _CLEAR),
    VALUE_IN_ERROR: _rule(
        105, "error", "The message of an error repeats a value of the data.",
        "Correct the cause and run the cell again; never store a failed run on patients' data.",
    ),
    USER_PATH: _rule(
        106, "error", "A path holds the name of a user of the computer.",
        "Use a path relative to the project, and run again.",
    ),
    SMALL_COUNTS: _rule(
        107, "warning", "Counts of 1 to 10 are shown.",
        "Show tables through analysis.disclosure, which hides counts under 11.",
    ),
    "marks of single patients": _rule(
        108, "error", "A chart has a mark for each patient.",
        "Show bands, boxes of large groups or means; store charts as PNG with plot"
        " functions of the toolkit.",
    ),
    "many marks": _rule(
        109, "warning", "A vector chart has so many marks that each may be a patient.",
        "Look at the chart; store it as PNG if the marks are patients of groups.",
    ),
    "picture": _rule(
        110, "warning", "A picture cannot be read by a scan.",
        "Look at it: no names, no screens of records, no mark for each patient.",
    ),
    "data file": _rule(
        111, "warning", "A file of data is in no manifest of synthetic data.",
        "Keep data below a folder named local, which git ignores, or list it in a manifest.",
    ),
    "hidden": _rule(
        112, "warning", "The file has parts that a reader does not see.",
        "Remove hidden sheets, comments, tracked changes and left-overs before sharing.",
    ),
    "file name": _rule(
        113, "error", "The name of the file or its folder may identify a person.",
        "Rename it; names stay in the history of git.",
    ),
    "author": _rule(
        114, "error", "The properties of the file, or its comments, name their author.",
        "Remove personal information (in Office: File, Info, Inspect Document) and store it again.",
    ),
    "hidden codes": _rule(
        115, "error", "A hidden column, or letters that nobody sees, hold numbers or codes.",
        "Delete them; hiding does not remove what is there.",
    ),
    OBSERVATION_ROWS: _rule(
        116, "error", "Residuals or predictions of single observations are shown.",
        "Show their spread or a figure of many; values per observation are those of patients.",
    ),
    "picture in a drawing": _rule(
        117, "error", "A drawing holds a picture that no chart program put there.",
        "Look at it, take it out of the drawing, or store the chart as PNG.",
    ),
    "cannot be read": _rule(
        120, "error", "The file cannot be opened: it is locked, open elsewhere or forbidden.",
        "Close it in other programs and scan again.",
    ),
    "changed": _rule(
        121, "error", "The file changed while it was read.", "Scan again when nobody writes to it.",
    ),
    "damaged": _rule(
        122, "error", "A part of the file is damaged, cut off or no file of its kind.", _UNREAD
    ),
    "encrypted": _rule(
        123, "error", "The file is encrypted, so nobody can tell what it holds.", _UNREAD,
    ),
    "too much": _rule(
        124, "error", "The file unpacks to more than is safe, or is nested too deep.", _UNREAD
    ),
    "leaves the folder": _rule(
        125, "error", "A member of the archive would be written outside its folder.",
        "Do not unpack it; ask where it comes from.",
    ),
    "link": _rule(
        126, "warning", "A link was not followed.",
        "Scan the place it leads to, or remove the link.",
    ),
    "entities": _rule(
        127, "error", "The XML declares a document type or entities, which are not expanded.",
        _UNREAD,
    ),
    "unknown kind": _rule(
        128, "error", "A scan cannot look into files of this kind.", _UNREAD,
    ),
    "partly read": _rule(
        129, "warning", "Only a part of the file was searched for everything, as it is long.",
        "Treat it as data of patients if any part was found to be.",
    ),
    "binary": _rule(
        130, "warning", "Bytes that are no text were left out of the search.", _UNREAD,
    ),
}  # fmt: skip
"""Every rule about files by the kind of what was found; identifiers have PRV-001 to PRV-018."""
