"""The curve of an event table takes small groups together and refuses a handful of patients."""

import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.outcomes import EventTable, curve


def table(n_iv, n_im):
    routes = ["IV"] * n_iv + ["IM"] * n_im
    frame = pd.DataFrame(
        {
            "route": pd.Categorical(routes),
            "time": [7.0 + k for k in range(len(routes))],
            "event": [k % 2 == 0 for k in range(len(routes))],
        }
    )
    return EventTable(frame=frame, origin="day 0", rule="loss", attrition=pd.DataFrame())


@pytest.mark.unit
@pytest.mark.parametrize(("n_iv", "n_im", "groups"), [(20, 11, 2), (20, 10, 1), (20, 0, 1)])
def test_groups_of_fewer_than_eleven_are_taken_together(n_iv, n_im, groups):
    result = curve(table(n_iv, n_im), by="route")
    assert len(result.median()) == groups
    assert result.risk_table([0])["n_risk"].sum() == n_iv + n_im


@pytest.mark.unit
def test_without_groups_all_are_one():
    assert len(curve(table(20, 20)).median()) == 1


@pytest.mark.unit
def test_a_handful_is_refused():
    with pytest.raises(DataError, match="too few for a curve"):
        curve(table(6, 4))
