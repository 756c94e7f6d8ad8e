"""What is read off a shown curve of intervals, and that it is held to the curve dated at visits."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import (
    INTERNAL,
    Ledger,
    held_together,
    interval_corners,
    interval_levels,
    interval_median,
    recording,
    suppress_curve,
    suppress_interval_curve,
)
from analysis.disclosure.ledger import current_ledger
from analysis.errors import ColumnError
from analysis.survival import kaplan_meier, turnbull

pytestmark = pytest.mark.unit

CUT = pd.DataFrame({"lower": [0.0, 20.0], "upper": [9.0, 35.0], "estimate": [0.8, 0.4]})


def visits(n_between: int) -> pd.DataFrame:
    """Lost on day 14 or 42, or not seen to be; `n_between` were last seen well on day 35."""
    lower = [0.0] * 20 + [28.0] * (30 - n_between) + [35.0] * n_between + [21.0] * 15 + [70.0] * 60
    time = [14.0] * 20 + [42.0] * 30 + [21.0] * 15 + [70.0] * 60
    rows = pd.DataFrame({"lower": lower, "time": time, "event": [True] * 50 + [False] * 75})
    rows["upper"] = rows["time"].where(rows["event"], np.inf)
    units = pd.Series([f"p{k}" for k in range(len(rows))])
    return rows.assign(unit=units, entry=0.0, free_until=rows["lower"])


def both(rows: pd.DataFrame, day: float) -> list[str]:
    """Numbers at risk on a day: between visits, and dated at the visit, as they are shown."""
    at_visit = rows.drop(columns="free_until")
    dated = kaplan_meier(rows[["time", "event"]])
    between = turnbull(rows[["lower", "upper"]])
    _, one = suppress_interval_curve(between.curve(), between.risk_table([day]), followed=rows)
    _, other = suppress_curve(dated.curve(), dated.risk_table([day]), followed=at_visit)
    return [one["n_risk"].item(), other["n_risk"].item()]


def test_levels_lie_between_the_ends_of_a_region_and_end_with_the_curve() -> None:
    levels = interval_levels(CUT, [0, 4.5, 9, 15, 27.5, 35, 36])
    assert levels["estimate"].round(6).tolist()[:6] == [1.0, 0.9, 0.8, 0.8, 0.6, 0.4]
    assert levels["estimate_low"].tolist()[:6] == [1.0, 0.8, 0.8, 0.8, 0.4, 0.4]
    assert levels["estimate_high"].tolist()[:6] == [1.0, 1.0, 0.8, 0.8, 0.8, 0.4]
    assert levels.iloc[6, 1:].isna().all()


def test_the_median_is_the_region_in_which_the_curve_falls_to_one_half() -> None:
    assert interval_median(CUT) == (20.0, 35.0)
    assert all(map(math.isnan, interval_median(CUT.iloc[:1])))
    x, y = interval_corners(CUT)
    assert (x.tolist(), y.tolist()) == ([0, 0, 9, 20, 35], [1.0, 1.0, 0.8, 0.8, 0.4])


@pytest.mark.parametrize("read", [interval_corners, interval_median])
def test_what_is_no_curve_is_refused(read) -> None:
    with pytest.raises(ColumnError):
        read(CUT.drop(columns="upper"))


def test_two_curves_of_the_same_patients_do_not_tell_a_few_of_them_apart() -> None:
    # who is lost on day 42 is at risk on day 35 for one curve, for the other if seen well then
    with held_together():
        assert both(visits(5), day=35) == ["65", "90"]
    with held_together():
        few = both(visits(25), day=35)
    assert few[0] == "85"
    assert few[1] == "—"  # 5 by subtraction


def test_a_curve_in_which_nobody_has_the_event_shows_who_is_followed() -> None:
    rows = visits(0).assign(upper=np.inf)
    curve = turnbull(rows[["lower", "upper"]])
    cut, risk = suppress_interval_curve(curve.curve(), curve.risk_table([0, 28, 70]))
    assert cut.empty
    assert risk["n_risk"].tolist() == ["125", "90", "60"]


def test_the_inside_sees_every_interval_and_number() -> None:
    curve = turnbull(visits(5)[["lower", "upper"]])
    cut, risk = suppress_interval_curve(curve.curve(), curve.risk_table([35]), policy=INTERNAL)
    assert cut["n_event"].tolist() == [20, 30]
    assert risk["n_risk"].tolist() == ["65"]


def test_a_ledger_that_is_there_already_is_used() -> None:
    with recording(Ledger(release="1")) as ledger, held_together() as inner:
        assert inner is ledger
    with held_together() as passing:
        assert current_ledger() is passing
    assert current_ledger() is None
