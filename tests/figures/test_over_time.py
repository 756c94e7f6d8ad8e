"""Pictures of events over time: survival, cumulative incidence, intervals and states."""

from __future__ import annotations

import functools
import re

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, cut_curve
from analysis.errors import DataError, DisclosureError
from analysis.figures import (
    figure_png,
    plot,
    plot_cumulative_incidence,
    plot_interval_curve,
    plot_states,
    plot_survival,
)
from analysis.survival import (
    cumulative_incidence,
    gray_test,
    interval_test,
    kaplan_meier,
    logrank,
    multistate,
    turnbull,
)
from tests.figures.looks import (
    Plotted,
    check_alternative_text_describes_and_concludes,
    check_no_small_count_is_drawn_or_told,
    check_text_is_horizontal_and_large_enough,
    check_texts_stay_inside_and_apart,
    said,
    texts,
)

TIMES = [0, 28, 56, 84, 112]


def patients(n: int = 400) -> pd.DataFrame:
    """Relapse and dropout of patients who are seen every week or every fortnight."""
    rng = np.random.default_rng(5)
    arm = np.where(np.arange(n) % 4 == 0, "IM", "IV")
    relapse = rng.exponential(np.where(arm == "IM", 50.0, 90.0))
    left = rng.exponential(160.0, n)
    time = np.ceil(np.minimum(np.minimum(relapse, left), 150.0))
    event = np.select([time >= 150, relapse < left], ["censored", "relapse"], "left")
    gap = rng.choice([7, 14], n)
    seen = event == "relapse"
    lower = np.floor((time - 1) / gap) * gap
    return pd.DataFrame(
        {
            "subject_id": np.arange(n),
            "arm": arm,
            "time": np.where(seen, lower + gap, time),
            "event": event,
            "relapsed": seen,
            "lower": np.where(seen, lower, np.floor(time / gap) * gap),
            "upper": np.where(seen, lower + gap, np.inf),
        }
    )


ROWS = patients()
CURVE = kaplan_meier(ROWS, event="relapsed", by="arm")
INTERVALS = turnbull(ROWS, by="arm")
CAUSES = {"censored": "censored", "causes": ["relapse", "left"]}
INCIDENCE = cumulative_incidence(ROWS, by="arm", **CAUSES)
TOGETHER = cumulative_incidence(ROWS, **CAUSES)


def occupancy(rows: pd.DataFrame, **options):
    """Well until something happens."""
    names = {"from_state": "state", "to_state": "to", "subject": "subject_id", "stop": "time"}
    return multistate(rows.assign(start=0.0, state="well"), **names, **options)


MOVES = ROWS.assign(to=ROWS["event"].map({"relapse": "relapsed", "left": "left"}))
ORDER = ["well", "relapsed", "left"]
STATES = occupancy(MOVES, states=ORDER)


def survival(**options) -> Plotted:
    test = logrank(ROWS, "time", "relapsed", "arm")
    return plot_survival(CURVE, times=TIMES, medians=True, test=test, **options)


def causes(**options) -> Plotted:
    return plot_cumulative_incidence(TOGETHER, times=TIMES, subtitle="PHQ-9, simulated", **options)


def incidence(**options) -> Plotted:
    test = gray_test(ROWS, by="arm", **CAUSES)
    return plot_cumulative_incidence(INCIDENCE, times=TIMES, event="relapse", test=test, **options)


def intervals(**options) -> Plotted:
    test = interval_test(ROWS, "lower", "upper", "arm")
    return plot_interval_curve(INTERVALS, times=TIMES, naive=CURVE, test=test, **options)


def states(**options) -> Plotted:
    return plot_states(STATES, times=TIMES, **options)


RELEASED = [survival, causes, incidence, intervals, states]
FIGURES = [*RELEASED, *(functools.partial(make, policy=INTERNAL) for make in RELEASED)]


def lines(ax, gid: str | None = None):
    return [line for line in ax.lines if gid is None or line.get_gid() == gid]


# --- How they look -------------------------------------------------------------------------------


@pytest.mark.unit
@pytest.mark.parametrize("make", FIGURES)
def test_texts_stay_inside_and_apart(make) -> None:
    check_texts_stay_inside_and_apart(make())


@pytest.mark.unit
@pytest.mark.parametrize("make", FIGURES)
def test_alternative_text_describes_and_concludes(make) -> None:
    check_alternative_text_describes_and_concludes(make())


@pytest.mark.unit
@pytest.mark.parametrize("make", FIGURES)
def test_text_is_horizontal_and_large_enough(make) -> None:
    check_text_is_horizontal_and_large_enough(make())


@pytest.mark.unit
@pytest.mark.parametrize("make", RELEASED)
def test_no_small_count_is_drawn_or_told(make) -> None:
    check_no_small_count_is_drawn_or_told(make())


@pytest.mark.identity
@pytest.mark.parametrize("make", RELEASED)
def test_same_data_give_the_same_picture(make) -> None:
    assert figure_png(make()[0]) == figure_png(make()[0])


@pytest.mark.unit
@pytest.mark.parametrize("make", FIGURES)
def test_words_replace_those_made_from_the_data(make) -> None:
    ax, frame = make(title="A message", y_label="Share", x_label="Weeks", note="A remark.")
    assert all(word in said(ax) for word in ("A message", "Share", "Weeks", "A remark."))
    assert "Conclusion: A message." in frame.attrs["alt"]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("result", "options"),
    [(CURVE, {}), (INTERVALS, {}), (INCIDENCE, {"event": "left"}), (STATES, {})],
)
def test_every_kind_finds_its_figure(result, options) -> None:
    ax, frame = plot(result, times=TIMES, **options)
    assert len(frame)
    assert ax.get_figure() is not None


# --- Survival ------------------------------------------------------------------------------------


@pytest.mark.unit
def test_lines_stand_at_one_half_and_at_the_medians() -> None:
    ax, frame = survival(policy=INTERNAL)
    medians = CURVE.median()["estimate"].tolist()
    level, *drops = lines(ax, "median")
    assert level.get_xydata().tolist() == [[0, 0.5], [max(medians), 0.5]]
    assert [drop.get_xydata().tolist() for drop in drops] == [[[m, 0], [m, 0.5]] for m in medians]
    for name, row in CURVE.median().set_index("arm").iterrows():
        told = f"{name} {row['estimate']:g} ({row['conf_low']:g} to {row['conf_high']:g})"
        assert told in said(ax)
        assert told in frame.attrs["alt"]


@pytest.mark.unit
def test_lines_that_would_not_meet_the_coarsened_curve_are_left_out() -> None:
    ax, frame = survival()
    shown = cut_curve(CURVE.curve(), by="arm").set_index("arm")
    medians = CURVE.median().set_index("arm")["estimate"]
    met = {
        name: (shown.loc[name].query("time <= @median")["estimate"] <= 0.5).any()
        for name, median in medians.items()
    }
    assert not all(met.values())  # or this test would say nothing
    assert len(lines(ax, "median")) == (1 + sum(met.values()) if any(met.values()) else 0)
    assert all(f"{name} {median:g} (" in frame.attrs["alt"] for name, median in medians.items())


@pytest.mark.unit
def test_medians_are_drawn_when_asked_for_only() -> None:
    ax, _ = plot_survival(CURVE, times=TIMES)
    assert not lines(ax, "median")
    assert "Median" not in said(ax)


@pytest.mark.unit
def test_median_that_nobody_reached_is_not_one_that_is_hidden() -> None:
    early = ROWS.assign(
        time=ROWS["time"].clip(upper=30), relapsed=ROWS["relapsed"] & ROWS["time"].le(30)
    )
    ax, _ = plot_survival(kaplan_meier(early, event="relapsed"), times=TIMES[:2], medians=True)
    assert "Median (95% confidence): not reached." in said(ax)
    assert not lines(ax, "median")
    few = kaplan_meier(ROWS.head(14), event="relapsed")
    ax, _ = plot_survival(few, times=TIMES, medians=True)
    assert "Median (95% confidence): not shown." in said(ax)


@pytest.mark.unit
def test_p_value_is_written_unless_a_group_is_small() -> None:
    test = logrank(ROWS, "time", "relapsed", "arm")
    p = test.tidy()["p_value"].item()
    ax, frame = plot_survival(CURVE, times=TIMES, test=test)
    told = "Logrank test: p <0.001" if p < 0.001 else f"Logrank test: p = {p:.3f}"
    assert told in said(ax)
    assert told in frame.attrs["alt"]
    few = logrank(ROWS.head(30), "time", "relapsed", "arm")
    ax, _ = plot_survival(CURVE, times=TIMES, test=few)
    assert "Logrank test: not shown, a group has fewer than 11 patients" in said(ax)
    ax, _ = plot_survival(CURVE, times=TIMES, test=few, policy=INTERNAL)
    assert re.search(r"Logrank test: p = 0\.\d{3}", said(ax))


@pytest.mark.unit
def test_name_of_a_curve_that_goes_on_stands_at_the_right_edge() -> None:
    ax, _ = plot_survival(CURVE, times=[0, 28])
    labels = [text for text in texts(ax) if text.get_gid() == "label"]
    assert [label.xy[0] for label in labels] == [ax.get_xlim()[1]] * 2
    shown = cut_curve(CURVE.curve(), by="arm")
    at = shown[shown["time"].le(ax.get_xlim()[1])].groupby("arm")["estimate"].last()
    assert [label.xy[1] for label in labels] == at.tolist()


@pytest.mark.unit
def test_title_says_which_group_is_not_shown() -> None:
    few = pd.concat([ROWS[ROWS["arm"].eq("IV")], ROWS[ROWS["arm"].eq("IM")].head(12)])
    curve = kaplan_meier(few, event="relapsed", by="arm")
    ax, _ = plot_survival(curve, times=TIMES)
    assert re.search(r"at 112 days: IM not shown, IV \d+%", said(ax))
    ax, _ = plot_survival(kaplan_meier(few.head(8), event="relapsed"), times=TIMES)
    assert "Too few patients, or too few new ones, to show a curve" in said(ax)


# --- Cumulative incidence ------------------------------------------------------------------------


@pytest.mark.unit
def test_lines_are_causes_in_one_group_and_groups_for_one_cause() -> None:
    _, frame = causes()
    assert list(frame.columns) == ["event", "time", "n_risk", "estimate", "conf_low", "conf_high"]
    assert frame["event"].unique().tolist() == ["relapse", "left"]
    _, frame = incidence()
    assert frame.columns[:2].tolist() == ["arm", "event"]
    assert frame["arm"].unique().tolist() == ["IM", "IV"]
    assert frame["event"].eq("relapse").all()


@pytest.mark.identity
def test_numbers_of_incidence_are_those_of_the_result() -> None:
    _, frame = incidence(policy=INTERNAL)
    whole = INCIDENCE.at(TIMES)
    whole = whole[whole["event"].eq("relapse")].sort_values(["arm", "time"])
    np.testing.assert_allclose(frame["estimate"], whole["estimate"])
    np.testing.assert_allclose(frame["conf_low"], whole["conf_low"])
    table = INCIDENCE.risk_table(TIMES)
    expected = table.loc[table["event"].eq("relapse"), "n_risk"].astype(str)
    assert frame["n_risk"].tolist() == expected.tolist()


@pytest.mark.identity
def test_released_incidence_is_late_by_less_than_eleven_events() -> None:
    _, shown = causes()
    _, true = causes(policy=INTERNAL)
    known = shown["estimate"].notna()
    behind = (true["estimate"] - shown["estimate"])[known]
    assert known.sum() >= 8
    rounding = 0.0025  # of estimates of 400 patients, shown as multiples of 0.005
    assert (behind >= -rounding - 1e-12).all()
    assert (behind < 11 / 250 + rounding).all()  # at least 250 at risk stand behind a step here
    assert (behind > 0).any()


@pytest.mark.unit
def test_test_of_the_drawn_cause_is_written() -> None:
    test = gray_test(ROWS, by="arm", **CAUSES)
    p = test.tidy().set_index("event")["p_value"]
    ax, _ = plot_cumulative_incidence(INCIDENCE, times=TIMES, event="left", test=test)
    assert f"Gray's test: p = {p['left']:.3f}" in said(ax)
    only = gray_test(ROWS.replace({"event": {"left": "censored"}}), by="arm", censored="censored")
    with pytest.raises(DataError, match="no row for the cause"):
        plot_cumulative_incidence(INCIDENCE, times=TIMES, event="left", test=only)


@pytest.mark.unit
def test_cause_must_be_named_with_groups_and_be_one() -> None:
    with pytest.raises(DataError, match="event="):
        plot_cumulative_incidence(INCIDENCE, times=TIMES)
    with pytest.raises(DataError, match="not a cause"):
        plot_cumulative_incidence(INCIDENCE, times=TIMES, event="death")


@pytest.mark.unit
def test_share_axis_ends_just_above_the_bands() -> None:
    ax, _ = causes()
    assert ax.get_ylim()[1] == pytest.approx(1.02)
    rare = ROWS.replace({"event": {"left": "censored"}}).head(200)
    rare.loc[30:, "event"] = "censored"
    ax, _ = plot(cumulative_incidence(rare, censored="censored"), times=TIMES)
    assert ax.get_ylim()[1] == pytest.approx(0.255)


# --- Intervals -----------------------------------------------------------------------------------


@pytest.mark.identity
def test_bounds_at_the_ticks_are_those_of_the_result() -> None:
    _, frame = intervals(policy=INTERNAL)
    at = INTERVALS.at(TIMES)
    for column in ("estimate", "estimate_low", "estimate_high"):
        np.testing.assert_allclose(frame[column], at[column], atol=1e-12)
    middle = [3.5, 10.0, 38.0, 90.5]
    _, frame = plot_interval_curve(INTERVALS, times=middle, policy=INTERNAL)
    at = INTERVALS.at(middle)
    for column in ("estimate", "estimate_low", "estimate_high"):
        np.testing.assert_allclose(frame[column], at[column], atol=1e-12)


@pytest.mark.identity
def test_released_bounds_hold_the_true_curve() -> None:
    asked = np.arange(0.0, 113.0, 3.0).tolist()
    _, shown = plot_interval_curve(INTERVALS, times=asked)
    at = INTERVALS.at(asked)
    known = shown["estimate"].notna()
    assert known.sum() > 40
    rounding = 0.005  # of estimates of 100 patients, shown as multiples of 0.01
    assert (shown["estimate_low"] <= at["estimate_low"] + rounding)[known].all()
    assert (shown["estimate_high"] >= at["estimate_high"] - rounding)[known].all()
    assert shown["estimate"].between(shown["estimate_low"], shown["estimate_high"])[known].all()


@pytest.mark.unit
def test_naive_curves_are_dotted_and_explained() -> None:
    ax, frame = intervals()
    dotted = lines(ax, "naive")
    assert len(dotted) == 2
    assert "Dots: dated at the visit that showed the event." in frame.attrs["alt"]
    ax, frame = plot_interval_curve(INTERVALS, times=TIMES)
    assert not lines(ax, "naive")
    assert "Dots" not in said(ax)
    late = [line.get_ydata()[np.searchsorted(line.get_xdata(), 50) - 1] for line in dotted]
    assert (np.array(late) > INTERVALS.at([50])["estimate"]).all()


@pytest.mark.unit
def test_a_curve_without_steps_to_show_is_refused_and_says_the_rule() -> None:
    few = pd.DataFrame({"lower": [0.0] * 5 + [14.0] * 30, "upper": [14.0] * 5 + [np.inf] * 30})
    with pytest.raises(DisclosureError, match="fewer than 11 events were seen while 11 or more"):
        plot_interval_curve(turnbull(few), times=[0, 14])
    _, frame = plot_interval_curve(turnbull(few), times=[0, 14], policy=INTERNAL)
    assert frame["n_risk"].tolist() == ["35", "30"]


@pytest.mark.unit
def test_regions_are_shaded_between_their_corners() -> None:
    small = pd.DataFrame({"lower": [0, 14, 14, 28, 28], "upper": [14, 28, 42, 42, None]})
    ax, _ = plot_interval_curve(turnbull(small), times=[0, 21, 42], policy=INTERNAL)
    boxes = [area.get_paths()[0].get_extents().bounds for area in ax.collections]
    found = [(x, x + width, y, y + height) for x, y, width, height in boxes]
    expected = [(0, 14, 12 / 15, 1), (14, 28, 8 / 15, 12 / 15), (28, 42, 0, 8 / 15)]
    np.testing.assert_allclose(found, expected, atol=1e-7)


# --- States --------------------------------------------------------------------------------------


@pytest.mark.identity
def test_shares_of_states_sum_to_one_and_are_those_of_the_result() -> None:
    _, frame = states(policy=INTERNAL)
    np.testing.assert_allclose(frame["estimate"], STATES.at(TIMES)["estimate"], atol=1e-12)
    _, frame = states()
    np.testing.assert_allclose(frame.groupby("time")["estimate"].sum(), 1.0)
    steps = frame.set_index(["state", "time"])["estimate"] * 400 / 11
    first = steps.loc["relapsed", 28.0]
    assert first == pytest.approx(round(first))


@pytest.mark.unit
def test_every_state_is_named_once_also_where_it_ends_empty() -> None:
    result = occupancy(ROWS.assign(to="relapsed"), states=ORDER[:2])
    ax, _ = plot_states(result, times=[0, 75, 150], policy=INTERNAL)
    names = [text.get_text() for text in texts(ax) if text.get_gid() == "label"]
    assert sorted(names) == ["relapsed", "well"]


@pytest.mark.unit
def test_group_must_be_named_where_there_are_several() -> None:
    by_arm = occupancy(MOVES, states=ORDER, by="arm")
    with pytest.raises(DataError, match="level="):
        plot_states(by_arm, times=TIMES)
    with pytest.raises(DataError, match="not one of the 2 groups"):
        plot_states(by_arm, times=TIMES, level="IN")
    _, frame = plot_states(by_arm, times=TIMES, level="IM", policy=INTERNAL)
    whole = by_arm.at(TIMES)
    expected = whole.loc[whole["arm"].eq("IM"), "estimate"]
    np.testing.assert_allclose(frame["estimate"], expected, atol=1e-12)


@pytest.mark.unit
def test_areas_end_where_few_are_in_sight() -> None:
    few = MOVES.head(40).assign(time=MOVES["time"].clip(upper=90))
    result = occupancy(few, states=ORDER)
    ax, frame = plot_states(result, times=TIMES)
    assert frame.loc[frame["time"].eq(112), "estimate"].isna().all()
    assert "They end where fewer than 11 are in sight." in said(ax)
