"""Pictures of missing scores: patterns, retention, completers and days between visits."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, RELEASE, release
from analysis.figures import (
    figure_png,
    plot_completers,
    plot_missing_patterns,
    plot_ratios,
    plot_retention,
    plot_visit_gaps,
)
from analysis.missing import (
    completers_against_all,
    dropout_predictors,
    missing_patterns,
    retention,
    visiting,
)
from tests.figures.looks import (
    Plotted,
    check_alternative_text_describes_and_concludes,
    check_no_small_count_is_drawn_or_told,
    check_text_is_horizontal_and_large_enough,
    check_texts_stay_inside_and_apart,
    said,
)
from tests.missing.studies import PLAN, network, small_study


@functools.cache
def results(policy):
    study = network()
    return {
        "patterns": missing_patterns(study, "PHQ-9", policy=policy),
        "by clinic": retention(study, "PHQ-9", by="site_id", policy=policy),
        "of all": retention(study, "PHQ-9", policy=policy),
        "completers": completers_against_all(study, "PHQ-9", visit="week 16", policy=policy),
        "visits": visiting(study, "PHQ-9", policy=policy),
    }


PLOTS = {
    "patterns": plot_missing_patterns,
    "by clinic": plot_retention,
    "of all": plot_retention,
    "completers": plot_completers,
    "visits": plot_visit_gaps,
}

NAMES = list(PLOTS)


def draw(name: str, **words) -> Plotted:
    return PLOTS[name](results(words.pop("policy", RELEASE))[name], **words)


@pytest.mark.unit
@pytest.mark.parametrize("name", NAMES)
def test_figures_look_as_all_do(name):
    plotted = draw(name)
    check_texts_stay_inside_and_apart(plotted)
    check_no_small_count_is_drawn_or_told(plotted)
    check_alternative_text_describes_and_concludes(plotted)
    check_text_is_horizontal_and_large_enough(plotted)


@pytest.mark.unit
@pytest.mark.parametrize("name", NAMES)
def test_figures_of_the_inside_say_so(name):
    plotted = draw(name, policy=INTERNAL)
    check_texts_stay_inside_and_apart(plotted)
    assert "Confidential: true counts" in said(plotted[0])


@pytest.mark.identity
@pytest.mark.parametrize("name", ["completers", "visits"])
def test_same_data_give_the_same_picture(name):
    assert figure_png(draw(name)[0]) == figure_png(draw(name)[0])


@pytest.mark.unit
@pytest.mark.parametrize("name", NAMES)
def test_words_replace_those_made_from_the_data_and_the_numbers_may_leave(name):
    ax, frame = draw(name, title="A message", x_label="Weeks", note="A remark.")
    assert all(word in said(ax) for word in ("A message", "Weeks", "A remark."))
    assert "Conclusion: A message." in frame.attrs["alt"]
    assert len(release(frame).frame) == len(frame)


@pytest.mark.unit
def test_a_pattern_is_a_row_of_its_signs():
    found = missing_patterns(small_study(), "PHQ-9", schedule=PLAN, policy=INTERNAL)
    ax, frame = plot_missing_patterns(found)
    drawn = [patch for patch in ax.patches if patch.get_width() == 0.64]
    signs = "".join(frame["pattern"])
    assert len(drawn) == signs.count("●") + signs.count("○") == 13
    filled = [patch for patch in drawn if patch.get_facecolor()[:3] != (1.0, 1.0, 1.0)]
    assert len(filled) == signs.count("●") == 7
    assert "monotone: score, none, none: n 3." in frame.attrs["alt"]


@pytest.mark.unit
def test_shares_and_limits_are_those_of_the_table():
    ax, frame = draw("by clinic")
    row = frame[frame["conf_low"].notna()].iloc[0]
    told = f"{row['share']} ({100 * row['conf_low']:.0f} to {100 * row['conf_high']:.0f}%)"
    assert told in frame.attrs["alt"]
    assert row["share"] in said(ax)
    assert frame.columns.tolist() == [
        "site_id",
        "visit",
        "started",
        "share",
        "conf_low",
        "conf_high",
    ]


@pytest.mark.unit
def test_completers_are_drawn_beside_all():
    ax, frame = draw("completers")
    assert "At week 16 completers changed by −7.3, all patients by −6.5 (model)" in said(ax)
    means = frame[["mean_completers", "mean_others", "model"]]
    drawn = [np.asarray(line.get_ydata()) for line in ax.lines if len(line.get_xdata()) > 2]
    assert len(drawn) == 6  # three lines, each with its markers
    assert means.notna().sum().repeat(2).tolist() == [len(values) for values in drawn]
    assert not any(np.isnan(values).any() for values in drawn)  # nothing breaks a line
    assert frame["visit"].tolist()[0] == "week 1"
    few = completers_against_all(small_study(), "PHQ-9", visit="v3", schedule=PLAN)
    assert "Too few patients complete" in said(plot_completers(few)[0])


@pytest.mark.unit
def test_predictors_of_dropout_are_drawn_as_ratios():
    found = dropout_predictors(network(), "PHQ-9", predictors=["last_score", "baseline"])
    ax, frame = plot_ratios(found, x_label="Odds ratio of dropping out")
    assert len(frame) == 4
    assert "Odds ratio of dropping out" in said(ax)


@pytest.mark.unit
def test_the_message_about_visits_follows_the_rate_ratio():
    from analysis.figures.visit_gaps import _message

    def said_of(estimate, low, high):
        row = pd.Series({"estimate": estimate, "conf_low": low, "conf_high": high})
        return _message(row)

    assert said_of(1.1, 1.05, 1.2) == "After a higher score patients come sooner"
    assert said_of(0.9, 0.8, 0.95) == "After a higher score patients come later"
    assert said_of(1.0, 0.9, 1.1) == "Visits are not seen to depend on the last score"
