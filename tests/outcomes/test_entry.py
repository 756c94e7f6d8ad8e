"""Entry thresholds: usual ones by scale, stated ones, and both directions."""

import dataclasses
import math

import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.instruments.library import _library
from analysis.outcomes import entry_threshold, patient_flow, response_rates, visit_outcomes
from analysis.outcomes.entry import entry_in_words, is_at_threshold, stated_threshold
from tests.builders import scored_study

unit = pytest.mark.unit

# PHQ-9 above 9: CMS159; GAD-7 10: Spitzer 2006; MADRS 20: moderate, Snaith 1986; QIDS-SR16 11,
# IDS-SR30 26, HAM-D17 14, HAM-A 18: moderate; PCL-5 31: National Center for PTSD
USUAL = {
    "PHQ-9": (10, True), "PHQ-8": (10, True), "PHQ-2": (3, True), "GAD-7": (10, True),
    "MADRS": (20, True), "QIDS-SR16": (11, True), "IDS-SR30": (26, True), "HAM-D17": (14, True),
    "HAM-A": (18, True), "BDI-II": (20, False), "PCL-5": (31, True), "WHO-5": (50, False),
}  # fmt: skip


@unit
@pytest.mark.parametrize("name", USUAL)
def test_usual_thresholds(name):
    found = entry_threshold(name)
    assert (found.points, found.verified) == USUAL[name]
    assert found.source


@unit
def test_a_scale_without_a_usual_threshold():
    assert entry_threshold("CADSS") is None


@unit
@pytest.mark.parametrize(("scale", "edge"), [("PHQ-9", 10), ("GAD-7", 10), ("MADRS", 20)])
def test_the_usual_threshold_holds_unless_another_is_stated(scale, edge):
    study = scored_study(
        {"at": [(0, edge), (28, 2)], "under": [(0, edge - 1), (28, 2)]}, instrument=scale
    )
    assert visit_outcomes(study, scale)["subject_id"].tolist() == ["at"]
    assert len(visit_outcomes(study, scale, baseline_at_least=edge - 1)) == 2
    assert visit_outcomes(study, scale, baseline_at_least=edge + 1).empty
    rates = response_rates(study, scale, visit="week 4")
    assert rates["evaluable"].tolist() == [1, 1]
    flow = patient_flow(study, scale, visit="week 4")
    assert f"{scale} under {edge} before treatment" in flow["reason"].tolist()


@unit
def test_where_higher_is_better_the_baseline_must_be_low_enough(monkeypatch):
    up = dataclasses.replace(
        load_instrument("PHQ-9"), direction="higher is better", name="WHO-5", total_high=100
    )
    monkeypatch.setitem(_library(), "WHO-5", up)
    study = scored_study(
        {"low": [(0, 50), (28, 80)], "high": [(0, 51), (28, 80)], "none": [(28, 80)]},
        instrument="WHO-5",
    )
    assert visit_outcomes(study, "WHO-5")["subject_id"].tolist() == ["low"]
    flow = patient_flow(study, "WHO-5", visit="week 4")
    assert ["Baseline score", 2, "WHO-5 over 50 before treatment", 1] in flow.to_numpy().tolist()
    everybody = patient_flow(study, "WHO-5", visit="week 4", baseline_at_least=100)
    assert everybody["step"].tolist() == [
        "Registered", "Treated", "Baseline score", "Evaluable", "Analysed",
    ]  # fmt: skip
    assert everybody["n"].tolist() == [3, 3, 2, 2, 2]


@unit
def test_a_scale_without_a_usual_threshold_takes_every_baseline(monkeypatch):
    other = dataclasses.replace(load_instrument("PHQ-9"), name="new scale")
    monkeypatch.setitem(_library(), "new scale", other)
    assert stated_threshold("new scale", None) == 0.0
    up = dataclasses.replace(other, direction="higher is better")
    monkeypatch.setitem(_library(), "new scale", up)
    assert stated_threshold("new scale", None) == 27.0


@unit
@pytest.mark.parametrize("points", [math.nan, math.inf, -math.inf])
def test_a_threshold_is_a_number(points):
    with pytest.raises(DataError, match="finite number"):
        stated_threshold("PHQ-9", points)


@unit
@pytest.mark.parametrize("dtype", ["float64", "Float64"])
def test_a_missing_baseline_is_under_every_threshold(dtype):
    baseline = pd.Series([None, 10, 9.5], dtype=dtype)
    assert is_at_threshold(baseline, 10).tolist() == [False, True, False]
    assert is_at_threshold(baseline, 9.5, "higher is better").tolist() == [False, False, True]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("instrument", "stated", "words"),
    [
        ("PHQ-9", None, "PHQ-9 of 10 or more"),
        ("PHQ-9", 15.0, "PHQ-9 of 15 or more"),
        ("PHQ-9", 0.0, "any PHQ-9 score"),
        ("WHO-5", None, "WHO-5 of 50 or less"),
        ("C-SSRS", None, "any C-SSRS score"),
    ],
)
def test_the_entry_in_words(instrument, stated, words):
    assert entry_in_words(instrument, stated) == words
