"""Covariances of the coefficients that do not trust the model's variances, and their df.

Each cluster enters by its information ``B = X'V^-1 X`` and its score ``g = X'V^-1 r`` only: the
small-sample corrections are functions of ``B Phi``, whatever the number of rows of the cluster.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.errors import ModelError
from analysis.mixed.engine.likelihood import inverse_of
from analysis.mixed.inference.fitting import Engine
from analysis.results import FloatArray, check_option, counted

__all__ = ["VCOV", "Sandwich", "check_vcov", "sandwich"]

VCOV = ("model", "empirical", "bias-reduced", "jackknife")
"""Kinds of covariance of the coefficients: of the model, CR0, CR2 and CR3."""

Codes = np.ndarray[Any, np.dtype[np.intp]]
_FULL = 1e-10
_NO_SPREAD = 1e-12
_FEWEST = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Sandwich:
    """A sandwich covariance in the coordinates of the fit.

    Parameters
    ----------
    vcov : array, shape (p, p)
        Covariance of the coefficients.
    degrees : callable
        Degrees of freedom of linear functions, (m, p) to (m,).
    n_clusters : int
        Clusters.
    """

    vcov: FloatArray
    degrees: Callable[[FloatArray], FloatArray]
    n_clusters: int


def check_vcov(vcov: str, df: str, cluster: str | None) -> None:
    """Refuse covariances of the coefficients that are unknown or do not go with other choices.

    Parameters
    ----------
    vcov, df : str
        Kind of covariance and method of the degrees of freedom.
    cluster : str or None
        Column of the clusters.

    Raises
    ------
    ModelError
        When the kind is unknown, Kenward-Roger is asked for with a sandwich, or clusters are
        given without one.
    """
    check_option("vcov", vcov, VCOV)
    if vcov != "model" and df == "kenward-roger":
        raise ModelError(
            "Kenward-Roger adjusts the model's covariance: it goes with vcov='model' only. Take "
            "df='satterthwaite' with a sandwich."
        )
    if vcov == "model" and cluster is not None:
        raise ModelError("cluster= is for a sandwich: give vcov='bias-reduced' or another too.")


def sandwich(engine: Engine, kind: str) -> Sandwich:
    """Compute a cluster-robust covariance.

    Parameters
    ----------
    engine : Engine
        The fit. Clusters are the levels of its cluster role; without one, clinics when they have
        an intercept, else patients.
    kind : str
        ``"empirical"`` (CR0), ``"bias-reduced"`` (CR2) or ``"jackknife"`` (CR3).

    Returns
    -------
    Sandwich
        Covariance and degrees of freedom.

    Raises
    ------
    ModelError
        When there are fewer than two clusters, clusters cut through clinics that have an
        intercept, or under the jackknife one cluster alone determines a coefficient.

    Notes
    -----
    With ``M = Phi^(1/2) B Phi^(1/2)``: CR0 takes the scores as they are, CR2 multiplies them by
    ``(I - M)^(-1/2)``, CR3 by ``(I - M)^-1``, without the factor (n - 1) / n, as R's mmrm. Degrees
    of freedom: Bell and McCaffrey's, with the model's covariance as the working one.

    References
    ----------
    Bell RM, McCaffrey DF (2002). Survey Methodology 28:169-181.
    Pustejovsky JE, Tipton E (2018). J Business and Economic Statistics 36:672-683.
    """
    information, score = _clusters(engine)
    if len(information) < _FEWEST:
        raise ModelError(
            f"A sandwich covariance needs at least 2 clusters; there are {len(information)}."
        )
    root = _root(engine.optimum.at.vcov)
    inside = root @ information @ root
    values, vectors = np.linalg.eigh((inside + inside.transpose(0, 2, 1)) / 2.0)
    correction = _correction(kind, values)
    turned = vectors.transpose(0, 2, 1) @ (score @ root)[:, :, None]
    adjusted = (vectors @ (correction[:, :, None] * turned))[:, :, 0]
    vcov = root @ (adjusted.T @ adjusted) @ root
    if (np.diag(vcov) <= _NO_SPREAD * np.diag(engine.optimum.at.vcov)).any():
        raise ModelError(
            f"No variance is left between {counted(len(information), 'cluster')} for a "
            "coefficient: a group may be the whole of its clusters. Take more and smaller "
            "clusters, such as the clinic or the patient."
        )
    degrees = _Degrees.collect(values, vectors, correction)
    back = np.linalg.inv(root)

    def of_contrasts(contrasts: FloatArray) -> FloatArray:
        return degrees.of(np.linalg.solve(back, contrasts.T).T)

    return Sandwich(vcov=vcov, degrees=of_contrasts, n_clusters=len(information))


def _clusters(engine: Engine) -> tuple[FloatArray, FloatArray]:
    """Return the information (C, p, p) and the score (C, p) of every cluster."""
    at, model, design = engine.optimum.at, engine.model, engine.rows.design
    p, code = model.n_fixed, design.cluster
    n_clusters = int(code.max()) + 1
    information, score = np.zeros((n_clusters, p, p)), np.zeros((n_clusters, p))
    for chunk in engine.rows.chunks():
        W = inverse_of(model, chunk.stratum, at.variances).W
        rows = chunk.blocks.rows
        weighted = W @ rows
        products = rows[:, :, :p].transpose(0, 2, 1) @ weighted
        own = code[chunk.patients]
        np.add.at(information, own, products[:, :, :p])
        np.add.at(score, own, products @ at.residual)
    if model.n_clinics:
        taken = at.variances.clinic * at.shrink
        N = at.N[:, :p]
        own = _clusters_of_clinics(engine)
        np.subtract.at(information, own, taken[:, None, None] * N[:, :, None] * N[:, None, :])
        np.subtract.at(score, own, (taken * (at.N @ at.residual))[:, None] * N)
    return information, score


def _clusters_of_clinics(engine: Engine) -> Codes:
    """Return the cluster of every clinic with an intercept, and refuse clinics in several."""
    design = engine.rows.design
    own = np.zeros(len(design.clinics), dtype=np.intp)
    own[design.clinic] = design.cluster
    n = np.unique(design.clinic[own[design.clinic] != design.cluster]).size
    if n:
        raise ModelError(
            f"{counted(n, 'clinic')} with patients in more than one level of cluster="
            f"{design.roles.cluster!r}, but patients of a clinic share its intercept: clusters "
            "must be clinics or groups of whole clinics. Leave out cluster= or nested_in=."
        )
    return own


def _root(matrix: FloatArray) -> FloatArray:
    """Return the symmetric square root."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)


def _correction(kind: str, values: FloatArray) -> FloatArray:
    """Return what the score is multiplied by along each axis, given the leverages."""
    left = 1.0 - values
    if kind == "empirical":
        return np.ones_like(values)
    is_full = left < _FULL
    if kind == "jackknife" and is_full.any():
        n = int(is_full.any(axis=1).sum())
        raise ModelError(
            f"A coefficient rests on one cluster alone ({counted(n, 'such cluster')}), so that the "
            "fit without it does not exist: vcov='jackknife' is not defined; take 'bias-reduced'."
        )
    safe = np.where(is_full, 1.0, left)
    power = -1.0 if kind == "jackknife" else -0.5
    return np.asarray(np.where(is_full, 0.0, safe**power))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Degrees:
    """Sums over clusters from which the degrees of freedom of any linear function follow.

    Forms are symmetric matrices in the coordinates in which ``Phi`` is the identity, packed as
    the lower triangle; ``c c'`` is packed with its off-diagonal entries doubled.
    """

    linear: FloatArray
    squares: FloatArray
    mixed: FloatArray
    outer: FloatArray
    rows: Codes
    columns: Codes

    @classmethod
    def collect(cls, values: FloatArray, vectors: FloatArray, correction: FloatArray) -> _Degrees:
        """Sum over clusters, some at a time."""
        p = values.shape[1]
        rows, columns = np.tril_indices(p)
        size = rows.size
        linear, squares = np.zeros(size), np.zeros((size, size))
        mixed, outer = np.zeros((size, size)), np.zeros((p, p, p, p))
        for first in range(0, len(values), 1024):
            own = slice(first, first + 1024)
            turned = vectors[own].transpose(0, 2, 1)

            def form(weights: FloatArray, turned: FloatArray = turned) -> FloatArray:
                return np.asarray(turned.transpose(0, 2, 1) @ (weights[:, :, None] * turned))

            d = form(correction[own] * values[own])
            e = form(correction[own] ** 2 * values[own])[:, rows, columns]
            f = (d @ d)[:, rows, columns]
            linear += (e - f).sum(axis=0)
            squares += e.T @ e
            mixed += e.T @ f
            outer += np.tensordot(d, d, axes=(0, 0))
        return cls(
            linear=linear, squares=squares, mixed=mixed, outer=outer, rows=rows, columns=columns
        )

    def of(self, contrasts: FloatArray) -> FloatArray:
        """Return ``tr(G)^2 / tr(G^2)`` of each function."""
        packed = contrasts[:, self.rows] * contrasts[:, self.columns]
        packed = packed * np.where(self.rows == self.columns, 1.0, 2.0)
        trace = packed @ self.linear
        own = np.einsum("ma,ab,mb->m", packed, self.squares - 2.0 * self.mixed, packed)
        between = np.einsum("iajb,ma,mb->mij", self.outer, contrasts, contrasts, optimize=True)
        return np.asarray(trace**2 / (own + (between**2).sum(axis=(1, 2))))
