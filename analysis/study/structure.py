"""The structural rules of a study folder: their codes, how severe they are, what they demand.

They are held while a folder is read, by the neighbouring modules; this is their list for users.
"""

from __future__ import annotations

__all__ = ["STRUCTURAL_RULES"]

STRUCTURAL_RULES: tuple[tuple[str, str, str, str], ...] = (
    (
        "COL-001",
        "error",
        "any",
        "A column that every study needs is missing, which is also so when it is misnamed.",
    ),
    (
        "COL-002",
        "warning",
        "any",
        "The file has columns that the table does not have; they are left out.",
    ),
    (
        "COL-003",
        "error",
        "any",
        "A cell cannot be read as what its column holds: a number, a flag or a date.",
    ),
    (
        "COL-004",
        "error",
        "any",
        "Calendar dates stand where day numbers, other numbers or text belong.",
    ),
    (
        "FIL-000",
        "error",
        "any, study.json",
        "The folder, study.json or the file of a table that every study needs is missing.",
    ),
    (
        "FIL-001",
        "error",
        "any, study.json",
        "A file cannot be opened, or is not what its ending says.",
    ),
    (
        "FIL-002",
        "error",
        "any",
        "A file is not text in UTF-8: an Excel workbook, UTF-16 or Windows-1252.",
    ),
    (
        "FIL-003",
        "error or warning",
        "any",
        "A table has no rows; a warning for tables that a study may lack.",
    ),
    ("FIL-004", "error", "any", "The columns are not separated by commas."),
    (
        "FIL-005",
        "error",
        "any",
        "A row has more or fewer cells than the header, or a quotation mark is left open.",
    ),
    ("FIL-006", "error", "any", "Two columns have the same name."),
    ("FIL-007", "error", "study.json", "An entry of study.json is missing or not as it must be."),
    ("FIL-008", "warning", "study folder", "A file belongs to no table; it is left out."),
    ("FIL-009", "error", "any", "A table is there twice, as CSV and as Parquet."),
    ("FIL-010", "error", "calendar", "Dates stand outside the local zone."),
)
"""Code, severity, tables and rule, in the order of the codes."""
