"""What is put side by side: a published figure, and the analysis of the clinic that would equal it.

Only the description and the words for it; whether they match is in published_matching.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from analysis.instruments import load_instrument
from analysis.outcomes import Definition, Schedule, Window
from analysis.outcomes.definition import Kind
from analysis.outcomes.library import resolve
from analysis.published import DEFINITIONS, PublishedFigure, PublishedStudy

__all__ = ["ANCHORS", "MEASURES", "Question", "Source", "own_rule", "own_schedule", "window_words"]

MEASURES = ("response", "remission", "below 10", "deterioration", "mean change")
"""Published measures that a study with scores can equal."""

ANCHORS: Mapping[str, str] = MappingProxyType(
    {"first dose": "start of the course", "end of induction": "last induction session"}
)
"""From what published days count, and the day 0 of a schedule that is the same."""

_RULES: Mapping[str, tuple[Kind, Mapping[str, float]]] = MappingProxyType(
    {
        "response50": ("fraction", {"fraction": 0.5}),
        "response30_caps5": ("fraction", {"fraction": 0.3}),
        "below10_phq9": ("cut-off", {"cut_off": 9}),
        "remission_phq9": ("cut-off", {"cut_off": 4}),
        "remission_phq9_5": ("cut-off", {"cut_off": 5}),
        "remission_qids5": ("cut-off", {"cut_off": 5}),
        "remission_madrs12": ("cut-off", {"cut_off": 12}),
        "remission_madrs10": ("cut-off", {"cut_off": 10}),
        "deterioration": ("worsening", {"points": 0}),
    }
)
_START: Literal["start of the course"] = "start of the course"


@dataclass(frozen=True, kw_only=True)
class Source:
    """One figure and the study that reported it.

    Parameters
    ----------
    study : PublishedStudy
        The study.
    figure : PublishedFigure
        The figure.
    stated_n : int, optional
        How many patients the figure rests on, where the reader says so.
    """

    study: PublishedStudy
    figure: PublishedFigure
    stated_n: int | None = None

    @property
    def n(self) -> int | None:
        """Patients that the figure rests on; None when that was not published."""
        return self.stated_n or self.figure.n or self.study.n_analysed

    @property
    def completeness(self) -> float | None:
        """Those that the figure rests on ÷ treated; None when either is not known."""
        treated = self.study.n_treated
        return None if self.n is None or not treated else self.n / treated


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """An analysis of the clinic; what is left out is taken as it was published.

    Parameters
    ----------
    instrument : str, optional
        Scale.
    schedule : Schedule, optional
        Planned visits, and with it:
    visit : str, optional
        The label of one of them.
    route, agent : str, optional
        How and with what patients were treated.
    definition : str or Definition, optional
        Rule of the outcome.
    """

    instrument: str | None = None
    schedule: Schedule | None = None
    visit: str | None = None
    route: str | None = None
    agent: str | None = None
    definition: str | Definition | None = None

    @property
    def window(self) -> Window | None:
        """The planned visit; None when the published one is taken."""
        plan = self.schedule or ()
        return next((window for window in plan if window.label == self.visit), None)


def own_rule(source: Source) -> Definition | None:
    """Return the rule of a published figure as a definition for one's own scores.

    Parameters
    ----------
    source : Source
        The figure.

    Returns
    -------
    Definition or None
        None when the rule is not known, or has no equal here.

    Examples
    --------
    >>> from analysis.published import published_study
    >>> study = published_study("Pfeiffer 2024")
    >>> figure = next(f for f in study.figures if f.measure == "remission")
    >>> own_rule(Source(study=study, figure=figure)).parameters["cut_off"]
    5
    """
    name, scale = source.figure.definition, source.figure.scale
    if name is None or scale is None or name not in _RULES:
        return None
    kind, parameters = _RULES[name]
    found = Definition(
        name=name,
        instrument=scale,
        measure=source.figure.measure,
        rule=DEFINITIONS[name].rule,
        kind=kind,
        parameters=parameters,
        source=source.study.name,
        verified=DEFINITIONS[name].verified,
    )
    return replace(resolve(found, load_instrument(scale)), rule=DEFINITIONS[name].rule)


def own_schedule(figure: PublishedFigure, *, days_around: int) -> Schedule | None:
    """Make the schedule whose one visit is the window of a published figure.

    A published day becomes a window of some days around it. A published window stays as it is; of
    several scores in it the first counts, or the last where the window begins with treatment.

    Parameters
    ----------
    figure : PublishedFigure
        The figure.
    days_around : int
        Days before and after a published day that still count.

    Returns
    -------
    Schedule or None
        None when its days are not known, or not counted from an event that the study has.

    Examples
    --------
    >>> from analysis.published import published_study
    >>> own_schedule(published_study("McInnes 2022").figures[0], days_around=7).labels
    ['days 14 to 31']
    """
    low, high = figure.day_low, figure.day_high
    if figure.window_from not in ANCHORS or low is None or high is None or high < 1:
        return None
    if low == high:
        window = Window(
            label=f"day {low}", target=low, low=max(low - days_around, 1), high=low + days_around
        )
    else:
        window = Window(
            label=f"days {low} to {high}", target=max(low, 1), low=max(low, 1), high=high
        )
    return Schedule(
        name="as published",
        windows=(window,),
        anchor="last induction session" if figure.window_from == "end of induction" else _START,
        rule="last" if low < high and low <= 1 else "nearest",
    )


def window_words(figure: PublishedFigure) -> str:
    """Say the window of a published figure.

    Parameters
    ----------
    figure : PublishedFigure
        The figure.

    Returns
    -------
    str
        Such as "days 14 to 31 from end of induction"; "not published" without days.

    Examples
    --------
    >>> from analysis.published import published_study
    >>> window_words(published_study("Hull 2022").figures[0])
    'day 28 from first dose'
    """
    if figure.day_low is None or figure.day_high is None or figure.window_from is None:
        return "not published"
    one = figure.day_low == figure.day_high
    days = f"day {figure.day_low}" if one else f"days {figure.day_low} to {figure.day_high}"
    return f"{days} from {figure.window_from}"
