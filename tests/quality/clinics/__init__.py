"""Clinics whose counts are typed in, and the synthetic network of eight."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.builders import clinic_network

EIGHT = pd.DataFrame(
    {
        "clinic": list("abcdefgh"),
        "n": [39, 29, 13, 6, 17, 13, 18, 20],
        "of": [75, 55, 31, 39, 39, 30, 35, 38],
    }
)
SHARES = {"kind": "proportion", "by": "clinic", "events": "n", "denominator": "of"}

# R's FunnelPlotR 0.6.0 (MIT), frame of its tests
SIX = pd.DataFrame(
    {
        "clinic": list("abcdef"),
        "o": [100, 150, 180, 80, 120, 225],
        "e": [108.0, 112, 165, 95, 100, 220],
    }
)
RATIOS = {"kind": "ratio", "by": "clinic", "events": "o", "expected": "e"}


def many(n_clinics: int = 24, *, spread: float = 0.3, seed: int = 7) -> pd.DataFrame:
    """Clinics whose log odds differ."""
    rng = np.random.default_rng(seed)
    of = rng.integers(60, 300, n_clinics)
    share = 1 / (1 + np.exp(-spread * rng.normal(size=n_clinics)))
    names = [f"clinic {k + 1:02d}" for k in range(n_clinics)]
    return pd.DataFrame({"clinic": names, "n": rng.binomial(of, share), "of": of})


network = clinic_network
