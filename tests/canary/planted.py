"""The secrets, and results fitted once to patients who carry them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from analysis import missing, mixed, outcomes, quality, safety, survival
from analysis.disclosure import INTERNAL
from analysis.study import Study
from analysis.synthetic import scenario, simulate

SECRET = "Zqxkowalczyk"  # noqa: S105 - a name that nobody has
NUMBER, DATE = "987654321", "1987-06-05"

TIMES = [0.0, 28.0, 56.0]
ROLES = {"subject": "id", "visit": "visit"}
EVENTS = {"time": "time", "event": "event"}


@cache
def visits() -> pd.DataFrame:
    """Sixty patients at three visits; ids and columns that no model uses are secrets."""
    rng = np.random.default_rng(3)
    patient = np.repeat(np.arange(60), 3)
    frame = pd.DataFrame(
        {
            "id": [f"{SECRET}{i}" for i in patient],
            "arm": np.where(patient % 2 == 0, "a", "b"),
            "site": np.array(["s1", "s2", "s3", "s4", "s5"])[patient % 5],
            "visit": np.tile(["v1", "v2", "v3"], 60),
            "day": np.tile([7.0, 14.0, 28.0], 60) + patient % 3,
            "y": rng.normal(12.0, 3.0, 60)[patient] + rng.normal(0.0, 2.0, 180),
            "note": SECRET,
            "record": int(NUMBER),
            "born": DATE,
        }
    )
    return frame.assign(y=frame["y"].mask(frame["visit"].eq("v3") & (patient % 7 == 0)))


@cache
def times() -> pd.DataFrame:
    """Days to events of 120 patients, with secrets as ids and beside."""
    rng = np.random.default_rng(4)
    n = 120
    days = np.ceil(rng.exponential(60.0, n)).clip(max=120.0)
    event = (days < 120.0) & (rng.random(n) < 0.8)
    gap = np.floor((days - 1.0) / 7.0) * 7.0
    return pd.DataFrame(
        {
            "id": [f"{SECRET}{i}" for i in range(n)],
            "subject_id": [f"{SECRET}{i}" for i in range(n)],
            "arm": np.where(np.arange(n) % 2 == 0, "a", "b"),
            "time": days,
            "event": event,
            "cause": np.where(event, 1 + np.arange(n) % 2, 0),
            "lower": gap,
            "upper": np.where(event, gap + 7.0, np.inf),
            "start": 0.0,
            "state": "well",
            "to": np.where(event, "relapse", "censored"),
            "note": SECRET,
            "born": DATE,
        }
    )


@cache
def network() -> Study:
    """A small synthetic network, with secrets as ids."""
    study = simulate(replace(scenario("clinic-network"), patients=150)).study
    tables = {
        name: study.tables[name].assign(
            subject_id=study.tables[name]["subject_id"].astype("string") + SECRET
        )
        for name, table in study.tables.items()
        if "subject_id" in table
    }
    return Study(**{**vars(study), "tables": tables})


@cache
def mmrm() -> Any:
    """A model on visits."""
    return mixed.mmrm("y ~ arm * visit", visits(), **ROLES)


@cache
def means() -> Any:
    """Its means by arm and visit."""
    return mmrm().marginal_means("arm", by="visit")


@cache
def days() -> Any:
    """A model with a slope of every patient."""
    return mixed.lmm("y ~ arm * day", visits(), subject="id")


@cache
def moments() -> Any:
    """Sums of the visits."""
    return mixed.moments("y ~ arm * visit", visits(), **ROLES)


@cache
def influence() -> pd.DataFrame:
    """The difference of the arms at the first visit, without each clinic."""
    found = mixed.clinic_influence(mmrm(), means().contrasts(), by="site", clinics=visits())
    return found[found["visit"].eq("v1")]


@cache
def imputed() -> Any:
    """An imputed analysis of few draws."""
    return missing.impute_and_pool(
        "y ~ arm * visit",
        visits(),
        **ROLES,
        arm="arm",
        reference="a",
        inference="bootstrap",
        n_draws=5,
    )


@cache
def survival_curve(by: str | None = "arm") -> Any:
    """Kaplan-Meier."""
    return survival.kaplan_meier(times(), by=by, **EVENTS)


@cache
def incidence() -> Any:
    """Cumulative incidence of two causes."""
    return survival.cumulative_incidence(times(), time="time", event="cause", by="arm")


@cache
def interval_curve() -> Any:
    """Turnbull's curve."""
    return survival.turnbull(times(), by="arm")


@cache
def states() -> Any:
    """Shares of patients in states."""
    names = {"from_state": "state", "to_state": "to", "start": "start", "stop": "time"}
    return survival.multistate(times(), subject="id", **names)


@cache
def cox() -> Any:
    """A regression of the events."""
    return survival.cox("arm", times(), **EVENTS)


@cache
def described(name: str) -> Any:
    """A description of missing scores in the network, with true counts."""
    if name == "patterns":
        return missing.missing_patterns(network(), "PHQ-9", policy=INTERNAL)
    if name == "retention":
        return missing.retention(network(), "PHQ-9", by="site_id", policy=INTERNAL)
    if name == "completers":
        return missing.completers_against_all(network(), "PHQ-9", visit="week 16", policy=INTERNAL)
    return missing.visiting(network(), "PHQ-9", policy=INTERNAL)


@cache
def rates(by: str) -> pd.DataFrame:
    """Response rates by a column of the subjects."""
    return outcomes.response_rates(network(), "PHQ-9", visit="week 4", by=by)


@cache
def clinics() -> Any:
    """A model with an intercept of every clinic."""
    return mixed.lmm("y ~ arm", visits(), subject="id", nested_in="site")


@cache
def compared() -> Any:
    """The response beside a published one."""
    return quality.compare_with_published(network(), cohort="McInnes 2022", policy=INTERNAL)


@cache
def compared_curves() -> Any:
    """The events beside a curve that was read off a picture."""
    points = pd.DataFrame({"time": [0, 14, 28, 56, 84], "survival": [1.0, 0.8, 0.6, 0.4, 0.3]})
    read = survival.reconstruct_curve(points, pd.DataFrame({"time": [0], "n_risk": [80]}))
    lost = outcomes.time_to_discontinuation()(network())
    return quality.compare_curves(lost, read, tau=56)


@cache
def measured(name: str) -> Any:
    """What sessions and clinics of the network show."""
    if name == "rates":
        return safety.adverse_event_rates(network(), policy=INTERNAL)
    if name == "course":
        return safety.time_course(safety.session_safety(network()), "sbp", policy=INTERNAL)
    outcome = quality.clinic_outcomes(network(), "adverse events", policy=INTERNAL)
    return outcome.shrinkage() if name == "shrinkage" else outcome.funnel()


@cache
def clinic_charts() -> Any:
    """Charts of clinics over time."""
    return quality.clinic_charts(network(), "mean change", policy=INTERNAL)


def chart() -> Any:
    """A chart of a clinic over time."""
    series = quality.quality_series(network(), "adverse events", by="site_id", policy=INTERNAL)
    return quality.spc_chart(series, **series.attrs["chart"])
