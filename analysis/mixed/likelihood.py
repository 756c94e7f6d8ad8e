"""Restricted and full likelihood of a random-effects model, with exact derivatives.

The variance parameters are those in which the covariance of the outcome is linear: the lower
triangle of ``G`` by rows, then the residual variance. Optimisation is in newton.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.mixed.moments import Moments
from analysis.results import FloatArray

__all__ = ["Derivatives", "Profile", "derivatives", "duplication", "profile"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Profile:
    """The likelihood at given variances, with the coefficients that maximise it.

    Parameters
    ----------
    deviance : float
        Minus twice the log-likelihood (restricted when `reml`).
    beta : array, shape (p,)
        Generalised least-squares coefficients.
    vcov : array, shape (p, p)
        Their covariance ``(X'V^-1 X)^-1``.
    G : array, shape (q, q)
        Covariance of the patients' random part.
    sigma2 : float
        Residual variance.
    D : array, shape (N, q, q)
        ``(sigma2 I + A G)^-1`` of every patient.
    K : array, shape (N, q, q)
        ``Z'V^-1 Z`` of every patient.
    U : array, shape (N, q, p + 1)
        ``Z'V^-1 [X, r]`` of every patient, with ``r = y - X beta``.
    S : array, shape (p + 1, p + 1)
        ``[X, r]'V^-1 [X, r]``.
    reml : bool
        Restricted likelihood.
    """

    deviance: float
    beta: FloatArray
    vcov: FloatArray
    G: FloatArray
    sigma2: float
    D: FloatArray
    K: FloatArray
    U: FloatArray
    S: FloatArray
    reml: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Derivatives:
    """Derivatives of the deviance in the variance parameters.

    Parameters
    ----------
    gradient : array, shape (k,)
        First derivatives.
    observed, expected : array, shape (k, k)
        Second derivatives and their expectation.
    precision : array, shape (k, p, p)
        Minus the derivative of ``X'V^-1 X``.
    """

    gradient: FloatArray
    observed: FloatArray
    expected: FloatArray
    precision: FloatArray


def duplication(q: int) -> FloatArray:
    """Matrix that spreads the lower triangle of a symmetric matrix over all its entries.

    Parameters
    ----------
    q : int
        Size of the matrix.

    Returns
    -------
    array, shape (q * q, q * (q + 1) / 2)
        ``duplication(q) @ G[numpy.tril_indices(q)] == G.ravel()``.

    Examples
    --------
    >>> duplication(2).astype(int).tolist()
    [[1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]]
    """
    rows, columns = np.tril_indices(q)
    spread = np.zeros((q, q, rows.size))
    spread[rows, columns, np.arange(rows.size)] = 1.0
    spread[columns, rows, np.arange(rows.size)] = 1.0
    return spread.reshape(q * q, rows.size)


def profile(moments: Moments, *, G: FloatArray, sigma2: float, reml: bool) -> Profile:
    """Evaluate the likelihood at given variances.

    Parameters
    ----------
    moments : Moments
        Cross-products of the patients.
    G : array, shape (q, q)
        Covariance of the random part; may be singular.
    sigma2 : float
        Residual variance, positive.
    reml : bool
        Restricted likelihood.

    Returns
    -------
    Profile
        Deviance, coefficients and the per-patient pieces that derivatives need.

    Notes
    -----
    The constant is that of R and SAS: ``log|X'V^-1 X|`` is included, ``log|X'X|`` is not, and
    ``log(2 pi)`` counts n - p times (n times for the full likelihood). ``V^-1`` is never formed:
    ``Z'V^-1 = (sigma2 I + Z'Z G)^-1 Z'`` holds for singular ``G`` too.
    """
    p, q, n = moments.n_fixed, G.shape[0], moments.n_rows
    M = sigma2 * np.eye(q) + moments.A @ G
    D = np.asarray(np.linalg.inv(M), dtype=float)
    S = _weighted(moments.C, moments.B, G, D @ moments.B) / sigma2
    vcov = np.linalg.inv(S[:p, :p])
    vcov = (vcov + vcov.T) / 2.0
    beta = vcov @ S[:p, p]
    to_residual = np.eye(p + 1)
    to_residual[:p, p] = -beta
    B = moments.B @ to_residual
    U = D @ B
    S = _weighted(to_residual.T @ moments.C @ to_residual, B, G, U) / sigma2
    log_det_v = (n - q * len(D)) * np.log(sigma2) + np.linalg.slogdet(M)[1].sum()
    restricted = np.linalg.slogdet(S[:p, :p])[1] - p * np.log(2.0 * np.pi) if reml else 0.0
    deviance = n * np.log(2.0 * np.pi) + log_det_v + S[p, p] + restricted
    return Profile(
        deviance=float(deviance),
        beta=beta,
        vcov=vcov,
        G=G,
        sigma2=sigma2,
        D=D,
        K=D @ moments.A,
        U=U,
        S=S,
        reml=reml,
    )


def _weighted(C: FloatArray, B: FloatArray, G: FloatArray, U: FloatArray) -> FloatArray:
    """Subtract the part of the cross-products that the random effects explain."""
    width = B.shape[2]
    return np.asarray(C - B.reshape(-1, width).T @ (G @ U).reshape(-1, width))


def derivatives(moments: Moments, at: Profile) -> Derivatives:
    """Differentiate the deviance in the entries of ``G`` and the residual variance.

    Parameters
    ----------
    moments : Moments
        Cross-products of the patients.
    at : Profile
        The point, as returned by `profile`.

    Returns
    -------
    Derivatives
        Exact first and second derivatives and the expected second derivatives.

    Notes
    -----
    With ``E_h`` the derivative of ``V`` and ``W = V^-1``: the gradient is
    ``tr(W E_h) - tr(W E_h W (rr' + H))`` with ``H = X (X'WX)^-1 X'`` under REML and 0 under ML;
    the second derivatives follow because ``V`` is linear in the parameters. Each trace is a sum
    over patients of q x q matrices.

    References
    ----------
    Searle SR, Casella G, McCulloch CE (1992). Variance Components, section 6.6.
    """
    p, share = moments.n_fixed, 1.0 if at.reml else 0.0
    precision, score, residual_square = _slopes(at, p)
    outer, outer_fixed = _patient_sums(at, p)
    traces = _traces(moments, at)
    products = at.vcov @ precision
    penalty = np.einsum("hij,lji->hl", products, products)
    from_residual, from_fixed = _second(at.K, *outer), _second(at.K, *outer_fixed)
    observed = 2.0 * (from_residual + share * from_fixed - score @ at.vcov @ score.T) - traces[1]
    return Derivatives(
        gradient=traces[0] - share * np.einsum("hii->h", products) - residual_square,
        observed=observed - share * penalty,
        expected=traces[1] - share * (2.0 * from_fixed - penalty),
        precision=precision,
    )


def _slopes(at: Profile, p: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return ``X'W E_h W X``, ``X'W E_h W r`` and ``r'W E_h W r`` of every parameter."""
    n, q, width = at.U.shape
    flat = at.U.reshape(n, q * width)
    outer = (flat.T @ flat).reshape(q, width, q, width).transpose(0, 2, 1, 3)
    by_entry = duplication(q).T @ outer.reshape(q * q, width * width)
    slopes = np.vstack([by_entry, _square(at).ravel()]).reshape(-1, width, width)
    return slopes[:, :p, :p], slopes[:, :p, p], slopes[:, p, p]


def _square(at: Profile) -> FloatArray:
    """Return ``[X, r]'W^2[X, r]``."""
    return (at.S - _flat(at.U).T @ _flat(at.G @ at.U)) / at.sigma2


def _flat(U: FloatArray) -> FloatArray:
    """Stack the patients."""
    return U.reshape(-1, U.shape[2])


_PatientSums = tuple[FloatArray, FloatArray, float]


def _patient_sums(at: Profile, p: int) -> tuple[_PatientSums, _PatientSums]:
    """Return what `_second` takes for ``rr'`` and for ``H``."""
    V2 = at.D @ at.U
    cube = (_square(at) - _flat(V2).T @ _flat(at.G @ at.U)) / at.sigma2
    r, x = at.U[:, :, p:].transpose(0, 2, 1), at.vcov @ at.U[:, :, :p].transpose(0, 2, 1)
    residual = (at.U[:, :, p:] @ r, V2[:, :, p:] @ r, float(cube[p, p]))
    fixed = (at.U[:, :, :p] @ x, V2[:, :, :p] @ x, float(np.sum(at.vcov * cube[:p, :p])))
    return residual, fixed


def _second(K: FloatArray, J: FloatArray, L: FloatArray, residual: float) -> FloatArray:
    """Arrange the sums of ``tr(E_h W E_j W (.) W)`` over all pairs of parameters."""
    n, q = K.shape[:2]
    pairs = (K.reshape(n, -1).T @ J.reshape(n, -1)).reshape(q, q, q, q)
    spread = duplication(q)
    square = spread.T @ pairs.transpose(3, 0, 1, 2).reshape(q * q, q * q) @ spread
    side = spread.T @ L.sum(axis=0).ravel()
    return np.block([[square, side[:, None]], [side[None, :], np.array([[residual]])]])


def _traces(moments: Moments, at: Profile) -> tuple[FloatArray, FloatArray]:
    """Return the sums of ``tr(W E_h)`` and of ``tr(W E_h W E_j)``."""
    K2 = at.K @ at.D.transpose(0, 2, 1)
    sum_k, sum_k2 = at.K.sum(axis=0), K2.sum(axis=0)
    trace_w = (moments.n_rows - np.trace(at.G @ sum_k)) / at.sigma2
    trace_w2 = (trace_w - np.trace(at.G @ sum_k2)) / at.sigma2
    first = np.append(duplication(at.G.shape[0]).T @ sum_k.ravel(), trace_w)
    return first, _second(at.K, at.K, K2, trace_w2)
