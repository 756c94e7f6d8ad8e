"""The attacker, on systems small enough to solve by hand."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.disclosure.attack import (
    Attacker,
    CountSystem,
    attack_bounds,
    gives_away,
)

pytestmark = pytest.mark.unit


def one_sum(*parts: int) -> CountSystem:
    """Parts and their total, the last count."""
    return CountSystem(
        counts=np.array([*parts, sum(parts)]),
        lines=np.array([[1] * len(parts) + [-1]]),
        not_shown=np.zeros(len(parts) + 1, dtype=bool),
        cost=np.array([*parts, 1e9]),
    )


def hide(system: CountSystem, *cells: int) -> np.ndarray:
    hidden = np.zeros(len(system.counts), dtype=bool)
    hidden[list(cells)] = True
    return hidden


def test_one_hidden_part_follows_by_subtraction() -> None:
    system = one_sum(4, 25, 60)
    low, high = attack_bounds(system, hide(system, 0), np.array([0]))
    assert (low[0], high[0]) == (4, 4)


def test_two_hidden_parts_share_their_sum() -> None:
    system = one_sum(4, 25, 60)
    low, high = attack_bounds(system, hide(system, 0, 1), np.array([0, 1]))
    assert low.tolist() == [0, 0]
    assert high.tolist() == [29, 29]


def test_part_without_its_total_is_unbounded() -> None:
    system = one_sum(4, 25)
    _, high = attack_bounds(system, hide(system, 0, 2), np.array([0]))
    assert np.isinf(high[0])


def test_hidden_total_is_bounded_from_below() -> None:
    system = one_sum(4, 25, 60)
    low, _ = attack_bounds(system, hide(system, 0, 3), np.array([3]))
    assert low[0] == 85


def test_attacker_who_reads_the_marks_finds_ten_and_ten() -> None:
    system = one_sum(10, 10, 60)
    hidden = hide(system, 0, 1)
    most = np.array([10.0, 10.0, np.inf, np.inf])
    low, high = attack_bounds(system, hidden, np.array([0, 1]), low=np.ones(4), high=most)
    assert low.tolist() == high.tolist() == [10, 10]


def test_bounds_are_rounded_inwards_to_whole_counts() -> None:
    # x + x = 5 has no whole solution, but each bound must still be a whole number inside
    system = CountSystem(
        counts=np.array([2, 3, 5]),
        lines=np.array([[1, 1, -1]]),
        not_shown=np.zeros(3, dtype=bool),
        cost=np.ones(3),
    )
    low, high = attack_bounds(
        system, hide(system, 0, 1), np.array([0]), low=np.array([0.5, 0.5, 0]), high=np.full(3, 4.2)
    )
    assert (low[0], high[0]) == (1, 4)


def test_two_by_two_table_is_determined_by_any_shown_cell() -> None:
    # [[3, 20], [30, 40]] with both margins known: hiding one row's cells is not enough
    counts = np.array([3, 20, 30, 40, 23, 70, 33, 60])
    lines = np.array(
        [
            [1, 1, 0, 0, -1, 0, 0, 0],
            [0, 0, 1, 1, 0, -1, 0, 0],
            [1, 0, 1, 0, 0, 0, -1, 0],
            [0, 1, 0, 1, 0, 0, 0, -1],
        ]
    )
    system = CountSystem(
        counts=counts, lines=lines, not_shown=np.zeros(8, dtype=bool), cost=counts.astype(float)
    )
    _, row_only = attack_bounds(system, hide(system, 0, 1), np.array([0]))
    _, all_four = attack_bounds(system, hide(system, 0, 1, 2, 3), np.array([0]))
    assert row_only[0] == 3
    assert all_four[0] == 23


def test_witness_fits_everything_shown_and_is_not_small() -> None:
    system = one_sum(4, 25, 60)
    table = Attacker(system, hide(system, 0, 1), np.array([0]), 11).witnesses(hide(system, 0, 1))[0]
    assert table @ system.lines[0] == pytest.approx(0)
    assert table[[2, 3]].tolist() == [60, 89]
    assert table[0] >= 11 - 1e-6


def test_no_witness_where_the_sum_is_small() -> None:
    system = one_sum(4, 5, 60)
    tables = Attacker(system, hide(system, 0, 1), np.array([0, 1]), 11).witnesses(
        hide(system, 0, 1)
    )
    assert np.isnan(tables).any()


@pytest.mark.parametrize(
    ("cells", "expected"),
    [((0,), True), ((0, 1), True), ((0, 2), False), ((0, 3), False), ((2,), False)],
)
def test_what_one_sum_gives_away(cells: tuple[int, ...], expected: bool) -> None:
    system = one_sum(4, 5, 60)
    assert gives_away(system, system.lines[0], hide(system, *cells), 11) is expected
