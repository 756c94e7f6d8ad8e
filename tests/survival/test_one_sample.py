"""One-sample logrank test: R's numbers, arithmetic by hand, and what is refused."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from lifelines.datasets import load_lung

from analysis.errors import ColumnError, DataError, ModelError
from analysis.survival import kaplan_meier, one_sample_logrank
from tests.survival.reference import REFERENCE

KNOWN = kaplan_meier(pd.DataFrame({"time": [5, 10, 15, 20, 30], "event": [1, 1, 1, 0, 0]}))
CLINIC = pd.DataFrame({"time": [4, 12, 16, 25], "event": [1, 1, 0, 0]})


@pytest.mark.reference
def test_women_against_the_curve_of_the_men():
    expected = json.loads((REFERENCE / "one_sample.json").read_text(encoding="utf-8"))
    lung = load_lung().rename(columns={"status": "event"})
    men = kaplan_meier(lung[lung["sex"].eq(1)])
    women = lung[lung["sex"].eq(2) & lung["time"].le(800)]
    found = one_sample_logrank(women, men)
    assert found.glance()[["n", "observed"]].to_numpy().tolist() == [[88, 53]]
    assert found.glance()["expected"].item() == pytest.approx(expected["expected"], rel=1e-9)
    assert found.tidy()["statistic"].item() == pytest.approx(expected["statistic"], rel=1e-9)


@pytest.mark.unit
def test_expected_events_by_hand():
    # the curve is 0.8, 0.6 and 0.4 from days 5, 10 and 15 on
    expected = -(math.log(0.6) + 2 * math.log(0.4))
    found = one_sample_logrank(CLINIC, KNOWN)
    assert found.glance()["expected"].item() == pytest.approx(expected)
    tidy = found.tidy().iloc[0]
    assert tidy["statistic"] == pytest.approx((2 - expected) ** 2 / expected)
    assert tidy["statistic_balanced"] == pytest.approx((2 - expected) ** 2 / ((2 + expected) / 2))
    assert tidy["ratio"] == pytest.approx(2 / expected)
    # exact Poisson limits of 2 events: 0.242209 and 7.224688 (Garwood 1936)
    assert tidy["conf_low"] * expected == pytest.approx(0.242209, abs=1e-6)
    assert tidy["conf_high"] * expected == pytest.approx(7.224688, abs=1e-6)


@pytest.mark.unit
def test_delayed_entry_counts_the_hazard_from_entry_on():
    late = CLINIC.assign(entry=[0, 10, 0, 11])
    found = one_sample_logrank(late, KNOWN, entry="entry").glance()["expected"].item()
    assert found == pytest.approx(-math.log(0.4) - math.log(0.4 / 0.6))


@pytest.mark.unit
def test_until_stops_everybody():
    longer = pd.DataFrame({"time": [12, 60, 70], "event": [1, 1, 0]})
    with pytest.raises(DataError, match="2 patients followed beyond the end"):
        one_sample_logrank(longer, KNOWN)
    found = one_sample_logrank(longer, KNOWN, until=12).glance()
    assert found["observed"].item() == 1
    assert found["expected"].item() == pytest.approx(-3 * math.log(0.6))


@pytest.mark.unit
def test_a_curve_that_reaches_zero_expects_too_much():
    ended = kaplan_meier(pd.DataFrame({"time": [5, 10], "event": [1, 1]}))
    with pytest.raises(DataError, match="3 patients followed to where the curve has reached 0"):
        one_sample_logrank(CLINIC, ended)
    assert one_sample_logrank(CLINIC, ended, until=9).glance()["expected"].item() == pytest.approx(
        -3 * math.log(0.5)
    )


@pytest.mark.unit
def test_what_cannot_be_tested_is_refused():
    two = kaplan_meier(CLINIC.assign(by=["a", "a", "b", "b"]), by="by")
    with pytest.raises(ModelError, match="has 2 curves"):
        one_sample_logrank(CLINIC, two)
    with pytest.raises(ColumnError, match="is a survival curve"):
        one_sample_logrank(CLINIC, CLINIC)
    with pytest.raises(DataError, match="expects no event"):
        one_sample_logrank(CLINIC, KNOWN, until=3)
    with pytest.raises(DataError, match="until must be"):
        one_sample_logrank(CLINIC, KNOWN, until=0)


@pytest.mark.unit
def test_no_event_seen_has_a_lower_limit_of_zero():
    found = one_sample_logrank(CLINIC.assign(event=0), KNOWN).tidy().iloc[0]
    assert (found["ratio"], found["conf_low"]) == (0, 0)


@pytest.mark.truth
def test_level_under_the_known_curve():
    rng = np.random.default_rng(2026)
    known = kaplan_meier(
        pd.DataFrame({"time": -60 * np.log(np.arange(1, 4000) / 4000), "event": 1})
    )
    rejected = 0
    for _ in range(400):
        time = rng.exponential(60, 80)
        rows = pd.DataFrame({"time": np.minimum(time, 90), "event": time <= 90})
        rejected += one_sample_logrank(rows, known).tidy()["p_value_balanced"].item() < 0.05
    assert 0.028 <= rejected / 400 <= 0.072  # 0.05 and two Monte-Carlo standard errors
