"""Sums over patterns, rows of patients and pooled rows answer the same questions alike."""

import numpy as np
import pytest

from analysis.mixed.engine.blocks import PatientBlocks, PatternBlocks
from analysis.mixed.sums.rotation import PooledRows
from tests.mixed.engine.models import patient_blocks, pattern_blocks, sample

pytestmark = pytest.mark.identity

CLINICS = 3


def by_row(s):
    """Rows, constant and clinic of every patient, as the definitions have them."""
    m, clinic = len(s.columns), s.clinic
    for i in range(len(clinic)):
        own = s.patient == i
        T, one = np.zeros((m, s.T.shape[1])), np.zeros(m)
        T[s.visit[own]], one[s.visit[own]] = s.T[own], s.root[own]
        yield T, one, clinic[i]


def block_of_patient(s, blocks):
    """Say in which block each patient is."""
    if isinstance(blocks, PatientBlocks):
        return list(range(len(s.clinic)))
    seen = np.zeros((len(s.clinic), len(s.columns)), dtype=bool)
    seen[s.patient, s.visit] = True
    return [int(np.flatnonzero((blocks.present == row).all(axis=1))[0]) for row in seen]


def weights_of(blocks, k=2, seed=3):
    """Draw symmetric matrices that are zero where a block has no point."""
    present = blocks.present
    n_blocks, m = present.shape
    F = np.random.default_rng(seed).normal(size=(n_blocks, m, k, m))
    F = F + F.transpose(0, 3, 2, 1)
    return F * present[:, :, None, None] * present[:, None, None, :]


KINDS = [(pattern_blocks, False), (patient_blocks, False), (patient_blocks, True)]


@pytest.fixture(params=KINDS, ids=["patterns", "patients", "weighted patients"])
def case(request):
    make, weighted = request.param
    s = sample(2, n=20, n_clinics=CLINICS, weighted=weighted)
    return s, make(s, np.arange(20), CLINICS)


def test_patterns_are_fewer_than_patients_and_some_have_gaps():
    s = sample(2, n=20, n_clinics=CLINICS)
    blocks = pattern_blocks(s, np.arange(20), CLINICS)
    assert isinstance(blocks, PatternBlocks)
    assert 3 <= len(blocks.counts) < 20
    assert blocks.counts.max() >= 6
    assert not blocks.present.all()


def test_counts_are_of_patients(case):
    s, blocks = case
    expected = np.bincount(block_of_patient(s, blocks))
    assert np.asarray(blocks.counts).tolist() == expected.tolist()


def test_contract(case):
    s, blocks = case
    F, of = weights_of(blocks), block_of_patient(s, blocks)
    expected = sum(
        np.einsum("ip,ikj,jq->kpq", T, F[b], T) for (T, _, _), b in zip(by_row(s), of, strict=True)
    )
    np.testing.assert_allclose(blocks.contract(F), expected, rtol=1e-10, atol=1e-10)


def test_spread(case):
    s, blocks = case
    M = np.random.default_rng(4).normal(size=(s.T.shape[1],) * 2)
    M = M + M.T
    expected = np.zeros((len(blocks.present), *[len(s.columns)] * 2))
    for (T, _, _), b in zip(by_row(s), block_of_patient(s, blocks), strict=True):
        expected[b] += T @ M @ T.T
    np.testing.assert_allclose(blocks.spread(M), expected, rtol=1e-10, atol=1e-10)


def test_clinic_contract_and_squares(case):
    s, blocks = case
    F, of = weights_of(blocks), block_of_patient(s, blocks)
    side, square = np.zeros((2, CLINICS, s.T.shape[1])), np.zeros((2, CLINICS))
    for (T, one, c), b in zip(by_row(s), of, strict=True):
        side[:, c] += np.einsum("i,ikj,jp->kp", one, F[b], T)
        square[:, c] += np.einsum("i,ikj,j->k", one, F[b], one)
    np.testing.assert_allclose(blocks.clinic_contract(F), side, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(blocks.clinic_squares(F), square, rtol=1e-10, atol=1e-10)


def test_clinic_spread_and_mixed(case):
    s, blocks = case
    rng, m = np.random.default_rng(5), len(s.columns)
    values, vectors = rng.normal(size=CLINICS), rng.normal(size=(CLINICS, s.T.shape[1]))
    spread, mixed = np.zeros((len(blocks.present), m, m)), np.zeros((len(blocks.present), m, m))
    for (T, one, c), b in zip(by_row(s), block_of_patient(s, blocks), strict=True):
        spread[b] += values[c] * np.outer(one, one)
        mixed[b] += np.outer(T @ vectors[c], one)
    np.testing.assert_allclose(blocks.clinic_spread(values), spread, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(blocks.clinic_mixed(vectors), mixed, rtol=1e-10, atol=1e-10)


def test_pooled_rows_are_patients_of_one_row_each():
    rng = np.random.default_rng(6)
    rows, ones, clinic = rng.normal(size=(30, 1, 4)), rng.normal(size=(30, 1)), np.arange(30) % 3
    single = PatientBlocks(
        rows=rows, present=np.ones((30, 1), dtype=bool), ones=ones, clinic=clinic, n_clinics=3
    )
    T, indicator = rows[:, 0], np.eye(3)[clinic] * ones
    pooled = PooledRows(
        n_rows=30.0,
        total=T.T @ T,
        clinic_side=indicator.T @ T,
        clinic_square=(indicator**2).sum(axis=0),
    )
    assert pooled.counts.tolist() == [30.0]
    assert pooled.present.tolist() == [[True]]
    F = np.array([0.5, -2.0]).reshape(1, 1, 2, 1)
    everywhere = np.repeat(F, 30, axis=0)
    for question in ("contract", "clinic_contract", "clinic_squares"):
        np.testing.assert_allclose(
            getattr(pooled, question)(F), getattr(single, question)(everywhere), rtol=1e-12
        )
    M = rng.normal(size=(4, 4))
    values, vectors = rng.normal(size=3), rng.normal(size=(3, 4))
    for question, argument in (
        ("spread", M + M.T),
        ("clinic_spread", values),
        ("clinic_mixed", vectors),
    ):
        summed = getattr(single, question)(argument).sum(axis=0, keepdims=True)
        np.testing.assert_allclose(getattr(pooled, question)(argument), summed, rtol=1e-12)
