"""The record of who was in what a site has sent, and what it refuses."""

import dataclasses
import json

import pandas as pd
import pytest

from analysis.distributed import make_bundle, write_bundle
from analysis.distributed.bundles.specification import specification_of
from analysis.errors import AnalysisError, DataError, DisclosureError, ReportError
from analysis.outcomes import select_patients
from tests.distributed.bundles.network import without

pytestmark = pytest.mark.unit

HARMS = {"model": "adverse-events", "count": ["events"]}
RESPONSE = {"model": "kaplan-meier", "endpoint": "response", "instrument": "PHQ-9", "bins": [84]}
RATE = {"model": "response", "instrument": "PHQ-9", "visit": "week 4"}
COURSE = {
    "model": "mmrm", "instrument": "PHQ-9", "visits": ["week 1", "week 2", "week 4"],
    "gaps": "cut", "formula": "change ~ visit",
}  # fmt: skip


@pytest.fixture(scope="module")
def clinic(study):
    """Return the largest clinic alone, as it has its data."""
    return select_patients(study, site="clinic-a")


@pytest.fixture
def record(tmp_path):
    return tmp_path / "local" / "records" / "clinic-a.sent.json"


def agreed(**analyses):
    network = {"sites": ["clinic-a", "clinic-b"], "mode": "thresholded"}
    return specification_of({"network": network, "analyses": analyses}, "analysis.toml")


def send(study, record, **analyses):
    return make_bundle(study, agreed(**analyses), site="clinic-a", record=record)


def patients(study, n):
    """Name patients who have assessed sessions, in the order of the table."""
    sessions = study.table("sessions")
    assessed = sessions[sessions["ae_assessed"].fillna(value=False).astype(bool)]
    return assessed["subject_id"].drop_duplicates().tolist()[:n]


# --- Repetition ----------------------------------------------------------------------------------


def test_the_same_bundle_again_passes_and_is_noted_once(clinic, record):
    first = send(clinic, record, harms=HARMS, response=RESPONSE, course=COURSE)
    noted = record.read_bytes()
    again = send(clinic, record, harms=HARMS, response=RESPONSE, course=COURSE)
    assert record.read_bytes() == noted
    assert again.statement == first.statement


@pytest.mark.parametrize(("came", "is_refused"), [(3, True), (10, True), (35, False)])
@pytest.mark.parametrize("analysis", [HARMS, {**COURSE, "visits": ["week 1"]}], ids=["ae", "mmrm"])
def test_few_who_came_are_refused_and_many_are_not(clinic, record, came, is_refused, analysis):
    send(without(clinic, patients(clinic, came)), record, asked=analysis)
    noted = record.read_bytes()
    if not is_refused:
        send(clinic, record, asked=analysis)
        assert len(json.loads(record.read_text(encoding="utf-8"))["bundles"]) == 2
        return
    with pytest.raises(DisclosureError, match="'asked': together with what this site has sent"):
        send(clinic, record, asked=analysis)
    assert record.read_bytes() == noted


def test_another_least_baseline_that_few_are_below_is_refused(clinic, record):
    send(clinic, record, curve=RESPONSE)
    with pytest.raises(DisclosureError, match="'other': together with what this site"):
        send(clinic, record, other={**RESPONSE, "baseline_at_least": 11})


def test_one_more_event_of_one_patient_is_refused(clinic, record):
    send(clinic, record, harms=HARMS)
    events = clinic.table("adverse_events")
    less = dataclasses.replace(
        clinic, tables={**clinic.tables, "adverse_events": events.drop(index=events.index[0])}
    )
    (analysis,) = agreed(harms=HARMS).analyses
    n = [analysis.rows(study).frame["events"].sum() for study in (clinic, less)]
    assert n[0] - n[1] == 1
    with pytest.raises(DisclosureError, match="had a value corrected"):
        send(less, record, harms=HARMS)


def test_two_analyses_of_nearly_the_same_patients_are_refused(clinic, record):
    early = {**COURSE, "visits": ["week 1", "week 2"]}
    with pytest.raises(DisclosureError, match="'early' and 'course' differ by too few patients"):
        send(clinic, record, course=COURSE, early=early)
    assert not record.exists()
    send(clinic, record, course=COURSE, more={**COURSE, "formula": "change ~ visit + baseline"})


def test_different_questions_are_not_held_against_each_other(clinic, record):
    """Nearly every site has a few patients more in one than in the other, and nothing of them."""
    made = send(
        clinic, record, harms=HARMS, response=RESPONSE, rate={**RATE, "outcomes": ["response"]}
    )
    n = made.contents()["n_patients"]
    assert 0 < n[2] - n[0] < 11


def test_a_record_of_another_agreement_counts_too(clinic, record):
    send(clinic, record, harms=HARMS)
    less = without(clinic, patients(clinic, 4))
    with pytest.raises(DisclosureError, match="'events'"):
        send(less, record, events=HARMS, response=RESPONSE)
    lines = json.loads(record.read_text(encoding="utf-8"))["bundles"]
    assert [[part["analysis"] for part in each["parts"]] for each in lines] == [["harms"]]


# --- The file ------------------------------------------------------------------------------------


def test_no_record_is_refused_with_what_to_give(clinic):
    with pytest.raises(DataError, match=r"Give record= .--record.*local/records/clinic-a.sent"):
        send(clinic, None, harms=HARMS)


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("outgoing/clinic-a.sent.json", "below a folder named local"),
        ("local/clinic-a.json", r"a file ending in \.sent\.json"),
        ("local/bundle/clinic-a.sent.json", "in a folder without bundles"),
    ],
)
def test_a_record_that_could_leave_is_refused(clinic, tmp_path, place, why):
    (tmp_path / "local" / "bundle").mkdir(parents=True)
    (tmp_path / "local" / "bundle" / "bundle-clinic-a.npz").write_bytes(b"")
    with pytest.raises(DisclosureError, match=why):
        send(clinic, tmp_path / place, harms=HARMS)


def test_a_bundle_is_not_written_beside_a_record(clinic, record):
    made = send(clinic, record, harms=HARMS)
    with pytest.raises(DisclosureError, match="must not lie beside the record"):
        write_bundle(made, record.parent)
    assert [file.name for file in record.parent.iterdir()] == [record.name]


def test_neither_record_nor_bundle_holds_an_id_and_no_digest_leaves(clinic, record, tmp_path):
    made = send(clinic, record, harms=HARMS, course=COURSE)
    noted = json.loads(record.read_text(encoding="utf-8"))
    digests = noted["bundles"][0]["parts"][0]["patients"]["patient"]
    assert len(digests) == made.contents()["n_patients"][0]
    sent = b"".join(file.read_bytes() for file in write_bundle(made, tmp_path / "out"))
    assert not [each for each in digests if each.encode() in sent]
    for subject in clinic.table("subjects")["subject_id"].astype(str):
        assert subject not in record.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"site": "clinic-a"', '"site": "clinic-b"'),
        lambda text: text.replace('"pattern_needs": [11', '"pattern_needs": [12'),
        lambda _: "",
        lambda _: "[]",
        lambda _: '{"sha256": 1}',
        lambda _: "[" * 100_000,
    ],
)
def test_a_damaged_record_is_refused_and_left(clinic, record, damage):
    send(clinic, record, harms=HARMS)
    text = record.read_text(encoding="utf-8")
    damaged = damage(text)
    assert damaged != text
    record.write_text(damaged, encoding="utf-8")
    with pytest.raises(DataError, match=r"clinic-a\.sent\.json, the record .*your backup"):
        send(clinic, record, harms=HARMS)
    assert record.read_text(encoding="utf-8") == damaged


def test_the_record_of_another_site_is_refused(study, clinic, record):
    send(clinic, record, harms=HARMS)
    with pytest.raises(DataError, match="the record of 'clinic-a' and not of 'clinic-b'"):
        make_bundle(study, agreed(harms=HARMS), site="clinic-b", record=record)


def test_a_record_that_cannot_be_written_is_an_error(clinic, tmp_path):
    (tmp_path / "local").write_text("a file and no folder", encoding="utf-8")
    with pytest.raises(ReportError):
        send(clinic, tmp_path / "local" / "records" / "a.sent.json", harms=HARMS)


def test_nothing_is_noted_of_a_bundle_that_is_not_made(clinic, record):
    with pytest.raises(AnalysisError):
        send(clinic, record, harms=HARMS, rate={**RATE, "visit": "week 12"}, hopeless=dict(
            RESPONSE, bins=[1, 2, 3, 84]))  # fmt: skip
    assert not record.exists()


def test_new_ids_are_other_patients(clinic, record):
    """What the record cannot know: the ids must stay the same from extract to extract."""
    send(clinic, record, harms=HARMS)
    tables = {
        name: frame.assign(subject_id="x" + frame["subject_id"].astype(str))
        for name, frame in without(clinic, patients(clinic, 3)).tables.items()
    }
    assert isinstance(tables["subjects"], pd.DataFrame)
    send(dataclasses.replace(clinic, tables=tables), record, harms=HARMS)
