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
def test_the_study_breaks_no_rule_that_stops_an_analysis():
    result = check(STUDY)
    assert result.ok, result.summary()
    assert {finding.rule for finding in result.findings} <= {"SCO-003"}


@unit
@pytest.mark.parametrize("name", [name for name in TABLES if STUDY.has(name)])
def test_columns_types_and_order_are_canonical(name):
    dtypes = {"text": "string", "category": "category", "integer": "Int64"}
    dtypes |= {"number": "float64", "flag": "boolean"}
    frame = STUDY.table(name)
    assert frame.columns.tolist() == [c for c in TABLES[name].names if c in frame.columns]
    for column in TABLES[name].columns:
        if column.name in frame.columns:
            assert str(frame[column.name].dtype) == dtypes[column.kind]
    key = list(TABLES[name].key)
    plain = frame[key].astype({k: "string" for k in key if str(frame[k].dtype) == "category"})
    assert plain.equals(plain.sort_values(key, ignore_index=True))


@unit
def test_nothing_happens_after_the_last_contact():
    last = STUDY.table("follow_up").set_index("subject_id")["last_contact_day"]
    for table, day in (
        ("sessions", "rel_day"),
        ("assessments", "rel_day"),
        ("adverse_events", "start_day"),
    ):
        rows = STUDY.table(table)
        assert (rows[day] <= rows["subject_id"].map(last)).all(), table


@unit
def test_follow_up_has_one_row_per_patient_in_order():
    rows = STUDY.table("follow_up")
    assert rows["subject_id"].tolist() == STUDY.table("subjects")["subject_id"].tolist()
    assert (rows["start_day"] <= 0).all()
    assert (rows["last_contact_day"] <= rows["observed_until_day"]).all()
    assert set(rows["end_reason"]) == {"ongoing", "completed", "withdrew", "lost"}
    # patients entered over 18 months, so some windows are not yet due
    assert (rows["observed_until_day"] < 28).mean() == pytest.approx(28 / 548, abs=0.02)
    ongoing = rows[rows["end_reason"] == "ongoing"]
    assert (ongoing["observed_until_day"] < 190).all()


@unit
def test_totals_are_sums_of_items_but_for_the_share_of_slips():
    scored = pd.concat(
        [score(STUDY.table("items"), name) for name in STUDY.instruments], ignore_index=True
    )
    states = compare_totals(scored, STUDY.table("assessments"))
    share = states.groupby("state")["n"].sum() / states["n"].sum()
    assert share["differ"] == pytest.approx(0.002, abs=0.002)
    assert share["only stored"] == pytest.approx(0.02, abs=0.008)  # no items kept
    assert 0.0 < share["only recomputed"] < 0.015  # total not stored
    assert share["agree"] > 0.95
    assert scored["rule"].value_counts().min() > 0


@unit
def test_doses_fit_routes():
    rows = STUDY.table("sessions")
    full = rows[rows["completed"]]
    assert full["dose_mg_kg"].between(0.45, 1.05).all()
    assert rows.loc[rows["route"] == "IM", "infusion_min"].isna().all()
    assert rows.loc[rows["route"] == "IV", "infusion_min"].between(20, 60).all()
    assert (rows["completed"]).mean() == pytest.approx(0.992, abs=0.003)
    first = rows[rows["session_no"] == 1].groupby("route", observed=True)["dose_mg_kg"].mean()
    assert first["IV"] == pytest.approx(0.5, abs=0.02)
    assert (rows["agent"] == "ketamine").all()


@unit
def test_clinics_use_their_routes_and_scales():
    routes = STUDY.table("sessions").groupby("site_id", observed=True)["route"].agg(set)
    assert routes["clinic-a"] == {"IV"}
    assert routes["clinic-d"] == {"IM"}
    assert routes["clinic-c"] == {"IV", "IM"}
    site = STUDY.table("subjects").set_index("subject_id")["site_id"].astype(str)
    scores = STUDY.table("assessments")
    madrs = scores.loc[scores["instrument"] == "MADRS", "subject_id"].map(site)
    assert set(madrs) == {"clinic-b", "clinic-f"}


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
def test_a_patient_more_changes_nothing_for_the_others():
    fewer, more = (simulate(replace(NETWORK, patients=n)) for n in (80, 81))
    new = f"p{81:06d}"
    assert new in set(more.study.table("subjects")["subject_id"])
    for name in fewer.study.tables:
        kept = more.study.table(name)
        kept = kept[kept["subject_id"] != new].reset_index(drop=True)
        text = {c: "string" for c in kept.columns if str(kept[c].dtype) == "category"}
        pd.testing.assert_frame_equal(kept.astype(text), fewer.study.table(name).astype(text))
    pd.testing.assert_frame_equal(more.truth.iloc[:80], fewer.truth)


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
    assert truth_table["route"].tolist() == route.tolist()
    assert np.isinf(truth_table["contact_until"]).mean() > 0.2


@unit
def test_items_of_one_form_stop_where_it_was_broken_off():
    items = STUDY.table("items")
    phq = items[items["instrument"] == "PHQ-9"]
    rows = phq.groupby(["subject_id", "rel_day", "occurrence"]).size()
    count = load_instrument("PHQ-9").item_count
    assert rows.max() == count
    assert 0.0 < (rows < count).mean() < 0.03
    assert 0.0 < phq["response"].isna().mean() < 0.01
