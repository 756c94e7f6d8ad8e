"""The kinds of signs that something shows single patients."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "CLINICAL_NOTE", "OBSERVATION_ROWS", "PATIENT_LIST", "PATIENT_RECORD", "PATIENT_ROWS",
    "SMALL_COUNTS", "VALUE_IN_ERROR", "Sign",
]  # fmt: skip


PATIENT_ROWS = "rows of single patients"
PATIENT_RECORD = "record of a single patient"
OBSERVATION_ROWS = "rows of single observations"
PATIENT_LIST = "list of patients' codes"
SMALL_COUNTS = "counts under 11"
CLINICAL_NOTE = "clinical note"
VALUE_IN_ERROR = "value in an error message"


@dataclass(frozen=True, kw_only=True)
class Sign:
    """One reason to think that something shows single patients.

    Parameters
    ----------
    kind : str
        What seems to be shown.
    count : int
        How many rows or codes.
    """

    kind: str
    count: int
