"""The course of treatment and the latent path."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.synthetic import scenario
from analysis.synthetic.course import ENDS, treat
from analysis.synthetic.path import fraction_on, relapse_day, severity_on
from analysis.synthetic.people import draw_people
from analysis.synthetic.streams import Streams

unit, identity, truth = pytest.mark.unit, pytest.mark.identity, pytest.mark.truth

NETWORK = scenario("clinic-network")
STREAMS = Streams(seed=9)
PEOPLE = draw_people(NETWORK, STREAMS, 8_000)
TREATED = treat(PEOPLE, NETWORK, STREAMS)
COMPLETE = treat(PEOPLE, NETWORK, STREAMS, stop=False)
NEW = ~PEOPLE.treated_before


def on(course, day):
    return fraction_on(course, NETWORK, np.asarray(day, dtype=float)[:, None])[:, 0]


def ended_in_response(course):
    day = np.where(np.isfinite(course.last_induction_day()), course.last_induction_day(), 0.0)
    return on(course, day + 1e-9) < 0.5


@unit
def test_sessions_follow_the_plan_of_the_regimen():
    day, maintenance = TREATED.day, TREATED.maintenance
    assert (day[:, 0] == 0).all()
    gaps = np.where(
        np.isfinite(day[:, 1:]),
        day[:, 1:] - np.where(np.isfinite(day[:, :-1]), day[:, :-1], 0.0),
        np.nan,
    )
    inside = (TREATED.number[:, 1:] == TREATED.number[:, :-1]) & TREATED.taken[:, 1:]
    for position, regimen in enumerate(NETWORK.regimens):
        rows = (PEOPLE.regimen == position)[:, None] & inside
        induction = gaps[rows & ~maintenance[:, 1:]]
        assert set(induction) == set(map(float, regimen.gap_days)), regimen.name
        later = gaps[rows & maintenance[:, 1:]]
        assert later.min() >= regimen.maintenance_days[0]
        assert later.max() <= regimen.maintenance_days[1]
        planned = TREATED.planned[PEOPLE.regimen == position]
        assert set(planned) == set(regimen.planned_sessions)
    assert (TREATED.of_induction().sum(axis=1) <= TREATED.planned).all()
    assert day[TREATED.taken].max() <= NETWORK.treatment.until_day


@unit
def test_nobody_has_maintenance_in_a_course_that_was_not_completed():
    for course in (1, 2):
        early = (TREATED.of_induction(course).sum(axis=1) < TREATED.planned) & NEW
        assert early.any()
        inside = TREATED.taken & TREATED.maintenance & (TREATED.number == course)
        assert not inside[early].any()


@unit
def test_a_second_course_follows_relapse_and_the_stated_gap():
    again = np.isfinite(TREATED.first_day(2))
    assert 0.02 < again.mean() < 0.2
    first = np.where(TREATED.taken & (TREATED.number == 1), TREATED.day, -np.inf).max(axis=1)
    assert (TREATED.first_day(2) - first)[again].min() >= NETWORK.treatment.course_gap_days
    assert (relapse_day(TREATED)[again & NEW] < TREATED.first_day(2)[again & NEW]).all()
    assert (on(TREATED, np.where(again, TREATED.first_day(2), 0.0))[again] >= 0.5).all()


@unit
def test_those_treated_before_the_data_begin_with_maintenance_and_an_effect():
    before = PEOPLE.treated_before
    assert 0.02 < before.mean() < 0.04
    assert TREATED.maintenance[before, 0].all()
    assert not TREATED.maintenance[~before, 0].any()
    assert on(TREATED, np.full(len(PEOPLE), -5.0))[before].mean() < 0.75


@unit
def test_severity_is_that_of_the_baseline_up_to_the_first_dose():
    assert (on(TREATED, np.zeros(len(PEOPLE)))[NEW] == 1.0).all()
    assert (on(TREATED, np.full(len(PEOPLE), -14.0))[NEW] == 1.0).all()


@unit
def test_the_first_dose_gives_60_percent_and_half_is_gone_by_day_7():
    # Phillips et al. 2019; all patients have the same fractions
    regimens = tuple(
        replace(regimen, gap_days=(30,), planned_sessions=(2,)) for regimen in NETWORK.regimens
    )
    single = replace(NETWORK, regimens=regimens)
    people = draw_people(single, STREAMS, 200)
    course = treat(people, single, STREAMS, stop=False)
    day = np.tile([1e-9, 7.0, 14.0], (200, 1))
    effect = (1.0 - fraction_on(course, single, day)) / (1.0 - people.retained[:, :1])
    rows = ~people.treated_before & (np.abs(1.0 - people.retained[:, 0]) > 0.1)
    assert effect[rows] == pytest.approx(np.tile([0.6, 0.3, 0.15], (rows.sum(), 1)), abs=2e-5)


@unit
def test_responders_pass_one_half_on_their_day_of_relapse():
    responders = ended_in_response(COMPLETE) & NEW
    day = relapse_day(COMPLETE)
    assert np.array_equal(~np.isnan(day), responders)
    around = fraction_on(
        COMPLETE, NETWORK, np.where(responders, day, 0.0)[:, None] + np.array([[-0.01, 0.01]])
    )[responders]
    assert (around[:, 0] <= 0.5).all()
    assert (around[:, 1] >= 0.5).all()


@identity
def test_relapse_with_maintenance_is_where_the_path_passes_half_by_brute_force():
    grid = np.arange(0.0, 366.0, 0.5)
    rows = np.flatnonzero(NEW)[:600]
    path = fraction_on(TREATED, NETWORK, np.tile(grid, (len(PEOPLE), 1))[:, :])[rows]
    day, end = relapse_day(TREATED)[rows], TREATED.last_induction_day()[rows]
    passed = (path > 0.5) & (grid > end[:, None]) & (grid <= TREATED.first_day(2)[rows][:, None])
    first = np.where(passed.any(axis=1), grid[passed.argmax(axis=1)], np.inf)
    seen = ~np.isnan(day) & (day < 360.0)
    assert seen.sum() > 100
    assert np.abs(first[seen] - day[seen]).max() <= 1.0
    never = ~np.isnan(day) & (day > 366.0)
    assert np.isinf(first[never]).all()


@identity
def test_without_maintenance_severity_only_rises_after_induction():
    day = np.where(NEW, COMPLETE.last_induction_day(), 0.0)[:, None] + np.linspace(0.01, 200.0, 40)
    severity = severity_on(PEOPLE, COMPLETE, NETWORK, day)[NEW]
    assert (np.diff(severity, axis=1) >= -1e-5).all()


@identity
def test_maintenance_postpones_relapse():
    both = ended_in_response(TREATED) & NEW & (TREATED.of_induction().sum(1) == TREATED.planned)
    kept = both & (TREATED.maintenance & TREATED.taken).any(axis=1)
    assert (relapse_day(TREATED)[kept] >= relapse_day(COMPLETE)[kept] - 1e-5).all()
    finite = kept & np.isfinite(relapse_day(TREATED))
    assert np.mean(relapse_day(TREATED)[finite] - relapse_day(COMPLETE)[finite]) > 5.0


@truth
def test_who_is_left_worse_relapses_sooner():
    # hazard ratio exp(loss_slope x difference of retained fractions)
    steep = replace(NETWORK, durability=replace(NETWORK.durability, loss_slope=6.0))
    course = treat(PEOPLE, steep, STREAMS, stop=False)
    since = relapse_day(course) - course.last_induction_day()
    well = ~np.isnan(since)
    low = well & (PEOPLE.retained[:, 0] < 0.2)
    high = well & (PEOPLE.retained[:, 0] > 0.4)
    assert np.median(since[high]) < 0.6 * np.median(since[low])


@truth
def test_about_47_percent_stop_during_or_right_after_induction():
    # Sakurai et al. 2020: 47.1 %
    stopped = ~(TREATED.maintenance & TREATED.taken & (TREATED.number == 1)).any(axis=1)
    assert stopped[NEW].mean() == pytest.approx(0.47, abs=0.05)


@unit
def test_only_those_who_do_not_respond_change_to_another_treatment():
    other = TREATED.end == ENDS.index("other treatment")
    assert 0.02 < other.mean() < 0.2
    assert np.isfinite(TREATED.ended[other]).all()
    assert not ended_in_response(TREATED)[other & NEW & (TREATED.number.max(axis=1) == 1)].any()


@identity
def test_a_part_of_the_patients_is_treated_as_in_the_whole():
    streams = Streams(seed=9, first=500)
    people = draw_people(NETWORK, streams, 100)
    course = treat(people, NETWORK, streams)
    room = course.day.shape[1]
    assert np.array_equal(course.day, TREATED.day[500:600, :room])
    assert np.array_equal(people.severity, PEOPLE.severity[500:600])
