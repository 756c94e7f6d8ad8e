"""The parts of a scenario: clinics, regimens and their benefit, patients, durability, observation.

Presets stand in `analysis.synthetic.presets`, and what the numbers may be in
`analysis.synthetic.limits`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "Benefit",
    "Clinic",
    "Durability",
    "Observation",
    "Population",
    "Regimen",
    "Treatment",
]


@dataclass(frozen=True, kw_only=True)
class Clinic:
    """One clinic of the network.

    Parameters
    ----------
    code : str
        Code of the clinic.
    share : float
        Relative number of patients.
    regimens : tuple of str
        Names of the regimens that it gives.
    regimen_shares : tuple of float
        Relative numbers of patients on each.
    scales : tuple of str
        Scales in use; some are asked only of patients with the indication.
    retained_shift : float
        Added to the retained fraction of every patient; positive is worse.
    """

    code: str
    share: float
    regimens: tuple[str, ...]
    regimen_shares: tuple[float, ...]
    scales: tuple[str, ...]
    retained_shift: float


@dataclass(frozen=True, kw_only=True)
class Benefit:
    """Severity before treatment and what is left of it after a full induction.

    Parameters
    ----------
    baseline_mean, baseline_sd : float
        Normal distribution of severity before treatment, PHQ-9 points, before it is limited to
        the scale; the spread is that of severity, without measurement error.
    good_share : float
        Share of patients in the better part of the mixture.
    good_mean, good_sd, poor_mean, poor_sd : float
        Retained fraction of the baseline after a full induction, in both parts.
    anxiety_mean, anxiety_sd : float
        GAD-7 before treatment for a patient of average severity, and its own spread.
    anxiety_change : float
        Relative change of anxiety per relative change of severity.
    """

    baseline_mean: float
    baseline_sd: float
    good_share: float
    good_mean: float
    good_sd: float
    poor_mean: float
    poor_sd: float
    anxiety_mean: float
    anxiety_sd: float
    anxiety_change: float


@dataclass(frozen=True, kw_only=True)
class Regimen:
    """One way of treating: agent, route, doses, schedule, and what a session does.

    Parameters
    ----------
    name : str
        Name of the regimen.
    agent, route : str
        As in the table ``sessions``.
    per_kg : bool
        Whether the doses below are mg per kg of body weight; otherwise mg.
    start_dose, dose_step, highest_dose : float
        First dose, step by which it is raised while the patient is not better, and largest dose.
    infusion_min : int
        Planned length of the infusion; 0 when there is none.
    planned_sessions : tuple of int
        Planned lengths of induction, equally likely.
    gap_days : tuple of int
        Days between induction sessions, equally likely.
    maintenance_days : tuple of int
        Shortest and longest interval of maintenance; each patient has a habit between them.
    monitored_min : tuple of int
        Planned minutes of monitoring, the first before the dose; empty when there is none.
    peak_min, over_min : int
        Minutes from the start of the dose to the peak of the acute effects and to their end.
    pressure_rise : float
        Mean rise of systolic pressure at the peak, mm[Hg].
    dissociation : float
        Median CADSS at the peak of the first session among those who dissociate at all.
    earliest_discharge_min : int
        Nobody leaves before.
    adverse_event_share : float
        Share of sessions with a mild or moderate adverse event; rare serious ones and very high
        pressure come on top.
    benefit : Benefit
        Severity and its change.
    """

    name: str
    agent: str
    route: str
    per_kg: bool
    start_dose: float
    dose_step: float
    highest_dose: float
    infusion_min: int
    planned_sessions: tuple[int, ...]
    gap_days: tuple[int, ...]
    maintenance_days: tuple[int, int]
    monitored_min: tuple[int, ...]
    peak_min: int
    over_min: int
    pressure_rise: float
    dissociation: float
    earliest_discharge_min: int
    adverse_event_share: float
    benefit: Benefit


@dataclass(frozen=True, kw_only=True)
class Population:
    """Who comes for treatment.

    Parameters
    ----------
    indications : tuple of (str, float)
        Primary indications and their relative shares.
    also : tuple of (str, float)
        Indications and the share of patients with another primary one who have them as well.
    age_mean, age_sd : float
        Normal distribution of age in years, limited to 18 to 88.
    treated_before : float
        Share whose treatment began before the data.
    moves : float
        Share that would change to another clinic after two to nine sessions, if one gives the
        regimen and there are as many.
    """

    indications: tuple[tuple[str, float], ...]
    also: tuple[tuple[str, float], ...]
    age_mean: float
    age_sd: float
    treated_before: float
    moves: float


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
        Weibull hazard of the loss of response after the last induction session, for a patient who
        retains three tenths of the baseline. After an induction that was not completed the days
        are fewer in the same proportion as the sessions.
    loss_slope : float
        Log hazard ratio per unit of the retained fraction: who is left worse relapses sooner.
    relapse_level : float
        Fraction of the severity at the beginning of the course to which it returns in the end;
        more than one half.
    rewind : float
        Factor by which a maintenance session turns the clock of the hazard back.
    """

    step: float
    half_life_days: float
    half_life_growth: float
    loss_shape: float
    loss_scale_days: float
    loss_slope: float
    relapse_level: float
    rewind: float


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """Stopping, maintenance, re-induction, and competing ends.

    Parameters
    ----------
    stop_in_induction, stop_after_induction, stop_in_maintenance : float
        Share that stops after a session of induction, at its end, after a maintenance session,
        at a severity of 11 points.
    stop_slope : float
        Change of the log odds of stopping per 5 points of severity.
    until_day : int
        Last day on which the programme gives a session.
    most_maintenance : int
        Most maintenance sessions of a course.
    reinduction : float
        Share of those who relapse after stopping who return for a second induction, when there is
        time left for it.
    course_gap_days : int
        Fewest days between the last session of a course and the first of the next.
    switch : float
        Share of those who stop without response who change to another treatment.
    death_per_year : float
        Rate of death from any cause.
    harm_per_session : float
        Share of maintenance sessions after the sixth that are followed by a harm of long use.
    """

    stop_in_induction: float
    stop_after_induction: float
    stop_in_maintenance: float
    stop_slope: float
    until_day: int
    most_maintenance: int
    reinduction: float
    course_gap_days: int
    switch: float
    death_per_year: float
    harm_per_session: float


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What of the truth is seen.

    Parameters
    ----------
    follow_up_weeks : tuple of int
        Planned scores, weeks after the first treatment.
    entry_days : int
        Length of the period in which patients start, which ends at the data cut-off. 0: all start
        long before it.
    second_baseline, session_score : float
        Share with a screening score, and share of sessions with a score.
    missing_baseline, missing_score : float
        Share of planned scores that were not taken, at average severity.
    lost_at_stop, lost_at_switch : float
        Share lost to contact when treatment stops, and of those who change to another treatment.
    lost_per_visit, lost_after_stop : float
        Share lost before each planned visit with and after treatment, at average severity.
    missing_depends_on : {"nothing", "last score", "current severity"}
        What missing scores and loss of contact at a visit depend on. With "last score" they are
        missing at random if, besides, `lost_at_stop` and `lost_at_switch` are 0 and
        `lost_after_stop` equals `lost_per_visit`, since stopping depends on severity; the last
        score is the one that was given, also where its total was not stored. With "current
        severity" they are missing not at random (selection).
    missing_slope : float
        Change of the log odds of missing per 5 points.
    post_dropout_shift : float
        Points by which severity is higher than it would have been after contact was lost
        (pattern mixture); 0: leaving changes nothing.
    missing_item, broken_off : float
        Share of single items, and of forms from some item on, without answer.
    missing_total, no_items : float
        Share of forms whose total was not stored, or whose items were not kept.
    occasion_sd : float
        Day-to-day spread of severity, PHQ-9 points.
    """

    follow_up_weeks: tuple[int, ...]
    entry_days: int
    second_baseline: float
    session_score: float
    missing_baseline: float
    missing_score: float
    lost_at_stop: float
    lost_at_switch: float
    lost_per_visit: float
    lost_after_stop: float
    missing_depends_on: Literal["nothing", "last score", "current severity"]
    missing_slope: float
    post_dropout_shift: float
    missing_item: float
    broken_off: float
    missing_total: float
    no_items: float
    occasion_sd: float
