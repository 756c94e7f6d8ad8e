"""The mapping file: faults by JSON path, open questions, and no header or label in a message."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.formats import Mapping, read_mapping, write_mapping
from tests.formats.small_clinic import MAPPING, changed

unit = pytest.mark.unit


def faults(content):
    return [(finding.rule, finding.column) for finding in Mapping.of(content).findings]


@unit
def test_sound_mapping_has_no_findings(tmp_path):
    mapping = Mapping.of(MAPPING)
    assert mapping.findings == ()
    assert mapping.ok
    assert mapping.open_questions == ()
    path = write_mapping(mapping, tmp_path / "mapping.json")
    again = read_mapping(path)
    assert again.content == MAPPING
    assert again.text() == mapping.text()
    assert again.cut_off.isoformat() == "2024-03-31"
    assert repr(mapping) == (
        "Mapping of 3 sources to sessions, subjects; questionnaires: PHQ-9; "
        "0 open questions, 0 findings"
    )


@unit
@pytest.mark.parametrize(
    ("path", "to", "expected"),
    [
        (("mapping_version",), "2", ("FMT-013", "mapping_version")),
        (("mapping_version",), None, ("FMT-012", "mapping_version")),
        (("study",), None, ("FMT-012", "study")),
        (("study", "title"), "Data of 2024-05-01", ("FMT-013", "study.title")),
        (("study", "course_gap_days"), 0, ("FMT-013", "study.course_gap_days")),
        (("colour",), 1, ("FMT-011", "")),
        (("cut_off",), "31.03.2024", ("FMT-013", "cut_off")),
        (("sites",), {"Main Street": None}, ("FMT-013", "sites")),
        (("sites",), {"Main Street": "A", "main  street": "B"}, ("FMT-013", "sites")),
        (("origin",), None, ("FMT-012", "origin")),
        (("origin", "source"), "nowhere", ("FMT-015", "origin.source")),
        (("client_id", "width"), "4", ("FMT-013", "client_id.width")),
        (("client_id", "case"), "title", ("FMT-013", "client_id.case")),
        (("sources", "phq", "kind"), "xls", ("FMT-013", "sources.phq.kind")),
        (("sources", "phq", "client_id"), None, ("FMT-012", "sources.phq.client_id")),
        (("sources", "phq", "encoding"), "rot13", ("FMT-013", "sources.phq.encoding")),
        (("sources", "phq", "encoding"), "klingon", ("FMT-013", "sources.phq.encoding")),
        (("sources", "phq", "dates"), "day first", ("FMT-013", "sources.phq.dates")),
        (("sources", "phq", "delimiter"), ";;", ("FMT-013", "sources.phq.delimiter")),
        (("sources", "phq", "thousands"), ".", ("FMT-013", "sources.phq.thousands")),
        (("sources", "phq", "header_row"), 0, ("FMT-013", "sources.phq.header_row")),
        (("sources", "phq", "sheet"), True, ("FMT-013", "sources.phq.sheet")),
        (("sources", "Jane Doe"), {}, ("FMT-013", "sources[3]")),
        (
            ("tables", "sessions", "columns", "rel_day"),
            None,
            ("FMT-012", "tables.sessions.columns.rel_day"),
        ),
        (
            ("tables", "sessions", "columns", "phase"),
            {"by_session_no": {"2": "induction"}},
            ("FMT-013", "tables.sessions.columns.phase.by_session_no"),
        ),
        (
            ("tables", "sessions", "columns", "agent"),
            {"column": "Drug", "constant": "ketamine"},
            ("FMT-013", "tables.sessions.columns.agent"),
        ),
        (
            ("tables", "sessions", "columns", "dose_mg", "unit"),
            "grain",
            ("FMT-013", "tables.sessions.columns.dose_mg.unit"),
        ),
        (("tables", "sessions", "require"), ["nothing"], ("FMT-013", "tables.sessions.require")),
        (
            ("tables", "sessions", "where"),
            {"column": "Drug"},
            ("FMT-012", "tables.sessions.where.is"),
        ),
        (("tables", "calendar"), {}, ("FMT-011", "tables")),
        (
            ("questionnaires", 0, "instrument"),
            "PHQ-10",
            ("FMT-013", "questionnaires[0].instrument"),
        ),
        (("questionnaires", 0, "items"), ["a", "b"], ("FMT-013", "questionnaires[0].items")),
        (("questionnaires", 0, "items"), ["a"] * 9, ("FMT-013", "questionnaires[0].items")),
        (("questionnaires", 0, "day"), None, ("FMT-012", "questionnaires[0].day")),
        (
            ("questionnaires", 0, "answers"),
            {"Never": [0]},
            ("FMT-013", "questionnaires[0].answers"),
        ),
        (("follow_up", "end_reason"), None, ("FMT-012", "follow_up.end_reason")),
        (("follow_up", "source"), None, ("FMT-012", "follow_up.source")),
    ],
)
def test_each_fault_has_one_finding_with_its_path(path, to, expected):
    assert faults(changed(*path, to=to)) == [expected]


@unit
def test_notes_may_stand_anywhere():
    content = changed("sources", "phq", "note", to="From the tablet in the waiting room?")
    content["tables"]["sessions"]["columns"]["note"] = ["?", "not decided by us"]
    content["questionnaires"][0]["answers"]["note"] = "?"
    assert faults(content) == []


@unit
def test_an_open_question_stands_for_other_faults_at_its_place():
    content = changed("questionnaires", 0, "instrument", to="?")
    content["questionnaires"][0]["answers"] = {"Never": 0, "always": "?"}
    content["sites"] = {"harbour": "?"}
    content["sources"]["phq"]["kind"] = "?"
    expected = ["sites", "sources.phq.kind", "questionnaires[0].instrument"]
    expected.append("questionnaires[0].answers")
    assert sorted(Mapping.of(content).open_questions) == sorted(expected)
    assert sorted(faults(content)) == sorted(("FMT-014", place) for place in expected)


@unit
def test_a_misspelt_key_is_named_by_its_place_and_not_repeated():
    content = changed("sources", "phq", "delimeter", to=";")
    (finding,) = Mapping.of(content).findings
    assert "Key number 5" in finding.what
    assert "Perhaps delimiter is meant" in finding.remedy
    assert "delimeter" not in str(finding)


@unit
@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "at line 1"), ('{"a": 1, "a": 2}', "has a key twice"), ("[" * 100_000, "not valid")],
)
def test_what_is_no_json_is_refused(tmp_path, text, words):
    path = tmp_path / "mapping.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=words):
        read_mapping(path)
    with pytest.raises(DataError, match="cannot be opened"):
        read_mapping(tmp_path / "nowhere.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("?"),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["sources", "phq", "file", "kind", "tables", "sessions", "columns", "column", "where",
             "values", "origin", "items", "constant", "follow_up", "questionnaires", "source",
             "sites", "links", "client_id", "study", "by_session_no", "minutes_between", "note"]
        )
        | st.text(max_size=3),
        inner,
        max_size=4,
    ),
    max_leaves=25,
)  # fmt: skip


@pytest.mark.identity
@given(JSON)
def test_any_json_is_read_to_its_end(content):
    mapping = Mapping.of(content)
    assert not mapping.ok
    assert all(finding.rule.startswith("FMT-01") for finding in mapping.findings)


@pytest.mark.identity
@given(st.sampled_from(sorted(MAPPING)), JSON)
def test_any_section_may_be_broken(section, value):
    content = changed(section, to="x")
    content[section] = value
    Mapping.of(content).text()


@unit
def test_no_text_of_the_mapping_reaches_a_message():
    canary = "Canary 41c"

    def poisoned(value):
        if isinstance(value, dict):
            return {
                (key if key.islower() and key.isidentifier() else canary): poisoned(part)
                for key, part in value.items()
            }
        if isinstance(value, list):
            return [poisoned(part) for part in value]
        return canary

    mapping = Mapping.of(poisoned(json.loads(json.dumps(MAPPING))))
    assert len(mapping.findings) > 5
    shown = " ".join(str(finding) for finding in mapping.findings) + repr(mapping)
    assert canary.casefold() not in shown.casefold()


@pytest.mark.unit
def test_spellings_of_a_label_may_stand_side_by_side_when_they_mean_the_same():
    path = ("tables", "subjects", "columns", "sex", "values")
    assert Mapping.of(changed(*path, to={"F": "female", "f": "female", "M": "male"})).ok
    refused = Mapping.of(changed(*path, to={"F": "female", "f": "male", "M": "male"}))
    assert [finding.rule for finding in refused.findings] == ["FMT-013"]


@pytest.mark.unit
def test_a_question_mark_may_be_a_code_for_missing():
    mapping = Mapping.of(changed("sources", "phq", "na", to=["?", "-"]))
    assert mapping.ok
    assert mapping.sources["phq"].missing == ("?", "-")
