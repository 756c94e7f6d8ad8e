"""Totals from items: literal forms, the missing-item rule, refusals, speed."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import ColumnError, DataError
from analysis.instruments import load_instrument, score

unit, identity = pytest.mark.unit, pytest.mark.identity

CANARY = "zq-canary-71"


def form(answers, *, subject="a", instrument="PHQ-9", day=0, occurrence=1):
    """One form; None is an empty response, ... is an absent row."""
    rows = [(n, answer) for n, answer in enumerate(answers, start=1) if answer is not ...]
    return pd.DataFrame(
        {
            "subject_id": pd.Series([subject] * len(rows), dtype="string"),
            "instrument": pd.Series([instrument] * len(rows), dtype="category"),
            "rel_day": pd.array([day] * len(rows), dtype="Int64"),
            "occurrence": pd.array([occurrence] * len(rows), dtype="Int64"),
            "item_no": pd.array([n for n, _ in rows], dtype="Int64"),
            "response": pd.array([answer for _, answer in rows], dtype="Int64"),
        }
    )


def only(scored):
    assert len(scored) == 1
    return scored.iloc[0]


PHQ_RULE = [
    # manual: with one or two unanswered items, mean of the answered ones times nine
    ([3, 2, 1, 0, 3, 2, 1, 0, 1], 13.0, 9, "complete"),
    ([0] * 9, 0.0, 9, "complete"),
    ([3] * 9, 27.0, 9, "complete"),
    ([2, 2, 2, 2, 2, 2, 2, 2, None], 18.0, 8, "prorated"),
    ([1, 2, 1, 2, 1, 2, 1, 2, ...], 13.5, 8, "prorated"),
    ([..., None, 3, 3, 3, 3, 3, 3, 0], 18 * 9 / 7, 7, "prorated"),
    ([None, ..., None, 3, 3, 3, 3, 3, 3], np.nan, 6, "too few answers"),
    ([None] * 9, np.nan, 0, "too few answers"),
]


@unit
@pytest.mark.parametrize(("answers", "total", "n_answered", "rule"), PHQ_RULE)
def test_phq9_totals(answers, total, n_answered, rule):
    row = only(score(form(answers), "PHQ-9"))
    assert row["total"] == pytest.approx(total, nan_ok=True)
    assert (row["n_answered"], row["rule"]) == (n_answered, rule)


@unit
def test_an_unanswered_item_is_never_zero():
    with_gap = only(score(form([3, 3, 3, 3, 3, 3, 3, 3, None]), "PHQ-9"))["total"]
    with_zero = only(score(form([3, 3, 3, 3, 3, 3, 3, 3, 0]), "PHQ-9"))["total"]
    assert (with_gap, with_zero) == (27.0, 24.0)


@unit
def test_an_empty_answer_and_an_absent_row_are_the_same():
    absent = score(form([1, 2, 3, 1, 2, 3, 1, ..., ...]), "PHQ-9")
    empty = score(form([1, 2, 3, 1, 2, 3, 1, None, None]), "PHQ-9")
    pd.testing.assert_frame_equal(absent, empty)


@unit
def test_madrs_allows_one_unanswered_item():
    nine = only(score(form([4] * 9 + [None], instrument="MADRS"), "MADRS"))
    eight = only(score(form([4] * 8 + [None] * 2, instrument="MADRS"), "MADRS"))
    assert nine["total"] == 40.0
    assert np.isnan(eight["total"])


@unit
def test_a_scale_without_prorating_needs_every_item():
    strict = replace(load_instrument("PHQ-9"), missing_method="none")
    scored = score(form([1] * 8 + [None]), strict)
    assert only(scored)["rule"] == "too few answers"
    assert np.isnan(only(scored)["total"])


@unit
def test_forms_are_told_apart_and_other_scales_left_out():
    items = pd.concat(
        [
            form([1] * 9, day=7),
            form([2] * 9, day=7, occurrence=2),
            form([3] * 9, subject="b", day=-3),
            form([6] * 10, instrument="MADRS"),
            form([0] * 9, day=-3),
        ],
        ignore_index=True,
    )
    scored = score(items, "PHQ-9")
    keys = scored[["subject_id", "rel_day", "occurrence"]].to_numpy().tolist()
    assert keys == [["a", -3, 1], ["a", 7, 1], ["a", 7, 2], ["b", -3, 1]]
    assert scored["total"].tolist() == [0.0, 9.0, 18.0, 27.0]
    assert scored["instrument"].eq("PHQ-9").all()


@unit
def test_a_row_without_the_name_of_a_scale_belongs_to_none():
    names = pd.array(["PHQ-9"] * 8 + [None], dtype="string")
    row = only(score(form([1] * 9).assign(instrument=names), "PHQ-9"))
    assert (row["n_answered"], row["rule"]) == (8, "prorated")


@unit
def test_forms_of_several_patients_and_days_are_told_apart():
    answers = {("a", 0): 0, ("a", 7): 1, ("b", 0): 2, ("c", 0): 3, ("d", 0): 1}
    items = pd.concat(
        [form([answer] * 9, subject=subject, day=day) for (subject, day), answer in answers.items()]
    )
    assert score(items, "PHQ-9")["total"].tolist() == [0.0, 9.0, 18.0, 27.0, 9.0]


@unit
def test_no_rows_give_no_totals():
    assert score(form([], instrument="GAD-7"), "GAD-7").empty


@unit
@pytest.mark.parametrize(
    ("items", "message"),
    [
        (form([4, 1, 1, 1, 1, 1, 1, 1, -1]), "answers from 0 to 3; 2 rows have"),
        (form([1] * 10), "items 1 to 9; 1 row has"),
        (form([1] * 9).assign(item_no=range(9)), "items 1 to 9; 1 row has"),
        (form([1] * 9).assign(item_no=pd.array([None] * 9, dtype="Int64")), "9 rows have"),
        (pd.concat([form([1] * 9), form([2, 2])]), "2 repeated rows"),
        (form([1] * 9).assign(response=0.5), "9 rows have another answer"),
        (form([1] * 9).assign(rel_day=pd.array([None] * 9, dtype="Int64")), "9 rows have no"),
    ],
    ids=["answer", "item", "item 0", "no item", "repeat", "half", "no day"],
)
def test_impossible_items_are_refused_by_count(items, message):
    with pytest.raises(DataError, match=message) as raised:
        score(items.assign(subject_id=CANARY), "PHQ-9")
    assert CANARY not in str(raised.value)


@unit
def test_missing_columns_are_named():
    with pytest.raises(ColumnError, match="lack the columns occurrence, response"):
        score(form([1] * 9).drop(columns=["occurrence", "response"]), "PHQ-9")


@unit
def test_the_items_are_left_as_they_were():
    items = form([1, None, 2, 3, 0, 0, 1, 2, 2])
    before = items.copy(deep=True)
    score(items, "PHQ-9")
    pd.testing.assert_frame_equal(items, before)


answer = st.one_of(st.none(), st.just(...), st.integers(0, 3))


@identity
@given(
    forms=st.lists(
        st.lists(answer, min_size=9, max_size=9).filter(lambda a: any(x is not ... for x in a)),
        min_size=1,
        max_size=5,
    ),
    seed=st.integers(0, 2**32 - 1),
)
def test_totals_do_not_depend_on_the_order_of_rows(forms, seed):
    items = pd.concat([form(f, day=n) for n, f in enumerate(forms)], ignore_index=True)
    shuffled = items.sample(frac=1.0, random_state=seed)
    pd.testing.assert_frame_equal(score(items, "PHQ-9"), score(shuffled, "PHQ-9"))


@identity
@given(answers=st.lists(answer, min_size=7, max_size=7).filter(lambda a: a.count(...) < 7))
def test_the_total_follows_the_rule_written_out(answers):
    given_answers = [a for a in answers if a is not None and a is not ...]
    row = only(score(form(answers, instrument="GAD-7"), "GAD-7"))
    assert row["n_answered"] == len(given_answers)
    if len(given_answers) >= 5:
        assert row["total"] == pytest.approx(np.mean(given_answers) * 7)
        assert 0.0 <= row["total"] <= 21.0
    else:
        assert np.isnan(row["total"])
