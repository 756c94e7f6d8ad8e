"""Curves of events over time."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, cut_curve, cut_interval_curve, cut_medians
from analysis.errors import ColumnError


@pytest.fixture
def curve() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "route": ["IV"] * 3 + ["IM"] * 2,
            "time": [7.0, 14, 21, 7, 14],
            "n_risk": [40, 11, 9, 10, 5],
            "n_event": [13, 12, 11, 11, 11],
            "n_censored": [26, 0, 0, 4, 0],
            "estimate": [0.9, 0.7, 0.6, 0.8, 0.5],
        }
    )


@pytest.mark.unit
def test_curve_ends_where_fewer_than_eleven_are_at_risk(curve: pd.DataFrame) -> None:
    cut = cut_curve(curve, by="route")
    assert cut[["route", "time"]].to_numpy().tolist() == [["IV", 7.0], ["IV", 14.0]]


@pytest.mark.unit
def test_counts_per_step_do_not_leave(curve: pd.DataFrame) -> None:
    assert set(cut_curve(curve, by="route").columns) == {"route", "time", "estimate"}
    assert "n_event" in cut_curve(curve, by="route", policy=INTERNAL).columns


@pytest.mark.unit
def test_curve_stays_cut_when_the_number_at_risk_rises_again() -> None:
    late = pd.DataFrame({"time": [1, 2, 3], "n_risk": [5, 30, 40], "n_event": [0, 12, 12]})
    assert cut_curve(late).empty


@pytest.mark.identity
@pytest.mark.parametrize("seed", range(10))
def test_every_shown_fall_gathers_eleven_events(seed: int) -> None:
    rng = np.random.default_rng(seed)
    events, censored = rng.integers(0, 6, 60), rng.integers(0, 3, 60)
    n_risk = 400 - np.concatenate([[0], np.cumsum(events + censored)[:-1]])
    curve = pd.DataFrame({"time": np.arange(60.0), "n_risk": n_risk, "n_event": events})
    shown = cut_curve(curve)["time"].to_numpy(int)
    edges = np.concatenate([[-1], shown])
    falls = [events[a + 1 : b + 1].sum() for a, b in itertools.pairwise(edges)]
    assert len(falls) > 5
    assert min(falls) >= 11
    assert max(falls) <= 10 + 5  # no later than needed


@pytest.mark.unit
def test_medians_after_the_end_of_the_shown_curve_are_hidden(curve: pd.DataFrame) -> None:
    medians = pd.DataFrame(
        {"route": ["IV", "IM"], "estimate": [14.0, 7.0], "conf_low": [7.0, 7.0], "conf_high": 90.0}
    )
    shown = cut_medians(medians, curve, by="route")
    assert shown["estimate"].isna().tolist() == [False, True]
    assert shown["conf_low"].isna().tolist() == [False, True]
    assert shown["conf_high"].isna().all()
    inside = cut_medians(medians, curve, by="route", policy=INTERNAL)
    assert inside["estimate"].tolist() == [14.0, 7.0]


@pytest.mark.unit
def test_a_median_of_few_patients_is_hidden_without_groups() -> None:
    curve = pd.DataFrame({"time": [8.0, 30.0], "n_risk": [8, 5], "n_event": [4, 1]})
    medians = pd.DataFrame({"estimate": [8.0], "conf_low": [8.0], "conf_high": [np.nan]})
    assert cut_medians(medians, curve).isna().all(axis=None)


@pytest.mark.unit
def test_internal_audience_sees_the_whole_curve(curve: pd.DataFrame) -> None:
    assert len(cut_curve(curve, by="route", policy=INTERNAL)) == 5


@pytest.mark.unit
def test_absent_columns_are_refused() -> None:
    with pytest.raises(ColumnError, match="n_risk"):
        cut_curve(pd.DataFrame({"time": [1]}))
    with pytest.raises(ColumnError, match="upper"):
        cut_interval_curve(pd.DataFrame({"lower": [1]}))


@pytest.mark.unit
def test_every_cause_gathers_its_own_events() -> None:
    incidence = pd.DataFrame(
        {
            "event": ["relapse"] * 3 + ["left"] * 3,
            "time": [7, 14, 21] * 2,
            "n_risk": [60, 40, 20] * 2,
            "n_event": [8, 8, 11, 11, 2, 2],
        }
    )
    cut = cut_curve(incidence, by=["event"])
    assert cut.to_numpy().tolist() == [["left", 7], ["relapse", 14], ["relapse", 21]]
    together = pd.concat([incidence.assign(arm="a"), incidence.assign(arm="b")])
    assert cut_curve(together, by=["arm", "event"])["arm"].tolist() == ["a"] * 3 + ["b"] * 3


def intervals(events: list[int], n_risk: list[int] | None = None) -> pd.DataFrame:
    """Innermost intervals a fortnight apart, each a week long."""
    start = 14.0 * np.arange(len(events))
    return pd.DataFrame(
        {
            "lower": start,
            "upper": start + 7,
            "mass": 0.05,
            "n_risk": n_risk or [200 - 10 * row for row in range(len(events))],
            "n_event": events,
            "estimate": 1 - 0.05 * (np.arange(len(events)) + 1),
        }
    )


@pytest.mark.unit
def test_intervals_are_joined_until_eleven_events_are_behind_them() -> None:
    cut = cut_interval_curve(intervals([4, 4, 4, 20, 3]))
    assert cut[["lower", "upper"]].to_numpy().tolist() == [[0, 35], [42, 49]]
    np.testing.assert_allclose(cut["mass"], [0.15, 0.05])
    np.testing.assert_allclose(cut["estimate"], [0.85, 0.80])
    assert list(cut.columns) == ["lower", "upper", "mass", "estimate"]


@pytest.mark.unit
def test_interval_curve_ends_with_few_at_risk_and_before_what_nobody_saw() -> None:
    few = intervals([12, 12, 12], [50, 10, 30])
    assert cut_interval_curve(few)["upper"].tolist() == [7]
    beyond = intervals([12, 12, 12])
    beyond.loc[2, "upper"] = np.inf
    assert cut_interval_curve(beyond)["upper"].tolist() == [7, 21]
    assert cut_interval_curve(beyond, policy=INTERNAL)["upper"].tolist() == [7, 21]
    assert "n_event" in cut_interval_curve(beyond, policy=INTERNAL)


@pytest.mark.identity
@pytest.mark.parametrize("seed", range(10))
def test_joined_intervals_hold_eleven_events_each_and_lose_none(seed: int) -> None:
    rng = np.random.default_rng(seed)
    parts = [
        intervals(rng.integers(0, 9, 30).tolist()).assign(arm=arm).sample(frac=1, random_state=seed)
        for arm in ("a", "b")
    ]
    both = pd.concat(parts, ignore_index=True)
    cut = cut_interval_curve(both, by="arm")
    for arm, shown in cut.groupby("arm"):
        mine = both[both["arm"].eq(arm)].sort_values("upper")
        for low, high in zip(shown["lower"], shown["upper"], strict=True):
            inside = mine["lower"].ge(low) & mine["upper"].le(high)
            assert mine.loc[inside, "n_event"].sum() >= 11
            assert mine.loc[inside, "n_event"].iloc[:-1].sum() < 11
        shown_mass = mine.loc[mine["upper"].le(shown["upper"].max()), "mass"].sum()
        assert shown["mass"].sum() == pytest.approx(shown_mass)
