"""Quality measures as a whole: what is not computable, strata, periods, and what may leave."""

from __future__ import annotations

import contextlib
import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.disclosure import INTERNAL, Ledger, named_policy, recording, release
from analysis.errors import ColumnError, DataError, DisclosureError, ModelError
from analysis.quality import (
    EQUITY_STRATA,
    InductionCompleted,
    Measure,
    completeness_measures,
    measure,
    measure_names,
    quality_measures,
)
from analysis.quality.measures.codes import checked_codes
from analysis.quality.measures.differences import newcombe_limits
from analysis.quality.measures.record import as_period
from analysis.study import read_study
from analysis.synthetic import example_folder
from analysis.tables import measures_table
from tests.builders import clean_study
from tests.quality.measures.clinic import CODES, clinic

pytestmark = pytest.mark.unit

FOUR = [0, 7, 14, 21]


@pytest.fixture(scope="module")
def network():
    return read_study(example_folder("clinic-network"))


def groups(**sizes: tuple[int, int]):
    """Patients by group, given as (completed the induction, did not): all of them are due."""
    people, sessions = {}, []
    for sex, (done, not_done) in sizes.items():
        for number in range(done + not_done):
            name = f"{sex}{number}"
            people[name] = {"sex": sex}
            days = FOUR if number < done else FOUR[:2]
            sessions += [(name, day, "induction", "true") for day in days]
    return clinic(people, sessions=sessions)


# --- Not computable, nobody, one clinic --------------------------------------------------------


def test_every_measure_says_what_it_needs_and_never_0():
    made = quality_measures(clinic({"a": {}}), policy=INTERNAL).tidy()
    reasons = dict(zip(made["measure"], made["reason"], strict=True))
    assert tuple(reasons) == measure_names()
    assert reasons["completeness_phq_9_day_30"] == "not computable: needs scores of PHQ-9"
    assert reasons["item9_follow_up"] == "not computable: needs the table items; the table actions"
    assert reasons["drr_e_response"].startswith(
        "not computable: needs scores of PHQ-9; the table diagnoses; the codes of depression"
    )
    assert reasons["mips_370"].startswith(
        "not computable: needs scores of PHQ-9; the table encounters; the table diagnoses; "
    )
    assert reasons["dms_e_3"].startswith(
        "not computable: needs scores of PHQ-9; the table encounters; the table calendar; a period="
    )
    assert reasons["induction_completed"] == ""
    lost = made[made["reason"].ne("")]
    assert lost[["population", "denominator", "numerator", "estimate"]].isna().all(axis=None)


def test_codes_that_the_clinic_does_not_have_are_noted():
    study = clinic({"a": {}}, scores=[("a", 0, 12)], diagnoses=[("a", -9, "F33.1")])
    none = {group: {} for group in CODES} | {"depression": CODES["depression"]}
    made = quality_measures(study, "drr_e_response", codes=none, policy=INTERNAL)
    assert made.tidy()["denominator"].tolist() == [1]
    assert any(note.startswith("No codes were given") for note in made.notes)
    assert quality_measures(study, "drr_e_response", codes=CODES).notes[-2] != made.notes[-2]


def test_nobody_in_the_denominator_is_no_proportion():
    study = clinic({"a": {"until": 10}})
    for policy in (INTERNAL, named_policy("CMS"), named_policy("ACRO")):
        made = quality_measures(study, "induction_completed", policy=policy)
        row = made.tidy().iloc[0]
        assert (row["population"], row["not_yet_due"], row["denominator"]) == (1, 1, 0)
        assert np.isnan(row["estimate"])
        assert np.isnan(row["conf_low"])
        assert made.shown["reason"].tolist() == ["nobody in the denominator"]
        assert made.shown[["estimate", "conf_low", "median_days"]].isna().all(axis=None)


def test_a_study_without_treatment_has_no_population():
    study = clinic({"a": {}, "b": {}}, sessions=[("b", 0, "induction", "true")])
    assert quality_measures(study, "induction_completed").members()["status"].tolist() == [
        "outside", "not met"
    ]  # fmt: skip


def test_one_clinic_has_no_difference():
    made = quality_measures(groups(female=(20, 20)), "induction_completed", by="site_id")
    assert made.shown["stratum"].tolist() == ["All", "A"]
    assert made.shown["numerator"].tolist() == ["20", "20"]
    assert made.differences().empty


# --- Periods -----------------------------------------------------------------------------------


def dated(**starts: str):
    return clinic({n: {} for n in starts}, calendar=[(n, d) for n, d in starts.items() if d])


def test_a_period_holds_its_first_and_last_date():
    study = dated(
        before="2023-12-31", first="2024-01-01", last="2024-12-31", after="2025-01-01", unknown=""
    )
    made = quality_measures(study, "induction_completed", period=("2024-01-01", "2024-12-31"))
    assert dict(zip(made.members()["subject_id"], made.members()["reason"], strict=True)) == {
        "before": "not in the period",
        "first": "fewer than 4 or more induction sessions with the full dose",
        "last": "fewer than 4 or more induction sessions with the full dose",
        "after": "not in the period",
        "unknown": "not in the period",
    }
    dates = (dt.date(2024, 1, 1), dt.date(2024, 12, 31))
    again = quality_measures(study, "induction_completed", period=dates)
    assert again.counts.equals(made.counts)


def test_a_period_without_data_and_one_without_a_calendar():
    study = dated(a="2024-05-05")
    empty = quality_measures(study, "induction_completed", period=("2020-01-01", "2020-12-31"))
    assert empty.tidy()["population"].tolist() == [0]
    assert empty.tidy()["reason"].tolist() == ["nobody in the denominator"]
    dateless = quality_measures(
        clinic({"a": {}}), "induction_completed", period=("2024-01-01", "2024-12-31")
    )
    assert dateless.tidy()["reason"].tolist() == ["not computable: needs the table calendar"]


@given(st.tuples(st.text(max_size=12), st.text(max_size=12)))
def test_any_texts_are_a_period_in_order_or_refused(pair):
    with contextlib.suppress(DataError):
        first, last = as_period(pair)
        assert first <= last


@given(st.lists(st.text(max_size=8)))
def test_any_texts_are_codes_or_refused(listed):
    with contextlib.suppress(DataError):
        made = checked_codes({"depression": {"ICD-10": listed}}, [])
        assert all(len(code) >= 3 for code in made["depression"]["ICD-10"])


@pytest.mark.parametrize(
    "period", [("2024-13-01", "2024-12-31"), ("2024-02-01", "2024-01-01"), ("2024-01-01",), (1, 2)]
)
def test_periods_that_are_none_are_refused_without_repeating_them(period):
    with pytest.raises(DataError, match="first and a last date") as refusal:
        quality_measures(clinic({"a": {}}), "induction_completed", period=period)
    assert "13-01" not in str(refusal.value)


# --- Strata ------------------------------------------------------------------------------------


def test_strata_add_up_to_all_patients(network):
    made = quality_measures(network, codes=CODES, by=EQUITY_STRATA, policy=INTERNAL).tidy()
    counts = ["population", "not_yet_due", "excluded", "denominator", "observed", "numerator"]
    known = made[made["population"].notna()]
    whole = known[known["by"].eq("")].set_index("measure")[counts]
    for _, part in known[known["by"].ne("")].groupby("by"):
        assert (part.groupby("measure", sort=False)[counts].sum() == whole).all(axis=None)
    parts = known["not_yet_due"] + known["excluded"] + known["denominator"]
    assert (known["population"] == parts).all()
    assert known["observed"].between(known["numerator"], known["denominator"]).all()


def test_age_groups_coverage_and_not_recorded():
    ages = {"a": 11, "b": 12, "c": 17, "d": 18, "e": 64, "f": 65, "g": None}
    payers = dict(zip(ages, ["self-pay", "Medicare", "other", None, None, None, None], strict=True))
    study = clinic({n: {"age": a, "payer": payers[n]} for n, a in ages.items()})
    made = quality_measures(
        study, "induction_completed", by=["age_group", "coverage"], policy=INTERNAL
    ).tidy()
    rows = made.set_index(["by", "stratum"])["population"]
    assert rows["age_group"].to_dict() == {
        "under 12": 1, "12-17": 2, "18-64": 2, "65 and over": 1, "not recorded": 1
    }  # fmt: skip
    assert list(rows["age_group"].index)[:2] == ["under 12", "12-17"]
    assert rows["coverage"].to_dict() == {"covered": 2, "self-pay": 1, "not recorded": 4}


def test_a_column_that_the_study_lacks_is_not_computable():
    made = quality_measures(clinic({"a": {}}), "induction_completed", by="language")
    assert made.shown["reason"].tolist()[1] == (
        "not computable: needs the column language of the table subjects"
    )
    with pytest.raises(ColumnError, match="Allowed are"):
        quality_measures(clinic({"a": {}}), "induction_completed", by="rurality")
    with pytest.raises(ColumnError, match="each once"):
        quality_measures(clinic({"a": {}}), "induction_completed", by=["sex", "sex"])


def test_differences_have_newcombe_s_limits():
    # Newcombe 1998, Statistics in Medicine 17, 873-890, table II, method 10: 56/70 and 48/80
    low, high = newcombe_limits(*(np.array([x]) for x in (56.0, 70.0, 48.0, 80.0)))
    assert (round(low[0], 4), round(high[0], 4)) == (0.0524, 0.3339)
    study = groups(female=(56, 14), male=(48, 32))
    made = quality_measures(study, "induction_completed", by="sex")
    row = made.differences().iloc[0]  # the largest group is the reference
    assert (row["contrast"], row["n"], row["n_reference"]) == ("female − male", "70", "80")
    assert [round(row[k], 4) for k in ("estimate", "conf_low", "conf_high")] == [
        0.2, 0.0524, 0.3339
    ]  # fmt: skip
    other = made.differences({"sex": "female"}).iloc[0]
    assert round(other["estimate"], 4) == -0.2
    assert release(made.differences()).hidden == 0
    with pytest.raises(DataError, match="none of its strata"):
        made.differences({"sex": "other"})
    with pytest.raises(DataError, match="does not split"):
        made.differences({"payer": "self-pay"})


# --- What may leave ----------------------------------------------------------------------------


def test_small_strata_are_hidden_and_what_gives_them_away():
    made = quality_measures(
        groups(female=(40, 20), male=(30, 25), other=(3, 2)), "induction_completed", by="sex"
    )
    shown = made.shown.set_index("stratum")
    assert shown["denominator"].to_dict() == {
        "All": "—", "female": "60", "male": "55", "other": "<11"
    }  # fmt: skip
    assert shown["numerator"].to_dict() == {
        "All": "—", "female": "40", "male": "30", "other": "<11"
    }  # fmt: skip
    assert shown.loc["female", "estimate"] == 40 / 60
    assert shown.loc[["All", "other"], "estimate"].isna().all()
    assert made.tidy().set_index("stratum").loc["other", "numerator"] == 3
    passed = release(made)
    assert passed.audit["protected"].all()
    hidden = release(made.differences()).frame.set_index("contrast").loc["other − female"]
    assert pd.isna(hidden["estimate"])
    assert hidden["n"] == "—"


def test_what_was_told_before_stays_protected():
    study = groups(female=(40, 20), male=(30, 25), other=(3, 2))
    with recording(Ledger(release="1")):
        first = quality_measures(study, "induction_completed").shown
        second = quality_measures(study, "induction_completed", by="sex").shown
    assert first["denominator"].tolist() == ["120"]  # the total came first
    told = second.set_index("stratum")["denominator"]
    assert told["other"] in ("<11", "—")
    assert "—" in (told["female"], told["male"])


def test_denominators_of_two_windows_do_not_tell_the_few_between_them():
    until = {f"p{k}": 240 if k < 3 else 100 if k < 23 else 900 for k in range(80)}
    study = clinic(
        {name: {"until": day} for name, day in until.items()},
        scores=[(n, d, t) for k, n in enumerate(until) for d, t in ((0, 20), (150, 9 + k % 3))],
        diagnoses=[(name, -9, "F33.1") for name in until],
    )
    longer = measure("drr_e_remission").with_rule(high=241, at_most=10.0)
    apart = [
        quality_measures(study, each, codes=CODES).shown["denominator"].iloc[0]
        for each in ("drr_e_response", longer)
    ]
    assert apart == ["60", "57"]  # 80, of whom 20 and 23 are not yet due: each alone tells nobody
    both = quality_measures(study, ["drr_e_response", longer], codes=CODES)
    assert "—" in both.shown["denominator"].tolist()
    assert any(each[:1].isdigit() for each in both.shown["denominator"])
    assert release(both).audit["protected"].all()


def test_none_and_all_of_a_sensitive_measure_are_hidden():
    names = [f"p{k}" for k in range(30)]
    study = clinic(
        {n: {} for n in names},
        items=[(n, 0, 1) for n in names],
        actions=[(n, 0, "suicidal ideation", "safety plan") for n in names],
    )
    shown = quality_measures(study, "item9_follow_up").shown.iloc[0]
    assert shown["denominator"] == "30"
    assert shown["numerator"] == "—"  # all 30 of 30
    assert pd.isna(shown["estimate"])
    nobody = clinic({n: {} for n in names}, items=[(n, 0, 0) for n in names], actions=[
        ("p0", 0, "other", "other")])  # fmt: skip
    made = quality_measures(nobody, "item9_follow_up")
    assert made.shown[["population", "denominator"]].isin(["<11", "—"]).all(axis=None)
    assert release(made).audit["protected"].all()


def test_reasons_of_exclusion_that_are_sensitive_are_not_named():
    names = [f"p{k}" for k in range(60)]
    ill = dict.fromkeys(names[:15], "F20.0") | dict.fromkeys(names[15:30], "F31.0")
    study = clinic(
        {n: {} for n in names},
        scores=[(n, d, t) for n in names for d, t in ((0, 20), (150, 3))],
        diagnoses=[(n, -9, "F33.1") for n in names] + [(n, 5, code) for n, code in ill.items()],
    )
    made = quality_measures(study, "drr_e_remission", codes=CODES)
    assert made.shown["excluded"].tolist() == ["30"]
    assert made.shown["excluded_for"].tolist() == ["bipolar disorder 15"]
    assert "psychotic disorder 15" in made.tidy()["excluded_for"].iloc[0]
    assert release(made).hidden == 0


def test_a_release_without_anybody_observed_is_not_refused():
    names = [f"p{k}" for k in range(40)]
    study = clinic(
        {n: {} for n in names},
        scores=[(n, 0, 20) for n in names],
        diagnoses=[(n, -9, "F33.1") for n in names],
    )
    row = release(quality_measures(study, "drr_e_remission", codes=CODES)).frame.iloc[0]
    assert (row["observed"], row["numerator"], row["denominator"]) == ("0", "0", "40")


def test_nobody_of_a_sensitive_stratum_is_not_told():
    people = {f"p{k}": {"indication": "depression"} for k in range(40)}
    people |= {f"s{k}": {"indication": "substance use", "until": 5} for k in range(20)}
    made = quality_measures(clinic(people), "induction_completed", by="indication")
    told = made.shown.set_index("stratum")["denominator"]
    assert told["substance use"] in ("<11", "—")  # 0: nobody of them is due
    assert release(made).audit.empty or release(made).audit["protected"].all()


def test_rounding_policies_tell_percentages_of_rounded_counts():
    made = quality_measures(
        groups(female=(41, 22)), "induction_completed", policy=named_policy("7 with rounding to 5")
    )
    row = made.shown.iloc[0]
    assert (row["numerator"], row["denominator"]) == ("40", "65")
    assert row["estimate"] == 40 / 65
    assert release(made, named_policy("7 with rounding to 5")).hidden == 0


def test_true_counts_and_patients_stay_inside():
    study = groups(female=(40, 20), male=(3, 2))
    made = quality_measures(study, "induction_completed", by="sex", policy=INTERNAL)
    assert made.shown["numerator"].tolist() == ["43", "40", "3"]
    assert made.summary().startswith("Confidential")
    for inside in (made.tidy(), made.members()):
        with pytest.raises(DisclosureError):
            release(inside)
    with pytest.raises(DisclosureError):
        release(made)


def test_the_median_is_told_of_many_only():
    def study(n):
        return clinic({f"p{k}": {} for k in range(n)}, scores=[(f"p{k}", 5, 9) for k in range(n)])

    few, many = (quality_measures(study(n), "first_assessment").shown for n in (21, 22))
    assert few["estimate"].tolist() == many["estimate"].tolist() == [1.0]
    assert few["median_days"].isna().all()
    assert many["median_days"].tolist() == [5.0]


# --- Measures as data --------------------------------------------------------------------------


def test_every_measure_states_its_source_and_what_was_not_read():
    for name in measure_names():
        each = measure(name)
        for said in ("Numerator: ", "Denominator: ", "Window: ", "Excluded: ", "Source: "):
            assert said in each.statement
        assert 1990 < each.year < 2027
    for name in ("mips_370", "drr_e_remission", "dms_e_1", "cms2", "dsf_e_follow_up", "cbe_0711"):
        assert "Not verified: " in measure(name).statement
    assert "Not verified" not in measure("induction_completed").statement


def test_a_measure_of_one_s_own():
    own = Measure(
        name="two_sessions",
        title="Two sessions in a week",
        version="1",
        rule=InductionCompleted(sessions=2, within=7),
        source="The clinic",
        year=2026,
    )
    assert quality_measures(groups(female=(30, 30)), own).shown["numerator"].tolist() == ["60"]
    with pytest.raises(DataError, match="each name once"):
        quality_measures(groups(female=(3, 3)), [own, own])
    with pytest.raises(DataError, match="at least one"):
        quality_measures(groups(female=(3, 3)), [])


@pytest.mark.parametrize(
    "codes",
    [
        {"heartache": {"ICD-10-CM": ["F33"]}},
        {"depression": {"ICD-9": ["296"]}},
        {"depression": {"ICD-10-CM": "F33"}},
        {"depression": {"ICD-10-CM": ["F3"]}},
        {"depression": ["F33"]},
        [{"depression": ["F33"]}],
    ],
)
def test_lists_of_codes_that_cannot_be_meant_are_refused(codes):
    with pytest.raises(DataError) as refusal:
        quality_measures(clinic({"a": {}}), "induction_completed", codes=codes)
    assert "296" not in str(refusal.value)


def test_unknown_names_and_levels_are_refused():
    with pytest.raises(DataError, match="Measures are"):
        measure("joy")
    with pytest.raises(ModelError):
        quality_measures(clinic({"a": {}}), "induction_completed", conf_level=95)
    with pytest.raises(DataError, match="asked for"):
        quality_measures(clinic({"a": {}}), "induction_completed").members("mips_370")


def test_members_say_which_rule_decided():
    made = quality_measures(clean_study(), "completeness_phq_9_baseline").members()
    assert made.set_index("subject_id").loc["p4", ["status", "reason"]].tolist() == [
        "outside", "treated before the data begin"
    ]  # fmt: skip
    assert made.attrs["patient_level"]
    assert made["lag_days"].isna().all()
    nothing = quality_measures(clinic({"a": {}}), "mips_370").members()
    assert nothing.empty


@pytest.mark.identity
def test_neither_the_order_of_rows_nor_that_of_measures_matters(network):
    names = ["drr_e_response", "item9_follow_up", "relapsing", "dsf_e_follow_up", "cms2"]
    turned = type(network)(
        **{**vars(network), "tables": {n: t.iloc[::-1] for n, t in network.tables.items()}}
    )
    one = quality_measures(network, names, codes=CODES, policy=INTERNAL).tidy()
    two = quality_measures(turned, names[::-1], codes=CODES, policy=INTERNAL).tidy()
    pd.testing.assert_frame_equal(one, two.iloc[::-1].reset_index(drop=True))


@pytest.mark.truth
def test_the_share_of_positive_answers_that_were_followed_up_is_recovered(network):
    # the scenario assesses 9 of 10 patients with a positive answer on the day of the answer
    first = measure("item9_follow_up").with_rule(which="first")
    row = quality_measures(network, first, policy=INTERNAL).tidy().iloc[0]
    error = np.sqrt(0.9 * 0.1 / row["denominator"])
    assert abs(row["estimate"] - 0.9) < 3.0 * error


# --- The table ---------------------------------------------------------------------------------


def test_the_table_shows_what_is_told_and_what_is_needed():
    made = quality_measures(
        groups(female=(40, 20), male=(30, 25), other=(3, 2)),
        ["induction_completed", "mips_370"],
        by="sex",
    )
    table = measures_table(made, labels={"female": "Women"})
    assert table.inline(("Induction completed", "Sex: Women"), "estimate") == "66.7 (54.1 to 77.3)"
    assert table.inline(("Induction completed", "Sex: other"), "Denominator") == "<11"
    rows = table.frame[table.frame["group"].str.contains("MIPS")]
    assert rows["estimate"].tolist() == ["not computable"]
    assert any("needs scores of PHQ-9" in note for note in table.notes)
    assert any("says nothing about why" in note for note in table.notes)
    assert release(table).frame.equals(table.frame)


def test_the_table_of_the_inside_shows_reasons_of_exclusion():
    study = clinic(
        {"a": {}, "b": {}},
        scores=[("a", 0, 12), ("b", 0, 12)],
        encounters=[("a", 1, "session")],
        actions=[("a", 0, "other", "referral")],
        diagnoses=[("b", 0, "F31.4")],
    )
    made = quality_measures(study, "dsf_e_follow_up", codes=CODES, policy=INTERNAL)
    table = measures_table(made)
    assert table.inline("All", "excluded") == "1 (bipolar disorder 1)"
    with pytest.raises(DisclosureError):
        release(table, INTERNAL)


def test_completeness_of_another_scale():
    study = clinic({"a": {}}, scores=[("a", 30, 5)], instrument="GAD-7")
    made = quality_measures(study, completeness_measures("GAD-7"), policy=INTERNAL).tidy()
    assert made["numerator"].tolist() == [0, 1, 1, 0, 0]  # day 30 is also in days 14 to 31
