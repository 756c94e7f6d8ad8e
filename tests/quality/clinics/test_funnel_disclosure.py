"""What of clinics leaves: small ones go, and whatever would give them away."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, Ledger, Members, named_policy, recording, release
from analysis.errors import DisclosureError
from analysis.quality import funnel, shrinkage
from tests.quality.clinics import EIGHT, SHARES, many

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("compare", [funnel, shrinkage])
def test_a_clinic_with_a_small_count_goes_with_another_that_protects_it(compare):
    found = compare(EIGHT, **SHARES)
    shown = found.shown.set_index("clinic")
    assert shown.loc["d", "n" if "n" in shown else "events"] == "<11"
    hidden = shown.index[shown["estimate"].isna()]
    assert len(hidden) == 2  # the clinics together are the target: one alone would follow
    numbers = shown.loc[hidden].select_dtypes("number")
    assert numbers.isna().all(axis=None)
    passed = release(found)
    assert passed.audit["protected"].all()
    assert "2 clinics are not shown" in " ".join(found.notes())
    assert "(d)" not in found.summary()


@pytest.mark.parametrize("compare", [funnel, shrinkage])
def test_numbers_of_shown_clinics_tell_nothing_of_the_hidden_ones(compare):
    data = many(16)
    data.loc[3, ["n", "of"]] = [5, 40]
    found = compare(data, **SHARES)
    lost = found.shown["estimate"].isna()
    assert lost.sum() == 2
    assert "tell no others" in found.summary()
    other = next(row for row in data.index[lost] if row != 3)
    moved = data.copy()
    moved.loc[3, "n"] += 4
    moved.loc[other, "n"] -= 4  # the clinics together have the same
    again = compare(moved, **SHARES)
    pd.testing.assert_frame_equal(found.shown, again.shown)
    assert again.summary() == found.summary()
    assert not found.true.equals(again.true)


def test_the_inside_sees_all_and_nothing_of_it_leaves():
    found = funnel(EIGHT, **SHARES, policy=INTERNAL)
    assert found.shown["estimate"].notna().all()
    assert "Confidential" in found.summary()
    with pytest.raises(DisclosureError, match="another policy"):
        release(found)
    with pytest.raises(DisclosureError, match="true counts"):
        release(funnel(EIGHT, **SHARES).tidy())


def test_rounding_reaches_values_and_limits():
    data = many()
    policy = named_policy("7 with rounding to 5")
    found = funnel(data, **SHARES, policy=policy)
    row = found.shown.iloc[0]
    n, of = int(row["events"]), int(row["denominator"])
    assert n % 5 == of % 5 == 0
    assert row["estimate"] == pytest.approx(n / of)
    drawn = shrinkage(data, **SHARES, policy=policy)
    assert drawn.shown["observed_value"].iloc[0] == pytest.approx(n / of)
    assert release(found, policy).frame.equals(found.statement.frame)


def test_few_patients_behind_many_events_are_hidden():
    data = pd.DataFrame(
        {
            "site": list("abcd"), "events": [30, 25, 41, 28], "sessions": [300, 280, 420, 310],
            "people": [40, 44, 60, 6], "with": [20, 18, 25, 5],
        }
    )  # fmt: skip
    found = funnel(
        data, kind="rate", by="site", events="events", denominator="sessions", patients="people",
        affected="with",
    )  # fmt: skip
    assert found.shown.set_index("site").loc["d"].drop(["events", "denominator"]).isna().all()
    with pytest.raises(Exception, match="more patients with an event"):
        funnel(
            data.assign(people=10), kind="rate", by="site", events="events",
            denominator="sessions", patients="people", affected="with",
        )  # fmt: skip


def test_clinics_are_protected_against_earlier_releases():
    def members(data):
        units = pd.Series([f"p{k}" for k in range(500)])
        sets, start = {}, 0
        for row in data.itertuples():
            inside = (units.index >= start) & (units.index < start + row.of)
            sets["denominator", row.clinic] = inside
            sets["events", row.clinic] = inside & (units.index < start + row.n)
            start += 100
        return Members(units, sets)

    first = pd.DataFrame({"clinic": list("abcd"), "n": [30, 35, 40, 33], "of": [60, 70, 80, 66]})
    second = first.assign(n=[30, 35, 40, 35], of=[60, 70, 80, 70])  # few new patients in d
    shown, ledger = [], Ledger(release="1")
    for data in (first, second):
        data.attrs["members"] = members(data)
        with recording(ledger):
            shown.append(funnel(data, **SHARES, label="response").shown)
        ledger = Ledger(release="2", records=ledger.records)
    assert shown[0]["estimate"].notna().all()
    assert shown[1].set_index("clinic").loc["d", "denominator"] != "70"
