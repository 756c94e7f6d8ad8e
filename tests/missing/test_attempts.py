"""Order, counts and limits of resamples, and that batches change nothing."""

import numpy as np
import pytest

from analysis.errors import ConvergenceError, ModelError
from analysis.missing import completing, impute_and_pool
from analysis.missing.attempts import tried
from tests.missing.trials import FORMULA, ROLES, trial

_, SEEN = trial()


def failing(*numbers):
    def answered(attempts):
        for number in attempts:
            yield ModelError("no") if number in numbers else float(number)

    return answered


@pytest.mark.unit
@pytest.mark.parametrize("at_once", [1, 2, 5, 100])
def test_the_first_that_succeed_are_kept_in_order(at_once):
    found = tried(failing(1, 4), 5, at_once)
    assert found.answers == [0.0, 2.0, 3.0, 5.0, 6.0]
    assert found.attempts.tolist() == [0, 2, 3, 5, 6]
    assert found.n_failed == 2


@pytest.mark.unit
@pytest.mark.parametrize("at_once", [1, 7, 100])
def test_more_failures_than_a_tenth_end_it(at_once):
    assert tried(failing(0, 1, 2), 30, at_once).n_failed == 3
    with pytest.raises(ConvergenceError, match=r"^4 resamples of 30 could not be fitted"):
        tried(failing(0, 1, 2, 3), 30, at_once)


@pytest.mark.identity
@pytest.mark.parametrize("inference", ["jackknife", "bootstrap", "draws"])
@pytest.mark.parametrize("covariance_by", [None, "arm"])
def test_batches_of_any_size_give_the_same(monkeypatch, inference, covariance_by):
    found = []
    for size in (1, 7, 250):
        monkeypatch.setattr(completing, "_MOST_AT_ONCE", size)
        result = impute_and_pool(
            FORMULA, SEEN, **ROLES, strategy="CIR", covariates=["baseline"], at=["v2", "v3"],
            covariance_by=covariance_by, inference=inference, n_draws=16,
        )  # fmt: skip
        found.append(result.repeats)
    for other in found[:2]:
        assert other.attempts.tolist() == found[2].attempts.tolist()
        np.testing.assert_allclose(other.replicates, found[2].replicates, rtol=1e-8, atol=1e-9)


@pytest.mark.identity
def test_a_function_is_asked_about_each_data_set_in_its_turn():
    """Its answers are those of the analysis of covariance that answers all at once."""

    def difference(rows):
        last = rows[rows["visit"] == "v3"]
        means = last.groupby("arm", observed=True)["change"].mean()
        return {"iv - oral": means["iv"] - means["oral"]}

    ours, theirs = (
        impute_and_pool(FORMULA, SEEN, **ROLES, strategy="JR", **options)
        for options in ({"analysis": difference}, {"analysis": "ancova"})
    )
    np.testing.assert_allclose(
        ours.repeats.replicates[:, 0], theirs.repeats.replicates[:, 0], rtol=1e-9
    )


@pytest.mark.identity
def test_drawn_scores_are_those_that_were_pooled():
    result = impute_and_pool(FORMULA, SEEN, **ROLES, strategy="JR", inference="draws", n_draws=4)
    drawn = result.drawn(4)
    last = drawn[drawn["visit"] == "v3"]
    means = last.groupby(["draw", "arm"], observed=True)["change"].mean().unstack()
    np.testing.assert_allclose(
        means["iv"] - means["oral"], result.repeats.replicates[:, 0], rtol=1e-9
    )
