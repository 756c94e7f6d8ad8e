"""Response, adverse events and quality measures of shards: counted shard by shard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.distributed.running.run import run_task
from analysis.distributed.shards.manifest import Shards
from analysis.distributed.shards.opening import open_shards, text_levels
from analysis.distributed.tasks.counts import CountsTask, response_rates_of
from analysis.distributed.tasks.event_rates import EventRatesTask, event_rates_of
from analysis.distributed.tasks.measure_counts import MeasureCountsTask, measure_counts_of

__all__ = ["adverse_event_rates", "quality_measures", "response_rates"]


def response_rates(
    shards: Shards | Path | str,
    *,
    measures: Sequence[str] = ("response", "remission"),
    by: str | None = None,
    conf_level: float = 0.95,
    executor: Any = None,
    keep: bool = True,
) -> pd.DataFrame:
    """Estimate the proportions with an outcome among the observed patients of shards.

    The same as `analysis.outcomes.response_rates` of the study that the rows are of.

    Parameters
    ----------
    shards : Shards, or a folder of them
        Rows of `analysis.outcomes.visit_status`, one per patient: ``evaluable, observed`` and the
        measures are true or false.
    measures : sequence of str
        Columns of outcomes.
    by : str, optional
        Column that splits the cohort, such as ``first_site_id``. A missing group is "not
        recorded".
    conf_level : float
        Coverage of the Wilson interval.
    executor : None, concurrent.futures.Executor, distributed.Client or pyspark.sql.SparkSession
        Where it runs; None: processes of this machine.
    keep : bool
        Whether a rerun finds the sums of finished shards again.

    Returns
    -------
    pandas.DataFrame
        The columns of `analysis.outcomes.response_rates`, which `analysis.quality.funnel` takes,
        too: ``events="n", denominator="observed"``. True counts, marked as confidential.

    Raises
    ------
    ColumnError, DataError, ModelError
        Where a column is missing, a flag neither true nor false, or a patient has two rows; with
        the name of the shard.
    AnalysisError
        When a worker died.

    Examples
    --------
    >>> import tempfile
    >>> from analysis.distributed import split_patients
    >>> rows = pd.DataFrame({"patient": range(60), "evaluable": True, "observed": [1, 1, 0] * 20,
    ...                      "response": [1, 0, 0] * 20, "clinic": ["a", "b"] * 30})
    >>> shards = split_patients(rows, tempfile.mkdtemp(), subject="patient")
    >>> found = response_rates(shards, measures=["response"], by="clinic")
    >>> found[["clinic", "n", "observed", "estimate"]].to_numpy().tolist()
    [['a', 10, 20, 0.5], ['b', 10, 20, 0.5]]
    """
    opened = open_shards(shards)
    task = CountsTask(
        by=() if by is None else (by,),
        flags=tuple(dict.fromkeys(["evaluable", "observed", *measures])),
        levels=text_levels(opened, [by]),
        subject=opened.subject,
    )
    sums = run_task(task, opened, executor=executor, keep=keep)
    return response_rates_of(sums, measures, conf_level=conf_level)


def adverse_event_rates(
    shards: Shards | Path | str,
    *,
    events: str | Sequence[str] = "events",
    sessions: str = "sessions",
    by: str | None = None,
    conf_level: float = 0.95,
    executor: Any = None,
    keep: bool = True,
) -> pd.DataFrame:
    """Estimate adverse events per 100 assessed sessions of the patients of shards.

    The same as `analysis.safety.adverse_event_rates` of the study that the rows are of.

    Parameters
    ----------
    shards : Shards, or a folder of them
        One row per patient and level of `by`: sessions at which somebody asked, and events in
        these, as whole numbers. Sessions without ``ae_assessed`` belong in neither.
    events : str or sequence of str
        Columns of events, such as any and serious ones.
    sessions : str
        Column of assessed sessions.
    by : str, optional
        Column of the levels, such as the treatment or the clinic.
    conf_level : float
        Two-sided coverage; one-sided where there is no event.
    executor, keep
        As in `response_rates`.

    Returns
    -------
    pandas.DataFrame
        The level, ``measure`` (the column of events) and the columns of
        `analysis.safety.adverse_event_rates`. True counts, marked as confidential.

    Raises
    ------
    ColumnError, DataError, ModelError, AnalysisError
        As `response_rates`; also where a number is not whole, and where a patient has events and
        no session.

    Examples
    --------
    >>> import tempfile
    >>> from analysis.distributed import split_patients
    >>> rows = pd.DataFrame({"patient": range(40), "sessions": 5, "events": [1, 0, 0, 0] * 10})
    >>> shards = split_patients(rows, tempfile.mkdtemp(), subject="patient")
    >>> adverse_event_rates(shards)[["patients", "n", "rate"]].to_numpy().tolist()
    [[40.0, 10.0, 5.0]]
    """
    opened = open_shards(shards)
    task = EventRatesTask(
        events=(events,) if isinstance(events, str) else tuple(events),
        sessions=sessions,
        by=by,
        levels=text_levels(opened, [by]),
        subject=opened.subject,
    )
    sums = run_task(task, opened, executor=executor, keep=keep)
    return event_rates_of(sums, conf_level=conf_level)


def quality_measures(
    shards: Shards | Path | str,
    *,
    by: str | Sequence[str] | None = None,
    conf_level: float = 0.95,
    executor: Any = None,
    keep: bool = True,
) -> pd.DataFrame:
    """Count numerators and denominators of quality measures over shards.

    The same as `analysis.quality.quality_measures` of the study that the rows are of.

    Parameters
    ----------
    shards : Shards, or a folder of them
        Rows of `QualityMeasures.members`, one per patient and measure: what the measure decided
        of the patient, and why. A measure looks at all that a patient has, so it is decided where
        the patient is, and counted here. With the columns of `by` beside them; a patient who
        counts in several periods has a row in each.
    by : str or sequence of str, optional
        Columns of the levels, such as the clinic, or clinic and period.
    conf_level : float
        Coverage of the Wilson interval.
    executor, keep
        As in `response_rates`.

    Returns
    -------
    pandas.DataFrame
        ``measure``, the levels, and the columns of `QualityMeasures.tidy` from ``population`` to
        ``reason``, reasons of exclusion in the order of their names. True counts, marked as
        confidential. Measures that could not be decided have no row.

    Raises
    ------
    ColumnError, DataError, ModelError, AnalysisError
        As `response_rates`; also where a status is none of those of measures.

    Examples
    --------
    >>> import tempfile
    >>> from analysis.distributed import split_patients
    >>> rows = pd.DataFrame({"patient": range(40), "measure": "seen again",
    ...                      "status": ["met", "met", "not met", "excluded"] * 10,
    ...                      "reason": ["seen", "seen", "not seen", "died"] * 10,
    ...                      "observed": [True, True, True, False] * 10, "lag_days": float("nan")})
    >>> shards = split_patients(rows, tempfile.mkdtemp(), subject="patient")
    >>> quality_measures(shards)[["numerator", "denominator", "excluded_for"]].to_numpy().tolist()
    [[20, 30, 'died 10']]
    """
    opened = open_shards(shards)
    levels = (by,) if isinstance(by, str) else tuple(by or ())
    task = MeasureCountsTask(by=levels, levels=text_levels(opened, levels), subject=opened.subject)
    sums = run_task(task, opened, executor=executor, keep=keep)
    return measure_counts_of(sums, conf_level=conf_level)
