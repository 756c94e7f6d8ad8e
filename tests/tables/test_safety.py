"""Tables of safety: rows by a rule, plain words, and no count that was hidden."""

import math

import pandas as pd
import pytest

from analysis.disclosure import RELEASE, CountedTable, Statement, release
from analysis.errors import DataError
from analysis.safety import events_of_interest, safety_shares, session_safety, suicidality
from analysis.tables import (
    events_of_interest_table,
    safety_levels_table,
    safety_shares_table,
    suicidality_table,
)
from tests.safety.studies import network

pytestmark = pytest.mark.unit

SHARE = ["treatment", "measure", "patients", "n", "sessions", "n_sessions", "estimate", "conf_low",
         "conf_high", "patient_estimate", "patient_conf_low", "patient_conf_high"]  # fmt: skip
NO = [math.nan] * 6


def made(frame):
    said = Statement(frame=frame, policy=RELEASE)
    return CountedTable(title="By hand", notes=(), true=frame, statement=said)


def shares(*rows):
    return made(pd.DataFrame(rows, columns=SHARE))


SEEN = ("ketamine IV", "stop 180/105", "60", "12", "500", "20", 0.04, 0.02, 0.07, 0.2, 0.11, 0.32)
FEW = ("ketamine IM", "stop 180/105", "40", "<11", "300", "—", *NO)
RARE = ("ketamine IV", "hold 160/100", "60", "<11", "500", "<11", *NO)
NEVER = ("ketamine IV", "dose stopped", "60", "0", "500", "0", 0, 0, 0.007, 0, 0, 0.06)


def test_only_what_can_be_shown_somewhere_has_a_row_and_the_rest_is_named():
    table = safety_shares_table(shares(SEEN, FEW, RARE, NEVER), labels={"stop 180/105": "over it"})
    assert table.frame["label"].tolist() == ["Over it"]
    assert table.inline("Over it", "ketamine IV") == "20 of 500; 4.0 (2.0 to 7.0)"
    assert table.inline("Over it", "ketamine IM") == "— of 300"
    assert "In no session: Dose stopped." in table.notes
    assert "Hidden or 0 for every treatment: Hold 160/100." in table.notes
    assert table.suppression["cells"].tolist() == [3, 1]
    assert release(table).hidden == 1


def test_patients_and_sessions_stand_in_one_table():
    table = safety_shares_table(shares(SEEN), of=["sessions", "patients"])
    row = ("Patients, at least once", "Stop 180/105")
    assert table.inline(row, "ketamine IV") == "12 of 60; 20.0 (11.0 to 32.0)"
    with pytest.raises(DataError, match="sessions, patients"):
        safety_shares_table(shares(SEEN), of=["clinics"])


def test_nothing_to_show_is_refused_with_the_count_and_the_rule():
    with pytest.raises(DataError, match=r"of 2 measures none .* 1 to 10 are hidden"):
        safety_shares_table(shares(RARE, NEVER))


def test_a_treatment_that_cannot_be_judged_says_so():
    other = ("ketamine SL", "dose stopped", "50", "14", "90", "15", *([0.2] * 6))
    table = safety_shares_table(shares(SEEN, other))
    assert table.inline("Stop 180/105", "ketamine SL") == "not judged"


def levels(*measures):
    columns = ["patients", "sessions", "mean", "conf_low", "conf_high", "median", "worst_mean"]
    rows = [("ketamine IV", m, "60", "500", 12.04, 11.0, 13.0, 12.0, 25.06) for m in measures]
    return made(pd.DataFrame(rows, columns=["treatment", "measure", *columns]))


def test_levels_are_how_far_or_how_long():
    table = levels("systolic, peak change (mm[Hg])", "CADSS, peak", "CADSS, minutes to peak")
    far = safety_levels_table(table, about="how far")
    groups = ["Systolic pressure, peak change (mm Hg)", "CADSS, peak"]
    assert far.frame["group"].tolist() == groups
    assert far.inline((groups[0], "ketamine IV"), "Mean (95% CI)") == "12.0 (11.0 to 13.0)"
    assert any("Dissociative" in note for note in far.notes)
    long = safety_levels_table(table, about="how long")
    assert long.frame["group"].tolist() == ["CADSS, minutes to peak"]
    assert len(safety_levels_table(table).frame) == 3
    with pytest.raises(DataError, match="0 sessions"):
        safety_levels_table(levels("CADSS, minutes to peak"), about="how far")
    with pytest.raises(DataError, match="how far, how long"):
        safety_levels_table(table, about="all")


def test_thoughts_and_grave_events_are_as_the_results_show_them():
    thoughts = suicidality(network())
    table = suicidality_table(thoughts)
    assert table.frame["c1"].tolist() == thoughts.shown["n"].tolist()
    grave = events_of_interest(network())
    shown = events_of_interest_table(grave)
    assert shown.frame["c1"].tolist() == grave.shown["n"].tolist()
    assert shown.inline("Death", "% (95% CI)") == "—"
    assert release(shown).policy == RELEASE
    with pytest.raises(DataError, match="0 patients"):
        suicidality_table(made(thoughts.shown.iloc[:0]))


@pytest.mark.unit
def test_rows_whose_hidden_number_may_be_none_are_named():
    notes = events_of_interest_table(events_of_interest(network())).notes
    assert (
        "Suicide attempt; Mania or psychosis; Misuse: <11 may be none. That nobody had it is "
        "hidden as well."
    ) in notes


@pytest.mark.unit
def test_a_return_that_is_hidden_is_not_listed_among_what_is_rare():
    notes = safety_shares_table(safety_shares(session_safety(network()))).notes
    rare = next(note for note in notes if note.startswith("Hidden or 0"))
    back = next(note for note in notes if "MOAA/S back to 5" in note)
    assert "back" not in rare
    assert back.startswith("Hidden, which does not say that it was not seen")
