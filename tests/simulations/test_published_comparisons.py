"""What the committed table says about comparisons with published cohorts, and that they run."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simulations.committed import RESULTS
from simulations.published_comparisons import SCENARIOS, TABLE, clinic, paper, run_study

TRIALS, ERRORS = 500, 3.0


def committed() -> pd.DataFrame:
    return pd.read_csv(RESULTS / TABLE)


def at_random() -> pd.DataFrame:
    table = committed()
    return table[table["scored_with_response_odds"].eq(1)]


@pytest.mark.truth
def test_every_scenario_is_there_with_all_its_trials():
    table = committed()
    assert len(table) == len(SCENARIOS)
    assert set(table["n_trials"]) == {TRIALS}
    assert table["completeness"].round(3).tolist()[:6] == [0.06, 0.06, 0.259, 0.259, 0.965, 0.965]


@pytest.mark.truth
def test_the_interval_covers_the_true_difference():
    table = at_random()
    assert table["coverage"].between(0.93, 0.97).all()
    assert (table["bias"].abs() < ERRORS * table["bias_error"]).all()


@pytest.mark.truth
def test_a_true_gap_is_found_at_the_computed_power():
    apart = at_random().query("truth != 0")
    off = (apart["leaves_out_zero"] - apart["computed_power"]).abs()
    assert len(apart) == 4
    assert (off < ERRORS * apart["leaves_out_zero_error"]).all()
    same = at_random().query("truth == 0")
    np.testing.assert_allclose(same["leaves_out_zero"], 1 - same["coverage"], atol=1e-9)


@pytest.mark.truth
def test_who_is_seen_is_not_in_the_interval():
    chosen = committed().query("scored_with_response_odds == 2").iloc[0]
    assert chosen["bias"] > 0.1
    assert chosen["coverage"] < 0.5


@pytest.mark.truth
def test_both_sides_are_drawn_as_the_scenario_says():
    rng = np.random.default_rng(2)
    scenario = SCENARIOS[2]  # a quarter is seen, no difference
    scores = clinic(rng, scenario).tables["assessments"]
    later = scores[scores["rel_day"].eq(28)].set_index("subject_id")["total"]
    before = scores[scores["rel_day"].eq(-1)].set_index("subject_id")["total"]
    assert len(before) == 600
    assert len(later) / 600 == pytest.approx(scenario.completeness, abs=0.06)
    responds = (later <= before.loc[later.index] / 2).astype(float)
    assert responds.mean() == pytest.approx(0.536, abs=0.13)
    figure = paper(rng, scenario).figures[0]
    assert figure.value == pytest.approx(53.6, abs=6)
    assert figure.value == round(figure.value, 1)


@pytest.mark.truth
def test_the_study_runs_and_writes_the_same_table_twice(tmp_path):
    first = run_study(n_trials=2, folder=tmp_path / "a", scenarios=SCENARIOS[4:5])
    run_study(n_trials=2, folder=tmp_path / "b", scenarios=SCENARIOS[4:5])
    texts = [(tmp_path / name / TABLE).read_bytes() for name in "ab"]
    assert texts[0] == texts[1]
    assert first["n_trials"].tolist() == [2]
