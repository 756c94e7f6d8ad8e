"""What the attack on curves says, and that the attacker can win where he should."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simulations.attacked_curves import (
    SIZES,
    TABLE,
    Told,
    attack_changes,
    attack_lost,
    followed,
    patients,
)
from simulations.committed import RESULTS


@pytest.mark.truth
def test_exact_curves_tell_small_counts_and_released_ones_none() -> None:
    table = pd.read_csv(RESULTS / TABLE).set_index(["curves", "n"])
    before, now = table.loc["before"], table.loc["now"]
    assert list(before.index) == list(now.index) == list(SIZES)
    assert (before["pinned_down"] >= 70).all()
    assert (now["small"] >= 40).all()
    assert (now["of_ledger"] >= 600).all()
    assert (now[["pinned_down", "pinned_of_ledger"]] == 0).to_numpy().all()


@pytest.mark.truth
def test_first_releases_keep_their_steps() -> None:
    table = pd.read_csv(RESULTS / TABLE).set_index(["n", "curves"])["steps_first"].unstack()
    assert (table["now"] >= 0.8 * table["before"]).all()
    assert (table["now"] == table["before"])[[100, 300]].all()


def told(n: int, events: int, lost: int, **precision: float) -> Told:
    """Two steps of n patients, of whom as many have the event at each; some leave at the first."""
    numbers = [events, lost, events, n - 2 * events - lost]
    days = np.repeat([10.0, 10.0, 30.0, 90.0], numbers)
    rows = pd.DataFrame({"time": days, "event": np.repeat([True, False, True, False], numbers)})
    at_risk = n - events - lost
    p = np.array([1 - events / n, (1 - events / n) * (1 - events / at_risk)])
    sums = np.cumsum([events / n / (n - events), events / at_risk / (at_risk - events)])
    low = p ** np.exp(1.959963984540054 * np.sqrt(sums) / -np.log(p))
    steps = pd.DataFrame({"time": [10.0, 30.0], "estimate": p, "conf_low": low})
    risk = pd.DataFrame({"time": [0.0], "n_risk": [f"{n:,d}"]})
    return Told(steps=steps, risk=risk, rows=rows, **precision)


@pytest.mark.unit
def test_exact_limits_tell_who_was_lost_and_who_came() -> None:
    one, other = told(100, 20, 4), told(104, 22, 4)
    np.testing.assert_allclose(one.at_least(), [100, 76])
    np.testing.assert_allclose(one.events()[0], [20, 40])
    assert attack_lost(one) == (1, 1)
    assert attack_changes(one, other) == (2, 2)


@pytest.mark.unit
def test_coarse_limits_leave_the_lost_in_doubt() -> None:
    one = told(100, 20, 4, step=0.01, width=11.0)
    assert one.at_least()[1] < 76 - 7
    assert attack_lost(one) == (1, 0)


@pytest.mark.unit
def test_patients_come_each_month_and_stay_the_same() -> None:
    people = patients(120, seed=1)
    first, second = followed(people, 12), followed(people, 13)
    assert 90 <= len(first) < len(second) <= 150
    same = first.merge(second, on="unit")
    assert (same["time_x"] <= same["time_y"]).all()
    assert same.loc[same["event_x"], "event_y"].all()
