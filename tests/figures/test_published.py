"""A clinic beside a published cohort: what is drawn, hidden and said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL
from analysis.figures import plot, plot_published, plot_published_curves
from analysis.outcomes import EventTable
from analysis.quality import compare_curves, compare_with_published
from analysis.survival import reconstruct_curve
from tests.figures.looks import (
    Plotted,
    check_alternative_text_describes_and_concludes,
    check_no_small_count_is_drawn_or_told,
    check_text_is_horizontal_and_large_enough,
    check_texts_stay_inside_and_apart,
    said,
)
from tests.quality.comparison.cases import clinic, figure, paper

pytestmark = pytest.mark.unit
TIMES = [0, 28, 56, 84]


def shares() -> Plotted:
    return plot_published(compare_with_published(clinic(), cohort=paper()))


def hidden() -> Plotted:
    return plot_published(compare_with_published(clinic(responders=5), cohort=paper()))


def means() -> Plotted:
    published = figure(
        measure="mean change", unit="points", definition=None, value=-5.0, standard_deviation=5.0
    )
    found = compare_with_published(clinic(), cohort=paper(published), measure="mean change")
    return plot(found)


def compared(n: int = 200, **options):
    rng = np.random.default_rng(3)
    time = np.ceil(rng.exponential(60, n))
    frame = pd.DataFrame(
        {"subject_id": range(n), "time": np.minimum(time, 120), "event": time <= 120, "entry": 0.0}
    )
    table = EventTable(frame=frame, origin="response", rule="relapse", attrition=pd.DataFrame())
    days = np.arange(0, 121, 7.0)
    read = pd.DataFrame({"time": days, "survival": np.exp(-days / 70)})
    risk = pd.DataFrame({"time": [0, 56], "n_risk": [150, 66]})
    return compare_curves(table, reconstruct_curve(read, risk, name="Paper"), tau=84, **options)


def curves() -> Plotted:
    return plot(compared(), times=TIMES, y_label="Still in response")


PICTURES = [shares, hidden, means, curves]
LOOKS = [
    check_texts_stay_inside_and_apart,
    check_no_small_count_is_drawn_or_told,
    check_alternative_text_describes_and_concludes,
    check_text_is_horizontal_and_large_enough,
]


@pytest.mark.parametrize("draw", PICTURES)
def test_pictures_keep_what_every_picture_keeps(draw):
    plotted = draw()
    for look in LOOKS:
        look(plotted)
    assert "no effect of a treatment" in said(plotted[0])


def test_both_estimates_difference_and_regression_to_the_mean_are_drawn():
    ax, frame = shares()
    assert frame["cohort"].tolist() == [
        "this study", "Paper 2030", "difference", "regression to the mean alone",
    ]  # fmt: skip
    drawn = {round(float(x), 3) for line in ax.lines for x in np.atleast_1d(line.get_xdata())}
    assert {0.5, round(frame["conf_low"].iloc[0], 3)} <= drawn
    assert round(frame["estimate"].iloc[3], 3) in drawn
    text = said(ax)
    for words in ("48 of 60", "100 of 400", "Response: this study 50%, Paper 2030 50%", "<1%"):
        assert words in text
    assert "Difference: 0 percentage points (95% CI −17 to 17)." in text


def test_what_is_hidden_is_not_drawn():
    ax, _ = hidden()
    drawn = [x for line in ax.lines for x in np.atleast_1d(line.get_xdata())]
    assert not np.isclose(drawn, 5 / 48, atol=5e-3).any()
    assert "Difference: hidden" in said(ax)


def test_points_that_were_read_lie_on_the_published_curve():
    ax, frame = plot_published_curves(compared(), times=TIMES)
    read = next(line for line in ax.lines if line.get_gid() == "read")
    assert read.get_xdata().max() <= 84
    assert read.get_ydata()[4] == pytest.approx(np.exp(-28 / 70))
    published = frame[frame["cohort"].eq("Paper")].set_index("time")
    assert published["estimate"].loc[28] == pytest.approx(np.exp(-28 / 70), abs=0.01)
    assert published["n_risk"].loc[0] == "150"
    assert "drawn when enough events have gathered" in said(ax)
    inside = said(plot_published_curves(compared(policy=INTERNAL), times=TIMES)[0])
    assert "drawn when enough events" not in inside


def test_small_numbers_at_risk_of_the_clinic_are_hidden():
    _, frame = plot_published_curves(compared(24), times=TIMES)
    own = frame[frame["cohort"].eq("this study")]["n_risk"]
    assert own.isin(["<11", "—"]).any()
