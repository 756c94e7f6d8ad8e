"""Measures of a study by period, ready for a chart: completeness, response, change, harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.disclosure import ABOUT, MEMBERS, RELEASE, Members, Policy, units_of
from analysis.errors import ColumnError, DataError
from analysis.instruments import load_instrument
from analysis.outcomes import definition_names, visit_status
from analysis.outcomes.assessed import assessed_sessions
from analysis.outcomes.cohort import named_groups
from analysis.outcomes.months import months_of
from analysis.outcomes.rules import Rules
from analysis.quality.charts.periods import (
    PERIODS,
    TIME,
    chosen_period,
    longest_period,
    period_names,
    shared_period,
    time_in_words,
)
from analysis.study import Study

__all__ = ["quality_series"]

_SHARED = "shared"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Rows:
    """What a measure adds up: one row per patient or session.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``subject_id, rel_day, y, n`` and the columns by which they can be split.
    about : str
        What is counted.
    chart : dict
        Kind, direction and factor of the chart.
    of_patients : bool
        Whether a row is one patient.
    """

    rows: pd.DataFrame
    about: str
    chart: dict[str, Any] = field(default_factory=dict)
    of_patients: bool = True


def quality_series(
    study: Study,
    measure: str,
    *,
    instrument: str = "PHQ-9",
    visit: str = "week 4",
    by: str | None = None,
    period: str | None = None,
    policy: Policy = RELEASE,
    **rules: Unpack[Rules],
) -> pd.DataFrame:
    """Add up a measure by period, as a chart needs it.

    Parameters
    ----------
    study : Study
        A checked study. Periods are those of the calendar where it has the table ``calendar``;
        otherwise they are numbered from the first treatment of anybody in the data, which needs
        one data cut-off (``observed_until_day``) for all.
    measure : str
        "completeness": evaluable patients with a score at the visit. "mean change": change at the
        visit. "adverse events": events of sessions, per 100 sessions in which they were asked
        about. Or a definition of the scale, such as "response", among observed patients. Patients
        are placed by the first session of their course, sessions by their own day.
    instrument, visit : str
        Scale and planned visit; not used for adverse events.
    by : str, optional
        Column of `treated_patients`, such as ``site_id``; for adverse events a column of
        ``sessions``.
    period : {"month", "quarter", "half-year", "year", "shared"}, optional
        None: per group the shortest in which the median denominator, and that of the counts which
        hide a point when they are small, is the least count of the policy or more. "shared": one
        for all groups, the shortest that suits half of them or more; for the internal audience,
        from which nothing is hidden, the longest of which there are twelve or more.
    policy : Policy
        The least count that may be shown.
    **rules
        ``schedule, baseline, baseline_at_least, course`` as in `visit_outcomes`.

    Returns
    -------
    pandas.DataFrame
        `by`, ``period`` (text), ``period_length, y, n, patients``; one row per group and period
        from the first to the last with data, with 0 where there are none. True counts.
        ``attrs["chart"]`` holds the arguments of `spc_chart` that suit the measure;
        ``attrs["time"]`` says what periods count from; ``attrs["counted"]`` and
        ``attrs["members"]`` are for disclosure control.

    Raises
    ------
    ColumnError
        When `by` is not a column.
    DataError
        When the measure or the period is not known, the study lacks what the measure needs, or no
        row falls in a period.

    Examples
    --------
    >>> from analysis.quality import spc_chart
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> series = quality_series(study, "completeness")
    >>> series["period"].iloc[0], series["period_length"].iloc[0]
    ('quarter 1', 'quarter')
    >>> chart = spc_chart(series, **series.attrs["chart"])
    """
    if period is not None and period not in {*PERIODS, _SHARED}:
        allowed = ", ".join([*PERIODS, _SHARED])
        raise DataError(f"There is no such period. Allowed are {allowed}.")
    made = _measured(study, measure, instrument, visit, rules)
    if by is not None and by not in made.rows.columns:
        raise ColumnError("There is no such column to split by; try site_id.")
    months, dated = months_of(study, made.rows["subject_id"], made.rows["rel_day"])
    counted = (months >= 0) & made.rows["n"].gt(0).to_numpy()
    if not counted.any():
        raise DataError("No patient or session counts in any period, so there is no series.")
    rows = made.rows[counted].reset_index(drop=True)
    groups = named_groups(rows[by]).astype("string") if by else pd.Series("", index=rows.index)
    lengths = _lengths(rows, groups, months[counted], made.chart, period, policy)
    parts, names = [], np.full(len(rows), "", dtype=object)
    for group, length in lengths.items():
        inside = np.flatnonzero(groups.eq(group))
        of_group, months_inside = rows.iloc[inside], months[counted][inside]
        part, own = _summed(of_group, months_inside, PERIODS[length], dated=dated)
        names[inside] = own
        parts.append(part.assign(group=group, period_length=length))
    series = pd.concat(parts, ignore_index=True)
    columns = ["group", "period", "period_length", "y", "n", "patients"]
    series = series[columns].rename(columns={"group": by}) if by else series[columns[1:]]
    series.attrs = {
        "chart": {
            "y": "y",
            "x": "period",
            "n": "n",
            "by": by,
            "patients": "patients",
            **made.chart,
        },
        ABOUT: f"{made.about} by {by}" if by else made.about,
        TIME: time_in_words(lengths.values(), dated=dated),
    }
    if made.of_patients:
        series.attrs[MEMBERS] = _members(rows, groups, names)
    return series


def _lengths(
    rows: pd.DataFrame,
    groups: pd.Series,
    months: npt.NDArray[np.int64],
    chart: dict[str, Any],
    period: str | None,
    policy: Policy,
) -> dict[str, str]:
    """Choose the period of each group, in the order of their names."""
    names = sorted(groups.unique())
    if period in PERIODS:
        return dict.fromkeys(names, str(period))
    if period == _SHARED and policy.confidential:
        return dict.fromkeys(names, longest_period(months))
    counts = _not_small(rows, chart)
    inside = {name: groups.eq(name).to_numpy() for name in names}
    own = {
        name: chosen_period(months[of], counts[of], policy.minimum_count)
        for name, of in inside.items()
    }
    return own if period is None else dict.fromkeys(names, shared_period(own.values()))


def _not_small(rows: pd.DataFrame, chart: dict[str, Any]) -> npt.NDArray[np.float64]:
    """List the counts of which a small one hides a point, see `hide_points`."""
    n, y = rows["n"].to_numpy(float), rows["y"].to_numpy(float)
    counts = {"p": [n, y, n - y], "u": [n, y]}.get(chart["kind"], [n])
    return np.column_stack(counts)


def _summed(
    rows: pd.DataFrame, months: npt.NDArray[np.int64], length: int, *, dated: bool
) -> tuple[pd.DataFrame, list[str]]:
    """Add up rows by period; also return the period of each row."""
    number = months // length
    first, last = int(number.min()), int(number.max())
    at = number - first
    sums = {name: np.bincount(at, weights=rows[name].to_numpy(float)) for name in ("y", "n")}
    once = ~pd.DataFrame({"at": at, "who": rows["subject_id"].to_numpy()}).duplicated().to_numpy()
    sums["patients"] = np.bincount(at[once], minlength=last - first + 1).astype(float)
    names = period_names(range(first, last + 1), length, dated=dated)
    return pd.DataFrame({"period": names, **sums}), [names[k] for k in at]


def _members(rows: pd.DataFrame, groups: pd.Series, periods: npt.NDArray[np.object_]) -> Members:
    """Say who is behind the counts of each point and of all points of a group."""
    sets: dict[tuple[str, str, str], Any] = {}
    keys = pd.DataFrame({"group": groups.to_numpy(), "period": periods})
    is_yes = rows["y"].eq(1).to_numpy()
    for group, period in keys.drop_duplicates().itertuples(index=False):
        inside = (keys["group"].eq(group) & keys["period"].eq(period)).to_numpy()
        sets[(str(group), str(period), "n")] = inside
        sets[(str(group), str(period), "y")] = inside & is_yes
    for group in keys["group"].unique():
        inside = keys["group"].eq(group).to_numpy()
        sets[(str(group), "all", "n")] = inside
        sets[(str(group), "all", "y")] = inside & is_yes
    return Members(units_of(rows), sets)


def _measured(study: Study, measure: str, instrument: str, visit: str, rules: Rules) -> _Rows:
    """Derive the rows of a measure."""
    if measure == "adverse events":
        return _adverse_events(study)
    if measure in _OF_VISITS:
        return _OF_VISITS[measure](study, instrument, visit, rules)
    scale = load_instrument(instrument)
    if measure not in definition_names(scale.name):
        known = [*_OF_VISITS, "adverse events", *definition_names(scale.name)]
        raise DataError(f"There is no such measure. Allowed are {', '.join(known)}.")
    return _outcome(study, measure, instrument, visit, rules)


def _status(
    study: Study, instrument: str, visit: str, measures: tuple[str, ...], rules: Rules
) -> pd.DataFrame:
    """List the patients of a visit, placed by the first session of their course."""
    status = visit_status(study, instrument, visit=visit, measures=measures, **rules)
    return status.assign(rel_day=status["start_day"])


def _completeness(study: Study, instrument: str, visit: str, rules: Rules) -> _Rows:
    """Count evaluable patients, and those of them with a score."""
    status = _status(study, instrument, visit, (), rules)
    rows = status.assign(n=status["evaluable"].astype(float), y=status["observed"].astype(float))
    about = f"completeness of {load_instrument(instrument).name} at {visit} by period"
    return _Rows(rows=rows, about=about, chart={"kind": "p", "improvement": "up", "per": 100.0})


def _outcome(study: Study, measure: str, instrument: str, visit: str, rules: Rules) -> _Rows:
    """Count observed patients, and those of them with the outcome."""
    status = _status(study, instrument, visit, (measure,), rules)
    rows = status.assign(n=status["observed"].astype(float), y=status[measure].astype(float))
    worse = "deterioration" in measure
    about = f"{measure} of {load_instrument(instrument).name} at {visit} by period"
    chart = {"kind": "p", "improvement": "down" if worse else "up", "per": 100.0}
    return _Rows(rows=rows, about=about, chart=chart)


def _mean_change(study: Study, instrument: str, visit: str, rules: Rules) -> _Rows:
    """Add up the changes of observed patients."""
    status = _status(study, instrument, visit, (), rules)
    change = status["change"].astype(float).where(status["observed"], 0.0)
    rows = status.assign(n=status["observed"].astype(float), y=change)
    scale = load_instrument(instrument)
    way = {"lower is better": "down", "higher is better": "up"}.get(scale.direction, "neutral")
    about = f"mean change of {scale.name} at {visit} by period"
    return _Rows(rows=rows, about=about, chart={"kind": "i'", "improvement": way, "per": 1.0})


_OF_VISITS: dict[str, Callable[[Study, str, str, Rules], _Rows]] = {
    "completeness": _completeness,
    "mean change": _mean_change,
}


def _adverse_events(study: Study) -> _Rows:
    """Count sessions in which adverse events were asked about, and the events of each."""
    sessions = assessed_sessions(study)
    rows = sessions.assign(n=1.0, y=sessions["n_events"].astype(float))
    chart = {"kind": "u", "improvement": "down", "per": 100.0}
    about = "adverse events of sessions by period"
    return _Rows(rows=rows, about=about, chart=chart, of_patients=False)
