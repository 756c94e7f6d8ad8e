"""Landmark analysis: compare groups formed by a day among those still free of the event then."""

from __future__ import annotations

import numbers
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ColumnError, DataError, ModelError
from analysis.formulas.columns import check_present
from analysis.results import FloatArray, frame_to_html, frame_to_text
from analysis.survival.reading.events import read_event_times
from analysis.survival.stacking import beside_group

__all__ = ["Landmark", "landmark"]

_REASONS = (
    "group not known",
    "entered after the landmark",
    "event by the landmark",
    "censored by the landmark",
    "kept",
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Landmark:
    """Rows at risk after a landmark, and how many were left out and why.

    Parameters
    ----------
    day : float
        The landmark.
    group : str
        Column of the group.
    rows : pandas.DataFrame
        See `data`; patient-level.
    counts : pandas.DataFrame
        See `attrition`.
    note : str
        What the clock does.
    """

    day: float
    group: str
    rows: pd.DataFrame
    counts: pd.DataFrame
    note: str

    @property
    def data(self) -> pd.DataFrame:
        """The rows at risk after the landmark, ready for `kaplan_meier` and `cox`."""
        return self.rows.copy()

    def attrition(self) -> pd.DataFrame:
        """Return the group, ``reason, n``: rows left out for each reason, and those kept."""
        return self.counts.copy()

    def summary(self) -> str:
        """Return the counts as text."""
        return f"{self._title()}\n{frame_to_text(self.counts)}"

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self.counts, caption=self._title())

    def _title(self) -> str:
        """Name the landmark and the clock."""
        return f"Landmark at {self.day:g}; {self.note}"


def landmark(
    data: pd.DataFrame,
    day: float,
    *,
    group: str,
    time: str = "time",
    event: str = "event",
    entry: str | None = None,
    group_day: str | None = None,
    restart_clock: bool = True,
) -> Landmark:
    """Keep the patients still at risk at a landmark, with the group that they were in by then.

    Answers, among those free of the event at the landmark, whether what was known by then (such
    as response to induction) tells about what follows. Comparing groups that form during
    follow-up from the origin on would credit responders with the time that they had to stay free
    of the event in order to respond (immortal time).

    Parameters
    ----------
    data : pandas.DataFrame
        One row per patient.
    day : float
        The landmark, in the units of `time`; chosen beforehand, above 0.
    group : str
        Column of the group; rows where it is missing are left out and counted.
    time, event : str
        Columns of the time and of the event (1 or True seen, 0 or False censored).
    entry : str, optional
        Column of delayed entry; who enters after the landmark is left out.
    group_day : str, optional
        Column of the day on which the group was known; days after the landmark are refused.
    restart_clock : bool
        Whether `time` counts from the landmark, at which all have entered; otherwise from the
        origin, with entry at the landmark in the column ``entry`` (or the one named by `entry`).

    Returns
    -------
    Landmark
        Its ``data`` are copies of the rows kept; ``attrition()`` counts those left out per group.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When times cannot be read, a group was known after the landmark only, or no row is left.
    ModelError
        When `day` is not above 0, or a column ``entry`` is there and was not named.

    Notes
    -----
    At risk is time > landmark: an event on the day itself is left out. Without restarting,
    results are the same for Cox regression, whose risk sets do not change.

    References
    ----------
    Anderson JR, Cain KC, Gelber RD (1983). Journal of Clinical Oncology 1:710-719.

    Examples
    --------
    >>> data = pd.DataFrame({"time": [10, 40, 70, 90], "event": [1, 1, 0, 1],
    ...                      "response": ["no", "yes", "no", "yes"]})
    >>> after = landmark(data, 28, group="response")
    >>> after.data["time"].tolist()
    [12, 42, 62]
    >>> after.attrition()
      response                 reason  n
    0       no  event by the landmark  1
    1       no                   kept  1
    2      yes                   kept  2
    """
    _check_call(data, day, entry, restart_clock=restart_clock)
    check_present(data, [group], "group=")
    times = read_event_times(data, time=time, event=event, entry=entry)
    unknown = data[group].isna().to_numpy()
    _check_group_day(data, day, group_day, ~unknown & (times.time > day))
    reason = np.select(
        [unknown, times.entry > day, (times.time <= day) & times.event, times.time <= day],
        [0, 1, 2, 3],
        default=4,
    )
    kept = data.loc[reason == 4].copy()
    if kept.empty:
        raise DataError(
            f"None of the {len(data)} rows is at risk after the landmark at {day:g}; choose an "
            "earlier one."
        )
    if restart_clock:
        kept[time] = kept[time] - day
        if entry is not None:
            kept[entry] = 0  # all that are kept are in sight at the landmark
    else:
        kept[entry or "entry"] = day
    return Landmark(
        day=day,
        group=group,
        rows=kept,
        counts=_counts(data[group], reason),
        note="time from the landmark on" if restart_clock else "time from the origin on",
    )


def _check_call(data: pd.DataFrame, day: float, entry: str | None, *, restart_clock: bool) -> None:
    """Refuse landmarks that are none, and columns that would be overwritten."""
    if not isinstance(day, numbers.Real) or not (np.isfinite(day) and day > 0.0):
        raise ModelError("The landmark is a day after the origin: give a finite number above 0.")
    if not restart_clock and entry is None and "entry" in data.columns:
        raise ModelError(
            "restart_clock=False writes the landmark into a column 'entry', which the data "
            "already have. Name it by entry=, or rename it."
        )


def _check_group_day(
    data: pd.DataFrame, day: float, group_day: str | None, used: npt.NDArray[np.bool_]
) -> None:
    """Refuse groups that were not known at the landmark."""
    if group_day is None:
        return
    check_present(data, [group_day], "group_day=")
    if not pd.api.types.is_numeric_dtype(data[group_day]):
        raise ColumnError(f"Column {group_day!r} (group_day=) is not numeric; give days.")
    known: FloatArray = data[group_day].to_numpy(dtype=float, na_value=np.nan)
    late = int((used & ~(known <= day)).sum())
    if late:
        raise DataError(
            f"{late} rows at risk after the landmark at {day:g} have a group that was known later, "
            f"or on no day ({group_day!r}). Give the group as it was at the landmark: not yet "
            "responded is a group too."
        )


def _counts(group: pd.Series, reason: npt.NDArray[np.intp]) -> pd.DataFrame:
    """Count rows per group and reason, those of unknown group last."""
    named = pd.DataFrame({"group": group.to_numpy(), "code": reason})
    counts = named.groupby(["group", "code"], dropna=False, observed=True).size()
    rows = counts.rename("n").reset_index()
    reasons = [_REASONS[code] for code in rows["code"]]
    return beside_group(
        rows[["n"]].assign(reason=reasons)[["reason", "n"]], rows["group"], group.name
    )
