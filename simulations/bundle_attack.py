"""Attack the sums that small invented sites send, as they are and thresholded.

Sites have two or three arms, three to five visits, whole-number scores of PHQ-9 or MADRS with gaps
and dropout, sex, age and a baseline; each sends the sums of one of four mixed models. The attack
knows the ranges. What it claims is held to the patients' rows: the same row, at most as often as it
occurs. Bundles are attacked alone, and two of a site that lie a month apart together.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.disclosure import RELEASE
from analysis.distributed.attack.bundle import attack_moments, attack_patterns
from analysis.distributed.attack.differences import attack_difference, differences
from analysis.distributed.tasks.moments import MomentsTask, moments_of
from analysis.distributed.thresholds.records import contributors
from analysis.distributed.thresholds.repeated import check_repeated
from analysis.distributed.thresholds.rows import coarsened_rows
from analysis.errors import DisclosureError
from analysis.mixed import Moments
from analysis.mixed.design.build import build_design, with_visits_as_factor
from analysis.mixed.design.description import Roles
from analysis.mixed.sums.moments import sum_visits
from analysis.progress import progress
from analysis.results import FloatArray
from simulations.committed import RESULTS, write_provenance, write_table

TABLE = "bundle_attack.csv"
SEED = 2604
SITES = 200
SIZES = {"8 to 60": (8, 60), "61 to 240": (61, 240)}
MINIMUM = RELEASE.minimum_count
FORMULAS = (
    "score ~ arm * visit + baseline",
    "score ~ arm * visit + sex + baseline",
    "score ~ arm * visit + sex + age + baseline",
    "score ~ arm * visit + arm * baseline + age",
)

Row = tuple[float, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Site:
    """Rows of a site now and a month before, and its model.

    Parameters
    ----------
    rows, before : pandas.DataFrame
        ``patient, visit, score, arm, sex, age, baseline``.
    task : MomentsTask
        What it sends.
    ranges : dict
        What everybody knows about the scale.
    """

    rows: pd.DataFrame
    before: pd.DataFrame
    task: MomentsTask
    ranges: dict[str, tuple[float, float]]


def site(seed: int, sizes: tuple[int, int]) -> Site:
    """Draw a site."""
    rng = np.random.default_rng([SEED, seed])
    n, m, arms = rng.integers(sizes[0], sizes[1] + 1), rng.integers(3, 6), rng.integers(2, 4)
    top = int(rng.choice([27, 60]))
    arm, sex, age = rng.integers(0, arms, n), rng.integers(0, 2, n), rng.integers(18, 80, n)
    baseline = np.clip(np.rint(rng.normal(0.6 * top, 0.15 * top, n)), 0, top)
    fall = 0.05 * top * np.arange(1, m + 1) * (1.0 + 0.3 * arm[:, None])
    noise = rng.normal(0, 0.12 * top, (n, 1)) + rng.normal(0, 0.08 * top, (n, m))
    score = np.clip(np.rint(baseline[:, None] - fall + noise), 0, top)
    lost = np.where(rng.random(n) < 0.4, rng.geometric(0.25, n) - 1, 0)
    seen = (np.arange(m) < np.maximum(m - lost, 1)[:, None]) & (rng.random((n, m)) > 0.06)
    seen[:, 0] |= ~seen.any(axis=1)
    patient, visit = np.nonzero(seen)
    rows = pd.DataFrame(
        {
            "patient": patient,
            "visit": [f"v{k + 1}" for k in visit],
            "score": score[patient, visit].astype(int),
            "arm": np.array(["iv", "im", "in"])[arm[patient]],
            "sex": np.array(["f", "m"])[sex[patient]],
            "age": age[patient],
            "baseline": baseline[patient].astype(int),
        }
    )
    levels = {
        "visit": [f"v{k + 1}" for k in range(m)],
        "arm": ["iv", "im", "in"][:arms],
        "sex": ["f", "m"],
    }
    formula = FORMULAS[seed % len(FORMULAS)]
    return Site(
        rows=rows,
        before=a_month_before(rows, rng),
        task=MomentsTask(formula=formula, subject="patient", visit="visit", levels=levels),
        ranges={"score": (0, top), "baseline": (0, top), "age": (18, 89)},
    )


def a_month_before(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Take out the last one to five patients, and the last visit of up to three others."""
    newest = rows["patient"].max() - rng.integers(1, 6)
    old = rows[rows["patient"] <= newest]
    moved = rng.choice(old["patient"].unique(), min(3, old["patient"].nunique()), replace=False)
    last = old.groupby("patient")["visit"].transform("max") == old["visit"]
    first = old.groupby("patient")["visit"].transform("min") == old["visit"]
    return old[~(old["patient"].isin(moved) & last & ~first)]


def enough_per_pattern(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep patterns of visits of eleven patients: a threshold on patterns and nothing else."""
    pattern = rows.groupby("patient")["visit"].agg(" ".join)
    common = pattern.map(pattern.value_counts()) >= MINIMUM
    return rows[rows["patient"].map(common)]


def wide_rows(task: MomentsTask, rows: pd.DataFrame) -> dict[tuple[int, ...], FloatArray]:
    """Lay out the true rows of the patients of every pattern, features and scores by visit."""
    roles = Roles(subject=task.subject, visit=task.visit)
    design = build_design(
        task.formula, with_visits_as_factor(rows, task.visit), roles, levels=task.levels
    )
    layout = sum_visits(design, frozenset()).layout
    features = layout.patient * layout.map.scale + layout.map.centre  # none is of rows
    found: dict[tuple[int, ...], list[FloatArray]] = {}
    for own, start, size in zip(features, design.panel.starts, design.panel.sizes, strict=True):
        place = slice(start, start + size)
        visits = tuple(design.panel.visit[place].tolist())
        found.setdefault(visits, []).append(np.append(own, design.y[place]))
    return {visits: np.array(own) for visits, own in found.items()}


def confirmed(claims: FloatArray, truth: FloatArray) -> int:
    """Count the claimed rows that are rows of patients, each as often as it occurs."""
    return sum((_counter(claims) & _counter(truth)).values())


def _counter(rows: FloatArray) -> Counter[Row]:
    """Count rows."""
    return Counter(tuple(row) for row in np.round(rows, 6).tolist())


def sums(task: MomentsTask, rows: pd.DataFrame) -> Moments:
    """Sum rows."""
    return moments_of(task.of(rows))


def attacked(own: Site, rows: pd.DataFrame) -> dict[str, int]:
    """Attack the sums of some rows of a site, and hold the claims to the truth."""
    moments, truth = sums(own.task, rows), wide_rows(own.task, rows)
    claimed = right = 0
    for found in attack_patterns(moments, ranges=own.ranges):
        claims = found.attack.rows
        claimed += len(claims)
        right += confirmed(claims, truth[found.pattern.visits]) if len(claims) else 0
    told = attack_moments(moments, ranges=own.ranges)
    if told.n_recovered != claimed:
        raise ValueError("The result counts other patients than the attack found.")
    return {
        "patients": moments.about.n_subjects,
        "rows": moments.about.n_rows,
        "recovered": right,
        "wrong": claimed - right,
        "told": len(told.findings) - sum(f.is_recovered for f in told.findings),
    }


def attacked_twice(own: Site, now: pd.DataFrame, before: pd.DataFrame) -> dict[str, int]:
    """Attack the differences of the sums of a site now and a month before."""
    pair = [sums(own.task, rows) for rows in (now, before)]
    truths = [wide_rows(own.task, rows) for rows in (now, before)]
    n_features = pair[0].features.n_patient
    claimed = right = told = 0
    for found in differences(pair[0], pair[1], own.ranges):
        told += 1
        if not (found.is_of_patients and found.n):
            continue
        claims = attack_difference(found, MINIMUM).rows
        visits = tuple(pair[0].about.visits.get_indexer(list(found.visits)).tolist())
        everybody = [row for truth in truths for row in _in_scope(truth, visits, n_features)]
        claimed += len(claims)
        right += confirmed(claims, np.array(everybody)) if len(claims) else 0
    return {
        "patients": pair[0].about.n_subjects,
        "rows": pair[0].about.n_rows,
        "recovered": right,
        "wrong": claimed - right,
        "told": told,
    }


def _in_scope(
    truth: dict[tuple[int, ...], FloatArray], visits: tuple[int, ...], n_features: int
) -> Iterator[FloatArray]:
    """Yield the true rows of patients with some visits, features and scores of these only."""
    for own, rows in truth.items():
        if set(visits) <= set(own):
            columns = [n_features + own.index(visit) for visit in visits]
            yield from rows[:, [*range(n_features), *columns]]


def attempts(own: Site) -> Iterator[tuple[str, dict[str, int] | None]]:
    """Attack everything that a site might send; None where nothing may be sent."""
    yield "unprotected", attacked(own, own.rows)
    common = enough_per_pattern(own.rows)
    yield "patterns of 11", attacked(own, common) if len(common) else None
    now, before = (_coarsened(own, rows) for rows in (own.rows, own.before))
    yield "thresholded", None if now is None else attacked(own, now)
    yield "unprotected, a month apart", attacked_twice(own, own.rows, own.before)
    if now is None or before is None:
        yield "thresholded, a month apart", None
        return
    try:
        check_repeated(contributors(own.task, now), [contributors(own.task, before)])
    except DisclosureError:
        yield "thresholded, a month apart", None
    else:
        yield "thresholded, a month apart", attacked_twice(own, now, before)
    yield "thresholded, a month apart, unchecked", attacked_twice(own, now, before)


def _coarsened(own: Site, rows: pd.DataFrame) -> pd.DataFrame | None:
    """Coarsen the rows of a site; None when nothing remains."""
    try:
        return coarsened_rows(own.task, rows, ranges=own.ranges)[0]
    except DisclosureError:
        return None


def simulated(sizes: str, n_sites: int) -> pd.DataFrame:
    """Attack the sites of one range of sizes.

    Parameters
    ----------
    sizes : str
        One of `SIZES`.
    n_sites : int
        Number of sites.

    Returns
    -------
    pandas.DataFrame
        Per kind of bundle: sites that sent it, those that could not, patients and rows in it, sites
        with a recovered patient, recovered patients, wrong claims, and small groups that were told
        (a month apart: sets of patients whose sums differ).
    """
    found: dict[str, list[dict[str, int] | None]] = {}
    for seed in progress(range(n_sites), doing=f"Sites of {sizes}", unit="site"):
        for kind, result in attempts(site(seed, SIZES[sizes])):
            found.setdefault(kind, []).append(result)
    return pd.DataFrame([_line(sizes, kind, results) for kind, results in found.items()])


def _line(sizes: str, kind: str, results: list[dict[str, int] | None]) -> dict[str, Any]:
    """Add up the results of one kind of bundle."""
    sent = [result for result in results if result is not None]
    totals = {
        name: sum(result[name] for result in sent)
        for name in ("patients", "rows", "recovered", "wrong", "told")
    }
    return {
        "patients_per_site": sizes,
        "bundle": kind,
        "sent": len(sent),
        "refused": len(results) - len(sent),
        "broken_sites": sum(result["recovered"] > 0 for result in sent),
        **totals,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the study from the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        None: those of the command line.
    """
    parser = argparse.ArgumentParser(description="Attack on the bundles of small sites.")
    parser.add_argument("--sites", type=int, default=SITES, help="sites of each range of sizes")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the table")
    given = parser.parse_args(arguments)
    table = pd.concat([simulated(sizes, given.sites) for sizes in SIZES], ignore_index=True)
    write_table(table, given.out / TABLE)
    write_provenance(given.out / TABLE, seed=SEED, sites=given.sites)
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
