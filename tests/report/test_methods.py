"""The words on methods come from what was run: another model, curve or rule, other words."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from analysis.checks import check
from analysis.disclosure import INTERNAL, Ledger, recording
from analysis.errors import ReportError
from analysis.missing import impute_and_pool, missing_patterns, tipping_point
from analysis.mixed import lmm, mmrm
from analysis.outcomes import (
    EventTable,
    completeness,
    curve,
    curve_between_visits,
    mean_course,
    patient_flow,
    response_rates,
    time_to_loss_of_response,
    visit_outcomes,
)
from analysis.quality import clinic_outcomes, compare_with_published, quality_measures, spc_chart
from analysis.report.methods import MethodsInWords, methods_in_words
from analysis.safety import session_safety
from analysis.study import Study, read_study
from analysis.survival import cox, cumulative_incidence, logrank
from analysis.synthetic import example_folder
from analysis.tables import TableResult

pytestmark = pytest.mark.unit


def words(*results, **options) -> str:
    return repr(methods_in_words(*results, **options))


@cache
def network() -> Study:
    return read_study(example_folder("clinic-network"))


@cache
def lost() -> EventTable:
    return time_to_loss_of_response(network(), "PHQ-9", visit="week 4")


def scores() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    rows = pd.DataFrame({
        "patient": np.repeat(np.arange(40), 3), "visit": ["v1", "v2", "v3"] * 40,
        "day": [7.0, 14.0, 28.0] * 40, "arm": np.repeat(["a", "b"], 60),
    })  # fmt: skip
    own = np.repeat(rng.normal(size=40), 3)
    return rows.assign(change=own + rng.normal(size=120))


VISITS = {"subject": "patient", "visit": "visit"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "tied by an unstructured covariance between visits"),
        ({"covariance": "compound symmetry"}, "compound symmetry covariance"),
        ({"covariance": "heterogeneous toeplitz"}, "a heterogeneous toeplitz covariance"),
        ({"df": "satterthwaite"}, "degrees of freedom by Satterthwaite"),
        ({}, "degrees of freedom by Kenward and Roger, from the observed information"),
        ({"information": "expected"}, "from the expected information"),
        ({"method": "ml", "df": "satterthwaite"}, "Fitted by maximum likelihood"),
        ({"vcov": "bias-reduced"}, "bias-reduced empirical (CR2)"),
    ],
)
def test_the_sentence_changes_with_the_model(options, said) -> None:
    fit = mmrm("change ~ arm * visit", scores(), **VISITS, **options)
    assert said in words(fit)
    assert "Formula: change ~ arm * visit." in words(fit)
    default = words(mmrm("change ~ arm * visit", scores(), **VISITS))
    assert (words(fit) == default) == (options == {})


def test_a_fallback_that_was_used_is_told_without_its_counts() -> None:
    few = scores().iloc[: 3 * 5]
    wanted = ["unstructured", "compound symmetry"]
    seen = few.iloc[[0, 1, 4, 5, 6, 8, 9, 13, 14]]
    text = words(mmrm("change ~ visit", seen, covariance=wanted, **VISITS))
    assert "tied by a compound symmetry covariance between visits" in text
    assert "Asked for before, and not to be estimated: unstructured." in text
    assert "patients" not in text.partition("Every recorded")[0]


@pytest.mark.parametrize(
    ("random", "said"),
    [
        ("1", "A random intercept per patient"),
        ("1 + day", "A random intercept and random slopes of day per patient"),
    ],
)
def test_the_random_part_is_said_in_words(random, said) -> None:
    assert said in words(lmm("change ~ day", scores(), subject="patient", random=random))


def test_rows_that_were_dropped_are_counted_but_not_if_few() -> None:
    rows = scores()
    rows.loc[:3, "change"] = np.nan
    assert "missing: <11." in words(mmrm("change ~ visit", rows, **VISITS))
    inside = words(mmrm("change ~ visit", rows, **VISITS), policy=INTERNAL)
    assert "missing: 4." in inside
    assert "116 scores of 39 patients." in inside


def test_means_and_differences_say_their_adjustment() -> None:
    means = mmrm("change ~ arm * visit", scores(), **VISITS).marginal_means("arm", by="visit")
    assert "for each arm at each visit" in words(means)
    assert "not adjusted" in words(means.contrasts("a"))
    assert "adjusted by holm" in words(means.contrasts("a", adjust="holm"))


def test_the_course_of_the_network_says_its_patients_and_groups() -> None:
    outcomes = visit_outcomes(network(), "PHQ-9", measures=())
    text = words(mean_course(outcomes, by="route"))
    assert "Linear mixed model: change ~ route * visit + baseline. By route." in text
    assert f"Patients: {outcomes['subject_id'].nunique()}." in text
    assert "missing at random" in text
    assert "All patients together." in words(mean_course(outcomes))


def test_numbers_of_patients_are_held_to_what_was_told_before() -> None:
    outcomes = visit_outcomes(network(), "PHQ-9", measures=())
    few = outcomes["subject_id"].isin(outcomes["subject_id"].unique()[:3])
    with recording(Ledger(release="1")) as ledger:
        assert "Patients: " in words(mean_course(outcomes))
    with recording(Ledger(release="2", records=ledger.records)):
        assert "Patients: " not in words(mean_course(outcomes[~few]))


def test_both_curves_say_how_the_event_is_dated() -> None:
    table = lost()
    text = words(table, curve(table), curve_between_visits(table))
    assert "Event: first later PHQ-9 less than 50% below baseline." in text
    assert text.count("Event: first later PHQ-9") == 1  # said once, though three results know it
    assert "dated at the visit or record that showed it" in text
    assert "log-log scale, variance by Greenwood" in text
    assert "(Turnbull)" in text
    assert "ends at: last score." in text


def test_competing_risks_tests_and_hazards_have_their_words() -> None:
    rows = lost().frame.astype({"route": "string"}).query("route in ['IV', 'IM']")
    cause = np.where(rows["event"], "relapse", np.where(rows["time"] > 100, "left", "none"))
    found = cumulative_incidence(rows.assign(event=cause), censored="none")
    assert "what comes first counts: left, relapse." in words(found)
    assert words(logrank(rows, "time", "event", "route")).startswith("- Logrank test")
    assert "ties by breslow" in words(
        cox("route", rows, time="time", event="event", ties="breslow")
    )


def test_frames_say_the_rules_they_were_made_by() -> None:
    at = {"visit": "week 8", "baseline_at_least": 15}
    text = words(response_rates(network(), "PHQ-9", conf_level=0.9, **at))
    for part in (
        "Week 8: planned on day 56, days 42 to 69.",
        "Evaluable: PHQ-9 of 15 or more",
        "Response: PHQ-9 at least 50% better than baseline.",
        "Wilson's at 90%.",
        "First course of each patient",
    ):
        assert part in text
    flow = patient_flow(network(), "PHQ-9", course="all", visit="week 8")
    assert "All courses: a patient counts once in each." in words(flow)
    assert "week 1; week 2; week 4" in words(completeness(network(), "PHQ-9"))


def test_the_check_says_programs_and_the_rule_for_counts() -> None:
    text = words(check(network()))
    assert "Computed by ketamine-outcomes" in text
    assert text.endswith("Counts from 1 to 10 are hidden.")
    assert words(check(network()), policy=INTERNAL).endswith("inside the clinic only.")


def test_charts_say_their_rules() -> None:
    points = pd.DataFrame({"x": range(20), "y": [5, 7, 6, 8] * 5, "n": [20] * 20})
    by = {rules: words(spc_chart(points, y="y", x="x", n="n", kind="p", rules=rules, freeze=freeze))
          for rules, freeze in (("anhoej", None), ("nhs", 12))}  # fmt: skip
    assert "Anhøj's rules" in by["anhoej"]
    assert "all points" in by["anhoej"]
    assert "NHS England" in by["nhs"]
    assert "the first 12 points" in by["nhs"]


def test_imputation_and_tipping_point_say_their_assumption() -> None:
    rows = scores()
    rows.loc[rows["visit"].eq("v3") & (rows["patient"] % 5 == 0), "change"] = np.nan
    rows = rows.assign(base=1.0 * rows["patient"])
    plan = {**VISITS, "visits": ["v1", "v2", "v3"], "covariates": ["base"]}
    found = impute_and_pool("change ~ base * visit", rows, **plan)
    text = words(found)
    assert "imputed from: change ~ base * visit, assumption MAR" in text
    assert "leaving out one patient at a time" in text
    assert "8 scores imputed" not in text
    assert "8 scores imputed for 40 patients." in words(found, policy=INTERNAL)
    assert "holds -3." in words(tipping_point(found, plausible=(0, 4), null=-3))
    assert "Planned visits: week 1, week 2" in words(missing_patterns(network(), "PHQ-9"))


def test_measures_clinics_sessions_and_cohorts_say_their_definitions() -> None:
    clinics = {"response of PHQ-9": ((), "Not adjusted"), "Adjusted for": (("age_years",), "age")}
    for said, (adjust, more) in clinics.items():
        text = words(clinic_outcomes(network(), "response", adjust=adjust))
        assert said in text.replace("Response", "response")
        assert more in text
    beside = compare_with_published(network(), cohort="McInnes 2022", measure="response")
    assert "McInnes 2022, beside this study. Rule: fall of at least 50 %" in words(beside)
    assert "rules are evaluated in each session" in words(session_safety(network()))
    assert "Numerator: a PHQ-9 score in the window." in words(quality_measures(network()))


def test_a_result_with_notes_repeats_them_and_others_are_refused() -> None:
    table = TableResult(
        title="Patients", frame=pd.DataFrame({"group": [""], "label": ["a"]}), columns=(),
        notes=("One <note>", "Another."),
    )  # fmt: skip
    found = methods_in_words(table, table)
    assert repr(found) == "- Patients. One <note>. Another."
    assert "<strong>Patients.</strong> One &lt;note&gt;. Another." in found._repr_html_()
    for other in (pd.DataFrame({"n": [1]}), object()):
        with pytest.raises(ReportError):
            methods_in_words(other)
    assert isinstance(found, MethodsInWords)
