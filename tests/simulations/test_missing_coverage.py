"""What the study of imputed scores says, and that its trials still run."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError
from simulations import dropouts, missing_coverage
from simulations.committed import RESULTS
from simulations.dropouts import Leaving
from simulations.missing_coverage import SCENARIOS, Scenario, run_study, run_trial

TABLE = pd.read_csv(RESULTS / "missing_coverage.csv")
WORSE, JUMPS = "unseen scores 6 points worse", "mean jumps to reference"
UNSEEN = "leaving depends on the unseen score"
ERRORS = 3.0


def row_of(scenario, method, n_patients=100):
    rows = TABLE[TABLE["scenario"].eq(scenario) & TABLE["method"].eq(method)]
    (row,) = rows[rows["n_patients"].eq(n_patients)].to_dict("records")
    return row


@pytest.mark.truth
def test_every_scenario_is_there_with_all_its_trials():
    wanted = {(one.name, one.truth.n_patients) for one in SCENARIOS}
    assert set(zip(TABLE["scenario"], TABLE["n_patients"], strict=True)) == wanted
    assert set(TABLE["trials"]) == {1000}
    assert set(TABLE["seed"]) == {31}


@pytest.mark.truth
def test_trials_without_gaps_have_no_bias():
    whole = TABLE[TABLE["method"].eq("nothing missing")]
    assert (whole["mean_bias"].abs() < ERRORS * whole["bias_error"]).all()


@pytest.mark.truth
def test_the_true_delta_covers_and_missing_at_random_does_not():
    right = row_of(WORSE, "MAR, delta 6, jackknife", 200)
    assert 0.936 <= right["coverage"] <= 0.964
    for n_patients in (100, 200):
        wrong = row_of(WORSE, "MAR, jackknife", n_patients)
        right = row_of(WORSE, "MAR, delta 6, jackknife", n_patients)
        assert wrong["coverage"] < 0.9
        assert abs(right["coverage"] - 0.95) < ERRORS * right["coverage_error"]
        assert wrong["mean_bias"] < -1.8
        assert abs(right["mean_bias"]) < ERRORS * right["bias_error"]


@pytest.mark.truth
@pytest.mark.parametrize(
    ("scenario", "method"),
    [
        ("missing at random", "MAR, jackknife"),
        ("missing at random", "MAR, draws"),
        (JUMPS, "JR, jackknife"),
    ],
)
def test_where_the_assumption_holds_intervals_do(scenario, method):
    row = row_of(scenario, method)
    assert abs(row["coverage"] - 0.95) < ERRORS * row["coverage_error"]
    assert abs(row["mean_bias"]) < ERRORS * row["bias_error"]
    assert row["mean_standard_error"] == pytest.approx(
        row["empirical_standard_deviation"], rel=0.06
    )


@pytest.mark.truth
def test_rubins_rules_of_jump_to_reference_are_too_wide():
    row = row_of(JUMPS, "JR, draws")
    assert row["coverage"] > 0.98
    assert row["mean_standard_error"] > 1.3 * row["empirical_standard_deviation"]


@pytest.mark.truth
def test_leaving_by_the_unseen_score_is_described_as_bias():
    rows = TABLE[TABLE["scenario"].eq(UNSEEN)].set_index("method")
    assert rows["coverage"].isna().all()
    bias = rows["mean_bias"]
    assert bias["JR"] > bias["CIR"] > bias["LMCF"] > bias["MAR"] > 0.0


@pytest.mark.unit
def test_a_trial_is_answered_by_every_method_and_repeats():
    scenario = Scenario(
        name=SCENARIOS[2].name,
        truth=Leaving(jump=True, n_patients=24),
        only_estimates=("LMCF",),
        deltas=(0.0, 1.0),
    )
    answers = [run_trial(scenario, 5, 0, place=2) for _ in range(2)]
    assert answers[0][1:] == answers[1][1:]
    assert [answer[0] for answer in answers[0]] == [
        "nothing missing", "LMCF", "MAR, jackknife", "MAR, delta 1, jackknife",
    ]  # fmt: skip
    assert np.isnan(answers[0][1][2])
    assert all(half > 0.0 for *_, half in answers[0][2:])


@pytest.mark.unit
def test_the_truth_is_what_stayers_and_leavers_make(monkeypatch):
    monkeypatch.setattr(dropouts, "POPULATION", 20_000)
    plain, worse, jump = (
        truth.true_difference() for truth in (Leaving(), Leaving(delta=6.0), Leaving(jump=True))
    )
    share = (worse - plain) / 6.0
    assert plain == -4.0
    assert 0.25 < share < 0.4
    assert jump == pytest.approx(-4.0 * (1.0 - share), rel=1e-12)


@pytest.mark.unit
def test_a_table_of_other_trials_is_not_mixed_in(tmp_path):
    TABLE.head(2).to_csv(tmp_path / missing_coverage.TABLE, index=False)
    with pytest.raises(DataError, match="other trials or another seed"):
        run_study(7, 31, tmp_path, processes=1)


@pytest.mark.unit
def test_a_table_that_is_complete_is_left_as_it_is(tmp_path):
    TABLE.to_csv(tmp_path / missing_coverage.TABLE, index=False)
    found = run_study(1000, 31, tmp_path, processes=1)
    pd.testing.assert_frame_equal(found, TABLE)
