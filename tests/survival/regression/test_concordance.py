"""Concordance against R and against counting pairs one by one."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest

from analysis.survival import cox, recurrent_events
from analysis.survival.reading.events import EventTimes
from analysis.survival.regression.concordance import concordance
from tests.survival.published import PUBLISHED
from tests.survival.reference import REFERENCE

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines.datasets import load_stanford_heart_transplants

EXPECTED = json.loads((REFERENCE / "expected_cox.json").read_text(encoding="utf-8"))
RELAPSE = pd.read_csv(REFERENCE / "regression.csv").assign(
    relapse=lambda d: (d["type"] == 1).astype(int)
)
EPISODES = pd.read_csv(REFERENCE / "recurrent.csv")
ADJUSTED = "arm + age + severity"


def check(fit, key):
    row = fit.concordance().iloc[0]
    assert row["estimate"] == pytest.approx(EXPECTED[key]["concordance"], rel=1e-12)
    assert row["std_error"] == pytest.approx(EXPECTED[key]["concordance_se"], rel=1e-10)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("key", "formula", "options"),
    [
        ("plain", ADJUSTED, {}),
        ("entry_strata", ADJUSTED, {"entry": "entry", "strata": "clinic"}),
        ("factor", "arm * severity + clinic", {"entry": "entry"}),
        ("weights_cluster", ADJUSTED, {"weights": "weight", "cluster": "clinic"}),
        ("weights", ADJUSTED, {"weights": "weight", "entry": "entry"}),
    ],
)
def test_numbers_are_those_of_r(key, formula, options):
    check(cox(formula, RELAPSE, event="relapse", **options), key)


@pytest.mark.reference
def test_numbers_of_recurrent_events_are_those_of_r():
    check(recurrent_events("maintenance", EPISODES, subject="patient"), "andersen_gill")


@pytest.mark.reference
def test_error_is_by_patient_where_patients_have_several_rows():
    # R 4.2.2, survival 3.5-3: 0.0331537 with cluster = id, but 0.0330796, by row, with id = id
    formula = "age + year + surgery + transplant"
    columns = {"time": "stop", "entry": "start"}
    heart = load_stanford_heart_transplants()
    expected = PUBLISHED["heart"]
    for options, key in (({"subject": "id"}, "robust"), ({"cluster": "id"}, "robust"), ({}, "cox")):
        row = cox(formula, heart, **columns, **options).concordance().iloc[0]
        assert row["estimate"] == pytest.approx(expected[key]["concordance"], rel=1e-11)
        assert row["std_error"] == pytest.approx(expected[key]["concordance_se"], rel=1e-9)


def pairs_one_by_one(risk, times, stratum):
    agree = total = 0.0
    for i in np.flatnonzero(times.event):
        t = times.time[i]
        outlasts = (times.time > t) | ((times.time == t) & ~times.event)
        for j in np.flatnonzero(outlasts & (times.entry < t) & (stratum == stratum[i])):
            weight = times.weight[i] * times.weight[j]
            total += weight
            agree += weight * (1.0 if risk[i] > risk[j] else 0.5 if risk[i] == risk[j] else 0.0)
    return agree / total


@pytest.mark.identity
@pytest.mark.parametrize("seed", range(3))
def test_estimate_is_the_share_of_pairs(seed):
    draw = np.random.default_rng(seed)
    n = 70
    time = draw.integers(2, 15, n).astype(float)
    times = EventTimes(
        time=time,
        entry=np.where(draw.random(n) < 0.5, time - draw.integers(1, 8, n), -np.inf),
        event=draw.random(n) < 0.6,
        weight=draw.uniform(0.5, 2, n),
        codes=np.zeros(n, int),
        levels=pd.Index([""]),
        n_dropped=0,
    )
    risk, stratum = draw.integers(0, 9, n).astype(float), draw.integers(0, 2, n)
    found, _ = concordance(risk, times, stratum, None)
    assert found == pytest.approx(pairs_one_by_one(risk, times, stratum), rel=1e-12)


@pytest.mark.unit
def test_without_a_pair_there_is_no_estimate():
    times = EventTimes(
        time=np.array([3.0, 3.0]),
        entry=np.full(2, -np.inf),
        event=np.array([True, True]),
        weight=np.ones(2),
        codes=np.zeros(2, int),
        levels=pd.Index([""]),
        n_dropped=0,
    )
    found = concordance(np.array([1.0, 2.0]), times, np.zeros(2, int), None)
    assert np.isnan(found).all()
