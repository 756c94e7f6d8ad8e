"""What is known about one rating scale: ranges, bands, cut-offs, missing-item rule, sources.

Only the description; reading it from its data file is the duty of `analysis.instruments.library`
and scoring that of `analysis.instruments.scoring`. No item wording is kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from analysis.results import frame_to_html, frame_to_text

__all__ = ["Band", "Evidence", "Instrument", "Loinc"]

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
        Codes of the items in their order.
    """

    panel: str
    total: str
    items: tuple[str, ...]


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
    item_count : int
        Number of scored items.
    item_low, item_high : int
        Smallest and largest answer to an item.
    total_low, total_high : int
        Smallest and largest total.
    direction : {"lower is better", "higher is better"}
        Which way improvement goes.
    recall_days : int
        Period that the questions ask about, days.
    bands : tuple of Band
        Bands of severity in order, without gaps.
    response_fraction : float
        Fall from baseline, as a fraction of it, that counts as response.
    remission_at_most : int
        Largest total that counts as remission.
    remission_alternatives : tuple of int
        Other cut-offs in use.
    missing_method : {"prorate", "none"}
        What is done about unanswered items: mean of the answered ones times `item_count`, or no
        total.
    max_missing : int
        Most unanswered items for which there is still a total.
    never_filled_in : tuple of int
        Items that stand for themselves, such as PHQ-9 item 9: a missing answer stays missing in
        every analysis of the item. The rule for the total counts it like any other item.
    standard_deviation, reliability : float
        Of totals in patients; they give `reliable_change`.
    licence : str
        What may be done with the wording.
    loinc : Loinc, optional
        Codes, where they are confirmed.
    evidence : tuple of Evidence
        Source of each fact and whether it was verified.
    """

    name: str
    long_name: str
    rater: Literal["self", "clinician"]
    item_count: int
    item_low: int
    item_high: int
    total_low: int
    total_high: int
    direction: Literal["lower is better", "higher is better"]
    recall_days: int
    bands: tuple[Band, ...] = field(repr=False)
    response_fraction: float
    remission_at_most: int
    remission_alternatives: tuple[int, ...]
    missing_method: Literal["prorate", "none"]
    max_missing: int
    never_filled_in: tuple[int, ...]
    standard_deviation: float
    reliability: float
    licence: str
    loinc: Loinc | None = field(repr=False)
    evidence: tuple[Evidence, ...] = field(repr=False)

    @property
    def item_ranges(self) -> tuple[tuple[int, int], ...]:
        """Smallest and largest answer of each item, in order."""
        return ((self.item_low, self.item_high),) * self.item_count

    @property
    def reliable_change(self) -> float:
        """Smallest change of one patient beyond 95 % of measurement error, in points.

        It is 1.96 · SD · √(2(1 − reliability)) (Jacobson and Truax 1991).
        """
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
        missing = f"{self.missing_method}, at most {self.max_missing} unanswered"
        rows = {
            "items": f"{self.item_count}, each {self.item_low} to {self.item_high}",
            "total": f"{self.total_low} to {self.total_high}, {self.direction}",
            "recall": f"{self.recall_days} days",
            "response": f"fall of at least {self.response_fraction:.0%} from baseline",
            "remission": f"at most {self.remission_at_most}",
            "missing items": missing,
            "reliable change": f"{self.reliable_change:.1f} points",
            "not verified": ", ".join(self.unverified) or "none",
        }
        return pd.DataFrame({"fact": list(rows), "value": list(rows.values())})

    def __repr__(self) -> str:
        """Show name and numbers as plain text."""
        return f"{self.name}: {self.long_name}\n{frame_to_text(self.facts())}"

    def _repr_html_(self) -> str:
        return frame_to_html(self.facts(), caption=f"{self.name}: {self.long_name}")
