"""Stored totals against recomputed ones."""

import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError
from analysis.instruments import compare_totals, total_states

unit, identity = pytest.mark.unit, pytest.mark.identity


def totals(values, *, instrument="PHQ-9"):
    return pd.DataFrame(
        {
            "subject_id": [f"s{n}" for n in range(len(values))],
            "instrument": instrument,
            "rel_day": 0,
            "occurrence": 1,
            "total": pd.Series(values, dtype="float64"),
        }
    )


def counts(scored, assessments):
    return compare_totals(scored, assessments).set_index(["instrument", "state"])["n"]


@unit
def test_the_five_states():
    stored = totals([9.0, 9.4, 12.0, 5.0, None, None])
    recomputed = totals([9.0, 9.0, 9.0, None, 5.0, None])
    assert counts(recomputed, stored)["PHQ-9"].to_dict() == {
        "agree": 2,
        "differ": 1,
        "only stored": 1,
        "only recomputed": 1,
        "neither": 1,
    }


@unit
def test_forms_in_one_table_only_count_as_such():
    result = counts(totals([9.0]), totals([9.0, 4.0, 4.0]))
    assert result[("PHQ-9", "agree")] == 1
    assert result[("PHQ-9", "only stored")] == 2
    reverse = counts(totals([9.0, 4.0]), totals([9.0]))
    assert reverse[("PHQ-9", "only recomputed")] == 1


@unit
def test_scales_without_items_are_left_out():
    stored = pd.concat([totals([9.0]), totals([30.0], instrument="MADRS")])
    assert set(compare_totals(totals([9.0]), stored)["instrument"]) == {"PHQ-9"}


@unit
def test_the_result_holds_no_ids():
    result = compare_totals(totals([9.0]), totals([9.0]))
    assert result.columns.tolist() == ["instrument", "state", "n"]


@identity
def test_types_of_the_key_do_not_matter():
    stored, scored = totals([9.0, 3.0]), totals([9.0, 4.0])
    typed = stored.astype(
        {
            "subject_id": "string",
            "instrument": "category",
            "rel_day": "Int64",
            "occurrence": "Int64",
        }
    )
    pd.testing.assert_frame_equal(compare_totals(scored, typed), compare_totals(scored, stored))


@unit
def test_repeated_forms_are_refused():
    twice = pd.concat([totals([9.0]), totals([9.0])])
    with pytest.raises(DataError, match="1 repeated rows"):
        compare_totals(totals([9.0]), twice)


@unit
def test_missing_columns_are_named():
    with pytest.raises(ColumnError, match="lacks occurrence, total"):
        compare_totals(totals([9.0]), totals([9.0]).drop(columns=["occurrence", "total"]))


@unit
def test_the_state_of_each_form():
    both = total_states(totals([9.0, 9.0]), totals([9.5, 9.6])).sort_values("subject_id")
    assert both["stored"].tolist() == [9.5, 9.6]
    assert both["recomputed"].tolist() == [9.0, 9.0]
    assert both["state"].tolist() == ["agree", "differ"]  # half a point may be rounding
