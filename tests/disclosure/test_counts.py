"""Suppressed tables: small ones by hand, random ones against the attacker."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure import (
    INTERNAL,
    Policy,
    SuppressedCounts,
    attack_counts,
    suppress_counts,
)
from analysis.disclosure.counts import TOTAL
from analysis.errors import ColumnError, DataError


def column(*counts: int) -> pd.DataFrame:
    return pd.DataFrame({"n": counts}, index=[f"level {i}" for i in range(len(counts))])


def random_table(seed: int, shape: tuple[int, int] = (5, 4), mean: float = 14.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.poisson(rng.gamma(0.8, mean / 0.8, shape)))


def is_hidden(result: SuppressedCounts) -> pd.DataFrame:
    return result.status.ne("shown")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((20, 30, 40), ["20", "30", "40", "90"]),
        ((4, 25, 60), ["<11", "—", "60", "89"]),  # the next smallest goes with the only small one
        ((4, 0, 60, 90), ["<11", "0", "—", "90", "154"]),  # zero protects nothing and is shown
        ((4, 7, 60), ["<11", "<11", "60", "71"]),  # 11 together: either can be 0 to 11
        ((4, 5, 60), ["<11", "<11", "—", "69"]),  # 9 together would still be small
        ((4, 0), ["<11", "0", "<11"]),  # the whole column is small: its total goes too
    ],
)
def test_one_column_with_its_total(counts: tuple[int, ...], shown: list[str]) -> None:
    result = suppress_counts(column(*counts), column_totals=True)
    assert result.shown["n"].tolist() == shown


@pytest.mark.unit
def test_without_published_totals_only_small_counts_are_hidden() -> None:
    assert suppress_counts(column(4, 25, 60)).shown["n"].tolist() == ["<11", "25", "60"]


@pytest.mark.unit
def test_column_whose_n_is_small_is_hidden_and_the_total_protects_it() -> None:
    table = pd.DataFrame({"A": [30, 40], "B": [3, 4], "C": [50, 60]})
    result = suppress_counts(table, row_totals=True, column_totals=True)
    assert is_hidden(result)["B"].all()
    assert is_hidden(result).loc[TOTAL, ["A", "C"]].any()  # or B's n were the difference
    assert result.audit()["protected"].all()


@pytest.mark.unit
def test_marks_that_would_say_too_much_are_dropped() -> None:
    # two counts marked "<11" that add up to 20 would both be 10
    shown = suppress_counts(column(10, 10, 60), column_totals=True).shown["n"].tolist()
    assert shown == ["—", "—", "60", "80"]


@pytest.mark.unit
def test_variables_share_the_totals_of_their_columns() -> None:
    table = pd.DataFrame(
        {"A": [30, 40, 65, 5], "B": [45, 55, 60, 40]},
        index=pd.MultiIndex.from_tuples(
            [("sex", "f"), ("sex", "m"), ("age", "known"), ("age", "missing")]
        ),
    )
    result = suppress_counts(table, row_totals=True, column_totals=True)
    assert result.shown.loc[("age", "missing"), "A"] == "<11"
    assert result.shown.loc[("sex", "f")].tolist() == ["30", "45", "75"]
    assert result.status.loc[("age", "known"), "A"] == "complementary"
    assert result.audit()["protected"].all()


@pytest.mark.unit
def test_category_that_is_not_printed_is_still_protected() -> None:
    table = pd.DataFrame(
        {"A": [4, 61], "B": [50, 30]},
        index=pd.MultiIndex.from_tuples([("age", "known"), ("age", "missing")]),
    )
    result = suppress_counts(table, column_totals=True, not_shown=[("age", "known")])
    assert ("age", "known") not in result.shown.index
    assert result.status.loc[("age", "missing")].tolist() == ["complementary", "shown"]


@pytest.mark.unit
def test_log_and_audit_count_without_showing() -> None:
    result = suppress_counts(column(4, 25, 60), column_totals=True)
    assert result.log().to_dict("list") == {
        "status": ["shown", "primary", "complementary"],
        "cells": [2, 1, 1],
    }
    audit = result.audit()
    assert audit[["row", "low", "high"]].to_numpy().tolist() == [["level 0", 0.0, 29.0]]
    audit.loc[:, "protected"] = False
    assert result.audit()["protected"].all()  # a copy went out


@pytest.mark.unit
def test_internal_audience_sees_everything_and_is_marked() -> None:
    result = suppress_counts(column(4, 25), column_totals=True, policy=INTERNAL)
    assert result.shown["n"].tolist() == ["4", "25", "29"]
    assert result.confidential
    assert "confidential" in repr(result)
    assert result.audit().empty


@pytest.mark.unit
def test_result_holds_no_hidden_count() -> None:
    result = suppress_counts(column(7, 23, 61), column_totals=True)
    for text in (repr(result), result._repr_html_(), result.shown.to_string()):
        assert "23" not in text
        assert " 7" not in text


@pytest.mark.unit
def test_html_is_escaped() -> None:
    table = pd.DataFrame({"<b>n</b>": [20]}, index=["<script>"])
    assert "<script>" not in suppress_counts(table)._repr_html_()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("table", "error"),
    [
        (pd.DataFrame({"n": ["secret"]}), ColumnError),
        (pd.DataFrame({"n": [np.nan]}), ColumnError),
        (pd.DataFrame({"n": [-1]}), DataError),
        (pd.DataFrame({"n": [1.5]}), DataError),
        (pd.DataFrame({"n": []}, dtype=int), DataError),
        (pd.DataFrame({"n": [1, 2]}, index=["a", "a"]), DataError),
    ],
)
def test_what_is_no_table_of_counts_is_refused(table: pd.DataFrame, error: type[Exception]) -> None:
    with pytest.raises(error) as refusal:
        suppress_counts(table)
    assert "secret" not in str(refusal.value)


@pytest.mark.unit
def test_variables_with_different_totals_are_refused() -> None:
    index = pd.MultiIndex.from_tuples([("sex", "f"), ("age", "known")])
    with pytest.raises(DataError, match="missing"):
        suppress_counts(pd.DataFrame({"n": [20, 19]}, index=index), column_totals=True)


@pytest.mark.truth
@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(1, 6),
    columns=st.integers(1, 5),
    mean=st.sampled_from([3.0, 12.0, 40.0]),
    margins=st.tuples(st.booleans(), st.booleans()),
)
def test_attacker_fails_on_every_random_table(
    seed: int, rows: int, columns: int, mean: float, margins: tuple[bool, bool]
) -> None:
    table = random_table(seed, (rows, columns), mean)
    result = suppress_counts(table, row_totals=margins[0], column_totals=margins[1])
    audit = result.audit()
    assert audit["protected"].all()
    assert (audit["high"] >= 11).all()
    inner = result.shown.iloc[:rows, :columns].to_numpy()
    small = ((table > 0) & (table < 11)).to_numpy()
    assert set(inner[small]) <= {"<11", "—"}
    assert len(audit) == result.status.eq("primary").to_numpy().sum()


@pytest.mark.truth
def test_independent_attack_agrees_that_the_pattern_holds() -> None:
    """Solve the attack again from the shown text alone, with totals summed here."""
    checked = 0
    for seed in range(8):
        table = random_table(seed, mean=30)
        result = suppress_counts(table, row_totals=True, column_totals=True)
        inner = is_hidden(result).iloc[:5, :4]
        if is_hidden(result).iloc[5].any() or is_hidden(result)[TOTAL].any():
            continue  # attack_counts takes totals as shown
        again = attack_counts(table, inner, row_totals=True, column_totals=True)
        assert again["protected"].all()
        checked += len(again)
    assert checked > 20


@pytest.mark.truth
def test_naive_suppression_is_caught() -> None:
    """Hiding only what is small leaves counts that follow by subtraction; the audit sees them."""
    caught = 0
    for seed in range(12):
        table = random_table(seed)
        naive = (table > 0) & (table < 11)
        attack = attack_counts(table, naive, row_totals=True, column_totals=True)
        caught += int((~attack["protected"]).any())
        alone = naive.sum(axis=1).eq(1)
        for row in table.index[alone]:
            found = attack[attack["row"].eq(row)].iloc[0]
            assert found["low"] == found["high"] == table.loc[row, found["column"]]
    assert caught >= 10


@pytest.mark.identity
def test_order_of_rows_and_columns_does_not_matter_to_protection() -> None:
    table = random_table(3)
    turned = table.iloc[::-1, ::-1]
    first = suppress_counts(table, row_totals=True, column_totals=True)
    second = suppress_counts(turned, row_totals=True, column_totals=True)
    assert first.audit()["protected"].all()
    assert second.audit()["protected"].all()
    assert len(first.audit()) == len(second.audit())


@pytest.mark.identity
def test_same_table_gives_the_same_result() -> None:
    first, second = (suppress_counts(random_table(5), column_totals=True) for _ in range(2))
    pd.testing.assert_frame_equal(first.shown, second.shown)


@pytest.mark.identity
def test_nothing_is_hidden_where_nothing_is_small() -> None:
    table = random_table(1) + 11
    result = suppress_counts(table, row_totals=True, column_totals=True)
    assert not is_hidden(result).to_numpy().any()


@pytest.mark.identity
@pytest.mark.parametrize("minimum", [3, 6, 20])
def test_other_minimum_counts_hold_as_well(minimum: int) -> None:
    policy = Policy(minimum_count=minimum)
    result = suppress_counts(random_table(8), row_totals=True, column_totals=True, policy=policy)
    assert (result.audit()["high"] >= minimum).all()
