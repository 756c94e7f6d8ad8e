"""Counted tables as finished tables: literal texts, and nothing that was hidden comes back."""

import math

import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, RELEASE, release
from analysis.disclosure.counted import CountedTable, suppressed_counts
from analysis.errors import ColumnError
from analysis.tables.counted import Cell, counted_table, number_text

pytestmark = pytest.mark.unit

FRAME = pd.DataFrame(
    {
        "arm": ["IV", "IM", "SL"],
        "n": [40, 1234, 6],
        "mean": [-8.14, 0.02, 2.0],
        "low": [-9.0, -0.04, 1.0],
        "high": [-7.26, 0.5, 3.0],
    }
)
CELLS = [
    Cell(label="Patients", key="n"),
    Cell(label="Mean (95% CI)", key="mean", limits=("low", "high"), digits=1),
    Cell(label="In percent", key="mean", per=100.0, digits=0),
]


def counted(policy=RELEASE):
    numbers = dict.fromkeys(["mean", "low", "high"], "n")
    said = suppressed_counts(FRAME, counts=["n"], numbers=numbers, policy=policy)
    return CountedTable(title="Means", notes=(), true=FRAME, statement=said)


def test_counts_numbers_and_limits_are_written():
    table = counted_table(counted(), CELLS, label="arm", labels={"IV": "infusion"})
    assert table.frame["label"].tolist() == ["infusion", "IM", "SL"]
    assert table.inline("infusion", "Mean (95% CI)") == "−8.1 (−9.0 to −7.3)"
    assert table.inline("IM", "Mean (95% CI)") == "0.0 (0.0 to 0.5)"
    assert table.inline("infusion", "In percent") == "−814"
    assert table.inline("IM", "Patients") == "1,234"


def test_what_is_hidden_stays_hidden_and_is_counted():
    table = counted_table(counted(), CELLS, label="arm")
    assert table.frame.loc[2, ["c0", "c1", "c2"]].tolist() == ["<11", "—", "—"]
    assert table.suppression["cells"].tolist() == [2, 1]
    assert release(table).hidden == 1
    inside = counted_table(counted(INTERNAL), CELLS, label="arm")
    assert inside.inline("SL", "Mean (95% CI)") == "2.0 (1.0 to 3.0)"
    assert "Confidential" in inside.notes[-1]


def test_rows_can_be_chosen_and_groups_stay_together():
    frame = FRAME.assign(kind=["a", "b", "a"])
    said = suppressed_counts(frame, counts=["n"])
    made = CountedTable(title="Means", notes=(), true=frame, statement=said)
    table = counted_table(made, CELLS[:1], label="arm", group="kind")
    assert table.frame["label"].tolist() == ["IV", "SL", "IM"]
    kept = counted_table(made, CELLS[:1], label="arm", rows=frame["kind"].eq("b"))
    assert kept.frame["label"].tolist() == ["IM"]
    with pytest.raises(ColumnError, match="No row"):
        counted_table(made, CELLS[:1], label="arm", rows=frame["kind"].eq("c"))
    with pytest.raises(ColumnError, match="no column median"):
        counted_table(made, [Cell(label="Median", key="median", digits=1)], label="arm")


@pytest.mark.parametrize(
    ("value", "text"), [(math.inf, "∞"), (-math.inf, "−∞"), (-0.04, "0.0"), (1234.5, "1234.5")]
)
def test_odd_numbers_are_written(value, text):
    assert number_text(value, 1) == text
