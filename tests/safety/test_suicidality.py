"""Item 9 and C-SSRS by patient: new, back to 0 at a visit, followed up; unassessed is not 0."""

from __future__ import annotations

import pytest

from analysis.disclosure import INTERNAL, Ledger, recording, release
from analysis.errors import DataError, DisclosureError, ModelError
from analysis.safety import suicidality
from analysis.safety.suicidal_thoughts import item9_answers
from tests.safety.studies import ACTIONS, network, session, study_of

pytestmark = pytest.mark.unit

ITEMS = "subject_id,instrument,rel_day,occurrence,item_no,response,missing_reason"
SCORES = (
    "subject_id,instrument,rel_day,occurrence,visit,total,n_answered,rater,session_no,hours_post"
)


def item9(patient: str, answers: dict[int, object]) -> list[str]:
    return [f"{patient},PHQ-9,{day},1,9,{value}," for day, value in answers.items()]


def study(answers: dict[str, dict[int, object]], actions=(), **tables):
    rows = [line for patient, own in answers.items() for line in item9(patient, own)]
    acted = {"actions": [ACTIONS, *actions]} if actions else {}
    sessions = [session(patient) for patient in answers]
    return study_of(sessions, items=[ITEMS, *rows], **acted, **tables)


def told(made, within_days=1) -> dict[str, list[int]]:
    frame = suicidality(made, within_days=within_days, policy=INTERNAL).tidy()
    return {
        row["measure"]: [int(row["patients"]), int(row["n"])] for row in frame.to_dict("records")
    }


def test_item_9_by_hand():
    found = told(
        study(
            {
                "p1": {-3: 2, 7: 1, 14: 0, 21: 1},  # 0 at a visit, not at the last
                "p2": {-3: 1, 14: 0},
                "p3": {-3: 0, 7: 0, 14: 3, 21: 0},  # new, at one visit
                "p4": {0: 0, 7: 0},  # the day of the first session is before it
                "p5": {-3: 1},  # nothing after
                "p6": {7: 2, 14: 0},  # nothing before
            }
        )
    )
    assert found == {
        "PHQ-9 item 9 before treatment": [5, 3],
        "PHQ-9 item 9 new": [2, 1],
        "PHQ-9 item 9 is 0 at a visit": [2, 2],
        "PHQ-9 item 9 is 0 at the last visit": [2, 1],
    }


def test_the_last_answer_before_treatment_counts_and_a_missing_one_is_unassessed():
    answers = {"p1": {-9: 2, -3: 0, 7: 1}, "p2": {-3: 1, 7: 0}}
    made = study(answers)
    assert told(made)["PHQ-9 item 9 new"] == [1, 1]
    missing = study_of(
        [session("p1")],
        items=[ITEMS, *item9("p1", {-9: 0, 7: 1}), "p1,PHQ-9,-3,1,9,,refused",
               "p1,PHQ-9,14,1,9,,refused"],
    )  # fmt: skip
    assert told(missing)["PHQ-9 item 9 new"] == [1, 1]
    assert len(item9_answers(missing)) == 2


def test_hours_after_the_dose_place_an_answer_of_its_day():
    scores = [SCORES, "p1,PHQ-9,0,1,,,1,self,1,-1", "p1,PHQ-9,0,2,,,1,self,1,4"]
    items = [ITEMS, "p1,PHQ-9,0,1,9,0,", "p1,PHQ-9,0,2,9,1,"]
    made = study_of([session("p1")], items=items, assessments=scores)
    assert item9_answers(made)["after"].tolist() == [False, True]
    assert told(made)["PHQ-9 item 9 new"] == [1, 1]


def test_who_was_treated_before_the_data_has_no_answer_from_before():
    made = study({"p1": {-3: 0, 7: 1}, "p2": {-3: 0, 7: 1}})
    subjects = made.tables["subjects"].assign(treated_before_data=[True, None])
    made.tables["subjects"] = subjects.astype({"treated_before_data": "boolean"})
    assert told(made)["PHQ-9 item 9 new"] == [1, 1]


@pytest.mark.parametrize(
    ("actions", "within", "followed"),
    [
        (["p1,1,7,,suicidal ideation,safety plan"], 0, 1),
        (["p1,1,8,,suicidal ideation,safety plan"], 0, 0),
        (["p1,1,8,,suicidal ideation,safety plan"], 1, 1),
        (["p1,1,9,,suicidal ideation,safety plan"], 1, 0),
        (["p1,1,6,,suicidal ideation,safety plan"], 1, 0),  # before the answer
        (["p1,1,7,,other,referral"], 1, 0),
        (["p2,1,7,,suicidal ideation,safety plan"], 1, 0),
    ],
)
def test_follow_up_must_be_documented_and_soon(actions, within, followed):
    made = study({"p1": {7: 1, 14: 0}, "p2": {7: 0}}, actions)
    name = "PHQ-9 item 9: every positive answer followed up"
    assert told(made, within)[name] == [1, followed]


def test_every_positive_answer_must_be_followed_up():
    actions = ["p1,1,7,,suicidal ideation,safety plan"]
    made = study({"p1": {7: 1, 14: 2}}, actions)
    assert told(made)["PHQ-9 item 9: every positive answer followed up"] == [1, 0]


def test_ideation_by_hand():
    scores = [
        SCORES,
        *(
            f"p1,C-SSRS,{day},1,,{level},5,clinician,,"
            for day, level in {-3: 0, 7: 1, 14: 0}.items()
        ),
        *(
            f"p2,C-SSRS,{day},1,,{level},5,clinician,,"
            for day, level in {-3: 3, 7: 4, 14: 0}.items()
        ),
        *(f"p3,C-SSRS,{day},1,,{level},5,clinician,," for day, level in {-3: 4, 7: 5}.items()),
        "p4,C-SSRS,-3,1,,2,5,clinician,,",
        "p4,C-SSRS,7,1,,,5,clinician,,",  # unassessed
    ]
    sessions = [session(f"p{k}") for k in range(1, 5)]
    made = study_of(sessions, assessments=scores)
    assert told(made) == {
        "C-SSRS ideation before treatment": [4, 3],
        "C-SSRS ideation new": [1, 1],
        "C-SSRS ideation is 0 at a visit": [2, 1],
        "C-SSRS ideation is 0 at the last visit": [2, 1],
        "C-SSRS ideation, high risk new": [2, 1],
    }
    said = suicidality(made).notes
    assert "Not computable: item 9 of the PHQ-9; needs the table items." in said


def test_what_is_missing_is_said_and_bad_arguments_are_refused():
    said = suicidality(study({"p1": {-3: 1}})).notes
    assert "Not computable: follow-up of PHQ-9 item 9; needs the table actions." in said
    assert "Not computable: C-SSRS; it has no total." in said
    with pytest.raises(DataError, match="within_days"):
        suicidality(network(), within_days=-1)
    with pytest.raises(ModelError, match="conf_level"):
        suicidality(network(), conf_level=95)
    with pytest.raises(DataError, match="needs the table items"):
        item9_answers(study_of([session("p1")]))


def test_neither_none_nor_all_is_told(tmp_path):
    answers = {f"p{k}": {-3: 0, 7: 0} for k in range(40)}
    shown = suicidality(study(answers)).shown.set_index("measure")
    assert shown.loc["PHQ-9 item 9 new", "n"] != "0"
    assert shown["patient_estimate"].isna().all()
    with recording(Ledger(release="1", path=tmp_path / "l.jsonl")):
        found = release(suicidality(network()))
    assert found.audit["protected"].all()
    with pytest.raises(DisclosureError):
        release(item9_answers(network()))
