"""The attack on sums of products: tables small enough to see why, and silence where it must be."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.distributed.attack.findings import (
    ALONE,
    AT_END,
    DETERMINED,
    FEW,
    FEW_AT_END,
    PART,
    SAME,
    SATURATED,
    TOO_FEW,
    GramAttack,
    GramColumns,
)
from analysis.distributed.attack.gram import attack_gram

pytestmark = pytest.mark.unit


def attack(rows: np.ndarray, *, low: float = -np.inf, high: float = np.inf, **more) -> GramAttack:
    """Attack the sums of rows of which the first column is 1; the range is that of all others."""
    wide = np.full(rows.shape[1], 1.0)
    columns = GramColumns(
        constant=0,
        low=np.append(1.0, low * wide[1:]),
        high=np.append(1.0, high * wide[1:]),
        **more,
    )
    return attack_gram(rows.T @ rows, len(rows), columns)


def many(n: int, seed: int = 3) -> np.ndarray:
    """Rows of patients that nothing tells apart: 1, a baseline and two scores."""
    rng = np.random.default_rng(seed)
    return np.column_stack([np.ones(n), rng.integers(8, 28, (n, 3))]).astype(float)


def with_column(rows: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.column_stack([rows, values]).astype(float)


def marked(n: int, *patients: int) -> np.ndarray:
    return np.isin(np.arange(n), patients).astype(float)


def same_rows(found: np.ndarray, rows: np.ndarray) -> bool:
    return sorted(map(tuple, np.round(found, 6))) == sorted(map(tuple, rows))


def test_nobody_is_found_among_many() -> None:
    found = attack(many(60), low=0.0, high=27.0)
    assert len(found.rows) == 0
    assert found.groups == {}
    assert found.possible > 4


@pytest.mark.parametrize("n", [1, 2, 3])
def test_very_few_are_found_whatever_they_are(n: int) -> None:
    rows = with_column(many(n), np.arange(n))
    found = attack(rows, low=0.0, high=27.0)
    assert same_rows(found.rows, rows)
    assert found.groups == {}


def test_two_are_found_in_numbers_of_any_kind() -> None:
    rows = np.array([[1.0, 71.25083, 3.14159], [1.0, 98.7621, -1.4142]])
    found = attack(rows)
    np.testing.assert_allclose(np.sort(found.rows, axis=0), np.sort(rows, axis=0), atol=1e-9)
    twins = attack(rows[[0, 0]])
    np.testing.assert_allclose(twins.rows, rows[[0, 0]], atol=1e-6)


def test_a_search_that_is_cut_short_says_so_and_claims_nothing_false() -> None:
    rows = np.random.default_rng(0).integers(0, 28, (30, 45)).astype(float)
    rows[:, 0] = 1.0
    found = attack(rows, low=0.0, high=27.0)
    assert found.groups[SATURATED] == 30
    assert all((rows == row).all(axis=1).any() for row in found.rows)
    assert len(found.rows) == 30 or found.untried


def test_what_cannot_be_searched_is_said() -> None:
    weighted = many(40) * np.linspace(0.51234, 1.5, 40)[:, None]
    assert "number of patients" in attack(weighted).untried
    wide = np.random.default_rng(0).integers(1, 9, (90, 70)).astype(float)
    wide[:, 0] = 1.0
    assert "60 columns" in attack(wide).untried
    assert attack(many(40)).untried == ""


@pytest.mark.parametrize("seed", range(6))
def test_fewer_patients_than_columns_are_all_found(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = np.column_stack([np.ones(9), rng.integers(0, 28, (9, 11))]).astype(float)
    found = attack(rows, low=0.0, high=27.0)
    assert same_rows(found.rows, rows)


@pytest.mark.parametrize("inside", [(7,), tuple(range(1, 40))], ids=["one", "all but one"])
def test_a_cell_of_one_tells_the_row(inside: tuple[int, ...]) -> None:
    rows = with_column(many(40), marked(40, *inside))
    found = attack(rows)
    alone = rows[rows[:, -1] == 1] if len(inside) == 1 else rows[rows[:, -1] == 0]
    assert same_rows(found.rows, alone)
    assert found.ways == (ALONE,)


def test_two_indicators_that_part_one_patient_tell_the_row() -> None:
    rows = with_column(many(40), marked(40, *range(20)))
    rows = with_column(rows, marked(40, *range(19)))
    found = attack(rows)
    assert same_rows(found.rows, rows[19:20])


def test_a_change_of_one_point_in_one_patient_tells_the_row() -> None:
    rows = many(40)
    rows[:, 3] = rows[:, 2]  # the last score carried forward
    rows[11, 3] += 1
    found = attack(rows)
    assert same_rows(found.rows, rows[11:12])


def test_a_patient_found_leads_to_the_next() -> None:
    rows = with_column(many(40), marked(40, 3))
    rows = with_column(rows, marked(40, 3, 4))
    assert same_rows(attack(rows).rows, rows[3:5])


def test_two_in_a_cell_are_a_small_group_but_no_row() -> None:
    found = attack(with_column(many(40), marked(40, 3, 4)))
    assert len(found.rows) == 0
    assert found.groups == {FEW: 2}


def test_two_in_a_cell_are_found_where_products_tell_their_baselines() -> None:
    rows = many(40)
    rows[3:5, 1] = [12, 20]
    inside = marked(40, 3, 4)
    rows = with_column(with_column(rows, inside), inside * rows[:, 1])
    part = np.zeros((6, 2), dtype=np.int64)
    part[[4, 5], [0, 1]] = 1
    found = attack(rows, parts=(part,))
    assert same_rows(found.rows, rows[3:5])
    assert set(found.ways) == {PART}


def test_two_with_the_same_baseline_cannot_be_told_apart() -> None:
    rows = many(40)
    rows[3:5, 1] = 12
    inside = marked(40, 3, 4)
    rows = with_column(with_column(rows, inside), inside * rows[:, 1])
    part = np.zeros((6, 2), dtype=np.int64)
    part[[4, 5], [0, 1]] = 1
    found = attack(rows, parts=(part,))
    assert len(found.rows) == 0
    assert found.groups == {FEW: 2}


def test_the_only_one_who_is_not_at_the_end_of_a_range_is_found() -> None:
    rows = with_column(many(40), 4 * marked(40, 9))  # 4 and 16: four times one, or once four
    assert len(attack(rows).rows) == 0
    found = attack(rows, low=0.0, high=27.0)
    assert same_rows(found.rows, rows[9:10])
    assert found.ways == (AT_END,)


def test_few_who_are_not_at_the_end_of_a_range_are_a_group() -> None:
    rows = with_column(many(40), 9 * marked(40, 9) + 14 * marked(40, 10))
    found = attack(rows, low=0.0, high=27.0)
    assert len(found.rows) == 0
    assert 2 <= found.groups[FEW_AT_END] < 11


def test_a_score_that_is_the_same_for_all_or_follows_is_noted() -> None:
    rows = with_column(many(40), np.zeros(40))
    found = attack(rows, low=0.0, high=27.0, outcome=(4,))
    assert found.groups == {DETERMINED: 40}
    rows = with_column(many(40), 27 - many(40)[:, 3])
    assert attack(rows, outcome=(3, 4)).groups == {DETERMINED: 40}
    assert attack(rows).groups == {}


def test_a_baseline_that_all_share_is_noted() -> None:
    rows = many(40)
    rows[:, 1] = 18
    assert attack(rows, numbers=(1,)).groups == {SAME: 40}
    assert attack(rows, numbers=(2,)).groups == {}


def test_equal_sums_of_two_sets_of_patients_claim_nobody() -> None:
    rows = np.array([[1.0, 0.0], [1.0, 4.0], [1.0, 5.0]])
    other = np.array([[1.0, 1.0], [1.0, 2.0], [1.0, 6.0]])
    np.testing.assert_array_equal(rows.T @ rows, other.T @ other)
    found = attack(rows, low=0.0, high=27.0)
    assert len(found.rows) == 0
    assert found.groups[TOO_FEW] == 3


def test_numbers_of_no_fixed_decimals_come_with_the_row() -> None:
    rng = np.random.default_rng(8)
    rows = with_column(with_column(many(40), marked(40, 3)), rng.normal(80, 9, 40).round(1))
    rows = with_column(rows, rng.normal(size=40))
    found = attack(rows)
    assert same_rows(found.rows, np.round(rows[3:4], 6))


def test_the_same_sums_give_the_same_result() -> None:
    rows = with_column(many(25), marked(25, 3))
    one, other = attack(rows), attack(rows[::-1])
    np.testing.assert_array_equal(one.rows, other.rows)
    assert one.ways == other.ways
    assert one.groups == other.groups
