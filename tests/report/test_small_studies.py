"""Studies that lack nearly everything: the report comes out, and each gap says what is lacking."""

import json
import re
from dataclasses import replace

import pytest

from analysis.errors import DisclosureError
from analysis.report import build_report
from analysis.report.gate import page_faults
from analysis.study import read_study, write_study
from analysis.synthetic import example_folder

pytestmark = [pytest.mark.slow, pytest.mark.identity]

MORE = (
    "monitoring", "adverse_events", "items", "actions", "diagnoses", "encounters", "concomitant",
)  # fmt: skip


@pytest.fixture(scope="module")
def network():
    return read_study(example_folder("clinic-network"))


def part(study, ids, *, scale, without=()):
    """Keep some patients, one scale and not all tables."""
    tables = {
        name: frame[frame["subject_id"].isin(ids)].reset_index(drop=True)
        for name, frame in study.tables.items()
        if name not in without
    }
    for name in ("assessments", "items"):
        if name in tables:
            own = tables[name]["instrument"].astype(str).eq(scale)
            tables[name] = tables[name][own].reset_index(drop=True)
    return replace(study, tables=tables, instruments=(scale,))


def texts_of(page):
    """What the page says, without pictures and style."""
    return re.sub(r"<style.*?</style>|<img[^>]*>", " ", page, flags=re.DOTALL)


def test_twelve_patients_of_one_clinic_without_safety_data(network, tmp_path):
    subjects = network.tables["subjects"]
    ids = subjects.loc[subjects["site_id"].eq("clinic-a"), "subject_id"].head(12)
    write_study(part(network, ids, scale="PHQ-9", without=MORE), tmp_path / "study")
    files = build_report(tmp_path / "study", tmp_path / "out")
    page = files["html"].read_text(encoding="utf-8")
    assert page_faults(page) == []
    gaps = re.findall(r'class="gap">([^<]*)', page)
    for lacking in (
        "Fewer than two planned visits have a score of 11 patients or more",
        "Fewer than 11 patients were followed",
        "eeds the table monitoring",
        "needs the table adverse_events",
        "two clinics with 11 or more patients who count are needed",
        "fewer than 20 patients with a baseline",
    ):
        assert [gap for gap in gaps if lacking in gap], lacking
    assert all(gap.startswith(("Not shown: ", "Not computable: ")) for gap in gaps)
    visible = texts_of(page)
    assert not [subject for subject in ids if str(subject) in visible]
    shown = re.findall(r"<td[^>]*>\s*(\d+) of \d+\s*</td>", visible)
    assert not [n for n in shown if 0 < int(n) < 11]


def test_a_study_of_another_scale_takes_it_for_its_main_result(network, tmp_path):
    subjects = network.tables["subjects"]
    ids = subjects.loc[subjects["site_id"].eq("clinic-a"), "subject_id"]
    study = part(network, ids, scale="GAD-7", without=("encounters", "items", "actions"))
    write_study(study, tmp_path / "local" / "study")
    given = {"audience": "internal", "first": "month 1", "last": "month 18"}
    with pytest.raises(DisclosureError, match="below a folder named local"):
        build_report(
            _real(tmp_path / "local" / "study"), tmp_path / "out", kind="outcomes", parameters=given
        )
    assert not (tmp_path / "out").exists()
    files = build_report(
        tmp_path / "local" / "study", tmp_path / "local" / "out", kind="outcomes", parameters=given
    )
    page = files["html"].read_text(encoding="utf-8")
    assert page_faults(page) == []
    assert "GAD-7 at week 4" in page
    assert "Confidential: true counts" in page
    assert "first treatment from month 1 to month 18 since the first patient" in page
    about = json.loads((tmp_path / "local" / "out" / "report.json").read_text(encoding="utf-8"))
    assert about["parameters"]["instrument"] == "GAD-7"


def _real(folder):
    """Say of a study that its patients are real; invented ones may be shown anywhere."""
    about = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    (folder / "study.json").write_text(json.dumps({**about, "synthetic": False}), encoding="utf-8")
    return folder
