"""The baseline by rule: last, mean, worst of k, in the window, per course."""

import dataclasses

import pytest

from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.instruments.library import _library
from analysis.outcomes import LAST, BaselineRule, Window, baseline_scores
from tests.builders import scored_study
from tests.outcomes.treatment import two_courses

unit = pytest.mark.unit


def baseline(*scores, **rule):
    frame = baseline_scores(
        scored_study({"a": scores}), "PHQ-9", rule=BaselineRule(**rule) if rule else LAST
    )
    return frame[["baseline", "baseline_day", "n_baseline"]].to_numpy().tolist()


@unit
@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([(-20, 24), (-2, 15)], [[15, -2, 1]]),  # the last, not the worst
        ([(-2, 15), (-20, 24)], [[15, -2, 1]]),
        ([(-2, 15), (0, 12)], [[12, 0, 1]]),  # day 0 is before the dose
        ([(-30, 15)], [[15, -30, 1]]),
        ([(-31, 15)], []),
        ([(1, 15)], []),
        ([(-5, 15), (-2, None)], [[15, -5, 1]]),
        ([(-5, None)], []),
        ([(-5, 0)], [[0, -5, 1]]),
        ([(0, 20), (0, 5)], [[20, 0, 1]]),
        ([], []),
    ],
)
def test_the_usual_baseline_is_the_last_score_of_the_30_days_up_to_the_course(scores, expected):
    assert baseline(*scores) == expected


FOUR = [(-28, 27), (-21, 12), (-14, 18), (-7, 18), (0, 10)]


@unit
@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"method": "last"}, [10, 0, 1]),
        ({"method": "mean"}, [17, 0, 5]),
        ({"method": "mean", "k": 1}, [10, 0, 1]),
        ({"method": "mean", "k": 2}, [14, 0, 2]),
        ({"method": "mean", "k": 9}, [17, 0, 5]),
        ({"method": "worst", "k": 1}, [10, 0, 1]),
        ({"method": "worst", "k": 2}, [18, -7, 2]),
        ({"method": "worst", "k": 3}, [18, -7, 3]),  # the latest of equally bad ones
        ({"method": "worst", "k": 4}, [18, -7, 4]),
        ({"method": "worst", "k": 5}, [27, -28, 5]),
        ({"method": "worst", "k": 6}, [27, -28, 5]),  # fewer than k: those that are there
    ],
)
def test_other_rules_take_the_last_k_scores(rule, expected):
    assert baseline(*FOUR, (-31, 27), (1, 27), **rule) == [expected]
    assert baseline(*FOUR[::-1], **rule) == [expected]


@unit
def test_another_window():
    study = scored_study({"a": [(-61, 1), (-60, 20), (-39, 2)]})
    window = Window(label="baseline", target=0, low=-60, high=-40)
    rule = BaselineRule(method="last", window=window)
    assert baseline_scores(study, "PHQ-9", rule=rule)["baseline"].tolist() == [20]


@unit
def test_where_higher_is_better_the_worst_is_the_lowest(monkeypatch):
    better = dataclasses.replace(load_instrument("PHQ-9"), direction="higher is better")
    monkeypatch.setitem(_library(), "PHQ-9", better)
    assert baseline((-9, 12), (-5, 3), (0, 20), method="worst", k=3) == [[3, -5, 3]]


@unit
def test_a_scale_without_a_better_direction_has_no_worst(monkeypatch):
    neither = dataclasses.replace(load_instrument("PHQ-9"), direction="none")
    monkeypatch.setitem(_library(), "PHQ-9", neither)
    with pytest.raises(DataError, match="no better direction"):
        baseline((0, 20), method="worst", k=2)


@unit
def test_each_course_has_its_own_baseline():
    study = two_courses({"a": [(-1, 22), (3, 20), (170, 11), (200, 17), (201, 2)]})
    frame = baseline_scores(study, "PHQ-9")
    assert frame.to_numpy().tolist() == [["a", 1, 22, -1, 1], ["a", 2, 17, 200, 1]]
    early = two_courses({"a": [(-1, 22), (169, 11)]})
    assert baseline_scores(early, "PHQ-9")["course"].tolist() == [1]  # day -31 of the second
    assert baseline_scores(two_courses({"a": [(170, 11)]}), "PHQ-9")["baseline"].tolist() == [11]


@unit
@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ({"method": "last"}, "the last score from day -30 to day 0"),
        ({"method": "mean"}, "the mean of all scores from"),
        ({"method": "mean", "k": 3}, "the mean of the last 3 scores from"),
        ({"method": "worst", "k": 2}, "the worst of the last 2 scores from"),
    ],
)
def test_the_rule_says_itself(rule, text):
    assert text in repr(BaselineRule(**rule))


@unit
@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"method": "best"}, "last, mean or worst"),
        ({"method": "worst"}, "State k"),
        ({"method": "last", "k": 2}, "one score"),
        ({"method": "mean", "k": 0}, "1 or more"),
        ({"method": "worst", "k": -1}, "1 or more"),
    ],
)
def test_rules_that_say_too_little_or_too_much_are_refused(rule, message):
    with pytest.raises(DataError, match=message):
        BaselineRule(**rule)
