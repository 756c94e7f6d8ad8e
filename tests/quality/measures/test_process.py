"""Completeness, screening, follow-up, induction and triggers by hand, edge by edge."""

from __future__ import annotations

import pytest

from analysis.disclosure import INTERNAL
from analysis.errors import DataError
from analysis.outcomes import END_OF_INDUCTION, SCHEDULE, completeness
from analysis.quality import completeness_measures, measure, quality_measures
from analysis.study import read_study
from analysis.synthetic import example_folder
from tests.quality.measures.clinic import CODES, clinic, decided, statuses

pytestmark = pytest.mark.unit


def test_completeness_by_the_edges_of_the_window_and_the_cut_off():
    people = {
        "day 22": {},
        "day 23": {},
        "day 37": {},
        "day 38": {},
        "until 36": {"until": 36},
        "until 37": {"until": 37},
        "untreated": {},
    }
    study = clinic(
        people,
        scores=[(f"day {day}", day, 9) for day in (22, 23, 37, 38)] + [("until 36", 30, 9)],
        sessions=[(name, 0, "induction", "true") for name in people if name != "untreated"],
    )
    assert decided(study, "completeness_phq_9_day_30") == {
        "day 22": ("not met", "no PHQ-9 score in the window"),
        "day 23": ("met", "a PHQ-9 score in the window"),
        "day 37": ("met", "a PHQ-9 score in the window"),
        "day 38": ("not met", "no PHQ-9 score in the window"),
        "until 36": ("not yet due", "the window closes after the data cut-off"),
        "until 37": ("not met", "no PHQ-9 score in the window"),
        "untreated": ("outside", "no treatment in the data"),
    }


def test_completeness_after_induction_counts_from_its_last_session():
    names = ["day 33", "day 34", "day 51", "day 52", "maintenance"]
    study = clinic(
        {name: {} for name in names},
        scores=[(name, int(name[4:]), 5) for name in names[:4]],
        sessions=[(n, d, "induction", "true") for n in names[:4] for d in (0, 20)]
        + [("maintenance", 0, "maintenance", "true")],
    )
    assert decided(study, "completeness_phq_9_after_induction") == {
        "day 33": ("not met", "no PHQ-9 score in the window"),
        "day 34": ("met", "a PHQ-9 score in the window"),
        "day 51": ("met", "a PHQ-9 score in the window"),
        "day 52": ("not met", "no PHQ-9 score in the window"),
        "maintenance": ("outside", "no induction session"),
    }


@pytest.mark.parametrize("plan", [SCHEDULE, END_OF_INDUCTION], ids=["weeks", "induction"])
def test_completeness_is_that_of_the_outcomes(plan):
    study = read_study(example_folder("clinic-network"))
    found = quality_measures(
        study, completeness_measures("PHQ-9", plan), by="site_id", policy=INTERNAL
    ).tidy()
    found = found[found["by"].eq("site_id")]
    counts = completeness(study, "PHQ-9", schedule=plan).sort_values(["visit", "site_id"])
    assert found["denominator"].tolist() == counts["due"].tolist()
    assert found["numerator"].tolist() == counts["scored"].tolist()
    assert found["not_yet_due"].tolist() == counts["not_yet_due"].tolist()


def test_time_to_first_assessment_by_the_edges():
    names = ["day 0", "day 1", "day 14", "day 15", "day 5"]
    study = clinic({n: {} for n in names}, scores=[(n, int(n[4:]), 8) for n in names])
    assert statuses(study, "first_assessment") == {
        "day 0": "not met", "day 1": "met", "day 14": "met", "day 15": "not met", "day 5": "met"
    }  # fmt: skip
    made = quality_measures(study, "first_assessment")
    assert made.members()["lag_days"].tolist() == [float("inf"), 1, 14, float("inf"), 5]
    assert made.tidy()["median_days"].tolist() == [14.0]  # of 1, 5, 14, later, later


def test_the_median_is_missing_where_half_waited_in_vain():
    names = ["day 3", "day 30"]
    study = clinic({n: {} for n in names}, scores=[(n, int(n[4:]), 8) for n in names])
    assert quality_measures(study, "first_assessment").tidy()["median_days"].isna().all()


def test_induction_by_the_number_of_sessions_their_dose_and_days():
    plans = {
        "three": [0, 7, 14],
        "four": [0, 7, 14, 21],
        "day 28": [0, 7, 14, 28],
        "day 29": [0, 7, 14, 29],
    }
    sessions = [(n, day, "induction", "true") for n, days in plans.items() for day in days]
    sessions += [
        ("stopped", day, "induction", "true" if day else "false") for day in (0, 7, 14, 21)
    ]
    sessions += [("maintenance", day, "maintenance", "true") for day in (0, 7, 14, 21)]
    sessions += [("until 27", day, "induction", "true") for day in (0, 7, 14, 21)]
    people = {name: {} for name, *_ in sessions} | {"until 27": {"until": 27}}
    assert decided(clinic(people, sessions=sessions), "induction_completed") == {
        "three": ("not met", "fewer than 4 or more induction sessions with the full dose"),
        "four": ("met", "4 or more induction sessions with the full dose"),
        "day 28": ("met", "4 or more induction sessions with the full dose"),
        "day 29": ("not met", "fewer than 4 or more induction sessions with the full dose"),
        "stopped": ("not met", "fewer than 4 or more induction sessions with the full dose"),
        "maintenance": ("outside", "no induction session as the first"),
        "until 27": ("not yet due", "the window closes after the data cut-off"),
    }


def test_item_9_by_answer_day_and_what_was_done():
    # day and answer of each result, then day, trigger and action
    ideation = "suicidal ideation"
    answers = {
        "zero": [(0, 0)],
        "not answered": [(0, None)],
        "same day": [(0, 1)],
        "next day": [(0, 1)],
        "day before": [(5, 2)],
        "second without": [(0, 1), (7, 1)],
        "other trigger": [(0, 3)],
        "other action": [(0, 3)],
        "cut-off": [(0, 1), (20, 1)],
    }
    actions = [
        ("same day", 0, ideation, "safety plan"),
        ("next day", 1, ideation, "risk assessment"),
        ("day before", 4, ideation, "risk assessment"),
        ("second without", 0, ideation, "risk assessment"),
        ("other trigger", 0, "blood pressure", "risk assessment"),
        ("other action", 0, ideation, "referral"),
        ("cut-off", 0, ideation, "risk assessment"),
    ]
    study = clinic(
        {name: {} for name in answers} | {"cut-off": {"until": 19}},
        items=[(name, day, answer) for name, given in answers.items() for day, answer in given],
        actions=actions,
    )
    assert statuses(study, "item9_follow_up") == {
        "zero": "outside",
        "not answered": "outside",
        "same day": "met",
        "next day": "not met",
        "day before": "not met",
        "second without": "not met",
        "other trigger": "not met",
        "other action": "not met",
        "cut-off": "met",  # the second result is not yet due, the first is judged
    }
    first = measure("item9_follow_up").with_rule(which="first", high=1)
    assert statuses(study, first)["next day"] == "met"
    assert statuses(study, first)["second without"] == "met"


def test_follow_up_of_a_positive_screen_by_the_edges():
    visits = {
        "day 0": [(0, "session")],
        "day 30": [(30, "telehealth")],
        "day 31": [(31, "follow-up")],
        "intake": [(10, "intake")],
        "nine": [(5, "session")],
        "bipolar": [(5, "session")],
        "until 29": [(5, "session")],
        "child": [(5, "session")],
    }
    study = clinic(
        {n: {} for n in visits} | {"until 29": {"until": 29}, "child": {"age": 11}},
        scores=[(name, 0, 9 if name == "nine" else 10) for name in visits],
        encounters=[(name, *visit) for name, given in visits.items() for visit in given],
        actions=[("nine", 0, "other", "other")],
        diagnoses=[("bipolar", 30, "F31.9")],
    )
    assert decided(study, "dsf_e_follow_up") == {
        "day 0": ("met", measure("dsf_e_follow_up").rule.numerator),
        "day 30": ("met", measure("dsf_e_follow_up").rule.numerator),
        "day 31": ("not met", f"not {measure('dsf_e_follow_up').rule.numerator}"),
        "intake": ("not met", f"not {measure('dsf_e_follow_up').rule.numerator}"),
        "nine": ("outside", "no PHQ-9 at least 10"),
        "bipolar": ("excluded", "bipolar disorder"),
        "until 29": ("not yet due", "the window closes after the data cut-off"),
        "child": ("outside", "under 12 years"),
    }


def test_screening_by_the_edges():
    # encounter of day 20; the day and total of the score, the day of a plan
    cases = {
        "day 6": (6, 9, None, "met"),
        "day 5": (5, 9, None, "not met"),
        "day 21": (21, 9, None, "not met"),
        "positive": (20, 10, None, "not met"),
        "plan day 22": (20, 10, 22, "met"),
        "plan day 23": (20, 10, 23, "not met"),
        "plan before": (20, 10, 19, "not met"),
        "bipolar": (20, 9, None, "excluded"),
        "until 21": (20, 9, None, "not yet due"),
    }
    study = clinic(
        {name: {} for name in cases} | {"until 21": {"until": 21}, "no encounter": {}},
        scores=[(name, day, total) for name, (day, total, *_) in cases.items()],
        encounters=[(name, 20, "intake") for name in cases],
        actions=[(n, day, "other", "referral") for n, (_, _, day, _) in cases.items() if day],
        diagnoses=[("bipolar", 22, "F31.9")],
    )
    expected = {name: status for name, (*_, status) in cases.items()}
    assert statuses(study, "cms2") == {**expected, "no encounter": "outside"}


def test_not_improved_by_the_fourth_session():
    # baseline; scores; days of the sessions
    four = (0, 3, 7, 10)
    cases = {
        "20 %": (20, [(10, 16)], four, "not met"),
        "under 20 %": (20, [(10, 17)], four, "met"),
        "after the session": (20, [(11, 2)], four, "excluded"),
        "last counts": (20, [(3, 5), (10, 20)], four, "met"),
        "day 0": (20, [], four, "excluded"),
        "nine": (9, [(10, 9)], four, "outside"),
        "three sessions": (20, [(7, 20)], (0, 3, 7), "outside"),
    }
    study = clinic(
        {name: {} for name in cases},
        scores=[(n, -1, base) for n, (base, *_) in cases.items()]
        + [(n, *score) for n, (_, given, *_) in cases.items() for score in given],
        sessions=[(n, day, "induction", "true") for n, c in cases.items() for day in c[2]],
    )
    assert statuses(study, "not_improved") == {name: case[-1] for name, case in cases.items()}
    later = measure("not_improved").with_rule(after=1)
    assert statuses(study, later)["after the session"] == "not met"


def test_relapsing_needs_a_second_score_as_much_worse():
    # PHQ-9: reliable change 5.5 points
    cases = {
        "twice": ([(7, 4), (14, 10), (21, 11)], "met"),
        "under": ([(7, 4), (14, 9), (21, 9)], "not met"),
        "once": ([(7, 4), (14, 10), (21, 4)], "not met"),
        "at the end": ([(7, 4), (14, 4), (21, 10)], "not met"),
        "from the best": ([(7, 9), (14, 3), (21, 9), (28, 9)], "met"),
        "few": ([(7, 4), (14, 10)], "excluded"),
        "day 181": ([(7, 4), (100, 10), (181, 11)], "excluded"),
        "day 180": ([(7, 4), (100, 10), (180, 11)], "met"),
        "before": ([(0, 1), (7, 9), (14, 9), (21, 9)], "not met"),
    }
    study = clinic(
        {name: {} for name in cases} | {"until 179": {"until": 179}},
        scores=[(n, *score) for n, (given, _) in cases.items() for score in given],
    )
    expected = {name: status for name, (_, status) in cases.items()}
    assert statuses(study, "relapsing") == {**expected, "until 179": "not yet due"}
    once = measure("relapsing").with_rule(confirmed=False)
    assert statuses(study, once)["once"] == "met"


def test_use_of_a_scale_by_the_months_of_the_calendar():
    # days from 1 January 2024 (a leap year): April ends on day 120, August begins on day 213
    seen = {"day 120": 120, "day 121": 121, "no score": 10, "score in May": 10, "bipolar": 10}
    scores = {"day 120": 0, "day 121": 120, "score in May": 121, "bipolar": 10}
    study = clinic(
        {name: {} for name in seen} | {"until 119": {"until": 119}, "unseen": {}},
        scores=[(name, day, 8) for name, day in scores.items()],
        encounters=[(name, day, "session") for name, day in seen.items()]
        + [("until 119", 5, "session")],
        diagnoses=[(n, -9, "F33.9") for n in [*seen, "until 119", "unseen"]]
        + [("bipolar", 120, "F31.0")],
        calendar=[(name, "2024-01-01") for name in [*seen, "until 119", "unseen"]],
    )
    year = ("2024-01-01", "2024-12-31")
    assert statuses(study, "dms_e_1", period=year) == {
        "day 120": "met",
        "day 121": "outside",
        "no score": "not met",
        "score in May": "not met",
        "bipolar": "excluded",
        "until 119": "not yet due",
        "unseen": "outside",
    }
    assert statuses(study, "dms_e_2", period=year)["day 121"] == "not met"
    spring = ("2024-02-01", "2024-05-31")
    assert statuses(study, "dms_e_1", period=spring)["no score"] == "outside"  # seen in January
    assert statuses(study, "dms_e_1", period=spring)["day 120"] == "met"
    assert statuses(study, measure("dms_e_1").with_rule(year=2024))["day 120"] == "met"


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("item9_follow_up", {"actions": ("shrug",)}),
        ("item9_follow_up", {"actions": (), "triggers": ()}),
        ("item9_follow_up", {"low": -1}),
        ("item9_follow_up", {"which": "some"}),
        ("dsf_e_follow_up", {"encounter_kinds": ("lunch",)}),
        ("cms2", {"look_back": -1}),
        ("cms2", {"triggers": ("weather",)}),
        ("dms_e_1", {"first_month": 5}),
        ("induction_completed", {"sessions": 0}),
        ("not_improved", {"session": 1}),
        ("relapsing", {"points": 0.0}),
        ("first_assessment", {"low": 20}),
        ("first_assessment", {"anchor": "birth"}),
    ],
)
def test_rules_that_cannot_be_are_refused(name, changes):
    with pytest.raises(DataError):
        measure(name).with_rule(**changes)


def test_codes_are_whole_words_of_the_hierarchy():
    for codes, expected in ((["F31"], "excluded"), (["f31.4"], "excluded"), (["F31.1"], "met")):
        study = clinic(
            {"a": {}},
            scores=[("a", 0, 12)],
            encounters=[("a", 1, "session")],
            actions=[("a", 0, "other", "referral")],
            diagnoses=[("a", 0, "F31.4")],
        )
        lists = {**CODES, "bipolar disorder": {"ICD-10-CM": codes}}
        made = quality_measures(study, "dsf_e_follow_up", codes=lists)
        assert made.members()["status"].tolist() == [expected]
