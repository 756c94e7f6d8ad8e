"""Five strategies against rbmi, and the likelihood of the imputation model against nlme."""

import json

import pytest
from scipy import stats

from analysis.missing import impute_and_pool
from tests.missing.trials import FORMULA, REFERENCE, ROLES, long_data

FOLDER = REFERENCE / "missing"
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
DATA = long_data()


@pytest.mark.reference
@pytest.mark.parametrize("strategy", ["MAR", "JR", "CR", "CIR", "LMCF"])
def test_estimates_and_jackknife_errors_are_those_of_rbmi(strategy):
    result = impute_and_pool(
        FORMULA, DATA, **ROLES, strategy=strategy, covariates=["baseline"], at="v6"
    )
    tidy = result.tidy()
    assert tidy["contrast"].fillna("").tolist() == ["iv - oral", "", ""]
    assert tidy["arm"].fillna("").tolist() == ["", "oral", "iv"]
    for row, theirs in zip(tidy.to_dict("records"), EXPECTED[strategy], strict=True):
        assert row["estimate"] == pytest.approx(theirs["est"], rel=2e-4)
        assert row["std_error"] == pytest.approx(theirs["se"], rel=2e-4)
        normal = row["estimate"] - 1.959964 * row["std_error"]
        assert normal == pytest.approx(theirs["lci"], rel=4e-4)
        assert row["conf_low"] < theirs["lci"]  # theirs is normal, ours has t quantiles
        by_t = 2.0 * stats.t.sf(abs(theirs["est"] / theirs["se"]), row["df"])
        assert row["p_value"] == pytest.approx(by_t, rel=5e-3)
        assert row["p_value"] > theirs["pval"]


@pytest.mark.reference
def test_the_model_is_at_least_as_likely_as_that_of_nlme():
    theirs = json.loads((FOLDER / "likelihood.json").read_text(encoding="utf-8"))
    result = impute_and_pool(FORMULA, DATA, **ROLES, covariates=["baseline"], inference="draws",
                             n_draws=2)  # fmt: skip
    ours = result.glance()["log_likelihood"].iloc[0]
    optimum = theirs["restricted_log_likelihood"]
    assert ours > optimum
    assert ours == pytest.approx(optimum, abs=1e-6)
