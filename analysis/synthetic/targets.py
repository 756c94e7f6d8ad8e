"""Published figures that the cohorts must reproduce, and what the cohorts give.

Everything is measured on what a clinic would hold (observed scores, sessions, adverse events), but
for survival without relapse, which is that of the latent path without maintenance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.published import published_figures, published_study
from analysis.study import Study
from analysis.synthetic.course import treat
from analysis.synthetic.estimates import OF_PAIRS, Estimate, mean, share
from analysis.synthetic.path import relapse_day
from analysis.synthetic.people import draw_people
from analysis.synthetic.presets import scenario
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.simulation import simulate
from analysis.synthetic.streams import Streams

__all__ = ["cohort_names", "reproduce_published"]


@dataclass(frozen=True, kw_only=True)
class _Window:
    """Days of the follow-up score after an origin, and who is counted.

    The origin is "first dose", "end of induction" or "last session"; `sessions` is the fewest of
    induction and `entry` the lowest total before treatment.
    """

    origin: str
    low: int
    high: int
    sessions: int = 1
    entry: float = 0.0


_MCINNES = _Window(origin="end of induction", low=14, high=31, sessions=4)
_WEEK_6 = _Window(origin="first dose", low=35, high=49)
_WEEK_12 = _Window(origin="first dose", low=70, high=98)
_WEEK_26 = _Window(origin="first dose", low=168, high=196)
_OLIVER = _Window(origin="end of induction", low=1, high=10, sessions=6)
_HULL = _Window(origin="first dose", low=21, high=35, entry=10.0)
_AFTER_INDUCTION = _Window(origin="end of induction", low=1, high=10)
_LAST = _Window(origin="last session", low=0, high=8)


@dataclass(frozen=True, kw_only=True)
class _Target:
    """A published figure (study, measure, scale, first day, column) and how it is measured."""

    cohort: str
    study: str
    measure: str
    figure: str
    window: _Window
    scale: str = "PHQ-9"
    day: int | None = None
    column: str = "value"

    def published(self) -> float:
        """Look the figure up."""
        if self.measure == "completeness":
            return 100.0 * float(published_study(self.study).completeness or np.nan)
        rows = published_figures(measure=self.measure)
        rows = rows[rows["study"].eq(self.study) & ~rows["group"].str.startswith("patients with")]
        if self.scale:
            rows = rows[rows["scale"].eq(self.scale)]
        if self.day is not None:
            rows = rows[rows["day_low"].eq(self.day)]
        return float(rows[self.column].iloc[0])


_KIT = partial(_Target, cohort="kit_phq9", study="McInnes 2022", window=_MCINNES)
_VA = partial(_Target, cohort="va_phq9", study="Pfeiffer 2024", window=_WEEK_6)
_CLINIC = partial(_Target, cohort="clinic_phq9", study="Oliver 2022", window=_OLIVER)
_SL = partial(_Target, cohort="sl_phq9", study="Hull 2022", window=_HULL)
_IM = partial(_Target, cohort="im_phq9", study="IM cohort 2022", window=_LAST)
_IM_GAD = partial(_IM, scale="GAD-7", window=_AFTER_INDUCTION)
_STOPPED = partial(_Target, study="Sakurai 2020", measure="dropout", scale="", window=_MCINNES)
_SPREAD = "standard_deviation"

_TARGETS = (
    _KIT(measure="completeness", figure="completeness"),
    _KIT(measure="response", figure="response"),
    _KIT(measure="remission", figure="remission below 5"),
    _KIT(measure="deterioration", figure="worse"),
    _KIT(measure="standardised mean change", figure="standardised change"),
    _KIT(measure="sustained response", figure="sustained", day=28),
    _KIT(measure="sustained response", figure="sustained", day=56),
    _STOPPED(cohort="kit_phq9", figure="stopped by the end of induction"),
    _VA(measure="baseline mean", figure="mean before"),
    _VA(measure="response", figure="response", day=42),
    _VA(measure="remission", figure="remission at most 5", day=42),
    _VA(measure="response", figure="response", day=84, window=_WEEK_12),
    _VA(measure="response", figure="response", day=182, window=_WEEK_26),
    _VA(measure="mean infusions", figure="sessions in a year", scale=""),
    _CLINIC(measure="response", figure="response"),
    _CLINIC(measure="remission", figure="remission below 5"),
    _CLINIC(measure="percent change", figure="percent change", scale="GAD-7"),
    _STOPPED(cohort="clinic_phq9", figure="stopped by the end of induction"),
    _SL(measure="response", figure="response"),
    _SL(measure="remission", figure="remission below 5"),
    _SL(measure="deterioration", figure="worse"),
    _SL(measure="response", figure="response", scale="GAD-7"),
    _SL(measure="remission", figure="remission below 5", scale="GAD-7"),
    _IM(measure="baseline mean", figure="mean before"),
    _IM(measure="baseline mean", figure="SD before", column=_SPREAD),
    _IM(measure="mean at follow-up", figure="mean later"),
    _IM(measure="mean at follow-up", figure="SD later", column=_SPREAD),
    _IM_GAD(measure="baseline mean", figure="mean before"),
    _IM_GAD(measure="baseline mean", figure="SD before", column=_SPREAD),
    _IM_GAD(measure="mean at follow-up", figure="mean later"),
    _IM(measure="adverse events", figure="sessions with an adverse event", scale=""),
)


def cohort_names() -> tuple[str, ...]:
    """List the scenarios that reproduce published cohorts.

    Returns
    -------
    tuple of str
        Names for `analysis.synthetic.scenario`.
    """
    return tuple(dict.fromkeys(target.cohort for target in _TARGETS))


def reproduce_published(cohort: str, *, patients: int | None = None) -> pd.DataFrame:
    """Simulate a cohort and compare its figures with the published ones.

    Parameters
    ----------
    cohort : str
        One of `cohort_names`.
    patients : int, optional
        Number of patients; that of the scenario when left out.

    Returns
    -------
    pandas.DataFrame
        Columns ``figure, scale, study, n, published, simulated, std_error, z``: z is the
        difference over the Monte Carlo error of the simulation alone; the sampling error of the
        publication is not counted, which makes z larger. Shares are in percent.

    Raises
    ------
    DataError
        When there is no such cohort.
    """
    if cohort not in cohort_names():
        raise DataError(f"There is no such cohort. Known cohorts are: {', '.join(cohort_names())}.")
    chosen = scenario(cohort)
    if patients is not None:
        chosen = replace(chosen, patients=patients)
    study = simulate(chosen).study
    rows = [_row(target, chosen, study) for target in _TARGETS if target.cohort == cohort]
    return pd.DataFrame(rows)


def _row(target: _Target, chosen: Scenario, study: Study) -> dict[str, object]:
    """Measure one figure and put it beside the published one."""
    n, (value, error) = _measured(target, chosen, study)
    published = target.published()
    return {
        "figure": target.figure if target.day is None else f"{target.figure}, day {target.day}",
        "scale": target.scale,
        "study": target.study,
        "n": n,
        "published": published,
        "simulated": value,
        "std_error": error,
        "z": (value - published) / error,
    }


def _measured(target: _Target, chosen: Scenario, study: Study) -> tuple[int, Estimate]:
    """Measure one figure; how many were counted, and the estimate."""
    sessions, n = study.tables["sessions"], chosen.patients
    if target.figure in OF_PAIRS:
        pairs = _pairs(study, target.scale, target.window)
        return len(pairs), OF_PAIRS[target.figure](pairs)
    if target.figure == "completeness":
        seen = len(_pairs(study, target.scale, target.window))
        return n, share(pd.Series(np.arange(n) < seen))
    if target.figure == "sessions in a year":
        counts = sessions[sessions["rel_day"].le(365)].groupby("subject_id").size()
        return n, mean(counts)
    if target.figure == "stopped by the end of induction":
        stays = sessions.groupby("subject_id")["phase"].agg(
            lambda phase: "maintenance" in set(phase)
        )
        return n, share(~stays)
    if target.figure == "sessions with an adverse event":
        events = study.tables["adverse_events"]["session_no"].notna().sum()
        return len(sessions), share(pd.Series(np.arange(len(sessions)) < events))
    return _sustained(int(target.day or 0), chosen)


def _pairs(study: Study, scale: str, window: _Window) -> pd.DataFrame:
    """Baseline and follow-up total of every patient who has both."""
    rows = study.tables["assessments"]
    rows = rows[rows["instrument"].eq(scale) & rows["total"].notna()]
    origin = _origin(study, window)
    since = (rows["rel_day"] - rows["subject_id"].map(origin)).astype("float64")
    inside = rows[since.between(window.low, window.high) & rows["rel_day"].gt(0)]
    far = (since - (window.low + window.high) / 2.0).abs()
    chosen = inside.assign(far=far).sort_values(["subject_id", "far"], kind="stable")
    pairs = pd.DataFrame(
        {
            "before": rows[rows["rel_day"].le(0)].groupby("subject_id")["total"].last(),
            "later": chosen.groupby("subject_id")["total"].first(),
        }
    ).dropna()
    return pairs[pairs["before"].ge(window.entry) & pairs["before"].gt(0)]


def _origin(study: Study, window: _Window) -> pd.Series:
    """Day from which the window of each patient counts, of those with enough sessions."""
    sessions = study.tables["sessions"]
    last = sessions.groupby("subject_id")["rel_day"].max()
    induction = sessions[sessions["phase"].eq("induction")].groupby("subject_id")["rel_day"]
    days = {"first dose": last * 0, "last session": last, "end of induction": induction.max()}
    enough = induction.size().reindex(last.index).ge(window.sessions)
    return days[window.origin][enough]


def _sustained(day: int, chosen: Scenario) -> tuple[int, Estimate]:
    """Share of the responders who have not relapsed some days after a full induction."""
    streams = Streams(seed=chosen.seed)
    people = draw_people(chosen, streams, chosen.patients)
    course = treat(people, chosen, streams, stop=False)
    since = pd.Series(relapse_day(course) - course.last_induction_day()).dropna()
    return len(since), share(since.gt(day))
