"""Counted outcomes of clinics, ready to be compared: the same columns for every picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from analysis.disclosure import Policy, Statement
from analysis.quality.clinics.case_mix_result import CaseMix
from analysis.quality.clinics.funnel import funnel
from analysis.quality.clinics.funnel_points import Kind
from analysis.quality.clinics.funnel_result import Funnel
from analysis.quality.clinics.shrinkage import shrinkage
from analysis.quality.clinics.shrinkage_result import Shrinkage

__all__ = ["ClinicOutcomes"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ClinicOutcomes:
    """An outcome counted by clinic.

    Parameters
    ----------
    label : str
        What is counted.
    kind : {"proportion", "rate", "ratio", "mean"}
        How it is compared.
    by : str
        Column of the clinic.
    true : pandas.DataFrame
        True counts.
    choices : mapping
        Columns and settings that `funnel` and `shrinkage` take.
    policy : Policy
        For whom what is printed, drawn and released is.
    case_mix : CaseMix, optional
        The model behind expected counts and variances.
    """

    label: str
    kind: Kind
    by: str
    true: pd.DataFrame = field(repr=False)
    choices: Mapping[str, Any] = field(repr=False)
    policy: Policy
    case_mix: CaseMix | None = field(default=None, repr=False)

    def tidy(self) -> pd.DataFrame:
        """Return the true counts, marked as confidential.

        Returns
        -------
        pandas.DataFrame
            The clinic and its counts, in the order of names.
        """
        return self.true.copy()

    def funnel(self, **options: Any) -> Funnel:
        """Compare the clinics by a funnel.

        Parameters
        ----------
        **options
            ``limits, overdispersion`` and others of `funnel`. Where fewer than 3 events are
            expected in a clinic and no ``limits`` is given, "mid-p".

        Returns
        -------
        Funnel
            See `funnel`.
        """
        chosen = {"limits": self._limits(), **self._settings(), **options}
        return funnel(self.true, kind=self.kind, by=self.by, policy=self.policy, **chosen)

    def shrinkage(self, **options: Any) -> Shrinkage:
        """Compare the clinics by values drawn in towards all together.

        Parameters
        ----------
        **options
            ``method, conf_level`` of `shrinkage`.

        Returns
        -------
        Shrinkage
            See `shrinkage`.
        """
        chosen = {**self._settings(), **options}
        return shrinkage(self.true, kind=self.kind, by=self.by, policy=self.policy, **chosen)

    def _settings(self) -> dict[str, Any]:
        """Collect columns and label."""
        return {**self.choices, "label": self.label}

    def _limits(self) -> str:
        """Choose limits that are right for few events."""
        if self.kind == "mean":
            return "normal"
        if self.kind == "ratio":
            expected = self.true["expected"]
        else:
            size = self.true["denominator"]
            expected = size * self.true["events"].sum() / size.sum()
        return "mid-p" if float(expected.min()) < _FEW else "spiegelhalter"

    def disclosure(self) -> Statement:
        """Say what leaves, for `release`: what the funnel shows."""
        return self.funnel().disclosure()

    def summary(self) -> str:
        """Return what the policy shows of the clinics as text."""
        return self.funnel().summary()

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return self.funnel()._repr_html_()


_FEW = 3.0
