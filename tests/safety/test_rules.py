"""Rules to hold, recheck or stop: exactly at the limit, missing readings, and what is refused."""

from __future__ import annotations

import math

import pytest

from analysis.errors import DataError
from analysis.safety import RULES, MonitoringRule, monitoring_rules, session_safety
from tests.safety.studies import course, session, study_of

pytestmark = pytest.mark.unit

nan = math.nan


def rule(kind, limits, **more):
    return MonitoringRule(
        name="ours", kind=kind, limits=limits, source="a protocol", verified=True, **more
    )


def judged(one, *, sbp, dbp=None, hr=None):
    rows = [*course("p1", 1, "sbp", sbp), *course("p1", 1, "dbp", dbp or {}),
            *course("p1", 1, "hr", hr or {})]  # fmt: skip
    found = session_safety(study_of([session("p1")], rows), rules=[one]).frame
    return found["broke ours"].tolist()


@pytest.mark.parametrize(
    ("sbp", "dbp", "wanted"),
    [
        ({-5: 140}, {-5: 90}, 0.0),  # at the limit is kept
        ({-5: 141}, {-5: 90}, 1.0),
        ({-5: 140}, {-5: 91}, 1.0),
        ({-5: 141}, None, 1.0),  # one is enough to break it
        ({-5: 140}, None, nan),  # the other may have broken it
        ({-60: 180, -5: 140}, {-5: 80}, 0.0),  # the last reading before the dose decides
        ({5: 180}, {5: 100}, nan),  # after the dose is not before it
        ({0: 150}, {0: 80}, 1.0),  # minute 0 is before it
    ],
)
def test_rules_to_hold_look_at_the_last_reading_before_the_dose(sbp, dbp, wanted):
    found = judged(rule("hold", {"sbp": 140, "dbp": 90}), sbp=sbp, dbp=dbp)
    assert str(found) == str([wanted])


@pytest.mark.parametrize(
    ("sbp", "wanted"),
    [({-5: 200, 20: 180}, 0.0), ({20: 181}, 1.0), ({0: 190}, nan), ({1: 181, 30: 100}, 1.0)],
)
def test_rules_to_stop_look_at_readings_after_the_dose(sbp, wanted):
    assert str(judged(rule("stop", {"sbp": 180}), sbp=sbp)) == str([wanted])


@pytest.mark.parametrize(
    ("sbp", "wanted"),
    [
        ({-5: 110, 40: 150}, 1.0),  # a rise by exactly 40 counts
        ({-5: 110, 40: 149}, 0.0),
        ({-5: 110, 90: 150}, 1.0),
        ({-5: 110, 91: 150}, nan),  # nothing was read in time
        ({-5: 110, 40: 120, 91: 190}, 0.0),
        ({40: 190}, nan),
    ],
)
def test_rises_count_from_the_limit_on_and_until_their_last_minute(sbp, wanted):
    assert str(judged(rule("rise", {"sbp": 40}, until_minute=90), sbp=sbp)) == str([wanted])


@pytest.mark.parametrize(
    ("spo2", "wanted"),
    [({20: 92}, 0.0), ({20: 97, 40: 91}, 1.0), ({0: 88}, nan), ({0: 88, 9: 95}, 0.0)],
)
def test_low_saturation_can_have_a_rule(spo2, wanted):
    low = rule("low", {"spo2": 92})
    assert low.in_words == "after the dose: oxygen saturation under 92 %"
    found = session_safety(study_of([session("p1")], course("p1", 1, "spo2", spo2)), rules=[low])
    assert str(found.frame["broke ours"].tolist()) == str([wanted])


def test_heart_rate_can_have_a_rule():
    found = judged(rule("recheck", {"hr": 110}), sbp={0: 120}, hr={30: 111})
    assert found == [1.0]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "wait"}, "hold, recheck, stop, rise, low"),
        ({"limits": {}}, "one or more of"),
        ({"limits": {"cadss": 4}}, "one or more of"),
        ({"limits": {"sbp": 18}}, "over 40 and under 300"),
        ({"limits": {"sbp": 300}}, "over 40 and under 300"),
        ({"kind": "rise", "limits": {"sbp": 160}}, "over 0 and under 150"),
        ({"until_minute": 90}, "for a rise only"),
        ({"kind": "rise", "limits": {"sbp": 40}, "until_minute": 0}, "1 or more"),
    ],
)
def test_rules_that_make_no_sense_are_refused(change, says):
    known = {"kind": "stop", "limits": {"sbp": 180}, **change}
    with pytest.raises(DataError, match=says):
        rule(**known)


def test_two_rules_with_one_name_are_refused():
    with pytest.raises(DataError, match="same name"):
        session_safety(study_of([session("p1")]), rules=[RULES[0], RULES[0]])


def test_defaults_are_those_of_their_sources():
    # esketamine label: over 140/90 before the dose; rises of 40 or 25 within 1.5 hours
    limits = {one.name: (one.kind, dict(one.limits), one.until_minute) for one in RULES}
    assert limits == {
        "hold 140/90": ("hold", {"sbp": 140, "dbp": 90}, None),
        "hold 160/100": ("hold", {"sbp": 160, "dbp": 100}, None),
        "recheck 160/95": ("recheck", {"sbp": 160, "dbp": 95}, None),
        "stop 180/105": ("stop", {"sbp": 180, "dbp": 105}, None),
        "rise 40/25": ("rise", {"sbp": 40, "dbp": 25}, 90),
    }
    table = monitoring_rules()
    assert table["verified"].tolist() == [True, False, False, False, True]
    assert table.loc[4, "in_words"] == (
        "rise from before the dose within 90 min: systolic by 40 or more or diastolic by 25 or "
        "more mm[Hg]"
    )
