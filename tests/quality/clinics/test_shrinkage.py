"""Shrinkage against lme4, metafor and an integration by R, and what it says of clinics."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL
from analysis.errors import DataError, ModelError
from analysis.quality import shrinkage
from analysis.quality.clinics.funnel_points import read_points
from analysis.quality.clinics.shrinkage_integration import integrated, maximum_likelihood, modes
from analysis.quality.clinics.shrinkage_likelihood import ClinicLikelihood, likelihood_of
from tests.quality.clinics import EIGHT, SHARES, many

REFERENCE = pd.read_csv(
    Path(__file__).parents[2] / "reference" / "quality" / "shrinkage.csv"
).fillna({"clinic": ""})

RATES = pd.DataFrame(
    {
        "o": [0, 0, 1, 5, 0, 2, 12, 0, 7, 3, 1, 4],
        "e": [6.2, 4, 3, 4.1, 2.5, 3.3, 5, 1.2, 4.4, 2.8, 2.2, 3.7],
    },
    index=list("abcdefghijkl"),
)
MEANS = pd.DataFrame(
    {"m": [-5, -7, -3.2, -6, -8.5, -2.4], "v": [1, 2, 0.5, 1, 1.5, 0.7], "n": 20},
    index=list("abcdef"),
)


def expected(case: str, quantity: str) -> np.ndarray:
    rows = REFERENCE[REFERENCE["case"].eq(case) & REFERENCE["quantity"].eq(quantity)]
    return rows["value"].to_numpy()


def data_of(case: str) -> ClinicLikelihood:
    frame, roles = {
        "proportion": (EIGHT.set_index("clinic"), {"events": "n", "denominator": "of"}),
        "ratio": (RATES, {"events": "o", "expected": "e"}),
        "mean": (MEANS, {"mean": "m", "variance": "v", "denominator": "n"}),
    }[case]
    return likelihood_of(read_points(frame, kind=case, by=None, target=None, columns=roles))


@pytest.mark.reference
@pytest.mark.parametrize("case", ["proportion", "ratio", "mean"])
def test_maximum_likelihood_is_that_of_lme4_and_metafor(case):
    mean, between = maximum_likelihood(data_of(case))
    assert mean == pytest.approx(expected(case, "mean").item(), abs=2e-5)
    assert between == pytest.approx(expected(case, "sd").item(), abs=5e-5)


@pytest.mark.reference
@pytest.mark.parametrize("case", ["proportion", "ratio", "mean"])
def test_conditional_modes_are_those_of_lme4_and_metafor(case):
    mean, between = expected(case, "mean"), expected(case, "sd")
    mode, error = modes(data_of(case), mean, between)
    np.testing.assert_allclose(mode[:, 0], expected(case, "mode"), atol=2e-6)
    np.testing.assert_allclose(error[:, 0], expected(case, "error"), rtol=2e-6)


@pytest.mark.reference
def test_integrated_values_are_those_of_r():
    found = integrated(data_of("mean"), scale=2.0, level=0.95)
    for name, values in (("0.025", found.low), ("0.5", found.middle), ("0.975", found.high)):
        np.testing.assert_allclose(
            values, expected("integrated mean", f"quantile {name}"), atol=0.006
        )
    spread = [expected("integrated mean", f"spread {q}").item() for q in (0.5, 0.025, 0.975)]
    np.testing.assert_allclose(found.between, spread, atol=2e-4)


@pytest.mark.unit
def test_values_lie_between_the_own_one_and_the_mean_of_clinics():
    found = shrinkage(EIGHT, **SHARES, policy=INTERNAL)
    table, mean = found.tidy(), found.mean
    own = (EIGHT["n"] / EIGHT["of"]).to_numpy()
    np.testing.assert_allclose(table["observed_value"], own)
    far = np.abs(own - mean) > 0.02
    ratio = (table["estimate"] - mean) / (own - mean)
    assert ratio[far].between(0.2, 0.9).all()
    inside = table["conf_low"].lt(table["estimate"]) & table["estimate"].lt(table["conf_high"])
    assert inside.all()
    assert found.sentence() == (
        "Of 8 clinics 1 differs from the mean of clinics: d (below); the others cannot be told "
        "from it."
    )
    assert table["clinic"].tolist() == list("abcdefgh")
    assert found.glance()["term"].tolist() == ["mean of clinics", "standard deviation of clinics"]


@pytest.mark.unit
def test_alike_clinics_keep_intervals_with_width_where_lme4s_have_none():
    alike = EIGHT.assign(n=[30, 22, 12, 16, 16, 12, 14, 15])
    own = shrinkage(alike, **SHARES, policy=INTERNAL).tidy()
    known = shrinkage(alike, **SHARES, method="maximum likelihood", policy=INTERNAL).tidy()
    assert (known["conf_high"] - known["conf_low"]).max() < 0.01
    assert (own["conf_high"] - own["conf_low"]).min() > 0.08
    assert "none can be told" in shrinkage(alike, **SHARES, policy=INTERNAL).sentence()


@pytest.mark.unit
def test_a_clinic_without_events_has_a_value_and_an_upper_limit():
    found = shrinkage(RATES, kind="ratio", events="o", expected="e", policy=INTERNAL)
    row = found.tidy().set_index("clinic").loc["a"]
    assert row["observed_value"] == 0.0
    assert 0.0 < row["conf_low"] < row["estimate"] < row["conf_high"] < 0.75


@pytest.mark.identity
def test_exchanging_events_and_their_absence_turns_values_around():
    found = shrinkage(EIGHT, **SHARES, policy=INTERNAL).tidy()
    turned = EIGHT.assign(n=EIGHT["of"] - EIGHT["n"])
    other = shrinkage(turned, **SHARES, policy=INTERNAL).tidy()
    np.testing.assert_allclose(found["estimate"], 1 - other["estimate"], atol=1e-3)
    np.testing.assert_allclose(found["conf_low"], 1 - other["conf_high"], atol=1e-3)


@pytest.mark.identity
def test_moving_means_moves_values():
    kind = {"kind": "mean", "mean": "m", "variance": "v", "denominator": "n", "policy": INTERNAL}
    found = shrinkage(MEANS, **kind).tidy()
    moved = shrinkage(MEANS.assign(m=MEANS["m"] + 100), **kind).tidy()
    np.testing.assert_allclose(moved["estimate"] - 100, found["estimate"], atol=1e-6)


@pytest.mark.truth
def test_many_large_clinics_are_hardly_drawn_in_and_their_spread_is_found():
    data = many(40, spread=0.5, seed=3)
    data = data.assign(n=10 * data["n"], of=10 * data["of"])
    found = shrinkage(data, **SHARES, policy=INTERNAL)
    assert (found.tidy()["estimate"] - found.tidy()["observed_value"]).abs().max() < 0.01
    spread = found.glance().iloc[1]
    assert re.search(r"Of 40 clinics \d+ differ from .*: \d+ above, \d+ below;", found.sentence())
    assert spread["conf_low"] < 0.5 < spread["conf_high"]


@pytest.mark.unit
def test_choices_that_do_not_fit_are_refused():
    with pytest.raises(ModelError, match="no use for target"):
        shrinkage(EIGHT, **SHARES, target=0.4)
    with pytest.raises(ModelError, match="allowed are bayes"):
        shrinkage(EIGHT, **SHARES, method="reml")
    with pytest.raises(ModelError, match="conf_level"):
        shrinkage(EIGHT, **SHARES, conf_level=95)
    with pytest.raises(DataError, match="two at least"):
        shrinkage(EIGHT.iloc[:1], **SHARES)
