"""Curves rebuilt from coordinates: what is met, what is refused, and the worked example."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines.datasets import load_lung

from analysis.errors import ColumnError, DataError
from analysis.survival import cox, kaplan_meier, logrank, reconstruct_curve
from tests.survival.reference import REFERENCE

POINTS = pd.DataFrame({"time": [5.0, 10, 20, 30], "survival": [0.9, 0.8, 0.6, 0.5]})
TABLE = pd.DataFrame({"time": [0.0, 10, 20], "n_risk": [20, 18, 14]})


@pytest.fixture(scope="module")
def lung():
    """228 patients with lung cancer; 1 is an event."""
    return load_lung()[["time", "status", "sex"]].rename(columns={"status": "event"})


def read_off(rows, step=10, table=100):
    """Read a curve every `step` days and at its end, and its risk table every `table` days."""
    last = rows["time"].max()
    days = np.append(np.arange(0, last, step), last)
    marks = np.arange(0, last, table)
    at_risk = [int(rows["time"].ge(mark).sum()) for mark in marks]
    chances = kaplan_meier(rows).at(days)["estimate"]
    return (
        pd.DataFrame({"time": days, "survival": chances}),
        pd.DataFrame({"time": marks, "n_risk": at_risk}),
    )


@pytest.mark.unit
def test_a_curve_without_censoring_is_rebuilt_exactly():
    table = pd.DataFrame({"time": [0, 20], "n_risk": [20, 16]})
    rebuilt = reconstruct_curve(POINTS, table)
    events = rebuilt.data.query("event")["time"].value_counts().sort_index()
    assert events.to_dict() == {5.0: 2, 10.0: 2, 20.0: 4, 30.0: 2}
    assert rebuilt.data.query("not event")["time"].tolist() == [30.0] * 10
    assert rebuilt.tidy()["difference"].abs().max() == pytest.approx(0, abs=1e-12)


@pytest.mark.unit
def test_censorings_of_an_interval_are_spread_evenly():
    points = pd.DataFrame({"time": [10, 40], "survival": [0.9, 0.9]})
    table = pd.DataFrame({"time": [0, 20], "n_risk": [20, 15]})
    rebuilt = reconstruct_curve(points, table)
    censored = rebuilt.data.query("not event")["time"]
    assert censored[censored < 20].tolist() == [5.0, 10.0, 15.0]
    assert rebuilt.risk_table()["n_risk"].tolist() == [20, 15]


@pytest.mark.unit
def test_all_events_decide_the_censorings_after_the_risk_table():
    points = pd.DataFrame({"time": range(1, 41), "survival": 0.99 ** np.arange(1, 41)})
    table = pd.DataFrame({"time": [0], "n_risk": [200]})
    free = reconstruct_curve(points, table).glance()
    assert free["n_event"].item() == 66  # 200 (1 - 0.99^40), nobody censored before the end
    stated = reconstruct_curve(points, table, n_events=55).glance()
    assert (stated["n_event"].item(), stated["n"].item()) == (55, 200)


@pytest.mark.truth
def test_lung_at_a_grid_of_ten_days(lung):
    rebuilt = reconstruct_curve(*read_off(lung), name="lung")
    assert rebuilt.curve().median()["estimate"].item() == 310  # survfit: 310
    assert rebuilt.glance()["max_difference"].item() <= 0.01
    assert rebuilt.glance()["max_n_risk_difference"].item() == 0
    assert len(rebuilt.data) == 228


@pytest.mark.truth
def test_logrank_by_sex_from_two_read_curves(lung):
    read = {sex: reconstruct_curve(*read_off(rows)) for sex, rows in lung.groupby("sex")}
    both = pd.concat([rebuilt.data.assign(sex=sex) for sex, rebuilt in read.items()])
    found = logrank(both, "time", "event", "sex").tidy()["statistic"].item()
    assert found == pytest.approx(10.3267419549, rel=0.05)  # survdiff(Surv(time, status) ~ sex)
    assert all(each.glance()["max_difference"].item() <= 0.01 for each in read.values())
    assert read[1].curve().median()["estimate"].item() == 270  # survfit: 270


@pytest.mark.truth
def test_reading_every_second_day_gives_the_medians_of_both_sexes(lung):
    medians = {
        sex: reconstruct_curve(*read_off(rows, step=2)).curve().median()["estimate"].item()
        for sex, rows in lung.groupby("sex")
    }
    assert medians == {1: 270, 2: 426}  # survfit: 270 and 426


@pytest.mark.reference
def test_worked_example_of_guyot():
    points = pd.read_csv(REFERENCE / "bonner_coordinates.csv")
    tables = pd.read_csv(REFERENCE / "bonner_risk_table.csv")
    rebuilt = {
        arm: reconstruct_curve(read, tables[tables["arm"].eq(arm)], allowed_rise=0.045)
        for arm, read in points.groupby("arm")
    }
    rows = pd.concat([each.data.assign(arm=arm) for arm, each in rebuilt.items()])
    ratio = cox("arm", rows, time="time", event="event").tidy(exponentiate=True)
    assert ratio["estimate"].item() == pytest.approx(0.68, abs=0.05)
    assert ratio["conf_low"].item() == pytest.approx(0.52, abs=0.04)
    assert ratio["conf_high"].item() == pytest.approx(0.89, abs=0.04)
    cetuximab, alone = rebuilt["radiotherapy and cetuximab"], rebuilt["radiotherapy"]
    assert cetuximab.curve().median()["estimate"].item() == pytest.approx(24.4, abs=1)
    assert cetuximab.risk_table()["n_risk"].tolist() == [213, 122, 80, 51, 30, 10]
    assert any("2 numbers at risk could not be met" in note for note in alone.notes())


@pytest.mark.identity
@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(30, 150), st.floats(0.2, 3.0))
def test_any_read_curve_comes_back(seed, n, share):
    rng = np.random.default_rng(seed)
    event, lost = rng.exponential(60, n), rng.exponential(60 / share, n)
    rows = pd.DataFrame({"time": np.ceil(np.minimum(event, lost)), "event": event <= lost})
    points, table = read_off(rows, step=1, table=14)
    rebuilt = reconstruct_curve(points, table)
    assert len(rebuilt.data) == n
    assert rebuilt.tidy()["time"].iloc[-1] == rebuilt.data["time"].max()
    well = points["time"].le(np.quantile(rows["time"], 0.8))
    apart = rebuilt.tidy().loc[well.to_numpy(), "difference"].abs().max()
    assert apart <= 1.0 / rows["time"].ge(points["time"][well].iloc[-1]).sum()
    ends = rebuilt.risk_table()
    counted = ends["n_risk"].iloc[0] - ends[["n_event", "n_censored"]].to_numpy().sum()
    assert counted == 0


@pytest.mark.identity
def test_order_of_points_and_unit_of_time_do_not_matter():
    shuffled = reconstruct_curve(POINTS.sample(frac=1, random_state=1), TABLE)
    weeks = reconstruct_curve(
        POINTS.assign(time=POINTS["time"] / 7), TABLE.assign(time=TABLE["time"] / 7)
    )
    plain = reconstruct_curve(POINTS, TABLE)
    pd.testing.assert_frame_equal(shuffled.data, plain.data)
    np.testing.assert_allclose(weeks.data["time"] * 7, plain.data["time"])


@pytest.mark.unit
def test_tremor_is_levelled_only_when_it_is_allowed():
    shaky = POINTS.assign(survival=[0.9, 0.8, 0.81, 0.5])
    with pytest.raises(DataError, match=r"1 of the 5 coordinates lie above .* never rises"):
        reconstruct_curve(shaky, TABLE)
    rebuilt = reconstruct_curve(shaky, TABLE, allowed_rise=0.02)
    assert rebuilt.tidy()["published"].tolist() == pytest.approx([1, 0.9, 0.805, 0.805, 0.5])
    assert rebuilt.glance()["n_levelled"].item() == 2
    assert "2 points levelled, as allowed." in rebuilt.summary()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("points", "table", "said"),
    [
        (POINTS.assign(survival=1 - POINTS["survival"]), TABLE, "never rises"),
        (POINTS.assign(survival=100 * POINTS["survival"]), TABLE, "Divide percentages by 100"),
        (POINTS.assign(survival=[0.9, None, 0.6, 0.5]), TABLE, "1 row that are missing"),
        (POINTS.iloc[:0], TABLE, "at least two coordinates"),
        (POINTS, TABLE.assign(time=[5, 10, 20]), "must start at 0"),
        (POINTS, TABLE.assign(time=[0, 10, 10]), "must start at 0"),
        (POINTS, TABLE.assign(n_risk=[20, 18.5, 14]), "whole"),
        (POINTS, TABLE.assign(n_risk=[0, 0, 0]), "at least 1"),
        (POINTS, TABLE.assign(n_risk=[20, 21, 14]), "delayed entry"),
        (POINTS, TABLE.assign(time=[0, 10, 40]), "after the last coordinate"),
    ],
)
def test_what_no_curve_can_be_is_refused(points, table, said):
    with pytest.raises(DataError, match=said):
        reconstruct_curve(points, table)


@pytest.mark.unit
def test_wrong_columns_and_numbers_are_refused():
    with pytest.raises(ColumnError, match="survival= names 'share'"):
        reconstruct_curve(POINTS, TABLE, survival="share")
    with pytest.raises(ColumnError, match="'n_risk' of the risk table is not numeric"):
        reconstruct_curve(POINTS, TABLE.assign(n_risk=["a", "b", "c"]))
    with pytest.raises(DataError, match="n_events is a whole number"):
        reconstruct_curve(POINTS, TABLE, n_events=21)
    with pytest.raises(DataError, match="allowed_rise"):
        reconstruct_curve(POINTS, TABLE, allowed_rise=-0.1)


@pytest.mark.unit
def test_nobody_at_risk_after_the_last_point_is_no_fault():
    table = pd.DataFrame({"time": [0.0, 10, 20, 40], "n_risk": [20, 18, 14, 0]})
    assert reconstruct_curve(POINTS, table).risk_table()["time"].tolist() == [0, 10, 20]


@pytest.mark.unit
def test_what_a_reader_must_know_is_said():
    alone = reconstruct_curve(POINTS, TABLE.iloc[:1], n_events=20, name="a paper")
    text = alone.summary()
    assert text.startswith("a paper\n")
    assert "the rows are no patients" in text
    assert "Without a risk table" in text
    assert "The published number of events could not be met." in text
    assert "a paper. Rebuilt" in alone._repr_html_()


@pytest.mark.reference
def test_reference_file_is_complete():
    assert set(json.loads((REFERENCE / "one_sample.json").read_text(encoding="utf-8"))) == {
        "n", "observed", "expected", "statistic", "software",
    }  # fmt: skip
