"""The score test of proportional hazards against R's cox.zph."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.survival import cox
from tests.survival.reference import REFERENCE

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines.datasets import load_lung

EXPECTED = json.loads((REFERENCE / "expected_cox.json").read_text(encoding="utf-8"))["zph"]
RELAPSE = pd.read_csv(REFERENCE / "regression.csv").assign(
    relapse=lambda d: (d["type"] == 1).astype(int), severe=lambda d: d["severity"] > 0
)
MODELS = {
    "plain": ("arm + age + severity", {}),
    "entry_strata": ("arm + clinic", {"entry": "entry", "strata": "severe"}),
    "breslow": ("arm + clinic", {"entry": "entry", "ties": "breslow"}),
    "weights": ("arm + severity", {"weights": "weight"}),
}


@pytest.mark.reference
@pytest.mark.parametrize("transform", ["km", "rank", "identity", "log"])
@pytest.mark.parametrize("key", MODELS)
def test_statistics_are_those_of_r(key, transform):
    formula, options = MODELS[key]
    found = cox(formula, RELAPSE, event="relapse", **options).proportional_hazards(transform)
    expected = pd.DataFrame(EXPECTED[key][transform])
    assert list(found.columns) == ["term", "statistic", "df", "p_value"]
    assert found["term"].tolist() == expected["term"].tolist()
    assert found["df"].tolist() == expected["df"].tolist()
    np.testing.assert_allclose(found["statistic"], expected["statistic"], rtol=1e-7)
    np.testing.assert_allclose(found["p_value"], expected["p_value"], rtol=1e-7)


@pytest.mark.reference
def test_lung_has_the_published_numbers():
    # R survival 3.5-3: cox.zph of age + sex + ph.ecog; lifelines gives 0.029, 2.165, 2.432
    lung = load_lung().rename(columns={"ph.ecog": "ecog", "status": "event"})
    found = cox("age + sex + ecog", lung).proportional_hazards()
    np.testing.assert_allclose(found["statistic"], [0.188, 2.305, 2.054, 4.464], atol=5e-4)


@pytest.mark.identity
def test_unit_of_time_does_not_matter():
    days = cox("arm", RELAPSE, event="relapse")
    years = cox("arm", RELAPSE.assign(time=RELAPSE["time"] / 365.25), event="relapse")
    for transform in ("km", "rank", "identity", "log"):
        pd.testing.assert_frame_equal(
            days.proportional_hazards(transform), years.proportional_hazards(transform), rtol=1e-8
        )


@pytest.mark.truth
def test_level_and_power():
    rng = np.random.default_rng(21)
    p_values = {"same": [], "crossing": []}
    for _ in range(300):
        arm = rng.integers(0, 2, 120)
        u = rng.exponential(size=120)
        same = 50 * u * np.exp(-0.4 * arm)
        crossing = np.where(arm == 1, 50 * u**0.5, 50 * u)
        for name, time in (("same", same), ("crossing", crossing)):
            data = pd.DataFrame({"time": time.clip(max=150), "event": time < 150, "arm": arm})
            table = cox("arm", data).proportional_hazards()
            p_values[name].append(table["p_value"].iloc[-1])
    # 3.5 Monte-Carlo standard errors of 300 tests at 5 % are 0.044
    assert np.mean(np.array(p_values["same"]) < 0.05) == pytest.approx(0.05, abs=0.044)
    assert np.mean(np.array(p_values["crossing"]) < 0.05) > 0.9


@pytest.mark.unit
def test_unknown_function_of_time_is_refused():
    fit = cox("arm", RELAPSE, event="relapse")
    with pytest.raises(ModelError, match="allowed are km, rank, identity, log"):
        fit.proportional_hazards("sqrt")


@pytest.mark.unit
def test_log_needs_events_after_the_origin():
    fit = cox("arm", RELAPSE.assign(time=RELAPSE["time"] - 3), event="relapse")
    with pytest.raises(ModelError, match="events after time 0"):
        fit.proportional_hazards("log")


@pytest.mark.unit
def test_too_few_events_have_no_test():
    data = pd.DataFrame(
        {"time": [3.0, 5, 6, 7, 8, 9], "event": [1, 1, 0, 0, 0, 0], "x": [1.0, 2, 4, 0, 3, 1]}
    )
    fit = cox("x", data)
    assert fit.proportional_hazards()["df"].tolist() == [1, 1]
    tied = cox("x", data.assign(time=[3.0, 3, 6, 7, 8, 9]))
    with pytest.raises(ModelError, match="All events are at one time"):
        tied.proportional_hazards()
