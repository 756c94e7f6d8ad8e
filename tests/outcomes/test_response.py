"""Change, response, remission and the three denominators."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import ColumnError, DataError, ModelError
from analysis.instruments import load_instrument
from analysis.instruments.library import _library
from analysis.outcomes import (
    SCHEDULE,
    BaselineRule,
    Definition,
    change_table,
    completeness,
    courses,
    individual_measures,
    patient_flow,
    response_rates,
    treated_patients,
    visit_outcomes,
    visit_status,
)
from analysis.outcomes.judging import is_response
from tests.builders import scored_study

unit, identity, reference = pytest.mark.unit, pytest.mark.identity, pytest.mark.reference


def outcome(baseline, total, instrument="PHQ-9"):
    study = scored_study({"a": [(0, baseline), (28, total)]}, instrument=instrument)
    return visit_outcomes(study, instrument, baseline_at_least=0).iloc[0]


# response: at least half below baseline (McInnes et al. 2022, J Affect Disord,
# doi 10.1016/j.jad.2021.12.097; Popova et al. 2019, Am J Psychiatry 176, 428-438)
@unit
@pytest.mark.parametrize(
    ("baseline", "total", "response"),
    [
        (20, 10, True),  # exactly 50 %
        (20, 10.5, False),
        (20, 0, True),
        (19, 9, True),
        (19, 9.5, True),
        (19, 10, False),
        (1, 0, True),
        (1, 1, False),
        (0, 0, False),  # nothing to fall from
        (20, 25, False),
    ],
)
def test_response_is_a_fall_of_at_least_half(baseline, total, response):
    row = outcome(baseline, total)
    assert bool(row["response"]) is response
    assert row["change"] == total - baseline


# remission: PHQ-9 below 5 (CMS159; McInnes et al. 2022); MADRS at most 12 (Popova et al. 2019);
# GAD-7 below 5 (lowest band, Spitzer et al. 2006, Arch Intern Med 166, 1092-1097)
@unit
@pytest.mark.parametrize(
    ("instrument", "total", "remission"),
    [
        ("PHQ-9", 4, True),
        ("PHQ-9", 5, False),
        ("PHQ-9", 4.5, False),
        ("MADRS", 12, True),
        ("MADRS", 13, False),
        ("GAD-7", 4, True),
        ("GAD-7", 5, False),
    ],
)
def test_remission_is_a_total_at_or_below_the_cut_off(instrument, total, remission):
    assert bool(outcome(20, total, instrument)["remission"]) is remission


@identity
@settings(deadline=None, max_examples=200, derandomize=True)
@given(
    baseline=st.integers(1, 126),
    total=st.integers(0, 126),
    fraction=st.sampled_from([(1, 2), (3, 10), (1, 4), (1, 5), (1, 3)]),
)
def test_response_agrees_with_whole_number_arithmetic(baseline, total, fraction):
    up, down = fraction
    found = is_response(pd.Series([float(total)]), pd.Series([float(baseline)]), fraction=up / down)
    assert found.tolist() == [(baseline - total) * down >= up * baseline]


@unit
@pytest.mark.parametrize("dtype", ["float64", "Float64"])
def test_a_missing_score_is_no_response(dtype):
    total = pd.Series([None, 5, None], dtype=dtype)
    baseline = pd.Series([20, None, None], dtype=dtype)
    found = is_response(total, baseline, fraction=0.5)
    assert found.tolist() == [False, False, False]
    assert found.dtype == bool


@unit
def test_outcomes_have_one_row_per_patient_with_a_baseline_and_visit_with_a_score():
    study = scored_study(
        {
            "a": [(-1, 20), (7, 15), (30, 10), (56, 4)],
            "b": [(28, 10)],  # no baseline
            "c": [(0, 20)],  # no score
            "d": [(0, 20), (28, 10)],  # not treated
        },
        untreated=["d"],
    )
    rows = visit_outcomes(study, "PHQ-9")
    assert rows["subject_id"].tolist() == ["a", "a", "a"]
    assert rows["visit"].astype(str).tolist() == ["week 1", "week 4", "week 8"]
    assert rows["week"].tolist() == [1, 4, 8]
    assert rows["change"].tolist() == [-5, -10, -16]
    assert rows["response"].tolist() == [False, True, True]
    assert rows["remission"].tolist() == [False, False, True]
    assert list(rows.columns) == [
        *treated_patients(study).columns, "rel_day", "day", "total", "visit", "week", "change",
        "percent_change", "response", "remission",
    ]  # fmt: skip
    only = visit_outcomes(study, "PHQ-9", schedule=SCHEDULE.windows[2:3])
    assert only["total"].tolist() == [10]


# week 4 closes on day 41
STATUS = {
    "scored": ([(0, 20), (28, 10)], 41, (True, True, True, True)),
    "missing": ([(0, 20)], 41, (True, True, True, False)),
    "not yet due": ([(0, 20)], 40, (True, False, False, False)),
    "scored before it closed": ([(0, 20), (28, 10)], 40, (True, False, False, False)),
    "dropped out": ([(0, 20), (7, 19)], 400, (True, True, True, False)),
    "no baseline": ([(28, 10)], 41, (False, True, False, False)),
    "low baseline": ([(0, 9), (28, 2)], 41, (True, True, False, False)),
    "at threshold": ([(0, 10), (28, 5)], 41, (True, True, True, True)),
}


@unit
@pytest.mark.parametrize("case", STATUS)
def test_each_patient_has_one_place_in_the_denominators(case):
    scores, until, expected = STATUS[case]
    status = visit_status(
        scored_study({"a": scores}, until=until), "PHQ-9", visit="week 4", baseline_at_least=10
    )
    row = status.iloc[0]
    assert len(status) == 1
    places = ("has_baseline", "due", "evaluable", "observed")
    assert tuple(bool(row[place]) for place in places) == expected
    assert bool(row["response"]) is (expected[-1])
    assert bool(row["remission"]) is False


def mixed(**changes):
    scores = {case: scores for case, (scores, _, _) in STATUS.items()}
    until = {case: until for case, (_, until, _) in STATUS.items()}
    return scored_study(scores, until=until, **changes)


@unit
def test_the_three_denominators_together():
    rates = response_rates(mixed(), "PHQ-9", visit="week 4", baseline_at_least=10)
    assert rates["measure"].tolist() == ["response", "remission"]
    assert rates["started"].tolist() == [8, 8]
    assert rates["evaluable"].tolist() == [4, 4]
    assert rates["observed"].tolist() == [2, 2]
    assert rates["n"].tolist() == [2, 0]
    assert rates["estimate"].tolist() == [1.0, 0.0]
    assert rates["estimate_missing_as_no"].tolist() == [0.5, 0.0]
    assert list(rates.columns) == [
        "measure", "started", "evaluable", "observed", "n", "estimate", "conf_low", "conf_high",
        "estimate_missing_as_no",
    ]  # fmt: skip


def rates_of(n, observed, **options):
    scores = {f"p{k}": [(0, 20), (28, 10 if k < n else 15)] for k in range(observed)}
    return response_rates(scored_study(scores), "PHQ-9", visit="week 4", **options).iloc[0]


# Wilson intervals: 12/40, 0/20 and 20/20 by the closed form with z = 1.959964;
# 81/263 from Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3
@reference
@pytest.mark.parametrize(
    ("n", "observed", "low", "high"),
    [
        (12, 40, 0.18075, 0.45430),
        (0, 20, 0.0, 0.16113),
        (20, 20, 0.83887, 1.0),
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_intervals(n, observed, low, high):
    row = rates_of(n, observed)
    assert (row["n"], row["observed"]) == (n, observed)
    assert row["conf_low"] == pytest.approx(low, abs=5.1e-5)
    assert row["conf_high"] == pytest.approx(high, abs=5.1e-5)


@unit
def test_the_interval_has_the_level_asked_for():
    # z(0.90) = 1.644854; 12/40 by the closed form
    row = rates_of(12, 40, conf_level=0.90)
    centre = (12 + 1.644854**2 / 2) / (40 + 1.644854**2)
    half = 1.644854 * np.sqrt(12 * 28 / 40 + 1.644854**2 / 4) / (40 + 1.644854**2)
    assert row["conf_low"] == pytest.approx(centre - half, abs=1e-6)
    assert row["conf_high"] == pytest.approx(centre + half, abs=1e-6)
    with pytest.raises(ModelError, match="between 0 and 1"):
        rates_of(1, 2, conf_level=95)


@unit
def test_nobody_observed_gives_no_estimate_and_no_warning():
    rates = response_rates(scored_study({"a": [(0, 20)], "b": [(0, 20)]}), "PHQ-9", visit="week 4")
    assert rates["observed"].tolist() == [0, 0]
    assert rates[["estimate", "conf_low", "conf_high"]].isna().all(axis=None)
    assert rates["estimate_missing_as_no"].tolist() == [0.0, 0.0]
    nobody = response_rates(scored_study({"a": [(0, 20)]}, until=3), "PHQ-9", visit="week 4")
    assert nobody["evaluable"].tolist() == [0, 0]
    assert nobody["estimate_missing_as_no"].isna().all()


@unit
def test_a_split_adds_up_and_keeps_those_without_an_entry():
    subjects = {case: {"sex": sex} for case, sex in zip(STATUS, ["female", "male", "", ""] * 2,
                                                        strict=True)}  # fmt: skip
    study = mixed(subjects=subjects)
    whole = response_rates(study, "PHQ-9", visit="week 4").query("measure == 'response'")
    parts = response_rates(study, "PHQ-9", visit="week 4", by="sex").query("measure == 'response'")
    assert parts["sex"].tolist() == ["female", "male", "not recorded"]
    for count in ("started", "evaluable", "observed", "n"):
        assert parts[count].sum() == whole[count].item()


@unit
def test_a_column_to_split_by_must_be_there():
    with pytest.raises(ColumnError, match="try route or site_id") as caught:
        response_rates(mixed(), "PHQ-9", visit="week 4", by="Jane Doe")
    assert "Jane" not in str(caught.value)


@unit
def test_a_visit_must_be_planned():
    with pytest.raises(DataError, match="Planned visits are"):
        response_rates(mixed(), "PHQ-9", visit="week 5")


_PATIENT = st.tuples(
    st.lists(
        st.tuples(st.integers(-40, 60), st.one_of(st.none(), st.integers(0, 27))),
        max_size=5,
        unique_by=lambda score: score[0],
    ),
    st.integers(0, 60),
)


@identity
@settings(deadline=None, max_examples=25, derandomize=True)
@given(patients=st.lists(_PATIENT, min_size=1, max_size=6))
def test_denominators_are_nested_and_adding_an_unscored_patient_leaves_the_observed(patients):
    scores = {f"p{n}": scores for n, (scores, _) in enumerate(patients)}
    until = {f"p{n}": end for n, (_, end) in enumerate(patients)}
    study = scored_study(scores, until=until)
    more = scored_study({**scores, "new": [(0, 20)]}, until={**until, "new": 400})
    at_all = {"visit": "week 4", "baseline_at_least": 0}
    rates, wider = (response_rates(each, "PHQ-9", **at_all).iloc[0] for each in (study, more))
    assert rates["started"] == len(patients)
    assert rates["started"] >= rates["evaluable"] >= rates["observed"] >= rates["n"] >= 0
    assert wider["observed"] == rates["observed"]
    assert wider["n"] == rates["n"]
    assert wider["evaluable"] == rates["evaluable"] + 1
    status = visit_status(study, "PHQ-9", visit="week 4")
    assert not (~status["due"] & status["evaluable"]).any()
    assert not (status["response"] & ~status["observed"]).any()


@unit
def test_the_total_is_the_last_group_and_equals_the_whole():
    study = mixed(subjects={case: {"site_id": "B"} for case in ("scored", "missing")})
    options = {"visit": "week 4", "baseline_at_least": 10}
    whole = response_rates(study, "PHQ-9", **options)
    split = response_rates(study, "PHQ-9", by="site_id", **options)
    both = response_rates(study, "PHQ-9", by="site_id", total="All clinics", **options)
    assert both["site_id"].tolist() == ["A", "B", "All clinics"] * 2
    assert list(both.columns)[:3] == ["measure", "site_id", "started"]
    last = both[both["site_id"].eq("All clinics")].drop(columns="site_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(last, whole)
    rest = both[both["site_id"].ne("All clinics")].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        rest.drop(columns="site_id"), split.drop(columns="site_id"), check_dtype=False
    )
    unsplit = response_rates(study, "PHQ-9", total="All clinics", **options)
    pd.testing.assert_frame_equal(unsplit, whole)


@unit
def test_the_total_counts_patients_without_an_entry_too():
    subjects = {"scored": {"sex": "female"}, "missing": {"sex": "male"}}
    rates = response_rates(
        mixed(subjects=subjects), "PHQ-9", visit="week 4", by="sex", total="Everybody"
    ).query("measure == 'response'")
    rows = list(zip(rates["sex"], rates["started"], strict=True))
    assert rows == [("female", 1), ("male", 1), ("not recorded", 6), ("Everybody", 8)]


@unit
def test_a_course_that_nobody_had_has_no_groups_and_no_total():
    options = {"visit": "week 4", "course": 9}
    assert response_rates(mixed(), "PHQ-9", by="site_id", total="All", **options).empty


@unit
def test_all_rules_may_be_stated_at_once():
    found = visit_outcomes(
        scored_study({"a": [(0, 20), (28, 10)]}), "PHQ-9", schedule=SCHEDULE,
        baseline=BaselineRule(method="mean"), baseline_at_least=20, course=1,
    )  # fmt: skip
    assert found["change"].tolist() == [-10]


@unit
def test_nobody_without_follow_up_is_due():
    study = scored_study({who: [(0, 20), (28, 10)] for who in "ab"})
    study.tables["follow_up"] = study.tables["follow_up"].iloc[:1]
    assert visit_outcomes(study, "PHQ-9")["subject_id"].tolist() == ["a"]
    assert visit_status(study, "PHQ-9", visit="week 4")["due"].tolist() == [True, False]


@unit
def test_the_name_of_the_total_must_not_be_that_of_a_group():
    with pytest.raises(DataError, match="Choose another name for the total"):
        response_rates(mixed(), "PHQ-9", visit="week 4", by="site_id", total="A")


# reliable change of the PHQ-9: 5.54 points (SD 5, reliability .84)
CHANGES = {
    "remission": ([(0, 20), (28, 4)], [True, True, True, False, False]),
    "response": ([(0, 20), (28, 10)], [True, False, True, False, False]),
    "reliable": ([(0, 20), (28, 14)], [False, False, True, False, False]),
    "small": ([(0, 20), (28, 15)], [False, False, False, False, False]),
    "same": ([(0, 20), (28, 20)], [False, False, False, False, False]),
    "worse": ([(0, 20), (28, 21)], [False, False, False, True, False]),
    "much worse": ([(0, 20), (28, 26)], [False, False, False, True, True]),
}
INDIVIDUAL = [
    "response", "remission", "reliable_improvement", "deterioration", "reliable_deterioration",
]  # fmt: skip


def changes():
    return scored_study({case: scores for case, (scores, _) in CHANGES.items()})


@unit
def test_individual_outcomes_worked_out_by_hand():
    table = change_table(changes(), "PHQ-9").set_index("subject_id")
    assert {case: table.loc[case, INDIVIDUAL].tolist() for case in CHANGES} == {
        case: expected for case, (_, expected) in CHANGES.items()
    }
    assert table.loc["reliable", ["baseline", "total", "change", "percent_change"]].tolist() == [
        20, 14, -6, -30,
    ]  # fmt: skip
    assert list(table.columns) == [
        "course", "visit", "rel_day", "baseline", "total", "change", "percent_change", *INDIVIDUAL,
    ]  # fmt: skip


@unit
def test_a_baseline_of_nothing_has_no_percentage():
    table = change_table(scored_study({"a": [(0, 0), (28, 3)]}), "PHQ-9", baseline_at_least=0)
    assert table["percent_change"].isna().tolist() == [True]
    assert table["deterioration"].tolist() == [True]
    least = change_table(scored_study({"a": [(0, 1), (28, 0)]}), "PHQ-9", baseline_at_least=0)
    assert least["percent_change"].tolist() == [-100]


@identity
def test_rates_count_what_the_change_table_lists():
    table = change_table(changes(), "PHQ-9")
    rates = response_rates(changes(), "PHQ-9", visit="week 4", measures=INDIVIDUAL)
    assert rates["measure"].tolist() == INDIVIDUAL
    assert rates["n"].tolist() == [table[name].sum() for name in INDIVIDUAL] == [2, 1, 3, 2, 1]
    assert rates["observed"].eq(7).all()
    split = response_rates(
        changes(), "PHQ-9", visit="week 4", measures=INDIVIDUAL, by="route", total="All"
    )
    assert split.query("route == 'All'")["n"].tolist() == rates["n"].tolist()


@unit
def test_measures_are_chosen_by_name_or_given_in_words():
    own = Definition(
        name="fall of 6", instrument=None, measure="response", rule="At least 6 points.",
        kind="improvement", parameters={"points": 6}, source="local", verified=True,
    )  # fmt: skip
    rates = response_rates(changes(), "PHQ-9", visit="week 4", measures=["mcid_phq9_5", own])
    assert rates["measure"].tolist() == ["mcid_phq9_5", "fall of 6"]
    assert rates["n"].tolist() == [4, 3]
    assert rates.attrs["definitions"][1] == "fall of 6: At least 6 points."
    assert rates.attrs["unverified"] == (
        "mcid_phq9_5: PHQ-9 better by at least 5 points. Not verified: confirm it in the source.",
    )
    usual = response_rates(changes(), "PHQ-9", visit="week 4")
    assert usual.attrs["unverified"] == ()
    assert usual.attrs["worsening"] == ()
    assert len(usual.attrs["definitions"]) == 2


@unit
def test_measures_that_are_not_defined_or_asked_for_twice_are_refused():
    with pytest.raises(DataError, match="belongs to MADRS"):
        visit_outcomes(changes(), "PHQ-9", measures=["remission_madrs12"])
    with pytest.raises(DataError, match="one name"):
        visit_outcomes(changes(), "PHQ-9", measures=["response", "response"])


@unit
def test_the_rule_of_the_baseline_changes_the_outcome():
    study = scored_study({"a": [(-7, 24), (0, 12), (28, 9)]})
    worst = BaselineRule(method="worst", k=2)
    assert visit_outcomes(study, "PHQ-9")["change"].tolist() == [-3]
    assert visit_outcomes(study, "PHQ-9", baseline=worst)["change"].tolist() == [-15]
    mean = response_rates(study, "PHQ-9", visit="week 4", baseline=BaselineRule(method="mean"))
    assert mean["n"].tolist() == [1, 0]  # 18 to 9


@unit
def test_a_misspelt_rule_is_not_ignored():
    for derive in (visit_outcomes, change_table):
        with pytest.raises(TypeError, match="Rules are: schedule, baseline, baseline_at_least"):
            derive(changes(), "PHQ-9", baseline_atleast=5)
    with pytest.raises(TypeError, match="Unknown keyword"):
        response_rates(changes(), "PHQ-9", visit="week 4", courses=2)


@unit
def test_frames_with_patients_are_marked_and_counts_are_not():
    study = changes()
    for frame in (
        courses(study),
        treated_patients(study),
        visit_outcomes(study, "PHQ-9"),
        visit_status(study, "PHQ-9", visit="week 4"),
        change_table(study, "PHQ-9"),
    ):
        assert frame.attrs["patient_level"] is True
    for frame in (
        response_rates(study, "PHQ-9", visit="week 4", by="route", total="All"),
        patient_flow(study, "PHQ-9", visit="week 4"),
        completeness(study, "PHQ-9"),
    ):
        assert "patient_level" not in frame.attrs


@identity
def test_the_order_of_rows_does_not_matter():
    study, other = mixed(), mixed()
    for name, frame in other.tables.items():
        other.tables[name] = frame.iloc[::-1].reset_index(drop=True)
    rates = [response_rates(s, "PHQ-9", visit="week 4", by="site_id") for s in (study, other)]
    pd.testing.assert_frame_equal(*rates)


@unit
def test_a_scale_without_response_and_remission_needs_measures(monkeypatch):
    neither = dataclasses.replace(
        load_instrument("PHQ-9"), response_fraction=None, remission_at_most=None
    )
    monkeypatch.setitem(_library(), "PHQ-9", neither)
    assert len(visit_outcomes(changes(), "PHQ-9")) == 7
    with pytest.raises(DataError, match="Name some of: deterioration, mcid_phq9_5"):
        response_rates(changes(), "PHQ-9", visit="week 4")
    found = response_rates(changes(), "PHQ-9", visit="week 4", measures=["deterioration"])
    assert found["n"].tolist() == [2]


@unit
def test_harm_is_named_and_stands_beside_benefit():
    assert individual_measures("PHQ-9") == tuple(INDIVIDUAL)
    assert individual_measures("PCL-5") == tuple(INDIVIDUAL[2:])  # no response accepted
    assert individual_measures("Use-days-30") == ("deterioration",)
    rates = response_rates(changes(), "PHQ-9", visit="week 4", measures=INDIVIDUAL)
    assert rates.attrs["worsening"] == ("deterioration", "reliable_deterioration")
