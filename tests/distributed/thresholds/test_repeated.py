"""Bundles of one site that differ by few patients, whatever their models."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.distributed.tasks.moments import MomentsTask, moments_of
from analysis.distributed.thresholds.records import (
    Contributors,
    contributors,
    contributors_to_counts,
)
from analysis.distributed.thresholds.repeated import (
    check_repeated,
    check_repeated_sums,
    smallest_difference,
)
from analysis.errors import DataError, DisclosureError

pytestmark = pytest.mark.unit

TASK = MomentsTask(
    formula="score ~ arm * visit + baseline",
    subject="patient",
    visit="visit",
    levels={"arm": ["im", "iv"], "visit": ["v1", "v2"], "sex": ["f", "m"]},
)


def clinic(n: int = 200) -> pd.DataFrame:
    """Two arms and two visits, all complete."""
    rng = np.random.default_rng(4)
    patient = np.repeat(np.arange(n), 2)
    return pd.DataFrame(
        {
            "patient": patient,
            "visit": np.tile(["v1", "v2"], n),
            "arm": np.where(patient % 2, "iv", "im"),
            "sex": np.where(patient % 3 == 1, "f", "m"),
            "baseline": rng.integers(10, 28, n)[patient],
            "score": rng.integers(0, 28, 2 * n),
        }
    )


def first(rows: pd.DataFrame, n: int) -> pd.DataFrame:
    return rows[rows["patient"] < n]


def refused(new: pd.DataFrame, *earlier: pd.DataFrame, task: MomentsTask = TASK) -> bool:
    try:
        check_repeated(contributors(task, new), [contributors(TASK, rows) for rows in earlier])
    except DisclosureError:
        return True
    return False


def test_the_first_bundle_and_the_same_again_pass() -> None:
    rows = clinic()
    assert not refused(rows)
    assert not refused(rows, rows)
    assert not refused(rows.sample(frac=1.0, random_state=1).astype({"score": float}), rows, rows)


@pytest.mark.parametrize(("more", "is_refused"), [(1, True), (10, True), (20, True), (22, False)])
def test_who_came_must_be_as_many_as_a_pattern_needs(more: int, is_refused: bool) -> None:
    # 11 of each arm
    rows = clinic()
    assert refused(rows, first(rows, 200 - more)) is is_refused
    assert refused(first(rows, 200 - more), rows) is is_refused


def test_who_came_must_be_more_than_the_columns() -> None:
    # 11, and a column each for 1, baseline and two scores: 15
    rows = clinic().assign(arm="im")
    for more, is_refused in ((14, True), (15, False)):
        assert refused(rows, first(rows, 200 - more)) is is_refused


def test_few_who_missed_a_visit_before_are_refused_and_many_are_not() -> None:
    rows = clinic()
    for moved, is_refused in ((3, True), (40, False)):
        short = rows[~((rows["patient"] < moved) & (rows["visit"] == "v2"))]
        assert refused(rows, short) is is_refused


def test_a_corrected_value_is_refused_and_many_are_not() -> None:
    rows = clinic()
    one, many = rows.copy(), rows.copy()
    one.loc[7, "score"] += 1
    many.loc[many["patient"] < 40, "baseline"] += 1
    assert refused(one, rows)
    assert not refused(many, rows)


def test_one_who_came_while_another_left_is_refused() -> None:
    rows = clinic(201)
    assert refused(rows[rows["patient"] != 0], first(rows, 200))


def test_a_finer_model_of_the_same_patients_passes_and_one_of_few_less_does_not() -> None:
    rows = clinic()
    finer = replace(TASK, formula="score ~ arm * visit + sex")
    assert not refused(rows, rows, task=finer)
    assert refused(first(rows, 197), rows, task=finer)


def test_two_bundles_and_their_union_with_one_more_are_refused() -> None:
    rows = clinic(201)
    one, other = rows[rows["patient"] < 100], rows[rows["patient"].between(100, 199)]
    assert not refused(first(rows, 200), one, other)
    assert refused(rows, one, other)


def test_counts_and_sums_are_held_together() -> None:
    rows = clinic()
    events = pd.DataFrame({"patient": range(200), "arm": "im", "day": 7, "event": 1})
    told = contributors_to_counts(events, subject="patient", by=["arm", "day", "event"])
    check_repeated(contributors(TASK, rows), [told])
    fewer = contributors_to_counts(events[:195], subject="patient", by=["arm", "day", "event"])
    with pytest.raises(DisclosureError, match="1 of 1 earlier bundle"):
        check_repeated(contributors(TASK, rows), [fewer])
    with pytest.raises(DataError, match="more than one row"):
        contributors_to_counts(rows, subject="patient", by=["arm"])


def test_a_record_is_kept_as_plain_values_without_ids() -> None:
    rows = clinic().assign(patient=lambda frame: "id-7781-" + frame["patient"].astype(str))
    record = contributors(TASK, rows)
    text = json.dumps(record.to_plain())
    assert "7781" not in text
    again = Contributors.from_plain(json.loads(text))
    pd.testing.assert_frame_equal(again.patients, record.patients, check_names=False)
    words = {name: ["x"] for name in record.to_plain()}
    for broken in ({}, {"patient": ["a"]}, words):
        with pytest.raises(DataError, match="no record"):
            Contributors.from_plain(broken)


@pytest.mark.identity
@pytest.mark.parametrize("seed", range(6))
def test_the_smallest_difference_is_that_of_all_unions(seed: int) -> None:
    rng = np.random.default_rng(seed)
    classes = rng.integers(-1, 3, (40, 2))
    classes = classes[(classes >= 0).any(axis=1)]
    sizes = []
    for chosen in range(1 << 6):
        inside = [
            np.isin(classes[:, k], [c for c in range(3) if chosen >> (3 * k + c) & 1])
            for k in (0, 1)
        ]
        sizes.append(int((inside[0] != inside[1]).sum()))
    least = min(size for size in sizes if size)
    found = smallest_difference(classes, np.full(len(classes), 1_000))
    assert 1_000 * found == pytest.approx(least)


def test_a_difference_is_held_to_what_its_patients_need() -> None:
    apart = np.array([[0, 0]] * 12 + [[1, 1]] * 30)
    assert smallest_difference(apart, np.repeat([11, 20], [12, 30])) > 1.0
    assert smallest_difference(apart, np.repeat([13, 20], [12, 30])) < 1.0
    came = np.array([[-1, 0]] * 6 + [[-1, 1]] * 6 + [[0, 0]] * 40 + [[1, 1]] * 40)
    assert smallest_difference(came, np.full(92, 6)) == pytest.approx(1.0, rel=1e-4)


def test_sums_alone_tell_that_few_came() -> None:
    rows = clinic()
    new, before, long_ago = (
        moments_of(TASK.of(part)) for part in (rows, first(rows, 196), first(rows, 100))
    )
    check_repeated_sums(new, new)
    check_repeated_sums(new, long_ago)
    with pytest.raises(DisclosureError, match="fewer than 11 patients"):
        check_repeated_sums(new, before)
