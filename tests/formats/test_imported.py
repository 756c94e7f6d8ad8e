"""From tables of text to a study, or to every reason why there is none."""

import pandas as pd
import pytest

from analysis.disclosure import INTERNAL
from analysis.errors import DataError
from analysis.formats import Imported, assemble
from analysis.formats.imported import SOURCE_COLUMNS
from analysis.study import Finding, read_study
from analysis.synthetic import example_folder
from tests.builders import ABOUT, CLEAN, typed

unit = pytest.mark.unit
ABOUT_STUDY = {"title": "t", "sites": ("A", "B"), "instruments": ("PHQ-9", "MADRS")}


def raw(name: str) -> pd.DataFrame:
    """Read one of the clean tables as text."""
    return pd.read_csv(pd.io.common.StringIO(CLEAN[name]), dtype="string")


@unit
def test_tables_of_text_become_a_study():
    found = assemble({name: raw(name) for name in CLEAN}, ABOUT_STUDY)
    assert found.ok
    study = found.require_study()
    assert study.title == "t"
    for name in CLEAN:
        pd.testing.assert_frame_equal(study.table(name), typed(name, CLEAN[name]))
    assert ABOUT["title"] != study.title


@unit
def test_tables_with_types_stay_as_they_are():
    study = read_study(example_folder("clinic-network"))
    again = assemble(dict(study.tables), ABOUT_STUDY).require_study()
    for name, frame in study.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], frame)


@unit
def test_every_reason_is_said_and_no_value():
    tables = {"subjects": raw("subjects"), "sessions": raw("sessions").assign(rel_day="Jane")}
    warned = Finding(rule="FMT-900", severity="warning", table="x", what="w", remedy="r")
    found = assemble(tables, ABOUT_STUDY, findings=[warned])
    assert found.study is None
    rules = [(finding.rule, finding.table) for finding in found.findings]
    assert ("FMT-001", "assessments") in rules
    assert ("FMT-001", "follow_up") in rules
    assert rules[-1] == ("FMT-900", "x")  # errors first
    with pytest.raises(DataError, match="Map a source to it") as refused:
        found.require_study()
    assert "Jane" not in f"{refused.value}{found!r}{found._repr_html_()}"
    assert len(found.to_frame()) == len(found.findings)


@unit
def test_sources_are_shown_as_given():
    sources = pd.DataFrame({"source": ["phq.csv"], "rows_read": [3]})
    found = Imported(study=None, findings=(), sources=sources)
    assert "phq.csv" in repr(found)
    assert "0 errors" in repr(found)


@pytest.mark.unit
def test_small_counts_of_rows_are_hidden_with_the_number_that_would_give_them_away():
    sources = pd.DataFrame(
        [("a", "sessions", 40, 37, 3, "blank row")], columns=list(SOURCE_COLUMNS)
    )
    imported = Imported(study=None, findings=(), sources=sources)
    assert imported.rows().to_dict("records") == [
        {
            "source": "a", "table": "sessions", "rows_used": "37", "rows_left_out": "<11",
            "reason": "blank row",
        }
    ]  # fmt: skip
    assert imported.rows(INTERNAL)[["rows_read", "rows_left_out"]].to_numpy().tolist() == [
        ["40", "3"]
    ]
    assert len(imported.locate("FMT-050")) == 0
