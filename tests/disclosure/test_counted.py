"""Tables of counts: what is hidden, what rests on it, and what is marked."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, RELEASE, Ledger, Members, recording, release
from analysis.disclosure.counted import CountedTable, suppressed_counts
from analysis.errors import DataError, DisclosureError
from analysis.missing import (
    attrition_weights,
    completers_against_all,
    dropout_rows,
    missing_patterns,
    response_under_missingness,
    retention,
    visiting,
)
from tests.missing.studies import network

pytestmark = pytest.mark.unit

FRAME = pd.DataFrame({"group": ["a", "b", "all"], "n": [40, 6, 46], "mean": [8.0, 2.0, 7.2]})
SUMS = {("n", 2): [("n", 0), ("n", 1)]}


def table(policy=RELEASE):
    statement = suppressed_counts(
        FRAME, counts=["n"], sums=SUMS, numbers={"mean": "n"}, policy=policy
    )
    return CountedTable(title="Means", notes=("A note.",), true=FRAME, statement=statement)


def test_totals_protect_small_counts_and_numbers_go_with_them():
    frame = release(table()).frame
    assert frame["n"].tolist()[1] == "<11"
    assert sum(text.isdigit() for text in frame["n"]) == 1
    hidden = ~frame["n"].str.isdigit()
    assert frame.loc[hidden, "mean"].isna().all()
    assert frame.loc[~hidden, "mean"].notna().all()
    assert release(table()).audit["protected"].all()


def test_true_counts_are_marked_and_refused():
    found = table()
    assert found.tidy()["n"].tolist() == [40, 6, 46]
    with pytest.raises(DisclosureError, match="true counts"):
        release(found.tidy())
    with pytest.raises(DisclosureError, match="inside of the clinic"):
        release(table(INTERNAL), INTERNAL)
    assert table(INTERNAL).shown["n"].tolist() == ["40", "6", "46"]


def test_frames_go_out_as_copies():
    found = table()
    shown, true = found.shown, found.tidy()
    shown["n"], true["n"] = "0", 0
    assert found.shown["n"].tolist()[1] == "<11"
    assert found.true["n"].tolist() == [40, 6, 46]


def test_what_is_printed_is_what_may_leave():
    assert repr(table()).splitlines()[0] == "Means"
    assert repr(table()).endswith("A note.")
    assert "46" not in table()._repr_html_() or "40" not in table()._repr_html_()


def test_parts_must_add_up():
    with pytest.raises(DataError, match="differ from the sum"):
        suppressed_counts(FRAME.assign(n=[40, 6, 50]), counts=["n"], sums=SUMS)


def test_a_table_released_again_protects_the_change_since_then():
    first = pd.DataFrame({"group": ["a", "b"], "n": [40, 50]})
    later = pd.DataFrame({"group": ["new", "a", "b"], "n": [30, 43, 90]})
    call = {"counts": ["n"], "about": "patients", "named_by": ["group"]}
    ledger = Ledger(release="march")
    with recording(ledger):
        assert suppressed_counts(first, **call).frame["n"].tolist() == ["40", "50"]
    with recording(Ledger(release="april", records=list(ledger.records))):
        shown = suppressed_counts(later, **call).frame["n"].tolist()
    assert shown[1] == "—"  # three more than in March
    assert shown[2] == "90"


def test_another_table_of_the_same_patients_does_not_tell_what_one_hides():
    units = pd.Series([f"p{k}" for k in range(60)])
    split = pd.DataFrame({"group": ["a", "b"], "n": [53, 7]})
    whole = pd.DataFrame({"group": ["everybody"], "n": [60]})
    first = pd.Series(range(60)).lt(53)
    with recording(Ledger(release="march")):
        told = suppressed_counts(
            split, counts=["n"], about="halves", named_by=["group"],
            members=Members(units, {("n", 0): first, ("n", 1): ~first}),
        ).frame["n"].tolist()  # fmt: skip
        then = suppressed_counts(
            whole, counts=["n"], about="all", named_by=["group"],
            members=Members(units, {("n", 0): first | True}),
        ).frame["n"].tolist()  # fmt: skip
    assert told == ["53", "<11"]
    assert then == ["—"]  # 60 less 53 would be 7


@pytest.mark.parametrize(
    "make",
    [
        lambda: missing_patterns(network(), "PHQ-9"),
        lambda: completers_against_all(network(), "PHQ-9", visit="week 8"),
        lambda: retention(network(), "PHQ-9", by="severity"),
        lambda: visiting(network(), "PHQ-9").intervals,
        lambda: response_under_missingness(network(), "PHQ-9", visit="week 8", by="route"),
        lambda: attrition_weights(
            "last_score", dropout_rows(network(), "PHQ-9"), subject="subject_id", visit="visit"
        ),
    ],
)
def test_tables_say_to_the_ledger_who_is_behind_their_counts(make):
    ledger = Ledger(release="march")
    with recording(ledger):
        statement = make().disclosure()
    assert statement.audit.empty or statement.audit["protected"].all()
    (record,) = ledger.records
    of_patients = {name for name in record.counts if "n_intervals" not in name}
    assert set(record.members) == of_patients  # a set that does not fit its count is left out
