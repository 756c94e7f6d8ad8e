"""Pictures of sessions: courses over minutes, and rates of adverse events."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from analysis.disclosure import INTERNAL, RELEASE
from analysis.errors import ReportError
from analysis.figures import figure_png, plot_adverse_events, plot_time_course
from analysis.safety import adverse_event_rates, dose_intervals, session_safety, time_course
from tests.figures.looks import (
    Plotted,
    check_alternative_text_describes_and_concludes,
    check_no_small_count_is_drawn_or_told,
    check_text_is_horizontal_and_large_enough,
    check_texts_stay_inside_and_apart,
    said,
)
from tests.safety.studies import course, network, session, study_of

pytestmark = pytest.mark.unit


@functools.cache
def safety():
    return session_safety(network())


@functools.cache
def result(name: str, policy=RELEASE):
    if name == "events":
        return adverse_event_rates(network(), terms=False, policy=policy)
    measure = "value" if name == "cadss" else "change"
    return time_course(safety(), name, measure=measure, policy=policy)


def draw(name: str, policy=RELEASE, **words) -> Plotted:
    plot = plot_adverse_events if name == "events" else plot_time_course
    return plot(result(name, policy), **words)


@pytest.mark.parametrize(
    ("name", "message", "note"),
    [
        (
            "sbp",
            "Largest mean rise of systolic pressure: 12.8 mm Hg at 20 minutes (ketamine IM)",
            "",
        ),
        ("spo2", "Largest mean fall of oxygen saturation: ", ""),
        ("cadss", "Highest mean CADSS: 8.3 at 20 minutes (ketamine IM)", "Faint lines"),
        ("events", "Adverse events: 3.5 (ketamine IM) to 13.8 (esketamine IN) per 100", "Hollow"),
    ],
)
def test_figures_look_as_all_do_and_say_their_message(name, message, note):
    plotted = draw(name)
    check_texts_stay_inside_and_apart(plotted)
    check_no_small_count_is_drawn_or_told(plotted)
    check_alternative_text_describes_and_concludes(plotted)
    check_text_is_horizontal_and_large_enough(plotted)
    words = said(plotted[0])
    assert message in words
    assert note in words
    assert ("Faint lines" in words) == (name == "cadss")


def test_figures_of_the_inside_say_so():
    for plotted in (draw("sbp", INTERNAL), draw("events", INTERNAL, title="My title")):
        check_texts_stay_inside_and_apart(plotted)
        assert "Confidential: true counts" in said(plotted[0])
    assert "My title" in said(plotted[0])


def test_what_is_drawn_is_what_the_table_shows():
    ax, frame = draw("sbp")
    np.testing.assert_array_equal(frame["mean"], result("sbp").shown["mean"])
    assert frame.columns.tolist() == [
        "treatment", "minute", "patients", "mean", "conf_low", "conf_high"
    ]  # fmt: skip
    assert "(n = 327)" in said(ax)
    assert [tick.get_text() for tick in ax.get_xticklabels()] == [
        "0",
        "20",
        "40",
        "60",
        "90",
        "120",
    ]


def small(parameter, readings, **options):
    rows = course("p1", 1, parameter, readings)
    return time_course(session_safety(study_of([session("p1")], rows)), parameter, **options)


def test_few_patients_are_not_drawn():
    ax, frame = plot_time_course(small("sbp", {0: 120, 20: 130}))
    assert frame["mean"].isna().all()
    assert "No minute has enough patients to show a mean" in said(ax)
    assert "Means of fewer than 11 patients are not shown." in said(ax)
    assert "nan" not in frame.attrs["alt"]


def test_a_rise_that_is_none_is_named():
    falling = small("hr", {0: 80, 20: 70, 40: 75}, policy=INTERNAL)
    assert "On average there is no rise of heart rate" in said(plot_time_course(falling)[0])


def test_other_tables_are_refused():
    with pytest.raises(ReportError, match="time_course"):
        plot_time_course(result("events"))
    for table in (result("sbp"), dose_intervals(network())):
        with pytest.raises(ReportError, match="adverse_event_rates"):
            plot_adverse_events(table)
    with pytest.raises(ReportError, match="none of the measures"):
        plot_adverse_events(result("events"), measures=["no such term"])


def test_rates_without_events_end_at_their_bound():
    ax, frame = draw("events")
    zero = frame[frame["rate"].eq(0)]
    assert len(zero) == 3
    assert (zero["conf_high"] > 0).all()
    assert frame.loc[frame["n"].eq("<11"), "rate"].isna().all()
    assert "0 of 54" in said(ax)
    assert figure_png(ax) == figure_png(draw("events")[0])
