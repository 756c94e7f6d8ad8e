"""What a worker does: read one shard and sum over its patients, on one thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from threadpoolctl import threadpool_limits

from analysis.distributed.shards.manifest import Shard, Shards
from analysis.distributed.shards.opening import read_shard, texts_among
from analysis.distributed.sums import packed
from analysis.distributed.task import Task
from analysis.errors import AnalysisError, ColumnError, DataError, ModelError

__all__ = ["Job", "job_of", "sum_shard"]


@dataclass(frozen=True, kw_only=True)
class Job:
    """A task of one shard; plain, so that every engine can send it.

    Parameters
    ----------
    task : Task
        What is summed.
    path : str
        The file, as all workers see it.
    shard : Shard
        Its entry in the list.
    columns, texts : tuple of str
        Columns that are read, and those of them that are text.
    subject : str
        Column of the patient.
    """

    task: Task
    path: str
    shard: Shard
    columns: tuple[str, ...]
    texts: tuple[str, ...]
    subject: str


def job_of(task: Task, shards: Shards, shard: Shard) -> Job:
    """Make the job of a shard.

    Parameters
    ----------
    task : Task
        What is summed.
    shards : Shards
        All of them.
    shard : Shard
        One of them.

    Returns
    -------
    Job
        What a worker needs.
    """
    return Job(
        task=task,
        path=str((shards.folder / shard.file).resolve()),
        shard=shard,
        columns=task.columns,
        texts=texts_among(shards, task.columns),
        subject=shards.subject,
    )


def sum_shard(job: Job) -> bytes:
    """Sum over the patients of a shard.

    Parameters
    ----------
    job : Job
        What to read and what to sum.

    Returns
    -------
    bytes
        As of `analysis.distributed.sums.packed`.

    Raises
    ------
    DataError, ColumnError, ModelError
        Of the task, with the name of the shard before the message.

    Notes
    -----
    Linear algebra runs on one thread: workers do not take each other's processors, and the last
    bit does not depend on how many there are.
    """
    rows = read_shard(
        Path(job.path), job.shard, columns=job.columns, texts=job.texts, subject=job.subject
    )
    try:
        with threadpool_limits(limits=1):
            return packed(job.task.of(rows))
    except AnalysisError as error:
        raise _of_shard(error, job.shard.file) from None


def _of_shard(error: AnalysisError, file: str) -> AnalysisError:
    """Say in which shard an error arose."""
    kinds: Sequence[type[AnalysisError]] = (ColumnError, DataError, ModelError)
    kind = next((kind for kind in kinds if isinstance(error, kind)), AnalysisError)
    return kind(f"{file}: {error}")
