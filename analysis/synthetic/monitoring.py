"""The canonical table of in-session measurements: blood pressure, pulse, oxygen, dissociation.

Acute effects rise to a peak and fall to nothing at minutes that depend on the route; a few sessions
have a slow recovery, which pulse, pressure, dissociation and sedation share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.study import UNITS
from analysis.synthetic.arithmetic import Floats, exponential, latent, normal_quantile
from analysis.synthetic.frames import canonical, coded
from analysis.synthetic.parts import Regimen
from analysis.synthetic.people import People
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.sessions import Sessions
from analysis.synthetic.streams import Integers, Streams

__all__ = ["Measured", "acute_share", "measure", "monitoring_table"]

_PARAMETERS = ("cadss", "dbp", "hr", "moaas", "sbp", "spo2")  # in the order of the table's key
# Rise at the peak relative to that of systolic pressure, and spread between sessions: a
# meta-analysis of 2,252 treatments gives +12.6 and +8.5 mm[Hg] and +4.1 /min.
_RISE = {"sbp": (1.0, 8.5), "dbp": (0.67, 6.0), "hr": (0.32, 6.0)}
_LIMITS = {"sbp": (84, 232), "dbp": (44, 128), "hr": (44, 158), "spo2": (88, 100)}
_MISSED = 0.05
_GRID = 16  # room for minutes in the streams


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """What was measured; arrays have one entry per reading, in the order of the table's key.

    Parameters
    ----------
    session : numpy.ndarray
        Position of the session.
    minute : numpy.ndarray
        Minute from the start of the dose.
    parameter : numpy.ndarray
        Position in the names of the parameters.
    value : numpy.ndarray
        Rounded reading.
    """

    session: Integers
    minute: Integers
    parameter: Integers
    value: Floats

    def peak(self, parameter: str, sessions: int) -> Floats:
        """Highest reading of each session; minus infinity where there is none.

        Parameters
        ----------
        parameter : str
            Name of the parameter.
        sessions : int
            Number of sessions.

        Returns
        -------
        numpy.ndarray
            Shape (sessions,).
        """
        rows = self.parameter == _PARAMETERS.index(parameter)
        highest = np.full(sessions, -np.inf)
        np.maximum.at(highest, self.session[rows], self.value[rows])
        return highest


def acute_share(minute: Floats, peak_min: Floats, over_min: Floats) -> Floats:
    """Share of the peak of the acute effects at given minutes.

    Parameters
    ----------
    minute : numpy.ndarray
        Minutes from the start of the dose.
    peak_min, over_min : numpy.ndarray
        Minutes of the peak and of the end.

    Returns
    -------
    numpy.ndarray
        From 0 to 1, shape of the arguments.

    Examples
    --------
    >>> acute_share(np.array([-5.0, 20.0, 40.0, 70.0]), np.array(40.0), np.array(100.0)).tolist()
    [0.0, 0.5, 1.0, 0.5]
    """
    rising, falling = minute / peak_min, (over_min - minute) / (over_min - peak_min)
    share: Floats = np.clip(np.minimum(rising, falling), 0.0, 1.0)
    return share


def measure(sessions: Sessions, people: People, scenario: Scenario, streams: Streams) -> Measured:
    """Take the readings of all sessions; about one in twenty is not taken, none before the dose.

    Parameters
    ----------
    sessions : Sessions
        The sessions.
    people : People
        The patients.
    scenario : Scenario
        Regimens.
    streams : Streams
        Source of numbers.

    Returns
    -------
    Measured
        Readings.
    """
    draws = _Draws.of(sessions, people, streams)
    parts = [
        _of_regimen(position, regimen, sessions, people, draws)
        for position, regimen in enumerate(scenario.regimens)
        if regimen.monitored_min
    ]
    parts.append((*np.zeros((3, 0), dtype=np.int64), np.zeros(0)))  # nobody may be monitored
    session, minute, parameter, value = (np.concatenate(c) for c in zip(*parts, strict=True))
    order = np.lexsort((parameter, minute, session))
    return Measured(
        session=session[order],
        minute=minute[order],
        parameter=parameter[order],
        value=value[order],
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Draws:
    """Numbers per session, and standard normal ones per patient repeated for the sessions."""

    minute: Floats
    missed: Floats
    dissociation: Floats
    sedation: Floats
    own: dict[str, Floats]
    session: dict[str, Floats]
    error: dict[str, Floats]

    @classmethod
    def of(cls, sessions: Sessions, people: People, streams: Streams) -> _Draws:
        """Draw what all readings need."""
        n, patient = len(people), sessions.patient

        def per_session(name: str, each: int) -> Floats:
            return sessions.uniform(streams, name, n, each)

        vital = ("sbp", "dbp", "hr", "spo2")
        own = {name: streams.normal(name, n)[patient, 0] for name in (*vital, "pressure", "cadss")}
        return cls(
            minute=per_session("minute", _GRID),
            missed=per_session("missed reading", _GRID),
            dissociation=per_session("dissociation", 3),
            sedation=per_session("sedation", 1)[:, 0],
            own=own,
            session={v: normal_quantile(per_session(f"{v} day", 2)) for v in vital},
            error={v: per_session(f"{v} error", _GRID) for v in vital},
        )


_Part = tuple[Integers, Integers, Integers, Floats]


def _of_regimen(
    position: int, regimen: Regimen, sessions: Sessions, people: People, draws: _Draws
) -> _Part:
    """Read every parameter in the sessions of one regimen."""
    rows = np.flatnonzero(people.regimen[sessions.patient] == position)
    grid = np.array(regimen.monitored_min, dtype=np.float64)
    jitter = np.floor(5.0 * draws.minute[rows, : len(grid)]) - 2.0
    minute = grid + jitter
    over = sessions.over_min[rows, None]
    acute = acute_share(minute, np.full_like(minute, regimen.peak_min), over)
    felt = _dissociation(regimen, rows, sessions, draws)
    vitals = _vitals(regimen, rows, sessions, people, draws, acute, felt)
    cadss = np.floor(latent(felt[:, None] * acute))
    asked = np.isin(np.arange(len(grid)), _dissociation_columns(regimen))
    readings = {
        **vitals,
        "cadss": np.where(asked, cadss, np.nan),
        "moaas": _sedation(rows, draws, acute),
    }
    missed = draws.missed[rows, : len(grid)] < _MISSED
    missed[:, 0] = False
    values = np.stack([readings[name] for name in _PARAMETERS], axis=2)
    values = np.where(missed[:, :, None], np.nan, values)
    at, column, parameter = np.nonzero(~np.isnan(values))
    return rows[at], minute[at, column].astype(np.int64), parameter, values[at, column, parameter]


def _dissociation_columns(regimen: Regimen) -> list[int]:
    """Where dissociation is scored: near the peak, and at the last two readings."""
    grid = np.array(regimen.monitored_min)
    near = int(np.abs(grid - regimen.peak_min).argmin())
    return sorted({near, len(grid) - 2, len(grid) - 1})


def _dissociation(regimen: Regimen, rows: Integers, sessions: Sessions, draws: _Draws) -> Floats:
    """CADSS at the peak: many zeros, a long right tail, less with every session."""
    habituation = np.cumprod(np.full(9, 0.93))[np.minimum(sessions.column[rows], 8)] / 0.93
    uniform = draws.dissociation[rows]
    spread = 0.62 * draws.own["cadss"][rows] + 0.52 * normal_quantile(uniform[:, 0])
    peak = regimen.dissociation * habituation * exponential(spread)
    return latent(np.where(uniform[:, 1] < 0.18, 0.0, np.minimum(peak, 80.0)))


def _vitals(
    regimen: Regimen,
    rows: Integers,
    sessions: Sessions,
    people: People,
    draws: _Draws,
    acute: Floats,
    felt: Floats,
) -> dict[str, Floats]:
    """Read vital signs: the patient's level, the rise of the session, an error."""
    patient = sessions.patient[rows]
    age, high = people.age[patient] - 44.0, people.hypertension[patient]
    shared = draws.own["pressure"][rows]
    level = {
        "sbp": 121.0 + 0.25 * age + 11.0 * high + 8.0 * shared + 4.0 * draws.own["sbp"][rows],
        "dbp": 76.0 + 0.05 * age + 6.0 * high + 5.0 * shared + 3.5 * draws.own["dbp"][rows],
        "hr": 74.0 - 0.05 * age + 9.0 * draws.own["hr"][rows],
    }
    more = 1.0 + 0.010 * age + 0.25 * (high - 0.25) + 0.010 * (felt - 7.0)
    factor = np.clip(more, 0.2, 2.5)
    error = {name: normal_quantile(u[rows, : acute.shape[1]]) for name, u in draws.error.items()}
    vitals = {}
    for name, (relative, spread) in _RISE.items():
        peak = regimen.pressure_rise * relative * factor + spread * draws.session[name][rows, 0]
        day = level[name] + 4.0 * draws.session[name][rows, 1]
        vitals[name] = day[:, None] + peak[:, None] * acute + 3.5 * error[name]
    oxygen = 97.6 + 0.7 * draws.own["spo2"][rows]
    vitals["spo2"] = oxygen[:, None] - 0.7 * acute + 0.8 * error["spo2"]
    rounded = {name: np.clip(np.rint(latent(v)), *_LIMITS[name]) for name, v in vitals.items()}
    rounded["dbp"] = np.minimum(rounded["dbp"], rounded["sbp"] - 15.0)
    return rounded


def _sedation(rows: Integers, draws: _Draws, acute: Floats) -> Floats:
    """MOAA/S: 5 is alert; some sessions go down at the peak and come back with the effects."""
    deepest = np.searchsorted([0.55, 0.85, 0.97], draws.sedation[rows])  # 0 to 3 points down
    depth: Floats = 5.0 - np.rint(latent(deepest[:, None] * acute))
    return depth


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
    ids = people.ids().astype(object)
    units = sorted({UNITS[name] for name in _PARAMETERS})
    unit = np.array([units.index(UNITS[name]) for name in _PARAMETERS])
    return canonical(
        "monitoring",
        {
            "subject_id": ids[sessions.patient[measured.session]],
            "session_no": sessions.number[measured.session],
            "rel_min": measured.minute,
            "parameter": coded(measured.parameter, _PARAMETERS),
            "value": measured.value,
            "unit": coded(unit[measured.parameter], units),
        },
    )
