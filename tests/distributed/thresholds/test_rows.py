"""Rows of a site after coarsening, counted again by other means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import Policy
from analysis.distributed.tasks.moments import MomentsTask, moments_of
from analysis.distributed.thresholds import rows as thresholded
from analysis.distributed.thresholds.rows import coarsened_rows, rule_in_words, thresholded_moments
from analysis.errors import DisclosureError
from analysis.mixed import fit_moments, mmrm
from analysis.mixed.sums.moments import add_moments

RANGES = {"score": (0.0, 27.0), "baseline": (0.0, 27.0)}
TASK = MomentsTask(
    formula="score ~ arm * visit + sex + baseline",
    subject="patient",
    visit="visit",
    levels={"arm": ["im", "iv"], "visit": ["v1", "v2", "v3"], "sex": ["f", "m"]},
)


def clinic(n: int = 300, seed: int = 1, *, visits: int = 3) -> pd.DataFrame:
    """Two arms, two sexes, gaps in every visit."""
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(n), visits)
    rows = pd.DataFrame(
        {
            "patient": patient + 1000 * seed,
            "visit": np.tile([f"v{k + 1}" for k in range(visits)], n),
            "arm": rng.choice(["im", "iv"], n)[patient],
            "sex": rng.choice(["f", "m"], n)[patient],
            "baseline": rng.integers(8, 28, n)[patient],
            "score": rng.integers(0, 28, visits * n),
        },
        index=rng.permutation(visits * n) + 5,
    )
    return rows[rng.random(len(rows)) < 0.85]


def classes(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per patient: pattern of visits and levels."""
    ordered = rows.sort_values(["patient", "visit"]).groupby("patient")
    return pd.DataFrame(
        {
            "pattern": ordered["visit"].agg(" ".join),
            "arm": ordered["arm"].first(),
            "sex": ordered["sex"].first(),
            "baseline": ordered["baseline"].first(),
        }
    )


@pytest.mark.identity
@pytest.mark.parametrize(("n", "seed"), [(90, 2), (160, 3), (300, 4), (700, 5)])
def test_kept_rows_satisfy_every_rule(n: int, seed: int) -> None:
    rows = clinic(n, seed)
    kept, account = coarsened_rows(TASK, rows, ranges=RANGES)
    pd.testing.assert_frame_equal(kept, rows.loc[rows.index.isin(kept.index)])
    people = classes(kept)
    assert people.groupby(["pattern", "arm", "sex"]).size().min() >= 11
    for pattern, own in people.groupby("pattern"):
        scores = kept[kept["patient"].isin(own.index)].pivot(
            index="patient", columns="visit", values="score"
        )
        numbers = [own["arm"] == "iv", own["sex"] == "m", own["baseline"]]
        wide = np.column_stack([np.ones(len(own)), *numbers, scores]).astype(float)
        assert scores.shape[1] == len(str(pattern).split())
        assert len(own) - np.linalg.matrix_rank(wide) >= 11
    assert account.kept_rows == len(kept)
    assert account.kept_patients == len(people)
    assert account.kept_patterns == people["pattern"].nunique()


@pytest.mark.identity
def test_coarsened_rows_stay_as_they_are_in_any_order() -> None:
    rows = clinic(250, 7)
    kept, account = coarsened_rows(TASK, rows, ranges=RANGES)
    again, second = coarsened_rows(TASK, kept, ranges=RANGES)
    pd.testing.assert_frame_equal(again, kept)
    assert (second.shortened, second.rare_levels, second.rare_visits) == (0, 0, 0)
    mixed, same = coarsened_rows(TASK, rows.sample(frac=1.0, random_state=1), ranges=RANGES)
    pd.testing.assert_frame_equal(mixed.sort_index(), kept.sort_index())
    assert same == account


@pytest.mark.unit
def test_the_account_loses_nobody() -> None:
    rows = clinic(160, 3)
    rows.iloc[4, rows.columns.get_loc("score")] = np.nan
    rows.loc[rows["patient"] == rows["patient"].iloc[40], "sex"] = "x"
    task = replace(TASK, levels={**TASK.levels, "sex": ["f", "m", "x"]})
    kept, account = coarsened_rows(task, rows, ranges=RANGES)
    everybody = rows.dropna()
    assert account.n_incomplete == 1
    assert account.n_rows == len(everybody)
    assert account.n_patients == everybody["patient"].nunique()
    assert account.rare_levels == 1
    left_out = account.rare_levels + account.rare_visits
    assert account.kept_patients + left_out == account.n_patients
    before, after = classes(everybody)["pattern"], classes(kept)["pattern"]
    assert account.shortened == int((before[after.index] != after).sum())
    assert f"{account.kept_patients} of {account.n_patients} patients" in account.statement


@pytest.mark.reference
def test_pooled_thresholded_sums_are_those_of_the_coarsened_patients() -> None:
    sites = [clinic(260, seed) for seed in (11, 12, 13)]
    pooled = fit_moments(
        add_moments([thresholded_moments(TASK, rows, ranges=RANGES).moments for rows in sites])
    )
    coarse = pd.concat([coarsened_rows(TASK, rows, ranges=RANGES)[0] for rows in sites])
    direct = mmrm(TASK.formula, coarse, subject="patient", visit="visit")
    for name in ("estimate", "std_error", "df"):
        np.testing.assert_allclose(pooled.tidy()[name], direct.tidy()[name], rtol=1e-8)
    assert pooled.glance()["n_subjects"].tolist() == [coarse["patient"].nunique()]


@pytest.mark.unit
def test_thresholded_sums_carry_rule_account_and_a_failed_attack() -> None:
    found = thresholded_moments(TASK, clinic(260, 11), ranges=RANGES)
    assert found.attack.is_safe
    assert found.attack.n_patients == found.account.kept_patients
    assert found.moments.about.n_dropped == 0
    assert found.rule == rule_in_words()
    assert "at least 10 others" in found.rule
    assert (found.moments.about.population.cells >= 11).all()


@pytest.mark.unit
def test_the_threshold_is_that_of_the_policy() -> None:
    rows = clinic(260, 11)
    strict = coarsened_rows(TASK, rows, policy=Policy(minimum_count=20))[0]
    assert classes(strict).groupby(["pattern", "arm", "sex"]).size().min() >= 20
    assert len(strict) < len(coarsened_rows(TASK, rows)[0])


@pytest.mark.unit
def test_numbers_with_three_values_count_people_as_factors_do() -> None:
    rows = clinic(260, 11).assign(failures=lambda frame: frame["patient"] % 3)
    rows.loc[rows["patient"] % 50 == 0, "failures"] = 0
    rows.loc[rows["patient"] % 50 == 1, "failures"] = 2
    task = replace(TASK, formula="score ~ arm * visit + failures")
    kept, _ = coarsened_rows(task, rows)
    people = classes(kept).assign(failures=kept.groupby("patient")["failures"].first())
    assert people.groupby(["pattern", "arm", "failures"]).size().min() >= 11


@pytest.mark.unit
def test_clinics_and_covariance_groups_are_counted() -> None:
    rows = clinic(500, 11)
    rows["home"] = np.where(rows["patient"] % 7 == 0, "south", "north")
    rows["kind"] = np.where(rows["patient"] % 2 == 0, "first", "later")
    task = replace(
        TASK, formula="score ~ visit + baseline", nested_in="home", covariance_by="kind", levels={}
    )
    kept, _ = coarsened_rows(task, rows)
    people = classes(kept).join(kept.groupby("patient")[["home", "kind"]].first())
    assert people.groupby(["pattern", "home", "kind"]).size().min() >= 11
    # 1, baseline, a clinic, and a score per visit
    size = people.groupby(["pattern", "kind"]).size().reset_index(name="n")
    assert (size["n"] >= 11 + 3 + size["pattern"].str.split().str.len()).all()
    sums = moments_of(task.of(kept))
    counts = np.concatenate([part.clinic_counts.ravel() for part in sums.groups])
    assert ((counts == 0) | (counts >= 11)).all()


@pytest.mark.unit
def test_a_pattern_that_the_attack_gets_into_is_coarsened() -> None:
    rows = clinic(120, 5)
    full = rows.groupby("patient")["visit"].transform("size") == 3
    rows = rows[full].assign(score=lambda frame: frame["baseline"])  # nothing happened
    rows.loc[rows["visit"] == "v2", "score"] = 12
    rows.loc[rows["visit"] == "v3", "score"] = np.arange(full.sum() // 3) % 19
    first = rows["patient"].iloc[0]
    rows.loc[(rows["patient"] == first) & (rows["visit"] == "v2"), "score"] = 13
    task = replace(TASK, formula="score ~ arm * visit", levels={})
    kept, account = coarsened_rows(task, rows, ranges=RANGES)
    assert account.refused_patterns >= 1
    assert "v2" not in set(kept["visit"])


@pytest.mark.unit
def test_nothing_left_says_what_a_pattern_needs() -> None:
    with pytest.raises(DisclosureError, match=r"even one visit needs \d+ patients") as told:
        thresholded_moments(TASK, clinic(30, 1))
    assert "send masked sums" in str(told.value)


@pytest.mark.unit
def test_weights_and_factors_that_change_are_refused_by_name() -> None:
    rows = clinic(200, 1).assign(weight=1.0)
    rows["with_drug"] = np.where(np.arange(len(rows)) % 3 == 0, "yes", "no")
    with pytest.raises(DisclosureError, match="Weighted sums"):
        coarsened_rows(replace(TASK, weights="weight"), rows)
    task = replace(TASK, formula="score ~ visit + with_drug", varying=("with_drug",), levels={})
    with pytest.raises(DisclosureError, match="'with_drug' has few values and changes"):
        coarsened_rows(task, rows)


@pytest.mark.unit
def test_sums_that_the_attack_gets_into_after_all_are_not_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(thresholded, "_broken", lambda *_: frozenset())
    monkeypatch.setattr(thresholded, "coarsened_patterns", lambda before, *_: before)
    with pytest.raises(DisclosureError, match="still finds"):
        thresholded_moments(TASK, clinic(60, 1), ranges=RANGES)
