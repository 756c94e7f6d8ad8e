"""Repeated scores of patients of several clinics, with known differences between arms."""

from __future__ import annotations

import numpy as np
import pandas as pd


def clinic_network(
    seed: int = 1, *, n_patients: int = 200, n_clinics: int = 6, n_visits: int = 4
) -> pd.DataFrame:
    """Simulate arms that part by half a point per visit; one score in eight is missing."""
    rng = np.random.default_rng(seed)
    clinic = rng.integers(0, n_clinics, n_patients)
    arm = rng.integers(0, 2, n_patients)
    baseline = rng.normal(18.0, 4.0, n_patients)
    apart = np.abs(np.subtract.outer(np.arange(n_visits), np.arange(n_visits)))
    noise = rng.normal(size=(n_patients, n_visits)) @ np.linalg.cholesky(12 * 0.6**apart).T
    course = -2.0 - np.arange(n_visits) * (1.0 + 0.5 * arm[:, None])
    change = course + 0.3 * (baseline[:, None] - 18.0) + noise
    data = pd.DataFrame(
        {
            "patient": np.repeat(np.arange(n_patients), n_visits),
            "site_id": np.repeat([f"clinic-{code:02d}" for code in clinic], n_visits),
            "arm": np.repeat(np.where(arm, "iv", "im"), n_visits),
            "visit": np.tile([f"v{visit + 1}" for visit in range(n_visits)], n_patients),
            "baseline": np.repeat(baseline, n_visits),
            "weight": rng.uniform(0.5, 2.0, n_patients * n_visits),
            "change": change.ravel(),
        }
    )
    return data[rng.random(len(data)) > 0.125].reset_index(drop=True)
