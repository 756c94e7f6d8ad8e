"""Which visits are left out, on tables small enough to follow."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.distributed.thresholds.patterns import Needed, coarsened_patterns, pattern_bits

pytestmark = pytest.mark.unit

ONLY_COUNT = Needed(minimum=11, fixed=0, per_visit=0)


def coarsened(
    counts: dict[tuple[int, int], int], needed: Needed = ONLY_COUNT, **more
) -> dict[tuple[int, int], set[int]]:
    """Coarsen so many patients of each pattern and cell; say what became of each."""
    bits = np.repeat([pattern for pattern, _ in counts], list(counts.values()))
    cell = np.repeat([own for _, own in counts], list(counts.values()))
    group = more.pop("group", np.zeros(cell.max() + 1, dtype=np.int64))
    found = coarsened_patterns(bits, cell, group, needed, **more)
    return {key: set(found[(bits == key[0]) & (cell == key[1])].tolist()) for key in counts}


def test_patterns_are_written_with_the_first_visit_last() -> None:
    present = np.array([[True, False, False], [True, True, False], [False, True, True]])
    assert pattern_bits(present).tolist() == [0b001, 0b011, 0b110]


def test_enough_patients_stay_as_they_are() -> None:
    assert coarsened({(0b111, 0): 11, (0b011, 0): 12}) == {(0b111, 0): {0b111}, (0b011, 0): {0b011}}


def test_a_rare_pattern_goes_to_the_kept_one_that_costs_the_fewest_visits() -> None:
    found = coarsened({(0b111, 0): 10, (0b101, 0): 11, (0b001, 0): 90})
    assert found[0b111, 0] == {0b101}


def test_of_two_kept_ones_the_more_common_is_taken() -> None:
    found = coarsened({(0b111, 0): 10, (0b101, 0): 11, (0b011, 0): 12})
    assert found[0b111, 0] == {0b011}


def test_two_rare_patterns_may_be_enough_together() -> None:
    found = coarsened({(0b111, 0): 6, (0b011, 0): 5})
    assert found == {(0b111, 0): {0b011}, (0b011, 0): {0b011}}


def test_else_the_last_visit_is_left_out_until_nothing_is_left() -> None:
    found = coarsened({(0b110, 0): 3, (0b001, 0): 30})
    assert found == {(0b110, 0): {0}, (0b001, 0): {0b001}}


def test_only_the_rare_cell_of_a_pattern_is_cut() -> None:
    found = coarsened({(0b11, 0): 20, (0b11, 1): 5, (0b01, 1): 20})
    assert found == {(0b11, 0): {0b11}, (0b11, 1): {0b01}, (0b01, 1): {0b01}}


def test_a_pattern_needs_more_patients_than_columns() -> None:
    needed = Needed(minimum=11, fixed=4, per_visit=1)
    assert (needed.of_pattern(3), needed.of_cell(3)) == (18, 11)
    assert coarsened({(0b111, 0): 18}, needed) == {(0b111, 0): {0b111}}
    assert coarsened({(0b111, 0): 17}, needed) == {(0b111, 0): {0b011}}
    assert coarsened({(0b111, 0): 15}, needed) == {(0b111, 0): {0}}


def test_a_rare_cell_that_leaves_can_make_the_rest_too_few() -> None:
    needed = Needed(minimum=11, fixed=4, per_visit=0)
    found = coarsened({(0b1, 0): 14, (0b1, 1): 5}, needed)
    assert found == {(0b1, 0): {0}, (0b1, 1): {0}}


def test_products_with_a_factor_ask_for_more_in_each_cell() -> None:
    needed = Needed(minimum=11, fixed=0, per_visit=0, cell_fixed=2, cell_per_visit=1)
    assert needed.of_cell(2) == 15
    assert coarsened({(0b11, 0): 15, (0b11, 1): 14}, needed) == {
        (0b11, 0): {0b11},
        (0b11, 1): {0b01},
    }


def test_covariance_groups_are_counted_apart() -> None:
    needed = Needed(minimum=11, fixed=4, per_visit=0)
    apart = coarsened({(0b1, 0): 14, (0b1, 1): 14}, needed, group=np.array([0, 1]))
    assert apart == {(0b1, 0): {0}, (0b1, 1): {0}}
    assert coarsened({(0b1, 0): 14, (0b1, 1): 14}, needed) == {(0b1, 0): {1}, (0b1, 1): {1}}


def test_refused_patterns_do_not_remain() -> None:
    found = coarsened({(0b11, 0): 40, (0b01, 0): 40}, refused=frozenset({(0b11, 0)}))
    assert found == {(0b11, 0): {0b01}, (0b01, 0): {0b01}}
    gone = coarsened({(0b1, 0): 40}, refused=frozenset({(0b1, 0)}))
    assert gone == {(0b1, 0): {0}}


@pytest.mark.identity
@pytest.mark.parametrize("seed", range(8))
def test_every_kept_pattern_is_common_and_stays(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, cells = int(rng.integers(30, 500)), int(rng.integers(1, 6))
    present = rng.random((n, 5)) < rng.uniform(0.5, 0.98)
    present[:, 0] |= ~present.any(axis=1)
    bits, cell = pattern_bits(present), rng.integers(0, cells, n)
    group = np.arange(cells) % 2
    needed = Needed(minimum=11, fixed=3, per_visit=1, cell_fixed=1)
    found = coarsened_patterns(bits, cell, group, needed)
    assert ((found & ~bits) == 0).all()
    for pattern in np.unique(found[found > 0]):
        n_visits = int(pattern).bit_count()
        inside = found == pattern
        own = np.bincount(cell[inside])
        assert (own[own > 0] >= 12).all()
        for one in np.unique(group[cell[inside]]):
            assert (group[cell[inside]] == one).sum() >= 11 + 3 + n_visits
    np.testing.assert_array_equal(coarsened_patterns(found, cell, group, needed), found)
    order = rng.permutation(n)
    again = coarsened_patterns(bits[order], cell[order], group, needed)
    np.testing.assert_array_equal(again, found[order])
