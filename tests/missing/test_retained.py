"""Retention over due visits: literal counts, intervals, and what may be told of few."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, RELEASE, named_policy, release
from analysis.errors import ColumnError, DisclosureError, ModelError
from analysis.missing import retention
from analysis.missing.hidden_retention import hide_retention
from tests.missing.studies import PLAN, network, small_study

unit, identity = pytest.mark.unit, pytest.mark.identity


@unit
def test_counts_are_of_due_visits():
    found = retention(small_study(), "PHQ-9", by="site_id", schedule=PLAN, policy=INTERNAL)
    columns = ["site_id", "visit", "started", "due", "remaining", "scored"]
    assert found.tidy()[columns].astype({"site_id": str, "visit": str}).to_numpy().tolist() == [
        ["A", "v1", 7, 6, 5, 5],
        ["A", "v2", 7, 5, 2, 1],
        ["A", "v3", 7, 5, 2, 1],
        ["B", "v1", 1, 1, 1, 1],
        ["B", "v2", 1, 1, 1, 0],
        ["B", "v3", 1, 1, 1, 1],
    ]


@unit
def test_intervals_are_those_of_wilson():
    # Wilson's limits of 2 of 5, as R's prop.test(2, 5, correct = FALSE) gives them
    row = retention(small_study(), "PHQ-9", by="site_id", schedule=PLAN).tidy().iloc[1]
    found = row[["estimate", "conf_low", "conf_high"]].astype(float)
    np.testing.assert_allclose(found, [0.4, 0.1176208, 0.7692757], atol=1e-6)


@unit
def test_severity_of_the_baseline_can_split():
    found = retention(small_study(), "PHQ-9", by="severity", schedule=PLAN).tidy()
    assert found["severity"].astype(str).unique().tolist() == ["mild", "severe"]
    mild = found[found["severity"].eq("mild")]
    assert mild[["due", "remaining"]].to_numpy().tolist() == [[1, 1], [1, 0], [1, 0]]


@identity
def test_groups_add_up_to_all():
    parts = retention(network(), "PHQ-9", by="severity").tidy()
    whole = retention(network(), "PHQ-9").tidy()
    counts = ["started", "due", "remaining", "scored"]
    sums = parts.groupby("visit", observed=True)[counts].sum()
    assert sums.to_numpy().tolist() == whole[counts].to_numpy().tolist()
    assert whole["remaining"].is_monotonic_decreasing


@unit
def test_two_columns_split_into_their_combinations():
    found = retention(small_study(), "PHQ-9", by=["site_id", "severity"], schedule=PLAN).tidy()
    groups = found["site_id and severity"]
    assert groups.astype(str).unique().tolist() == ["A, mild", "A, severe", "B, severe"]
    severe = found[groups.eq("A, severe")]
    assert severe[["started", "due", "remaining"]].to_numpy().tolist() == [
        [6, 5, 4], [6, 4, 2], [6, 4, 2]
    ]  # fmt: skip


@unit
def test_what_cannot_split_is_refused():
    for by in ("subject_id", "visit", "nothing", "remains"):
        with pytest.raises(ColumnError, match="no such column to split by"):
            retention(small_study(), "PHQ-9", by=by)
    with pytest.raises(ModelError, match="conf_level"):
        retention(small_study(), "PHQ-9", conf_level=95)


# --- Disclosure ----------------------------------------------------------------------------------


@unit
def test_what_leaves_has_shares_and_no_numbers_due():
    found = retention(network(), "PHQ-9", by="site_id")
    frame = release(found).frame
    assert frame.columns.tolist() == [
        "site_id", "visit", "started", "share", "conf_low", "conf_high"
    ]  # fmt: skip
    limits = frame[["conf_low", "conf_high"]].dropna()
    assert len(limits) > 20
    np.testing.assert_allclose(100 * limits, (100 * limits).round(), atol=1e-9)
    with pytest.raises(DisclosureError, match="true counts"):
        release(found.tidy())
    with pytest.raises(DisclosureError, match="another policy"):
        release(found, named_policy("5"))


@identity
@pytest.mark.parametrize("started", [40, 60, 75, 120])
def test_few_who_are_not_yet_due_cannot_be_told(started):
    """Whoever knows the rules and tries all numbers is left with many that fit what is shown."""
    pairs = [(due, n) for due in range(started + 1) for n in range(due + 1)]
    counts = pd.DataFrame(pairs, columns=["due", "remaining"]).assign(
        g="x", visit=range(len(pairs)), started=started, conf_low=0.0, conf_high=1.0
    )
    shown = hide_retention(counts, by="g", conf_level=0.95, policy=RELEASE).frame
    low, high = (shown[name].fillna(-1.0).astype(str) for name in ("conf_low", "conf_high"))
    told = shown["share"].astype(str) + " " + low + " " + high
    assert shown["conf_low"].notna().sum() > 30
    not_yet = (started - counts["due"]).groupby(told)
    few = not_yet.agg(lambda k: k[k < 11].nunique())
    # a bound says no more than that fewer than 11 are not yet due, as <11 would
    is_mark = few.eq(11) & few.index.str.match("[≥≤]")
    assert (is_mark | (not_yet.max() >= 11)).all()
    assert (few[few > 0] >= 5).all()


@identity
def test_limits_that_are_shown_hold_the_true_ones():
    found = retention(network(), "PHQ-9", by="site_id")
    true, shown = found.tidy(), found.shown
    known = shown["conf_low"].notna().to_numpy()
    assert (shown["conf_low"][known] <= true["conf_low"][known] + 1e-9).all()
    assert (shown["conf_high"][known] >= true["conf_high"][known] - 1e-9).all()
    digits = [re.sub(r"\D", "", share) for share in shown["share"][known]]
    assert all(
        abs(int(d) / 100 - e) < 0.0501 for d, e in zip(digits, true["estimate"][known], strict=True)
    )


@unit
def test_inside_the_clinic_everything_is_shown():
    found = retention(network(), "PHQ-9", by="severity", policy=INTERNAL)
    true = found.tidy()
    assert found.shown["due"].tolist() == true["due"].tolist()
    np.testing.assert_allclose(found.shown["conf_low"], true["conf_low"])
    assert "Confidential" in repr(found)
    pairs = list(itertools.pairwise(true["due"][:6]))
    assert all(later <= earlier for earlier, later in pairs)
