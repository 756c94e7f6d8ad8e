"""Heterogeneity between sites: metafor's numbers, statsmodels' numbers, and few sites."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from analysis.distributed.bundles.between_sites import between_sites
from analysis.errors import ModelError

REFERENCE = Path(__file__).parents[2] / "reference" / "between_sites"
GIVEN = pd.read_csv(REFERENCE / "estimates.csv")
EXPECTED = pd.read_csv(REFERENCE / "expected.csv").set_index("case")


def of_case(case):
    rows = GIVEN[GIVEN["case"] == case].reset_index(drop=True)
    sites = [f"site {number}" for number in range(len(rows))]
    return rows.drop(columns="case").assign(site=sites, term="arm", note="")


@pytest.mark.reference
@pytest.mark.parametrize("case", EXPECTED.index)
def test_numbers_are_those_of_metafor(case):
    found = between_sites(of_case(case)).iloc[0]
    for name, expected in EXPECTED.loc[case].items():
        assert found[name] == pytest.approx(expected, rel=1e-6, abs=1e-12), name


@pytest.mark.reference
@pytest.mark.parametrize("case", ["bcg", "some", "two"])
def test_mean_and_variance_are_those_of_statsmodels(case):
    rows = of_case(case)
    theirs = combine_effects(
        rows["estimate"].to_numpy(), rows["std_error"].to_numpy() ** 2, method_re="iterated"
    )
    found = between_sites(rows).iloc[0]
    assert found["q"] == pytest.approx(theirs.q, rel=1e-12)
    assert found["tau2"] == pytest.approx(theirs.tau2, rel=1e-5)  # its iteration stops at 1e-5
    assert found["estimate"] == pytest.approx(theirs.mean_effect_re, rel=1e-6)
    assert found["std_error"] == pytest.approx(theirs.sd_eff_w_re_hksj, rel=1e-5)


@pytest.mark.identity
def test_units_and_order_do_not_matter():
    rows = of_case("some")
    scaled = rows.assign(estimate=rows["estimate"] * 7, std_error=rows["std_error"] * 7)
    one, other = between_sites(rows).iloc[0], between_sites(scaled[::-1]).iloc[0]
    for name, power in (("q", 0), ("i2", 0), ("estimate", 1), ("predicted_low", 1), ("tau2", 2)):
        assert other[name] == pytest.approx(one[name] * 7**power, rel=1e-9), name


@pytest.mark.unit
def test_terms_and_sites_that_are_missing_are_told():
    rows = pd.DataFrame(
        {
            "site": ["a", "a", "b", "c"],
            "term": ["x", "y", "x", None],
            "estimate": [1.0, 2.0, 3.0, np.nan],
            "std_error": [0.5, 0.5, 0.5, np.nan],
            "note": ["", "", "", "Too few patients. Add some."],
        }
    )
    found = between_sites(rows).set_index("term")
    assert found.loc["x", ["n_sites", "n_not_fitted"]].tolist() == [2, 1]
    assert found.loc["x", "not_fitted"] == "c: Too few patients"
    assert found.loc["y", "not_fitted"] == "b: its fit does not have this term; c: Too few patients"
    assert np.isnan(found.loc["y", "q"])
    assert found.loc["x", "q"] == pytest.approx(8.0)  # (1/0.25) * 2 * 1


@pytest.mark.unit
def test_sites_that_agree_exactly_have_no_variance_between_them():
    rows = of_case("alike").assign(estimate=-4.0)
    found = between_sites(rows).iloc[0]
    assert found[["q", "tau2", "i2"]].tolist() == [0.0, 0.0, 0.0]
    assert found["estimate"] == pytest.approx(-4.0)


@pytest.mark.unit
def test_a_level_that_is_no_probability_is_refused():
    with pytest.raises(ModelError):
        between_sites(of_case("bcg"), conf_level=95)
