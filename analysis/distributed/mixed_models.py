"""Mixed models of shards: the sums of all patients, fitted as if their rows were in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from analysis.distributed.running.run import run_task
from analysis.distributed.shards.manifest import Shards
from analysis.distributed.shards.opening import open_shards
from analysis.distributed.tasks.moments import MomentsTask, moments_of
from analysis.errors import ModelError
from analysis.formulas.parsing import read_fixed
from analysis.mixed import LinearMixedModel, Moments, fit_moments, fit_random_moments
from analysis.mixed.design.build import lost_levels_note

__all__ = ["lmm", "mmrm", "moments"]


def moments(
    formula: str,
    shards: Shards | Path | str,
    *,
    visit: str,
    covariance_by: str | None = None,
    coordinates: str | None = None,
    nested_in: str | None = None,
    weights: str | None = None,
    levels: Mapping[str, Sequence[Any]] | None = None,
    varying: Sequence[str] = (),
    days: Mapping[Any, float] | None = None,
    executor: Any = None,
    keep: bool = True,
) -> Moments:
    """Sum the rows of a model over shards, without fitting it.

    Parameters
    ----------
    formula : str
        The mean, as in `analysis.mixed.mmrm`.
    shards : Shards, or a folder of them
        One row per patient and visit; they know the column of the patient.
    visit, covariance_by, coordinates, nested_in, weights : str
        Columns, as in `analysis.mixed.mmrm`.
    levels : mapping of str to sequence, optional
        Levels in an order other than that of the shards; their list knows those of texts,
        categories and whole numbers.
    varying : sequence of str
        Columns that vary within patients besides the visit.
    days : mapping of visit to number, optional
        Nominal day of every visit, as in `analysis.mixed.moments`.
    executor : None, concurrent.futures.Executor, distributed.Client or pyspark.sql.SparkSession
        Where it runs; None: processes of this machine.
    keep : bool
        Whether a rerun finds the sums of finished shards again.

    Returns
    -------
    Moments
        Of all patients; keep them, and other structures are fitted without another pass.

    Raises
    ------
    ColumnError, DataError, ModelError
        As `analysis.mixed.moments`, with the name of the shard.
    AnalysisError
        When a worker died.
    """
    opened = open_shards(shards)
    task = MomentsTask(
        formula=formula,
        subject=opened.subject,
        visit=visit,
        covariance_by=covariance_by,
        coordinates=coordinates,
        nested_in=nested_in,
        weights=weights,
        varying=tuple(varying),
        days=None if days is None else dict(days),
        may_be_empty=True,
    )
    task = replace(task, levels=_levels_of(task, opened, levels or {}))
    total = moments_of(run_task(task, opened, executor=executor, keep=keep))
    used = _used_levels(task, total)
    if used == task.levels:
        return total
    again = run_task(replace(task, levels=used), opened, executor=executor, keep=keep)
    return _with_notes(moments_of(again), opened, used)


def mmrm(
    formula: str,
    shards: Shards | Path | str,
    *,
    visit: str,
    covariance: str | Sequence[str] = "unstructured",
    method: str = "reml",
    df: str | None = None,
    information: str = "observed",
    aliased: str = "error",
    **columns: Any,
) -> LinearMixedModel:
    """Fit a mixed model for repeated measures to shards.

    The same fit as `analysis.mixed.mmrm` of all rows.

    Parameters
    ----------
    formula : str
        The mean.
    shards : Shards, or a folder of them
        One row per patient and visit.
    visit : str
        Column of the nominal visit.
    covariance, method, df, information, aliased : str
        As in `analysis.mixed.mmrm`.
    **columns
        Further arguments of `moments`, such as ``covariance_by=`` and ``executor=``.

    Returns
    -------
    LinearMixedModel
        Without rows: `residuals`, `simulate` and sandwich covariances refuse.

    Raises
    ------
    ColumnError, DataError, ModelError, ConvergenceError
        As `analysis.mixed.mmrm`.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from analysis.distributed import split_patients
    >>> rows = pd.DataFrame({
    ...     "patient": ["a", "a", "b", "b", "c", "c", "d"],
    ...     "visit": ["v1", "v2"] * 3 + ["v1"],
    ...     "score": [20.0, 14.0, 18.0, 15.0, 26.0, 20.0, 22.0]})
    >>> shards = split_patients(rows, tempfile.mkdtemp(), subject="patient")
    >>> mmrm("score ~ visit", shards, visit="visit").tidy()["estimate"].round(3).tolist()
    [21.5, -5.048]
    """
    return fit_moments(
        moments(formula, shards, visit=visit, **columns),
        covariance=covariance,
        method=method,
        df=df,
        information=information,
        aliased=aliased,
    )


def lmm(
    formula: str,
    shards: Shards | Path | str,
    *,
    visit: str,
    random: str = "1",
    random_covariance: str = "unstructured",
    residual: str = "independent",
    method: str = "reml",
    df: str = "satterthwaite",
    information: str | None = None,
    aliased: str = "error",
    **columns: Any,
) -> LinearMixedModel:
    """Fit random effects of patients on nominal days to shards.

    The same fit as `analysis.mixed.lmm` of all rows.

    Parameters
    ----------
    formula : str
        The mean.
    shards : Shards, or a folder of them
        One row per patient and visit.
    visit : str
        Column of the nominal visit.
    random, random_covariance, residual, method, df, information, aliased : str
        As in `analysis.mixed.lmm`; random terms are of the visit and its nominal day.
    **columns
        Further arguments of `moments`, such as ``coordinates="day"`` with ``days={"week 1": 7}``
        for a slope, ``nested_in=`` for a clinic intercept, and ``executor=``.

    Returns
    -------
    LinearMixedModel
        Without rows: random effects of patients are not there.

    Raises
    ------
    ColumnError, DataError, ModelError, ConvergenceError
        As `analysis.mixed.lmm`; days of the patients' own are refused by name.
    """
    return fit_random_moments(
        moments(formula, shards, visit=visit, **columns),
        random=random,
        random_covariance=random_covariance,
        residual=residual,
        method=method,
        df=df,
        information=information,
        aliased=aliased,
    )


def _levels_of(
    task: MomentsTask, shards: Shards, given: Mapping[str, Sequence[Any]]
) -> dict[str, tuple[Any, ...]]:
    """Collect the levels of all factors: as given, else as the shards list them."""
    shards.check_columns(list(task.columns))
    parsed = read_fixed(task.formula)
    roles = {task.visit, task.covariance_by, task.nested_in} - {None}
    coded = {name for name in parsed.predictors if shards.columns[name].is_factor}
    needed = [name for name in task.columns if name in {*roles, *coded, *parsed.factors, *given}]
    levels = {}
    for name in needed:
        known = given.get(name, shards.levels(name))
        if known is None:
            raise ModelError(
                f"The list of the shards has no levels of {name!r} ({shards.columns[name].type}, "
                "or more than a factor has). Give them as levels=, or make the column text or "
                "whole numbers before the rows are split."
            )
        levels[name] = tuple(known)
    return levels


def _used_levels(task: MomentsTask, total: Moments) -> dict[str, tuple[Any, ...]]:
    """Keep the levels that have a complete row, as a fit of the rows would."""
    about = total.about
    seen = np.sum([part.present.any(axis=0) for part in total.groups], axis=0) > 0
    used = {task.visit: about.visits[seen].tolist()}
    cells = about.population.cells.index
    for name in about.population.levels:
        found = set(cells.get_level_values(name))
        used.setdefault(name, [x for x in about.population.levels[name] if x in found])
    counts = [part.counts.sum() > 0 for part in total.groups]
    if task.covariance_by is not None:
        used[task.covariance_by] = [x for x, seen in zip(about.groups, counts, strict=True) if seen]
    return {name: tuple(used.get(name, values)) for name, values in task.levels.items()}


def _with_notes(moments: Moments, shards: Shards, used: Mapping[str, Sequence[Any]]) -> Moments:
    """Say which levels were left out, as a fit of the rows would."""
    lost = {
        name: [level for level in shards.levels(name) or () if level not in kept]
        for name, kept in used.items()
    }
    notes = [lost_levels_note(name, levels) for name, levels in lost.items() if levels]
    about = moments.about
    return replace(moments, about=replace(about, notes=(*notes, *about.notes)))
