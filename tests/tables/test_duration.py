"""Shares of a curve between visits at some days, with the region of the median."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, Policy
from analysis.errors import DataError, DisclosureError
from analysis.survival import turnbull
from analysis.tables import duration_table

pytestmark = pytest.mark.unit


def seen(n_lost: int, n_well: int) -> pd.DataFrame:
    """Some are lost between days 14 and 28, others between 28 and 56; the rest stay well."""
    lower = [14.0] * n_lost + [28.0] * n_lost + [84.0] * n_well
    upper = [28.0] * n_lost + [56.0] * n_lost + [np.inf] * n_well
    return pd.DataFrame({"lower": lower, "upper": upper, "arm": ["a"] * len(lower)})


def test_shares_ranges_and_the_median_are_those_of_the_curve() -> None:
    table = duration_table(turnbull(seen(20, 20)[["lower", "upper"]]), times=[14, 28, 42, 60])
    assert table.to_frame()["label"].tolist() == [
        "After 14 days", "After 28 days", "After 42 days", "After 60 days",
        "Half have had the event",
    ]  # fmt: skip
    assert table.to_frame()["estimate"].tolist() == [
        "100%", "66%", "34 to 66%", "—", "between day 28 and day 56"
    ]  # fmt: skip
    assert table.to_frame()["n_risk"].tolist() == ["60", "40", "20", "20", ""]


def test_limits_hold_the_shown_share_and_do_not_depend_on_the_call() -> None:
    rows = seen(20, 20)[["lower", "upper"]]
    shown, again = (duration_table(turnbull(rows), times=[28, 42]).to_frame() for _ in range(2))
    assert shown.equals(again)
    low, high = (int(end.strip("%")) for end in shown["interval"].iloc[0].split(" to "))
    assert 50 <= low < 66 < high <= 80  # a binomial share of two thirds of 60: 53 to 78
    low, high = (int(end.strip("%")) for end in shown["interval"].iloc[1].split(" to "))
    assert low <= 34
    assert high >= 66


def test_few_events_are_hidden_and_a_curve_without_steps_is_refused() -> None:
    with pytest.raises(DisclosureError, match="fewer than 11 events were seen while 11 or more"):
        duration_table(turnbull(seen(4, 30)[["lower", "upper"]]), times=[28, 56])
    late = duration_table(turnbull(seen(11, 40)[["lower", "upper"]]), times=[28, 90])
    assert late.to_frame()["estimate"].tolist() == ["82%", "—", "not reached in the shown curve"]
    assert late.inline("After 90 days", "interval") == "—"
    inside = duration_table(turnbull(seen(4, 30)[["lower", "upper"]]), times=[28], policy=INTERNAL)
    assert inside.inline("After 28 days", "estimate") == "89%"
    assert "Confidential" in inside.notes[-1]


def test_a_rounding_policy_shows_no_limits() -> None:
    rounds = Policy(minimum_count=8, round_to=5)
    table = duration_table(turnbull(seen(20, 20)[["lower", "upper"]]), times=[28], policy=rounds)
    assert table.inline("After 28 days", "interval") == "—"


def test_a_curve_of_groups_is_refused() -> None:
    with pytest.raises(DataError, match="has groups"):
        duration_table(turnbull(seen(20, 20), by="arm"), times=[28])
