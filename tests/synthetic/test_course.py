"""The course of treatment and its effect."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.synthetic import scenario
from analysis.synthetic.course import INDUCTION, retained_on, severity_on, treat
from analysis.synthetic.people import draw_people
from analysis.synthetic.streams import Streams

unit, identity, truth = pytest.mark.unit, pytest.mark.identity, pytest.mark.truth

NETWORK = scenario("clinic-network")
STREAMS = Streams(seed=9)
PEOPLE = draw_people(NETWORK, STREAMS, 8_000)
TREATED = treat(PEOPLE, NETWORK, STREAMS)
COMPLETE = treat(PEOPLE, NETWORK, STREAMS, stop=False)


def on(course, day):
    return retained_on(PEOPLE, course, NETWORK, np.asarray(day, dtype=float)[:, None])[:, 0]


@unit
def test_sessions_follow_the_plan():
    day = TREATED.day
    assert (day[:, 0] == 0).all()
    gaps = np.diff(day[:, :INDUCTION], axis=1)
    for im, allowed in ((False, NETWORK.iv.gap_days), (True, NETWORK.im.gap_days)):
        seen = gaps[PEOPLE.im == im]
        assert set(seen[~np.isnan(seen)]) == set(allowed)
    assert set(TREATED.planned[~PEOPLE.im]) == {6}
    assert set(TREATED.planned[PEOPLE.im]) == {4, 5, 6}
    assert (TREATED.n_induction <= TREATED.planned).all()
    assert np.nanmax(day) <= NETWORK.treatment.until_day
    maintenance = np.diff(np.c_[TREATED.last_induction_day, day[:, INDUCTION:]], axis=1)
    assert np.nanmin(maintenance) >= 21
    assert np.nanmax(maintenance) <= 42


@unit
def test_nobody_has_maintenance_who_did_not_complete_induction():
    early = TREATED.n_induction < TREATED.planned
    assert early.any()
    assert np.isnan(TREATED.day[early, INDUCTION:]).all()


@unit
def test_severity_is_that_of_the_baseline_up_to_the_first_dose():
    assert (on(TREATED, np.zeros(len(PEOPLE))) == 1.0).all()
    assert (on(TREATED, np.full(len(PEOPLE), -14.0)) == 1.0).all()


@unit
def test_the_first_dose_gives_60_percent_and_half_is_gone_by_day_7():
    # one patient left after a single session would be enough; all have the same fractions
    single = replace(NETWORK, iv=replace(NETWORK.iv, gap_days=(30,), planned_sessions=(2,)))
    people = draw_people(single, STREAMS, 200)
    course = treat(people, single, STREAMS, stop=False)
    day = np.tile([1e-9, 7.0, 14.0], (200, 1))
    effect = (1.0 - retained_on(people, course, single, day)) / (1.0 - people.retained)[:, None]
    assert effect[~people.im] == pytest.approx(np.tile([0.6, 0.3, 0.15], (sum(~people.im), 1)))


@unit
def test_responders_pass_one_half_on_their_day_of_loss():
    end = COMPLETE.last_induction_day
    responders = on(COMPLETE, end + 1e-9) < 0.5
    assert responders.mean() == pytest.approx(0.45, abs=0.1)
    at_loss = on(COMPLETE, end + PEOPLE.loss_days)[responders]
    assert at_loss == pytest.approx(np.full(responders.sum(), 0.5), abs=1e-9)


@identity
def test_without_maintenance_severity_only_rises_after_induction():
    day = COMPLETE.last_induction_day[:, None] + np.linspace(0.01, 200.0, 40)
    severity = severity_on(PEOPLE, COMPLETE, NETWORK, day)
    assert (np.diff(severity, axis=1) >= -1e-9).all()


@identity
def test_maintenance_postpones_loss():
    kept = ~np.isnan(TREATED.day[:, INDUCTION + 1])
    day = TREATED.day[:, INDUCTION + 1] + 1.0
    with_it, without = on(TREATED, np.nan_to_num(day)), on(COMPLETE, np.nan_to_num(day))
    assert (with_it <= without + 1e-9)[kept].all()
    assert (without - with_it)[kept].mean() > 0.05


@truth
def test_about_47_percent_stop_during_or_right_after_induction():
    # Sakurai et al. 2020: 47.1 %
    stopped = TREATED.ended == TREATED.last_induction_day
    assert stopped.mean() == pytest.approx(0.47, abs=0.04)


@truth
def test_loss_of_response_is_the_published_weibull():
    # McInnes et al. 2022: about 80 % still respond 28 days, 60 % 56 days after induction
    end = COMPLETE.last_induction_day
    responders = on(COMPLETE, end + 1e-9) < 0.5
    for day, still in ((28, 0.80), (56, 0.60)):
        share = (on(COMPLETE, end + day)[responders] <= 0.5).mean()
        assert share == pytest.approx(still, abs=0.03)


@identity
def test_more_patients_leave_the_first_as_they_are():
    people = draw_people(NETWORK, STREAMS, 100)
    course = treat(people, NETWORK, STREAMS)
    assert np.array_equal(course.day, TREATED.day[:100], equal_nan=True)
    assert np.array_equal(people.severity, PEOPLE.severity[:100])
