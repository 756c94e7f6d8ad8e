"""Columns of a formula, held to the matrix and the names of formulaic."""

import numpy as np
import pandas as pd
import pytest
from formulaic import Formula

from analysis.errors import DataError, ModelError
from analysis.formulas.columns import read_columns
from analysis.formulas.encoding import encode
from analysis.formulas.parsing import read_fixed, read_random
from analysis.formulas.population import Population

RNG = np.random.default_rng(1)
DATA = pd.DataFrame(
    {
        "y": RNG.normal(size=60),
        "arm": RNG.permutation(np.resize(["iv", "im", "oral"], 60)),
        "v": RNG.permutation(np.resize(["v1", "v2", "v3", "v4"], 60)),
        "k": RNG.permutation(np.resize([5, 2, 9], 60)),
        "x": RNG.uniform(1, 20, 60),
        "f": RNG.permutation(np.resize([0.5, 2.25], 60)),
        "b": RNG.permutation(np.resize([True, False], 60)),
        "z": RNG.normal(3, 2, 60),
    }
)
FORMULAS = (
    "0 + arm:v + x",
    "arm*v*x",
    "C(k, contr.sum)*arm + log(x)",
    "arm + bs(x,df=4):arm",
    "1",
    "x:v",
    "I(x**2) + poly(x,2)",
    "2:x + arm",
    "v + v:arm",
    "arm/v",
    "center(x)*arm",
    "C(arm, contr.helmert)*v",
    "0 + v + arm",
    "(arm+v+x)**2",
    "cr(x, df=3) + arm",
    "x:z + z:x:arm",
    "scale(x)*center(z)",
    "log(x + 1):arm + exp(z / 10)",
    "C(k) + C(arm, contr.treatment('oral'))",
    "C(v, contr.poly)*x",
    "C(arm, contr.diff):v",
    "0 + x",
    "0 + arm:x + v:z",
    "arm:v:C(k)",
    "{x / 7} + log10(x):log2(x)",
    "cc(x, df=4) + standardize(z)",
    "arm*v - arm",
    "poly(z, 3):v",
    "C(k) + k:arm",
    "C(k)*x + I(k**2):x",
    "k + C(k, contr.sum):arm",
    "C(f) + f:x",
    "b*arm + C(b):x",
)


def encoded(formula, data=DATA):
    parsed = read_fixed(f"y ~ {formula}")
    columns = read_columns(data, parsed.predictors, factors=parsed.factors, whole=["y"])[0]
    return parsed, columns, encode(parsed, columns, len(data))


@pytest.mark.reference
@pytest.mark.parametrize("formula", FORMULAS)
def test_matrix_names_and_terms_are_those_of_formulaic(formula):
    theirs = Formula(formula).get_model_matrix(DATA)
    _, columns, encoding = encoded(formula)
    np.testing.assert_allclose(encoding.matrix(columns, len(DATA)), theirs, rtol=1e-12, atol=1e-12)
    assert encoding.names == tuple(theirs.columns)
    terms = [str(entry.term) for entry in theirs.model_spec.structure for _ in entry.columns]
    assert list(encoding.terms) == terms


@pytest.mark.reference
@pytest.mark.parametrize("formula", FORMULAS)
def test_new_rows_are_those_of_formulaic_after_the_same_fit(formula):
    rows = DATA.iloc[[7, 3, 3, 50]].reset_index(drop=True)
    spec = Formula(formula).get_model_matrix(DATA).model_spec
    theirs = spec.get_model_matrix(rows)
    parsed, columns, encoding = encoded(formula)
    population = Population.describe(columns, encoding=encoding, parsed=parsed, n_rows=len(DATA))
    np.testing.assert_allclose(population.design(rows), theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.unit
def test_transforms_learn_from_all_rows_and_not_from_the_first():
    data = pd.DataFrame({"y": 0.0, "x": np.arange(1000.0)})
    _, columns, encoding = encoded("center(x)", data)
    assert encoding.matrix(columns, 1000)[:2, 1].tolist() == [-499.5, -498.5]


@pytest.mark.unit
def test_level_that_comes_late_is_known():
    data = pd.DataFrame({"y": 0.0, "arm": ["a"] * 500 + ["b"] * 3})
    assert encoded("arm", data)[2].names == ("Intercept", "arm[T.b]")


@pytest.mark.unit
def test_random_side_is_encoded_alike():
    parsed = read_random("1 + x")
    columns = read_columns(DATA, ["x"], whole=[])[0]
    encoding = encode(parsed, columns, 60)
    assert encoding.names == ("Intercept", "x")
    np.testing.assert_array_equal(encoding.matrix(columns, 60)[:, 1], DATA["x"])


@pytest.mark.unit
def test_columns_with_a_blank_in_their_name():
    data = DATA.rename(columns={"x": "dose mg", "arm": "the arm"})
    formula = "`dose mg`*`the arm`"
    _, columns, encoding = encoded(formula, data)
    theirs = Formula(formula).get_model_matrix(data)
    np.testing.assert_array_equal(encoding.matrix(columns, 60), theirs)
    assert encoding.names == tuple(theirs.columns)


@pytest.mark.unit
def test_each_factor_is_listed_once():
    encoding = encoded("arm*v*x")[2]
    assert sorted(factor.name for factor in encoding.factors()) == ["arm", "v", "x"]


@pytest.mark.identity
@pytest.mark.parametrize("formula", ["arm*v + x", "C(arm, contr.helmert)*x", "C(k, contr.sum)"])
def test_sums_to_zero_span_the_same_space(formula):
    _, columns, encoding = encoded(formula)
    X = encoding.matrix(columns, 60)
    S = encoding.with_sums_to_zero().matrix(columns, 60)
    assert S.shape == X.shape
    together = np.linalg.matrix_rank(np.column_stack([X, S]))
    assert together == np.linalg.matrix_rank(X) == X.shape[1]


@pytest.mark.unit
def test_sums_to_zero_by_hand():
    data = pd.DataFrame({"y": 0.0, "arm": ["a", "b", "c"]})
    _, columns, encoding = encoded("arm", data)
    recoded = encoding.with_sums_to_zero().matrix(columns, 3)
    assert recoded.tolist() == [[1, 1, 0], [1, 0, 1], [1, -1, -1]]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("formula", "match"),
    [
        ("log(arm)", "Could not evaluate"),
        ("bs(x, df=2)", "Could not evaluate"),
        ("log(z - 100)", r"'log\(z - 100\)' is not finite in 60 rows"),
    ],
)
def test_terms_that_cannot_be_evaluated_are_refused(formula, match):
    def evaluated():
        _, columns, encoding = encoded(formula)
        return encoding.matrix(columns, 60)

    with pytest.raises((ModelError, DataError), match=match) as caught:
        evaluated()
    assert caught.value.__cause__ is None
