"""Each definition at its edges, worked out by hand, in both directions of a scale."""

import dataclasses

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.outcomes import (
    SCHEDULE,
    WEEKLY,
    Definition,
    Schedule,
    Window,
    response_rates,
    visit_outcomes,
)
from analysis.outcomes.judging import improvement, is_response, judge_scores
from tests.builders import scored_study

unit, identity = pytest.mark.unit, pytest.mark.identity


def scale(name, **facts):
    """Describe a scale by that of the MADRS with another name."""
    return dataclasses.replace(load_instrument("MADRS"), name=name, **facts)


def met(name, baseline, total, instrument, **facts):
    described = scale(instrument, **facts)
    found = judge_scores(pd.Series([float(total)]), pd.Series([float(baseline)]), name, described)
    assert found.dtype == bool
    return bool(found.iloc[0])


# (definition, scale, baseline, score, met); numbers of the sources named in test_definitions
EDGES = [
    ("response50", "MADRS", 30, 15, True),
    ("response50", "MADRS", 30, 15.5, False),
    ("response_caps5_30", "CAPS-5", 40, 28, True),
    ("response_caps5_30", "CAPS-5", 40, 28.5, False),
    ("response_caps5_30", "CAPS-5", 30, 21, True),
    ("response_caps5_30", "CAPS-5", 0, 0, False),
    ("response_caps5_30", "CAPS-5", 50 * 20 / 19, 35 * 20 / 19, True),  # prorated: 30 %
    ("remission_phq9", "PHQ-9", 20, 4, True),
    ("remission_phq9", "PHQ-9", 20, 4.5, False),
    ("remission_phq9", "PHQ-9", 20, 5, False),
    ("remission_phq9_at_most_5", "PHQ-9", 20, 5, True),
    ("remission_phq9_at_most_5", "PHQ-9", 20, 6, False),
    ("remission_madrs12", "MADRS", 30, 12, True),
    ("remission_madrs12", "MADRS", 30, 13, False),
    ("remission_madrs10", "MADRS", 30, 10, True),
    ("remission_madrs10", "MADRS", 30, 11, False),
    ("remission_qids5", "QIDS-SR16", 16, 5, True),
    ("remission_qids5", "QIDS-SR16", 16, 6, False),
    ("reliable_improvement", "MADRS", 30, 25, True),  # 4.6 points
    ("reliable_improvement", "MADRS", 30, 26, False),
    ("reliable_improvement", "MADRS", 30, 35, False),
    ("reliable_change", "MADRS", 30, 25, True),
    ("reliable_change", "MADRS", 30, 35, True),
    ("reliable_change", "MADRS", 30, 34, False),
    ("reliable_change", "MADRS", 30, 26, False),
    ("reliable_improvement_phq9_6", "PHQ-9", 20, 14, True),
    ("reliable_improvement_phq9_6", "PHQ-9", 20, 15, False),
    ("reliable_improvement_gad7_4", "GAD-7", 14, 10, True),
    ("reliable_improvement_gad7_4", "GAD-7", 14, 11, False),
    ("reliable_improvement_pcl5", "PCL-5", 50, 32, True),
    ("reliable_improvement_pcl5", "PCL-5", 50, 33, False),
    ("reliable_improvement_caps5", "CAPS-5", 40, 27, True),
    ("reliable_improvement_caps5", "CAPS-5", 40, 28, False),
    ("clinically_significant_pcl5", "PCL-5", 46, 28, True),
    ("clinically_significant_pcl5", "PCL-5", 50, 29, False),  # above the cut-off
    ("clinically_significant_pcl5", "PCL-5", 45, 28, False),  # 17 points
    ("clinically_significant_pcl5", "PCL-5", 28, 5, False),  # was not above it
    ("clinically_significant_pcl5", "PCL-5", 29, 11, True),
    ("clinically_significant_caps5", "CAPS-5", 21, 8, True),
    ("clinically_significant_caps5", "CAPS-5", 22, 9, False),
    ("clinically_significant_caps5", "CAPS-5", 20, 8, False),
    ("mcid_phq9_5", "PHQ-9", 20, 15, True),
    ("mcid_phq9_5", "PHQ-9", 20, 16, False),
    ("deterioration", "PHQ-9", 20, 21, True),
    ("deterioration", "PHQ-9", 20, 20.5, True),
    ("deterioration", "PHQ-9", 20, 20, False),
    ("deterioration", "PHQ-9", 20, 19, False),
    ("deterioration", "PHQ-9", 0, 1, True),
    ("reliable_deterioration", "MADRS", 30, 35, True),
    ("reliable_deterioration", "MADRS", 30, 34, False),
    ("reliable_deterioration", "MADRS", 30, 20, False),
    ("abstinent30", "Use-days-30", 12, 0, True),
    ("abstinent30", "Use-days-30", 12, 1, False),
    ("abstinent28", "Use-days-30", 12, 0, True),
    ("abstinent28", "Use-days-30", 12, 1, False),
    ("abstinent14", "Use-days-30", 12, 0, True),
    ("abstinent14", "Use-days-30", 12, 1, False),
    ("no_heavy_drinking30", "Heavy-drinking-days-30", 9, 0, True),
    ("no_heavy_drinking30", "Heavy-drinking-days-30", 9, 1, False),
]


@unit
@pytest.mark.parametrize(("name", "instrument", "baseline", "total", "expected"), EDGES)
def test_each_definition_at_its_edges(name, instrument, baseline, total, expected):
    assert met(name, baseline, total, instrument) is expected


CUT = Definition(
    name="well", instrument="WHO-5", measure="remission", rule="Above 50.", kind="cut-off",
    parameters={"cut_off": 51}, source="local", verified=True,
)  # fmt: skip
CROSS = dataclasses.replace(CUT, kind="crossing", parameters={"cut_off": 51, "points": 10})


@unit
@pytest.mark.parametrize(
    ("wanted", "baseline", "total", "expected"),
    [
        ("response50", 40, 60, True),
        ("response50", 40, 59, False),
        ("response50", 40, 20, False),
        ("response50", 0, 40, False),
        ("reliable_improvement", 40, 45, True),
        ("reliable_improvement", 40, 44, False),
        ("reliable_improvement", 40, 30, False),
        ("reliable_change", 40, 35, True),
        ("reliable_change", 40, 36, False),
        ("deterioration", 40, 39, True),
        ("deterioration", 40, 40, False),
        ("deterioration", 40, 41, False),
        ("reliable_deterioration", 40, 35, True),
        ("reliable_deterioration", 40, 36, False),
        (CUT, 40, 51, True),
        (CUT, 40, 50, False),
        (CROSS, 41, 51, True),
        (CROSS, 42, 51, False),
        (CROSS, 51, 70, False),
        (CROSS, 50, 60, True),
    ],
)
def test_where_higher_is_better_better_is_higher(wanted, baseline, total, expected):
    assert met(wanted, baseline, total, "WHO-5", direction="higher is better") is expected


@unit
@pytest.mark.parametrize("dtype", ["float64", "Float64"])
@pytest.mark.parametrize("name", ["response50", "remission_madrs12", "reliable_improvement",
                                  "reliable_change", "deterioration"])  # fmt: skip
def test_what_is_missing_meets_nothing(dtype, name):
    total = pd.Series([None, 5, None], dtype=dtype)
    baseline = pd.Series([20, None, None], dtype=dtype)
    found = judge_scores(total, baseline, name, scale("MADRS"))
    expected = [False, name == "remission_madrs12", False]  # a cut-off needs no baseline
    assert found.tolist() == expected
    assert found.dtype == bool


@identity
@given(baseline=st.integers(0, 60), total=st.integers(0, 60))
def test_directions_mirror_each_other(baseline, total):
    one, two = pd.Series([float(total)]), pd.Series([float(baseline)])
    up = scale("MADRS", direction="higher is better")
    for name in ("reliable_improvement", "deterioration", "reliable_deterioration"):
        fall = judge_scores(one, two, name, scale("MADRS"))
        rise = judge_scores(60 - one, 60 - two, name, up)
        assert fall.tolist() == rise.tolist()
    assert improvement(one, two).tolist() == [baseline - total]
    assert improvement(one, two, "higher is better").tolist() == [total - baseline]
    higher = is_response(one, two, fraction=0.5, direction="higher is better")
    assert higher.tolist() == [baseline > 0 and 2 * (total - baseline) >= baseline]


@unit
def test_a_run_needs_visits():
    with pytest.raises(DataError, match="several visits"):
        met("stable_remission", 30, 10, "MADRS")


def weekly(totals, name, *, schedule=WEEKLY, baseline=30):
    """Give the weeks at which one patient meets a definition; None is a week without a score."""
    scores = [(0, baseline)] + [
        (7 * week, total) for week, total in enumerate(totals, 1) if total is not None
    ]
    rows = visit_outcomes(
        scored_study({"a": scores}, instrument="MADRS"), "MADRS",
        schedule=schedule, measures=[name],
    )  # fmt: skip
    return rows.loc[rows[name], "visit"].astype(str).str.removeprefix("week ").astype(int).tolist()


@unit
@pytest.mark.parametrize(
    ("totals", "weeks"),
    [
        ([12, 12, 13, 12, 12, 12], [2, 5, 6]),
        ([12], []),  # one visit is no run
        ([12, None, 12, 12], [4]),  # a visit without a score breaks it
        ([13, 13], []),
        ([30, 12, 12], [3]),
    ],
)
def test_consistent_remission_is_two_planned_visits_in_a_row(totals, weeks):
    assert weekly(totals, "consistent_remission") == weeks


@unit
@pytest.mark.parametrize(
    ("totals", "weeks"),
    [
        ([12, 12, 12], []),  # four weeks must have passed
        ([12, 12, 12, 12], [4]),
        ([12, 12, 12, 13], [4]),
        ([12, 13, 12, 12], [4]),
        ([12, 13, 13, 12], []),
        ([12, None, 12, 12], [4]),
        ([12, 12, 12, None, 12], [5]),
        ([13, 13, 12, 12, 12], [5]),
        ([12, 12, 12, 13, 13, 12], [4]),
    ],
)
def test_stable_remission_is_three_of_the_last_four_weeks(totals, weeks):
    assert weekly(totals, "stable_remission") == weeks


@unit
@pytest.mark.parametrize(
    ("totals", "weeks"),
    [
        ([15, 15], [2]),
        ([15, 16], []),
        ([15, 16, 15, 15], [4]),
        ([15, None, 15], []),
        ([12, 12, 12, 12], [2, 3]),  # from week 4 on it is stable remission
        ([12, 12, 12, 14, 14], [2, 3, 5]),
    ],
)
def test_stable_response_is_two_weeks_of_response_without_stable_remission(totals, weeks):
    assert weekly(totals, "stable_response") == weeks


@unit
def test_runs_of_one_patient_are_not_those_of_another():
    study = scored_study(
        {
            "a": [(0, 30), (7, 12), (14, 20)],
            "b": [(0, 30), (7, 20), (14, 12)],
            "c": [(0, 30), (7, 12), (14, 12)],
        },
        instrument="MADRS",
    )
    rows = visit_outcomes(study, "MADRS", schedule=WEEKLY, measures=["consistent_remission"])
    assert rows.loc[rows["consistent_remission"], "subject_id"].tolist() == ["c"]


@unit
def test_a_run_needs_a_schedule_that_suits_it():
    study = scored_study({"a": [(0, 30), (28, 10)]}, instrument="MADRS")
    one = (Window(label="week 4", target=28, low=21, high=41),)
    with pytest.raises(DataError, match="looks at 2 planned visits; the schedule has 1"):
        visit_outcomes(study, "MADRS", schedule=one, measures=["consistent_remission"])
    with pytest.raises(DataError, match="7 days apart"):
        visit_outcomes(study, "MADRS", schedule=SCHEDULE, measures=["stable_remission"])
    backwards = Schedule(name="x", windows=WEEKLY.windows[::-1])
    with pytest.raises(DataError, match="in the order of their days"):
        visit_outcomes(study, "MADRS", schedule=backwards, measures=["consistent_remission"])


def close_windows(*days):
    windows = tuple(Window(label=f"v{day}", target=day, low=day, high=day) for day in days)
    return Schedule(name="days", windows=windows)


@unit
def test_a_run_may_fill_its_schedule_and_visits_may_be_a_day_apart():
    study = scored_study({"a": [(0, 30), (7, 12), (8, 12)]}, instrument="MADRS")
    rows = visit_outcomes(
        study, "MADRS", schedule=close_windows(7, 8), measures=["consistent_remission"]
    )
    assert rows["consistent_remission"].tolist() == [False, True]


@unit
def test_planned_days_that_do_not_go_on_are_no_run():
    same = Schedule(
        name="same",
        windows=(
            Window(label="one", target=10, low=8, high=10),
            Window(label="two", target=10, low=11, high=12),
        ),
    )
    study = scored_study({"a": [(0, 30), (8, 12), (12, 12)]}, instrument="MADRS")
    with pytest.raises(DataError, match="in the order of their days"):
        visit_outcomes(study, "MADRS", schedule=same, measures=["consistent_remission"])


@unit
def test_runs_reach_to_the_last_week():
    assert weekly([30] * 12 + [12, 12, 12, 12], "stable_remission") == [15, 16]
    assert weekly([30] * 14 + [15, 15], "stable_response") == [16]


@unit
def test_one_of_the_last_visits_may_be_enough():
    either = Definition(
        name="either", instrument="MADRS", measure="remission", rule="One of the last two.",
        kind="run", parameters={"visits": 2, "needed": 1}, of_visit="remission_madrs12",
        source="local", verified=True,
    )  # fmt: skip
    study = scored_study({"a": [(0, 30), (7, 12), (14, 20), (21, 20)]}, instrument="MADRS")
    rows = visit_outcomes(study, "MADRS", schedule=WEEKLY, measures=[either])
    assert rows["either"].tolist() == [False, True, False]


@unit
def test_a_run_of_nobody_is_met_by_nobody():
    study = scored_study({"a": [(0, 30)]}, instrument="MADRS")
    assert visit_outcomes(study, "MADRS", schedule=WEEKLY, measures=["consistent_remission"]).empty


@unit
@pytest.mark.parametrize(
    ("name", "visit"),
    [("consistent_remission", "week 2"), ("stable_remission", "week 4"),
     ("stable_response", "week 4")],
)  # fmt: skip
def test_a_run_is_judged_from_the_first_visit_that_can_end_it(name, visit):
    scores = {"a": [(0, 30), *((7 * week, 12) for week in range(1, 5))]}
    rates = response_rates(
        scored_study(scores, instrument="MADRS"), "MADRS",
        visit=visit, schedule=WEEKLY, measures=[name],
    )  # fmt: skip
    assert rates["n"].tolist() == [int(name != "stable_response")]  # which excludes the other


@unit
@pytest.mark.parametrize(
    ("kept", "lost"),
    # 10 of a baseline of 20 is a response, 11 is not; what cannot be judged is not lost
    [("response50", [False, True, False, False]), ("remission_phq9", [True, True, True, False])],
)
def test_a_loss_needs_what_its_definition_needs(kept, lost):
    rule = Definition(
        name="lost", instrument="PHQ-9", measure="relapse", kind="loss", rule="Lost.",
        of_visit=kept, source="a test", verified=True,
    )  # fmt: skip
    total, baseline = pd.Series([10.0, 11.0, 11.0, None]), pd.Series([20.0, 20.0, None, 20.0])
    assert judge_scores(total, baseline, rule, load_instrument("PHQ-9")).tolist() == lost


@unit
@pytest.mark.parametrize(
    ("name", "scale", "scores", "met"),
    [
        ("relapse_madrs22", "MADRS", [21, 21.9, 22, 60], [False, False, True, True]),
        ("relapse_qids11", "QIDS-SR16", [11, 12], [False, True]),
        ("relapse_phq9_10", "PHQ-9", [9, 10], [False, True]),
        ("use_within_30_days", "Use-days-30", [0, 1], [False, True]),
    ],
)
def test_a_score_as_severe_as_the_cut_off_is_a_relapse(name, scale, scores, met):
    total = pd.Series(scores, dtype="float64")
    found = judge_scores(total, pd.Series(20.0, index=total.index), name, load_instrument(scale))
    assert found.tolist() == met
