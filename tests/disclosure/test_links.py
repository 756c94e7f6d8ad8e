"""Counts of tables about different things, linked by the patients who are behind them."""

from __future__ import annotations

import itertools
import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from analysis.disclosure import (
    MEMBERS,
    Ledger,
    Members,
    recording,
    suppress_cells,
    suppress_counts,
    suppress_flow,
    suppress_risk_table,
    units_of,
)
from analysis.disclosure.links import families, group_links, nested_links
from analysis.disclosure.members import completed_sets
from analysis.errors import DisclosureError
from analysis.tables import baseline_table

unit, identity, truth = pytest.mark.unit, pytest.mark.identity, pytest.mark.truth

IDS = pd.Series([f"patient-{k}" for k in range(200)])


def some(start: int, stop: int) -> np.ndarray:
    """Take the patients from one place to another."""
    return (np.arange(200) >= start) & (np.arange(200) < stop)


def shown(ledger, sets, about, sums=(), **options):
    """Show the numbers of patients in some sets."""
    counts = {name: int(inside.sum()) for name, inside in sets.items()}
    with recording(ledger):
        hidden = suppress_cells(counts, sums, about=about, members=Members(IDS, sets), **options)
    return dict(hidden.text)


ROUTES = {("n", "IV"): some(0, 40), ("n", "IM"): some(40, 70), ("n", "oral"): some(70, 75)}


# --- What one table says about another -----------------------------------------------------------


@unit
def test_a_total_in_another_table_does_not_give_a_small_group_away() -> None:
    ledger = Ledger(release="1")
    assert list(shown(ledger, ROUTES, "routes").values()) == ["40", "30", "<11"]
    # 75 - 40 - 30 = 5
    assert shown(ledger, {"treated": some(0, 75)}, "flow") == {"treated": "—"}


@unit
def test_without_members_the_tables_are_not_linked() -> None:
    ledger = Ledger(release="1")
    with recording(ledger):
        for name, n in {"IV": 40, "IM": 30, "oral": 5}.items():
            suppress_cells({("n", name): n}, about="routes")
        assert suppress_cells({"treated": 75}, about="flow").text == {"treated": "75"}


@unit
def test_groups_after_a_total_are_hidden_too() -> None:
    ledger = Ledger(release="1")
    assert shown(ledger, {"treated": some(0, 75)}, "flow") == {"treated": "75"}
    later = shown(ledger, ROUTES, "routes")
    assert later[("n", "oral")] == "<11"
    assert "—" in later.values()


@unit
def test_what_one_table_hides_no_other_shows() -> None:
    ledger = Ledger(release="1")
    sums = [("all", ["a", "b", "c"])]
    sets = {"all": some(0, 100), "a": some(0, 4), "b": some(4, 34), "c": some(34, 100)}
    assert shown(ledger, sets, "one", sums) == {"all": "100", "a": "<11", "b": "—", "c": "66"}
    assert shown(ledger, {"same": some(4, 34)}, "other") == {"same": "—"}
    assert shown(ledger, {"same": some(34, 100)}, "third") == {"same": "66"}


@unit
def test_a_table_of_a_few_patients_fewer_does_not_tell_these() -> None:
    ledger = Ledger(release="1")
    assert shown(ledger, {"consented": some(0, 95)}, "one") == {"consented": "95"}
    assert shown(ledger, {"treated": some(0, 100)}, "other") == {"treated": "—"}
    assert shown(ledger, {"registered": some(0, 106)}, "third") == {"registered": "106"}


@unit
def test_two_tables_of_one_kind_do_not_tell_those_who_are_in_one_only() -> None:
    ledger = Ledger(release="1")
    sums = [("all", ["women", "men"])]
    women = {"all": some(0, 150), "women": some(0, 60), "men": some(60, 150)}
    assert set(shown(ledger, women, "sex", sums).values()) == {"150", "60", "90"}
    few = {"all": some(3, 150), "women": some(3, 60), "men": some(60, 150)}  # 3 women left out
    later = shown(ledger, few, "sex", sums)
    assert later["men"] == "90"
    assert later["women"] == later["all"] == "—"


@unit
def test_a_set_that_lies_in_another_by_chance_is_no_secret() -> None:
    ledger = Ledger(release="1")
    sums = [("all", ["yes", "no"])]
    first = {"all": some(0, 200), "yes": some(0, 40), "no": some(40, 200)}
    shown(ledger, first, "smokers", sums)
    second = {"all": some(0, 200), "yes": some(0, 45), "no": some(45, 200)}
    assert shown(ledger, second, "drivers", sums) == {"all": "200", "yes": "45", "no": "155"}


@unit
def test_a_total_may_be_the_patients_of_one_of_its_parts() -> None:
    ledger = Ledger(release="1")
    sums = [("all", ["with", "without"]), ("with", ["a", "b"])]
    sets = {
        "all": some(0, 45), "with": some(0, 45), "without": some(0, 0),
        "a": some(0, 40), "b": some(40, 45),
    }  # fmt: skip
    first = {"all": "45", "with": "45", "without": "0", "a": "—", "b": "<11"}
    assert shown(ledger, sets, "one", sums) == first
    # nothing in doubt is contradicted, so that no more is hidden than needed
    more = {"x": some(0, 45), "y": some(50, 100), "both": some(0, 45) | some(50, 100)}
    later = shown(ledger, more, "other", [("both", ["x", "y"])])
    assert later == {"x": "45", "y": "50", "both": "95"}


# --- Earlier releases ----------------------------------------------------------------------------


@unit
def test_an_earlier_release_is_remembered_under_another_name() -> None:
    first = Ledger(release="1")
    sums = [("all", ["a", "b", "c"])]
    sets = {"all": some(0, 100), "a": some(0, 4), "b": some(4, 34), "c": some(34, 100)}
    shown(first, sets, "one", sums)
    second = Ledger(release="2", records=list(first.records))
    assert shown(second, {"x": some(4, 34)}, "other") == {"x": "—"}
    assert shown(second, {"y": some(34, 100)}, "third") == {"y": "66"}


@unit
def test_sums_of_earlier_tables_about_something_else_count() -> None:
    first = Ledger(release="1")
    sets = {"all": some(0, 100), "a": some(0, 4), "b": some(4, 34), "c": some(34, 100)}
    assert shown(first, sets, "one", [("all", ["a", "b", "c"])])["b"] == "—"
    second = Ledger(release="2", records=list(first.records))
    # who is in b, of the table before, is made of these two
    halves = shown(second, {"x": some(4, 17), "y": some(17, 34)}, "other")
    assert halves == {"x": "—", "y": "17"}


@unit
def test_the_same_patients_are_known_again_when_others_have_come() -> None:
    first = Ledger(release="1")
    shown(first, {"treated": some(0, 60)}, "flow")
    second = Ledger(release="2", records=list(first.records))
    ids = pd.Series([f"patient-{k}" for k in range(199, -1, -1)])  # in another order
    with recording(second):
        text = suppress_cells(
            {"all": 63}, about="table", members=Members(ids, {"all": some(137, 200)})
        ).text
    assert text == {"all": "—"}  # 60 of them were told in the month before
    assert second.records[-1].members['"all"'] & first.records[0].members['"treated"'] == 2**60 - 1


@unit
def test_columns_are_known_again_when_a_group_is_new() -> None:
    def cohort(**sizes):
        routes = [name for name, n in sizes.items() for _ in range(n)]
        ids = [f"{name}{k}" for name, n in sizes.items() for k in range(n)]
        return pd.DataFrame({"subject_id": ids, "route": routes, "sex": "f"})

    ledger = Ledger(release="1")
    with recording(ledger):
        before = baseline_table(cohort(A=40, C=50), ["sex"], by="route")
    with recording(Ledger(release="2", records=list(ledger.records))):
        after = baseline_table(cohort(A=40, B=30, C=53), ["sex", "route"], by="route")
    assert before.denominators["n"].tolist() == ["40", "50", "90"]
    assert after.denominators["n"].tolist()[2] == "—"  # 3 more than 50


@unit
def test_another_table_of_a_kind_may_come_first_in_the_next_release() -> None:
    first = Ledger(release="1")
    shown(first, {"n": some(0, 150)}, "scores")
    shown(first, {"n": some(0, 90)}, "scores")
    second = Ledger(release="2", records=list(first.records))
    assert shown(second, {"n": some(0, 93)}, "scores") == {"n": "—"}


@unit
def test_reasons_that_were_merged_are_held_against_the_next_release() -> None:
    def flow(a: int, b: int) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "step": ["Treated", "Treated", "Scored"],
                "n": [200, 200, 200 - a - b],
                "reason": ["A", "B", ""],
                "n_excluded": [a, b, 0],
            }
        )

    ledger = Ledger(release="1")
    with recording(ledger):
        assert suppress_flow(flow(5, 40))["n_excluded"].tolist() == ["45", "0"]
    with recording(Ledger(release="2", records=list(ledger.records))):
        later = suppress_flow(flow(12, 41))
    assert "—" in later["n_excluded"].tolist()  # 53 are 8 more than 45


@unit
def test_patients_who_count_twice_do_not_spoil_the_ledger(tmp_path: Path) -> None:
    path = tmp_path / "releases.jsonl"
    rows = pd.DataFrame({"subject_id": ["a", *[f"b{k}" for k in range(39)]], "sex": "f"})
    with recording(Ledger(release="1", path=path)):
        baseline_table(pd.concat([rows, rows.iloc[:1]]), ["sex"])
    assert len(Ledger(release="2", path=path).records) == 1


@unit
def test_nothing_to_show_is_no_error() -> None:
    hidden = suppress_cells({}, about="nobody")
    assert hidden.text == {}
    assert hidden.audit().empty


# --- The file ------------------------------------------------------------------------------------


@unit
def test_the_file_holds_no_id_and_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "releases.jsonl"
    shown(Ledger(release="1", path=path), ROUTES, "routes")
    text = path.read_text(encoding="utf-8")
    assert "patient-" not in text
    assert len(json.loads(text)["patients"]) == 200
    again = Ledger(release="1", path=path)
    assert shown(again, {"treated": some(0, 75)}, "flow") == {"treated": "—"}
    assert '"patients"' not in path.read_text(encoding="utf-8").splitlines()[1]


@unit
def test_a_table_shown_twice_is_noted_once(tmp_path: Path) -> None:
    ledger = Ledger(release="1", path=tmp_path / "releases.jsonl")
    first = shown(ledger, ROUTES, "routes")
    assert shown(ledger, ROUTES, "routes") == first
    assert len(ledger.records) == 1


@unit
@pytest.mark.parametrize("bits", ["ff", "-1f", "zz", "1" + "0" * 60])
def test_members_that_do_not_fit_their_count_are_refused(tmp_path: Path, bits: str) -> None:
    path = tmp_path / "releases.jsonl"
    shown(Ledger(release="1", path=path), {"a": some(0, 20)}, "one")
    line = json.loads(path.read_text(encoding="utf-8"))
    line["members"] = {bits: next(iter(line["members"].values()))}
    path.write_text(json.dumps(line) + "\n", encoding="utf-8")
    with pytest.raises(DisclosureError, match="Line 1 of the ledger"):
        Ledger(release="2", path=path)


# --- Members -------------------------------------------------------------------------------------


@unit
def test_members_go_with_the_frame_and_tell_nothing(tmp_path: Path) -> None:
    frame = pd.DataFrame({"n": [20]})
    members = Members(IDS, {"n": some(0, 20)})
    frame.attrs[MEMBERS] = members
    assert Members.of(frame.assign(more=1).copy()) is members
    told = [repr(frame.attrs), str(members), json.dumps(frame.attrs), frame.to_html()]
    assert not any("patient-" in text for text in told)
    assert b"patient-" not in pickle.dumps(frame)
    frame.to_parquet(tmp_path / "frame.parquet")
    assert b"patient-" not in (tmp_path / "frame.parquet").read_bytes()
    assert Members.of(pd.read_parquet(tmp_path / "frame.parquet")) is None


@unit
def test_frames_of_different_patients_lose_them_when_put_together() -> None:
    one, other = pd.DataFrame({"n": [20]}), pd.DataFrame({"n": [20]})
    one.attrs[MEMBERS] = Members(IDS, {"n": some(0, 20)})
    other.attrs[MEMBERS] = Members(IDS, {"n": some(20, 40)})
    assert Members.of(pd.concat([one, other])) is None


@unit
def test_sets_follow_from_sums_and_must_fit_their_counts() -> None:
    sums = [("all", ["a", "b"]), ("b", ["c", "d"])]
    counts = {"all": 100, "a": 60, "b": 40, "c": 10, "d": 30}
    found = completed_sets({"all": some(0, 100), "a": some(0, 60), "c": some(60, 70)}, counts, sums)
    assert {name: int(inside.sum()) for name, inside in found.items()} == counts
    assert (found["d"] == some(70, 100)).all()
    wrong = completed_sets({"all": some(0, 99), "a": some(0, 60)}, counts, sums)
    assert set(wrong) == {"a"}


@unit
def test_a_later_course_is_not_the_patient() -> None:
    rows = pd.DataFrame({"subject_id": ["a", "a", "b"], "course": [1, 2, 3]})
    assert units_of(rows).tolist() == ["a", "a, course 2", "b, course 3"]


# --- Links ---------------------------------------------------------------------------------------


@unit
def test_families_share_nobody_and_leave_out_their_total() -> None:
    names = {'["n", "a", "x"]': 1, '["n", "b", "x"]': 6, '["n", "all", "x"]': 7, '["m", "a"]': 1}
    assert families(names) == [(1, 6)]
    overlapping = {'["any", "a"]': 0b011, '["any", "b"]': 0b110}
    assert families(overlapping) == []


@unit
def test_groups_and_measures_in_one_name_are_told_apart() -> None:
    names = ['["n", "now / remission"]', '["n", "before / remission"]',
             '["n", "now / response"]', '["n", "before / response"]']  # fmt: skip
    found = families(dict(zip(names, (0b0001, 0b0110, 0b1001, 0b0111 << 4), strict=True)))
    assert (0b0001, 0b0110) in found
    assert (0b1001, 0b0111 << 4) in found


def page(ledger, having, among, sensitive):
    """Show how many of some patients have what a row asks, as a first page does."""
    sets, sums = {}, []
    for row, inside in having.items():
        everybody = among[row.split(" / ")[0]]
        parts = {("n", row): inside, ("without", row): everybody & ~inside}
        sets |= {("patients", row): everybody, **parts}
        sums.append((("patients", row), list(parts)))
    unseen = [name for name in sets if name[0] == "without"]
    delicate = [name for name in sets if "item 9" in name[1] and name[0] != "patients"]
    return shown(
        ledger, sets, "page", sums, not_shown=unseen, sensitive=delicate if sensitive else ()
    )


PERIODS = {
    "now / item 9": some(0, 9),
    "now / response": some(5, 40),
    "before / item 9": some(100, 119),
    "before / response": some(110, 150),
}
WHOLE = {
    f"now / {name}": PERIODS[f"now / {name}"] | PERIODS[f"before / {name}"]
    for name in ("item 9", "response")
}


@unit
@pytest.mark.parametrize("sensitive", [False, True])
@pytest.mark.parametrize("later", ["1", "2"])
@pytest.mark.parametrize("whole_first", [False, True])
def test_two_periods_and_both_together_do_not_give_a_small_count_away(
    sensitive, later, whole_first
) -> None:
    asked = [
        (PERIODS, {"now": some(0, 100), "before": some(100, 200)}),
        (WHOLE, {"now": some(0, 200)}),
    ]
    ledger, told = Ledger(release="1"), {}
    for place in (1, 0) if whole_first else (0, 1):
        told[place] = page(ledger, *asked[place], sensitive)
        ledger = ledger if later == "1" else Ledger(release="2", records=ledger.records)
    periods, whole = told[0], told[1]
    assert periods["n", "now / item 9"] in ("<11", "—")
    # 28 - 19 = 9
    assert (whole["n", "now / item 9"], periods["n", "before / item 9"]) != ("28", "19")
    assert periods["n", "before / response"] == "40"
    assert whole["n", "now / response"] == "75"


@unit
def test_nested_sets_are_linked_where_few_are_left() -> None:
    big = 2**50 - 1
    assert nested_links([big], [big >> 3, big >> 11, big], 11) == [
        ((big,), (big >> 3, big ^ (big >> 3)))
    ]
    assert nested_links([], [big], 11) == []


@identity
def test_links_hold_for_the_counts() -> None:
    rng = np.random.default_rng(7)
    for _ in range(30):
        who = rng.integers(0, 4, 60)
        groups = [int("".join("1" if k == g else "0" for k in who), 2) for g in range(4)]
        one_more = groups[0] | groups[1] | (groups[2] & -groups[2])
        totals = [groups[0] | groups[1], one_more, 2**60 - 1, 2**59 - 1]
        links = group_links([groups], totals, 11)
        assert {len(whole) for whole, _ in links} == {1, 4}
        assert [len(parts) for whole, parts in links if len(whole) == 1][:3] == [2, 3, 4]
        for whole, parts in links:
            assert sum(b.bit_count() for b in whole) == sum(b.bit_count() for b in parts)


# --- An attacker with all tables -----------------------------------------------------------------


def network(seed: int) -> pd.DataFrame:
    """Invent the patients of a small network."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "subject_id": [f"p{k}" for k in range(170)],
            "site": rng.choice(["A", "B", "C"], 170, p=[0.5, 0.42, 0.08]),
            "route": rng.choice(["IV", "IM", "oral"], 170, p=[0.6, 0.34, 0.06]),
            "sex": rng.choice(["f", "m"], 170, p=[0.6, 0.4]),
            "scored": rng.random(170) < 0.9,
        }
    )


def show_tables(patients: pd.DataFrame, *, linked: bool) -> None:
    """Show four tables about different things; nobody gives a total twice."""

    def members(sets):
        return Members(patients["subject_id"], sets) if linked else None

    scored = patients["scored"]
    flow = pd.DataFrame(
        {
            "step": ["Treated", "Scored"],
            "n": [len(patients), int(scored.sum())],
            "reason": ["no score", ""],
            "n_excluded": [int((~scored).sum()), 0],
        }
    )
    flow.attrs[MEMBERS] = members({("n", "Treated"): scored | True, ("n", "Scored"): scored})
    suppress_flow(flow)
    for row, column in (("route", "site"), ("sex", "route"), ("sex", "site")):
        table = pd.crosstab(patients[row], patients[column])
        sets = {
            (r, c): patients[row].eq(r) & patients[column].eq(c)
            for r in table.index
            for c in table.columns
        }
        about = f"{row} by {column}"
        suppress_counts(table, column_totals=row == "sex", about=about, members=members(sets))
    followed = pd.DataFrame(
        {"unit": patients["subject_id"], "route": patients["route"], "entry": 0.0, "time": 9.0}
    )
    risk = followed.groupby("route").size().rename("n_risk").reset_index().assign(time=0.0)
    suppress_risk_table(risk, by="route", followed=followed if linked else None)


def small_counts_pinned_down(ledger: Ledger, patients: pd.DataFrame) -> int:
    """Attack all that was printed, by linear programmes over every kind of patient."""
    columns = ["site", "route", "sex", "scored"]
    kinds = pd.DataFrame(
        itertools.product(*(patients[name].unique() for name in columns)), columns=columns
    )
    fixed, bounds, small = [], [], []
    for (about, name), (text, n) in printed(ledger).items():
        weights = meant(about, name, kinds).astype(float)
        if text == f"{n:,d}":
            fixed.append(weights)
            bounds.append(n)
        elif 0 < n < 11:
            small.append(weights)
    found = [
        -linprog(-each, A_eq=np.array(fixed), b_eq=bounds, bounds=(0, None)).fun for each in small
    ]
    return sum(most < 11 - 1e-6 for most in found)


def printed(ledger):
    """List what was printed for each count, and the count."""
    return {
        (record.about, tuple(flat(json.loads(name)))): (record.shown[name], n)
        for record in ledger.records
        for name, n in record.counts.items()
        if name not in record.not_shown
    }


def flat(name):
    """Give the parts of a name, those of nested names on one level."""
    return [part for each in name for part in (each if isinstance(each, list) else [each])]


def meant(about: str, name: tuple, patients: pd.DataFrame) -> np.ndarray:
    """Say whom a count of a table means."""
    if about == "flow of patients":
        return {
            "Treated": np.ones(len(patients), dtype=bool),
            "Scored": patients["scored"].to_numpy(),
            "no score": ~patients["scored"].to_numpy(),
            "": np.zeros(len(patients), dtype=bool),
        }[name[-1]]
    if about.startswith("numbers at risk"):
        return patients["route"].eq(name[0]).to_numpy()
    row, column = about.split(" by ")
    in_row = patients[row].eq(name[0]) | (name[0] == "Total")
    return (in_row & (patients[column].eq(name[1]) | (name[1] == "Total"))).to_numpy()


@truth
def test_an_attacker_with_all_tables_of_a_release_pins_down_no_small_count() -> None:
    pinned = {False: 0, True: 0}
    for seed in range(12):
        patients = network(seed)
        for linked in pinned:
            ledger = Ledger(release="1")
            with recording(ledger):
                show_tables(patients, linked=linked)
            pinned[linked] += small_counts_pinned_down(ledger, patients)
    assert pinned[True] == 0
    assert pinned[False] > 5  # each table alone is protected, all together are not
