"""Moments: adding and taking out patients is the same as fitting their rows."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError, ModelError
from analysis.mixed import fit_moments, mmrm, moments
from tests.mixed.networks import clinic_network

DATA = clinic_network(7, n_patients=90, n_clinics=8, n_visits=3)
DATA["sex"] = np.where(DATA["patient"] % 3 == 0, "F", "M")
DATA["step"] = DATA["visit"].map({"v1": 1.0, "v2": 3.0, "v3": 8.0})
DATA["change"] += 2.0 * (DATA["site_id"].str[-1].astype(int) % 3)
ROLES = {"subject": "patient", "visit": "visit"}
FORMULA = "change ~ arm * visit + baseline * visit"
LEVELS = {"visit": ["v1", "v2", "v3"], "arm": ["im", "iv"]}
FIRST = DATA.loc[DATA["site_id"] < "clinic-02"]
REST = DATA.drop(FIRST.index)
VARIANTS = {
    "plain": (FORMULA, {}, {}),
    "clinic intercept": (
        "change ~ arm * visit", {"nested_in": "site_id"}, {"covariance": "compound symmetry"},
    ),
    "groups": ("change ~ arm * visit", {"covariance_by": "sex"}, {"df": "satterthwaite"}),
    "weights": (FORMULA, {"weights": "weight"}, {"df": "between-within"}),
    "column that changes": ("change ~ visit + weight + arm:weight", {}, {"covariance": "ar1"}),
    "coordinates": (
        FORMULA, {"coordinates": "step"}, {"covariance": "spatial exponential"},
    ),
    "full likelihood": (FORMULA, {}, {"method": "ml", "information": "expected"}),
    "one column": ("change ~ 1", {}, {"covariance": "toeplitz"}),
}  # fmt: skip
VARYING = {"column that changes": ("weight",)}


def summed(name, data=DATA):
    formula, roles, _ = VARIANTS[name]
    levels = LEVELS | ({"sex": ["F", "M"]} if "covariance_by" in roles else {})
    return moments(
        formula, data, **ROLES, **roles, levels=levels, varying=VARYING.get(name, ())
    )  # fmt: skip


def check_same_fit(one, other, *, rtol=1e-7):
    """Compare all that two fits say."""
    pd.testing.assert_frame_equal(one.tidy(), other.tidy(), rtol=rtol, atol=1e-10)
    drop = ["newton_decrement", "n_dropped"]
    pd.testing.assert_frame_equal(
        one.glance().drop(columns=drop), other.glance().drop(columns=drop), rtol=rtol
    )
    pd.testing.assert_frame_equal(
        one.variance_components(), other.variance_components(), rtol=1e-5, atol=1e-8
    )
    pd.testing.assert_frame_equal(one.joint_tests(), other.joint_tests(), rtol=1e-6, atol=1e-10)
    matrices = [fit.covariance() for fit in (one, other)]
    pairs = [list(m.values()) if isinstance(m, dict) else [m] for m in matrices]
    for ours, theirs in zip(*pairs, strict=True):
        pd.testing.assert_frame_equal(ours, theirs, rtol=1e-5)


def check_same_means(one, other):
    """Compare averages over the population."""
    if not one.population.levels:
        return
    name = next(iter(one.population.levels))
    for weights in ("equal", "proportional"):
        tables = [fit.marginal_means(name, weights=weights).tidy() for fit in (one, other)]
        pd.testing.assert_frame_equal(*tables, rtol=1e-6, atol=1e-9)


@pytest.mark.identity
@pytest.mark.parametrize("name", list(VARIANTS))
def test_fit_of_sums_is_the_fit_of_rows(name):
    formula, roles, options = VARIANTS[name]
    by_rows = mmrm(formula, DATA, **ROLES, **roles, **options)
    by_sums = fit_moments(moments(formula, DATA, **ROLES, **roles), **options)
    check_same_fit(by_sums, by_rows, rtol=1e-9)
    check_same_means(by_sums, by_rows)
    check_same_fit(fit_moments(summed(name), **options), by_rows)


@pytest.mark.identity
@pytest.mark.parametrize("name", list(VARIANTS))
def test_sums_of_parts_are_the_whole(name):
    options = VARIANTS[name][2]
    whole = fit_moments(summed(name), **options)
    for parts in ((FIRST, REST), (REST, FIRST)):
        together = summed(name, parts[0]) + summed(name, parts[1])
        assert together.about.n_rows == len(DATA)
        assert together.about.n_subjects == DATA["patient"].nunique()
        check_same_fit(fit_moments(together, **options), whole)
        check_same_means(fit_moments(together, **options), whole)


@pytest.mark.identity
@pytest.mark.parametrize("name", list(VARIANTS))
def test_taking_a_part_out_leaves_the_fit_without_it(name):
    options = VARIANTS[name][2]
    left = summed(name) - summed(name, FIRST)
    alone = summed(name, REST)
    assert left.about.clinics.tolist() == alone.about.clinics.tolist()
    check_same_fit(fit_moments(left, **options), fit_moments(alone, **options))
    check_same_means(fit_moments(left, **options), fit_moments(alone, **options))


@pytest.mark.identity
def test_many_sites_one_after_the_other():
    total = None
    for _, rows in DATA.groupby("site_id"):
        own = summed("plain", rows)
        total = own if total is None else total + own
    check_same_fit(fit_moments(total), mmrm(FORMULA, DATA, **ROLES))


@pytest.mark.identity
def test_levels_that_a_site_does_not_have_are_no_hindrance():
    one = moments("change ~ arm * visit", DATA.loc[DATA["arm"] == "im"], **ROLES,
                  levels=LEVELS, varying=())  # fmt: skip
    other = moments("change ~ arm * visit", DATA.loc[DATA["arm"] == "iv"], **ROLES,
                    levels=LEVELS, varying=())  # fmt: skip
    fit = mmrm("change ~ arm * visit", DATA, **ROLES)
    check_same_fit(fit_moments(one + other), fit)
    check_same_means(fit_moments(one + other), fit)


@pytest.mark.identity
@pytest.mark.parametrize("name", ["plain", "coordinates", "groups", "weights"])
@pytest.mark.parametrize("lacking", ["v1", "v2", "v3"])
def test_site_without_rows_at_a_visit_can_be_pooled(name, lacking):
    new = FIRST.loc[FIRST["visit"] != lacking]
    options = VARIANTS[name][2]
    whole = fit_moments(summed(name, pd.concat([new, REST])), **options)
    for together in (
        summed(name, new) + summed(name, REST),
        summed(name, REST) + summed(name, new),
    ):
        check_same_fit(fit_moments(together, **options), whole)


@pytest.mark.unit
def test_sites_with_other_days_cannot_be_pooled():
    formula, roles, _ = VARIANTS["coordinates"]
    later = REST.assign(step=REST["step"] + (REST["visit"] == "v2"))
    own = later.assign(step=later["step"] + REST["patient"] / 1000)
    for rows in (later, own):
        other = moments(formula, rows, **ROLES, **roles, levels=LEVELS, varying=())
        with pytest.raises(ModelError, match="differ in the days of the visits"):
            _ = summed("coordinates", FIRST) + other


@pytest.mark.unit
def test_clinics_that_were_taken_out_do_not_count():
    left = summed("clinic intercept")
    for number in range(4):
        own = DATA.loc[DATA["site_id"] == f"clinic-0{number}"]
        left = left - summed("clinic intercept", own)
    with pytest.raises(ModelError, match="4 clinics, too few"):
        fit_moments(left)


@pytest.mark.unit
def test_rows_left_out_are_counted_and_noted():
    holes = DATA.assign(change=DATA["change"].mask(DATA.index % 10 == 0))
    one, other = (moments(FORMULA, rows, **ROLES, levels=LEVELS, varying=())
                  for rows in (holes.loc[FIRST.index], holes.loc[REST.index]))  # fmt: skip
    row = fit_moments(one + other).glance().iloc[0]
    assert row["n_dropped"] == (DATA.index % 10 == 0).sum()
    assert row["n_obs"] == len(DATA) - row["n_dropped"]
    patients = DATA["patient"].nunique()
    assert repr(one + other).startswith(
        f"Moments of {FORMULA}: {row['n_obs']} rows of {patients} patients in "
    )
    assert repr(one + other).endswith(" patterns of visits")


@pytest.mark.unit
def test_notes_of_all_sites_are_kept_once():
    lost = DATA.assign(change=DATA["change"].mask(DATA["visit"] == "v3"))
    sites = [lost.loc[FIRST.index], lost.loc[REST.index], DATA.loc[FIRST.index]]
    one, other, whole = (
        moments("change ~ arm", rows, **ROLES, levels={"arm": ["im", "iv"]}, varying=())
        for rows in sites
    )
    note = "visit: 1 level without a complete row left out ('v3')"
    assert (one.about.notes, whole.about.notes) == ((note,), ())
    assert (one + other).about.notes == (note,)
    data = [REST.loc[REST["visit"] != "v3"], lost.loc[FIRST.index]]
    first, second = (
        moments("change ~ arm", rows, **ROLES, levels={"arm": ["im", "iv"]}, varying=())
        for rows in data
    )
    assert (first + second).about.notes == (note,)


@pytest.mark.unit
def test_input_is_left_as_it_was():
    one, other = summed("plain", FIRST), summed("plain", REST)
    before = [part.ww.copy() for part in one.groups]
    _ = one + other - other
    for part, copy in zip(one.groups, before, strict=True):
        np.testing.assert_array_equal(part.ww, copy)
    assert one.about.n_subjects == FIRST["patient"].nunique()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"formula": "change ~ arm * visit"}, "the formula, the coefficients"),
        ({"subject": "person"}, "the columns of patient, visit and the like"),
        ({"levels": {"visit": ["v3", "v2", "v1"]}}, "the visits"),
        ({"levels": {"visit": ["v1", "v2", "v3", "v4"]}}, "the visits"),
        ({"levels": {"arm": ["im", "iv", "sl"]}}, "the coefficients, the levels of factors"),
        ({"varying": ("baseline",)}, "what varies within patients"),
        ({"covariance_by": "sex"}, "the covariance groups"),
        ({"weights": "weight"}, "the columns of patient, visit and the like"),
    ],
)
def test_moments_of_other_models_are_refused_and_the_difference_is_named(options, what):
    data = REST.assign(person=REST["patient"])
    given = {"formula": FORMULA, "levels": LEVELS, "varying": (), **ROLES, **options}
    other = moments(given.pop("formula"), data, **given)
    for combined in (lambda a, b: a + b, lambda a, b: a - b):
        with pytest.raises(ModelError, match=rf"differ in [^.]*{what}.*give levels="):
            combined(summed("plain", FIRST), other)


@pytest.mark.unit
def test_patients_that_are_not_part_of_the_others_cannot_be_taken_out():
    with pytest.raises(ModelError, match="not part of the others: a pattern of visits would have"):
        _ = summed("plain", FIRST) - summed("plain", REST)
    with pytest.raises(ModelError, match="no patient is left"):
        _ = summed("plain") - summed("plain")
    some = REST.loc[REST["patient"].isin(REST["patient"].unique()[:8])]
    every = some.assign(visit="v2").drop_duplicates("patient")
    with pytest.raises(ModelError, match="not part"):
        _ = summed("plain", FIRST.loc[FIRST["visit"] != "v2"]) - summed("plain", every)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"levels": {"arm": ["im"]}}, DataError, "'arm' has 1 levels? that levels= does not list"),
        ({"levels": {"visit": ["v1", "v2"]}}, DataError, "'visit' has 1 levels? that levels= does"),
        ({"varying": ()}, DataError, "'weight' changes within patients; name it in varying="),
    ],
)
def test_what_was_declared_must_hold(options, error, match):
    with pytest.raises(error, match=match):
        moments("change ~ arm + visit + weight", DATA, **ROLES, **options)


@pytest.mark.unit
def test_fit_of_sums_has_no_rows():
    fit = fit_moments(summed("plain"))
    for asked in (fit.residuals, lambda: fit.simulate(1)):
        with pytest.raises(ModelError, match="made from sums, so that no patient's rows are the"):
            asked()
    with pytest.raises(ModelError, match="no random effects"):
        fit.random_effects()


@pytest.mark.identity
def test_predictions_need_no_rows_of_the_fit():
    by_sums, by_rows = fit_moments(summed("plain")), mmrm(FORMULA, DATA, **ROLES)
    asked = DATA.assign(change=DATA["change"].mask(DATA["visit"] == "v3"))
    for conditional in (False, True):
        options = {"conditional": conditional, "interval": "prediction"}
        tables = [fit.predict(asked, **options) for fit in (by_sums, by_rows)]
        pd.testing.assert_frame_equal(*tables, rtol=1e-6, atol=1e-8)


@pytest.mark.identity
def test_clinic_effects_need_no_rows_of_the_fit():
    formula, roles, options = VARIANTS["clinic intercept"]
    tables = [fit.clinic_effects() for fit in (
        fit_moments(summed("clinic intercept"), **options),
        mmrm(formula, DATA, **ROLES, **roles, **options))]  # fmt: skip
    pd.testing.assert_frame_equal(*tables, rtol=1e-6)
    assert tables[0]["site_id"].tolist() == sorted(DATA["site_id"].unique())


@pytest.mark.unit
def test_few_clinics_can_be_summed_and_are_refused_when_fitted():
    few = summed("clinic intercept", FIRST)
    with pytest.raises(ModelError, match=r"2 clinics, too few .* \(at least 5\); add more"):
        fit_moments(few)
    together = few + summed("clinic intercept", REST)
    assert fit_moments(together, covariance="ar1").glance()["n_obs"].iloc[0] == len(DATA)


@pytest.mark.unit
@pytest.mark.parametrize("name", ["coordinates", "clinic intercept"])
def test_what_needs_rows_says_so(name):
    formula, roles, options = VARIANTS[name]
    data = DATA.assign(step=DATA["step"] + DATA["patient"] / 1000)
    weights = {"weights": "weight"} if name == "clinic intercept" else {}
    sums = moments(formula, data, **ROLES, **roles, **weights)
    with pytest.raises(ModelError, match="Moments hold no row of a patient"):
        fit_moments(sums, **options)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"covariance": "ar2"}, "covariance is 'ar2'"),
        ({"covariance": []}, "covariance names no structure"),
        ({"method": "ml", "df": "kenward-roger"}, "Kenward-Roger needs method='reml'"),
        ({"covariance": "spatial exponential"}, "belong together"),
    ],
)
def test_options_that_cannot_be_had_are_refused(options, match):
    with pytest.raises(ModelError, match=match):
        fit_moments(summed("plain"), **options)


@pytest.mark.unit
def test_fallback_works_with_sums():
    apart = DATA.loc[~((DATA["visit"] == "v3") & (DATA["patient"] % 2 == 0))
                     & ~((DATA["visit"] == "v1") & (DATA["patient"] % 2 == 1))]  # fmt: skip
    sums = moments("change ~ visit", apart, **ROLES)
    with pytest.raises(ModelError, match="No patient has both visit 'v1' and visit 'v3'"):
        fit_moments(sums)
    fit = fit_moments(sums, covariance=["unstructured", "ar1"])
    assert fit.glance()["covariance"].iloc[0] == "ar1"
    assert "unstructured was given up" in fit.glance()["notes"].iloc[0]


@pytest.mark.unit
def test_moments_are_added_to_moments_only():
    sums = moments("change ~ arm * visit", DATA, **ROLES)
    with pytest.raises(TypeError):
        sums + 1
    with pytest.raises(TypeError):
        sums - 1


@pytest.mark.unit
@pytest.mark.parametrize(
    ("given", "error", "match"),
    [
        ({"levels": {"amr": ["im"]}}, ColumnError, "Levels= uses 'amr'"),
        ({"varying": ["dya"]}, ColumnError, "Varying= uses 'dya'"),
        ({"levels": {"arm": ["im", "iv", "iv"]}}, DataError, "'arm' twice"),
    ],
)
def test_declarations_of_what_is_not_there_are_refused(given, error, match):
    with pytest.raises(error, match=match):
        moments("change ~ arm * visit", DATA, **ROLES, **given)
