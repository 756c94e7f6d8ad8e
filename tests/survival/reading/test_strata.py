"""Strata: names, numbers, rows without one, and the strata of new rows."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError
from analysis.survival.reading.strata import (
    number_strata,
    rows_with_strata,
    strata_columns,
    strata_of,
)

CLINICS = pd.DataFrame(
    {"clinic": ["south", "north", None, "south"], "floor": [1, 2, 1, 0]}, index=[5, 3, 3, 9]
)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("given", "columns"),
    [
        (None, ()),
        ([], ()),
        ("clinic", ("clinic",)),
        (["clinic", "floor", "clinic"], ("clinic", "floor")),
        (pd.Index(["clinic", "floor"]), ("clinic", "floor")),
    ],
)
def test_names_of_columns(given, columns):
    assert strata_columns(given) == columns


@pytest.mark.unit
def test_rows_without_a_stratum_are_left_out():
    used, columns = rows_with_strata(CLINICS, ["floor", "clinic"])
    assert columns == ("floor", "clinic")
    assert used["floor"].tolist() == [1, 2, 0]
    everyone, none = rows_with_strata(CLINICS, None)
    assert len(everyone) == 4
    assert none == ()


@pytest.mark.unit
def test_an_absent_column_is_named():
    with pytest.raises(ColumnError, match=r"strata= names 'site'.* \(2 columns given\)"):
        rows_with_strata(CLINICS, ["clinic", "site"])


@pytest.mark.unit
def test_strata_are_numbered_in_the_order_of_their_columns():
    number, strata = number_strata(CLINICS.dropna(), ("clinic", "floor"))
    assert number.tolist() == [2, 0, 1]
    assert strata.to_numpy().tolist() == [["north", 2], ["south", 0], ["south", 1]]


@pytest.mark.unit
def test_categories_keep_their_order_and_those_without_a_row_are_no_stratum():
    sizes = pd.Categorical(["large", "small", "large"], ["small", "middle", "large"], ordered=True)
    number, strata = number_strata(pd.DataFrame({"size": sizes}), ["size"])
    assert number.tolist() == [1, 0, 1]
    assert strata["size"].tolist() == ["small", "large"]


@pytest.mark.unit
def test_without_strata_all_rows_are_one():
    number, strata = number_strata(CLINICS, ())
    assert number.tolist() == [0, 0, 0, 0]
    assert strata.shape == (1, 0)
    assert strata_of(CLINICS, strata).tolist() == [0, 0, 0, 0]


@pytest.mark.unit
@pytest.mark.parametrize("dtype", [object, pd.CategoricalDtype(["north"])])
def test_new_rows_find_their_stratum_by_its_label(dtype):
    strata = pd.DataFrame({"clinic": pd.Categorical(["south", "north"], ["south", "north"])})
    new = pd.DataFrame({"clinic": pd.Series(["north", "north"], dtype=dtype)})
    assert np.array_equal(strata_of(new, strata), [1, 1])


@pytest.mark.unit
def test_new_rows_without_a_known_stratum_are_refused():
    strata = pd.DataFrame({"clinic": ["north", "south"]})
    with pytest.raises(ColumnError, match="strata 'clinic'"):
        strata_of(CLINICS[["floor"]], strata)
    with pytest.raises(DataError, match=r"1 of 4 new rows are in a stratum \(clinic\)"):
        strata_of(CLINICS, strata)
