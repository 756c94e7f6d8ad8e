"""Predictions of the population mean for new rows, and rows that are refused."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError
from analysis.mixed import lmm
from tests.mixed.frames import simulated

DATA = simulated()
FIT = lmm("change ~ arm * poly(day, 2) + center(baseline)", DATA, subject="patient")


@pytest.mark.identity
def test_prediction_is_the_row_of_the_design_times_the_coefficients():
    fit = lmm("change ~ arm * day + baseline", DATA, subject="patient")
    rows = pd.DataFrame({"arm": ["iv", "im"], "day": [10.0, 20.0], "baseline": [15, 16]})
    b = fit.tidy().set_index("term")["estimate"]
    by_hand = [
        b["Intercept"] + b["arm[T.iv]"] + 10 * (b["day"] + b["arm[T.iv]:day"]) + 15 * b["baseline"],
        b["Intercept"] + 20 * b["day"] + 16 * b["baseline"],
    ]
    np.testing.assert_allclose(fit.predict(rows)["estimate"], by_hand, rtol=1e-12)


@pytest.mark.identity
def test_transforms_keep_the_state_of_the_fit():
    every = FIT.predict(DATA)
    some = FIT.predict(DATA.iloc[3:6])
    pd.testing.assert_frame_equal(some, every.iloc[3:6])


@pytest.mark.unit
def test_index_and_columns_of_a_prediction():
    rows = DATA.head(3).set_axis(["x", "y", "z"], axis=0)
    frame = FIT.predict(rows, conf_level=0.9)
    assert list(frame.index) == ["x", "y", "z"]
    assert list(frame.columns) == ["estimate", "std_error", "df", "conf_low", "conf_high"]
    assert (frame["conf_low"] < frame["estimate"]).all()


@pytest.mark.unit
def test_mean_alone_is_predicted_for_any_rows():
    fit = lmm("change ~ 1", DATA, subject="patient")
    frame = fit.predict(pd.DataFrame(index=[4, 5]))
    assert frame["estimate"].tolist() == [fit.tidy()["estimate"].iloc[0]] * 2
    assert list(frame.index) == [4, 5]


@pytest.mark.unit
def test_missing_predictor_column_is_named():
    with pytest.raises(ColumnError, match="New rows need the columns 'day'"):
        FIT.predict(DATA.drop(columns="day"))


@pytest.mark.unit
def test_unknown_level_is_refused_without_showing_it():
    with pytest.raises(DataError, match=r"'arm' has 2 rows.*im, iv") as caught:
        FIT.predict(DATA.head(3).assign(arm=["iv", "nasal", None]))
    assert "nasal" not in str(caught.value)


@pytest.mark.unit
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_missing_or_infinite_predictor_is_refused(value):
    with pytest.raises(DataError, match="'day' has 3 rows without a finite number"):
        FIT.predict(DATA.head(3).assign(day=value))


@pytest.mark.unit
def test_levels_of_a_factor_with_many_are_not_listed():
    data = pd.concat([DATA] * 2, ignore_index=True)
    data["site"] = [f"s{number:02d}" for number in np.arange(len(data)) % 25]
    fit = lmm("change ~ site", data, subject="patient")
    with pytest.raises(DataError, match=r"its 25 levels\.$"):
        fit.predict(pd.DataFrame({"site": ["s99"]}))
