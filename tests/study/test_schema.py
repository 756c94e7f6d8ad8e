"""The description of the canonical tables is whole and does not contradict itself."""

import pytest

from analysis.study import SCHEMA_VERSION, TABLES
from tests.builders import CALENDAR, CLEAN, EVERY_COLUMN, REQUIRED

pytestmark = pytest.mark.unit

# the canonical study as the project defines it
KEYS = {
    "subjects": ("subject_id",),
    "sessions": ("subject_id", "session_no"),
    "assessments": ("subject_id", "instrument", "rel_day", "occurrence"),
    "follow_up": ("subject_id",),
    "items": ("subject_id", "instrument", "rel_day", "occurrence", "item_no"),
    "monitoring": ("subject_id", "session_no", "rel_min", "parameter"),
    "adverse_events": ("subject_id", "ae_no"),
    "actions": ("subject_id", "action_no"),
    "diagnoses": ("subject_id", "code_system", "code", "start_day"),
    "encounters": ("subject_id", "encounter_no"),
    "concomitant": ("subject_id", "drug_no"),
    "calendar": ("subject_id",),
}


def test_tables_and_keys():
    assert {name: table.key for name, table in TABLES.items()} == KEYS
    assert REQUIRED == ["subjects", "sessions", "assessments", "follow_up"]
    assert SCHEMA_VERSION == "1.1"


@pytest.mark.parametrize("name", TABLES)
def test_key_columns_are_required_and_never_missing(name):
    table = TABLES[name]
    assert table.name == name
    assert len(set(table.names)) == len(table.names)
    for column in map(table.column, table.key):
        assert column.required
        assert not column.nullable


@pytest.mark.parametrize(("table", "column"), EVERY_COLUMN)
def test_each_column_is_described_and_its_limits_fit_its_kind(table, column):
    described = TABLES[table].column(column)
    assert described.description
    assert (described.low is None) == (described.high is None)
    if described.low is not None:
        assert described.kind in ("integer", "number")
        assert described.low < described.high
    if described.allowed or described.refers_to in ("sites", "instruments"):
        assert described.kind in ("category", "codes")
    if column.startswith("rel_day") or column.endswith("_day"):
        assert (described.kind, described.unit) == ("integer", "d")


def test_the_literal_study_has_every_column_of_the_schema():
    texts = {**CLEAN, "calendar": CALENDAR}
    assert {name: tuple(text.splitlines()[0].split(",")) for name, text in texts.items()} == {
        name: table.names for name, table in TABLES.items()
    }
