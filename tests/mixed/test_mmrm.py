"""The mixed model for repeated measures as users call it: references, identities, refusals."""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.errors import ConvergenceError, DataError, ModelError
from analysis.mixed import lmm, mmrm
from tests.mixed.frames import expected_of_r, paired, reference_data

MODULE = import_module("analysis.mixed.on_visits")
DATA = reference_data()
FORMULA = "change ~ arm * visit + baseline + sex"
SMALL = "change ~ arm + visit"
STRUCTURES = (
    "unstructured",
    "toeplitz",
    "heterogeneous toeplitz",
    "ar1",
    "heterogeneous ar1",
    "compound symmetry",
    "heterogeneous compound symmetry",
    "ante-dependence",
    "heterogeneous ante-dependence",
)
TWO = DATA.loc[DATA["visit"].isin(["v1", "v2", "v3"]) & (DATA["arm"] != "oral")]


def fit(formula=FORMULA, data=DATA, **options):
    return mmrm(formula, data, subject="patient", visit="visit", **options)


def log_likelihood(result):
    return float(result.glance()["log_likelihood"].iloc[0])


def check_reference(result, reference, *, df=1e-4):
    """Compare log-likelihood, coefficients and their inference with R."""
    assert log_likelihood(result) == pytest.approx(reference["logLik"], rel=1e-10)
    theirs, ours = reference["coef"], result.tidy()
    assert ours["term"].tolist() == theirs["term"].tolist()
    error = theirs["std_error"]
    assert (np.abs(ours["estimate"] - theirs["estimate"]) <= 1e-6 * error).all()
    np.testing.assert_allclose(ours["std_error"], error, rtol=1e-6)
    np.testing.assert_allclose(ours["df"], theirs["df"], rtol=df)


@pytest.mark.reference
@pytest.mark.parametrize("df", ["satterthwaite", "kenward-roger"])
@pytest.mark.parametrize("covariance", STRUCTURES)
def test_fit_is_that_of_r(covariance, df):
    reference = expected_of_r(f"mmrm|{covariance}|{df}")
    result = fit(covariance=covariance, df=df)
    check_reference(result, reference)
    scale = np.max(np.abs(reference["cov"]))
    np.testing.assert_allclose(result.covariance(), reference["cov"], atol=2e-6 * scale)


@pytest.mark.reference
@pytest.mark.parametrize("df", ["satterthwaite", "kenward-roger"])
def test_means_pairs_and_joint_tests_are_those_of_r(df):
    reference = expected_of_r(f"mmrm|unstructured|{df}")
    result = fit(df=df)
    means = result.marginal_means("arm", by="visit")
    for frame, key, by, value in (
        (means.tidy(), "emmeans", ["arm", "visit"], "emmean"),
        (means.contrasts("pairwise").tidy(), "pairs", ["contrast", "visit"], "estimate"),
    ):
        ours = frame.set_index(by).sort_index()
        theirs = pd.DataFrame(reference[key]).set_index(by).sort_index()
        assert list(ours.index) == list(theirs.index)
        assert (np.abs(ours["estimate"] - theirs[value]) <= 1e-6 * theirs["SE"]).all()
        np.testing.assert_allclose(ours["std_error"], theirs["SE"], rtol=1e-6)
        np.testing.assert_allclose(ours["df"], theirs["df"], rtol=1e-5)
        np.testing.assert_allclose(ours["conf_low"], theirs["lower.CL"], rtol=1e-5, atol=1e-5)
    theirs, tests = pd.DataFrame(reference["joint"]), result.joint_tests()
    assert tests["term"].tolist() == theirs["term"].tolist()
    np.testing.assert_allclose(tests["df1"], theirs["df1"])
    np.testing.assert_allclose(tests["df2"], theirs["df2"], rtol=1e-5)
    np.testing.assert_allclose(tests["statistic"], theirs["statistic"], rtol=1e-6)
    np.testing.assert_allclose(tests["p_value"], theirs["p_value"], rtol=1e-4)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("key", "formula", "options"),
    [
        ("ml", FORMULA, {"method": "ml"}),
        ("grouped", "change ~ arm * visit + baseline", {"covariance_by": "sex"}),
        ("weights", "change ~ arm * visit + baseline", {"weights": "w"}),
    ],
)
def test_full_likelihood_groups_and_weights_are_those_of_r(key, formula, options):
    result = fit(formula, **{"df": "satterthwaite", **options})
    check_reference(result, expected_of_r(f"mmrm|unstructured|{key}"))


@pytest.mark.identity
@pytest.mark.parametrize("df", ["kenward-roger", "satterthwaite"])
def test_two_visits_give_exactly_the_paired_t_test(df):
    data = paired()
    wide = data.pivot(index="patient", columns="visit", values="score")
    test = stats.ttest_rel(wide["v2"], wide["v1"])
    row = mmrm("score ~ visit", data, subject="patient", visit="visit", df=df).tidy().iloc[1]
    difference = wide["v2"] - wide["v1"]
    assert row["estimate"] == pytest.approx(difference.mean(), rel=1e-10)
    assert row["std_error"] == pytest.approx(difference.std() / np.sqrt(12), rel=1e-10)
    assert row["df"] == pytest.approx(11.0, rel=1e-10)
    assert row["statistic"] == pytest.approx(test.statistic, rel=1e-9)
    assert row["p_value"] == pytest.approx(test.pvalue, rel=1e-8)


@pytest.mark.identity
def test_complete_data_have_the_covariance_of_textbooks():
    complete = TWO.groupby("patient").filter(lambda d: len(d) == 3)
    result = fit("change ~ visit", complete)
    wide = complete.pivot(index="patient", columns="visit", values="change")
    np.testing.assert_allclose(result.covariance(), wide.cov(), rtol=1e-8)
    assert result.covariance().index.tolist() == ["v1", "v2", "v3"]
    assert result.covariance().index.name == "visit"
    means = result.marginal_means("visit").tidy()
    np.testing.assert_allclose(means["estimate"], wide.mean(), rtol=1e-10)
    np.testing.assert_allclose(means["std_error"], wide.std() / np.sqrt(len(wide)), rtol=1e-8)
    np.testing.assert_allclose(means["df"], len(wide) - 1, rtol=1e-8)


@pytest.mark.identity
@pytest.mark.parametrize("covariance", ["unstructured", "heterogeneous toeplitz"])
def test_order_of_rows_and_names_of_patients_do_not_matter(covariance):
    first = fit(SMALL, TWO, covariance=covariance)
    names = {name: f"q{(7 * at) % 997:03d}" for at, name in enumerate(TWO["patient"].unique())}
    other = TWO.assign(patient=TWO["patient"].map(names)).sample(frac=1, random_state=2)
    second = fit(SMALL, other, covariance=covariance)
    pd.testing.assert_frame_equal(second.tidy(), first.tidy(), rtol=1e-7)
    assert log_likelihood(second) == pytest.approx(log_likelihood(first), rel=1e-11)


@pytest.mark.identity
def test_coding_of_factors_does_not_matter():
    first = fit("change ~ arm * visit + baseline", TWO)
    second = fit("change ~ C(arm, contr.sum) * C(visit, contr.helmert) + baseline", TWO)
    means = [result.marginal_means("arm", by="visit").tidy() for result in (first, second)]
    pd.testing.assert_frame_equal(*means, rtol=1e-6)
    tests = [result.joint_tests().drop(columns="term") for result in (first, second)]
    pd.testing.assert_frame_equal(*tests, rtol=1e-6)


@pytest.mark.identity
@pytest.mark.parametrize("covariance", ["unstructured", "ar1"])
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_units_of_the_score_do_not_matter(method, covariance):
    first = fit(SMALL, TWO, method=method, covariance=covariance)
    scaled = TWO.assign(change=1e4 * TWO["change"])
    second = fit(SMALL, scaled, method=method, covariance=covariance)
    np.testing.assert_allclose(second.tidy()["estimate"], 1e4 * first.tidy()["estimate"], rtol=1e-7)
    np.testing.assert_allclose(second.tidy()["statistic"], first.tidy()["statistic"], rtol=1e-7)
    np.testing.assert_allclose(second.tidy()["df"], first.tidy()["df"], rtol=1e-6)
    np.testing.assert_allclose(second.covariance(), 1e8 * first.covariance(), rtol=1e-6)
    rows = len(TWO) - 4 if method == "reml" else len(TWO)
    difference = log_likelihood(second) - log_likelihood(first)
    assert difference == pytest.approx(-rows * np.log(1e4), rel=1e-9)


@pytest.mark.identity
def test_adding_to_the_score_moves_the_intercept_only():
    first = fit(SMALL, TWO).tidy()
    second = fit(SMALL, TWO.assign(change=TWO["change"] + 1000)).tidy()
    assert second["estimate"][0] == pytest.approx(first["estimate"][0] + 1000, rel=1e-9)
    np.testing.assert_allclose(second["estimate"][1:], first["estimate"][1:], rtol=1e-6)
    for column in ("std_error", "df"):
        np.testing.assert_allclose(second[column], first[column], rtol=1e-6)


@pytest.mark.identity
def test_groups_that_share_nothing_are_separate_fits():
    together = fit("change ~ 0 + sex:visit", TWO, covariance_by="sex")
    total = 0.0
    for sex in ("F", "M"):
        alone = fit("change ~ 0 + visit", TWO.loc[TWO["sex"] == sex])
        total += log_likelihood(alone)
        ours = together.tidy().set_index("term").filter(like=f"sex[{sex}]", axis=0)
        for column in ("estimate", "std_error", "df"):
            np.testing.assert_allclose(ours[column], alone.tidy()[column], rtol=1e-6)
        np.testing.assert_allclose(together.covariance()[sex], alone.covariance(), rtol=1e-5)
    assert log_likelihood(together) == pytest.approx(total, rel=1e-11)
    assert together.glance()["n_parameters"].iloc[0] == 12


@pytest.mark.identity
@pytest.mark.parametrize("information", ["observed", "expected"])
@pytest.mark.parametrize("df", ["satterthwaite", "kenward-roger"])
def test_compound_symmetry_is_a_random_intercept(df, information):
    formula = "change ~ arm + visit + baseline"
    options = {"df": df, "information": information}
    first = fit(formula, TWO, covariance="compound symmetry", **options)
    second = lmm(formula, TWO, subject="patient", random="1", **options)
    assert log_likelihood(first) == pytest.approx(log_likelihood(second), rel=1e-11)
    for column in ("estimate", "std_error", "df"):
        ours, theirs = first.tidy()[column], second.tidy()[column]
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    parts = second.variance_components()["estimate"]
    V = first.covariance().to_numpy()
    assert V[0, 1] == pytest.approx(parts[0], rel=1e-6)
    assert V[0, 0] == pytest.approx(parts.sum(), rel=1e-6)


@pytest.mark.identity
@pytest.mark.parametrize("first", ["ar1", "compound symmetry", "toeplitz", "ante-dependence"])
def test_structures_of_two_visits_are_one(first):
    data = TWO.loc[TWO["visit"] != "v3"]
    plain = fit(SMALL, data, covariance=first, df="satterthwaite")
    other = fit(SMALL, data, covariance="compound symmetry", df="satterthwaite")
    assert log_likelihood(plain) == pytest.approx(log_likelihood(other), rel=1e-11)
    free = fit(SMALL, data, covariance=f"heterogeneous {first}", df="satterthwaite")
    unstructured = fit(SMALL, data, df="satterthwaite")
    assert log_likelihood(free) == pytest.approx(log_likelihood(unstructured), rel=1e-11)
    np.testing.assert_allclose(free.tidy()["df"], unstructured.tidy()["df"], rtol=1e-5)


@pytest.mark.identity
@pytest.mark.parametrize("covariance", ["unstructured", "ar1", "toeplitz", "independent"])
def test_one_visit_is_least_squares(covariance):
    data = TWO.loc[TWO["visit"] == "v1"]
    row = fit("change ~ baseline", data, covariance=covariance).tidy().iloc[1]
    line = stats.linregress(data["baseline"], data["change"])
    assert row["estimate"] == pytest.approx(line.slope, rel=1e-8)
    assert row["std_error"] == pytest.approx(line.stderr, rel=1e-8)
    assert row["df"] == pytest.approx(len(data) - 2, rel=1e-6)


@pytest.mark.identity
def test_independent_visits_are_weighted_least_squares():
    homogeneous = fit(SMALL, TWO, covariance="independent", df="residual")
    X = homogeneous.population.design(TWO)
    b, squares, *_ = np.linalg.lstsq(X, TWO["change"], rcond=None)
    np.testing.assert_allclose(homogeneous.tidy()["estimate"], b, rtol=1e-8)
    residual = homogeneous.variance_components()["estimate"].iloc[0]
    assert residual == pytest.approx(float(squares[0]) / (len(TWO) - 4), rel=1e-8)
    assert homogeneous.tidy()["df"].unique().tolist() == [len(TWO) - 4]
    heterogeneous = fit(SMALL, TWO, covariance="heterogeneous independent")
    V = heterogeneous.covariance().to_numpy()
    assert np.count_nonzero(V) == 3
    assert log_likelihood(heterogeneous) > log_likelihood(homogeneous)


@pytest.mark.identity
def test_spatial_exponential_of_equal_steps_is_ar1():
    data = TWO.assign(step=3.0 * TWO["visit"].str[1].astype(int))
    first = fit(SMALL, data, covariance="ar1", df="satterthwaite")
    second = fit(SMALL, data, covariance="spatial exponential", coordinates="step",
                 df="satterthwaite")  # fmt: skip
    assert log_likelihood(second) == pytest.approx(log_likelihood(first), rel=1e-11)
    for column in ("estimate", "std_error", "df"):
        np.testing.assert_allclose(second.tidy()[column], first.tidy()[column], rtol=1e-5)
    rho = first.variance_components()["estimate"].iloc[1]
    reach = second.variance_components()["estimate"].iloc[1]
    assert np.exp(-3.0 / reach) == pytest.approx(rho, rel=1e-6)


@pytest.mark.identity
def test_days_of_the_patient_are_those_of_visits_when_all_have_them():
    nominal = {"v1": 0.0, "v2": 7.0, "v3": 14.0}
    data = TWO.assign(step=TWO["visit"].map(nominal))
    by_sums = fit(SMALL, data, covariance="spatial exponential", coordinates="step")
    nearly = data.assign(step=data["step"] + 1e-9 * np.arange(len(data)))
    by_rows = fit(SMALL, nearly, covariance="spatial exponential", coordinates="step")
    assert len(by_rows.engine.model.strata[0].blocks.present) > 50
    assert log_likelihood(by_rows) == pytest.approx(log_likelihood(by_sums), rel=1e-9)
    pd.testing.assert_frame_equal(by_rows.tidy(), by_sums.tidy(), rtol=1e-5)


@pytest.mark.identity
def test_clinic_intercept_is_the_same_by_sums_and_by_rows():
    by_sums = fit(SMALL, TWO, nested_in="clinic", df="kenward-roger")
    by_rows = fit(SMALL, TWO.assign(one=1.0), nested_in="clinic", weights="one")
    assert len(by_sums.engine.model.strata[0].blocks.present) <= 7
    assert len(by_rows.engine.model.strata[0].blocks.present) > 50
    assert log_likelihood(by_rows) == pytest.approx(log_likelihood(by_sums), rel=1e-11)
    pd.testing.assert_frame_equal(by_rows.tidy(), by_sums.tidy(), rtol=1e-6)
    pd.testing.assert_frame_equal(by_rows.clinic_effects(), by_sums.clinic_effects(), rtol=1e-4)


@pytest.mark.unit
def test_fallback_reports_what_did_not_converge(monkeypatch):
    real = MODULE.maximise

    def stubborn(model, start, names):
        if model.structures[0].name in ("unstructured", "ar1"):
            raise ConvergenceError(f"{model.structures[0].name} got lost. Take another.")
        return real(model, start, names)

    monkeypatch.setattr(MODULE, "maximise", stubborn)
    result = fit(SMALL, TWO, covariance=["unstructured", "ar1", "toeplitz", "independent"])
    row = result.glance().iloc[0]
    assert row["covariance"] == "toeplitz"
    assert row["notes"] == (
        "covariance unstructured was given up: unstructured got lost; "
        "covariance ar1 was given up: ar1 got lost"
    )
    assert "got lost" in repr(result)
    monkeypatch.undo()
    direct = fit(SMALL, TWO, covariance="toeplitz")
    pd.testing.assert_frame_equal(direct.tidy(), result.tidy())
    assert direct.glance()["notes"].iloc[0] == "none"


@pytest.mark.unit
def test_last_of_a_fallback_speaks_for_itself(monkeypatch):
    def stubborn(model, start, names):
        raise ConvergenceError(f"{model.structures[0].name} got lost.")

    monkeypatch.setattr(MODULE, "maximise", stubborn)
    with pytest.raises(ConvergenceError, match="ar1 got lost"):
        fit(SMALL, TWO, covariance=["unstructured", "ar1"])


@pytest.mark.unit
def test_visits_that_nobody_has_together_are_named():
    data = TWO.loc[~((TWO["visit"] == "v3") & TWO["patient"].isin(
        TWO.loc[TWO["visit"] == "v1", "patient"]))]  # fmt: skip
    with pytest.raises(ModelError, match=r"both visit 'v1' and visit 'v3', so .*\(1 such pair"):
        fit(SMALL, data)
    result = fit(SMALL, data, covariance=["unstructured", "compound symmetry"])
    assert "No patient has both visit 'v1' and visit 'v3'" in result.glance()["notes"].iloc[0]


@pytest.mark.unit
def test_visit_without_a_score_in_a_group_is_named():
    data = TWO.loc[(TWO["sex"] == "F") | (TWO["visit"] != "v2")]
    with pytest.raises(ModelError, match="Visit 'v2' has no score in one level of 'sex'"):
        fit("change ~ visit", data, covariance_by="sex")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"covariance": "toeplitz!"}, "covariance is 'toeplitz!'; allowed are unstructured, ind"),
        ({"covariance": ["ar1", "x"]}, "covariance is 'x'; allowed"),
        ({"covariance": []}, "covariance names no structure"),
        ({"covariance": None}, "covariance names no structure"),
        ({"method": "REML"}, "method is 'REML'; allowed are reml, ml"),
        ({"df": "kr"}, "df is 'kr'; allowed are kenward-roger, satterthwaite, between-within"),
        ({"information": "both"}, "information is 'both'; allowed are observed, expected"),
        ({"df": "kenward-roger", "method": "ml"}, "Kenward-Roger needs method='reml'"),
        ({"coordinates": "day"}, "coordinates= and covariance='spatial exponential' belong"),
        ({"covariance": "spatial exponential"}, "belong together"),
    ],
)
def test_options_that_cannot_be_had_are_refused(options, match):
    with pytest.raises(ModelError, match=match):
        fit(SMALL, TWO, **options)


@pytest.mark.unit
def test_degrees_of_freedom_are_chosen_by_the_method():
    assert fit(SMALL, TWO).glance()["df_method"].iloc[0] == "kenward-roger"
    assert fit(SMALL, TWO, method="ml").glance()["df_method"].iloc[0] == "satterthwaite"


@pytest.mark.unit
def test_glance_tells_about_the_fit():
    data = TWO.copy()
    data.loc[data.index[[0, 5]], "change"] = np.nan
    row = fit(SMALL, data, covariance="ar1").glance().iloc[0]
    assert (row["n_dropped"], row["n_obs"]) == (2, len(TWO) - 2)
    assert row["n_subjects"] == data.dropna(subset="change")["patient"].nunique()
    assert bool(row["converged"])
    assert 0 <= row["newton_decrement"] <= 1e-12
    assert (row["covariance"], row["method"], row["vcov"]) == ("ar1", "reml", "model")
    assert (row["information"], row["boundary"]) == ("observed", "none")


@pytest.mark.unit
def test_two_rows_at_a_visit_reach_the_user():
    with pytest.raises(DataError, match="1 patient"):
        fit(SMALL, pd.concat([TWO, TWO.iloc[[0]]]))


@pytest.mark.unit
def test_input_is_left_as_it_was_and_frames_are_copies():
    before = TWO.copy()
    result = fit(SMALL, TWO)
    pd.testing.assert_frame_equal(before, TWO)
    row = result.glance()
    row.loc[0, "n_obs"] = -1
    assert result.glance().loc[0, "n_obs"] == len(TWO)


@pytest.mark.unit
def test_text_says_what_was_fitted():
    result = fit(SMALL, TWO, covariance="toeplitz", nested_in="clinic")
    text = repr(result)
    assert text.startswith(
        "Mixed model for repeated measures (REML): change ~ arm + visit, toeplitz covariance "
        "within patient, random intercept of clinic; "
    )
    assert "lag 1" in result.summary()
    assert result._repr_html_().startswith(
        '<table class="ko"><caption>Mixed model for repeated measures: change ~ arm + visit'
    )


@pytest.mark.unit
def test_visits_that_are_numbers_have_a_mean_each():
    data = TWO.assign(visit=TWO["visit"].str[1].astype(int))
    by_number, by_name = fit(SMALL, data), fit(SMALL, TWO)
    assert by_number.tidy()["term"].tolist()[-2:] == ["visit[T.2]", "visit[T.3]"]
    pd.testing.assert_frame_equal(
        by_number.tidy().drop(columns="term"), by_name.tidy().drop(columns="term")
    )


@pytest.mark.unit
def test_a_column_has_one_part_and_a_single_level_is_noted():
    with pytest.raises(ModelError, match=r"two of subject=, visit=; each takes"):
        mmrm("change ~ arm", TWO, subject="patient", visit="patient")
    noted = fit("change ~ arm + visit", TWO[TWO["arm"] == "iv"]).glance()["notes"].iloc[0]
    assert noted == "arm: one level only, so that it is not in the mean"


@pytest.mark.unit
def test_a_history_that_cannot_be_read_is_refused():
    rows = TWO.head(3).assign(change=["-4", "secret", None])
    with pytest.raises(DataError, match="1 entries that are no finite number") as error:
        fit(SMALL, TWO).predict(rows, conditional=True)
    assert "secret" not in str(error.value)


@pytest.mark.unit
def test_patients_taken_for_visits_are_asked_about_without_their_names():
    with pytest.raises(ModelError, match="Is 'visit' the column of patients") as error:
        mmrm("change ~ 1", DATA, subject="visit", visit="patient")
    assert not any(str(name) in str(error.value) for name in ("p001", "(7,", "'7'"))


@pytest.mark.unit
def test_covariance_groups_of_one_patient_are_refused_without_their_names():
    few = DATA["patient"].unique()[:3]
    alone = DATA.assign(group=DATA["patient"].where(DATA["patient"].isin(few), "rest"))
    with pytest.raises(ModelError, match=r"3 levels of covariance_by='group' \(of 4\)") as error:
        fit("change ~ visit", alone, covariance_by="group", covariance="ar1")
    assert not any(str(name) in str(error.value) for name in few)


@pytest.mark.unit
@pytest.mark.parametrize("covariance", ["compound symmetry", "toeplitz"])
def test_scores_that_always_have_one_sum_have_a_singular_covariance(covariance):
    noise = np.random.default_rng(3).normal(size=(20, 4))
    even = noise - noise.mean(axis=1, keepdims=True)
    rows = pd.DataFrame({
        "patient": np.repeat(np.arange(20), 4), "visit": [*"abcd"] * 20, "score": even.ravel(),
    })  # fmt: skip
    with pytest.raises(ConvergenceError, match=f"{covariance} covariance becomes singular: some"):
        mmrm("score ~ visit", rows, subject="patient", visit="visit", covariance=covariance)
