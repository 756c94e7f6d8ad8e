"""The linear mixed model as users call it: references, identities, truth, and refusals."""

import warnings
from dataclasses import replace
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats

from analysis.errors import ColumnError, DataError, ModelError
from analysis.mixed import lmm
from analysis.mixed.design.build import build_design
from analysis.mixed.design.description import Roles
from tests.mixed.frames import expected, expected_of_r, paired, reference_data, simulated

MODULE = import_module("analysis.mixed.lmm")

R_NAMES = {"(Intercept)": "Intercept", "armiv": "arm[T.iv]", "armoral": "arm[T.oral]"}
R_NAMES |= {f"{name}:day": f"{ours}:day" for name, ours in list(R_NAMES.items())[1:]}
DATA = simulated()
FORMULA = "change ~ arm * day + baseline"
INFERENCE = ["estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"]


def fit(data=DATA, formula=FORMULA, **options):
    return lmm(formula, data, subject="patient", **options)


def log_likelihood(result):
    return result.glance()["log_likelihood"].iloc[0]


def check_reference(result, reference):
    """Compare log-likelihood, coefficients and their inference with R."""
    assert log_likelihood(result) == pytest.approx(reference["log_likelihood"], rel=1e-11)
    theirs = pd.DataFrame(reference["coef"]).replace({"term": R_NAMES}).set_index("term")
    ours = result.tidy().set_index("term")
    assert list(ours.index) == list(theirs.index)
    for column, rtol in (("estimate", 1e-6), ("std_error", 1e-6), ("df", 1e-5)):
        np.testing.assert_allclose(ours[column], theirs[column], rtol=rtol)


@pytest.mark.reference
def test_random_slope_by_reml_is_that_of_r():
    result = fit(reference_data(), random="1 + day")
    reference = expected()["slope_reml"]
    check_reference(result, reference)
    components = result.variance_components()["estimate"].to_numpy()[[0, 2, 1, 3]]
    np.testing.assert_allclose(components, reference["varcorr"], rtol=3e-5)


@pytest.mark.reference
def test_random_intercept_by_ml_is_that_of_r():
    result = fit(reference_data(), method="ml")
    reference = expected()["intercept_ml"]
    check_reference(result, reference)
    components = result.variance_components()["estimate"]
    np.testing.assert_allclose(components, reference["varcorr"], rtol=1e-6)


def check_r(result, key, *, close=1e-6):
    """Compare with R's lme4; estimates within a share of their standard error."""
    reference = expected_of_r(key)
    assert log_likelihood(result) == pytest.approx(reference["logLik"], rel=1e-10)
    theirs, ours = reference["coef"], result.tidy()
    assert ours["term"].tolist() == theirs["term"].tolist()
    assert (np.abs(ours["estimate"] - theirs["estimate"]) <= close * theirs["std_error"]).all()
    np.testing.assert_allclose(ours["std_error"], theirs["std_error"], rtol=2e-6)
    np.testing.assert_allclose(ours["df"], theirs["df"], rtol=1e-4)
    return [row["vcov"] for row in reference["varcorr"]]


@pytest.mark.reference
@pytest.mark.parametrize("df", ["satterthwaite", "kenward-roger"])
def test_random_slope_is_that_of_lmertest_and_pbkrtest(df):
    result = fit(reference_data(), random="1 + day", df=df)
    variances = check_r(result, f"lmm|slope|{df}")
    components = result.variance_components()["estimate"].to_numpy()[[0, 2, 1, 3]]
    np.testing.assert_allclose(components, variances, rtol=3e-5)
    information = {"satterthwaite": "observed", "kenward-roger": "expected"}
    assert result.glance()["information"].iloc[0] == information[df]


@pytest.mark.reference
def test_clinics_are_those_of_lme4():
    result = fit(reference_data(), nested_in="clinic")
    # its default optimiser, which was used here, stops a little earlier
    variances = check_r(result, "lmm|nested|satterthwaite", close=1e-5)
    np.testing.assert_allclose(result.variance_components()["estimate"], variances, rtol=1e-4)
    assert result.variance_components()["group"].tolist() == ["patient", "clinic", "residual"]
    assert check_r(fit(reference_data(), method="ml"), "lmm|intercept|ml")


def nominal(seed=4, *, n_patients=30):
    """Simulate scores on six planned days, some of them missed, with clinics."""
    data = simulated(seed, n_patients=n_patients)
    data["day"] = 7.0 * data.groupby("patient").cumcount()
    data["visit"] = "v" + (data["day"] // 7).astype(int).astype(str)
    names = data["patient"].unique()
    data["clinic"] = data["patient"].map({name: f"c{at % 5}" for at, name in enumerate(names)})
    data["change"] += 1.5 * data["clinic"].str[1].astype(int)
    return data.drop(index=data.index[3::7])


@pytest.mark.identity
@pytest.mark.parametrize(
    "options",
    [
        {"random": "1 + day"},
        {"random": "1 + day", "df": "kenward-roger"},
        {"random": "1 + day", "random_covariance": "independent", "nested_in": "clinic"},
        {"random": "1", "nested_in": "clinic", "df": "kenward-roger", "information": "observed"},
        {"random": "1", "method": "ml"},
    ],
)
def test_sums_rotated_rows_and_rows_are_one_model(options, monkeypatch):
    data = nominal()
    summed = fit(data, **options)
    assert len(summed.engine.model.strata) == 1
    monkeypatch.setattr(MODULE, "share_points", lambda *_: None)
    turned = fit(data, **options)
    assert len(turned.engine.model.strata) > 1
    plain_rows = lambda rows: tuple(chunk.stratum for chunk in rows.chunks())  # noqa: E731
    monkeypatch.setattr(MODULE, "rotated", plain_rows)
    plain = fit(data, **options)
    for other in (turned, plain):
        assert log_likelihood(other) == pytest.approx(log_likelihood(summed), rel=1e-11)
        pd.testing.assert_frame_equal(other.tidy(), summed.tidy(), rtol=1e-6)
        pd.testing.assert_frame_equal(other.joint_tests(), summed.joint_tests(), rtol=1e-5)
        pd.testing.assert_frame_equal(
            other.variance_components(), summed.variance_components(), rtol=1e-5
        )
        pd.testing.assert_frame_equal(
            other.random_effects(), summed.random_effects(), rtol=1e-5, atol=1e-7
        )


@pytest.mark.identity
@pytest.mark.parametrize("random", ["1", "0 + day"])
def test_ar1_residual_is_spatial_exponential_on_equal_steps(random):
    data = nominal(n_patients=40)
    noise = np.random.default_rng(5).normal(0, 2, (40, 7))
    carried = [noise[:, 0]]
    for step in range(1, 7):
        carried.append(0.7 * carried[-1] + noise[:, step])
    patient = data["patient"].str[1:].astype(int)
    data["change"] += np.array(carried)[(data["day"] // 7).astype(int), patient]
    by_visit = fit(data, random=random, residual="ar1", visit="visit")
    by_day = fit(data, random=random, residual="spatial exponential", coordinates="day")
    assert log_likelihood(by_day) == pytest.approx(log_likelihood(by_visit), rel=1e-11)
    for column in ("estimate", "std_error", "df"):
        np.testing.assert_allclose(by_day.tidy()[column], by_visit.tidy()[column], rtol=1e-5)
    rho = by_visit.variance_components().set_index("kind").loc["correlation", "estimate"]
    reach = by_day.variance_components().set_index("kind").loc["range", "estimate"]
    assert np.exp(-7.0 / reach) == pytest.approx(rho, rel=1e-5)


@pytest.mark.identity
def test_ar1_residual_counts_missed_visits_where_days_are_of_the_patient():
    data = nominal()
    data["step"] = data["visit"].str[1].astype(float)
    data["day"] += np.random.default_rng(1).uniform(0, 2, len(data))
    by_visit = fit(data, random="0 + day", residual="ar1", visit="visit")
    assert len(by_visit.engine.model.strata[0].blocks.present) == data["patient"].nunique()
    by_step = fit(data, random="0 + day", residual="spatial exponential", coordinates="step")
    assert log_likelihood(by_step) == pytest.approx(log_likelihood(by_visit), rel=1e-11)
    np.testing.assert_allclose(by_step.tidy()["df"], by_visit.tidy()["df"], rtol=1e-5)


def dense_log_likelihood(data, result, V):
    r = (data["change"] - result.predict(data)["estimate"]).to_numpy()
    quadratic = r @ np.linalg.solve(V, r)
    return -(len(r) * np.log(2 * np.pi) + np.linalg.slogdet(V)[1] + quadratic) / 2


@pytest.mark.identity
@pytest.mark.parametrize("coordinates", [None, "day"])
@pytest.mark.parametrize("weighted", [False, True])
def test_likelihood_is_that_of_the_model_written_out(coordinates, weighted):
    data = simulated(6, n_patients=40).drop_duplicates(["patient", "day"]).reset_index(drop=True)
    data["w"] = np.random.default_rng(2).uniform(0.5, 2.0, len(data))
    residual = "spatial exponential" if coordinates else "independent"
    result = fit(data, residual=residual, coordinates=coordinates, method="ml",
                 weights="w" if weighted else None)  # fmt: skip
    parts = result.variance_components().set_index("kind")["estimate"]
    same = np.equal.outer(data["patient"].to_numpy(), data["patient"].to_numpy())
    apart = np.abs(np.subtract.outer(data["day"].to_numpy(), data["day"].to_numpy()))
    R = np.exp(-apart / parts["range"]) if coordinates else np.eye(len(data))
    root = np.sqrt(data["w"]) if weighted else np.ones(len(data))
    V = same * (parts["variance"] + parts["residual"] * R / np.outer(root, root))
    expected_value = dense_log_likelihood(data, result, V)
    assert log_likelihood(result) == pytest.approx(expected_value, rel=1e-10)
    for factor in (0.97, 1.03):
        assert dense_log_likelihood(data, result, factor * V) < expected_value


@pytest.mark.identity
def test_independent_terms_are_a_smaller_model():
    data = simulated(5, n_patients=80)
    whole = fit(data, random="1 + day")
    smaller = fit(data, random="1 + day", random_covariance="independent")
    assert log_likelihood(smaller) < log_likelihood(whole)
    parts = smaller.variance_components()
    assert parts["term_1"].tolist() == ["Intercept", "day", ""]
    assert parts["kind"].tolist() == ["variance", "variance", "residual"]
    assert smaller.glance()["n_parameters"].iloc[0] == 3


@pytest.mark.identity
def test_covariance_between_points_follows_from_the_components():
    data = nominal()
    result = fit(data, random="1 + day", visit="visit")
    v0, c, v1, sigma2 = result.variance_components()["estimate"]
    Z = np.column_stack([np.ones(6), 7.0 * np.arange(6)])
    expected_matrix = Z @ np.array([[v0, c], [c, v1]]) @ Z.T + sigma2 * np.eye(6)
    np.testing.assert_allclose(result.covariance(), expected_matrix, rtol=1e-9)
    assert result.covariance().index.tolist() == [f"v{k}" for k in range(6)]


@pytest.mark.identity
def test_day_may_be_a_factor_in_the_mean_and_a_number_beside_it():
    data = nominal().assign(again=lambda d: d["day"])
    first = fit(data, "change ~ arm * C(day)", random="1 + day")
    second = fit(data, "change ~ arm * C(day)", random="1 + again")
    assert log_likelihood(first) == pytest.approx(log_likelihood(second), rel=1e-11)
    assert first.variance_components()["term_2"].tolist() == ["Intercept", "day", "day", ""]
    by_day = {"residual": "spatial exponential", "coordinates": "day"}
    third, fourth = (
        fit(data, "change ~ arm * C(day)", **{**by_day, "coordinates": name})
        for name in ("day", "again")
    )
    assert log_likelihood(third) == pytest.approx(log_likelihood(fourth), rel=1e-11)


@pytest.mark.unit
def test_two_rows_of_a_patient_on_a_day_have_no_spatial_covariance():
    data = nominal()
    twice = pd.concat([data, data.iloc[[0]].assign(change=1.0)])
    with pytest.raises(DataError, match="1 patient with more than one row at the same 'day'"):
        fit(twice, residual="spatial exponential", coordinates="day")


@pytest.mark.reference
def test_singular_optimum_and_its_inference_are_those_of_r():
    result = fit(reference_data("singular"), "score ~ day", random="1 + day")
    reference = expected()["singular"]
    check_reference(result, reference)
    assert result.glance()["boundary"].iloc[0] == "correlation of Intercept and day is ±1"
    components = result.variance_components()["estimate"].to_numpy()[[0, 2, 1, 3]]
    np.testing.assert_allclose(components, reference["varcorr"], rtol=1e-5)


@pytest.mark.reference
def test_zero_variance_is_least_squares_as_in_r():
    data = reference_data("no_variance")
    result = fit(data, "score ~ day")
    check_reference(result, expected()["no_variance"])
    assert result.glance()["boundary"].iloc[0] == "variance of Intercept is 0"
    line = stats.linregress(data["day"], data["score"])
    row = result.tidy().iloc[1]
    assert row["estimate"] == pytest.approx(line.slope, rel=1e-10)
    assert row["std_error"] == pytest.approx(line.stderr, rel=1e-10)
    assert row["df"] == pytest.approx(len(data) - 2, rel=1e-10)
    assert (result.random_effects()["estimate"] == 0.0).all()


@pytest.mark.reference
@pytest.mark.parametrize("random", ["1", "1 + day"])
def test_estimates_are_those_of_statsmodels(random):
    result = fit(random=random)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = smf.mixedlm(FORMULA, DATA, groups=DATA["patient"], re_formula=f"~ {random}").fit()
    assert log_likelihood(result) == pytest.approx(other.llf, abs=1e-6)
    assert log_likelihood(result) >= other.llf - 1e-9
    ours = result.tidy().set_index("term")["estimate"]
    np.testing.assert_allclose(ours, other.fe_params[ours.index], rtol=1e-3)
    # its standard errors come from the joint Hessian with the variances: another convention
    components = result.variance_components().set_index(["term_1", "term_2"])["estimate"]
    lower = np.tril_indices(len(other.cov_re))
    np.testing.assert_allclose(components.iloc[:-1], other.cov_re.to_numpy()[lower], rtol=0.02)
    np.testing.assert_allclose(components.iloc[-1], other.scale, rtol=1e-3)
    predicted = result.random_effects().set_index("patient")["estimate"]
    theirs = np.concatenate([np.asarray(other.random_effects[name]) for name in
                             predicted.index.unique()])  # fmt: skip
    np.testing.assert_allclose(predicted, theirs, atol=0.02)


@pytest.mark.identity
def test_two_visits_give_exactly_the_paired_t_test():
    data = paired()
    wide = data.pivot(index="patient", columns="visit", values="score")
    test = stats.ttest_rel(wide["v2"], wide["v1"])
    row = fit(data, "score ~ visit").tidy().iloc[1]
    assert row["estimate"] == pytest.approx((wide["v2"] - wide["v1"]).mean(), rel=1e-12)
    assert row["df"] == pytest.approx(11.0, rel=1e-8)
    assert row["statistic"] == pytest.approx(test.statistic, rel=1e-9)
    assert row["p_value"] == pytest.approx(test.pvalue, rel=1e-8)


@pytest.mark.identity
def test_balanced_groups_give_the_analysis_of_variance():
    rng = np.random.default_rng(8)
    scores = rng.normal(0, 2, (10, 1)) + rng.normal(20, 1.5, (10, 4))
    data = pd.DataFrame({"patient": np.repeat(np.arange(10), 4), "score": scores.ravel()})
    within = scores.var(axis=1, ddof=1).mean()
    between = 4 * scores.mean(axis=1).var(ddof=1)
    result = fit(data, "score ~ 1")
    components = result.variance_components().set_index("kind")
    row = result.tidy().iloc[0]
    assert components.loc["residual", "estimate"] == pytest.approx(within, rel=1e-9)
    assert components.loc["variance", "estimate"] == pytest.approx((between - within) / 4, rel=1e-8)
    assert row["std_error"] == pytest.approx(np.sqrt(between / 40), rel=1e-9)
    assert row["df"] == pytest.approx(9.0, rel=1e-7)
    # residual: 30 degrees of freedom, so the chi-square interval is exact
    low = 30 * within / stats.chi2.isf(0.025, 30)
    assert components.loc["residual", "conf_low"] == pytest.approx(low, rel=1e-7)
    shrinkage = 1 - within / between
    effects = result.random_effects()["estimate"].to_numpy()
    np.testing.assert_allclose(
        effects, shrinkage * (scores.mean(axis=1) - scores.mean()), rtol=1e-6
    )


@pytest.mark.identity
@pytest.mark.parametrize("random", ["1", "1 + day"])
def test_order_of_rows_and_names_of_patients_do_not_matter(random):
    first = fit(random=random)
    names = {name: f"q{(7 * at) % 24}" for at, name in enumerate(DATA["patient"].unique())}
    other = DATA.assign(patient=DATA["patient"].map(names)).sample(frac=1, random_state=2)
    second = fit(other, random=random)
    pd.testing.assert_frame_equal(second.tidy(), first.tidy(), rtol=1e-8)
    assert log_likelihood(second) == pytest.approx(log_likelihood(first), rel=1e-12)
    predicted = second.random_effects().set_index(["patient", "term"])["estimate"]
    before = first.random_effects()
    index = pd.MultiIndex.from_arrays([before["patient"].map(names), before["term"]])
    np.testing.assert_allclose(predicted[index], before["estimate"], rtol=1e-5, atol=1e-8)


@pytest.mark.identity
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_units_of_score_and_day_do_not_matter(method):
    first = fit(random="1 + day", method=method)
    scaled = DATA.assign(change=1e4 * DATA["change"], day=DATA["day"] / 7)
    second = fit(scaled, random="1 + day", method=method)
    np.testing.assert_allclose(second.tidy()["statistic"], first.tidy()["statistic"], rtol=1e-7)
    np.testing.assert_allclose(second.tidy()["df"], first.tidy()["df"], rtol=1e-6)
    factor = 1e8 * np.array([1, 7, 49, 1])
    ratio = second.variance_components()["estimate"] / first.variance_components()["estimate"]
    np.testing.assert_allclose(ratio, factor, rtol=1e-6)
    rows = len(DATA) - 5 if method == "reml" else len(DATA)
    # two of the fixed columns shrink by 7, and with them log|X'V^-1 X| / 2 under REML
    shift = 2 * np.log(7) if method == "reml" else 0.0
    difference = log_likelihood(second) - log_likelihood(first)
    assert difference == pytest.approx(shift - rows * np.log(1e4), rel=1e-9)


@pytest.mark.identity
def test_adding_to_the_score_moves_the_intercept_only():
    first, second = fit().tidy(), fit(DATA.assign(change=DATA["change"] + 1000)).tidy()
    assert second["estimate"][0] == pytest.approx(first["estimate"][0] + 1000, rel=1e-9)
    np.testing.assert_allclose(second["estimate"][1:], first["estimate"][1:], rtol=1e-6)
    np.testing.assert_allclose(second["std_error"], first["std_error"], rtol=1e-7)


@pytest.mark.identity
def test_other_reference_level_changes_signs_only():
    swapped = DATA.assign(arm=pd.Categorical(DATA["arm"], categories=["iv", "im"]))
    first = fit().tidy().set_index("term")
    second = fit(swapped).tidy().set_index("term")
    for ours, theirs in (("arm[T.iv]", "arm[T.im]"), ("arm[T.iv]:day", "arm[T.im]:day")):
        assert second.loc[theirs, "estimate"] == pytest.approx(-first.loc[ours, "estimate"])
        assert second.loc[theirs, "df"] == pytest.approx(first.loc[ours, "df"], rel=1e-6)
    assert log_likelihood(fit(swapped)) == pytest.approx(log_likelihood(fit()), rel=1e-12)


@pytest.mark.identity
def test_random_effects_have_no_mean_where_the_term_is_fixed_too():
    effects = fit(formula="change ~ day", random="1 + day").random_effects()
    # holds exactly for the generalised least-squares fit: X'V^-1 r = 0, and b = G Z'V^-1 r
    means = effects.groupby("term")["estimate"].sum()
    np.testing.assert_allclose(means, 0.0, atol=1e-8)


@pytest.mark.truth
@pytest.mark.parametrize("between", [2.0, 0.2])
def test_intervals_cover_the_truth_with_ten_patients(between):
    rng = np.random.default_rng(11)
    data = simulated(n_patients=10)
    design = build_design("change ~ arm + day + baseline", data, Roles(subject="patient"))
    patient = np.repeat(np.arange(10), design.panel.sizes)
    X = design.encoding.matrix(design.columns, design.n_rows)
    random = MODULE.RandomPart(
        text="1",
        terms=("Intercept",),
        Z=np.ones((patient.size, 1)),
        independent=False,
        encoding=design.encoding,
        columns=(),
    )
    options = {"method": "reml", "df": "satterthwaite", "information": "observed", "vcov": "model"}
    truth, hits = np.array([2.0, -1.0, -0.1, 0.3]), []
    for _ in range(100):
        noise = between * rng.normal(size=10)[patient] + rng.normal(0, 2, patient.size)
        drawn = replace(design, y=X @ truth + noise)
        rows = MODULE.fit_design(drawn, random, residual="independent", **options).tidy()
        hits.append((rows["conf_low"] < truth) & (truth < rows["conf_high"]))
    # 3.5 Monte-Carlo standard errors of 100 intervals at 95 % are 0.076
    assert np.mean(hits, axis=0) == pytest.approx(0.95, abs=0.076)


@pytest.mark.truth
def test_variances_are_recovered():
    data = simulated(5, n_patients=800)
    found = fit(data, random="1 + day").variance_components()
    truth = np.array([9.0, 0.0, 0.0064, 4.0])
    inside = (found["conf_low"] < truth) & (truth < found["conf_high"])
    assert inside.all()


@pytest.mark.unit
def test_columns_of_the_tables():
    result = fit()
    assert list(result.tidy().columns) == ["term", *INFERENCE]
    assert list(result.glance().columns) == [
        "log_likelihood", "aic", "aicc", "bic", "n_parameters", "n_subjects", "n_obs",
        "n_dropped", "converged", "newton_decrement", "df_method", "vcov", "method",
        "information", "covariance", "boundary", "notes",
    ]  # fmt: skip
    assert list(result.random_effects().columns) == ["patient", "term", "estimate", "std_error"]


@pytest.mark.unit
def test_information_criteria_by_hand():
    row = fit(method="ml").glance().iloc[0]
    deviance, k, n = -2 * row["log_likelihood"], 7, len(DATA)
    assert row["aic"] == pytest.approx(deviance + 2 * k)
    assert row["aicc"] == pytest.approx(deviance + 2 * k * n / (n - k - 1))
    assert row["bic"] == pytest.approx(deviance + k * np.log(24))
    row = fit().glance().iloc[0]
    deviance, n = -2 * row["log_likelihood"], len(DATA) - 5
    assert row["aicc"] == pytest.approx(deviance + 4 * n / (n - 3))
    assert row["bic"] == pytest.approx(deviance + 2 * np.log(24))


@pytest.mark.unit
def test_boundary_counts_fewer_parameters():
    row = fit(reference_data("no_variance"), "score ~ day").glance().iloc[0]
    assert row["aic"] == pytest.approx(-2 * row["log_likelihood"] + 2)


@pytest.mark.unit
def test_glance_tells_about_the_fit():
    data = DATA.astype({"change": float})
    data.loc[[0, 5], "change"] = np.nan
    row = fit(data, df="residual").glance().iloc[0]
    assert row["n_dropped"] == 2
    assert row["n_obs"] == len(DATA) - 2
    assert row["n_subjects"] == 24
    assert bool(row["converged"])
    assert 0 <= row["newton_decrement"] <= 1e-12
    assert (row["df_method"], row["method"]) == ("residual", "reml")
    assert (row["information"], row["boundary"]) == ("observed", "none")


@pytest.mark.unit
def test_residual_degrees_of_freedom():
    assert fit(df="residual").tidy()["df"].unique().tolist() == [len(DATA) - 5]


@pytest.mark.unit
def test_level_of_confidence_widens_the_interval():
    narrow, wide = fit().tidy(0.8), fit().tidy(0.99)
    assert (wide["conf_low"] < narrow["conf_low"]).all()
    with pytest.raises(ModelError, match="conf_level is 95"):
        fit().tidy(95)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"method": "REML"}, "method is 'REML'; allowed are reml, ml"),
        ({"df": "kr"}, "df is 'kr'; allowed are kenward-roger, satterthwaite, between-within, r"),
        ({"df": "kenward-roger", "method": "ml"}, "Kenward-Roger needs method='reml'"),
        ({"information": "both"}, "information is 'both'; allowed are observed, expected"),
        ({"random_covariance": "ar1"}, "random_covariance is 'ar1'; allowed are unstructured, ind"),
        ({"residual": "ar2"}, "residual is 'ar2'; allowed are unstructured, independent"),
        ({"residual": "ar1"}, "residual='ar1' is a covariance between visits: give visit="),
        ({"residual": "unstructured"}, "describes the same covariance twice.*Take mmrm"),
        ({"residual": "compound symmetry", "visit": "day"}, "describes the same covariance twice"),
        ({"residual": "spatial exponential"}, "coordinates= and residual='spatial exponential'"),
        ({"coordinates": "day"}, "coordinates= and residual='spatial exponential' belong"),
        ({"random": "1 + C(arm) + day + baseline"}, "cannot tell|beyond the random terms"),
    ],
)
def test_options_that_cannot_be_had_are_refused(options, match):
    with pytest.raises(ModelError, match=match):
        fit(paired().assign(change=1.0 * np.arange(24), arm="x", day=1.0, baseline=2.0)
            if "random" in options else DATA, "change ~ 1", **options)  # fmt: skip


@pytest.mark.unit
def test_one_row_per_patient_is_refused():
    with pytest.raises(ModelError, match=r"does not vary within patients beyond"):
        fit(DATA.drop_duplicates("patient"))


@pytest.mark.unit
def test_missing_column_reaches_the_user():
    with pytest.raises(ColumnError, match="'dose'"):
        fit(formula="change ~ dose")


@pytest.mark.unit
def test_random_effects_are_marked_patient_level():
    assert fit().random_effects().attrs == {"patient_level": True}


@pytest.mark.unit
def test_frames_are_copies():
    result = fit()
    row, effects = result.glance(), result.random_effects()
    row.loc[0, "n_obs"] = -1
    effects.loc[0, "estimate"] = 99.0
    assert result.glance().loc[0, "n_obs"] == len(DATA)
    assert result.random_effects().loc[0, "estimate"] != 99.0


@pytest.mark.unit
def test_input_is_left_as_it_was():
    before = DATA.copy()
    fit()
    pd.testing.assert_frame_equal(DATA, before)


@pytest.mark.unit
def test_text_is_stable_and_html_is_escaped():
    result = fit(formula="change ~ arm + day")
    text = repr(result)
    assert text.startswith("Linear mixed model (REML): change ~ arm + day, random 1 | patient; ")
    assert "rows of 24 patients\nterm       estimate  std_error" in text
    assert text == repr(fit(formula="change ~ arm + day"))
    assert "information" in result.summary()
    assert "patient   Intercept  Intercept" in result.summary()
    odd = DATA.rename(columns={"day": "<b>"})
    assert "&lt;b&gt;" in fit(odd, "change ~ `<b>`")._repr_html_()
