"""Layout of rows by stratum and time."""

import numpy as np
import pytest

from analysis.survival.regression.risk_sets import lay_out


def small(ties="efron", entry=None):
    return lay_out(
        np.array([5.0, 2.0, 5.0, 1.0, 4.0, 3.0, 9.0]),
        np.array([True, False, True, False, True, True, False]),
        entry=np.full(7, -np.inf) if entry is None else entry,
        weight=np.array([1.0, 1.0, 3.0, 1.0, 1.0, 2.0, 1.0]),
        stratum=np.array([0, 0, 0, 0, 1, 0, 1]),
        ties=ties,
    )


@pytest.mark.unit
def test_event_times_of_strata_follow_each_other():
    sets = small()
    assert sets.time.tolist() == [3.0, 5.0, 4.0]
    assert sets.starts.tolist() == [0, 2, 3]
    assert sets.stratum.tolist() == [0, 1]
    assert sets.event_at.tolist() == [0, 1, 1, 2]
    assert sets.fraction.tolist() == [0.0, 0.0, 0.5, 0.0]
    assert sets.share.tolist() == [2.0, 2.0, 2.0, 1.0]
    assert small("breslow").fraction.tolist() == [0.0] * 4


@pytest.mark.unit
def test_rows_that_are_never_at_risk_at_an_event_are_left_out():
    assert sorted(small().order.tolist()) == [0, 2, 4, 5, 6]


@pytest.mark.unit
def test_sums_over_those_at_risk():
    sets = small()
    assert sets.sum_at_risk(sets.weight).tolist() == [6.0, 4.0, 2.0]
    assert sets.sum_events(sets.weight[sets.event_row]).tolist() == [2.0, 4.0, 1.0]
    at_risk = dict(
        zip(sets.order.tolist(), sets.sum_while_at_risk(np.array([1.0, 10.0, 100.0])), strict=True)
    )
    assert at_risk == {5: 1.0, 0: 11.0, 2: 11.0, 4: 100.0, 6: 100.0}
    assert not sets.is_delayed


@pytest.mark.unit
def test_entry_at_an_event_time_is_after_it():
    sets = small(entry=np.array([3.0, -np.inf, -np.inf, -np.inf, -np.inf, -np.inf, 3.9]))
    assert sets.is_delayed
    assert sets.sum_at_risk(sets.weight).tolist() == [5.0, 4.0, 2.0]
    at_risk = dict(
        zip(sets.order.tolist(), sets.sum_while_at_risk(np.array([1.0, 10.0, 100.0])), strict=True)
    )
    assert at_risk == {5: 1.0, 0: 10.0, 2: 11.0, 4: 100.0, 6: 100.0}


@pytest.mark.identity
def test_sums_are_those_of_each_event_time():
    draw = np.random.default_rng(2)
    n = 300
    time = draw.integers(1, 30, n).astype(float)
    entry = np.where(draw.random(n) < 0.5, time - draw.integers(1, 15, n), -np.inf)
    stratum, values = draw.integers(0, 4, n), draw.normal(size=n)
    sets = lay_out(
        time, draw.random(n) < 0.5, entry=entry, weight=np.ones(n), stratum=stratum, ties="efron"
    )
    found = sets.sum_at_risk(values[sets.order])
    for k, t in enumerate(sets.time):
        mine = stratum == sets.stratum[np.searchsorted(sets.starts, k, side="right") - 1]
        at_risk = mine & (entry < t) & (time >= t)
        assert found[k] == pytest.approx(values[at_risk].sum(), abs=1e-12)
