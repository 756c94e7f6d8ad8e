"""Tables of regressions, of means by a model, of times to events, and of adverse events."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, named_policy, release
from analysis.errors import ColumnError, DataError, DisclosureError
from analysis.mixed import fit_moments, mmrm, moments
from analysis.safety import adverse_event_rates, adverse_event_severity
from analysis.survival import cox, kaplan_meier
from analysis.tables import (
    adverse_events_table,
    event_severity_table,
    marginal_means_table,
    regression_table,
    survival_table,
)
from tests.builders import clean_study
from tests.disclosure.test_models import ARMS, scores, times

# Acute myelogenous leukemia (Miller 1997), as in R's package survival
AML = pd.DataFrame(
    {
        "time": [
            *(9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161),
            *(5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45),
        ],
        "event": [
            *(1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0),
            *(1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1),
        ],
        "arm": ["Maintained"] * 11 + ["Not"] * 12,
    }
)


def _cells(table, column: str) -> dict[tuple[str, str], str]:
    keys = {c.label: c.key for c in table.columns}
    frame = table.frame
    return dict(
        zip(zip(frame["group"], frame["label"], strict=True), frame[keys[column]], strict=True)
    )


# --- Times to events ----------------------------------------------------------------------------


@pytest.mark.reference
def test_survival_table_is_what_r_prints() -> None:
    # survfit(Surv(time, status) ~ x, aml, conf.type = "log-log"); print(rmean = 28), R 4.2.2;
    # restricted means 23.375 (se 2.042829) and 18.916667 (se 2.8359533)
    made = survival_table(
        kaplan_meier(AML, by="arm"), times=[14, 28], tau=28, policy=INTERNAL, what="Alive"
    )
    share, days, risk = "Alive, % (95% CI)", "Days to the event", "Patients at risk"
    assert _cells(made, "Maintained") == {
        (share, "Day 14"): "81.8 (44.7 to 95.1)",
        (share, "Day 28"): "61.4 (26.6 to 83.5)",
        (days, "Median (95% CI)"): "31 (13 to ∞)",
        (days, "Mean up to day 28 (95% CI)"): "23.4 (19.4 to 27.4)",
        (risk, "Day 14"): "8",
        (risk, "Day 28"): "6",
    }
    assert _cells(made, "Not") == {
        (share, "Day 14"): "58.3 (27.0 to 80.1)",
        (share, "Day 28"): "38.9 (12.6 to 65.0)",
        (days, "Median (95% CI)"): "23 (5 to 33)",
        (days, "Mean up to day 28 (95% CI)"): "18.9 (13.4 to 24.5)",
        (risk, "Day 14"): "7",
        (risk, "Day 28"): "4",
    }
    assert [c.sublabel for c in made.columns] == ["n = 11", "n = 12"]


@pytest.fixture(scope="module")
def relapses():
    frame = times({"iv": 60, "im": 60, "oral": 20}, {"iv": 50, "im": 20, "oral": 3})
    return kaplan_meier(frame, by="arm", origin="first infusion")


@pytest.mark.truth
def test_a_release_says_no_more_than_the_shown_curve(relapses) -> None:
    days = [7, 14, 21, 28, 42, 56, 70]
    made = survival_table(relapses, times=days, tau=56)
    true = relapses.at(days).set_index(["arm", "time"])["estimate"]
    shown = release(relapses).frame  # the steps that may be shown
    for arm in ("iv", "im", "oral"):
        levels = [100.0, *(100 * shown.loc[shown["arm"].eq(arm), "estimate"])]
        texts = {f"{level:.1f}" for level in levels} | {"100"}
        for day in days:
            cell = made.inline(("Free of the event, % (95% CI)", f"Day {day}"), arm)
            if cell == "—":
                continue
            ends = re.sub(r" \(.*", "", cell).split(" to ")
            assert set(ends) <= texts
            low, high = float(ends[0]), float(ends[-1])
            assert low - 0.05 <= 100 * true[arm, day] <= high + 0.05
    assert release(made).hidden > 0


@pytest.mark.truth
def test_nobody_learns_whether_a_hidden_median_was_reached(relapses) -> None:
    made = survival_table(relapses, times=[14])
    median = ("Days to the event", "Median (95% CI)")
    reached = relapses.median().set_index("arm")["estimate"].notna()
    assert reached.to_dict() == {"iv": True, "im": True, "oral": False}
    assert made.inline(median, "im") == made.inline(median, "oral")
    assert made.inline(median, "oral") == "not reached in the shown curve"
    inside = survival_table(relapses, times=[14], policy=INTERNAL)
    assert inside.inline(median, "oral") == "not reached"


@pytest.mark.truth
def test_means_stand_only_where_the_shown_curve_reaches(relapses) -> None:
    mean = ("Days to the event", "Mean up to day 56 (95% CI)")
    made = survival_table(relapses, times=[14], tau=56)
    assert [made.inline(mean, arm) != "—" for arm in ("iv", "im", "oral")] == [True, False, False]
    rounds = named_policy("7 with rounding to 5")
    rounded = survival_table(relapses, times=[14], tau=56, policy=rounds)
    assert {rounded.inline(mean, arm) for arm in ("iv", "im", "oral")} == {"—"}


@pytest.mark.unit
def test_curves_that_cannot_be_shown_are_refused(relapses) -> None:
    with pytest.raises(DataError, match="days above 0"):
        survival_table(relapses, times=[0])
    frame = times({"iv": 60}, {"iv": 50}).assign(w=1.5)
    weighted = kaplan_meier(frame, weights="w")
    with pytest.raises(DisclosureError, match="weighted"):
        survival_table(weighted, times=[14])


# --- Regressions --------------------------------------------------------------------------------


@pytest.mark.reference
def test_hazard_ratios_are_those_of_r() -> None:
    # coxph(Surv(time, status) ~ x, aml), R 4.2.2: 2.49811 (0.915907, 6.8135), p 0.0737149
    made = regression_table(
        cox("arm", AML),
        references={"arm": "Maintained"},
        labels={"Ratio": "Hazard ratio", "arm": "Chemotherapy"},
        policy=INTERNAL,
    )
    assert [c.label for c in made.columns] == ["Hazard ratio (95% CI)", "p"]
    assert made.frame[["group", "label", "estimate_0", "p_0"]].to_numpy().tolist() == [
        ["Chemotherapy", "Maintained", "1 (reference)", ""],
        ["Chemotherapy", "Not", "2.50 (0.92 to 6.81)", "0.074"],
        ["Model", "Observations", "23", ""],
        ["Model", "Events", "18", ""],
    ]
    jama = made.styled("JAMA").frame.iloc[1]
    assert jama[["estimate_0", "p_0"]].tolist() == ["2.50 (0.92-6.81)", ".07"]


@pytest.fixture(scope="module")
def models() -> dict[str, object]:
    frame = scores(ARMS)
    frame["age"] = np.random.default_rng(0).normal(40, 9, len(frame))
    return {
        "Plain": mmrm("score ~ arm * visit", frame, subject="patient", visit="visit"),
        "With age": mmrm(
            "score ~ arm * visit + age", frame[frame["patient"] > 3],
            subject="patient", visit="visit",
        ),
    }  # fmt: skip


@pytest.mark.unit
def test_fits_side_by_side(models) -> None:
    made = regression_table(models, references={"arm": "iv", "visit": "w1"})
    assert made.frame[["group", "label"]].to_numpy().tolist() == [
        ["Intercept", "at the reference levels, numbers at 0"],
        ["arm", "iv"],
        ["arm", "im"],
        ["arm", "oral"],
        ["visit", "w1"],
        ["visit", "w4"],
        ["arm × visit", "im, w4"],
        ["arm × visit", "oral, w4"],
        ["age", "per unit"],
        ["Model", "Patients"],
    ]
    assert made.frame[["estimate_0", "p_0"]].iloc[8].tolist() == ["", ""]
    assert made.inline(("arm", "iv"), "Plain") == "0 (reference)"
    assert made.styled("JAMA").frame["p_1"].iloc[2].startswith(".")
    assert set(made.to_long().query("column == 'p_1'")["statistic"]) == {"p_value", "p_1"}


@pytest.mark.truth
def test_coefficients_and_counts_of_few_are_hidden(models) -> None:
    made = regression_table(models, references={"arm": "iv"})
    for name, key in (("Plain", "estimate_0"), ("With age", "estimate_1")):
        support = models[name].support().set_index("term")["n"]
        assert support["arm[T.oral]"] < 11
        few = made.frame["label"].str.contains("oral")
        assert set(made.frame.loc[few, key]) == {"—"}
        assert set(made.frame.loc[few, key.replace("estimate", "p")]) == {"—"}
    # 76 patients and 72: the difference is 4
    counts = made.frame.iloc[-1][["estimate_0", "estimate_1"]].tolist()
    assert len({"76", "72"} & set(counts)) < 2
    assert release(made).hidden >= 1
    alone = regression_table(models["With age"])
    assert alone.inline("Patients", "Estimate (95% CI)") == "72"


@pytest.mark.truth
def test_events_are_hidden_where_few_had_none() -> None:
    made = regression_table(cox("arm", times({"iv": 60, "im": 60}, {"iv": 57, "im": 58})))
    assert made.inline("Observations", "estimate_0") == "120"
    assert made.inline("Events", "estimate_0") == "—"


@pytest.mark.unit
def test_references_must_be_factors_of_the_fits(models) -> None:
    with pytest.raises(ColumnError, match="allowed are arm, visit"):
        regression_table(models, references={"age": "40"})
    with pytest.raises(ColumnError, match="one fit or more"):
        regression_table({})


# --- Means by a model ---------------------------------------------------------------------------


@pytest.mark.unit
def test_means_are_those_of_the_fit(models) -> None:
    means = models["Plain"].marginal_means("arm", by="visit")
    made = marginal_means_table(means, policy=INTERNAL, labels={"w4": "Week 4"})
    first = means.tidy().iloc[0]
    text = f"{first['estimate']:.1f} ({first['conf_low']:.1f} to {first['conf_high']:.1f})"
    assert made.inline(("w1", "iv"), "mean") == text
    assert made.frame["group"].tolist() == ["w1"] * 3 + ["Week 4"] * 3
    assert made.frame["n"].tolist() == ["40", "30", "6"] * 2


@pytest.mark.truth
def test_a_mean_of_few_is_hidden_with_the_numbers_beside_it(models) -> None:
    made = marginal_means_table(models["Plain"].marginal_means("arm", by="visit"))
    assert made.frame["n"].tolist() == ["—", "—", "<11"] * 2
    assert made.frame["mean"].eq("—").tolist() == [False, False, True] * 2
    assert release(made).hidden == 6


@pytest.mark.unit
def test_means_of_sums_say_that_patients_are_bounded() -> None:
    rows = scores(ARMS)
    sums = moments("score ~ arm * visit", rows, subject="patient", visit="visit")
    of_rows = mmrm("score ~ arm * visit", rows, subject="patient", visit="visit")
    tables = [
        marginal_means_table(fit.marginal_means("arm", by="visit"))
        for fit in (fit_moments(sums), of_rows)
    ]
    bounded, counted = tables
    pd.testing.assert_frame_equal(bounded.frame, counted.frame)
    assert bounded.notes[0].startswith("Patients: at least so many")
    assert counted.notes[0].startswith("Patients: with a score")


@pytest.mark.unit
def test_means_that_do_not_know_their_patients_are_refused() -> None:
    fit = mmrm("score ~ arm * visit", scores(ARMS), subject="patient", visit="visit")
    known = fit.marginal_means("arm", by="visit")
    means = replace(known, behind=np.full(len(known.labels), np.nan))
    with pytest.raises(DataError, match="how many patients"):
        marginal_means_table(means)
    assert set(marginal_means_table(means, policy=INTERNAL).frame["n"]) == {""}


# --- Adverse events -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def study():
    """200 patients with a session in which events were asked about; 40 had nausea, 3 a syncope."""
    patients = [f"p{k:03d}" for k in range(200)]
    clean = clean_study()
    sessions = clean.tables["sessions"].iloc[[0] * 200].reset_index(drop=True)
    sessions = sessions.assign(subject_id=patients, session_no=1, ae_assessed=True)
    subjects = clean.tables["subjects"].iloc[[0] * 200].reset_index(drop=True)
    events = clean.tables["adverse_events"].iloc[[0] * 43].reset_index(drop=True)
    events = events.assign(
        subject_id=patients[:43], ae_no=1, session_no=1, severity=1, serious=False, related=True,
        term=["nausea"] * 40 + ["syncope"] * 3,
    )  # fmt: skip
    tables = {
        "subjects": subjects.assign(subject_id=patients),
        "sessions": sessions,
        "adverse_events": events,
    }
    return replace(clean, tables={**clean.tables, **tables})


@pytest.mark.unit
def test_adverse_events_with_denominators_and_bounds(study) -> None:
    made = adverse_events_table(adverse_event_rates(study, policy=INTERNAL))
    group = made.frame["group"].iloc[0]
    rate = "Events per 100 sessions (95% CI)"
    assert made.inline((group, "nausea"), "Events") == "40"
    assert made.inline((group, "nausea"), rate).startswith("20.0 (")
    assert made.inline((group, "nausea"), "Sessions") == "200"
    long = made.to_long().query("group == @group and label == 'nausea'")
    of = dict(zip(long["heading"], long["denominator"], strict=True))
    assert of == {
        "Patients": "", "With the event": "200", "% of patients (95% CI)": "200",
        "Sessions": "", "Events": "", rate: "200",
    }  # fmt: skip
    # none among 200: 1 - 0.05 ** (1 / 200) of the patients; 100 * -log(0.05) / 200 per 100 sessions
    assert made.inline((group, "Serious"), "% of patients (95% CI)") == "0.0 (0.0 to 1.5)"
    assert made.inline((group, "Serious"), rate) == "0.0 (0.0 to 1.5)"


@pytest.mark.truth
def test_terms_of_few_patients_are_not_named_in_a_release(study) -> None:
    made = adverse_events_table(adverse_event_rates(study))
    text = made.to_html() + made.summary()
    assert "syncope" not in text
    assert "Other terms, each of few patients" in text
    assert release(made).hidden > 0


@pytest.mark.unit
def test_each_patient_counts_once_by_the_worst_event(study) -> None:
    events = study.tables["adverse_events"]
    again = events.iloc[:15].assign(ae_no=2, severity=3)
    graded = events.assign(severity=events["severity"].where(events.index < 30))
    both = pd.concat([graded, again], ignore_index=True)
    worse = replace(study, tables={**study.tables, "adverse_events": both})
    made = event_severity_table(adverse_event_severity(worse, policy=INTERNAL))
    group = made.frame["group"].iloc[0]
    cells = [f"c{place}" for place in range(6)]
    rows = made.frame.set_index("label")[cells]
    # 40 with nausea: the first 15 had a severe one too, of 10 nobody stated the severity
    assert rows.loc["nausea"].tolist() == ["200", "40", "15", "0", "15", "10"]
    assert rows.loc["syncope"].tolist() == ["200", "3", "0", "0", "0", "3"]
    assert rows.loc["Any event"].tolist() == ["200", "43", "15", "0", "15", "13"]
    shown = event_severity_table(adverse_event_severity(worse))
    assert "syncope" not in shown.summary()
    small = shown.frame.set_index("label").loc["nausea", cells].tolist()
    assert small[5] == "<11"
    assert "—" in small[1:5]  # else the 10 would follow
    assert release(shown).hidden > 0
    assert group in shown.summary()


@pytest.mark.unit
def test_rates_by_two_columns_are_refused(study) -> None:
    rates = adverse_event_rates(study, by=["treatment"], terms=False)
    turned = replace(rates, statement=replace(rates.statement, frame=rates.shown.iloc[:, ::-1]))
    with pytest.raises(DataError, match="column of groups"):
        adverse_events_table(turned)
