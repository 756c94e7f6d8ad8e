"""The small-sample covariance of Kenward and Roger, without a loop over pairs of parameters.

The sum over pairs ``V_hj Q_hj`` is a sum of squares once the covariance of the parameters is
factored, so that its cost is one more contraction per stratum.
"""

from __future__ import annotations

import numpy as np

from analysis.mixed.engine.covariance import Model, indices_of
from analysis.mixed.engine.likelihood import (
    Profile,
    left_products,
    right_products,
    starred,
)
from analysis.results import FloatArray

__all__ = ["adjusted_covariance"]


def adjusted_covariance(
    model: Model, at: Profile, precision: FloatArray, parameter_covariance: FloatArray
) -> FloatArray:
    """Adjust the covariance of the coefficients for the estimation of the variances.

    Parameters
    ----------
    model : Model
        Strata and structures.
    at : Profile
        The likelihood at the optimum.
    precision : array, shape (k, p, p)
        Minus the derivative of ``X'V^-1 X``.
    parameter_covariance : array, shape (k, k)
        Covariance of the covariance parameters.

    Returns
    -------
    array, shape (p, p)
        ``Phi + 2 Phi {sum V_hj (Q_hj - P_h Phi P_j)} Phi``.

    Notes
    -----
    Second derivatives of ``V`` are left out: this is SAS's DDFM=KR(LINEAR), and DDFM=KR for
    structures that are linear in their parameters (unstructured, compound symmetry, Toeplitz).

    References
    ----------
    Kenward MG, Roger JH (1997). Biometrics 53:983-997.
    """
    values, vectors = np.linalg.eigh(parameter_covariance)
    kept = values > 1e-14 * max(float(values[-1]), 0.0)
    factor = vectors[:, kept] * np.sqrt(values[kept])  # k, r
    first = np.tensordot(factor.T, precision, axes=1)  # r, p, p
    second = np.einsum("rij,jk,rkl->il", first, at.vcov, first, optimize=True)
    squares = _squares(model, at, factor)
    bias = at.vcov @ (squares - second) @ at.vcov
    return np.asarray(at.vcov + bias + bias.T)


def _squares(model: Model, at: Profile, factor: FloatArray) -> FloatArray:
    """Sum ``X'U E_r U E_r U X`` over combinations ``E_r`` of the derivatives."""
    p, rank = model.n_fixed, factor.shape[1]
    total = np.zeros((p + 1, p + 1))
    side = np.zeros((rank, model.n_clinics, p + 1))
    for stratum, inverse in zip(model.strata, at.inverses, strict=True):
        own = indices_of(model, stratum)
        combined = np.tensordot(inverse.first, factor[own], axes=([-3], [0]))  # ..., m, m, r
        combined = np.moveaxis(combined, -1, -3)
        left = left_products(inverse.W, combined)  # B, m, r, m
        middle = np.einsum("birk,bkrj->bij", left, right_products(left, inverse.W), optimize=True)
        total += starred(stratum.blocks, middle[:, :, None, :], at).inner[0]
        if model.n_clinics:
            weights = right_products(left, inverse.W)
            side += starred(stratum.blocks, weights, at).side
    if model.n_clinics:
        k, omega = at.shrink, at.variances.clinic
        total -= np.einsum("rcp,c,rcq->pq", side, omega * k, side, optimize=True)
        own, kN = factor[-1], k[:, None] * at.N
        mixed = np.einsum("r,rcp,c,cq->pq", own, side, k, kN, optimize=True)
        total += mixed + mixed.T
        total += float(own @ own) * kN.T @ ((at.n0 * k)[:, None] * kN)
    return total[:p, :p]
