"""What of fits and curves leaves."""

from __future__ import annotations

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from analysis.disclosure import (
    INTERNAL,
    RELEASE,
    FittedModel,
    Policy,
    hide_coefficients,
    named_policy,
    release,
)
from analysis.errors import DisclosureError
from analysis.figures import plot_ratios
from analysis.mixed import fit_moments, lmm, mmrm, moments
from analysis.survival import (
    cox,
    cumulative_incidence,
    fine_gray,
    interval_cox,
    kaplan_meier,
    logrank,
    parametric,
    turnbull,
)

pytestmark = pytest.mark.unit

ARMS = {"iv": 40, "im": 30, "oral": 6}
FEW_PATIENTS = "fewer than 11 patients in a group it compares"
UNKNOWN = "the numbers of patients behind it are not known"
FEW_EVENTS = "fewer than 11 events in a group it compares"


def scores(arms: dict[str, int]) -> pd.DataFrame:
    """Scores of patients at two visits, all different."""
    arm = [name for name, n in arms.items() for _ in range(n)]
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({"patient": np.arange(len(arm)), "arm": pd.Categorical(arm, list(arms))})
    long = pd.concat([frame.assign(visit=v, day=d) for v, d in (("w1", 7.0), ("w4", 28.0))])
    return long.assign(score=rng.normal(20, 5, len(long))).reset_index(drop=True)


def times(arms: dict[str, int], events: dict[str, int]) -> pd.DataFrame:
    """Times of patients, of whom the first so many of each arm have the event."""
    rows = [(arm, k < events[arm]) for arm, n in arms.items() for k in range(n)]
    frame = pd.DataFrame(rows, columns=["arm", "event"])
    rng = np.random.default_rng(3)
    frame["arm"] = pd.Categorical(frame["arm"], list(arms))
    return frame.assign(time=rng.integers(5, 90, len(frame)), event=frame["event"].astype(int))


def reasons(fit: FittedModel, policy: Policy = RELEASE) -> dict[str, str]:
    frame = release(fit, policy).frame
    assert frame["estimate"].isna().tolist() == frame["reason"].ne("").tolist()
    return dict(zip(frame["term"], frame["reason"], strict=True))


def test_mmrm_hides_the_rows_of_a_small_arm_and_keeps_them() -> None:
    fit = mmrm("score ~ arm * visit", scores(ARMS), subject="patient", visit="visit")
    released = release(fit)
    assert released.hidden == 2
    assert reasons(fit) == {
        "Intercept": "",
        "arm[T.im]": "",
        "arm[T.oral]": FEW_PATIENTS,
        "visit[T.w4]": "",
        "arm[T.im]:visit[T.w4]": "",
        "arm[T.oral]:visit[T.w4]": FEW_PATIENTS,
    }
    hidden = released.frame[released.frame["reason"].ne("")]
    assert hidden[["std_error", "df", "statistic", "p_value", "conf_low"]].isna().all(axis=None)


def test_a_small_reference_hides_everything_compared_with_it() -> None:
    fit = lmm("score ~ arm + day", scores({"oral": 6, "iv": 40}), subject="patient")
    assert reasons(fit) == {"Intercept": FEW_PATIENTS, "arm[T.iv]": FEW_PATIENTS, "day": ""}


def test_the_same_fit_passes_by_a_smaller_minimum() -> None:
    fit = lmm("score ~ arm + day", scores(ARMS), subject="patient")
    assert set(reasons(fit, named_policy("5")).values()) == {""}
    assert release(fit, named_policy("5")).policy.name == "5"


def test_residual_degrees_of_freedom() -> None:
    fit = lmm("score ~ arm + day", scores(ARMS), subject="patient")  # 152 rows, 4 coefficients
    assert set(reasons(fit, Policy(minimum_count=5, residual_df=148)).values()) == {""}
    assert set(reasons(fit, Policy(minimum_count=5, residual_df=149)).values()) == {
        "fewer than 149 residual degrees of freedom"
    }


def test_a_fit_from_sums_knows_how_many_patients_there_are_at_least() -> None:
    data = scores(ARMS).assign(age=lambda rows: rows["patient"] % 9)
    sums = moments("score ~ arm * visit + age", data, subject="patient", visit="visit")
    found = reasons(fit_moments(sums))
    unknown = {name for name, why in found.items() if why == UNKNOWN}
    assert unknown == {"age"}
    few = {name for name, why in found.items() if why == FEW_PATIENTS}
    assert few == {"arm[T.oral]", "arm[T.oral]:visit[T.w4]"}
    assert {name for name, why in found.items() if not why} == {
        "Intercept", "arm[T.im]", "visit[T.w4]", "arm[T.im]:visit[T.w4]"
    }  # fmt: skip


def test_marginal_means_of_few_patients_keep_their_row() -> None:
    fit = mmrm("score ~ arm * visit", scores(ARMS), subject="patient", visit="visit")
    frame = release(fit.marginal_means("arm", by="visit")).frame
    assert frame["estimate"].isna().tolist() == frame["arm"].eq("oral").tolist()
    assert set(frame.loc[frame["arm"].eq("oral"), "reason"]) == {FEW_PATIENTS}
    assert set(frame.loc[frame["arm"].ne("oral"), "reason"]) == {""}
    assert release(fit.marginal_means("visit")).hidden == 0  # 76 patients at each


def test_patients_are_counted_at_the_visit() -> None:
    rows = scores({"iv": 40, "im": 30})
    late = rows[~((rows["arm"] == "im") & (rows["visit"] == "w4") & (rows["patient"] >= 50))]
    fit = mmrm("score ~ arm * visit", late, subject="patient", visit="visit")
    support = fit.marginal_means("arm", by="visit").support()
    assert support[["arm", "visit", "n"]].to_numpy().tolist() == [
        ["iv", "w1", 40], ["iv", "w4", 40], ["im", "w1", 30], ["im", "w4", 10]
    ]  # fmt: skip
    assert fit.marginal_means("arm").support()["n"].tolist() == [40, 30]
    days = lmm("score ~ arm * day", late, subject="patient")
    assert days.marginal_means("day", at={"day": [7, 28]}).support()["n"].tolist() == [70, 70]


def test_contrasts_rest_on_the_means_that_they_weigh() -> None:
    fit = mmrm("score ~ arm * visit", scores(ARMS), subject="patient", visit="visit")
    means = fit.marginal_means("arm", by="visit")
    shown = release(means.contrasts("iv")).frame
    assert shown["estimate"].isna().tolist() == [False, False, True, True]
    assert shown["contrast"].tolist() == ["im - iv"] * 2 + ["oral - iv"] * 2
    weights = {"im": {"iv": -1, "im": 1}, "both": {"iv": -1, "im": 0.5, "oral": 0.5}}
    assert means.contrasts(weights).support()["n"].tolist() == [30, 30, 6, 6]
    later = means.contrasts("iv").contrasts(over="visit")
    assert later.support()["n"].tolist() == [30, 6]


def test_means_from_sums_of_few_patients_are_hidden() -> None:
    sums = moments("score ~ arm * visit", scores(ARMS), subject="patient", visit="visit")
    frame = release(fit_moments(sums).marginal_means("arm", by="visit")).frame
    assert frame["reason"].tolist() == [FEW_PATIENTS if a == "oral" else "" for a in frame["arm"]]


def test_parametric_and_interval_models_need_events_in_every_level() -> None:
    data = times({"iv": 40, "im": 30, "oral": 30}, {"iv": 20, "im": 12, "oral": 5})
    weibull = parametric("arm", data, time="time", event="event")
    everybody = {"Intercept": "", "log(scale)": ""}
    assert reasons(weibull) == everybody | {"arm[T.im]": "", "arm[T.oral]": FEW_EVENTS}
    seen = data.assign(
        lower=data["time"] - 5.0,
        upper=data["time"].astype(float).where(data["event"].eq(1), np.inf),
    )
    wanted = {"arm[T.im]": "", "arm[T.oral]": FEW_EVENTS}
    assert reasons(interval_cox("arm", seen, lower="lower", upper="upper")) == wanted
    counted = parametric("arm", data.assign(w=2.0), time="time", event="event", weights="w")
    assert set(reasons(counted).values()) == {"the numbers of patients behind it are not known"}


def test_a_test_of_groups_needs_patients_in_each() -> None:
    data = times({"iv": 40, "im": 30, "oral": 6}, {"iv": 20, "im": 12, "oral": 5})
    data["arm"] = data["arm"].astype(str)
    small = release(logrank(data, "time", "event", by="arm"))
    assert small.frame["p_value"].isna().all()
    assert set(small.frame["reason"]) == {FEW_PATIENTS}
    enough = release(logrank(data[data["arm"] != "oral"], "time", "event", by="arm"))
    assert enough.frame["p_value"].notna().all()
    assert "observed" not in enough.frame


def test_random_effects_residuals_and_draws_do_not_leave() -> None:
    fit = lmm("score ~ arm + day", scores(ARMS), subject="patient", random="1")
    for detail in (fit.random_effects(), fit.residuals(), fit.simulate(1)):
        with pytest.raises(DisclosureError):
            release(detail)


def test_cox_and_fine_gray_need_events_in_every_level() -> None:
    data = times({"iv": 40, "im": 30, "oral": 30}, {"iv": 20, "im": 12, "oral": 5})
    wanted = {"arm[T.im]": "", "arm[T.oral]": FEW_EVENTS}
    assert reasons(cox("arm", data, time="time", event="event")) == wanted
    assert reasons(fine_gray("arm", data)) == wanted


def test_rows_of_a_patient_are_one_patient() -> None:
    data = times({"iv": 24, "im": 24}, {"iv": 12, "im": 12})
    twice = data.assign(patient=np.arange(48) // 4)
    fit = cox("arm", twice, time="time", event="event", cluster="patient")
    assert reasons(fit) == {"arm[T.im]": FEW_PATIENTS}


def test_curves_are_cut() -> None:
    data = times({"iv": 40, "im": 30}, {"iv": 30, "im": 24})
    curve = kaplan_meier(data, time="time", event="event", by="arm")
    released = release(curve)
    assert not {"n_risk", "n_event", "n_censored", "std_error"} & set(released.frame.columns)
    assert 0 < len(released.frame) <= (30 + 24) / 11
    assert released.hidden == len(curve.curve()) - len(released.frame)
    incidence = cumulative_incidence(data, time="time", event="event", by="arm")
    assert 0 < len(release(incidence).frame) <= (30 + 24) / 11
    intervals = data.assign(lower=data["time"] - 5, upper=data["time"].where(data["event"].eq(1)))
    assert len(release(turnbull(intervals, lower="lower", upper="upper")).frame) <= 54 / 11


def test_weighted_curves_are_refused() -> None:
    data = times({"iv": 40}, {"iv": 30}).assign(w=1.5)
    with pytest.raises(DisclosureError, match="weighted"):
        release(kaplan_meier(data, time="time", event="event", weights="w"))


def test_unknown_numbers_hide() -> None:
    tidy = pd.DataFrame({"term": ["a"], "estimate": [1.0]})
    support = pd.DataFrame({"term": ["a"], "n": [np.nan], "residual_df": 50})
    assert hide_coefficients(tidy, support)["reason"].tolist() == [
        "the numbers of patients behind it are not known"
    ]
    inside = hide_coefficients(tidy, support, replace(RELEASE, audience="internal"))
    assert inside["estimate"].tolist() == [1.0]


def test_counts_of_other_terms_are_refused() -> None:
    support = pd.DataFrame({"term": ["b"], "n": [90], "residual_df": 50})
    with pytest.raises(DisclosureError, match="same rows"):
        hide_coefficients(pd.DataFrame({"term": ["a"], "estimate": [1.0]}), support)


def test_forest_plots_leave_out_ratios_of_few_and_say_so() -> None:
    data = times({"iv": 40, "im": 30, "oral": 30}, {"iv": 20, "im": 12, "oral": 5})
    fit = cox("arm", data, time="time", event="event")
    axes, frame = plot_ratios(fit)
    told = " ".join(text.get_text() for text in axes.figure.findobj(Text)).replace("\n", " ")
    plt.close(axes.figure)
    assert frame["contrast"].tolist() == ["arm[T.im]"]
    assert f"Not shown: arm[T.oral] ({FEW_EVENTS})." in told
    axes, frame = plot_ratios(fit, policy=INTERNAL)
    plt.close(axes.figure)
    assert len(frame) == 2
    with pytest.raises(DisclosureError, match="Every ratio"):
        plot_ratios(fit, policy=Policy(minimum_count=40))
