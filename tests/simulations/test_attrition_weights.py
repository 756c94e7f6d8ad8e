"""What the committed table says about weights for attrition, and that the study still runs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simulations.attrition_weights import TABLE, relapses, run_study, scores
from simulations.committed import RESULTS

MEANS = "difference of means at the last visit"
FREE, RATIO = "share free of relapse at day 84", "log hazard ratio"
TRIALS, ERRORS = 1000, 3.0


def committed() -> pd.DataFrame:
    return pd.read_csv(RESULTS / TABLE).set_index(["estimand", "method"])


@pytest.mark.truth
def test_all_trials_are_there_and_the_truth_is_that_of_the_design():
    table = committed()
    assert len(table) == 8
    assert set(table["n_trials"]) == {TRIALS}
    truth = table["truth"].groupby("estimand").first()
    # the hazard ratio is 0.6 and the median of the other arm is day 84
    expected = {MEANS: -3.0, FREE: 0.5**0.6, RATIO: np.log(0.6)}
    np.testing.assert_allclose(truth, [expected[name] for name in truth.index], rtol=1e-4)


@pytest.mark.truth
@pytest.mark.parametrize("estimand", [MEANS, FREE, RATIO])
def test_weights_remove_the_bias_of_the_analysis_without_them(estimand):
    table = committed().loc[estimand]
    naive, weighted = table.loc["as they are"], table.loc["weighted"]
    assert abs(naive["bias"]) > 15.0 * naive["bias_error"]
    assert abs(weighted["bias"]) < ERRORS * weighted["bias_error"]
    assert naive["coverage"] < 0.95 - ERRORS * naive["coverage_error"]
    assert abs(weighted["coverage"] - 0.95) < ERRORS * weighted["coverage_error"]


@pytest.mark.truth
def test_truncation_leaves_a_part_of_the_bias_and_the_mixed_model_is_more_precise():
    table = committed().loc[MEANS]
    cut = table.loc["weighted, truncated"]
    assert ERRORS * cut["bias_error"] < abs(cut["bias"]) < abs(table.loc["as they are", "bias"])
    assert cut["sd"] < table.loc["weighted", "sd"]
    model = table.loc["mixed model"]
    assert abs(model["bias"]) < ERRORS * model["bias_error"]
    assert model["sd"] < 0.85 * table.loc["weighted", "sd"]


@pytest.mark.truth
def test_patients_are_drawn_as_the_design_says():
    rng = np.random.default_rng(1)
    rows = scores(rng, 4000)
    first = rows[rows["visit"] == 1]
    assert len(first) == 4000
    assert first["remains"].all()
    assert not rows[rows["patient"].duplicated(keep="last")]["remains"].eq(False).any()
    risk = rows[(rows["visit"] > 1) & (rows["arm"] == "iv")]
    share = (~risk["remains"]).groupby(risk["last"] > 16.0).mean()
    assert share[True] > 2.0 * share[False]
    followed = relapses(rng, 4000)
    assert followed["event"].eq(followed["stop"].lt(followed["visit"] * 14.0)).all()
    free = 1.0 - followed[(followed["visit"] == 1) & (followed["arm"] == "im")]["event"].mean()
    assert free == pytest.approx(0.5 ** (14.0 / 84.0), abs=0.02)


@pytest.mark.truth
def test_the_study_runs_and_writes_the_same_table_twice(tmp_path):
    first = run_study(n_trials=2, n=150, folder=tmp_path / "a")
    run_study(n_trials=2, n=150, folder=tmp_path / "b")
    texts = [(tmp_path / name / TABLE).read_bytes() for name in "ab"]
    assert texts[0] == texts[1]
    assert set(first["method"]) == {
        "as they are", "weighted", "weighted, truncated", "mixed model"
    }  # fmt: skip
