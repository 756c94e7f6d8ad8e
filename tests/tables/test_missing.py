"""Tables of missing scores: bounds stay bounds, and a few leave no estimate behind."""

import math
from dataclasses import replace

import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, RELEASE, CountedTable, Statement, release
from analysis.errors import DataError
from analysis.missing import change_if_worse, response_under_missingness, retention
from analysis.tables import assumptions_table, change_if_worse_table, retention_table
from tests.missing.studies import network

pytestmark = pytest.mark.unit


def test_shares_that_are_bounds_have_no_interval():
    frame = pd.DataFrame(
        {
            "site_id": ["A", "B"],
            "visit": "week 4",
            "started": ["90", "80"],
            "share": ["78%", "≥83%"],
            "conf_low": [0.66, math.nan],
            "conf_high": [0.86, math.nan],
        }
    )
    said = Statement(frame=frame, policy=RELEASE)
    table = retention_table(CountedTable(title="Kept", notes=("", ""), true=frame, statement=said))
    assert table.inline(("A", "week 4"), "95% CI") == "66% to 86%"
    assert table.inline(("B", "week 4"), "Still there") == "≥83%"
    assert table.inline(("B", "week 4"), "95% CI") == ""


def test_the_inside_sees_the_numbers_due():
    inside = retention_table(retention(network(), "PHQ-9", policy=INTERNAL))
    assert [column.label for column in inside.columns][:3] == ["Started", "Due", "Remaining"]
    due = int(inside.inline("week 8", "Due"))
    assert inside.inline("week 8", "Still there") == (
        f"{100 * int(inside.inline('week 8', 'Remaining')) / due:.0f}%"
    )


def test_assumptions_have_their_denominators_beside_them():
    found = response_under_missingness(network(), "PHQ-9", visit="week 8", measures=["response"])
    table = assumptions_table(found)
    assert table.frame["group"].unique().tolist() == ["Response"]
    row = ("Response", "everybody without a score counted as without")
    n, evaluable = (int(table.inline(row, name)) for name in ("With outcome", "Evaluable"))
    assert table.inline(row, "% (95% CI)").startswith(f"{100 * n / evaluable:.1f} (")
    assert release(table).policy == RELEASE


def test_the_change_of_few_is_hidden_with_its_sentence():
    tipping = change_if_worse(network(), "PHQ-9", visit="week 8")
    table = change_if_worse_table(tipping)
    assert table.frame["label"].tolist() == ["as predicted", "2 points worse", "4 points worse"]
    assert tipping.sentence() in table.notes
    assert release(table).hidden == 0
    few = change_if_worse_table(replace(tipping, n=9.0))
    assert few.frame["estimate"].tolist() == ["—"] * 3
    assert tipping.sentence() not in few.notes
    with pytest.raises(DataError, match="plausible bounds"):
        change_if_worse_table(replace(tipping, plausible={}))
