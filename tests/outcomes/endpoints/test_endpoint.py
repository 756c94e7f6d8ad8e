"""Tables of events in patients worked out by hand, and against a plain walk."""

import copy
import math
import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.outcomes import (
    DEATH,
    DROPOUT,
    MAINTENANCE,
    SERIOUS_ADVERSE_EVENT,
    Confirmation,
    End,
    Endpoint,
    RecordedEvent,
    ScoreEvent,
    from_end_of_induction,
    from_first_treatment,
    from_response,
    relapse,
    substance_relapse,
    time_to_discontinuation,
    time_to_remission,
    time_to_response,
    time_to_retreatment,
)
from analysis.outcomes.windows import SCHEDULE
from analysis.survival import turnbull
from tests.builders import scored_study, typed
from tests.outcomes.treatment import timed_study, with_sessions

unit, identity = pytest.mark.unit, pytest.mark.identity
INF = math.inf
TIMES = ["time", "event", "cnsr", "lower", "upper"]
SEVERE = ScoreEvent(instrument="PHQ-9", definition="relapse_phq9_10")
CONFIRMED = ScoreEvent(
    instrument="PHQ-9", definition="relapse_phq9_10",
    confirmation=Confirmation(min_days=5, max_days=15),
)  # fmt: skip


def followed(endpoint, study):
    """Return the rows of a table by patient."""
    return endpoint(study).frame.set_index("subject_id")


def only(endpoint, scores, **options):
    """Return times, event, code and interval of a single patient."""
    return followed(endpoint, scored_study({"a": scores}, **options)).iloc[0][TIMES].tolist()


def events(study, *rows):
    """Give a study adverse events; a row is (patient, day, serious)."""
    header = "subject_id,ae_no,session_no,start_day,end_day,term,severity,serious,related,outcome"
    lines = [
        f"{who},{n},,{day},,admission,3,{str(serious).lower()},false,recovered"
        for n, (who, day, serious) in enumerate(rows, start=1)
    ]
    study.tables["adverse_events"] = typed("adverse_events", "\n".join([header, *lines]))
    return study


def ended(study, **reasons):
    """Give patients the day of their last contact and why it was the last."""
    rows = study.tables["follow_up"].astype({"end_reason": "object"})
    for who, (day, reason) in reasons.items():
        rows.loc[rows["subject_id"].eq(who), ["last_contact_day", "end_reason"]] = [day, reason]
    study.tables["follow_up"] = rows
    return study


START = from_first_treatment()


@unit
@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([(7, 4), (14, 9), (21, 10)], [21, True, 0, 14, 21]),
        ([(7, 10)], [7, True, 0, 0, 7]),
        ([(7, 4), (14, 9)], [14, False, 1, 14, INF]),
        ([(0, 27), (7, 4)], [7, False, 1, 7, INF]),  # the score of the origin's day is no visit
        ([(7, 4), (21, None), (28, 12)], [28, True, 0, 7, 28]),
    ],
)
def test_a_bad_event_lies_between_two_visits_and_its_absence_is_known_at_visits(scores, expected):
    assert only(Endpoint(name="e", origin=START, events=[SEVERE]), scores) == expected


@unit
@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([(7, 4), (14, 12), (21, 12), (28, 3)], [14, True, 0, 7, 14]),  # dated at the first
        ([(7, 4), (14, 12), (21, 3), (35, 12), (42, 12)], [35, True, 0, 21, 35]),
        ([(7, 4), (14, 12), (18, 12)], [7, False, 1, 7, INF]),  # open: censored before
        ([(7, 4), (14, 12), (21, 3)], [21, False, 1, 21, INF]),  # refuted: a visit like others
        ([(7, 4), (14, 12), (40, 12)], [7, False, 1, 7, INF]),
    ],
)
def test_a_confirmed_event_is_dated_at_the_first_score(scores, expected):
    assert only(Endpoint(name="e", origin=START, events=[CONFIRMED]), scores) == expected


@unit
def test_an_open_event_counts_where_asked_for():
    rule = Confirmation(min_days=5, max_days=15, unconfirmed="event")
    event = ScoreEvent(instrument="PHQ-9", definition="relapse_phq9_10", confirmation=rule)
    endpoint = Endpoint(name="e", origin=START, events=[event])
    assert only(endpoint, [(7, 4), (14, 12), (18, 12)]) == [14, True, 0, 7, 14]


@unit
def test_an_open_score_alone_leaves_no_follow_up():
    table = Endpoint(name="e", origin=START, events=[CONFIRMED])(scored_study({"a": [(7, 12)]}))
    assert table.frame.empty
    assert table.attrition[["n", "n_excluded"]].to_numpy().tolist() == [[1, 1], [0, 0]]


@unit
def test_a_recorded_event_is_exact_and_the_earlier_one_counts():
    endpoint = Endpoint(name="e", origin=START, events=[
        SEVERE, RecordedEvent(table="adverse_events", day="start_day", where={"serious": True},
                              label="admission"),
    ])  # fmt: skip
    scores = {who: [(7, 4), (28, 12)] for who in ("before", "same", "after", "mild", "none")}
    study = events(
        scored_study(scores), ("before", 10, True), ("same", 28, True), ("after", 30, True),
        ("mild", 9, False), ("none", -3, True),
    )  # fmt: skip
    rows = followed(endpoint, study)
    assert rows.loc["before", TIMES].tolist() == [10, True, 0, 10, 10]
    assert rows.loc["before", ["evntdesc", "source"]].tolist() == ["admission", "adverse_events"]
    for who in ("same", "after", "mild", "none"):
        assert rows.loc[who, TIMES].tolist() == [28, True, 0, 7, 28], who
    row = int(rows.loc["before", "source_row"])
    assert study.tables["adverse_events"].iloc[row]["start_day"] == 10
    row = int(rows.loc["same", "source_row"])
    assert study.tables["assessments"].iloc[row]["rel_day"] == 28


@unit
@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("censor", {"before": [14, False, 2, 14, INF], "after": [28, True, 0, 14, 28],
                    "same": [28, True, 0, 14, 28], "early": None, "never": [28, True, 0, 14, 28]}),
        ("competing", {"before": [20, False, 2, 14, INF], "after": [28, True, 0, 14, 28],
                       "same": [28, True, 0, 14, 28], "early": [5, False, 2, 0, INF],
                       "never": [28, True, 0, 14, 28]}),
    ],
)  # fmt: skip
def test_ends_stop_the_follow_up_or_compete(strategy, expected):
    days = {"before": 20, "after": 30, "same": 28, "early": 5}
    scores = {who: [(14, 4), (28, 12), (42, 3)] for who in expected}
    first = [(who, 1, "A", 1, 0, "IV", "induction", "true") for who in expected]
    second = [(who, 2, "A", 1, day, "IV", "maintenance", "true") for who, day in days.items()]
    study = with_sessions(scored_study(scores), *first, *second)
    endpoint = Endpoint(
        name="e", origin=START, events=[SEVERE], ends=[End(source=MAINTENANCE, strategy=strategy)]
    )
    table = endpoint(study)
    rows = table.frame.set_index("subject_id")
    for who, row in expected.items():
        if row is None:
            assert who not in rows.index
        else:
            assert rows.loc[who, TIMES].tolist() == row, who
    assert rows.loc["before", "evntdesc"] == "maintenance session"
    assert table.codes[["cnsr", "kind"]].to_numpy().tolist() == [
        [0, "event"], [1, "censored"], [2, "competing" if strategy == "competing" else "censored"],
    ]  # fmt: skip
    causes = table.causes().set_index("subject_id")
    known = [20, 20] if strategy == "competing" else [14, INF]
    assert causes.loc["before", ["lower", "upper"]].tolist() == known
    causes = causes["event"]
    competing = "maintenance session" if strategy == "competing" else "censored"
    assert causes["before"] == competing
    assert causes["after"] == "relapse by PHQ-9"


@unit
def test_what_is_not_listed_is_ignored():
    study = with_sessions(
        scored_study({"a": [(14, 4), (28, 12)]}),
        ("a", 1, "A", 1, 0, "IV", "induction", "true"),
        ("a", 2, "A", 1, 20, "IV", "maintenance", "true"),
    )
    rows = followed(Endpoint(name="e", origin=START, events=[SEVERE]), study)
    assert rows.loc["a", TIMES].tolist() == [28, True, 0, 14, 28]


@unit
def test_the_absence_of_a_good_event_counts_to_the_end_of_observation():
    endpoint = time_to_response("PHQ-9", baseline_at_least=0)
    assert only(endpoint, [(0, 20), (7, 15), (14, 10)], until=60) == [14, True, 0, 7, 14]
    assert only(endpoint, [(0, 20), (7, 15)], until=60) == [60, False, 1, 60, INF]
    assert only(endpoint, [(0, 20)], until=60) == [60, False, 1, 60, INF]
    rows = followed(endpoint, scored_study({"a": [(0, 20), (7, 15)]}, until=60))
    assert rows.loc["a", ["evntdesc", "cnsdtdsc"]].tolist() == ["end of observation"] * 2
    assert endpoint.censored_at == ("end of observation",)


@unit
def test_patients_without_the_baseline_that_an_event_needs_are_counted():
    study = scored_study({"a": [(0, 20), (7, 4)], "b": [(7, 4)]})
    lost = ScoreEvent(instrument="PHQ-9", definition="loss_of_response50")
    table = Endpoint(name="e", origin=START, events=[lost])(study)
    assert table.frame["subject_id"].tolist() == ["a"]
    assert table.attrition.to_numpy().tolist() == [
        ["Treated", 2, "no PHQ-9 baseline", 1],
        ["With a PHQ-9 baseline", 1, "no score after the origin", 0],
        ["Followed", 1, "", 0],
    ]


@unit
def test_the_clock_may_start_at_the_end_of_induction():
    sessions = [("a", n + 1, "A", 1, day, "IV", phase, "true") for n, (day, phase) in enumerate(
        [(0, "induction"), (10, "induction"), (30, "maintenance")])]  # fmt: skip
    study = with_sessions(scored_study({"a": [(7, 12), (14, 4), (40, 15)]}), *sessions)
    endpoint = Endpoint(name="e", origin=from_end_of_induction(), events=[SEVERE])
    assert followed(endpoint, study).loc["a", TIMES].tolist() == [30, True, 0, 4, 30]
    again = followed(time_to_retreatment(), study).loc["a"]
    assert again[TIMES].tolist() == [20, True, 0, 20, 20]


def endpoint_of(timing):
    """Follow responders to a severe score."""
    return Endpoint(name="e", origin=from_response("PHQ-9", timing=timing), events=[SEVERE])


@unit
def test_a_response_is_itself_seen_late():
    scores = {"a": [(0, 20), (7, 18), (14, 8), (28, 4), (42, 15)], "b": [(0, 20), (10, 20)]}
    study = scored_study(scores)
    seen, early = endpoint_of("seen")(study), endpoint_of("earliest")(study)
    assert seen.frame.iloc[0][TIMES].tolist() == [28, True, 0, 14, 28]
    assert early.frame.iloc[0][TIMES].tolist() == [35, True, 0, 21, 35]
    assert (seen.frame.iloc[0]["entry"], early.frame.iloc[0]["entry"]) == (0, 7)
    assert seen.attrition["n"].tolist() == [2, 1, 1]
    assert "dated back to the last score without it" in early.origin
    assert (early.known_day["route"] == -7).all()
    assert (seen.frame.attrs["delayed_entry"], early.frame.attrs["delayed_entry"]) == (False, True)
    with pytest.raises(DataError, match="timing='seen'"):
        turnbull(early.frame)
    next_day = scored_study({"a": [(0, 20), (7, 18), (8, 8), (28, 4)]})
    assert endpoint_of("earliest")(next_day).frame.attrs["delayed_entry"] is True  # one day
    nobody = endpoint_of("earliest")(scored_study({"a": [(0, 20)]}))
    assert nobody.frame.attrs["delayed_entry"] is False
    assert turnbull(early.landmark(7).frame).at(14)["estimate"].item() == 1.0


@unit
def test_a_relapse_by_the_rule_of_a_trial():
    scores = {
        "twice": [(0, 30), (14, 8), (28, 24), (35, 22)],
        "once": [(0, 30), (14, 8), (28, 24), (35, 20)],
        "admitted": [(0, 30), (14, 8), (28, 9)],
    }
    study = events(scored_study(scores, instrument="MADRS"), ("admitted", 20, True))
    endpoint = relapse("sustain1", from_response("MADRS", definition="remission"))
    rows = followed(endpoint, study)
    assert rows.loc["twice", TIMES].tolist() == [14, True, 0, 0, 14]
    assert rows.loc["once", TIMES].tolist() == [21, False, 1, 21, INF]
    assert rows.loc["admitted", TIMES].tolist() == [6, True, 0, 6, 6]
    assert "5 to 15 days later" in endpoint.rule
    single = followed(relapse("madrs22", from_response("MADRS", definition="remission")), study)
    assert single.loc["once", TIMES].tolist() == [14, True, 0, 0, 14]


@unit
def test_an_unknown_rule_is_refused():
    with pytest.raises(DataError, match="Known are: sustain1, madrs22"):
        relapse("mine", START)


@unit
def test_dropout_from_a_substance_programme_is_use_or_competes():
    scores = {"used": [(30, 0), (60, 2)], "left": [(30, 0)], "clean": [(30, 0), (60, 0)]}
    study = ended(
        scored_study(scores, instrument="Use-days-30", until=90),
        used=(60, "ongoing"), left=(45, "lost"), clean=(60, "ongoing"),
    )  # fmt: skip
    rows = followed(substance_relapse(START), study)
    assert rows.loc["used", TIMES].tolist() == [60, True, 0, 30, 60]
    assert rows.loc["left", TIMES].tolist() == [45, True, 0, 45, 45]
    assert rows.loc["clean", TIMES].tolist() == [60, False, 1, 60, INF]
    rows = followed(substance_relapse(START, dropout="competing"), study)
    assert rows.loc["left", TIMES].tolist() == [45, False, 2, 30, INF]


@unit
def test_discontinuation_says_why():
    study = ended(
        scored_study({who: [(7, 4)] for who in "abc"}, until=90),
        a=(45, "lost"), b=(50, "switched treatment"), c=(60, "ongoing"),
    )  # fmt: skip
    rows = followed(time_to_discontinuation(), study)
    assert rows["evntdesc"].tolist() == ["dropout", "switch of treatment", "end of observation"]
    assert rows["time"].tolist() == [45, 50, 90]


@unit
def test_what_is_recorded_is_known_not_to_have_happened_until_then():
    study = ended(scored_study({who: [(7, 4)] for who in "ab"}, until=90),
                  a=(45, "lost"), b=(60, "ongoing"))  # fmt: skip
    rows = followed(time_to_discontinuation(), study)
    assert rows.loc["b", TIMES].tolist() == [90, False, 1, 90, INF]
    end = End(source=DROPOUT, strategy="competing")
    rows = followed(time_to_response("PHQ-9", baseline_at_least=0, ends=end), ended(
        scored_study({"a": [(0, 20), (7, 15)]}, until=90), a=(45, "lost")))  # fmt: skip
    assert rows.loc["a", TIMES].tolist() == [45, False, 2, 45, INF]


@unit
def test_leaving_on_the_first_day_is_half_a_day_of_follow_up():
    study = ended(scored_study({who: [(0, 20), (7, 4)] for who in "ab"}, until=90),
                  a=(0, "lost"), b=(0, "died"))  # fmt: skip
    rows = followed(time_to_discontinuation(), study)
    assert rows.loc["a", TIMES].tolist() == [0.5, True, 0, 0.5, 0.5]
    assert rows["evntdesc"].tolist() == ["dropout", "death"]
    ends = [End(source=DROPOUT, strategy="competing"), End(source=DEATH)]
    table = Endpoint(name="e", origin=START, events=[SEVERE], ends=ends)(study)
    assert table.frame[["subject_id", *TIMES]].to_numpy().tolist() == [["a", 0.5, False, 2, 0, INF]]
    assert table.attrition["n"].tolist() == [2, 1]  # b was censored at once


@unit
def test_other_records_of_the_first_day_do_not_count():
    study = events(scored_study({"a": [(7, 4), (28, 12)]}), ("a", 0, True))
    endpoint = Endpoint(name="e", origin=START, events=[SEVERE, SERIOUS_ADVERSE_EVENT])
    assert followed(endpoint, study).loc["a", TIMES].tolist() == [28, True, 0, 7, 28]
    study = events(study, ("a", 1, True))
    assert followed(endpoint, study).loc["a", TIMES].tolist() == [1, True, 0, 1, 1]


@unit
def test_patients_who_are_never_asked_by_the_scale_are_left_out_whatever_they_do():
    study = scored_study({"asked": [(0, 20), (7, 4)], "lost": [(0, 20)], "other": []}, until=90)
    study = ended(study, asked=(60, "ongoing"), lost=(45, "lost"), other=(45, "lost"))
    end = End(source=DROPOUT, strategy="competing")
    table = Endpoint(name="e", origin=START, events=[SEVERE], ends=[end])(study)
    assert table.frame["subject_id"].tolist() == ["asked", "lost"]
    assert table.attrition.to_numpy().tolist() == [
        ["Treated", 3, "no PHQ-9 score", 1],
        ["With any PHQ-9 score", 2, "no score after the origin", 0],
        ["Followed", 2, "", 0],
    ]


@unit
def test_scores_that_another_scale_leaves_open_end_what_is_known():
    both = scored_study({"a": [(7, 4), (30, 4)]})
    madrs = scored_study({"a": [(10, 8), (20, 25)]}, instrument="MADRS")
    rows = [both.tables["assessments"], madrs.tables["assessments"]]
    both.tables["assessments"] = pd.concat(rows, ignore_index=True)
    madrs22 = ScoreEvent(
        instrument="MADRS", definition="relapse_madrs22", confirmation=Confirmation()
    )
    endpoint = Endpoint(name="e", origin=START, events=[madrs22, SEVERE])
    assert followed(endpoint, both).loc["a", TIMES].tolist() == [10, False, 1, 10, INF]


@unit
def test_a_good_event_that_is_left_open_is_not_known_to_be_absent():
    event = ScoreEvent(
        instrument="PHQ-9", definition="remission", confirmation=Confirmation(), label="stable"
    )
    endpoint = Endpoint(name="e", origin=START, events=event, kind="positive")
    assert only(endpoint, [(0, 20), (7, 12), (14, 2)], until=400) == [7, False, 1, 7, INF]
    assert only(endpoint, [(0, 20), (7, 2), (14, 12)], until=400) == [400, False, 1, 400, INF]


@unit
def test_an_event_comes_after_the_last_score_that_does_not_show_it():
    # the score of day 7 shows it, though nothing confirms it in time
    scores = [(3, 4), (7, 12), (30, 12), (37, 12)]
    assert only(Endpoint(name="e", origin=START, events=CONFIRMED), scores) == [30, True, 0, 3, 30]


@unit
def test_retreatment_after_another_origin_is_no_induction_session():
    days = [(0, "induction"), (7, "induction"), (30, "maintenance")]
    sessions = [
        ("a", n, "A", 1, day, "IV", phase, "true") for n, (day, phase) in enumerate(days, 1)
    ]
    study = with_sessions(scored_study({"a": [(0, 20), (3, 4), (40, 4)]}), *sessions)
    rows = followed(time_to_retreatment(from_response("PHQ-9")), study)
    assert rows.loc["a", TIMES].tolist() == [27, True, 0, 27, 27]


@unit
def test_a_record_without_a_value_does_not_count():
    study = events(scored_study({"a": [(7, 4), (28, 12)]}), ("a", 10, ""))
    endpoint = Endpoint(name="e", origin=START, events=[SEVERE, SERIOUS_ADVERSE_EVENT])
    assert followed(endpoint, study).loc["a", TIMES].tolist() == [28, True, 0, 7, 28]


@unit
def test_records_of_the_last_day_count():
    study = events(scored_study({"a": [(7, 4)], "b": [(7, 4)]}, until=28), ("a", 28, True),
                   ("b", 29, True))  # fmt: skip
    rows = followed(Endpoint(name="e", origin=START, events=[SEVERE, SERIOUS_ADVERSE_EVENT]), study)
    assert rows.loc["a", TIMES].tolist() == [28, True, 0, 28, 28]
    assert rows.loc["b", TIMES].tolist() == [7, False, 1, 7, INF]


@unit
def test_an_event_beats_an_end_of_the_same_day():
    study = ended(events(scored_study({"a": [(7, 4)]}), ("a", 20, True)), a=(20, "lost"))
    endpoint = Endpoint(
        name="e", origin=START, events=SERIOUS_ADVERSE_EVENT,
        ends=End(source=DROPOUT, strategy="competing"),
    )  # fmt: skip
    assert followed(endpoint, study).loc["a", TIMES].tolist() == [20, True, 0, 20, 20]


@unit
def test_the_end_of_observation_is_named_where_the_last_score_is_of_that_day():
    endpoint = time_to_response("PHQ-9", baseline_at_least=0)
    rows = followed(endpoint, scored_study({"a": [(0, 20), (60, 15)]}, until=60))
    assert rows.loc["a", ["time", "cnsdtdsc"]].tolist() == [60, "end of observation"]


@unit
def test_visits_and_the_days_between_them_are_counted():
    study = ended(scored_study({"a": [(7, 4), (14, 4), (35, 4)], "b": [(-3, 20)]}), b=(5, "lost"))
    end = End(source=DROPOUT, strategy="competing")
    rows = followed(Endpoint(name="e", origin=START, events=[SEVERE], ends=[end]), study)
    assert rows["n_visits"].tolist() == [3, 0]
    assert rows.loc["a", "visit_gap"] == 7
    assert math.isnan(rows.loc["b", "visit_gap"])


@unit
def test_contacts_are_those_of_the_follow_up():
    days = [(-5, "induction"), (0, "induction"), (7, "induction"), (28, "maintenance"),
            (35, "maintenance")]  # fmt: skip
    sessions = [
        ("a", n, "A", 1, day, "IV", phase, "true") for n, (day, phase) in enumerate(days, start=1)
    ]
    study = with_sessions(scored_study({"a": [(-6, 20), (2, 20), (7, 4), (35, 12), (40, 4)]}),
                          *sessions)  # fmt: skip
    table = Endpoint(name="e", origin=from_response("PHQ-9"), events=[SEVERE])(study)
    assert table.contacts.to_numpy().tolist() == [
        ["a", 0, "session"], ["a", 21, "session"], ["a", 28, "score"], ["a", 28, "session"],
    ]  # fmt: skip
    assert table.contacts.index.tolist() == [0, 1, 2, 3]
    assert table.contacts.attrs["patient_level"] is True
    assert table.frame.attrs["patient_level"] is True
    assert table.frame["origin_day"].tolist() == [7]


@unit
@pytest.mark.parametrize("day", [0, 61])
def test_a_response_counts_after_the_start_and_within_observation(day):
    scores = {"a": [(-1, 20), (day, 4), (90, 4)], "b": [(-1, 20), (60, 4)]}
    found = from_response("PHQ-9").find(scored_study(scores, until=60))
    assert found.frame["subject_id"].tolist() == ["b"]
    assert found.frame.index.tolist() == [0]
    assert "index" not in found.frame
    assert counted(found.steps)[-1] == ("Response seen", 1, "no response seen")


@unit
def test_a_score_hours_after_the_first_dose_is_no_response_yet():
    study = timed_study((-1, 1, 20, "", ""), (0, 1, 4, 1, 4.0), (14, 1, 4, "", ""))
    plan = replace(SCHEDULE, same_day="after the dose")
    found = from_response("PHQ-9", schedule=plan).find(study).frame
    assert found[["origin_day", "baseline"]].to_numpy().tolist() == [[14, 20]]


@unit
def test_patients_whose_observation_is_not_known_have_no_origin():
    study = scored_study({"a": [(-1, 20), (7, 4), (14, 4)], "b": [(-1, 20), (7, 4), (14, 4)]})
    rows = study.tables["follow_up"]
    study.tables["follow_up"] = rows[rows["subject_id"].ne("a")]
    assert from_first_treatment().find(study).frame["subject_id"].tolist() == ["b"]
    assert from_response("PHQ-9").find(study).frame["subject_id"].tolist() == ["b"]


@unit
def test_a_response_is_dated_back_to_the_last_score_without_it():
    scores = {"a": [(-1, 20), (5, 18), (12, 17), (21, 4), (30, 20), (42, 4)]}
    found = from_response("PHQ-9", timing="earliest").find(scored_study(scores))
    assert found.frame[["origin_day", "seen_day"]].to_numpy().tolist() == [[12, 21]]


def counted(steps):
    """Count who is left at each step."""
    return [(name, len(who), reason) for name, who, reason in steps]


@unit
def test_steps_are_named_by_what_is_reached():
    scores = {"a": [(-1, 20), (28, 4), (35, 4)], "b": [(-1, 20), (28, 15)]}
    study = scored_study(scores)
    steps = from_response("PHQ-9", visit="week 4", definition="remission").find(study).steps
    assert counted(steps) == [
        ("Scored at week 4", 2, ""),
        ("Remission at week 4", 1, "no remission at week 4"),
    ]
    assert [who.tolist() for _, who, _ in steps] == [["a", "b"], ["a"]]
    steps = from_response("PHQ-9", visit="week 4").find(study).steps
    assert counted(steps)[-1] == ("Response at week 4", 1, "no response at week 4")


RELAPSES = {
    "madrs22": ("MADRS", 21, 22),
    "qids11": ("QIDS-SR16", 11, 12),
    "phq9_10": ("PHQ-9", 9, 10),
    "phq9_10_confirmed": ("PHQ-9", 9, 10),
    "phq9_loss_of_response": ("PHQ-9", 10, 11),  # of a baseline of 20
}


@unit
@pytest.mark.parametrize("rule", RELAPSES)
def test_every_relapse_rule_has_its_own_cut_off(rule):
    instrument, below, at = RELAPSES[rule]
    scores = {"below": [(-1, 20), (7, 1), (14, below), (21, below)],
              "at": [(-1, 20), (7, 1), (14, at), (21, at)]}  # fmt: skip
    endpoint = relapse(rule, START)
    rows = followed(endpoint, scored_study(scores, instrument=instrument))
    assert rows.loc["below", TIMES].tolist() == [21, False, 1, 21, INF]
    assert rows.loc["at", TIMES].tolist() == [14, True, 0, 7, 14]
    assert endpoint.name == f"relapse_{rule}"


@unit
def test_endpoints_can_be_copied_compared_and_stored():
    endpoint = relapse("sustain1", from_response("MADRS"), ends=End(source=DROPOUT))
    again = pickle.loads(pickle.dumps(endpoint))  # noqa: S301  # made here
    assert again == copy.deepcopy(endpoint) == endpoint
    assert hash(MAINTENANCE) == hash(copy.copy(MAINTENANCE))
    assert RecordedEvent(
        table="sessions", day="rel_day", where={"phase": ("maintenance",)},
        label="maintenance session",
    ) == MAINTENANCE  # fmt: skip


@unit
def test_a_remission_is_the_scales_own():
    assert only(time_to_remission("PHQ-9"), [(0, 20), (7, 5), (14, 4)]) == [14, True, 0, 7, 14]


@unit
@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"events": []}, "at least one event"),
        ({"kind": "bad"}, '"negative" or "positive"'),
        ({"censors": ["death"]}, "'last score' and 'end of observation'"),
        ({"censors": []}, "a day up to which"),
        ({"origin": "first treatment"}, "from_first_treatment"),
        ({"events": "relapse"}, "ScoreEvent or RecordedEvent"),
        ({"ends": DROPOUT}, r"End\(source=DROPOUT\)"),
    ],
)
def test_declarations_that_make_no_endpoint_are_refused(given, match):
    with pytest.raises(DataError, match=match):
        Endpoint(**{"name": "e", "origin": START, "events": [SEVERE], **given})


def asked(table, day, label="x", **where):
    """Declare a recorded event."""
    return RecordedEvent(table=table, day=day, where=where, label=label)


@unit
@pytest.mark.parametrize(
    ("made", "match"),
    [
        (lambda: RecordedEvent(table="visits", day="rel_day", label="x"), "no table of that name"),
        (lambda: RecordedEvent(table="sessions", day="day", label="x"), "has no column day"),
        (lambda: RecordedEvent(table="sessions", day="phase", label="x"), "no day.*rel_day"),
        (lambda: asked("sessions", "rel_day", phase="maintainance"), "'induction', 'maintenance'"),
        (lambda: asked("adverse_events", "start_day", serious="yes"), "True, False"),
        (lambda: asked("adverse_events", "start_day", cause="x"), "no column cause"),
        (lambda: asked("sessions", "rel_day", label="censored"), "cannot be called 'censored'"),
        (
            lambda: ScoreEvent(instrument="PHQ-9", definition="remission", label="censored"),
            "called",
        ),
        (lambda: ScoreEvent(instrument="PHQ-9", definition="x", confirmation="next"), "None or a"),
        (lambda: Confirmation(min_days="5"), "numbers of days"),
        (lambda: Confirmation(min_days=5, max_days=4), "min_days <= max_days"),
        (lambda: Endpoint(name="e", origin=START, events=SEVERE)("folder"), "read_study"),
        (lambda: End(source=SEVERE), "such as DROPOUT"),
        (lambda: End(source=MAINTENANCE, strategy="ignore"), "do not list it"),
        (lambda: from_response("PHQ-9", timing="late"), '"seen" or "earliest"'),
        (lambda: from_first_treatment("PHQ-9", course="all"), "followed in one course"),
        (lambda: from_first_treatment("PHQ-9", visits=3), "Unknown keyword"),
    ],
)
def test_sources_that_cannot_be_are_refused(made, match):
    with pytest.raises((DataError, TypeError), match=match):
        made()


@unit
def test_a_study_without_the_column_is_told_so():
    study = scored_study({"a": [(7, 4)]})
    endpoint = Endpoint(name="e", origin=START, events=[SEVERE], ends=[End(
        source=RecordedEvent(table="concomitant", day="start_day", label="new drug"))])  # fmt: skip
    with pytest.raises(DataError, match="no table 'concomitant'"):
        endpoint(study)


@unit
def test_nobody_with_an_origin_leaves_an_empty_table():
    table = Endpoint(name="e", origin=from_response("PHQ-9"), events=[SEVERE])(
        scored_study({"a": []})
    )
    assert table.frame.empty
    assert table.attrition["n"].tolist() == [0, 0, 0]


@unit
def test_what_is_shown_has_no_patient():
    table = Endpoint(name="e", origin=START, events=[SEVERE])(scored_study({"Jane": [(7, 4)]}))
    shown = f"{table!r}{table._repr_html_()}{table.caption()}"
    assert "Jane" not in shown
    assert "Days between visits: median 7" in table.caption()


SCORES = st.lists(
    st.tuples(st.integers(1, 120), st.one_of(st.none(), st.integers(0, 27))),
    max_size=7,
    unique_by=lambda score: score[0],
)
PATIENTS = st.lists(
    st.tuples(SCORES, st.one_of(st.none(), st.integers(1, 130)), st.integers(0, 130)),
    min_size=1,
    max_size=5,
)


def walked(scores, retreated, until, strategy):
    """Follow one patient visit by visit."""
    closes = min(until, retreated if retreated is not None else INF)
    if all(score is None for _, score in scores):
        return None  # this scale is not used for the patient
    visits = sorted((d, s) for d, s in scores if s is not None and d <= closes)
    lower = 0
    for at, (day, score) in enumerate(visits):
        later = [s for d, s in visits[at + 1 :]]
        if score >= 10 and later and later[0] >= 10:  # the next one confirms
            return [day, True, 0, max([d for d, s in visits[:at] if s < 10], default=0), day]
        if score >= 10 and not any(s < 10 for s in later):
            break  # open: it and what follows say nothing
        lower = day
    if retreated is not None and retreated <= until:
        if strategy == "competing":
            return [retreated, False, 2, lower, INF]
        return [lower, False, 2, lower, INF] if lower else None
    return [lower, False, 1, lower, INF] if lower else None


@identity
@settings(deadline=None, max_examples=15, derandomize=True)
@given(patients=PATIENTS, seed=st.integers(0, 9), strategy=st.sampled_from(["censor", "competing"]))
def test_any_course_agrees_with_a_plain_walk(patients, seed, strategy):
    names = [f"p{n}" for n in range(len(patients))]
    study = scored_study(
        {name: scores for name, (scores, _, _) in zip(names, patients, strict=True)},
        until={name: until for name, (_, _, until) in zip(names, patients, strict=True)},
    )
    sessions = [(name, 1, "A", 1, 0, "IV", "induction", "true") for name in names]
    sessions += [
        (name, 2, "A", 1, day, "IV", "maintenance", "true")
        for name, (_, day, _) in zip(names, patients, strict=True)
        if day is not None
    ]
    study = with_sessions(study, *sessions)
    generator = np.random.default_rng(seed)
    for table in ("assessments", "sessions", "follow_up"):
        rows = study.tables[table]
        study.tables[table] = rows.iloc[generator.permutation(len(rows))].reset_index(drop=True)
    endpoint = Endpoint(
        name="e", origin=START, ends=[End(source=MAINTENANCE, strategy=strategy)],
        events=[ScoreEvent(instrument="PHQ-9", definition="relapse_phq9_10",
                           confirmation=Confirmation())],
    )  # fmt: skip
    rows = followed(endpoint, study)
    for name, (scores, retreated, until) in zip(names, patients, strict=True):
        expected = walked(scores, retreated, until, strategy)
        found = rows.loc[name, TIMES].tolist() if name in rows.index else None
        assert found == expected, name


@identity
def test_the_table_feeds_every_estimator():
    rng = np.random.default_rng(5)
    scores = {
        f"p{n}": [(int(d), int(rng.integers(0, 16))) for d in (14, 28, 42)] for n in range(30)
    }
    frame = Endpoint(name="e", origin=START, events=[SEVERE])(scored_study(scores)).frame
    assert (frame["lower"] <= frame["time"]).all()
    assert (frame.loc[frame["event"], "upper"] == frame.loc[frame["event"], "time"]).all()
    assert np.isinf(frame.loc[~frame["event"], "upper"]).all()
    assert pd.api.types.is_bool_dtype(frame["event"])
