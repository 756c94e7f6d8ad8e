"""The log of what was hidden: cells by table and reason, and their sum."""

import pandas as pd
import pytest

from analysis.disclosure import Ledger, release, suppress_counts
from analysis.disclosure.ledger import recording
from analysis.disclosure.record import Record
from analysis.report.suppression_log import suppression_log

pytestmark = pytest.mark.unit


def test_small_counts_and_their_protection_are_told_apart():
    ledger = Ledger(release="2026-11")
    with recording(ledger):
        for about, counts in (("by route", [4, 25, 60]), ("by clinic", [30, 40, 50])):
            frame = pd.DataFrame({"n": counts}, index=["a", "b", "c"])
            suppress_counts(frame, column_totals=True, about=about)
    ledger.add(Record(release="2026-11", about="files", counts={}, shown={"x": "y"}, sums=()))
    ledger.add(Record(release="2026-10", about="old", counts={"n": 40}, shown={"n": "40"}, sums=()))
    table = suppression_log(ledger)
    assert table.frame["label"].tolist() == ["by route", "by clinic", "All tables"]
    columns = ["cells", "shown", "small", "others"]
    assert table.frame[columns].to_numpy().tolist() == [
        ["4", "2", "1", "1"],
        ["4", "4", "0", "0"],
        ["8", "6", "1", "1"],
    ]
    assert table.notes[0] == (
        "Of 8 counts in 2 tables 6 are shown, 1 are hidden because they are small, and 1 because "
        "they would let a small one be worked out."
    )
    assert release(table).hidden == 0


def test_tables_of_one_name_stand_in_one_row():
    ledger = Ledger(release="2026-11")
    for number, shown in ((1, "<11"), (2, "25"), (3, "30")):
        told = {f"cell {number}": shown}
        counts = {f"cell {number}": 25 + number}
        about = "measures" if number > 1 else "others"
        ledger.add(Record(release="2026-11", about=about, counts=counts, shown=told, sums=()))
    frame = suppression_log(ledger).frame
    assert frame["label"].tolist() == ["others", "measures (2 tables)", "All tables"]
    assert frame["cells"].tolist() == ["1", "2", "3"]
    assert "in 3 tables" in suppression_log(ledger).notes[0]


def test_a_report_without_counts_says_so():
    table = suppression_log(Ledger(release="2026-11"))
    assert table.frame["cells"].tolist() == ["0"]
    assert table.notes[0] == "No table of counts was made."
