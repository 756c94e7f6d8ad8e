"""True answers: recovered by data of which everything is seen, missed by completers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.synthetic import oracle, scenario, simulate
from analysis.synthetic.true_answers import ALL, LOSS_DAYS

unit, truth = pytest.mark.unit, pytest.mark.truth

NETWORK = scenario("clinic-network")
LARGE = replace(NETWORK, patients=6_000)
REGIMENS = ("ketamine IV", "ketamine IM", "esketamine IN", "ketamine SL")


@pytest.fixture(scope="module")
def answers():
    return oracle(NETWORK, patients=20_000)


@pytest.fixture(scope="module")
def seen_in_full():
    return simulate(LARGE.fully_observed())


def answer(answers, estimand, regimen, time, *, regime="as treated", population="all"):
    rows = answers[
        answers["estimand"].eq(estimand)
        & answers["regimen"].eq(regimen)
        & answers["time"].eq(time)
        & answers["regime"].eq(regime)
        & answers["population"].eq(population)
    ]
    assert len(rows) == 1
    return rows.iloc[0]


def visits(simulation, low, high):
    """Baseline and the PHQ-9 nearest to the middle of a window; column by column."""
    study, facts = simulation.study, simulation.truth.set_index("subject_id")
    before = study.table("subjects").set_index("subject_id")["treated_before_data"]
    scores = study.table("assessments")
    scores = scores[scores["instrument"].eq("PHQ-9") & scores["total"].notna()]
    baseline = scores[scores["rel_day"] <= 0].groupby("subject_id")["total"].last()
    inside = scores[scores["rel_day"].between(low, high)]
    near = (inside["rel_day"] - (low + high) / 2).abs()
    later = inside.assign(near=near).sort_values(["subject_id", "near"])
    later = later.drop_duplicates("subject_id").set_index("subject_id")["total"]
    table = pd.DataFrame({"baseline": baseline, "later": later, "regimen": facts["regimen"]})
    return table[~before.reindex(table.index).fillna(value=True).astype(bool)].dropna()


def mean_and_error(values):
    return values.mean(), values.std() / np.sqrt(len(values))


@truth
@pytest.mark.parametrize("regimen", REGIMENS)
@pytest.mark.parametrize(("week", "low", "high"), [(8, 50, 62), (12, 78, 90)])
def test_a_fully_observed_cohort_recovers_the_truth(
    answers, seen_in_full, regimen, week, low, high
):
    seen = visits(seen_in_full, low, high)
    seen = seen[seen["regimen"] == regimen]
    for estimand, values in (
        ("mean change from baseline", seen["later"] - seen["baseline"]),
        ("response", (seen["later"] <= 0.5 * seen["baseline"]).astype(float)),
        ("remission", (seen["later"] < 5).astype(float)),
    ):
        expected = answer(answers, estimand, regimen, f"week {week}")
        mean, error = mean_and_error(values)
        assert abs(mean - expected["value"]) < 4.0 * np.hypot(error, expected["std_error"])


def observed_with(**changes):
    return visits(
        simulate(replace(LARGE, observation=replace(NETWORK.observation, **changes))), 50, 62
    )


@truth
def test_missing_completely_at_random_recovers_the_truth(answers):
    seen = observed_with(
        missing_depends_on="nothing", lost_at_stop=0.0, lost_after_stop=0.06,
        lost_per_visit=0.06, missing_score=0.3,
    )  # fmt: skip
    for regimen in ("ketamine IV", "ketamine IM"):
        rows = seen[seen["regimen"] == regimen]
        expected = answer(answers, "mean change from baseline", regimen, "week 8")
        mean, error = mean_and_error(rows["later"] - rows["baseline"])
        assert abs(mean - expected["value"]) < 4.0 * np.hypot(error, expected["std_error"])


@truth
@pytest.mark.parametrize("on", ["last score", "current severity"])
def test_completers_look_better_than_they_are_when_missing_depends_on_scores(answers, on):
    seen = observed_with(missing_depends_on=on, missing_slope=1.0, missing_score=0.3)
    for regimen in ("ketamine IV", "ketamine IM"):
        group = seen[seen["regimen"] == regimen]
        score, error = mean_and_error(group["later"])
        expected = answer(answers, "mean score", regimen, "week 8")
        assert score < expected["value"] - 3.0 * np.hypot(error, expected["std_error"])


@truth
def test_given_the_last_score_missing_at_random_does_not_depend_on_severity():
    # among patients with the same last score, those who are missed are as unwell as the others
    from analysis.synthetic.assessments import phq9_answers
    from analysis.synthetic.contact import keep_contact
    from analysis.synthetic.course import treat
    from analysis.synthetic.people import draw_people
    from analysis.synthetic.streams import Streams
    from analysis.synthetic.visits import plan_visits

    gaps = {}
    for on in ("last score", "current severity"):
        observation = replace(
            NETWORK.observation, missing_depends_on=on, missing_slope=1.5, missing_score=0.3,
            lost_at_stop=0.0, lost_per_visit=0.0, lost_after_stop=0.0, entry_days=0,
        )  # fmt: skip
        changed = replace(NETWORK, observation=observation)
        streams = Streams(seed=4)
        people = draw_people(changed, streams, 12_000)
        course = treat(people, changed, streams)
        plan = plan_visits(people, course, changed, streams)
        totals = phq9_answers(plan.severity, course, changed, streams).sum(axis=2)
        contact = keep_contact(people, course, plan, totals, changed, streams)
        slot = 5  # follow-up of week 8
        earlier = contact.taken & (plan.day < plan.day[:, [slot]])
        last_day = np.where(earlier, plan.day, -999).argmax(axis=1)
        last = totals[np.arange(len(people)), last_day]
        rows = plan.planned[:, slot] & earlier.any(axis=1) & (np.abs(last - 12) <= 1)
        missed = rows & ~contact.taken[:, slot]
        seen = rows & contact.taken[:, slot]
        gaps[on] = plan.severity[missed, slot].mean() - plan.severity[seen, slot].mean()
    assert abs(gaps["last score"]) < 0.7
    assert gaps["current severity"] > 1.5


@truth
def test_pattern_mixture_moves_the_truth_by_delta_times_those_who_left():
    delta = 4.0
    moved = replace(
        NETWORK,
        observation=replace(
            NETWORK.observation, missing_depends_on="last score", post_dropout_shift=delta
        ),
    )
    plain = replace(moved, observation=replace(moved.observation, post_dropout_shift=0.0))
    with_it, without = (oracle(s, patients=10_000) for s in (moved, plain))
    shift = answer(with_it, "shift after dropout", ALL, "week 26")["value"]
    difference = (
        answer(with_it, "mean score", ALL, "week 26")["value"]
        - answer(without, "mean score", ALL, "week 26")["value"]
    )
    assert shift == pytest.approx(difference, abs=1e-9)
    left = (simulate(replace(plain, patients=4_000)).truth["contact_until"] < 182).mean()
    assert 0.75 * delta * left < shift < delta * left  # the ceiling of the scale takes a part
    assert "shift after dropout" not in set(without["estimand"])
    # nothing that is seen changes
    one, two = (simulate(replace(s, patients=200)).study for s in (moved, plain))
    pd.testing.assert_frame_equal(one.table("assessments"), two.table("assessments"))


@truth
def test_survival_without_relapse_is_that_of_the_path(answers, seen_in_full):
    facts = seen_in_full.truth
    since = (facts["relapse_day"] - _last_induction(seen_in_full)).dropna()
    for day in LOSS_DAYS:
        expected = answer(answers, "survival without relapse", ALL, f"day {day} after induction")
        mean, error = mean_and_error((since > day).astype(float))
        assert abs(mean - expected["value"]) < 4.0 * np.hypot(error, expected["std_error"])
    median = answer(answers, "median days to relapse", ALL, "after induction")
    assert (since > median["value"]).mean() == pytest.approx(0.5, abs=0.03)


def _last_induction(simulation):
    sessions = simulation.study.table("sessions")
    first = sessions[(sessions["course_no"] == 1) & (sessions["phase"] == "induction")]
    last = first.groupby("subject_id")["rel_day"].max().astype(float)
    ids = simulation.truth["subject_id"]
    return ids.map(last)


@truth
def test_maintenance_postpones_relapse(answers):
    without = answer(
        answers, "median days to relapse", ALL, "after induction", regime="no maintenance"
    )
    with_it = answer(answers, "median days to relapse", ALL, "after induction")
    assert with_it["value"] > without["value"] + 20.0


@truth
def test_infusions_and_injections_are_calibrated_to_the_published_figures(answers):
    # Oliver et al. 2022: PHQ-9 response 50 %, remission 20 % after induction by infusion
    end = "end of induction"
    response = answer(answers, "response", "ketamine IV", end)["value"]
    assert response == pytest.approx(0.50, abs=0.03)
    remission = answer(answers, "remission", "ketamine IV", end)["value"]
    assert remission == pytest.approx(0.20, abs=0.03)
    # IM cohort, BMC Psychiatry 2022;22:634: 16.3 before the first treatment
    before = answer(answers, "mean score", "ketamine IM", "baseline")
    assert before["value"] == pytest.approx(16.3, abs=0.3)


@truth
def test_adverse_events_are_those_of_the_data(answers, seen_in_full):
    sessions = seen_in_full.study.table("sessions")
    events = seen_in_full.study.table("adverse_events")
    events = events[events["session_no"].notna()]
    rate = 100.0 * len(events) / len(sessions)
    expected = answer(answers, "adverse events per 100 sessions", ALL, "session")
    assert rate == pytest.approx(expected["value"], abs=0.5)


@truth
def test_clinics_differ_by_about_two_fifths_on_the_logit(answers):
    spread = answer(answers, "SD between clinics of logit response", ALL, "end of induction")
    assert spread["value"] == pytest.approx(0.4, abs=0.1)
    clinics = answers[
        answers["estimand"].eq("response by clinic") & answers["regime"].eq("as treated")
    ]
    log_odds = np.log(clinics["value"] / (1.0 - clinics["value"]))
    assert log_odds.std() == pytest.approx(spread["value"])


@unit
def test_contrasts_are_differences_of_means(answers):
    change = "mean change from baseline"
    contrast = answer(answers, "difference in mean change", "ketamine IV - esketamine IN", "week 8")
    first, second = (
        answer(answers, change, name, "week 8") for name in ("esketamine IN", "ketamine IV")
    )
    assert contrast["value"] == pytest.approx(second["value"] - first["value"])
    errors = np.hypot(first["std_error"], second["std_error"])
    assert contrast["std_error"] == pytest.approx(errors)


@unit
def test_every_answer_has_its_error(answers):
    assert answers["value"].notna().all()
    assert (answers["std_error"] > 0).all()
    keys = ["estimand", "population", "regime", "regimen", "time", "clinic"]
    assert not answers.duplicated(keys).any()
    assert set(answers["population"]) == {"all", "baseline at least 10"}


@truth
def test_the_stated_error_is_that_of_the_monte_carlo():
    # twelve independent runs spread as the standard error says
    runs = [oracle(replace(NETWORK, seed=seed), patients=2_000) for seed in range(12)]
    for estimand, time in (
        ("response", "end of induction"),
        ("SD between clinics of logit response", "end of induction"),
        ("median days to relapse", "after induction"),
        ("adverse events per 100 sessions", "session"),
    ):
        rows = [answer(run, estimand, ALL, time) for run in runs]
        values = np.array([row["value"] for row in rows])
        errors = np.array([row["std_error"] for row in rows])
        assert values.std(ddof=1) == pytest.approx(errors.mean(), rel=0.6), estimand


@unit
def test_few_patients_are_refused():
    with pytest.raises(DataError, match="at least 1,000"):
        oracle(NETWORK, patients=10)
