"""Ask whether the interval of a comparison with a published cohort covers the true difference.

Run as ``python simulations/published_comparisons.py``; ``--help`` lists the options. Each trial
draws a published cohort and a clinic from the same kind of patients, leaves scores out on both
sides at the completeness of a published cohort, and calls `compare_with_published` as a user would.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])

from analysis.progress import progress
from analysis.published import PublishedFigure, PublishedStudy
from analysis.quality import PublishedComparison, compare_with_published
from analysis.study import TABLES, Study
from analysis.study.casting import typed_table
from simulations.committed import RESULTS, write_provenance, write_table

__all__ = ["SCENARIOS", "TABLE", "Scenario", "clinic", "paper", "run_study", "trial"]

TABLE = "published_comparisons.csv"
N_TRIALS, SEED = 500, 2203
SHARE, MEAN, SPREAD = 0.536, -6.0, 6.0  # of a published cohort; points for the mean change
BASELINE = (16.5, 3.5)
GAP_OF_MEANS = 1.5


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What is drawn.

    Parameters
    ----------
    name : str
        Whose completeness it is.
    measure : str
        "response" or "mean change".
    n_published, n_clinic : int
        Patients treated on each side.
    completeness : float
        Share of them with a score, on both sides.
    gap : float
        True difference, clinic less published.
    odds : float
        Odds of having a score with response, relative to those without, in the clinic only.
    """

    name: str
    measure: str = "response"
    n_published: int
    n_clinic: int
    completeness: float
    gap: float
    odds: float = 1.0


_SIDES: Mapping[str, tuple[int, int, float]] = {
    "McInnes 2022": (9016, 1000, 537 / 9016),
    "Hietamies 2023": (2758, 600, 714 / 2758),
    "Sakurai 2020": (85, 120, 82 / 85),
}


def _scenario(name: str, gap: float, measure: str = "response", odds: float = 1.0) -> Scenario:
    """Draw at the size and completeness of a published cohort."""
    n_published, n_clinic, share = _SIDES[name]
    return Scenario(
        name=name,
        measure=measure,
        n_published=n_published,
        n_clinic=n_clinic,
        completeness=share,
        gap=gap,
        odds=odds,
    )


SCENARIOS = (
    *(_scenario(name, gap) for name in _SIDES for gap in (0.0, 0.1)),
    *(_scenario("Hietamies 2023", gap, "mean change") for gap in (0.0, -GAP_OF_MEANS)),
    _scenario("Hietamies 2023", 0.0, odds=2.0),
)


def paper(rng: np.random.Generator, scenario: Scenario) -> PublishedStudy:
    """Draw a published cohort and print its figure as papers do: one decimal.

    Parameters
    ----------
    rng : numpy.random.Generator
        Random numbers.
    scenario : Scenario
        Sizes and completeness.

    Returns
    -------
    PublishedStudy
        With one figure.
    """
    n = int(rng.binomial(scenario.n_published, scenario.completeness))
    share = scenario.measure == "response"
    change = rng.normal(MEAN, SPREAD, n)
    value = 100.0 * rng.binomial(n, SHARE) / n if share else float(change.mean())
    figure = PublishedFigure(
        group="all",
        measure=scenario.measure,
        unit="%" if share else "points",
        evidence="computed",
        value=round(value, 1 if share else 2),
        standard_deviation=None if share else round(float(change.std(ddof=1)), 2),
        scale="PHQ-9",
        definition="response50" if share else None,
        window_from="first dose",
        day_low=28,
        day_high=28,
        n=n,
    )
    return PublishedStudy(
        name="drawn cohort",
        citation="none",
        identifiers=(),
        design="cohort",
        setting="a simulation",
        agent="ketamine",
        route="IV",
        dose="none",
        schedule="none",
        indication="none",
        evidence="verified",
        figures=(figure,),
        n_treated=scenario.n_published,
    )


def _scores(rng: np.random.Generator, scenario: Scenario) -> tuple[np.ndarray, np.ndarray]:
    """Draw baselines, and scores at day 28 with the true share or mean."""
    n = scenario.n_clinic
    baseline = np.clip(np.round(rng.normal(*BASELINE, n)), 10, 27)
    if scenario.measure == "mean change":
        return baseline, baseline + rng.normal(MEAN + scenario.gap, SPREAD, n)
    responds = rng.random(n) < SHARE + scenario.gap
    low = np.where(responds, 0, np.floor(baseline / 2) + 1)
    high = np.where(responds, np.floor(baseline / 2), baseline)
    return baseline, np.floor(low + rng.random(n) * (high - low + 1))


def clinic(rng: np.random.Generator, scenario: Scenario) -> Study:
    """Draw the study of a clinic.

    Parameters
    ----------
    rng : numpy.random.Generator
        Random numbers.
    scenario : Scenario
        Size, completeness, true difference and who has a score.

    Returns
    -------
    Study
        One IV session per patient, a baseline, and for some a PHQ-9 at day 28.
    """
    baseline, later = _scores(rng, scenario)
    responds = later <= baseline / 2
    odds = scenario.completeness / (1.0 - scenario.completeness)
    odds = odds * np.where(responds, scenario.odds, 1.0)
    seen = rng.random(baseline.size) < odds / (1.0 + odds)
    tables = _everybody(baseline.size)
    scores = tables["assessments"]
    totals = np.append(baseline, later)
    kept = np.append(np.ones(baseline.size, dtype=bool), seen)
    return Study(
        title="Drawn clinic",
        sites=("A",),
        instruments=("PHQ-9",),
        tables={**tables, "assessments": scores.assign(total=totals)[kept]},
        synthetic=True,
    )


@cache
def _everybody(n: int) -> dict[str, pd.DataFrame]:
    """Make the tables of n patients who all have both scores, without the scores themselves."""
    who = pd.DataFrame({"subject_id": [f"p{i}" for i in range(n)]})
    both = pd.concat([who.assign(rel_day=-1), who.assign(rel_day=28)], ignore_index=True)
    frames = {
        "subjects": who.assign(site_id="A", age_years=40, sex="female", indication="depression"),
        "sessions": who.assign(
            session_no=1, course_no=1, site_id="A", rel_day=0, agent="ketamine", route="IV",
            dose_mg=35, phase="induction", completed="true",
        ),
        "assessments": both.assign(instrument="PHQ-9", occurrence=1, total=0, rater="self"),
        "follow_up": who.assign(
            start_day=-1, last_contact_day=28, observed_until_day=120, end_reason="ongoing"
        ),
    }  # fmt: skip
    return {name: _typed(name, frame) for name, frame in frames.items()}


def _typed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame the types of a canonical table, with its other columns missing."""
    columns = [column.name for column in TABLES[name].columns if column.required]
    text = frame.reindex(columns=list(dict.fromkeys([*columns, *frame.columns]))).astype("string")
    typed, findings = typed_table(text, TABLES[name])
    if typed is None:
        raise ValueError([finding.rule for finding in findings])
    return typed


def trial(rng: np.random.Generator, scenario: Scenario) -> PublishedComparison:
    """Draw both sides and compare them.

    Parameters
    ----------
    rng : numpy.random.Generator
        Random numbers.
    scenario : Scenario
        What is drawn.

    Returns
    -------
    PublishedComparison
        With the power for the gap of the scenarios.
    """
    gap = 0.1 if scenario.measure == "response" else GAP_OF_MEANS
    return compare_with_published(
        clinic(rng, scenario),
        cohort=paper(rng, scenario),
        measure=scenario.measure,
        gap=gap,
    )


def _row(scenario: Scenario, found: pd.DataFrame) -> dict[str, object]:
    """Sum up the trials of a scenario."""
    covered = found["conf_low"].le(scenario.gap) & found["conf_high"].ge(scenario.gap)
    apart = found["conf_low"].gt(0.0) | found["conf_high"].lt(0.0)
    n = len(found)
    return {
        "scenario": scenario.name,
        "measure": scenario.measure,
        "scored_with_response_odds": scenario.odds,
        "completeness": scenario.completeness,
        "truth": scenario.gap,
        "n_trials": n,
        "n_clinic": found["n_own"].mean(),
        "n_published": found["n_published"].mean(),
        "bias": found["estimate"].mean() - scenario.gap,
        "bias_error": found["estimate"].std() / np.sqrt(n),
        "coverage": covered.mean(),
        "coverage_error": np.sqrt(0.95 * 0.05 / n),
        "leaves_out_zero": apart.mean(),
        "leaves_out_zero_error": np.sqrt(max(apart.mean() * (1.0 - apart.mean()), 1e-4) / n),
        "computed_power": found["power"].mean(),
    }


def run_study(
    *,
    n_trials: int = N_TRIALS,
    seed: int = SEED,
    folder: Path = RESULTS,
    scenarios: Sequence[Scenario] = SCENARIOS,
) -> pd.DataFrame:
    """Draw all trials and write the table.

    Parameters
    ----------
    n_trials : int
        Trials per scenario.
    seed : int
        Of all random numbers; each trial has its own.
    folder : pathlib.Path
        Where the table is written.
    scenarios : sequence of Scenario
        What is drawn.

    Returns
    -------
    pandas.DataFrame
        One row per scenario.
    """
    rows = []
    for place, scenario in enumerate(scenarios):
        rngs = np.random.default_rng([seed, place]).spawn(n_trials)
        trials = [
            found.tidy().iloc[[0]].assign(power=found.power)
            for rng in progress(rngs, doing=scenario.name, unit="trial")
            for found in [trial(rng, scenario)]
        ]
        rows.append(_row(scenario, pd.concat(trials, ignore_index=True)))
    table = pd.DataFrame(rows)
    write_table(table, folder / TABLE)
    write_provenance(folder / TABLE, seed=seed, trials=n_trials)
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the study from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=N_TRIALS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=RESULTS)
    chosen = parser.parse_args(arguments)
    table = run_study(n_trials=chosen.trials, seed=chosen.seed, folder=chosen.out)
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
