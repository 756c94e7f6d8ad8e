"""The score test of proportional hazards against R's cox.zph."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.survival import cox
from tests.survival.published import PUBLISHED, check_columns, printed
from tests.survival.reference import REFERENCE

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines.datasets import (
        load_gbsg2,
        load_lung,
        load_psychiatric_patients,
        load_rossi,
        load_stanford_heart_transplants,
    )

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


def read_veteran():
    cells = ["squamous", "smallcell", "adeno", "large"]
    data = printed("veteran")
    data["celltype"] = pd.Categorical(data["celltype"], categories=cells)
    return cox("trt + celltype + karno + diagtime + age + prior", data)


def read_breast():
    formula = "horTh + age + menostat + tsize + tgrade + pnodes + progrec + estrec"
    return cox(formula, load_gbsg2(), event="cens")


def read_lung(strata=None):
    data = load_lung().rename(columns={"ph.ecog": "ecog", "status": "event"})
    return cox("age + ecog" if strata else "age + sex + ecog", data, strata=strata)


def read_rossi():
    formula = "fin + age + race + wexp + mar + paro + prio"
    return cox(formula, load_rossi(), time="week", event="arrest")


def read_psychiatric():
    data = load_psychiatric_patients()
    data = data.assign(exit=data["Age"] + data["T"])
    return cox("sex", data, time="exit", event="C", entry="Age")


def read_heart():
    data = load_stanford_heart_transplants()
    return cox("age + year + surgery + transplant", data, time="stop", entry="start")


@pytest.mark.reference
@pytest.mark.parametrize(
    ("table", "key", "fitted", "transform"),
    [
        # karno 12.935, celltype 15.227, global 34.552 on 8 degrees of freedom
        ("veteran", "proportional_hazards", read_veteran, "km"),
        ("breast", "proportional_hazards", read_breast, "rank"),
        ("lung", "proportional_hazards", read_lung, "km"),
        ("lung", "proportional_hazards_in_sexes", lambda: read_lung("sex"), "km"),
        ("rossi", "proportional_hazards", read_rossi, "identity"),
        ("mind", "proportional_hazards", read_psychiatric, "km"),
        ("heart", "proportional_hazards", read_heart, "km"),
    ],
)
def test_published_tables_have_the_statistics_of_r(table, key, fitted, transform):
    found, expected = fitted().proportional_hazards(transform), PUBLISHED[table][key]
    assert found["term"].tolist() == [row["term"] for row in expected]
    check_columns(found, expected, ["statistic", "df"], rtol=1e-8)


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
