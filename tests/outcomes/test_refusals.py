"""What outcomes refuse or leave out, so that no number is quietly another one."""

import numpy as np
import pytest

from analysis.errors import ColumnError, DataError
from analysis.outcomes import (
    END_OF_INDUCTION,
    WEEKLY,
    BaselineRule,
    Definition,
    Window,
    baseline_scores,
    completeness,
    curve,
    definition,
    mean_course,
    percent_days_abstinent,
    regression_to_the_mean,
    response_rates,
    time_to_loss_of_response,
    treated_patients,
    visit_outcomes,
)
from tests.builders import scored_study
from tests.outcomes.treatment import two_courses

unit = pytest.mark.unit


def own_definition(**parts):
    usual = {"name": "own", "instrument": "PHQ-9", "measure": "own", "rule": "Own rule."}
    return Definition(**{**usual, "source": "own", "verified": True, **parts})


@unit
@pytest.mark.parametrize(
    ("scale", "points", "verified"),
    # Marx et al. 2022 for PCL-5 and CAPS-5; WSAS: 8 points, not read in the source
    [("PCL-5", 18, True), ("CAPS-5", 13, True), ("WSAS", 8, False)],
)
def test_a_published_reliable_change_is_shown_as_such(scale, points, verified):
    found = definition("reliable_improvement", scale)
    assert found.rule == (
        "Better than baseline by at least the reliable change of the scale, as published for "
        f"{scale}: {points} points."
    )
    assert "Jacobson" not in found.source
    assert found.verified is verified


@unit
def test_a_later_course_takes_no_baseline_from_the_course_before():
    scores = {"a": [(-5, 25), (7, 24), (10, 8), (20, 9)], "b": [(-5, 25), (20, 12)]}
    study = two_courses(scores, second=20)  # the first one has sessions on days 0, 3 and 7
    worst = baseline_scores(study, "PHQ-9", rule=BaselineRule(method="worst", k=3))
    second = worst[worst["course"].eq(2)].set_index("subject_id")["baseline"]
    assert second.to_dict() == {"a": 9, "b": 12}


@unit
def test_a_baseline_window_ends_before_treatment():
    with pytest.raises(DataError, match="ends on day 0 or before"):
        BaselineRule(method="last", window=Window(label="b", target=0, low=-30, high=1))
    BaselineRule(method="last", window=Window(label="b", target=0, low=-30, high=0))


@unit
@pytest.mark.parametrize(
    ("name", "visit"),
    [("consistent_remission", "week 1"), ("stable_remission", "week 3"),
     ("stable_response", "week 3")],
)  # fmt: skip
def test_a_run_is_not_judged_where_too_few_visits_are_planned(name, visit):
    study = scored_study({"a": [(-1, 30), *((7 * k, 5) for k in range(1, 9))]}, instrument="MADRS")
    with pytest.raises(DataError, match="cannot be judged at the one asked for"):
        response_rates(study, "MADRS", visit=visit, schedule=WEEKLY, measures=[name])


@unit
def test_a_definition_cannot_be_changed_after_it_was_made():
    with pytest.raises(TypeError):
        definition("remission_phq9").parameters["cut_off"] = 26


@unit
@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        ("improvement", {"point": 2.0}),
        ("fraction", {"fraction": 50.0}),
        ("fraction", {"fraction": 1.1}),
        ("fraction", {"fraction": 0.0}),
        ("cut-off", {"cut_off": np.nan}),
        ("cut-off", {"cut_off": 4.0, "more": 1.0}),
        ("run", {"visits": 2, "needed": 3}),
        ("run", {"visits": 2.5, "needed": 2}),
        ("run", {"visits": 2, "needed": 1.5}),
        ("run", {"visits": 2, "needed": 0}),
    ],
)
def test_numbers_that_nothing_could_meet_are_refused(kind, numbers):
    with pytest.raises(DataError):
        own_definition(kind=kind, parameters=numbers, of_visit="remission")


@unit
@pytest.mark.parametrize("name", ["due", "observed", "evaluable", "total", "baseline"])
def test_a_measure_has_no_name_of_another_column(name):
    own = own_definition(name=name, kind="cut-off", parameters={"cut_off": 4})
    study = scored_study({"a": [(-1, 20), (28, 3)]})
    with pytest.raises(DataError, match="name of another column"):
        response_rates(study, "PHQ-9", visit="week 4", measures=[own])


@unit
def test_who_has_no_day_0_is_never_not_yet_due():
    study = scored_study({"a": [(-1, 20)], "b": [(-1, 20)]}, until=400)
    sessions = study.tables["sessions"]
    phase = sessions["phase"].astype("string").mask(sessions["subject_id"].eq("b"), "maintenance")
    study.tables["sessions"] = sessions.assign(phase=phase.astype("category"))
    counts = completeness(study, "PHQ-9", schedule=END_OF_INDUCTION)
    assert counts["started"].eq(2).all()
    assert counts["not_yet_due"].eq(0).all()
    assert counts["due"].eq(1).all()


@unit
def test_completeness_by_course_and_columns_that_split_nothing():
    study = scored_study({"a": [(-1, 20), (28, 3)]})
    assert completeness(study, "PHQ-9", by="course", course="all")["started"].eq(1).all()
    for by in ("subject_id", "observed_until_day", "day_0"):
        with pytest.raises(ColumnError):
            completeness(study, "PHQ-9", by=by)


@unit
def test_an_unknown_column_is_refused_by_name_of_what_to_try():
    scores = {f"p{k}": [(-1, 20), (7, 8), (14, 8), (28, 8), (56, 15)] for k in range(12)}
    study = scored_study(scores)
    with pytest.raises(ColumnError, match="route or site_id"):
        mean_course(visit_outcomes(study, "PHQ-9"), by="nonsense")
    events = time_to_loss_of_response(study, "PHQ-9", visit="week 4")
    with pytest.raises(ColumnError, match="it has site_id, sex"):
        curve(events, by="nonsense")


@unit
def test_loss_of_response_is_looked_for_up_to_the_cut_off():
    study = scored_study({"a": [(-1, 20), (28, 8), (60, 9), (500, 20)]}, until=100)
    row = time_to_loss_of_response(study, "PHQ-9", visit="week 4").frame.iloc[0]
    assert (row["event"], row["time"]) == (False, 32.0)


@unit
@pytest.mark.parametrize(
    "numbers", [{"mean": np.nan}, {"entry": np.inf}, {"direction": "sideways"}]
)
def test_regression_to_the_mean_of_no_numbers_is_refused(numbers):
    usual = {"reliability": 0.8, "mean": 16.0, "standard_deviation": 5.0, "entry": 10.0}
    with pytest.raises(DataError):
        regression_to_the_mean(**{**usual, **numbers})


@unit
def test_a_course_may_be_a_number_of_numpy_but_no_truth():
    study = scored_study({"a": [(-1, 20)]})
    assert len(treated_patients(study, course=np.int64(1))) == 1
    with pytest.raises(DataError):
        treated_patients(study, course=True)


@unit
def test_a_period_has_days():
    import pandas as pd

    with pytest.raises(DataError, match="at least 1 day"):
        percent_days_abstinent(pd.Series([0.0]), period_days=0)
