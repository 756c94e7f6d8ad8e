"""Writing synthetic data as a study folder with its truth and its dictionary."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import storage
from analysis.study import write_study
from analysis.synthetic.dictionary import dictionary
from analysis.synthetic.manifest import manifest
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.simulation import simulate
from analysis.synthetic.true_answers import END_DAYS, REGIMES, oracle

__all__ = ["truth_document", "write_synthetic"]

_MEANING = {
    "mean score": "mean PHQ-9",
    "mean change from baseline": "mean PHQ-9 minus that before treatment",
    "difference in mean change": "mean change of one regimen minus that of another",
    "response": "share with a PHQ-9 at least half below that before treatment",
    "remission": "share with a PHQ-9 below 5",
    "survival without relapse": "of those whose severity had fallen by half at the last session of "
    "induction: share whose severity has not passed half again, seen without interruption",
    "median days to relapse": "median of the same time; null when it is not reached",
    "response by clinic": "share of response at the end of induction",
    "SD between clinics of logit response": "standard deviation of the log odds of the former",
    "adverse events per 100 sessions": "adverse events of sessions, 100 × events ÷ sessions",
    "shift after dropout": "mean points by which scores are higher because contact was lost",
}


def write_synthetic(
    scenario: Scenario, folder: Path | str, *, oracle_patients: int = 200_000
) -> list[Path]:
    """Simulate a scenario and write the study, its truth and its dictionary.

    Parameters
    ----------
    scenario : Scenario
        What to simulate.
    folder : path
        Made when missing; files of the same names are replaced, each whole or not at all.
    oracle_patients : int
        Patients from whom the true answers are computed.

    Returns
    -------
    list of pathlib.Path
        The files written: tables, ``study.json``, ``DICTIONARY.md``, ``truth.json``,
        ``manifest.json``.

    Raises
    ------
    ReportError
        When a file cannot be written.
    """
    root = Path(folder)
    truth = truth_document(scenario, oracle_patients=oracle_patients)
    study = simulate(scenario).study
    written = write_study(study, root)
    return [
        *written,
        storage.write_text(root / "DICTIONARY.md", dictionary(study, scenario)),
        storage.write_text(root / "truth.json", _json(truth)),
        storage.write_text(root / "manifest.json", _json(manifest(study, scenario))),
    ]


def _json(content: dict[str, Any]) -> str:
    """Write an object as JSON text."""
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def truth_document(scenario: Scenario, *, oracle_patients: int = 200_000) -> dict[str, Any]:
    """Gather the parameters of a scenario and its true answers.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    oracle_patients : int
        Patients from whom the true answers are computed.

    Returns
    -------
    dict
        ``scenario`` (every parameter; `Scenario.from_json` reads it), ``oracle`` (how the answers
        were computed) and ``estimands`` (one object per answer: estimand, regime, regimen,
        time, clinic where it applies, value, std_error of the Monte Carlo).
    """
    answers = oracle(scenario, patients=oracle_patients)
    codes = dict(enumerate(clinic.code for clinic in scenario.clinics))
    answers["clinic"] = answers["clinic"].map(codes)
    return {
        "schema_version": "2.0",
        "scenario": asdict(scenario),
        "oracle": {
            "patients": oracle_patients,
            "instrument": "PHQ-9",
            "regimes": dict(
                zip(
                    REGIMES,
                    (
                        "stopping, maintenance and re-induction as in the scenario, everybody seen",
                        "everybody completes induction as planned and has nothing after it",
                    ),
                    strict=True,
                )
            ),
            "end of induction": f"{END_DAYS} days after the last induction session",
            "estimands": {name: _MEANING[name] for name in dict.fromkeys(answers["estimand"])},
        },
        "estimands": [_answer(row) for row in answers.to_dict(orient="records")],
    }


def _answer(row: dict[Any, Any]) -> dict[str, Any]:
    """Round an answer for the file; leave out what does not apply, null what is not reached."""
    numbers = {
        name: round(float(row[name]), 5) if np.isfinite(row[name]) else None
        for name in ("value", "std_error")
    }
    kept = {name: value for name, value in row.items() if name in numbers or pd.notna(value)}
    return {**kept, **numbers}
