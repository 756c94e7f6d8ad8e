"""The page of findings: stands alone, escaped, masked for release."""

import re

import pytest

from analysis.checks import CheckResult, check, check_folder
from analysis.disclosure import INTERNAL
from analysis.report.findings import findings_page
from analysis.study import Finding
from tests.builders import CALENDAR, clean_study, write_folder

pytestmark = pytest.mark.unit


def result_of(**about):
    finding = Finding(
        **{"rule": "TST-001", "severity": "error", "table": "items", "what": "W.", "remedy": "R.",
           "count": 10, **about}
    )  # fmt: skip
    return CheckResult(findings=(finding,), n_rules=3, n_rows=40, study=clean_study())


def test_small_numbers_are_masked_unless_the_audience_is_internal():
    release, internal = findings_page(result_of()), findings_page(result_of(), policy=INTERNAL)
    assert "&lt;11</td>" in release
    assert "Confidential" not in release
    assert ">10</td>" in internal
    assert "Confidential: true counts, for use inside the clinic only." in internal


def test_the_page_says_what_was_run_and_of_which_class_the_data_are(tmp_path):
    page = findings_page(result_of())
    assert "<p>3 rules over 40 rows: 1 error, 0 warnings.</p>" in page
    assert "Class of the data: no dates<" in page
    local = write_folder(tmp_path / "local", tables={"calendar": CALENDAR})
    assert "Class of the data: limited data set<" in findings_page(check_folder(local))
    assert "the study could not be read<" in findings_page(check_folder(tmp_path / "nothing"))


def test_text_is_escaped():
    page = findings_page(result_of(what="<script>alert(1)</script>.", remedy="<b>&</b>."))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "<b>&" not in page


def test_the_page_stands_alone_and_is_the_same_for_the_same_findings():
    page = findings_page(check(clean_study()))
    assert page.startswith("<!DOCTYPE html>")
    assert page.rstrip().endswith("</html>")
    assert "No rule is broken" in page
    assert "default-src 'none'" in page
    assert not re.search(r"(?:src|href)=|url\(|@import|https?://", page)
    assert page == findings_page(check(clean_study()))
