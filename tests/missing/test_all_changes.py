"""The change of all, and how far it rests on what became of those who left."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.missing import change_if_worse, due_visits, impute_and_pool
from tests.builders import scored_study
from tests.missing.studies import PLAN, network


@pytest.mark.identity
def test_it_is_the_imputation_of_all_for_whom_the_visit_is_due():
    visits = ["week 1", "week 2", "week 4"]
    planned = due_visits(network(), "PHQ-9")
    end = planned[planned["visit"].eq("week 4") & planned["due"] & planned["at_threshold"]]
    rows = planned[planned["subject_id"].isin(end["subject_id"]) & planned["visit"].isin(visits)]
    pooled = impute_and_pool(
        "change ~ baseline * visit",
        rows.assign(change=rows["total"] - rows["baseline"]),
        subject="subject_id",
        visit="visit",
        visits=visits,
        covariates=["baseline"],
    )
    tipping = change_if_worse(network(), "PHQ-9", visit="week 4", worse_by=3.0, margin=5.0)
    start = tipping.at(np.array([[0.0]]))
    assert start["estimate"][0] == pytest.approx(pooled.tidy()["estimate"][0], abs=1e-12)
    assert tipping.null == -5.0
    assert tipping.grid.ravel().tolist() == [0, 0.75, 1.5, 2.25, 3, 3.75, 4.5, 5.25, 6]
    tip = float(tipping.tips()["above"].iloc[0])
    at_tip = tipping.at(np.array([[tip]]))
    assert at_tip["conf_high"][0] == pytest.approx(-5.0, abs=1e-6)


@pytest.mark.unit
def test_the_sentence_says_where_it_turns_or_that_it_does_not():
    tipping = change_if_worse(network(), "PHQ-9", visit="week 4", margin=5.0)
    tip = float(tipping.tips()["above"].iloc[0])
    assert tipping.sentence() == (
        f"An improvement of 5 points is shown unless scores after leaving are {tip:.1f} points "
        "worse than predicted."
    )
    assert replace(tipping, null=-20.0).sentence() == (
        "An improvement of 20 points is not shown, even if scores after leaving are as predicted."
    )
    assert "however much worse" in replace(tipping, null=1000.0).sentence()


@pytest.mark.unit
def test_a_turning_point_beyond_the_end_of_the_scale_is_named():
    tipping = change_if_worse(network(), "PHQ-9", visit="week 4", margin=5.0)
    planned = due_visits(network(), "PHQ-9")
    end = planned[planned["visit"].eq("week 4") & planned["due"] & planned["at_threshold"]]
    mean = end["baseline"].mean() + tipping.at(np.array([[0.0]]))["estimate"][0]
    assert tipping.room == pytest.approx(27 - mean)  # the PHQ-9 ends at 27
    tip = float(tipping.tips()["above"].iloc[0])
    beyond = "which is more than the scale allows on average."
    assert replace(tipping, room=tip - 0.1).sentence().endswith(beyond)
    assert not replace(tipping, room=tip + 0.1).sentence().endswith(beyond)


def study(last):
    """Thirty patients, 28 with a score on day 7 and `last` with one on day 28."""
    early, late = ([(7, 12 + i % 7)] * (i > 1) for i in range(30)), range(last)
    scores = {
        f"p{i}": [(0, 18 + i % 5), *seen, *([(28, 8 + i % 6)] if i in late else [])]
        for i, seen in enumerate(early)
    }
    return scored_study(scores, until=dict.fromkeys(scores, 400))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("last", "visit", "why"),
    [
        (19, "v3", "fewer than 20 patients"),
        (30, "v3", "nothing is missing"),
        (25, "v1", "no planned visit before v1"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_count_and_the_rule(last, visit, why):
    with pytest.raises(DataError, match=why):
        change_if_worse(study(last), "PHQ-9", visit=visit, schedule=PLAN)


@pytest.mark.unit
def test_choices_out_of_range_are_refused():
    for wrong in ({"worse_by": 0.0}, {"margin": -1.0}, {"worse_by": float("nan")}):
        with pytest.raises(DataError, match="points above 0"):
            change_if_worse(study(25), "PHQ-9", visit="v3", schedule=PLAN, **wrong)
    with pytest.raises(DataError, match="one course"):
        change_if_worse(study(25), "PHQ-9", visit="v3", schedule=PLAN, course="all")
