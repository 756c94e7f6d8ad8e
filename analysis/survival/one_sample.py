"""Compare the events of one cohort with those that a known curve leads one to expect.

The one-sample logrank test: the curve is taken as known, so only the cohort varies.
"""

from __future__ import annotations

import numbers

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import ColumnError, DataError, ModelError
from analysis.results import FloatArray, check_conf_level, counted
from analysis.survival.curves.curve import SurvivalCurve
from analysis.survival.curves.product_limit import Steps
from analysis.survival.group_test import GroupTest
from analysis.survival.reading.events import EventTimes, read_event_times

__all__ = ["one_sample_logrank"]

_NOTES = (
    "The curve is taken as known: its own uncertainty is not in the test.",
    "statistic: (observed - expected)^2 / expected, as R's survdiff with an offset.",
    "statistic_balanced: divided by the mean of observed and expected (Wu 2014), for few events.",
    "The interval of the ratio takes the observed number as Poisson.",
)


def one_sample_logrank(
    data: pd.DataFrame,
    reference: SurvivalCurve,
    *,
    time: str = "time",
    event: str = "event",
    entry: str | None = None,
    until: float | None = None,
    conf_level: float = 0.95,
) -> GroupTest:
    """Test whether a cohort has events as a known survival curve leads one to expect.

    Answers whether relapse in a clinic is as frequent as on a published curve, without the
    patients behind the curve. It says nothing about why.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per patient.
    reference : SurvivalCurve
        The known curve, of one group, in the same unit and from the same origin.
    time : str
        Column of the time of event or censoring, at least 0.
    event : str
        Column of the event: 1 or True seen, 0 or False censored.
    entry : str, optional
        Column of delayed entry, below the time.
    until : float, optional
        Stop at this time: later events and times are censored there. Needed where patients are
        followed for longer than the curve is known and above 0.
    conf_level : float
        Coverage of the exact Poisson interval of observed / expected.

    Returns
    -------
    GroupTest
        ``tidy()``: ``statistic, df, p_value, statistic_balanced, p_value_balanced, ratio,
        conf_low, conf_high``; ``glance()``: ``n, observed, expected``.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When a value cannot be used as in `kaplan_meier`, patients are followed beyond the curve,
        or no event is expected.
    ModelError
        When the curve has groups or `conf_level` is not between 0 and 1.

    References
    ----------
    Breslow NE (1975). International Statistical Review 43:45-57.
    Wu J (2014). A new one-sample log-rank test. Journal of Biometrics & Biostatistics 5:210.
    Danzer MF et al. (2022). PLoS One 17:e0271094 (a reference that is itself a sample).

    Examples
    --------
    >>> from analysis.survival import kaplan_meier
    >>> known = kaplan_meier(pd.DataFrame({"time": [5, 10, 15, 20, 30], "event": [1, 1, 1, 0, 0]}))
    >>> clinic = pd.DataFrame({"time": [4, 12, 16, 25], "event": [1, 1, 0, 0]})
    >>> one_sample_logrank(clinic, known).glance().round(3)
       n  observed  expected
    0  4         2     2.343
    """
    check_conf_level(conf_level)
    rows = _stopped(read_event_times(data, time=time, event=event, entry=entry), until)
    steps = _only_curve(reference)
    expected = _expected(rows, steps)
    observed = int(rows.event.sum())
    if not expected > 0.0:
        raise DataError(
            "The curve expects no event while the cohort was followed: nothing to test."
        )
    return GroupTest(
        name="One-sample logrank test against a known curve",
        groups=pd.DataFrame(
            {"n": [rows.time.size], "observed": [observed], "expected": [expected]}
        ),
        result=_tested(observed, expected, conf_level),
        notes=_NOTES,
    )


def _tested(observed: int, expected: float, conf_level: float) -> pd.DataFrame:
    """Test and estimate the ratio of observed to expected."""
    tail = 0.5 * (1.0 - conf_level)
    low = stats.chi2.ppf(tail, 2 * observed) / 2.0 if observed else 0.0
    high = stats.chi2.ppf(1.0 - tail, 2 * observed + 2) / 2.0
    usual = (observed - expected) ** 2 / expected
    balanced = (observed - expected) ** 2 / (0.5 * (observed + expected))
    return pd.DataFrame(
        {
            "statistic": [usual],
            "df": [1],
            "p_value": [float(stats.chi2.sf(usual, 1))],
            "statistic_balanced": [balanced],
            "p_value_balanced": [float(stats.chi2.sf(balanced, 1))],
            "ratio": [observed / expected],
            "conf_low": [low / expected],
            "conf_high": [high / expected],
        }
    )


def _only_curve(reference: SurvivalCurve) -> Steps:
    """Return the steps of a curve without groups."""
    if not isinstance(reference, SurvivalCurve):
        raise ColumnError("reference= is a survival curve, as kaplan_meier returns it.")
    if len(reference.groups) != 1:
        raise ModelError(
            f"reference= has {len(reference.groups)} curves; give one, estimated without by=."
        )
    return reference.groups[0]


def _stopped(rows: EventTimes, until: float | None) -> EventTimes:
    """Censor everybody at a time; who enters only then or later was never at risk."""
    if until is None:
        return rows
    if not isinstance(until, numbers.Real) or not (np.isfinite(until) and until > 0.0):
        raise DataError("until must be a finite number above 0, in the units of the time.")
    kept = rows.entry < until
    time, event = rows.time[kept], rows.event[kept]
    return EventTimes(
        time=np.minimum(time, float(until)),
        entry=rows.entry[kept],
        event=event & (time <= until),
        weight=rows.weight[kept],
        codes=rows.codes[kept],
        levels=rows.levels,
        n_dropped=rows.n_dropped + int((~kept).sum()),
    )


def _expected(rows: EventTimes, steps: Steps) -> float:
    """Sum the cumulative hazard of the curve, -log S, from entry to exit over patients."""
    known = steps.survival > 0.0
    late = int((rows.time > steps.time[-1]).sum())
    if known.all() and late:
        raise DataError(
            f"{counted(late, 'patient')} followed beyond the end of the curve. State until=, at "
            "most its last time."
        )
    hazard = -np.log(np.where(known, steps.survival, 1.0))
    gone = int((rows.time >= steps.time[~known][0]).sum()) if not known.all() else 0
    if gone:
        raise DataError(
            f"{counted(gone, 'patient')} followed to where the curve has reached 0, so that any "
            "number of events would be expected. State until=, before that time."
        )
    return float((_at(steps, hazard, rows.time) - _at(steps, hazard, rows.entry)).sum())


def _at(steps: Steps, hazard: FloatArray, times: FloatArray) -> FloatArray:
    """Read the cumulative hazard at each time."""
    return np.append(0.0, hazard)[np.searchsorted(steps.time, times, side="right")]
