"""Designs: rows, dtypes and names that reach the fit, and designs that are refused."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError, ModelError
from analysis.mixed.design import build_design

DATA = pd.DataFrame(
    {
        "patient": ["b", "a", "b", "a", "c", "c"],
        "visit": ["v2", "v1", "v1", "v2", "v1", "v2"],
        "day": [7.0, 0.0, 1.0, 8.0, 0.0, 6.0],
        "score": [3.0, 5.0, 9.0, 1.0, 7.0, 4.0],
    }
)


def build(formula="score ~ day", data=DATA, *, subject="patient", random="1"):
    return build_design(formula, data, subject=subject, random=random)


@pytest.mark.unit
def test_rows_are_sorted_by_patient_and_keep_their_order_within():
    design = build("score ~ visit + day", random="1 + day")
    assert design.y.tolist() == [5.0, 1.0, 3.0, 9.0, 7.0, 4.0]
    assert design.starts.tolist() == [0, 2, 4]
    assert list(design.subjects) == ["a", "b", "c"]
    assert design.terms == ("Intercept", "visit[T.v2]", "day")
    assert design.random_terms == ("Intercept", "day")
    assert design.X[:, 1].tolist() == [0.0, 1.0, 1.0, 0.0, 0.0, 1.0]
    assert design.Z[:, 1].tolist() == [0.0, 8.0, 7.0, 1.0, 0.0, 6.0]


@pytest.mark.unit
@pytest.mark.parametrize("column", ["score", "day", "visit", "patient"])
def test_rows_with_a_missing_used_value_are_dropped_and_counted(column):
    data = DATA.astype({"score": float})
    data.loc[1, column] = np.nan
    design = build("score ~ visit + day", pd.concat([data, data], ignore_index=True))
    assert design.n_dropped == 2
    assert design.y.size == 10


@pytest.mark.unit
def test_missing_values_in_other_columns_do_not_matter():
    assert build(data=DATA.assign(note=[None] * 6)).n_dropped == 0


@pytest.mark.unit
@pytest.mark.parametrize("dtype", ["object", "string", "category"])
def test_text_of_every_dtype_is_a_factor(dtype):
    design = build("score ~ visit", DATA.astype({"visit": dtype, "patient": dtype}))
    assert design.terms == ("Intercept", "visit[T.v2]")


@pytest.mark.unit
def test_unused_categories_add_no_column_and_order_is_kept():
    visit = pd.Categorical(DATA["visit"], categories=["v2", "v9", "v1"])
    assert build("score ~ visit", DATA.assign(visit=visit)).terms == ("Intercept", "visit[T.v1]")


@pytest.mark.unit
def test_nullable_numbers_are_read_as_numbers():
    design = build("score ~ C(day) + week", DATA.assign(day=[2, 1, 1, 2, 1, 2], week=DATA["day"]))
    nullable = DATA.assign(day=[2, 1, 1, 2, 1, 2], week=DATA["day"]).convert_dtypes()
    assert build("score ~ C(day) + week", nullable).terms == design.terms
    assert design.terms == ("Intercept", "C(day)[T.2]", "week")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("formula", "subject", "random", "part"),
    [
        ("score ~ dose", "patient", "1", "The formula uses 'dose'"),
        ("mood ~ day", "patient", "1", "The formula uses 'mood'"),
        ("score ~ day", "person", "1", "Subject= uses 'person'"),
        ("score ~ day", "patient", "1 + week", "The random part uses 'week'"),
    ],
)
def test_missing_column_is_named_with_the_part_that_asked(formula, subject, random, part):
    with pytest.raises(ColumnError, match=part):
        build(formula, subject=subject, random=random)


@pytest.mark.unit
def test_repeated_column_name_is_refused():
    doubled = pd.concat([DATA, DATA[["day"]]], axis=1)
    with pytest.raises(ColumnError, match="'day' more than once"):
        build(data=doubled)


@pytest.mark.unit
def test_outcome_must_be_numeric():
    with pytest.raises(ColumnError, match="outcome is not numeric"):
        build("visit ~ day")


@pytest.mark.unit
def test_dates_are_refused():
    dated = DATA.assign(day=pd.to_datetime("2025-01-01"))
    with pytest.raises(ColumnError, match="'day' holds dates"):
        build(data=dated)


@pytest.mark.unit
@pytest.mark.parametrize("column", ["score", "day"])
def test_infinite_values_are_refused_with_their_count(column):
    data = DATA.copy()
    data.loc[[0, 3], column] = np.inf
    with pytest.raises(DataError, match=f"'{column}' has 2 infinite"):
        build(data=data)


@pytest.mark.unit
def test_terms_that_are_not_finite_are_named():
    with pytest.raises(DataError, match=r"'log\(day\)' of the formula is not finite in 2 rows"):
        build("score ~ log(day)")


@pytest.mark.unit
def test_arguments_that_do_not_fit_the_data_are_refused():
    with pytest.raises(ModelError, match="Could not evaluate a term"):
        build("score ~ bs(day, df=2)")


@pytest.mark.unit
def test_no_complete_row_is_refused():
    with pytest.raises(DataError, match="No row is complete in the 3 columns"):
        build(data=DATA.assign(day=np.nan))


@pytest.mark.unit
def test_constant_outcome_is_refused():
    with pytest.raises(ModelError, match="same in all 6 rows"):
        build(data=DATA.assign(score=4.0))


@pytest.mark.unit
def test_single_patient_is_refused():
    with pytest.raises(ModelError, match="at least 2 patients"):
        build(data=DATA.assign(patient="a"))


@pytest.mark.unit
def test_more_coefficients_than_rows_are_refused():
    with pytest.raises(ModelError, match="6 coefficients but only 6"):
        build("score ~ bs(day, df=5)")


@pytest.mark.unit
def test_aliased_terms_are_named():
    data = pd.concat([DATA, DATA], ignore_index=True).assign(again=lambda d: 2 * d["day"] + 1)
    with pytest.raises(ModelError, match=r"terms 'again' are determined"):
        build("score ~ day + again", data)


@pytest.mark.unit
def test_empty_cell_of_an_interaction_is_named():
    data = pd.concat([DATA, DATA], ignore_index=True)
    data = data.assign(arm=np.where(data["patient"] == "c", "iv", "im"))
    data = data.loc[(data["arm"] == "im") | (data["visit"] == "v1")]
    with pytest.raises(ModelError, match=r"'arm\[T.iv\]:visit\[T.v2\]' are determined"):
        build("score ~ arm * visit", data)


@pytest.mark.unit
def test_random_term_of_zeros_is_refused():
    with pytest.raises(ModelError, match="'zero' are zero"):
        build(random="1 + zero", data=DATA.assign(zero=0.0))


@pytest.mark.unit
def test_messages_carry_no_value_of_the_data():
    secret = DATA.assign(patient=["hush-7"] * 6, score=[1.0, 2, 3, 4, 5, np.inf])
    for data in (secret, secret.assign(score=1.0), secret.assign(score=DATA["score"])):
        with pytest.raises((DataError, ModelError)) as caught:
            build(data=data)
        assert "hush" not in str(caught.value)
        assert caught.value.__cause__ is None
