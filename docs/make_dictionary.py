"""Write docs/dictionary.md anew from the schema: run it after every change of a column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from analysis import storage
from analysis.study import TABLES, Column, Table

HEAD = """# Data dictionary

Every table and column of a study, as the reader and `check` know them: `analysis/study/schema`. How
they hang together is said by [the study folder](data.md). This page is written by
`python docs/make_dictionary.py`.

An optional column may be left out; what needs it is then left out too. A missing value is an empty
cell, where that is allowed. Units are UCUM; `d` is days, `a` years. Codes in *italics* are declared
in `study.json`.
"""

KINDS = {
    "text": "text",
    "category": "code",
    "codes": "codes separated by semicolons",
    "date": "date, year-month-day",
    "integer": "whole number",
    "number": "number",
    "flag": "true or false",
}


def dictionary_markdown(tables: Mapping[str, Table]) -> str:
    """Describe every column of some tables in Markdown."""
    return "\n".join([HEAD, *(line for table in tables.values() for line in lines(table))])


def lines(table: Table) -> Iterator[str]:
    """Describe one table."""
    yield f"## {table.name}\n"
    needed = "Every study needs it." if table.required else "A study may lack it."
    key = ", ".join(f"`{column}`" for column in table.key)
    yield f"{table.grain[0].upper()}{table.grain[1:]}. Key: {key}. {needed}\n"
    yield "| column | meaning | type | codes or range | column, cell |"
    yield "|---|---|---|---|---|"
    yield from map(row, table.columns)
    yield ""


def row(column: Column) -> str:
    """Describe one column."""
    kind = KINDS[column.kind] + (f", `{column.unit}`" if column.unit else "")
    needed = "required" if column.required else "optional"
    needed += ", may be empty" if column.nullable else ", never empty"
    cells = [f"`{column.name}`", column.description, kind, values(column), needed]
    return f"| {' | '.join(cells)} |"


def values(column: Column) -> str:
    """Say which values a column may have."""
    if column.refers_to in {"sites", "instruments"}:
        return f"*{column.refers_to}*"
    if column.allowed:
        return ", ".join(column.allowed)
    ends = (column.low, column.high)
    return "" if None in ends else " to ".join(f"{end:g}" for end in ends)


if __name__ == "__main__":
    storage.write_text(Path(__file__).with_name("dictionary.md"), dictionary_markdown(TABLES))
