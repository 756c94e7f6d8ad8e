"""The engine against other software, known truth and simulation, as notebook 11 says it."""

import shutil

import pytest

from analysis.errors import DataError
from analysis.method_checks import (
    method_check,
    method_check_table,
    method_topics,
    simulated_coverage,
    truth_check,
)
from analysis.method_checks.reference import reference_numbers
from analysis.synthetic import example_folder

# The fewest digits: where fewer than seven agree, the other software stops when its optimiser is
# content (lme4, rbmi by mmrm's default, crr) or the number was printed with fewer.
FEWEST = {
    "repeated measures, Kenward-Roger": 6,
    "repeated measures, Satterthwaite": 6,
    "random slopes": 5,
    "marginal means": 6,
    "imputation": 4,
    "curves and logrank tests": 2,  # 79 at risk: two digits, and both agree
    "regressions of times": 7,
    "relapse seen at visits only": 7,
    "competing causes": 6,
    "clinics": 7,
    "charts over time": 4,
}


@pytest.mark.reference
@pytest.mark.parametrize("topic", sorted(set(FEWEST) - {"imputation"}))
def test_numbers_agree(topic):
    found = method_check(topic)
    assert found["digits"].min() >= FEWEST[topic]
    if topic in {"curves and logrank tests", "charts over time"}:
        assert (found["digits"] == found["digits_given"].clip(upper=7)).all()


@pytest.mark.reference
def test_every_number_that_was_shipped_belongs_to_a_topic():
    assert set(reference_numbers()["topic"]) == set(method_topics()) == set(FEWEST)


@pytest.mark.unit
def test_a_table_says_the_digits_and_hides_differences_that_depend_on_the_machine():
    table = method_check_table("charts over time", "clinics")
    frame = table.to_frame()
    assert frame["group"].drop_duplicates().tolist() == ["charts over time", "clinics"]
    assert table.inline("individuals, costs: centre line", "digits") == "all 4"
    assert table.inline("standard deviation between clinics", "digits") == "7 or more"
    assert table.inline("individuals, costs: centre line", "difference") == "under 1e-07"
    assert table.inline("individuals, costs: upper limit", "other") == "321.2167"


@pytest.mark.unit
def test_an_unknown_topic_is_refused():
    with pytest.raises(DataError, match="Known are: repeated measures"):
        method_check("astrology")


@pytest.mark.truth
def test_intervals_of_the_network_hold_the_truth():
    found = truth_check()
    assert found.groupby("estimand").size().to_dict() == {
        "adverse events per 100 sessions": 4,
        "mean change from baseline": 8,
        "response": 8,
    }
    # truth.json, typed in: ketamine IV, evaluable patients, as treated
    of_iv = found[found["regimen"].eq("ketamine IV")].set_index(["estimand", "time"])["truth"]
    assert of_iv["mean change from baseline", "week 8"] == pytest.approx(-6.59920)
    assert of_iv["response", "week 4"] == pytest.approx(0.45105)
    # 20 intervals of 95 %: 3 or more misses have a chance of 8 %
    assert found["inside"].sum() >= 18


@pytest.mark.unit
def test_a_study_without_truth_is_refused(tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(example_folder("first-clinic"), folder)
    (folder / "truth.json").unlink()
    with pytest.raises(DataError, match=r"no truth\.json"):
        truth_check(folder)


@pytest.mark.truth
def test_coverage_of_what_the_toolkit_uses_is_near_95_percent():
    shares = simulated_coverage().set_index(["study", "method"])
    of_models = shares.loc[("mixed models, 20 to 40 patients", "Kenward-Roger")]
    assert (of_models["settings"], of_models["trials"]) == (12, 2000)
    assert of_models["lowest"] == pytest.approx(0.943, abs=5e-4)
    assert of_models["highest"] == pytest.approx(0.966, abs=5e-4)
    wrong = shares.loc[
        ("imputed scores", "missing at random, jackknife; truth: unseen scores 6 points worse")
    ]
    assert wrong["highest"] < 0.85
    odds = "responders scored more often"
    assert shares.loc[("comparison with published cohorts", odds), "highest"] < 0.2
