"""Checklists: every item of the lists once, with a status that follows what the report holds."""

import pytest

from analysis.errors import ReportError
from analysis.report.checklist import checklist_table

pytestmark = pytest.mark.unit

EVERYTHING = ["report", "aim", "01-data-checks", "02-cohort", "03-response", "05-time-to-relapse",
              "06-missing-data", "07-safety", "08-quality", "09-published-comparison", "methods",
              "suppression", "provenance"]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "lists"),
    [
        ("qi", {"SQUIRE 2.0": 18, "RECORD": 13}),
        ("outcomes", {"STROBE": 22, "RECORD": 13}),
        ("safety", {"STROBE": 22, "RECORD": 13}),
    ],
)
def test_every_item_of_the_lists_is_there(kind, lists):
    frame = checklist_table(kind, EVERYTHING).frame
    assert frame["group"].value_counts().to_dict() == lists
    assert not frame.duplicated(["group", "label"]).any()
    assert frame[["what", "status"]].ne("").all(axis=None)


def test_the_status_follows_the_sections():
    row = ("SQUIRE 2.0", "13 Results")
    whole = checklist_table("qi", EVERYTHING).inline(row, "Status")
    assert whole.startswith("filled by the tool: change and response, safety, quality, missing")
    some = checklist_table("qi", ["07-safety"]).inline(row, "Status")
    assert some == (
        "filled by the tool: safety; needs author: what was done when, beside the charts"
    )
    none = checklist_table("qi", []).inline(("RECORD", "12.2 Cleaning"), "Status")
    assert none == "needs author: not in this report: data checks"


def test_an_unknown_kind_is_refused():
    with pytest.raises(ReportError, match="qi, outcomes, safety"):
        checklist_table("audit", [])
