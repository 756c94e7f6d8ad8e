"""Where the clock starts: the first infusion, the end of induction, or a response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Unpack

import pandas as pd

from analysis.disclosure import units_of
from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.outcomes.baseline import LAST
from analysis.outcomes.cohort import treated_patients
from analysis.outcomes.definition import Definition
from analysis.outcomes.endpoints.event_table import Step
from analysis.outcomes.entry import is_at_threshold, stated_threshold
from analysis.outcomes.judging import judge_scores
from analysis.outcomes.library import resolve
from analysis.outcomes.response import visit_outcomes
from analysis.outcomes.rules import Rules, require_rules
from analysis.outcomes.scores import valid_scores
from analysis.outcomes.windows import SCHEDULE, as_schedule, window_named
from analysis.study import Study

__all__ = [
    "Cohort",
    "Origin",
    "from_end_of_induction",
    "from_first_treatment",
    "from_response",
]

ABOUT = ("site_id", "sex", "indication", "agent", "route", "regimen")
"""What is known of a patient when a course starts."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Cohort:
    """Patients at the start of their clocks.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per patient: ``subject_id``, what is known at the start, ``course, baseline,
        start_day, end_day, last_induction_day, n_sessions, n_maintenance, observed_until_day,
        origin_day`` (a ``rel_day``) and ``seen_day`` (from when on later visits count; after
        ``origin_day`` where the origin itself was seen late).
    steps : tuple of Step
        The attrition so far.
    """

    frame: pd.DataFrame
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Day 0 of an endpoint, and the patients who have one.

    Make it by `from_first_treatment`, `from_end_of_induction` or `from_response`.

    Parameters
    ----------
    kind : str
        What day 0 is.
    instrument : str
        Scale whose baseline the patients must have; empty: none is needed.
    rules : mapping
        ``schedule, baseline, baseline_at_least, course`` as in `visit_outcomes`; one course.
    definition : str or Definition
        For a response: what counts.
    visit : str
        For a response: label of the planned visit that must show it; empty: the first that does.
    timing : {"seen", "earliest"}
        A response is seen at a visit but came after the last one without it: "seen" starts the
        clock when it was seen, "earliest" when it may first have been there.
    """

    kind: Literal["first treatment", "end of induction", "response"]
    instrument: str = ""
    rules: Rules
    definition: str | Definition = "response"
    visit: str = ""
    timing: Literal["seen", "earliest"] = "seen"

    def find(self, study: Study) -> Cohort:
        """Find the patients and their day 0.

        Parameters
        ----------
        study : Study
            A checked study.

        Returns
        -------
        Cohort
            Patients with an origin.
        """
        if self.kind == "response":
            return _responders(self, study) if self.visit else _first_responders(self, study)
        return _treated(self, study)

    def __repr__(self) -> str:
        """Say what day 0 is in words."""
        if self.kind != "response":
            return {"first treatment": "day of the first treatment of the course"}.get(
                self.kind, "day of the last induction session of the course"
            )
        rule = resolve(self.definition, load_instrument(self.instrument))
        name = "respond" if rule.measure == "response" else f"reach {rule.name}"
        at = f"the {self.visit} score" if self.visit else "the first score that shows it"
        where = f" at {self.visit}" if self.visit else ""
        day = f"day of {at} of patients who {name}{where}"
        late = "; dated back to the last score without it" if self.timing == "earliest" else ""
        return day + late


def from_first_treatment(instrument: str = "", **rules: Unpack[Rules]) -> Origin:
    """Start the clock at the first treatment of a course.

    Parameters
    ----------
    instrument : str
        Scale whose baseline, at its threshold, the patients must have; empty: all treated.
    **rules
        ``baseline, baseline_at_least, course`` as in `visit_outcomes`.

    Returns
    -------
    Origin
        Of all treated patients.

    Examples
    --------
    >>> from_first_treatment("PHQ-9")
    day of the first treatment of the course
    """
    return Origin(kind="first treatment", instrument=instrument, rules=_checked(rules))


def from_end_of_induction(instrument: str = "", **rules: Unpack[Rules]) -> Origin:
    """Start the clock at the last induction session of a course.

    Parameters
    ----------
    instrument, **rules
        As in `from_first_treatment`.

    Returns
    -------
    Origin
        Of the patients with an induction session.

    Examples
    --------
    >>> from_end_of_induction()
    day of the last induction session of the course
    """
    return Origin(kind="end of induction", instrument=instrument, rules=_checked(rules))


def from_response(
    instrument: str,
    *,
    visit: str = "",
    definition: str | Definition = "response",
    timing: Literal["seen", "earliest"] = "seen",
    **rules: Unpack[Rules],
) -> Origin:
    """Start the clock at a response or a remission, which itself is seen at a visit.

    Parameters
    ----------
    instrument : str
        Name of the scale.
    visit : str
        Label of the planned visit that must show it; patients who do not show it there are no part
        of the cohort. Empty: the first score after the start that shows it, whenever it comes.
    definition : str or Definition
        What counts, such as "remission"; over several visits only with `visit`.
    timing : {"seen", "earliest"}
        Day 0 is the day on which it was seen, or that of the last score without it.
    **rules
        ``schedule, baseline, baseline_at_least, course`` as in `visit_outcomes`.

    Returns
    -------
    Origin
        Of the patients who responded.

    Raises
    ------
    DataError
        When several courses are asked for, or the timing is unknown.

    Examples
    --------
    >>> from_response("PHQ-9", visit="week 4")
    day of the week 4 score of patients who respond at week 4
    """
    if timing not in ("seen", "earliest"):
        raise DataError('timing must be "seen" or "earliest".')
    return Origin(
        kind="response", instrument=instrument, rules=_checked(rules), definition=definition,
        visit=visit, timing=timing,
    )  # fmt: skip


def _checked(rules: Rules) -> Rules:
    """Refuse what is no rule, and more than one course."""
    require_rules(rules)
    if rules.get("course") == "all":
        raise DataError("An endpoint is followed in one course: name its number, such as 1.")
    return rules


def _treated(origin: Origin, study: Study) -> Cohort:
    """Take all treated patients with an origin day, and a baseline where one is needed."""
    patients = _patients(origin, study)
    steps: list[Step] = [("Treated", units_of(patients), "")]
    if origin.instrument:
        patients = _at_threshold(origin, patients)
        steps.append(_threshold_step(origin, patients))
    column = "start_day"
    if origin.kind == "end of induction":
        column = "last_induction_day"
        patients = patients[patients[column].notna()]
        steps.append(("With an induction session", units_of(patients), "no induction session"))
    day = patients[column].astype("float64")
    return Cohort(frame=_clock(patients, day, day), steps=tuple(steps))


def _at_threshold(origin: Origin, patients: pd.DataFrame) -> pd.DataFrame:
    """Keep patients with a baseline at the threshold."""
    scale = load_instrument(origin.instrument)
    least = stated_threshold(scale.name, origin.rules.get("baseline_at_least"))
    return patients[is_at_threshold(patients["baseline"], least, scale.direction)]


def _threshold_step(origin: Origin, patients: pd.DataFrame) -> Step:
    """Count patients with a baseline at the threshold."""
    step = f"With a {origin.instrument} baseline at the threshold"
    return step, units_of(patients), f"no {origin.instrument} baseline at the threshold"


def _responders(origin: Origin, study: Study) -> Cohort:
    """Take the patients who show the response at a planned visit."""
    scale = load_instrument(origin.instrument)
    rule = resolve(origin.definition, scale)
    visit, plan = origin.visit, as_schedule(origin.rules.get("schedule", SCHEDULE))
    window_named(visit, plan)  # refuses a visit that is not planned
    outcomes = visit_outcomes(study, origin.instrument, measures=[rule], **origin.rules)
    scored = outcomes[outcomes["visit"].eq(visit)]
    found = scored[scored[rule.name]]
    what = "response" if rule.measure == "response" else rule.name
    steps: tuple[Step, ...] = (
        (f"Scored at {visit}", units_of(scored), ""),
        (f"{what.capitalize()} at {visit}", units_of(found), f"no {what} at {visit}"),
    )
    seen = found["rel_day"].astype("float64")
    return Cohort(frame=_clock(found, _dated(origin, study, found, seen), seen), steps=steps)


def _first_responders(origin: Origin, study: Study) -> Cohort:
    """Take the patients at the first score after the start that shows the response."""
    scale = load_instrument(origin.instrument)
    rule = resolve(origin.definition, scale)
    eligible = _at_threshold(origin, _patients(origin, study))
    scores = _later_scores(origin, study, eligible, eligible["start_day"])
    met = scores[judge_scores(scores["total"], scores["baseline"], rule, scale)]
    first = met.sort_values(["subject_id", "rel_day"]).drop_duplicates("subject_id")
    found = eligible.merge(first[["subject_id", "rel_day"]], on="subject_id")
    steps: tuple[Step, ...] = (
        _threshold_step(origin, eligible),
        (f"{rule.name.capitalize()} seen", units_of(found), f"no {rule.name} seen"),
    )
    seen = found["rel_day"].astype("float64")
    return Cohort(frame=_clock(found, _dated(origin, study, found, seen), seen), steps=steps)


def _patients(origin: Origin, study: Study) -> pd.DataFrame:
    """List the treated patients of the course, with the baseline that the rules make."""
    return treated_patients(
        study,
        instrument=origin.instrument or "PHQ-9",  # which baseline; nobody is left out without one
        baseline=origin.rules.get("baseline", LAST),
        course=origin.rules.get("course", 1),
    )


def _later_scores(
    origin: Origin, study: Study, patients: pd.DataFrame, after: pd.Series
) -> pd.DataFrame:
    """Take the scores after a day and within observation."""
    plan = as_schedule(origin.rules.get("schedule", SCHEDULE))
    scores = valid_scores(
        study, origin.instrument, same_day=plan.same_day, of_one_day=plan.of_one_day
    )
    about = patients[["subject_id", "baseline", "observed_until_day"]].assign(after=after)
    rows = scores.merge(about, on="subject_id")
    inside = rows["rel_day"].gt(rows["after"]) & rows["rel_day"].le(rows["observed_until_day"])
    return rows[inside.fillna(value=False).astype(bool)]


def _dated(origin: Origin, study: Study, found: pd.DataFrame, seen: pd.Series) -> pd.Series:
    """Date a response at the visit that showed it, or at the last one that did not."""
    if origin.timing == "seen":
        return seen
    scale = load_instrument(origin.instrument)
    rule = resolve(origin.definition, scale)
    before = _later_scores(origin, study, found, found["start_day"])
    before = before.merge(found[["subject_id"]].assign(seen=seen), on="subject_id")
    without = ~judge_scores(before["total"], before["baseline"], rule, scale)
    earlier = before[without & before["rel_day"].lt(before["seen"])]
    last = earlier.groupby("subject_id")["rel_day"].max()
    day = found["subject_id"].map(last).astype("float64")
    return day.fillna(found["start_day"].astype("float64"))


def _clock(patients: pd.DataFrame, day: pd.Series, seen: pd.Series) -> pd.DataFrame:
    """Keep what an endpoint needs of the patients, beside their day 0."""
    days = ["start_day", "end_day", "last_induction_day", "observed_until_day"]
    columns = ["subject_id", *ABOUT, "course", "baseline", *days, "n_sessions", "n_maintenance"]
    frame = patients[columns].assign(origin_day=day.to_numpy(), seen_day=seen.to_numpy())
    for name in (*days, "baseline"):
        frame[name] = frame[name].astype("float64")
    known = frame["origin_day"].notna() & frame["observed_until_day"].notna()
    return frame[known].reset_index(drop=True)
