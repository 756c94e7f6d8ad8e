"""What a definition of an outcome is: its rule in words and numbers, its source and confidence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from analysis.errors import DataError

__all__ = ["Definition", "Kind"]

Kind = Literal[
    "fraction",
    "cut-off",
    "severity",
    "improvement",
    "change",
    "worsening",
    "crossing",
    "loss",
    "run",
]
"""What is compared.

- "fraction": the improvement with ``fraction`` of the baseline (at least)
- "cut-off": the score with ``cut_off`` (at most; at least where higher is better)
- "severity": the score with ``cut_off`` (at least as severe: at least; at most where higher is
  better)
- "improvement", "change", "worsening": the change in that direction, or in any, with ``points``
  (at least; 0 means any at all); without ``points``, with the reliable change of the scale
- "crossing": the baseline is worse than ``cut_off``, the score is not, and the improvement is at
  least ``points``
- "loss": `of_visit` is not met
- "run": `of_visit` is met at ``needed`` of the last ``visits`` planned visits
"""


_NEEDS: Mapping[str, tuple[str, ...]] = {
    "fraction": ("fraction",),
    "cut-off": ("cut_off",),
    "severity": ("cut_off",),
    "improvement": (),
    "change": (),
    "worsening": (),
    "crossing": ("cut_off", "points"),
    "loss": (),
    "run": ("visits", "needed"),
}


_OPTIONAL: Mapping[str, set[str]] = {
    "improvement": {"points"},
    "change": {"points"},
    "worsening": {"points"},
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Definition:
    """One definition of an outcome.

    Parameters
    ----------
    name : str
        Name by which it is asked for.
    instrument : str or None
        The scale that it belongs to; None: every scale that has the facts it needs.
    measure : str
        What kind of outcome it is, such as "response".
    rule : str
        The rule in words.
    kind : str
        What is compared; see `Kind`.
    parameters : mapping of str to float
        The numbers of the rule, by the names of `Kind`.
    of_visit : str or Definition
        For "run": the definition that single visits must meet; for "loss": the one that is lost.
    excluding : str
        Name of a definition that must not be met; none when empty.
    spacing_days : int, optional
        For "run": days between planned visits that the rule relies on.
    source : str
        Publication.
    verified : bool
        Whether the rule was read in the source; if not, confirm it before relying on it.

    Raises
    ------
    DataError
        When the kind is unknown or lacks a number.
    """

    name: str
    instrument: str | None
    measure: str
    rule: str
    kind: Kind
    parameters: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    of_visit: str | Definition = ""
    excluding: str = ""
    spacing_days: int | None = None
    source: str
    verified: bool

    def __post_init__(self) -> None:
        if self.kind not in _NEEDS:
            raise DataError(f"The kind of a definition must be one of: {', '.join(_NEEDS)}.")
        of_another = self.kind in ("run", "loss")
        if not set(_NEEDS[self.kind]) <= set(self.parameters) or (of_another and not self.of_visit):
            needed = ", ".join(_NEEDS[self.kind] + ("of_visit",) * of_another)
            raise DataError(f"A definition of kind {self.kind} needs: {needed}.")
        _require_possible(self.kind, self.parameters)
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))

    @property
    def needs_reliable_change(self) -> bool:
        """Whether the reliable change of the scale stands for ``points``."""
        by_points = self.kind in ("improvement", "change", "worsening")
        return by_points and "points" not in self.parameters

    @property
    def needs_baseline(self) -> bool:
        """Whether scores are compared with the baseline of the patient."""
        return self.kind not in ("cut-off", "severity")

    @property
    def note(self) -> str:
        """The rule in a sentence for tables, with a warning when it was not verified."""
        doubt = "" if self.verified else " Not verified: confirm it in the source."
        return f"{self.name}: {self.rule}{doubt}"

    def __repr__(self) -> str:
        """Show the rule, its scale, its source and whether it was verified."""
        scale = self.instrument or "any scale that has the facts it needs"
        confidence = "yes" if self.verified else "NO: confirm it before relying on it"
        return (
            f"{self.name} ({self.measure}; {scale})\n  {self.rule}\n"
            f"  Source: {self.source}\n  Verified: {confidence}"
        )


def _require_possible(kind: str, parameters: Mapping[str, float]) -> None:
    """Refuse numbers that are unknown to a kind or that nothing could meet."""
    unknown = set(parameters) - set(_NEEDS[kind]) - _OPTIONAL.get(kind, set())
    if unknown:
        allowed = ", ".join([*_NEEDS[kind], *sorted(_OPTIONAL.get(kind, set()))])
        raise DataError(f"A definition of kind {kind} has the numbers {allowed}, and no other.")
    if not all(math.isfinite(value) for value in parameters.values()):
        raise DataError("The numbers of a definition must be finite.")
    if any(value < 0 for name, value in parameters.items() if name != "cut_off"):
        raise DataError("The numbers of a definition count points, parts or visits: none < 0.")
    if not 0.0 < parameters.get("fraction", 1.0) <= 1.0:
        raise DataError("The fraction of a definition must be above 0 and at most 1.")
    if kind == "run":
        _require_visits(parameters["needed"], parameters["visits"])


def _require_visits(needed: float, visits: float) -> None:
    """Refuse a run that no visits could make."""
    if needed != int(needed) or visits != int(visits) or not 1 <= needed <= visits:
        raise DataError(
            "A run needs whole numbers of visits: from 1 on, and needed at most visits."
        )
