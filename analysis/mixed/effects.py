"""Predicted random effects of the patients, with their prediction errors.

Patient-level detail: frames made here are marked as such.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.mixed.likelihood import Profile
from analysis.results import FloatArray

__all__ = ["predict_effects", "random_effect_frame"]


def predict_effects(at: Profile, n_fixed: int) -> tuple[FloatArray, FloatArray]:
    """Predict the random effects (best linear unbiased prediction).

    Parameters
    ----------
    at : Profile
        The likelihood at the estimates.
    n_fixed : int
        Number of coefficients.

    Returns
    -------
    effects, std_error : array, shape (N, q)
        ``G Z'V^-1 r``, and the root of the variance of prediction minus truth, which counts the
        uncertainty of the coefficients and not that of the variances.

    References
    ----------
    Robinson GK (1991). Statistical Science 6:15-32.
    """
    U = at.U[:, :, :n_fixed]
    effects = at.U[:, :, n_fixed] @ at.G
    explained = at.G @ (at.K - U @ at.vcov @ U.transpose(0, 2, 1)) @ at.G
    variance = np.diag(at.G) - np.einsum("nqq->nq", explained)
    return effects, np.sqrt(np.maximum(variance, 0.0))


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
