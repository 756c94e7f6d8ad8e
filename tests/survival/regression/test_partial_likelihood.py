"""The partial likelihood against its definition, event by event, in a few rows."""

import numpy as np
import pytest

from analysis.survival.regression.partial_likelihood import evaluate, score_residuals
from analysis.survival.regression.risk_sets import lay_out

rng = np.random.default_rng(8)
N, P = 60, 3
BETA = np.array([0.4, -0.7, 0.2])


def rows(seed):
    draw = np.random.default_rng(seed)
    time = draw.integers(2, 12, N).astype(float)
    entry = np.where(draw.random(N) < 0.4, time - draw.integers(1, 6, N), -np.inf)
    return {
        "time": time,
        "event": draw.random(N) < 0.6,
        "entry": entry,
        "weight": draw.uniform(0.3, 2.0, N),
        "stratum": draw.integers(0, 3, N),
        "X": draw.normal(size=(N, P)),
    }


def by_definition(data, beta, *, ties):
    """Sum the log partial likelihood over events, one by one."""
    risk = data["weight"] * np.exp(data["X"] @ beta)
    total = 0.0
    for stratum in np.unique(data["stratum"]):
        mine = data["stratum"] == stratum
        for t in np.unique(data["time"][mine & data["event"]]):
            at_risk = mine & (data["entry"] < t) & (data["time"] >= t)
            tied = mine & data["event"] & (data["time"] == t)
            m, mean = tied.sum(), data["weight"][tied].mean()
            total += (data["weight"] * (data["X"] @ beta))[tied].sum()
            for j in range(m):
                taken = j / m * risk[tied].sum() if ties == "efron" else 0.0
                total -= mean * np.log(risk[at_risk].sum() - taken)
    return total


def laid_out(data, ties):
    named = {k: data[k] for k in ("entry", "weight", "stratum")}
    sets = lay_out(data["time"], data["event"], ties=ties, **named)
    return sets, np.ascontiguousarray(data["X"][sets.order].T)


@pytest.mark.identity
@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("seed", range(4))
def test_log_likelihood_is_its_definition(seed, ties):
    data = rows(seed)
    sets, X = laid_out(data, ties)
    found = evaluate(sets, X, BETA).log_likelihood
    assert found == pytest.approx(by_definition(data, BETA, ties=ties), rel=1e-13)


@pytest.mark.identity
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_score_and_information_are_its_derivatives(ties):
    data = rows(7)
    sets, X = laid_out(data, ties)
    at = evaluate(sets, X, BETA)
    h = 1e-5
    steps = np.eye(P) * h
    slope = [
        (by_definition(data, BETA + s, ties=ties) - by_definition(data, BETA - s, ties=ties))
        / (2 * h)
        for s in steps
    ]
    np.testing.assert_allclose(at.score(sets, X), slope, atol=1e-7)
    bend = [
        (evaluate(sets, X, BETA - s).score(sets, X) - evaluate(sets, X, BETA + s).score(sets, X))
        / (2 * h)
        for s in steps
    ]
    np.testing.assert_allclose(at.information(sets, X), bend, atol=1e-6)


@pytest.mark.identity
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_weighted_score_residuals_sum_to_the_score(ties):
    data = rows(5)
    sets, X = laid_out(data, ties)
    at = evaluate(sets, X, BETA)
    sums = score_residuals(sets, X, at) @ sets.weight
    np.testing.assert_allclose(sums, at.score(sets, X), atol=1e-12)


@pytest.mark.identity
def test_score_residual_is_the_influence_of_a_weight():
    # under Breslow the score is linear in what a row adds, so its slope along a row's weight is
    # the score residual, up to the fall of the risk sets' own hazard, which the residual holds
    data = rows(3)
    sets, X = laid_out(data, "breslow")
    at = evaluate(sets, X, BETA)
    found = score_residuals(sets, X, at)
    for place in (0, 7, 20):
        row = sets.order[place]
        scores = []
        for change in (1e-5, -1e-5):
            moved = dict(data, weight=data["weight"].copy())
            moved["weight"][row] += change
            other, Z = laid_out(moved, "breslow")
            scores.append(evaluate(other, Z, BETA).score(other, Z))
        np.testing.assert_allclose(found[:, place], (scores[0] - scores[1]) / 2e-5, atol=1e-7)


@pytest.mark.unit
def test_large_linear_predictors_do_not_overflow():
    data = rows(1)
    sets, X = laid_out(data, "efron")
    at = evaluate(sets, X + 1000.0, BETA)
    assert at.log_likelihood == pytest.approx(evaluate(sets, X, BETA).log_likelihood, rel=1e-9)


@pytest.mark.unit
def test_a_vanished_risk_set_has_no_likelihood():
    sets = lay_out(
        np.array([1.0, 2.0]),
        np.array([True, True]),
        entry=np.full(2, -np.inf),
        weight=np.ones(2),
        stratum=np.zeros(2, int),
        ties="efron",
    )
    at = evaluate(sets, np.array([[0.0, -1.0]]), np.array([1000.0]))
    assert at.log_likelihood == -np.inf
    assert np.isnan(at.score(sets, np.array([[0.0, -1.0]]))).all()
