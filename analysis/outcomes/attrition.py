"""Who is counted and who is not: the flow from treated to analysed, and completeness of scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

import pandas as pd

from analysis.disclosure import ABOUT, MEMBERS, Members, units_of
from analysis.errors import ColumnError
from analysis.instruments import load_instrument
from analysis.outcomes.baseline import LAST, BaselineRule
from analysis.outcomes.cohort import named_groups, treated_patients
from analysis.outcomes.entry import stated_threshold
from analysis.outcomes.in_words import METHOD, course_in_words, rules_in_words
from analysis.outcomes.placement import day_zero, placed_scores
from analysis.outcomes.response import visit_status
from analysis.outcomes.rules import CourseChoice, Rules
from analysis.outcomes.windows import SCHEDULE, Schedule, Window, as_schedule
from analysis.study import Study

__all__ = ["completeness", "patient_flow"]


def patient_flow(
    study: Study,
    instrument: str,
    *,
    visit: str,
    **rules: Unpack[Rules],
) -> pd.DataFrame:
    """Count patients from registered to analysed at one planned visit, with every reason.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    visit : str
        Label of a planned visit.
    **rules
        ``schedule, baseline, baseline_at_least, course`` as in `visit_outcomes`. With ``course``
        "all" a patient counts once per course.

    Returns
    -------
    pandas.DataFrame
        Columns ``step, n, reason, n_excluded``: the patients at each step, and why and how many
        of them do not reach the next one; a step with several reasons has a row for each. True
        counts: pass them through `analysis.disclosure`, for which ``attrs["members"]`` is.
    """
    status = visit_status(study, instrument, visit=visit, measures=(), **rules)
    baseline, course = rules.get("baseline", LAST), rules.get("course", 1)
    start = "treatment" if course == 1 else "the course"
    under = _under(instrument, rules.get("baseline_at_least"), start)
    untreated = len(study.table("subjects")) - status["subject_id"].nunique()
    has_baseline = status["has_baseline"] & status["has_anchor"]
    at_threshold = status["at_threshold"] & has_baseline
    last = "Baseline at threshold" if under else "Baseline score"  # no threshold, no step
    steps = [
        ("Registered", len(status) + untreated, _without_treatment(course)),
        ("Treated", len(status), f"no {instrument} score in the {_period(baseline, start)}"),
        *([("Baseline score", int(has_baseline.sum()), under)] if under else []),
        (last, int(at_threshold.sum()), f"{visit} not yet due"),
        ("Evaluable", int(status["evaluable"].sum()), f"no score at {visit}"),
        ("Analysed", int(status["observed"].sum()), ""),
    ]
    flow = pd.DataFrame(steps, columns=["step", "n", "reason"])
    after = flow["n"].shift(-1, fill_value=flow["n"].iloc[-1])
    flow = _with_reasons(flow.assign(n_excluded=flow["n"] - after), status)
    at_step = {"Baseline score": has_baseline, last: at_threshold}
    at_step |= {"Evaluable": status["evaluable"], "Analysed": status["observed"]}
    flow.attrs[ABOUT] = f"{load_instrument(instrument).name} at {visit}"
    flow.attrs[METHOD] = (
        f"Flow of patients to {instrument} at {visit}",
        rules_in_words(instrument, visit, **rules),
    )
    flow.attrs[MEMBERS] = _members(study, status, at_step)
    return flow


def _members(study: Study, status: pd.DataFrame, at_step: Mapping[str, pd.Series]) -> Members:
    """Say who is at each step, as `suppress_flow` names them."""
    treated = units_of(status)
    others = study.table("subjects")["subject_id"].astype(str)
    units = pd.concat([treated, others[~others.isin(status["subject_id"].astype(str))]])
    sets = {"Registered": units.notna(), "Treated": units.isin(treated)}
    sets |= {step: units.isin(treated[inside]) for step, inside in at_step.items()}
    return Members(units, {("n", step): inside for step, inside in sets.items()})


def _with_reasons(flow: pd.DataFrame, status: pd.DataFrame) -> pd.DataFrame:
    """Split those who leave after treatment by reason, where there are further ones."""
    before = status["before_data"]
    further = {
        "treated before the data begin, so no score is from before treatment": int(before.sum()),
        "no induction session to count from": int((~before & ~status["has_anchor"]).sum()),
    }
    rows = [
        {"step": "Treated", "n": len(status), "reason": reason, "n_excluded": count}
        for reason, count in further.items()
        if count
    ]
    rest = flow["n_excluded"].where(
        flow["step"].ne("Treated"), flow["n_excluded"] - sum(further.values())
    )
    head, tail = flow.assign(n_excluded=rest).iloc[:1], flow.assign(n_excluded=rest).iloc[1:]
    return pd.concat([head, pd.DataFrame(rows, columns=flow.columns), tail], ignore_index=True)


def _without_treatment(course: CourseChoice) -> str:
    """Say why a registered patient is not among the treated."""
    first = course in (1, "all")
    return "no treatment in the data" if first else f"no course {course} of treatment in the data"


def _period(baseline: BaselineRule, start: str) -> str:
    """Say when a baseline must have been scored."""
    if baseline.window.high == 0:
        return f"{-baseline.window.low} days before {start}"
    return f"days {baseline.window.low} to {baseline.window.high} before {start}"


def _under(instrument: str, baseline_at_least: float | None, start: str) -> str:
    """Say which baselines are not severe enough; nothing when all are."""
    scale = load_instrument(instrument)
    threshold = stated_threshold(instrument, baseline_at_least)
    if scale.direction == "higher is better":
        over = f"{instrument} over {threshold:g} before {start}"
        return over if threshold < scale.total_high else ""
    under = f"{instrument} under {threshold:g} before {start}"
    return under if threshold > scale.total_low else ""


def completeness(
    study: Study,
    instrument: str,
    *,
    by: str = "site_id",
    schedule: Schedule | Sequence[Window] = SCHEDULE,
    course: CourseChoice = 1,
) -> pd.DataFrame:
    """Count, per group and planned visit, who was due and who has a score.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    by : str
        Column of `treated_patients`.
    schedule : Schedule or sequence of Window
        Planned visits.
    course : int or "all"
        Which courses; 1 is the first of each patient in the data.

    Returns
    -------
    pandas.DataFrame
        Columns `by`, ``visit`` (ordered), ``started, not_yet_due, due, scored, missing, share``
        (scored ÷ due; missing when nobody is due); one row per group and visit. Patients for whom
        day 0 of the schedule is not known, such as those without induction, are only started.
        Patients for whom `by` is missing are the group "not recorded".

    Raises
    ------
    ColumnError
        When `by` is not a column of the cohort.
    """
    plan = as_schedule(schedule)
    patients = treated_patients(study, instrument=instrument, course=course)
    if by not in patients.columns:
        raise ColumnError("The cohort has no such column to split by; try route or site_id.")
    patients = patients.assign(day_0=day_zero(patients, plan))
    if by in ("day_0", "subject_id", "observed_until_day"):
        raise ColumnError("Completeness cannot be split by this column; try route or site_id.")
    columns = ["subject_id", "course", by, "observed_until_day", "day_0"]
    started = patients[list(dict.fromkeys(columns))]
    scores = placed_scores(study, instrument, patients, plan)
    visits = pd.DataFrame({"visit": plan.labels, "high": [window.high for window in plan]})
    grid = started.merge(visits, how="cross").merge(
        scores[["subject_id", "course", "visit", "total"]].astype({"visit": "string"}),
        on=["subject_id", "course", "visit"],
        how="left",
    )
    closed = grid["observed_until_day"].ge(grid["day_0"] + grid["high"])
    due = closed.fillna(value=False).astype(bool)
    grid = grid.assign(
        group=named_groups(grid[by]),
        later=grid["day_0"].notna() & ~due,
        due=due,
        scored=due & grid["total"].notna(),
        visit=pd.Categorical(grid["visit"], plan.labels, ordered=True),
    )
    counts = grid.groupby(["group", "visit"], observed=True).agg(
        started=("subject_id", "size"),
        due=("due", "sum"),
        scored=("scored", "sum"),
        not_yet_due=("later", "sum"),
    )
    counts = counts.rename_axis(index={"group": by}).assign(
        missing=counts["due"] - counts["scored"],
        share=counts["scored"] / counts["due"],
    )
    order = ["started", "not_yet_due", "due", "scored", "missing", "share"]
    shown = counts[order].reset_index()
    groups = named_groups(started[by]).astype(str)
    inside = {("started", group): groups.eq(group) for group in groups.unique()}
    shown.attrs[MEMBERS] = Members(units_of(started), inside)
    shown.attrs[METHOD] = (
        f"Completeness of {instrument}",
        (
            (
                "Of patients whose window has closed, those with a score in it. "
                f"Planned visits: {'; '.join(plan.labels)}."
            ),
            course_in_words(course=course),
        ),
    )
    return shown
