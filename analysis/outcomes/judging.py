"""Which scores meet a definition: one derivation of every outcome, for every table and curve."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.instruments import Instrument
from analysis.outcomes.definition import Definition
from analysis.outcomes.library import resolve
from analysis.outcomes.windows import Schedule

__all__ = ["improvement", "is_response", "judge", "judge_scores", "require_enough_visits"]

_ROUNDING = 1e-9  # scores are whole numbers or sums of them; a third of 30 must not miss 10


def improvement(
    total: pd.Series, baseline: pd.Series, direction: str = "lower is better"
) -> pd.Series:
    """Return how much better scores are than their baseline.

    Parameters
    ----------
    total, baseline : pandas.Series of float
        Points of the scale.
    direction : {"lower is better", "higher is better"}
        That of the scale.

    Returns
    -------
    pandas.Series of float
        Points, positive for better; missing where either score is.

    Examples
    --------
    >>> improvement(pd.Series([10.0]), pd.Series([20.0])).tolist()
    [10.0]
    """
    return total - baseline if direction == "higher is better" else baseline - total


def is_response(
    total: pd.Series,
    baseline: pd.Series,
    *,
    fraction: float,
    direction: str = "lower is better",
) -> pd.Series:
    """Tell which scores are better than their baseline by at least a fraction of it.

    A baseline of 0 leaves nothing to compare with and is never a response.

    Parameters
    ----------
    total, baseline : pandas.Series of float
        Scores in points of the scale.
    fraction : float
        Part of the baseline by which the score must be better, such as 0.5.
    direction : {"lower is better", "higher is better"}
        That of the scale: a fall or a rise.

    Returns
    -------
    pandas.Series of bool
        False also where a score is missing.

    Examples
    --------
    >>> is_response(pd.Series([10.0, 10.5]), pd.Series([20.0, 20.0]), fraction=0.5).tolist()
    [True, False]
    """
    better = improvement(total, baseline, direction)
    return _reaches(better, fraction * baseline) & _known(baseline.gt(0))


def judge_scores(
    total: pd.Series, baseline: pd.Series, wanted: str | Definition, scale: Instrument
) -> pd.Series:
    """Tell which scores meet a definition that looks at one score and its baseline.

    Parameters
    ----------
    total, baseline : pandas.Series of float
        Scores in points of the scale.
    wanted : str or Definition
        The definition.
    scale : Instrument
        The scale of the scores.

    Returns
    -------
    pandas.Series of bool
        False also where a score that is needed is missing.

    Raises
    ------
    DataError
        When the scale lacks the definition, or it looks at several visits.

    Examples
    --------
    >>> from analysis.instruments import load_instrument
    >>> scores, before = pd.Series([4.0, 5.0]), pd.Series([20.0, 20.0])
    >>> judge_scores(scores, before, "remission_phq9", load_instrument("PHQ-9")).tolist()
    [True, False]
    """
    rule = resolve(wanted, scale)
    if rule.kind not in _JUDGES:
        raise DataError(f"{rule.name} looks at several visits; ask for it in visit_outcomes.")
    return _JUDGES[rule.kind](total, baseline, rule, scale)


def _judge_loss(
    total: pd.Series, baseline: pd.Series, rule: Definition, scale: Instrument
) -> pd.Series:
    """Tell where another definition is not met, and nothing that it needs is missing."""
    kept = judge_scores(total, baseline, rule.of_visit, scale)
    known = total.notna()
    if resolve(rule.of_visit, scale).needs_baseline:
        known &= baseline.notna()
    return _known(known & ~kept)


def _judge_crossing(
    total: pd.Series, baseline: pd.Series, rule: Definition, scale: Instrument
) -> pd.Series:
    """Tell where a score is within a cut-off, its baseline was not, and the change is enough."""
    cut_off, points = rule.parameters["cut_off"], rule.parameters["points"]
    within = _within(total, cut_off, scale.direction)
    before = _within(baseline, cut_off, scale.direction)
    return within & ~before & _reaches(improvement(total, baseline, scale.direction), points)


def _judge_worsening(
    total: pd.Series, baseline: pd.Series, rule: Definition, scale: Instrument
) -> pd.Series:
    """Tell where a score is worse than its baseline by enough, and by anything at all."""
    better = improvement(total, baseline, scale.direction)
    return _known(better.lt(0)) & _reaches(-better, rule.parameters["points"])


_Judge = Callable[[pd.Series, pd.Series, Definition, Instrument], pd.Series]

_JUDGES: dict[str, _Judge] = {
    "fraction": lambda total, baseline, rule, scale: is_response(
        total, baseline, fraction=rule.parameters["fraction"], direction=scale.direction
    ),
    "cut-off": lambda total, _, rule, scale: _within(
        total, rule.parameters["cut_off"], scale.direction
    ),
    "severity": lambda total, _, rule, scale: _within(
        -total, -rule.parameters["cut_off"], scale.direction
    ),
    "improvement": lambda total, baseline, rule, scale: _reaches(
        improvement(total, baseline, scale.direction), rule.parameters["points"]
    ),
    "change": lambda total, baseline, rule, scale: _reaches(
        improvement(total, baseline, scale.direction).abs(), rule.parameters["points"]
    ),
    "worsening": _judge_worsening,
    "crossing": _judge_crossing,
    "loss": _judge_loss,
}
"""How each kind that looks at one score is judged."""


def judge(
    rows: pd.DataFrame, wanted: str | Definition, scale: Instrument, schedule: Schedule
) -> pd.Series:
    """Tell at which planned visits a definition is met.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``subject_id, course, visit, total, baseline``; one row per patient, course and
        planned visit with a score, all visits of the schedule that have one.
    wanted : str or Definition
        The definition.
    scale : Instrument
        The scale of the scores.
    schedule : Schedule
        The planned visits.

    Returns
    -------
    pandas.Series of bool
        One value per row. A run needs a score at the visit itself; a visit without a score does
        not meet anything.

    Raises
    ------
    DataError
        When the scale lacks the definition, or the schedule has too few visits for a run or not
        the spacing that it relies on.
    """
    rule = resolve(wanted, scale)
    if rule.kind != "run":
        return judge_scores(rows["total"], rows["baseline"], rule, scale)
    _require_spacing(rule, schedule)
    met = judge_scores(rows["total"], rows["baseline"], rule.of_visit, scale)
    visits, needed = int(rule.parameters["visits"]), int(rule.parameters["needed"])
    complete = rows["visit"].cat.codes.ge(visits - 1)  # as many visits are planned up to here
    run = complete & _met_in_last(rows, met, visits).ge(needed)
    if rule.excluding:
        run &= ~judge(rows, rule.excluding, scale, schedule)
    return run


def require_enough_visits(
    wanted: str | Definition, scale: Instrument, schedule: Schedule, visit: str
) -> None:
    """Refuse to judge a run of visits at one before which too few are planned.

    Parameters
    ----------
    wanted : str or Definition
        The definition, and with it the one that it excludes.
    scale : Instrument
        The scale of the scores.
    schedule : Schedule
        The planned visits.
    visit : str
        Label of a planned visit.

    Raises
    ------
    DataError
        When the definition cannot be judged there; it would be 0 % of everybody.
    """
    rule = resolve(wanted, scale)
    if rule.kind != "run":
        return
    visits = int(rule.parameters["visits"])
    if schedule.labels.index(visit) < visits - 1:
        raise DataError(
            f"{rule.name} looks at {visits} planned visits and cannot be judged at the one asked "
            "for, before which too few are planned. Choose a later visit."
        )
    if rule.excluding:
        require_enough_visits(rule.excluding, scale, schedule, visit)


def _met_in_last(rows: pd.DataFrame, met: pd.Series, visits: int) -> pd.Series:
    """Count at how many of the last planned visits, this one included, a rule was met."""
    patients = rows.groupby(["subject_id", "course"])
    patient = patients.ngroup().to_numpy()
    visit = rows["visit"].cat.codes.to_numpy()
    planned = len(rows["visit"].cat.categories)
    grid = np.zeros((patients.ngroups, planned + visits), dtype=np.int64)
    grid[patient, visit + visits] = met.to_numpy()
    sums = grid.cumsum(axis=1)
    counts = sums[patient, visit + visits] - sums[patient, visit]
    return pd.Series(counts, index=rows.index)


def _require_spacing(rule: Definition, schedule: Schedule) -> None:
    """Refuse a schedule that a run over consecutive visits cannot use."""
    visits = int(rule.parameters["visits"])
    if len(schedule) < visits:
        raise DataError(
            f"{rule.name} looks at {visits} planned visits; the schedule has {len(schedule)}."
        )
    targets = [window.target for window in schedule]
    gaps = set(np.diff(targets).tolist())
    if min(gaps) <= 0:
        raise DataError(f"{rule.name} needs planned visits in the order of their days.")
    if rule.spacing_days is not None and gaps != {rule.spacing_days}:
        raise DataError(
            f"{rule.name} needs planned visits {rule.spacing_days} days apart. Use the schedule "
            "WEEKLY of analysis.outcomes, or one of your own."
        )


def _within(score: pd.Series, cut_off: float, direction: str) -> pd.Series:
    """Tell which scores are on the better side of a cut-off, which belongs to it."""
    return (
        _reaches(score, cut_off) if direction == "higher is better" else _reaches(-score, -cut_off)
    )


def _reaches(value: pd.Series, least: float | pd.Series) -> pd.Series:
    """Tell which numbers are at least as large as another, but for rounding."""
    return _known(value.ge(least - _ROUNDING))


def _known(met: pd.Series) -> pd.Series:
    """Turn a missing answer into no."""
    return met.fillna(value=False).astype(bool)
