"""Features and multipliers give back the dense design; features are stored where they vary."""

import numpy as np
import pandas as pd
import pytest
from formulaic import Formula

from analysis.mixed.design.build import build_design
from analysis.mixed.design.description import Roles
from analysis.mixed.design.layout import lay_out


def frame(seed=0, n=15):
    rng = np.random.default_rng(seed)
    seen = rng.random((n, 4)) < 0.75
    seen[:4] = True
    patient, visit = np.nonzero(seen)
    return pd.DataFrame(
        {
            "patient": patient,
            "visit": np.array(["v1", "v2", "v3", "v4"])[visit],
            "planned": np.array([0.0, 7.0, 14.0, 28.0])[visit],
            "day": np.array([0.0, 7.0, 14.0, 28.0])[visit] + rng.integers(0, 3, visit.size),
            "arm": np.array(["iv", "im", "oral"])[np.arange(n) % 3][patient],
            "baseline": rng.normal(17, 4, n)[patient],
            "dose": rng.choice(["low", "high"], visit.size),
            "one": 1.0,
            "y": rng.normal(size=visit.size),
        }
    )


DATA = frame()
FORMULAS = (
    "arm*visit + baseline",
    "arm*visit*baseline",
    "0 + arm:visit",
    "arm*day + baseline:visit",
    "dose*visit + poly(day, 2)",
    "visit:day + planned*arm",
    "one + arm",
    "1",
    "3:baseline + 2:visit",
    "I(baseline * planned) + bs(planned, df=3, degree=2)",
    "C(planned, contr.poly)*arm",
    "center(baseline)*C(visit, contr.sum) + dose:arm",
    "I(day - planned)",
)


def laid_out(formula, data=DATA, *, visit="visit"):
    design = build_design(f"y ~ {formula}", data, Roles(subject="patient", visit=visit))
    return design, lay_out(design.encoding, design.columns, design.panel, visit)


def rebuilt(design, layout):
    """Multiply features by multipliers, row by row."""
    panel = design.panel
    features = np.concatenate([panel.of_patients(layout.patient), layout.row], axis=1)
    raw = layout.map.centre + layout.map.scale * features
    return layout.map.multipliers[panel.visit] * raw[:, layout.map.feature]


@pytest.mark.identity
@pytest.mark.parametrize("formula", FORMULAS)
def test_features_times_multipliers_are_the_dense_design(formula):
    design, layout = laid_out(formula)
    theirs = Formula(formula).get_model_matrix(DATA.iloc[design.position])
    np.testing.assert_allclose(rebuilt(design, layout), theirs, rtol=1e-10, atol=1e-10)
    assert layout.map.keys[0] == ()
    assert (layout.patient[:, 0] == 1.0).all()


@pytest.mark.identity
@pytest.mark.parametrize("formula", ["arm*visit + baseline", "dose*day"])
def test_without_visits_the_design_comes_back_too(formula):
    design, layout = laid_out(formula, visit=None)
    theirs = Formula(formula).get_model_matrix(DATA.iloc[design.position])
    np.testing.assert_allclose(rebuilt(design, layout), theirs, rtol=1e-10, atol=1e-10)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("formula", "of_patients", "of_rows"),
    [
        ("visit", 1, 0),
        ("arm*visit", 3, 0),
        ("arm*visit*baseline", 6, 0),
        ("arm*visit + day", 3, 1),
        ("dose*visit", 1, 1),
        ("planned*baseline", 2, 0),
    ],
)
def test_every_feature_is_stored_once_where_it_varies(formula, of_patients, of_rows):
    design, layout = laid_out(formula)
    assert layout.patient.shape == (len(design.subjects), of_patients)
    assert layout.row.shape == (design.n_rows, of_rows)
    assert len(layout.map.keys) == of_patients + of_rows == layout.map.scale.size


@pytest.mark.unit
def test_features_that_vary_are_standardised_and_constants_are_left():
    _, layout = laid_out("arm*visit + baseline + day + one")
    for part in (layout.patient[:, 1:], layout.row):
        np.testing.assert_allclose(part.mean(axis=0), 0.0, atol=1e-12)
        np.testing.assert_allclose(part.std(axis=0), 1.0)
    assert (layout.map.centre[0], layout.map.scale[0]) == (0.0, 1.0)


@pytest.mark.unit
def test_panel_repeats_patients_and_finds_a_row_of_every_visit():
    design, _ = laid_out("visit")
    panel = design.panel
    patients = panel.of_patients(np.arange(len(design.subjects)))
    assert patients.tolist() == sorted(DATA["patient"])
    assert panel.visit[panel.row_of_visit()].tolist() == [0, 1, 2, 3]
    assert panel.sizes.sum() == design.n_rows
