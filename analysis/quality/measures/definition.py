"""A quality measure: its rule, its version, and where it comes from."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from analysis.errors import DataError
from analysis.quality.measures.rule import Rule

__all__ = ["Measure"]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measure of quality: numerator ÷ denominator by a stated rule.

    Parameters
    ----------
    name : str
        By which it is asked for.
    title : str
        What tables call it.
    version : str
        Which version of the measure, or "own definition".
    rule : rule
        `ScoredInWindow`, `ScoreOutcome`, `ScoredWhenSeen`, `Screened`, `FollowedUp`,
        `InductionCompleted`, `NotImproved` or `Relapsing`, with its windows and limits.
    source : str
        Who states the measure, and where.
    year : int
        Of the source.
    wanted : {"high", "low", "neither"}
        Whether more is better, less is better, or the number only describes.
    unverified : str
        What was not read in the source and must be confirmed before relying on it; empty when
        nothing.
    caution : str
        What must be said beside its number.

    Examples
    --------
    >>> from analysis.quality.measures.library import measure
    >>> measure("mips_370").with_rule(low=335, high=395).version
    'CMS159v14 (changed: low=335, high=395)'
    """

    name: str
    title: str
    version: str
    rule: Rule
    source: str
    year: int
    wanted: Literal["high", "low", "neither"] = "high"
    unverified: str = ""
    caution: str = ""

    def __post_init__(self) -> None:
        if not (self.name and self.title and self.version and self.source):
            raise DataError("A measure needs a name, a title, a version and a source.")

    def with_rule(self, **changes: Any) -> Measure:
        """Return the measure with other windows, limits or exclusions; its version says so.

        Parameters
        ----------
        **changes
            Parameters of the rule.

        Returns
        -------
        Measure
            A measure of the same name.

        Raises
        ------
        DataError
            When the rule has no such parameter, or refuses its value.
        """
        known = [each.name for each in dataclasses.fields(self.rule)]  # type: ignore[arg-type]
        if not changes or not set(changes) <= set(known):
            raise DataError(f"The rule of {self.name} has these parameters: {', '.join(known)}.")
        rule = dataclasses.replace(self.rule, **changes)  # type: ignore[type-var]
        what = ", ".join(f"{name}={_shown(value)}" for name, value in changes.items())
        return dataclasses.replace(self, rule=rule, version=f"{self.version} (changed: {what})")

    @property
    def statement(self) -> str:
        """The measure in one paragraph: numerator, denominator, window, exclusions, source."""
        excluded = "; ".join(self.rule.excluded) or "nobody"
        parts = [
            f"{self.title} [{self.version}].",
            f"Numerator: {self.rule.numerator}.",
            f"Denominator: {self.rule.denominator}.",
            f"Window: {self.rule.window}.",
            f"Excluded: {excluded}.",
            f"Source: {self.source} ({self.year}).",
            f"Not verified: {self.unverified}." if self.unverified else "",
            self.caution,
        ]
        return " ".join(part for part in parts if part)


def _shown(value: Any) -> str:
    """Write a parameter: numbers as they are, exclusions by their reasons."""
    if isinstance(value, tuple):
        return " + ".join(getattr(each, "reason", str(each)) for each in value) or "none"
    return str(value)
