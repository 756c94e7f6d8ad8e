"""A task that counts how often it really ran, and one that kills the process in which it runs.

Workers of Dask and Spark do not import tests: for them the tests define such a class themselves.
"""

from __future__ import annotations

import os
import signal
import uuid
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.distributed.sums import Sums
from analysis.distributed.tasks.moments import MomentsTask


@dataclass(frozen=True, kw_only=True)
class Watched(MomentsTask):
    """Moments of which every shard that is really summed leaves a file.

    While the folder holds a file ``deadly``, the process that meets the patient of `score` dies.
    """

    folder: str
    score: float

    def of(self, rows: pd.DataFrame) -> Sums:
        """Leave a trace; or die."""
        deadly = Path(self.folder) / "deadly"
        if deadly.exists() and (rows["change"] == self.score).any():
            os.kill(os.getpid(), signal.SIGKILL)
        (Path(self.folder) / f"{uuid.uuid4()}.ran").touch()
        return super().of(rows)
