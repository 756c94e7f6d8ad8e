"""Invented trials and cohorts with gaps, for the tests of missing scores."""

from pathlib import Path

import numpy as np
import pandas as pd

REFERENCE = Path(__file__).parents[1] / "reference"
FORMULA = "change ~ baseline * visit + arm * visit"
ROLES = {"subject": "patient", "visit": "visit", "arm": "arm", "reference": "oral"}
COHORT = {"subject": "patient", "visit": "visit"}


def trial(n=40, n_visits=3, seed=5, *, effect=-3.0, dropout=0.12, gaps=0.03):
    """Draw a trial of two arms; patients leave for good, or miss single visits."""
    rng = np.random.default_rng(seed)
    iv = np.arange(n) % 2
    baseline = rng.normal(20.0, 4.0, n).round(1)
    level = rng.normal(0.0, 3.0, n)[:, None]
    time = np.arange(1, n_visits + 1)
    score = -2.0 + effect * iv[:, None] * time / n_visits + 0.2 * (baseline - 20.0)[:, None]
    score = score + level + rng.normal(0.0, 2.0, (n, n_visits))
    leaves = rng.uniform(size=(n, n_visits)) < dropout
    leaves[:, 0] = False
    stopped = np.cumsum(leaves, axis=1) > 0
    seen = ~stopped & (rng.uniform(size=(n, n_visits)) > gaps)
    seen[:, 0] = True
    frame = pd.DataFrame({
        "patient": np.repeat([f"p{i:03d}" for i in range(n)], n_visits),
        "visit": np.tile([f"v{t}" for t in time], n),
        "arm": np.repeat(np.where(iv, "iv", "oral"), n_visits),
        "baseline": np.repeat(baseline, n_visits),
        "change": score.round(3).ravel(),
    })  # fmt: skip
    return frame, frame[seen.ravel()].sample(frac=1.0, random_state=2)


def long_data():
    """Return the data of the reference numbers: two arms, up to six visits."""
    data = pd.read_csv(REFERENCE / "mixed" / "long.csv")
    return data[data["arm"] != "im"]
