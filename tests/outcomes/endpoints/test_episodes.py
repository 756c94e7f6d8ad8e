"""Relapses that come back, worked out by hand and against a plain walk."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.outcomes import (
    MAINTENANCE,
    Confirmation,
    ScoreEvent,
    from_first_treatment,
    from_response,
    relapse_episodes,
)
from tests.builders import scored_study

SEVERE = ScoreEvent(instrument="PHQ-9", definition="relapse_phq9_10")
CASES = {
    "never": ([(7, 4), (14, 9)], [(1, 0, 14, False)]),
    "once and on": ([(7, 4), (14, 12), (21, 15)], [(1, 0, 14, True)]),
    "twice": (
        [(7, 12), (14, 12), (21, 4), (28, 8), (35, 11), (42, 3), (49, 3)],
        [(1, 0, 7, True), (2, 21, 35, True), (3, 42, 49, False)],
    ),
    "better but not well between": ([(7, 12), (14, 7), (21, 12)], [(1, 0, 7, True)]),
    "recovered at the last visit": ([(7, 12), (14, 4)], [(1, 0, 7, True)]),
}


def episodes(scores, event=SEVERE):
    rows = relapse_episodes(
        scored_study(scores), event, origin=from_first_treatment(), recovery="remission"
    )
    return {
        who: list(own[["episode", "start", "stop", "event"]].itertuples(index=False, name=None))
        for who, own in rows.groupby("subject_id")
    }


@pytest.mark.unit
@pytest.mark.parametrize("case", CASES)
def test_each_relapse_needs_a_recovery_before_it(case):
    scores, expected = CASES[case]
    assert episodes({"a": scores})["a"] == expected


@pytest.mark.unit
def test_relapses_may_have_to_be_confirmed():
    event = ScoreEvent(
        instrument="PHQ-9", definition="relapse_phq9_10", confirmation=Confirmation()
    )
    scores = [(7, 12), (14, 4), (21, 12), (28, 12), (35, 4), (42, 8)]
    assert episodes({"a": scores}, event)["a"] == [(1, 0, 21, True), (2, 35, 42, False)]


@pytest.mark.unit
def test_a_relapse_that_nothing_confirms_or_refutes_is_not_known_to_be_absent():
    event = ScoreEvent(
        instrument="PHQ-9", definition="relapse_phq9_10", confirmation=Confirmation()
    )
    assert episodes({"a": [(7, 4), (14, 4), (40, 15)]}, event)["a"] == [(1, 0, 14, False)]
    assert "a" not in episodes({"a": [(40, 15)]}, event)


@pytest.mark.unit
def test_patients_in_whom_no_score_could_be_a_relapse_are_left_out():
    lost = ScoreEvent(instrument="PHQ-9", definition="loss_of_response50")
    scores = {"known": [(0, 20), (7, 4), (14, 15)], "unknown": [(7, 4), (14, 15)]}
    assert episodes(scores, lost) == {"known": [(1, 0, 14, True)]}


@pytest.mark.unit
def test_days_count_from_the_origin_to_the_end_of_observation():
    scores = {"a": [(-1, 20), (5, 15), (12, 4), (26, 12), (33, 4), (40, 8), (47, 12)]}
    study = scored_study(scores, until=45)
    for timing, shift in (("seen", 0), ("earliest", 7)):
        origin = from_response("PHQ-9", definition="remission", timing=timing)
        rows = relapse_episodes(study, SEVERE, origin=origin, recovery="remission")
        assert rows[["episode", "start", "stop", "event"]].to_numpy().tolist() == [
            [1, 0 + shift, 14 + shift, True], [2, 21 + shift, 28 + shift, False],
        ]  # fmt: skip
        assert rows.attrs["patient_level"] is True
        assert rows.index.tolist() == [0, 1]


@pytest.mark.identity
def test_the_order_of_rows_does_not_matter():
    study = scored_study({"a": CASES["twice"][0], "b": CASES["once and on"][0]})
    rows = study.tables["assessments"]
    study.tables["assessments"] = rows.sample(frac=1, random_state=3)
    found = relapse_episodes(
        study, SEVERE, origin=from_first_treatment(), recovery="remission"
    ).groupby("subject_id")
    for who, case in (("a", "twice"), ("b", "once and on")):
        own = found.get_group(who)[["episode", "start", "stop", "event"]]
        assert list(own.itertuples(index=False, name=None)) == CASES[case][1]


@pytest.mark.unit
def test_only_scores_tell_episodes():
    with pytest.raises(DataError, match="give a ScoreEvent"):
        episodes({"a": [(7, 4)]}, MAINTENANCE)


def walked(visits):
    rows, start, ill, number = [], 0, False, 1
    for day, score in visits:
        if not ill and score >= 10:
            rows.append((number, start, day, True))
            ill, number = True, number + 1
        elif ill and score < 5:
            ill, start = False, day
    if visits and not ill and visits[-1][0] > start:
        rows.append((number, start, visits[-1][0], False))
    return rows


VISITS = st.lists(
    st.tuples(st.integers(1, 90), st.integers(0, 20)), max_size=9, unique_by=lambda v: v[0]
)


@pytest.mark.identity
@settings(deadline=None, max_examples=15, derandomize=True)
@given(patients=st.lists(VISITS, min_size=1, max_size=5))
def test_any_course_agrees_with_a_plain_walk(patients):
    found = episodes({f"p{n}": visits for n, visits in enumerate(patients)})
    for n, visits in enumerate(patients):
        assert found.get(f"p{n}", []) == walked(sorted(visits))
