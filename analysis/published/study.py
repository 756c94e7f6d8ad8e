"""What is kept of one published study: who was treated how, and every figure with its definition.

Only the description; reading it from its data file is the duty of `analysis.published.library`.
A field that a source does not report is absent (None), never zero.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Literal

import pandas as pd

from analysis.results import frame_to_html, frame_to_text

__all__ = ["Evidence", "PublishedFigure", "PublishedStudy"]

Evidence = Literal["verified", "secondary source", "from memory", "computed"]

_SHOWN = ["group", "measure", "scale", "definition", "day_high", "value", "unit", "evidence"]


@dataclass(frozen=True, kw_only=True)
class PublishedFigure:
    """One number that a study reported.

    Parameters
    ----------
    group : str
        Arm, group or comparison of arms ("ketamine v midazolam") that it belongs to.
    measure : str
        What was measured, such as ``response``, ``remission``, ``mean change``, ``hazard ratio``.
    unit : str
        Unit of `value`, spreads and limits.
    evidence : {"verified", "secondary source", "from memory", "computed"}
        Whether it was read in the publication, read elsewhere, remembered, or worked out.
    value : float, optional
        The number; absent only where a range over arms is all that is kept.
    range_low, range_high : float, optional
        Range over arms, where single values are not kept.
    scale : str, optional
        Rating scale.
    definition : str, optional
        Name in `DEFINITIONS`; absent where the rule is not known.
    window_from : str, optional
        Event from which days are counted.
    day_low, day_high : int, optional
        First and last day of the window, counted from `window_from`; absent when it has no fixed
        days. Weeks count 7 days, months 30, 91 or 182.
    n : int, optional
        Patients that the figure rests on.
    standard_deviation, std_error : float, optional
        As published.
    conf_low, conf_high : float, optional
        Limits of the interval as published, 95 %.
    plus_minus : float, optional
        A number after ± of which it is not known what it is.
    approximate : bool
        Whether the source or our copy of it gives it only roughly.
    note : str, optional
        What a reader must know besides.
    """

    group: str
    measure: str
    unit: str
    evidence: Evidence
    value: float | None = None
    range_low: float | None = None
    range_high: float | None = None
    scale: str | None = None
    definition: str | None = None
    window_from: str | None = None
    day_low: int | None = None
    day_high: int | None = None
    n: int | None = None
    standard_deviation: float | None = None
    std_error: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    plus_minus: float | None = None
    approximate: bool = False
    note: str | None = None

    @property
    def verified(self) -> bool:
        """Whether it was read in the publication; if not, confirm it before relying on it."""
        return self.evidence == "verified"


@dataclass(frozen=True, kw_only=True, eq=False)
class PublishedStudy:
    """One published trial, cohort or meta-analysis.

    Parameters
    ----------
    name : str
        Short name as in `published_names`.
    citation : str
        Authors, year and place of publication.
    identifiers : tuple of str
        DOI, PMID or PMC number, as far as they are confirmed.
    design : str
        Kind of study: ``randomised trial``, ``crossover trial``, ``randomised withdrawal``,
        ``open trial``, ``cohort``, ``pooled trials`` or ``meta-analysis``.
    setting : str
        Where patients were treated.
    agent, route : str
        Drug and way of giving it (IV, IM, SC, SL, IN, mixed or none).
    dose, schedule : str
        As reported.
    indication : str
        What was treated.
    evidence : {"verified", "secondary source", "from memory"}
        Whether the facts about the study itself were read in the publication.
    figures : tuple of PublishedFigure
        Everything kept of its results; empty when it reported no numbers that are kept.
    n_treated : int, optional
        Patients treated, as the source counts them.
    n_randomised : int, optional
        Patients allocated, where that is another number.
    n_analysed : int, optional
        Patients whose outcome could be analysed.
    n_studies : int, optional
        Studies of a meta-analysis.
    note : str, optional
        What a reader must know before comparing.
    """

    name: str
    citation: str
    identifiers: tuple[str, ...]
    design: str
    setting: str
    agent: str
    route: str
    dose: str
    schedule: str
    indication: str
    evidence: Evidence
    figures: tuple[PublishedFigure, ...] = field(repr=False)
    n_treated: int | None = None
    n_randomised: int | None = None
    n_analysed: int | None = None
    n_studies: int | None = None
    note: str | None = None

    @property
    def completeness(self) -> float | None:
        """Analysed ÷ treated; None when either was not published."""
        if self.n_treated is None or self.n_analysed is None:
            return None
        return self.n_analysed / self.n_treated

    @property
    def n_unverified(self) -> int:
        """Number of figures that were not read in the publication."""
        return sum(not figure.verified for figure in self.figures)

    def frame(self) -> pd.DataFrame:
        """Put the figures into a frame.

        Returns
        -------
        pandas.DataFrame
            One row per figure; the fields of `PublishedFigure` as columns, missing where they
            were not published.
        """
        columns = list(PublishedFigure.__dataclass_fields__)
        return pd.DataFrame([asdict(figure) for figure in self.figures], columns=columns)

    def summary(self) -> str:
        """Say who was treated, how many were analysed and how much is not verified.

        Returns
        -------
        str
            Sentences for the head of a table.
        """
        treated = "not published" if self.n_treated is None else f"{self.n_treated:,}"
        share = self.completeness
        analysed = (
            "analysed share not published" if share is None else f"{share:.1%} of them analysed"
        )
        sentence = (
            f"{self.name}: {self.design}, {self.agent} ({self.route}), {self.indication}; "
            f"patients treated: {treated}, {analysed}."
        )
        return sentence + self._caution()

    def _caution(self) -> str:
        """Say what must be confirmed before it is relied on; nothing when all was verified."""
        facts = "" if self.evidence == "verified" else f" Facts about the study: {self.evidence}."
        if not self.n_unverified:
            return facts
        return f"{facts} {self.n_unverified} of {len(self.figures)} figures are not verified."

    def __repr__(self) -> str:
        """Show the summary and the figures as plain text."""
        if not self.figures:
            return self.summary()
        return f"{self.summary()}\n{frame_to_text(self.frame()[_SHOWN])}"

    def _repr_html_(self) -> str:
        return frame_to_html(self.frame()[_SHOWN], caption=self.summary())
