"""Linear functions of the coefficients and their degrees of freedom."""

import numpy as np
import pandas as pd
import pytest

from analysis.mixed.inference import FixedEffects, satterthwaite_df, tidy_linear

pytestmark = pytest.mark.unit

# One coefficient with variance theta / 4, theta a mean square on 10 degrees of freedom: its
# variance is 2 theta^2 / 10, and Satterthwaite must give the 10 back.
THETA = 3.0
FIXED = FixedEffects(
    terms=("a", "b"),
    estimate=np.array([2.0, -1.0]),
    vcov=np.diag([THETA / 4, THETA]),
    vcov_slope=np.array([[[0.25, 0.0], [0.0, 1.0]]]),
    theta_cov=np.array([[2 * THETA**2 / 10]]),
    residual_df=17.0,
    df_method="satterthwaite",
)


def test_degrees_of_freedom_of_a_mean_square_come_back():
    functions = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0]])
    np.testing.assert_allclose(satterthwaite_df(functions, FIXED), 10.0)


def test_function_without_uncertain_variance_has_infinite_df():
    known = FixedEffects(**{**vars(FIXED), "theta_cov": np.zeros((1, 1))})
    assert satterthwaite_df(np.eye(2), known).tolist() == [np.inf, np.inf]


def test_tidy_row_by_hand():
    labels = pd.DataFrame({"term": ["difference"]})
    row = tidy_linear(labels, np.array([[1.0, -1.0]]), FIXED, conf_level=0.95).iloc[0]
    assert row["estimate"] == 3.0
    assert row["std_error"] == pytest.approx(np.sqrt(3.75))
    assert row["df"] == pytest.approx(10.0)
    # t(0.975, 10) = 2.228139, from any table of Student's t
    assert row["conf_high"] == pytest.approx(3.0 + 2.228139 * np.sqrt(3.75), rel=1e-6)


def test_residual_method_takes_rows_minus_coefficients():
    residual = FixedEffects(**{**vars(FIXED), "df_method": "residual"})
    frame = tidy_linear(pd.DataFrame({"term": ["a", "b"]}), np.eye(2), residual, conf_level=0.9)
    assert frame["df"].tolist() == [17.0, 17.0]
