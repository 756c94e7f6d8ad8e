"""Cut rows into parts that travel, and add them again."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.distributed.sums import packed, unpacked

PARTITIONS = (1, 2, 7)


def cut(data: pd.DataFrame, n_parts: int, seed: int = 1) -> list[pd.DataFrame]:
    """Deal rows to parts at random, and put a part without rows first."""
    part = np.random.default_rng(seed).integers(0, n_parts, len(data))
    return [data.iloc[:0], *(data[part == number] for number in range(n_parts))]


def travelled(task, parts):
    """Sum every part, send the sums as bytes, and add them."""
    return task.added([unpacked(packed(task.of(part))) for part in parts])
