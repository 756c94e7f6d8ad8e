"""What a synthetic clinic network is made of: clinics, courses, durability, observation.

A scenario holds every number that the simulation uses, and travels as JSON beside the data.
Presets stand in `analysis.synthetic.presets`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from analysis.errors import DataError

__all__ = [
    "SCENARIO_VERSION",
    "Clinic",
    "Durability",
    "Observation",
    "RouteCourse",
    "Scenario",
    "Treatment",
]

SCENARIO_VERSION = "1.0"


@dataclass(frozen=True, kw_only=True)
class Clinic:
    """One clinic of the network.

    Parameters
    ----------
    code : str
        Code of the clinic.
    share : float
        Relative number of patients.
    iv_share : float
        Share of patients treated by infusion; the others by intramuscular injection.
    scales : tuple of str
        Scales in use.
    cadss : bool
        Whether dissociation is scored in sessions.
    retained_shift : float
        Added to the retained fraction of every patient; positive is worse.
    """

    code: str
    share: float
    iv_share: float
    scales: tuple[str, ...]
    cadss: bool
    retained_shift: float


@dataclass(frozen=True, kw_only=True)
class RouteCourse:
    """Severity and induction of the patients of one route.

    Parameters
    ----------
    baseline_mean, baseline_sd : float
        Normal distribution of severity before treatment, PHQ-9 points, before it is limited to
        the scale; the spread is that of severity, without measurement error.
    good_share : float
        Share of patients in the better part of the mixture.
    good_mean, good_sd, poor_mean, poor_sd : float
        Retained fraction of the baseline after a full induction, in both parts.
    planned_sessions : tuple of int
        Planned lengths of induction, equally likely.
    gap_days : tuple of int
        Days between induction sessions, equally likely.
    start_mg_kg : float
        First dose.
    adverse_event_share : float
        Share of sessions with an adverse event.
    """

    baseline_mean: float
    baseline_sd: float
    good_share: float
    good_mean: float
    good_sd: float
    poor_mean: float
    poor_sd: float
    planned_sessions: tuple[int, ...]
    gap_days: tuple[int, ...]
    start_mg_kg: float
    adverse_event_share: float


@dataclass(frozen=True, kw_only=True)
class Durability:
    """How the effect builds up and wears off.

    Parameters
    ----------
    step : float
        Share of the remaining effect that a session adds.
    half_life_days, half_life_growth : float
        Half-life of the effect after the first session, and its factor per further session.
    loss_shape, loss_scale_days : float
        Weibull distribution of the time from the last induction session to the day on which
        severity passes half of the baseline.
    relapse_level : float
        Fraction of the baseline to which severity returns in the end.
    rewind : float
        Factor by which a maintenance session turns the clock of the loss back.
    """

    step: float
    half_life_days: float
    half_life_growth: float
    loss_shape: float
    loss_scale_days: float
    relapse_level: float
    rewind: float


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """Stopping, and the plan of maintenance.

    Parameters
    ----------
    stop_in_induction, stop_after_induction, stop_in_maintenance : float
        Share that stops after a session of induction, at its end, after a maintenance session,
        for a patient of average severity.
    stop_slope : float
        Change of the log odds of stopping per 5 points of severity.
    interval_days : tuple of int
        Shortest and longest interval of maintenance.
    until_day : int
        Last day of treatment in the programme.
    """

    stop_in_induction: float
    stop_after_induction: float
    stop_in_maintenance: float
    stop_slope: float
    interval_days: tuple[int, int]
    until_day: int


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What of the truth is seen.

    Parameters
    ----------
    entry_days : int
        Length of the period in which patients start, which ends at the data cut-off. 0: all start
        long before it.
    second_baseline, session_score : float
        Share with a screening score, and share of sessions with a score.
    missing_baseline, missing_score : float
        Share of planned scores that were not taken.
    lost_at_stop, lost_per_visit, lost_after_stop : float
        Share lost to contact when treatment stops, and before each planned visit with and after
        treatment.
    depends_on_score : float
        0: missing scores and loss of contact do not depend on severity; missing is completely at
        random if, besides, `lost_at_stop` is 0 and `lost_after_stop` equals `lost_per_visit`,
        since stopping treatment depends on severity. 1: they depend in full on the severity of
        that day (not at random).
    score_slope : float
        Change of the log odds of missing per 5 points of severity when `depends_on_score` is 1.
    missing_item, broken_off : float
        Share of single items, and of forms from some item on, without answer.
    wrong_total, missing_total, no_items : float
        Share of forms whose stored total is wrong, was not stored, or whose items were not kept.
    occasion_sd : float
        Day-to-day spread of severity, PHQ-9 points.
    """

    entry_days: int
    second_baseline: float
    session_score: float
    missing_baseline: float
    missing_score: float
    lost_at_stop: float
    lost_per_visit: float
    lost_after_stop: float
    depends_on_score: float
    score_slope: float
    missing_item: float
    broken_off: float
    wrong_total: float
    missing_total: float
    no_items: float
    occasion_sd: float


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Everything that a simulation uses.

    Parameters
    ----------
    name, title : str
        Name of the preset and title of the data set.
    seed : int
        Seed of all streams.
    patients : int
        Number of patients.
    clinics : tuple of Clinic
        The clinics.
    iv, im : RouteCourse
        Courses of infusion and of intramuscular injection.
    durability : Durability
        How the effect builds up and wears off.
    treatment : Treatment
        Stopping and maintenance.
    observation : Observation
        What is seen.
    version : str
        Version of these fields.
    """

    name: str
    title: str
    seed: int
    patients: int
    clinics: tuple[Clinic, ...]
    iv: RouteCourse
    im: RouteCourse
    durability: Durability
    treatment: Treatment
    observation: Observation
    version: str = SCENARIO_VERSION

    def __post_init__(self) -> None:
        """Refuse numbers that no simulation can use."""
        if self.seed < 0 or self.patients < 1 or not self.clinics:
            raise DataError(
                "A scenario needs a seed of at least 0, at least 1 patient and at least 1 clinic."
            )
        if not 0.0 <= self.observation.depends_on_score <= 1.0:
            raise DataError("depends_on_score must be from 0 (at random) to 1 (not at random).")

    def fully_observed(self) -> Scenario:
        """Return the same patients and treatment with nothing unseen.

        Returns
        -------
        Scenario
            No missing score or item, no loss of contact, no cut-off, a score at every session.
        """
        seen = {
            item.name: 0.0
            for item in fields(Observation)
            if item.name.startswith(("missing", "lost", "wrong", "no_items", "broken"))
        }
        full: dict[str, Any] = {**seen, "session_score": 1.0, "entry_days": 0}
        return replace(self, observation=replace(self.observation, **full))

    def to_json(self) -> str:
        """Write the scenario as JSON.

        Returns
        -------
        str
            One object with every field.
        """
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Scenario:
        """Read a scenario from JSON.

        Parameters
        ----------
        text : str
            As written by `to_json`.

        Returns
        -------
        Scenario
            The scenario.

        Raises
        ------
        DataError
            When the text is not JSON, its version is not known, or a field is missing or unknown.
        """
        try:
            content = json.loads(text)
        except json.JSONDecodeError:
            raise DataError("The scenario is not valid JSON. Write it with to_json.") from None
        _check_fields(content, cls, "The scenario")
        if content["version"] != SCENARIO_VERSION:
            raise DataError(f"The scenario has another version; known is {SCENARIO_VERSION}.")
        parts = {name: _part(content[name], kind, name) for name, kind in _PARTS.items()}
        clinics = tuple(_part(clinic, Clinic, "clinics") for clinic in content["clinics"])
        return cls(**{**content, **parts, "clinics": clinics})


_PARTS: dict[str, type] = {
    "iv": RouteCourse,
    "im": RouteCourse,
    "durability": Durability,
    "treatment": Treatment,
    "observation": Observation,
}


def _part(content: Any, kind: type, place: str) -> Any:
    """Build one part of a scenario from its JSON object."""
    _check_fields(content, kind, f"The part {place} of the scenario")
    values = {key: tuple(v) if isinstance(v, list) else v for key, v in content.items()}
    return kind(**values)


def _check_fields(content: Any, kind: type, place: str) -> None:
    """Refuse an object with missing or unknown fields."""
    names = {item.name for item in fields(kind)}
    found = set(content) if isinstance(content, dict) else set()
    if found != names:
        raise DataError(
            f"{place} lacks {len(names - found)} fields and has "
            f"{len(found - names)} unknown ones. Its fields are: {', '.join(sorted(names))}."
        )
