"""Amounts added to imputed scores, place by place."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError, ModelError
from analysis.missing.deltas import delta_values
from analysis.missing.schedule import arrange
from analysis.missing.strategies import make_plan

DATA = pd.DataFrame({
    "who": np.repeat(list("abcd"), 3), "when": ["v1", "v2", "v3"] * 4,
    "arm": np.repeat(["im", "iv", "im", "iv"], 3),
    "score": [1.0, np.nan, np.nan, 1.0, np.nan, np.nan, 1.0, np.nan, 2.0, 3.0, 2.0, 1.0],
})  # fmt: skip
PLACES = arrange("score ~ arm * when", DATA, subject="who", visit="when", arm="arm",
                 reference="im", visits=None, needed=())  # fmt: skip
EVENTS = pd.DataFrame({"who": ["d"], "when": ["v2"]})
PLAN = make_plan(PLACES, "MAR", None, "analysis")


def added(delta):
    return delta_values(PLACES, PLAN, delta).tolist()


@pytest.mark.unit
def test_a_number_goes_to_scores_after_the_event_not_to_gaps():
    assert added(2.0) == [[0, 2, 2], [0, 2, 2], [0, 0, 0], [0, 0, 0]]
    assert added(None) == np.zeros((4, 3)).tolist()


@pytest.mark.unit
def test_arms_have_amounts_of_their_own():
    assert added({"iv": 3.0}) == [[0, 0, 0], [0, 3, 3], [0, 0, 0], [0, 0, 0]]


@pytest.mark.unit
def test_a_frame_is_about_arm_visit_and_distance():
    by_distance = pd.DataFrame({"distance": [0, 1, 2], "delta": [9.0, 1.0, 5.0]})
    assert added(by_distance) == [[0, 1, 5], [0, 1, 5], [0, 9, 0], [0, 0, 0]]
    by_both = pd.DataFrame({"arm": ["iv", "im"], "when": ["v3", "v2"], "delta": [4.0, 6.0]})
    assert added(by_both) == [[0, 6, 0], [0, 0, 4], [0, 0, 0], [0, 0, 0]]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("delta", "error", "message"),
    [
        (pd.DataFrame({"arm": ["iv"]}), ColumnError, "needs the column 'delta'"),
        (pd.DataFrame({"delta": [1.0]}), ColumnError, "at least one of 'arm', 'when'"),
        (pd.DataFrame({"arm": ["x"], "delta": [1.0]}), DataError, "1 row with an unknown 'arm'"),
        (pd.DataFrame({"distance": [9], "delta": [1.0]}), DataError, "distances from 0 to 3"),
        (pd.DataFrame({"arm": ["iv"] * 2, "delta": [1.0, 2.0]}), DataError, "1 row for a place"),
        (pd.DataFrame({"arm": ["iv"], "delta": [np.nan]}), ModelError, "no finite number"),
        ({"x": 1.0}, ModelError, "1 arm that there is not"),
        (np.inf, ModelError, "no finite number"),
    ],
)
def test_deltas_that_cannot_be_are_refused(delta, error, message):
    with pytest.raises(error, match=message.replace("no finite", "(no|not a) finite")):
        added(delta)
