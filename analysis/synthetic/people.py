"""The patients: clinic, route, traits, severity before treatment and what they will retain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.synthetic.scenarios import RouteCourse, Scenario
from analysis.synthetic.streams import Floats, Integers, Streams, pick

__all__ = ["HIGHEST", "LOWEST", "People", "draw_people", "subjects_table"]

LOWEST, HIGHEST = 0.4, 26.4  # severity stays inside the PHQ-9, where its expected total is
_RETAINED = (0.02, 1.4)
_SEX = {"female": 60, "male": 38, "other": 2}
_INDICATION = {"depression": 72, "PTSD": 10, "bipolar depression": 9, "anxiety": 7, "OCD": 2}
_FAILURES = (6, 14, 22, 22, 15, 10, 6, 3, 2)


@dataclass(frozen=True, kw_only=True, eq=False)
class People:
    """The patients of a simulation; every array has one entry per patient.

    Parameters
    ----------
    clinic, im : numpy.ndarray
        Position of the clinic in the scenario; whether the route is intramuscular.
    age, weight : numpy.ndarray
        Years; kilograms at the start.
    sex, indication, failures : numpy.ndarray
        Positions of the category; number of earlier treatments without enough benefit.
    hypertension : numpy.ndarray
        Whether blood pressure is high at rest.
    severity : numpy.ndarray
        Before treatment, PHQ-9 points, without measurement error.
    retained : numpy.ndarray
        Fraction of `severity` that is left after a full induction.
    loss_days : numpy.ndarray
        Days from a full induction to the loss of response without maintenance.
    cut_off : numpy.ndarray
        Day of the data cut-off.
    """

    clinic: Integers
    im: npt.NDArray[np.bool_]
    age: Integers
    weight: Floats
    sex: Integers
    indication: Integers
    failures: Integers
    hypertension: npt.NDArray[np.bool_]
    severity: Floats
    retained: Floats
    loss_days: Floats
    cut_off: Integers

    def __len__(self) -> int:
        """Count the patients."""
        return len(self.clinic)

    def ids(self) -> npt.NDArray[np.str_]:
        """Pseudonyms of the patients, by order of drawing."""
        return np.char.add("p", np.char.zfill(np.arange(1, len(self) + 1).astype(str), 6))


def draw_people(scenario: Scenario, streams: Streams, n: int) -> People:
    """Draw patients.

    Parameters
    ----------
    scenario : Scenario
        Clinics and courses.
    streams : Streams
        Source of numbers.
    n : int
        Number of patients.

    Returns
    -------
    People
        The first patients are the same whatever `n`.
    """
    clinic = pick(streams.uniform("clinic", n)[:, 0], [c.share for c in scenario.clinics])
    iv_share = np.array([c.iv_share for c in scenario.clinics])[clinic]
    im = streams.uniform("route", n)[:, 0] >= iv_share
    age = np.clip(np.rint(44.0 + 14.0 * streams.normal("age", n)[:, 0]), 18, 88).astype(np.int64)
    sex = pick(streams.uniform("sex", n)[:, 0], list(_SEX.values()))
    logs = 0.19 * streams.normal("weight", n)[:, 0] + np.where(sex == 1, np.log(87), np.log(76))
    high_share = np.clip(0.1 + 0.008 * (age - 25), 0.03, 0.6)
    return People(
        clinic=clinic,
        im=im,
        age=age,
        weight=np.clip(np.exp(logs), 42, 170),
        sex=sex,
        indication=pick(streams.uniform("indication", n)[:, 0], list(_INDICATION.values())),
        failures=pick(streams.uniform("failures", n)[:, 0], _FAILURES),
        hypertension=streams.uniform("hypertension", n)[:, 0] < high_share,
        severity=_baseline(scenario, streams, im),
        retained=_retained(scenario, streams, im, clinic),
        loss_days=_loss_days(scenario, streams, n),
        cut_off=_cut_off(scenario, streams, n),
    )


def _by_route(scenario: Scenario, im: npt.NDArray[np.bool_], name: str) -> Floats:
    """Take one number of the course of each patient's route."""
    courses: tuple[RouteCourse, RouteCourse] = (scenario.iv, scenario.im)
    numbers: Floats = np.array([float(getattr(course, name)) for course in courses])
    chosen: Floats = numbers[im.astype(np.int64)]
    return chosen


def _baseline(scenario: Scenario, streams: Streams, im: npt.NDArray[np.bool_]) -> Floats:
    """Severity before treatment."""
    deviation = streams.normal("baseline", len(im))[:, 0]
    mean, sd = (_by_route(scenario, im, f"baseline_{part}") for part in ("mean", "sd"))
    return np.clip(mean + sd * deviation, LOWEST, HIGHEST)


def _retained(
    scenario: Scenario, streams: Streams, im: npt.NDArray[np.bool_], clinic: Integers
) -> Floats:
    """Fraction of severity that is left after a full induction: a mixture of two normals."""
    good = streams.uniform("mixture", len(im))[:, 0] < _by_route(scenario, im, "good_share")
    parts = {
        part: np.where(
            good, _by_route(scenario, im, f"good_{part}"), _by_route(scenario, im, f"poor_{part}")
        )
        for part in ("mean", "sd")
    }
    shift = np.array([c.retained_shift for c in scenario.clinics])[clinic]
    deviation = streams.normal("retained", len(im))[:, 0]
    retained: Floats = parts["mean"] + parts["sd"] * deviation + shift
    return np.clip(retained, *_RETAINED)


def _loss_days(scenario: Scenario, streams: Streams, n: int) -> Floats:
    """Weibull times from a full induction to the loss of response."""
    how = scenario.durability
    survival = streams.uniform("loss", n)[:, 0]
    days: Floats = how.loss_scale_days * (-np.log(survival)) ** (1.0 / how.loss_shape)
    return np.maximum(days, 1.0)


def _cut_off(scenario: Scenario, streams: Streams, n: int) -> Integers:
    """Day of the data cut-off, counted from the first treatment of each patient."""
    length = scenario.observation.entry_days
    if length == 0:
        return np.full(n, 3 * scenario.treatment.until_day)
    return np.floor(streams.uniform("entry", n)[:, 0] * length).astype(np.int64)


def subjects_table(people: People, scenario: Scenario, streams: Streams) -> pd.DataFrame:
    """Make the canonical table of patients, with a few gaps.

    Parameters
    ----------
    people : People
        The patients.
    scenario : Scenario
        Names the clinics.
    streams : Streams
        Decides which traits were not recorded.

    Returns
    -------
    pandas.DataFrame
        Canonical ``subjects``.
    """
    unknown = streams.uniform("unknown trait", len(people), 3) < 0.01
    codes = np.array([clinic.code for clinic in scenario.clinics])
    sex = pd.Series(np.array(list(_SEX))[people.sex])
    indication = pd.Series(np.array(list(_INDICATION))[people.indication])
    return pd.DataFrame(
        {
            "subject_id": people.ids(),
            "site_id": codes[people.clinic],
            "age_years": pd.Series(people.age, dtype="Int64").mask(unknown[:, 0]),
            "sex": sex.mask(unknown[:, 1]),
            "indication": indication.mask(unknown[:, 2]),
            "prior_failures": people.failures,
        }
    )
