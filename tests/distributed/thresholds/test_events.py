"""Days in bins that all sites share, and counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import Policy
from analysis.distributed.attack.event_counts import attack_event_counts
from analysis.distributed.thresholds.counts import check_counts
from analysis.distributed.thresholds.events import coarser_bins, days_in_bins, thresholded_events
from analysis.distributed.thresholds.offered import NOT_OFFERED, refuse
from analysis.errors import ColumnError, DataError, DisclosureError
from analysis.survival import kaplan_meier, logrank

pytestmark = pytest.mark.unit

BINS = [7.0, 14.0, 28.0, 56.0]


def followed(seed: int = 1, n: int = 1200) -> pd.DataFrame:
    """Two arms, some followed beyond the last bin."""
    rng = np.random.default_rng(seed)
    days, until = np.ceil(rng.exponential(40, n)), np.ceil(rng.exponential(60, n))
    return pd.DataFrame(
        {
            "time": np.minimum(days, until),
            "event": (days <= until).astype(int),
            "arm": rng.choice(["im", "iv"], n),
        }
    )


def rows_of(*counts: tuple[float, int, int]) -> pd.DataFrame:
    """So many patients with a day and an event."""
    days = [(day, event) for day, event, n in counts for _ in range(n)]
    return pd.DataFrame(days, columns=["time", "event"])


def test_days_move_to_the_end_of_their_bin() -> None:
    days = np.array([0.0, 7.0, 7.5, 28.0, 56.0, 57.0])
    coarse, event = days_in_bins(days, np.array([1, 1, 2, 0, 1, 1]), BINS)
    assert coarse.tolist() == [7, 7, 14, 28, 56, 56]
    assert event.tolist() == [1, 1, 2, 0, 1, 0]


def test_coarse_rows_tell_no_small_count_and_keep_everybody() -> None:
    rows = followed()
    coarse = thresholded_events(rows, time="time", event="event", bins=BINS, by=["arm"])
    assert coarse.index.equals(rows.index)
    counts = coarse.groupby(["arm", "time", "event"]).size()
    assert counts.min() >= 11
    assert attack_event_counts(counts.reset_index(name="n"), n="n", by=["arm"]).is_safe
    assert not attack_event_counts(
        rows.groupby(["arm", "time", "event"]).size().reset_index(name="n"), n="n", by=["arm"]
    ).is_safe


@pytest.mark.reference
def test_curves_and_tests_are_those_of_the_pooled_patients_with_the_same_bins() -> None:
    sites = [followed(seed) for seed in (1, 2)]
    asked = {"time": "time", "event": "event", "bins": BINS, "by": ["arm"]}
    pooled = pd.concat([thresholded_events(site, **asked) for site in sites])
    together = thresholded_events(pd.concat(sites), **asked)
    pd.testing.assert_frame_equal(
        kaplan_meier(pooled, time="time", event="event", by="arm").at(BINS),
        kaplan_meier(together, time="time", event="event", by="arm").at(BINS),
    )
    tests = [logrank(rows, time="time", event="event", by="arm") for rows in (pooled, together)]
    pd.testing.assert_frame_equal(tests[0].tidy(), tests[1].tidy())


@pytest.mark.parametrize(("few", "fails"), [(10, True), (11, False), (0, False)])
def test_a_count_from_one_to_ten_is_refused(few: int, fails: bool) -> None:
    rows = rows_of((5, 1, 30), (10, 1, few), (10, 0, 20), (40, 1, 25))
    asked = {"time": "time", "event": "event", "bins": BINS}
    if not fails:
        assert len(thresholded_events(rows, **asked)) == len(rows)
        return
    with pytest.raises(DisclosureError, match="1 of 8 counts") as told:
        thresholded_events(rows, **asked)
    assert "the bins 14, 28, 56 would do" in str(told.value)


def test_another_policy_has_another_least_count() -> None:
    rows = rows_of((5, 1, 30), (10, 1, 8), (40, 0, 25))
    asked = {"time": "time", "event": "event", "bins": BINS}
    assert len(thresholded_events(rows, **asked, policy=Policy(minimum_count=5))) == 63
    with pytest.raises(DisclosureError):
        thresholded_events(rows, **asked)


def test_causes_are_counted_apart_and_truth_values_are_events() -> None:
    rows = rows_of((5, 1, 12), (5, 2, 9), (40, 0, 25))
    with pytest.raises(DisclosureError, match="No bins up to the same day"):
        thresholded_events(rows, time="time", event="event", bins=BINS)
    known = rows.assign(event=rows["event"] > 0)
    coarse = thresholded_events(known, time="time", event="event", bins=BINS)
    assert coarse["event"].dtype == bool


def test_the_most_bins_that_do_are_proposed() -> None:
    counts = np.array([[4, 0], [8, 20], [0, 0], [11, 5], [0, 30]])
    found = coarser_bins(counts, np.array([1.0, 2, 3, 4, 5]))
    assert found.tolist() == [2, 3, 5]
    assert coarser_bins(np.array([[4, 30]]), np.array([5.0])).size == 0


def test_bad_input_is_refused_by_count() -> None:
    rows = rows_of((5, 1, 30))
    with pytest.raises(DataError, match="numbers that rise"):
        thresholded_events(rows, time="time", event="event", bins=[14, 7])
    with pytest.raises(ColumnError):
        thresholded_events(rows, time="day", event="event", bins=BINS)
    rows.loc[3, "time"] = np.nan
    with pytest.raises(DataError, match="1 row without 'time'"):
        thresholded_events(rows, time="time", event="event", bins=BINS)


# --- Counts and what is not offered --------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "part", "fails"),
    [(60, 31, False), (60, 0, False), (60, 60, False), (0, 0, False), (22, 11, False),
     (60, 10, True), (60, 50, True), (10, 0, True), (21, 11, True)],
)  # fmt: skip
def test_a_count_and_the_rest_must_not_be_small(n: int, part: int, fails: bool) -> None:
    counts = pd.DataFrame({"n": [80, n], "responders": [40, part]})
    if fails:
        with pytest.raises(DisclosureError, match="1 row of 2 count fewer than 11"):
            check_counts(counts, total="n", parts=["responders"])
    else:
        check_counts(counts, total="n", parts=["responders"])


def test_counts_must_be_numbers_that_are_there() -> None:
    with pytest.raises(ColumnError):
        check_counts(pd.DataFrame({"n": [60]}), total="n", parts=["responders"])
    with pytest.raises(DataError):
        check_counts(pd.DataFrame({"n": [60], "r": ["many"]}), total="n", parts=["r"])


@pytest.mark.parametrize("kind", NOT_OFFERED)
def test_what_is_not_offered_is_refused_with_the_other_modes(kind: str) -> None:
    with pytest.raises(DisclosureError, match=r"not published by one site.*masked.*trusted"):
        refuse(kind)
