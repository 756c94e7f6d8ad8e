"""The list of all rules: code, severity, tables, demand and remedy."""

from __future__ import annotations

import pandas as pd

from analysis.checks.demand import Demand
from analysis.checks.runner import RULES

__all__ = ["rules", "rules_page"]

_STRUCTURE = (
    ("FIL-000", "error", "A file of the study is missing.", "Add the file."),
    ("FIL-001", "error", "A file cannot be opened or read.", "Close it elsewhere; export again."),
    ("FIL-002", "error", "A file is not UTF-8 text.", "Save it as CSV UTF-8."),
    ("FIL-003", "error", "A required table is empty; a warning elsewhere.", "Export it again."),
    ("FIL-004", "error", "Columns are not separated by commas.", "Save it as CSV UTF-8."),
    ("FIL-005", "error", "Cells or quotation marks do not fit.", "Quote cells with commas."),
    ("FIL-006", "error", "Two columns have the same name.", "Give each column its own name."),
    ("FIL-007", "error", "An entry of study.json is missing or wrong.", "Write it as told."),
    ("FIL-008", "warning", "A file belongs to no table.", "Rename or remove it."),
    ("FIL-009", "error", "A table is there as CSV and Parquet.", "Keep one of the two."),
    ("FIL-010", "error", "Dates stand outside the local zone.", "Move the study below local."),
    ("COL-001", "error", "A required column is missing.", "Add or rename the column."),
    ("COL-002", "warning", "A column is not known.", "Rename or remove it."),
    ("COL-003", "error", "A cell is not of the kind of its column.", "Correct or empty it."),
    ("COL-004", "error", "A calendar date stands in a cell.", "Write days from day 0."),
)
_VALUES = (
    ("NUL-001", "error", "all", "A required value is missing.", "Fill it in."),
    ("CAT-001", "error", "all", "A category is not allowed.", "Translate the clinic's codes."),
    ("RNG-001", "error", "all", "A number is outside its range.", "Compare with the source."),
    ("REF-001", "error", "all", "A patient is not in subjects.", "Declare or correct it."),
    ("REF-002", "error", "all", "A clinic is not in study.json.", "Declare or correct it."),
    ("REF-003", "error", "all", "A scale is not in study.json.", "Declare or correct it."),
    ("KEY-001", "error", "all", "Rows repeat a key.", "Remove or number the repeats."),
    ("KEY-002", "error", "subjects", "A patient has no row in follow_up.", "Add the row."),
    ("TIM-001", "error", "follow_up", "Days of observation are not in order.", "Correct them."),
    (
        "TIM-002",
        "error",
        "sessions, assessments, adverse_events, encounters, actions",
        "A day is after observed_until_day.",
        "Correct the day.",
    ),
    ("TIM-003", "error", "sessions", "Numbers do not follow days.", "Number sessions by day."),
    ("TIM-004", "error", "sessions", "The first session is not on day 0.", "Count from it."),
    ("DOS-001", "warning", "sessions", "Dose and weight differ by a tenth.", "Compare them."),
    ("INS-001", "error", "study.json", "A scale is not known.", "Spell it as known."),
    ("INS-002", "warning", "study.json", "A scale has no rows.", "Add rows, or remove it."),
    ("SCO-001", "error", "assessments", "A total is not possible.", "Compare with the source."),
    ("SCO-002", "error", "items", "An item or answer is not possible.", "Check the coding."),
    ("SCO-003", "warning", "assessments", "A total differs from its items.", "Correct one."),
    ("MON-001", "error", "monitoring", "A unit does not fit.", "Convert the values."),
)


def rules() -> pd.DataFrame:
    """List every rule, those about files and columns first.

    Returns
    -------
    pandas.DataFrame
        Columns ``code, severity, tables, what, remedy``; one row per code.

    Examples
    --------
    >>> listed = rules().set_index("code")
    >>> listed.loc["KEY-002", "tables"]
    'subjects'
    """
    demands = [rule for rule in RULES if isinstance(rule, Demand)]
    tables: dict[str, list[str]] = {}
    for rule in demands:
        tables.setdefault(rule.code, []).append(rule.table)
    first = {rule.code: rule for rule in reversed(demands)}
    rows = [
        *((code, severity, "files", what, mend) for code, severity, what, mend in _STRUCTURE),
        *_VALUES,
        *(
            (code, first[code].severity, ", ".join(names), first[code].what, first[code].remedy)
            for code, names in tables.items()
        ),
    ]
    return pd.DataFrame(rows, columns=["code", "severity", "tables", "what", "remedy"])


def rules_page() -> str:
    """Write the list of rules as Markdown: the content of ``docs/checks.md``.

    Returns
    -------
    str
        A heading and one table row per rule.

    Examples
    --------
    >>> rules_page().splitlines()[0]
    '# Rules about a study'
    """
    rows = [f"| {' | '.join(row)} |" for row in rules().itertuples(index=False, name=None)]
    head = ["# Rules about a study", "", "| code | severity | tables | wrong is | remedy |"]
    return "\n".join([*head, "|---|---|---|---|---|", *rows]) + "\n"
