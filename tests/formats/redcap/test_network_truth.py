"""The REDCap project of the clinic network against its truth."""

import csv
import json
from pathlib import Path

import pytest

from analysis.formats import read_redcap

FOLDER = Path(__file__).parent.parent / "clinic" / "redcap"
TRUTH = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))
PHQ_DAY = {"date": "phq9_date", "instrument": "phq9"}
SITE = {"key": "data_access_group"}


def form(instrument, scale, prefix, n_items, rater, date):
    return {
        "instrument": instrument,
        "columns": {
            "instrument": {"constant": scale},
            "rel_day": date,
            "occurrence": {"number_by": ["instrument", "rel_day"]},
            "total": {"field": f"{prefix}_total"},
            "rater": {"constant": rater},
            "visit": {"event": "visit"},
        },
        "items": [f"{prefix}_{n}" for n in range(1, n_items + 1)],
    }


def mapping():
    with (FOLDER / "raw.csv").open(encoding="utf-8-sig", newline="") as handle:
        events = sorted({row["redcap_event_name"] for row in csv.DictReader(handle)})
    return {
        "title": "Project of the clinic network",
        "sites": ["uni_north", "uni_south"],
        "instruments": ["PHQ-9", "GAD-7", "MADRS"],
        "events": {name: {"label": name, "visit": ""} for name in events},
        "missing_codes": {"NASK": ""},
        "day_zero": [{"instrument": "treatment_session", "field": "tx_start"}],
        "tables": {
            "subjects": [
                {
                    "instrument": "enrolment",
                    "columns": {
                        "site_id": SITE,
                        "age_years": {"constant": ""},  # the date of birth identifies
                        "sex": {"field": "sex", "values": {"1": "female", "2": "male", "3": ""}},
                        "indication": {"constant": "depression"},
                    },
                }
            ],
            "sessions": [
                {
                    "instrument": "treatment_session",
                    "columns": {
                        "session_no": {"number_by": []},
                        "site_id": SITE,
                        "course_no": {"constant": 1},
                        "rel_day": {"date": "tx_start"},
                        "agent": {
                            "field": "tx_agent",
                            "values": {"1": "ketamine", "2": "esketamine"},
                        },
                        "route": {
                            "field": "tx_route",
                            "values": {"iv": "IV", "im": "IM", "in": "IN"},
                        },
                        "dose_mg": {"field": "tx_dose_mg"},
                        "phase": {"constant": "induction"},
                        "completed": {
                            "field": "tx_completed",
                            "values": {"1": "true", "0": "false"},
                        },
                    },
                }
            ],
            "follow_up": [
                {
                    "instrument": "enrolment",
                    "columns": {
                        "start_day": {"constant": 0},
                        "last_contact_day": {"constant": 84},
                        "observed_until_day": {"constant": 84},
                        "end_reason": {"constant": "ongoing"},
                    },
                }
            ],
            "assessments": [
                form("phq9", "PHQ-9", "phq9", 9, "self", {"date": "phq9_date"}),
                form("gad7", "GAD-7", "gad7", 7, "self", PHQ_DAY),
                form("madrs_rating", "MADRS", "madrs", 10, "clinician", {"date": "madrs_date"}),
            ],
        },
    }


@pytest.fixture(scope="module")
def tables():
    found = read_redcap(FOLDER / "raw.csv", FOLDER / "dictionary.csv", mapping())
    return found.require_study().tables


@pytest.mark.truth
def test_counts(tables):
    scales = tables["assessments"]["instrument"].value_counts().to_dict()
    assert scales == TRUTH["counts"]["assessments"] == {"PHQ-9": 70, "GAD-7": 70, "MADRS": 42}
    assert len(tables["sessions"]) == TRUTH["counts"]["sessions"] == 138
    # one more than the truth: a patient who was never treated has no date that needs a day 0
    treated = tables["subjects"]["subject_id"].isin(tables["sessions"]["subject_id"])
    assert int(treated.sum()) == TRUTH["counts"]["subjects"] == 24
    assert len(tables["subjects"]) == 25


@pytest.mark.truth
def test_every_form_lies_on_its_day_with_its_answers_and_five_have_the_stored_total(tables):
    forms = tables["assessments"]
    stored = []
    assert len(TRUTH["cells"]) == 63
    for cell in TRUTH["cells"]:
        same = forms["subject_id"].eq(cell["patient"]) & forms["instrument"].eq(cell["instrument"])
        rows = forms[same & forms["rel_day"].eq(cell["rel_day"])]
        rows = rows[rows["n_answered"].eq(cell["n_answered"])]
        assert len(rows) >= 1, cell["event"]
        if cell["total"] not in rows["total"].tolist():
            stored.append((cell["patient"], cell["instrument"]))
            told = cell["stored_total"]
            assert rows["total"].isna().all() if told == "" else float(told) in set(rows["total"])
    # what the project calculated: a stale total, a gap as 0, too few answers, or none at a gap
    assert stored == [
        ("101-5", "PHQ-9"),
        ("101-8", "MADRS"),
        ("101-9", "GAD-7"),
        ("102-3", "PHQ-9"),
        ("102-3", "GAD-7"),
    ]


@pytest.mark.truth
def test_no_identifier_passes(tables):
    with (FOLDER / "raw.csv").open(encoding="utf-8-sig", newline="") as handle:
        addresses = {row["email"] for row in csv.DictReader(handle)} - {""}
    assert len(addresses) == 25
    for frame in tables.values():
        assert not frame.astype("string").isin(addresses).any(axis=None)
