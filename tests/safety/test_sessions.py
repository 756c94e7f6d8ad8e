"""Every derived value of a session, worked by hand, and what is said of what is missing."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.disclosure import INTERNAL, release
from analysis.errors import DataError, DisclosureError
from analysis.safety import session_safety
from analysis.safety.treatments import treatment_columns
from tests.safety.studies import ACTIONS, course, network, session, study_of

unit, identity, truth = pytest.mark.unit, pytest.mark.identity, pytest.mark.truth

nan = float("nan")

HAND = [
    *course("p1", 1, "sbp", {-20: 130, -5: 124, 20: 150, 40: 164, 60: 164, 90: 128}),
    *course("p1", 1, "dbp", {-5: 80, 20: 94, 40: 96, 60: 90, 90: 78}),
    *course("p1", 1, "hr", {-5: 80, 40: 72}),
    *course("p1", 1, "spo2", {-5: 92, 20: 97, 40: 95}),
    *course("p1", 1, "cadss", {40: 31, 60: 9, 90: 4, 120: 3}),
    *course("p1", 1, "moaas", {-5: 5, 20: 4, 40: 3, 60: 5, 90: 5}),
    *course("p1", 1, "cadss6", {-5: 1, 40: 9, 90: 2}),
]


def row(sessions=(), monitoring=(), **tables):
    made = study_of(sessions or [session("p1")], monitoring, **tables)
    return session_safety(made).frame.iloc[0]


@unit
def test_a_session_worked_by_hand():
    found = row(
        [session("p1", discharge_ready_min=95, discharged_min=130)], HAND,
        actions=[ACTIONS, "p1,1,0,1,blood pressure,antihypertensive"],
    )  # fmt: skip
    wanted = {
        "treatment": "ketamine IV",
        "dose_band": "0.45 to 0.54 mg/kg",
        "sbp_before": 124, "sbp_peak_change": 40, "sbp_peak_min": 40, "sbp_state": "computed",
        "dbp_before": 80, "dbp_peak_change": 16, "dbp_peak_min": 40,
        "hr_peak_change": -8, "hr_peak_min": 40,  # no reading after the dose is higher
        "broke hold 140/90": 0, "broke recheck 160/95": 1, "broke stop 180/105": 0,
        "broke rise 40/25": 1,  # exactly 40
        # systolic over 160: from 20 + 20 * 10/14 to 60 + 30 * 4/36, 29.05 min; diastolic over 95
        # from 30 to 43.3: the union begins at 30
        "minutes above recheck 160/95": 63 + 1 / 3 - 30, "minutes observed recheck 160/95": 90,
        "minutes above stop 180/105": 0, "minutes observed stop 180/105": 90,
        "spo2_lowest": 95, "moaas_lowest": 3, "moaas_below_5_to_min": 40, "moaas_5_by_min": 60,
        "moaas_back": 1,
        "cadss_peak": 31, "cadss_peak_min": 40, "cadss_over_4_to_min": 60, "cadss_4_by_min": 90,
        "cadss_back": 1,
        "cadss6_before": 1, "cadss6_peak": 9, "cadss6_back_by_min": 90, "cadss6_back": 1,
        "wait_min": 35, "stopped": 0, "intervention": 1, "emergency_transfer": 0,
    }  # fmt: skip
    for name, value in wanted.items():
        if isinstance(value, str):
            assert found[name] == value, name
        else:
            np.testing.assert_allclose(float(found[name]), value, err_msg=name)


@unit
def test_returns_that_were_not_seen_and_sessions_that_never_left():
    found = row(monitoring=course("p1", 1, "cadss", {40: 20, 90: 5}))
    assert (found["cadss_over_4_to_min"], found["cadss_back"]) == (90, 0)
    assert np.isnan(found["cadss_4_by_min"])
    calm = row(monitoring=course("p1", 1, "cadss", {40: 4, 90: 0}))
    assert calm["cadss_peak"] == 4
    assert np.isnan(calm[["cadss_back", "cadss_4_by_min"]].astype(float)).all()
    # a CADSS-6 without a value before the dose has nothing to return to
    short = row(monitoring=course("p1", 1, "cadss6", {40: 8, 90: 7}))
    assert short["cadss6_peak"] == 8
    assert np.isnan(float(short["cadss6_back"]))


@unit
def test_why_there_is_no_change_is_said():
    sessions = [session("p1", number) for number in range(1, 5)]
    rows = [
        *course("p1", 1, "sbp", {-5: 120, 30: 140}),
        *course("p1", 2, "sbp", {30: 140}),
        *course("p1", 3, "sbp", {-5: 120, 0: 121}),
    ]
    found = session_safety(study_of(sessions, rows))
    assert found.frame["sbp_state"].tolist() == [
        "computed", "no value before the dose", "no value after the dose", "not measured"
    ]  # fmt: skip
    counts = found.coverage()
    assert counts.columns.tolist() == [
        "treatment", "parameter", "patients", "sessions", "computed", "not measured",
        "no value before the dose", "no value after the dose",
    ]  # fmt: skip
    assert counts.iloc[2].tolist() == ["ketamine IV", "sbp", 1, 4, 1, 1, 1, 1]


@unit
def test_leaving_before_being_ready_is_no_wait():
    found = row([session("p1", discharge_ready_min=100, discharged_min=90)])
    assert np.isnan(found["wait_min"])
    assert row([session("p1", discharge_ready_min=90, discharged_min=90)])["wait_min"] == 0


@unit
def test_actions_about_sessions_count_and_those_about_item_9_do_not():
    sessions = [session("p1"), session("p1", 2, completed="false")]
    actions = [
        ACTIONS,
        "p1,1,0,1,suicidal ideation,safety plan",
        "p1,2,3,2,sedation,emergency transfer",
        "p1,3,9,,dissociation,benzodiazepine",
    ]
    frame = session_safety(study_of(sessions, actions=actions)).frame
    assert frame["intervention"].tolist() == [0, 1]
    assert frame["emergency_transfer"].tolist() == [0, 1]
    assert frame["stopped"].tolist() == [0, 1]
    silent = session_safety(study_of(sessions, actions=actions[:2]))
    assert silent.frame["intervention"].isna().all()
    assert "Not computable: interventions; no row of actions is about a session." in (
        silent.not_computable
    )


@unit
def test_what_has_no_column_is_named():
    study = study_of([session("p1")])
    study.tables["sessions"] = study.tables["sessions"].drop(columns=["discharged_min"])
    said = session_safety(study).not_computable
    assert said == (
        "Not computable: peaks and minutes above limits; needs monitoring.",
        "Not computable: waiting after being ready to leave; needs sessions.discharged_min.",
        "Not computable: reasons for stopping; needs sessions.stop_reason.",
        "Not computable: interventions and emergency transfers; needs actions.",
    )
    some = session_safety(study_of([session("p1")], course("p1", 1, "sbp", {0: 120, 9: 130})))
    assert "Not computable: sedation; needs readings of moaas." in some.not_computable


@unit
def test_bad_arguments_are_refused():
    with pytest.raises(DataError, match="widest_gap"):
        session_safety(study_of([session("p1")]), widest_gap=0)


@unit
@pytest.mark.parametrize(
    ("cells", "band"),
    [
        ({"dose_mg": 35, "weight_kg": 70}, "0.45 to 0.54 mg/kg"),
        ({"dose_mg": 38.5, "weight_kg": 70}, "0.55 to 0.74 mg/kg"),  # exactly 0.55
        ({"dose_mg": 35, "weight_kg": 70, "dose_mg_kg": 1.2}, "0.95 mg/kg or more"),
        ({"dose_mg": 20, "weight_kg": 70}, "under 0.45 mg/kg"),
        ({"dose_mg": 35, "weight_kg": ""}, "not recorded"),
        ({"agent": "esketamine", "route": "IN", "dose_mg": 84}, "84 mg"),
        ({"agent": "esketamine", "route": "IN", "dose_mg": 60}, "under 100 mg"),
        ({"route": "SL", "dose_mg": 300}, "300 to 399 mg"),
        ({"route": "PO", "dose_mg": 1500}, "1500 mg or more"),
        ({"route": "SL", "dose_mg": ""}, "not recorded"),
    ],
)
def test_bands_of_the_dose(cells, band):
    sessions = study_of([session("p1", **cells)]).tables["sessions"]
    assert treatment_columns(sessions)["dose_band"].tolist() == [band]


# --- Disclosure ----------------------------------------------------------------------------------


@unit
def test_sessions_of_few_patients_are_hidden_and_the_frame_is_refused():
    few = session_safety(study_of([session("p1", n) for n in range(1, 31)]))
    shown = release(few).frame
    assert shown["patients"].tolist() == ["<11"] * 3
    assert shown["sessions"].tolist() == ["—"] * 3
    for frame in (few.frame, few.coverage(), few.left_out()):
        with pytest.raises(DisclosureError):
            release(frame)
    with pytest.raises(DisclosureError, match="inside"):
        release(session_safety(network(), policy=INTERNAL), INTERNAL)


# --- Truth -----------------------------------------------------------------------------------


@truth
def test_planted_states_are_found():
    """The generator measures before every dose, and misses no reading before it."""
    found = session_safety(network()).coverage()
    monitored = found[found["treatment"].ne("ketamine SL")]
    assert (monitored["computed"] == monitored["sessions"]).all()
    at_home = found[found["treatment"].eq("ketamine SL")]
    assert (at_home["not measured"] == at_home["sessions"]).all()
