"""Shorter scales from a longer one's items, and single items followed alone."""

import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError
from analysis.instruments import derive_items, item_positive, score
from tests.instruments.test_scoring import CANARY, form, only

unit = pytest.mark.unit


@unit
@pytest.mark.parametrize(
    ("part", "whole", "answers", "taken"),
    [
        ("PHQ-8", "PHQ-9", [0, 1, 2, 3, 0, 1, 2, 3, 3], [0, 1, 2, 3, 0, 1, 2, 3]),
        ("PHQ-2", "PHQ-9", [3, 2, 0, 0, 0, 0, 0, 0, 0], [3, 2]),
        # items 1, 2, 6, 7, 15 and 22
        (
            "CADSS-6",
            "CADSS",
            [1, 2, 0, 0, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 0],
            [1, 2, 3, 4, 1, 2],
        ),
        # items 4, 11, 12 and 15
        ("BPRS+", "BPRS", [1, 1, 1, 4, 1, 1, 1, 1, 1, 1, 5, 6, 1, 1, 7, 1, 1, 1], [4, 5, 6, 7]),
    ],
)
def test_the_items_of_a_part(part, whole, answers, taken):
    items = derive_items(form(answers, instrument=whole), part)
    assert items["item_no"].tolist() == list(range(1, len(taken) + 1))
    assert items["response"].tolist() == taken
    assert items["instrument"].eq(part).all()
    assert only(score(items, part))["total"] == sum(taken)


@unit
def test_gaps_stay_gaps_and_other_scales_are_left_out():
    items = pd.concat([form([3, None] + [0] * 7), form([1] * 7, instrument="GAD-7")])
    part = derive_items(items, "PHQ-2")
    assert len(part) == 2
    assert part.index.tolist() == [0, 1]
    assert part.columns.tolist() == items.columns.tolist()
    assert only(score(part, "PHQ-2"))["rule"] == "too few answers"


@unit
def test_rows_of_no_scale_are_in_no_part():
    items = form([3] * 9).astype({"instrument": "string"})
    nameless = items.iloc[:2].assign(instrument=pd.array([pd.NA, pd.NA], dtype="string"))
    assert len(derive_items(pd.concat([items, nameless]), "PHQ-2")) == 2


@unit
def test_a_whole_scale_and_impossible_answers_are_refused():
    with pytest.raises(DataError, match="GAD-7 is not part of a longer scale"):
        derive_items(form([1] * 9), "GAD-7")
    with pytest.raises(DataError, match="from 0 to 3; 1 row has"):
        derive_items(form([7] + [1] * 8), "PHQ-2")
    with pytest.raises(ColumnError, match="lack the columns response"):
        derive_items(form([1] * 9).drop(columns="response"), "PHQ-2")


@unit
def test_item_nine_is_followed_and_missing_stays_missing():
    forms = [[0] * 8 + [answer] for answer in (0, 1, 3, None, ...)]
    items = pd.concat([form(f, day=day) for day, f in enumerate(forms)], ignore_index=True)
    positive = item_positive(items.sample(frac=1, random_state=1), "PHQ-9", 9)
    assert positive["rel_day"].tolist() == [0, 1, 2, 3, 4]
    assert positive["positive"].tolist() == [False, True, True, pd.NA, pd.NA]
    assert positive["positive"].dtype == "boolean"
    assert positive.index.tolist() == [0, 1, 2, 3, 4]


@unit
def test_the_cut_off_of_an_item_can_be_stated():
    items = pd.concat([form([answer] * 9, day=answer) for answer in (1, 2, 3)])
    assert item_positive(items, "PHQ-9", 9, at_least=2)["positive"].tolist() == [False, True, True]


@unit
def test_the_first_and_the_last_item_can_be_followed():
    items = form([3] + [0] * 7 + [2])
    assert [item_positive(items, "PHQ-9", n)["positive"].item() for n in (1, 2, 9)] == [
        True, False, True,
    ]  # fmt: skip


@unit
def test_an_item_that_does_not_exist_is_refused_without_ids():
    with pytest.raises(DataError, match="PHQ-9 has items 1 to 9") as raised:
        item_positive(form([1] * 9, subject=CANARY), "PHQ-9", 10)
    assert CANARY not in str(raised.value)
    with pytest.raises(DataError, match="items 1 to 9"):
        item_positive(form([1] * 9), "PHQ-9", 0)
