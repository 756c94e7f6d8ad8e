"""Groups that were not randomised: weights by hand, balance, and truth behind confounding."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.errors import ColumnError, DataError, ModelError
from analysis.mixed import compare_observed, mmrm

EFFECT = -2.0
COLUMNS = {
    "group": "route", "reference": "im", "covariates": ["first", "sex"], "subject": "patient",
    "visit": "visit",
}  # fmt: skip


def observed(seed=1, n=240, *, confounding=1.0, outcome=0.8, groups=("im", "iv")):
    """Simulate patients whose group depends on their first score, as their change does."""
    rng = np.random.default_rng(seed)
    first, male = rng.normal(20.0, 4.0, n), rng.integers(0, 2, n)
    lean = confounding * ((first - 20.0) / 4.0 + 0.5 * male)
    scores = np.outer(lean, np.arange(len(groups))) + rng.gumbel(size=(n, len(groups)))
    code = scores.argmax(axis=1)
    mean = -3.0 + EFFECT * (code > 0) + outcome * (first - 20.0) + outcome * male
    level = rng.normal(0.0, 2.0, n)
    change = mean[:, None] - np.array([0.0, 1.0]) + level[:, None] + rng.normal(0, 2, (n, 2))
    data = pd.DataFrame({
        "patient": np.repeat([f"p{number:03d}" for number in range(n)], 2),
        "site": np.repeat(np.arange(n) % 9, 2), "visit": np.tile(["v1", "v2"], n),
        "route": np.repeat(np.array(groups)[code], 2), "first": np.repeat(first, 2),
        "sex": np.repeat(np.where(male, "M", "F"), 2), "change": change.ravel(),
    })  # fmt: skip
    return data.drop(index=np.arange(7, 2 * n, 11)).sample(frac=1.0, random_state=3)


DATA = observed()


def compare(data=DATA, **options):
    return compare_observed("change", data, **{**COLUMNS, **options})


def patients_of(data):
    return data.drop_duplicates("patient").sort_values("patient", ignore_index=True)


def weights_by_hand(patients):
    """Weight patients by the chance of the other group, from a logistic regression."""
    X = sm.add_constant(np.column_stack([patients["first"], patients["sex"] == "M"]).astype(float))
    own = (patients["route"] == "iv").to_numpy()
    chance = sm.Logit(own.astype(float), X).fit(disp=False).predict()
    weights = np.where(own, 1.0 - chance, chance)
    return weights / weights.mean()


def weights_of(result):
    design = result.fits["overlap-weighted"].engine.rows.design
    return design.weights[design.panel.starts]


@pytest.mark.reference
def test_weights_are_the_chances_of_the_other_group_with_a_mean_of_one():
    result = compare()
    patients = patients_of(DATA)
    expected = weights_by_hand(patients)
    np.testing.assert_allclose(weights_of(result), expected, rtol=1e-6)
    assert weights_of(result).mean() == pytest.approx(1.0, rel=1e-12)
    sizes = result.sizes.set_index("group")
    for group in ("im", "iv"):
        own = expected[patients["route"] == group]
        assert sizes.loc[group, "n_patients"] == own.size
        effective = own.sum() ** 2 / np.square(own).sum()
        assert sizes.loc[group, "effective"] == pytest.approx(effective, rel=1e-5)
        assert effective < own.size


@pytest.mark.identity
def test_covariates_of_the_weights_are_balanced_exactly():
    data = DATA.assign(square=DATA["first"] ** 2)
    result = compare(data, covariates=["first", "sex", "square"])
    assert result.balance["covariate"].tolist() == ["first", "sex[T.M]", "square"]
    assert (result.balance["group"] == "iv").all()
    assert result.balance["crude"].abs().max() > 0.5
    np.testing.assert_allclose(result.balance["overlap-weighted"], 0.0, atol=1e-6)


@pytest.mark.unit
def test_crude_balance_by_hand():
    patients = patients_of(DATA)
    row = compare().balance.set_index("covariate").loc["first", "crude"]
    means = patients.groupby("route")["first"].mean()
    assert row == pytest.approx((means["iv"] - means["im"]) / patients["first"].std(ddof=0))


@pytest.mark.identity
def test_three_fits_are_those_of_mmrm():
    result = compare(covariance="compound symmetry", cluster="site")
    options = {"subject": "patient", "visit": "visit", "covariance": "compound symmetry",
               "vcov": "bias-reduced", "cluster": "site"}  # fmt: skip
    weight = dict(zip(patients_of(DATA)["patient"], weights_of(result), strict=True))
    data = DATA.assign(w=DATA["patient"].map(weight))
    fits = {
        "crude": (mmrm("change ~ route * visit", data, **options), "equal"),
        "standardised": (
            mmrm("change ~ route * visit + first + sex", data, **options), "proportional",
        ),
        "overlap-weighted": (
            mmrm("change ~ route * visit", data, weights="w", **options), "equal",
        ),
    }  # fmt: skip
    found = result.tidy(0.9)
    assert found["method"].unique().tolist() == list(fits)
    for method, (fit, weights) in fits.items():
        ours = found.loc[found["method"] == method].drop(columns="method").reset_index(drop=True)
        means = fit.marginal_means("route", by="visit", weights=weights)
        theirs = means.contrasts("im").tidy(0.9)
        pd.testing.assert_frame_equal(ours, theirs, rtol=1e-7)
    assert found["contrast"].unique().tolist() == ["iv - im"]
    assert found["visit"].tolist() == ["v1", "v2"] * 3


@pytest.mark.identity
def test_reference_decides_the_sign():
    first, second = compare().tidy(), compare(reference="iv").tidy()
    assert second["contrast"].unique().tolist() == ["im - iv"]
    np.testing.assert_allclose(second["estimate"], -first["estimate"], rtol=1e-8)
    np.testing.assert_allclose(second["std_error"], first["std_error"], rtol=1e-8)


@pytest.mark.truth
def test_truth_is_found_where_the_crude_difference_is_wrong():
    found = compare(observed(5, 900)).tidy().set_index(["method", "visit"])
    for visit in ("v1", "v2"):
        for method in ("standardised", "overlap-weighted"):
            row = found.loc[(method, visit)]  # 4 standard errors
            assert row["estimate"] == pytest.approx(EFFECT, abs=4 * row["std_error"])
            assert row["std_error"] < 0.4
        crude = found.loc[("crude", visit)]
        assert crude["estimate"] > EFFECT + 6 * crude["std_error"]


@pytest.mark.truth
def test_three_agree_where_the_mix_of_patients_does_not_matter():
    found = compare(observed(6, 900, confounding=0.0, outcome=0.0)).tidy()
    table = found.pivot(index="visit", columns="method", values="estimate")
    # the same patients three times: they differ by much less than one standard error
    assert (np.ptp(table.to_numpy(), axis=1) < 0.5 * found["std_error"].min()).all()


@pytest.mark.truth
def test_three_groups_are_compared_with_the_reference():
    data = observed(7, 900, groups=("im", "iv", "sl"), confounding=0.7)
    result = compare(data)
    assert (result.balance["overlap-weighted"].abs() < result.balance["crude"].abs()).all()
    assert sorted(result.balance["group"].unique()) == ["iv", "sl"]
    assert result.sizes["group"].tolist() == ["im", "iv", "sl"]
    found = result.tidy()
    assert found["contrast"].unique().tolist() == ["iv - im", "sl - im"]
    adjusted = found.loc[found["method"] != "crude"]
    assert (np.abs(adjusted["estimate"] - EFFECT) < 4 * adjusted["std_error"]).all()


@pytest.mark.identity
def test_order_of_rows_and_units_of_covariates_do_not_matter():
    other = DATA.sort_values(["visit", "patient"]).assign(first=1e4 * DATA["first"] + 1e6)
    first, second = compare(), compare(other)
    pd.testing.assert_frame_equal(second.tidy(), first.tidy(), rtol=1e-5)
    pd.testing.assert_frame_equal(second.sizes, first.sizes, rtol=1e-6)


@pytest.mark.unit
def test_incomplete_rows_are_left_out_of_weights_and_fits():
    gone = DATA["patient"].isin(["p003", "p010"])
    holes = DATA.assign(first=DATA["first"].mask(gone))
    result, without = compare(holes), compare(DATA.loc[~gone])
    pd.testing.assert_frame_equal(result.tidy(), without.tidy())
    pd.testing.assert_frame_equal(result.sizes, without.sizes)
    for fit in result.fits.values():
        assert fit.glance()["n_obs"].iloc[0] == (~gone).sum()


@pytest.mark.unit
def test_groups_may_be_categories_with_levels_without_rows_and_numbers():
    levels = pd.Categorical(DATA["route"], categories=["sl", "iv", "im"])
    first = compare(DATA.assign(route=levels)).tidy()
    np.testing.assert_allclose(first["estimate"], compare().tidy()["estimate"], rtol=1e-7)
    flags = compare(DATA.assign(route=DATA["route"] == "iv"), reference=False).tidy()
    np.testing.assert_allclose(flags["estimate"], compare().tidy()["estimate"], rtol=1e-7)


@pytest.mark.unit
def test_visits_may_be_numbers():
    days = DATA.assign(visit=DATA["visit"].map({"v1": 7, "v2": 14}))
    found = compare(days).tidy()
    assert found["visit"].tolist() == [7, 14] * 3
    np.testing.assert_allclose(found["estimate"], compare().tidy()["estimate"], rtol=1e-7)


@pytest.mark.unit
def test_text_holds_all_three_and_the_balance():
    result = compare()
    assert repr(result).startswith("Comparison without randomisation\n")
    for word in ("crude", "standardised", "overlap-weighted"):
        assert word in repr(result)
        assert word in result._repr_html_()
    for word in ("sex[T.M]", "effective", "n_patients"):
        assert word in result.summary()
    assert "<caption>Comparison without randomisation" in result._repr_html_()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"group": "arm"}, ColumnError, "'arm'"),
        ({"covariates": ["first", "age"]}, ColumnError, "'age'"),
        ({"subject": "person"}, ColumnError, "'person'"),
        ({"visit": "week"}, ColumnError, "'week'"),
        ({"cluster": "country"}, ColumnError, "'country'"),
        ({"covariates": []}, ColumnError, "covariates= is empty"),
        ({"reference": "sl"}, DataError, "reference= is not a level of 'route' with a score"),
        ({"group": "one"}, DataError, "'one' has one level"),
        ({"covariates": ["visit"]}, DataError, "'visit' changes within .* patients; a comparison"),
        ({"covariates": ["change", "sex"]}, DataError, "'change' changes within"),
        ({"covariates": ["decides"]}, ModelError, "tell the groups apart"),
        ({"covariates": ["nearly"]}, ModelError, "tell the groups apart"),
        ({"covariates": ["first", "twice"]}, ModelError, "covariates 'twice' are constant, or d"),
        ({"covariates": ["first", "fixed"]}, ModelError, "covariates 'fixed' are constant, or"),
        ({"covariance": "ar2"}, ModelError, "covariance is 'ar2'"),
    ],
)
def test_what_cannot_be_compared_is_refused(options, error, match):
    is_iv = (DATA["route"] == "iv").astype(float)
    data = DATA.assign(
        one="same",
        decides=is_iv,
        nearly=is_iv + DATA["first"] / 1000,
        twice=2 * DATA["first"],
        fixed=3.0,
    )
    reference = "same" if options.get("group") == "one" else "im"
    with pytest.raises(error, match=match):
        compare(data, **{"reference": reference, **options})


@pytest.mark.unit
def test_group_that_changes_within_a_patient_is_refused():
    data = DATA.sort_values(["patient", "visit"], ignore_index=True)
    twice = data["patient"].duplicated() & data["patient"].isin(["p001", "p002"])
    other = np.where(data["route"] == "iv", "im", "iv")
    with pytest.raises(DataError, match="'route' changes within 2 patients"):
        compare(data.assign(route=data["route"].mask(twice, pd.Series(other))))


@pytest.mark.unit
def test_no_complete_row_is_refused_and_input_stays():
    before = DATA.copy()
    compare()
    pd.testing.assert_frame_equal(DATA, before)
    with pytest.raises(DataError, match="No row is complete"):
        compare(DATA.assign(first=np.nan))
    with pytest.raises(ModelError, match="conf_level is 95"):
        compare().tidy(95)
