"""Rules about single columns: required values, allowed categories, ranges, declared codes."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.checks.broken import broken_rows
from analysis.study import TABLES, Column, Finding, Study

__all__ = ["allowed_values", "declared_codes", "ranges", "required_values"]


def _present(study: Study) -> Iterator[tuple[str, Column, pd.Series]]:
    """Walk through every described column that the study has."""
    for name, frame in study.tables.items():
        for column in TABLES[name].columns:
            if column.name in frame.columns:
                yield name, column, frame[column.name]


def required_values(study: Study) -> Iterator[Finding]:
    """NUL-001: a value is missing where every row needs one.

    Parameters
    ----------
    study : Study
        The data to check.

    Yields
    ------
    Finding
        One per broken column.
    """
    for table, column, values in _present(study):
        if not column.nullable:
            yield from broken_rows(
                values.isna(),
                rule="NUL-001",
                place=(table, column.name),
                what="The value is missing; every row needs one.",
                remedy=f"Fill in the {column.description}, or leave the row out and say so.",
            )


def _known(values: pd.Series, column: Column) -> pd.Series:
    """Tell which entries are allowed; every part of an entry, where it may have several."""
    if column.kind != "codes":
        return values.isin(column.allowed)
    allowed = set(column.allowed)
    entries = values.dropna().unique()
    return values.isin([entry for entry in entries if set(entry.split(";")) <= allowed])


def allowed_values(study: Study) -> Iterator[Finding]:
    """CAT-001: a category is not one of the allowed ones.

    Parameters
    ----------
    study : Study
        The data to check.

    Yields
    ------
    Finding
        One per broken column.
    """
    for table, column, values in _present(study):
        if column.allowed:
            yield from broken_rows(
                values.notna() & ~_known(values, column),
                rule="CAT-001",
                place=(table, column.name),
                what=f"The category is not known; allowed are: {', '.join(column.allowed)}.",
                remedy="Translate the clinic's own codes before the table is exported.",
            )


def ranges(study: Study) -> Iterator[Finding]:
    """RNG-001: a number is outside the range that its column can hold.

    Parameters
    ----------
    study : Study
        The data to check.

    Yields
    ------
    Finding
        One per broken column.
    """
    for table, column, values in _present(study):
        if column.low is not None and column.high is not None:
            unit = f" {column.unit}" if column.unit else ""
            yield from broken_rows(
                ~values.between(column.low, column.high) & values.notna(),
                rule="RNG-001",
                place=(table, column.name),
                what=f"The number is outside {column.low:g} to {column.high:g}{unit}.",
                remedy="Compare with the source; leave it empty when the true value is unknown.",
            )


def declared_codes(study: Study) -> Iterator[Finding]:
    """REF-001 to REF-003: a patient, clinic or scale is not declared where it should be.

    Parameters
    ----------
    study : Study
        The data to check.

    Yields
    ------
    Finding
        One per broken column.
    """
    declared = {
        "subjects": (study.tables["subjects"]["subject_id"], "REF-001", "the table subjects"),
        "sites": (study.sites, "REF-002", "sites in study.json"),
        "instruments": (study.instruments, "REF-003", "instruments in study.json"),
    }
    for table, column, values in _present(study):
        if column.refers_to:
            codes, rule, home = declared[column.refers_to]
            yield from broken_rows(
                values.notna() & ~values.isin(codes),
                rule=rule,
                place=(table, column.name),
                what=f"The code is not declared in {home}.",
                remedy="Declare it there, or correct the spelling here.",
            )
