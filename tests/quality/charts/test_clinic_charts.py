"""Charts of clinics: which one changed and when, what could be seen, and what must not be told."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, RELEASE, Ledger, Policy, recording, release
from analysis.errors import DisclosureError
from analysis.quality import clinic_charts, quality_series, spc_chart
from analysis.quality.charts import judged
from analysis.quality.charts.detectable import POWER, detectable_step, share_found
from analysis.quality.charts.false_signals import false_signal_rate
from analysis.quality.charts.first_signal import first_signal
from analysis.quality.charts.kinds import chart_kind
from analysis.quality.charts.limits import Method
from analysis.quality.charts.periods import (
    longest_period,
    period_months,
    period_names,
    shared_period,
    time_in_words,
)
from analysis.synthetic import PlantedShift, scenario, simulate
from tests.builders import clinic_network

NETWORK = clinic_network()


@pytest.fixture(scope="module")
def shifted():
    """A network large enough for points that may be shown; one clinic becomes worse."""
    shift = PlantedShift(clinic="clinic-b", from_month=13, retained=0.35)
    return simulate(replace(scenario("clinic-network"), patients=4_000), shift=shift).study


@pytest.mark.truth
@pytest.mark.parametrize("policy", [RELEASE, INTERNAL], ids=["release", "internal"])
def test_the_clinic_that_changed_is_named_with_its_month_and_direction(shifted, policy):
    charts = clinic_charts(shifted, "mean change", period="month", policy=policy).shown(policy)
    rows = charts.tidy().set_index("site_id")
    assert rows.loc["clinic-b", "signal"]
    assert rows.loc["clinic-b", "since"] == "month 13"
    assert rows.loc["clinic-b", ["direction", "meaning"]].tolist() == ["up", "concern"]
    assert "clinic-b: worse since month 13 (long run)" in charts.conclusion
    # of seven stable clinics 0.6 signal by chance; four or more have a chance of 0.2 %
    assert rows.drop("clinic-b")["signal"].sum() <= 3


@pytest.mark.truth
def test_the_committed_network_has_no_planted_change_and_shows_none():
    charts = clinic_charts(NETWORK, "mean change", policy=INTERNAL)
    assert charts.period == "month"
    assert not charts.tidy()["signal"].any()
    assert charts.conclusion == (
        "No clinic has a signal: chance may explain the variation of 8 charts."
    )


@pytest.mark.identity
@pytest.mark.parametrize("length", [1, 3, 6, 12])
@pytest.mark.parametrize("dated", [True, False])
def test_the_name_of_a_period_says_its_months(length, dated):
    numbers = [2024 * (12 // length) + k for k in range(5)] if dated else [0, 1, 7]
    for number, name in zip(numbers, period_names(numbers, length, dated=dated), strict=True):
        assert period_months(name) == (number * length, length)


@pytest.mark.unit
def test_clinics_share_the_period_that_suits_half_of_them():
    assert shared_period(["year", "month", "year"]) == "year"
    assert shared_period(["year", "month", "month"]) == "month"
    assert shared_period(["quarter", "half-year"]) == "quarter"
    assert [longest_period(np.arange(n)) for n in (6, 24, 36, 72, 144)] == [
        *("month", "month", "quarter", "half-year", "year"),
    ]
    series = quality_series(NETWORK, "mean change", by="site_id", period="shared")
    assert series["period_length"].unique().tolist() == ["year"]


@pytest.mark.unit
def test_the_time_axis_says_what_it_counts_from():
    since = "since the first patient in the data started treatment"
    assert time_in_words(["month"], dated=False) == f"Months {since}"
    assert time_in_words(["month", "year"], dated=False) == f"Periods {since}"
    assert time_in_words(["half-year"], dated=True) == "Calendar half-years"
    series = quality_series(NETWORK, "mean change")
    assert spc_chart(series, **series.attrs["chart"]).time == f"Months {since}"


def parts_of(values, **options):
    points = pd.DataFrame({"t": [f"month {k + 1}" for k in range(len(values))], "y": values})
    chart = spc_chart(points, y="y", x="t", kind="i", **options)
    return chart.judged, chart.parts.iloc[0]


LOW, HIGH = [-1.0, -0.8] * 6, [1.0, 0.8] * 6


@pytest.mark.unit
@pytest.mark.parametrize(
    ("values", "improvement", "found"),
    [
        ([1.0, -1.0] * 7, "up", ("", "", "", "")),
        (LOW + HIGH, "down", ("month 13", "long run", "up", "concern")),
        (LOW + HIGH, "up", ("month 13", "long run", "up", "improvement")),
        (HIGH + LOW, "neutral", ("month 13", "long run", "down", "change")),
        ([1.0, -1.0] * 7 + [9.0], "down", ("month 15", "outside the limits", "up", "concern")),
    ],
)
def test_the_first_signal_says_when_which_way_and_what_it_means(values, improvement, found):
    signal = first_signal(*parts_of(values, improvement=improvement), improvement)
    assert (signal.since, signal.rule, signal.direction, signal.meaning) == found


@pytest.mark.unit
def test_a_step_far_from_every_marked_point_is_not_when_the_clinic_changed():
    """Nine points below from month 4 on end in month 12; the largest step is at the end."""
    values = [0.9, 1.0, 0.8, *[-0.3, -0.4] * 4, -0.3, *[0.5, -0.2] * 4, 0.2, -0.1, 3.0, 3.1]
    points, part = parts_of(values, improvement="down")
    assert part["likeliest_change"] == "month 23"
    marked = points.loc[points["signal"].eq("long run"), "x"]
    signal = first_signal(points.assign(signal=points["signal"].where(
        points["signal"].eq("long run"), ""), direction=points["direction"].where(
        points["signal"].eq("long run"), 0)), part, "down")  # fmt: skip
    assert signal.since == marked.iloc[0]
    assert signal.meaning == "improvement"


@pytest.mark.identity
@pytest.mark.parametrize(("kind", "centre"), [("p", 0.4), ("u", 0.1), ("i'", 0.0)])
def test_without_a_step_the_share_found_is_that_of_false_signals(kind, centre):
    sizes, chart = np.full(24, 60.0), chart_kind(kind)
    options = {"centre": centre, "sizes": sizes, "method": Method(), "rules": "anhoej"}
    found = share_found(chart, deviation=1.0, step=0.0, **options)
    falsely = false_signal_rate(chart, base=np.ones(24, dtype=bool), **options)
    assert found == pytest.approx(falsely, abs=0.04)  # four standard errors of 1,000 charts


@pytest.mark.truth
def test_a_detectable_step_is_found_by_four_of_five_charts(monkeypatch):
    """Charts are made by `spc_chart` from binomial counts that are drawn here."""
    sizes = np.full(20, 50.0)
    step = detectable_step(
        chart_kind("p"), centre=0.5, sizes=sizes, deviation=0.0, way=-1, method=Method(),
        rules="anhoej",
    )  # fmt: skip
    monkeypatch.setattr(judged, "false_signal_rate", lambda *_, **__: np.nan)  # not asked here
    random, n = np.random.default_rng(7), 200
    share = np.where(np.arange(20) < 10, 0.5, 0.5 - step)
    rows = pd.DataFrame(
        {
            "chart": np.repeat(np.arange(n), 20),
            "t": np.tile(np.arange(20), n),
            "y": random.binomial(50, np.tile(share, n)),
            "n": 50,
        }
    )
    found = spc_chart(rows, y="y", n="n", x="t", by="chart", kind="p").glance()["signal"].mean()
    assert found == pytest.approx(POWER, abs=4 * np.sqrt(POWER * (1 - POWER) / n))


@pytest.mark.unit
def test_two_points_can_show_no_step_however_large():
    options = {"centre": 0.0, "deviation": 5.0, "way": 1, "method": Method(), "rules": "anhoej"}
    assert np.isnan(detectable_step(chart_kind("i'"), sizes=np.full(2, 40.0), **options))
    wide = detectable_step(chart_kind("i'"), sizes=np.full(24, 10.0), **options)
    narrow = detectable_step(chart_kind("i'"), sizes=np.full(24, 40.0), **options)
    assert wide == pytest.approx(2 * narrow, rel=0.02)  # four times the patients, half the step


@pytest.mark.unit
def test_false_signals_are_told_over_all_charts_together():
    charts = clinic_charts(NETWORK, "mean change", policy=INTERNAL)
    rates = charts.tidy()["false_signal_rate"]
    assert charts.expected_false_signals == pytest.approx(rates.sum())
    assert f"{rates.sum():.1f} signals would be expected over all 8 charts" in charts.false_signals
    assert f"{round(100 * (1 - np.prod(1 - rates)))}%" in charts.false_signals


@pytest.mark.unit
def test_charts_that_can_show_nothing_do_not_reassure():
    charts = clinic_charts(NETWORK, "mean change").shown()  # two years each
    assert charts.conclusion.startswith("Whether a clinic changed cannot be told")
    assert "none lies outside" not in charts.conclusion
    assert charts.false_signals.endswith("that there is no signal says nothing.")


@pytest.mark.unit
def test_a_clinic_says_how_many_points_are_lacking_and_by_which_rule():
    rows = clinic_charts(NETWORK, "mean change").shown().tidy().set_index("site_id")
    assert rows.loc["clinic-a", "lacking"] == "2 points; 10 are needed to judge runs."
    assert rows.loc["clinic-c", "lacking"] == (
        "0 points; 10 are needed to judge runs. 2 years hidden: each needs 11 patients, and "
        "must not tell another."
    )
    events = clinic_charts(NETWORK, "adverse events").shown().tidy()["lacking"]
    assert events.str.contains("11 events and 11 patients").any()
    shares = clinic_charts(NETWORK, "response").shown().tidy()["lacking"]
    assert shares.str.contains("11 patients with the outcome and 11 without").any()


def shown_counts(frame, column):
    counts = pd.to_numeric(frame[column].str.replace(",", ""), errors="coerce")
    first = [period_months(name)[0] // 12 for name in frame["x"]]
    return counts.isna().groupby(np.array(first)).sum()


@pytest.mark.unit
@pytest.mark.parametrize("measure", ["mean change", "adverse events"])
def test_clinics_beside_the_network_tell_no_hidden_month_of_it(measure):
    """A year of which one month, or one clinic, alone is hidden would tell it by subtraction."""
    charts = clinic_charts(NETWORK, measure, period="year")
    alone = replace(charts.chart, beside=None).shown().statement.frame
    column = "n" if measure == "mean change" else "y"
    of_network = shown_counts(charts.chart.beside.shown().statement.frame, column)
    beside = shown_counts(charts.shown().chart.statement.frame, column)
    assert (of_network + beside).ne(1).all()
    if measure == "mean change":
        assert shown_counts(alone, column).eq(0).all()  # which alone nothing would have hidden
        assert of_network[0] == 1


@pytest.mark.unit
def test_the_attacker_grants_every_small_count_eleven_or_more():
    for measure in ("mean change", "adverse events", "response"):
        audit = clinic_charts(NETWORK, measure).disclosure().audit
        assert audit["protected"].all()
        assert (audit["high"] >= 11).all()


@pytest.mark.unit
def test_a_ledger_shows_the_same_charts_and_holds_them_to_the_network():
    charts = clinic_charts(NETWORK, "mean change")
    outside = release(charts).frame
    with recording(Ledger(release="2026-11")):
        charts.chart.beside.shown()
        inside = [release(charts).frame for _ in range(2)]
    for frame in inside:
        pd.testing.assert_frame_equal(frame, outside)


@pytest.mark.unit
def test_another_policy_makes_other_charts_and_nothing_leaves_from_the_inside():
    shown = clinic_charts(NETWORK, "mean change").shown()
    assert shown.shown() is shown
    with pytest.raises(DisclosureError, match="another policy"):
        shown.shown(Policy(minimum_count=5))
    inside = clinic_charts(NETWORK, "mean change", policy=INTERNAL).shown(INTERNAL)
    assert inside.disclosure().frame.attrs["confidential"]
    with pytest.raises(DisclosureError):
        release(inside)


@pytest.mark.unit
def test_the_summary_has_the_answer_and_a_sentence_per_clinic():
    charts = clinic_charts(NETWORK, "mean change", policy=INTERNAL)
    lines = repr(charts).splitlines()
    assert lines[0] == charts.conclusion
    assert lines[1] == f"clinic-a: {charts.sentences()['sentence'].iloc[0]}"
    assert lines[-1] == charts.false_signals
    assert charts._repr_html_().count("<br>") == 9
