"""Time from response to its loss, in patients worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.outcomes import response_rates, time_to_loss_of_response
from tests.builders import scored_study

unit, identity = pytest.mark.unit, pytest.mark.identity

INF = math.inf

# baseline 20 on day 0, response (10 or less) on day 28; PHQ-9 above 10 is a loss
LATER = {
    "never lost": ([(35, 10), (56, 8), (84, 10)], (56, False, 56, INF, 3)),
    "lost at once": ([(35, 11)], (7, True, 0, 7, 1)),
    "lost later": ([(35, 9), (49, 10), (63, 12)], (35, True, 21, 35, 3)),
    "lost then regained": ([(35, 9), (49, 15), (63, 4), (77, 20)], (21, True, 7, 21, 4)),
    "half a point": ([(35, 10.5)], (7, True, 0, 7, 1)),
    "missing between": ([(35, 9), (42, None), (49, 15)], (21, True, 7, 21, 2)),
    "two on one day": ([(35, 9), (35, 20), (49, 8)], (21, False, 21, INF, 2)),
    "long after": ([(35, 9), (398, 15)], (370, True, 7, 370, 2)),
    "next day": ([(29, 20)], (1, True, 0, 1, 1)),
}


def times(scores, *, course=1, **changes):
    return time_to_loss_of_response(
        scored_study(scores, **changes), "PHQ-9", visit="week 4", baseline_at_least=0, course=course
    )


@unit
@pytest.mark.parametrize("case", LATER)
def test_times_worked_out_by_hand(case):
    later, expected = LATER[case]
    frame = times({"a": [(0, 20), (28, 10), *later]}).frame
    columns = ["time", "event", "lower", "upper", "n_visits"]
    assert tuple(frame.iloc[0][columns]) == expected


@unit
def test_all_patients_together_with_their_attrition():
    scores = {case: [(0, 20), (28, 10), *later] for case, (later, _) in LATER.items()}
    table = times(
        {
            **scores,
            "no later score": [(0, 20), (28, 10)],
            "no response": [(0, 20), (28, 11), (35, 5)],
            "no baseline": [(28, 5), (35, 20)],
            "no score": [(0, 20), (56, 5), (84, 20)],
            "baseline of 0": [(0, 0), (28, 0), (35, 5)],
        }
    )
    assert set(table.frame["subject_id"]) == set(LATER)
    assert table.frame["event"].sum() == 7
    assert table.attrition.to_numpy().tolist() == [
        ["Scored at week 4", 12, "no response at week 4", 2],
        ["Response at week 4", 10, "no score after week 4", 1],
        ["Followed", 9, "", 0],
    ]
    assert table.frame.attrs["patient_level"] is True
    assert list(table.frame.columns) == [
        "subject_id", "origin_day", "site_id", "sex", "indication", "agent", "route", "regimen",
        "time", "event", "cnsr", "entry", "lower", "upper", "evntdesc", "cnsdtdsc", "source",
        "source_row", "n_visits", "visit_gap",
    ]  # fmt: skip


@unit
def test_the_origin_is_the_day_of_the_score_and_not_the_planned_day():
    frame = times({"a": [(0, 20), (25, 10), (40, 15)]}).frame
    # day 25 stands for week 4 (3 days off; day 40 is 12 off), so day 40 comes 15 days later
    assert frame[["time", "event"]].to_numpy().tolist() == [[15, True]]


@unit
def test_scores_before_the_origin_are_no_loss():
    frame = times({"a": [(0, 20), (7, 25), (22, 19), (28, 9), (56, 9)]}).frame
    assert frame[["time", "event", "n_visits"]].to_numpy().tolist() == [[28, False, 1]]


@unit
@pytest.mark.parametrize(("until", "followed"), [(40, 0), (41, 1)])
def test_a_visit_that_is_not_yet_due_is_not_counted(until, followed):
    table = times({"a": [(0, 20), (28, 10), (35, 9)]}, until=until)
    assert table.attrition["n"].tolist() == [followed] * 3


@unit
@pytest.mark.parametrize(("until", "followed"), [(59, 0), (60, 1)])
def test_a_score_of_the_last_observed_day_counts(until, followed):
    frame = times({"a": [(0, 20), (28, 10), (60, 15)]}, until=until).frame
    assert frame["time"].tolist() == [32] * followed


@unit
def test_those_scored_and_responding_are_those_of_the_response_rates():
    scores = {case: [(0, 20), (28, 10), *later] for case, (later, _) in LATER.items()}
    scores["no response"] = [(0, 20), (28, 11)]
    until = {**dict.fromkeys(scores, 400), "lost later": 40}
    study = scored_study(scores, until=until)
    rates = response_rates(study, "PHQ-9", visit="week 4").iloc[0]
    table = time_to_loss_of_response(study, "PHQ-9", visit="week 4")
    assert table.attrition["n"].tolist()[:2] == [rates["observed"], rates["n"]]


@unit
def test_nobody_responds():
    table = times({"a": [(0, 20), (28, 20), (35, 20)]})
    assert table.frame.empty
    assert table.attrition["n"].tolist() == [1, 0, 0]
    assert "Followed" in repr(table)


@unit
def test_what_is_shown_has_no_patient():
    shown = repr(times({"Jane Doe": [(0, 20), (28, 10), (35, 9)]}))
    assert shown.splitlines()[:2] == [
        "Origin: day of the week 4 score of patients who respond at week 4",
        "Event: first later PHQ-9 less than 50% below baseline",
    ]
    assert "Jane" not in shown


@unit
def test_a_visit_must_be_planned():
    with pytest.raises(DataError, match="Planned visits are"):
        time_to_loss_of_response(scored_study({"a": []}), "PHQ-9", visit="week 5")


_LATER = st.lists(
    st.tuples(st.integers(29, 200), st.one_of(st.none(), st.integers(0, 27))),
    max_size=6,
    unique_by=lambda score: score[0],
)


@identity
@settings(deadline=None, max_examples=30, derandomize=True)
@given(patients=st.lists(_LATER, min_size=1, max_size=5), seed=st.integers(0, 9))
def test_any_course_agrees_with_a_plain_walk_through_the_visits(patients, seed):
    scores = {f"p{n}": [(0, 20), (28, 10), *later] for n, later in enumerate(patients)}
    expected = {}
    for name, course in scores.items():
        visits = sorted((day - 28, total) for day, total in course[2:] if total is not None)
        lost = [day for day, total in visits if total > 10]
        kept = [day for day, total in visits if total <= 10 and (not lost or day < lost[0])]
        if visits:
            time = lost[0] if lost else visits[-1][0]
            upper = lost[0] if lost else INF
            lower = max(kept, default=0)
            expected[name] = (time, bool(lost), lower, upper, len(visits))
    study = scored_study(scores)
    generator = np.random.default_rng(seed)
    rows = study.tables["assessments"]
    mixed = rows.iloc[generator.permutation(len(rows))].reset_index(drop=True)
    columns = ["time", "event", "lower", "upper", "n_visits"]
    for table in (rows, mixed):
        study.tables["assessments"] = table
        frame = time_to_loss_of_response(study, "PHQ-9", visit="week 4").frame
        found = frame.set_index("subject_id")[columns].itertuples(name=None)
        assert {name: tuple(values) for name, *values in found} == expected
        event = frame[frame["event"]]
        assert (event["lower"] < event["time"]).all()
        assert (event["time"] == event["upper"]).all()
        censored = frame[~frame["event"]]
        assert (censored["lower"] == censored["time"]).all()
        assert np.isinf(censored["upper"]).all()


@unit
def test_response_may_follow_another_definition():
    scores = {"a": [(0, 20), (28, 15), (35, 15), (42, 16)], "b": [(0, 20), (28, 16), (35, 20)]}
    table = time_to_loss_of_response(
        scored_study(scores), "PHQ-9", visit="week 4", response="mcid_phq9_5"
    )
    columns = ["subject_id", "time", "event", "lower", "upper"]
    assert table.frame[columns].to_numpy().tolist() == [["a", 14, True, 7, 14]]
    assert table.attrition["n"].tolist() == [2, 1, 1]
    assert table.rule.startswith("first later PHQ-9 that does not meet mcid_phq9_5:")
    assert "Not verified" in table.rule


@unit
def test_a_definition_over_several_visits_has_no_loss_at_one():
    study = scored_study({"a": [(0, 30), (21, 5), (28, 5), (56, 5)]}, instrument="MADRS")
    with pytest.raises(DataError, match="several visits"):
        time_to_loss_of_response(study, "MADRS", visit="week 8", response="consistent_remission")


@unit
def test_the_usual_threshold_holds_here_too():
    scores = {"at": [(0, 10), (28, 5), (35, 5)], "under": [(0, 9), (28, 4), (35, 4)]}
    table = time_to_loss_of_response(scored_study(scores), "PHQ-9", visit="week 4")
    assert table.frame["subject_id"].tolist() == ["at"]


@unit
def test_one_course_is_followed():
    with pytest.raises(DataError, match="followed in one course"):
        times({"a": [(0, 20), (28, 10), (35, 9)]}, course="all")
