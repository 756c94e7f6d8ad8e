"""How often do funnels and shrinkage call out clinics that are like all others?

1. `limits`, `ranges`: every rule of limits, by adding up the probabilities of all counts, for some
   sizes and as mean and maximum over ranges of them; no random numbers.
2. `charts`: whole funnels of 24 clinics, with and without differences beyond chance.
3. `case_mix`: clinics of equal care whose patients differ, with three kinds of comparison.
4. `shrinkage`: intervals of clinics around their true values, and wrongly told apart.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import special

sys.path.insert(0, str(Path(__file__).parents[1]))

from analysis.disclosure import INTERNAL
from analysis.progress import progress
from analysis.quality import case_mix
from analysis.quality.clinics.funnel_counts import CountLaw
from analysis.quality.clinics.funnel_limits import LEVELS, count_limits
from analysis.quality.clinics.funnel_overdispersion import dispersion, usual_scale
from analysis.quality.clinics.funnel_points import Points, read_points
from analysis.quality.clinics.funnel_table import LimitPlan
from analysis.quality.clinics.shrinkage_integration import integrated, maximum_likelihood, modes
from analysis.quality.clinics.shrinkage_likelihood import likelihood_of
from simulations.committed import RESULTS, write_provenance, write_table

SEED = 20261126
N_TRIALS, N_SHRUNKEN = 1000, 300
TABLES = ("funnel_limits", "funnel_ranges", "funnel_charts", "funnel_case_mix", "funnel_shrinkage")

EXPECTED = (0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 30.0, 60.0)
RANGES = ((0.2, 1.0), (1.0, 3.0), (3.0, 10.0), (10.0, 30.0), (30.0, 100.0))
PATIENTS = (10, 20, 40, 80, 160)
SHARES = (0.05, 0.15, 0.45)

RESPONSE = np.repeat([15, 20, 30, 45, 60, 80, 110, 150], 3)  # patients of 24 clinics
RARE = np.repeat([0.3, 0.6, 1.0, 1.5, 2.5, 4.0, 6.0, 10.0], 3)  # events to be expected
SPREADS = (0.0, 0.2, 0.4)  # standard deviation between clinics, of log odds or log rates


def exact_rates() -> pd.DataFrame:
    """Add up the probabilities of all counts outside, for each rule and size.

    Returns
    -------
    pandas.DataFrame
        ``law, share, size, rule, level, below, above``: size is the expected count (Poisson) or
        the number of patients.
    """
    rows = []
    poisson = np.array(EXPECTED)
    laws = [("poisson", np.nan, poisson, CountLaw(mean=poisson, variance=poisson))]
    for share in SHARES:
        n = np.array(PATIENTS, dtype=float)
        laws.append(
            ("binomial", share, n, CountLaw(mean=n * share, variance=n * share * (1 - share)))
        )
    for name, share, size, law in laws:
        own = "byar" if name == "poisson" else "wilson"
        for rule in ("spiegelhalter", "mid-p", "exact", own):
            for level in LEVELS.values():
                low, high = count_limits(law, rule, level)
                above = law.outside(np.full(size.shape, -1.0), high)
                below = law.outside(low, np.full(size.shape, 1e6))
                rows.append(
                    pd.DataFrame(
                        {
                            "law": name, "share": share, "size": size, "rule": rule,
                            "level": level, "below": below, "above": above,
                        }
                    )
                )  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def range_rates() -> pd.DataFrame:
    """Average over ranges of expected Poisson counts, evenly on a log scale.

    Returns
    -------
    pandas.DataFrame
        ``from, to, rule, level, mean, maximum``: the chance to be outside.
    """
    rows = []
    for low_end, high_end in RANGES:
        mean = np.geomspace(low_end, high_end, 400)
        law = CountLaw(mean=mean, variance=mean)
        for rule in ("spiegelhalter", "mid-p", "exact", "byar"):
            for level in LEVELS.values():
                outside = law.outside(*count_limits(law, rule, level))
                row = {"from": low_end, "to": high_end, "rule": rule, "level": level}
                rows.append({**row, "mean": outside.mean(), "maximum": outside.max()})
    return pd.DataFrame(rows)


def _responses(rng: np.random.Generator, between: float) -> pd.DataFrame:
    """Draw responses of clinics whose log odds differ."""
    odds = special.logit(0.45) + between * rng.normal(size=RESPONSE.size)
    events = rng.binomial(RESPONSE, special.expit(odds))
    return pd.DataFrame({"events": events, "denominator": RESPONSE, "truth": odds})


def _rare_events(rng: np.random.Generator, between: float) -> pd.DataFrame:
    """Draw rare events of clinics whose log rates differ; 100 sessions have 2 events."""
    rate = between * rng.normal(size=RARE.size)
    events = rng.poisson(RARE * np.exp(rate))
    return pd.DataFrame({"events": events, "denominator": RARE / 0.02, "truth": rate})


DRAWS: dict[str, tuple[str, Callable[[np.random.Generator, float], pd.DataFrame]]] = {
    "responses": ("proportion", _responses),
    "rare events": ("rate", _rare_events),
}


def _points(frame: pd.DataFrame, kind: str) -> Points:
    """Read drawn clinics."""
    named = frame.set_index(pd.Index([f"{row:02d}" for row in range(len(frame))]))
    roles = {"events": "events", "denominator": "denominator"}
    return read_points(named, kind=kind, by=None, target=None, columns=roles)


def trial_of_charts(seed: int, trial: int) -> Iterator[dict[str, object]]:
    """Draw clinics and count those outside by each rule, with and without overdispersion."""
    for outcome, (kind, draw) in DRAWS.items():
        for between in SPREADS:
            rng = np.random.default_rng([seed, trial, int(10 * between), len(outcome)])
            frame = draw(rng, between)
            if not frame["events"].any():
                continue
            points = _points(frame, kind)
            scale = usual_scale(kind, None)
            drawn_in = dispersion(points, scale=scale)
            ways = {
                "none": ("none", drawn_in),
                "additive": ("additive", drawn_in),
                "additive, tails kept": ("additive", dispersion(points, scale=scale, tails="keep")),
            }
            for rule in ("spiegelhalter", "mid-p", "exact", "normal"):
                for way, (widening, found) in ways.items():
                    plan = LimitPlan(rule=rule, scale=scale, widening=widening, found=found)
                    row = {"outcome": outcome, "between": between, "rule": rule}
                    row |= {"overdispersion": way, "zeros": (frame["events"] == 0).mean()}
                    for name, level in LEVELS.items():
                        low, high = plan.limits(points, level)
                        value = points.estimate
                        outside = (value > high + 1e-9) | (value < low - 1e-9)
                        row[name] = outside.mean()
                    yield row


def patients(rng: np.random.Generator, n_clinics: int) -> pd.DataFrame:
    """Draw patients of clinics that differ in their patients and not in their care.

    Parameters
    ----------
    rng : numpy.random.Generator
        Random numbers.
    n_clinics : int
        How many clinics, of 20 to 90 patients.

    Returns
    -------
    pandas.DataFrame
        ``clinic, baseline, prior_failures, response``.
    """
    sizes = np.linspace(20, 90, n_clinics).astype(int)
    clinic = np.repeat(np.arange(n_clinics), sizes)
    severity = rng.normal(0.0, 0.6, n_clinics)
    baseline = 16.0 + 4.0 * (0.8 * rng.normal(size=clinic.size) + severity[clinic])
    failures = rng.poisson(np.exp(1.0 + 0.3 * severity[clinic]))
    odds = -0.1 - 0.12 * (baseline - 16.0) - 0.20 * (failures - 2.7)
    return pd.DataFrame(
        {
            "clinic": [f"{c:02d}" for c in clinic],
            "baseline": baseline,
            "prior_failures": failures,
            "response": rng.random(clinic.size) < special.expit(odds),
        }
    )


def trial_of_case_mix(seed: int, trial: int) -> Iterator[dict[str, object]]:
    """Compare clinics of equal care as they are, and with what they could expect."""
    for n_clinics in (8, 24):
        data = patients(np.random.default_rng([seed, trial, n_clinics]), n_clinics)
        table = data.groupby("clinic")["response"].agg(events="sum", denominator="size")
        mix = case_mix(
            data, outcome="response", by="clinic", covariates=["baseline", "prior_failures"],
            policy=INTERNAL,
        ).clinics()  # fmt: skip
        ways = {
            "as observed": ("proportion", table, ["events", "denominator"]),
            "expected, Poisson limits": ("ratio", mix, ["events", "expected"]),
            "expected, own variance": ("ratio", mix, ["events", "expected", "variance"]),
        }
        for way, (kind, frame, roles) in ways.items():
            points = read_points(
                frame.reset_index(drop=True), kind=kind, by=None, target=None,
                columns={role: role for role in roles},
            )  # fmt: skip
            plan = LimitPlan(
                rule="mid-p", scale=usual_scale(kind, None), widening="none", found=None
            )
            row: dict[str, object] = {"clinics": n_clinics, "comparison": way}
            for name, level in LEVELS.items():
                low, high = plan.limits(points, level)
                row[name] = ((points.estimate > high) | (points.estimate < low)).mean()
            yield row


def trial_of_shrinkage(seed: int, trial: int) -> Iterator[dict[str, object]]:
    """Shrink eight clinics and see whether intervals hold their true values."""
    few = np.arange(0, 24, 3)  # one clinic of each size
    for outcome, (kind, draw) in DRAWS.items():
        for between in SPREADS:
            rng = np.random.default_rng([seed, trial, int(10 * between), len(outcome), 8])
            frame = draw(rng, between).iloc[few].reset_index(drop=True)
            if not frame["events"].any():
                continue
            data = likelihood_of(_points(frame, kind))
            truth = frame["truth"].to_numpy() + (np.log(0.02) if kind == "rate" else 0.0)
            found = integrated(data, scale=1.0, level=0.95)
            mean, spread = maximum_likelihood(data)
            mode, error = (x[:, 0] for x in modes(data, np.array([mean]), np.array([spread])))
            ends = {
                "bayes": (found.low, found.high, (found.above < 0.025) | (found.above > 0.975)),
                "maximum likelihood": (
                    mode - 1.959964 * error,
                    mode + 1.959964 * error,
                    np.abs(mode - mean) > 1.959964 * error,
                ),
            }
            for method, (low, high, apart) in ends.items():
                yield {
                    "outcome": outcome, "between": between, "method": method,
                    "coverage": ((low <= truth) & (truth <= high)).mean(),
                    "width": (high - low).mean(), "apart": apart.mean(),
                }  # fmt: skip


def _mean(rows: list[dict[str, object]], by: list[str]) -> pd.DataFrame:
    """Average over trials, with Monte-Carlo errors; clinics of one trial are not independent."""
    groups = pd.DataFrame(rows).groupby(by, sort=False)
    table = groups.mean()
    errors = groups.std() / np.sqrt(groups.size().to_numpy()[:, None])
    return table.join(errors.add_suffix("_error")).assign(n_trials=groups.size()).reset_index()


def run_study(
    *,
    n_trials: int = N_TRIALS,
    n_shrunken: int = N_SHRUNKEN,
    seed: int = SEED,
    folder: Path = RESULTS,
) -> dict[str, pd.DataFrame]:
    """Run all parts and write their tables.

    Parameters
    ----------
    n_trials, n_shrunken : int
        Trials of charts and case mix, and of shrinkage; every trial has numbers of its own.
    seed : int
        The seed.
    folder : Path
        Where the tables go.

    Returns
    -------
    dict of str to pandas.DataFrame
        Name to table.
    """
    charts: list[dict[str, object]] = []
    mixes: list[dict[str, object]] = []
    shrunken: list[dict[str, object]] = []
    for trial in progress(range(n_trials), doing="charts and case mix", unit="trial"):
        charts += trial_of_charts(seed, trial)
        mixes += trial_of_case_mix(seed, trial)
    for trial in progress(range(n_shrunken), doing="shrinkage", unit="trial"):
        shrunken += trial_of_shrinkage(seed, trial)
    tables = dict(
        zip(
            TABLES,
            [
                exact_rates(),
                range_rates(),
                _mean(charts, ["outcome", "between", "rule", "overdispersion"]),
                _mean(mixes, ["clinics", "comparison"]),
                _mean(shrunken, ["outcome", "between", "method"]),
            ],
            strict=True,
        )
    )
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        write_table(table, path)
        write_provenance(path, seed=seed, trials=n_trials, shrunken=n_shrunken)
    return tables


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the study from the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        None: those of the command line.
    """
    parser = argparse.ArgumentParser(description="False alarms of funnels and shrinkage.")
    parser.add_argument("--trials", type=int, default=N_TRIALS)
    parser.add_argument("--shrunken", type=int, default=N_SHRUNKEN)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the tables")
    given = parser.parse_args(arguments)
    tables = run_study(
        n_trials=given.trials, n_shrunken=given.shrunken, seed=given.seed, folder=given.out
    )
    for table in tables.values():
        print(table.round(4).to_string(index=False))


if __name__ == "__main__":
    main()
