"""Each rule on charts typed in by hand, and what it leaves alone."""

import numpy as np
import pandas as pd
import pytest

from analysis.quality import false_signal_rate, spc_chart
from analysis.quality.charts.false_signals import DRAWS, stable_charts
from analysis.quality.charts.kinds import chart_kind
from analysis.quality.charts.limits import Limits, Method
from analysis.quality.charts.signal_rules import find_signals

pytestmark = pytest.mark.unit

STEADY = [1.0, -1.0] * 6  # moving ranges of 2: limits at 5.32 from the mean


def signals(values, **options):
    frame = spc_chart(pd.DataFrame({"y": values}), y="y", **options).frame
    return {k + 1: name for k, name in enumerate(frame["signal"]) if name}


def nhs(more):
    return signals([*STEADY, *more], kind="i", rules="nhs", freeze=12)


def test_nhs_outside_is_beyond_the_limit_and_not_on_it():
    assert nhs([5.33]) == {13: "outside the limits"}
    assert nhs([5.31]) == {}
    assert nhs([-5.33]) == {13: "outside the limits"}


def test_nhs_shift_needs_seven_and_ends_on_the_mean():
    assert nhs([0.5, 0.6, 0.5, 0.6, 0.5, 0.6, 0.5]) == dict.fromkeys(range(13, 20), "long run")
    assert nhs([0.5, 0.6, 0.5, 0.6, 0.5, 0.6]) == {}
    assert nhs([0.5, 0.6, 0.5, 0.0, 0.6, 0.5, 0.6, 0.5]) == {}


def test_nhs_trend_needs_six_steps_one_way_and_ties_end_it():
    assert nhs([-0.6, -0.4, -0.2, 0.1, 0.2, 0.3]) == dict.fromkeys(range(12, 19), "trend")
    assert nhs([-0.6, -0.4, -0.2, -0.2, 0.1, 0.2, 0.3]) == {}


def test_nhs_two_of_three_lie_on_one_side_near_the_limit():
    near = "two of three near a limit"
    assert nhs([4.0, 1.0, 4.0]) == {13: near, 15: near}
    assert nhs([4.0, -1.0, 4.0]) == {}
    assert nhs([4.0, 1.0, 3.5]) == {}
    assert nhs([4.0, 1.0, 5.4]) == {15: "outside the limits"}  # the one beyond is none of the two


def test_the_nearest_rule_comes_first():
    assert nhs([0.5, 0.6, 0.5, 0.6, 0.5, 0.6, 5.4])[19] == "outside the limits"


def test_anhoej_judges_runs_from_ten_points_on():
    nine = [1.0] * 8 + [-1.0]
    assert spc_chart(pd.DataFrame({"y": nine}), y="y").glance()["longest_run_limit"].iloc[0] is None
    run = [2.0] * 9 + [1.0, -1.0, 1.5, -1.5, 1.0, -1.0, -2.0, 1.0, -3.0, -1.0, -3.0, -2.0]
    found = spc_chart(pd.DataFrame({"y": run}), y="y", kind="run")
    assert found.glance()["n_useful"].iloc[0] == 18
    assert signals(run, kind="run") == dict.fromkeys(range(1, 10), "long run")


def test_anhoej_few_crossings_are_about_the_whole_chart():
    values = ([2.0] * 6 + [-2.0] * 6) * 2
    found = spc_chart(pd.DataFrame({"y": values}), y="y").glance().iloc[0]
    assert (found["crossings"], found["crossings_limit"]) == (3, 8)
    assert found["rules_broken"] == "few crossings"
    assert found["variation"] == "change"


def test_ihi_on_a_run_chart():
    values = [1.0, -1.0, 1.0, -1.0, 2.0, 3.0, 2.0, 3.0, 2.0, 3.0, -1.0, 1.0, -2.0, -1.0, -2.0]
    assert signals(values, rules="ihi") == dict.fromkeys(range(5, 11), "long run")
    rising = [0.0, 3.0, -3.0, -2.0, -2.0, -1.0, 1.0, 2.0, -3.0, 3.0]
    assert signals(rising, rules="ihi") == dict.fromkeys([3, 4, 5, 6, 7, 8], "trend")
    zigzag = spc_chart(pd.DataFrame({"y": [1.0, -1.0] * 10}), y="y", rules="ihi").glance()
    assert zigzag["rules_broken"].iloc[0] == "many crossings"


def test_ihi_on_a_chart_with_limits():
    def ihi(more):
        return signals([*STEADY, *more], kind="i", rules="ihi", freeze=12)

    near = "two of three near a limit"
    assert ihi([4.0, -1.0, 4.0]) == {13: near, 15: near}
    assert ihi([0.5, 1.9] * 4) == dict.fromkeys(range(13, 21), "long run")
    assert ihi([0.5, 1.9] * 3 + [0.5]) == {}
    hugging = signals([1.0, -1.0] * 8, kind="i", rules="ihi")
    assert hugging == dict.fromkeys(range(1, 17), "close to the centre")


def test_of_moving_ranges_only_points_outside_count():
    values = np.repeat([0.0, 1.0], 15)
    assert signals([*np.cumsum(values), 60.0], kind="mr") == {31: "outside the limits"}


@pytest.mark.truth
@pytest.mark.parametrize(("points", "exact"), [(12, 0.043), (24, 0.066), (36, 0.085)])
def test_simulated_runs_agree_with_the_exact_rate(points, exact):
    """Of points about a known centre, without limits: the rules of runs alone."""
    rate = _about_a_known_centre(points)
    assert abs(rate - exact) < 3 * np.sqrt(exact * (1 - exact) / 4000)
    values = pd.DataFrame({"y": [1.0, -1.0] * (points // 2)})
    assert round(spc_chart(values, y="y").glance()["run_rules_rate"].iloc[0], 3) == exact


@pytest.mark.truth
def test_about_the_median_of_the_same_points_runs_are_unusual_less_often():
    rate = false_signal_rate(
        chart_kind("run"), centre=0.0, sizes=np.ones(24), base=np.ones(24, dtype=bool),
        method=Method(), rules="anhoej",
    )  # fmt: skip
    assert abs(rate - 0.030) < 3 * np.sqrt(0.03 * 0.97 / 4000)  # 50,000 others: simulations/results


def _about_a_known_centre(points):
    kind = chart_kind("run")
    values = stable_charts(kind, centre=0.0, sizes=np.ones(points), draws=DRAWS)
    nothing = np.full(values.shape, np.nan)
    lines = Limits(centre=np.zeros(values.shape), lower=nothing, upper=nothing, z=nothing)
    return find_signals(kind, values, lines, "anhoej").anywhere().mean()


@pytest.mark.truth
def test_a_chart_with_limits_gives_more_false_signals_than_its_runs_alone():
    rate = false_signal_rate(
        chart_kind("c"), centre=20.0, sizes=np.ones(24), base=np.ones(24, dtype=bool),
        method=Method(), rules="anhoej",
    )  # fmt: skip
    # 24 points of which each is outside with probability 0.0032 (Poisson with mean 20)
    assert 0.066 < rate < 0.066 + 24 * 0.0045 + 0.02


@pytest.mark.truth
@pytest.mark.parametrize(
    ("kind", "centre", "size", "rate"),
    [("p", 0.5, 40.0, 0.083), ("u", 0.2, 40.0, 0.115), ("c", 20.0, 1.0, 0.101),
     ("g", 20.0, 1.0, 0.358), ("t", 20.0, 1.0, 0.067), ("i", 0.0, 1.0, 0.090)],
)  # fmt: skip
def test_rates_are_those_of_the_long_study(kind, centre, size, rate):
    found = false_signal_rate(
        chart_kind(kind), centre=centre, sizes=np.full(24, size), base=np.ones(24, dtype=bool),
        method=Method(), rules="anhoej",
    )  # fmt: skip
    assert abs(found - rate) < 3.5 * np.sqrt(rate * (1 - rate) / 4000)


@pytest.mark.truth
@pytest.mark.parametrize(
    ("kind", "centre", "sd"),
    [("g", 5.0, 30**0.5), ("t", 5.0, 5.0), ("c", 5.0, 5**0.5), ("p'", 0.3, 0.0458258)],
)
def test_stable_processes_have_their_mean_and_spread(kind, centre, sd):
    sizes = np.full(50, 100.0 if kind == "p'" else 1.0)
    values = stable_charts(chart_kind(kind), centre=centre, sizes=sizes, draws=2000)
    assert values.mean() == pytest.approx(centre, abs=4 * sd / 100_000**0.5)
    assert values.std() == pytest.approx(sd, rel=0.02)
    assert values.min() >= 0.0


@pytest.mark.unit
def test_a_process_that_cannot_vary_has_no_rate():
    options = {"sizes": np.full(20, 30.0), "base": np.ones(20, dtype=bool), "method": Method()}
    assert np.isnan(false_signal_rate(chart_kind("p"), centre=0.0, rules="nhs", **options))
    assert np.isnan(false_signal_rate(chart_kind("p"), centre=1.0, rules="nhs", **options))
