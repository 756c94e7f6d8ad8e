"""Pictures of sessions: courses over minutes, and rates of adverse events."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from analysis.disclosure import INTERNAL, RELEASE
from analysis.errors import ReportError
from analysis.figures import figure_png, plot_adverse_events, plot_time_course
from analysis.safety import adverse_event_rates, safety_levels, session_safety, time_course
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
def results(policy):
    return {
        "pressure": time_course(safety(), "sbp", policy=policy),
        "dissociation": time_course(safety(), "cadss", measure="value", policy=policy),
        "sedation by phase": time_course(
            safety(), "moaas", measure="value", by="phase", policy=policy
        ),
        "events": adverse_event_rates(network(), policy=policy),
    }


NAMES = ["pressure", "dissociation", "sedation by phase", "events"]


def draw(name: str, policy=RELEASE, **words) -> Plotted:
    plot = plot_adverse_events if name == "events" else plot_time_course
    return plot(results(policy)[name], **words)


@pytest.mark.parametrize("name", NAMES)
def test_figures_look_as_all_do(name):
    plotted = draw(name)
    check_texts_stay_inside_and_apart(plotted)
    check_no_small_count_is_drawn_or_told(plotted)
    check_alternative_text_describes_and_concludes(plotted)
    check_text_is_horizontal_and_large_enough(plotted)


@pytest.mark.parametrize("name", NAMES)
def test_figures_of_the_inside_say_so(name):
    plotted = draw(name, INTERNAL)
    check_texts_stay_inside_and_apart(plotted)
    assert "Confidential: true counts" in said(plotted[0])


def test_what_is_drawn_is_what_the_table_shows():
    ax, frame = draw("pressure")
    shown = results(RELEASE)["pressure"].shown
    np.testing.assert_array_equal(frame["mean"], shown["mean"])
    assert frame.columns.tolist() == [
        "treatment", "minute", "patients", "mean", "conf_low", "conf_high"
    ]  # fmt: skip
    assert "mm Hg" in said(ax)
    assert "(n = 327)" in said(ax)
    assert [tick.get_text() for tick in ax.get_xticklabels()] == [
        "0",
        "20",
        "40",
        "60",
        "90",
        "120",
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("pressure", "Largest mean rise of systolic pressure: 12.8 mm Hg at 20 minutes"),
        ("dissociation", "Highest mean CADSS: 8.3 at 20 minutes (ketamine IM)"),
        ("sedation by phase", "Lowest mean MOAA/S: 4.4 at 40 minutes"),
        ("events", "Adverse events: 3.5 (ketamine IM) to 13.8 (esketamine IN) per 100 sessions"),
    ],
)
def test_titles_say_the_message(name, message):
    assert message in said(draw(name)[0])
    assert "My title" in said(draw(name, title="My title")[0])


def test_lines_over_long_gaps_are_faint_and_explained():
    assert "Faint lines" in said(draw("dissociation")[0])
    assert "Faint lines" not in said(draw("pressure")[0])


def small(parameter, readings, **options):
    rows = course("p1", 1, parameter, readings)
    return time_course(session_safety(study_of([session("p1")], rows)), parameter, **options)


def test_few_patients_are_not_drawn():
    ax, frame = plot_time_course(small("sbp", {0: 120, 20: 130}))
    assert frame["mean"].isna().all()
    assert "No minute has enough patients to show a mean" in said(ax)
    assert "Means of fewer than 11 patients are not shown." in said(ax)
    assert "nan" not in frame.attrs["alt"]


def test_falls_and_their_absence_are_named():
    falling = small("hr", {0: 80, 20: 70, 40: 75}, policy=INTERNAL)
    assert "On average there is no rise of heart rate" in said(plot_time_course(falling)[0])
    oxygen = small("spo2", {0: 98, 20: 94, 40: 97}, policy=INTERNAL)
    assert "Largest mean fall of oxygen saturation: 4.0 % at 20 minutes" in said(
        plot_time_course(oxygen)[0]
    )


def test_other_tables_are_refused():
    with pytest.raises(ReportError, match="time_course"):
        plot_time_course(results(RELEASE)["events"])
    for table in (results(RELEASE)["pressure"], safety_levels(safety())):
        with pytest.raises(ReportError, match="adverse_event_rates"):
            plot_adverse_events(table)
    with pytest.raises(ReportError, match="none of the measures"):
        plot_adverse_events(results(RELEASE)["events"], measures=["no such term"])


def test_rates_without_events_end_at_their_bound():
    ax, frame = draw("events")
    zero = frame[frame["rate"].eq(0)]
    assert len(zero) == 3
    assert (zero["conf_high"] > 0).all()
    assert frame.loc[frame["n"].eq("<11"), "rate"].isna().all()
    assert "0 of 54" in said(ax)


def test_pictures_are_the_same_every_time():
    first, second = (figure_png(draw("events")[0]) for _ in range(2))
    assert first == second
