"""Curves, tests and hazard ratios of shards: one row per patient, counted shard by shard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis.distributed.cox.question import CoxQuestion
from analysis.distributed.cox.result import PooledCox
from analysis.distributed.cox.rounds import cox_rounds
from analysis.distributed.running.run import run_task
from analysis.distributed.shards.manifest import Shards
from analysis.distributed.shards.opening import open_shards, text_levels
from analysis.distributed.sums import Sums
from analysis.distributed.tasks.cox import CoxStartTask
from analysis.distributed.tasks.event_curves import (
    cumulative_incidence_of,
    gray_test_of,
    kaplan_meier_of,
    logrank_of,
)
from analysis.distributed.tasks.events import EventCountsTask
from analysis.distributed.tasks.intervals import (
    IntervalCountsTask,
    interval_test_of,
    turnbull_of,
)
from analysis.results import FloatArray
from analysis.survival import GroupTest, IncidenceCurve, IntervalCurve, SurvivalCurve

__all__ = [
    "cox",
    "cumulative_incidence",
    "gray_test",
    "interval_test",
    "kaplan_meier",
    "logrank",
    "turnbull",
]


def kaplan_meier(
    shards: Shards | Path | str,
    *,
    time: str = "time",
    event: str = "event",
    entry: str | None = None,
    by: str | None = None,
    executor: Any = None,
    keep: bool = True,
    **choices: Any,
) -> SurvivalCurve:
    """Estimate Kaplan-Meier curves of shards.

    The same as `analysis.survival.kaplan_meier` of all rows, to the last bit.

    Parameters
    ----------
    shards : Shards, or a folder of them
        One row per patient.
    time, event, entry, by : str
        Columns, as in `analysis.survival.kaplan_meier`.
    executor : None, concurrent.futures.Executor, distributed.Client or pyspark.sql.SparkSession
        Where it runs; None: processes of this machine.
    keep : bool
        Whether a rerun finds the sums of finished shards again.
    **choices
        ``conf_type, origin`` as in `analysis.survival.kaplan_meier`.

    Returns
    -------
    SurvivalCurve
        Of all patients.

    Raises
    ------
    ColumnError, DataError, ModelError
        As `analysis.survival.kaplan_meier`, with the name of the shard.
    AnalysisError
        When a worker died.
    """
    sums = _counted(shards, executor, keep, time=time, event=event, entry=entry, by=by)
    return kaplan_meier_of(sums, **choices)


def cumulative_incidence(
    shards: Shards | Path | str,
    *,
    time: str = "time",
    event: str = "event",
    entry: str | None = None,
    by: str | None = None,
    executor: Any = None,
    keep: bool = True,
    **choices: Any,
) -> IncidenceCurve:
    """Estimate cumulative incidences of competing events of shards.

    The same as `analysis.survival.cumulative_incidence` of all rows, to the last bit.

    Parameters
    ----------
    shards, executor, keep
        As in `kaplan_meier`.
    time, event, entry, by : str
        Columns, as in `analysis.survival.cumulative_incidence`.
    **choices
        ``causes, censored, conf_type, variance`` as there.

    Returns
    -------
    IncidenceCurve
        Of all patients.

    Raises
    ------
    ColumnError, DataError, ModelError, AnalysisError
        As `kaplan_meier`.
    """
    sums = _counted(shards, executor, keep, time=time, event=event, entry=entry, by=by)
    return cumulative_incidence_of(sums, **choices)


def logrank(
    shards: Shards | Path | str,
    time: str,
    event: str,
    by: str,
    *,
    strata: str | Sequence[str] | None = None,
    entry: str | None = None,
    executor: Any = None,
    keep: bool = True,
    **choices: Any,
) -> GroupTest:
    """Test that groups of the patients in shards have the same risk of an event.

    The same as `analysis.survival.logrank` of all rows, to the last bit.

    Parameters
    ----------
    shards, executor, keep
        As in `kaplan_meier`.
    time, event, by, strata, entry : str
        Columns, as in `analysis.survival.logrank`.
    **choices
        ``rho, gamma, trend`` as there.

    Returns
    -------
    GroupTest
        Of all patients.

    Raises
    ------
    ColumnError, DataError, ModelError, AnalysisError
        As `kaplan_meier`.
    """
    sums = _counted(
        shards, executor, keep, time=time, event=event, entry=entry, by=by, strata=_names(strata)
    )
    return logrank_of(sums, **choices)


def gray_test(
    shards: Shards | Path | str,
    time: str = "time",
    event: str = "event",
    by: str = "group",
    *,
    strata: str | None = None,
    executor: Any = None,
    keep: bool = True,
    **choices: Any,
) -> GroupTest:
    """Test that groups of the patients in shards have the same incidence of each cause.

    The same as `analysis.survival.gray_test` of all rows, to the last bit.

    Parameters
    ----------
    shards, executor, keep
        As in `kaplan_meier`.
    time, event, by, strata : str
        Columns, as in `analysis.survival.gray_test`.
    **choices
        ``rho, causes, censored`` as there.

    Returns
    -------
    GroupTest
        Of all patients.

    Raises
    ------
    ColumnError, DataError, ModelError, AnalysisError
        As `kaplan_meier`.
    """
    sums = _counted(shards, executor, keep, time=time, event=event, by=by, strata=_names(strata))
    return gray_test_of(sums, **choices)


def turnbull(
    shards: Shards | Path | str,
    *,
    lower: str = "lower",
    upper: str = "upper",
    by: str | None = None,
    executor: Any = None,
    keep: bool = True,
) -> IntervalCurve:
    """Estimate curves of interval-censored times of shards.

    The same as `analysis.survival.turnbull` of all rows.

    Parameters
    ----------
    shards, executor, keep
        As in `kaplan_meier`.
    lower, upper, by : str
        Columns, as in `analysis.survival.turnbull`.

    Returns
    -------
    IntervalCurve
        Of all patients.

    Raises
    ------
    ColumnError, DataError, ModelError, AnalysisError
        As `kaplan_meier`.
    """
    return turnbull_of(_counted_intervals(shards, executor, keep, lower=lower, upper=upper, by=by))


def interval_test(
    shards: Shards | Path | str,
    lower: str,
    upper: str,
    by: str,
    *,
    strata: str | Sequence[str] | None = None,
    executor: Any = None,
    keep: bool = True,
    **choices: Any,
) -> GroupTest:
    """Test that groups of the patients in shards have the same interval-censored times.

    The same as `analysis.survival.interval_test` of all rows, to rounding.

    Parameters
    ----------
    shards, executor, keep
        As in `kaplan_meier`.
    lower, upper, by, strata : str
        Columns, as in `analysis.survival.interval_test`.
    **choices
        ``scores`` and others as there.

    Returns
    -------
    GroupTest
        Of all patients.

    Raises
    ------
    ColumnError, DataError, ModelError, AnalysisError
        As `kaplan_meier`.
    """
    sums = _counted_intervals(
        shards, executor, keep, lower=lower, upper=upper, by=by, strata=_names(strata)
    )
    return interval_test_of(sums, **choices)


def cox(
    formula: str,
    shards: Shards | Path | str,
    *,
    time: str = "time",
    event: str = "event",
    entry: str | None = None,
    strata: str | Sequence[str] | None = None,
    weights: str | None = None,
    ties: str = "efron",
    levels: Mapping[str, Sequence[Any]] | None = None,
    executor: Any = None,
) -> PooledCox:
    """Fit a Cox regression to shards, one pass over them per Newton step.

    The same estimates and standard errors as `analysis.survival.cox` of all rows.

    Parameters
    ----------
    formula : str
        Covariates, such as ``"arm + age"``.
    shards : Shards, or a folder of them
        One row per patient.
    time, event, entry, strata, weights, ties
        As in `analysis.survival.cox`; weights are whole numbers.
    levels : mapping of str to sequence, optional
        Levels of factors in an order other than that of the shards.
    executor
        As in `kaplan_meier`. Nothing is kept: every step asks at other coefficients.

    Returns
    -------
    PooledCox
        Coefficients, tests and counts; nothing of a patient.

    Raises
    ------
    ColumnError, DataError, ModelError, ConvergenceError, AnalysisError
        As `analysis.survival.cox` and `kaplan_meier`.
    """
    opened = open_shards(shards)
    question = CoxQuestion(
        formula=formula,
        time=time,
        event=event,
        entry=entry,
        strata=_names(strata),
        weights=weights,
        ties=ties,
        subject=opened.subject,
    )
    opened.check_columns(list(question.columns))
    factors = [name for name in question.parsed.predictors if opened.columns[name].type == "text"]
    given = levels or {}
    known = {
        name: tuple(given.get(name) or opened.levels(name) or ())
        for name in dict.fromkeys([*factors, *question.parsed.factors, *given])
    }
    asked = CoxStartTask(question=_with_levels(question, known))
    start = run_task(asked, opened, executor=executor, keep=False)

    def evaluate(beta: FloatArray) -> Sums:
        return run_task(asked.at(beta, start), opened, executor=executor, keep=False)

    return cox_rounds(evaluate, asked.question, start)


def _counted(shards: Shards | Path | str, executor: Any, keep: bool, **columns: Any) -> Sums:
    """Count the patients of all shards by time, event and group."""
    opened = open_shards(shards)
    task = EventCountsTask(subject=opened.subject, levels=_groups(opened, columns), **columns)
    return run_task(task, opened, executor=executor, keep=keep)


def _counted_intervals(
    shards: Shards | Path | str, executor: Any, keep: bool, **columns: Any
) -> Sums:
    """Count the patients of all shards by interval and group."""
    opened = open_shards(shards)
    task = IntervalCountsTask(subject=opened.subject, levels=_groups(opened, columns), **columns)
    return run_task(task, opened, executor=executor, keep=keep)


def _groups(shards: Shards, columns: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Return the levels of groups and strata that are text."""
    return text_levels(shards, [columns.get("by"), *columns.get("strata", ())])


def _names(columns: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the names of one column, some or none."""
    if columns is None:
        return ()
    return (columns,) if isinstance(columns, str) else tuple(columns)


def _with_levels(question: CoxQuestion, levels: Mapping[str, tuple[Any, ...]]) -> CoxQuestion:
    """Give a question the levels of its factors; strata need none."""
    return replace(question, levels={name: values for name, values in levels.items() if values})
