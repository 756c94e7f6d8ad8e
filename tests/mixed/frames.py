"""Small frames for the tests of the mixed room, and the reference that R made."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

REFERENCE = Path(__file__).resolve().parents[1] / "reference" / "mixed"


def expected() -> dict[str, Any]:
    """Read what R computed (README.md beside it names the versions)."""
    return json.loads((REFERENCE / "expected.json").read_text(encoding="utf-8"))


def expected_of_r(key: str) -> dict[str, Any]:
    """Read what R's mmrm and lme4 computed, with the names of terms as here."""
    entry = json.loads((REFERENCE / "mmrm.json").read_text(encoding="utf-8"))[key]
    coef = pd.DataFrame(entry["coef"])
    return {**entry, "coef": coef.assign(term=[our_term(name) for name in coef["term"]])}


def our_term(name: str) -> str:
    """Write R's name of a coefficient as formulaic does."""
    if name == "(Intercept)":
        return "Intercept"
    return re.sub(r"\b(arm|visit|sex)(\w+)", r"\1[T.\2]", name)


def reference_data(name: str = "long") -> pd.DataFrame:
    """Read an input of the reference."""
    return pd.read_csv(REFERENCE / f"{name}.csv")


def simulated(
    seed: int = 1,
    *,
    n_patients: int = 24,
    slope: float = -0.1,
    spread: tuple[float, float] = (3.0, 0.08),
) -> pd.DataFrame:
    """Simulate unbalanced scores with a random intercept and slope and residual variance 4."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(2, 7, n_patients)
    patient = np.repeat(np.arange(n_patients), rows)
    day = np.round(rng.uniform(0, 56, patient.size))
    effects = rng.normal(size=(n_patients, 2)) * np.array(spread)
    arm = np.where(np.arange(n_patients) % 2, "iv", "im")[patient]
    baseline = rng.normal(17, 4, n_patients)[patient]
    mean = 2.0 + slope * day + 0.3 * baseline - 1.0 * (arm == "iv")
    change = mean + effects[patient, 0] + effects[patient, 1] * day
    return pd.DataFrame(
        {
            "patient": [f"p{number:02d}" for number in patient],
            "arm": arm,
            "day": day,
            "baseline": baseline,
            "change": change + rng.normal(0, 2, patient.size),
        }
    )


def paired(seed: int = 3, n: int = 12) -> pd.DataFrame:
    """Simulate two visits per patient with strong correlation."""
    rng = np.random.default_rng(seed)
    level = rng.normal(20, 4, n)
    scores = level[:, None] + np.array([0.0, -5.0]) + rng.normal(0, 2, (n, 2))
    return pd.DataFrame(
        {
            "patient": np.repeat(np.arange(n), 2),
            "visit": np.tile(["v1", "v2"], n),
            "score": scores.ravel(),
        }
    )
