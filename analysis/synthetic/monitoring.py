"""The canonical table of in-session measurements: blood pressure, pulse, oxygen, dissociation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.synthetic.people import People
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.sessions import Sessions
from analysis.synthetic.streams import Floats, Integers, Streams

__all__ = ["MINUTES", "Measured", "measure", "monitoring_table"]

MINUTES = (-5, 20, 40, 60, 90, 120)
"""Planned minutes from the start of the dose."""

_COLUMNS = 15  # sessions per patient in a course
# Share of the peak at the planned minutes; an injection acts sooner than an infusion.
_PROFILE = {False: (0.0, 0.7, 1.0, 0.5, 0.08, 0.0), True: (0.0, 0.95, 0.9, 0.4, 0.08, 0.0)}
# Mean rise at 40 min and its spread between sessions: meta-analysis of 2,252 treatments, +12.6
# and +8.5 mm[Hg], +4.1 /min.
_RISE = {"sbp": (13.0, 8.5), "dbp": (8.8, 6.0), "hr": (4.2, 6.0)}
_UNITS = {"sbp": "mm[Hg]", "dbp": "mm[Hg]", "hr": "/min", "spo2": "%", "cadss": "{score}"}
_LIMITS = {"sbp": (80, 235), "dbp": (45, 135), "hr": (42, 160), "spo2": (86, 100)}
_CADSS_COLUMNS = (2, 5)  # at 40 and 120 min


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """What was measured; arrays have shape (sessions, minutes).

    Parameters
    ----------
    minute : numpy.ndarray
        Minute of each reading.
    readings : dict of str to numpy.ndarray
        Rounded readings by parameter; NaN where there is none.
    """

    minute: Integers
    readings: dict[str, Floats]

    def peak(self, parameter: str) -> Floats:
        """Highest reading of each session; minus infinity where there is none."""
        highest: Floats = np.nan_to_num(self.readings[parameter], nan=-np.inf).max(axis=1)
        return highest


def measure(sessions: Sessions, people: People, scenario: Scenario, streams: Streams) -> Measured:
    """Take the readings of all sessions.

    Parameters
    ----------
    sessions : Sessions
        The sessions.
    people : People
        The patients.
    scenario : Scenario
        Tells which clinics score dissociation.
    streams : Streams
        Source of numbers.

    Returns
    -------
    Measured
        Readings; one in twenty was not taken.
    """
    draw = _Draw(sessions=sessions, people=people, streams=streams)
    dissociation = _dissociation(draw, scenario)
    rise = _relative_rise(draw, dissociation)
    values = {name: _vital(name, draw, rise) for name in _RISE}
    values["spo2"] = _oxygen(draw)
    values = {name: np.clip(np.rint(v), *_LIMITS[name]) for name, v in values.items()}
    values["cadss"] = dissociation
    missed = draw.uniform("missed reading", len(MINUTES)) < 0.05
    values = {name: np.where(missed, np.nan, v) for name, v in values.items()}
    jitter = np.floor(5.0 * draw.uniform("minute", len(MINUTES))) - 2.0
    return Measured(minute=(np.array(MINUTES) + jitter).astype(np.int64), readings=values)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Draw:
    """Numbers per session that depend on patient and session only."""

    sessions: Sessions
    people: People
    streams: Streams

    def uniform(self, name: str, columns: int) -> Floats:
        """Draw uniform numbers, shape (sessions, columns)."""
        return self._take(self.streams.uniform(name, len(self.people), _COLUMNS * columns))

    def normal(self, name: str, columns: int) -> Floats:
        """Draw standard normal numbers, shape (sessions, columns)."""
        return self._take(self.streams.normal(name, len(self.people), _COLUMNS * columns))

    def of_patient(self, name: str) -> Floats:
        """One standard normal number per patient, repeated for the sessions."""
        numbers: Floats = self.streams.normal(name, len(self.people))[self.sessions.patient, 0]
        return numbers

    def _take(self, drawn: Floats) -> Floats:
        cube = drawn.reshape(len(self.people), _COLUMNS, -1)
        taken: Floats = cube[self.sessions.patient, self.sessions.column]
        return taken


def _dissociation(draw: _Draw, scenario: Scenario) -> Floats:
    """CADSS at 40 and 120 min: many zeros, a long right tail, less with every session.

    Mean 7.7 and SD 9.2 at 40 min over infusions; near 0 by 120 min.
    """
    sessions, people = draw.sessions, draw.people
    scored = np.array([clinic.cadss for clinic in scenario.clinics])[people.clinic]
    dose = sessions.mg_kg - 0.6
    habituation = 0.93 ** np.minimum(sessions.number - 1, 8)
    spread = 0.62 * draw.of_patient("dissociation") + 0.52 * draw.normal("cadss", 1)[:, 0]
    peak = np.floor(13.0 * habituation * np.exp(spread + 0.4 * dose - 0.33))
    uniform = draw.uniform("cadss zero", 2)
    peak = np.where(uniform[:, 0] < 0.18, 0.0, np.minimum(peak, 80.0))
    late = np.where(uniform[:, 1] < 0.93, 0.0, np.rint(1.0 + 0.08 * peak))
    score = np.full((len(sessions), len(MINUTES)), np.nan)
    score[:, _CADSS_COLUMNS[0]], score[:, _CADSS_COLUMNS[1]] = peak, late
    return np.where(scored[sessions.patient][:, None], score, np.nan)


def _relative_rise(draw: _Draw, dissociation: Floats) -> Floats:
    """Factor of the mean rise: more with age, high blood pressure, dose and dissociation."""
    sessions, people = draw.sessions, draw.people
    felt = np.nan_to_num(dissociation[:, _CADSS_COLUMNS[0]], nan=7.0)
    factor: Floats = (
        1.0
        + 0.010 * (people.age[sessions.patient] - 44.0)
        + 0.25 * (people.hypertension[sessions.patient] - 0.25)
        + 0.50 * (sessions.mg_kg - 0.6)
        + 0.010 * (felt - 7.0)
    )
    return np.clip(factor, 0.2, 2.5)


def _vital(name: str, draw: _Draw, rise: Floats) -> Floats:
    """Read one vital sign: the patient's level, the rise of the session, an error."""
    patient = draw.sessions.patient
    age, high = draw.people.age[patient] - 44.0, draw.people.hypertension[patient]
    shared = draw.of_patient("pressure")
    own = draw.of_patient(name)
    level = {
        "sbp": 121.0 + 0.25 * age + 11.0 * high + 8.0 * shared + 4.0 * own,
        "dbp": 76.0 + 0.05 * age + 6.0 * high + 5.0 * shared + 3.5 * own,
        "hr": 74.0 - 0.05 * age + 9.0 * own,
    }[name]
    mean, spread = _RISE[name]
    peak = mean * rise + spread * draw.normal(f"{name} rise", 1)[:, 0]
    im = draw.people.im[patient]
    profile = np.where(im[:, None], np.array(_PROFILE[True]), np.array(_PROFILE[False]))
    day = 4.0 * draw.normal(f"{name} day", 1)
    error = 3.5 * draw.normal(f"{name} error", len(MINUTES))
    readings: Floats = level[:, None] + day + peak[:, None] * profile + error
    return readings


def _oxygen(draw: _Draw) -> Floats:
    """Oxygen saturation: near the top of the scale, a small dip while the drug acts."""
    level = 97.6 + 0.7 * draw.of_patient("spo2")
    dip = 0.7 * np.array(_PROFILE[False])
    saturation: Floats = level[:, None] - dip + 0.8 * draw.normal("spo2 error", len(MINUTES))
    return saturation


def monitoring_table(measured: Measured, sessions: Sessions, people: People) -> pd.DataFrame:
    """Make the canonical table of measurements.

    Parameters
    ----------
    measured : Measured
        Readings.
    sessions : Sessions
        The sessions.
    people : People
        The patients.

    Returns
    -------
    pandas.DataFrame
        Canonical ``monitoring``.
    """
    ids = people.ids()
    tables = []
    for name, values in measured.readings.items():
        session, column = np.nonzero(~np.isnan(values))
        tables.append(
            pd.DataFrame(
                {
                    "subject_id": ids[sessions.patient[session]],
                    "session_no": sessions.number[session],
                    "rel_min": measured.minute[session, column],
                    "parameter": name,
                    "value": values[session, column],
                    "unit": _UNITS[name],
                }
            )
        )
    return pd.concat(tables, ignore_index=True)
