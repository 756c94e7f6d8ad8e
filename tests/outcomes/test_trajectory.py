"""The mean course agrees with the model behind it and takes small groups together."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.outcomes import mean_course

WEEKS = {"week 1": 1.0, "week 2": 2.0, "week 4": 4.0}


def outcomes(n_iv=30, n_im=30, *, seed=1, noise=0.5):
    """Invent patients who fall by 2 (IM) or 4 (IV) points a visit, with a random intercept."""
    rng = np.random.default_rng(seed)
    n = n_iv + n_im
    people = pd.DataFrame(
        {
            "subject_id": [f"s{k}" for k in range(n)],
            "route": ["IV"] * n_iv + ["IM"] * n_im,
            "baseline": rng.integers(10, 25, n).astype(float),
            "own": rng.normal(0, 1, n),
        }
    )
    rows = people.merge(pd.DataFrame({"visit": WEEKS.keys(), "week": WEEKS.values()}), how="cross")
    step = rows["visit"].map({"week 1": 1, "week 2": 2, "week 4": 3})
    fall = rows["route"].map({"IV": 4.0, "IM": 2.0}) * step
    change = -fall + rows["own"] + noise * rng.normal(size=len(rows))
    visit = pd.Categorical(rows["visit"], list(WEEKS), ordered=True)
    return rows.assign(change=change, visit=visit)


@pytest.mark.truth
def test_the_means_are_those_of_the_patients():
    course = mean_course(outcomes(), by="route")
    assert course.by == "route"
    frame = course.frame.set_index(["visit", "route"])
    for visit, steps in (("week 1", 1), ("week 2", 2), ("week 4", 3)):
        for route, fall in (("IV", 4.0), ("IM", 2.0)):
            row = frame.loc[(visit, route)]
            assert row["conf_low"] < -fall * steps < row["conf_high"]
            assert row["n"] == 30
    complete = course.frame["estimate"] - course.frame["observed"]
    assert complete.abs().max() < 0.6  # only the baselines differ


@pytest.mark.unit
def test_a_small_group_is_taken_together_with_the_others_and_the_text_says_so():
    course = mean_course(outcomes(n_im=10), by="route")
    assert course.by is None
    assert "route" not in course.frame.columns
    assert "taken together" in course.about
    assert course.frame["n"].tolist() == [40, 40, 40]
    assert course.about == (
        "Linear mixed model of the change on visit and baseline with a random intercept per "
        "patient. Patients of every route are taken together: a group "
        "has fewer than 11 at a visit."
    )


@pytest.mark.unit
def test_groups_of_eleven_are_compared_at_visits_of_eleven():
    course = mean_course(outcomes(11, 11), by="route")
    assert course.by == "route"
    assert course.frame[["visit", "route"]].to_numpy().tolist() == [
        [visit, route] for visit in WEEKS for route in ("IM", "IV")
    ]
    assert list(course.frame.columns) == [
        "visit", "route", "week", "estimate", "std_error", "df", "conf_low", "conf_high",
        "observed", "n",
    ]  # fmt: skip
    assert "on route, visit, their interaction and baseline" in course.about
    rare = outcomes(11, 0)
    assert mean_course(rare).frame["n"].tolist() == [11, 11, 11]


@pytest.mark.unit
def test_patients_without_an_entry_leave_nothing_to_compare():
    rows = outcomes()
    rows["route"] = rows["route"].mask(rows["subject_id"].eq("s0"))
    assert mean_course(rows, by="route").by is None


@pytest.mark.unit
def test_one_group_is_no_comparison_and_needs_no_excuse():
    course = mean_course(outcomes(n_im=0), by="route")
    assert course.by is None
    assert "taken together" not in course.about


@pytest.mark.unit
def test_a_rare_visit_is_left_out():
    rows = outcomes()
    rare = rows[rows["visit"].ne("week 4") | rows["subject_id"].isin([f"s{k}" for k in range(10)])]
    assert mean_course(rare, by="route").frame["visit"].unique().tolist() == ["week 1", "week 2"]


@pytest.mark.unit
@pytest.mark.parametrize("rows", [outcomes(5, 5), outcomes().query("visit == 'week 1'")])
def test_too_few_patients_or_visits_are_refused(rows):
    with pytest.raises(DataError, match="wait for more scores"):
        mean_course(rows)


@pytest.mark.identity
def test_the_order_of_rows_does_not_matter():
    rows = outcomes()
    mixed = rows.sample(frac=1.0, random_state=3)
    left, right = mean_course(rows, by="route").frame, mean_course(mixed, by="route").frame
    pd.testing.assert_frame_equal(left, right, rtol=1e-8)
