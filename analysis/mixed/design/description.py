"""What a fit must remember about its data besides numbers: labels, counts and columns, no rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.formulas.encoding import Encoding
from analysis.formulas.parsing import ParsedFormula
from analysis.formulas.population import Population
from analysis.results import counted

__all__ = ["Description", "Roles"]


@dataclass(frozen=True, kw_only=True)
class Roles:
    """Columns with a part of their own in the model.

    Parameters
    ----------
    subject : str
        Patient.
    visit : str or None
        Visit; at most one row per patient and visit.
    group : str or None
        Patients of different groups have covariances of their own.
    clinic : str or None
        Clinic of the patient, for a clinic intercept.
    weights : str or None
        Positive weights of rows.
    coordinates : str or None
        Days, for a covariance over time.
    cluster : str or None
        Groups of patients that are independent of each other, for a sandwich covariance.
    """

    subject: str
    visit: str | None = None
    group: str | None = None
    clinic: str | None = None
    weights: str | None = None
    coordinates: str | None = None
    cluster: str | None = None

    def named(self) -> dict[str, str]:
        """List the arguments that were given and their columns."""
        arguments = {
            "subject": self.subject,
            "visit": self.visit,
            "covariance_by": self.group,
            "nested_in": self.clinic,
            "weights": self.weights,
            "coordinates": self.coordinates,
            "cluster": self.cluster,
        }
        return {argument: name for argument, name in arguments.items() if name is not None}


@dataclass(frozen=True, kw_only=True, eq=False)
class Description:
    """The data of a fit without any patient's row.

    Parameters
    ----------
    formula : str
        As given.
    parsed : ParsedFormula
        The same, checked.
    outcome : str
        The outcome as the formula writes it.
    encoding : Encoding
        Columns of the mean.
    population : Population
        What is needed to evaluate the mean for other rows.
    roles : Roles
        Columns with a part of their own.
    visits, groups, clinics : pandas.Index
        Labels; one visit, no group and no clinic where the role was not given.
    n_rows, n_subjects, n_dropped : int
        Rows and patients used, and rows left out.
    missing : mapping of str to int
        Rows left out because a column was missing, per column; a row may count in several.
    log_weights : float
        Sum of the logarithms of the weights; 0 without weights.
    notes : tuple of str
        Decisions that a reader must know.
    """

    formula: str
    parsed: ParsedFormula
    outcome: str
    encoding: Encoding
    population: Population
    roles: Roles
    visits: pd.Index[Any]
    groups: pd.Index[Any]
    clinics: pd.Index[Any]
    n_rows: int
    n_subjects: int
    n_dropped: int
    missing: Mapping[str, int]
    log_weights: float
    notes: tuple[str, ...]

    def all_notes(self) -> tuple[str, ...]:
        """Say which rows were left out and why, before the other decisions."""
        if not self.n_dropped:
            return self.notes
        reasons = ", ".join(f"{name} in {count:,}" for name, count in self.missing.items())
        lost = f"{counted(self.n_dropped, 'row')} left out for missing values: {reasons}"
        return (lost, *self.notes)
