"""Rotated and pooled rows have the likelihood of the rows as they are."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.mixed import lmm
from analysis.mixed.engine.covariance import Variances
from analysis.mixed.engine.likelihood import derivatives, profile
from analysis.mixed.sums.rotation import PooledRows, rotated
from tests.mixed.frames import simulated

pytestmark = pytest.mark.identity


def fitted(random, **options):
    data = simulated(2)
    names = data["patient"].unique()
    data["clinic"] = data["patient"].map({name: f"c{at % 5}" for at, name in enumerate(names)})
    data["w"] = np.random.default_rng(0).uniform(0.5, 2.0, len(data))
    fit = lmm("change ~ arm + day + baseline", data, subject="patient", random=random, **options)
    return fit.engine


@pytest.mark.parametrize("random", ["1 + day", "1 + day + I(day**2)", "0 + day"])
@pytest.mark.parametrize("options", [{}, {"nested_in": "clinic"}, {"weights": "w"},
                                     {"nested_in": "clinic", "weights": "w"}])  # fmt: skip
def test_likelihood_and_derivatives_are_those_of_the_rows(random, options):
    engine = fitted(random, **options)
    turned = engine.model
    assert isinstance(turned.strata[-1].blocks, PooledRows)
    plain = replace(turned, strata=tuple(chunk.stratum for chunk in engine.rows.chunks()))
    A = np.random.default_rng(3).normal(size=(turned.n_random, 5))
    at = Variances(G=A @ A.T / 5, residual=(np.array([-0.3]),), clinic=0.4 if
                   turned.n_clinics else 0.0)  # fmt: skip
    first, second = profile(turned, at), profile(plain, at)
    assert first.deviance == pytest.approx(second.deviance, rel=1e-11)
    np.testing.assert_allclose(first.beta, second.beta, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(first.vcov, second.vcov, rtol=1e-8, atol=1e-10)
    slopes = derivatives(turned, first), derivatives(plain, second)
    for part in ("gradient", "observed", "expected", "precision"):
        ours, theirs = (getattr(slope, part) for slope in slopes)
        np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-7)


def test_pooled_rows_are_what_random_effects_do_not_reach():
    engine = fitted("1 + day")
    strata = rotated(engine.rows)
    rows = sum(int(stratum.blocks.present.sum()) for stratum in strata[:-1])
    assert rows == 2 * len(engine.rows.design.subjects)
    assert strata[-1].blocks.n_rows == engine.model.n_rows - rows
    assert (strata[-1].Z == 0.0).all()


def test_sums_of_squares_are_kept():
    engine = fitted("1 + day")
    T = engine.rows.matrix()
    total = sum(
        s.blocks.contract(np.eye(s.blocks.present.shape[1])[None, :, None, :]
                          * np.ones((len(s.blocks.present), 1, 1, 1)))[0]
        for s in rotated(engine.rows)
    )  # fmt: skip
    np.testing.assert_allclose(total, T.T @ T, atol=1e-9)
    np.testing.assert_allclose(T[:, :-1].T @ T[:, :-1], np.eye(4), atol=1e-10)
