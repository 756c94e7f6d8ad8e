"""Time what is derived of a million readings in sessions, and print seconds and peak memory.

Run as ``python benchmarks/safety.py``. The readings are in random order: five parameters at five
minutes of 40,000 sessions of 5,000 patients.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.safety import safety_levels, safety_shares, session_safety, time_course
from analysis.study import UNITS, Study

PATIENTS, SESSIONS = 5_000, 8
MINUTES = (-5, 20, 40, 60, 90)
LEVELS = {"sbp": 130.0, "dbp": 80.0, "hr": 70.0, "spo2": 96.0, "moaas": 4.0}


def _coded(names: list[str], codes: np.ndarray) -> pd.Series:
    """Make a column of categories."""
    return pd.Series(pd.Categorical.from_codes(codes, categories=pd.Index(names)))


def many_readings(seed: int = 1) -> Study:
    """Make a study with a million readings."""
    n, per_session = PATIENTS * SESSIONS, len(MINUTES) * len(LEVELS)
    ids = np.repeat(np.char.add("patient-", np.arange(PATIENTS).astype(str)), SESSIONS)
    number = np.tile(np.arange(1, SESSIONS + 1), PATIENTS)
    sessions = pd.DataFrame(
        {
            "subject_id": pd.Series(ids, dtype="string"),
            "session_no": pd.array(number, dtype="Int64"),
            "site_id": _coded(["A"], np.zeros(n, dtype=np.int8)),
            "course_no": 1,
            "rel_day": 3 * (number - 1),
            "agent": _coded(["ketamine"], np.zeros(n, dtype=np.int8)),
            "route": _coded(["IV"], np.zeros(n, dtype=np.int8)),
            "dose_mg": 35.0,
            "phase": _coded(["induction"], np.zeros(n, dtype=np.int8)),
            "completed": True,
        }
    )
    parameter = np.tile(np.arange(len(LEVELS)), n * len(MINUTES))
    units = sorted({UNITS[name] for name in LEVELS})
    unit = np.array([units.index(UNITS[name]) for name in LEVELS])[parameter]
    random = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {
            "subject_id": pd.Series(np.repeat(ids, per_session), dtype="string"),
            "session_no": pd.array(np.repeat(number, per_session), dtype="Int64"),
            "rel_min": pd.array(np.tile(np.repeat(MINUTES, len(LEVELS)), n), dtype="Int64"),
            "parameter": _coded(list(LEVELS), parameter),
            "value": np.array(list(LEVELS.values()))[parameter]
            + random.integers(0, 2, len(parameter)),
            "unit": _coded(units, unit),
        }
    ).sample(frac=1.0, random_state=seed, ignore_index=True)
    return Study(
        title="Many",
        sites=("A",),
        instruments=(),
        tables={"sessions": sessions, "monitoring": rows},
    )


def _timed(name: str, call: Callable[[], object]) -> object:
    """Run a call and print its seconds."""
    start = time.perf_counter()
    made = call()
    print(f"{name}: {time.perf_counter() - start:.1f} s")
    return made


def main() -> None:
    """Derive, then tabulate."""
    study = many_readings()
    print(f"{len(study.tables['monitoring']):,} readings, {PATIENTS * SESSIONS:,} sessions")
    start = time.perf_counter()
    safety = session_safety(study)
    print(f"session_safety: {time.perf_counter() - start:.1f} s")
    _timed("safety_shares", lambda: safety_shares(safety))
    _timed("safety_levels", lambda: safety_levels(safety))
    _timed("time_course", lambda: time_course(safety, "sbp"))
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
