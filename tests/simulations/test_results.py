"""What the committed results say, and that the studies still run."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ConvergenceError
from analysis.mixed import lmm, mmrm
from simulations import mixed_convergence, mixed_coverage
from simulations.committed import RESULTS
from simulations.mixed_coverage import Scenario, kind_of, run_study, scenarios
from simulations.random_slopes import INTERACTION, RandomSlopes
from simulations.repeated_measures import JOINTLY, LAST_VISIT, RepeatedMeasures, covariance

NOMINAL, LEVEL, ERRORS = 0.95, 0.05, 3.0
TRIALS = 2000
ENOUGH_AT_ALL_VISITS = 13  # ten visits: nine ratios and three coefficients, and one patient more


def coverage_table() -> pd.DataFrame:
    return pd.read_csv(RESULTS / "mixed_coverage.csv")


def convergence_table() -> pd.DataFrame:
    return pd.read_csv(RESULTS / "mixed_convergence.csv")


def rows_of(model: str, method: str, hypothesis: str) -> pd.DataFrame:
    table = coverage_table()
    chosen = table["scenario"].str.startswith(model) & (table["method"] == method)
    rows = table.loc[chosen & (table["hypothesis"] == hypothesis)]
    assert len(rows) >= 5
    return rows


# --- The committed tables ------------------------------------------------------------------------


@pytest.mark.truth
def test_every_scenario_is_there_with_all_its_trials():
    table = coverage_table()
    wanted = {(one.name, one.truth.n_patients) for one in scenarios()}
    assert set(zip(table["scenario"], table["n_patients"], strict=True)) == wanted
    assert set(table["trials"]) == {TRIALS}
    assert set(table["seed"]) == {20}


@pytest.mark.truth
def test_at_most_one_fit_in_a_hundred_fails():
    table = coverage_table()
    assert table["failure_share"].max() <= 0.01
    np.testing.assert_allclose(table["failure_share"], table["failures"] / table["trials"])
    assert ((table["failures"] == 0) == (table["failure_kinds"] == "none")).all()


@pytest.mark.truth
@pytest.mark.parametrize(("model", "hypothesis"), [("mmrm", LAST_VISIT), ("lmm", INTERACTION)])
def test_kenward_roger_covers_as_often_as_it_says(model, hypothesis):
    rows = rows_of(model, "Kenward-Roger", hypothesis)
    rows = rows.loc[~rows["scenario"].str.contains("slopes hardly vary")]
    assert ((rows["coverage"] - NOMINAL).abs() <= ERRORS * rows["coverage_error"]).all()


@pytest.mark.truth
@pytest.mark.parametrize("method", ["Kenward-Roger", "Satterthwaite"])
def test_intervals_of_slopes_that_hardly_vary_are_too_wide_rather_than_too_narrow(method):
    rows = rows_of("lmm", method, INTERACTION)
    row = rows.loc[rows["scenario"].str.contains("slopes hardly vary")].iloc[0]
    assert NOMINAL < row["coverage"] < 0.975
    assert row["boundary_share"] > 0.5


@pytest.mark.truth
def test_kenward_roger_rejects_as_often_as_it_says():
    rows = rows_of("mmrm", "Kenward-Roger", JOINTLY)
    null = rows.loc[rows["true_value"] == 0.0]
    assert len(null) == 3
    assert ((null["type_one_error"] - LEVEL).abs() <= ERRORS * null["rejection_error"]).all()


@pytest.mark.truth
def test_normal_intervals_are_too_short():
    # the interval does not depend on the true difference: both scenarios of a size together
    coverage = rows_of("mmrm", "z", LAST_VISIT).groupby("n_patients")["coverage"].mean()
    error = np.sqrt(coverage * (1.0 - coverage) / (2 * TRIALS))
    assert list(coverage.index) == [20, 30, 40]
    assert (NOMINAL - coverage > ERRORS * error).all()
    assert coverage.is_monotonic_increasing  # the fewer patients, the worse


@pytest.mark.truth
def test_joint_tests_need_kenward_and_roger():
    for method in ("Satterthwaite", "Wald chi-square"):
        rows = rows_of("mmrm", method, JOINTLY)
        null = rows.loc[rows["true_value"] == 0.0]
        assert (null["type_one_error"] - LEVEL > ERRORS * null["rejection_error"]).all()


@pytest.mark.truth
def test_dropout_that_depends_on_earlier_scores_leaves_no_bias():
    for model, hypothesis in (("mmrm", LAST_VISIT), ("lmm", INTERACTION)):
        rows = rows_of(model, "Kenward-Roger", hypothesis)
        assert (rows["mean_bias"].abs() <= ERRORS * rows["bias_error"]).all()


@pytest.mark.truth
def test_all_fits_converge_where_enough_patients_have_all_visits():
    table = convergence_table()
    assert len(table) == 100
    assert table["least_together"].min() >= 11
    enough = table["seen_at_all_visits"] >= ENOUGH_AT_ALL_VISITS
    assert table.loc[enough, "converged"].all()
    assert table["converged"].mean() >= 0.99
    assert table["newton_decrement"].max() <= 1e-12


@pytest.mark.unit
def test_results_are_small_and_say_what_made_them():
    for path in RESULTS.glob("*.csv"):
        assert path.stat().st_size < 100_000
        words = path.with_suffix(".provenance.txt").read_text(encoding="utf-8").split("; ")
        assert words[0].startswith("seed ")
        assert any(word.startswith("numpy ") for word in words)


# --- The studies ---------------------------------------------------------------------------------


@pytest.mark.unit
def test_truth_is_a_covariance():
    assert np.linalg.eigvalsh(covariance())[0] > 0.0
    assert np.array_equal(covariance(), covariance().T)


@pytest.mark.identity
def test_methods_from_one_fit_are_those_of_separate_fits():
    truth = RepeatedMeasures(n_patients=30, share=1.0)
    data = truth.draw(np.random.default_rng(4))
    found = truth.inferences(truth.fit(data))
    for method, options in {
        "Kenward-Roger": {},
        "Satterthwaite": {"df": "satterthwaite"},
        "between-within": {"df": "between-within"},
        "residual": {"df": "residual"},
        "sandwich CR0": {"vcov": "empirical"},
        "sandwich CR2": {"vcov": "bias-reduced"},
    }.items():
        fit = mmrm(
            "change ~ arm * visit + baseline", data, subject="patient", visit="visit", **options
        )
        last = fit.marginal_means("arm", by="visit").contrasts().tidy().iloc[-1]
        ours = found[LAST_VISIT, method]
        np.testing.assert_allclose(
            [ours.estimate, ours.standard_error, ours.degrees, ours.p_value, 2.0 * ours.margin],
            [*last[["estimate", "std_error", "df", "p_value"]], last.conf_high - last.conf_low],
            rtol=1e-9,
        )
        if (JOINTLY, method) in found:
            joint = fit.joint_tests().set_index("term").loc["arm:visit"]
            np.testing.assert_allclose(found[JOINTLY, method].p_value, joint["p_value"], rtol=1e-9)


@pytest.mark.identity
@pytest.mark.parametrize("df", ["Kenward-Roger", "Satterthwaite"])
def test_methods_of_random_slopes_are_those_of_separate_fits(df):
    truth = RandomSlopes(n_patients=20, share=0.0)
    data = truth.draw(np.random.default_rng(4))
    fit = lmm(
        "change ~ arm * day + baseline", data, subject="patient", random="1 + day", df=df.lower()
    )
    theirs = fit.tidy().set_index("term").filter(like=":", axis=0).iloc[0]
    ours = truth.inferences(truth.fit(data))[INTERACTION, df]
    np.testing.assert_allclose(
        [ours.estimate, ours.standard_error, ours.degrees, ours.p_value],
        theirs[["estimate", "std_error", "df", "p_value"]].to_numpy(dtype=float),
        rtol=1e-9,
    )


@pytest.mark.unit
def test_study_of_coverage_runs_and_goes_on_after_a_break(tmp_path, monkeypatch):
    studied = (Scenario(name="tiny", truth=RepeatedMeasures(n_patients=30, share=0.0)),)
    table = run_study(studied, trials=3, seed=1, folder=tmp_path)
    assert len(table) == 10
    assert set(table["trials"]) == {3}
    assert table["coverage"].dropna().between(0.0, 1.0).all()
    monkeypatch.setattr(mixed_coverage, "run_scenario", None)  # nothing is left to run
    pd.testing.assert_frame_equal(run_study(studied, trials=3, seed=1, folder=tmp_path), table)


@pytest.mark.unit
def test_failures_are_counted_by_their_kind(tmp_path, monkeypatch):
    def fails(_truth, data):
        raise ConvergenceError(f"Visit 'v2' moved {len(data)} times. Take another.")

    whole = RepeatedMeasures.fit
    fits = iter([fails, whole, fails])
    monkeypatch.setattr(RepeatedMeasures, "fit", lambda self, data: next(fits)(self, data))  # noqa: PLW0108 - one per call
    studied = (Scenario(name="tiny", truth=RepeatedMeasures(n_patients=30, share=0.0)),)
    table = run_study(studied, trials=3, seed=1, folder=tmp_path)
    assert set(table["failures"]) == {2}
    assert set(table["failure_kinds"]) == {"ConvergenceError (Visit … moved … times): 2"}


@pytest.mark.unit
def test_kind_of_a_message_is_its_first_sentence_without_what_differs():
    assert kind_of(ValueError("Row 17 of 'a' is bad. Do this.")) == "ValueError (Row … of … is bad)"


@pytest.mark.unit
def test_study_of_convergence_runs(tmp_path):
    table = mixed_convergence.run_study(n_data_sets=1, seed=3, folder=tmp_path)
    assert table["converged"].all()
    assert (tmp_path / "mixed_convergence.csv").exists()


@pytest.mark.truth
def test_likelihood_without_a_maximum_is_named():
    data_set = mixed_convergence.draw(np.random.default_rng([10, 69]))
    with pytest.raises(ConvergenceError, match=r"becomes singular.*: 9 of 66 patients have all 10"):
        mmrm("change ~ arm * visit + baseline", data_set.data, subject="patient", visit="visit")


def restricted_deviance(data: pd.DataFrame, covariance_of_visits: np.ndarray) -> float:
    """Compute it patient by patient, without the engine and without its constant."""
    information, products, squares, log_det = np.zeros((21, 21)), np.zeros(21), 0.0, 0.0
    for _, rows in data.groupby("patient"):
        visit = rows["visit"].to_numpy(dtype=int) - 1
        means = np.eye(10)[visit]
        in_arm = (rows["arm"] == "ketamine").to_numpy(dtype=float)[:, None]
        X = np.hstack([means, means * in_arm, rows[["baseline"]].to_numpy() - 31.0])
        y = rows["change"].to_numpy()
        V = covariance_of_visits[np.ix_(visit, visit)]
        weighted = np.linalg.solve(V, np.column_stack([X, y]))
        information += X.T @ weighted[:, :-1]
        products += X.T @ weighted[:, -1]
        squares += y @ weighted[:, -1]
        log_det += np.linalg.slogdet(V)[1]
    explained = products @ np.linalg.solve(information, products)
    return log_det + np.linalg.slogdet(information)[1] + squares - explained


@pytest.mark.identity
def test_a_combination_that_fits_all_complete_patients_lifts_the_likelihood_without_limit():
    data = mixed_convergence.draw(np.random.default_rng([10, 69])).data
    complete = data.loc[data.groupby("patient")["visit"].transform("size") == 10]
    freed = complete["change"] - mixed_convergence.BASELINE_SLOPE * (complete["baseline"] - 31.0)
    scores = freed.to_numpy().reshape(9, 10)
    first = complete.groupby("patient").first()
    arm = (first["arm"] == "ketamine").to_numpy(dtype=float)
    equations = np.column_stack([scores, np.ones(9), arm])
    combination = np.linalg.svd(equations)[2][-1, :10]
    start = np.linalg.inv(mixed_convergence.covariance())
    deviances = [
        restricted_deviance(
            data, np.linalg.inv(start + np.outer(combination, combination) * np.exp(size))
        )
        for size in (14.0, 15.0, 16.0)
    ]
    np.testing.assert_allclose(np.diff(deviances), -(9 - 3), atol=0.1)
