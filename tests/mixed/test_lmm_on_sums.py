"""Random effects fitted to sums are those fitted to the rows that were summed."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import DataError, ModelError
from analysis.mixed import fit_random_moments, lmm, load_moments, moments, save_moments
from analysis.mixed.sums.moments import add_moments
from tests.mixed.networks import clinic_network

unit, identity = pytest.mark.unit, pytest.mark.identity

DAYS = {"v1": 7.0, "v2": 14.0, "v3": 28.0, "v4": 56.0}
ROWS = clinic_network(2, n_patients=140).assign(day=lambda rows: rows["visit"].map(DAYS))
FORMULA = "change ~ arm * day + baseline"
SITE = ROWS["site_id"] == "clinic-00"
LEVELS = {"visit": list(DAYS), "arm": ["im", "iv"]}
ON_DAYS = {"subject": "patient", "visit": "visit", "coordinates": "day", "days": DAYS}

MODELS = {
    "intercept": {},
    "slope": {"random": "1 + day"},
    "slope without an intercept": {"random": "0 + day"},
    "independent terms": {"random": "1 + day", "random_covariance": "independent"},
    "Kenward-Roger": {"random": "1 + day", "df": "kenward-roger"},
    "maximum likelihood": {"random": "1 + day", "method": "ml"},
    "residual": {"residual": "ar1", "visit": "visit"},
    "clinics": {"random": "1 + day", "nested_in": "site_id"},
    "clinics and Kenward-Roger": {"nested_in": "site_id", "df": "kenward-roger"},
}


def differences(one, other) -> float:
    a, b = one.tidy(), other.tidy()
    assert a["term"].tolist() == b["term"].tolist()
    relative = [(a[name] / b[name] - 1.0).abs().max() for name in ("std_error", "df")]
    return max(((a["estimate"] - b["estimate"]) / b["std_error"]).abs().max(), *relative)


@identity
@pytest.mark.parametrize("name", MODELS)
def test_sums_give_the_fit_of_the_rows(name):
    options = MODELS[name]
    theirs = lmm(FORMULA, ROWS, subject="patient", **options)
    sums = moments(FORMULA, ROWS, **ON_DAYS, nested_in=options.get("nested_in"))
    own = {key: value for key, value in options.items() if key not in ("nested_in", "visit")}
    ours = fit_random_moments(sums, **own)
    assert differences(ours, theirs) < 1e-10
    columns = ["estimate", "kind"]
    a, b = ours.variance_components()[columns], theirs.variance_components()[columns]
    assert a["kind"].tolist() == b["kind"].tolist()
    assert np.allclose(a["estimate"], b["estimate"], rtol=1e-10, atol=0.0)
    glance = ("log_likelihood", "aic", "bic", "n_obs", "n_subjects")
    for column in glance:
        assert ours.glance()[column][0] == pytest.approx(theirs.glance()[column][0], rel=1e-11)


@identity
def test_sites_added_in_any_order_and_read_back_give_the_same_fit(tmp_path):
    declared = {**ON_DAYS, "levels": LEVELS, "varying": ()}
    parts = [moments(FORMULA, rows, **declared) for rows in (ROWS[SITE], ROWS[~SITE])]
    save_moments(parts[1], tmp_path / "rest")
    whole = lmm(FORMULA, ROWS, subject="patient", random="1 + day")
    for pooled in (add_moments(parts), add_moments([load_moments(tmp_path / "rest"), parts[0]])):
        assert differences(fit_random_moments(pooled, random="1 + day"), whole) < 1e-10


@identity
def test_a_visit_that_a_site_never_held_takes_its_day_from_the_plan():
    rows = ROWS.assign(change=ROWS["change"].mask(SITE & (ROWS["visit"] == "v3")))
    declared = {**ON_DAYS, "levels": LEVELS, "varying": ()}
    parts = [moments(FORMULA, rows[here], **declared) for here in (SITE, ~SITE)]
    assert parts[0].days.tolist() == list(DAYS.values())
    whole = lmm(FORMULA, rows, subject="patient", random="1 + day")
    assert differences(fit_random_moments(add_moments(parts), random="1 + day"), whole) < 1e-10


@identity
def test_a_part_whose_scores_are_all_the_same_can_be_added():
    rows = ROWS.assign(change=ROWS["change"].where(~SITE, -3.0))
    declared = {**ON_DAYS, "levels": LEVELS, "varying": ()}
    parts = [moments(FORMULA, rows[here], **declared) for here in (SITE, ~SITE)]
    whole = lmm(FORMULA, rows, subject="patient")
    for order in (parts, parts[::-1]):
        assert differences(fit_random_moments(add_moments(order)), whole) < 1e-10
    with pytest.raises(ModelError, match="explains the outcome exactly"):
        fit_random_moments(parts[0])
    with pytest.raises(ModelError, match="The outcome is the same in all"):
        moments(FORMULA, rows[SITE], **ON_DAYS)


@unit
def test_days_that_are_not_nominal_are_refused_by_name():
    own = ROWS.assign(day=ROWS["day"] + (ROWS["patient"] == 3))
    with pytest.raises(
        DataError, match="Column 'day' is not the nominal day of the visit in 4 rows"
    ):
        moments(FORMULA, own, **ON_DAYS)
    with pytest.raises(ModelError, match="days= has no day for 'v4'"):
        moments(FORMULA, ROWS, **{**ON_DAYS, "days": {"v1": 7, "v2": 14, "v3": 28}})
    without = {**ON_DAYS, "coordinates": None}
    with pytest.raises(ModelError, match="give the column of days as coordinates="):
        moments(FORMULA, ROWS, **without)


REFUSED = {
    "another column": ({}, {"random": "1 + baseline"}, "'baseline'; sums hold .*'visit' and 'day'"),
    "groups": ({"covariance_by": "arm"}, {}, "without weights= and covariance_by="),
    "weights": ({"weights": "weight"}, {}, "without weights= and covariance_by="),
    "twice": ({}, {"residual": "unstructured"}, "same covariance twice"),
    "by distance": ({}, {"residual": "spatial exponential"}, "belong together"),
    "option": ({}, {"df": "kr"}, "df"),
    "Kenward-Roger of ML": ({}, {"df": "kenward-roger", "method": "ml"}, "needs method='reml'"),
    "few clinics": ({"nested_in": "arm"}, {}, "2 clinics, too few"),
}  # fmt: skip


@unit
@pytest.mark.parametrize("name", REFUSED)
def test_what_sums_cannot_give_is_refused_by_name(name):
    columns, options, says = REFUSED[name]
    sums = moments(FORMULA, ROWS, **ON_DAYS, **columns)
    with pytest.raises(ModelError, match=says):
        fit_random_moments(sums, **options)


@unit
def test_days_of_visits_without_days_are_refused():
    sums = moments("change ~ arm", ROWS, subject="patient", visit="visit")
    with pytest.raises(ModelError, match=r"uses 'day'; sums hold random terms of 'visit' only"):
        fit_random_moments(sums, random="1 + day")
    assert fit_random_moments(sums, random="1").random == "1"
