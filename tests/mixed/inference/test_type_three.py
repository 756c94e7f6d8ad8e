"""Type III tests: the coding of factors does not matter, and balance gives the textbook."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.mixed import lmm, mmrm
from analysis.mixed.design.build import build_design
from analysis.mixed.design.description import Roles
from analysis.mixed.inference.type_three import type_three_contrasts
from tests.mixed.frames import reference_data, simulated

DATA = reference_data()


def contrasts(formula, data=DATA):
    return type_three_contrasts(build_design(formula, data, Roles(subject="patient")).describe())


@pytest.mark.unit
def test_main_effect_averages_over_the_other_factor():
    # coefficients: Intercept, oral and iv against im, sex M, and their products
    found = contrasts("change ~ arm * sex")
    assert list(found) == ["arm", "sex", "arm:sex"]
    assert [L.shape for L in found.values()] == [(2, 6), (1, 6), (2, 6)]
    names = build_design("change ~ arm * sex", DATA, Roles(subject="patient")).encoding.names
    by_name = dict(zip(names, found["sex"][0] / found["sex"][0][3], strict=True))
    by_hand = {"sex[T.M]": 1.0, "arm[T.iv]:sex[T.M]": 1 / 3, "arm[T.oral]:sex[T.M]": 1 / 3}
    for name in names:
        assert by_name[name] == pytest.approx(by_hand.get(name, 0.0), abs=1e-10)


@pytest.mark.unit
def test_numeric_predictor_in_an_interaction_stands_at_zero():
    found = contrasts("change ~ arm * day")
    unit = found["arm"]
    assert np.abs(unit[:, [0, 3, 4, 5]]).max() < 1e-8
    assert np.linalg.matrix_rank(unit[:, [1, 2]]) == 2
    slope = found["day"][0] / found["day"][0][3]
    np.testing.assert_allclose(slope, [0, 0, 0, 1, 1 / 3, 1 / 3], atol=1e-8)


SUM, HELMERT = "C(arm, contr.sum)", "C(sex, contr.helmert)"


@pytest.mark.identity
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("change ~ arm * sex + baseline", f"change ~ {SUM} * {HELMERT} + baseline"),
        ("change ~ arm * day", f"change ~ {SUM} * day"),
        ("change ~ arm + sex", f"change ~ {SUM} + {HELMERT}"),
        ("change ~ arm * sex", "change ~ arm + sex + arm:sex"),
    ],
)
def test_coding_of_factors_does_not_matter(first, second):
    plain, other = (
        lmm(formula, DATA, subject="patient").joint_tests() for formula in (first, second)
    )
    names = other["term"].str.replace(SUM, "arm").str.replace(HELMERT, "sex")
    pd.testing.assert_frame_equal(other.assign(term=names), plain, rtol=1e-6)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("formula", "term", "hypothesis"),
    [
        # every cell alike; cells are arms within F, then arms within M
        ("change ~ 0 + arm:sex", "arm:sex", np.eye(6)),
        ("change ~ arm/sex", "arm:sex", np.eye(6)[3:]),
        ("change ~ arm:day", "arm:day", np.eye(4)[1:]),
        # mean difference between arms: the products count by half
        ("change ~ arm/sex", "arm", [[0, 1, 0, -0.5, 0.5, 0], [0, 0, 1, -0.5, 0, 0.5]]),
    ],
)
def test_formulas_without_margins_have_the_hypotheses_that_their_columns_say(
    formula, term, hypothesis
):
    found = contrasts(formula)[term]
    assert len(found) == len(hypothesis)
    together = np.concatenate([found, np.array(hypothesis, dtype=float)])
    assert np.linalg.matrix_rank(together, tol=1e-8) == len(hypothesis)


@pytest.mark.identity
def test_balanced_groups_give_the_textbook_table():
    rng = np.random.default_rng(5)
    n, m = 12, 3
    arm = np.repeat([0, 1], n // 2)
    scores = rng.normal(0, 2, (n, 1)) + rng.normal(0, 1, (n, m)) + arm[:, None] + np.arange(m)
    data = pd.DataFrame(
        {
            "patient": np.repeat(np.arange(n), m),
            "arm": np.repeat(np.array(["iv", "im"])[arm], m),
            "visit": np.tile(["v1", "v2", "v3"], n),
            "score": scores.ravel(),
        }
    )
    means = scores.mean(axis=1)
    by_arm = np.array([scores[arm == a].mean(axis=0) for a in (0, 1)])
    between = m * sum(((means[arm == a] - means[arm == a].mean()) ** 2).sum() for a in (0, 1)) / 10
    of_arm = m * 6 * ((by_arm.mean(axis=1) - scores.mean()) ** 2).sum()
    residual = scores - means[:, None] - by_arm[arm] + by_arm.mean(axis=1)[arm][:, None]
    within = (residual**2).sum() / 20
    of_visit = n * ((scores.mean(axis=0) - scores.mean()) ** 2).sum() / 2
    for df in ("satterthwaite", "kenward-roger"):
        fit = lmm("score ~ arm * visit", data, subject="patient", df=df)
        table = fit.joint_tests().set_index("term")
        assert table.loc["arm", "statistic"] == pytest.approx(of_arm / between, rel=1e-8)
        assert table.loc["visit", "statistic"] == pytest.approx(of_visit / within, rel=1e-8)
        np.testing.assert_allclose(table["df1"], [1, 2, 2])
        np.testing.assert_allclose(table["df2"], [10, 20, 20], rtol=1e-6)
        p_value = stats.f.sf(of_visit / within, 2, 20)
        assert table.loc["visit", "p_value"] == pytest.approx(p_value, rel=1e-6)


@pytest.mark.unit
def test_mean_alone_has_no_tests():
    fit = mmrm("change ~ 1", DATA, subject="patient", visit="visit", covariance="ar1")
    tests = fit.joint_tests()
    assert len(tests) == 0
    assert list(tests.columns) == ["term", "df1", "df2", "statistic", "p_value"]


@pytest.mark.unit
def test_one_coefficient_per_term_is_the_squared_t():
    fit = lmm("change ~ arm + day + baseline", simulated(), subject="patient")
    tidy, tests = fit.tidy().iloc[1:], fit.joint_tests()
    np.testing.assert_allclose(tests["statistic"], tidy["statistic"] ** 2, rtol=1e-8)
    np.testing.assert_allclose(tests["df2"], tidy["df"], rtol=1e-8)
    np.testing.assert_allclose(tests["p_value"], tidy["p_value"], rtol=1e-7)
