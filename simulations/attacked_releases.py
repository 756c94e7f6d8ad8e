"""Attack monthly reports of the synthetic network, all of them at once, by another solver.

The reports are those of the command ``report`` with a ledger. The attacker knows every printed
number of every report, which counts are of the same patients, all sums, and that the same count of
two months differs by whoever came or went. He computes by SciPy how many patients each hidden small
count, and each small difference, can have at most: under 11 it is pinned down.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

from analysis import build_report, example_folder, read_study, write_study
from analysis.disclosure.ledger import Ledger
from analysis.disclosure.record import Record
from analysis.progress import progress
from analysis.study import Study
from simulations.committed import RESULTS, write_provenance, write_table

TABLE = "attacked_releases.csv"
PATIENTS = (560, 585, 610)
MINIMUM = 11


@dataclass(kw_only=True, eq=False)
class Attack:
    """Every count of all releases, what was printed, and the sums between them."""

    places: dict[tuple[object, ...], int] = field(default_factory=dict)
    counts: list[int] = field(default_factory=list)
    told: set[int] = field(default_factory=set)
    sums: list[dict[int, int]] = field(default_factory=list)

    def add(self, record: Record) -> dict[str, int]:
        """Add what a table told; counts of the same patients have one place."""
        place = {name: self._place(record, name) for name in record.counts}
        self.told |= {place[name] for name in record.counts if record.tells(name)}
        for total, parts in record.sums:
            line: dict[int, int] = {place[total]: -1}
            for part in parts:
                line[place[part]] = line.get(place[part], 0) + 1
            self.sums.append(line)
        return place

    def _place(self, record: Record, name: str) -> int:
        """Return the place of a count."""
        patients = record.members.get(name, 0)
        key = ("patients", patients) if patients else (record.release, record.about, name)
        if key not in self.places:
            self.places[key] = len(self.counts)
            self.counts.append(record.counts[name])
        return self.places[key]

    def add_difference(self, one: int, other: int) -> int:
        """Add how many more, or fewer, a count has than the other."""
        change = self.counts[other] - self.counts[one]
        less, more = (one, other) if change >= 0 else (other, one)
        self.counts.append(abs(change))
        self.sums.append({less: 1, len(self.counts) - 1: 1, more: -1})
        return len(self.counts) - 1

    def most(self, targets: Iterable[int]) -> dict[int, float]:
        """Compute how many patients each target can have at most."""
        n = len(self.counts)
        lines = sparse.lil_array((len(self.sums), n))
        for row, line in enumerate(self.sums):
            for place, sign in line.items():
                lines[row, place] = sign
        equations = lines.tocsr()
        counts = np.array(self.counts, dtype=float)
        if (equations @ counts != 0).any():
            raise ValueError("The sums of the ledger do not hold.")
        known = np.isin(np.arange(n), list(self.told))
        low, high = np.where(known, counts, 0.0), np.where(known, counts, np.inf)
        bounds = list(zip(low.tolist(), high.tolist(), strict=True))
        found = {}
        for target in targets:
            goal = -(np.arange(n) == target).astype(float)
            result = linprog(goal, A_eq=equations, b_eq=np.zeros(len(self.sums)), bounds=bounds)
            found[target] = -result.fun if result.status == 0 else np.inf
        return found


def attacked(records: Sequence[Record]) -> pd.DataFrame:
    """Attack all tables at once.

    Parameters
    ----------
    records : sequence of Record
        Of a ledger.

    Returns
    -------
    pandas.DataFrame
        ``release, about, counts, hidden, small, pinned_down``: printed and hidden counts of each
        table, those of 1 to 10 patients with the small differences to the release before, and how
        many of these the attacker can say to be under 11.
    """
    attack = Attack()
    places = [attack.add(record) for record in records]
    small: list[list[int]] = []
    before: dict[tuple[str, str], list[int]] = {}
    for record, place in zip(records, places, strict=True):
        printed = [name for name in record.counts if name not in record.not_shown]
        targets = [place[n] for n in printed if 0 < record.counts[n] < MINIMUM]
        for name in record.counts:
            before.setdefault((record.about, name), []).append(place[name])
            same = before[(record.about, name)]
            for one, other in pairwise(same[-2:]):
                if one != other:
                    new = attack.add_difference(one, other)
                    targets += [new] if 0 < attack.counts[new] < MINIMUM else []
        small.append(targets)
    wanted = sorted({target for targets in small for target in targets})
    most = attack.most(progress(wanted, doing="Attack", unit="count"))
    rows = [
        {
            "release": record.release,
            "about": record.about,
            "counts": len(record.counts) - len(record.not_shown),
            "hidden": sum(not record.tells(n) for n in record.counts if n not in record.not_shown),
            "small": len(targets),
            "pinned_down": sum(most[target] < MINIMUM - 1e-6 for target in targets),
        }
        for record, targets in zip(records, small, strict=True)
    ]
    return pd.DataFrame(rows)


def first_patients(study: Study, n_patients: int) -> Study:
    """Keep the first patients of a study."""
    kept = study.tables["subjects"]["subject_id"].iloc[:n_patients]
    return replace(
        study,
        tables={
            name: table[table["subject_id"].isin(kept)].reset_index(drop=True)
            for name, table in study.tables.items()
        },
    )


def reports(
    study: Study, patients: Sequence[int], folder: Path
) -> tuple[list[Record], list[float]]:
    """Make one report after the other against one ledger; also return the seconds of each."""
    ledger, seconds = folder / "local" / "releases.jsonl", []
    ledger.parent.mkdir()
    for number, n_patients in enumerate(patients, start=1):
        month = folder / f"study-{number}"
        write_study(first_patients(study, n_patients), month)
        begin = time.perf_counter()
        build_report(month, folder / f"report-{number}", ledger=ledger, release=f"month {number}")
        seconds.append(time.perf_counter() - begin)
    return Ledger(release="after", path=ledger).records, seconds


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the study from the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        None: those of the command line.
    """
    parser = argparse.ArgumentParser(description="Attack on three monthly reports.")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the table")
    given = parser.parse_args(arguments)
    with TemporaryDirectory() as scratch:
        study = read_study(example_folder("clinic-network"))
        records, seconds = reports(study, PATIENTS, Path(scratch))
    table = attacked(records)
    write_table(table, given.out / TABLE)
    settings = {"seed": study.seed, "patients": ", ".join(map(str, PATIENTS))}
    write_provenance(given.out / TABLE, **settings)
    print(table.to_string(index=False))
    print("seconds per report:", ", ".join(f"{each:.0f}" for each in seconds))
    print(f"{table['pinned_down'].sum()} of {table['small'].sum()} small counts pinned down")


if __name__ == "__main__":
    main()
