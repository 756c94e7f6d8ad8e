"""Risk sets of a Fine-Gray model equal plain sums over weighted patients."""

import numpy as np
import pytest

from analysis.survival.competing.subdistribution import censoring_weights, risk_sets

TIME = np.array([5.0, 1.0, 2.0, 2.0, 2.0, 3.0, 4.0, 4.0, 6.0])
CAUSE = np.array([1, 2, 1, 0, 1, 0, 2, 1, 0])


def sets(**options):
    chosen = {"of_interest": 1, "events_first": False, "efron": False} | options
    return risk_sets(np.arange(9.0)[:, None], TIME, CAUSE, **chosen)


@pytest.mark.unit
def test_censoring_by_hand_under_both_conventions():
    # at 2 one of eight is censored; of six when the two events have left
    at, censored = np.unique(TIME, return_inverse=True)[1], CAUSE == 0
    together = censoring_weights(at, censored, 6, events_first=False)
    np.testing.assert_allclose(together.uncensored[:4], [1, 1, 7 / 8, 7 / 8 * 4 / 5])
    first = censoring_weights(at, censored, 6, events_first=True)
    np.testing.assert_allclose(first.uncensored[:4], [1, 1, 5 / 6, 5 / 6 * 4 / 5])
    assert together.at_risk.tolist() == first.at_risk.tolist() == [9, 8, 5, 4, 2, 1]


@pytest.mark.identity
@pytest.mark.parametrize("events_first", [False, True])
def test_totals_are_sums_over_weighted_patients(events_first):
    found = sets(events_first=events_first)
    value = found.X[:, 0] + 1.0
    times = np.unique(TIME)
    uncensored = dict(zip(times, found.censoring.uncensored, strict=True))
    expected = [
        sum(
            (patient + 1.0) * (1.0 if time >= t else uncensored[t] / uncensored[time])
            for patient, (time, cause) in enumerate(zip(TIME, CAUSE, strict=True))
            if time >= t or cause == 2
        )
        for t in (2.0, 4.0, 5.0)
    ]
    np.testing.assert_allclose(found.totals(value), expected, rtol=1e-14)
    assert found.step_count.tolist() == [2.0, 1.0, 1.0]


@pytest.mark.unit
def test_tied_events_leave_in_turn_by_efron():
    breslow, efron = sets(), sets(efron=True)
    assert efron.step_part.tolist() == [0.0, 0.5, 0.0, 0.0]
    assert efron.step_count.tolist() == [1.0] * 4
    ones = np.ones(9)
    first, second = efron.totals(ones)[:2]
    assert first == breslow.totals(ones)[0]
    assert second == first - 0.5 * 2
