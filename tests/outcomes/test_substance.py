"""Days of use as percentages of days abstinent."""

import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.outcomes import percent_days_abstinent

unit = pytest.mark.unit


@unit
@pytest.mark.parametrize(
    ("days", "period", "percent"),
    [(0, 30, 100.0), (30, 30, 0.0), (3, 30, 90.0), (7, 28, 75.0), (0, 1, 100.0)],
)
def test_percentages(days, period, percent):
    found = percent_days_abstinent(pd.Series([float(days)]), period_days=period)
    assert found.tolist() == [percent]


@unit
def test_missing_days_stay_missing():
    assert percent_days_abstinent(pd.Series([None, 15.0])).isna().tolist() == [True, False]


@unit
@pytest.mark.parametrize("days", [-1.0, 31.0])
def test_days_that_the_period_does_not_have_are_counted_and_refused(days):
    with pytest.raises(DataError, match="1 rows have days of use outside 0 to 30"):
        percent_days_abstinent(pd.Series([days, 4.0]))
