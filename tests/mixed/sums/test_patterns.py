"""Sums per missingness pattern are the cross-products of the dense rows."""

import numpy as np
import pandas as pd
import pytest

from analysis.mixed.design.build import build_design
from analysis.mixed.design.description import Roles
from analysis.mixed.design.layout import Panel
from analysis.mixed.sums.moments import sum_visits
from analysis.mixed.sums.patterns import sum_patterns

SEEN = np.array(
    [[1, 1, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1], [0, 0, 1], [1, 1, 1], [1, 1, 0]], dtype=bool
)


def panel_of(seen):
    sizes = seen.sum(axis=1)
    return Panel(
        starts=np.cumsum(sizes) - sizes,
        sizes=sizes,
        visit=np.nonzero(seen)[1],
        n_visits=seen.shape[1],
    )


def by_hand(seen, patient, row, clinic, n_clinics):
    """Add up patient by patient, per pattern."""
    panel, (n, m) = panel_of(seen), seen.shape
    result = {}
    for i in range(n):
        wide = np.zeros((m, row.shape[1]))
        own = slice(panel.starts[i], panel.starts[i] + panel.sizes[i])
        wide[panel.visit[own]] = row[own]
        part = {
            "counts": 1.0,
            "uu": np.outer(patient[i], patient[i]),
            "uw": np.einsum("k,ml->mkl", patient[i], wide),
            "ww": np.einsum("ma,nb->mnab", wide, wide),
            "clinic_counts": np.eye(n_clinics)[clinic[i]],
            "clinic_u": np.outer(np.eye(n_clinics)[clinic[i]], patient[i]),
            "clinic_w": np.einsum("c,ml->mcl", np.eye(n_clinics)[clinic[i]], wide),
        }
        before = result.setdefault(tuple(seen[i]), dict.fromkeys(part, 0.0))
        result[tuple(seen[i])] = {name: before[name] + part[name] for name in part}
    return result


def check(seen, sums, patient, row, clinic, n_clinics):
    expected = by_hand(seen, patient, row, clinic, n_clinics)
    assert len(sums.present) == len(expected)
    for index, pattern in enumerate(sums.present):
        for name, value in expected[tuple(pattern)].items():
            np.testing.assert_allclose(getattr(sums, name)[index], value, rtol=1e-10, atol=1e-12)


@pytest.mark.identity
@pytest.mark.parametrize("m", [3, 62, 63, 70])
def test_sums_are_those_by_hand(m):
    rng = np.random.default_rng(m)
    seen = SEEN if m == 3 else rng.random((5, m)) < 0.5
    seen = np.concatenate([seen, seen[:2]])
    seen[:, -1] |= ~seen.any(axis=1)
    n, clinic = len(seen), np.arange(len(seen)) % 3
    patient, row = rng.normal(size=(n, 2)), rng.normal(size=(int(seen.sum()), 2))
    sums = sum_patterns(panel_of(seen), patient, row, clinic=clinic, n_clinics=3)
    check(seen, sums, patient, row, clinic, 3)


@pytest.mark.unit
def test_patterns_and_pairs_are_counted():
    sums = sum_patterns(panel_of(SEEN), np.ones((7, 1)), np.ones((15, 1)))
    found = {tuple(map(int, p)): n for p, n in zip(sums.present, sums.counts, strict=True)}
    assert found == {(1, 1, 0): 3.0, (1, 0, 1): 1.0, (1, 1, 1): 2.0, (0, 0, 1): 1.0}
    assert sums.pair_counts().tolist() == [[6, 5, 3], [5, 5, 2], [3, 2, 4]]
    assert sums.clinic_counts.shape == (4, 0)


@pytest.mark.identity
def test_patients_of_a_pattern_are_summed_in_parts(monkeypatch):
    rng = np.random.default_rng(0)
    patient, row, clinic = rng.normal(size=(7, 2)), rng.normal(size=(15, 2)), np.arange(7) % 2
    monkeypatch.setattr("analysis.mixed.sums.patterns._AT_ONCE", 2)
    sums = sum_patterns(panel_of(SEEN), patient, row, clinic=clinic, n_clinics=2)
    check(SEEN, sums, patient, row, clinic, 2)


def long_frame(seed=3, n=30):
    rng = np.random.default_rng(seed)
    seen = rng.random((n, 3)) < 0.8
    seen[:5] = True
    seen[:, 0] |= ~seen.any(axis=1)
    patient, visit = np.nonzero(seen)
    return pd.DataFrame(
        {
            "patient": patient,
            "visit": np.array(["v1", "v2", "v3"])[visit],
            "arm": np.array(["iv", "im"])[np.arange(n) % 2][patient],
            "sex": np.array(["F", "M", "X"])[np.arange(n) % 3][patient],
            "day": 7 * visit + rng.integers(0, 3, visit.size),
            "w": rng.uniform(0.5, 2.0, visit.size),
            "score": rng.normal(20, 5, visit.size),
        }
    )


@pytest.mark.identity
@pytest.mark.parametrize("group", [None, "sex"])
@pytest.mark.parametrize("weights", [None, "w"])
def test_sums_of_a_design_give_its_cross_products(group, weights):
    roles = Roles(subject="patient", visit="visit", group=group, weights=weights)
    design = build_design("score ~ arm*visit + day", long_frame(), roles)
    sums = sum_visits(design).moments
    standard = sums.standard()
    assert len(sums.groups) == (3 if group else 1)
    X = design.encoding.matrix(design.columns, design.n_rows)
    root = np.ones(design.n_rows) if weights is None else np.sqrt(design.weights)
    X, y = root[:, None] * X, root * design.y
    start = np.linalg.lstsq(X, y, rcond=None)[0]
    scale = np.sqrt(np.sum((y - X @ start) ** 2) / (design.n_rows - X.shape[1]))
    np.testing.assert_allclose(standard.start, start, rtol=1e-8)
    assert standard.scale == pytest.approx(scale, rel=1e-10)
    assert standard.log_det == pytest.approx(np.linalg.slogdet(X.T @ X)[1], rel=1e-10)
    T = np.column_stack([X @ standard.back, (y - X @ start) / scale])
    blocks = [part.blocks(standard.columns) for part in sums.groups]
    row_group = design.panel.of_patients(design.group)
    F = np.random.default_rng(1).normal(size=(3, 3))
    F = F + F.T
    same = np.equal.outer(*[design.panel.of_patients(np.arange(len(design.subjects)))] * 2)
    for index, block in enumerate(blocks):
        own = np.flatnonzero((row_group == index) | (len(blocks) == 1))
        visit = design.panel.visit[own]
        weights_of_rows = F[np.ix_(visit, visit)] * same[np.ix_(own, own)]
        pairs = block.present[:, :, None] & block.present[:, None, :]
        found = block.contract((F * pairs)[:, :, None, :])[0]
        np.testing.assert_allclose(found, T[own].T @ weights_of_rows @ T[own], atol=1e-9)


@pytest.mark.identity
def test_clinics_of_a_group_are_counted_among_all_clinics():
    data = long_frame()
    data["clinic"] = np.array(["c1", "c2", "c3", "c4"])[data["patient"] % 4]
    roles = Roles(subject="patient", visit="visit", group="sex", clinic="clinic")
    sums = sum_visits(build_design("score ~ visit", data, roles)).moments
    total = sum(part.clinic_counts.sum(axis=0) for part in sums.groups)
    patients = data.drop_duplicates("patient")
    assert total.tolist() == patients["clinic"].value_counts().sort_index().tolist()
    first = patients.loc[patients["sex"] == "F", "clinic"].value_counts()
    found = sums.groups[0].clinic_counts.sum(axis=0)
    assert found.tolist() == [first.get(name, 0) for name in ("c1", "c2", "c3", "c4")]
