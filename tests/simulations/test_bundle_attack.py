"""What the attack on bundles says, and that it wins where it should."""

from __future__ import annotations

import pandas as pd
import pytest

from simulations.bundle_attack import (
    SITES,
    SIZES,
    TABLE,
    attempts,
    confirmed,
    site,
    wide_rows,
)
from simulations.committed import RESULTS

pytestmark = pytest.mark.truth


def results() -> pd.DataFrame:
    return pd.read_csv(RESULTS / TABLE).set_index(["bundle", "patients_per_site"])


def test_no_patient_is_recovered_from_thresholded_bundles_and_none_is_claimed_wrongly() -> None:
    table = results()
    assert (table["sent"] + table["refused"] == SITES)[["unprotected", "thresholded"]].all()
    assert (table["wrong"] == 0).all()
    safe = table.loc[["thresholded"]]
    assert (safe[["recovered", "told", "broken_sites"]] == 0).to_numpy().all()
    assert (safe["sent"] >= [70, SITES]).all()
    apart = table.loc[["thresholded, a month apart"]]
    assert (apart["recovered"] == 0).all()


def test_patients_are_recovered_where_a_rule_is_missing() -> None:
    table = results()
    plain = table.loc["unprotected"]
    assert list(plain.index) == list(SIZES)
    assert (plain["broken_sites"] >= 0.95 * SITES).all()
    assert plain.loc["8 to 60", "recovered"] >= 0.25 * plain.loc["8 to 60", "patients"]
    assert (table.loc["patterns of 11", "recovered"] > 0).all()
    assert (table.loc["thresholded, a month apart, unchecked", "broken_sites"] > 30).all()


@pytest.mark.parametrize("seed", [1, 6, 11])
def test_a_small_site_is_safe_only_when_thresholded(seed: int) -> None:
    found = dict(attempts(site(seed, (40, 60))))
    plain = found["unprotected"]
    assert plain is not None
    assert plain["recovered"] > 0
    assert all(result is None or result["wrong"] == 0 for result in found.values())
    safe = found["thresholded"]
    assert safe is None or safe["recovered"] == safe["told"] == 0


def test_claims_are_held_to_the_rows_of_the_data() -> None:
    own = site(3, (20, 30))
    truth = wide_rows(own.task, own.rows)
    sizes = own.rows.groupby("patient").size()
    assert sum(map(len, truth.values())) == len(sizes)
    visits, rows = next(iter(truth.items()))
    patient = own.rows.groupby("patient")["visit"].agg(
        lambda labels: tuple(int(label[1:]) - 1 for label in labels)
    )
    chosen = own.rows[own.rows["patient"].isin(patient.index[patient == visits])]
    scores = chosen.pivot(index="patient", columns="visit", values="score").to_numpy()
    assert sorted(rows[:, -len(visits) :].tolist()) == sorted(scores.astype(float).tolist())
    assert confirmed(rows[:1], rows) == 1
    assert confirmed(rows[[0, 0]], rows[:1]) == 1
    assert confirmed(rows[:1] + 1.0, rows) == 0
