"""Survival curves and risk tables."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, cut_curve, cut_medians, suppress_risk_table
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


def risk(*n: int) -> pd.DataFrame:
    return pd.DataFrame({"time": [28.0 * k for k in range(len(n))], "n_risk": n})


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
@pytest.mark.parametrize(
    ("n", "shown"),
    [
        ((90, 60, 40), ["90", "60", "40"]),
        ((90, 40, 6), ["90", "40", "<11"]),
        ((90, 40, 0), ["90", "40", "0"]),
        ((90, 85, 40), ["90", "—", "40"]),  # 5 left between the first two
        ((90, 90, 40), ["90", "90", "40"]),  # nobody left: 0 may be shown
    ],
)
def test_numbers_at_risk(n: tuple[int, ...], shown: list[str]) -> None:
    assert suppress_risk_table(risk(*n))["n_risk"].tolist() == shown


@pytest.mark.unit
def test_groups_are_taken_apart() -> None:
    both = pd.concat([risk(90, 40).assign(route="IV"), risk(85, 30).assign(route="IM")])
    shown = suppress_risk_table(both, by="route")
    assert shown["n_risk"].tolist() == ["85", "30", "90", "40"]


@pytest.mark.unit
def test_events_and_censored_do_not_leave() -> None:
    full = risk(90, 40).assign(n_event=[0, 20], n_censored=[0, 30])
    assert list(suppress_risk_table(full).columns) == ["time", "n_risk"]


@pytest.mark.unit
def test_number_at_risk_that_rises_by_late_entry_is_no_exit() -> None:
    assert suppress_risk_table(risk(40, 45, 60))["n_risk"].tolist() == ["40", "45", "60"]


@pytest.mark.unit
def test_absent_columns_are_refused() -> None:
    with pytest.raises(ColumnError, match="n_risk"):
        cut_curve(pd.DataFrame({"time": [1]}))
    with pytest.raises(ColumnError, match="n_risk"):
        suppress_risk_table(pd.DataFrame({"time": [1]}))


@pytest.mark.truth
@pytest.mark.parametrize("seed", range(20))
def test_no_small_fall_between_shown_neighbours(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = np.sort(rng.integers(0, 120, 7))[::-1]
    shown = suppress_risk_table(risk(*n.tolist()))["n_risk"]
    numbers = [int(text) for text in shown if text.isdigit()]
    falls = -np.diff(numbers)
    assert ((falls == 0) | (falls >= 11)).all()
    assert all(number == 0 or number >= 11 for number in numbers)
