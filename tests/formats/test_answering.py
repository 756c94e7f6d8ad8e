"""Answers to the questions of a mapping, by path; questions with the notes beside them."""

import json

import pytest

from analysis.errors import DataError
from analysis.formats import Mapping

pytestmark = pytest.mark.unit

DRAFT = {
    "mapping_version": "1",
    "note": "Of the whole mapping.",
    "study": {"title": "?", "note": "Name of the data set."},
    "cut_off": "?",
    "sites": {"Main Street": "?", "Harbour": "B"},
    "origin": {"source": "?", "column": "?", "note": "No file looks like it: which is it?"},
    "sources": {"a": {"file": "a.csv", "kind": "csv", "client_id": "ID", "dates": "?",
                      "note": "It is UTF-8. Day or month first? Both fit."}},
    "tables": {"subjects": [{"source": "a", "columns": {
        "site_id": "Clinic",
        "sex": {"column": "Sex", "values": {"F": "female", "W ": "?", "X": "?"},
                "note": "By its header."}}}]},
}  # fmt: skip


def content(answers):
    return Mapping.of(DRAFT).answered(answers).content


def test_labels_are_completed_and_everything_else_is_replaced():
    after = content(
        {
            "study": {"title": "A"},
            "sites": {"main  STREET": "A"},
            "tables.subjects[0].columns.sex.values": {"w": "female"},
        }
    )
    assert after["study"] == {"title": "A"}
    assert after["sites"] == {"Harbour": "B", "main  STREET": "A"}
    values = after["tables"]["subjects"][0]["columns"]["sex"]["values"]
    assert values == {"F": "female", "X": "?", "w": "female"}


def test_the_draft_stays_as_it_is():
    before = json.dumps(DRAFT)
    answer = {"x": ["y"]}
    after = content({"study": answer})
    answer["x"].append("later")
    assert after["study"] == {"x": ["y"]}
    assert json.dumps(DRAFT) == before


def test_answers_close_questions_and_may_add_keys():
    draft = Mapping.of(DRAFT)
    path = "tables.subjects[0].columns.sex.values"
    assert path in draft.open_questions
    later = draft.answered(
        {
            path: {"W": "female", "X": "other"},
            "sources.a.alike_rows": "drop",
            "cut_off": "2024-01-31",
        }
    )
    assert {path, "cut_off"} & set(later.open_questions) == set()
    assert later.sources["a"].alike_rows == "drop"
    assert later.cut_off.isoformat() == "2024-01-31"


@pytest.mark.parametrize(
    "path",
    [
        *("", "tables.canary[0].columns", "tables.subjects[7]", "tables.subjects[7].columns"),
        *("cut_off.x", "sites[0]"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused_by_its_position(path):
    with pytest.raises(DataError, match="answer number 2") as raised:
        content({"cut_off": "2024-01-31", path: "canary"})
    assert "canary" not in str(raised.value)


def test_questions_stand_beside_what_is_asked():
    asked = Mapping.of(DRAFT).questions()
    assert dict(asked.to_numpy().tolist()) == {
        "study.title": "Name of the data set.",
        "cut_off": "Last day that the files cover, as year-month-day.",
        "sites": "A code for every name of a clinic in the files.",
        "origin.source": "which is it?",
        "origin.column": "which is it?",
        "sources.a.dates": "Day or month first? Both fit.",
        "tables.subjects[0].columns.sex.values": "Labels that are open: 2. What does each mean?",
    }


def test_no_question_is_an_empty_table():
    assert Mapping.of({"mapping_version": "1"}).questions().columns.tolist() == ["place", "note"]
