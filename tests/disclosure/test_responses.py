"""Proportions with started, evaluable and observed."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, hide_responses
from analysis.errors import ColumnError, DataError

Row = tuple[str, str, int, int, int, int]


def rates(*rows: Row) -> pd.DataFrame:
    names = ["measure", "site", "started", "evaluable", "observed", "n"]
    frame = pd.DataFrame(rows, columns=names)
    share = frame["n"] / frame["observed"]
    return frame.assign(
        estimate=share,
        conf_low=share - 0.1,
        conf_high=share + 0.1,
        estimate_missing_as_no=frame["n"] / frame["evaluable"],
    )


@pytest.mark.unit
def test_large_counts_are_shown() -> None:
    shown, hidden = hide_responses(rates(("response", "A", 120, 100, 80, 40)))
    row = shown.iloc[0]
    assert [row[c] for c in ("started", "evaluable", "observed", "n")] == ["120", "100", "80", "40"]
    assert row["estimate"] == 0.5
    assert hidden.log()["cells"].tolist()[1] == 0


@pytest.mark.unit
def test_few_not_evaluable_show_as_a_range_of_the_evaluable() -> None:
    shown, _ = hide_responses(rates(("response", "A", 102, 95, 63, 28)))
    row = shown.iloc[0]
    assert row["evaluable"] == "92–101"  # 102 less 1 to 10
    assert (row["started"], row["observed"], row["n"]) == ("102", "63", "28")
    assert pd.isna(row["estimate_missing_as_no"])
    assert row["estimate"] == pytest.approx(28 / 63)


@pytest.mark.unit
def test_few_responders_hide_their_percentages_in_that_measure_only() -> None:
    shown, _ = hide_responses(
        rates(("response", "A", 120, 100, 80, 40), ("remission", "A", 120, 100, 80, 5))
    )
    assert shown["n"].tolist() == ["40", "<11"]
    assert shown["estimate"].isna().tolist() == [False, True]
    assert shown["estimate_missing_as_no"].isna().tolist() == [False, True]


@pytest.mark.unit
def test_few_without_the_outcome_hide_it_too() -> None:
    shown, _ = hide_responses(rates(("response", "A", 120, 100, 80, 76)))
    assert shown["n"].tolist() == ["—"]
    assert shown["estimate"].isna().all()


@pytest.mark.unit
def test_total_hides_a_second_group() -> None:
    rows = (
        ("response", "A", 120, 100, 80, 5),
        ("response", "B", 130, 110, 90, 40),
        ("response", "C", 140, 120, 90, 30),
        ("response", "All", 390, 330, 260, 75),
    )
    without, _ = hide_responses(rates(*rows))
    shown, hidden = hide_responses(rates(*rows), total="All")
    assert without["n"].tolist() == ["<11", "40", "30", "75"]
    assert shown["n"].tolist() == ["<11", "40", "—", "75"]
    assert hidden.audit()["protected"].all()


@pytest.mark.unit
def test_denominators_that_differ_between_measures_are_refused() -> None:
    frame = rates(("response", "A", 120, 100, 80, 40), ("remission", "A", 119, 100, 80, 20))
    with pytest.raises(DataError, match="two measures"):
        hide_responses(frame)


@pytest.mark.unit
def test_two_group_columns_are_refused() -> None:
    with pytest.raises(ColumnError, match="allowed is one"):
        hide_responses(rates(("response", "A", 120, 100, 80, 40)).assign(route="IV"))


@pytest.mark.unit
def test_absent_count_is_refused() -> None:
    with pytest.raises(ColumnError, match="started, evaluable, observed, n"):
        hide_responses(pd.DataFrame({"n": [1]}))


@pytest.mark.unit
def test_internal_audience_sees_true_counts() -> None:
    shown, _ = hide_responses(rates(("response", "A", 102, 95, 63, 5)), policy=INTERNAL)
    assert shown["n"].tolist() == ["5"]
    assert shown["evaluable"].tolist() == ["95"]


@pytest.mark.truth
def test_no_shown_difference_is_small() -> None:
    rows = [
        ("response", name, 60 + 7 * k, 55 + 6 * k, 40 + 4 * k, 6 + 5 * k)
        for k, name in enumerate("ABCDEF")
    ]
    shown, hidden = hide_responses(rates(*rows))
    for row in shown.to_dict("records"):
        nested = [row[c] for c in ("started", "evaluable", "observed", "n")]
        numbers = [int(text) for text in nested if text.isdigit()]
        steps = [a - b for a, b in itertools.pairwise(numbers)]
        assert all(step == 0 or step >= 11 for step in steps)
    assert hidden.audit()["protected"].all()


@pytest.mark.unit
def test_the_denominator_of_a_percentage_is_hidden_last() -> None:
    """Seven without a score at A are protected by the evaluable, though those are further away."""
    rows: list[Row] = [
        ("response", "A", 52, 40, 33, 16),
        ("response", "B", 177, 129, 83, 25),
        ("response", "C", 327, 268, 196, 97),
        ("response", "D", 54, 41, 30, 17),
        ("response", "all", 610, 478, 342, 155),
    ]
    shown, hidden = hide_responses(rates(*rows), total="all")
    assert shown["observed"].tolist() == ["33", "83", "196", "30", "342"]
    assert shown["estimate"].notna().all()
    assert shown["evaluable"].tolist() == ["—", "129", "268", "—", "478"]
    assert hidden.audit()["protected"].all()
