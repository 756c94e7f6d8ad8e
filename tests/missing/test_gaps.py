"""Visits after a score: literal intervals, the truth of a simulated clinic, and what leaves."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.disclosure import Policy, release
from analysis.errors import DataError
from analysis.missing import visit_gap_rows, visiting
from analysis.survival import kaplan_meier
from tests.builders import scored_study
from tests.missing.studies import PLAN, network

unit = pytest.mark.unit


@unit
def test_time_is_cut_at_the_scores():
    study = scored_study(
        {"a": [(0, 20), (7, 15), (14, 12)], "b": [(-3, 18), (30, 9)], "mild": [(0, 3), (5, 2)]},
        until={"a": 20, "b": 400, "mild": 400},
    )
    rows = visit_gap_rows(study, "PHQ-9", schedule=PLAN)  # the last window closes on day 41
    columns = ["subject_id", "start", "stop", "event", "last_score"]
    assert rows[columns].to_numpy().tolist() == [
        ["a", 0.0, 7.0, True, 20.0],
        ["a", 7.0, 14.0, True, 15.0],
        ["a", 14.0, 20.0, False, 12.0],
        ["b", 0.0, 30.0, True, 18.0],
        ["b", 30.0, 41.0, False, 9.0],
    ]
    assert rows["gap"].tolist() == [7.0, 7.0, 6.0, 30.0, 11.0]
    assert rows.attrs["patient_level"]


@unit
def test_a_score_on_the_last_day_of_observation_counts():
    study = scored_study({"a": [(0, 20), (14, 12)]}, until=14)
    rows = visit_gap_rows(study, "PHQ-9", schedule=PLAN)
    assert rows[["start", "stop", "event"]].to_numpy().tolist() == [[0.0, 14.0, True]]


@unit
def test_who_stops_coming_is_not_at_risk_until_the_next_score():
    study = scored_study({"a": [(0, 20), (40, 15)], "b": [(0, 20), (10, 15)]})
    rows = visit_gap_rows(study, "PHQ-9", gone_after=21)
    own = rows[rows["subject_id"].eq("a")][["start", "stop", "event"]]
    assert own.to_numpy().tolist() == [[0.0, 21.0, False], [40.0, 61.0, False]]
    exact = visit_gap_rows(study, "PHQ-9", gone_after=10)
    assert exact[exact["subject_id"].eq("b")]["event"].tolist() == [True, False]


@pytest.mark.truth
@pytest.mark.parametrize("per_point", [0.08, 0.0])
def test_the_rate_ratio_of_the_last_score_is_recovered(per_point):
    rng = np.random.default_rng(4)
    scores = {}
    for k in range(150):
        day, last = 0, float(np.clip(np.round(rng.normal(17, 3)), 10, 27))
        own = [(0, last)]
        while True:
            rate = 0.06 * np.exp(per_point * (last - 12.0))
            day += max(int(np.ceil(rng.exponential(1.0 / rate))), 1)
            if day > 125:
                break
            last = float(np.clip(np.round(rng.normal(12, 5)), 0, 27))
            own.append((day, last))
        scores[f"s{k:03d}"] = own
    row = visiting(scored_study(scores), "PHQ-9", gone_after=125).tidy().iloc[0]
    # whole days make the ratio a little smaller
    assert abs(row["estimate"] - per_point) < 3.0 * row["std_error"] + 0.05 * per_point
    assert row["std_error"] < 0.01


@unit
def test_intervals_are_tabulated_by_severity():
    found = visiting(network(), "PHQ-9")
    frame = found.intervals.tidy()
    bands = ["minimal", "mild", "moderate", "moderately severe", "severe"]
    assert frame["last_severity"].tolist() == bands * 2
    assert frame["start"].tolist() == ["day 0 to 27"] * 5 + ["day 28 on"] * 5
    rows = visit_gap_rows(network(), "PHQ-9")
    assert frame["n_intervals"].sum() == len(rows)
    severe = rows[rows["last_score"].ge(20) & rows["start"].ge(28)]
    assert frame["n"].iloc[-1] == severe["subject_id"].nunique()
    alone = kaplan_meier(severe, "gap", "event").median()["estimate"].item()
    assert frame["median_days"].iloc[-1] == alone
    text = repr(found)
    assert "Rate of visits per point of the last score: ratio 0.976" in text
    assert "at the same day since treatment" in text


@unit
def test_further_covariates_are_in_the_model():
    found = visiting(network(), "PHQ-9", covariates="baseline + route")
    assert found.tidy()["term"].tolist()[:2] == ["last_score", "baseline"]
    assert len(found.support()) == len(found.tidy())


@unit
def test_medians_need_patients_on_both_sides():
    strict = Policy(minimum_count=60)
    found = visiting(network(), "PHQ-9", policy=strict)
    shown, true = release(found.intervals, strict).frame, found.intervals.tidy()
    few = true["n"].lt(120).to_numpy()
    assert few.any()
    assert shown.loc[few, ["median_days", "conf_low", "conf_high"]].isna().all(axis=None)
    assert shown.loc[~few, "median_days"].notna().all()


@unit
def test_what_cannot_be_asked_is_refused():
    with pytest.raises(DataError, match="gone_after= is 0"):
        visiting(network(), "PHQ-9", gone_after=0)
    with pytest.raises(DataError, match="has a score after treatment"):
        visiting(scored_study({"a": [(0, 20)]}), "PHQ-9")
