"""Numbers at risk under a curve."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, RELEASE, Policy, suppress_risk_table
from analysis.errors import ColumnError, DataError


def risk(*n: int) -> pd.DataFrame:
    return pd.DataFrame({"time": [28.0 * k for k in range(len(n))], "n_risk": n})


@pytest.mark.unit
@pytest.mark.parametrize(
    ("n", "shown"),
    [
        ((90, 60, 40), ["90", "60", "40"]),
        ((90, 40, 6), ["90", "40", "<11"]),
        ((90, 40, 0), ["90", "40", "0"]),
        ((90, 85, 40), ["90", "—", "40"]),  # 5 left between the first two
        ((90, 90, 40), ["90", "90", "40"]),  # nobody left: 0 may be shown
    ],
)
def test_numbers_at_risk(n: tuple[int, ...], shown: list[str]) -> None:
    assert suppress_risk_table(risk(*n))["n_risk"].tolist() == shown


@pytest.mark.unit
def test_groups_are_taken_apart() -> None:
    both = pd.concat([risk(90, 40).assign(route="IV"), risk(85, 30).assign(route="IM")])
    shown = suppress_risk_table(both, by="route")
    assert shown["n_risk"].tolist() == ["85", "30", "90", "40"]


@pytest.mark.unit
def test_events_and_censored_do_not_leave() -> None:
    full = risk(90, 40).assign(n_event=[0, 20], n_censored=[0, 30])
    assert list(suppress_risk_table(full).columns) == ["time", "n_risk"]


@pytest.mark.unit
def test_number_at_risk_that_rises_by_late_entry_is_no_exit() -> None:
    assert suppress_risk_table(risk(40, 45, 60))["n_risk"].tolist() == ["40", "45", "60"]


@pytest.mark.unit
def test_absent_columns_are_refused() -> None:
    with pytest.raises(ColumnError, match="n_risk"):
        suppress_risk_table(pd.DataFrame({"time": [1]}))


@pytest.mark.truth
@pytest.mark.parametrize("seed", range(20))
def test_no_small_fall_between_shown_neighbours(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = np.sort(rng.integers(0, 120, 7))[::-1]
    shown = suppress_risk_table(risk(*n.tolist()))["n_risk"]
    numbers = [int(text) for text in shown if text.isdigit()]
    falls = -np.diff(numbers)
    assert ((falls == 0) | (falls >= 11)).all()
    assert all(number == 0 or number >= 11 for number in numbers)


@pytest.mark.unit
@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
@pytest.mark.parametrize("policy", [RELEASE, INTERNAL])
def test_missing_group_is_named(missing: object, policy: Policy) -> None:
    both = pd.concat([risk(90, 40).assign(route="IV"), risk(85, 30).assign(route=missing)])
    followed = pd.DataFrame(
        {"unit": [f"p{k}" for k in range(175)], "route": ["IV"] * 90 + [missing] * 85}
    ).assign(entry=0.0, time=[28.0] * 40 + [9.0] * 50 + [28.0] * 30 + [9.0] * 55)
    shown = suppress_risk_table(both, by="route", followed=followed, policy=policy)
    assert shown["route"].tolist() == ["IV", "IV", "not recorded", "not recorded"]
    assert shown["n_risk"].tolist() == ["90", "40", "85", "30"]


@pytest.mark.unit
def test_missing_group_beside_one_of_that_name_is_refused() -> None:
    both = pd.concat([risk(90).assign(route="not recorded"), risk(85).assign(route=None)])
    with pytest.raises(DataError, match="Rename the group"):
        suppress_risk_table(both, by="route")
