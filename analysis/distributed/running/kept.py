"""Sums of finished shards, kept so that a rerun does not compute them again."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from analysis import storage
from analysis.distributed.running.work import Job
from analysis.distributed.sums import Sums, unpacked
from analysis.errors import DataError

__all__ = ["Kept"]

_VERSION = 1  # raised when the same task gives other sums


class Kept:
    """A folder of sums, each found again by its task and the digest of its shard.

    Parameters
    ----------
    folder : pathlib.Path or None
        Where; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def find(self, job: Job) -> Sums | None:
        """Return the sums of a job that was done before; damaged ones count as not there."""
        if self.folder is None:
            return None
        try:
            return unpacked(self._file(self.folder, job).read_bytes())
        except (OSError, DataError):
            return None

    def keep(self, job: Job, content: bytes) -> None:
        """Keep the sums of a finished job."""
        if self.folder is not None:
            storage.write_bytes(self._file(self.folder, job), content)

    def _file(self, folder: Path, job: Job) -> Path:
        """Name the file of a job by all that decides its sums."""
        decides = {"version": _VERSION, "shard": job.shard.sha256, "task": job.task.described}
        text = json.dumps(decides, sort_keys=True, default=str)
        return folder / f"{hashlib.sha256(text.encode('utf-8')).hexdigest()[:32]}.npz"
