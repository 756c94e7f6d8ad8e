"""The flow of patients and the completeness of scores add up."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import ColumnError
from analysis.outcomes import SCHEDULE, Window, completeness, patient_flow
from tests.builders import scored_study

unit, identity = pytest.mark.unit, pytest.mark.identity

SCORES = {
    "seen": [(0, 20), (28, 10)],
    "missing": [(0, 20)],
    "early": [(0, 20)],
    "mild": [(0, 6), (28, 2)],
    "no baseline": [(28, 10)],
    "never treated": [(0, 20)],
}
UNTIL = {**dict.fromkeys(SCORES, 400), "early": 40}


def study(**changes):
    return scored_study(SCORES, until=UNTIL, untreated=["never treated"], **changes)


@unit
def test_the_flow_says_who_is_left_and_why():
    flow = patient_flow(study(), "PHQ-9", visit="week 4", baseline_at_least=10)
    assert flow.to_numpy().tolist() == [
        ["Registered", 6, "no treatment in the data", 1],
        ["Treated", 5, "no PHQ-9 score in the 30 days before treatment", 1],
        ["Baseline score", 4, "PHQ-9 under 10 before treatment", 1],
        ["Baseline at threshold", 3, "week 4 not yet due", 1],
        ["Evaluable", 2, "no score at week 4", 1],
        ["Analysed", 1, "", 0],
    ]


@unit
def test_without_a_threshold_there_is_no_such_step():
    flow = patient_flow(study(), "PHQ-9", visit="week 4", baseline_at_least=0)
    assert flow.to_numpy().tolist() == [
        ["Registered", 6, "no treatment in the data", 1],
        ["Treated", 5, "no PHQ-9 score in the 30 days before treatment", 1],
        ["Baseline score", 4, "week 4 not yet due", 1],
        ["Evaluable", 3, "no score at week 4", 1],
        ["Analysed", 2, "", 0],
    ]


def at(frame, visit):
    row = frame[frame["visit"].eq(visit)].iloc[0]
    counts = ("started", "not_yet_due", "due", "scored", "missing")
    return tuple(int(row[count]) for count in counts)


@unit
def test_a_score_is_missing_only_when_it_was_due():
    counts = completeness(study(), "PHQ-9")
    assert list(counts.columns) == [
        "site_id", "visit", "started", "not_yet_due", "due", "scored", "missing", "share",
    ]  # fmt: skip
    assert counts["visit"].astype(str).tolist() == [window.label for window in SCHEDULE]
    assert counts["visit"].cat.ordered
    assert at(counts, "week 4") == (5, 1, 4, 3, 1)
    assert at(counts, "week 2") == (5, 0, 5, 0, 5)
    assert counts["share"].iloc[2] == 0.75


@unit
@pytest.mark.parametrize(("until", "due"), [(40, 0), (41, 1), (42, 1)])
def test_a_visit_is_due_when_its_window_has_closed(until, due):
    counts = completeness(scored_study({"a": [(0, 20), (28, 9)]}, until=until), "PHQ-9")
    assert at(counts, "week 4") == (1, 1 - due, due, due, 0)
    assert np.isnan(counts["share"].iloc[2]) == (due == 0)


@unit
def test_a_dropout_is_missing_and_not_left_out():
    counts = completeness(scored_study({"a": [(0, 20), (7, 19)]}), "PHQ-9")
    assert [at(counts, window.label)[-2:] for window in SCHEDULE.windows[:3]] == [
        (1, 0),
        (0, 1),
        (0, 1),
    ]


@unit
def test_groups_include_patients_without_an_entry():
    subjects = {"seen": {"sex": "female"}, "mild": {"sex": "male"}}
    counts = completeness(study(subjects=subjects), "PHQ-9", by="sex")
    week_4 = counts[counts["visit"].eq("week 4")]
    assert week_4["sex"].tolist() == ["female", "male", "not recorded"]
    assert week_4["started"].tolist() == [1, 1, 3]


@unit
def test_another_schedule():
    schedule = (Window(label="day 30", target=30, low=25, high=35),)
    counts = completeness(study(), "PHQ-9", schedule=schedule)
    assert counts["visit"].astype(str).tolist() == ["day 30"]
    assert at(counts, "day 30") == (5, 0, 5, 3, 2)


@unit
def test_a_column_to_split_by_must_be_there():
    with pytest.raises(ColumnError, match="try route or site_id") as caught:
        completeness(study(), "PHQ-9", by="Jane Doe")
    assert "Jane" not in str(caught.value)


_PATIENT = st.tuples(
    st.lists(
        st.tuples(st.integers(-40, 130), st.one_of(st.none(), st.integers(0, 27))),
        max_size=5,
        unique_by=lambda score: score[0],
    ),
    st.integers(0, 130),
    st.sampled_from(["A", "B"]),
    st.booleans(),
)


@identity
@settings(deadline=None, max_examples=25, derandomize=True)
@given(patients=st.lists(_PATIENT, min_size=2, max_size=6), threshold=st.sampled_from([0.0, 10.0]))
def test_numbers_add_up_for_any_study(patients, threshold):
    names = [f"p{n}" for n in range(len(patients))]
    untreated = [n for n, (*_, treated) in zip(names, patients, strict=True) if not treated]
    if len(untreated) == len(names):
        untreated = names[1:]
    whole = scored_study(
        {n: p[0] for n, p in zip(names, patients, strict=True)},
        until={n: p[1] for n, p in zip(names, patients, strict=True)},
        subjects={n: {"site_id": p[2]} for n, p in zip(names, patients, strict=True)},
        untreated=untreated,
    )
    counts = completeness(whole, "PHQ-9")
    assert (counts["started"] == counts["not_yet_due"] + counts["due"]).all()
    assert (counts["due"] == counts["scored"] + counts["missing"]).all()
    assert (counts[["not_yet_due", "due", "scored", "missing"]] >= 0).all(axis=None)
    n_treated = len(names) - len(untreated)
    assert set(counts.groupby("visit", observed=True)["started"].sum()) == {n_treated}
    flow = patient_flow(whole, "PHQ-9", visit="week 4", baseline_at_least=threshold)
    assert flow["n"].iloc[0] == len(names)
    assert flow["n"].iloc[1] == n_treated
    assert (flow["n_excluded"] >= 0).all()
    assert flow["n"].iloc[0] - flow["n_excluded"].sum() == flow["n"].iloc[-1]
