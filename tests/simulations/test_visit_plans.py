"""What the committed tables say about visit plans, and that the study still runs."""

import numpy as np
import pandas as pd
import pytest

from simulations.committed import RESULTS
from simulations.visit_plans import (
    CURVES,
    LEVELS,
    MEDIANS,
    PLANS,
    by_first_positive,
    draw,
    run_study,
)

TRIALS, LEVEL = 2000, 0.05
ERROR = np.sqrt(LEVEL * (1 - LEVEL) / TRIALS)


def levels() -> pd.DataFrame:
    return pd.read_csv(RESULTS / LEVELS)


@pytest.mark.truth
def test_every_plan_is_there_with_all_its_trials():
    table = levels()
    assert len(table) == 5 * len(PLANS)
    assert set(table["n_trials"]) == {TRIALS}


@pytest.mark.truth
@pytest.mark.parametrize("method", ["logrank", "wilcoxon"])
def test_score_tests_hold_their_level_under_every_plan(method):
    table = levels()
    rejected = table.loc[table["method"] == method, "rejected"]
    assert rejected.between(0.04, 0.06).all()
    assert abs(rejected.mean() - LEVEL) < 3 * ERROR


@pytest.mark.truth
def test_logrank_on_first_positive_visits_takes_rare_visits_for_late_relapse():
    table = levels()
    naive = table[table["method"] == "logrank on first positive visits"]
    same = naive["days_one"] == naive["days_other"]
    assert naive.loc[same, "rejected"].between(0.04, 0.06).all()
    assert (naive.loc[~same, "rejected"] > LEVEL + 5 * ERROR).all()
    equal = naive[~same & (naive["n_one"] == 75)].set_index("visits")["rejected"]
    assert equal.round(3).to_dict() == {"shared days": 0.366, "staggered": 0.157}


@pytest.mark.truth
def test_permutation_misses_its_level_with_unequal_arms_and_other_plans():
    table = levels()
    unlike = table[(table["days_other"] == 84) & table["method"].str.contains("permutation")]
    assert (unlike["rejected"] < 0.035).all()


@pytest.mark.truth
def test_medians_from_intervals_are_right_and_by_first_positive_visits_weeks_late():
    table = pd.read_csv(RESULTS / MEDIANS).set_index(["method", "n"])["mean"]
    assert (abs(table["turnbull"] - 56) < 2).all()
    assert (table["kaplan-meier by first positive visits"] - 56 > 24).all()


@pytest.mark.truth
def test_curves_from_intervals_are_right_at_visits_and_by_first_positive_visits_too_high():
    table = pd.read_csv(RESULTS / CURVES).set_index(["method", "day"])
    assert set(table["n_trials"]) == {5 * TRIALS}
    np.testing.assert_allclose(table["truth"], 0.5 ** (table.index.get_level_values(1) / 56), 1e-4)
    right = table.loc["turnbull"]
    assert right.index.tolist() == [28, 56, 84, 112, 140, 168]
    errors = (right["mean"] - right["truth"]) / (right["sd"] / np.sqrt(right["n_trials"]))
    assert (errors.abs() < 2).all()
    late = table.loc["kaplan-meier by first positive visits"]
    assert (late["mean"] - late["truth"])[[28, 56, 84]].gt(0.05).all()


@pytest.mark.unit
def test_study_runs_and_repeats(tmp_path):
    first = run_study(n_trials=2, seed=3, folder=tmp_path)
    again = run_study(n_trials=2, seed=3, folder=tmp_path)
    for one, other in zip(first, again, strict=True):
        pd.testing.assert_frame_equal(one, other)
    assert len(pd.read_csv(tmp_path / LEVELS)) == len(first[0])
    assert "seed 3" in (tmp_path / MEDIANS).with_suffix(".provenance.txt").read_text()


@pytest.mark.unit
def test_draws_look_as_described():
    rng = np.random.default_rng(1)
    shared, own = (draw(rng, 500, 28, staggered=staggered) for staggered in (False, True))
    assert set(shared["lower"] % 28) == {0.0}
    assert own["lower"].nunique() > 300
    assert (shared["lower"] < shared["upper"]).all()
    dated = by_first_positive(shared)
    assert (dated.loc[dated["event"], "time"] == shared.loc[dated["event"], "upper"]).all()
    assert (dated.loc[~dated["event"], "time"] == shared.loc[~dated["event"], "lower"]).all()
