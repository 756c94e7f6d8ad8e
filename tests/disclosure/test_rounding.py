"""Policies that round or hide zeros, against the list of all tables that fit what is shown."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis.disclosure import (
    RELEASE,
    Ledger,
    Policy,
    attack_counts,
    cut_curve,
    hide_completeness,
    hide_responses,
    is_small,
    masked_count,
    named_policy,
    possible_counts,
    recording,
    rounded_count,
    suppress_cells,
    suppress_counts,
    suppress_proportions,
)
from analysis.disclosure.counts import TOTAL
from analysis.errors import DisclosureError

SAFE = named_policy("7 with rounding to 5")
ACRO = named_policy("ACRO")
POLICIES = {name: named_policy(name) for name in ("CMS", "5", "7 with rounding to 5", "ACRO")} | {
    "custom": Policy(minimum_count=4, round_to=3),
    "even": Policy(minimum_count=6, round_to=10),
}
MOST = 60

# typed in: what each policy prints for counts, from the rules of CMS, OHDSI, OpenSAFELY and ACRO
PRINTED = {
    "CMS": {0: "0", 1: "<11", 10: "<11", 11: "11", 23: "23"},
    "5": {0: "0", 1: "<5", 4: "<5", 5: "5", 23: "23"},
    "7 with rounding to 5": {0: "0", 7: "<8", 8: "10", 12: "10", 13: "15", 22: "20", 1203: "1,205"},
    "ACRO": {0: "<10", 9: "<10", 10: "10", 23: "23"},
    "internal": {0: "0", 7: "7", 23: "23"},
}


@pytest.mark.unit
@pytest.mark.parametrize("name", PRINTED)
def test_counts_are_printed_by_the_rule_of_each_policy(name: str) -> None:
    policy = named_policy(name)
    assert {n: masked_count(n, policy) for n in PRINTED[name]} == PRINTED[name]


@pytest.mark.unit
def test_unknown_policy_names_the_known_ones() -> None:
    with pytest.raises(DisclosureError, match="ACRO"):
        named_policy("none")


@pytest.mark.unit
@pytest.mark.parametrize("step", [0, -5, 23])
def test_rounding_that_would_print_zero_for_patients_is_refused(step: int) -> None:
    with pytest.raises(DisclosureError, match="round_to"):
        Policy(round_to=step)


@pytest.mark.unit
def test_internal_audience_sees_exact_counts_whatever_the_rounding() -> None:
    policy = Policy(minimum_count=8, round_to=5, audience="internal")
    assert masked_count(3, policy) == "3"
    assert rounded_count([3, 21], policy).tolist() == [3, 21]


@pytest.mark.unit
@pytest.mark.parametrize("name", POLICIES)
def test_possible_counts_are_all_that_are_printed_alike(name: str) -> None:
    policy = POLICIES[name]
    visible = [n for n in range(80) if not is_small(n, policy)]
    for n in visible[:60]:
        alike = [k for k in visible if masked_count(k, policy) == masked_count(n, policy)]
        low, high = possible_counts(n, policy)
        assert (float(low), float(high)) == (min(alike), max(alike))


def readings(text: str, policy: Policy, *, marks: bool) -> range:
    """All counts that a printed text leaves possible, worked out from the printing alone."""
    if re.fullmatch(r"[\d,]+", text):
        alike = [n for n in range(4 * MOST) if masked_count(n, policy) == text]
        return range(min(alike), max(alike) + 1)
    if marks and text.startswith("<"):
        return range(0 if not policy.zeros_shown else 1, policy.minimum_count)
    return range(4 * MOST)


def consistent(shown: list[str], total: str, policy: Policy, *, marks: bool = False) -> np.ndarray:
    """List every column of whole counts that fits what is printed; shape (tables, parts)."""
    reading = [[n for n in readings(t, policy, marks=marks) if n <= MOST] for t in shown]
    tables = np.array(list(product(*reading)), dtype=int).reshape(-1, len(shown))
    totals = readings(total, policy, marks=marks)
    sums = tables.sum(axis=1)
    return tables[(sums >= totals.start) & (sums < totals.stop)]


@pytest.mark.identity
@pytest.mark.parametrize("name", POLICIES)
@settings(max_examples=25, deadline=None)
@given(counts=st.lists(st.integers(0, 16), min_size=3, max_size=3))
def test_every_small_count_may_be_large_among_all_tables_that_fit(
    name: str, counts: list[int]
) -> None:
    policy = POLICIES[name]
    result = suppress_counts(pd.DataFrame({"n": counts}), column_totals=True, policy=policy)
    *shown, total = result.shown["n"].tolist()
    tables = consistent(shown, total, policy)
    small = [i for i, n in enumerate(counts) if is_small(n, policy)]
    audit = result.audit()
    audit = audit[audit["row"].ne(TOTAL)].set_index("row")
    assert audit["protected"].all()
    assert sorted(audit.index) == small
    for row in small:
        possible = tables[:, row]
        assert possible.max() >= policy.minimum_count
        # the audit's interval is that of the list, as far as the list goes
        assert min(float(audit.loc[row, "high"]), MOST) == possible.max()
        assert audit.loc[row, "low"] == possible.min()
        if shown[row].startswith("<"):
            told = consistent(shown, total, policy, marks=True)[:, row]
            assert len(np.unique(told)) >= policy.minimum_count // 2


@pytest.mark.identity
@pytest.mark.parametrize("name", POLICIES)
@settings(max_examples=15, deadline=None)
@given(counts=st.lists(st.integers(0, 14), min_size=4, max_size=4))
def test_small_counts_of_two_by_two_tables_may_be_large_among_all_that_fit(
    name: str, counts: list[int]
) -> None:
    policy = POLICIES[name]
    table = pd.DataFrame(np.reshape(counts, (2, 2)), columns=["A", "B"])
    shown = suppress_counts(table, row_totals=True, column_totals=True, policy=policy).shown
    parts = [np.arange(32) for _ in range(4)]
    a, b, c, d = np.meshgrid(*parts, indexing="ij", sparse=True)
    sums = {(0, "A"): a, (0, "B"): b, (1, "A"): c, (1, "B"): d}
    sums |= {(0, TOTAL): a + b, (1, TOTAL): c + d, (TOTAL, "A"): a + c, (TOTAL, "B"): b + d}
    sums |= {(TOTAL, TOTAL): a + b + c + d}
    fits = np.ones((32,) * 4, dtype=bool)
    for (row, column), value in sums.items():
        reading = readings(shown.loc[row, column], policy, marks=False)
        fits &= (value >= reading.start) & (value < reading.stop)
    for position, n in enumerate(counts):
        if is_small(n, policy):
            others = tuple(k for k in range(4) if k != position)
            possible = np.flatnonzero(fits.any(axis=others))
            assert possible.max() >= policy.minimum_count


@pytest.mark.identity
@pytest.mark.parametrize("name", POLICIES)
@settings(max_examples=25, deadline=None)
@given(counts=st.lists(st.integers(0, 16), min_size=3, max_size=3))
def test_attack_on_a_table_that_hides_only_small_counts_is_exact(
    name: str, counts: list[int]
) -> None:
    policy = POLICIES[name]
    total = sum(counts)
    assume(not is_small(total, policy))  # such a total is not shown
    table = pd.DataFrame({"n": counts})
    naive = pd.DataFrame({"n": is_small(counts, policy)})
    shown = ["<" if h else masked_count(n, policy) for n, h in zip(counts, naive["n"], strict=True)]
    tables = consistent(shown, masked_count(total, policy), policy)
    for row in attack_counts(table, naive, column_totals=True, policy=policy).itertuples():
        possible = tables[:, row.row]
        assert (row.low, row.high) == (possible.min(), possible.max())
        assert row.protected == (possible.max() >= policy.minimum_count)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("name", "counts", "high", "protected"),
    [
        ("CMS", [4, 25, 60], 4, False),
        ("5", [4, 25, 60], 4, False),
        ("ACRO", [0, 25, 60], 0, False),
        # 25, 60 and 90 leave 90 + 2 - 23 - 58 = 11; 25, 60 and 85 leave 6 of 87
        ("7 with rounding to 5", [4, 25, 60], 11, True),
        ("7 with rounding to 5", [4, 23, 58], 6, False),
    ],
)
def test_attack_finds_what_hiding_small_counts_alone_leaves_open(
    name: str, counts: list[int], high: float, protected: bool
) -> None:
    policy = named_policy(name)
    table = pd.DataFrame({"n": counts})
    found = attack_counts(table, table.eq(min(counts)), column_totals=True, policy=policy)
    assert found[["high", "protected"]].to_numpy().tolist() == [[high, protected]]
    whole = suppress_counts(table, column_totals=True, policy=policy)
    assert whole.audit()["protected"].all()
    assert whole.status["n"].eq("complementary").any() != protected


@pytest.mark.unit
def test_rounded_parts_are_shown_on_their_own_and_need_not_add_up() -> None:
    shown = suppress_counts(pd.DataFrame({"n": [12, 12, 12]}), column_totals=True, policy=SAFE)
    assert shown.shown["n"].tolist() == ["10", "10", "10", "35"]


@pytest.mark.unit
def test_percentages_and_limits_follow_from_rounded_counts_alone() -> None:
    def rates(n: int, observed: int) -> pd.DataFrame:
        counts = {"started": [120], "evaluable": [99], "observed": [observed], "n": [n]}
        exact = {"estimate": [n / observed], "conf_low": [0.1], "conf_high": [0.9]}
        return pd.DataFrame({"measure": ["response"], **counts, **exact})

    one, _ = hide_responses(rates(21, 48), policy=SAFE)
    other, _ = hide_responses(rates(18, 52), policy=SAFE)
    assert one.to_dict("list") == other.to_dict("list")
    assert one["n"].tolist() == ["20"]
    assert one["estimate"].tolist() == [0.4]
    # Wilson limits of 20 in 50, by statsmodels: proportion_confint(20, 50, method="wilson")
    assert one[["conf_low", "conf_high"]].round(4).to_numpy().tolist() == [[0.2761, 0.5382]]
    pair = suppress_proportions(rates(21, 48), policy=SAFE)
    assert pair[["n", "observed", "estimate"]].to_numpy().tolist() == [["20", "50", 0.4]]


@pytest.mark.unit
def test_shares_with_a_score_follow_from_rounded_counts() -> None:
    counts = {"site": ["A"], "visit": "week 4", "started": [90], "due": [83], "scored": [58]}
    assert hide_completeness(pd.DataFrame(counts), by="site", policy=SAFE)["shown"].tolist() == [
        "71%"  # 60 of 85, where 58 of 83 are 70 %
    ]


@pytest.mark.unit
def test_steps_of_a_curve_are_multiples_of_the_rounding() -> None:
    curve = pd.DataFrame(
        {"time": [7, 14, 21], "n_risk": [98, 80, 61], "n_event": [12, 13, 9], "std_error": 0.04}
    ).assign(estimate=[86 / 98, 0.72, 0.61], conf_low=0.5, conf_high=0.9)
    shown = cut_curve(curve, policy=SAFE)
    assert (shown["estimate"] * 20).round(9).tolist() == [18, 14, 12]  # of 100 patients, by 5
    assert shown[["conf_low", "conf_high"]].isna().all(axis=None)
    assert "std_error" not in shown


@pytest.mark.unit
def test_a_rounded_release_is_protected_against_a_rounded_one_before() -> None:
    with recording(Ledger(release="1")) as ledger:
        first = suppress_cells({"a": 41, "b": 60}, about="patients", policy=SAFE)
    assert first.text == {"a": "40", "b": "60"}
    again = Ledger(release="2", records=list(ledger.records))
    with recording(again):
        second = suppress_cells({"a": 44, "b": 60}, about="patients", policy=SAFE)
    # 38 to 42 before and 43 to 47 now: 1 to 9 came, so 8 or more are possible
    assert second.text == {"a": "45", "b": "60"}
    change = second.audit()
    assert change["high"].tolist() == [9.0]
    with recording(Ledger(release="2", records=list(ledger.records))):
        exact = suppress_cells({"a": 44, "b": 60}, about="patients", policy=RELEASE)
    assert exact.text["a"] == "—"  # 44 less 38 to 42 are few


@pytest.mark.unit
def test_rounding_is_kept_in_the_ledger_and_old_lines_are_read(tmp_path) -> None:
    path = tmp_path / "local" / "releases.jsonl"
    path.parent.mkdir()
    with recording(Ledger(release="1", path=path)):
        suppress_cells({"a": 41}, about="patients", policy=SAFE)
    (record,) = Ledger(release="2", path=path).records
    assert record.round_to == 5
    assert record.tells('"a"')
    assert '"round_to":5' in path.read_text(encoding="utf-8")
