"""Invented rows at risk for tests of attrition, and what R says of them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

REFERENCE = Path(__file__).parents[1] / "reference" / "attrition"
EXPECTED = json.loads((REFERENCE / "expected.json").read_text(encoding="utf-8"))
SCORES = pd.read_csv(REFERENCE / "scores.csv")
RELAPSE = pd.read_csv(REFERENCE / "relapse.csv")

LITERAL = pd.DataFrame(
    {
        "patient": list("aabbccddeeffgghh"),
        "visit": [1, 2] * 8,
        "remains": [1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0],
        "group": list("xxxxxxxxyyyyyyyy"),
    }
)
"""Nobody leaves the first visit; at the second two of four of group x and one of four of y do."""
