"""Attack the curves of monthly releases, by the formulas by which they were made.

The attacker sees the steps with their confidence limits, and the numbers at risk, of four monthly
releases. He computes Greenwood's sum from each lower limit, from its increase how many were at risk
at least, from these the events so far and how many were lost at most, and so how few came between
two releases. What he must grant fewer than 11 is pinned down. Curves as they are now are attacked
as they are printed, by one who knows the events of each shown step besides; then all counts of the
ledger by linear programmes. The same curves with exact estimates and limits show what he could win.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.disclosure import Ledger, recording, suppress_curve, suppress_risk_table
from analysis.progress import progress
from analysis.survival import SurvivalCurve, kaplan_meier
from simulations.attacked_releases import attacked
from simulations.committed import RESULTS, write_provenance, write_table

TABLE = "attacked_curves.csv"
SEED = 1958
MINIMUM = 11
SIZES = (100, 300, 1000)
MONTHS = (12, 13, 14, 15)
TICKS = (0.0, 28.0, 56.0, 84.0, 112.0)
_Z = float(norm.ppf(0.975))


def patients(n: int, seed: int) -> pd.DataFrame:
    """Draw ``unit, enters, falls, leaves``: as many enter each month, `n` in the first twelve."""
    rng = np.random.default_rng(seed)
    everybody = n * max(MONTHS) // 12
    return pd.DataFrame(
        {
            "unit": [f"{n} {seed} {k}" for k in range(everybody)],
            "enters": np.sort(rng.uniform(0, 30 * max(MONTHS), everybody)),
            "falls": np.ceil(rng.exponential(90, everybody)),
            "leaves": np.ceil(rng.exponential(500, everybody)),
        }
    )


def followed(people: pd.DataFrame, month: int) -> pd.DataFrame:
    """Give ``unit, entry, time, event`` of those who have entered by the end of a month."""
    here = people[people["enters"] < 30 * month - 1]
    until = np.minimum(np.floor(30 * month - here["enters"]), here["leaves"])
    event = here["falls"] <= until
    return pd.DataFrame(
        {
            "unit": here["unit"],
            "entry": 0.0,
            "time": np.where(event, here["falls"], until),
            "event": event,
        }
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Told:
    """What one release told of a curve, and the truth.

    Parameters
    ----------
    steps : pandas.DataFrame
        ``time, estimate, conf_low`` as printed.
    risk : pandas.DataFrame
        ``time, n_risk`` as printed.
    rows : pandas.DataFrame
        Who was followed.
    step : float
        Of which estimates are multiples; 0 where they are exact.
    width : float
        How far the effective number of patients may lie above that of the limits.
    """

    steps: pd.DataFrame
    risk: pd.DataFrame
    rows: pd.DataFrame
    step: float = 0.0
    width: float = 0.0

    def at_risk(self) -> dict[float, int]:
        """Read the numbers at risk that are printed."""
        shown = self.risk[self.risk["n_risk"].str.fullmatch(r"[\d,]+")]
        counts = shown["n_risk"].str.replace(",", "").astype(int)
        return dict(zip(shown["time"], counts, strict=True))

    def events(self) -> tuple[np.ndarray, np.ndarray]:
        """Bound the events by each step: exact where the attacker knows them."""
        if self.step:
            exact = np.array([self.true_events(t) for t in self.steps["time"]], dtype=float)
            return exact, exact
        ratio, least = self._ratios()[0], self.at_least()
        exact = np.cumsum(least * (1.0 - ratio))
        return exact, exact

    def at_least(self) -> np.ndarray:
        """Compute from Greenwood's sums how many were at risk before each step, at least."""
        sums_low, sums_high = self._sums()
        low, _ = self._ratios()
        more = sums_high - np.append(0.0, sums_low[:-1])
        high = self._ratios()[1]
        return np.asarray((1.0 / high - 1.0) / more) if self.step else (1.0 / low - 1.0) / more

    def _ratios(self) -> tuple[np.ndarray, np.ndarray]:
        """Bound what each step leaves of the curve."""
        now = self.steps["estimate"].to_numpy(float)
        before, half = np.append(1.0, now[:-1]), self.step / 2
        first = np.arange(now.size) == 0
        low = (now - half) / np.where(first, 1.0, before + half)
        high = (now + half) / np.where(first, 1.0, before - half)
        return low, np.minimum(high, 1.0)

    def _sums(self) -> tuple[np.ndarray, np.ndarray]:
        """Bound Greenwood's sum at each step by the lower limit."""
        p = self.steps["estimate"].to_numpy(float)
        log = -np.log(p)
        spread = np.log(-np.log(self.steps["conf_low"].to_numpy(float)) / log)
        most = (spread * log / _Z) ** 2
        n = (1.0 - p) / (p * most)  # effective
        half = self.step / 2
        least = (1.0 - p - half) / ((p + half) * (n + self.width))
        return least, (1.0 - p + half) / ((p - half) * n)

    def true_events(self, day: float) -> int:
        """Count the events up to a day."""
        return int((self.rows["event"] & self.rows["time"].le(day)).sum())

    def true_lost(self, day: float, *, before: bool = False) -> int:
        """Count those lost up to, or before, a day."""
        gone = self.rows["time"].lt(day) if before else self.rows["time"].le(day)
        return int((gone & ~self.rows["event"]).sum())


def attack_lost(told: Told) -> tuple[int, int]:
    """Count the small numbers of lost patients, and those pinned down."""
    at_risk, days = told.at_risk(), told.steps["time"].to_numpy(float)
    if 0.0 not in at_risk:
        return 0, 0
    events, _ = told.events()
    most = {
        told.true_lost(days[k]): at_risk[0.0] - events[k] - told.at_least()[k + 1]
        for k in range(len(days) - 1)
    }
    found = list(most.items())
    for day, n in at_risk.items():
        so_far = events[days < day]
        bound = at_risk[0.0] - n - (so_far[-1] if so_far.size else 0.0)
        found.append((told.true_lost(day, before=True), bound))
    small = [(true, bound) for true, bound in found if 0 < true < MINIMUM]
    return len(small), sum(bound < MINIMUM - 0.5 for _, bound in small)


def attack_changes(one: Told, other: Told) -> tuple[int, int]:
    """Count the small changes of events by a shown day between releases, and those pinned down."""
    days, later = one.steps["time"].to_numpy(float), other.steps["time"].to_numpy(float)
    before, after = one.events()[0], other.events()[1]
    small = pinned = 0
    for day, n in zip(days, before, strict=True):
        change = other.true_events(day) - one.true_events(day)
        if 0 < change < MINIMUM:
            small += 1
            reached = after[later >= day]
            pinned += bool(reached.size and reached[0] - n < MINIMUM - 0.5)
    return small, pinned


def as_before(curve: SurvivalCurve) -> pd.DataFrame:
    """Cut a curve with exact estimates and limits, a step for each 11 events."""
    steps = curve.curve()
    steps = steps[steps["n_risk"].ge(MINIMUM)]
    marks, waiting = [], 0
    for n in steps["n_event"]:
        waiting += n
        marks.append(waiting >= MINIMUM)
        waiting = 0 if marks[-1] else waiting
    return steps.loc[marks, ["time", "estimate", "conf_low"]].reset_index(drop=True)


def releases(n: int, seed: int) -> tuple[list[Told], list[Told], Ledger, float]:
    """Release one curve each month as before and as now; also the ledger, and the seconds."""
    people = patients(n, seed)
    ledgers = {name: Ledger(release="1") for name in ("before", "now")}
    before, now, seconds = [], [], 0.0
    for month in MONTHS:
        rows = followed(people, month)
        curve = kaplan_meier(rows.drop(columns="entry"))
        risk = curve.risk_table(TICKS)
        for name, ledger in ledgers.items():
            ledgers[name] = Ledger(release=str(month), records=ledger.records)
        with recording(ledgers["before"]):
            shown = suppress_risk_table(risk, followed=rows)
        before.append(Told(steps=as_before(curve), risk=shown, rows=rows))
        begin = time.perf_counter()
        with recording(ledgers["now"]):
            steps, shown = suppress_curve(curve.curve(), risk, followed=rows)
        seconds += time.perf_counter() - begin
        width, step = float(MINIMUM), _step(len(rows))
        steps = steps.dropna(subset="conf_low").reset_index(drop=True)
        now.append(Told(steps=steps, risk=shown, rows=rows, step=step, width=width))
    return before, now, ledgers["now"], seconds


def _step(n: int) -> float:
    """Give the step of the estimates of n patients."""
    return min(step for step in (0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001) if step >= 1 / n)


def network(n: int, seed: int) -> list[dict[str, object]]:
    """Attack the curves of one network, as before and as now."""
    before, now, ledger, seconds = releases(n, seed)
    found = []
    for name, curves in (("before", before), ("now", now)):
        counts = np.array(
            [attack_lost(each) for each in curves]
            + [attack_changes(one, other) for one, other in pairwise(curves)]
        ).sum(axis=0)
        found.append(
            {
                "n": n,
                "curves": name,
                "steps": sum(len(each.steps) for each in curves),
                "steps_first": len(curves[0].steps),
                "at_risk": sum(len(each.at_risk()) for each in curves),
                "small": int(counts[0]),
                "pinned_down": int(counts[1]),
                "of_ledger": 0,
                "pinned_of_ledger": 0,
                "seconds": seconds if name == "now" else np.nan,
            }
        )
    programmes = attacked(ledger.records)
    found[1] |= {
        "of_ledger": int(programmes["small"].sum()),
        "pinned_of_ledger": int(programmes["pinned_down"].sum()),
    }
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the study from the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        None: those of the command line.
    """
    parser = argparse.ArgumentParser(description="Attack on curves of four monthly releases.")
    parser.add_argument("--networks", type=int, default=10, help="networks of each size")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the table")
    given = parser.parse_args(arguments)
    tasks = [(n, SEED + k) for n in SIZES for k in range(given.networks)]
    rows = [
        row for task in progress(tasks, doing="Attack", unit="network") for row in network(*task)
    ]
    sums = pd.DataFrame(rows).groupby(["n", "curves"], as_index=False).sum()
    table = sums.assign(networks=given.networks)
    write_table(table.drop(columns="seconds"), given.out / TABLE)
    write_provenance(given.out / TABLE, seed=SEED, networks=given.networks)
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
