"""Shared points in time: when rows can be summed, and that nothing is lost by it."""

import numpy as np
import pandas as pd
import pytest

from analysis.mixed.description import Roles
from analysis.mixed.design import build_design
from analysis.mixed.points import share_points

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
    monkeypatch.setattr("analysis.mixed.points._MOST_PATTERNS", 1)
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
