"""Interval-censored curves and tests from counts of parts are those of the patients together."""

import numpy as np
import pandas as pd
import pytest

from analysis.distributed.tasks.intervals import (
    IntervalCountsTask,
    interval_test_of,
    turnbull_of,
)
from analysis.errors import DataError, ModelError
from analysis.survival import interval_test, turnbull
from tests.distributed.parts import PARTITIONS, cut, travelled
from tests.survival.reference import REFERENCE

ROWS = pd.read_csv(REFERENCE / "regression.csv").rename(columns={"left": "lower", "right": "upper"})
TASK = IntervalCountsTask(by="arm")


@pytest.mark.identity
@pytest.mark.parametrize("n_parts", PARTITIONS)
def test_curves_are_those_of_the_patients(n_parts):
    found, wanted = turnbull_of(travelled(TASK, cut(ROWS, n_parts))), turnbull(ROWS, by="arm")
    pd.testing.assert_frame_equal(found.curve(), wanted.curve(), check_exact=True)
    pd.testing.assert_frame_equal(found.glance(), wanted.glance(), check_exact=True)


@pytest.mark.identity
def test_tests_are_those_of_the_patients():
    task = IntervalCountsTask(by="arm", strata=("clinic",))
    data = ROWS.assign(clinic=ROWS["clinic"].where(ROWS.index != 4))
    found = interval_test_of(travelled(task, cut(data, 2)))
    wanted = interval_test(data, "lower", "upper", "arm", strata="clinic")
    pd.testing.assert_frame_equal(found.tidy(), wanted.tidy(), rtol=1e-9)
    assert found.tidy()["n_dropped"].tolist() == [1]


@pytest.mark.unit
def test_bad_rows_and_questions_are_refused():
    with pytest.raises(DataError, match="above"):
        TASK.of(ROWS.assign(lower=1e6))
    with pytest.raises(DataError, match="below 0"):
        TASK.of(ROWS.assign(lower=np.nan))
    with pytest.raises(ModelError, match="Strata are for tests"):
        turnbull_of(IntervalCountsTask(by="arm", strata=("clinic",)).of(ROWS))
    with pytest.raises(ModelError, match="count them by by="):
        interval_test_of(IntervalCountsTask().of(ROWS))
    with pytest.raises(DataError, match="not interval counts"):
        turnbull_of(type(TASK.of(ROWS))(kind="counts", about=TASK.of(ROWS).about, arrays={}))
