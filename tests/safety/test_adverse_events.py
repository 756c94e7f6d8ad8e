"""Adverse events per assessed session, events of interest, and intervals between doses."""

from __future__ import annotations

import functools
import json

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, Ledger, Policy, recording, release
from analysis.errors import ColumnError, DataError, DisclosureError, ModelError
from analysis.safety import (
    GRAVE_EVENTS,
    HARMS_OF_LONG_USE,
    EventGroup,
    adverse_event_rates,
    dose_intervals,
    events_of_interest,
)
from analysis.safety.grouped import members_of
from analysis.safety.shown import shown_statement
from analysis.synthetic import example_folder
from tests.safety.studies import EVENTS, network, session, study_of

unit, truth = pytest.mark.unit, pytest.mark.truth

nan = float("nan")


def small(*events: str):
    """Three patients; of p2 one session was not assessed."""
    sessions = [
        session("p1"), session("p1", 2), session("p1", 3), session("p2"),
        session("p2", 2, ae_assessed="false"), session("p3", route="IM"),
    ]  # fmt: skip
    return study_of(sessions, adverse_events=[EVENTS, *events])


FIVE = [
    "p1,1,1,0,nausea,1,false,true,recovered",
    "p1,2,1,0,nausea,3,true,,recovered",
    "p2,1,1,0,headache,1,false,false,recovered",
    "p2,2,2,3,nausea,1,false,true,recovered",  # nobody asked in this session
    "p3,1,,9,rash,1,false,true,recovered",  # of no session
]


def counts(table, measure, group="ketamine IV"):
    frame = table.tidy()
    row = frame[frame["measure"].eq(measure) & frame.iloc[:, 0].eq(group)]
    return row[["patients", "n", "sessions", "events"]].to_numpy().tolist()[0]


@unit
def test_events_by_hand():
    table = adverse_event_rates(small(*FIVE), policy=INTERNAL)
    assert counts(table, "any") == [2, 2, 4, 3]
    assert counts(table, "serious") == [2, 1, 4, 1]
    assert counts(table, "related") == [2, 1, 4, 1]  # not judged is not related
    assert counts(table, "grade 3 or more") == [2, 1, 4, 1]
    assert counts(table, "nausea") == [2, 1, 4, 2]
    assert counts(table, "headache") == [2, 1, 4, 1]
    assert counts(table, "any", "ketamine IM") == [1, 0, 1, 0]
    frame = table.tidy().set_index(["treatment", "measure"])
    assert frame.loc[("ketamine IV", "any"), "rate"] == 75.0
    assert frame.loc[("ketamine IV", "any"), "patient_estimate"] == 1.0
    none = frame.loc[("ketamine IM", "any")]
    assert (none["rate"], none["conf_low"]) == (0.0, 0.0)
    assert none["conf_high"] == pytest.approx(299.5732)  # -log(0.05) per session
    assert none["patient_conf_high"] == pytest.approx(0.95)
    assert table.notes[1:4] == (
        "Sessions that are not marked as assessed: 1.",
        "Events without a session number: 1.",
        "Events in a session that is absent or not marked as assessed: 1.",
    )
    assert "rash" not in set(table.tidy()["measure"])


@unit
def test_terms_are_in_order_of_frequency_and_can_be_left_out():
    named = adverse_event_rates(small(*FIVE), policy=INTERNAL).tidy()["measure"]
    assert list(dict.fromkeys(named)) == [
        "any", "serious", "related", "grade 3 or more", "nausea", "headache"
    ]  # fmt: skip
    pooled = adverse_event_rates(small(*FIVE)).tidy()["measure"]
    assert list(dict.fromkeys(pooled))[4:] == ["other terms"]  # each of fewer than 11 patients
    assert "syncope" not in set(rates().tidy()["measure"])
    assert adverse_event_rates(small(*FIVE), terms=False).tidy()["measure"].nunique() == 4


@unit
def test_what_is_not_computable_is_refused():
    study = small(*FIVE)
    bare = study_of([session("p1")])
    with pytest.raises(DataError, match=r"Not computable.*needs the table adverse_events"):
        adverse_event_rates(bare)
    study.tables["sessions"] = study.tables["sessions"].drop(columns="ae_assessed")
    with pytest.raises(DataError, match=r"Not computable.*needs ae_assessed in sessions"):
        adverse_event_rates(study)
    nobody = study_of([session("p1", ae_assessed="false")], adverse_events=[EVENTS, FIVE[0]])
    with pytest.raises(DataError, match="no session has ae_assessed"):
        adverse_event_rates(nobody)
    with pytest.raises(ColumnError):
        adverse_event_rates(small(*FIVE), by="subject_id")
    with pytest.raises(ModelError):
        adverse_event_rates(small(*FIVE), conf_level=2)


@functools.cache
def rates():
    return adverse_event_rates(network())


@truth
def test_planted_rates_are_within_their_limits():
    """True events per 100 sessions of each regimen, from 200,000 simulated patients."""
    answers = json.loads((example_folder("clinic-network") / "truth.json").read_text("utf-8"))
    planted = pd.DataFrame(answers["estimands"])
    planted = planted[
        planted["estimand"].eq("adverse events per 100 sessions")
        & planted["regime"].eq("as treated")
    ].set_index("regimen")["value"]
    found = rates().tidy().query("measure == 'any'").set_index("treatment")
    assert len(found) == 4
    inside = [
        row["conf_low"] <= planted[name] <= row["conf_high"] for name, row in found.iterrows()
    ]
    assert sum(inside) >= 3
    # one of four limits of 95 % may miss by chance, none of those of 99.9 %
    wide = adverse_event_rates(network(), conf_level=0.999, terms=False, policy=INTERNAL).tidy()
    wide = wide.query("measure == 'any'").set_index("treatment")
    for name, row in wide.iterrows():
        assert row["conf_low"] <= planted[name] <= row["conf_high"], name


@unit
def test_few_are_hidden_with_what_rests_on_them(tmp_path):
    shown = release(rates()).frame.set_index(["treatment", "measure"])
    serious = shown.loc[("esketamine IN", "serious")]
    assert serious[["n", "events"]].tolist()[0] == "<11"
    assert serious[["rate", "conf_high", "patient_conf_high"]].isna().all()
    zero = shown.loc[("ketamine IV", "serious")]
    assert (zero["n"], zero["events"]) == ("0", "0")
    assert zero["conf_high"] > 0
    assert "Events without a session number: <11." in rates().notes
    with pytest.raises(DisclosureError):
        release(rates().tidy())
    with recording(Ledger(release="1", path=tmp_path / "l.jsonl")):
        found = [
            adverse_event_rates(network(), terms=False),
            events_of_interest(network()),
            dose_intervals(network()),
        ]
        assert all(release(table).audit["protected"].all() for table in found)


@unit
def test_sessions_stand_where_only_the_exact_number_of_their_patients_is_hidden():
    who = pd.Series([f"p{i}" for i in range(30)])
    sets = {("patients", "all"): who, ("patients", "asked"): who[:27]}  # three were never asked
    for sessions, told in ((27 + 11, "38"), (27 + 10, "—")):
        frame = pd.DataFrame(
            {"measure": ["all", "asked"], "patients": [30, 27], "sessions": [90, sessions]}
        )
        shown = shown_statement(
            frame, named_by=["measure"], sums={"patients": (), "sessions": ()}, numbers={},
            about="", members=members_of(who, sets), policy=Policy(), standing=["sessions"],
        ).frame  # fmt: skip
        assert shown["patients"].tolist() == ["30", "—"]
        assert shown["sessions"].tolist() == ["90", told]


# --- Events of interest --------------------------------------------------------------------------


@unit
@pytest.mark.parametrize(
    ("term", "group"),
    [
        ("Suicide attempt", "suicide attempt"),
        ("suicidal behaviour", "suicide attempt"),
        ("Hypomania", "mania or psychosis"),
        ("acute psychosis", "mania or psychosis"),
        ("Cystitis", "urinary symptoms"),
        ("pain on urination", "urinary symptoms"),
        ("Memory impairment", "cognition"),
        ("Alanine aminotransferase increased", "liver enzymes"),
        ("ALT increased", "liver enzymes"),
        ("ketamine misuse", "misuse"),
        ("suicidal ideation", None),
        ("romantic", None),
        ("basalt exposure", None),
        ("fear of death", None),
    ],
)
def test_terms_belong_to_their_groups(term, group):
    found = [
        one.name
        for one in (*GRAVE_EVENTS, *HARMS_OF_LONG_USE)
        if one.matches(pd.Series([term, None], dtype="string")).tolist() == [True, False]
    ]
    assert found == ([group] if group else [])


@unit
def test_events_of_interest_by_hand():
    events = [
        "p1,1,,-5,cystitis,1,false,true,recovered",  # before the first session
        "p1,2,,30,cystitis,1,false,true,recovered",
        "p1,3,,60,dysuria,1,false,true,recovered",
        "p2,1,,50,stroke,5,true,false,fatal",
        "p3,1,,99,mania,2,true,true,recovered",
    ]
    table = events_of_interest(small(*events)).tidy().set_index("measure")
    assert table.loc["urinary symptoms", ["patients", "n", "events"]].tolist() == [3, 1, 2]
    assert table.loc["death", ["patients", "n", "events"]].tolist() == [3, 1, 1]
    assert table.loc["mania or psychosis", "n"] == 1
    assert table.loc["misuse", ["n", "events", "rate"]].tolist() == [0, 0, 0]
    # three patients from day 0 to 100: 303 days
    assert table["years"].tolist() == pytest.approx([303 / 365.25] * 7)
    assert table.loc["misuse", "conf_high"] == pytest.approx(100 * 2.995732 / (303 / 365.25))
    assert table.loc["urinary symptoms", "rate"] == pytest.approx(100 * 2 / (303 / 365.25))


@unit
def test_a_death_counts_once_whether_or_not_it_is_an_event():
    sessions = [session("p1"), session("p2")]
    events = [EVENTS, "p1,1,,50,stroke,5,true,false,fatal"]
    died = study_of(sessions, ends="died", adverse_events=events)
    table = events_of_interest(died).tidy().set_index("measure")
    assert table.loc["death", ["patients", "n", "events"]].tolist() == [2, 2, 2]


@unit
def test_maintenance_counts_from_its_first_session_on():
    sessions = [
        session("p1"), session("p1", 2, phase="maintenance", rel_day=40), session("p2"),
    ]  # fmt: skip
    events = [EVENTS, "p1,1,,39,cystitis,1,false,true,recovered",
              "p1,2,,40,cystitis,1,false,true,recovered"]  # fmt: skip
    study = study_of(sessions, adverse_events=events)
    table = events_of_interest(study, HARMS_OF_LONG_USE, population="maintenance").tidy()
    assert table.loc[0, ["measure", "patients", "n", "events"]].tolist() == [
        "urinary symptoms", 1, 1, 1
    ]  # fmt: skip
    assert table.loc[0, "years"] == pytest.approx(61 / 365.25)
    with pytest.raises(DataError, match="No patient has a session"):
        events_of_interest(small(*FIVE), population="maintenance")
    with pytest.raises(DataError, match="treated and maintenance"):
        events_of_interest(study, population="all")
    with pytest.raises(DataError, match="Not computable"):
        events_of_interest(study_of(sessions))


@unit
def test_own_groups_can_be_asked_for():
    falls = EventGroup(name="falls", words=("fall", "fell"))
    study = small("p1,1,,5,Fall at home,2,false,false,recovered")
    assert events_of_interest(study, [falls]).tidy()["n"].tolist() == [1]


# --- Intervals between doses ---------------------------------------------------------------------


def maintained(patient: str, days: list[int], **cells: object) -> list[str]:
    first = session(patient, 1)
    return [first, *(
        session(patient, k + 2, rel_day=day, phase="maintenance", **cells)
        for k, day in enumerate(days)
    )]  # fmt: skip


@unit
def test_shrinking_intervals_by_hand():
    sessions = [
        *maintained("p1", [30, 60, 90, 120, 140, 160, 180]),  # 30 to 20: a third
        *maintained("p2", [30, 60, 90, 120, 141, 162, 183]),  # 30 to 21: not quite
        *maintained("p3", [30, 60, 90, 100, 110, 120]),  # five intervals
        *maintained("p4", [30, 60, 90, 120, 150, 180, 210], route="IM"),
    ]
    table = dose_intervals(study_of(sessions, until=300), policy=INTERNAL).tidy()
    assert table[["treatment", "patients", "n"]].to_numpy().tolist() == [
        ["ketamine IM", 1, 0], ["ketamine IV", 2, 1]
    ]  # fmt: skip
    assert table["first_days"].tolist() == [30, 30]
    assert table["last_days"].tolist() == [30, 20.5]
    stricter = dose_intervals(study_of(sessions, until=300), shorter_by=0.4).tidy()
    assert stricter["n"].tolist() == [0, 0]
    halved = maintained("p5", [40, 80, 120, 160, 180, 200, 220])
    exactly = dose_intervals(study_of(halved, until=300), shorter_by=0.5, policy=INTERNAL)
    assert exactly.tidy()["n"].tolist() == [1]
    for share in (0.0, 1.0):
        with pytest.raises(DataError, match="between 0 and 1"):
            dose_intervals(study_of(sessions, until=300), shorter_by=share)


@unit
def test_nobody_with_enough_intervals_is_an_empty_table():
    table = dose_intervals(study_of([session("p1")]))
    assert table.tidy().empty
    assert release(table).frame.empty


@unit
def test_rates_use_the_sessions_that_were_assessed_only():
    frame = rates().tidy()
    sessions = network().tables["sessions"]
    assessed = sessions[sessions["ae_assessed"].fillna(value=False)]
    assert frame.query("measure == 'any'")["sessions"].sum() == len(assessed) == 4933
    assert np.isfinite(frame[["rate", "conf_low", "conf_high"]]).all(axis=None)
