"""The contrasts that R made, and the model that they are of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.mixed import lmm
from tests.mixed.frames import reference_data

REFERENCE = Path(__file__).resolve().parents[1] / "reference" / "contrasts" / "expected.json"
DAYS = {"day": [0, 28]}

FIT = lmm("change ~ arm * day + baseline", reference_data(), subject="patient")
MEANS = FIT.marginal_means("arm", by="day", at=DAYS)


def r_contrasts() -> dict[str, Any]:
    """Read what R computed (README.md beside it names the versions)."""
    return json.loads(REFERENCE.read_text(encoding="utf-8"))


def r_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Name the columns of emmeans as here; a limit without a number is infinite."""
    names = {
        "effect.size": "estimate",
        "SE": "std_error",
        "t.ratio": "statistic",
        "p.value": "p_value",
        "lower.CL": "conf_low",
        "upper.CL": "conf_high",
    }
    frame = pd.DataFrame(rows).rename(columns=names)
    for column, empty in (("conf_low", -np.inf), ("conf_high", np.inf)):
        if column in frame:
            frame[column] = frame[column].astype(float).fillna(empty)
    return frame
