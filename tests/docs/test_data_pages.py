"""The pages about the study folder say what the reader knows, table by table."""

import re
import runpy

import pytest

from analysis.study import SCHEMA_VERSION, TABLES
from tests.docs.pages import ROOT, read

pytestmark = pytest.mark.unit

DATA = read(ROOT / "docs" / "data.md")


def rows(heading):
    """The cells of the table whose first header cells are these."""
    start = DATA.index(heading)
    lines = DATA[start:].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def names(cell):
    return re.findall(r"`(\w+)`", cell)


def test_the_dictionary_is_that_of_the_schema():
    made = runpy.run_path(str(ROOT / "docs" / "make_dictionary.py"))["dictionary_markdown"](TABLES)
    assert made == read(ROOT / "docs" / "dictionary.md"), (
        "The schema changed: run `python docs/make_dictionary.py`."
    )
    assert (
        "| number, `mg` | 0 to 1500 | required, may be empty |" in made
    )  # a row as a reader expects it


def test_the_page_lists_every_table_with_its_key():
    listed = rows("| table | one row per | key |")
    assert [names(cells[0])[0] for cells in listed] == list(TABLES)
    for cells in listed:
        table = TABLES[names(cells[0])[0]]
        key = {
            "key of the assessment, `item_no`": "subject_id instrument rel_day occurrence item_no"
        }
        assert key.get(cells[2], " ".join(names(cells[2]))).split() == list(table.key)


def test_the_page_lists_the_optional_columns():
    listed = {names(table)[0]: names(columns) for table, columns in rows("| table | optional")}
    optional = {
        name: [column.name for column in table.columns if not column.required]
        for name, table in TABLES.items()
    }
    assert listed == {name: columns for name, columns in optional.items() if columns}


def test_the_page_names_the_required_tables_and_the_version():
    required = [name for name, table in TABLES.items() if table.required]
    assert required == [names(cells[0])[0] for cells in rows("| table | one row per")][:4]
    assert f'`"{SCHEMA_VERSION}"`' in DATA
