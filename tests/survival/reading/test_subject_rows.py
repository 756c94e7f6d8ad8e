"""Reading start-stop rows: order, gaps, groups, and everything that is refused."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError
from analysis.survival.reading.subject_rows import read_subject_rows

DATA = pd.DataFrame(
    {
        "patient": ["b", "a", "a", "b", "c"],
        "start": [3.0, 0.0, 10.0, 12.0, 0.3],
        "stop": [9.0, 10.0, 20.0, 15.0, 5.0],
        "event": [1, 1, 0, 0, 1],
        "arm": ["iv", "im", "im", "iv", "im"],
    }
)


def read(data=DATA, **options):
    return read_subject_rows(
        data, subject="patient", start="start", stop="stop", event="event", **options
    )


@pytest.mark.unit
def test_rows_of_a_patient_come_together_in_order_of_time():
    rows = read(by="arm")
    assert rows.patient.tolist() == [0, 0, 1, 1, 2]
    assert rows.position.tolist() == [1, 2, 0, 3, 4]
    assert rows.start.tolist() == [-np.inf, 10.0, 3.0, 12.0, 0.3]
    assert rows.stop.tolist() == [10.0, 20.0, 9.0, 15.0, 5.0]
    assert rows.event.tolist() == [True, False, True, False, True]
    assert rows.codes.tolist() == [0, 0, 1, 1, 0]
    assert rows.follows.tolist() == [False, True, False, True, False]
    assert rows.after_gap.tolist() == [False, False, False, True, False]


@pytest.mark.unit
def test_rows_that_touch_within_rounding_do_not_overlap():
    stop = DATA["stop"].replace(10.0, 10.0 + 1e-12)
    assert not read(DATA.assign(stop=stop)).after_gap[1]


@pytest.mark.unit
def test_rows_without_a_group_are_dropped_and_positions_kept():
    rows = read(DATA.assign(arm=[None, "im", "im", None, "im"]), by="arm")
    assert rows.n_dropped == 2
    assert rows.position.tolist() == [1, 2, 4]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start": [3.0, 0.0, 9.0, 8.0, 0.3]}, "2 rows of 2 patients begin"),
        ({"start": [3.0, 0.0, 0.0, 12.0, 0.3]}, "1 row of 1 patient begin"),
        ({"arm": ["iv", "im", "iv", "iv", "im"]}, "1 patient have rows in several groups of 'arm'"),
        ({"patient": ["b", "a", None, "b", "c"]}, "'patient' .* is missing in 1 row"),
        ({"stop": [3.0, 10.0, 20.0, 15.0, 5.0]}, "never at risk"),
        ({"start": [-3.0, 0.0, 10.0, 12.0, 0.3]}, "below 0"),
        ({"event": [1, 2, 0, 0, 1]}, "neither 0 nor 1"),
    ],
)
def test_rows_that_are_refused(change, message):
    with pytest.raises(DataError, match=message):
        read(DATA.assign(**change), by="arm")


@pytest.mark.unit
def test_a_patient_column_that_is_not_there():
    with pytest.raises(ColumnError, match="subject= names 'patient'"):
        read(DATA.drop(columns="patient"))
