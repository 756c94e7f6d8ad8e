"""The card under an analysis of imputed scores."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.missing import estimand_card, impute_and_pool

pytestmark = pytest.mark.unit

FORMULA = "change ~ baseline * visit + arm * visit"


def scores(seed: int = 1) -> pd.DataFrame:
    """Forty patients at three visits, of whom some leave."""
    rng = np.random.default_rng(seed)
    rows = [
        (k, "ab"[k % 2], base, f"v{v}", base / 5 + rng.normal())
        for k in range(40)
        for base in [rng.normal(30, 5)]
        for v in range(1, 4 if k % 5 else 3)
    ]
    return pd.DataFrame(rows, columns=["patient", "arm", "baseline", "visit", "change"])


def card(**options):
    given = {"inference": "jackknife", "arm": "arm", "reference": "a", **options}
    result = impute_and_pool(
        FORMULA, scores(), subject="patient", visit="visit", analysis="ancova",
        covariates=["baseline"], at="v3", **given,
    )  # fmt: skip
    return estimand_card(result)


def test_arms_strategy_and_inference_come_from_what_was_run():
    told = card(strategy="JR")
    assert told.statement("treatment") == "arm: a, b (a first)"
    assert told.statement("intercurrent events").endswith(
        "JR: as the reference arm from then on (jump to reference)"
    )
    assert told.statement("population-level summary").startswith("Difference between arms of arm")
    assert "jackknife" in told.statement("estimator")
    assert FORMULA in told.statement("estimator")
    assert told.statement("population").startswith("not stated")


def test_strategies_and_deltas_change_the_card():
    told = card(strategy="MAR", delta=2.0, inference="draws", n_draws=3, seed=1)
    assert "MAR" in told.statement("intercurrent events")
    assert "JR" not in told.statement("intercurrent events")
    assert told.statement("missing data").endswith("deltas are added to imputed scores")
    assert "Rubin's rules" in told.statement("estimator")
