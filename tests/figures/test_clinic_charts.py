"""Small multiples of clinics: one scale, one time axis, and each panel says what it shows."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, RELEASE
from analysis.figures import plot
from analysis.quality import clinic_charts, quality_series, spc_chart
from analysis.tables import clinic_charts_table
from tests.builders import clinic_network
from tests.figures.looks import (
    check_alternative_text_describes_and_concludes,
    check_text_is_horizontal_and_large_enough,
    check_texts_stay_inside_and_apart,
    said,
)

pytestmark = pytest.mark.unit

NETWORK = clinic_network()


@cache
def change():
    return clinic_charts(NETWORK, "mean change")


@cache
def harm():
    return clinic_charts(NETWORK, "adverse events", policy=INTERNAL)


def with_calendar():
    follow_up = NETWORK.table("follow_up")
    start = pd.Timestamp("2024-06-30") - pd.to_timedelta(follow_up["observed_until_day"], unit="D")
    dates = pd.DataFrame({"subject_id": follow_up["subject_id"], "start_date": start})
    return replace(NETWORK, tables={**NETWORK.tables, "calendar": dates})


def with_two_clinics():
    tables = dict(NETWORK.tables)
    for name, table in NETWORK.tables.items():
        if "site_id" in table:
            site = table["site_id"].astype("string")
            tables[name] = table.assign(site_id=site.where(site.eq("clinic-a"), "others"))
    return replace(NETWORK, tables=tables)


@pytest.mark.parametrize(
    ("charts", "policy"),
    [
        (change, RELEASE),
        (harm, INTERNAL),
        (lambda: clinic_charts(with_calendar(), "mean change", policy=INTERNAL), INTERNAL),
        (lambda: clinic_charts(with_two_clinics(), "response"), RELEASE),
    ],
    ids=["release", "internal", "calendar", "two"],
)
def test_panels_are_readable_and_described(charts, policy):
    plotted = plot(charts(), policy=policy, y_label="What is shown (unit)")
    check_texts_stay_inside_and_apart(plotted)
    check_text_is_horizontal_and_large_enough(plotted)
    check_alternative_text_describes_and_concludes(plotted)


def test_all_panels_have_one_scale_and_one_time_axis():
    ax, frame = plot(harm(), policy=INTERNAL)
    panels = ax.child_axes
    assert len(panels) == 8
    assert {panel.get_ylim() for panel in panels} == {panels[0].get_ylim()}
    assert {panel.get_xlim() for panel in panels} == {panels[0].get_xlim()}
    low, high = panels[0].get_ylim()
    assert low < frame[["value", "lower"]].min().min()
    assert high > frame[["value", "upper"]].max().max()
    late = next(
        line for line in panels[5].lines if np.shape(line.get_xdata()) == (22,)
    )  # the clinic that begins in month 3
    assert late.get_xdata()[0] == 2.0


def test_the_first_signal_is_labelled_with_its_period():
    ax, frame = plot(harm(), policy=INTERNAL)
    labels = {
        text.get_text(): k
        for k, panel in enumerate(ax.child_axes)
        for text in panel.texts
        if text.get_gid() == "signal"
    }
    assert labels == {"month 18": 6}
    assert "Worse since month 18" in said(ax)
    assert "clinic-g: Worse since month 18" in frame.attrs["alt"]
    assert frame.attrs["confidential"]


def test_a_release_has_gaps_and_says_what_is_lacking():
    ax, frame = plot(change())
    counts = pd.to_numeric(frame["n"], errors="coerce")
    assert counts.notna().any()
    assert counts.dropna().ge(11).all()
    assert frame.loc[counts.isna(), ["value", "centre", "lower", "upper"]].isna().all(axis=None)
    assert frame.loc[frame["site_id"].eq("clinic-c"), "n"].eq("—").all()
    assert "2 years hidden: each needs 11 patients" in said(ax)
    assert "2 points; 10 are needed" in said(ax)
    assert "that there is no signal says nothing" in said(ax)


def test_axes_say_what_time_counts_from():
    ax, _ = plot(change())
    assert "Years since the first patient in the data started treatment" in said(ax)
    series = quality_series(NETWORK, "mean change")
    alone = spc_chart(series, **series.attrs["chart"])
    assert plot(alone)[0].get_xlabel() == (
        "Months since the first patient in the data started treatment"
    )
    assert plot(alone, x_label="Month")[0].get_xlabel() == "Month"
    dated = quality_series(with_calendar(), "mean change")
    assert plot(spc_chart(dated, **dated.attrs["chart"]))[0].get_xlabel() == "Calendar months"


def test_the_table_has_a_row_per_clinic():
    table = clinic_charts_table(harm(), policy=INTERNAL)
    assert len(table.frame) == 8
    assert table.inline("clinic-g", "First signal") == "worse since month 18: few crossings"
    assert table.inline("clinic-a", "First signal") == "none"
    assert table.inline("clinic-f", "Periods shown") == "22 of 22 months"
    assert harm().false_signals in table.notes
    few = clinic_charts_table(change())
    assert few.inline("clinic-c", "Centre line") == "—"
    assert few.inline("clinic-c", "First signal").startswith("none: 0 points; 10 are needed")
    assert few.inline("clinic-a", "Would show a worsening of") == "no size"
