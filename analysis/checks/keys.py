"""Rules about the rows of a table: every key once, every patient followed up."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.checks.broken import broken_rows
from analysis.study import TABLES, Finding, Study

__all__ = ["followed_up", "unique_keys"]


def unique_keys(study: Study) -> Iterator[Finding]:
    """KEY-001: two rows have the same key.

    Parameters
    ----------
    study : Study
        The data to check.

    Yields
    ------
    Finding
        One per table with repeated keys; the count is that of the repeats after the first row.
        Rows without a whole key are left to NUL-001.
    """
    for name, frame in study.tables.items():
        key = list(TABLES[name].key)
        yield from broken_rows(
            frame.duplicated(key) & frame[key].notna().all(axis="columns"),
            rule="KEY-001",
            place=(name, ""),
            what=f"Rows repeat the key ({', '.join(key)}): {TABLES[name].grain}.",
            remedy="Remove the repeats, or number true repeats with occurrence or session_no.",
        )


def followed_up(study: Study) -> Iterator[Finding]:
    """KEY-002: a patient has no row in follow_up, so no censoring is right.

    Parameters
    ----------
    study : Study
        The data to check.

    Yields
    ------
    Finding
        At most one.
    """
    subjects = study.tables["subjects"]["subject_id"]
    yield from broken_rows(
        subjects.notna() & ~subjects.isin(study.tables["follow_up"]["subject_id"]),
        rule="KEY-002",
        place=("subjects", "subject_id"),
        what="The patient has no row in follow_up, so it is not known until when an event "
        "would have been seen.",
        remedy="Add one row per patient to follow_up.",
    )
