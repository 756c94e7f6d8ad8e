"""Cumulative sums of rare events: weights, sums by hand, and starting again."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.disclosure import release
from analysis.errors import ColumnError, DataError, DisclosureError
from analysis.quality import bernoulli_cusum
from analysis.quality.charts.cusum import _Weights


@pytest.mark.reference
def test_weights_of_double_and_half_the_odds():
    """Expected 0.035 against 0.06763285 and 0.017811705 (qicharts2 0.8.1, R 4.2.2)."""
    worse, better = _Weights.of(0.035, 2.0), _Weights.of(0.035, 0.5)
    assert 0.035 * np.exp(worse.event) == pytest.approx(0.06763285, abs=5e-9)
    assert 1 - 0.965 * np.exp(worse.none) == pytest.approx(0.06763285, abs=5e-9)
    assert 0.035 * np.exp(better.event) == pytest.approx(0.017811705, abs=5e-10)


@pytest.mark.unit
def test_sums_by_hand():
    """Expected 0.2, odds ratio 2: p1 = 1/3, weights ln(5/3) = 0.510826 and ln(5/6) = -0.182322."""
    sums = bernoulli_cusum(pd.DataFrame({"y": [0, 1, 1, 0, 1, 1]}), y="y", expected=0.2, limit=1.2)
    assert sums["more"].tolist() == pytest.approx(
        [0, 0.510826, 1.021651, 0.83933, 1.350155, 0.510826], abs=1e-6
    )
    assert sums["signal"].tolist() == ["", "", "", "", "more events", ""]
    # p2 = 1/9: an event adds ln(5/9) = -0.587787, none adds ln(10/9) = 0.105361
    assert sums["fewer"].tolist() == pytest.approx([-0.105361, 0, 0, -0.105361, 0, 0], abs=1e-6)


@pytest.mark.unit
def test_a_sum_that_reaches_the_limit_is_a_signal():
    at = _Weights.of(0.2, 2.0).event
    sums = bernoulli_cusum(pd.DataFrame({"y": [1, 0]}), y="y", expected=0.2, limit=at)
    assert sums["signal"].tolist() == ["more events", ""]


@pytest.mark.unit
def test_a_long_time_without_events_is_a_signal_too():
    quiet = bernoulli_cusum(pd.DataFrame({"y": [False] * 70}), y="y", expected=0.1)
    # 3.5 / ln(0.9473684 / 0.9) = 68.2
    assert quiet.loc[quiet["signal"].eq("fewer events"), "case"].tolist() == [69]


@pytest.mark.identity
@given(st.lists(st.integers(0, 1), min_size=1, max_size=60))
def test_sums_are_those_of_one_case_after_the_other(events):
    sums = bernoulli_cusum(pd.DataFrame({"y": events}), y="y", expected=0.3, limit=1.0)
    worse, total = _Weights.of(0.3, 2.0), 0.0
    for event, shown, signal in zip(events, sums["more"], sums["signal"], strict=True):
        total = max(0.0, total + (worse.event if event else worse.none))
        assert shown == pytest.approx(total, abs=1e-9)
        assert (signal == "more events") == (total >= 1.0)
        total = 0.0 if total >= 1.0 else total


@pytest.mark.unit
def test_cases_are_put_in_order_and_missing_ones_counted():
    frame = pd.DataFrame({"day": [3, 1, 2, 4], "y": [1, 0, None, 1]})
    sums = bernoulli_cusum(frame, y="y", x="day", expected=0.1)
    assert sums["day"].tolist() == [1, 3, 4]
    assert sums["event"].tolist() == [0, 1, 1]
    assert sums.attrs["n_missing"] == 1
    with pytest.raises(DisclosureError):
        release(sums)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "error"),
    [({"y": "z"}, ColumnError), ({"expected": 3}, DataError), ({"odds_ratio": 0.5}, DataError),
     ({"limit": 0}, DataError), ({"y": "two"}, DataError), ({"y": "none"}, DataError)],
)  # fmt: skip
def test_what_cannot_be_added_up_is_refused(options, error):
    frame = pd.DataFrame({"y": [0, 1], "two": [0, 2], "none": [None, None]})
    with pytest.raises(error):
        bernoulli_cusum(frame, **{"y": "y", "expected": 0.1, **options})
