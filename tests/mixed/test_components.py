"""Variance components: intervals and the naming of the boundary."""

import numpy as np
import pytest

from analysis.errors import ModelError
from analysis.mixed.components import VarianceParameters, boundary_text, component_frame

pytestmark = pytest.mark.unit


def parameters(G, rank, terms=("Intercept", "day")):
    G = np.array(G, dtype=float)
    k = len(terms) * (len(terms) + 1) // 2 + 1
    return VarianceParameters(
        G=G, sigma2=4.0, theta_cov=0.5 * np.eye(k), terms=terms, group="patient", rank=rank
    )


def test_rows_and_names():
    frame = component_frame(parameters([[9, -1], [-1, 2]], 2), conf_level=0.95)
    assert list(frame.columns) == [
        "group", "term_1", "term_2", "estimate", "conf_low", "conf_high", "kind",
    ]  # fmt: skip
    assert frame["group"].tolist() == ["patient"] * 3 + ["residual"]
    assert frame["term_1"].tolist() == ["Intercept", "Intercept", "day", ""]
    assert frame["term_2"].tolist() == ["Intercept", "day", "day", ""]
    assert frame["estimate"].tolist() == [9.0, -1.0, 2.0, 4.0]
    assert frame["kind"].tolist() == ["variance", "covariance", "variance", "residual"]


def test_interval_of_a_mean_square_is_the_chi_square_one():
    # variance 4 with standard error 4 sqrt(2 / 10): 10 degrees of freedom;
    # chi-square(10) quantiles 0.025 and 0.975 are 3.246973 and 20.483177 (any table)
    one = parameters([[9]], 1, ("Intercept",))
    one = VarianceParameters(**{**vars(one), "theta_cov": np.diag([1.0, 3.2])})
    row = component_frame(one, conf_level=0.95).iloc[-1]
    assert row["conf_low"] == pytest.approx(40 / 20.483177, rel=1e-6)
    assert row["conf_high"] == pytest.approx(40 / 3.246973, rel=1e-6)


def test_covariance_has_a_normal_interval():
    row = component_frame(parameters([[9, -1], [-1, 2]], 2), conf_level=0.95).iloc[1]
    assert row["conf_high"] - row["conf_low"] == pytest.approx(2 * 1.959964 * np.sqrt(0.5))


def test_boundary_has_no_interval_but_the_residual_keeps_its_own():
    frame = component_frame(parameters([[9, 0], [0, 0]], 1), conf_level=0.95)
    assert frame["conf_low"].isna().tolist() == [True, True, True, False]


def test_confidence_level_is_checked():
    with pytest.raises(ModelError, match="conf_level"):
        component_frame(parameters([[9, -1], [-1, 2]], 2), conf_level=95)


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
    assert boundary_text(parameters(G, rank, terms)) == text
