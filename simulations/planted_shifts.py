"""A shift is planted at each of 24 clinics in turn: do monthly charts find it, and name its month?

The network is ``clinic-network-24``; the shift leaves every patient who enters from a month on with
more of the illness. Charts are those of `quality_series` with their own arguments, by clinic and
month, inside the clinic. A chart that was quiet without the shift and gives a signal with it has
found it; charts of the other clinics are the same with and without it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.progress import progress
from analysis.quality import quality_series, spc_chart
from analysis.study import Study
from analysis.synthetic import PlantedShift, scenario, simulate
from simulations.committed import RESULTS, write_provenance, write_table

TABLE = "planted_shifts.csv"
NETWORK = "clinic-network-24"
MEASURES = ("mean change", "response")
MONTHS = (9, 13)
SHIFT = 0.35


def charts(study: Study, measure: str) -> pd.DataFrame:
    """Judge the monthly chart of every clinic."""
    series = quality_series(study, measure, by="site_id", period="month")
    return spc_chart(series, **series.attrs["chart"]).glance().set_index("site_id")


def found(
    clinic: str, month: int, before: dict[str, pd.DataFrame], patients: int | None
) -> list[dict[str, object]]:
    """Plant a shift at one clinic and look at its charts."""
    shift = PlantedShift(clinic=clinic, from_month=month, retained=SHIFT)
    study = simulate(scenario(NETWORK), patients=patients, shift=shift).study
    home = study.table("subjects")["site_id"].eq(clinic)
    rows: list[dict[str, object]] = []
    for measure in MEASURES:
        of_clinic = charts(study, measure).loc[clinic]
        named = str(of_clinic["likeliest_change"] or "")
        rows.append(
            {
                "clinic": clinic,
                "from_month": month,
                "patients": int(home.sum()),
                "measure": measure,
                "signal_without": bool(before[measure]["signal"].get(clinic, False)),
                "signal": bool(of_clinic["signal"]),
                "runs_broken": bool(named),
                "months_off": int(named.split()[1]) - month if named else np.nan,
            }
        )
    return rows


def run_study(months: tuple[int, ...] = MONTHS, patients: int | None = None) -> pd.DataFrame:
    """Plant a shift at every clinic in turn, from every month."""
    unmoved = simulate(scenario(NETWORK), patients=patients).study
    before = {measure: charts(unmoved, measure) for measure in MEASURES}
    planted = [(clinic.code, month) for clinic in scenario(NETWORK).clinics for month in months]
    rows = [
        row
        for clinic, month in progress(planted, doing="planted shifts", unit="shift")
        for row in found(clinic, month, before, patients)
    ]
    return pd.DataFrame(rows)


def main() -> None:
    """Run the study and write its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    path = chosen.out / TABLE
    write_table(run_study(), path)
    write_provenance(path, seed=scenario(NETWORK).seed, shift=SHIFT)


if __name__ == "__main__":
    main()
