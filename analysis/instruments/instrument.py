"""What is known about one rating scale: ranges, bands, cut-offs, missing-item rule, sources.

Only the description; reading it from its data file is the duty of `analysis.instruments.library`
and scoring that of `analysis.instruments.scoring`. No item wording is kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from analysis.instruments.statements import statements
from analysis.results import frame_to_html, frame_to_text

__all__ = ["Band", "Cdisc", "Evidence", "Instrument", "Loinc", "Scoring"]

_NORMAL_975 = 1.959963984540054


@dataclass(frozen=True, kw_only=True)
class Band:
    """One band of severity.

    Parameters
    ----------
    label : str
        Name of the band.
    low, high : int
        First and last total in it.
    """

    label: str
    low: int
    high: int


@dataclass(frozen=True, kw_only=True)
class Loinc:
    """LOINC codes of a scale.

    Parameters
    ----------
    panel, total : str
        Code of the whole scale and of its total.
    items : tuple of str
        Codes of the items in their order; empty where they are not confirmed.
    """

    panel: str
    total: str
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Cdisc:
    """CDISC controlled terminology of a scale (QS domain).

    Parameters
    ----------
    category : str
        QSCAT.
    items : tuple of str
        QSTESTCD of the items in their order.
    total : str
        QSTESTCD of the total.
    """

    category: str
    items: tuple[str, ...]
    total: str


@dataclass(frozen=True, kw_only=True)
class Scoring:
    """How answers become a total.

    Parameters
    ----------
    method : {"sum", "highest item"}
        Sum of the domains, or the number of the highest item answered with yes.
    multiplier : int
        What the sum is multiplied with.
    domains : tuple of tuple of int
        Item numbers of each domain, which counts with its highest answer; an item that stands
        alone is a domain of its own.
    gate : tuple of (int, tuple of int), optional
        An item and the later items that are only asked after a yes to it.
    not_applicable : tuple of int
        Items that may not apply to a person; without them the largest total is smaller.
    parent : str, optional
        Scale whose items this one is a part of.
    parent_items : tuple of int
        Their numbers in that scale, in the order of this one.
    """

    method: Literal["sum", "highest item"]
    multiplier: int
    domains: tuple[tuple[int, ...], ...]
    gate: tuple[int, tuple[int, ...]] | None
    not_applicable: tuple[int, ...]
    parent: str | None
    parent_items: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Where one fact about a scale comes from.

    Parameters
    ----------
    fact : str
        Name of the entry in the scale's data file.
    source : str
        Publication or owner.
    verified : bool
        Whether the fact was read in the source; if not, confirm it before relying on it.
    """

    fact: str
    source: str
    verified: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Instrument:
    """A rating scale.

    Parameters
    ----------
    name, long_name : str
        Short name as used in the tables, and full name.
    rater : {"self", "clinician"}
        Who answers.
    item_ranges : tuple of (int, int)
        Smallest and largest answer of each item, in order.
    total_low, total_high : int
        Smallest and largest total.
    direction : {"lower is better", "higher is better", "none"}
        Which way improvement goes.
    recall_days : int, optional
        Period that the questions ask about, days; None when it is not fixed.
    scoring : Scoring
        How answers become a total.
    may_be_averaged : bool
        Whether a mean over patients means anything; not for levels of suicidal ideation.
    bands : tuple of Band
        Bands of severity from the lowest total up, without gaps; empty where none exist.
    response_fraction : float, optional
        Improvement from baseline, as a fraction of it, that counts as response.
    response_at_most : int, optional
        Largest total that counts as response on a scale that itself measures change.
    remission_at_most : int, optional
        Largest total that counts as remission. No scale of the library on which higher is better
        has a definition of remission.
    remission_alternatives : tuple of int
        Other cut-offs in use.
    clinically_significant_at_most : int, optional
        Largest total within the range of people without the condition.
    positive_at_least, positive_at_most : int, optional
        Totals from (or, where higher is better, up to) which a screen is positive.
    positive_alternatives : tuple of int
        Other cut-offs in use.
    positive_by_sex : tuple of (str, int)
        Smallest positive total by sex, where it differs.
    missing_method : {"prorate", "none"}
        What is done about unanswered domains: mean of the answered ones times their number, or no
        total.
    max_missing : int
        Most unanswered domains (items, where each stands alone) for which there is still a total.
    never_filled_in : tuple of int
        Items that stand for themselves, such as PHQ-9 item 9: a missing answer stays missing in
        every analysis of the item. The rule for the total counts it like any other item.
    standard_deviation, reliability : float, optional
        Of totals in patients; they give `reliable_change`.
    published_reliable_change : tuple of (float, float), optional
        Smallest and largest published figure, points.
    minimal_important_difference : float, optional
        Smallest change that patients notice, points.
    minimal_important_fraction : float, optional
        The same as a fraction of baseline.
    licence : str
        What may be done with the wording.
    loinc : Loinc, optional
        Codes, where they are confirmed.
    cdisc : Cdisc, optional
        Codes, where they are confirmed.
    note : str
        What a user must know besides.
    evidence : tuple of Evidence
        Source of each fact and whether it was verified.
    """

    name: str
    long_name: str
    rater: Literal["self", "clinician"]
    item_ranges: tuple[tuple[int, int], ...]
    total_low: int
    total_high: int
    direction: Literal["lower is better", "higher is better", "none"]
    recall_days: int | None
    scoring: Scoring = field(repr=False)
    may_be_averaged: bool
    bands: tuple[Band, ...] = field(repr=False)
    response_fraction: float | None
    response_at_most: int | None
    remission_at_most: int | None
    remission_alternatives: tuple[int, ...]
    clinically_significant_at_most: int | None
    positive_at_least: int | None
    positive_at_most: int | None
    positive_alternatives: tuple[int, ...]
    positive_by_sex: tuple[tuple[str, int], ...]
    missing_method: Literal["prorate", "none"]
    max_missing: int
    never_filled_in: tuple[int, ...]
    standard_deviation: float | None
    reliability: float | None
    published_reliable_change: tuple[float, float] | None
    minimal_important_difference: float | None
    minimal_important_fraction: float | None
    licence: str
    loinc: Loinc | None = field(repr=False)
    cdisc: Cdisc | None = field(repr=False)
    note: str
    evidence: tuple[Evidence, ...] = field(repr=False)

    @property
    def item_count(self) -> int:
        """Number of items."""
        return len(self.item_ranges)

    @property
    def item_low(self) -> int:
        """Smallest answer to any item; `item_ranges` has each item's own."""
        return min(low for low, _ in self.item_ranges)

    @property
    def item_high(self) -> int:
        """Largest answer to any item; `item_ranges` has each item's own."""
        return max(high for _, high in self.item_ranges)

    @property
    def reliable_change(self) -> float | None:
        """Smallest change of one patient beyond 95 % of measurement error, in points.

        It is 1.96 · SD · √(2(1 − reliability)) (Jacobson and Truax 1991); without these two, the
        larger published figure; None when nothing is known.
        """
        if self.standard_deviation is None or self.reliability is None:
            return self.published_reliable_change[1] if self.published_reliable_change else None
        return _NORMAL_975 * self.standard_deviation * math.sqrt(2.0 * (1.0 - self.reliability))

    @property
    def unverified(self) -> tuple[str, ...]:
        """Names of the facts that were not read in their source; confirm them before relying."""
        return tuple(item.fact for item in self.evidence if not item.verified)

    def sources(self) -> pd.DataFrame:
        """List where each fact comes from.

        Returns
        -------
        pandas.DataFrame
            Columns ``fact, verified, source``; one row per fact.
        """
        return pd.DataFrame(
            {
                "fact": [item.fact for item in self.evidence],
                "verified": [item.verified for item in self.evidence],
                "source": [item.source for item in self.evidence],
            }
        )

    def facts(self) -> pd.DataFrame:
        """List the numbers that scoring and outcomes use.

        Returns
        -------
        pandas.DataFrame
            Columns ``fact, value`` as text.
        """
        rows = statements(self)
        return pd.DataFrame({"fact": list(rows), "value": list(rows.values())})

    def __repr__(self) -> str:
        """Show name and numbers as plain text."""
        return f"{self.name}: {self.long_name}\n{frame_to_text(self.facts())}"

    def _repr_html_(self) -> str:
        return frame_to_html(self.facts(), caption=f"{self.name}: {self.long_name}")
