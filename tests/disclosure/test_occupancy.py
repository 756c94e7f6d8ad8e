"""Shares of patients in states."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, coarsen_occupancy
from analysis.errors import ColumnError


def occupancy(numbers: dict[str, list[int]], absorbing: dict[str, list[int]]) -> pd.DataFrame:
    """Patients per state and week, nobody censored; nobody leaves an absorbing state."""
    frame = pd.DataFrame({**numbers, **absorbing})
    long = frame.rename_axis("time").reset_index().melt("time", var_name="state", value_name="n")
    long["estimate"] = long["n"] / frame.iloc[0].sum()
    return long.assign(n_risk=long["n"].where(long["state"].isin(list(numbers)), 0)).drop(
        columns="n"
    )


FEW = occupancy(
    {"well": [200, 180, 120, 60], "relapsed": [0, 14, 65, 90]}, {"died": [0, 6, 15, 50]}
)


@pytest.mark.unit
def test_shares_are_whole_steps_of_eleven_patients() -> None:
    found = coarsen_occupancy(FEW).set_index(["state", "time"])["estimate"].sort_index()
    steps = found * 200 / 11
    smaller = steps.drop("well").drop(("relapsed", 3))
    np.testing.assert_allclose(smaller, smaller.round(), atol=1e-9)
    np.testing.assert_allclose(found["died"], np.array([0, 1, 1, 5]) * 11 / 200)
    np.testing.assert_allclose(found.groupby("time").sum(), 1.0)
    assert "n_risk" not in coarsen_occupancy(FEW)


@pytest.mark.unit
def test_no_share_is_further_off_than_half_a_step_but_the_largest() -> None:
    rounded = coarsen_occupancy(FEW)["estimate"]
    off = (rounded - FEW["estimate"]).abs()
    assert (off <= 11 / 200).all()
    largest = FEW.groupby("time")["estimate"].transform("max").eq(FEW["estimate"])
    assert (off[~largest] <= 0.5 * 11 / 200 + 1e-12).all()


@pytest.mark.unit
def test_steps_grow_as_others_leave_observation() -> None:
    # 40 of 200 are still in sight at week 1, each standing for five
    seen = pd.DataFrame(
        {
            "state": ["well", "relapsed"] * 2,
            "time": [0, 0, 1, 1],
            "n_risk": [200, 0, 28, 12],
            "estimate": [1.0, 0.0, 0.7, 0.3],
        }
    )
    assert coarsen_occupancy(seen)["estimate"].tolist() == pytest.approx([1, 0, 0.725, 0.275])


@pytest.mark.unit
def test_shares_end_where_few_are_in_sight() -> None:
    late = occupancy({"well": [60, 30, 8, 0], "relapsed": [0, 15, 2, 0]}, {"died": [0, 15, 50, 60]})
    found = coarsen_occupancy(late)
    assert found["estimate"].isna().tolist() == [False, False, True, True] * 3


@pytest.mark.unit
def test_groups_are_taken_apart_and_rows_keep_their_order() -> None:
    small = occupancy({"well": [60, 30], "relapsed": [0, 15]}, {"died": [0, 15]})
    both = pd.concat([FEW.assign(arm="iv"), small.assign(arm="im")], ignore_index=True)
    found = coarsen_occupancy(both, by="arm")
    pd.testing.assert_series_equal(
        found.loc[found["arm"].eq("im"), "estimate"].reset_index(drop=True),
        coarsen_occupancy(small)["estimate"],
    )
    shuffled = both.sample(frac=1, random_state=1)
    again = coarsen_occupancy(shuffled, by="arm")
    pd.testing.assert_frame_equal(
        again.sort_values(["arm", "state", "time"], ignore_index=True),
        found.sort_values(["arm", "state", "time"], ignore_index=True),
    )


@pytest.mark.unit
def test_internal_audience_sees_the_shares_as_they_are() -> None:
    pd.testing.assert_frame_equal(coarsen_occupancy(FEW, policy=INTERNAL), FEW)


@pytest.mark.unit
def test_absent_columns_are_refused() -> None:
    with pytest.raises(ColumnError, match="n_risk"):
        coarsen_occupancy(FEW.drop(columns="n_risk"))
