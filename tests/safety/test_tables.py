"""Shares, levels and courses over minutes: small studies worked by hand, and the planted truth."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, RELEASE, Ledger, named_policy, recording, release
from analysis.errors import ColumnError, DataError, DisclosureError, ModelError
from analysis.safety import (
    RULES,
    peak_change_model,
    peak_change_rows,
    safety_levels,
    safety_shares,
    session_safety,
    time_course,
)
from analysis.safety.shown import COUNTS_OF_SHARES, shown_statement
from analysis.synthetic import scenario as load_scenario
from tests.safety.studies import ACTIONS, course, network, session, study_of

unit, identity, truth = pytest.mark.unit, pytest.mark.identity, pytest.mark.truth

nan = float("nan")


@functools.cache
def of_network(policy=None):
    return session_safety(network(), **({"policy": policy} if policy else {}))


def small():
    """Two patients with intravenous and one with intramuscular sessions."""
    sessions = [session("p1"), session("p1", 2), session("p2"), session("p3", route="IM")]
    rows = [
        *course("p1", 1, "sbp", {0: 120, 20: 130, 40: 150}),
        *course("p1", 2, "sbp", {0: 130, 22: 150, 38: 140}),
        *course("p2", 1, "sbp", {0: 110, 40: 190}),
        *course("p1", 1, "cadss", {40: 10, 90: 2}),
        *course("p1", 2, "cadss", {40: 3, 90: 1}),
        *course("p2", 1, "cadss", {40: 12, 90: 6}),
        *course("p3", 1, "sbp", {10: 120}),
    ]
    return session_safety(study_of(sessions, rows), rules=[RULES[3]])


def rows_of(table, measure):
    frame = table.tidy()
    return frame[frame["measure"].eq(measure)].drop(columns="measure").to_dict("records")


@unit
def test_shares_by_hand():
    table = safety_shares(small())
    # the diastolic pressure was never read: only a broken rule is known
    (stop,) = rows_of(table, "stop 180/105")
    assert [stop[k] for k in ("patients", "n", "sessions", "n_sessions")] == [1, 1, 1, 1]
    over, back = rows_of(table, "CADSS over 4"), rows_of(table, "CADSS back to 4 or less")
    assert [over[0][k] for k in ("patients", "n", "sessions", "n_sessions")] == [2, 2, 3, 2]
    assert over[0]["estimate"] == pytest.approx(2 / 3)
    assert (over[0]["patient_estimate"], over[0]["patient_conf_high"]) == (1.0, 1.0)
    assert over[0]["patient_conf_low"] == pytest.approx(0.05**0.5)
    assert [back[0][k] for k in ("patients", "n", "sessions", "n_sessions")] == [2, 1, 2, 1]
    # p3 had no CADSS: no row, and not 0 %
    assert {row["treatment"] for row in over} == {"ketamine IV"}
    assert rows_of(table, "MOAA/S under 5") == []
    assert [row["sessions"] for row in rows_of(table, "dose stopped")] == [1, 3]


@unit
def test_stops_and_interventions_are_told_by_kind():
    sessions = [session("p1", completed="false"), session("p1", 2), session("p2")]
    actions = [
        ACTIONS,
        "p1,1,0,1,blood pressure,antihypertensive",
        "p1,2,0,1,blood pressure,emergency transfer",
        "p2,1,0,1,adverse event,antiemetic",
    ]
    study = study_of(sessions, actions=actions)
    reason = pd.Series(["blood pressure", None, None], dtype="string")
    study.tables["sessions"] = study.tables["sessions"].assign(stop_reason=reason)
    table = safety_shares(session_safety(study)).tidy().set_index("measure")["n_sessions"]
    assert table.to_dict() == {
        "dose stopped": 1, "dose stopped: blood pressure": 1, "intervention": 2,
        "intervention: antiemetic": 1, "intervention: antihypertensive": 1,
        "emergency transfer": 1,
    }  # fmt: skip


@unit
def test_levels_by_hand():
    table = safety_levels(small())
    (change,) = rows_of(table, "systolic, peak change (mm[Hg])")
    assert change["treatment"] == "ketamine IV"  # p3 had no value before the dose
    assert (change["patients"], change["sessions"]) == (2, 3)
    assert change["mean"] == pytest.approx((30 + 20 + 80) / 3)
    assert change["median"] == 30
    assert change["worst_mean"] == pytest.approx((30 + 80) / 2)
    assert change["worst_sd"] == pytest.approx(50 / 2**0.5)
    # residuals of patients: 50 - 2 * 43.333 and 80 - 43.333, so 36.667 each; two patients
    error = (2 * 2 * 36.6666667**2) ** 0.5 / 3
    assert change["conf_high"] == pytest.approx(130 / 3 + 12.7062047 * error, rel=1e-6)
    (back,) = rows_of(table, "CADSS, minutes until seen at 4 or less")
    assert back["sessions"] == 2
    assert np.isnan(back["mean"])  # p2 was not seen to be back
    assert np.isinf(back["median"])


@unit
def test_courses_by_hand():
    table = time_course(small(), "sbp", minutes=[20, 40, 60]).tidy()
    assert table[["minute", "patients", "sessions"]].to_numpy().tolist() == [
        [0, 2, 3], [20, 1, 2], [40, 2, 3]
    ]  # fmt: skip
    np.testing.assert_allclose(table["mean"], [0, (10 + 20) / 2, (30 + 10 + 80) / 3])
    values = time_course(small(), "sbp", measure="value", minutes=[10]).tidy()
    intramuscular = values[values["treatment"].eq("ketamine IM")]
    assert intramuscular[["minute", "mean"]].to_numpy().tolist() == [[10.0, 120.0]]
    assert np.isnan(intramuscular["conf_low"]).all()  # one patient


@unit
def test_one_reading_stands_for_one_minute_and_the_nearest_for_each():
    rows = course("p1", 1, "hr", {0: 60, 24: 70, 25: 80, 36: 90, 51: 99})
    safety = session_safety(study_of([session("p1")], rows))
    found = time_course(safety, "hr", measure="value", minutes=[20, 30, 40]).tidy()
    # 24 is nearest to 20 and 25 as near to 20 as to 30: to the earlier; 51 is too far from all
    assert found[["minute", "mean"]].to_numpy().tolist() == [[0, 60], [20, 70], [40, 90]]


@unit
def test_what_cannot_be_computed_is_refused():
    with pytest.raises(
        DataError, match=r"Not computable: a course of hr; .*Measured are cadss, sbp"
    ):
        time_course(small(), "hr")
    with pytest.raises(DataError, match="allowed are sbp, dbp"):
        time_course(small(), "pressure")
    with pytest.raises(DataError, match="change and value"):
        time_course(small(), "sbp", measure="rise")
    for minutes in ([], [20, 20], [0, 10], [40, 20], [1441]):
        with pytest.raises(DataError, match="must rise"):
            time_course(small(), "sbp", minutes=minutes)
    with pytest.raises(ColumnError, match="no such column"):
        safety_shares(small(), by="subject_id")
    with pytest.raises(ColumnError, match="no such column"):
        safety_levels(small(), by="nothing")
    with pytest.raises(ModelError, match="conf_level"):
        safety_shares(small(), conf_level=95)
    with pytest.raises(DataError, match="sbp, dbp, hr"):
        peak_change_rows(small(), "cadss")
    with pytest.raises(DataError, match="Not computable"):
        peak_change_rows(small(), treatments=["ketamine IM"])


@unit
def test_groups_can_be_split_further():
    found = safety_shares(of_network(), by=["treatment", "phase"], policy=INTERNAL).tidy()
    assert "ketamine IV, maintenance" in set(found["treatment and phase"])
    whole = tables()[0].tidy()
    for measure in ("hold 140/90", "CADSS over 4"):
        parts = found.loc[found["measure"].eq(measure), ["sessions", "n_sessions"]].sum()
        total = whole.loc[whole["measure"].eq(measure), ["sessions", "n_sessions"]].sum()
        assert parts.tolist() == total.tolist()


# --- The model -----------------------------------------------------------------------------------


@truth
def test_the_model_finds_a_planted_slope():
    random = np.random.default_rng(8)
    sessions, rows = [], []
    for patient in range(40):
        own = random.normal(0.0, 5.0)
        for number in range(1, 7):
            peak = 30.0 + own - 2.0 * (number - 1) + random.normal(0.0, 3.0)
            sessions.append(session(f"p{patient}", number))
            rows += course(f"p{patient}", number, "sbp", {0: 120, 40: round(120 + peak)})
            rows += course(f"p{patient}", number, "dbp", {0: 70 + patient % 3, 40: 90})
    safety = session_safety(study_of(sessions, rows))
    frame = peak_change_rows(safety)
    assert frame["before"].eq(0).all()
    frame = peak_change_rows(safety, "dbp")
    assert abs(frame["before"].mean()) < 1e-12
    rows_with_before = safety.frame.assign(sbp_before=safety.frame["dbp_before"])
    fit = peak_change_model(replace(safety, frame=rows_with_before)).tidy().set_index("term")
    assert fit.index.tolist() == ["Intercept", "earlier_sessions", "before"]
    slope = fit.loc["earlier_sessions"]
    assert abs(slope["estimate"] + 2.0) < 3.0 * slope["std_error"]
    assert slope["std_error"] < 0.2


# --- Truth ---------------------------------------------------------------------------------------


@truth
def test_planted_rises_are_found_at_the_planted_minute():
    scenario = load_scenario("clinic-network")
    for regimen in scenario.regimens:
        if not regimen.monitored_min:
            continue
        found = time_course(
            of_network(), "sbp", minutes=[m for m in regimen.monitored_min if m > 0]
        )
        own = found.tidy().query("treatment == @regimen.name").set_index("minute")
        nearest = min(own.index[1:], key=lambda m: abs(m - regimen.peak_min))
        assert own["mean"].idxmax() == nearest
        # readings are up to two minutes off and patients differ in age and pressure: a tenth
        row = own.loc[nearest]
        assert row["mean"] == pytest.approx(regimen.pressure_rise, rel=0.15), regimen.name
        assert abs(own.loc[120, "mean"]) < 1.0


@truth
def test_planted_sedation_is_found():
    """Of 100 sessions 45, 15 and 3 go down by at least 1, 2 and 3 points at the peak."""
    table = tables()[0].tidy()
    for measure, share in (("MOAA/S under 5", 0.45), ("MOAA/S 3 or less", 0.15)):
        rows = table[table["measure"].eq(measure)]
        assert len(rows) == 3
        assert (rows["conf_low"].le(share) & rows["conf_high"].ge(share)).sum() >= 2
        pooled = rows["n_sessions"].sum() / rows["sessions"].sum()
        assert pooled == pytest.approx(share, abs=0.025)


# --- Disclosure ----------------------------------------------------------------------------------


@functools.cache
def tables(policy=None):
    more = {"policy": policy} if policy else {}
    safety = of_network()
    return [
        safety_shares(safety, **more),
        safety_levels(safety, **more),
        time_course(safety, "sbp", **more),
    ]


@unit
def test_tables_leave_and_true_counts_do_not():
    for table in tables():
        assert release(table).frame.equals(table.shown)
        with pytest.raises(DisclosureError, match="true counts"):
            release(table.tidy())
        with pytest.raises(DisclosureError, match="another policy"):
            release(table, named_policy("5"))
    for table in tables(INTERNAL):
        assert "Confidential" in repr(table)


@unit
def test_few_patients_and_what_tells_them_are_hidden():
    shown = tables()[0].shown.set_index(["treatment", "measure"])
    few = shown.loc["ketamine IV", "hold 160/100"]
    assert few[["n", "n_sessions"]].tolist() == ["<11", "<11"]
    assert few[["estimate", "conf_low", "patient_estimate"]].isna().all()
    # three of 52 were never sedated: neither count of the sedated may be told
    sedated = shown.loc["esketamine IN", "MOAA/S under 5"]
    asked_again = shown.loc["esketamine IN", "MOAA/S back to 5"]
    assert (sedated["patients"], sedated["n"], asked_again["patients"]) == ("52", "—", "—")
    assert asked_again["sessions"] == "—"


@unit
def test_numbers_by_minute_are_counted_once_per_group():
    shown = tables()[2].shown
    assert shown.groupby("treatment")["patients"].nunique().eq(1).all()
    assert shown["mean"].notna().all()
    hidden = time_course(small(), "sbp").shown
    assert hidden["mean"].isna().all()
    assert set(hidden["patients"]) == {"<11"}


def some(n: int, n_late: int):
    """Patients with a rise; a few of them have a late reading."""
    rows = [
        line
        for k in range(n)
        for line in course(
            f"p{k}", 1, "sbp", {0: 120, 20: 130 + k, **({90: 121} if k < n_late else {})}
        )
    ]
    return session_safety(study_of([session(f"p{k}") for k in range(n)], rows))


@unit
def test_a_minute_of_few_patients_has_no_mean():
    shown = time_course(some(15, 5), "sbp", minutes=[20, 90]).shown.set_index("minute")
    assert shown["patients"].tolist() == ["15"] * 3
    assert shown["mean"].notna().tolist() == [True, True, False]


@unit
def test_a_median_needs_twice_the_patients_of_a_mean():
    for n, known in ((15, False), (22, True)):
        shown = safety_levels(some(n, 0)).shown.set_index("measure")
        row = shown.loc["systolic, peak change (mm[Hg])"]
        assert np.isfinite(row["mean"])
        assert np.isfinite(row["median"]) == known


@unit
def test_sessions_of_hidden_patients_are_hidden():
    frame = pd.DataFrame(
        {"group": ["a", "b"], "patients": [40, 30], "n": [2, 15], "sessions": [200, 90],
         "n_sessions": [14, 20], "estimate": [0.07, 0.2]}
    )  # fmt: skip
    said = shown_statement(
        frame, named_by=["group"], sums=COUNTS_OF_SHARES, numbers={"estimate": ["n_sessions"]},
        about="", members=None, policy=RELEASE,
    )  # fmt: skip
    assert said.frame[["n", "n_sessions"]].to_numpy().tolist() == [["<11", "—"], ["15", "20"]]
    assert said.frame["estimate"].isna().tolist() == [True, False]
    assert said.hidden == 2


@unit
def test_tables_of_one_release_are_held_to_each_other(tmp_path):
    with recording(Ledger(release="1", path=tmp_path / "ledger.jsonl")):
        for table in (safety_shares(of_network()), time_course(of_network(), "sbp")):
            assert release(table).audit["protected"].all()


@unit
def test_policies_that_round_show_no_estimates():
    shown = safety_shares(of_network(), policy=named_policy("7 with rounding to 5")).shown
    assert shown["estimate"].isna().all()
    counts = pd.to_numeric(shown["patients"].str.replace(",", ""), errors="coerce").dropna()
    assert (counts % 5 == 0).all()
