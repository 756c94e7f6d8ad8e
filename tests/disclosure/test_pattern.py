"""How the pattern is chosen: cheap, necessary, and marked without saying too much."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.disclosure import RELEASE, suppress_cells
from analysis.disclosure.attack import Attacker
from analysis.disclosure.cells import count_system
from analysis.disclosure.pattern import find_pattern, mark_bounds, markable_cells
from analysis.errors import DataError


def random_system(seed: int) -> tuple[dict[object, int], list[tuple[object, list[object]]]]:
    """A two-way table with all margins as named cells."""
    rng = np.random.default_rng(seed)
    table = rng.poisson(rng.gamma(0.8, 20, (4, 5)))
    cells: dict[object, int] = {(i, j): int(table[i, j]) for i in range(4) for j in range(5)}
    cells |= {("row", i): int(table[i].sum()) for i in range(4)}
    cells |= {("column", j): int(table[:, j].sum()) for j in range(5)}
    sums: list[tuple[object, list[object]]] = [
        (("row", i), [(i, j) for j in range(5)]) for i in range(4)
    ]
    sums += [(("column", j), [(i, j) for i in range(4)]) for j in range(5)]
    return cells, sums


@pytest.mark.unit
def test_cheapest_partner_is_hidden_and_keep_changes_the_choice() -> None:
    cells = {"a": 4, "b": 30, "c": 60, "all": 94}
    sums = [("all", ["a", "b", "c"])]
    assert suppress_cells(cells, sums).status["b"] == "complementary"
    kept = suppress_cells(cells, sums, keep={"b": 1e6})
    assert kept.text == {"a": "<11", "b": "30", "c": "—", "all": "94"}


@pytest.mark.unit
def test_count_that_is_not_shown_protects_for_free() -> None:
    cells = {"with": 4, "without": 60, "all": 64}
    hidden = suppress_cells(cells, [("all", ["with", "without"])], not_shown={"without"})
    assert hidden.text["all"] == "64"
    assert hidden.text["with"] == "<11"


@pytest.mark.unit
def test_totals_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(DataError, match="1 of 1 totals"):
        suppress_cells({"a": 4, "all": 94}, [("all", ["a"])])


@pytest.mark.identity
@pytest.mark.parametrize("seed", range(6))
def test_every_complementary_cell_is_needed(seed: int) -> None:
    cells, sums = random_system(seed)
    system = count_system(cells, sums)
    hidden = find_pattern(system, 11)
    small = np.flatnonzero(system.small(11))
    for cell in np.flatnonzero(hidden & ~system.small(11)):
        fewer = hidden.copy()
        fewer[cell] = False
        assert np.isnan(Attacker(system, fewer, small, 11).witnesses(fewer)).any()


@pytest.mark.truth
@pytest.mark.parametrize("seed", range(10))
def test_marks_leave_five_values_possible(seed: int) -> None:
    cells, sums = random_system(seed)
    hidden = suppress_cells(cells, sums, policy=RELEASE)
    marked = [cell for cell, text in hidden.text.items() if text == "<11"]
    audit = hidden.audit().set_index("cell").loc[marked]
    assert (audit["high_with_marks"] - audit["low_with_marks"] >= 4).all()
    assert hidden.audit()["protected"].all()


@pytest.mark.unit
def test_marks_are_dropped_along_the_sum_that_gives_them_away() -> None:
    system = count_system(
        {"a": 10, "b": 10, "A": 20, "c": 6, "d": 40, "B": 46},
        [("A", ["a", "b"]), ("B", ["c", "d"])],
    )
    hidden = np.array([True, True, False, True, True, False])
    assert markable_cells(system, hidden, 11).tolist() == [False] * 3 + [True] + [False] * 2


@pytest.mark.unit
def test_what_the_marks_say() -> None:
    system = count_system({"a": 4, "b": 30, "c": 60, "all": 94}, [("all", ["a", "b", "c"])])
    hidden = np.array([True, True, False, False])
    low, high = mark_bounds(system, hidden, hidden & system.small(11), 11)
    assert low[:2].tolist() == [1, 11]
    assert high[0] == 10
    assert np.isinf(high[1])
