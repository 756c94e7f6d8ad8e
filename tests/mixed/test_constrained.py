"""Constrained longitudinal analysis: one mean of all arms at the baseline."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError, ModelError
from analysis.mixed import constrained_longitudinal, mmrm
from analysis.mixed.inference.fixed_effects import joint_test
from tests.mixed.networks import clinic_network

BASE = clinic_network(11, n_patients=120, n_visits=3)
BASE["sex"] = np.where(BASE["patient"] % 3 == 0, "F", "M")
COLUMNS = {"arm": "arm", "subject": "patient", "visit": "visit", "baseline": "v0"}


def scored(arms=("im", "iv")):
    """Lay out scores with their baseline, more rows at the baseline than later."""
    first = BASE.drop_duplicates("patient").assign(visit="v0", change=0.0)
    first = first.loc[first["patient"] % 11 != 0]  # some have no baseline
    rows = pd.concat([first, BASE.loc[BASE["patient"] % 7 != 0]])  # some have nothing else
    codes = rows["patient"] * 7 % 5 % len(arms)
    return rows.assign(
        score=rows["baseline"] + rows["change"], arm=np.array(arms, dtype=object)[codes]
    ).sort_values(["patient", "visit"], ignore_index=True)


DATA = scored()
VISITS = ["v0", "v1", "v2", "v3"]


def fit(data=DATA, **options):
    return constrained_longitudinal("score", data, **{**COLUMNS, **options})


def explicit(data, visits, baseline, arms, *, extra="", **options):
    """Fit indicator columns that are made here."""
    data, names = data.copy(), []
    for number, visit in enumerate(visits):
        names.append(f"at{number}")
        data[names[-1]] = (data["visit"] == visit).astype(float)
    own = []
    for number, visit in enumerate(visits):
        for arm in arms[1:] if visit != baseline else ():
            own.append((number, arm, f"at{number}x{arm}"))
            data[own[-1][2]] = data[f"at{number}"] * (data["arm"] == arm)
    # arms outermost, as in a product of visit and arm
    own = [name for _, _, name in sorted(own, key=lambda each: (arms.index(each[1]), each[0]))]
    formula = f"score ~ 0 + {' + '.join(names)}{extra} + {' + '.join(own)}"
    return mmrm(formula, data, subject="patient", visit="visit", **options), own


def check_same(ours, theirs):
    a, b = ours.tidy(), theirs.tidy()
    order = np.argsort(a["estimate"].to_numpy()), np.argsort(b["estimate"].to_numpy())
    for column in ("estimate", "std_error", "df"):
        np.testing.assert_allclose(
            a[column].to_numpy()[order[0]], b[column].to_numpy()[order[1]], rtol=1e-6
        )
    keys = ["log_likelihood", "aic", "bic", "n_obs", "n_subjects", "n_dropped"]
    pd.testing.assert_frame_equal(ours.glance()[keys], theirs.glance()[keys], rtol=1e-9)
    np.testing.assert_allclose(ours.covariance(), theirs.covariance(), rtol=1e-5)


@pytest.mark.identity
@pytest.mark.parametrize("arms", [("im", "iv"), ("im", "iv", "sl")])
@pytest.mark.parametrize(
    "options",
    [{}, {"method": "ml"}, {"covariance": "ar1", "df": "satterthwaite"},
     {"vcov": "bias-reduced"}, {"vcov": "empirical", "cluster": "site_id"}],
    ids=str,
)  # fmt: skip
def test_it_is_the_model_of_columns_made_by_hand(arms, options):
    data = scored(arms)
    ours = fit(data, **options)
    theirs, own = explicit(data, VISITS, "v0", arms, **options)
    assert len(own) == 3 * (len(arms) - 1)
    check_same(ours, theirs)
    terms = ours.tidy()["term"].tolist()
    assert terms[:4] == [f"visit[{name}]" for name in VISITS]
    assert terms[4:] == [f"visit[{v}]:arm[T.{a}]" for a in arms[1:] for v in VISITS[1:]]


@pytest.mark.identity
@pytest.mark.parametrize(("baseline", "position"), [("v0", 0), ("v2", 2)])
def test_each_name_belongs_to_its_coefficient(baseline, position):
    arms = ("im", "iv", "sl")
    data = scored(arms)
    ours = fit(data, baseline=baseline).tidy().set_index("term")
    theirs = explicit(data, VISITS, baseline, arms)[0].tidy().set_index("term")
    for number, name in enumerate(VISITS):
        for arm in arms[1:]:
            term = f"visit[{name}]:arm[T.{arm}]"
            assert (term in ours.index) == (number != position)
            if number != position:
                expected = theirs.loc[f"at{number}x{arm}"]
                np.testing.assert_allclose(ours.loc[term], expected, rtol=1e-6)


@pytest.mark.identity
def test_visits_may_be_numbers_and_arms_may_have_levels_without_rows():
    days = {"v0": 0, "v1": 7, "v2": 14, "v3": 28}
    data = DATA.assign(
        visit=DATA["visit"].map(days),
        arm=pd.Categorical(DATA["arm"], categories=["sl", "iv", "oral", "im"]),
    )
    ours = fit(data, baseline=0)
    assert ours.tidy()["term"].tolist() == [
        "visit[0]", "visit[7]", "visit[14]", "visit[28]",
        "visit[7]:arm[T.im]", "visit[14]:arm[T.im]", "visit[28]:arm[T.im]",
    ]  # fmt: skip
    check_same(ours, explicit(data, [0, 7, 14, 28], 0, ("iv", "im"))[0])
    assert ours.covariance().index.tolist() == [0, 7, 14, 28]
    assert ours.glance()["notes"].iloc[0] == "none"


@pytest.mark.identity
@pytest.mark.parametrize("arms", [(1, 2), (False, True)])
def test_arms_may_be_numbers(arms):
    data = DATA.assign(arm=DATA["arm"].map(dict(zip(("im", "iv"), arms, strict=True))))
    np.testing.assert_allclose(fit(data).tidy()["estimate"], fit().tidy()["estimate"], rtol=1e-8)


@pytest.mark.identity
@pytest.mark.parametrize(
    ("covariates", "extra"),
    [("sex", " + male"), ("weight + sex", " + weight + male"),
     ("sex * weight", " + male + weight + male:weight")],
)  # fmt: skip
def test_covariates_act_at_all_visits(covariates, extra):
    ours = fit(covariates=covariates)
    data = DATA.assign(male=(DATA["sex"] == "M").astype(float))
    check_same(ours, explicit(data, VISITS, "v0", ("im", "iv"), extra=extra)[0])


@pytest.mark.identity
@pytest.mark.parametrize("baseline", ["v0", "v2"])
def test_term_that_is_there_already_changes_its_name_only(baseline):
    data = scored(("im", "iv", "sl"))
    ours = fit(data, covariates="arm:visit", baseline=baseline).tidy()
    plain = fit(data, baseline=baseline).tidy()
    swapped = plain["term"].str.replace(r"^(visit.*):(arm.*)$", r"\2:\1", regex=True)
    assert sorted(ours["term"]) == sorted(swapped)
    expected = plain.set_index(swapped).loc[ours["term"]]
    for column in ("estimate", "std_error", "df"):
        np.testing.assert_allclose(ours[column], expected[column], rtol=1e-7)


@pytest.mark.identity
@pytest.mark.parametrize(("baseline", "later"), [("v0", (1, 2, 3)), ("v2", (0, 1, 3))])
def test_covariates_may_be_crossed_with_the_visit(baseline, later):
    ours = fit(covariates="sex * visit", baseline=baseline)
    extra = "".join(f" + at{number}:male" for number in range(4))
    data = DATA.assign(male=(DATA["sex"] == "M").astype(float))
    data = data.assign(
        **{f"at{number}": (data["visit"] == f"v{number}") * 1.0 for number in range(4)}
    )
    data = data.assign(**{f"at{number}xiv": data[f"at{number}"] * (data["arm"] == "iv")
                          for number in later})  # fmt: skip
    theirs = explicit(data, VISITS, baseline, ("im", "iv"), extra=extra)[0]
    found, expected = ours.tidy().set_index("term"), theirs.tidy().set_index("term")
    for number in later:
        np.testing.assert_allclose(
            found.loc[f"visit[v{number}]:arm[T.iv]"], expected.loc[f"at{number}xiv"], rtol=1e-6
        )
    data_of_both = [result.predict(data.head(9))["estimate"] for result in (ours, theirs)]
    np.testing.assert_allclose(*data_of_both, rtol=1e-7)
    assert ours.glance()["log_likelihood"].iloc[0] == pytest.approx(
        theirs.glance()["log_likelihood"].iloc[0], rel=1e-10
    )
    tests = ours.joint_tests().set_index("term")
    assert tests["df1"].to_dict() == {"visit": 4, "sex": 1, "sex:visit": 3, "visit:arm": 3}


@pytest.mark.identity
@pytest.mark.parametrize("baseline", ["v0", "v2", "v3"])
def test_fitted_rows_and_new_rows_have_the_same_mean(baseline):
    result = fit(scored(("im", "iv", "sl")), baseline=baseline, covariates="sex * visit")
    data = scored(("im", "iv", "sl"))
    np.testing.assert_allclose(
        result.predict(data)["estimate"], result.residuals()["fitted"], rtol=1e-8
    )


@pytest.mark.identity
def test_arms_have_one_mean_at_the_baseline():
    result = fit(scored(("im", "iv", "sl")))
    means = result.marginal_means("arm", by="visit").tidy().set_index(["visit", "arm"])
    for column in ("estimate", "std_error", "df"):
        assert np.ptp(means.loc["v0", column]) < 1e-9
    predicted = result.predict(
        pd.DataFrame({"visit": "v0", "arm": ["im", "iv", "sl"]}), interval="prediction"
    )
    assert np.ptp(predicted["estimate"]) < 1e-9
    contrasts = result.marginal_means("arm", by="visit").contrasts("im").tidy()
    later = contrasts.loc[contrasts["visit"] != "v0"].set_index(["contrast", "visit"])
    terms = result.tidy().set_index("term")
    for arm in ("iv", "sl"):
        for visit in VISITS[1:]:
            row = later.loc[(f"{arm} - im", visit)]
            term = terms.loc[f"visit[{visit}]:arm[T.{arm}]"]
            assert row["estimate"] == pytest.approx(term["estimate"], rel=1e-8)
            assert row["std_error"] == pytest.approx(term["std_error"], rel=1e-8)
    at_start = contrasts.loc[contrasts["visit"] == "v0"]
    np.testing.assert_allclose(at_start["estimate"], 0.0, atol=1e-12)


@pytest.mark.unit
def test_patients_with_only_one_score_are_kept():
    sizes = DATA.groupby("patient").size()
    only = set(sizes.index[sizes == 1])
    baselines = set(DATA.loc[DATA["visit"] == "v0", "patient"])
    assert only & baselines
    assert set(sizes.index) - baselines
    row = fit().glance().iloc[0]
    assert (row["n_subjects"], row["n_obs"]) == (len(sizes), len(DATA))


@pytest.mark.identity
def test_joint_test_does_not_depend_on_the_reference_arm():
    data = scored(("im", "iv", "sl"))
    tables = []
    for order in (["im", "iv", "sl"], ["sl", "im", "iv"]):
        result = fit(data.assign(arm=pd.Categorical(data["arm"], categories=order)))
        tables.append(result.joint_tests())
        row = tables[-1].set_index("term").loc["visit:arm"]
        assert row["df1"] == 6
        L = np.eye(10)[4:]
        for name, value in joint_test(L, result.fixed).items():
            assert row[name] == pytest.approx(value, rel=1e-7)
    pd.testing.assert_frame_equal(*tables, rtol=1e-6)


@pytest.mark.identity
def test_difference_is_close_to_that_adjusted_for_the_baseline():
    rng = np.random.default_rng(8)
    n = 200
    arm = np.repeat(["im", "iv"], n // 2)
    level = rng.normal(20.0, 4.0, n)
    first = level + rng.normal(0.0, 2.0, n)
    later = level[:, None] - [4.0, 6.0] - 2.0 * (arm == "iv")[:, None] + rng.normal(0, 3, (n, 2))
    data = pd.DataFrame({
        "patient": np.repeat(np.arange(n), 3), "arm": np.repeat(arm, 3),
        "visit": np.tile(["v0", "v1", "v2"], n), "first": np.repeat(first, 3),
        "score": np.column_stack([first, later]).ravel(),
    })  # fmt: skip
    ours = fit(data).tidy().set_index("term").loc[["visit[v1]:arm[T.iv]", "visit[v2]:arm[T.iv]"]]
    change = data.loc[data["visit"] != "v0"].assign(change=lambda d: d["score"] - d["first"])
    other = mmrm("change ~ 0 + visit + visit:arm + visit:first", change, subject="patient",
                 visit="visit").tidy().set_index("term")  # fmt: skip
    theirs = other.loc[ours.index]
    # both subtract a share of the difference at the baseline; the shares differ by the sampling
    # error of a regression on 200 patients: well below a tenth of a standard error
    assert (np.abs(ours["estimate"] - theirs["estimate"]) < 0.1 * theirs["std_error"]).all()
    np.testing.assert_allclose(ours["std_error"], theirs["std_error"], rtol=0.05)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"baseline": "v9"}, DataError, "not a level of 'visit' with a score; its 4 levels are v0"),
        ({"arm": "route"}, ColumnError, "'route'"),
        ({"visit": "week"}, ColumnError, "'week'"),
        ({"subject": "person"}, ColumnError, "'person'"),
        ({"covariates": "height"}, ColumnError, "'height'"),
        ({"covariance": "ar2"}, ModelError, "covariance is 'ar2'"),
        ({"covariance": "spatial exponential"}, ModelError, "belong together"),
        ({"df": "kenward-roger", "method": "ml"}, ModelError, "Kenward-Roger needs"),
        ({"cluster": "site_id"}, ModelError, "cluster= is for a sandwich"),
        ({"covariates": "arm"}, ModelError, r"covariates= uses 'arm' \(arm\), whose difference"),
        ({"covariates": "sex * arm"}, ModelError, "covariates="),
        ({"covariates": "arm:visit:sex"}, ModelError, "covariates="),
        ({"covariates": "C(arm)"}, ModelError, "covariates="),
    ],
)
def test_what_cannot_be_had_is_refused(options, error, match):
    with pytest.raises(error, match=match):
        fit(**options)


@pytest.mark.unit
def test_baseline_alone_is_refused():
    with pytest.raises(ModelError, match="'visit' has the baseline only; later visits are needed"):
        fit(DATA.loc[DATA["visit"] == "v0"])


@pytest.mark.unit
def test_input_is_left_as_it_was():
    before = DATA.copy()
    fit()
    pd.testing.assert_frame_equal(DATA, before)


@pytest.mark.unit
def test_one_arm_is_refused():
    with pytest.raises(ModelError, match="'arm' has one level, so that there are no arms"):
        fit(DATA.assign(arm="iv"))


@pytest.mark.unit
def test_an_arm_without_scores_at_a_visit_can_be_left_out_there():
    data = DATA.loc[(DATA["arm"] != "iv") | (DATA["visit"] != "v3")]
    means = fit(data, aliased="drop").marginal_means("arm", by="visit").tidy()
    unknown = means.loc[means["estimate"].isna(), ["arm", "visit"]]
    assert unknown.to_numpy().tolist() == [["iv", "v3"]]
