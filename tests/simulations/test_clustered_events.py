"""What the study of clustered events says, and that its trials still run."""

from __future__ import annotations

import pandas as pd
import pytest

from simulations.clustered_events import METHODS, SCENARIOS, Scenario, run_scenario
from simulations.committed import RESULTS

pytestmark = pytest.mark.truth

TABLE = pd.read_csv(RESULTS / "clustered_events.csv")
CLUSTERED = TABLE[TABLE["method"].isin(["rate, clustered", "share, clustered"])]


def of(method):
    return TABLE[TABLE["method"].eq(method)]


def test_every_scenario_is_there_with_all_its_trials():
    assert len(TABLE) == len(SCENARIOS) * len(METHODS)
    assert set(TABLE["trials"]) == {4000}
    assert set(TABLE["seed"]) == {47}


def test_clustered_intervals_cover():
    enough = CLUSTERED[CLUSTERED["patients"].ge(60)]
    assert enough["coverage"].min() > 0.93
    assert CLUSTERED["coverage"].min() > 0.90
    few_events = CLUSTERED[CLUSTERED["rate_per_100"].eq(1.0)]
    assert few_events["coverage"].min() > 0.95


def test_others_do_not():
    assert of("rate, log and sandwich")["coverage"].min() < 0.75
    independent = of("rate, independent sessions")
    alike = independent["frailty"].eq(0.0)
    assert independent.loc[alike, "coverage"].min() > 0.94
    assert independent.loc[~alike, "coverage"].min() < 0.6


def test_trials_run():
    found = run_scenario(Scenario(patients=20, rate=0.05, frailty=1.0), 20, 5, 0)
    assert found["method"].tolist() == list(METHODS)
    assert found["coverage"].between(0, 1).all()
    again = run_scenario(Scenario(patients=20, rate=0.05, frailty=1.0), 20, 5, 0)
    pd.testing.assert_frame_equal(found, again)
