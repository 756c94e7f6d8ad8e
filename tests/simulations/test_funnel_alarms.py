"""What the study of funnels says of false alarms, and that it still runs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simulations.committed import RESULTS
from simulations.funnel_alarms import TABLES, exact_rates, range_rates, run_study

ERRORS = 3.0


def committed(name: str) -> pd.DataFrame:
    return pd.read_csv(RESULTS / f"{name}.csv")


@pytest.mark.truth
def test_the_exact_tables_are_what_the_code_computes():
    for name, made in (("funnel_limits", exact_rates()), ("funnel_ranges", range_rates())):
        kept = committed(name)
        numbers = made.select_dtypes("number").columns
        np.testing.assert_allclose(kept[numbers], made[numbers], rtol=1e-4, atol=1e-12)


@pytest.mark.truth
def test_rules_call_out_as_many_as_they_say_where_enough_events_are_expected():
    table = committed("funnel_ranges").set_index(["from", "rule", "level"])["mean"]
    for rule in ("spiegelhalter", "mid-p"):
        for start in (3.0, 10.0, 30.0):
            assert table[start, rule, 0.95] == pytest.approx(0.05, abs=0.0025)
    assert table[0.2, "spiegelhalter", 0.95] > 0.07
    assert table[0.2, "mid-p", 0.95] < 0.025
    assert table[0.2, "exact", 0.95] > 0.6


@pytest.mark.truth
def test_overdispersion_brings_alarms_back_towards_what_chance_allows():
    table = committed("funnel_charts")
    rows = table[table["outcome"].eq("responses") & table["rule"].eq("spiegelhalter")]
    share = rows.set_index(["between", "overdispersion"])["warning"]
    assert share[0.4, "none"] > 0.2
    assert 0.08 < share[0.4, "additive"] < 0.11
    assert 0.03 < share[0.4, "additive, tails kept"] < 0.05
    none = rows[rows["between"].eq(0.0) & rows["overdispersion"].eq("none")].iloc[0]
    assert none["warning"] == pytest.approx(0.05, abs=0.012)  # counts are whole


@pytest.mark.truth
def test_expected_counts_with_their_own_variance_are_right_and_the_others_are_not():
    table = committed("funnel_case_mix").set_index(["clinics", "comparison"])
    for clinics in (8, 24):
        share = table.loc[clinics]["warning"]
        assert share["as observed"] > 0.15
        assert share["expected, Poisson limits"] < 0.01
        own = table.loc[clinics].loc["expected, own variance"]
        assert abs(own["warning"] - 0.05) < ERRORS * own["warning_error"]
        assert abs(own["alarm"] - 0.002) < ERRORS * own["alarm_error"]


@pytest.mark.truth
def test_intervals_hold_the_truth_where_those_with_a_known_spread_do_not():
    table = committed("funnel_shrinkage").set_index(["method", "outcome", "between"])
    own, known = table.loc["bayes"], table.loc["maximum likelihood"]
    assert (own["coverage"] > 0.94).all()
    assert (known["coverage"] < 0.9).all()
    assert (own["apart"].xs(0.0, level="between") < 0.01).all()


@pytest.mark.truth
def test_the_study_runs_and_writes_the_same_tables_twice(tmp_path):
    for name in "ab":
        run_study(n_trials=1, n_shrunken=1, folder=tmp_path / name)
    for table in TABLES:
        texts = [(tmp_path / name / f"{table}.csv").read_bytes() for name in "ab"]
        assert texts[0] == texts[1]
