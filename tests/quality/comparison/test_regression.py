"""Shares under regression to the mean, against simulated patients who do not change."""

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.outcomes import BaselineRule, definition, regression_to_the_mean
from analysis.quality.comparison.regression import expected_share

N = 200_000


def drawn(reliability, mean, spread, k=1):
    """Baselines (means of k whole scores) and a later score of patients who stay as they are."""
    rng = np.random.default_rng(8)
    true = rng.normal(mean, spread * np.sqrt(reliability), N)
    noise = spread * np.sqrt(1 - reliability)
    scores = [np.round(true + rng.normal(0, noise, N)) for _ in range(k + 1)]
    return np.mean(scores[:k], axis=0), scores[k]


@pytest.mark.truth
@pytest.mark.parametrize(("k", "entry"), [(1, 14.0), (1, None), (3, 14.0)])
def test_shares_of_patients_who_do_not_change(k, entry):
    rule = BaselineRule(method="mean", k=k)
    chosen = regression_to_the_mean(
        rule, reliability=0.6, mean=14, standard_deviation=6, entry=entry
    )
    baseline, later = drawn(0.6, 14, 6, k)
    enters = baseline >= (-99 if entry is None else entry)
    met = {
        "response": later <= baseline / 2,
        "remission": later <= 4,
        "deterioration": later > baseline,
    }
    for name, shares in met.items():
        expected = expected_share(chosen, definition(name, "PHQ-9"))
        share = shares[enters].mean()
        error = np.sqrt(share * (1 - share) / enters.sum())
        # a mean of several whole scores is rounded less evenly than the model has it
        assert expected == pytest.approx(share, abs=4 * error + (0.002 if k > 1 else 0))


@pytest.mark.truth
def test_a_scale_on_which_higher_is_better():
    chosen = regression_to_the_mean(
        reliability=0.8, mean=40, standard_deviation=15, entry=50, direction="higher is better"
    )
    baseline, later = drawn(0.8, 40, 15)
    worse = (later < baseline)[baseline <= 50]
    expected = expected_share(chosen, definition("deterioration", "WHO-5"))
    assert expected == pytest.approx(worse.mean(), abs=0.004)


@pytest.mark.unit
def test_what_the_model_does_not_know_is_refused():
    worst = regression_to_the_mean(
        BaselineRule(method="worst", k=2), reliability=0.8, mean=16, standard_deviation=5
    )
    with pytest.raises(DataError, match="worst of several"):
        expected_share(worst, definition("response", "PHQ-9"))
    last = regression_to_the_mean(reliability=0.8, mean=16, standard_deviation=5)
    with pytest.raises(DataError, match="one of the kinds"):
        expected_share(last, definition("mcid_phq9_5", "PHQ-9"))
