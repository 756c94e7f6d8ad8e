"""Flows of patients: exact where shown, and no small exclusion by subtraction."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from analysis.disclosure import INTERNAL, Ledger, recording, suppress_flow
from analysis.errors import ColumnError, DataError


def flow(*steps: tuple[str, int, dict[str, int]]) -> pd.DataFrame:
    rows = [
        (name, n, reason, left)
        for name, n, reasons in steps
        for reason, left in (reasons or {"": 0}).items()
    ]
    return pd.DataFrame(rows, columns=["step", "n", "reason", "n_excluded"])


def random_flow(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n, steps = int(rng.integers(60, 400)), []
    for k in range(5):
        reasons = {f"reason {k}{j}": int(rng.integers(0, 25)) for j in range(rng.integers(1, 4))}
        reasons = {r: c for r, c in reasons.items() if c} if k < 4 else {}
        if sum(reasons.values()) > n:
            reasons = {}
        steps.append((f"step {k}", n, reasons))
        n -= sum(reasons.values())
    return flow(*steps)


def exclusions_an_attacker_knows(
    true: pd.DataFrame, shown: pd.DataFrame
) -> list[tuple[int, float]]:
    """Bound every true small exclusion from the shown flow alone: (true count, upper bound).

    The attacker knows all steps and reasons of the study, sees which shown entry holds which
    reasons, the shown boxes, and that counts are not negative.
    """
    reasons = true[true["n_excluded"].gt(0)].reset_index(drop=True)
    steps = true.drop_duplicates("step")["step"].tolist()
    before = {step: reasons.index[reasons["step"].isin(steps[:k])] for k, step in enumerate(steps)}
    k = len(reasons)
    equations, known = [], []
    for row in shown.to_dict("records"):
        parts = row["reason"].split("; ") if row["reason"] else []
        if parts and row["n_excluded"].isdigit():
            equations.append(reasons["reason"].isin(parts).to_numpy(float))
            known.append(float(row["n_excluded"]))
    boxes = [
        (row["step"], float(row["n"]))
        for row in shown.drop_duplicates("step").to_dict("records")
        if row["n"].isdigit()
    ]
    for (first, n_first), (second, n_second) in itertools.pairwise(boxes):
        between = set(before[second]) - set(before[first])
        equations.append(np.isin(np.arange(k), list(between)).astype(float))
        known.append(n_first - n_second)
    found = []
    for cell in np.flatnonzero(reasons["n_excluded"].lt(11)):
        bound = np.inf
        if equations:
            answer = linprog(-np.eye(k)[cell], A_eq=np.array(equations), b_eq=known)
            bound = -answer.fun if answer.status == 0 else np.inf
        found.append((int(reasons["n_excluded"].iloc[cell]), bound))
    return found


@pytest.mark.unit
def test_flow_without_small_counts_is_shown_as_it_is() -> None:
    table = flow(("Treated", 600, {"no baseline": 40}), ("Analysed", 560, {}))
    shown = suppress_flow(table)
    assert shown["n"].tolist() == ["600", "560"]
    assert shown["n_excluded"].tolist() == ["40", "0"]
    assert shown.attrs["merged"] == 0


@pytest.mark.unit
def test_small_reasons_of_a_step_are_merged_with_the_next_larger() -> None:
    table = flow(("Treated", 600, {"died": 2, "moved": 15, "no score": 50}), ("Analysed", 533, {}))
    shown = suppress_flow(table)
    assert shown["reason"].tolist() == ["died; moved", "no score", ""]
    assert shown["n_excluded"].tolist() == ["17", "50", "0"]


@pytest.mark.unit
def test_step_that_few_leave_is_merged_with_the_next() -> None:
    table = flow(
        ("Treated", 600, {"no baseline": 3}),
        ("Baseline", 597, {"no score": 57}),
        ("Analysed", 540, {}),
    )
    shown = suppress_flow(table)
    assert shown["step"].tolist() == ["Treated", "Analysed"]
    assert shown["reason"].tolist() == ["no baseline; no score", ""]
    assert shown["n_excluded"].tolist() == ["60", "0"]


@pytest.mark.unit
def test_last_step_that_few_leave_is_merged_with_the_one_before() -> None:
    table = flow(
        ("Treated", 600, {"no baseline": 57}),
        ("Baseline", 543, {"no score": 3}),
        ("Analysed", 540, {}),
    )
    assert suppress_flow(table)["step"].tolist() == ["Treated", "Analysed"]


@pytest.mark.unit
def test_one_small_exclusion_alone_hides_a_box() -> None:
    shown = suppress_flow(flow(("Treated", 600, {"died": 3}), ("Analysed", 597, {})))
    assert shown["n_excluded"].tolist()[0] in {"<11", "—"}
    assert sum(n.isdigit() for n in shown["n"]) == 1


@pytest.mark.unit
def test_small_last_step_is_hidden_with_what_gives_it_away() -> None:
    shown = suppress_flow(flow(("Treated", 60, {"no score": 52}), ("Analysed", 8, {})))
    assert not shown["n"].iloc[-1].isdigit()
    assert not (shown["n"].iloc[0].isdigit() and shown["n_excluded"].iloc[0].isdigit())


@pytest.mark.unit
def test_internal_audience_sees_every_step() -> None:
    table = flow(("Treated", 600, {"died": 3}), ("Analysed", 597, {}))
    shown = suppress_flow(table, INTERNAL)
    assert shown["n_excluded"].tolist() == ["3", "0"]
    assert shown.attrs["confidential"] is True


@pytest.mark.unit
def test_flow_that_does_not_add_up_is_refused() -> None:
    with pytest.raises(DataError, match="add up"):
        suppress_flow(flow(("Treated", 600, {"died": 30}), ("Analysed", 560, {})))


@pytest.mark.unit
def test_absent_column_is_refused() -> None:
    with pytest.raises(ColumnError, match="n_excluded"):
        suppress_flow(pd.DataFrame({"step": ["a"], "n": [1]}))


@pytest.mark.truth
@pytest.mark.parametrize("seed", range(25))
def test_no_small_exclusion_can_be_bounded_below_eleven(seed: int) -> None:
    table = random_flow(seed)
    shown = suppress_flow(table)
    assert all(upper >= 11 for _, upper in exclusions_an_attacker_knows(table, shown))
    numbers = [int(n) for n in [*shown["n"], *shown["n_excluded"]] if n.isdigit()]
    assert all(n == 0 or n >= 11 for n in numbers)


@pytest.mark.truth
def test_naive_flow_is_caught_by_the_same_attack() -> None:
    """Only masking small exclusions leaves them to subtraction, and the attack must see it."""
    caught = 0
    for seed in range(25):
        table = random_flow(seed)
        naive = table.astype({"n": str})
        masked = [f"{n}" if n == 0 or n >= 11 else "<11" for n in table["n_excluded"]]
        naive["n_excluded"] = masked
        caught += any(upper < 11 for _, upper in exclusions_an_attacker_knows(table, naive))
    assert caught >= 10


@pytest.mark.identity
@pytest.mark.parametrize("seed", range(10))
def test_shown_flow_adds_up(seed: int) -> None:
    shown = suppress_flow(random_flow(seed))
    boxes = shown.groupby("step", sort=False).agg(n=("n", "first"), left=("n_excluded", list))
    for (_, box), (_, after) in itertools.pairwise(boxes.iterrows()):
        texts = [box["n"], after["n"], *box["left"]]
        if all(text.isdigit() for text in texts):
            assert int(box["n"]) - sum(map(int, box["left"])) == int(after["n"])


@pytest.mark.unit
def test_a_reason_may_be_given_at_several_steps() -> None:
    flow = pd.DataFrame(
        {
            "step": ["Treated", "Baseline", "Baseline", "Scored"],
            "n": [200, 150, 150, 100],
            "reason": ["no score", "no score", "moved; ill", ""],
            "n_excluded": [50, 30, 20, 0],
        }
    )
    with recording(Ledger(release="1")):
        shown = suppress_flow(flow)
    assert shown["n_excluded"].tolist() == ["50", "30", "20", "0"]
