"""The patients: clinic, regimen, traits, severity before treatment and what they will retain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.synthetic.arithmetic import Floats, exponential, latent
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.streams import Flags, Integers, Streams, pick

__all__ = [
    "COURSES",
    "HIGHEST",
    "HIGHEST_RETAINED",
    "LOWEST",
    "LOWEST_RETAINED",
    "MIDDLE",
    "UNIT",
    "People",
    "draw_people",
]

LOWEST, HIGHEST = 0.4, 26.4  # severity stays inside the PHQ-9, where its expected total is
MIDDLE, UNIT = 11.0, 5.0
"""Severity at which shares hold, and points per slope; PHQ-9."""

COURSES = 2
"""Most treatment courses of a patient."""

LOWEST_RETAINED, HIGHEST_RETAINED = 0.02, 1.4
"""Range of the fraction of severity that is left after a full induction."""

_SEX = (60, 38, 2)  # female, male, other
_FAILURES = (2, 10, 25, 27, 18, 10, 5, 3)


@dataclass(frozen=True, kw_only=True, eq=False)
class People:
    """Drawn patients; arrays have one entry per patient.

    Parameters
    ----------
    first : int
        Position of the first patient in the scenario.
    clinic, regimen : numpy.ndarray
        Positions in the scenario.
    second_clinic : numpy.ndarray
        Clinic to which the patient moves; the same one for those who stay.
    moves_after : numpy.ndarray
        Sessions before the move.
    age, sex, failures : numpy.ndarray
        Age in years, position in ("female", "male", "other"), earlier treatments.
    weight : numpy.ndarray
        Body weight, kg.
    indication : numpy.ndarray
        Position of the primary indication in the population.
    also : numpy.ndarray
        Shape (patients, indications that may be secondary): whether it is one.
    hypertension, treated_before : numpy.ndarray
        Traits, true or false.
    severity : numpy.ndarray
        Before treatment, PHQ-9 points.
    retained : numpy.ndarray
        Shape (patients, courses): fraction of severity left after a full induction.
    loss : numpy.ndarray
        Shape (patients, courses): cumulative hazard at which response is lost.
    cut_off : numpy.ndarray
        Day of the data cut-off.
    """

    first: int
    clinic: Integers
    regimen: Integers
    second_clinic: Integers
    moves_after: Integers
    age: Integers
    sex: Integers
    failures: Integers
    weight: Floats
    indication: Integers
    also: Flags
    hypertension: Flags
    treated_before: Flags
    severity: Floats
    retained: Floats
    loss: Floats
    cut_off: Integers

    def __len__(self) -> int:
        """Count the patients."""
        return len(self.clinic)

    def ids(self) -> npt.NDArray[np.str_]:
        """Pseudonyms of the patients, by order of drawing."""
        numbers = np.arange(self.first + 1, self.first + len(self) + 1)
        return np.char.add("p", np.char.zfill(numbers.astype(str), 6))

    def by_regimen(self, scenario: Scenario, name: str) -> npt.NDArray[np.generic]:
        """Take one entry of the regimen of each patient."""
        entries = np.array([getattr(regimen, name) for regimen in scenario.regimens])
        chosen: npt.NDArray[np.generic] = entries[self.regimen]
        return chosen

    def has(self, scenario: Scenario, indication: str) -> Flags:
        """Tell who has an indication, as the primary or a secondary one."""
        primary = [name for name, _ in scenario.population.indications]
        secondary = [name for name, _ in scenario.population.also]
        found = np.zeros(len(self), dtype=bool)
        if indication in primary:
            found |= self.indication == primary.index(indication)
        if indication in secondary:
            found |= self.also[:, secondary.index(indication)]
        return found


def draw_people(scenario: Scenario, streams: Streams, n: int) -> People:
    """Draw patients.

    Parameters
    ----------
    scenario : Scenario
        Clinics, regimens and population.
    streams : Streams
        Source of numbers; its ``first`` is the position of the first patient.
    n : int
        Number of patients.

    Returns
    -------
    People
        A patient is the same whoever is drawn besides.
    """
    population = scenario.population
    clinic = pick(streams.uniform("clinic", n)[:, 0], [c.share for c in scenario.clinics])
    regimen = _regimen(scenario, streams.uniform("regimen", n)[:, 0], clinic)
    years = population.age_mean + population.age_sd * streams.normal("age", n)[:, 0]
    age = np.clip(np.rint(years), 18, 88).astype(np.int64)
    sex = pick(streams.uniform("sex", n)[:, 0], _SEX)
    kilograms = np.where(sex == 1, 87.0, 76.0) * exponential(
        0.19 * streams.normal("weight", n)[:, 0]
    )
    high_share = np.clip(0.1 + 0.008 * (age - 25), 0.03, 0.6)
    moves = streams.uniform("moves", n, 3)
    indication = pick(
        streams.uniform("indication", n)[:, 0], [share for _, share in population.indications]
    )
    return People(
        first=streams.first,
        clinic=clinic,
        regimen=regimen,
        second_clinic=_second_clinic(scenario, moves, clinic, regimen),
        moves_after=2 + np.floor(8.0 * moves[:, 2]).astype(np.int64),
        age=age,
        sex=sex,
        failures=pick(streams.uniform("failures", n)[:, 0], _FAILURES),
        weight=np.clip(kilograms, 42, 170),
        indication=indication,
        also=_also(scenario, streams, indication),
        hypertension=streams.uniform("hypertension", n)[:, 0] < high_share,
        treated_before=streams.uniform("treated before", n)[:, 0] < population.treated_before,
        severity=_severity(scenario, streams, regimen),
        retained=_retained(scenario, streams, regimen, clinic),
        loss=streams.waiting("loss", n, COURSES),
        cut_off=_cut_off(scenario, streams, n),
    )


def _regimen(scenario: Scenario, uniform: Floats, clinic: Integers) -> Integers:
    """Pick one of the regimens that the clinic gives, as a position in the scenario."""
    names = [regimen.name for regimen in scenario.regimens]
    chosen = np.zeros(len(clinic), dtype=np.int64)
    for position, place in enumerate(scenario.clinics):
        here = clinic == position
        given = np.array([names.index(name) for name in place.regimens])
        chosen[here] = given[pick(uniform[here], place.regimen_shares)]
    return chosen


def _second_clinic(
    scenario: Scenario, moves: Floats, clinic: Integers, regimen: Integers
) -> Integers:
    """Send movers to the next clinic that gives their regimen."""
    second = clinic.copy()
    movers = np.flatnonzero(moves[:, 0] < scenario.population.moves)
    names = [r.name for r in scenario.regimens]
    gives = np.array([[name in c.regimens for name in names] for c in scenario.clinics])
    for step in range(1, len(scenario.clinics)):
        candidate = (clinic[movers] + step) % len(scenario.clinics)
        fits = gives[candidate, regimen[movers]] & (second[movers] == clinic[movers])
        second[movers[fits]] = candidate[fits]
    return second


def _also(scenario: Scenario, streams: Streams, indication: Integers) -> Flags:
    """Draw secondary indications: never the primary one, nor depression beside bipolar."""
    also = scenario.population.also
    primary = [name for name, _ in scenario.population.indications]
    drawn = streams.uniform("also", len(indication), max(len(also), 1))[:, : len(also)]
    has = drawn < np.array([chance for _, chance in also])
    for column, (name, _) in enumerate(also):
        if name in primary:
            has[:, column] &= indication != primary.index(name)
        if name == "depression" and "bipolar depression" in primary:
            has[:, column] &= indication != primary.index("bipolar depression")
    return has


def _by_regimen(scenario: Scenario, regimen: Integers, name: str) -> Floats:
    """Take one number of the benefit of each patient's regimen."""
    numbers = np.array([float(getattr(r.benefit, name)) for r in scenario.regimens])
    chosen: Floats = numbers[regimen]
    return chosen


def _severity(scenario: Scenario, streams: Streams, regimen: Integers) -> Floats:
    """Severity before treatment."""
    deviation = streams.normal("baseline", len(regimen))[:, 0]
    mean, sd = (_by_regimen(scenario, regimen, f"baseline_{part}") for part in ("mean", "sd"))
    return latent(np.clip(mean + sd * deviation, LOWEST, HIGHEST))


def _retained(scenario: Scenario, streams: Streams, regimen: Integers, clinic: Integers) -> Floats:
    """Fraction of severity that is left after a full induction: a mixture of two normals.

    A second course works about as well as the first did.
    """
    good = (
        streams.uniform("mixture", len(regimen))
        < _by_regimen(scenario, regimen, "good_share")[:, None]
    )
    mean, sd = (
        np.where(
            good,
            _by_regimen(scenario, regimen, f"good_{part}")[:, None],
            _by_regimen(scenario, regimen, f"poor_{part}")[:, None],
        )
        for part in ("mean", "sd")
    )
    shift = np.array([c.retained_shift for c in scenario.clinics])[clinic]
    deviation = streams.normal("retained", len(regimen), COURSES)
    deviation[:, 1] = 0.8 * deviation[:, 0] + 0.6 * deviation[:, 1]
    return latent(
        np.clip(mean + sd * deviation + shift[:, None], LOWEST_RETAINED, HIGHEST_RETAINED)
    )


def _cut_off(scenario: Scenario, streams: Streams, n: int) -> Integers:
    """Day of the data cut-off, counted from the first treatment of each patient."""
    length = scenario.observation.entry_days
    if length == 0:
        last_visit = 7 * max(scenario.observation.follow_up_weeks)
        long = max(3 * scenario.treatment.until_day, last_visit + 60)
        return np.full(n, long, dtype=np.int64)
    return np.floor(streams.uniform("entry", n)[:, 0] * length).astype(np.int64)
