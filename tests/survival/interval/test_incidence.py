"""Cumulative incidence from interval-censored times: identities, a case by hand, refusals."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import CumIncidenceRight

from analysis.errors import ColumnError, DataError
from analysis.survival import interval_cumulative_incidence, turnbull
from tests.survival.reference import REFERENCE

MIXED = pd.read_csv(REFERENCE / "mixed_intervals.csv")
SMALL = pd.DataFrame(
    {
        "lower": [0, 14, 14, 28, 28],
        "upper": [14, 28, 42, 42, None],
        "event": ["relapse", "left", "relapse", "left", 0],
    }
)


def drawn(seed, n=150):
    """Draw events of two causes between visits, some exact, some censored."""
    rng = np.random.default_rng(seed)
    time, cause = rng.exponential(50.0, n), rng.integers(1, 3, n)
    visits = np.cumsum(rng.integers(5, 30, (n, 6)), axis=1)
    ends = np.column_stack([np.zeros(n), visits, np.full(n, np.inf)])
    row, place = np.arange(n), (visits < time[:, None]).sum(axis=1)
    exact = (rng.random(n) < 0.2) & np.isfinite(ends[row, place + 1])
    lower = np.where(exact, np.ceil(time), ends[row, place])
    upper = np.where(exact, np.ceil(time), ends[row, place + 1])
    return pd.DataFrame(
        {"lower": lower, "upper": upper, "event": np.where(np.isinf(upper), 0, cause)}
    )


@pytest.mark.identity
def test_one_cause_is_the_curve_without_causes():
    data = MIXED.assign(event=np.where(MIXED["upper"].isna(), 0, 1))
    times = np.arange(0, 200, 5)
    found = interval_cumulative_incidence(data, by="arm").at(times)
    curve = turnbull(data, by="arm").at(times)
    np.testing.assert_allclose(1 - found["estimate"], curve["estimate"], atol=1e-9)
    np.testing.assert_allclose(1 - found["estimate_low"], curve["estimate_high"], atol=1e-9)
    np.testing.assert_allclose(1 - found["estimate_high"], curve["estimate_low"], atol=1e-9)


@pytest.mark.reference
def test_exact_times_give_the_aalen_johansen_estimate():
    # statsmodels' CumIncidenceRight, which equals R's survfit
    rng = np.random.default_rng(7)
    time, cause = rng.integers(1, 40, 200).astype(float), rng.integers(0, 3, 200)
    data = pd.DataFrame({"lower": time, "upper": np.where(cause > 0, time, np.inf), "event": cause})
    other = CumIncidenceRight(time, cause)
    found = interval_cumulative_incidence(data).at(other.times)
    for number in (1, 2):
        mine = found.loc[found["event"] == number, "estimate"].to_numpy()
        np.testing.assert_allclose(mine, other.cinc[number - 1], atol=1e-9)


@pytest.mark.identity
@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_more_likely(seed):
    # derivatives by masses on every piece of time of either cause, computed row by row: none is
    # above the number of rows, as the theory of concave maxima asks for
    data = drawn(seed)
    result = interval_cumulative_incidence(data)
    curve, glance = result.curve(), result.glance().iloc[0]
    beyond = 1.0 - curve["mass"].sum()
    low, high = data["lower"].to_numpy(), data["upper"].to_numpy()

    def covers(lower, upper, cause):
        exact, at_exact = low == high, lower == upper
        after = (lower >= low) & ((lower > low) | (not at_exact) | exact)
        inside = after & (upper <= high) & (at_exact | ~exact)
        return inside & ((data["event"] == cause) | (data["event"] == 0)).to_numpy()

    chance = np.where(data["event"] == 0, beyond, 0.0)
    for row in curve.itertuples():
        chance = chance + row.mass * covers(row.lower, row.upper, row.event)
    np.testing.assert_allclose(np.log(chance).sum(), glance["log_likelihood"], rtol=1e-10)
    ends = np.unique(np.concatenate([low, high[np.isfinite(high)]]))
    pieces = [*pairwise(ends), *zip(ends, ends, strict=True)]
    slopes = [(covers(*piece, cause) / chance).sum() for piece in pieces for cause in (1, 2)]
    assert max(slopes) <= len(data) + 1e-6


@pytest.mark.unit
def test_small_table_by_hand():
    # three places with events before 28 hold 1/5 each; the censored row and the two that end at
    # 42 share the rest: left 14-28 is fixed, the second relapse can be at 28-42 only
    found = interval_cumulative_incidence(SMALL).at([14, 28, 42])
    assert found["event"].tolist() == ["left"] * 3 + ["relapse"] * 3
    np.testing.assert_allclose(found["estimate"], [0, 0.2, 0.5, 0.2, 0.2, 0.5], atol=1e-6)


@pytest.mark.unit
def test_causes_share_what_lies_beyond_observation():
    data = pd.DataFrame(
        {"lower": [0, 0, 20, 20], "upper": [10, 10, None, None], "event": [1, 2, 0, 0]}
    )
    found = interval_cumulative_incidence(data).at([5, 20, 25])
    np.testing.assert_allclose(found["estimate"], [1 / 8, 1 / 4, np.nan] * 2)
    np.testing.assert_allclose(found["estimate_low"], [0, 1 / 4, 1 / 4] * 2)
    np.testing.assert_allclose(found["estimate_high"], [1 / 4, 1 / 4, 3 / 4] * 2)


@pytest.mark.unit
def test_group_without_one_of_the_causes():
    data = SMALL.assign(arm=["a", "b", "a", "b", "a"])
    result = interval_cumulative_incidence(data, by="arm")
    found = result.at([42])
    assert found.loc[found["arm"] == "b", "estimate"].tolist() == pytest.approx([1.0, 0.0])
    assert list(result.curve().columns) == ["arm", "event", "lower", "upper", "mass", "estimate"]
    assert "Cumulative incidence" in repr(result)
    assert "<table" in result._repr_html_()


@pytest.mark.unit
def test_glance_counts_rows():
    data = SMALL.assign(arm=["a", "a", "a", "b", None])
    data.loc[3, ["lower", "event"]] = [42, "left"]
    glance = interval_cumulative_incidence(data, by="arm").glance().iloc[0]
    assert glance[:7].tolist() == [4, 1, 3, 0, 1, 2, 2]


@pytest.mark.identity
def test_order_of_rows_does_not_matter():
    data = drawn(11)
    first, again = (
        interval_cumulative_incidence(rows) for rows in (data, data.sample(frac=1, random_state=1))
    )
    pd.testing.assert_frame_equal(first.curve(), again.curve())


@pytest.mark.truth
def test_incidence_of_each_cause_is_recovered():
    # causes with shares 1/3 and 2/3, independent of exponential times with mean 60
    rng = np.random.default_rng(12)
    n = 3000
    time, cause = rng.exponential(60.0, n), np.where(rng.random(n) < 1 / 3, 1, 2)
    visits = rng.uniform(0, 28, n)[:, None] + 28.0 * np.arange(6)
    kept = rng.random(visits.shape) >= 0.25
    lower = np.where(kept & (visits < time[:, None]), visits, 0.0).max(axis=1)
    upper = np.where(kept & (visits >= time[:, None]), visits, np.inf).min(axis=1)
    event = np.where(np.isinf(upper), 0, cause)
    data = pd.DataFrame({"lower": lower, "upper": upper, "event": event})
    found = interval_cumulative_incidence(data).at([60, 120])["estimate"]
    gone = 1 - np.exp([-1.0, -2.0])
    np.testing.assert_allclose(found, [*(gone / 3), *(2 * gone / 3)], atol=0.04)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "options", "error", "part"),
    [
        ({}, {"event": "cause"}, ColumnError, "event="),
        ({"event": [None, 1, 1, 1, 0]}, {}, DataError, "without a value"),
        ({"event": 0, "upper": np.inf}, {}, DataError, "right-censored"),
        ({"event": ["relapse"] * 5}, {}, DataError, "upper end"),
        ({"event": 0}, {}, DataError, "upper end"),
    ],
)
def test_refusals(change, options, error, part):
    with pytest.raises(error, match=part):
        interval_cumulative_incidence(SMALL.assign(**change), **options)


@pytest.mark.unit
def test_censored_may_have_a_name():
    named = SMALL.assign(event=SMALL["event"].replace({0: "censored"}))
    found = interval_cumulative_incidence(named, censored="censored").at(28)
    pd.testing.assert_frame_equal(found, interval_cumulative_incidence(SMALL).at(28))
    with pytest.raises(DataError, match="0 \\(censored=\\)"):
        interval_cumulative_incidence(named)


@pytest.mark.unit
@pytest.mark.parametrize("rows", [0, 5])
def test_nobody_is_left(rows):
    with pytest.raises(DataError, match="No row is left"):
        interval_cumulative_incidence(SMALL.assign(arm=None).head(rows), by="arm")


@pytest.mark.unit
def test_group_without_any_event():
    data = SMALL.assign(arm=["a", "a", "a", "a", "b"])
    result = interval_cumulative_incidence(data, by="arm")
    assert set(result.curve()["arm"]) == {"a"}
    found = result.at([10, 30]).query("arm == 'b'")
    assert found["estimate"].fillna(-1).tolist() == [0, -1, 0, -1]
    assert found["estimate_high"].tolist() == [0, 1, 0, 1]
