"""The rules in words, with their sources and the mark of what was not verified."""

import pytest

from analysis.disclosure import INTERNAL
from analysis.errors import DataError
from analysis.outcomes import BaselineRule, individual_measures
from analysis.tables import rules_table
from tests.builders import scored_study

unit = pytest.mark.unit


def study(patients=12, instrument="PHQ-9"):
    return scored_study(
        {f"p{n}": [(-1, 10.0 + n % 8), (28, 5.0)] for n in range(patients)}, instrument=instrument
    )


@unit
def test_the_visit_the_baseline_and_the_entry_are_in_words():
    table = rules_table(study(), "PHQ-9", visit="week 4")
    visit = table.inline("Visit", "rule")
    assert visit.startswith("Week 4: planned on day 28, days 21 to 41. Day 0 is the start of the")
    assert table.inline("Baseline", "rule") == (
        "The last score from day -30 to day 0 of the course, before its dose."
    )
    assert table.inline("Evaluable", "source") == "index score above 9, quality measure CMS159"
    assert table.inline("Evaluable", "verified") == "yes"


@unit
def test_a_stated_threshold_is_a_choice_of_the_report():
    table = rules_table(study(), "PHQ-9", visit="week 4", baseline_at_least=15)
    assert table.inline("Evaluable", "rule").startswith("PHQ-9 of 15 or more before treatment")
    assert table.inline("Evaluable", "source") == "stated for this report"
    assert table.inline("Evaluable", "verified") == ""


@unit
def test_the_expected_regression_is_a_number_with_its_assumptions():
    text = rules_table(study(), "PHQ-9", visit="week 4").inline("Regression to the mean", "rule")
    # 12 baselines 10..17, 10..13: mean 12.833; reliability 0.84, Kroenke et al. 2001
    assert "mean 12.8" in text
    assert "reliability 0.84" in text
    assert text.startswith("Expected change if nothing changed: -0.")
    worst = BaselineRule(method="worst", k=3)
    other = rules_table(study(), "PHQ-9", visit="week 4", baseline=worst)
    assert other.inline("Regression to the mean", "rule") != text


@unit
def test_the_mean_of_few_baselines_is_hidden():
    few = rules_table(study(10), "PHQ-9", visit="week 4")
    assert few.inline("Regression to the mean", "rule") == (
        "Hidden: fewer than 11 patients have a baseline."
    )
    inside = rules_table(study(10), "PHQ-9", visit="week 4", policy=INTERNAL)
    assert "Expected change" in inside.inline("Regression to the mean", "rule")


@unit
def test_an_unknown_reliability_is_said():
    table = rules_table(study(instrument="C-SSRS"), "C-SSRS", visit="week 4")
    text = table.inline("Regression to the mean", "rule")
    assert text.startswith("Not computable: The reliability of C-SSRS is not known")
    assert table.inline("Evaluable", "source") == "no usual threshold"


@unit
def test_what_was_not_verified_is_marked_and_explained():
    table = rules_table(study(), "PHQ-9", visit="week 4", measures=individual_measures("PHQ-9"))
    assert table.inline("Response", "verified") == "yes"
    # the spread of PHQ-9 was read at second hand
    assert table.inline("Reliable improvement", "verified") == "no"
    assert table.notes[0].startswith("“No” under Verified")
    sure = rules_table(study(instrument="C-SSRS"), "C-SSRS", visit="week 4")
    assert len(sure.notes) == 1


@unit
def test_an_unplanned_visit_and_an_unknown_definition_are_refused():
    with pytest.raises(DataError, match="no such visit"):
        rules_table(study(), "PHQ-9", visit="week 9")
    with pytest.raises(DataError, match="no such definition"):
        rules_table(study(), "PHQ-9", visit="week 4", measures=["cure"])
