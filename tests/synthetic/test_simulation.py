"""The simulated study: rules, plausibility, determinism."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.checks import check
from analysis.instruments import compare_totals, load_instrument, score
from analysis.study import TABLES
from analysis.synthetic import scenario, simulate

unit, identity, truth = pytest.mark.unit, pytest.mark.identity, pytest.mark.truth

NETWORK = scenario("clinic-network")
LARGE = simulate(replace(NETWORK, patients=2_500))
STUDY = LARGE.study


def typed(table, column):
    return STUDY.table(table)[column]


@unit
def test_the_study_breaks_no_rule():
    result = check(STUDY)
    assert result.findings == (), result.summary()


@unit
@pytest.mark.parametrize("name", [name for name in TABLES if STUDY.has(name)])
def test_columns_types_and_order_are_canonical(name):
    dtypes = {"text": "string", "category": "category", "integer": "Int64"}
    dtypes |= {"number": "float64", "flag": "boolean", "codes": "string"}
    frame = STUDY.table(name)
    assert frame.columns.tolist() == [c for c in TABLES[name].names if c in frame.columns]
    for column in TABLES[name].columns:
        if column.name in frame.columns:
            assert str(frame[column.name].dtype) == dtypes[column.kind]
    key = list(TABLES[name].key)
    plain = frame[key].astype({k: "string" for k in key if str(frame[k].dtype) == "category"})
    assert plain.equals(plain.sort_values(key, ignore_index=True))


@unit
@pytest.mark.parametrize(
    ("table", "day"),
    [("sessions", "rel_day"), ("assessments", "rel_day"), ("encounters", "rel_day"),
     ("actions", "rel_day"), ("adverse_events", "start_day"), ("adverse_events", "end_day")],
)  # fmt: skip
def test_nothing_is_seen_after_contact_was_lost(table, day):
    until = LARGE.truth.set_index("subject_id")["contact_until"]
    cut_off = STUDY.table("follow_up").set_index("subject_id")["observed_until_day"]
    last = STUDY.table("follow_up").set_index("subject_id")["last_contact_day"]
    rows = STUDY.table(table).dropna(subset=[day])
    for limit in (until, cut_off.astype(float), last.astype(float)):
        assert (rows[day].astype(float) <= rows["subject_id"].map(limit)).all()


@unit
def test_scores_on_the_day_of_a_session_name_it():
    sessions = STUDY.table("sessions")[["subject_id", "rel_day", "session_no"]]
    rows = STUDY.table("assessments").merge(
        sessions, on=["subject_id", "rel_day"], how="left", suffixes=("", "_there")
    )
    there = rows["session_no_there"].notna()
    assert (rows.loc[there, "session_no"] == rows.loc[there, "session_no_there"]).all()
    assert rows.loc[~there, "session_no"].isna().all()
    assert (rows["hours_post"].notna() == there).all()
    assert set(rows.loc[there, "visit"]) == {"baseline", "session", "follow-up"}


@unit
def test_item_9_is_skipped_as_often_as_the_others():
    items = STUDY.table("items")
    skipped = items[(items["instrument"] == "PHQ-9") & items["response"].isna()]["item_no"]
    counts = skipped.value_counts()
    assert counts[9] > 0.5 * counts.mean()


@unit
def test_actions_answer_an_item_9_that_is_there():
    items = STUDY.table("items")
    positive = items[(items["instrument"] == "PHQ-9") & (items["item_no"] == 9)]
    positive = positive[positive["response"].ge(1).fillna(False)]
    actions = STUDY.table("actions").merge(
        positive[["subject_id", "rel_day"]], on=["subject_id", "rel_day"], how="left",
        indicator=True,
    )  # fmt: skip
    assert (actions["_merge"] == "both").all()
    assert len(actions) / len(positive) == pytest.approx(0.9, abs=0.02)


@unit
def test_events_were_asked_about_and_stopped_sessions_have_theirs():
    sessions, events = STUDY.table("sessions"), STUDY.table("adverse_events")
    asked = events.dropna(subset=["session_no"]).merge(
        sessions[["subject_id", "session_no", "ae_assessed", "route"]],
        on=["subject_id", "session_no"],
    )
    assert asked["ae_assessed"].all()
    assert not ((asked["route"] == "SL") & (asked["term"] == "blood pressure increased")).any()
    stopped = sessions[sessions["stop_reason"] == "adverse event"]
    with_event = stopped.merge(events, on=["subject_id", "session_no"])
    assert len(with_event) == len(stopped) > 5
    assert events.loc[events["end_day"].notna(), "outcome"].isin(["recovered", "fatal"]).all()


@unit
def test_encounters_include_visits_without_the_score_that_was_due():
    encounters = STUDY.table("encounters")
    scores = STUDY.table("assessments")
    phq9 = scores.loc[scores["instrument"] == "PHQ-9", ["subject_id", "rel_day"]].drop_duplicates()
    due = encounters[encounters["instrument"] == "PHQ-9"]
    both = due.merge(phq9, on=["subject_id", "rel_day"], how="left", indicator=True)
    missed = (both["_merge"] == "left_only").mean()
    assert 0.03 < missed < 0.3
    seen = scores[["subject_id", "rel_day"]].drop_duplicates()
    places = seen.merge(encounters, on=["subject_id", "rel_day"], how="left")
    assert places["kind"].notna().all()
    assert not encounters.duplicated(["subject_id", "rel_day"]).any()


@unit
def test_a_share_of_one_is_always_and_of_none_never():
    treatment = replace(
        NETWORK.treatment, stop_after_induction=1.0, stop_in_induction=0.0, reinduction=0.0
    )
    observation = replace(NETWORK.observation, missing_score=1.0, missing_baseline=0.0)
    study = simulate(
        replace(NETWORK, patients=400, treatment=treatment, observation=observation)
    ).study
    before = study.table("subjects").set_index("subject_id")["treated_before_data"]
    sessions = study.table("sessions")
    new = ~sessions["subject_id"].map(before).astype(bool)
    assert (sessions.loc[new, "phase"] == "induction").all()
    scores = study.table("assessments")
    assert set(scores["visit"]) <= {"screening", "baseline"}


@unit
def test_a_fully_observed_study_loses_nobody():
    full = simulate(replace(NETWORK, patients=1_000).fully_observed())
    assert np.isinf(full.truth["contact_until"]).all()
    assert set(full.study.table("follow_up")["end_reason"]) == {"completed"}
    short = replace(NETWORK.treatment, until_day=28)
    study = simulate(replace(NETWORK, patients=50, treatment=short).fully_observed()).study
    assert study.table("assessments")["rel_day"].max() > 350


@unit
def test_nobody_is_treated_after_the_programme():
    short = replace(NETWORK.treatment, until_day=10)
    study = simulate(replace(NETWORK, patients=300, treatment=short)).study
    assert study.table("sessions")["rel_day"].max() <= 10


@unit
def test_follow_up_has_one_row_per_patient_in_order():
    rows = STUDY.table("follow_up")
    assert rows["subject_id"].tolist() == STUDY.table("subjects")["subject_id"].tolist()
    assert (rows["start_day"] <= 0).all()
    assert (rows["last_contact_day"] <= rows["observed_until_day"]).all()
    shares = rows["end_reason"].value_counts(normalize=True)
    assert {"ongoing", "completed", "withdrew", "lost", "switched treatment", "died"} == set(
        shares.index
    )
    # patients entered over 24 months, so some windows are not yet due
    assert (rows["observed_until_day"] < 28).mean() == pytest.approx(28 / 730, abs=0.02)
    ongoing = rows[rows["end_reason"] == "ongoing"]
    assert (ongoing["observed_until_day"] < 372).all()


@unit
def test_totals_are_sums_of_items():
    scored = pd.concat(
        [
            score(STUDY.table("items"), name)
            for name in STUDY.instruments
            if load_instrument(name).item_count > 1
        ],
        ignore_index=True,
    )
    states = compare_totals(scored, STUDY.table("assessments"))
    share = states.groupby("state")["n"].sum() / states["n"].sum()
    assert share["differ"] == 0.0
    assert share["only stored"] == pytest.approx(0.02, abs=0.008)  # no items kept
    assert 0.0 < share["only recomputed"] < 0.015  # total not stored
    assert share["agree"] > 0.95
    assert scored["rule"].value_counts().min() > 0


@unit
def test_doses_fit_agents_and_routes():
    rows = STUDY.table("sessions")
    by_weight = rows["route"].isin(["IV", "IM"])
    full = rows[rows["completed"] & by_weight]
    assert full["dose_mg_kg"].between(0.45, 1.05).all()
    assert rows.loc[~by_weight, "dose_mg_kg"].isna().all()
    assert set(rows.loc[rows["route"] == "IN", "dose_mg"]) == {56.0, 84.0}
    assert (rows.loc[rows["route"] == "IN", "agent"] == "esketamine").all()
    assert rows.loc[rows["route"] == "SL", "dose_mg"].between(300, 450).all()
    assert rows.loc[rows["route"] != "IV", "infusion_min"].isna().all()
    assert rows.loc[rows["route"] == "IV", "infusion_min"].between(20, 60).all()
    assert full.shape[0] / by_weight.sum() == pytest.approx(0.992, abs=0.003)
    assert rows.loc[~rows["completed"], "stop_reason"].notna().all()
    assert rows.loc[rows["completed"].astype(bool), "stop_reason"].isna().all()
    first = rows[rows["session_no"] == 1].groupby("route", observed=True)["dose_mg_kg"].mean()
    assert first["IV"] == pytest.approx(0.5, abs=0.02)
    assert rows["ae_assessed"].mean() == pytest.approx(0.97, abs=0.01)


@unit
def test_clinics_use_their_regimens_and_scales():
    sites = STUDY.table("subjects").set_index("subject_id")["site_id"].astype(str)
    sessions = STUDY.table("sessions")
    home = sessions["subject_id"].map(sites)
    routes = sessions["route"].astype(str).groupby(home).agg(set)
    assert routes["clinic-a"] == {"IV"}
    assert routes["clinic-b"] == {"IV", "IN"}
    assert routes["clinic-d"] == {"IM"}
    assert routes["clinic-g"] == {"IM", "SL"}
    scores = STUDY.table("assessments")
    madrs = scores.loc[scores["instrument"] == "MADRS", "subject_id"].map(sites)
    assert set(madrs) == {"clinic-b", "clinic-e", "clinic-f"}


@unit
def test_some_patients_change_clinics():
    sites = STUDY.table("sessions").groupby("subject_id", observed=True)["site_id"].nunique()
    assert sites.max() == 2
    assert 0.005 < (sites == 2).mean() < 0.03


@unit
def test_indications_overlap_and_scales_follow_them():
    subjects = STUDY.table("subjects").set_index("subject_id")
    also = subjects["secondary_indications"].str.split(";").explode().dropna()
    assert set(also) == {"depression", "anxiety", "PTSD", "substance use"}
    primary = subjects["indication"].astype("string")
    assert not (also == also.index.map(primary)).any()
    bipolar = subjects.index[subjects["indication"] == "bipolar depression"]
    assert "depression" not in set(also[also.index.isin(bipolar)])
    ptsd = set(subjects.index[subjects["indication"] == "PTSD"]) | set(also.index[also == "PTSD"])
    scores = STUDY.table("assessments")
    asked = set(scores.loc[scores["instrument"] == "PCL-5", "subject_id"])
    unknown = set(subjects.index[subjects["indication"].isna()])
    assert asked
    assert asked <= ptsd | unknown


@unit
def test_second_courses_have_induction_and_a_score_on_their_first_day():
    sessions = STUDY.table("sessions")
    second = sessions[sessions["course_no"] == 2]
    first_day = second.groupby("subject_id")["rel_day"].min()
    assert len(first_day) > 50
    start = second.groupby("subject_id").head(1)
    assert (start["phase"] == "induction").all()
    scores = STUDY.table("assessments")
    phq9 = scores[scores["instrument"] == "PHQ-9"].set_index(["subject_id", "rel_day"])
    there = [key in phq9.index for key in first_day.items()]
    assert np.mean(there) > 0.8
    assert STUDY.course_gap_days == 60


@unit
def test_those_treated_before_the_data_start_with_maintenance():
    before = STUDY.table("subjects").set_index("subject_id")["treated_before_data"]
    first = STUDY.table("sessions").drop_duplicates("subject_id").set_index("subject_id")["phase"]
    assert (first[before[before].index] == "maintenance").all()
    assert (first[before[~before].index] == "induction").all()


@truth
def test_recovery_has_its_route_and_a_slow_tail():
    sessions = STUDY.table("sessions")
    ready = sessions.groupby("route", observed=True)["discharge_ready_min"]
    median, late = ready.median(), ready.quantile(0.99)
    assert median["IM"] < median["IV"] < median["IN"]
    assert (late[["IM", "IV", "IN"]] > 1.7 * median[["IM", "IV", "IN"]]).all()
    assert sessions.loc[sessions["route"] == "SL", "discharge_ready_min"].isna().all()
    watched = sessions.dropna(subset=["discharge_ready_min"])
    assert (watched["discharged_min"] >= watched["discharge_ready_min"]).all()
    assert (watched.loc[watched["route"] == "IN", "discharged_min"] >= 120).all()


@truth
def test_injections_act_sooner_than_infusions():
    rows = STUDY.table("monitoring").merge(
        STUDY.table("sessions")[["subject_id", "session_no", "route"]]
    )
    rows = rows[(rows["parameter"] == "sbp") & rows["rel_min"].between(15, 45)]
    early = rows["rel_min"] < 30
    means = rows.groupby(["route", early], observed=True)["value"].mean().unstack()
    assert means.loc["IM", True] > means.loc["IM", False]
    assert means.loc["IV", True] < means.loc["IV", False]


@unit
def test_every_monitored_session_has_a_reading_before_the_dose():
    rows = STUDY.table("monitoring")
    first = rows.groupby(["subject_id", "session_no"])["rel_min"].min()
    assert (first < 0).all()
    wide = rows[rows["rel_min"] < 0].groupby("parameter", observed=True).size()
    assert len(set(wide[["sbp", "dbp", "hr", "spo2"]])) == 1


@unit
def test_harms_come_with_long_use_only():
    sessions, events = STUDY.table("sessions"), STUDY.table("adverse_events")
    harms = events[events["term"].isin(["urinary symptoms", "cognitive complaint"])]
    assert len(harms) > 5
    maintenance = sessions[sessions["phase"] == "maintenance"]
    earlier = maintenance.merge(harms[["subject_id", "start_day"]], on="subject_id")
    earlier = earlier[earlier["rel_day"] < earlier["start_day"]]
    assert earlier.groupby(["subject_id", "start_day"]).size().min() >= 6


@unit
def test_there_are_no_dates():
    for name in TABLES:
        if STUDY.has(name):
            assert not [c for c in STUDY.table(name).columns if "date" in c or "year_" in c]
            assert not STUDY.table(name).select_dtypes("datetime").columns.tolist()


@truth
def test_blood_pressure_peaks_as_published():
    # meta-analysis of 2,252 treatments: +12.61 (10.4 to 14.8), +8.49 (6.9 to 10.1), +4.09 (0.6 to
    # 7.6) at 30 to 40 min, back by 90 min
    rows = STUDY.table("monitoring").merge(
        STUDY.table("sessions")[["subject_id", "session_no", "route"]]
    )
    rows = rows[rows["route"] == "IV"]
    minute = pd.cut(rows["rel_min"].astype(float), [-10, 5, 30, 50, 75, 105, 130], labels=False)
    means = rows.groupby(["parameter", minute], observed=True)["value"].mean().unstack()
    rise = means.sub(means[0], axis=0)
    for name, low, high in (("sbp", 10.4, 14.8), ("dbp", 6.9, 10.1), ("hr", 0.6, 7.6)):
        assert low < rise.loc[name, 2] < high
        assert rise.loc[name].idxmax() == 2
        assert rise.loc[name, 4] < 0.2 * rise.loc[name, 2]


@truth
def test_dissociation_has_the_published_shape():
    # infusions: mean 7.7, SD 9.2 at 40 min, many zeros, near 0 by 120 min, less with every session
    rows = STUDY.table("monitoring").merge(
        STUDY.table("sessions")[["subject_id", "session_no", "route"]]
    )
    rows = rows[(rows["parameter"] == "cadss") & (rows["route"] == "IV")]
    peak = rows[rows["rel_min"] < 60]
    assert peak["value"].mean() == pytest.approx(7.7, abs=0.8)
    assert peak["value"].std() == pytest.approx(9.2, abs=1.2)
    assert (peak["value"] == 0).mean() == pytest.approx(0.2, abs=0.05)
    assert peak["value"].skew() > 1.5
    assert rows.loc[rows["rel_min"] > 60, "value"].mean() < 0.5
    by_session = peak.groupby("session_no")["value"].mean()
    assert by_session[1] > by_session[3] > by_session[6]


@truth
def test_adverse_events_are_as_frequent_as_published():
    # IM cohort, BMC Psychiatry 2022;22:634: 2.3 % of doses
    sessions = STUDY.table("sessions")
    events = STUDY.table("adverse_events").merge(
        sessions[["subject_id", "session_no", "route"]], on=["subject_id", "session_no"]
    )
    share = events["route"].value_counts() / sessions["route"].value_counts()
    assert share["IM"] == pytest.approx(0.025, abs=0.008)
    assert share["IV"] > 2.0 * share["IM"]
    assert events["serious"].mean() < 0.03
    assert (events.loc[events["serious"].astype(bool), "severity"] >= 3).all()


@identity
def test_the_same_scenario_gives_the_same_study():
    small = replace(NETWORK, patients=60)
    first, second = simulate(small), simulate(small)
    for name in first.study.tables:
        pd.testing.assert_frame_equal(first.study.table(name), second.study.table(name))
    pd.testing.assert_frame_equal(first.truth, second.truth)


@identity
def test_another_seed_gives_other_patients():
    small = replace(NETWORK, patients=60)
    other = simulate(replace(small, seed=small.seed + 1)).study
    assert not other.table("subjects").equals(simulate(small).study.table("subjects"))


@identity
@pytest.mark.parametrize(("first", "patients"), [(0, 80), (37, 25), (119, 1)])
def test_a_part_of_the_patients_is_the_same_as_in_the_whole(first, patients):
    scenario_ = replace(NETWORK, patients=120)
    whole = simulate(scenario_)
    part = simulate(scenario_, first=first, patients=patients)
    ids = set(whole.study.table("subjects")["subject_id"][first : first + patients])
    for name, frame in whole.study.tables.items():
        kept = frame[frame["subject_id"].isin(ids)].reset_index(drop=True)
        text = {c: "string" for c in kept.columns if str(kept[c].dtype) == "category"}
        pd.testing.assert_frame_equal(
            kept.astype(text), part.study.table(name).astype(text), check_dtype=False
        )
    truth_ = whole.truth.iloc[first : first + patients].reset_index(drop=True)
    pd.testing.assert_frame_equal(truth_, part.truth)


@unit
def test_one_patient_is_enough():
    study = simulate(replace(NETWORK, patients=1)).study
    assert len(study.table("follow_up")) == 1


@unit
def test_the_truth_lists_what_no_clinic_sees():
    truth_table = LARGE.truth
    assert truth_table["subject_id"].tolist() == typed("subjects", "subject_id").tolist()
    assert truth_table["severity"].between(0.4, 26.4).all()
    assert truth_table["retained"].between(0.02, 1.4).all()
    route = STUDY.table("sessions").groupby("subject_id")["route"].first().astype(str)
    assert truth_table["regimen"].str[-2:].tolist() == route.tolist()
    assert np.isinf(truth_table["contact_until"]).mean() > 0.2
    assert (truth_table["relapse_day"].dropna() > 0).all()


@unit
def test_items_of_one_form_stop_where_it_was_broken_off():
    items = STUDY.table("items")
    phq = items[items["instrument"] == "PHQ-9"]
    rows = phq.groupby(["subject_id", "rel_day", "occurrence"]).size()
    count = load_instrument("PHQ-9").item_count
    assert rows.max() == count
    assert 0.0 < (rows < count).mean() < 0.03
    assert 0.0 < phq["response"].isna().mean() < 0.01
    assert (phq["missing_reason"].notna() == phq["response"].isna()).all()
