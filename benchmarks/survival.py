"""Time curves, tests and regressions of times against other packages, in one run.

lifelines and statsmodels are there; scikit-survival and R's survival are measured where installed.

Run as ``python benchmarks/survival.py`` (about five minutes; ``--quick`` takes 100,000 rows instead
of a million). Every figure is the best of alternating runs, from a frame to the result. They are
printed, and written to ``outputs/benchmark-survival.json`` with the versions that they hold for.
"""

from __future__ import annotations

import argparse
import json
import platform
import warnings
from pathlib import Path
from typing import Any

import lifelines
import numpy as np
import pandas as pd
import statsmodels
from lifelines.statistics import logrank_test
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight, survdiff
from timing import best, seconds_in_r

try:
    import sksurv
    from sksurv.compare import compare_survival
    from sksurv.linear_model import CoxPHSurvivalAnalysis
    from sksurv.nonparametric import cumulative_incidence_competing_risks, kaplan_meier_estimator
    from sksurv.util import Surv
except ImportError:
    sksurv = None

import analysis
from analysis import (
    cox,
    cumulative_incidence,
    fine_gray,
    gray_test,
    interval_test,
    kaplan_meier,
    logrank,
    turnbull,
)

OUTPUT = Path(__file__).parents[1] / "outputs" / "benchmark-survival.json"
COVARIATES = ["x1", "x2", "x3", "x4", "x5"]


def simulate(n: int, seed: int = 1) -> pd.DataFrame:
    """Simulate untied times with two causes and five covariates, half of them censored."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 5))
    rate = np.exp(X @ np.array([0.3, -0.2, 0.1, 0.0, 0.2])) / 100.0
    relapse, switch = rng.exponential(1.0 / rate), rng.exponential(300.0, n)
    censored = rng.exponential(90.0, n)
    time = np.minimum(np.minimum(relapse, switch), censored)
    cause = np.select([relapse == time, switch == time], [1, 2], 0)
    frame = pd.DataFrame(X, columns=COVARIATES)
    return frame.assign(time=time, event=cause == 1, cause=cause, arm=rng.integers(0, 2, n))


def visits(n: int, seed: int = 2) -> pd.DataFrame:
    """Simulate relapses that are seen at staggered visits only."""
    rng = np.random.default_rng(seed)
    relapse = rng.exponential(56.0, n)
    days = np.cumsum(rng.uniform(5.0, 40.0, (n, 12)), axis=1)
    ends = np.column_stack([np.zeros(n), days, np.full(n, np.inf)])
    place, row = (days < relapse[:, None]).sum(axis=1), np.arange(n)
    return pd.DataFrame(
        {"lower": ends[row, place], "upper": ends[row, place + 1], "arm": rng.integers(0, 2, n)}
    )


def scikit_survival(data: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Give the calls of scikit-survival, where it is installed, by what they compute."""
    calls: dict[str, dict[str, Any]] = {
        "kaplan_meier": {}, "cumulative_incidence": {}, "logrank": {}, "cox": {},
    }  # fmt: skip
    if sksurv is None:
        return calls
    time, event = data["time"].to_numpy(), data["event"].to_numpy()
    arm, cause = data["arm"].to_numpy(), data["cause"].to_numpy()
    X = data[COVARIATES].to_numpy()
    both = [arm == 0, arm == 1]
    calls["kaplan_meier"]["scikit-survival"] = lambda: [
        kaplan_meier_estimator(event[own], time[own]) for own in both
    ]
    calls["cumulative_incidence"]["scikit-survival"] = lambda: cumulative_incidence_competing_risks(
        cause, time
    )
    calls["logrank"]["scikit-survival"] = lambda: compare_survival(
        Surv.from_arrays(event, time), arm
    )
    calls["cox"]["scikit-survival"] = lambda: CoxPHSurvivalAnalysis(ties="efron").fit(
        X, Surv.from_arrays(event, time)
    )
    return calls


def curves(n: int) -> dict[str, Any]:
    """Time curves and tests of all rows."""
    data = simulate(n)
    one, other = (data[data["arm"].eq(arm)] for arm in (0, 1))
    time, event, arm = data["time"], data["event"], data["arm"]
    cause = data["cause"].to_numpy()
    theirs = scikit_survival(data)
    return {
        "rows": n,
        "kaplan_meier": best(
            {
                "analysis": lambda: kaplan_meier(data, "time", "event", by="arm").median(),
                "lifelines": lambda: [
                    lifelines.KaplanMeierFitter().fit(part["time"], part["event"])
                    for part in (one, other)
                ],
                "statsmodels": lambda: [
                    SurvfuncRight(part["time"], part["event"]) for part in (one, other)
                ],
                **theirs["kaplan_meier"],
            },
            3,
        ),
        "cumulative_incidence": best(
            {
                "analysis": lambda: cumulative_incidence(data, "time", "cause").at([28]),
                "statsmodels": lambda: CumIncidenceRight(time.to_numpy(), cause),
                **theirs["cumulative_incidence"],
            },
            3,
        ),
        "logrank": best(
            {
                "analysis": lambda: logrank(data, "time", "event", "arm"),
                "lifelines": lambda: logrank_test(
                    one["time"], other["time"], one["event"], other["event"]
                ),
                "statsmodels": lambda: survdiff(time, event.astype(int), arm),
                **theirs["logrank"],
            },
            3,
        ),
        "gray_test": best({"analysis": lambda: gray_test(data, "time", "cause", "arm")}, 3),
    }


def regressions(n: int) -> dict[str, Any]:
    """Time regressions of all rows; other packages on a tenth of them, and so said."""
    data = simulate(n)
    tenth = data.iloc[: n // 10]
    model = " + ".join(COVARIATES)

    def theirs() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            used = tenth[["time", "event", *COVARIATES]]
            return lifelines.CoxPHFitter().fit(used, "time", "event")

    seconds = best({"cox": lambda: cox(model, data, time="time", event="event").tidy()}, 3)
    seconds |= best(
        {
            "fine_gray": lambda: fine_gray(
                "x1 + x2 + x3", data, time="time", event="cause", cause=1
            ).tidy()
        },
        2,
    )
    small = best(
        {
            "analysis": lambda: cox(model, tenth, time="time", event="event").tidy(),
            "lifelines": theirs,
            **scikit_survival(tenth)["cox"],
        },
        1,
    )
    return {"rows": n, **seconds, "cox_of_a_tenth": {"rows": len(tenth), **small}}


R_SCRIPT = """
suppressMessages(library(survival)); d <- read.csv(commandArgs(TRUE)[1]); out <- list()
best <- function(f, n) min(sapply(seq_len(n), function(i) system.time(f())[["elapsed"]]))
out$kaplan_meier <- best(function() survfit(Surv(time, event == "True") ~ arm, d), 2)
out$logrank <- best(function() survdiff(Surv(time, event == "True") ~ arm, d), 2)
out$cox <- best(function() coxph(Surv(time, event == "True") ~ x1 + x2 + x3 + x4 + x5, d), 2)
cat(paste0("{", paste(sprintf('"%s": %f', names(out), unlist(out)), collapse = ", "), "}"))
"""


def intervals() -> dict[str, Any]:
    """Time the interval-censored curve and test."""
    data = visits(20_000)
    calls = {
        "turnbull": lambda: turnbull(data),
        "interval_test": lambda: interval_test(visits(2_000), "lower", "upper", "arm"),
    }
    return {"rows": len(data), "rows_of_the_test": 2_000, **best(calls, 3)}


def main() -> None:
    """Run all comparisons, print them and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100,000 rows instead of a million")
    n = 100_000 if parser.parse_args().quick else 1_000_000
    results: dict[str, Any] = {
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "lifelines": lifelines.__version__,
            "statsmodels": statsmodels.__version__,
            "scikit-survival": getattr(sksurv, "__version__", "not installed"),
            "analysis": analysis.__version__,
        },
        "curves": curves(n),
        "regressions": regressions(n),
        "intervals": intervals(),
        "r": seconds_in_r(R_SCRIPT, simulate(n)),
    }
    print(json.dumps(results, indent=1))
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
