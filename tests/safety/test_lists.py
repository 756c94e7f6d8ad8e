"""What stays inside the clinic: the esketamine form, and the list of whom to look at."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import release
from analysis.errors import DataError, DisclosureError
from analysis.safety import action_list, rems_fields, session_safety
from tests.builders import typed
from tests.safety.studies import ACTIONS, EVENTS, course, network, session, study_of

pytestmark = pytest.mark.unit

ITEMS = "subject_id,instrument,rel_day,occurrence,item_no,response,missing_reason"
SCORES = "subject_id,instrument,rel_day,occurrence,visit,total,n_answered,rater"
SPRAY = {"agent": "esketamine", "route": "IN"}


# --- The esketamine form -------------------------------------------------------------------------


def spray_study():
    sessions = [
        session("p1", 1, dose_mg=56, discharge_ready_min=100, discharged_min=120, **SPRAY),
        session("p1", 2, dose_mg=84, rel_day=20, ae_assessed="false", **SPRAY),
        session("p2", 1, dose_mg=28, **SPRAY),
        session("p3", 1),
    ]
    rows = [
        *course("p1", 1, "sbp", {-5: 138, 32: 150, 41: 152, 119: 141}),
        *course("p1", 1, "dbp", {-5: 90, 41: 92, 119: 80}),
        *course("p1", 1, "moaas", {20: 3, 60: 5}),
        *course("p1", 1, "cadss", {40: 20, 90: 2}),
        *course("p1", 2, "sbp", {-5: 141, 90: 130}),
    ]
    return study_of(
        sessions,
        rows,
        concomitant=["subject_id,drug_no,drug_class,start_day,end_day",
                     "p1,1,benzodiazepine,,10", "p1,2,opioid,20,", "p2,1,antidepressant,,"],
        adverse_events=[EVENTS, "p1,1,1,0,syncope,3,true,true,recovered"],
    )  # fmt: skip


def test_the_form_by_hand():
    study = spray_study()
    form = rems_fields(study, session_safety(study))
    assert form[["subject_id", "session_no"]].to_numpy().tolist() == [
        ["p1", 1], ["p1", 2], ["p2", 1]
    ]  # fmt: skip
    assert form["dose"].tolist() == ["56 mg", "84 mg", "other"]
    assert form["taking_benzodiazepine"].tolist() == [True, False, False]
    assert form["taking_opioid"].tolist() == [False, True, False]
    first = form.iloc[0]
    assert first[["sbp_before", "sbp_40_min", "sbp_last"]].tolist() == [138, 152, 141]
    assert first["acceptable_before"]  # 138/90 is not over 140/90
    assert not first["acceptable_last"]  # 141
    assert first[["ready_min", "monitored_min"]].tolist() == [100, 120]
    assert first["two_hours"]  # exactly 120 minutes
    assert first["sedation"]
    assert first["dissociation"]
    assert first[["sedation_over_min", "dissociation_over_min"]].tolist() == [60, 90]
    assert first["serious_event"]
    second = form.iloc[1]
    assert not second["acceptable_before"]
    assert second["acceptable_last"] is pd.NA  # the diastolic pressure was not read
    assert second["monitored_min"] == 90  # the last reading
    assert second["serious_event"] is pd.NA  # nobody asked
    third = form.iloc[2]
    assert third["two_hours"] is pd.NA
    assert np.isnan(third["sbp_before"])


def test_what_the_form_cannot_hold_is_listed():
    study = study_of([session("p1", dose_mg=56, **SPRAY)])
    said = rems_fields(study, session_safety(study)).attrs["not_computable"]
    for text in (
        "prescriber: never part of a study",
        "lot number: never part of a study",
        "sbp_40_min: needs readings in monitoring",
        "taking_benzodiazepine: needs the table concomitant",
        "ready_min: needs sessions.discharge_ready_min",
        "serious_event: needs the table adverse_events and sessions.ae_assessed",
    ):
        assert text in said
    with pytest.raises(DataError, match="no session with esketamine spray"):
        rems_fields(study_of([session("p1")]), session_safety(study_of([session("p1")])))


def test_the_form_never_leaves():
    study = network()
    with pytest.raises(DisclosureError):
        release(rems_fields(study, session_safety(study)))


# --- The list ------------------------------------------------------------------------------------


def care_study(item9=(), scores=(), actions=(), **more):
    sessions = [session("p1", k) for k in range(1, 5)] + [session("p2")]
    return study_of(
        sessions,
        items=[ITEMS, *(item9 or ["p2,PHQ-9,5,1,9,0,"])],
        actions=[ACTIONS, *(actions or ["p2,1,0,,other,other"])],
        assessments=[SCORES, *(scores or ["p2,PHQ-9,5,1,,5,9,self"])],
        **{"until": 30, **more},
    )


def listed(study, reason, **options):
    frame = action_list(study, days_old=3, **{"overdue_after": 999, **options}).frame
    rows = frame[frame["reason"].str.startswith(reason)]
    return rows[["subject_id", "since_day", "days"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("answers", "actions", "found"),
    [
        ({7: 1}, [], [["p1", 7, 23]]),
        ({7: 1}, ["p1,1,7,,suicidal ideation,safety plan"], []),
        ({7: 1}, ["p1,1,6,,suicidal ideation,safety plan"], [["p1", 7, 23]]),
        ({7: 1}, ["p1,1,9,,dissociation,other"], [["p1", 7, 23]]),
        ({7: 1, 14: 0}, [], []),  # no longer
        ({7: 1, 14: 2}, ["p1,1,8,,suicidal ideation,safety plan"], [["p1", 14, 16]]),
    ],
)
def test_open_answers_to_item_9(answers, actions, found):
    item9 = [f"p1,PHQ-9,{day},1,9,{value}," for day, value in answers.items()]
    assert listed(care_study(item9, actions=actions), "item 9") == found


@pytest.mark.parametrize(
    ("scores", "found"),
    [
        # sessions on days 0, 3, 6 and 9; a baseline of 20 must fall to 16 by day 12
        ({-2: 20, 8: 17}, [["p1", 9, 21]]),
        ({-2: 20, 8: 16}, []),  # exactly 20 %
        ({-2: 20, 3: 16, 12: 17}, [["p1", 9, 21]]),  # the last score by then
        ({-2: 20, 12: 17, 13: 16}, []),  # better since
        ({-2: 20, 13: 19}, []),  # not scored in time: not known
        ({12: 19}, []),  # no baseline
    ],
)
def test_not_better_by_session_4(scores, found):
    lines = [f"p1,PHQ-9,{day},1,,{total},9,self" for day, total in scores.items()]
    assert listed(care_study(scores=lines), "less than 20 %") == found


@pytest.mark.parametrize(
    ("scores", "found"),
    [
        (["p1,PHQ-9,2,1,,9,9,self"], [["p2", 0, 30]]),  # exactly 28 days are not yet overdue
        (["p1,PHQ-9,1,1,,9,9,self"], [["p2", 0, 30], ["p1", 1, 29]]),
    ],
)
def test_overdue_scores(scores, found):
    assert listed(care_study(scores=scores), "score overdue", overdue_after=28) == found


def test_only_patients_in_care_are_listed():
    item9 = ["p1,PHQ-9,7,1,9,1,"]
    assert listed(care_study(item9, ends="withdrew"), "") == []


def test_the_list_says_how_old_it_is_and_no_id():
    found = action_list(care_study(["p1,PHQ-9,7,1,9,1,"]), days_old=1)
    assert found.warning.startswith("Not an alert system: the data are 1 day old.")
    for text in (repr(found), found.summary(), found._repr_html_()):
        assert "the data are 1 day old" in text
        assert "Confidential" in text
        assert "p1" not in text
    with pytest.raises(DisclosureError, match="ActionList"):
        release(found)
    with pytest.raises(DisclosureError):
        release(found.frame)


def test_the_calendar_tells_how_old_the_data_are():
    study = care_study()
    study.tables["calendar"] = typed(
        "calendar", "subject_id,start_date\np1,2025-01-01\np2,2025-02-01"
    )
    # the data of p2 end on 2025-03-03
    assert action_list(study, today=dt.date(2025, 3, 12)).days_old == 9
    assert action_list(study, today=dt.date(2025, 3, 3)).days_old == 0
    with pytest.raises(DataError, match="end after today"):
        action_list(study, today=dt.date(2025, 3, 2))


def test_a_list_of_unknown_age_is_refused():
    with pytest.raises(DataError, match="needs the table calendar"):
        action_list(care_study())
    with pytest.raises(DataError, match="days_old"):
        action_list(care_study(), days_old=-1)
    with pytest.raises(DataError, match="overdue_after"):
        action_list(care_study(), days_old=1, overdue_after=0)


def test_what_the_study_cannot_tell_is_said():
    study = study_of([session("p1")])
    found = action_list(study, days_old=2)
    assert found.not_computable == (
        "Not computable: item 9 positive, no action since; needs the table items.",
        "Not computable: item 9 positive, no action since; needs the table actions.",
    )


def test_the_most_urgent_come_first():
    frame = action_list(network(), days_old=9).frame
    order = list(dict.fromkeys(frame["reason"]))
    assert order == [
        "item 9 positive, no action since", "less than 20 % better by session 4", "score overdue"
    ]  # fmt: skip
    assert (
        frame.groupby("reason", sort=False)["days"]
        .apply(lambda days: days.is_monotonic_decreasing)
        .all()
    )
