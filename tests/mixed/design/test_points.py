"""Shared points in time: when rows can be summed, and that nothing is lost by it."""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import lmm
from analysis.mixed.design.build import build_design
from analysis.mixed.design.description import Roles
from analysis.mixed.design.points import share_points

pytestmark = pytest.mark.unit


def designed(data, formula="score ~ day", Z=("day",), **roles):
    design = build_design(formula, data, Roles(subject="patient", **roles))
    columns = [np.ones(design.n_rows)]
    columns += [data[name].to_numpy(dtype=float)[design.position] for name in Z]
    return design, np.column_stack(columns)


def nominal(n=6, days=(0, 7, 14)):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "patient": np.repeat(np.arange(n), len(days)),
            "day": np.tile(days, n),
            "arm": np.repeat(np.array(["iv", "im"])[np.arange(n) % 2], len(days)),
            "score": rng.normal(size=n * len(days)),
        }
    )


def rows_of(design, Z):
    """Everything that a row is, in a canonical order."""
    patient = design.panel.of_patients(np.asarray(design.subjects))
    frame = pd.DataFrame({"patient": patient, "y": design.y, "at": design.position})
    frame[[f"z{k}" for k in range(Z.shape[1])]] = Z
    for name, column in design.columns.items():
        frame[name] = column.data
    return frame.sort_values("at", ignore_index=True)


def check_same_rows(before, after):
    pd.testing.assert_frame_equal(rows_of(*before), rows_of(*after))
    panel = after[0].panel
    assert (after[1][panel.row_of_visit()][panel.visit] == after[1]).all()


def test_nominal_days_are_the_points():
    data = nominal().sample(frac=1, random_state=1)
    before = designed(data)
    after = share_points(*before)
    assert after[0].panel.n_visits == 3
    assert len(after[0].visits) == 3
    check_same_rows(before, after)
    assert after[0].columns["day"].data[:3].tolist() == [0, 7, 14]


def test_missing_rows_leave_points_out():
    before = designed(nominal().iloc[[0, 2, 3, 4, 7, 8, 9, 12, 13, 14]])
    after = share_points(*before)
    check_same_rows(before, after)
    assert after[0].panel.visit.tolist() == [0, 2, 0, 1, 1, 2, 0, 0, 1, 2]


def test_second_row_on_a_day_gets_a_point_of_its_own():
    data = pd.concat([nominal(), nominal().iloc[[1, 1, 4]].assign(score=9.0)])
    before = designed(data)
    after = share_points(*before)
    assert after[0].panel.n_visits > 3
    check_same_rows(before, after)
    patient = after[0].panel.of_patients(np.arange(6))
    assert not pd.DataFrame({"p": patient, "v": after[0].panel.visit}).duplicated().any()


def test_all_that_varies_within_patients_makes_a_point():
    data = nominal().assign(dose=np.tile([1, 2, 1, 2], 5)[:18])
    before = designed(data, "score ~ arm*day + dose")
    after = share_points(*before)
    assert after[0].panel.n_visits == 6
    check_same_rows(before, after)


def test_many_days_and_a_random_slope_share_no_points():
    data = nominal(30).assign(day=np.random.default_rng(1).uniform(0, 50, 90))
    assert share_points(*designed(data)) is None


def test_many_combinations_of_few_values_share_no_points():
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"patient": np.repeat(np.arange(40), 5), "score": rng.normal(size=200)})
    data = data.assign(day=rng.integers(0, 10, 200), dose=rng.integers(0, 10, 200))
    assert share_points(*designed(data, "score ~ day + dose")) is None
    assert share_points(*designed(data, "score ~ day + dose", Z=()))[0].panel.n_visits == 5


def test_many_days_without_a_random_slope_are_numbered_by_turn():
    data = nominal(30).assign(day=np.random.default_rng(1).uniform(0, 50, 90))
    before = designed(data.iloc[:-1], Z=())
    after = share_points(*before)
    assert after[0].panel.n_visits == 3
    check_same_rows(before, after)


def test_too_many_rows_of_a_patient_share_no_points():
    rng = np.random.default_rng(2)
    data = pd.DataFrame({"patient": [0] * 41 + [1], "day": rng.uniform(size=42)})
    data["score"] = rng.normal(size=42)
    assert share_points(*designed(data, Z=())) is None
    assert share_points(*designed(data.iloc[1:], Z=()))[0].panel.n_visits == 40


def test_many_patterns_share_no_points(monkeypatch):
    monkeypatch.setattr("analysis.mixed.design.points._MOST_PATTERNS", 1)
    assert share_points(*designed(nominal())) is not None
    assert share_points(*designed(nominal().iloc[1:])) is None


def test_visits_that_were_given_are_the_points_if_random_columns_follow_them():
    data = nominal().assign(visit=np.tile(["a", "b", "c"], 6))
    before = designed(data, visit="visit")
    after = share_points(*before)
    assert after[0] is before[0]
    jittered = data.assign(day=data["day"] + np.arange(18) / 100)
    assert share_points(*designed(jittered, visit="visit")) is None


def test_weights_and_coordinates_move_with_their_rows():
    data = nominal().sample(frac=1, random_state=3).assign(w=lambda d: d["score"] ** 2 + 1)
    design, _ = share_points(*designed(data, weights="w", coordinates="day"))
    np.testing.assert_allclose(design.weights, design.y**2 + 1)
    assert design.coordinates.tolist() == [0.0, 7.0, 14.0] * 6


def untidy(kind, seed=5, n=30):
    """Simulate rows whose days repeat within patients, are shared, or are the patient's own."""
    data = nominal(n, days=(0, 7, 14, 28)).drop(index=[1, 6, 17, 18, 40])
    rng = np.random.default_rng(seed)
    data["dose"] = rng.integers(1, 4, len(data))
    if kind == "repeated":
        data = pd.concat([data, data.iloc[::5], data.iloc[::20]], ignore_index=True)
    if kind == "own":
        data["day"] += rng.uniform(0, 3, len(data)).round(2)
    level = (
        rng.normal(0, 2, n)[data["patient"]]
        + 0.1 * rng.normal(size=n)[data["patient"]] * (data["day"])
    )
    return data.assign(score=20 - data["day"] / 5 + level + rng.normal(size=len(data)))


def check_same_fit(first, second, position):
    """Compare two fits; `position` says where rows of the second stood in the first."""
    pd.testing.assert_frame_equal(second.tidy(), first.tidy(), rtol=1e-6)
    keys = ["log_likelihood", "n_obs", "n_subjects", "n_parameters"]
    pd.testing.assert_frame_equal(second.glance()[keys], first.glance()[keys], rtol=1e-9)
    for name in ("variance_components", "random_effects"):
        ours, theirs = getattr(second, name)(), getattr(first, name)()
        pd.testing.assert_frame_equal(ours, theirs, rtol=1e-4, atol=1e-7)
    for kind in ("response", "pearson"):
        ours, theirs = second.residuals(kind), first.residuals(kind)
        assert ours.index.tolist() == list(range(len(ours)))
        assert ours["patient"].tolist() == theirs["patient"].iloc[position].tolist()
        np.testing.assert_allclose(ours["residual"], theirs["residual"].iloc[position], rtol=1e-5,
                                   atol=1e-8)  # fmt: skip


@pytest.mark.identity
@pytest.mark.parametrize("formula", ["score ~ arm + day", "score ~ arm * day + dose"])
@pytest.mark.parametrize("random", ["1", "1 + day"])
@pytest.mark.parametrize("kind", ["shared", "repeated", "own"])
def test_order_of_rows_does_not_change_the_fit(kind, random, formula):
    data = untidy(kind).sort_values(["patient", "day", "dose"], ignore_index=True)
    first = lmm(formula, data, subject="patient", random=random)
    within = data.sort_values(["patient", "score"]).index.to_numpy()  # patients stay together
    backwards = np.arange(len(data))[::-1]
    anyhow = np.random.default_rng(1).permutation(len(data))
    for position in (within, backwards, anyhow):
        other = lmm(formula, data.iloc[position], subject="patient", random=random)
        check_same_fit(first, other, position)


@pytest.mark.identity
@pytest.mark.parametrize("random", ["1", "1 + day"])
@pytest.mark.parametrize("kind", ["shared", "repeated"])
def test_shared_points_give_the_fit_of_rows_that_share_none(kind, random, monkeypatch):
    data = untidy(kind)
    summed = lmm("score ~ arm * day", data, subject="patient", random=random)
    assert summed.engine.kept_rows.on_visits
    monkeypatch.setattr(import_module("analysis.mixed.lmm"), "share_points", lambda *_: None)
    by_rows = lmm("score ~ arm * day", data, subject="patient", random=random)
    assert not by_rows.engine.kept_rows.on_visits
    check_same_fit(by_rows, summed, np.arange(len(data)))


@pytest.mark.identity
@pytest.mark.parametrize("kind", ["shared", "repeated"])
def test_sorted_and_unsorted_rows_have_the_same_points(kind):
    data = untidy(kind).sort_values(["patient", "day", "dose"], ignore_index=True)
    other = data.sort_values(["patient", "score"])
    first, second = (share_points(*designed(rows)) for rows in (data, other))
    assert first[0].panel.n_visits == second[0].panel.n_visits
    assert first[0].panel.visit.tolist() == second[0].panel.visit.tolist()
    np.testing.assert_array_equal(first[1], second[1])
    days = data["day"].to_numpy()[first[0].position]
    np.testing.assert_array_equal(days, other["day"].to_numpy()[second[0].position])


def test_last_row_of_a_patient_is_not_compared_with_the_next_patient():
    # b's first day is a's last, and c begins where b ended
    data = pd.DataFrame({"patient": list("aabbcc"), "day": [0, 7, 7, 9, 0, 9], "score": range(6)})
    before = designed(data)
    after = share_points(*before)
    assert after[0].panel.visit.tolist() == [0, 1, 1, 2, 0, 2]
    check_same_rows(before, after)
