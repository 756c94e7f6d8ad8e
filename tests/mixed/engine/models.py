"""Small random models, as the engine has them and written out as one dense covariance."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from analysis.mixed.engine.blocks import PatientBlocks, PatternBlocks
from analysis.mixed.engine.covariance import Model, RandomBlock, Stratum, Variances
from analysis.mixed.engine.structures import structure_named


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Rows of patients at visits: features u of patients and w of rows, the outcome last."""

    patient: np.ndarray
    visit: np.ndarray
    day: np.ndarray
    clinic: np.ndarray
    group: np.ndarray
    u: np.ndarray
    w: np.ndarray
    columns: np.ndarray
    root: np.ndarray

    @property
    def T(self) -> np.ndarray:  # noqa: N802 - as the engine calls it
        """Columns of the mean and the outcome, row by row."""
        features = np.concatenate([self.u[self.patient], self.w], axis=1)
        return np.einsum("nf,nfp->np", features, self.columns[self.visit]) * self.root[:, None]


def sample(seed=0, *, n=14, m=4, p=3, n_clinics=3, weighted=False) -> Sample:
    """Draw patients who miss visits at random, each with at least one."""
    rng = np.random.default_rng(seed)
    seen = rng.random((n, m)) < 0.7
    seen[np.arange(n), rng.integers(0, m, n)] = True
    seen[: n // 3] = True
    patient, visit = np.nonzero(seen)
    return Sample(
        patient=patient,
        visit=visit,
        day=7.0 * visit + rng.integers(0, 4, visit.size),
        clinic=rng.integers(0, max(n_clinics, 1), n),
        group=np.arange(n) % 2,
        u=np.column_stack([np.ones(n), rng.normal(size=(n, 1))]),
        w=rng.normal(size=(visit.size, 2)),
        columns=rng.normal(size=(m, 4, p + 1)),
        root=rng.uniform(0.5, 2.0, visit.size) if weighted else np.ones(visit.size),
    )


def pattern_blocks(s: Sample, members, n_clinics: int) -> PatternBlocks:
    """Sum over patients who share their visits, by loops over patients."""
    m, n_u, n_w = len(s.columns), s.u.shape[1], s.w.shape[1]
    sets = {i: tuple(s.visit[s.patient == i]) for i in members}
    patterns = sorted(set(sets.values()))
    b = len(patterns)
    present = np.zeros((b, m), dtype=bool)
    uu, uw = np.zeros((b, n_u, n_u)), np.zeros((b, m, n_u, n_w))
    ww, counts = np.zeros((b, m, m, n_w, n_w)), np.zeros(b)
    clinic_counts, clinic_u = np.zeros((b, n_clinics)), np.zeros((b, n_clinics, n_u))
    clinic_w = np.zeros((b, m, n_clinics, n_w))
    for i, visits in sets.items():
        at = patterns.index(visits)
        present[at, list(visits)] = True
        counts[at] += 1
        rows = dict(zip(visits, s.w[s.patient == i], strict=True))
        uu[at] += np.outer(s.u[i], s.u[i])
        for j in visits:
            uw[at, j] += np.outer(s.u[i], rows[j])
            for k in visits:
                ww[at, j, k] += np.outer(rows[j], rows[k])
            if n_clinics:
                clinic_w[at, j, s.clinic[i]] += rows[j]
        if n_clinics:
            clinic_counts[at, s.clinic[i]] += 1
            clinic_u[at, s.clinic[i]] += s.u[i]
    return PatternBlocks(
        counts=counts, present=present, uu=uu, uw=uw, ww=ww, clinic_counts=clinic_counts,
        clinic_u=clinic_u, clinic_w=clinic_w, columns=s.columns,
    )  # fmt: skip


def patient_blocks(s: Sample, members, n_clinics: int) -> PatientBlocks:
    """Put every patient's rows at their visits."""
    m = len(s.columns)
    rows, ones = np.zeros((len(members), m, s.T.shape[1])), np.zeros((len(members), m))
    for at, i in enumerate(members):
        own = s.patient == i
        rows[at, s.visit[own]] = s.T[own]
        ones[at, s.visit[own]] = s.root[own]
    return PatientBlocks(
        rows=rows, present=ones > 0.0, ones=ones, clinic=s.clinic[members], n_clinics=n_clinics
    )


def random_columns(s: Sample, q: int, *, own_days: bool) -> np.ndarray:
    """Return powers of the day, row by row; the day of the visit unless own days are asked for."""
    day = (s.day if own_days else 7.0 * s.visit) / 14.0
    return np.column_stack([np.ones(day.size), day, day**2])[:, :q]


def build(
    s: Sample, structure: str, *, random=(), n_clinics=0, groups=1, per_patient=False,
    own_days=False, reml=True,
) -> Model:  # fmt: skip
    """Make the model; `random` has the sizes of the random blocks."""
    m, q = len(s.columns), sum(random)
    Z = random_columns(s, q, own_days=own_days)
    lags = np.abs(np.subtract.outer(np.arange(m), np.arange(m))).astype(float)
    strata = []
    for group in range(groups):
        members = np.flatnonzero((s.group == group) | (groups == 1))
        make = patient_blocks if per_patient else pattern_blocks
        by_visit = np.stack([Z[s.visit == v][0] for v in range(m)])
        distances = lags
        if per_patient:
            by_visit = np.zeros((len(members), m, q))
            days = np.zeros((len(members), m))
            for at, i in enumerate(members):
                by_visit[at, s.visit[s.patient == i]] = Z[s.patient == i]
                days[at, s.visit[s.patient == i]] = s.day[s.patient == i]
            if own_days:
                distances = np.abs(days[:, :, None] - days[:, None, :])
        strata.append(
            Stratum(
                blocks=make(s, members, n_clinics), structure=group, distances=distances, Z=by_visit
            )
        )
    starts = np.cumsum([0, *random])
    blocks = tuple(
        RandomBlock(terms=tuple("abc"[a:b]), columns=slice(int(a), int(b)))
        for a, b in itertools.pairwise(starts)
    )
    return Model(
        strata=tuple(strata), random=blocks, structures=(structure_named(structure, m),) * groups,
        n_rows=s.visit.size, n_fixed=s.T.shape[1] - 1, n_clinics=n_clinics, reml=reml,
    )  # fmt: skip


def point(model: Model, theta: np.ndarray) -> Variances:
    """Read all covariance parameters from one vector, the clinic variance last."""
    G = np.tensordot(theta[: model.n_random_parameters], model.random_basis(), axes=1)
    residual = tuple(theta[where] for where in model.residual_slices)
    return Variances(G=G, residual=residual, clinic=float(theta[-1]) if model.n_clinics else 0.0)


def some_theta(model: Model, seed: int = 5) -> np.ndarray:
    """Choose a point well inside the parameter space."""
    rng = np.random.default_rng(seed)
    m = model.structures[0].n_visits
    F = rng.normal(size=(m, 2 * m))
    distances = model.strata[0].distances
    parts = []
    for block in model.random:
        A = rng.normal(size=(block.size, 2 * block.size))
        parts.append((A @ A.T / 4.0)[np.tril_indices(block.size)])
    for structure in model.structures:
        start = structure.start(F @ F.T / m, distances)
        if structure.correlations is not None:
            start = start + rng.uniform(0.02, 0.1, start.size)
        parts.append(start)
    return np.concatenate([*parts, [0.4]] if model.n_clinics else parts)


@dataclass(frozen=True, kw_only=True)
class Dense:
    """The whole covariance and its first derivatives, all rows by all rows."""

    X: np.ndarray
    y: np.ndarray
    V: np.ndarray
    E: list[np.ndarray]


def dense(model: Model, s: Sample, theta: np.ndarray, *, own_days: bool = False) -> Dense:
    """Write the covariance out, row against row."""
    Z = random_columns(s, model.n_random, own_days=own_days)
    same = s.patient[:, None] == s.patient[None, :]
    E = []
    for block in model.random:
        for row, column in zip(*np.tril_indices(block.size), strict=True):
            a, b = Z[:, block.columns.start + row], Z[:, block.columns.start + column]
            E.append((np.outer(a, b) + (row != column) * np.outer(b, a)) * same)
    G = point(model, theta).G
    V = (Z @ G @ Z.T) * same
    many = len(model.structures) > 1
    for index, (structure, where) in enumerate(
        zip(model.structures, model.residual_slices, strict=True)
    ):
        own = (s.group[s.patient] == index) | (not many)
        mask = same & own[:, None] & own[None, :]
        shape = _rows_by_rows(structure, theta[where], s)
        V = V + shape[0] * mask
        E += [first * mask for first in shape[1]]
    if model.n_clinics:
        clinic = s.clinic[s.patient]
        E.append((clinic[:, None] == clinic[None, :]) * np.outer(s.root, s.root))
        V = V + theta[-1] * E[-1]
    T = s.T
    return Dense(X=T[:, :-1], y=T[:, -1], V=V, E=E)


def _rows_by_rows(structure, theta, s: Sample):
    if structure.needs_distances:
        shape = structure.shape(theta, np.abs(s.day[:, None] - s.day[None, :]))
        return shape.matrix, shape.first
    m = len(s.columns)
    shape = structure.shape(theta, np.abs(np.subtract.outer(np.arange(m), np.arange(m))))
    grid = np.ix_(s.visit, s.visit)
    return shape.matrix[grid], [first[grid] for first in shape.first]
