"""Due visits and rows at risk: not yet due is never missing, a gap is no dropout."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.missing import dropout_rows, due_visits
from analysis.outcomes import Schedule, completeness, visit_outcomes
from tests.builders import scored_study, typed
from tests.missing.studies import PLAN, SCORES, network, small_study

pytestmark = pytest.mark.unit


def signs(name: str) -> dict[str, str]:
    frame = due_visits(small_study(), "PHQ-9", schedule=PLAN)
    found = frame.groupby("subject_id")[name].agg(
        lambda flags: "".join("01"[int(f)] for f in flags)
    )
    return found.to_dict()


def test_a_visit_is_due_when_its_window_has_closed():
    assert signs("due") == {**dict.fromkeys(SCORES, "111"), "young": "100", "new": "000"}


def test_scored_are_due_visits_with_a_score_in_the_window():
    assert signs("scored") == {
        "complete": "111", "left": "100", "gap": "101", "never": "000", "young": "100",
        "new": "000", "back": "100", "mild": "100",
    }  # fmt: skip


def test_who_has_any_later_score_remains():
    assert signs("remains") == {
        "complete": "111", "left": "100", "gap": "111", "never": "000", "young": "100",
        "new": "000", "back": "111", "mild": "100",
    }  # fmt: skip


def test_a_score_on_the_first_day_of_the_window_is_one_on_or_after_it():
    study = scored_study({"a": [(0, 20), (11, 15)], "b": [(0, 20), (10, 15)]})
    frame = due_visits(study, "PHQ-9", schedule=PLAN).set_index(["subject_id", "visit"])
    assert frame["remains"].tolist() == [True, True, False, True, False, False]


def test_windows_are_given_in_days_of_the_study():
    frame = due_visits(small_study(), "PHQ-9", schedule=PLAN)
    own = frame[frame["subject_id"].eq("complete")]
    assert own[["opens", "closes", "total", "score_day"]].to_numpy().tolist() == [
        [4, 10, 15, 7], [11, 20, 12, 14], [21, 41, 10, 28]
    ]  # fmt: skip
    assert frame.attrs["patient_level"]


@pytest.mark.identity
def test_counts_are_those_of_completeness():
    ours = due_visits(network(), "PHQ-9").groupby(["site_id", "visit"], observed=True)
    theirs = completeness(network(), "PHQ-9").set_index(["site_id", "visit"])
    counts = ours[["due", "scored"]].sum()
    assert counts["due"].tolist() == theirs["due"].tolist()
    assert counts["scored"].tolist() == theirs["scored"].tolist()


def test_visits_out_of_order_are_refused():
    turned = Schedule(name="turned", windows=PLAN.windows[::-1])
    with pytest.raises(DataError, match="in the order of their windows"):
        due_visits(small_study(), "PHQ-9", schedule=turned)


# --- Rows at risk --------------------------------------------------------------------------------


def at_risk(**rules) -> pd.DataFrame:
    return dropout_rows(small_study(), "PHQ-9", schedule=PLAN, **rules)


def test_patients_are_at_risk_until_the_first_visit_from_which_no_score_follows():
    rows = at_risk()
    found = {
        name: [(str(v), bool(d)) for v, d in zip(own["visit"], own["dropped_out"], strict=True)]
        for name, own in rows.groupby("subject_id")
    }
    assert found == {
        "back": [("v1", False), ("v2", False), ("v3", False)],
        "complete": [("v1", False), ("v2", False), ("v3", False)],
        "gap": [("v1", False), ("v2", False), ("v3", False)],
        "left": [("v1", False), ("v2", True)],
        "never": [("v1", True)],
        "young": [("v1", False)],
    }
    assert "mild" in set(at_risk(baseline_at_least=0)["subject_id"])


def test_only_what_was_recorded_before_the_window_is_known():
    own = at_risk().set_index(["subject_id", "visit"])
    columns = ["last_score", "last_change", "days_since_score", "sessions_so_far"]
    assert own.loc[("complete", "v1"), columns].tolist() == [20.0, 0.0, 4.0, 1.0]
    assert own.loc[("complete", "v3"), columns].tolist() == [12.0, -8.0, 7.0, 1.0]
    assert own.loc[("gap", "v3"), columns].tolist() == [15.0, -5.0, 14.0, 1.0]
    assert own.loc[("gap", "v3"), ["total", "change"]].tolist() == [9.0, -11.0]
    assert "side_effects" not in own.columns


def test_a_score_on_the_first_day_of_a_window_is_not_yet_known_there():
    study = scored_study({"a": [(0, 20), (4, 11), (14, 9)]})
    rows = dropout_rows(study, "PHQ-9", schedule=PLAN).set_index("visit")
    assert rows.loc["v1", ["last_score", "total"]].tolist() == [20.0, 11.0]
    assert rows.loc["v2", "last_score"] == 11.0


def test_sessions_with_an_adverse_event_are_counted_until_the_window():
    study = small_study()
    study.tables["sessions"] = typed(
        "sessions",
        "subject_id,session_no,site_id,course_no,rel_day,agent,route,dose_mg,phase,completed\n"
        "complete,1,A,1,0,ketamine,IV,35,induction,true\n"
        "complete,2,A,1,4,ketamine,IV,35,induction,true\n"
        "complete,3,A,1,12,ketamine,IV,35,induction,true\n",
    )
    study.tables["adverse_events"] = typed(
        "adverse_events",
        "subject_id,ae_no,session_no,start_day,term,severity,serious,related,outcome\n"
        "complete,1,1,0,nausea,1,false,true,recovered\n"
        "complete,2,1,0,dizziness,1,false,true,recovered\n"
        "complete,3,3,12,nausea,1,false,true,recovered\n"
        "complete,4,,13,fall,1,false,false,recovered\n",
    )
    rows = dropout_rows(study, "PHQ-9", schedule=PLAN)
    assert rows["sessions_so_far"].tolist() == [1.0, 2.0, 3.0]
    assert rows["side_effects"].tolist() == [1.0, 1.0, 2.0]


@pytest.mark.identity
def test_rows_with_a_score_are_those_of_visit_outcomes():
    rows = dropout_rows(network(), "PHQ-9")
    scored = rows[rows["scored"]]
    outcomes = visit_outcomes(network(), "PHQ-9")
    both = scored.merge(outcomes, on=["subject_id", "visit"], how="outer", indicator=True)
    assert both["_merge"].eq("both").all()
    assert (both["change_x"] - both["change_y"]).abs().max() < 1e-12


def test_nothing_that_came_after_the_start_of_treatment_is_a_column():
    assert not {"completed_induction", "n_sessions", "last_contact_day"} & set(at_risk().columns)


def test_what_has_no_rows_at_risk_is_refused():
    with pytest.raises(DataError, match="one course"):
        at_risk(course="all")
    with pytest.raises(DataError, match="has a planned visit due yet"):
        at_risk(baseline_at_least=27)
