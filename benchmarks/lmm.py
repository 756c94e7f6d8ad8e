"""Time `lmm` against statsmodels' MixedLM on the same data in one run, and print the ratio.

Run as ``python benchmarks/lmm.py``. Both fit by REML; the log-likelihoods are printed because
an optimiser that stops early is quick.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf

from analysis.mixed import lmm

N_PATIENTS, N_VISITS, REPEATS = 600, 10, 5
MODELS = (("change ~ C(visit) + baseline", "1"), ("change ~ day + baseline", "1 + day"))


def simulate(seed: int = 1) -> pd.DataFrame:
    """Simulate scores with a random intercept and slope, 15 % of rows missing."""
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(N_PATIENTS), N_VISITS)
    visit = np.tile(np.arange(N_VISITS), N_PATIENTS)
    effects = rng.multivariate_normal([0, 0], [[9, -0.05], [-0.05, 0.01]], N_PATIENTS)
    baseline = rng.normal(17, 4, N_PATIENTS)[patient]
    day = 7.0 * visit + rng.integers(-2, 3, patient.size)
    change = -0.1 * day + 0.2 * baseline + effects[patient, 0] + effects[patient, 1] * day
    frame = pd.DataFrame(
        {"patient": patient, "visit": visit, "day": day, "baseline": baseline}
    ).assign(change=change + rng.normal(0, 2.5, patient.size))
    return frame.loc[rng.random(len(frame)) > 0.15].reset_index(drop=True)


def timed(fit: Callable[[], Any]) -> tuple[float, Any]:
    """Return the median time of several runs and the last result."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        result = fit()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds)), result


def main() -> None:
    """Fit both models with both programs."""
    warnings.simplefilter("ignore")
    data = simulate()
    for formula, random in MODELS:
        ours, fit = timed(lambda f=formula, r=random: lmm(f, data, subject="patient", random=r))
        theirs, other = timed(
            lambda f=formula, r=random: smf.mixedlm(
                f, data, groups=data["patient"], re_formula=f"~ {r}"
            ).fit(reml=True)
        )
        likelihood = fit.glance()["log_likelihood"].iloc[0]
        print(
            f"{formula}, random {random}: {len(data)} rows; lmm {ours * 1e3:.0f} ms, MixedLM "
            f"{theirs * 1e3:.0f} ms, ratio {theirs / ours:.1f}; log-likelihood {likelihood:.6f} "
            f"and {other.llf:.6f}"
        )


if __name__ == "__main__":
    main()
