"""Columns that others determine: left out on request, and what then can be estimated."""

import json

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.mixed import fit_moments, lmm, mmrm, moments
from tests.mixed.frames import REFERENCE, our_term, reference_data

DATA = reference_data("empty_cell")
R = json.loads((REFERENCE / "empty_cell.json").read_text(encoding="utf-8"))
GRID = ["estimate", "std_error", "df"]
AT_VISITS = {"subject": "patient", "visit": "visit"}


@pytest.fixture(scope="module")
def fit():
    return lmm("score ~ arm * visit", DATA, subject="patient", aliased="drop")


def numbers(rows):
    return pd.DataFrame(rows)[GRID].to_numpy(dtype=float)


@pytest.mark.reference
def test_coefficients_are_those_of_r(fit):
    tidy = fit.tidy()
    assert tidy["term"].tolist() == [our_term(name) for name in R["terms"]]
    np.testing.assert_allclose(tidy[GRID], numbers(R["coef"]), rtol=1e-6)


def by_visit(result):
    return result.tidy().sort_values("visit", kind="stable")


@pytest.mark.reference
@pytest.mark.parametrize(
    ("asked", "which"),
    [
        (lambda fit: by_visit(fit.marginal_means("arm", by="visit")), "means"),
        (lambda fit: fit.marginal_means("arm").tidy(), "arms"),
        (lambda fit: by_visit(fit.marginal_means("arm", by="visit").contrasts()), "pairs"),
    ],
)
def test_means_that_the_rows_do_not_know_are_missing_as_in_r(fit, asked, which):
    ours = asked(fit)
    np.testing.assert_allclose(ours[GRID], numbers(R[which]), rtol=1e-6)
    unknown = ours["estimate"].isna()
    assert unknown.any()
    assert (
        ours.loc[unknown, ["statistic", "p_value", "conf_low", "conf_high"]].isna().all(axis=None)
    )


@pytest.mark.reference
def test_f_tests_leave_out_what_cannot_be_tested_as_in_r(fit):
    """emmeans rounds its F to 4 digits and computes df2 by another rule for several df1."""
    theirs = pd.DataFrame(R["joint"]).iloc[:3]
    ours = fit.joint_tests()
    assert ours["term"].tolist() == theirs["model term"].tolist()
    assert ours["df1"].tolist() == theirs["df1"].tolist() == [1, 1, 3]
    np.testing.assert_allclose(ours["statistic"], theirs["F.ratio"].astype(float), atol=6e-4)
    single = (ours["df1"] == 1).to_numpy()
    assert single.sum() == 2
    np.testing.assert_allclose(ours["df2"][single], theirs["df2"][single].astype(float), rtol=2e-4)


def test_order_of_terms_decides_what_is_dropped_and_nothing_else(fit):
    other = lmm("score ~ visit * C(arm, contr.sum)", DATA, subject="patient", aliased="drop")
    means = fit.marginal_means("arm", by="visit").tidy()[GRID]
    np.testing.assert_allclose(
        other.marginal_means("arm", by="visit").tidy()[GRID], means, rtol=1e-8
    )
    np.testing.assert_allclose(
        other.glance()["n_parameters"], fit.glance()["n_parameters"], rtol=1e-8
    )
    ours, theirs = fit.joint_tests().set_index("term"), other.joint_tests().set_index("term")
    np.testing.assert_allclose(theirs.loc["visit"], ours.loc["visit"], rtol=1e-6)
    np.testing.assert_allclose(
        theirs.loc["visit:C(arm, contr.sum)"], ours.loc["arm:visit"], rtol=1e-6
    )


def test_drop_gives_the_fit_of_the_formula_without_the_column(fit):
    whole = lmm(*indicators(), subject="patient")
    np.testing.assert_allclose(fit.tidy()[GRID], whole.tidy()[GRID], rtol=1e-9)
    np.testing.assert_allclose(fit.glance()["log_likelihood"], whole.glance()["log_likelihood"])


def indicators():
    """Write the formula without the column as numbers, so that nothing is to be dropped."""
    names = {"iv": "arm", "oral": "arm", "v2": "visit", "v3": "visit"}
    data = DATA.assign(**{level: 1.0 * (DATA[name] == level) for level, name in names.items()})
    return "score ~ iv + oral + v2 + v3 + iv:v2 + oral:v2 + iv:v3", data.astype({"visit": str})


@pytest.mark.parametrize(
    "choice",
    [{"df": df} for df in ("kenward-roger", "satterthwaite", "between-within", "residual")]
    + [{"vcov": vcov} for vcov in ("empirical", "bias-reduced", "jackknife")],
    ids=str,
)
def test_every_inference_is_that_of_the_formula_without_the_column(choice):
    ours = mmrm("score ~ arm * visit", DATA, **AT_VISITS, aliased="drop", **choice)
    whole = mmrm(*indicators(), **AT_VISITS, **choice)
    np.testing.assert_allclose(ours.tidy()[GRID], whole.tidy()[GRID], rtol=1e-7)
    np.testing.assert_allclose(ours.glance()["aic"], whole.glance()["aic"])


def test_moments_can_be_fitted_with_a_column_dropped():
    sums = moments("score ~ arm * visit", DATA, **AT_VISITS)
    ours = fit_moments(sums, aliased="drop").tidy()
    whole = mmrm("score ~ arm * visit", DATA, **AT_VISITS, aliased="drop").tidy()
    pd.testing.assert_frame_equal(ours, whole, rtol=1e-9)


def test_adjustments_count_the_comparisons_that_can_be_made(fit):
    means = fit.marginal_means("arm", by="visit")
    raw, adjusted = means.contrasts(), means.contrasts(adjust="bonferroni")
    at_last = raw.labels["visit"] == "v3"
    p = raw.tidy().loc[at_last, "p_value"].dropna()
    np.testing.assert_allclose(adjusted.tidy().loc[at_last, "p_value"].dropna(), p)
    assert "2 comparisons cannot be estimated" in adjusted.summary()


def test_predictions_of_unknown_means_are_missing(fit):
    rows = pd.DataFrame({"arm": ["oral", "iv"], "visit": ["v3", "v3"]})
    predicted = fit.predict(rows)
    assert predicted.isna().all(axis=1).tolist() == [True, False]


def test_a_repeated_number_is_dropped_and_named():
    data = DATA.assign(day=DATA["visit"].str[1].astype(int), again=lambda d: 7 * d["day"] + 1)
    once = lmm("score ~ arm + day", data, subject="patient")
    twice = lmm("score ~ arm + day + again", data, subject="patient", aliased="drop")
    np.testing.assert_allclose(twice.tidy()[GRID], once.tidy()[GRID], rtol=1e-8)
    assert (
        "dropped on request, because the terms before determine them: again"
        in (twice.glance()["notes"].iloc[0])
    )
    at_mean, elsewhere = (
        twice.marginal_means("arm", at=at).tidy() for at in (None, {"again": [0]})
    )
    np.testing.assert_allclose(at_mean[GRID], once.marginal_means("arm").tidy()[GRID], rtol=1e-8)
    assert elsewhere["estimate"].isna().all()
    consistent = twice.marginal_means("arm", at={"day": [2], "again": [15]}).tidy()
    expected = once.marginal_means("arm", at={"day": [2]}).tidy()
    np.testing.assert_allclose(consistent[GRID], expected[GRID], rtol=1e-7)


def test_nothing_changes_where_nothing_is_aliased():
    two = DATA.loc[DATA["arm"] != "oral"]
    pd.testing.assert_frame_equal(
        lmm("score ~ arm * visit", two, subject="patient", aliased="drop").tidy(),
        lmm("score ~ arm * visit", two, subject="patient").tidy(),
    )


@pytest.mark.parametrize("fitted", [
    lambda: lmm("score ~ arm", DATA, subject="patient", aliased="no"),
    lambda: mmrm("score ~ arm", DATA, **AT_VISITS, aliased="no"),
])  # fmt: skip
def test_an_unknown_choice_is_refused(fitted):
    with pytest.raises(ModelError, match="aliased is 'no'; allowed are error, drop"):
        fitted()


def test_the_refusal_offers_the_choice():
    with pytest.raises(ModelError, match="aliased='drop' leaves just these columns out"):
        mmrm("score ~ arm * visit", DATA, **AT_VISITS)
