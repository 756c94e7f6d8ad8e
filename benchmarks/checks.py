"""Time `check` and `check_folder` on a million bad assessments, and print time and memory.

Run as ``python benchmarks/checks.py memory`` or ``python benchmarks/checks.py folder``; the peak
of resident memory is that of the whole process, so each kind has a run of its own. Every row has
an impossible total, more answers than items, the wrong rater, an unknown visit and a day before
the start of observation, of many patients.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.checks import CheckResult, check, check_folder
from analysis.study import Study, write_study

ROWS, PER_PATIENT = 1_000_000, 5
N_PATIENTS = ROWS // PER_PATIENT


def _repeated(value: str, n: int) -> pd.Series:
    """Make a column with one category."""
    return pd.Series(pd.Categorical.from_codes(np.zeros(n, dtype=np.int8), [value]))


def _whole(values: np.ndarray) -> pd.Series:
    """Make a column of whole numbers."""
    return pd.Series(pd.array(values, dtype="Int64"))


def bad_study() -> Study:
    """Make a study of which every assessment breaks several rules."""
    ids = pd.Series(np.char.add("patient-", np.arange(N_PATIENTS).astype(str)), dtype="string")
    one, zero = np.ones(N_PATIENTS, dtype=int), np.zeros(N_PATIENTS, dtype=int)
    many, number = (
        np.repeat(np.arange(N_PATIENTS), PER_PATIENT),
        np.tile(range(PER_PATIENT), len(one)),
    )
    clinic = _repeated("A", N_PATIENTS)
    subjects = pd.DataFrame(
        {
            "subject_id": ids,
            "site_id": clinic,
            "age_years": _whole(40 * one),
            "sex": _repeated("female", N_PATIENTS),
            "indication": _repeated("depression", N_PATIENTS),
        }
    )
    sessions = pd.DataFrame(
        {
            "subject_id": ids,
            "session_no": _whole(one),
            "site_id": clinic,
            "course_no": _whole(one),
            "rel_day": _whole(zero),
            "agent": _repeated("ketamine", N_PATIENTS),
            "route": _repeated("IV", N_PATIENTS),
            "dose_mg": 35.0,
            "phase": _repeated("induction", N_PATIENTS),
            "completed": pd.array(one, dtype="boolean"),
        }
    )
    assessments = pd.DataFrame(
        {
            "subject_id": ids.take(many).reset_index(drop=True),
            "instrument": _repeated("PHQ-9", ROWS),
            "rel_day": _whole(-10 - number),
            "occurrence": _whole(np.ones(ROWS, dtype=int)),
            "visit": _repeated("unknown", ROWS),
            "total": 28.0,
            "n_answered": _whole(np.full(ROWS, 10)),
            "rater": _repeated("clinician", ROWS),
        }
    )
    follow_up = pd.DataFrame(
        {
            "subject_id": ids,
            "start_day": _whole(zero),
            "last_contact_day": _whole(30 * one),
            "observed_until_day": _whole(60 * one),
            "end_reason": _repeated("ongoing", N_PATIENTS),
        }
    )
    return Study(
        title="Bad scores",
        sites=("A",),
        instruments=("PHQ-9",),
        tables={
            "subjects": subjects,
            "sessions": sessions,
            "assessments": assessments,
            "follow_up": follow_up,
        },
        synthetic=True,
    )


def _memory(kind: str) -> float:
    """Resident memory of this process, MiB: ``VmRSS`` now, ``VmHWM`` at its peak; Linux only."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split(f"{kind}:")[1].split()[0]) / 1024


def _shown(name: str, result: CheckResult, seconds: float) -> None:
    """Print what was measured."""
    found = ", ".join(f"{f.rule} {f.count:,}" for f in result.findings if f.count)
    print(f"{name}: {result.n_rules} rules over {result.n_rows:,} rows in {seconds:.1f} s; {found}")
    print(f"resident memory now {_memory('VmRSS'):.0f} MiB, peak {_memory('VmHWM'):.0f} MiB")


def main(kind: str) -> None:
    """Check the study in memory or from CSV files."""
    if kind == "memory":
        study = bad_study()
        start = time.perf_counter()
        _shown("check", check(study), time.perf_counter() - start)
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "study"
        _written(folder)
        start = time.perf_counter()
        _shown("check_folder", check_folder(folder), time.perf_counter() - start)


def _written(folder: Path) -> None:
    """Write the study in a process of its own, so that its memory does not count."""
    writer = multiprocessing.get_context("spawn").Process(target=_write, args=(folder,))
    writer.start()
    writer.join()


def _write(folder: Path) -> None:
    """Write the study as CSV."""
    write_study(bad_study(), folder, as_parquet=())


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "memory")
