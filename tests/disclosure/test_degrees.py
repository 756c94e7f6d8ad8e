"""Degrees of freedom, limits and p-values that do not tell numbers of patients."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from analysis.disclosure import INTERNAL, coarse_degrees, release
from analysis.disclosure.degrees import DEGREES
from analysis.mixed import mmrm
from analysis.results import tidy_frame
from analysis.survival import cox

pytestmark = pytest.mark.unit

NUMBERS = ["df", "conf_low", "conf_high", "p_value"]


def tidy(df: float, conf_level: float = 0.95) -> pd.DataFrame:
    return tidy_frame(
        pd.DataFrame({"term": ["week"]}),
        estimate=np.array([-2.0]),
        std_error=np.array([1.0]),
        df=np.array([df]),
        conf_level=conf_level,
    )


def paired(n: int) -> pd.DataFrame:
    """Two scores of each of n patients, of whom the first are the same for every n."""
    rng = np.random.default_rng(4)
    change = rng.normal(-4, 5, 200)[:n]
    first = rng.normal(20, 4, 200)[:n]
    scores = np.concatenate([first, first + change])
    frame = pd.DataFrame({"patient": np.tile(np.arange(n), 2), "score": scores})
    return frame.assign(visit=np.repeat(["w1", "w4"], n))


def from_limit(row: pd.Series) -> float:
    """Find the degrees of freedom by which a limit was computed."""
    wanted = (row["conf_high"] - row["estimate"]) / row["std_error"]
    return float(optimize.brentq(lambda df: stats.t.isf(0.025, df) - wanted, 1.0, 1e6))


def from_p_value(row: pd.Series) -> float:
    """Find the degrees of freedom by which a p-value was computed, from its logarithm."""
    t, wanted = abs(row["estimate"] / row["std_error"]), np.log(row["p_value"] / 2)
    return float(optimize.brentq(lambda df: stats.t.logsf(t, df) - wanted, 1.0, 1e6))


def most(df: float) -> float:
    """Give the least degrees of freedom above all that are rounded down to these."""
    return float(np.append(DEGREES, np.inf)[np.searchsorted(DEGREES, df, side="right")])


def test_of_two_releases_nobody_learns_how_few_came_between() -> None:
    fits = [mmrm("score ~ visit", paired(n), subject="patient", visit="visit") for n in (48, 51)]
    for find in (from_limit, from_p_value):
        before, after = (find(fit.tidy().iloc[1]) for fit in fits)
        assert round(after - before) == 3  # what the exact numbers tell
        shown = [round(find(release(fit).frame.iloc[1]), 6) for fit in fits]
        assert most(shown[1]) - shown[0] >= 11
        assert shown == [25.0, 25.0]


def test_every_interval_of_degrees_is_wide_enough() -> None:
    assert DEGREES == (10.0, 25.0, 60.0, 150.0)
    assert np.diff(DEGREES).min() > 11


@pytest.mark.parametrize(
    ("exact", "shown"),
    [(10, 10), (24.9, 10), (25, 25), (59.9, 25), (60, 60), (149, 60), (150, 150), (1e6, 150)],
)
def test_degrees_are_rounded_down_and_intervals_get_wider(exact: float, shown: float) -> None:
    row = coarse_degrees(tidy(exact)).iloc[0]
    assert row["df"] == shown
    assert row["conf_low"] <= tidy(exact)["conf_low"].iloc[0]
    assert row["p_value"] >= tidy(exact)["p_value"].iloc[0]


def test_numbers_of_printed_tables() -> None:
    row = coarse_degrees(tidy(41.0)).iloc[0]
    assert row["conf_high"] == pytest.approx(-2 + 2.059539, abs=1e-6)  # t, 25 df, 0.975
    assert row["p_value"] == pytest.approx(0.05644, abs=1e-4)
    wide = tidy(41.0, 0.9)
    wide.attrs["conf_level"] = 0.9
    assert coarse_degrees(wide)["conf_high"].iloc[0] == pytest.approx(-2 + 1.708141, abs=1e-6)


def test_infinite_and_few_degrees_stay() -> None:
    for df in (np.inf, 4.2, np.nan):
        pd.testing.assert_frame_equal(coarse_degrees(tidy(df)), tidy(df))
    data = pd.DataFrame({"time": np.arange(1, 61), "event": 1, "arm": [0.0, 1.0] * 30})
    fit = cox("arm", data, time="time", event="event")
    assert release(fit).frame["conf_low"].tolist() == fit.tidy()["conf_low"].tolist()


def test_adjusted_limits_and_p_values_are_missing() -> None:
    adjusted = tidy(41.0).assign(p_value=0.2, conf_low=-5.0, conf_high=1.0)
    row = coarse_degrees(adjusted).iloc[0]
    assert row[["conf_low", "conf_high", "p_value"]].isna().all()
    assert row["estimate"] == -2.0


def test_the_inside_sees_all() -> None:
    assert coarse_degrees(tidy(41.0), INTERNAL)["df"].tolist() == [41.0]
    frame = pd.DataFrame({"estimate": [1.0]})
    assert coarse_degrees(frame) is frame
