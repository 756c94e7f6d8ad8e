"""Covariance structures side by side: the criteria of each fit, and why some cannot be had."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ConvergenceError, ModelError
from analysis.mixed import compare_covariances, fit_moments, mmrm, moments, structure_table
from analysis.mixed.engine.structures import STRUCTURES
from tests.mixed.networks import clinic_network

DATA = clinic_network(4, n_patients=80, n_visits=3)
ROLES = {"subject": "patient", "visit": "visit"}
FORMULA = "change ~ arm * visit + baseline"
SUMS = moments(FORMULA, DATA, **ROLES)
APART = DATA.loc[~((DATA["visit"] == "v3") & (DATA["patient"] % 2 == 0))
                 & ~((DATA["visit"] == "v1") & (DATA["patient"] % 2 == 1))]  # fmt: skip


@pytest.mark.identity
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_criteria_are_those_of_each_fit(method):
    table = compare_covariances(SUMS, method=method).set_index("covariance")
    assert sorted(table.index) == sorted(set(STRUCTURES) - {"spatial exponential"})
    for name in table.index:
        fit = mmrm(FORMULA, DATA, **ROLES, covariance=name, method=method, df="residual")
        row, ours = fit.glance().iloc[0], table.loc[name]
        assert ours["deviance"] == pytest.approx(-2 * row["log_likelihood"], rel=1e-9)
        for column in ("n_parameters", "aic", "aicc", "bic"):
            assert ours[column] == pytest.approx(row[column], rel=1e-9)
        assert bool(ours["converged"])
        assert ours["note"] == ""


@pytest.mark.unit
def test_smallest_criterion_comes_first():
    table = compare_covariances(SUMS)
    assert list(table.columns) == [
        "covariance", "n_parameters", "deviance", "aic", "aicc", "bic", "converged", "note",
    ]  # fmt: skip
    assert table["aicc"].is_monotonic_increasing
    assert table.index.tolist() == list(range(len(table)))
    deviance = table.set_index("covariance")["deviance"]
    assert deviance["unstructured"] == deviance.min()
    assert deviance["independent"] == deviance.max()


@pytest.mark.unit
def test_few_rows_are_ordered_by_the_corrected_criterion():
    scores = [20.0, 14.0, 18.0, 15.0, 26.0, 20.0, 22.0, 20.0]
    data = pd.DataFrame({"patient": np.repeat(list("abcd"), 2), "visit": ["v1", "v2"] * 4,
                         "change": scores})  # fmt: skip
    table = compare_covariances(
        moments("change ~ visit", data, **ROLES), ["compound symmetry", "independent"]
    )
    assert table["covariance"].tolist() == ["independent", "compound symmetry"]
    assert table["aic"].is_monotonic_decreasing


@pytest.mark.unit
def test_variance_of_zero_is_noted():
    centred = DATA["change"] - DATA.groupby("site_id")["change"].transform("mean")
    sums = moments("change ~ visit", DATA.assign(change=centred), **ROLES, nested_in="site_id")
    table = compare_covariances(sums, ["ar1"])
    assert table["note"].tolist() == ["variance of site_id is 0"]
    assert table["converged"].tolist() == [True]


@pytest.mark.unit
def test_only_what_was_asked_for_is_fitted():
    table = compare_covariances(SUMS, ["independent", "ar1"])
    assert table["covariance"].tolist() == ["ar1", "independent"]
    assert table["n_parameters"].tolist() == [2, 1]


@pytest.mark.unit
def test_structure_that_cannot_be_had_is_listed_last_with_the_reason():
    sums = moments("change ~ arm + visit", APART, **ROLES)
    table = compare_covariances(sums, ["unstructured", "ar1", "spatial exponential"])
    assert table["covariance"].tolist() == ["ar1", "unstructured", "spatial exponential"]
    assert table["converged"].tolist() == [True, False, False]
    assert "No patient has both visit 'v1' and visit 'v3'" in table["note"][1]
    assert "coordinates=" in table["note"][2]
    assert table.loc[1:, ["n_parameters", "deviance", "aicc"]].isna().all().all()


@pytest.mark.unit
def test_structure_that_does_not_converge_is_listed_last_with_the_reason(monkeypatch):
    real = fit_moments

    def stubborn(sums, *, covariance, **options):
        if covariance == "ar1":
            raise ConvergenceError("It got lost.")
        return real(sums, covariance=covariance, **options)

    monkeypatch.setattr(structure_table, "fit_moments", stubborn)
    table = compare_covariances(SUMS, ["ar1", "independent"])
    assert table["covariance"].tolist() == ["independent", "ar1"]
    assert table["note"].tolist() == ["", "It got lost."]
    assert np.isnan(table["aic"][1])


@pytest.mark.unit
def test_no_structure_at_all_gives_a_table_of_reasons():
    sums = moments("change ~ arm + visit", APART, **ROLES)
    table = compare_covariances(sums, ["unstructured"])
    assert table["converged"].tolist() == [False]
    assert "No patient" in table["note"][0]
    assert compare_covariances(sums, []).empty


@pytest.mark.unit
def test_unknown_structure_is_refused():
    with pytest.raises(ModelError, match="covariance is 'ar2'; allowed are unstructured"):
        compare_covariances(SUMS, ["ar1", "ar2"])
    with pytest.raises(ModelError, match="method is 'REML'"):
        compare_covariances(SUMS, method="REML")
