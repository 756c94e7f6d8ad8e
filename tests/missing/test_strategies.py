"""Designs that strategies imply, by hand, and who is affected from when on."""

import numpy as np
import pandas as pd
import pytest

from analysis.missing.schedule import arrange
from analysis.missing.strategies import STRATEGIES, Plan, make_plan, strategy_designs

N_VISITS = 4
OWN_MEANS, REFERENCE_MEANS = np.array([1.0, 2.0, 4.0, 8.0]), np.array([10.0, 30.0, 60.0, 100.0])
BY_HAND = {  # one patient whose first affected visit is the third
    "MAR": [1.0, 2.0, 4.0, 8.0],
    "JR": [1.0, 2.0, 60.0, 100.0],
    "CR": [10.0, 30.0, 60.0, 100.0],
    "CIR": [1.0, 2.0, 2.0 + 30.0, 2.0 + 70.0],
    "LMCF": [1.0, 2.0, 2.0, 2.0],
}
AT_ONCE = {"MAR": OWN_MEANS, "JR": REFERENCE_MEANS, "CR": REFERENCE_MEANS, "CIR": REFERENCE_MEANS}


def means_of(strategy, first):
    """Use a design of one column, whose coefficient of 1 gives the means themselves."""
    known = np.arange(N_VISITS)[None] < first
    plan = Plan(first=np.array([first]), strategy=np.array([STRATEGIES.index(strategy)]),
                known=known, modelled=known)  # fmt: skip
    own, reference = (m.reshape(1, N_VISITS, 1) for m in (OWN_MEANS, REFERENCE_MEANS))
    return strategy_designs(plan, own, reference)[0, :, 0]


@pytest.mark.unit
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_means_after_the_second_visit_are_those_by_hand(strategy):
    np.testing.assert_array_equal(means_of(strategy, 2), BY_HAND[strategy])


@pytest.mark.unit
@pytest.mark.parametrize("strategy", sorted(AT_ONCE))
def test_without_a_visit_before_the_event_the_reference_is_all_there_is(strategy):
    np.testing.assert_array_equal(means_of(strategy, 0), AT_ONCE[strategy])


@pytest.mark.unit
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_patients_without_an_event_keep_their_own_means(strategy):
    np.testing.assert_array_equal(means_of(strategy, N_VISITS), OWN_MEANS)


DATA = pd.DataFrame({
    "who": np.repeat(list("abcd"), 3), "when": ["v1", "v2", "v3"] * 4,
    "arm": np.repeat(["im", "iv", "im", "iv"], 3),
    "score": [1.0, 2.0, 3.0, 1.0, np.nan, 3.0, 1.0, 2.0, np.nan, np.nan, 2.0, 1.0],
})  # fmt: skip
PLACES = arrange("score ~ arm * when", DATA, subject="who", visit="when", arm="arm",
                 reference="im", visits=None, needed=())  # fmt: skip


@pytest.mark.unit
def test_the_event_comes_after_the_last_score_and_gaps_before_it_are_gaps():
    plan = make_plan(PLACES, "JR", None, "analysis")
    assert plan.first.tolist() == [3, 3, 2, 3]
    assert plan.incomplete.tolist() == [False, True, True, True]
    assert (~plan.known & ~plan.after).sum(axis=1).tolist() == [0, 1, 0, 1]
    assert plan.distance.tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, 1], [0, 0, 0]]


@pytest.mark.unit
def test_events_say_when_and_by_which_strategy():
    events = pd.DataFrame({"who": ["a", "d"], "when": ["v2", "v2"], "strategy": ["CR", None]})
    plan = make_plan(PLACES, "LMCF", events, "analysis")
    assert plan.first.tolist() == [1, 3, 2, 1]
    assert [STRATEGIES[place] for place in plan.strategy] == ["CR", "LMCF", "LMCF", "LMCF"]
    assert plan.modelled[0].tolist() == [True, False, False]
    assert plan.known[0].all()
    missing = make_plan(PLACES, "LMCF", events, "missing")
    assert missing.known[0].tolist() == [True, False, False]
