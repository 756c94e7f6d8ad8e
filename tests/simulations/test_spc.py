"""What the committed tables say about control charts, and that the studies still run."""

from __future__ import annotations

import pandas as pd
import pytest

from simulations import planted_shifts, spc_false_signals
from simulations.committed import RESULTS

RATES = pd.read_csv(RESULTS / spc_false_signals.TABLE)
SHIFTS = pd.read_csv(RESULTS / planted_shifts.TABLE)


@pytest.mark.truth
def test_runs_about_a_known_centre_agree_with_the_dynamic_programme():
    known = RATES[RATES["kind"].eq("known centre")]
    assert len(known) == 9
    assert ((known["rate"] - known["exact"]).abs() < 1.3 * known["error"]).all()


@pytest.mark.truth
@pytest.mark.parametrize(
    ("kind", "rules", "points", "percent"),
    [("run", "anhoej", 24, 3.0), ("run", "ihi", 60, 79.7), ("i", "nhs", 24, 18.7),
     ("i", "anhoej", 12, 3.8), ("p", "anhoej", 36, 13.1), ("u", "anhoej", 24, 11.5),
     ("g", "anhoej", 24, 35.8), ("t", "anhoej", 60, 10.5), ("c", "ihi", 24, 15.0)],
)  # fmt: skip
def test_rates_are_those_of_the_documents(kind, rules, points, percent):
    row = RATES[RATES["kind"].eq(kind) & RATES["rules"].eq(rules) & RATES["points"].eq(points)]
    assert round(100 * row["rate"].iloc[0], 1) == percent
    assert row["error"].iloc[0] < 0.0023


@pytest.mark.truth
@pytest.mark.parametrize(
    ("measure", "signal", "also_without", "runs", "right"),
    [("mean change", 25, 2, 20, 16), ("response", 22, 0, 20, 17)],
)
def test_planted_shifts_are_found_as_often_as_the_documents_say(
    measure, signal, also_without, runs, right
):
    rows = SHIFTS[SHIFTS["measure"].eq(measure)]
    assert len(rows) == 48
    assert rows["signal"].sum() == signal
    assert (rows["signal"] & rows["signal_without"]).sum() == also_without
    assert rows["runs_broken"].sum() == runs
    assert rows["months_off"].abs().le(1).sum() == right


@pytest.mark.unit
def test_the_study_of_false_signals_still_runs():
    row = RATES[RATES["kind"].eq("i") & RATES["rules"].eq("nhs") & RATES["points"].eq(24)].iloc[0]
    found = spc_false_signals.signals(("i", "nhs", 24), 2000, 5) / 2000
    assert abs(found - row["rate"]) < 4 * (row["rate"] * (1 - row["rate"]) / 2000) ** 0.5


@pytest.mark.unit
def test_the_study_of_planted_shifts_still_runs():
    quiet = pd.DataFrame({"signal": pd.Series(dtype=bool)})
    before = dict.fromkeys(planted_shifts.MEASURES, quiet)
    rows = planted_shifts.found("clinic-a", 9, before, patients=300)
    assert [row["measure"] for row in rows] == list(planted_shifts.MEASURES)
    assert rows[0]["patients"] > 5
