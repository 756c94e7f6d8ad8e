"""Analyses of completed scores: response against a regression by hand, and functions of rows."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import special

from analysis.errors import DataError, ModelError
from analysis.missing import impute_and_pool
from analysis.missing.ancova import make_ancova
from analysis.missing.responders import make_responders
from analysis.missing.schedule import arrange
from analysis.missing.user_function import read_answers
from tests.missing.trials import FORMULA, ROLES, trial

WHOLE, SEEN = trial()
N = 40
PLACES = arrange(FORMULA, WHOLE, visits=None, needed=(), **ROLES)


def response(rows):
    return rows["change"] <= -4.0


@pytest.mark.identity
def test_weighted_patients_are_copies_in_the_ancova():
    ancova = make_ancova(PLACES, ["baseline"], (1, 2))
    weights = np.ones(N)
    weights[[3, 9]], weights[20] = 2.0, 0.0
    rows = WHOLE[WHOLE["visit"] == "v3"]
    X = sm.add_constant(np.column_stack([rows["arm"] == "iv", rows["baseline"]]).astype(float))
    fit = sm.WLS(rows["change"].to_numpy(), X, weights=weights).fit()
    found = ancova.estimate(PLACES.scores, weights)
    middle = np.average(rows["baseline"], weights=weights)
    assert found[1] == pytest.approx(fit.params[1], rel=1e-10)
    assert found[4] == pytest.approx(fit.params[0] + fit.params[2] * middle, rel=1e-10)
    assert ancova.labels["term"].tolist() == [
        "iv - oral at v2", "iv - oral at v3", "mean of oral at v2", "mean of iv at v2",
        "mean of oral at v3", "mean of iv at v3",
    ]  # fmt: skip


@pytest.mark.identity
def test_covariates_may_act_differently_in_the_arms():
    ancova = make_ancova(PLACES, ["baseline", "arm:baseline"], (2,))
    rows = WHOLE[WHOLE["visit"] == "v3"]
    means = []
    for arm in ("oral", "iv"):
        own = rows[rows["arm"] == arm]
        slope, level = np.polyfit(own["baseline"], own["change"], 1)
        means.append(level + slope * rows["baseline"].mean())
    found = ancova.estimate(PLACES.scores, np.ones(N))
    np.testing.assert_allclose(found, [means[1] - means[0], *means], rtol=1e-9)


@pytest.mark.unit
def test_covariates_of_the_analysis_are_constant_and_say_something():
    with pytest.raises(DataError, match="'change' changes within 40 patients"):
        make_ancova(PLACES, ["change"], (2,))
    with pytest.raises(ModelError, match="1 are determined"):
        make_ancova(PLACES, ["baseline", "I(2 * baseline)"], (2,))


@pytest.mark.identity
def test_risks_are_standardised_over_all_patients():
    found = make_responders(PLACES, ["baseline"], (2,), response).inference(PLACES.scores)
    rows = WHOLE[WHOLE["visit"] == "v3"]
    X = sm.add_constant(np.column_stack([rows["arm"] == "iv", rows["baseline"]]).astype(float))
    fit = sm.Logit(response(rows).to_numpy().astype(float), X).fit(disp=False, tol=1e-12)
    risks = []
    for arm in (0.0, 1.0):
        X[:, 1] = arm
        risks.append(special.expit(X @ fit.params).mean())
    np.testing.assert_allclose(found[0], [risks[1] - risks[0], *risks], rtol=1e-7)


@pytest.mark.identity
def test_without_covariates_errors_are_those_of_proportions():
    found = make_responders(PLACES, (), (2,), response).inference(PLACES.scores)
    rows = WHOLE[WHOLE["visit"] == "v3"]
    shares = response(rows).groupby(rows["arm"]).mean()[["oral", "iv"]].to_numpy()
    variances = shares * (1.0 - shares) / (N / 2)
    np.testing.assert_allclose(found[0], [shares[1] - shares[0], *shares], rtol=1e-9)
    np.testing.assert_allclose(found[1], np.sqrt([variances.sum(), *variances]), rtol=1e-9)


@pytest.mark.truth
def test_errors_of_standardised_risks_are_the_jackknifes():
    responders = make_responders(PLACES, ["baseline"], (2,), response)
    estimate, error, _ = responders.inference(PLACES.scores)
    others = []
    for patient in range(N):
        rest = WHOLE[WHOLE["patient"] != f"p{patient:03d}"]
        places = arrange(FORMULA, rest, visits=None, needed=(), **ROLES)
        part = make_responders(places, ["baseline"], (2,), response)
        others.append(part.inference(places.scores)[0])
    spread = np.stack(others) - estimate
    np.testing.assert_allclose(np.sqrt((spread**2).sum(axis=0)), error, rtol=0.1)


@pytest.mark.unit
def test_response_of_drawn_scores_is_pooled():
    result = impute_and_pool(
        FORMULA, SEEN, **ROLES, analysis="responder", response=response, covariates=["baseline"],
        inference="draws", n_draws=20,
    )  # fmt: skip
    tidy = result.tidy()
    assert tidy["estimate"].iloc[0] == pytest.approx(
        tidy["estimate"].iloc[2] - tidy["estimate"].iloc[1], abs=1e-12
    )
    assert tidy["estimate"].iloc[1:].between(0.0, 1.0).all()
    with pytest.raises(ModelError, match="True or False for every row"):
        impute_and_pool(
            FORMULA, SEEN, **ROLES, analysis="responder", response=lambda rows: rows["change"],
            inference="draws", n_draws=2,
        )  # fmt: skip


@pytest.mark.unit
def test_a_function_may_return_numbers_mappings_frames_or_results():
    frame = pd.DataFrame({"group": ["a", "b"], "week": [1, 1], "estimate": [1.0, 2.0],
                          "std_error": [0.1, 0.2]})  # fmt: skip

    class Result:
        def tidy(self):
            return frame

    assert read_answers(2)[0]["term"].tolist() == ["answer"]
    assert read_answers({"a": 1.0, "b": 2.0})[1][0].tolist() == [1.0, 2.0]
    assert read_answers(pd.Series({"x": 3.0}))[0]["term"].tolist() == ["x"]
    labels, answers = read_answers(Result())
    assert labels["term"].tolist() == ["a at 1", "b at 1"]
    assert answers[1].tolist() == [0.1, 0.2]
    assert np.isinf(answers[2]).all()
    for wrong in ("text", None, frame.drop(columns="estimate"), {"a": np.nan}):
        with pytest.raises(ModelError, match="function of the analysis"):
            read_answers(wrong)


@pytest.mark.identity
def test_a_function_for_the_same_question_gives_the_same_answer():
    def difference(rows):
        last = rows[rows["visit"] == "v3"]
        X = np.column_stack([np.ones(len(last)), last["arm"] == "iv", last["baseline"]])
        fit = sm.OLS(last["change"].to_numpy(), X.astype(float)).fit()
        return pd.DataFrame({"term": ["difference"], "estimate": [fit.params[1]],
                             "std_error": [fit.bse[1]], "df": [fit.df_resid]})  # fmt: skip

    for inference in ("jackknife", "bootstrap", "draws"):
        options = {"inference": inference, "n_draws": 4}
        theirs = impute_and_pool(FORMULA, SEEN, **ROLES, analysis=difference, **options).tidy()
        ours = impute_and_pool(FORMULA, SEEN, **ROLES, covariates=["baseline"], **options).tidy()
        columns = ["estimate", "std_error", "df"]
        np.testing.assert_allclose(
            theirs[columns].iloc[0].astype(float), ours[columns].iloc[0].astype(float), rtol=1e-8
        )


@pytest.mark.unit
def test_draws_need_standard_errors_and_the_same_names_every_time():
    with pytest.raises(ModelError, match="needs a standard error"):
        impute_and_pool(FORMULA, SEEN, **ROLES, analysis=lambda rows: rows["change"].mean(),
                        inference="draws", n_draws=2)  # fmt: skip
    names = iter(range(100))
    with pytest.raises(ModelError, match="names other answers"):
        impute_and_pool(
            FORMULA, SEEN, **ROLES, inference="bootstrap", n_draws=2,
            analysis=lambda rows: {str(next(names)): rows["change"].mean()},
        )  # fmt: skip
