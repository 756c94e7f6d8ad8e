"""The swimmer plot: lanes of single patients, inside the clinic only."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError, DisclosureError
from analysis.figures import plot_swimmer, show
from analysis.outcomes import (
    DROPOUT,
    End,
    Endpoint,
    ScoreEvent,
    from_first_treatment,
)
from tests.builders import scored_study
from tests.figures.looks import (
    check_alternative_text_describes_and_concludes,
    check_text_is_horizontal_and_large_enough,
    check_texts_stay_inside_and_apart,
    said,
)

SCORES = {
    "relapsed": [(7, 4), (14, 12), (28, 15)],
    "well": [(7, 4), (42, 5)],
    "left": [(7, 4)],
}


def table(scores=None):
    study = scored_study(scores or SCORES)
    rows = study.tables["follow_up"].astype({"end_reason": "object"})
    rows.loc[rows["subject_id"].eq("left"), ["last_contact_day", "end_reason"]] = [20, "lost"]
    study.tables["follow_up"] = rows
    return Endpoint(
        name="e", origin=from_first_treatment(),
        events=[ScoreEvent(instrument="PHQ-9", definition="relapse_phq9_10")],
        ends=[End(source=DROPOUT, strategy="competing")],
    )(study)  # fmt: skip


def drawn(ax):
    """The days and lanes of each kind of mark."""
    return {
        line.get_label(): sorted(zip(line.get_xdata(), line.get_ydata(), strict=True))
        for line in ax.lines
    }


@pytest.mark.unit
def test_scores_sessions_and_ends_lie_on_their_days_the_longest_lane_first():
    ax, frame = plot_swimmer(table())
    assert frame.to_numpy().tolist() == [
        [0, 42, "censored", "last score"],
        [1, 20, "competing", "dropout"],
        [2, 14, "event", "relapse by PHQ-9"],
    ]
    assert drawn(ax) == {
        "score": [(7, 0), (7, 1), (7, 2), (14, 2), (42, 0)],  # none after the event
        "session": [(0, 0), (0, 1), (0, 2)],
        "event": [(14, 2)],
        "competing event": [(20, 1)],
        "followed so far": [(42, 0)],
    }


@pytest.mark.unit
def test_it_can_be_read_and_says_that_it_stays_inside():
    plotted = plot_swimmer(table(), subtitle="PHQ-9 of 10 or more", note="A note.")
    check_texts_stay_inside_and_apart(plotted)
    check_text_is_horizontal_and_large_enough(plotted)
    check_alternative_text_describes_and_concludes(plotted)
    assert "1 of 3 patients had the event" in said(plotted[0])
    assert "for use inside the clinic only" in said(plotted[0])
    assert "relapsed" not in said(plotted[0]) + plotted[1].attrs["alt"]


@pytest.mark.unit
def test_it_is_never_released():
    with pytest.raises(DisclosureError):
        show(*plot_swimmer(table()))


@pytest.mark.unit
def test_lanes_are_chosen_evenly_by_length():
    many = table({f"p{n}": [(n + 1, 4)] for n in range(100)})
    _, frame = plot_swimmer(many, n_patients=5)
    np.testing.assert_allclose(frame["time"], [100, 75, 50, 26, 1], atol=1)


@pytest.mark.unit
@pytest.mark.parametrize("lanes", [0, 61])
def test_impossible_numbers_of_lanes_are_refused(lanes):
    with pytest.raises(DataError, match=f"1 to 60 lanes; {lanes} were"):
        plot_swimmer(table(), n_patients=lanes)


@pytest.mark.unit
def test_nobody_followed_is_nothing_to_draw():
    with pytest.raises(DataError, match="Nobody was followed"):
        plot_swimmer(table({"a": []}))


@pytest.mark.unit
def test_it_is_drawn_where_asked_for_and_the_table_is_left_alone():
    events = table()
    before = events.frame.copy()
    _, axes = plt.subplots()
    ax, _ = plot_swimmer(events, ax=axes, title="As said")
    assert ax is axes
    assert "As said" in said(ax)
    pd.testing.assert_frame_equal(events.frame, before)
