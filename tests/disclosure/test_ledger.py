"""What was released before is known: months, tables of one release, and the file of the ledger."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import (
    INTERNAL,
    Ledger,
    recording,
    suppress_cells,
    suppress_counts,
    suppress_risk_table,
)
from analysis.disclosure.attack import attack_bounds
from analysis.disclosure.cells import EARLIER
from analysis.disclosure.ledger import LEDGER_VARIABLE, current_ledger
from analysis.disclosure.record import Record
from analysis.errors import DisclosureError

unit, identity, truth = pytest.mark.unit, pytest.mark.identity, pytest.mark.truth


def next_release(ledger: Ledger, release: str) -> Ledger:
    """Go on to the next release of the same study."""
    return Ledger(release=release, records=list(ledger.records))


def released(ledger: Ledger, counts: dict[str, int], about: str = "patients") -> dict[str, str]:
    """Release clinics with their total."""
    cells = {**counts, "all": sum(counts.values())}
    with recording(ledger):
        return dict(suppress_cells(cells, [("all", list(counts))], about=about).text)


@unit
def test_the_first_release_hides_what_a_table_hides_alone() -> None:
    counts = {"a": 4, "b": 30, "c": 60}
    alone = suppress_cells({**counts, "all": 94}, [("all", list(counts))]).text
    assert released(Ledger(release="1"), counts) == alone


@unit
def test_a_few_new_patients_are_not_told_by_subtraction() -> None:
    january = Ledger(release="1")
    assert released(january, {"a": 40, "b": 60}) == {"a": "40", "b": "60", "all": "100"}
    february = released(next_release(january, "2"), {"a": 43, "b": 60})
    # 43 - 40 = 3; b is as it was, and with it the total would tell a
    assert february["a"] == "—"
    assert "—" in {february["b"], february["all"]}
    without = suppress_cells({"a": 43, "b": 60, "all": 103}, [("all", ["a", "b"])]).text
    assert without["a"] == "43"  # unprotected, the same table tells the three


@unit
def test_eleven_new_patients_may_be_told() -> None:
    january = Ledger(release="1")
    released(january, {"a": 40, "b": 60})
    assert released(next_release(january, "2"), {"a": 51, "b": 71})["a"] == "51"


@unit
def test_the_months_between_do_not_matter_when_they_were_hidden() -> None:
    ledger, texts = Ledger(release="0"), []
    for month, n in enumerate([40, 43, 46, 49, 51, 52, 61, 62]):
        ledger = next_release(ledger, str(month))
        with recording(ledger):
            texts.append(suppress_cells({"a": n}, about="patients").text["a"])
    assert texts == ["40", "—", "—", "—", "51", "—", "—", "62"]


@unit
def test_counts_that_fall_are_protected_too() -> None:
    january = Ledger(release="1")
    released(january, {"a": 40, "b": 60})
    assert released(next_release(january, "2"), {"a": 37, "b": 90})["a"] == "—"


@unit
def test_counts_that_stay_may_be_told_again() -> None:
    january = Ledger(release="1")
    released(january, {"a": 40, "b": 60})
    again = released(next_release(january, "2"), {"a": 40, "b": 60})
    assert again == {"a": "40", "b": "60", "all": "100"}


@unit
def test_a_second_table_of_a_release_does_not_tell_what_the_first_hides() -> None:
    ledger = Ledger(release="1")
    first = released(ledger, {"a": 4, "b": 30, "c": 60})
    assert first == {"a": "<11", "b": "—", "c": "60", "all": "94"}
    with recording(ledger):  # b alone would be shown; beside the first table it tells a
        second = suppress_cells({"b": 30, "c": 60}, about="patients").text
    assert second == {"b": "—", "c": "60"}
    with recording(ledger):
        third = suppress_cells({"a": 4, "b": 30, "c": 60, "all": 94},
                               [("all", ["a", "b", "c"])], about="patients").text  # fmt: skip
    assert third == first


@unit
def test_other_counts_of_the_same_name_in_one_release_are_other_counts() -> None:
    ledger = Ledger(release="1")
    released(ledger, {"a": 40, "b": 60})
    assert released(ledger, {"a": 43, "b": 61})["a"] == "43"  # another visit, other patients
    assert [record.about for record in ledger.records] == ["patients", "patients (2)"]
    later = next_release(ledger, "2")
    released(later, {"a": 40, "b": 60})
    assert released(later, {"a": 44, "b": 61})["a"] == "—"  # against 43


@unit
def test_two_tables_of_one_release_that_share_counts_are_known_together() -> None:
    january = Ledger(release="1")
    with recording(january):
        suppress_cells({"a": 40, "b": 60, "all": 100}, [("all", ["a", "b"])], about="patients")
        suppress_cells({"a": 40, "c": 30, "rest": 10}, [("a", ["c", "rest"])], about="patients")
    february = next_release(january, "2")
    with recording(february):
        later = suppress_cells({"a": 43, "c": 45, "b": 80}, about="patients")
    assert later.text == {"a": "—", "c": "45", "b": "80"}
    assert later.audit()["protected"].all()


@unit
def test_without_a_name_or_for_the_internal_audience_nothing_is_noted() -> None:
    ledger = Ledger(release="1")
    with recording(ledger):
        suppress_cells({"a": 40})
        suppress_cells({"a": 40}, about="patients", policy=INTERNAL)
    assert ledger.to_frame().empty
    assert current_ledger() is None


@unit
def test_differences_are_audited_and_the_audit_names_them() -> None:
    january = Ledger(release="1")
    released(january, {"a": 40, "b": 60})
    with recording(next_release(january, "2")):
        cells = {"a": 43, "b": 90, "all": 133}
        audit = suppress_cells(cells, [("all", ["a", "b"])], about="patients").audit()
        table = suppress_counts(
            pd.DataFrame({"n": [4, 25, 60]}), column_totals=True, about="routes"
        ).audit()
    assert audit["cell"].tolist() == [EARLIER]
    assert audit["protected"].all()
    assert (audit["high"] >= 11).all()
    assert table["row"].tolist() == [0]


@unit
def test_numbers_at_risk_are_protected_from_month_to_month() -> None:
    risk = pd.DataFrame({"time": [0, 28, 56], "n_risk": [90, 60, 40]})
    january = Ledger(release="1")
    with recording(january):
        assert suppress_risk_table(risk)["n_risk"].tolist() == ["90", "60", "40"]
    later = risk.assign(n_risk=[94, 75, 40])
    with recording(next_release(january, "2")):
        assert suppress_risk_table(later)["n_risk"].tolist() == ["—", "75", "40"]


def random_release(rng: np.random.Generator, before: dict[str, int] | None) -> dict[str, int]:
    """Draw clinics by route that grow from month to month."""
    names = [f"{clinic}{route}" for clinic in "ABCD" for route in "xyz"]
    if before is None:
        return {name: int(rng.poisson(rng.gamma(0.8, 25))) for name in names}
    return {name: n + int(rng.poisson(4)) for name, n in before.items()}


def table_of(counts: dict[str, int]) -> tuple[dict[str, int], list[tuple[str, list[str]]]]:
    """Add both margins and the total."""
    cells, sums = dict(counts), []
    for position, keys in ((0, "ABCD"), (1, "xyz")):
        for key in keys:
            parts = [name for name in counts if name[position] == key]
            cells[key] = sum(counts[name] for name in parts)
            sums.append((key, parts))
        cells["all"] = sum(counts.values())
        sums.append(("all", list(keys)))
    return cells, sums


@truth
@pytest.mark.parametrize("seed", range(8))
def test_an_attacker_with_all_releases_pins_down_no_small_count_and_no_small_change(
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    ledger, counts = Ledger(release="0"), None
    for month in range(6):
        ledger = next_release(ledger, str(month))
        counts = random_release(rng, counts)
        cells, sums = table_of(counts)
        with recording(ledger):
            suppress_cells(cells, sums, about="patients")
    assert_nothing_is_pinned_down(ledger)


def assert_nothing_is_pinned_down(ledger: Ledger) -> None:
    """Attack all releases at once with a system written down anew, differences and all."""
    position: dict[tuple[str, str], int] = {}
    values: list[int] = []
    hidden: list[bool] = []

    def place(name: tuple[str, str], count: int, *, is_hidden: bool) -> int:
        if name not in position:
            position[name] = len(values)
            values.append(count)
            hidden.append(is_hidden)
        return position[name]

    equations = []
    for record in ledger.records:
        for name, n in record.counts.items():
            place((record.release, name), n, is_hidden=record.shown[name] != f"{n:,d}")
        for total, parts in record.sums:
            row = {position[record.release, part]: 1 for part in parts}
            equations.append({**row, position[record.release, total]: -1})
    for one, other in itertools.combinations(ledger.records, 2):  # not only neighbours
        for name, n in one.counts.items():
            change = other.counts[name] - n
            new = place((f"{one.release} to {other.release}", name), change, is_hidden=True)
            equations.append(
                {position[one.release, name]: 1, new: 1, position[other.release, name]: -1}
            )
    lines = np.zeros((len(equations), len(values)), dtype=np.int64)
    for row, equation in enumerate(equations):
        for cell, sign in equation.items():
            lines[row, cell] = sign
    counts, mask = np.array(values), np.array(hidden)
    assert (lines @ counts == 0).all()
    system = attackable(counts, lines)
    small = mask & (counts > 0) & (counts < 11)
    assert small.sum() > 20
    assert not (~mask & (counts > 0) & (counts < 11)).any()
    _, high = attack_bounds(system, mask, np.flatnonzero(small))
    assert (high >= 11).all()


def attackable(counts, lines):
    """Put counts and sums into what the attacker reads."""
    from analysis.disclosure.attack import CountSystem

    none = np.zeros(len(counts), dtype=bool)
    return CountSystem(counts=counts, lines=lines, not_shown=none, cost=counts.astype(float))


# --- The file ------------------------------------------------------------------------------------


@unit
def test_the_file_is_appended_to_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "local" / "releases.jsonl"
    released(Ledger(release="1", path=path), {"a": 40, "b": 60})
    first = path.read_text(encoding="utf-8")
    released(Ledger(release="2", path=path), {"a": 43, "b": 80}, about="patients")
    both = path.read_text(encoding="utf-8")
    assert both.startswith(first)
    assert both.count("\n") == 2
    again = Ledger(release="3", path=path)
    assert again.to_frame().to_dict("list") == {
        "release": ["1", "2"], "about": ["patients"] * 2, "counts": [3, 3], "hidden": [0, 2],
    }  # fmt: skip


@unit
def test_the_same_table_twice_is_noted_once(tmp_path: Path) -> None:
    ledger = Ledger(release="1", path=tmp_path / "releases.jsonl")
    released(ledger, {"a": 40, "b": 60})
    released(ledger, {"a": 40, "b": 60})
    assert len(ledger.records) == 1


@unit
@pytest.mark.parametrize("change", ["count", "line", "order", "junk"])
def test_a_changed_ledger_is_refused(tmp_path: Path, change: str) -> None:
    path = tmp_path / "releases.jsonl"
    for release in "123":
        released(Ledger(release=release, path=path), {"a": 40 + 20 * int(release), "b": 60})
    lines = path.read_text(encoding="utf-8").splitlines()
    changed = {
        "count": [lines[0].replace("60", "61"), *lines[1:]],
        "line": [lines[0], lines[2]],
        "order": [lines[1], lines[0], lines[2]],
        "junk": [lines[0], "{}", lines[2]],
    }[change]
    path.write_text("\n".join(changed) + "\n", encoding="utf-8")
    with pytest.raises(DisclosureError, match="ledger of releases") as refused:
        Ledger(release="4", path=path)
    assert "61" not in str(refused.value)


@unit
def test_a_release_needs_a_label() -> None:
    with pytest.raises(DisclosureError, match="label"):
        Ledger(release="")


@unit
def test_a_notebook_finds_the_ledger_of_the_report(tmp_path: Path) -> None:
    path = tmp_path / "releases.jsonl"
    code = (
        "from analysis.disclosure import suppress_cells\n"
        "print(suppress_cells({'a': 40}, about='patients').text['a'])\n"
    )
    for release, shown in (("1", "40"), ("1", "40"), ("2", "40")):
        environment = {**os.environ, LEDGER_VARIABLE: f"{release}|{path}"}
        made = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert made.stdout.strip() == shown
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [record["release"] for record in records] == ["1", "2"]


@unit
def test_records_are_the_same_when_read_back() -> None:
    record = Record(
        release="1", about="x", counts={"a": 1}, shown={"a": "<11"}, sums=(("a", ("b",)),),
        not_shown=("b",),
    )  # fmt: skip
    assert json.loads(record.line("0"))["sums"] == [["a", ["b"]]]


NAMES = ["plain", "line\u2028separator", "next\x85line", "\x1cfile", "\r\n"]


@unit
@pytest.mark.parametrize("name", NAMES)
def test_names_with_marks_that_end_a_line_are_read_again(tmp_path: Path, name: str) -> None:
    path = tmp_path / "local" / "ledger.jsonl"
    with recording(Ledger(release="1", path=path)):
        suppress_cells({name: 40}, about=name)
    with recording(Ledger(release="2", path=path)):
        assert suppress_cells({name: 43}, about=name).text == {name: "—"}
    assert [record.release for record in Ledger(release="3", path=path).records] == ["1", "2"]


WHOLE = {
    "release": "1",
    "about": "patients",
    "counts": {"a": 40, "b": 60, "all": 100},
    "shown": {"a": "40", "b": "60", "all": "100"},
    "sums": [["all", ["a", "b"]]],
    "not_shown": [],
    "previous": "0" * 64,
}
FAULTS = {
    "release": [None, ["Zqxkowalczyk"]],
    "about": [7, {}],
    "counts": [None, {"a": "40", "b": 60, "all": 100}, {"a": 40.5, "b": 60, "all": 100},
               {"a": True, "b": 60, "all": 100}, {"a": float("inf"), "b": 60, "all": 100},
               {"a": 40, "b": 61, "all": 100}, {"a": 10**30, "b": 60, "all": 100},
               {"a": -1, "b": 60, "all": 100}, {"a": 40}],
    "shown": [[], {"a": "40"}, {"a": 40, "b": "60", "all": "100"},
              {"a": "41", "b": "60", "all": "100"}, {"a": "<11", "b": "60", "all": "100"},
              {"a": "<x", "b": "60", "all": "100"}],
    "sums": [3, [["all"]], [["all", ["c"]]], [["c", ["a"]]], [[["all"], ["a"]]],
             [["all", [["a"]]]]],
    "round_to": [0, -5, "x", 100],
    "not_shown": [None, ["c"], [["a"]]],
}  # fmt: skip


@unit
@pytest.mark.parametrize("line", [
    *(json.dumps({**WHOLE, key: value}).encode() for key in FAULTS for value in FAULTS[key]),
    b"", b"[]", b"null", b"[" * 50_000, b'{"counts":' * 50_000, b"\x00", b"\xff\xfe",
    b"\xef\xbb\xbf{}",
])  # fmt: skip
def test_a_ledger_with_another_line_is_refused(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(json.dumps(WHOLE).encode() + b"\n")
    assert len(Ledger(release="2", path=path).records) == 1
    path.write_bytes(line + b"\n")
    with pytest.raises(DisclosureError, match="ledger of releases cannot be read") as refused:
        Ledger(release="2", path=path)
    assert refused.value.__context__ is None or refused.value.__suppress_context__
    assert "Zqx" not in str(refused.value)


@unit
def test_a_ledger_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    first = json.dumps(WHOLE)
    other = {"counts": {"a": 41}, "shown": {"a": "41"}, "sums": []}
    other["previous"] = hashlib.sha256(first.encode()).hexdigest()
    path = tmp_path / "ledger.jsonl"
    path.write_text(f"{first}\n{json.dumps({**WHOLE, **other, 'about': 'doses'})}\n")
    assert len(Ledger(release="2", path=path).records) == 2
    path.write_text(f"{first}\n{json.dumps({**WHOLE, **other})}\n")
    with pytest.raises(DisclosureError, match="Line 2 of the ledger"):
        Ledger(release="2", path=path)


@unit
def test_a_folder_in_the_place_of_the_ledger_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DisclosureError, match="cannot be read"):
        Ledger(release="2", path=tmp_path)
