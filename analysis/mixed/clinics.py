"""What can be said about clinics: too few for a variance, and comparisons that are theirs."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.errors import ModelError
from analysis.mixed.design.build import Design
from analysis.mixed.engine.newton import Optimum
from analysis.results import counted

__all__ = ["check_clinics", "clinic_variance_note", "confounded_factors", "enough_clinics"]

FEWEST_CLINICS = 5
"""A variance between fewer clinics than this is hardly estimated at all."""

_COUNTING = ("between-within", "residual")


def check_clinics(design: Design, df: str, vcov: str = "model") -> tuple[str, ...]:
    """Refuse clinic variances from too few clinics, and name comparisons between clinics.

    Parameters
    ----------
    design : Design
        Rows, clinics and clusters of a model.
    df : str
        Method of the degrees of freedom.
    vcov : str
        Covariance of the coefficients; with a sandwich, clusters are checked like clinics.

    Returns
    -------
    tuple of str
        Notes for the reader.

    Raises
    ------
    ModelError
        When there are fewer clinics than `FEWEST_CLINICS`, or a comparison is one between clinics
        or clusters and the degrees of freedom would count patients.
    """
    if len(design.clinics):
        return _check_variance(design, df)
    n_clusters = int(design.cluster.max()) + 1
    if vcov == "model" or n_clusters == len(design.subjects):
        return ()
    if df in _COUNTING:
        raise ModelError(
            f"Clusters of patients ({counted(n_clusters, 'cluster')}) and df={df!r}, which counts "
            "patients or rows, do not go together. Take df='satterthwaite'."
        )
    confounded = confounded_factors(design, design.cluster, design.roles.cluster)
    if not confounded:
        return ()
    note = (
        f"each level of {design.roles.cluster!r} has one level of {_listed(confounded)}: what is "
        "compared are clusters, not patients"
    )
    return (note,)


def _check_variance(design: Design, df: str) -> tuple[str, ...]:
    """Check a model with a clinic intercept."""
    n_clinics = len(design.clinics)
    confounded = confounded_factors(design, design.clinic, design.roles.clinic)
    if n_clinics < FEWEST_CLINICS:
        alone = f", and {_listed(confounded)} cannot be told from them" if confounded else ""
        raise ModelError(
            f"nested_in={design.roles.clinic!r} has {counted(n_clinics, 'clinic')}, too few for a "
            f"variance between clinics (at least {FEWEST_CLINICS}){alone}. Take the clinic as a "
            "factor of the formula, or leave it out and say so."
        )
    if not confounded:
        return ()
    if df in _COUNTING:
        raise ModelError(
            f"Each clinic has one level of {_listed(confounded)}, so that its comparison is one "
            f"between {counted(n_clinics, 'clinic')}; df={df!r} would count patients. Take "
            "df='kenward-roger' or 'satterthwaite'."
        )
    note = (
        f"each clinic has one level of {_listed(confounded)}: what is compared are clinics, not "
        "patients"
    )
    return (note,)


def enough_clinics(n_clinics: int) -> None:
    """Refuse sums of clinics too few for a variance between them; without clinics nothing is.

    Parameters
    ----------
    n_clinics : int
        Clinics that the sums have.

    Raises
    ------
    ModelError
        When there are fewer than `FEWEST_CLINICS`, but some.
    """
    if 0 < n_clinics < FEWEST_CLINICS:
        raise ModelError(
            f"The moments have {counted(n_clinics, 'clinic')}, too few for a variance "
            f"between clinics (at least {FEWEST_CLINICS}); add more, or make them without "
            "nested_in=."
        )


def clinic_variance_note(optimum: Optimum, notes: tuple[str, ...]) -> tuple[str, ...]:
    """Warn where clinics are compared and their variance was estimated as zero.

    Parameters
    ----------
    optimum : Optimum
        The fit.
    notes : tuple of str
        Notes of `check_clinics` among others.

    Returns
    -------
    tuple of str
        A note, or none.
    """
    between = any(note.startswith("each clinic") for note in notes)
    if not between or optimum.coordinates.clinic is not None:
        return ()
    return (
        (
            "the variance between clinics was estimated as 0, so that the degrees of freedom count "
            "patients although clinics are compared"
        ),
    )


def confounded_factors(
    design: Design, clinic: np.ndarray[Any, np.dtype[np.intp]], own: str | None
) -> tuple[str, ...]:
    """List the factors of the mean of which every clinic has one level only.

    Parameters
    ----------
    design : Design
        Rows of a model.
    clinic : array of int, shape (N,)
        Clinic, or cluster, of every patient.
    own : str or None
        Column of the clinics themselves, which is left out.

    Returns
    -------
    tuple of str
        Columns.
    """
    row_clinic = design.panel.of_patients(clinic)
    n_clinics = int(clinic.max()) + 1
    found = []
    for name in design.parsed.predictors:
        column = design.columns[name]
        if column.levels is None or name == own or len(column.levels) < 2:
            continue
        cell = np.bincount(
            row_clinic * len(column.levels) + column.data,
            minlength=n_clinics * len(column.levels),
        )
        if ((cell.reshape(n_clinics, -1) > 0).sum(axis=1) == 1).all():
            found.append(name)
    return tuple(found)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(map(repr, names))
