"""Each scale's own rule from answers to totals: forms worked by hand, every edge of every rule."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.instruments import instrument_names, load_instrument, score
from tests.instruments.test_scoring import form, only

unit, identity = pytest.mark.unit, pytest.mark.identity

COMPLETE, PRORATED, FEW = "complete", "prorated", "too few answers"
NO = np.nan


def check(name, answers, total, rule):
    row = only(score(form(answers, instrument=name), name))
    assert row["total"] == pytest.approx(total, nan_ok=True)
    assert row["rule"] == rule


@unit
@pytest.mark.parametrize(
    ("name", "answers", "total", "rule"),
    [
        # two of eight unanswered: mean 2 times 8; three: none
        ("PHQ-8", [2] * 6 + [None] * 2, 16.0, PRORATED),
        ("PHQ-8", [2] * 5 + [None] * 3, NO, FEW),
        # two of seven: mean 12/5 times 7
        ("GAD-7", [3, 3, 2, 2, 2, None, None], 16.8, PRORATED),
        ("GAD-7", [3, 3, 2, 2, None, None, None], NO, FEW),
        ("MADRS", [6] * 9 + [None], 60.0, PRORATED),
        ("MADRS", [6] * 8 + [None] * 2, NO, FEW),
        # four of twenty are 20 %: mean 1.5 times 20
        ("PCL-5", [1] * 8 + [2] * 8 + [None] * 4, 30.0, PRORATED),
        ("PCL-5", [2] * 15 + [None] * 5, NO, FEW),
        # every item is needed
        ("PHQ-2", [3, 3], 6.0, COMPLETE),
        ("PHQ-2", [3, None], NO, FEW),
        ("AUDIT-C", [4, 0, 1], 5.0, COMPLETE),
        ("AUDIT-C", [4, 0, None], NO, FEW),
        ("CADSS", [1] * 23, 23.0, COMPLETE),
        ("CADSS", [1] * 22 + [None], NO, FEW),
        ("CADSS-6", [4, 3, 2, 1, 0, 4], 14.0, COMPLETE),
        ("CADSS-6", [4, 3, 2, 1, 0, None], NO, FEW),
        ("CAPS-5", [4] * 20, 80.0, COMPLETE),
        ("CAPS-5", [4] * 19 + [None], NO, FEW),
        ("BDI-II", [3] * 21, 63.0, COMPLETE),
        ("BDI-II", [3] * 20 + [None], NO, FEW),
        ("HAM-A", [4] * 14, 56.0, COMPLETE),
        ("HAM-A", [4] * 13 + [None], NO, FEW),
        ("HAM-D17", [4, 4, 4, 2, 2, 2, 4, 4, 4, 4, 4, 2, 2, 2, 4, 2, 2], 52.0, COMPLETE),
        ("HAM-D17", [4, 4, 4, 2, 2, 2, 4, 4, 4, 4, 4, 2, 2, 2, 4, 2, None], NO, FEW),
        ("BPRS", [1] * 18, 18.0, COMPLETE),
        ("BPRS", [7] * 17 + [None], NO, FEW),
        ("BPRS+", [1, 7, 2, 3], 13.0, COMPLETE),
        ("BPRS+", [1, 7, 2, None], NO, FEW),
        ("SHAPS", [1, 0] * 7, 7.0, COMPLETE),
        ("SHAPS", [1] * 13 + [None], NO, FEW),
        ("SHAPS-ordinal", [1] * 14, 14.0, COMPLETE),
        ("SHAPS-ordinal", [4] * 13 + [None], NO, FEW),
        # sum 13 times 4
        ("WHO-5", [5, 4, 3, 1, 0], 52.0, COMPLETE),
        ("WHO-5", [5, 4, 3, 1, None], NO, FEW),
        # one number
        ("Use-days-30", [30], 30.0, COMPLETE),
        ("Heavy-drinking-days-30", [0], 0.0, COMPLETE),
        ("Urine screen", [1], 1.0, COMPLETE),
        ("Urine screen", [None], NO, FEW),
        ("Craving VAS", [100], 100.0, COMPLETE),
        ("Craving VAS-10", [10], 10.0, COMPLETE),
        ("MOAA/S", [0], 0.0, COMPLETE),
        ("CGI-S", [7], 7.0, COMPLETE),
        ("CGI-I", [1], 1.0, COMPLETE),
    ],
)
def test_totals(name, answers, total, rule):
    check(name, answers, total, rule)


@unit
@pytest.mark.parametrize(
    ("answers", "total", "rule"),
    [
        # sleep 3, then 1, appetite and weight 2, then five of 1, psychomotor 2
        ([0, 3, 1, 0, 1, 2, None, 0, None, 1, 1, 1, 1, 1, 0, 2], 13.0, COMPLETE),
        # one answer is enough in each domain of several items
        ([None, None, None, 3, 0, None, 3, None, None, 0, 0, 0, 0, 0, None, 3], 9.0, COMPLETE),
        # no answer in sleep, in appetite and weight, in psychomotor, in a domain of one item
        ([None] * 4 + [1] * 12, NO, FEW),
        ([1] * 5 + [None] * 4 + [1] * 7, NO, FEW),
        ([1] * 14 + [None] * 2, NO, FEW),
        ([1] * 4 + [None] + [1] * 11, NO, FEW),
        ([3] * 16, 27.0, COMPLETE),
    ],
)
def test_qids_takes_the_highest_answer_of_each_domain(answers, total, rule):
    check("QIDS-SR16", answers, total, rule)


@unit
@pytest.mark.parametrize(
    ("answers", "total", "rule"),
    [
        # either of a pair makes the form complete; 28 domains of 1
        ([1] * 10 + [1, None, None, 1] + [1] * 16, 28.0, COMPLETE),
        ([3] * 30, 84.0, COMPLETE),
        # of two answers the higher counts: 26 of 0, 2 and 3
        ([0] * 10 + [2, 1, 0, 3] + [0] * 16, 5.0, COMPLETE),
        # two domains of 28 unanswered: 26 times 1, times 28/26
        ([1] * 10 + [None, None, None, None] + [1] * 16, 28.0, PRORATED),
        ([None, 2] + [1] * 8 + [1, None, None, 1] + [1] * 15 + [None], 27 * 28 / 26, PRORATED),
        ([None] + [1] * 9 + [None, None, None, None] + [1] * 16, NO, FEW),
    ],
)
def test_ids_scores_one_of_each_pair(answers, total, rule):
    check("IDS-SR30", answers, total, rule)


@unit
@pytest.mark.parametrize(
    ("answers", "level", "rule"),
    [
        ([0, 0, 0, 0, 0], 0.0, COMPLETE),
        ([1, 0, None, None, None], 1.0, COMPLETE),  # types 3 to 5 are not asked after a no to 2
        ([0, 0, ..., ..., ...], 0.0, COMPLETE),
        ([1, 1, 0, 0, 0], 2.0, COMPLETE),
        ([1, 1, 1, 0, 0], 3.0, COMPLETE),
        ([1, 1, 0, 1, 0], 4.0, COMPLETE),
        ([1, 1, 0, 0, 1], 5.0, COMPLETE),
        ([None, None, None, None, 1], 5.0, COMPLETE),  # nothing higher can be unanswered
        ([1, 1, None, None, None], NO, FEW),
        ([1, 1, 1, 1, None], NO, FEW),
        ([None, 0, None, None, None], NO, FEW),
        ([0, None, None, None, None], NO, FEW),
        ([0, 0, 0, None, None], NO, FEW),  # asked on in spite of the no, then broken off
        ([None] * 5, NO, FEW),
    ],
)
def test_cssrs_is_the_highest_type_and_never_guessed(answers, level, rule):
    check("C-SSRS", answers, level, rule)


def wsas(first, reason, *others):
    rows = form([first, *others], instrument="WSAS")
    reasons = [reason] + [pd.NA] * (len(rows) - 1)
    return rows.assign(missing_reason=pd.Series(reasons, dtype="string"))


@unit
@pytest.mark.parametrize(
    ("items", "total", "maximum", "percent", "rule"),
    [
        (wsas(8, pd.NA, 4, 4, 4, 4), 24.0, 40.0, 60.0, COMPLETE),
        (wsas(None, "not applicable", 4, 4, 4, 4), 16.0, 32.0, 50.0, COMPLETE),
        (wsas(None, "skipped", 4, 4, 4, 4), NO, 40.0, NO, FEW),
        (wsas(None, pd.NA, 4, 4, 4, 4), NO, 40.0, NO, FEW),
        (wsas(None, "not applicable", 4, 4, 4, None), NO, 32.0, NO, FEW),
        (wsas(8, "not applicable", 4, 4, 4, 4), 24.0, 40.0, 60.0, COMPLETE),  # it was answered
    ],
)
def test_wsas_keeps_which_maximum_applies(items, total, maximum, percent, rule):
    row = only(score(items, "WSAS"))
    assert row["total"] == pytest.approx(total, nan_ok=True)
    assert row["maximum"] == maximum
    assert row["percent_of_maximum"] == pytest.approx(percent, nan_ok=True)
    assert row["rule"] == rule


@unit
def test_not_applicable_excuses_no_other_item_and_no_other_scale():
    items = wsas(4, pd.NA, 4, 4, 4, None).assign(missing_reason="not applicable")
    assert only(score(items, "WSAS"))["rule"] == FEW
    items = form([1, None], instrument="PHQ-2").assign(missing_reason="not applicable")
    assert only(score(items, "PHQ-2"))["rule"] == FEW


@unit
def test_percent_of_maximum_starts_at_the_smallest_total():
    # (72 - 18) / (126 - 18)
    assert only(score(form([4] * 18, instrument="BPRS"), "BPRS"))["percent_of_maximum"] == 50.0


@unit
@pytest.mark.parametrize(
    ("name", "answers", "message"),
    [
        # item 4 of HAM-D17 ends at 2, item 1 at 4
        ("HAM-D17", [3, 0, 0, 3] + [0] * 13, "items 4-6, 12-14, 16-17.*; 1 row has"),
        ("HAM-D17", [5] + [0] * 16, "0 to 4 .items 1-3, 7-11, 15.*; 1 row has"),
        ("BPRS", [0] * 18, "1 to 7; 18 rows have .* 0 to 6 need 1 added"),
        ("SHAPS", [4] * 14, "0 to 1; 14 rows have .* SHAPS-ordinal"),
        ("Craving VAS-10", [55], "0 to 10; 1 row has"),
    ],
)
def test_each_item_has_its_own_range(name, answers, message):
    with pytest.raises(DataError, match=message):
        score(form(answers, instrument=name), name)


@identity
@pytest.mark.parametrize("name", instrument_names())
def test_lowest_and_highest_answers_give_the_ends_of_the_total(name):
    scale = load_instrument(name)
    for end, total in ((0, scale.total_low), (1, scale.total_high)):
        answers = [edge[end] for edge in scale.item_ranges]
        row = only(score(form(answers, instrument=name), name))
        assert (row["total"], row["rule"]) == (total, COMPLETE)
        assert (row["maximum"], row["percent_of_maximum"]) == (scale.total_high, 100.0 * end)


@st.composite
def answered(draw):
    """A scale and one form of it with gaps, at least one row present."""
    scale = load_instrument(draw(st.sampled_from(instrument_names())))
    gaps = st.sampled_from([None, ...])
    answers = [
        draw(st.one_of(st.integers(low, high), gaps) if n else st.integers(low, high))
        for n, (low, high) in enumerate(scale.item_ranges)
    ]
    return scale, answers


@identity
@given(drawn=answered(), seed=st.integers(0, 2**32 - 1))
def test_order_and_unanswered_rows_change_nothing(drawn, seed):
    scale, answers = drawn
    present = form([None if a is ... else a for a in answers], instrument=scale.name)
    absent = form([... if a is None else a for a in answers], instrument=scale.name)
    expected = score(present, scale)
    pd.testing.assert_frame_equal(score(present.sample(frac=1, random_state=seed), scale), expected)
    pd.testing.assert_frame_equal(score(absent, scale), expected)


@identity
@given(drawn=answered())
def test_a_total_is_possible_and_says_how_it_came_about(drawn):
    scale, answers = drawn
    row = only(score(form(answers, instrument=scale.name), scale))
    assert np.isnan(row["total"]) == (row["rule"] == FEW)
    assert np.isnan(row["total"]) or scale.total_low <= row["total"] <= scale.total_high
    assert row["n_answered"] == sum(a is not None and a is not ... for a in answers)
    if scale.missing_method == "none":
        assert row["rule"] != PRORATED
