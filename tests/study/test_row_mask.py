"""Remembering broken rows: every row comes back, and memory stays small."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.study.row_mask import RowMask

unit, identity = pytest.mark.unit, pytest.mark.identity


@unit
@pytest.mark.parametrize(
    ("bits", "positions", "rows"),
    [
        ([True, False, True], [0, 2], [2, 4]),
        ([False] * 8 + [True], [8], [10]),
        ([False, False], [], []),
        ([], [], []),
    ],
)
def test_rows_come_back_with_the_header_as_row_1(bits, positions, rows):
    for broken in (np.array(bits, dtype=bool), pd.Series(bits, dtype=bool)):
        mask = RowMask.of_rows(broken)
        assert mask.positions().tolist() == positions
        assert mask.rows().tolist() == rows
        assert mask.length == len(bits)
        assert mask.are_lines is False


@unit
def test_lines_come_back_as_lines():
    mask = RowMask.of_lines([9, 2, 5])
    assert mask.rows().tolist() == [2, 5, 9]
    assert mask.are_lines is True
    assert mask.length == 8
    assert RowMask.of_lines([]).rows().tolist() == []


@unit
def test_what_is_shown_is_a_number_and_no_row():
    assert repr(RowMask.of_rows(np.array([False, True, True]))) == "RowMask(2 of 3)"


@unit
def test_forty_findings_over_a_million_rows_need_less_than_six_megabytes():
    generator = np.random.default_rng(20)
    for share in (0.0, 0.001, 0.5, 1.0):
        mask = RowMask.of_rows(generator.random(1_000_000) < share)
        assert 40 * len(mask.packed) < 6_000_000
    assert len(RowMask.of_rows(np.ones(1_000_000, dtype=bool)).packed) < 1_000


@identity
@settings(deadline=None, derandomize=True)
@given(st.lists(st.booleans(), max_size=70))
def test_any_rows_come_back(bits):
    mask = RowMask.of_rows(np.array(bits, dtype=bool))
    assert mask.positions().tolist() == [n for n, bit in enumerate(bits) if bit]
