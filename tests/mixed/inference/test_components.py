"""Parts of the covariance: names, units, intervals and the boundary."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.mixed import lmm, mmrm
from analysis.mixed.engine.chart import Coordinates
from analysis.mixed.engine.covariance import Model, RandomBlock
from analysis.mixed.engine.structures import STRUCTURES, structure_named
from analysis.mixed.inference.components import (
    Units,
    boundary_text,
    component_frame,
    components,
    parameter_names,
    random_covariance,
    residual_covariance,
)
from tests.mixed.frames import simulated

pytestmark = pytest.mark.unit

VISITS = ("v1", "v2", "v3")


def model_of(structure="independent", *, blocks=(), n_clinics=0, groups=1, m=3):
    first, random = 0, []
    for terms in blocks:
        random.append(RandomBlock(terms=terms, columns=slice(first, first + len(terms))))
        first += len(terms)
    return Model(
        strata=(),
        random=tuple(random),
        structures=(structure_named(structure, m),) * groups,
        n_rows=50,
        n_fixed=2,
        n_clinics=n_clinics,
        reml=True,
    )


def optimum_of(model, *, G=None, ranks=None, residual=None, clinic=None):
    """Stand in for an optimum: estimates and ranks only."""
    q = model.n_random
    ranks = ranks or [block.size for block in model.random]
    coordinates = Coordinates(
        factors=tuple(
            np.ones((block.size, rank)) for block, rank in zip(model.random, ranks, strict=True)
        ),
        orders=(),
        residual=residual or tuple(np.zeros(s.n_parameters) for s in model.structures),
        clinic=clinic,
    )
    variances = SimpleNamespace(
        G=np.zeros((q, q)) if G is None else np.array(G, dtype=float), clinic=(clinic or 0.0) ** 2
    )
    return SimpleNamespace(at=SimpleNamespace(variances=variances), coordinates=coordinates)


def units_of(*, q=0, groups=("",), scale=1.0):
    return Units(
        scale=scale,
        z_scale=np.arange(1.0, q + 1.0),
        subject="patient",
        clinic="site",
        visits=VISITS,
        groups=groups,
    )


def test_parameter_names_say_what_varies():
    model = model_of("heterogeneous ar1", blocks=[("Intercept", "day")], n_clinics=2)
    assert parameter_names(model, units_of(q=2)) == (
        "variance of Intercept",
        "covariance of Intercept and day",
        "variance of day",
        "residual of v1",
        "residual of v2",
        "residual of v3",
        "correlation of lag 1",
        "variance of site",
    )
    grouped = model_of("compound symmetry", groups=2)
    assert parameter_names(grouped, units_of(groups=("F", "M"))) == (
        "residual in F", "correlation in F", "residual in M", "correlation in M",
    )  # fmt: skip


@pytest.mark.parametrize("m", [1, 2, 3])
@pytest.mark.parametrize("name", STRUCTURES)
def test_every_parameter_of_every_structure_has_a_name_of_its_own(name, m):
    model = model_of(name, m=m)
    units = Units(
        scale=1.0, z_scale=np.ones(0), subject="p", clinic="c", visits=VISITS[:m], groups=[""]
    )
    names = parameter_names(model, units)
    assert len(names) == len(set(names)) == model.n_parameters


def test_random_terms_and_clinics_in_the_units_of_the_data():
    model = model_of(blocks=[("Intercept", "day")], n_clinics=3)
    optimum = optimum_of(model, G=[[9, -4], [-4, 8]], clinic=2.0, residual=(np.log([3.0]),))
    table = components(model, optimum, np.diag([4.0, 9, 16, 25, 36]), units_of(q=2, scale=10))
    assert table["group"].tolist() == ["patient"] * 3 + ["site", "residual"]
    assert table["term_1"].tolist() == ["Intercept", "Intercept", "day", "Intercept", ""]
    assert table["term_2"].tolist() == ["Intercept", "day", "day", "Intercept", ""]
    assert table["kind"].tolist() == ["variance", "covariance", "variance", "variance", "residual"]
    # outcome units 10, day units 2: 900, -4 * 100 / 2, 8 * 100 / 4, 400, 9 * 100
    np.testing.assert_allclose(table["estimate"], [900, -200, 200, 400, 900])
    # standard errors 2, 3, 4 alike; residual: d exp(2s) = 2 * 900 * 5; clinic: 6 * 100
    np.testing.assert_allclose(table["std_error"], [200, 150, 100, 600, 9000])
    np.testing.assert_allclose(random_covariance(optimum, units_of(q=2, scale=10)),
                               [[900, -200], [-200, 200]])  # fmt: skip


@pytest.mark.parametrize(
    ("structure", "theta", "kinds", "terms", "estimate", "slope"),
    [
        ("unstructured", [4, 1, 9, 2, 3, 16],
         ["residual", "covariance", "residual", "covariance", "covariance", "residual"],
         [("v1", "v1"), ("v1", "v2"), ("v2", "v2"), ("v1", "v3"), ("v2", "v3"), ("v3", "v3")],
         [16, 4, 36, 8, 12, 64], [4.0] * 6),
        ("compound symmetry", [np.log(3), 0.5], ["residual", "correlation"],
         [("", ""), ("", "")], [36, 0.5], [72, 1]),
        ("toeplitz", [0, 0.5, 0.2], ["residual", "correlation", "correlation"],
         [("", ""), ("lag 1", ""), ("lag 2", "")], [4, 0.5, 0.2], [8, 1, 1]),
        ("ante-dependence", [0, 0.5, 0.2], ["residual", "correlation", "correlation"],
         [("", ""), ("v1", "v2"), ("v2", "v3")], [4, 0.5, 0.2], [8, 1, 1]),
        ("heterogeneous ar1", [0, np.log(2), np.log(3), 0.5],
         ["residual", "residual", "residual", "correlation"],
         [("v1", "v1"), ("v2", "v2"), ("v3", "v3"), ("lag 1", "")],
         [4, 16, 36, 0.5], [8, 32, 72, 1]),
        ("spatial exponential", [0, np.log(0.1)], ["residual", "range"],
         [("", ""), ("", "")], [4, 10], [8, 10]),
    ],
)  # fmt: skip
def test_residual_parameters_as_variances_and_correlations(
    structure, theta, kinds, terms, estimate, slope
):
    model = model_of(structure)
    optimum = optimum_of(model, residual=(np.array(theta, dtype=float),))
    table = components(model, optimum, 0.01 * np.eye(len(theta)), units_of(scale=2.0))
    assert table["kind"].tolist() == kinds
    assert list(zip(table["term_1"], table["term_2"], strict=True)) == terms
    assert table["group"].unique().tolist() == ["residual"]
    np.testing.assert_allclose(table["estimate"], estimate)
    np.testing.assert_allclose(table["std_error"], 0.1 * np.array(slope, dtype=float))


def test_groups_are_told_apart():
    model = model_of("compound symmetry", groups=2)
    theta = (np.array([0.0, 0.5]), np.array([np.log(2.0), 0.1]))
    table = components(
        model, optimum_of(model, residual=theta), np.eye(4), units_of(groups=("F", "M"))
    )
    assert table["group"].tolist() == ["residual (F)"] * 2 + ["residual (M)"] * 2
    np.testing.assert_allclose(table["estimate"], [1, 0.5, 4, 0.1])
    lags = np.abs(np.subtract.outer(np.arange(3), np.arange(3)))
    matrix = residual_covariance(
        model, optimum_of(model, residual=theta), 1, lags, units_of(scale=3.0)
    )
    np.testing.assert_allclose(
        matrix, 9.0 * np.array([[4, 0.4, 0.4], [0.4, 4, 0.4], [0.4, 0.4, 4]])
    )


def table_of(kind, estimate, std_error):
    return pd.DataFrame(
        {"group": ["g"], "term_1": ["a"], "term_2": ["a"], "estimate": [float(estimate)],
         "std_error": [std_error], "kind": [kind]}
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["variance", "residual", "range"])
def test_interval_of_a_mean_square_is_the_chi_square_one(kind):
    # variance 4 with standard error 4 sqrt(2 / 10): 10 degrees of freedom;
    # chi-square(10) quantiles 0.025 and 0.975 are 3.246973 and 20.483177 (any table)
    row = component_frame(table_of(kind, 4, 4 * np.sqrt(0.2)), conf_level=0.95).iloc[0]
    assert row["conf_low"] == pytest.approx(40 / 20.483177, rel=1e-6)
    assert row["conf_high"] == pytest.approx(40 / 3.246973, rel=1e-6)
    assert list(row.index) == [
        "group", "term_1", "term_2", "estimate", "conf_low", "conf_high", "kind",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["covariance", "correlation"])
def test_covariance_and_correlation_have_a_normal_interval(kind):
    row = component_frame(table_of(kind, -1, 0.5), conf_level=0.95).iloc[0]
    assert row["conf_high"] == pytest.approx(-1 + 1.959964 * 0.5)
    assert row["conf_low"] == pytest.approx(-1 - 1.959964 * 0.5)


def test_boundary_has_no_interval_but_the_residual_keeps_its_own():
    model = model_of(blocks=[("Intercept", "day")], n_clinics=2)
    optimum = optimum_of(model, G=[[9, 0], [0, 0]], ranks=[1], clinic=None)
    table = components(model, optimum, 0.5 * np.eye(5), units_of(q=2))
    frame = component_frame(table, conf_level=0.95)
    assert frame["conf_low"].isna().tolist() == [True, True, True, True, False]
    assert frame["conf_high"].isna().tolist() == [True, True, True, True, False]


def test_confidence_level_is_checked():
    with pytest.raises(ModelError, match="conf_level"):
        component_frame(table_of("variance", 1, 1.0), conf_level=95)


@pytest.mark.parametrize(
    ("G", "rank", "terms", "text"),
    [
        ([[9, 1], [1, 2]], 2, ("Intercept", "day"), "none"),
        ([[0]], 0, ("Intercept",), "variance of Intercept is 0"),
        ([[9, 0], [0, 0]], 1, ("Intercept", "day"), "variance of day is 0"),
        (
            [[0, 0], [0, 0]],
            0,
            ("Intercept", "day"),
            "variance of Intercept is 0; variance of day is 0",
        ),
        ([[4, 2], [2, 1]], 1, ("Intercept", "day"), "correlation of Intercept and day is ±1"),
        (np.ones((3, 3)), 1, ("a", "b", "c"), "random covariance has rank 1 of 3"),
    ],
)
def test_boundary_is_named(G, rank, terms, text):
    model = model_of(blocks=[terms])
    optimum = optimum_of(model, G=G, ranks=[rank])
    assert boundary_text(model, optimum, units_of(q=len(terms))) == text


def test_boundary_of_independent_terms_and_of_the_clinic():
    model = model_of(blocks=[("Intercept",), ("day",)], n_clinics=2)
    held = optimum_of(model, G=[[1, 0], [0, 0]], ranks=[1, 0], clinic=None)
    text = boundary_text(model, held, units_of(q=2))
    assert text == "variance of day is 0; variance of site is 0"
    free = optimum_of(model, G=[[1, 0], [0, 1]], clinic=0.3)
    assert boundary_text(model, free, units_of(q=2)) == "none"


@pytest.mark.identity
def test_components_are_those_of_the_covariance_table():
    data = simulated(3, n_patients=40)
    data["visit"] = data.groupby("patient").cumcount().map("v{}".format)
    data = data.loc[data["visit"] < "v3"]
    fit = mmrm("change ~ visit", data, subject="patient", visit="visit",
               covariance="heterogeneous toeplitz")  # fmt: skip
    parts, V = fit.variance_components(), fit.covariance()
    variances = parts.loc[parts["kind"] == "residual", "estimate"]
    np.testing.assert_allclose(variances, np.diag(V), rtol=1e-10)
    R = V / np.sqrt(np.outer(np.diag(V), np.diag(V)))
    lags = parts.loc[parts["kind"] == "correlation", "estimate"]
    np.testing.assert_allclose(lags, R.iloc[0, 1:], rtol=1e-10)


def parts_of(fit):
    engine = fit.engine
    return components(engine.model, engine.optimum, fit.fixed.theta_cov, engine.units)


@pytest.mark.identity
def test_standard_errors_of_variances_follow_the_units():
    data = simulated(3)
    first = parts_of(lmm("change ~ day", data, subject="patient", random="1 + day"))
    scaled = data.assign(change=10 * data["change"], day=data["day"] / 7)
    second = parts_of(lmm("change ~ day", scaled, subject="patient", random="1 + day"))
    factor = 100 * np.array([1, 7, 49, 1])
    for column in ("estimate", "std_error"):
        np.testing.assert_allclose(second[column], factor * first[column], rtol=1e-5)
