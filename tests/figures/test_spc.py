"""Figures of control charts: what they draw and say, and what they keep to themselves."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL
from analysis.errors import DataError, DisclosureError
from analysis.figures import figure_png, plot, plot_spc, show
from analysis.figures.spc_icons import icon_row, words_of_assurance, words_of_variation
from analysis.quality import spc_chart
from tests.figures.looks import (
    check_alternative_text_describes_and_concludes,
    check_no_small_count_is_drawn_or_told,
    check_text_is_horizontal_and_large_enough,
    check_texts_stay_inside_and_apart,
    said,
)

pytestmark = pytest.mark.unit

MONTHS = pd.period_range("2023-01", periods=20, freq="M")
YES = [44, 38, 41, 45, 39, 42, 4, 43, 40, 44, 39, 41, 20, 24, 22, 19, 23, 21, 24, 20]
RESPONSE = pd.DataFrame({"month": MONTHS, "yes": YES, "n": [70] * 6 + [20] + [70] * 13})
CHART = spc_chart(
    RESPONSE, y="yes", n="n", x="month", kind="p", per=100.0, improvement="up", target=50.0,
    notes={"2024-01": "New forms"},
)  # fmt: skip
VALUES = pd.DataFrame({"y": [1.0, -1.0] * 7 + [9.0, 2.0, 9.5]})
COSTS = spc_chart(VALUES, y="y", kind="i", freeze=14, improvement="down", exclude=[16])
RUN = spc_chart(VALUES, y="y", rebase=[8])


@pytest.mark.parametrize(
    ("chart", "options"),
    [(CHART, {}), (CHART, {"policy": INTERNAL}), (COSTS, {}), (RUN, {"y_label": "Days"})],
    ids=["release", "internal", "values", "parts"],
)
def test_figures_are_readable_and_described(chart, options):
    plotted = plot(chart, **options)
    check_texts_stay_inside_and_apart(plotted)
    check_text_is_horizontal_and_large_enough(plotted)
    check_alternative_text_describes_and_concludes(plotted)


def test_a_release_draws_gaps_and_no_small_count():
    plotted = ax, frame = plot(CHART, x_label="Month", y_label="Patients, %")
    check_no_small_count_is_drawn_or_told(plotted)
    assert frame["y"].iloc[6] == "<11"
    line = ax.lines[[len(each.get_xdata()) for each in ax.lines].index(20)]
    np.testing.assert_array_equal(np.isnan(line.get_ydata()), frame["value"].isna())
    assert "Gaps: points that rest on small counts" in said(ax)
    assert "2 gaps without a value" in frame.attrs["alt"]
    assert "Gaps" not in said(plot(CHART, policy=INTERNAL)[0])


def test_the_message_is_the_sentence_with_false_signals_decision_and_owner():
    ax, frame = plot_spc(CHART, policy=INTERNAL, decision="Call patients", owner="Dr. A")
    text = said(ax)
    assert str(CHART.sentences()["sentence"].iloc[0]).removesuffix(".") in text
    assert CHART.sentences()["false_signals"].iloc[0] in text
    assert "Decision: Call patients   Owner: Dr. A" in text
    assert "Decision: …" in said(plot_spc(CHART)[0])
    assert "A: New forms." in text
    assert "Confidential" in text
    assert frame.attrs["confidential"]
    assert "Concern: low" in text
    assert "Target: hit or miss" in text


def test_signals_are_told_by_shape_and_excluded_points_are_hollow():
    ax, frame = plot_spc(CHART, policy=INTERNAL)
    diamonds = [line for line in ax.lines if line.get_marker() == "D"]
    assert sum(len(line.get_xdata()) for line in diamonds) == (frame["meaning"] == "concern").sum()
    assert "◆ signal of concern" in said(ax)
    hollow = [each for each in plot_spc(COSTS)[0].lines if each.get_markerfacecolor() == "white"]
    assert hollow[0].get_ydata().tolist() == [2.0]
    assert "○ excluded" in said(plot_spc(COSTS)[0])
    assert "Lines from the first 14 points" in said(plot_spc(COSTS)[0])


def test_limits_are_drawn_as_steps_of_each_part():
    ax, frame = plot_spc(RUN)
    centres = [
        line for line in ax.lines if len(line.get_xdata()) == 2 and line.get_linewidth() == 1.1
    ]
    assert [line.get_ydata()[0] for line in centres] == [1.0, 1.0]
    assert frame["part"].tolist() == [1] * 7 + [2] * 10
    steps = plot_spc(CHART, policy=INTERNAL)[0]
    upper = [line for line in steps.lines if len(line.get_xdata()) == 40][1]
    np.testing.assert_allclose(upper.get_ydata()[::2], CHART.frame["upper"])


def test_values_without_a_number_of_patients_stay_inside():
    ax, frame = plot(COSTS)
    assert "Confidential" in said(ax)
    with pytest.raises(DisclosureError):
        show(ax, frame)


def test_groups_are_drawn_one_by_one():
    both = pd.concat([RESPONSE.assign(site="A"), RESPONSE.assign(site="B")])
    chart = spc_chart(both, y="yes", n="n", x="month", kind="p", by="site")
    with pytest.raises(DataError, match="2 groups"):
        plot(chart)
    with pytest.raises(DataError, match="2 groups"):
        plot(chart, group="C")
    ax, frame = plot(chart, group="B")
    assert frame["site"].unique().tolist() == ["B"]
    assert "B, P chart" in said(ax)


def test_dates_stand_at_their_days_and_charts_without_points_say_so():
    dated = pd.DataFrame({"x": pd.to_datetime(["2024-01-01", "2024-01-11", "2024-03-01"])})
    ax, _ = plot(spc_chart(dated.assign(y=[1.0, 2.0, 3.0]), y="y", x="x", kind="i"))
    assert ax.get_xticks().tolist() == [0.0, 10.0, 60.0]
    few = spc_chart(pd.DataFrame({"y": [3, 4], "n": [9, 9]}), y="y", n="n", kind="p")
    plotted = plot(few)
    check_texts_stay_inside_and_apart(plotted)
    check_alternative_text_describes_and_concludes(plotted)
    assert "No points can be shown" in said(plotted[0])


def test_the_same_chart_gives_the_same_picture():
    assert figure_png(plot(CHART)[0]) == figure_png(plot(CHART)[0])


@pytest.mark.parametrize(
    "name",
    ["common cause", "too few points", "change", "improvement high", "improvement low",
     "concern high", "concern low", "change high", "change low"],
)  # fmt: skip
def test_icons_differ_without_colour(name):
    def grey(icon):
        figure = plt.figure(figsize=(1, 1))
        ax = figure.add_axes((0.0, 0.0, 1.0, 0.3))
        ax.set_axis_off()
        icon_row(ax, icon, "")
        for text in ax.texts:
            text.set_visible(False)
        figure.canvas.draw()
        pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3] @ [0.2126, 0.7152, 0.0722]
        plt.close(figure)
        return pixels < 200

    others = ["common cause", "change", "improvement high", "concern high", "concern low"]
    for other in others:
        if other != name:
            assert (grey(name) != grey(other)).sum() > 30, other


@pytest.mark.parametrize(("target", "words"), [(90.0, "Target: fails"), (1.0, "Target: passes")])
def test_the_target_has_an_icon_of_its_own(target, words):
    chart = spc_chart(
        RESPONSE, y="yes", n="n", x="month", kind="p", per=100.0, improvement="up", target=target
    )
    ax, frame = plot(chart)
    assert words in said(ax)
    assert words in frame.attrs["alt"]


def test_icons_have_words():
    assert words_of_variation("improvement low") == "Improvement: low"
    assert words_of_assurance("fails") == "Target: fails"
