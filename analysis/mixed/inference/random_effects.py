"""Predicted random effects of patients and clinics, with their prediction errors.

Patient-level detail: frames made here are marked as such.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.mixed.engine.covariance import Model
from analysis.mixed.engine.likelihood import Profile, inverse_of
from analysis.mixed.sums.patient_rows import PatientRows
from analysis.results import FloatArray

__all__ = ["clinic_effects", "patient_effects", "random_effect_frame"]


def patient_effects(model: Model, at: Profile, rows: PatientRows) -> tuple[FloatArray, FloatArray]:
    """Predict the random effects of patients (best linear unbiased prediction).

    Parameters
    ----------
    model : Model
        Random terms and structures.
    at : Profile
        The likelihood at the estimates.
    rows : PatientRows
        Rows of all patients.

    Returns
    -------
    effects, std_error : array, shape (N, Q)
        ``G Z'V^-1 r``, and the root of the variance of prediction minus truth, which counts the
        uncertainty of the coefficients and not that of the variances.

    References
    ----------
    Robinson GK (1991). Statistical Science 6:15-32.
    """
    n, q = len(rows.design.subjects), model.n_random
    effects, variance = np.zeros((n, q)), np.zeros((n, q))
    G, vcov, p = at.variances.G, at.vcov, model.n_fixed
    for chunk in rows.chunks():
        own, blocks, stratum = chunk.patients, chunk.blocks, chunk.stratum
        W = inverse_of(model, stratum, at.variances).W
        clear = blocks.rows
        if model.n_clinics:
            clear = clear - blocks.ones[:, :, None] * at.pull[blocks.clinic][:, None, :]
        ZW = stratum.Z.transpose(0, 2, 1) @ W  # B, Q, m
        U = ZW @ clear  # Z'V^-1 [X, y]
        K = ZW @ stratum.Z
        if model.n_clinics:
            one = (ZW @ blocks.ones[:, :, None])[:, :, 0]
            shrunk = (at.variances.clinic * at.shrink)[blocks.clinic]
            K = K - shrunk[:, None, None] * one[:, :, None] * one[:, None, :]
        effects[own] = (U @ at.residual) @ G
        X = U[:, :, :p]
        explained = G @ (K - X @ vcov @ X.transpose(0, 2, 1)) @ G
        variance[own] = np.diag(G) - np.einsum("nqq->nq", explained)
    return effects, np.sqrt(np.maximum(variance, 0.0))


def clinic_effects(at: Profile, n_fixed: int) -> tuple[FloatArray, FloatArray]:
    """Predict the intercepts of clinics.

    Parameters
    ----------
    at : Profile
        The likelihood at the estimates.
    n_fixed : int
        Number of coefficients.

    Returns
    -------
    effects, std_error : array, shape (C,)
        As `patient_effects`.
    """
    omega, N = at.variances.clinic, at.shrink[:, None] * at.N
    X = N[:, :n_fixed]
    explained = at.n0 * at.shrink - np.einsum("cp,pq,cq->c", X, at.vcov, X)
    variance = omega - omega**2 * explained
    return omega * (N @ at.residual), np.sqrt(np.maximum(variance, 0.0))


def random_effect_frame(
    subjects: pd.Index, terms: tuple[str, ...], *, effects: FloatArray, std_error: FloatArray
) -> pd.DataFrame:
    """Lay out predicted random effects, one row per patient and term.

    Parameters
    ----------
    subjects : pandas.Index
        Patients; its name is that of the patient column.
    terms : tuple of str
        Random terms.
    effects, std_error : array, shape (N, q)
        Predictions and their errors.

    Returns
    -------
    pandas.DataFrame
        Patient column, ``term, estimate, std_error``; ``attrs["patient_level"]`` is True.
    """
    frame = pd.DataFrame(
        {
            subjects.name: subjects.repeat(len(terms)),
            "term": np.tile(np.array(terms, dtype=object), len(subjects)),
            "estimate": effects.ravel(),
            "std_error": std_error.ravel(),
        }
    )
    frame.attrs["patient_level"] = True
    return frame
