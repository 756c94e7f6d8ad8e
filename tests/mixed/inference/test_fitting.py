"""Starts, and the row about a fit."""

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import lmm, mmrm
from analysis.mixed.inference.fitting import positive_definite
from tests.mixed.frames import simulated


@pytest.mark.unit
def test_drawn_towards_the_diagonal():
    inside = np.array([[4.0, 1.0], [1.0, 9.0]])
    assert positive_definite(inside).tolist() == inside.tolist()
    # correlation 1: eigenvalues 0 and 2; share .95 leaves a smallest eigenvalue of .05
    drawn = positive_definite(np.array([[4.0, 6.0], [6.0, 9.0]]))
    np.testing.assert_allclose(drawn, [[4.0, 5.7], [5.7, 9.0]])
    indefinite = np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]])
    assert np.linalg.eigvalsh(positive_definite(indefinite))[0] == pytest.approx(0.05)


def visits(seed=1, n=12):
    rng = np.random.default_rng(seed)
    scores = rng.normal(20, 4, (n, 1)) + rng.normal(0, 2, (n, 3)) - np.array([0.0, 3.0, 5.0])
    return pd.DataFrame(
        {
            "patient": np.repeat(np.arange(n), 3),
            "arm": np.repeat(np.array(["iv", "im"])[np.arange(n) % 2], 3),
            "visit": np.tile(["v1", "v2", "v3"], n),
            "w": 1.0,
            "score": scores.ravel(),
        }
    ).drop(index=[2, 5, 10])


def between_within(formula, data=None, **options):
    data = visits() if data is None else data
    fit = mmrm(
        formula, data, subject="patient", visit="visit", df="between-within",
        covariance="compound symmetry", **options,
    )  # fmt: skip
    return fit, dict(zip(fit.tidy()["term"], fit.tidy()["df"], strict=True))


@pytest.mark.unit
def test_between_within_divides_the_rows_by_hand():
    # 12 patients, 33 rows; between: intercept and arm; within: two visits and their interactions
    fit, df = between_within("score ~ arm * visit")
    assert df["arm[T.iv]"] == 12 - 2
    within = 33 - 12 - 4
    assert {df[name] for name in df if "visit" in name} == {within}
    assert df["Intercept"] == within
    tests = fit.joint_tests().set_index("term")
    assert tests["df2"].to_dict() == {"arm": 10.0, "visit": 17.0, "arm:visit": 17.0}


@pytest.mark.unit
def test_weights_of_one_change_nothing():
    plain = between_within("score ~ arm * visit")
    weighted = between_within("score ~ arm * visit", weights="w")
    assert weighted[1] == plain[1]
    pd.testing.assert_frame_equal(weighted[0].tidy(), plain[0].tidy(), rtol=1e-8)
    pd.testing.assert_frame_equal(
        weighted[0].glance().drop(columns="newton_decrement"),
        plain[0].glance().drop(columns="newton_decrement"),
        rtol=1e-10,
    )


@pytest.mark.unit
@pytest.mark.parametrize(("method", "count", "rows"), [("ml", 6 + 6, 33), ("reml", 6, 33 - 6)])
def test_information_criteria_by_hand(method, count, rows):
    fit = mmrm("score ~ arm * visit", visits(), subject="patient", visit="visit", method=method)
    row = fit.glance().iloc[0]
    deviance = -2 * row["log_likelihood"]
    assert row["n_parameters"] == count
    assert row["aic"] == pytest.approx(deviance + 2 * count)
    assert row["aicc"] == pytest.approx(deviance + 2 * count * rows / (rows - count - 1))
    assert row["bic"] == pytest.approx(deviance + count * np.log(12))


@pytest.mark.unit
def test_criterion_for_small_samples_needs_more_rows_than_parameters():
    fit = mmrm("score ~ visit", visits().query("patient < 2"), subject="patient", visit="visit",
               covariance="compound symmetry", method="ml")  # fmt: skip
    assert (fit.glance()["n_parameters"] == fit.glance()["n_obs"]).all()
    assert np.isnan(fit.glance()["aicc"].iloc[0])


@pytest.mark.identity
def test_log_likelihood_is_in_the_units_of_the_data():
    data = simulated(4, n_patients=8)
    fit = lmm("change ~ day", data, subject="patient", method="ml")
    found = fit.variance_components()["estimate"]
    same = data["patient"].to_numpy()[:, None] == data["patient"].to_numpy()[None, :]
    V = found[0] * same + found[1] * np.eye(len(data))
    r = data["change"] - fit.predict(data)["estimate"]
    expected = -0.5 * (len(data) * np.log(2 * np.pi) + np.linalg.slogdet(V)[1]
                       + r @ np.linalg.solve(V, r))  # fmt: skip
    assert fit.glance()["log_likelihood"].iloc[0] == pytest.approx(expected, rel=1e-10)
