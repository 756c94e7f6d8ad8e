"""Means and proportions that rest on small counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import (
    INTERNAL,
    Ledger,
    hide_statistics,
    recording,
    suppress_numbers,
    suppress_proportions,
)
from analysis.disclosure.estimates import REASONS
from analysis.errors import ColumnError, DataError
from analysis.tables import estimates_table

pytestmark = pytest.mark.unit


@pytest.fixture
def means() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "arm": ["a", "b", "c"],
            "n": [40, 10, 0],
            "mean": [8.1, 2.0, np.nan],
            "sd": [1.0, 2.0, 0.0],
        }
    )


def rates(*pairs: tuple[int, int]) -> pd.DataFrame:
    frame = pd.DataFrame(pairs, columns=["n", "observed"])
    share = frame["n"] / frame["observed"]
    return frame.assign(estimate=share, conf_low=share - 0.1, conf_high=share + 0.1)


def test_statistics_of_small_groups_go(means: pd.DataFrame) -> None:
    shown = hide_statistics(means)
    assert shown["n"].tolist() == ["40", "<11", "0"]
    assert shown["mean"].isna().tolist() == [False, True, True]
    assert means["mean"].tolist()[:2] == [8.1, 2.0]  # the input is left alone


def test_only_named_statistics_are_blanked(means: pd.DataFrame) -> None:
    shown = hide_statistics(means, statistics=["mean"])
    assert shown["sd"].tolist() == [1.0, 2.0, 0.0]


def test_internal_audience_keeps_statistics(means: pd.DataFrame) -> None:
    assert hide_statistics(means, policy=INTERNAL)["mean"].tolist()[:2] == [8.1, 2.0]


def test_absent_column_is_named(means: pd.DataFrame) -> None:
    with pytest.raises(ColumnError, match="weight"):
        hide_statistics(means, statistics=["weight"])


@pytest.mark.parametrize(
    ("pair", "n", "observed", "reason"),
    [
        ((30, 60), "30", "60", ""),
        ((0, 60), "0", "60", ""),
        ((60, 60), "60", "60", ""),
        ((4, 60), "<11", "60", "fewer than 11 with the outcome"),
        ((56, 60), "—", "60", "fewer than 11 without the outcome"),
        ((3, 8), "<11", "<11", "fewer than 11 patients"),
    ],
)
def test_each_way_to_be_small(pair: tuple[int, int], n: str, observed: str, reason: str) -> None:
    shown = suppress_proportions(rates(pair)).iloc[0]
    assert (shown["n"], shown["observed"], shown["reason"]) == (n, observed, reason)
    assert pd.isna(shown["estimate"]) == bool(reason)
    assert pd.isna(shown["conf_low"]) == bool(reason)


def test_six_of_fourteen_is_small_both_ways() -> None:
    shown = suppress_proportions(rates((6, 14))).iloc[0]
    assert shown["n"] in {"<11", "—"}
    assert pd.isna(shown["estimate"])


def test_total_row_does_not_give_a_group_away() -> None:
    frame = rates((4, 60), (30, 70), (25, 80), (59, 210)).assign(all=[False] * 3 + [True])
    alone = suppress_proportions(frame)
    together = suppress_proportions(frame, total="all")
    assert alone["n"].tolist() == ["<11", "30", "25", "59"]  # 59 - 30 - 25 = 4
    assert together["n"].tolist()[0] == "<11"
    assert (together["n"] == "—").sum() == 1
    hidden = together["n"].eq("—")
    assert together.loc[hidden, "reason"].tolist() == ["hidden to protect another count"]


def test_numerator_above_denominator_is_refused() -> None:
    with pytest.raises(DataError, match="0 or more"):
        suppress_proportions(rates((30, 20)))


def test_false_total_is_refused() -> None:
    frame = rates((30, 60), (31, 61)).assign(all=[False, True])
    with pytest.raises(DataError, match="differ from the sum"):
        suppress_proportions(frame, total="all")


def test_internal_audience_keeps_everything() -> None:
    shown = suppress_proportions(rates((4, 60)), policy=INTERNAL).iloc[0]
    assert (shown["n"], shown["reason"]) == ("4", "")


def test_proportions_of_a_later_release_do_not_tell_few_new_patients() -> None:
    first, later = rates((30, 60), (20, 50)), rates((33, 62), (20, 50))
    with recording(Ledger(release="1")) as ledger:
        assert suppress_proportions(first)["reason"].tolist() == ["", ""]
    with recording(Ledger(release="2", records=ledger.records)):
        shown = suppress_proportions(later)
    assert shown["n"].tolist() == ["—", "20"]
    assert shown["reason"].tolist() == [REASONS["protects"], ""]
    assert suppress_proportions(later)["reason"].tolist() == ["", ""]  # outside a release


def test_numbers_behind_estimates_are_held_to_earlier_releases() -> None:
    tidy = pd.DataFrame({"contrast": ["IM - IV", "oral - IV"], "estimate": 0.5, "conf_low": 0.1})
    tidy["conf_high"] = 0.9
    with recording(Ledger(release="1")) as ledger:
        first = estimates_table(tidy.assign(n=[40, 60])).to_frame()
    with recording(Ledger(release="2", records=ledger.records)):
        later = estimates_table(tidy.assign(n=[43, 75])).to_frame()
        statistics = hide_statistics(tidy.assign(n=[43, 75]), statistics=["estimate"])
    assert first["n"].tolist() == ["40", "60"]
    assert later["n"].tolist() == statistics["n"].tolist() == ["—", "75"]
    assert later["estimate"].tolist() == ["—", "0.50"]
    assert later["interval"].tolist() == ["—", "0.10 to 0.90"]


def test_rows_of_one_name_are_told_apart_and_no_counts_are_none() -> None:
    names = pd.DataFrame({"arm": ["IV", "IV", "IM", None]})
    text, is_hidden = suppress_numbers(names, pd.Series([40.0, 3.0, np.nan, 20.5]))
    assert text == ["40", "<11", "", "20"]
    assert is_hidden.tolist() == [False, True, False, False]
    assert suppress_numbers(names, pd.Series([4] * 4), policy=INTERNAL)[0] == ["4"] * 4
