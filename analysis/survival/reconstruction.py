"""Rebuild the times behind a published curve from the user's own coordinates and its risk table.

The iteration is in guyot.py; here frames are read, refused where they cannot be a curve, and the
result is laid out. The rebuilt rows are nobody's: they only reproduce the curve.
"""

from __future__ import annotations

import numbers
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression

from analysis.errors import ColumnError, DataError
from analysis.results import FloatArray, counted, frame_to_html, frame_to_text
from analysis.survival.curves.curve import SurvivalCurve
from analysis.survival.curves.kaplan_meier import kaplan_meier
from analysis.survival.guyot import Coordinates, Rebuilt, rebuild
from analysis.survival.reading.named_columns import require_columns

__all__ = ["ReconstructedCurve", "reconstruct_curve"]

_ROUNDING = 1e-12

_CAUTION = (
    "Rebuilt by the method of Guyot et al. 2012 from read coordinates; the rows are no patients "
    "and carry no covariates."
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ReconstructedCurve:
    """Times of events and censorings that reproduce a published survival curve.

    Parameters
    ----------
    name : str
        What the curve is of.
    rows : pandas.DataFrame
        See `data`.
    points : pandas.DataFrame
        See `tidy`.
    intervals : pandas.DataFrame
        See `risk_table`.
    n_levelled : int
        Points that rose by no more than was allowed, and were levelled.
    n_events_published : int, optional
        All events as published.
    """

    name: str
    rows: pd.DataFrame
    points: pd.DataFrame
    intervals: pd.DataFrame
    n_levelled: int = 0
    n_events_published: int | None = None

    @property
    def data(self) -> pd.DataFrame:
        """The rebuilt rows ``time, event``, ready for `kaplan_meier` and `logrank`."""
        return self.rows.copy()

    def curve(self, *, conf_type: str = "log-log") -> SurvivalCurve:
        """Return the Kaplan-Meier curve of the rebuilt rows.

        Parameters
        ----------
        conf_type : str
            As in `kaplan_meier`.

        Returns
        -------
        SurvivalCurve
            Its median, restricted mean and limits are those of a rebuilt curve.
        """
        return kaplan_meier(self.rows, conf_type=conf_type, origin=self.name)

    def tidy(self) -> pd.DataFrame:
        """Return ``time, published, estimate, difference``: each point read and its rebuilt value.

        Returns
        -------
        pandas.DataFrame
            One row per point; `difference` is rebuilt - read.
        """
        return self.points.copy()

    def risk_table(self) -> pd.DataFrame:
        """Return the risk table beside the rebuilt numbers.

        Returns
        -------
        pandas.DataFrame
            ``time, n_risk_published, n_risk, n_event, n_censored``; the last two count from each
            time to before the next.
        """
        return self.intervals.copy()

    def glance(self) -> pd.DataFrame:
        """Return one row about the agreement with what was read.

        Returns
        -------
        pandas.DataFrame
            ``n, n_event, n_event_published, n_points, n_levelled, max_difference,
            rms_difference`` (of the curve) and ``max_n_risk_difference``.
        """
        apart = self.points["difference"]
        at_risk = self.intervals["n_risk"] - self.intervals["n_risk_published"]
        row = {
            "n": len(self.rows),
            "n_event": int(self.rows["event"].sum()),
            "n_event_published": self.n_events_published,
            "n_points": len(self.points),
            "n_levelled": self.n_levelled,
            "max_difference": float(apart.abs().max()),
            "rms_difference": float(np.sqrt((apart**2).mean())),
            "max_n_risk_difference": int(at_risk.abs().max()),
        }
        return pd.DataFrame([row]).astype({"n_event_published": "Int64"})

    def notes(self) -> tuple[str, ...]:
        """Return what a reader must know, in sentences."""
        notes = [_CAUTION]
        missed = int(self.intervals["n_risk"].ne(self.intervals["n_risk_published"]).sum())
        if missed:
            notes.append(
                f"{counted(missed, 'number')} at risk could not be met; look at risk_table()."
            )
        found = int(self.rows["event"].sum())
        if self.n_events_published not in (None, found):
            notes.append("The published number of events could not be met.")
        if len(self.intervals) == 1:
            notes.append("Without a risk table censoring is not known; tests are hardly reliable.")
        if self.n_levelled:
            notes.append(f"{counted(self.n_levelled, 'point')} levelled, as allowed.")
        return tuple(notes)

    def summary(self) -> str:
        """Return the agreement as text."""
        return "\n".join([self.name, frame_to_text(self.glance()), *self.notes()])

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self.glance(), caption=" ".join([f"{self.name}.", *self.notes()]))


def reconstruct_curve(
    points: pd.DataFrame,
    risk_table: pd.DataFrame,
    *,
    time: str = "time",
    survival: str = "survival",
    n_risk: str = "n_risk",
    n_events: int | None = None,
    allowed_rise: float = 0.0,
    name: str = "published curve",
) -> ReconstructedCurve:
    """Rebuild event and censoring times from digitised coordinates of a Kaplan-Meier curve.

    Answers what a published curve says about medians, restricted means and tests, when only its
    picture and risk table are printed. Read the corners of the steps: between points nothing is
    known, and all events of a gap are put at its end.

    Parameters
    ----------
    points : pandas.DataFrame
        The coordinates read off the curve, in any order, at least two. The point (0, 1) may be
        left out. Of several points of one time the lowest stands: the foot of a step.
    risk_table : pandas.DataFrame
        Numbers at risk under the curve from time 0 on; one row, the number at the start, is the
        least. Rows with nobody at risk after the last point are not needed and are left out.
    time : str
        Column of the time, in both frames and in one unit.
    survival : str
        Column of the probability of no event, 0 to 1.
    n_risk : str
        Column of the number at risk just before each time.
    n_events : int, optional
        All events, where the publication says so.
    allowed_rise : float
        Points may rise by no more than this above an earlier one, the hand's tremor; they are
        levelled with their neighbours (isotonic regression) and counted. By default none may rise.
    name : str
        What the curve is of, for captions.

    Returns
    -------
    ReconstructedCurve
        ``data``, ``curve()``, and how well curve and risk table are met.

    Raises
    ------
    ColumnError
        When a column is missing or not numeric.
    DataError
        When a value is missing, a probability is outside 0 to 1, the coordinates rise, the risk
        table does not start at 0, rises or is not whole, or there are patients at risk after the
        last point.

    Notes
    -----
    Censorings are spread evenly between the times of the risk table; after its last time they go
    on at the rate before it, or meet `n_events`. Curve and median are reproduced well; tests and
    hazard ratios only with a risk table or the number of events.

    References
    ----------
    Guyot P, Ades AE, Ouwens MJNM, Welton NJ (2012). Enhanced secondary analysis of survival data:
    reconstructing the data from published Kaplan-Meier survival curves. BMC Medical Research
    Methodology 12:9.

    Examples
    --------
    >>> points = pd.DataFrame({"time": [7, 14, 28, 56], "survival": [0.9, 0.8, 0.6, 0.5]})
    >>> table = pd.DataFrame({"time": [0, 28], "n_risk": [40, 30]})
    >>> rebuilt = reconstruct_curve(points, table)
    >>> rebuilt.risk_table()[["n_risk", "n_event", "n_censored"]].to_numpy().tolist()
    [[40, 8, 2], [30, 11, 19]]
    """
    times, chances, n_levelled = _read_points(points, time, survival, allowed_rise)
    table_times, at_risk = _read_table(risk_table, time, n_risk, float(times[-1]))
    _check_events(n_events, int(at_risk[0]))
    read = Coordinates(
        time=times, survival=chances, table_time=table_times, n_risk=at_risk, n_events=n_events
    )
    found = rebuild(read)
    rows = _rows(read, found)
    return ReconstructedCurve(
        name=name,
        rows=rows,
        points=_agreement(read, rows),
        intervals=pd.DataFrame(
            {
                "time": table_times,
                "n_risk_published": at_risk,
                "n_risk": found.n_risk,
                "n_event": found.interval_events,
                "n_censored": found.interval_censored,
            }
        ),
        n_levelled=n_levelled,
        n_events_published=n_events,
    )


def _rows(read: Coordinates, found: Rebuilt) -> pd.DataFrame:
    """Write one row per event and censoring, in the order of time."""
    events = np.repeat(read.time, found.n_event)
    seen = np.append(np.ones(events.size, dtype=bool), np.zeros(found.censored.size, dtype=bool))
    rows = pd.DataFrame({"time": np.append(events, found.censored), "event": seen})
    return rows.sort_values(["time", "event"], ascending=[True, False], ignore_index=True)


def _agreement(read: Coordinates, rows: pd.DataFrame) -> pd.DataFrame:
    """Put the rebuilt curve beside the points that were read."""
    estimate = kaplan_meier(rows).at(read.time)["estimate"].to_numpy()
    return pd.DataFrame(
        {
            "time": read.time,
            "published": read.survival,
            "estimate": estimate,
            "difference": estimate - read.survival,
        }
    )


def _column(data: pd.DataFrame, column: str, what: str) -> FloatArray:
    """Read a complete numeric column that is not below 0."""
    if not pd.api.types.is_numeric_dtype(data[column]):
        raise ColumnError(f"Column {column!r} of the {what} is not numeric.")
    values = data[column].to_numpy(dtype=float, na_value=np.nan)
    bad = int((~np.isfinite(values) | (values < 0.0)).sum())
    if bad:
        raise DataError(
            f"Column {column!r} of the {what} has {counted(bad, 'row')} that are missing, "
            "infinite or below 0. Read them again, or leave the rows out."
        )
    return values


def _read_points(
    points: pd.DataFrame, time: str, survival: str, allowed_rise: float
) -> tuple[FloatArray, FloatArray, int]:
    """Read the coordinates: one point per time from (0, 1) on, never rising."""
    require_columns(points, time=time, survival=survival)
    times = _column(points, time, "coordinates")
    chances = _column(points, survival, "coordinates")
    above = int((chances > 1.0).sum())
    if above:
        raise DataError(
            f"{counted(above, 'coordinate')} above 1; survival is a probability from 0 to 1. "
            "Divide percentages by 100."
        )
    lowest = pd.Series(chances).groupby(times).min()
    if len(lowest) < 2:
        raise DataError("Give at least two coordinates at different times.")
    if lowest.index[0] > 0.0:
        lowest = pd.concat([pd.Series([1.0], index=[0.0]), lowest])
    level, n_levelled = _level(np.asarray(lowest, dtype=float), allowed_rise)
    return np.asarray(lowest.index, dtype=float), level, n_levelled


def _level(chances: FloatArray, allowed_rise: float) -> tuple[FloatArray, int]:
    """Refuse coordinates that rise by more than is allowed, and level the others."""
    if not isinstance(allowed_rise, numbers.Real) or not 0.0 <= allowed_rise < 1.0:
        raise DataError("allowed_rise is a probability from 0 to below 1.")
    rise = chances - np.minimum.accumulate(chances)
    too_high = int((rise > allowed_rise + _ROUNDING).sum())
    if too_high:
        raise DataError(
            f"{too_high} of the {chances.size} coordinates lie above an earlier one by more than "
            f"{allowed_rise:g}. A survival curve never rises: read these points again, turn a "
            "curve of those with the event (1 minus it), or state the rise that your reading "
            "allows in allowed_rise."
        )
    falling = np.asarray(isotonic_regression(chances, increasing=False).x, dtype=float)
    return falling, int((np.abs(falling - chances) > _ROUNDING).sum())


def _read_table(
    table: pd.DataFrame, time: str, n_risk: str, last: float
) -> tuple[FloatArray, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Read the risk table: rising times from 0 on and whole numbers that never rise."""
    require_columns(table, time=time, n_risk=n_risk)
    times, at_risk = _column(table, time, "risk table"), _column(table, n_risk, "risk table")
    if times.size == 0 or times[0] != 0.0 or (np.diff(times) <= 0.0).any():
        raise DataError("The times of the risk table must start at 0 and rise from row to row.")
    if (at_risk != np.round(at_risk)).any() or at_risk[0] < 1.0:
        raise DataError("Numbers at risk must be whole, and at least 1 at the start.")
    if (np.diff(at_risk) > 0.0).any():
        raise DataError(
            "The numbers at risk rise. They may only fall where everybody enters at time 0; "
            "curves with delayed entry cannot be rebuilt."
        )
    beyond = times > last
    if (at_risk[beyond] > 0.0).any():
        raise DataError(
            "The risk table has patients at risk after the last coordinate. Read the curve to its "
            "end, or leave those rows out."
        )
    return times[~beyond], at_risk[~beyond].astype(np.int64)


def _check_events(n_events: int | None, n: int) -> None:
    """Refuse a number of events that the patients cannot have."""
    if n_events is not None and not (
        isinstance(n_events, numbers.Integral) and 0 <= int(n_events) <= n
    ):
        raise DataError("n_events is a whole number from 0 to the number at risk at the start.")
