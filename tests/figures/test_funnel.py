"""Pictures of clinics: limits, names of the far ones, no ranks, and what is not shown."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, RELEASE, release
from analysis.figures import figure_png, plot
from analysis.quality import clinic_outcomes, funnel, shrinkage
from tests.figures.looks import (
    Plotted,
    check_alternative_text_describes_and_concludes,
    check_no_small_count_is_drawn_or_told,
    check_text_is_horizontal_and_large_enough,
    check_texts_stay_inside_and_apart,
    said,
)
from tests.quality.clinics import EIGHT, SHARES, many, network

RATE = {"kind": "rate", "by": "clinic", "events": "n", "denominator": "of", "per": 100.0}


@functools.cache
def results(policy):
    data = many(spread=0.5)
    own = ("baseline", "prior_failures")
    return {
        "shares": funnel(data, **SHARES, label="response", policy=policy),
        "rates": funnel(data.assign(of=data["of"] * 40), **RATE, policy=policy),
        "few clinics": funnel(EIGHT, **SHARES, policy=policy),
        "adjusted": clinic_outcomes(network(), "response", adjust=own, policy=policy).funnel(
            overdispersion="none"
        ),
        "changes": clinic_outcomes(network(), "change", policy=policy).funnel(
            overdispersion="none"
        ),
        "shrunken": shrinkage(data.iloc[:12], **SHARES, policy=policy),
    }


NAMES = ["shares", "rates", "few clinics", "adjusted", "changes", "shrunken"]


def draw(name: str, **words) -> Plotted:
    return plot(results(words.pop("policy", RELEASE))[name], **words)


@pytest.mark.unit
@pytest.mark.parametrize("name", NAMES)
def test_figures_look_as_all_do(name):
    plotted = draw(name)
    check_texts_stay_inside_and_apart(plotted)
    check_no_small_count_is_drawn_or_told(plotted)
    check_alternative_text_describes_and_concludes(plotted)
    check_text_is_horizontal_and_large_enough(plotted)
    assert len(release(plotted[1]).frame) == len(plotted[1])


@pytest.mark.unit
@pytest.mark.parametrize("name", ["shares", "shrunken"])
def test_figures_of_the_inside_say_so_and_words_replace_the_message(name):
    ax, frame = draw(name, policy=INTERNAL, title="A message", x_label="Size", note="A remark.")
    assert all(word in said(ax) for word in ("Confidential", "A message", "Size", "A remark."))
    assert "Conclusion: A message." in frame.attrs["alt"]


@pytest.mark.identity
def test_same_data_give_the_same_picture():
    assert figure_png(draw("shares")[0]) == figure_png(draw("shares")[0])


@pytest.mark.unit
def test_fewer_than_ten_clinics_are_drawn_shrunken_with_the_reason():
    ax, frame = draw("few clinics")
    assert "With 6 clinics that may be shown, fewer than 10" in said(ax)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == list("abcdefgh")
    assert frame["clinic"].tolist() == list("abcdefgh")
    hidden = frame["estimate"].isna()
    assert said(ax).count("hidden") == hidden.sum() == 2
    assert "d: hidden." in frame.attrs["alt"]


@pytest.mark.unit
def test_clinics_outside_are_named_and_marked_by_shape():
    ax, frame = draw("shares", policy=INTERNAL)
    outside = frame[frame["position"].ne("inside")]
    assert len(outside)
    assert all(name in said(ax) for name in outside["clinic"])
    inside = frame[frame["position"].eq("inside")]
    assert not any(name in said(ax) for name in inside["clinic"])
    shapes = {
        line.get_marker(): len(line.get_xdata()) for line in ax.lines if line.get_marker() != "None"
    }
    assert shapes["o"] == len(inside)
    assert sum(shapes.values()) == len(frame)


@pytest.mark.unit
def test_points_stand_at_their_denominators_and_limits_end_after_the_largest_shown():
    ax, frame = draw("shares")
    known = frame[frame["estimate"].notna()]
    sizes = pd.to_numeric(known["denominator"].str.replace(",", "")).to_numpy(float)
    drawn = np.concatenate(
        [line.get_xdata() for line in ax.lines if line.get_marker() not in ("None", None)]
    )
    assert sorted(drawn) == sorted(sizes)
    assert ax.get_xlim()[1] == pytest.approx(1.12 * sizes.max())


@pytest.mark.unit
def test_clinics_with_variances_of_their_own_have_bars():
    ax, _ = draw("adjusted", policy=INTERNAL)
    assert len(ax.collections) == 2
    assert "thick 95%, thin 99.8%" in said(ax)


@pytest.mark.unit
def test_nothing_to_show_is_said():
    few = EIGHT.assign(n=[1, 2, 3, 1, 2, 3, 1, 2], of=40)
    for result in (funnel(few, **SHARES, overdispersion="none"), shrinkage(few, **SHARES)):
        ax, frame = plot(result)
        assert "No clinic has enough patients to be shown" in said(ax)
        assert frame["estimate"].isna().all()


@pytest.mark.unit
def test_names_without_room_are_counted_and_the_others_do_not_overlap():
    crowd = many(30, spread=0.0)
    crowd["of"], crowd["n"] = 200 + crowd.index % 3, np.where(crowd.index < 15, 150, 50)
    result = funnel(crowd, **SHARES, overdispersion="none", policy=INTERNAL)
    ax, frame = plot(result)
    check_texts_stay_inside_and_apart((ax, frame))
    named = sum(name in said(ax) for name in frame["clinic"])
    assert 2 < named < 30
    assert f"{30 - named} names had no room; they are in the table." in said(ax)
