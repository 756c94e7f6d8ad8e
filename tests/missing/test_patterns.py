"""Patterns of missing scores: literal signs and kinds, and what leaves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.disclosure import INTERNAL, release
from analysis.errors import DisclosureError
from analysis.missing import missing_patterns
from analysis.missing.patterns import KINDS, _kinds
from tests.missing.studies import PLAN, network, small_study


@pytest.mark.unit
def test_every_patient_has_a_pattern_of_a_kind():
    found = missing_patterns(small_study(), "PHQ-9", schedule=PLAN, policy=INTERNAL)
    assert found.frame.to_numpy().tolist() == [
        ["●··", "complete", 1, 1],
        ["●●●", "complete", 3, 1],
        ["●○○", "monotone", 3, 3],
        ["●○●", "intermittent", 3, 1],
        ["○○○", "no score", 3, 1],
        ["···", "nothing due", 0, 1],
    ]
    assert found.kinds().to_numpy().tolist() == [
        ["complete", 2], ["monotone", 3], ["intermittent", 1], ["no score", 1], ["nothing due", 1]
    ]  # fmt: skip
    assert "not yet due, which is not missing" in repr(found)


@pytest.mark.identity
@given(st.data())
def test_kinds_agree_with_their_definition_patient_by_patient(data):
    n_visits = data.draw(st.integers(1, 6))
    flags = arrays(bool, (4, n_visits))
    due = data.draw(flags)
    scored = data.draw(flags) & due
    for d, s, kind in zip(due, scored, _kinds(due, scored), strict=True):
        seen = [bool(x) for x in s[d]]
        assert kind in KINDS
        expected = (
            "nothing due" if not seen
            else "no score" if not any(seen)
            else "complete" if all(seen)
            else "monotone" if seen == sorted(seen, reverse=True)
            else "intermittent"
        )  # fmt: skip
        assert kind == expected


@pytest.mark.identity
def test_all_treated_are_counted_once():
    found = missing_patterns(network(), "PHQ-9")
    assert found.frame["n"].sum() == 610
    assert found.kinds()["n"].sum() == 610
    assert not found.frame.duplicated("pattern").any()


@pytest.mark.unit
def test_rare_patterns_leave_together_and_small_counts_not_at_all():
    found = missing_patterns(network(), "PHQ-9")
    rare = found.frame[found.frame["n"].lt(11)]
    frame = release(found).frame
    assert len(rare) > 10
    assert not set(rare["pattern"]) & set(frame["pattern"])
    numbers = [int(n) for n in frame["n"] if n.isdigit()]
    assert all(n == 0 or n >= 11 for n in numbers)
    kinds = found.kinds().set_index("kind")["n"]
    totals = frame[frame["pattern"].eq("all")].set_index("kind")["n"]
    assert totals["intermittent"] == str(kinds["intermittent"])
    assert kinds["nothing due"] < 11
    assert not {totals["nothing due"], totals["no score"]} & {str(n) for n in kinds}
    assert release(found).audit["protected"].all()
    for true in (found.frame, found.kinds()):
        with pytest.raises(DisclosureError, match="true counts"):
            release(true)


@pytest.mark.unit
def test_inside_the_clinic_all_patterns_are_shown():
    found = missing_patterns(network(), "PHQ-9", policy=INTERNAL)
    shown = found.disclosure().frame
    single = shown[shown["pattern"].ne("all")]
    assert len(single) == len(found.frame)
    assert np.array_equal(single["n"].astype(int), found.frame["n"])
