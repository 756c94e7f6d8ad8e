"""Regression of recurrent events: references, clocks and refusals."""

import json

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError, ModelError
from analysis.survival import cox, recurrent_events
from tests.survival.reference import REFERENCE

EXPECTED = json.loads((REFERENCE / "expected_cox.json").read_text(encoding="utf-8"))
EPISODES = pd.read_csv(REFERENCE / "recurrent.csv")


@pytest.mark.reference
@pytest.mark.parametrize(
    ("key", "options"),
    [
        ("andersen_gill", {}),
        ("andersen_gill_breslow", {"ties": "breslow"}),
        ("pwp_total", {"model": "pwp-total", "pool_from": 4}),
        ("pwp_gap", {"model": "pwp-gap", "pool_from": 4}),
    ],
)
def test_numbers_are_those_of_r(key, options):
    fit = recurrent_events("maintenance", EPISODES, subject="patient", **options)
    row, expected = fit.tidy().iloc[0], EXPECTED[key]
    assert row["estimate"] == pytest.approx(expected["estimate"], rel=1e-9)
    assert row["std_error"] == pytest.approx(expected["std_error"], rel=1e-9)
    glance = fit.glance().iloc[0]
    assert glance["log_likelihood"] == pytest.approx(expected["log_likelihood"][1], rel=1e-12)
    assert (glance["vcov"], glance["n_clusters"]) == ("robust by patient", 150)


@pytest.mark.identity
@pytest.mark.parametrize("model", ["andersen-gill", "pwp-total", "pwp-gap"])
def test_order_and_index_do_not_matter(model):
    options = {"subject": "patient", "model": model}
    shuffled = EPISODES.sample(frac=1, random_state=4)
    pd.testing.assert_frame_equal(
        recurrent_events("maintenance", EPISODES, **options).tidy(),
        recurrent_events("maintenance", shuffled, **options).tidy(),
        rtol=1e-10,
    )


@pytest.mark.identity
@pytest.mark.parametrize("model", ["andersen-gill", "pwp-total", "pwp-gap"])
def test_rows_split_between_events_are_the_same_patients(model):
    middle = (EPISODES["start"] + EPISODES["stop"]) / 2
    split = pd.concat([
        EPISODES.assign(stop=middle, event=0), EPISODES.assign(start=middle)
    ])  # fmt: skip
    options = {"subject": "patient", "model": model, "pool_from": None}
    pd.testing.assert_frame_equal(
        recurrent_events("maintenance", EPISODES, **options).tidy(),
        recurrent_events("maintenance", split, **options).tidy(),
        rtol=1e-9,
    )


@pytest.mark.identity
def test_first_events_alone_are_a_cox_regression():
    first = EPISODES.loc[EPISODES["episode"] == 1]
    plain = cox("maintenance", first, time="stop", cluster="patient").tidy()
    for model in ("andersen-gill", "pwp-total", "pwp-gap"):
        found = recurrent_events("maintenance", first, subject="patient", model=model).tidy()
        pd.testing.assert_frame_equal(found, plain, rtol=1e-10)


@pytest.mark.unit
def test_event_numbers_are_strata():
    fit = recurrent_events("maintenance", EPISODES, subject="patient", model="pwp-gap", pool_from=3)
    base = fit.baseline()
    assert base["event_number"].unique().tolist() == [1.0, 2.0, 3.0]
    gaps = EPISODES["stop"] - EPISODES["start"]
    first = EPISODES["episode"] == 1
    assert base["n_risk"].iloc[0] == (first & (gaps >= base["time"].iloc[0])).sum()


@pytest.mark.unit
def test_rows_without_a_subject_are_dropped_and_counted():
    data = EPISODES.assign(patient=EPISODES["patient"].where(EPISODES["patient"] > 3))
    fit = recurrent_events("maintenance", data, subject="patient", model="pwp-gap", pool_from=4)
    dropped = int((EPISODES["patient"] <= 3).sum())
    assert fit.glance()["n_dropped"].tolist() == [dropped]
    kept = EPISODES.loc[EPISODES["patient"] > 3]
    alone = recurrent_events("maintenance", kept, subject="patient", model="pwp-gap", pool_from=4)
    pd.testing.assert_frame_equal(fit.tidy(), alone.tidy(), rtol=1e-11)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        ({}, {"model": "wlw"}, ModelError, "allowed are andersen-gill, pwp-total, pwp-gap"),
        ({}, {"pool_from": 3}, ModelError, "number of an event"),
        ({"event_number": 1}, {"model": "pwp-gap"}, ColumnError, "already have 'event_number'"),
        ({"start": 0.0}, {"model": "pwp-gap"}, DataError, "overlap in time"),
        ({"start": 0.0}, {}, DataError, "overlap in time"),
        ({"stop": 0.0}, {}, DataError, "never at risk"),
    ],
)
def test_what_cannot_be_used_is_refused(change, options, error, message):
    with pytest.raises(error, match=message):
        recurrent_events("maintenance", EPISODES.assign(**change), subject="patient", **options)


@pytest.mark.truth
def test_robust_intervals_cover_the_true_rate_ratio_under_heterogeneity():
    rng = np.random.default_rng(9)
    hits, naive = [], []
    for _ in range(200):
        arm, frailty = np.repeat([0, 1], 60), rng.gamma(1.0, 1.0, 120)
        rows = []
        for i in range(120):
            gaps = rng.exponential(30 / frailty[i] / np.exp(-0.5 * arm[i]), 200)
            stops = np.cumsum(gaps)
            stops = np.append(stops[stops < 180], 180.0)
            starts = np.append(0.0, stops[:-1])
            rows.append(
                pd.DataFrame({"subject": i, "arm": arm[i], "start": starts, "stop": stops,
                              "event": np.arange(stops.size) < stops.size - 1})
            )  # fmt: skip
        data = pd.concat(rows)
        row = recurrent_events("arm", data).tidy().iloc[0]
        hits.append(row["conf_low"] < -0.5 < row["conf_high"])
        row = cox("arm", data, time="stop", entry="start").tidy().iloc[0]
        naive.append(row["conf_low"] < -0.5 < row["conf_high"])
    # 3.5 Monte-Carlo standard errors of 200 intervals at 95 % are 0.054
    assert np.mean(hits) == pytest.approx(0.95, abs=0.054)
    assert np.mean(naive) < 0.75
