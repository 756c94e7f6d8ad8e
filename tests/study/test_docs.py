"""The page about the study folder names the tables, keys and columns that there are."""

import re
from pathlib import Path

import pytest

from analysis.study import TABLES

pytestmark = pytest.mark.unit

PAGE = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
KEY_OF_ASSESSMENTS = ["subject_id", "instrument", "rel_day", "occurrence"]


def _rows(heading: str) -> dict[str, str]:
    """First and last cell of each row of the table below a heading row."""
    body = PAGE.split(f"| {heading} |\n", 1)[1].split("\n\n", 1)[0].splitlines()[1:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in body]
    return {row[0].strip("`"): row[-1] for row in cells}


def test_every_table_is_named_with_its_key():
    rows = _rows("table | one row per | key")
    assert list(rows) == list(TABLES)
    for name, text in rows.items():
        shown = re.findall(r"`(\w+)`", text)
        if text.startswith("key of the assessment"):
            shown = [*KEY_OF_ASSESSMENTS, *shown]
        assert tuple(shown) == TABLES[name].key


def test_every_optional_column_is_named():
    rows = {
        name: re.findall(r"`(\w+)`", text)
        for name, text in _rows("table | optional columns").items()
    }
    assert rows == {
        name: optional
        for name, table in TABLES.items()
        if (optional := [column.name for column in table.columns if not column.required])
    }
