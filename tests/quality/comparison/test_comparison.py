"""The comparison itself: numbers, completeness, power, what is hidden, and what is said."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, Ledger, named_policy, recording, release
from analysis.errors import DataError, DisclosureError
from analysis.missing import estimand_card
from analysis.outcomes import SCHEDULE, BaselineRule, response_rates
from analysis.quality import compare_with_published
from analysis.quality.comparison.difference import Proportion
from analysis.quality.comparison.power import proportion_power
from tests.quality.comparison.cases import clinic, figure, paper

unit = pytest.mark.unit


@pytest.fixture(scope="module")
def found():
    return compare_with_published(clinic(), cohort=paper())


@unit
def test_difference_of_shares_with_its_interval(found):
    row = found.tidy().iloc[0]
    assert row["contrast"] == "this study - Paper 2030"
    assert (row["own"], row["n_own"]) == (24 / 48, 48)
    assert (row["published"], row["n_published"]) == (0.5, 100)
    # Newcombe's interval of 24/48 and 50/100: Wilson 0.3639 to 0.6361, and 0.4038 to 0.5962
    assert row["estimate"] == 0
    assert row["conf_low"] == pytest.approx(-math.hypot(0.136107, 0.0961685), abs=1e-5)
    assert row["conf_high"] == pytest.approx(math.hypot(0.136107, 0.0961685), abs=1e-5)
    assert row[["statistic", "p_value"]].isna().all()
    narrow = found.tidy(conf_level=0.5).iloc[0]
    assert narrow["conf_high"] < row["conf_high"]


@unit
def test_missing_as_without_is_a_row_of_its_own(found):
    row = found.tidy().iloc[1]
    assert (row["own"], row["n_own"]) == (24 / 60, 60)
    assert (row["published"], row["n_published"]) == (50 / 400, 400)
    unknown = compare_with_published(clinic(), cohort=paper(n_treated=None))
    assert len(unknown.tidy()) == 1


@unit
def test_completeness_of_both(found):
    frame = found.completeness()
    counts = frame[["started", "evaluable", "observed"]].fillna(-1).to_numpy().tolist()
    assert counts == [[60, 60, 48], [400, -1, 100]]
    assert frame["of_started"].tolist() == [0.8, 0.25]
    assert frame["of_evaluable"].fillna(-1).tolist() == [0.8, -1]


@unit
def test_counts_equal_those_of_response_rates(found):
    rates = response_rates(clinic(), "PHQ-9", visit="week 4", measures=["response"]).iloc[0]
    named = compare_with_published(clinic(), cohort=paper(), visit="week 4")
    for name in ("started", "evaluable", "observed", "n"):
        assert named.own.count(name) == rates[name] == found.own.count(name)


@unit
def test_power_and_regression_to_the_mean(found):
    row = found.glance().iloc[0]
    expected = proportion_power(Proportion(share=0.6, n=48), Proportion(share=0.5, n=100))
    assert row["power"] == pytest.approx(expected)
    assert row["detectable_difference"] == pytest.approx(0.233, abs=0.02)
    assert 0 < row["expected_without_treatment"] < 1e-4  # baselines of 18 to 22, SD 1.6
    other = compare_with_published(clinic(), cohort=paper(), gap=0.2)
    assert other.power > found.power
    with pytest.raises(DataError, match="gap is a difference above 0"):
        compare_with_published(clinic(), cohort=paper(), gap=0)
    with pytest.raises(DataError, match="larger than any difference"):
        compare_with_published(clinic(), cohort=paper(), gap=0.7)


@unit
def test_worst_baselines_have_no_share_under_regression_but_a_mean():
    rule = BaselineRule(method="worst", k=2)
    shares = compare_with_published(clinic(), cohort=paper(), baseline=rule)
    assert math.isnan(shares.expected)
    assert "not computed for shares by the worst" in shares.summary()
    means = compare_with_published(clinic(), cohort=changes(), measure="mean change", baseline=rule)
    assert means.expected < 0


def changes(**more):
    """A paper with a mean change."""
    usual = {"measure": "mean change", "unit": "points", "definition": None, "value": -5.0}
    spread = more or {"standard_deviation": 5.0}
    return paper(figure(**usual, **spread))


@unit
def test_mean_changes_by_welch():
    found = compare_with_published(clinic(), cohort=changes(), measure="mean change")
    row = found.tidy().iloc[0]
    change = np.array([-(18 + 2 * (i % 3)) / 2 if i < 24 else -2.0 for i in range(48)])
    error = math.sqrt(change.var(ddof=1) / 48 + 25 / 100)
    assert (row["own"], row["published"]) == (pytest.approx(change.mean()), -5.0)
    assert row["std_error"] == pytest.approx(error)
    assert len(found.tidy()) == 1
    assert found.gap == 2.5
    assert "n" not in found.shown


@unit
def test_where_the_published_spread_comes_from():
    by_error = compare_with_published(
        clinic(), cohort=changes(std_error=0.5), measure="mean change"
    )
    assert by_error.published.standard_deviation == pytest.approx(5.0)
    assert "Published spread: published standard error" in by_error.summary()
    limits = {"conf_low": -5 - 0.9921085, "conf_high": -5 + 0.9921085}  # t(0.975, 99) = 1.984217
    by_limits = compare_with_published(clinic(), cohort=changes(**limits), measure="mean change")
    assert by_limits.published.standard_deviation == pytest.approx(5.0, abs=1e-5)


@unit
def test_patients_of_another_route_are_left_out_and_counted():
    study = clinic()
    sessions = study.tables["sessions"]
    first = sessions["subject_id"].isin([f"p{i}" for i in range(30)])
    route = sessions["route"].astype("string").mask(first, "IM").astype("category")
    study.tables["sessions"] = sessions.assign(route=route)
    found = compare_with_published(study, cohort=paper())
    assert (found.own.count("started"), found.own.n_other) == (30, 30)
    assert found.glance()["n_other_treatment"].item() == 30


@unit
def test_more_than_one_figure_must_be_chosen_among():
    two = paper(figure(), figure(day_low=84, day_high=84, value=30.0))
    with pytest.raises(DataError, match="more than one figure of response that fits"):
        compare_with_published(clinic(), cohort=two)
    assert compare_with_published(clinic(), cohort=two, day=28).published.share == 0.5
    named = compare_with_published(clinic(), cohort=two, visit="week 4", schedule=SCHEDULE)
    assert named.published.share == 0.5
    with pytest.raises(DataError, match="no figure of response on this day"):
        compare_with_published(clinic(), cohort=two, day=56)


@unit
def test_a_stated_number_of_patients_is_used_and_said():
    unknown = paper(figure(n=None))
    with pytest.raises(DataError, match="state published_n"):
        compare_with_published(clinic(), cohort=unknown)
    found = compare_with_published(clinic(), cohort=unknown, published_n=100)
    assert found.tidy()["n_published"].iloc[0] == 100
    assert "stated by the analyst" in found.summary()
    with pytest.raises(DataError, match="published_n is a whole number"):
        compare_with_published(clinic(), cohort=unknown, published_n=0)


@unit
def test_too_few_scores_are_refused():
    with pytest.raises(DataError, match="Too few patients of this treatment"):
        compare_with_published(clinic(observed=0), cohort=paper())
    with pytest.raises(DataError, match="days_around"):
        compare_with_published(clinic(), cohort=paper(), days_around=90)
    with pytest.raises(TypeError, match="Unknown keyword"):
        compare_with_published(clinic(), cohort=paper(), visits="week 4")


@unit
def test_doubts_are_said():
    doubtful = paper(figure(evidence="from memory", approximate=True, note="Read off a figure."))
    said = compare_with_published(clinic(), cohort=doubtful).summary()
    for words in ("not verified (from memory)", "given roughly", "Read off a figure."):
        assert words in said
    assert "rests on 25.0% of its treated" in said
    assert "no effect of the treatment" in said


@unit
def test_small_counts_hide_what_rests_on_them():
    few = compare_with_published(clinic(responders=5), cohort=paper())
    frame = few.shown.set_index("cohort")
    assert frame.loc["this study", "n"] == "<11"
    assert frame.loc[["this study", "difference"], "estimate"].isna().all()
    assert frame.loc["Paper 2030", "estimate"] == 0.5
    assert not pd.isna(frame.loc["regression to the mean alone", "estimate"])
    assert "percentage points would be found" not in few.summary()
    assert "10.4" not in few._repr_html_()  # 5 of 48
    inside = compare_with_published(clinic(responders=5), cohort=paper(), policy=INTERNAL)
    assert inside.shown["n"].iloc[0] == "5"
    with pytest.raises(DisclosureError):
        release(inside)


@unit
def test_release_lets_what_is_shown_pass(found):
    passed = release(found)
    assert passed.frame["estimate"].iloc[0] == 0.5
    rounding = named_policy("7 with rounding to 5")
    rounded = compare_with_published(clinic(), cohort=paper(), policy=rounding)
    shown = release(rounded, rounding).frame
    assert shown.loc[0, ["observed", "n"]].tolist() == ["50", "25"]
    assert shown["estimate"].iloc[2] == 0


@unit
def test_a_ledger_hears_of_the_counts(found):
    ledger = Ledger(release="2030-01")
    both = paper(figure(), figure(measure="remission", definition="remission_phq9", value=30.0))
    second = compare_with_published(clinic(), cohort=both, measure="remission")
    with recording(ledger):
        release(found)
        release(second)
    assert len(ledger.records) == 2
    counts = [record.counts for record in ledger.records]
    assert counts[0]['["n", "", "response50"]'] == 24
    assert counts[1]['["n", "", "remission_phq9"]'] == 0
    assert counts[0]['["observed", ""]'] == counts[1]['["observed", ""]'] == 48


@unit
def test_the_estimand_is_complete(found):
    card = estimand_card(found)
    assert card.is_complete
    assert "difference of proportions" in card.statement("population-level summary")
    assert "day 28" in card.statement("variable")


@pytest.mark.identity
def test_the_order_of_rows_does_not_matter(found):
    study = clinic()
    for name, frame in study.tables.items():
        study.tables[name] = frame.iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        compare_with_published(study, cohort=paper()).tidy(), found.tidy()
    )
