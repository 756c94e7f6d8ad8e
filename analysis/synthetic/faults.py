"""A labelled fault for every rule, to prove that each is found, and found alone.

Faults are made in clean data of any origin. The same data, code and seed give the same fault.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.study import Study, read_study, write_study
from analysis.synthetic.faults_change import FolderFault, StudyFault
from analysis.synthetic.faults_files import FILE_FAULTS
from analysis.synthetic.faults_records import RECORD_FAULTS
from analysis.synthetic.faults_scores import SCORE_FAULTS
from analysis.synthetic.faults_treatment import TREATMENT_FAULTS

__all__ = ["FAULTS", "FolderFault", "StudyFault", "fault_codes", "inject", "inject_into_folder"]

FAULTS: Mapping[str, StudyFault | FolderFault] = MappingProxyType(
    {
        fault.code: fault
        for fault in (*FILE_FAULTS, *RECORD_FAULTS, *TREATMENT_FAULTS, *SCORE_FAULTS)
    }
)
"""The fault of each rule, by the code of the rule."""


def fault_codes() -> tuple[str, ...]:
    """List the rules for which there is a fault: all of them.

    Returns
    -------
    tuple of str
        Codes, those about files and columns first.

    Examples
    --------
    >>> "TIM-004" in fault_codes()
    True
    """
    return tuple(FAULTS)


def inject(study: Study, code: str, *, seed: int = 0) -> Study:
    """Break exactly one rule about values in a clean study.

    Parameters
    ----------
    study : Study
        Data without findings; they stay as they are.
    code : str
        Code of the rule.
    seed : int
        Decides which of the suitable rows is broken, at least 0.

    Returns
    -------
    Study
        The same data with one fault; checking it yields this code once and no other.

    Raises
    ------
    DataError
        When there is no such fault, when it is one of files and columns, or when the study has
        no row in which it can be made.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from analysis.checks import check
    >>> from analysis.synthetic import scenario, simulate
    >>> study = simulate(replace(scenario("clinic-network"), patients=60)).study
    >>> broken = inject(study, "RNG-001", seed=3)
    >>> [finding.rule for finding in check(broken).findings]
    ['RNG-001']
    """
    fault = _fault(code)
    if isinstance(fault, FolderFault):
        raise DataError(
            "The fault is one of files and columns, which a study in memory does not have. "
            "Write the study to a folder and use inject_into_folder."
        )
    return fault.change(study, _chosen(study, fault, seed))


def inject_into_folder(folder: Path | str, code: str, *, seed: int = 0) -> None:
    """Break exactly one rule in the folder of a clean study.

    Parameters
    ----------
    folder : path
        Holds ``study.json`` and the tables, with ``follow_up`` as CSV; it is changed in place.
    code : str
        Code of the rule.
    seed : int
        As for `inject`; faults of files and columns do not need it.

    Raises
    ------
    DataError
        As for `inject`, and when the folder cannot be read.
    ReportError
        When a calendar would be written outside the local zone.
    """
    root, fault = Path(folder), _fault(code)
    if isinstance(fault, FolderFault):
        fault.change(root)
        return
    broken = inject(read_study(root), code, seed=seed)
    as_parquet = [name for name in broken.tables if (root / f"{name}.parquet").is_file()]
    write_study(broken, root, as_parquet=as_parquet)


def _fault(code: str) -> StudyFault | FolderFault:
    """Find the fault of a rule."""
    if code not in FAULTS:
        raise DataError(f"There is no fault with this code. Known are: {', '.join(FAULTS)}.")
    return FAULTS[code]


def _chosen(study: Study, fault: StudyFault, seed: int) -> int:
    """Choose one suitable row; the number depends on seed and code alone."""
    suitable = pd.Series(dtype=bool)
    if study.has(fault.source):
        try:
            suitable = fault.rows(study).fillna(value=False).astype(bool)
        except KeyError:  # an optional column or table is absent
            suitable = pd.Series(dtype=bool)
    rows = suitable.index[suitable]
    if len(rows) == 0:
        raise DataError(
            f"No row of {fault.source} can carry the fault {fault.code} ({fault.label}). Use a "
            "study with the optional tables and columns, or with more patients."
        )
    key = np.random.SeedSequence([seed, zlib.crc32(fault.code.encode())])
    return int(rows[int(key.generate_state(1)[0]) % len(rows)])
