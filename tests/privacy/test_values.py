"""Identifiers in columns: by type, by numbers, by distinct texts, with true counts."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from analysis.privacy import match_column
from analysis.privacy.free_text import free_text_share
from analysis.privacy.numeric_columns import plain_numbers

pytestmark = pytest.mark.unit


def found(values):
    return [
        (row["element"], row["kind"], row["count"])
        for row in match_column(values).to_dict("records")
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pd.to_datetime(["2024-03-01", "2024-03-02"]), (3, "date")),
        (pd.PeriodIndex(["2024-03", "2024-04"], freq="M"), (3, "date")),
        ([dt.date(2024, 3, 1), dt.date(2024, 3, 2)], (3, "date")),
        ([45366, 45401], (3, "spreadsheet date")),
        ([45366.5, 45401.25], (3, "spreadsheet date")),
        (["45366", "45401"], (3, "spreadsheet date")),
        ([20240315, 20231231], (3, "date as a number")),
        ([202403, 202312], (3, "year and month")),
        ([1710511200, 1700000000], (3, "time stamp")),
        ([1710511200000, 1700000000000], (3, "time stamp")),
        ([80202, 2139], (2, "five-digit code")),
        (["80202", "02139"], (2, "five-digit code")),
        ([3035550142, 7205550199], (4, "telephone number")),
        ([219456789, 521337744], (7, "nine-digit number")),
        ([4829131, 4829977], (18, "long number")),
        ([b"\x89PNG", b"\xff\xd8"], (17, "picture or other binary data")),
    ],
)
def test_a_column_of_one_kind(values, expected):
    assert found(pd.Series(values)) == [(*expected, 2)]


@pytest.mark.parametrize(
    "values",
    [
        [12, 27, 3],
        [0.5, 0.75],
        [True, False],
        [-7, 0, 28],
        [2023, 2024],
        ["0.5", "0.75"],
        ["12", "27"],
        [None, None],
        [],
        [142.0, 118.5],
        pd.to_timedelta([1, 2], unit="D"),
        ["induction", "maintenance"],
    ],
)
def test_measurements_are_left_alone(values):
    assert found(pd.Series(values)) == []


def test_counts_are_rows_and_shares_are_of_what_is_there():
    column = pd.Series(["jane@example.org"] * 3 + ["none", None])
    table = match_column(column)
    assert table.to_dict("records") == [
        {"element": 6, "kind": "e-mail address", "count": 3, "share": 0.75, "by": "value"}
    ]
    assert table.attrs["examined"] == 1.0


def test_categories_and_strings_are_searched_alike():
    texts = ["a@example.org", "b@example.org"]
    for dtype in ("category", "string", object):
        assert found(pd.Series(texts, dtype=dtype)) == [(6, "e-mail address", 2)]


def test_long_columns_are_searched_in_part_and_say_so():
    column = pd.Series([f"p{i}@example.org" for i in range(1000)])
    table = match_column(column, at_most=100)
    assert table["count"].tolist() == [1000]
    assert table.attrs["examined"] == 0.1


def test_one_leak_among_alike_pseudonyms_is_found_by_its_shape():
    codes = [f"K{i:04d}ZQ" for i in range(5000)]
    assert found(pd.Series(codes)) == []
    assert found(pd.Series([*codes, "jane@example.org"])) == [(6, "e-mail address", 1)]


def test_texts_with_huge_exponents_are_no_numbers():
    assert np.isnan(plain_numbers(pd.Series(["9e12345678901", "1e5", "x"]))).all()
    assert found(pd.Series(["9e12345678901", "3e99999999999"])) == []


def test_numbers_between_odd_spaces_and_in_other_figures():
    read = plain_numbers(pd.Series(["\x855", "\u30007 ", "\u0661\u0662", "\xb2", ""]))
    assert read.isna().tolist() == [False, False, True, True, True]
    assert read.tolist()[:2] == [5.0, 7.0]


def test_free_text_is_told_by_words_and_length():
    assert free_text_share(pd.Series(["slept well after the second session", "mild", None])) == 0.5
    assert free_text_share(pd.Series([1, 2])) == 0.0
    assert free_text_share(pd.Series([[1], {}, "slept well after the second session"])) == 1.0
    assert free_text_share(pd.Series([], dtype=object)) == 0.0
