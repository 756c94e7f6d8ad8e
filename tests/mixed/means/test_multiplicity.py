"""Adjustments: literal p-values, limits of distributions, and mvtnorm's numbers."""

import numpy as np
import pytest
from scipy import stats

from analysis.mixed.means.hypotheses import Hypothesis
from analysis.mixed.means.multiplicity import ADJUSTMENTS, Adjustment, Comparable, adjust_families
from analysis.mixed.means.multivariate_t import largest_t
from tests.mixed.r_contrasts import r_contrasts

TWO_SIDED = Hypothesis()


def adjusted(p_values, method, *, families=None, df=np.inf, covariance=None, side="two-sided"):
    """Adjust p-values of independent statistics."""
    p_values = np.asarray(p_values, dtype=float)
    hypothesis = Hypothesis(side=side)
    degrees = np.full(p_values.size, df)
    asked = Comparable(
        evidence=stats.t.isf(p_values / hypothesis.tails, degrees),
        df=degrees,
        covariance=np.eye(p_values.size) if covariance is None else covariance,
        n_levels=p_values.size,
    )
    return adjust_families(
        asked,
        np.zeros(p_values.size, dtype=int) if families is None else np.asarray(families),
        adjustment=Adjustment(method=method),
        hypothesis=hypothesis,
        conf_level=0.95,
    )


@pytest.mark.unit
@pytest.mark.parametrize(
    ("method", "wanted"),
    [
        ("none", [0.01, 0.04, 0.03]),
        ("bonferroni", [0.03, 0.12, 0.09]),
        ("sidak", [1 - 0.99**3, 1 - 0.96**3, 1 - 0.97**3]),
        ("holm", [0.03, 0.06, 0.06]),
        ("hochberg", [0.03, 0.04, 0.04]),
        ("hommel", [0.03, 0.04, 0.04]),
        ("fdr_bh", [0.03, 0.04, 0.04]),
        ("fdr_by", [0.055, 0.0733333333, 0.0733333333]),
    ],
)
def test_three_p_values_by_hand(method, wanted):
    np.testing.assert_allclose(adjusted([0.01, 0.04, 0.03], method)[0], wanted, rtol=1e-8)


@pytest.mark.unit
def test_families_are_adjusted_apart():
    p_value = adjusted([0.01, 0.02, 0.03, 0.04, 0.05], "bonferroni", families=[0, 1, 0, 1, 1])[0]
    np.testing.assert_allclose(p_value, [0.02, 0.06, 0.06, 0.12, 0.15], rtol=1e-10)


@pytest.mark.unit
@pytest.mark.parametrize("method", [name for name in ADJUSTMENTS if name != "dunnett"])
def test_a_p_value_of_1_stays_1(method):
    assert adjusted([1.0, 1.0], method)[0].tolist() == pytest.approx([1.0, 1.0])


@pytest.mark.unit
@pytest.mark.parametrize("method", ["holm", "hochberg", "hommel", "fdr_bh", "fdr_by"])
def test_methods_without_an_interval_take_that_of_bonferroni(method):
    critical = adjusted([0.01, 0.04, 0.03], method, df=11.5)[1]
    np.testing.assert_allclose(critical, stats.t.isf(0.025 / 3, 11.5), rtol=1e-12)


@pytest.mark.identity
@pytest.mark.parametrize("count", [2, 3, 5])
@pytest.mark.parametrize("side", ["two-sided", "less"])
def test_independent_normal_statistics_give_the_numbers_of_sidak(count, side):
    p_values = np.linspace(0.002, 0.4, count)
    joint, sidak = (adjusted(p_values, method, side=side) for method in ("mvt", "sidak"))
    np.testing.assert_allclose(joint[0], sidak[0], atol=5e-5)
    np.testing.assert_allclose(joint[1], sidak[1], atol=5e-4)


@pytest.mark.identity
@pytest.mark.parametrize(
    ("count", "tolerance"), [(2, 1e-9), (3, 1e-8), (4, 5e-5), (6, 5e-5), (16, 5e-4)]
)
@pytest.mark.parametrize("df", [4.5, 60.0, np.inf])
def test_pairs_of_independent_means_give_the_numbers_of_tukey(count, tolerance, df):
    later, earlier = np.triu_indices(count, 1)
    pairs = np.eye(count)[earlier] - np.eye(count)[later]
    evidence = np.array([0.5, 1.5, 2.5, 4.0])
    found = largest_t(pairs @ pairs.T, two_sided=True).sf(evidence, np.full(4, df))
    wanted = stats.studentized_range.sf(np.sqrt(2) * evidence, count, df)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=tolerance)


@pytest.mark.identity
def test_critical_values_of_tukey_are_those_of_the_studentised_range():
    p_values = np.array([0.1, 0.2, 0.3])
    critical = adjusted(p_values, "tukey", df=17.3)[1]
    wanted = stats.studentized_range.isf(0.05, 3, 17.3) / np.sqrt(2)
    np.testing.assert_allclose(critical, wanted, rtol=1e-8)


@pytest.mark.identity
@pytest.mark.parametrize("method", ["tukey", "mvt"])
def test_the_smallest_p_values_keep_between_none_and_bonferroni(method):
    p_values = np.array([1e-30, 1e-14, 1e-4])
    p_value = adjusted(p_values, method, df=40.0)[0]
    assert (p_value > p_values * (1 - 1e-6)).all()
    assert (p_value < 3 * p_values * (1 + 1e-6)).all()


@pytest.mark.identity
def test_the_same_statistic_twice_is_one():
    covariance = np.array([[4.0, -6.0], [-6.0, 9.0]])
    p_values = [0.03, 0.2]
    p_value, critical = adjusted(p_values, "mvt", df=9.0, covariance=covariance)
    np.testing.assert_allclose(p_value, p_values, rtol=1e-12)
    np.testing.assert_allclose(critical, stats.t.isf(0.025, 9.0), rtol=1e-12)


@pytest.mark.identity
def test_scale_and_order_of_the_estimates_do_not_matter():
    covariance = np.array([[2.0, 0.3, 0.5], [0.3, 1.0, -0.4], [0.5, -0.4, 3.0]])
    evidence, df = np.array([2.1, 2.3]), np.array([8.0, 30.0])
    plain = largest_t(covariance, two_sided=True).sf(evidence, df)
    scaled = largest_t(covariance * 1e-6, two_sided=True).sf(evidence, df)
    np.testing.assert_allclose(scaled, plain, rtol=1e-10)
    order = [2, 0, 1]
    permuted = largest_t(covariance[np.ix_(order, order)], two_sided=True).sf(evidence, df)
    np.testing.assert_allclose(permuted, plain, atol=1e-5)


@pytest.mark.identity
def test_the_same_question_has_the_same_answer():
    covariance = np.eye(4) + 0.3
    first, second = (
        largest_t(covariance, two_sided=False).sf(np.array([2.0]), np.array([20.0]))
        for _ in range(2)
    )
    assert first.tolist() == second.tolist()


@pytest.mark.reference
@pytest.mark.parametrize("case", r_contrasts()["largest_t"])
def test_probabilities_are_those_of_mvtnorm(case):
    covariance = np.array(case["covariance"])
    df = float(case["df"]) or np.inf
    found = largest_t(covariance, two_sided=case["two_sided"]).sf(
        np.array([case["value"]]), np.array([df])
    )[0]
    rank = np.linalg.matrix_rank(covariance)
    own = 1e-8 if rank == 2 else 5e-5 if rank <= 5 else 5e-4
    assert found == pytest.approx(case["probability"], rel=0, abs=own + 3 * case["error"])


@pytest.mark.unit
def test_hypotheses_in_words():
    assert TWO_SIDED.text() == "H0: difference = 0; two-sided test."
    assert Hypothesis(side="greater", margin=-2).text() == (
        "H0: difference <= -2; to be shown: difference > -2, by a one-sided test."
    )
    assert (
        Hypothesis(side="equivalence", margin=1.5)
        .text()
        .startswith("H0: difference <= -1.5 or >= 1.5; to be shown: between them")
    )


@pytest.mark.unit
def test_statistics_by_hand():
    estimate, std_error = np.array([1.0, -3.0]), np.array([0.5, 1.0])

    def statistic(side):
        return Hypothesis(side=side, margin=2.0).statistic(estimate, std_error).tolist()

    assert statistic("two-sided") == statistic("less") == statistic("greater") == [-2.0, -5.0]
    assert statistic("equivalence") == [-2.0, 1.0]
