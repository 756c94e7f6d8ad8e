"""Time `score` on a million item rows against a plain pandas group-by, and print the ratio.

Run as ``python benchmarks/scoring.py``. The group-by only sums; `score` also refuses impossible
answers, applies the missing-item rule and says how each total came about.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from analysis.instruments import load_instrument, score

ROWS, REPEATS = 1_000_000, 3
SCALES = ("PHQ-9", "QIDS-SR16", "HAM-D17", "PCL-5", "C-SSRS")
KEY = ["subject_id", "rel_day", "occurrence"]


def item_rows(name: str) -> pd.DataFrame:
    """Make about a million answers of one scale."""
    scale = load_instrument(name)
    n_forms = ROWS // scale.item_count
    form = np.repeat(np.arange(n_forms), scale.item_count)
    number = np.tile(np.arange(1, scale.item_count + 1), n_forms)
    high = np.array([top for _, top in scale.item_ranges])
    ids = np.char.add("p", (form // 8).astype(str))
    return pd.DataFrame(
        {
            "subject_id": pd.Series(ids, dtype="string"),
            "instrument": pd.Categorical([name]).take(np.zeros(len(form), dtype=int)),
            "rel_day": pd.array(form % 8, dtype="Int64"),
            "occurrence": pd.array(np.ones(len(form), dtype=int), dtype="Int64"),
            "item_no": pd.array(number, dtype="Int64"),
            "response": pd.array(np.arange(len(form)) % (high[number - 1] + 1), dtype="Int64"),
        }
    )


def best(work: Callable[[], Any]) -> float:
    """Shortest of several runs, seconds."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    """Time every scale."""
    for name in SCALES:
        items = item_rows(name)
        ours = best(lambda rows=items, scale=name: score(rows, scale))
        plain = best(lambda rows=items: rows.groupby(KEY)["response"].sum())
        print(f"{name:10} score {ours:.2f} s, group-by {plain:.2f} s, ratio {ours / plain:.2f}")


if __name__ == "__main__":
    main()
