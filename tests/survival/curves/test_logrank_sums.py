"""Sums of the logrank family against a loop over strata and times."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.survival.curves.logrank_sums import logrank_sums
from analysis.survival.reading.events import read_event_times


def by_loop(data, rho, gamma):
    """Add up patient by patient, as a textbook says it."""
    groups = sorted(data["arm"].unique())
    observed, expected = np.zeros(len(groups)), np.zeros(len(groups))
    covariance = np.zeros((len(groups), len(groups)))
    for _, stratum in data.groupby("site"):
        survival = 1.0
        for time in sorted(stratum.loc[stratum["event"] == 1, "time"].unique()):
            risk = stratum[(stratum["entry"] < time) & (stratum["time"] >= time)]
            died = risk[(risk["time"] == time) & (risk["event"] == 1)]
            share = np.array([(risk["arm"] == arm).mean() for arm in groups])
            n, d, weight = len(risk), len(died), survival**rho * (1 - survival) ** gamma
            observed += weight * np.array([(died["arm"] == arm).sum() for arm in groups])
            expected += weight * d * share
            if n > 1:
                spread = weight**2 * d * (n - d) / (n - 1)
                covariance += spread * (np.diag(share) - np.outer(share, share))
            survival *= 1 - d / n
    return observed, expected, covariance


def compare(data, weights):
    """Compare the sums of a frame with those of the loop."""
    read = read_event_times(data, time="time", event="event", entry="entry", by="arm")
    strata = pd.factorize(data["site"], sort=True)[0].astype(np.intp)
    found = logrank_sums(read, strata, rho=weights[0], gamma=weights[1])
    observed, expected, covariance = by_loop(data, *weights)
    np.testing.assert_allclose(found.observed, observed, atol=1e-12)
    np.testing.assert_allclose(found.expected, expected, atol=1e-12)
    np.testing.assert_allclose(found.covariance, covariance, atol=1e-12)


patients = st.tuples(
    st.integers(1, 9), st.booleans(), st.integers(0, 6), st.integers(0, 2), st.integers(0, 2)
).filter(lambda patient: patient[2] < patient[0])


@pytest.mark.identity
@settings(max_examples=30)
@given(
    rows=st.lists(patients, min_size=2, max_size=25),
    weights=st.sampled_from([(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.5, 2.0)]),
)
def test_sums_are_those_of_a_loop(rows, weights):
    compare(pd.DataFrame(rows, columns=["time", "event", "entry", "arm", "site"]), weights)


@pytest.mark.unit
@pytest.mark.parametrize("weights", [(1.0, 0.0), (0.0, 1.0)])
def test_curve_that_reached_zero_early_stays_there(weights):
    # in site 0 all who started are gone at 2, before others enter at 3; site 1 starts from 1 again
    data = pd.DataFrame(
        {
            "time": [1, 2, 5, 6, 7, 2, 4],
            "event": [1, 1, 1, 1, 0, 1, 1],
            "entry": [0, 0, 3, 3, 3, 0, 0],
            "arm": [0, 1, 0, 1, 1, 0, 1],
            "site": [0, 0, 0, 0, 0, 1, 1],
        }
    )
    compare(data, weights)
