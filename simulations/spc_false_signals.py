"""How often charts of a stable process give a signal, by kind, rules and number of points.

Runs about a known centre are compared with the exact rates of the dynamic programme. Everything
else is what `false_signal_rate` computes, with other random numbers and more draws.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.progress import progress
from analysis.quality import run_rules_false_signal_rate
from analysis.quality.charts.false_signals import stable_charts
from analysis.quality.charts.kinds import ChartKind, chart_kind
from analysis.quality.charts.limits import Limits, Method, chart_limits
from analysis.quality.charts.signal_rules import RULES, find_signals
from simulations.committed import RESULTS, write_provenance, write_table

TABLE = "spc_false_signals.csv"
POINTS = (10, 12, 16, 20, 24, 30, 36, 48, 60)
PROCESSES = {"run": 0.0, "i": 0.0, "p": 0.5, "u": 0.2, "c": 20.0, "g": 20.0, "t": 20.0}
"""Kind of chart to its mean; proportions and rates are of 40 patients or sessions per point."""

SIZE = 40.0
_CHUNK = 5000

Case = tuple[str, str, int]


def cases() -> Iterator[Case]:
    """List kinds, rules and numbers of points; "known centre" for runs alone."""
    for points in POINTS:
        yield "known centre", "anhoej", points
        for kind in PROCESSES:
            for rules in RULES:
                yield kind, rules, points


def signals(case: Case, draws: int, seed: int) -> int:
    """Count the charts with a signal among stable ones."""
    name, rules, points = case
    kind = chart_kind("run" if name == "known centre" else name)
    sizes = np.full(points, SIZE if kind.denominator == "needed" else 1.0)
    values = stable_charts(kind, centre=PROCESSES[kind.name], sizes=sizes, draws=draws, seed=seed)
    if values is None:
        return 0
    lines = _known_centre(values) if name == "known centre" else _lines(kind, values, sizes, rules)
    return int(find_signals(kind, values, lines, rules).anywhere().sum())


def _lines(kind: ChartKind, values: np.ndarray, sizes: np.ndarray, rules: str) -> Limits:
    """Estimate the lines of each chart from its own points, as `spc_chart` does."""
    nhs = Method(screen=True, factor=2.66 / 3.0)
    base = np.ones(len(sizes), dtype=bool)
    return chart_limits(kind, values, sizes, base, nhs if rules == "nhs" else Method())


def _known_centre(values: np.ndarray) -> Limits:
    """Draw the true centre, and no limits."""
    nothing = np.full(values.shape, np.nan)
    return Limits(centre=np.zeros(values.shape), lower=nothing, upper=nothing, z=nothing)


def run_study(trials: int, seed: int) -> pd.DataFrame:
    """Simulate every case; every chunk of a case has a seed of its own."""
    rows = []
    for number, case in enumerate(progress(list(cases()), doing="stable charts", unit="case")):
        chunks = range(-(-trials // _CHUNK))
        found = sum(signals(case, _CHUNK, seed + 1000 * number + chunk) for chunk in chunks)
        done = _CHUNK * len(chunks)
        rate = found / done
        name, rules, points = case
        exact = run_rules_false_signal_rate(points) if name == "known centre" else np.nan
        error = np.sqrt(rate * (1.0 - rate) / done)
        rows.append((name, rules, points, done, rate, error, exact))
    columns = ["kind", "rules", "points", "trials", "rate", "error", "exact"]
    return pd.DataFrame(rows, columns=columns)


def main() -> None:
    """Run the study and write its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20260101)
    parser.add_argument("--trials", type=int, default=50_000)
    parser.add_argument("--out", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    path = chosen.out / TABLE
    write_table(run_study(chosen.trials, chosen.seed), path)
    write_provenance(path, seed=chosen.seed, trials=chosen.trials)


if __name__ == "__main__":
    main()
