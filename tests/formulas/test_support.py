"""The fewest patients and events behind each coefficient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.formulas import support
from analysis.formulas.columns import read_columns
from analysis.formulas.encoding import encode
from analysis.formulas.parsing import read_fixed
from analysis.formulas.support import fewest_behind

pytestmark = pytest.mark.unit

# patients 0-3 in a, 4-6 in b, 7-8 in c; patient 3 has no score at v2, patient 6 none at v1
VISITS = pd.DataFrame(
    {
        "patient": [0, 1, 2, 3, 4, 5, 7, 8, 0, 1, 2, 4, 5, 6, 7, 8],
        "arm": [*"aaaabbcc", *"aaabbbcc"],
        "visit": ["v1"] * 8 + ["v2"] * 8,
        "event": [True] * 4 + [False] * 12,
        "y": np.arange(16.0),
    }
)


def behind(
    formula: str, data: pd.DataFrame = VISITS, *, events: bool = False
) -> dict[str, list[Any]]:
    parsed = read_fixed(formula)
    names = [*parsed.outcome, *parsed.predictors]
    columns, _, _ = read_columns(data, names, factors=parsed.factors, whole=())
    encoding = encode(parsed, columns, len(data))
    event = data["event"].to_numpy() if events else None
    patient = data["patient"].to_numpy()
    frame = fewest_behind(encoding, columns, patient=patient, event=event)
    return frame.set_index("term").to_dict("list") | {"term": frame["term"].tolist()}


def test_levels_count_patients_and_not_rows() -> None:
    # b against a: 3 and 4 patients; c against a: 2 and 4
    assert behind("y ~ arm")["n"] == [4, 3, 2]


def test_cells_of_an_interaction() -> None:
    found = behind("y ~ arm * visit")
    assert found["term"][3:] == ["visit[T.v2]", "arm[T.b]:visit[T.v2]", "arm[T.c]:visit[T.v2]"]
    # v1 has patients 0-5, 7, 8; in b at v1 are 4 and 5, at v2 4, 5 and 6; in a at v2 are 0, 1, 2
    assert found["n"] == [4, 3, 2, 8, 2, 2]


def test_the_intercept_rests_on_the_first_cell_of_the_largest_term() -> None:
    first = VISITS[~(VISITS["arm"].eq("a") & VISITS["visit"].eq("v1") & VISITS["patient"].gt(0))]
    assert behind("y ~ arm * visit", first)["n"][0] == 1


def test_sums_to_zero_compare_a_level_with_the_last() -> None:
    assert behind("y ~ C(arm, contr.sum)")["n"] == [9, 2, 2]


def test_a_number_rests_on_those_who_have_not_the_most_common_value() -> None:
    few = VISITS.assign(ect=np.where(VISITS["patient"].isin([1, 5]), 6.0, 0.0))
    assert behind("y ~ ect", few)["n"] == [9, 2]
    assert behind("y ~ ect", few.assign(ect=1.0 - few["ect"]))["n"] == [9, 2]
    assert behind("y ~ y0", VISITS.assign(y0=VISITS["patient"] * 1.0))["n"] == [9, 8]


def test_slopes_by_group_count_the_group() -> None:
    days = VISITS.assign(day=np.where(VISITS["visit"].eq("v2"), 28.0, 0.0))
    # only rows at day 28 tell of a slope, and of the two days both are compared
    assert behind("y ~ arm:day", days)["n"][1:] == [3, 2, 2]


def test_events_of_levels() -> None:
    # all four events are in a at v1
    assert behind("y ~ arm", events=True)["n_event"] == [4, 0, 0]


def test_large_tables_are_counted_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = behind("y ~ arm * visit", events=True)
    monkeypatch.setattr(support, "_LARGE", 0)
    assert behind("y ~ arm * visit", events=True) == wanted
