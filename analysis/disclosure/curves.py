"""Coarsen curves of events over time so that no step shows few patients."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_numeric_dtype

from analysis.disclosure.columns import group_curves, keys_of, number_curves, require_columns
from analysis.disclosure.curve_counts import CurveCounts, earlier_times, hide_curve_counts
from analysis.disclosure.policy import RELEASE, Policy, is_small
from analysis.disclosure.rounding import coarse_curve
from analysis.disclosure.rows import HELD
from analysis.text_numbers import require_number_columns, require_numbers

__all__ = ["cut_curve", "cut_interval_curve", "suppress_curve", "suppress_interval_curve"]

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

_PER_STEP = ("n_risk", "n_event", "n_censored")
_STEPS = (*_PER_STEP, "time", "estimate", "std_error")
_MOST_STEPS = 50


def cut_curve(
    curve: pd.DataFrame,
    *,
    by: str | Sequence[str] | None = None,
    followed: pd.DataFrame | None = None,
    about: str = "",
    policy: Policy = RELEASE,
) -> pd.DataFrame:
    """Coarsen a curve of events over time, and cut it where fewer than 11 patients are at risk.

    A step is shown when 11 events have gathered since the last one, so that no fall of the curve
    shows one patient's day. The curve ends before the first time with 1 to 10 at risk.

    Parameters
    ----------
    curve : pandas.DataFrame
        Steps with the columns ``time, n_risk, n_event`` and any estimates.
        ``attrs["conf_type"]`` is the scale of their limits, log-log if absent, and
        ``attrs["conf_level"]`` their level, 0.95 if absent.
    by : str or sequence of str, optional
        Column of the group, and for cumulative incidence that of the cause; each curve is cut on
        its own.
    followed : pandas.DataFrame, optional
        Who was followed, see `suppress_curve`.
    about : str
        Of which event, the same in every release, see `suppress_curve`.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    pandas.DataFrame
        The steps that may be shown, without the counts per step (``n_risk, n_event,
        n_censored``), which are small by nature; every step for the internal audience. Where the
        policy rounds, estimates are rounded to what ``round_to`` patients stand for at the start,
        and their limits and standard errors are missing; else see `coarse_curve`.

    Raises
    ------
    ColumnError
        When ``time``, ``n_risk`` or ``n_event`` is absent.

    Notes
    -----
    Between two shown steps the curve is drawn where it was, though fewer than 11 events may have
    come since.

    Examples
    --------
    >>> curve = pd.DataFrame(
    ...     {"time": [7, 14, 21, 28], "n_risk": [60, 50, 40, 9], "n_event": [8, 8, 11, 2]})
    >>> cut_curve(curve)["time"].tolist()
    [14, 21]
    """
    return suppress_curve(curve, by=by, followed=followed, about=about, policy=policy)[0]


def suppress_curve(
    curve: pd.DataFrame,
    risk: pd.DataFrame | None = None,
    *,
    by: str | Sequence[str] | None = None,
    followed: pd.DataFrame | None = None,
    about: str = "",
    policy: Policy = RELEASE,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cut a curve, and hide numbers at risk under it, so that both together tell no small count.

    Each step tells how many had the event so far; beside the numbers at risk it tells how many
    left in between. Where one of these counts, or its change since an earlier release, would be
    known to be 1 to 10, the step or a number at risk is left out.

    Parameters
    ----------
    curve : pandas.DataFrame
        Steps, see `cut_curve`.
    risk : pandas.DataFrame, optional
        Numbers at risk beside the curve: ``time, n_risk`` (patients with T >= time) and the group.
    by : str or sequence of str, optional
        Column of the group, and for cumulative incidence that of the cause.
    followed : pandas.DataFrame, optional
        Who was followed: ``unit`` as `units_of` names it, the column of the group, ``entry``,
        ``time`` and ``event``. The counts are then also protected against other tables of these
        patients, see `suppress_cells`.
    about : str
        Of which event, the same in every release. Inside `recording` the curve is then protected
        against those of earlier releases, and has its steps where they had theirs.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    tuple of pandas.DataFrame
        The steps, as `cut_curve` gives them; and the group, ``time`` and ``n_risk`` as text.

    Raises
    ------
    ColumnError
        When ``time``, ``n_risk`` or ``n_event`` is absent.
    DataError
        When one of these is no number.

    Examples
    --------
    >>> curve = pd.DataFrame({"time": [7, 14], "n_risk": [90, 62], "n_event": [25, 30]})
    >>> risk = pd.DataFrame({"time": [0, 14], "n_risk": [90, 62]})  # 3 left without the event
    >>> steps, numbers = suppress_curve(curve, risk)
    >>> steps["time"].tolist(), numbers["n_risk"].tolist()
    ([7, 14], ['90', '—'])
    """
    keys = keys_of(by)
    require_columns(curve, ["time", "n_risk", "n_event", *keys])
    texts = [name for name in _STEPS if name in curve and not is_numeric_dtype(curve[name])]
    steps = curve.assign(**{name: require_numbers(curve[name], name) for name in texts})
    ordered = steps.sort_values([*keys, "time"], kind="stable").reset_index(drop=True)
    numbers = _numbers_at_risk(risk, keys)
    if policy.confidential:
        return ordered, numbers.assign(n_risk=[f"{n:,.0f}" for n in numbers["n_risk"]])
    shown, told = _chosen_steps(ordered, keys, about, numbers, followed, policy=policy)
    kept = _told_rows(ordered, shown, told, keys)
    coarse = coarse_curve(ordered, number_curves(ordered, keys), policy=policy)
    counts = [name for name in _PER_STEP if name in ordered.columns]
    cut = coarse[kept].drop(columns=counts).reset_index(drop=True)
    cut.attrs[HELD] = policy.rule
    return cut, _told_numbers(numbers, told)


def _chosen_steps(
    ordered: pd.DataFrame,
    keys: Sequence[str],
    about: str,
    numbers: pd.DataFrame | None = None,
    followed: pd.DataFrame | None = None,
    *,
    policy: Policy,
) -> tuple[BoolArray, CurveCounts]:
    """Choose steps at which enough events have gathered, and decide what of them is hidden."""
    about = f"steps of a curve by {' and '.join(keys) or 'nothing'}{f': {about}' if about else ''}"
    kept = _before_few(ordered, number_curves(ordered, keys), policy)
    chosen = _enough(kept, keys, about, policy).reindex(ordered.index, fill_value=False)
    shown = chosen.to_numpy(bool)
    told = hide_curve_counts(
        ordered,
        shown,
        _numbers_at_risk(None, keys) if numbers is None else numbers,
        keys=keys,
        followed=followed,
        about=about,
        policy=policy,
    )
    return shown, told


def _numbers_at_risk(risk: pd.DataFrame | None, keys: Sequence[str]) -> pd.DataFrame:
    """Order the numbers at risk by group and time; none without them."""
    if risk is None:
        return pd.DataFrame({"time": [], "n_risk": []})
    columns = [*(name for name in keys if name in risk), "time", "n_risk"]
    require_columns(risk, columns)
    require_number_columns(risk, ["time", "n_risk"])
    distinct = risk[columns].drop_duplicates()  # they are the same for every cause
    return distinct.sort_values(columns[:-1], kind="stable").reset_index(drop=True)


def _told_rows(
    ordered: pd.DataFrame, shown: BoolArray, told: CurveCounts, keys: Sequence[str]
) -> BoolArray:
    """Mark the chosen steps that may be told."""
    kept = shown.copy()
    for key, rows in group_curves(ordered, keys):
        mine = rows[shown[rows]]
        kept[mine] = [told.shows_step(key, time) for time in ordered["time"].iloc[mine]]
    return kept


def _told_numbers(numbers: pd.DataFrame, told: CurveCounts) -> pd.DataFrame:
    """Write the numbers at risk that may be told."""
    names = [name for name in numbers.columns if name not in ("time", "n_risk")]
    text = np.full(len(numbers), "", dtype=object)
    for group, rows in group_curves(numbers, names):
        text[rows] = [told.at_risk(group, time) for time in numbers["time"].iloc[rows]]
    return numbers.assign(n_risk=text)


def _before_few(ordered: pd.DataFrame, curves: pd.Series, policy: Policy) -> pd.DataFrame:
    """Keep the steps of each curve before the first with a small number at risk."""
    small = pd.Series(is_small(ordered["n_risk"], policy), index=ordered.index)
    passed = small.astype(int).groupby(curves).cummax()
    return ordered[passed.eq(0)]


def _enough(kept: pd.DataFrame, keys: Sequence[str], about: str, policy: Policy) -> pd.Series:
    """Mark the steps of each curve at which enough events have gathered since the last marked."""
    before = earlier_times(about)
    marks = np.zeros(len(kept), dtype=bool)
    for key, rows in group_curves(kept, keys):
        events, time = (kept[name].iloc[rows].to_numpy(float) for name in ("n_event", "time"))
        marks[rows] = _gathered(events, _may_show(time, before(key)), policy.minimum_count)
    return pd.Series(marks, index=kept.index)


def _may_show(time: FloatArray, earlier: Collection[float]) -> BoolArray:
    """Mark times of steps that were shown before, and those after the last of these."""
    known = np.isin(time, list(earlier))
    return np.asarray(known | (time > max(earlier, default=-np.inf)))


def _gathered(events: FloatArray, may: BoolArray, least: int) -> list[bool]:
    """Mark steps that may be shown when enough events have gathered since the last marked one.

    Of a long curve there are at most 50 steps, each of one in 50 of all events.
    """
    enough = max(float(least), events.sum() / _MOST_STEPS)
    marks, waiting = [], 0.0
    for n, is_allowed in zip(events, may, strict=True):
        waiting += float(n)
        marks.append(bool(is_allowed) and waiting >= enough)
        waiting = 0.0 if marks[-1] else waiting
    return marks


def cut_interval_curve(
    curve: pd.DataFrame,
    *,
    by: str | None = None,
    followed: pd.DataFrame | None = None,
    about: str = "",
    policy: Policy = RELEASE,
) -> pd.DataFrame:
    """Widen the innermost intervals of a curve until 11 events are known to lie behind each.

    Parameters
    ----------
    curve : pandas.DataFrame
        Innermost intervals with ``lower, upper, mass, n_risk, n_event, estimate``, as `turnbull`
        gives them.
    by : str, optional
        Column of the group.
    followed : pandas.DataFrame, optional
        Who was followed, see `suppress_interval_curve`.
    about : str
        Of which event, the same in every release, see `suppress_curve`.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    pandas.DataFrame
        ``lower, upper, mass, estimate`` and the `by` column: neighbours are joined until 11 events
        were seen by the upper end and not by that of the interval before; the curve ends before
        the first interval with 1 to 10 at risk. What lies beyond observation is left out. All
        finite intervals, with their counts, for the internal audience.

    Raises
    ------
    ColumnError
        When a column is absent.

    Notes
    -----
    Inside a joined interval the curve is somewhere between its two ends; that is all that is told.

    Examples
    --------
    >>> curve = pd.DataFrame({
    ...     "lower": [0, 14, 28], "upper": [7, 21, 35], "mass": [0.1, 0.2, 0.3],
    ...     "n_risk": [60, 50, 30], "n_event": [6, 12, 18], "estimate": [0.9, 0.7, 0.4]})
    >>> cut_interval_curve(curve)[["lower", "upper", "estimate"]].to_numpy().tolist()
    [[0.0, 21.0, 0.7], [28.0, 35.0, 0.4]]
    """
    return suppress_interval_curve(curve, by=by, followed=followed, about=about, policy=policy)[0]


def suppress_interval_curve(
    curve: pd.DataFrame,
    risk: pd.DataFrame | None = None,
    *,
    by: str | None = None,
    followed: pd.DataFrame | None = None,
    about: str = "",
    policy: Policy = RELEASE,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Widen the intervals of a curve, and hide numbers under it, as `suppress_curve` does.

    Parameters
    ----------
    curve : pandas.DataFrame
        Innermost intervals, see `cut_interval_curve`.
    risk : pandas.DataFrame, optional
        Numbers beside the curve: ``time, n_risk`` (patients who were seen without the event at or
        after the time) and the group.
    by : str, optional
        Column of the group.
    followed : pandas.DataFrame, optional
        Who was followed: ``unit`` as `units_of` names it, the column of the group, ``entry``,
        ``time`` (of the visit that showed the event, or of the last), ``event``, and
        ``free_until``, the last visit without the event. The counts are then also protected
        against other tables of these patients, such as a curve dated at the visit.
    about : str
        Of which event, the same in every release and for both kinds of curves, see
        `suppress_curve`.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    tuple of pandas.DataFrame
        The intervals, as `cut_interval_curve` gives them; and the group, ``time`` and ``n_risk``
        as text.

    Raises
    ------
    ColumnError
        When a column is absent.

    Examples
    --------
    >>> curve = pd.DataFrame({
    ...     "lower": [0, 14], "upper": [7, 21], "mass": [0.2, 0.313],
    ...     "n_risk": [60, 46], "n_event": [12, 18], "estimate": [0.8, 0.487]})
    >>> risk = pd.DataFrame({"time": [0, 14, 21], "n_risk": [60, 46, 28]})  # 2 left before day 14
    >>> steps, numbers = suppress_interval_curve(curve, risk)
    >>> steps["upper"].tolist(), numbers["n_risk"].tolist()
    ([7, 21], ['60', '—', '28'])
    """
    keys = keys_of(by)
    columns = ["lower", "upper", "mass", "n_risk", "n_event", "estimate"]
    require_columns(curve, [*keys, *columns])
    require_number_columns(curve, columns)
    ordered = curve.sort_values([*keys, "upper"], kind="stable")
    finite = ordered[ordered["upper"].lt(np.inf)].reset_index(drop=True)
    numbers = _numbers_at_risk(risk, keys)
    if policy.confidential:
        return finite, numbers.assign(n_risk=[f"{n:,.0f}" for n in numbers["n_risk"]])
    steps = finite.assign(time=finite["upper"])
    shown, told = _chosen_steps(steps, keys, about, numbers, followed, policy=policy)
    kept = _told_rows(steps, shown, told, keys)
    ends_before = _before_few(steps, number_curves(steps, keys), policy).index
    coarse = coarse_curve(steps, number_curves(steps, keys), policy=policy)
    joined = _joined(coarse.loc[ends_before], kept[ends_before], keys)
    cut = joined.drop(columns=["time", "n_risk", "n_event"]).reset_index(drop=True)
    cut.attrs[HELD] = policy.rule
    return cut, _told_numbers(numbers, told)


def _joined(rows: pd.DataFrame, shown: BoolArray, keys: Sequence[str]) -> pd.DataFrame:
    """Join each run of intervals to the one at its end, which is shown."""
    curves, mark = number_curves(rows, keys), pd.Series(shown, index=rows.index)
    block = mark.groupby(curves).cumsum() - mark
    blocks = rows.groupby([curves, block])
    wide = {"lower": blocks["lower"].transform("first"), "mass": blocks["mass"].transform("sum")}
    return rows.assign(**wide)[mark]
