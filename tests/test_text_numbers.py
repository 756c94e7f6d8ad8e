"""Numbers that are written as text are read, and texts that end the process of pandas are not."""

import pandas as pd
import pytest

from analysis.text_numbers import text_numbers


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("9e12345678901", None),  # pandas 2.3 ends the process on it
        ("1E+12345678901", None),
        ("3e-99999999999999", None),
        ("1e5", 1e5),
        ("0.000000000001e3", 1e-9),
        ("123456789012345", 123456789012345.0),
        ("12 months or so", None),
        ("", None),
    ],
)
def test_texts_that_look_like_enormous_numbers_are_none(text, number):
    found = text_numbers(pd.Series([text, "7", None], dtype="string", index=[3, 5, 9]))
    assert found.index.tolist() == [3, 5, 9]
    assert found.iloc[1] == 7
    assert pd.isna(found.iloc[2])
    assert pd.isna(found.iloc[0]) if number is None else found.iloc[0] == pytest.approx(number)


@pytest.mark.unit
def test_numbers_stay_numbers():
    numbers = pd.Series([1.5, None])
    assert text_numbers(numbers) is numbers
