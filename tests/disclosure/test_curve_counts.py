"""Curves beside their numbers at risk, other tables and earlier releases."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from analysis.disclosure import (
    INTERNAL,
    HiddenCells,
    Ledger,
    Members,
    cut_curve,
    cut_interval_curve,
    recording,
    release,
    suppress_cells,
    suppress_curve,
)
from analysis.figures import plot_survival
from analysis.survival import cumulative_incidence, kaplan_meier

pytestmark = pytest.mark.unit

DAYS = [0, 28, 56]


def people(events: dict[int, int], others: dict[int, int], mark: str = "p") -> pd.DataFrame:
    """Patients with the event, and without it, by their last day."""
    days = [*np.repeat(list(events), list(events.values()))]
    days += [*np.repeat(list(others), list(others.values()))]
    event = np.arange(len(days)) < sum(events.values())
    unit = [f"{mark}{k}" for k in range(len(days))]
    return pd.DataFrame({"unit": unit, "entry": 0.0, "time": days, "event": event})


def shown(
    rows: pd.DataFrame, ledger: Ledger | None = None, month: str = "1", *, ticks: list[int] = DAYS
) -> tuple[pd.DataFrame, list[str]]:
    """Release the curve of some patients."""
    curve = kaplan_meier(rows[["time", "event"]])
    records = ledger.records if ledger else []
    with recording(Ledger(release=month, records=records)):
        steps, risk = suppress_curve(curve.curve(), curve.risk_table(ticks), followed=rows)
    return steps, risk["n_risk"].tolist()


FIRST = people({10: 20, 30: 20, 50: 20}, {40: 15, 90: 45})  # 120 patients


def test_a_first_release_shows_what_tells_no_small_count() -> None:
    steps, at_risk = shown(FIRST)
    assert steps["time"].tolist() == [10, 30, 50]
    assert at_risk == ["120", "100", "45"]
    assert steps["estimate"].tolist() == [0.83, 0.67, 0.46]  # 5/6, 4/6, and 4/6 of 45/65


def test_few_who_left_are_not_told_by_steps_and_numbers_at_risk() -> None:
    few = people({10: 20, 30: 20, 50: 20}, {40: 3, 90: 57})  # at 56: 120 - 60 - 3
    steps, at_risk = shown(few)
    assert steps["time"].tolist() == [10, 30, 50]
    assert at_risk == ["120", "100", "—"]


def test_a_step_after_which_few_are_left_is_not_shown() -> None:
    steps, _ = shown(people({10: 20, 30: 25}, {90: 5}))
    assert steps["time"].tolist() == [10]


def test_a_later_release_with_few_new_patients_shows_no_curve() -> None:
    ledger = Ledger(release="1")
    curve = kaplan_meier(FIRST[["time", "event"]])
    with recording(ledger):
        suppress_curve(curve.curve(), curve.risk_table(DAYS), followed=FIRST)
    more = pd.concat([FIRST, people({10: 2}, {90: 2}, "new")], ignore_index=True)
    steps, at_risk = shown(more, ledger, "2")
    assert steps.empty
    assert at_risk[0] == "—"
    again, at_risk = shown(FIRST, ledger, "2")  # nobody new: nothing to protect
    assert again["time"].tolist() == [10, 30, 50]
    assert at_risk == ["120", "100", "45"]


def test_later_steps_are_where_the_first_release_had_them() -> None:
    ledger = Ledger(release="1")
    with recording(ledger):
        curve = kaplan_meier(FIRST[["time", "event"]])
        suppress_curve(curve.curve(), followed=FIRST)
    new = people({9: 15, 30: 15, 45: 15, 70: 15}, {90: 30}, "new")
    more = pd.concat([FIRST, new], ignore_index=True)
    assert cut_curve(kaplan_meier(more[["time", "event"]]).curve())["time"].tolist() == [
        9, 10, 30, 45, 50, 70
    ]  # fmt: skip
    steps, _ = shown(more, ledger, "2", ticks=[0])
    assert steps["time"].tolist() == [10, 30, 50, 70]


def test_a_step_whose_events_grew_by_few_is_left_out() -> None:
    ledger = Ledger(release="1")
    with recording(ledger):
        curve = kaplan_meier(FIRST[["time", "event"]])
        suppress_curve(curve.curve(), followed=FIRST)
    more = pd.concat([FIRST, people({10: 4, 30: 20}, {90: 30}, "new")], ignore_index=True)
    steps, _ = shown(more, ledger, "2", ticks=[0])
    assert steps["time"].tolist() == [30, 50]


def test_a_table_of_the_same_patients_does_not_tell_what_the_curve_hides() -> None:
    def told(table_first: bool) -> tuple[HiddenCells, pd.DataFrame]:
        rows = people({10: 20, 30: 20}, {90: 60})
        curve = kaplan_meier(rows[["time", "event"]]).curve()
        everybody = pd.concat([rows, people({}, {90: 4}, "x")], ignore_index=True)
        sets = {"all": np.ones(len(everybody), dtype=bool)}
        who = Members(everybody["unit"], sets)
        with recording(Ledger(release="1")):
            if table_first:
                table = suppress_cells({"all": 104}, about="patients", members=who)
            steps, _ = suppress_curve(curve, followed=rows)
            if not table_first:
                table = suppress_cells({"all": 104}, about="patients", members=who)
        return table, steps

    table, steps = told(table_first=True)
    assert table.text == {"all": "104"}
    assert steps.empty  # its start is 4 fewer
    table, steps = told(table_first=False)
    assert table.text == {"all": "—"}
    assert steps["time"].tolist() == [10, 30]


def greenwood(low: float, estimate: float) -> float:
    """Compute the effective number of patients from a log-log limit."""
    log = -np.log(estimate)
    variance = (np.log(-np.log(low) / log) * log / norm.ppf(0.975)) ** 2
    return float((1 - estimate) / (estimate * variance))


@pytest.mark.parametrize(("effective", "told"), [(60, 49), (49.1, 49), (48, 37), (25, 25)])
def test_limits_tell_the_effective_number_in_steps_of_twelve(effective: float, told: float) -> None:
    step = pd.DataFrame({"time": [7], "n_risk": [60], "n_event": [30], "n_censored": [0]})
    steps = pd.concat([step, step.assign(time=9, n_risk=30, n_event=0)], ignore_index=True)
    exact = steps.assign(
        estimate=0.5, std_error=np.sqrt(0.25 / effective), conf_low=0.4, conf_high=0.6
    )
    found = cut_curve(exact).iloc[0]
    assert greenwood(found["conf_low"], found["estimate"]) == pytest.approx(told)
    assert greenwood(found["conf_high"], found["estimate"]) == pytest.approx(told)


@pytest.mark.parametrize("conf_type", ["log-log", "log", "plain"])
def test_limits_are_those_of_their_scale_and_no_narrower(conf_type: str) -> None:
    rows = people({10: 100, 30: 100, 50: 100}, {90: 700})
    curve = kaplan_meier(rows[["time", "event"]], conf_type=conf_type)
    exact = curve.curve(0.9).query("n_event > 0").reset_index(drop=True)
    found = cut_curve(curve.curve(0.9))
    assert found["estimate"].tolist() == [0.9, 0.8, 0.7]
    assert (found["conf_low"] <= exact["conf_low"]).all()
    assert (found["conf_high"] >= exact["conf_high"]).all()
    np.testing.assert_allclose(found["conf_low"], exact["conf_low"], atol=2e-4)  # of 989 for 1,000
    np.testing.assert_allclose(found["conf_high"], exact["conf_high"], atol=2e-4)


def test_the_same_curve_at_the_door_and_in_a_picture_tells_the_same() -> None:
    curve = kaplan_meier(FIRST[["time", "event"]])
    with recording(Ledger(release="1")) as ledger:
        steps = release(curve).frame
        _, drawn = plot_survival(curve, times=[10, 30, 50])
    assert drawn["estimate"].tolist() == steps["estimate"].tolist()
    assert {record.about for record in ledger.records} == {"steps of a curve by nothing"}


def test_causes_share_their_numbers_at_risk() -> None:
    rows = people({10: 20, 30: 20, 50: 20}, {90: 60})
    cause = np.where(~rows["event"], "none", np.where(rows["time"] == 30, "left", "relapse"))
    incidence = cumulative_incidence(rows.assign(event=cause)[["time", "event"]], censored="none")
    risk = incidence.risk_table(DAYS)
    steps, at_risk = suppress_curve(incidence.curve(), risk.drop(columns="event"), by="event")
    assert steps[["event", "time"]].to_numpy().tolist() == [
        ["left", 30.0], ["relapse", 10.0], ["relapse", 50.0]
    ]  # fmt: skip
    assert at_risk["n_risk"].tolist() == ["120", "100", "60"]


def test_intervals_are_held_to_the_ledger() -> None:
    steps = pd.DataFrame({
        "lower": [0.0, 14], "upper": [7.0, 21], "mass": [0.2, 0.3], "n_risk": [100, 80],
        "n_event": [20, 30], "estimate": [0.8, 0.5],
    })  # fmt: skip
    ledger = Ledger(release="1")
    with recording(ledger):
        assert cut_interval_curve(steps)["estimate"].tolist() == [0.8, 0.5]
    with recording(Ledger(release="2", records=ledger.records)):
        few = steps.assign(n_risk=[130, 107], n_event=[23, 40])
        assert cut_interval_curve(few)["lower"].tolist() == [0]  # joined: 3 new by the first
        assert cut_interval_curve(few)["upper"].tolist() == [21]


def test_late_entries_and_the_inside() -> None:
    late = pd.DataFrame({"time": [5, 9], "n_risk": [30, 45], "n_event": [12, 14]})
    assert cut_curve(late)["time"].tolist() == [5, 9]
    curve = kaplan_meier(FIRST[["time", "event"]])
    steps, risk = suppress_curve(curve.curve(), curve.risk_table(DAYS), policy=INTERNAL)
    assert len(steps) == 5
    assert risk["n_risk"].tolist() == ["120", "100", "45"]
