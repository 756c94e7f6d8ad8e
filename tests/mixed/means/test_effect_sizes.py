"""Standardised differences: the factor of Hedges, and which deviation belongs to which row."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.mixed.means.effect_sizes import hedges_factor, stated_sd

pytestmark = pytest.mark.unit


def test_hedges_factor_in_closed_form():
    # gamma(1) = 1, gamma(1/2) = sqrt(pi), gamma(3/2) = sqrt(pi) / 2, gamma(2) = 1
    root = np.sqrt(np.pi)
    wanted = [1 / root, (root / 2) / np.sqrt(1.5), 1 / (np.sqrt(2) * root / 2), 1.0]
    found = hedges_factor(np.array([2.0, 3.0, 4.0, np.inf]))
    np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_hedges_factor_is_near_its_usual_approximation():
    df = np.array([30.0, 200.5, 1e6])
    np.testing.assert_allclose(hedges_factor(df), 1 - 3 / (4 * df - 1), atol=1e-4)


def test_too_few_degrees_of_freedom_are_refused():
    with pytest.raises(ModelError, match="more than 1 degree of freedom"):
        hedges_factor(np.array([12.0, 1.0]))


def test_several_columns_are_looked_up_by_tuples():
    groups = pd.DataFrame({"site": ["a", "b", "a"], "visit": [1, 1, 2]})
    given = {("a", 1): 5.0, ("b", 1): 6.0, ("a", 2): 7.0}
    assert stated_sd(given, groups).tolist() == [5.0, 6.0, 7.0]
    with pytest.raises(ModelError, match=r"each level of site, visit, and no other: \('a', 1\)"):
        stated_sd({"a": 5.0}, groups)
