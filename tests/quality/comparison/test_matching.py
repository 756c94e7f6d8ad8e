"""Which figures match, and every reason why others do not."""

import pytest

from analysis.errors import DataError
from analysis.outcomes import END_OF_INDUCTION, SCHEDULE
from analysis.published import published_study
from analysis.quality import change_from_means, comparable_cohorts, compare_with_published
from analysis.quality.comparison.matching import holdings
from analysis.quality.comparison.question import Source, own_rule, own_schedule, window_words
from tests.quality.comparison.cases import clinic, figure, paper

unit = pytest.mark.unit
WEEK_4 = "asked for week 4, planned on day 28, days 21 to 41"


@pytest.fixture(scope="module")
def study():
    return clinic()


def reasons_of(study, *figures, cohort=None, **asked):
    """Every reason of one figure of an invented paper."""
    made = cohort or paper(*figures)
    found = comparable_cohorts(study, cohorts=(made,), **asked)
    return found.loc[found["cohort"].eq(made.name), "reasons"].tolist()


@unit
def test_what_is_the_same_has_no_reason(study):
    assert reasons_of(study) == [""]
    asked = {"instrument": "PHQ-9", "measure": "response", "route": "IV", "agent": "ketamine"}
    assert reasons_of(study, visit="week 4", schedule=SCHEDULE, **asked) == [""]
    assert reasons_of(study, definition="response", **asked) == [""]


@unit
@pytest.mark.parametrize(
    ("changes", "asked", "said"),
    [
        ({"scale": "MADRS"}, {}, ["scale: the study has no MADRS score"]),
        ({"scale": "MADRS"}, {"instrument": "PHQ-9"}, ["scale: MADRS, asked for PHQ-9"]),
        ({"scale": None, "definition": None}, {},
         ["scale: not published", "definition: not published"]),
        ({"day_low": None, "day_high": None}, {}, ["window: not published"]),
        ({"window_from": "last infusion"}, {},
         ["window: day 28 from last infusion, an event from which no schedule counts"]),
        ({"day_low": 42, "day_high": 42}, {"visit": "week 4", "schedule": SCHEDULE},
         [f"window: day 42 from first dose, {WEEK_4}"]),
        ({"day_low": 14, "day_high": 31}, {"visit": "week 4", "schedule": SCHEDULE},
         [f"window: days 14 to 31 from first dose, {WEEK_4}"]),
        ({}, {"visit": "after induction", "schedule": END_OF_INDUCTION},
         ["window: day 28 from first dose, asked for days from the last induction session"]),
        ({"definition": "remission_phq9_5", "measure": "remission"},
         {"definition": "remission_phq9", "instrument": "PHQ-9"},
         ["definition: PHQ-9 at most 5, asked for PHQ-9 below 5"]),
        ({"definition": "loss_of_response"}, {},
         ["definition: loss_of_response has no equal here"]),
        ({}, {"route": "IM"}, ["route: IV, asked for IM"]),
        ({}, {"agent": "esketamine"}, ["agent: ketamine, asked for esketamine"]),
        ({"group": "women"}, {}, ["group: women, not all patients"]),
        ({"value": None, "range_low": 40, "range_high": 60}, {},
         ["value: only a range over arms was published"]),
        ({"n": None}, {},
         ["patients: how many the figure rests on was not published (state published_n)"]),
        ({"measure": "mean change", "unit": "points", "value": -5.0, "definition": None}, {},
         ["spread: no standard deviation of the change was published"]),
    ],
)  # fmt: skip
def test_each_reason_is_said(study, changes, asked, said):
    assert reasons_of(study, figure(**changes), **asked) == ["; ".join(said)]


@unit
def test_cohorts_of_another_design_route_or_drug(study):
    trial = paper(design="randomised trial")
    assert reasons_of(study, cohort=trial) == [
        "design: randomised trial, no cohort of treated patients"
    ]
    sublingual = paper(route="SL")
    assert reasons_of(study, cohort=sublingual) == [
        "route: the study treated nobody with ketamine (SL)"
    ]


@unit
def test_all_reasons_are_given_at_once_and_comparison_refuses_with_them(study):
    other = paper(figure(scale="MADRS", day_low=None, day_high=None), route="SL")
    with pytest.raises(DataError) as refused:
        compare_with_published(study, cohort=other)
    for reason in ("scale: the study has no MADRS", "window: not published", "route: the study"):
        assert reason in str(refused.value)


@unit
def test_the_library_lists_the_nearest_first(study):
    found = comparable_cohorts(study, instrument="PHQ-9", measure="response")
    assert found.loc[found["comparable"], "cohort"].tolist() == ["McInnes 2022"]
    counts = found["reasons"].str.count("; ")
    assert counts.iloc[1:].is_monotonic_increasing
    row = found.iloc[0]
    assert (row["n"], row["n_treated"], row["window"]) == (
        537, 9016, "days 14 to 31 from end of induction",
    )  # fmt: skip


@unit
def test_questions_without_sense_are_refused(study):
    with pytest.raises(DataError, match="measure is one of"):
        comparable_cohorts(study, measure="dropout")
    with pytest.raises(DataError, match="Name the visit"):
        comparable_cohorts(study, schedule=SCHEDULE)
    with pytest.raises(DataError, match="no such visit"):
        comparable_cohorts(study, schedule=SCHEDULE, visit="week 5")
    with pytest.raises(DataError, match="needs its scale"):
        comparable_cohorts(study, definition="response")


@unit
def test_what_a_study_holds():
    held = holdings(clinic(route="IM"))
    assert held.scales == {"PHQ-9"}
    assert held.treatments == {("ketamine", "IM")}


@unit
def test_windows_are_made_from_published_ones():
    mcinnes = own_schedule(published_study("McInnes 2022").figures[0], days_around=7)
    assert (mcinnes.anchor, mcinnes.rule) == ("last induction session", "nearest")
    assert [(w.target, w.low, w.high) for w in mcinnes] == [(14, 14, 31)]
    day = own_schedule(figure(), days_around=3)
    assert (day.anchor, [(w.label, w.low, w.high) for w in day]) == (
        "start of the course", [("day 28", 25, 31)],
    )  # fmt: skip
    from_start = own_schedule(figure(day_low=0, day_high=42), days_around=3)
    assert (from_start.rule, [(w.low, w.high) for w in from_start]) == ("last", [(1, 42)])
    assert own_schedule(figure(window_from=None), days_around=3) is None
    assert window_words(figure(day_low=None)) == "not published"


@unit
@pytest.mark.parametrize(
    ("name", "scale", "kind", "number"),
    [
        ("response50", "PHQ-9", "fraction", {"fraction": 0.5}),
        ("remission_phq9", "PHQ-9", "cut-off", {"cut_off": 4}),
        ("remission_phq9_5", "PHQ-9", "cut-off", {"cut_off": 5}),
        ("below10_phq9", "PHQ-9", "cut-off", {"cut_off": 9}),
        ("remission_madrs10", "MADRS", "cut-off", {"cut_off": 10}),
        ("remission_madrs12", "MADRS", "cut-off", {"cut_off": 12}),
        ("deterioration", "GAD-7", "worsening", {"points": 0}),
    ],
)
def test_published_rules_become_rules_for_ones_own_scores(name, scale, kind, number):
    rule = own_rule(Source(study=paper(), figure=figure(definition=name, scale=scale)))
    assert (rule.kind, dict(rule.parameters), rule.instrument) == (kind, number, scale)


@unit
def test_change_from_two_means():
    before = figure(measure="baseline mean", value=16.0, standard_deviation=6.0, day_low=None)
    after = figure(measure="mean at follow-up", value=10.0, standard_deviation=8.0)
    made = change_from_means(paper(before, after), scale="PHQ-9", correlation=0.25).figures[-1]
    assert (made.measure, made.value, made.evidence) == ("mean change", -6.0, "computed")
    assert made.standard_deviation == pytest.approx((36 + 64 - 2 * 0.25 * 48) ** 0.5)
    with pytest.raises(DataError, match="from -1 to 1"):
        change_from_means(paper(before, after), scale="PHQ-9", correlation=2)
    with pytest.raises(DataError, match="before and after"):
        change_from_means(paper(before), scale="PHQ-9", correlation=0)
