"""What can be said about clinics: too few for a variance, and comparisons that are theirs."""

from __future__ import annotations

import numpy as np

from analysis.errors import ModelError
from analysis.mixed.design import Design
from analysis.results import counted

__all__ = ["FEWEST_CLINICS", "check_clinics", "confounded_factors"]

FEWEST_CLINICS = 5
"""A variance between fewer clinics than this is hardly estimated at all."""


def check_clinics(design: Design, df: str) -> tuple[str, ...]:
    """Refuse clinic variances from too few clinics, and name comparisons between clinics.

    Parameters
    ----------
    design : Design
        Rows and clinics of a model; without clinics nothing is checked.
    df : str
        Method of the degrees of freedom.

    Returns
    -------
    tuple of str
        Notes for the reader.

    Raises
    ------
    ModelError
        When there are fewer clinics than `FEWEST_CLINICS`, or a comparison is one between clinics
        and the degrees of freedom would count patients.
    """
    n_clinics = len(design.clinics)
    if not n_clinics:
        return ()
    confounded = confounded_factors(design)
    if n_clinics < FEWEST_CLINICS:
        alone = f", and {_listed(confounded)} cannot be told from them" if confounded else ""
        raise ModelError(
            f"nested_in={design.roles.clinic!r} has {counted(n_clinics, 'clinic')}, too few for a "
            f"variance between clinics (at least {FEWEST_CLINICS}){alone}. Take the clinic as a "
            "factor of the formula, or leave it out and say so."
        )
    if not confounded:
        return ()
    if df in ("between-within", "residual"):
        raise ModelError(
            f"Each clinic has one level of {_listed(confounded)}, so that its comparison is one "
            f"between {counted(n_clinics, 'clinic')}; df={df!r} would count patients. Take "
            "df='kenward-roger' or 'satterthwaite'."
        )
    note = (
        f"each clinic has one level of {_listed(confounded)}: what is compared are clinics, with "
        f"degrees of freedom from {counted(n_clinics, 'clinic')}"
    )
    return (note,)


def confounded_factors(design: Design) -> tuple[str, ...]:
    """List the factors of the mean of which every clinic has one level only.

    Parameters
    ----------
    design : Design
        Rows and clinics.

    Returns
    -------
    tuple of str
        Columns; a clinic with a single patient says nothing.
    """
    row_clinic = design.panel.of_patients(design.clinic)
    n_clinics = len(design.clinics)
    found = []
    for name in design.parsed.predictors:
        column = design.columns[name]
        if column.levels is None or name == design.roles.clinic or len(column.levels) < 2:
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
