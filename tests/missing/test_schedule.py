"""Places of patients and visits: what is filled in, and in which order."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.missing.schedule import arrange

DATA = pd.DataFrame({
    "who": ["b", "a", "a", "c"], "when": [2, 1, 2, 1], "group": ["x", "y", "y", "x"],
    "score": [5.0, 3.0, np.nan, 4.0], "age": [40, 50, 50, 60], "dose": [1.0, 2.0, 3.0, 4.0],
})  # fmt: skip


def places(data=DATA, formula="score ~ age", *, arm="group", reference="x", visits=None, needed=()):
    return arrange(
        formula, data, subject="who", visit="when", arm=arm, reference=reference, visits=visits,
        needed=needed,
    )  # fmt: skip


@pytest.mark.unit
def test_every_patient_has_a_place_at_every_visit():
    found = places()
    expected = [[3.0, np.nan], [np.nan, 5.0], [4.0, np.nan]]
    np.testing.assert_array_equal(found.scores, expected)
    assert list(found.subjects) == ["a", "b", "c"]
    assert found.frame["age"].tolist() == [50, 50, 40, 40, 60, 60]
    assert found.frame["when"].tolist() == [1, 2, 1, 2, 1, 2]
    assert list(found.arms) == ["x", "y"]
    assert found.arm.tolist() == [1, 0, 0]


@pytest.mark.unit
def test_the_reference_comes_first_and_visits_in_the_order_given():
    found = places(reference="y", visits=[2, 1])
    assert list(found.arms) == ["y", "x"]
    np.testing.assert_array_equal(found.scores[1], [5.0, np.nan])


@pytest.mark.unit
def test_categories_keep_their_order():
    data = DATA.assign(when=pd.Categorical(DATA["when"].map({1: "week 2", 2: "week 10"}),
                                           ["week 2", "week 10"]))  # fmt: skip
    assert list(places(data).visits) == ["week 2", "week 10"]


@pytest.mark.unit
def test_a_column_that_changes_is_not_filled_and_refused_where_it_is_needed():
    assert places().frame["dose"].isna().sum() == 2
    with pytest.raises(DataError, match="for 2 patients at 2 visits"):
        places(formula="score ~ dose")
    with pytest.raises(DataError, match="for 2 patients at 2 visits"):
        places(needed=["dose"])


@pytest.mark.unit
def test_a_constant_that_one_row_lacks_is_filled_from_another():
    data = DATA.assign(age=[40, np.nan, 50, 60])
    assert places(data).frame["age"].tolist() == [50, 50, 40, 40, 60, 60]
