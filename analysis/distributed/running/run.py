"""Run a task over all shards and add what they give, in the fixed order of the list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from analysis.distributed.running.engines import finished_jobs
from analysis.distributed.running.kept import Kept
from analysis.distributed.running.work import job_of
from analysis.distributed.shards.manifest import Shards
from analysis.distributed.shards.opening import open_shards
from analysis.distributed.sums import Sums, unpacked
from analysis.distributed.task import Task
from analysis.errors import AnalysisError
from analysis.progress import progress

__all__ = ["run_task"]


def run_task(
    task: Task, shards: Shards | Path | str, *, executor: Any = None, keep: bool = True
) -> Sums:
    """Compute a task of all shards.

    Parameters
    ----------
    task : Task
        What is summed.
    shards : Shards, or a folder of them
        Where the patients are.
    executor : None, concurrent.futures.Executor, distributed.Client or pyspark.sql.SparkSession
        Where it runs; None: processes of this machine.
    keep : bool
        Whether sums of finished shards are kept in the folder ``sums`` beside the shards, so that
        a rerun skips them.

    Returns
    -------
    Sums
        Over all patients. The same to the last bit for any engine and number of workers, since
        sums are added in the order of the list; for other divisions into shards the same to
        rounding.

    Raises
    ------
    DataError, ColumnError, ModelError
        Of a shard, which is named. No result is made of a part of the shards.
    AnalysisError
        When a worker died, or an engine gave back less than it was given.
    ReportError
        When sums cannot be kept.
    """
    opened = open_shards(shards)
    opened.check_columns(list(task.columns))
    jobs = [job_of(task, opened, shard) for shard in opened.shards]
    kept = Kept(opened.folder / "sums" if keep else None)
    parts = {place: kept.find(job) for place, job in enumerate(jobs)}
    todo = [place for place, part in parts.items() if part is None]
    with threadpool_limits(limits=1):
        finished = finished_jobs([jobs[place] for place in todo], executor) if todo else ()
        total, done = len(jobs), len(jobs) - len(todo)
        for number, content in progress(
            finished, doing="Summing", unit="shard", total=total, done=done
        ):
            place = todo[number]
            kept.keep(jobs[place], content)
            parts[place] = unpacked(content)
        summed = [part for part in parts.values() if part is not None]
        if len(summed) < len(jobs):
            raise AnalysisError(
                f"Only {len(summed)} of {len(jobs)} shards were summed, so there is no result. "
                "Call again: finished shards are kept."
            )
        return task.added(summed)
