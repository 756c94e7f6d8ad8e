"""Tables of groups under each other, and times repeated for every cause."""

import numpy as np
import pandas as pd
import pytest

from analysis.survival.stacking import repeat_times, stack_groups

PARTS = [
    pd.DataFrame({"time": [1.5, 2.5], "n_risk": [3.0, 2.0000000001]}),
    pd.DataFrame({"time": [4.5], "n_risk": [0.9999999999]}),
]


@pytest.mark.unit
def test_groups_stand_beside_their_rows():
    frame = stack_groups(PARTS, pd.Index(["im", "iv"], name="n_arm"), whole_numbers=True)
    assert list(frame.columns) == ["n_arm", "time", "n_risk"]
    assert frame["n_arm"].tolist() == ["im", "im", "iv"]
    assert frame["n_risk"].tolist() == [3, 2, 1]
    assert frame["n_risk"].dtype == np.int64
    assert frame["time"].tolist() == [1.5, 2.5, 4.5]


@pytest.mark.unit
def test_sums_of_weights_stay_as_they_are():
    frame = stack_groups(PARTS, pd.Index(["", ""]))
    assert list(frame.columns) == ["time", "n_risk"]
    assert frame["n_risk"].tolist() == [3.0, 2.0000000001, 0.9999999999]


@pytest.mark.unit
def test_times_go_under_each_other_for_every_label():
    frame = repeat_times(
        "event",
        pd.Index(["relapse", "death"]),
        np.array([7.0, 14.0, 21.0]),
        n_risk=np.array([9, 8, 5]),
        n_event=np.array([[1, 0], [2, 1], [0, 4]]),
    )
    assert frame["event"].tolist() == ["relapse"] * 3 + ["death"] * 3
    assert frame["time"].tolist() == [7.0, 14.0, 21.0] * 2
    assert frame["n_risk"].tolist() == [9, 8, 5, 9, 8, 5]
    assert frame["n_event"].tolist() == [1, 2, 0, 0, 1, 4]
