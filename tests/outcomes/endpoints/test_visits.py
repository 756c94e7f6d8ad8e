"""Which scores are events once later ones have confirmed them, against a plain walk."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.outcomes import Confirmation
from analysis.outcomes.endpoints.visits import confirmed

SUSTAIN = Confirmation(min_days=5, max_days=15)
# days and scores that show the event; the days that are events, and those left open
CASES = {
    "one alone": ([7, 14], "+-", [], []),
    "two a week apart": ([7, 14], "++", [7], [14]),
    "four days apart is too soon": ([7, 11], "++", [], [7, 11]),
    "five days apart": ([7, 12], "++", [7], [12]),
    "fifteen days apart": ([7, 22], "++", [7], [22]),
    "sixteen days apart is too late": ([7, 23], "++", [], [7, 23]),
    "too soon, then in time": ([7, 9, 14], "+++", [7, 9], [14]),
    "a no between": ([7, 10, 14], "+-+", [], [14]),
    "refuted by a no": ([7, 14, 21], "+-+", [], [21]),
    "open at the end": ([7, 14, 21], "--+", [], [21]),
    "nothing": ([7, 14], "--", [], []),
}


def flags(days, marks, rule):
    shows = np.array([mark == "+" for mark in marks])
    event, still_open = confirmed(
        np.zeros(len(days), dtype=int), np.array(days, float), shows, rule
    )
    days = np.array(days)
    return days[event].tolist(), days[still_open].tolist()


@pytest.mark.unit
@pytest.mark.parametrize("case", CASES)
def test_two_assessments_five_to_fifteen_days_apart(case):
    days, marks, events, still_open = CASES[case]
    assert flags(days, marks, SUSTAIN) == (events, still_open)


@pytest.mark.unit
def test_what_is_open_may_count():
    rule = Confirmation(min_days=5, max_days=15, unconfirmed="event")
    assert flags([7, 23], "++", rule) == ([7, 23], [])
    assert flags([7, 14, 21], "+-+", rule) == ([21], [])


@pytest.mark.unit
def test_without_a_rule_every_score_that_shows_it_counts():
    assert flags([7, 14, 21], "+-+", None) == ([7, 21], [])


@pytest.mark.unit
@pytest.mark.parametrize("days", [(-1, 5), (6, 5), (math.nan, 5)])
def test_days_out_of_order_are_refused(days):
    with pytest.raises(DataError, match="0 <= min_days <= max_days"):
        Confirmation(min_days=days[0], max_days=days[1])


@pytest.mark.unit
def test_a_confirmation_may_come_at_any_later_day():
    assert repr(Confirmation()) == (
        "confirmed by a score later; unconfirmed at the end: censored before"
    )
    assert flags([7, 8], "++", Confirmation()) == ([7], [8])


@pytest.mark.unit
def test_an_unknown_end_is_refused():
    with pytest.raises(DataError, match='must be "censor" or "event"'):
        Confirmation(unconfirmed="ignore")


def walked(patients, rule):
    """Confirm by a plain walk: a later score in time, and none between that says no."""
    events, still_open = [], []
    for visits in patients:
        for at, (day, shows) in enumerate(visits):
            run = []
            for later, also in visits[at + 1 :]:
                if not also:
                    break
                run.append(later)
            refuted = at + 1 + len(run) < len(visits)
            good = any(rule.min_days <= later - day <= rule.max_days for later in run)
            events.append(shows and good)
            still_open.append(shows and not good and not refuted)
    return events, still_open


VISITS = st.lists(
    st.tuples(st.integers(1, 90), st.booleans()), max_size=9, unique_by=lambda visit: visit[0]
).map(sorted)


@pytest.mark.identity
@settings(deadline=None, max_examples=200, derandomize=True)
@given(
    patients=st.lists(VISITS, min_size=1, max_size=5),
    days=st.tuples(st.integers(0, 20), st.integers(0, 30)).map(sorted),
)
def test_confirmation_agrees_with_a_plain_walk(patients, days):
    rule = Confirmation(min_days=days[0], max_days=days[1])
    rows = [(who, *visit) for who, visits in enumerate(patients) for visit in visits]
    codes, day, shows = (
        (np.array(column) for column in zip(*rows, strict=True)) if rows else [[]] * 3
    )
    event, still_open = confirmed(
        np.asarray(codes, dtype=int), np.asarray(day, float), np.asarray(shows, bool), rule
    )
    assert (event.tolist(), still_open.tolist()) == walked(patients, rule)


@pytest.mark.identity
@pytest.mark.parametrize("seed", range(40))
def test_many_patients_with_few_days_stay_apart(seed):
    rng = np.random.default_rng(seed)
    n_days = int(rng.integers(2, 9))
    rule = Confirmation(min_days=int(rng.integers(0, n_days + 3)))
    visits = [
        [(int(day), bool(rng.random() < 0.8)) for day in range(1, n_days + 1) if rng.random() < 0.7]
        for _ in range(12)
    ]
    rows = [(who, *visit) for who, own in enumerate(visits) for visit in own]
    who, day, shows = (np.array(column) for column in zip(*rows, strict=True))
    event, still_open = confirmed(who, day.astype(float), shows, rule)
    assert (event.tolist(), still_open.tolist()) == walked(visits, rule)


@pytest.mark.identity
@pytest.mark.parametrize("min_days", [0, 1, 2])
@pytest.mark.parametrize("max_days", [2, math.inf])
def test_neighbouring_patients_with_close_days_stay_apart(min_days, max_days):
    rule = Confirmation(min_days=min_days, max_days=max_days)
    for marks in itertools.product([False, True], repeat=6):
        visits = (
            list(zip([1, 2, 3], marks[:3], strict=True)),
            list(zip([1, 2, 4], marks[3:], strict=True)),
        )
        day = np.array([visit[0] for own in visits for visit in own], float)
        event, still_open = confirmed(np.repeat([0, 1], 3), day, np.array(marks), rule)
        assert (event.tolist(), still_open.tolist()) == walked(visits, rule), marks
