"""Time mixed models against one least-squares solve, statsmodels and R, in one run.

Run as ``python benchmarks/mixed.py`` (about two minutes; ``--quick`` leaves the largest data out).
Every figure is the best of several alternating runs, from a frame to the tidy table. The ratios are
printed, and written to ``outputs/benchmark-mixed.json`` with the versions that they hold for.
Peak memory is what Python allocates beyond the frame, measured in a run of its own.
"""

from __future__ import annotations

import argparse
import json
import platform
import tracemalloc
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import statsmodels
import statsmodels.formula.api as smf
from formulaic import Formula
from timing import best, seconds_in_r

import analysis
from analysis.mixed import lmm, mmrm

OUTPUT = Path(__file__).parents[1] / "outputs" / "benchmark-mixed.json"
MMRM = "change ~ arm * visit + baseline + sex + prior"
LMM = MMRM  # the same mean, with random intercepts and slopes of days
DAYS = np.array([0.0, 7.0, 14.0, 28.0, 42.0, 56.0, 70.0, 84.0])
KEPT = 0.82
SMALL, MIDDLE, LARGE = 200, 19_300, 194_000


def simulate(n_patients: int, n_visits: int = 8, seed: int = 1) -> pd.DataFrame:
    """Simulate scores at nominal visits, 18 % of the later rows missing, patients sorted."""
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(n_patients), n_visits)
    visit = np.tile(np.arange(n_visits), n_patients)
    lags = np.abs(np.subtract.outer(np.arange(n_visits), np.arange(n_visits)))
    noise = rng.normal(size=(n_patients, n_visits)) @ np.linalg.cholesky(25.0 * 0.8**lags).T
    arm, sex, prior = (rng.integers(0, n, n_patients)[patient] for n in (2, 2, 3))
    baseline = rng.normal(17.0, 4.0, n_patients)[patient]
    frame = pd.DataFrame(
        {
            "patient": _labels(patient, [f"p{number:07d}" for number in range(n_patients)]),
            "visit": _labels(visit, [f"v{number}" for number in range(n_visits)]),
            "day": DAYS[visit],
            "arm": _labels(arm, ["im", "iv"]),
            "sex": _labels(sex, ["female", "male"]),
            "prior": _labels(prior, ["0", "1", "2+"]),
            "baseline": baseline,
            "change": -0.5 * visit - 0.2 * arm * visit + 0.3 * baseline + noise.ravel(),
        }
    )
    seen = (rng.random(len(frame)) < KEPT) | (visit == 0)
    return frame.loc[seen].reset_index(drop=True)


def _labels(codes: np.ndarray, labels: list[str]) -> pd.Series:
    return pd.Series(pd.Categorical.from_codes(codes, labels))


def peak_memory(call: Callable[[], Any]) -> int:
    """Return the bytes that a call allocates at most."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def fit_mmrm(data: pd.DataFrame) -> pd.DataFrame:
    return mmrm(MMRM, data, subject="patient", visit="visit").tidy()


def fit_lmm(data: pd.DataFrame) -> pd.DataFrame:
    return lmm(LMM, data, subject="patient", random="1 + day").tidy()


def against_least_squares(n_patients: int, rounds: int) -> list[dict[str, Any]]:
    """Compare both models with ``numpy.linalg.lstsq`` of the same design."""
    data = simulate(n_patients)
    rows = []
    for name, formula, fit in (("mmrm", MMRM, fit_mmrm), ("lmm", LMM, fit_lmm)):
        right = formula.split("~")[1]
        design = np.asarray(Formula(right).get_model_matrix(data), dtype=float)
        outcome = data["change"].to_numpy()
        calls = {
            "lstsq": lambda design=design, y=outcome: np.linalg.lstsq(design, y, rcond=None),
            name: lambda fit=fit: fit(data),
        }
        seconds = best(calls, rounds)
        del calls
        size = design.nbytes
        del design
        rows.append(
            {
                "model": name,
                "rows": len(data),
                "coefficients": size // 8 // len(data),
                "seconds": seconds[name],
                "lstsq_seconds": seconds["lstsq"],
                "ratio_to_lstsq": seconds[name] / seconds["lstsq"],
                "peak_memory_of_design": peak_memory(lambda fit=fit: fit(data)) / size,
            }
        )
    return rows


def unfavourable(n_patients: int, rounds: int) -> dict[str, float]:
    """Time the MMRM on shuffled rows and on columns of Python strings."""
    data = simulate(n_patients)
    shuffled = data.sample(frac=1.0, random_state=1).reset_index(drop=True)
    names = ["patient", "visit", "arm", "sex", "prior"]
    strings = data.assign(**{name: data[name].astype(object) for name in names})
    calls = {
        "sorted": lambda: fit_mmrm(data),
        "shuffled": lambda: fit_mmrm(shuffled),
        "strings": lambda: fit_mmrm(strings),
    }
    return {"rows": len(data), **best(calls, rounds)}


def against_statsmodels(rounds: int) -> dict[str, float]:
    """Compare a random slope with statsmodels' MixedLM on 600 patients."""
    data = simulate(600)
    formula = "change ~ arm * day + baseline"

    def theirs() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = smf.mixedlm(formula, data, groups=data["patient"], re_formula="~ 1 + day")
            return model.fit(reml=True)

    def ours() -> Any:
        return lmm(formula, data, subject="patient", random="1 + day")

    seconds = best({"lmm": ours, "statsmodels": theirs}, rounds)
    return {
        "rows": len(data),
        **seconds,
        "log_likelihood": float(ours().glance()["log_likelihood"].iloc[0]),
        "statsmodels_log_likelihood": float(theirs().llf),
    }


R_SCRIPT = """
a <- commandArgs(TRUE); d <- read.csv(a[1], stringsAsFactors = TRUE); out <- list()
best <- function(f) min(sapply(1:3, function(i) system.time(f())[["elapsed"]]))
if (requireNamespace("lme4", quietly = TRUE)) out$lme4 <- best(function()
  lme4::lmer(change ~ arm * day + baseline + sex + prior + (1 + day | patient), d))
if (requireNamespace("mmrm", quietly = TRUE)) out$mmrm <- best(function()
  mmrm::mmrm(change ~ arm * visit + baseline + sex + prior + us(visit | patient), d,
             method = "Kenward-Roger", vcov = "Kenward-Roger-Linear"))
if (requireNamespace("nlme", quietly = TRUE)) out$gls <- best(function() {
  d$number <- as.integer(d$visit)
  nlme::gls(change ~ arm * visit + baseline + sex + prior, d,
            correlation = nlme::corSymm(form = ~ number | patient),
            weights = nlme::varIdent(form = ~ 1 | visit)) })
cat(paste0("{", paste(sprintf('"%s": %f', names(out), unlist(out)), collapse = ", "), "}"))
"""


def against_r(n_patients: int, n_visits: int, rounds: int) -> dict[str, float] | None:
    """Compare with R's lme4, nlme and mmrm, those that are installed; None without R."""
    data = simulate(n_patients, n_visits)
    theirs = seconds_in_r(R_SCRIPT, data)
    if theirs is None:
        return None
    ours = best({"mmrm": lambda: fit_mmrm(data), "lmm": lambda: fit_lmm(data)}, rounds)
    return {"rows": len(data), **ours, **theirs}


def main() -> None:
    """Run all comparisons, print them and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave the largest data out")
    quick = parser.parse_args().quick
    small = simulate(SMALL, 4)
    results: dict[str, Any] = {
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "statsmodels": statsmodels.__version__,
            "analysis": analysis.__version__,
        },
        "small": {
            "rows": len(small),
            **best({"mmrm": lambda: fit_mmrm(small), "lmm": lambda: fit_lmm(small)}, 30),
        },
        "least_squares": against_least_squares(MIDDLE, 15),
        "unfavourable": unfavourable(MIDDLE, 5),
        "statsmodels": against_statsmodels(2),
        "r": against_r(600, 6, 5),
    }
    if not quick:
        results["least_squares"] += against_least_squares(LARGE, 5)
    print(json.dumps(results, indent=1))
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
