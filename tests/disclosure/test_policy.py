"""The policy of small counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import (
    INTERNAL,
    RELEASE,
    Policy,
    is_small,
    masked_count,
    named_policy,
    require_releasable,
)
from analysis.errors import DisclosureError

pytestmark = pytest.mark.unit

# CMS cell size suppression policy (ResDAC): cells of 1 to 10 are not displayed, zero may be
CMS = {0: "0", 1: "<11", 10: "<11", 11: "11", 37: "37", 1200: "1,200"}


@pytest.mark.parametrize(("n", "text"), CMS.items())
def test_counts_are_masked_as_cms_asks(n: int, text: str) -> None:
    assert masked_count(n, RELEASE) == text


def test_internal_audience_sees_true_counts_and_a_mark() -> None:
    assert masked_count(4, INTERNAL) == "4"
    assert INTERNAL.confidential
    assert not RELEASE.confidential
    assert not is_small([1, 5], INTERNAL).any()


def test_other_minimum() -> None:
    policy = Policy(minimum_count=6)
    assert [masked_count(n, policy) for n in (5, 6)] == ["<6", "6"]


def test_missing_count_is_empty_and_not_small() -> None:
    assert masked_count(float("nan")) == ""
    assert not is_small([np.nan])[0]


@pytest.mark.parametrize("minimum", [1, 0, -3])
def test_minimum_that_hides_nothing_is_refused(minimum: int) -> None:
    with pytest.raises(DisclosureError, match="audience='internal'"):
        Policy(minimum_count=minimum)


def test_unknown_audience_is_refused() -> None:
    with pytest.raises(DisclosureError, match="release"):
        Policy(audience="public")


def test_policy_is_frozen() -> None:
    with pytest.raises(AttributeError):
        RELEASE.minimum_count = 5


def test_patient_level_frames_are_refused_without_showing_them() -> None:
    frame = pd.DataFrame({"subject_id": ["canary-7781"]})
    assert require_releasable(frame) is frame
    frame.attrs["patient_level"] = True
    with pytest.raises(DisclosureError) as refusal:
        require_releasable(frame)
    assert "canary" not in str(refusal.value)


def test_equal_rules_are_one_policy_under_any_name() -> None:
    assert Policy() == RELEASE == Policy(name="ours")
    assert hash(Policy()) == hash(RELEASE)
    assert named_policy("5") != RELEASE
