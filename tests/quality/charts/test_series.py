"""Measures by period: what is added up, where it falls, and how long a period is."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import Members, Policy, release
from analysis.errors import ColumnError, DataError
from analysis.outcomes import treated_patients, visit_status
from analysis.outcomes.months import months_of
from analysis.quality import quality_series, spc_chart
from analysis.quality.charts.periods import chosen_period, period_names
from analysis.study import Study
from tests.builders import clinic_network

NETWORK = clinic_network()


def with_calendar(study: Study) -> Study:
    """Give every patient a date, so that the data end with June 2024."""
    follow_up = study.table("follow_up")
    start = pd.Timestamp("2024-06-30") - pd.to_timedelta(follow_up["observed_until_day"], unit="D")
    dates = pd.DataFrame({"subject_id": follow_up["subject_id"], "start_date": start})
    return replace(study, tables={**study.tables, "calendar": dates})


@pytest.mark.unit
def test_periods_are_named():
    assert period_names([24288, 24289], 1, dated=True) == ["2024-01", "2024-02"]
    assert period_names([2024 * 2 + 1], 6, dated=True) == ["2024 H2"]
    assert period_names([2024], 12, dated=True) == ["2024"]
    assert period_names([0, 1], 3, dated=False) == ["quarter 1", "quarter 2"]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("per_month", "period"), [(11, "month"), (10, "quarter"), (3, "half-year"), (1, "year")]
)
def test_the_shortest_period_with_a_median_of_eleven_is_chosen(per_month, period):
    months = np.arange(24)
    assert chosen_period(months, np.full(24, float(per_month)), least=11) == period


@pytest.mark.unit
def test_the_rarer_count_of_a_point_asks_for_longer_periods():
    """24 months with 16 patients, 4 of them with the outcome: 12 in a quarter."""
    counts = np.tile([16.0, 4.0, 12.0], (24, 1))
    assert chosen_period(np.arange(24), counts, least=11) == "quarter"
    assert chosen_period(np.arange(24), counts[:, 0], least=11) == "month"


@pytest.mark.unit
def test_months_of_the_calendar_ask_for_the_same_period_as_numbered_ones():
    months, counts = np.arange(24), np.full(24, 10.0)
    assert chosen_period(months + 2023 * 12, counts, least=11) == "quarter"


@pytest.mark.truth
def test_at_the_chosen_period_a_released_chart_has_points():
    for measure in ("response", "completeness", "mean change", "adverse events"):
        series = quality_series(NETWORK, measure)
        chart = spc_chart(series, **series.attrs["chart"])
        assert release(chart).frame["value"].notna().mean() > 0.5


@pytest.mark.unit
def test_periods_without_a_patient_count_as_none():
    months = np.array([0, 0, 5, 6])
    assert chosen_period(months, np.array([20.0, 20.0, 20.0, 20.0]), least=11) == "quarter"


@pytest.mark.identity
@pytest.mark.parametrize("study", [NETWORK, with_calendar(NETWORK)], ids=["no dates", "calendar"])
def test_the_points_add_up_to_the_patients_of_the_visit(study):
    status = visit_status(study, "PHQ-9", visit="week 4")
    expected = {
        "completeness": (status["observed"].sum(), status["evaluable"].sum()),
        "response": (status["response"].sum(), status["observed"].sum()),
        "mean change": (status["change"].where(status["observed"]).sum(), status["observed"].sum()),
    }
    for measure, (y, n) in expected.items():
        series = quality_series(study, measure, by="site_id")
        assert series["y"].sum() == pytest.approx(y)
        assert series["n"].sum() == n
        chart = spc_chart(series, **series.attrs["chart"])
        assert chart.glance()["n_points"].sum() <= len(series)


@pytest.mark.unit
def test_calendar_periods_follow_one_another_without_a_hole():
    series = quality_series(with_calendar(NETWORK), "completeness", period="month")
    periods = pd.PeriodIndex(series["period"], freq="M")
    assert (periods == pd.period_range(periods[0], periods[-1], freq="M")).all()
    by_quarter = quality_series(with_calendar(NETWORK), "completeness", period="quarter")
    in_quarters = series.groupby(periods.asfreq("Q").astype(str))["n"].sum()
    assert by_quarter["n"].tolist() == in_quarters.tolist()
    assert by_quarter["period"].iloc[0] == f"{in_quarters.index[0][:4]} {in_quarters.index[0][4:]}"


@pytest.mark.unit
def test_without_dates_days_are_counted_back_from_the_cut_off():
    follow_up = pd.DataFrame(
        {"subject_id": ["first", "later", "unknown"], "observed_until_day": [400, 100, None]}
    ).astype({"observed_until_day": "Int64"})
    study = replace(NETWORK, tables={**NETWORK.tables, "follow_up": follow_up})
    who = pd.Series(["first", "first", "later", "later", "unknown"])
    months, dated = months_of(study, who, pd.Series([0, 31, 0, 70, 0]))
    assert not dated
    assert months.tolist() == [0, 1, 9, 12, -1]  # 31, 300 and 370 days after the first


@pytest.mark.unit
def test_patients_fall_in_the_month_of_their_first_session():
    study = with_calendar(NETWORK)
    patients = treated_patients(study)
    months, dated = months_of(study, patients["subject_id"], patients["start_day"])
    dates = study.tables["calendar"].set_index("subject_id")["start_date"]
    first = dates.reindex(patients["subject_id"]) + pd.to_timedelta(
        patients["start_day"].astype(int).to_numpy(), unit="D"
    )
    assert dated
    assert months.tolist() == (first.dt.year * 12 + first.dt.month - 1).tolist()


@pytest.mark.unit
def test_adverse_events_are_counted_over_sessions_in_which_they_were_asked_about():
    sessions = NETWORK.table("sessions")
    asked = sessions["ae_assessed"].eq(True).fillna(value=False)
    keys = ["subject_id", "session_no"]
    events = NETWORK.table("adverse_events").dropna(subset=["session_no"])
    found = events.merge(sessions.loc[asked, keys], on=keys)
    series = quality_series(NETWORK, "adverse events", by="site_id")
    assert series["n"].sum() == asked.sum()
    assert series["y"].sum() == len(found)
    assert series.attrs["chart"]["kind"] == "u"


@pytest.mark.unit
def test_events_of_sessions_in_which_nobody_asked_do_not_count():
    sessions = NETWORK.table("sessions")
    asked = sessions["ae_assessed"].where(sessions["site_id"].ne("clinic-a"), other=False)
    tables = {**NETWORK.tables, "sessions": sessions.assign(ae_assessed=asked)}
    series = quality_series(replace(NETWORK, tables=tables), "adverse events", period="year")
    every = quality_series(NETWORK, "adverse events", by="site_id", period="year")
    others = every[every["site_id"].ne("clinic-a")]
    assert every["y"].sum() > others["y"].sum() == series["y"].sum()
    assert others["n"].sum() == series["n"].sum()


@pytest.mark.unit
def test_members_are_behind_every_count():
    series = quality_series(NETWORK, "response", by="site_id")
    members = Members.of(series)
    for site, period, y, n in series[["site_id", "period", "y", "n"]].itertuples(index=False):
        if n:
            assert members.sets[(site, period, "n")].sum() == n
            assert members.sets[(site, period, "y")].sum() == y
    shown = spc_chart(series, **series.attrs["chart"]).shown()
    assert shown.statement.audit["protected"].all()


@pytest.mark.unit
def test_the_least_count_decides_on_the_period_of_each_clinic():
    eleven = quality_series(NETWORK, "completeness", by="site_id")
    three = quality_series(NETWORK, "completeness", by="site_id", policy=Policy(minimum_count=3))
    assert len(three) > len(eleven)
    assert eleven.groupby("site_id")["period_length"].nunique().eq(1).all()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "error", "what"),
    [
        ({"measure": "happiness"}, DataError, "no such measure"),
        ({"measure": "response", "period": "week"}, DataError, "no such period"),
        ({"measure": "response", "by": "colour"}, ColumnError, "no such column"),
    ],
)
def test_choices_that_are_not_known_are_refused(options, error, what):
    with pytest.raises(error, match=what):
        quality_series(NETWORK, **options)


@pytest.mark.unit
def test_a_study_in_which_nobody_counts_has_no_series():
    with pytest.raises(DataError, match="no series"):
        quality_series(NETWORK, "response", baseline_at_least=28.0)


@pytest.mark.unit
def test_a_study_says_what_a_chart_needs():
    follow_up = NETWORK.table("follow_up")
    undated = follow_up.assign(observed_until_day=pd.array([pd.NA] * len(follow_up), dtype="Int64"))
    study = replace(NETWORK, tables={**NETWORK.tables, "follow_up": undated})
    with pytest.raises(DataError, match="needs the table calendar"):
        quality_series(study, "adverse events")
    without = {name: table for name, table in NETWORK.tables.items() if name != "adverse_events"}
    with pytest.raises(DataError, match=r"needs adverse_events\.session_no"):
        quality_series(replace(NETWORK, tables=without), "adverse events")
    sessions = NETWORK.table("sessions").drop(columns="ae_assessed")
    unasked = replace(NETWORK, tables={**NETWORK.tables, "sessions": sessions})
    with pytest.raises(DataError, match=r"needs sessions\.ae_assessed"):
        quality_series(unasked, "adverse events")
