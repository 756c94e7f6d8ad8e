"""The attack on moments: what it reads off them, what it finds, and what its result says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import Policy
from analysis.distributed.attack.bundle import attack_moments, attack_patterns
from analysis.distributed.attack.differences import EXCHANGED, attack_differences
from analysis.distributed.attack.event_counts import attack_event_counts
from analysis.distributed.attack.models import attack_models
from analysis.distributed.attack.pattern_grams import pattern_grams
from analysis.distributed.attack.result import AttackResult
from analysis.mixed import Moments, moments

pytestmark = pytest.mark.unit

RANGES = {"score": (0.0, 27.0), "baseline": (0.0, 27.0)}
FORMULA = "score ~ arm * visit + baseline"


def clinic(n: int = 60, seed: int = 1) -> pd.DataFrame:
    """Two arms and three visits, all complete."""
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(n), 3)
    return pd.DataFrame(
        {
            "patient": patient,
            "visit": np.tile(["v1", "v2", "v3"], n),
            "arm": np.where(patient % 2, "iv", "im"),
            "sex": np.where(patient % 3 == 1, "f", "m"),
            "home": np.where(patient % 4 < 2, "north", "south"),
            "baseline": rng.integers(10, 28, n)[patient],
            "score": rng.integers(3, 25, 3 * n),
        }
    )


def sums(rows: pd.DataFrame, formula: str = FORMULA, **more: str) -> Moments:
    return moments(formula, rows, subject="patient", visit="visit", varying=(), **more)


def rare(rows: pd.DataFrame, *patients: int) -> pd.DataFrame:
    """Some patients miss the last visit."""
    return rows[~(rows["patient"].isin(patients) & (rows["visit"] == "v3"))]


def test_sums_of_products_are_those_of_the_rows() -> None:
    rows = rare(clinic(), 4, 9, 20)
    found = list(pattern_grams(sums(rows, nested_in="home"), RANGES))
    assert [(one.where, one.n) for one in found] == [
        ("visits v1, v2", 3), ("visits v1, v2, v3", 57)
    ]  # fmt: skip
    few = rows[rows["patient"].isin([4, 9, 20])].groupby("patient")
    wide = {
        (): np.ones(3),
        "arm": (few["arm"].first() == "iv").to_numpy(float),
        "baseline": few["baseline"].first().to_numpy(float),
        "v1": few["score"].nth(0).to_numpy(float),
        "v2": few["score"].nth(1).to_numpy(float),
        "north": (few["home"].first() == "north").to_numpy(float),
        "south": (few["home"].first() == "south").to_numpy(float),
    }
    keys = [key if key == () or isinstance(key, str) else key[0][0] for key, _ in found[0].names]
    order = [(), "arm", "baseline", "v1", "v2", "north", "south"]
    assert keys == [(), "arm", "baseline", "outcome", "outcome", "clinic", "clinic"]
    W = np.column_stack([wide[name] for name in order])
    np.testing.assert_allclose(found[0].gram, W.T @ W, atol=1e-9)


def test_patients_of_a_rare_pattern_are_recovered_and_counted() -> None:
    rows = rare(clinic(), 4, 9, 20)
    told = attack_moments(sums(rows), ranges=RANGES)
    assert (told.n_recovered, told.n_patients, told.is_safe) == (3, 60, False)
    assert told.tidy()["where"].unique().tolist() == ["visits v1, v2"]
    (few, _) = attack_patterns(sums(rows), ranges=RANGES)
    scores = rows[rows["patient"].isin([4, 9, 20])]["score"].to_numpy().reshape(3, 2)
    assert sorted(few.attack.rows[:, 3:].round(6).tolist()) == sorted(scores.tolist())


def test_small_cells_of_the_table_of_levels_are_told() -> None:
    rows = clinic(120)
    rows.loc[rows["patient"].isin(range(0, 14, 2)), "sex"] = "x"
    told = attack_moments(sums(rows, f"{FORMULA} + sex"), ranges=RANGES).tidy()
    table = told[told["where"] == "the table of levels of the factors"]
    assert table["how"].tolist() == ["3 cells of fewer than 11"]
    assert table["patients"].tolist() == [7]


def test_a_clinic_with_one_patient_tells_the_row() -> None:
    rows = clinic()
    rows["home"] = np.where(rows["patient"] == 7, "east", rows["home"])
    told = attack_moments(sums(rows, nested_in="home"), ranges=RANGES)
    assert told.n_recovered == 1
    assert attack_moments(sums(rows), ranges=RANGES).n_recovered == 0


def test_covariance_groups_are_attacked_apart() -> None:
    rows = clinic()
    rows["kind"] = np.where(rows["patient"] < 4, "rare", "common")
    told = attack_moments(sums(rows, covariance_by="kind"), ranges=RANGES)
    assert told.n_recovered == 4
    assert told.tidy()["where"][0] == "rare, visits v1, v2, v3"


def test_products_with_an_arm_tell_its_two_patients() -> None:
    rows = clinic().assign(arm="im")
    rows.loc[rows["patient"].isin([5, 6]), "arm"] = "iv"
    rows.loc[rows["patient"] == 5, "baseline"] = 11
    rows.loc[rows["patient"] == 6, "baseline"] = 25
    crossed = sums(rows, "score ~ arm * baseline + visit")
    assert attack_moments(crossed, ranges=RANGES).n_recovered == 2
    swapped = rows.assign(arm=rows["arm"].map({"im": "iv", "iv": "im"}))  # now the reference
    crossed = sums(swapped, "score ~ arm * baseline + visit")
    assert attack_moments(crossed, ranges=RANGES).n_recovered == 2
    assert attack_moments(sums(rows), ranges=RANGES).n_recovered == 0


def test_many_alike_are_safe_and_the_result_says_what_was_tried() -> None:
    told = attack_moments(sums(clinic()), ranges=RANGES)
    assert told.is_safe
    assert told.tidy().empty
    assert told.glance()["safe"].tolist() == [True]
    assert told.statement.startswith(
        "Reconstruction attack: 0 of 60 patients recovered, no group of fewer than 11 told.\nTried:"
    )
    assert repr(told) == told.statement.splitlines()[0]
    assert "<table" in told._repr_html_()


def test_the_policy_says_what_is_small() -> None:
    rows = rare(clinic(), *range(0, 30, 2))
    assert attack_moments(sums(rows)).is_safe
    told = attack_moments(sums(rows), policy=Policy(minimum_count=20))
    assert not told.is_safe
    assert told.n_recovered == 0


def test_a_pattern_with_one_baseline_is_not_safe() -> None:
    rows = rare(clinic(), *range(0, 30, 2))
    assert attack_moments(sums(rows), ranges=RANGES).is_safe
    rows.loc[rows["patient"].isin(range(0, 30, 2)), "baseline"] = 18
    told = attack_moments(sums(rows), ranges=RANGES)
    assert told.tidy()["how"].tolist() == ["a number that is the same for all"]


def test_weighted_sums_are_said_not_to_be_tried() -> None:
    rows = clinic().assign(weight=1.5)
    told = attack_moments(sums(rows, weights="weight"))
    assert told.n_recovered == 0
    assert "Not tried: weighted sums" in told.statement
    assert "Tried:" not in told.statement.replace("Not tried:", "")


def test_results_hold_no_value_of_a_patient() -> None:
    rows = rare(clinic(), 4).assign(score=lambda frame: frame["score"] + 7000)
    told = attack_moments(sums(rows))
    assert told.n_recovered == 1
    shown = f"{told.summary()}{told!r}{told._repr_html_()}{vars(told)}"
    assert "70" not in shown


# --- Two sets of sums ----------------------------------------------------------------------------


def test_who_came_between_two_bundles_is_recovered() -> None:
    rows = clinic()
    before = rows[rows["patient"] < 57]
    told = attack_differences(sums(rows), sums(before), ranges=RANGES)
    pattern = told.tidy().query(
        "recovered and where == 'difference in the pattern of visits v1, v2, v3'"
    )
    assert pattern["patients"].sum() == 3
    back = attack_differences(sums(before), sums(rows), ranges=RANGES)
    assert back.tidy().equals(told.tidy())


def test_the_same_bundle_again_tells_nothing() -> None:
    one, other = sums(clinic()), sums(clinic().sample(frac=1.0, random_state=3))
    assert attack_differences(one, other, ranges=RANGES).is_safe


def test_many_who_came_tell_nothing() -> None:
    rows = clinic(120)
    assert attack_differences(sums(rows), sums(clinic(120)[: 3 * 60]), ranges=RANGES).is_safe


def test_an_exchange_is_noticed_and_nobody_claimed() -> None:
    rows = clinic(61)
    told = attack_differences(
        sums(rows[rows["patient"] != 60]), sums(rows[rows["patient"] != 0]), ranges=RANGES
    )
    assert told.n_recovered == 0
    assert EXCHANGED in told.tidy()["how"].tolist()


def test_one_who_came_while_two_went_is_not_claimed() -> None:
    rows = clinic(61)
    told = attack_differences(
        sums(rows[~rows["patient"].isin([3, 8])]), sums(rows[rows["patient"] != 60])
    )
    assert told.n_recovered == 0
    assert not told.is_safe


def test_two_models_differ_by_whom_one_leaves_out() -> None:
    rows = clinic()
    rows["age"] = np.where(rows["patient"] == 12, np.nan, 30.0 + rows["patient"])
    one, other = sums(rows), sums(rows, f"{FORMULA} + age")
    told = attack_models({"plain": one, "with age": other}, ranges=RANGES)
    found = told.tidy().query("recovered")
    assert set(found["where"].str.partition(",")[0]) == {"plain and with age"}
    same = attack_models({"plain": one, "again": one}, ranges=RANGES)
    assert same.is_safe


# --- Counts of events ----------------------------------------------------------------------------


def events(*counts: int) -> AttackResult:
    frame = pd.DataFrame({"day": range(len(counts)), "n": counts})
    return attack_event_counts(frame, n="n")


def test_a_single_event_is_a_patient_and_few_are_a_small_group() -> None:
    told = events(20, 1, 5, 30)
    assert told.n_recovered == 1
    assert told.tidy()["patients"].tolist() == [1, 5]
    assert events(20, 0, 30).is_safe
    assert events(0, 20).is_safe


def test_small_counts_are_searched_in_every_group() -> None:
    frame = pd.DataFrame({"arm": ["im", "im", "iv", "iv"], "n": [30, 20, 30, 2]})
    told = attack_event_counts(frame, n="n", by=["arm"])
    assert told.tidy()["where"].unique().tolist() == ["group 2"]
