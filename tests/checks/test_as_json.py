"""Findings as JSON: sorted, masked for release, true for the clinic."""

import json

import pytest

from analysis.checks import CheckResult, check, check_folder
from analysis.checks.as_json import findings_json
from analysis.disclosure import INTERNAL, Policy
from analysis.study import Finding
from tests.builders import CALENDAR, CLEAN, clean_study, with_cell, write_folder

pytestmark = pytest.mark.unit


def result_of(*counts):
    findings = tuple(
        Finding(
            rule=f"TST-{n:03d}", severity="error", table="items", column="x", what="W.",
            remedy="R.", count=count, rows=(2, 7),
        )
        for n, count in enumerate(counts, start=1)
    )  # fmt: skip
    return CheckResult(findings=findings, n_rules=1, n_rows=1, study=clean_study())


def test_small_numbers_are_masked_for_release():
    content = json.loads(findings_json(result_of(10, 11, 1234, None)))
    assert [found["rows"] for found in content["findings"]] == ["<11", "11", "1,234", None]
    assert content["findings"][0] == {
        "rule": "TST-001",
        "severity": "error",
        "place": "items.x",
        "rows": "<11",
        "what": "W.",
        "remedy": "R.",
    }
    assert (content["audience"], content["notice"]) == ("release", "")


def test_the_internal_audience_sees_true_numbers_lines_and_the_notice():
    content = json.loads(findings_json(result_of(4), policy=INTERNAL))
    assert content["audience"] == "internal"
    assert content["notice"] == "Confidential: true counts, for use inside the clinic only."
    assert content["findings"][0]["rows"] == "4"
    assert content["findings"][0]["first_rows"] == [2, 7]


def test_another_least_count():
    content = json.loads(findings_json(result_of(4, 5), policy=Policy(minimum_count=5)))
    assert [found["rows"] for found in content["findings"]] == ["<5", "5"]


def test_errors_come_first_and_are_counted():
    tables = {
        "sessions": with_cell(CLEAN["sessions"], "weight_kg", "154", row=1),
        "subjects": with_cell(CLEAN["subjects"], "age_years", "147", row=1),
    }
    result = check(clean_study(**tables))
    content = json.loads(findings_json(result))
    assert [found["rule"] for found in content["findings"]] == ["RNG-001", "DOS-001"]
    assert (content["ok"], content["errors"], content["warnings"]) == (False, 1, 1)
    assert content["data_class"] == "no dates"
    reordered = CheckResult(findings=result.findings[::-1], n_rules=1, n_rows=1, study=result.study)
    assert findings_json(reordered) == findings_json(result)


def test_classes_of_data_and_a_folder_that_cannot_be_read(tmp_path):
    local = write_folder(tmp_path / "local", tables={"calendar": CALENDAR})
    assert json.loads(findings_json(check_folder(local)))["data_class"] == "limited data set"
    content = json.loads(findings_json(check_folder(tmp_path / "nothing")))
    assert content["data_class"] is None
    assert (content["ok"], content["errors"], content["warnings"]) == (False, 1, 0)


def test_the_text_ends_with_one_line_feed_and_keeps_letters():
    text = findings_json(check(clean_study()))
    assert text.endswith("}\n")
    assert json.loads(text)["findings"] == []
    assert "<11" in findings_json(result_of(3))


def test_the_text_is_indented_by_one_space_and_keeps_letters_as_they_are():
    sessions = with_cell(CLEAN["sessions"], "weight_kg", "154", row=1)
    text = findings_json(check(clean_study(sessions=sessions)))
    assert text.startswith('{\n "audience": "release",\n "notice": "",\n')
    assert "dose_mg_kg × weight_kg" in text
