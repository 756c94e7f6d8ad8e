"""Sensitive items: neither none nor all of a group may be told."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from analysis.disclosure import (
    RELEASE,
    hide_responses,
    suppress_cells,
    suppress_counts,
    suppress_proportions,
)
from analysis.instruments import instrument_names, load_instrument

pytestmark = pytest.mark.unit

PLAIN = replace(RELEASE, sensitive=())


def block(name: str, *counts: int) -> pd.DataFrame:
    index = pd.MultiIndex.from_tuples([(name, "yes"), (name, "no")])
    return pd.DataFrame({"A": counts[:2], "B": counts[2:]}, index=index)


@pytest.mark.parametrize("name", instrument_names())
def test_every_item_that_stands_for_itself_is_sensitive(name: str) -> None:
    for item in load_instrument(name).never_filled_in:
        assert RELEASE.is_sensitive(f"{name} item {item}")


@pytest.mark.parametrize(
    ("name", "sensitive"),
    [
        ("item9_positive", True),
        ("phq9_9", True),
        ("Pregnancy", True),
        ("drug_abuse", True),
        ("alcohol use disorder", True),
        ("use_within_30_days", True),
        ("phq9_item_1", False),
        ("madrs_item_1", False),
        ("response50", False),
        ("route", False),
    ],
)
def test_names_that_are_sensitive(name: str, sensitive: bool) -> None:
    assert RELEASE.is_sensitive(name) is sensitive


def test_none_of_a_group_is_hidden_only_where_it_is_sensitive() -> None:
    table = block("suicidality", 0, 40, 20, 60)
    shown = suppress_counts(table, column_totals=True).shown
    assert shown.iloc[:2]["A"].tolist() == ["<11", "—"]
    assert shown.iloc[:2]["B"].tolist() == ["20", "60"]
    assert suppress_counts(table, column_totals=True, policy=PLAIN).shown["A"].tolist()[0] == "0"


def test_all_of_a_group_are_hidden_where_only_the_level_is_sensitive() -> None:
    table = pd.DataFrame({"A": [40, 0], "B": [30, 30]}, index=["alcohol use disorder", "MDD"])
    result = suppress_counts(table, column_totals=True)
    assert "40" not in result.shown["A"].tolist()[:1]
    assert result.audit()["protected"].all()


def test_empty_group_discloses_nobody() -> None:
    shown = suppress_counts(block("suicidality", 0, 0, 20, 60), column_totals=True).shown
    assert shown["A"].tolist() == ["0", "0", "0"]


def test_a_hidden_zero_says_no_more_than_few() -> None:
    cells = {"yes": 0, "no": 40, "all": 40}
    hidden = suppress_cells(cells, [("all", ["yes", "no"])], sensitive=["yes", "no"])
    assert hidden.audit()[["low_with_marks", "high_with_marks"]].to_numpy().tolist() == [[0, 10]]


@pytest.mark.parametrize("n", [0, 60])
def test_proportions_of_none_or_all_are_hidden_where_they_are_sensitive(n: int) -> None:
    rate = {"started": [90], "evaluable": [75], "observed": [60], "n": [n], "estimate": [n / 60]}
    for measure, told in (("item9_positive", False), ("response50", True)):
        frame = pd.DataFrame({"measure": [measure], **rate})
        shown, _ = hide_responses(frame, policy=RELEASE)
        assert (shown["n"].tolist() == [str(n)]) == told or n == 60
        assert shown["estimate"].notna().all() == told
        pair = suppress_proportions(frame, estimates=["estimate"])
        assert pair["estimate"].notna().all() == told
