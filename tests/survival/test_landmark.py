"""Landmark analysis: who is kept, who is left out and why."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError, ModelError
from analysis.survival import cox, kaplan_meier, landmark

PATIENTS = pd.DataFrame(
    {
        "time": [10.0, 28, 28, 20, 40, 70, 90, 50],
        "event": [1, 1, 0, 0, 1, 0, 1, 1],
        "entry": [0.0, 0, 0, 0, 28, 30, 0, 0],
        "response": ["no", "no", "yes", "yes", "yes", "no", "no", None],
        "seen": [7.0, 14, 14, 7, 28, 21, 7, 7],
    }
)


@pytest.mark.unit
def test_who_is_kept_and_who_is_left_out():
    after = landmark(PATIENTS, 28, group="response", entry="entry")
    assert after.data.index.tolist() == [4, 6]
    assert after.data["time"].tolist() == [12.0, 62.0]
    counts = after.attrition()
    assert list(counts.columns) == ["response", "reason", "n"]
    assert counts.fillna("?").to_numpy().tolist() == [
        ["no", "entered after the landmark", 1],
        ["no", "event by the landmark", 2],
        ["no", "kept", 1],
        ["yes", "censored by the landmark", 2],
        ["yes", "kept", 1],
        ["?", "group not known", 1],
    ]
    assert counts["n"].sum() == len(PATIENTS)


@pytest.mark.unit
def test_the_new_clock_starts_with_all_in_sight():
    rows = pd.DataFrame(
        {"time": [40, 50, 60, 70, 80, 90], "event": [1, 1, 0, 1, 1, 0],
         "entry": [0, 10, 20, 0, 25, 5], "group": list("ababab")}
    )  # fmt: skip
    after = landmark(rows, 28, group="group", entry="entry")
    assert after.data["entry"].eq(0).all()
    # two of six by day 58; with the old entries it would be 0.5625
    found = kaplan_meier(after.data, entry="entry").at(30)["estimate"].item()
    assert found == pytest.approx(4 / 6)
    same = landmark(rows, 28, group="group", entry="entry", restart_clock=False)
    assert same.data["entry"].eq(28).all()


@pytest.mark.identity
def test_clock_does_not_matter_to_a_regression():
    rng = np.random.default_rng(3)
    data = pd.DataFrame(
        {"time": np.ceil(rng.exponential(60, 200)), "event": rng.random(200) < 0.8,
         "arm": rng.choice(["iv", "im"], 200)}
    )  # fmt: skip
    anew = landmark(data, 28, group="arm").data
    going_on = landmark(data, 28, group="arm", restart_clock=False).data
    assert (going_on["entry"] == 28).all()
    pd.testing.assert_frame_equal(
        cox("arm", anew).tidy(), cox("arm", going_on, entry="entry").tidy(), rtol=1e-10
    )
    late = kaplan_meier(going_on, entry="entry", by="arm").at([58])
    np.testing.assert_allclose(
        kaplan_meier(anew, by="arm").at([30])["estimate"], late["estimate"], rtol=1e-12
    )


@pytest.mark.truth
def test_landmark_removes_immortal_time():
    # response comes at random and does nothing; who has no relapse for longer responds more often
    rng = np.random.default_rng(17)
    n = 4000
    relapse, response = rng.exponential(40, n), rng.exponential(40, n)
    data = pd.DataFrame({"time": relapse.clip(max=120), "event": relapse < 120})
    ever = cox("responder", data.assign(responder=response < relapse)).tidy().iloc[0]
    assert ever["estimate"] < -0.5
    fair = landmark(data.assign(responder=(response <= 28)), 28, group="responder")
    row = cox("responder", fair.data).tidy().iloc[0]
    assert abs(row["estimate"]) < 3.5 * row["std_error"]


@pytest.mark.unit
def test_groups_known_later_are_refused():
    patients = PATIENTS.dropna()
    assert len(landmark(patients, 28, group="response", group_day="seen").data) == 3
    with pytest.raises(DataError, match=r"1 rows at risk after the landmark at 20.*known later"):
        landmark(patients.assign(seen=[7, 14, 14, 7, 7, 21, 7]), 20, group="response",
                 group_day="seen")  # fmt: skip


@pytest.mark.unit
def test_input_and_result_are_left_as_they_were():
    before = PATIENTS.copy()
    after = landmark(PATIENTS, 28, group="response", entry="entry", restart_clock=False)
    frame, counts = after.data, after.attrition()
    frame.loc[:, "time"] = -1.0
    counts.loc[:, "n"] = -1
    assert after.data["time"].tolist() == [40.0, 90.0]
    assert (after.attrition()["n"] > 0).all()
    pd.testing.assert_frame_equal(PATIENTS, before)


@pytest.mark.unit
def test_text_and_html():
    after = landmark(PATIENTS, 28, group="response", entry="entry")
    assert repr(after) == after.summary()
    assert repr(after).startswith("Landmark at 28; time from the landmark on\nresponse  reason")
    assert "<caption>Landmark at 28" in after._repr_html_()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("day", "options", "error", "message"),
    [
        (0, {}, ModelError, "above 0"),
        (np.inf, {}, ModelError, "finite"),
        (28, {"restart_clock": False}, ModelError, "already have"),
        (28, {"group": "arm"}, ColumnError, "arm"),
        (28, {"group_day": "day"}, ColumnError, "day"),
        (500, {}, DataError, "None of the 8 rows is at risk after the landmark at 500"),
    ],
)
def test_what_cannot_be_used_is_refused(day, options, error, message):
    with pytest.raises(error, match=message):
        landmark(PATIENTS, day, **{"group": "response", **options})
