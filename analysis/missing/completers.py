"""Those with a score at the end beside all for whom it is due: what completers alone hide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

import numpy as np
import pandas as pd

from analysis.disclosure import RELEASE, Members, Policy, units_of
from analysis.disclosure.counted import CountedTable, suppressed_counts
from analysis.errors import DataError, ModelError
from analysis.missing.due import due_visits
from analysis.outcomes.rules import Rules
from analysis.outcomes.trajectory import mean_course
from analysis.outcomes.windows import SCHEDULE, as_schedule, window_named
from analysis.results import critical_value
from analysis.study import Study

__all__ = ["completers_against_all"]

_COUNTS = ["n_all", "n_completers", "n_others"]
_DIFFERENCE = ["difference", "std_error", "conf_low", "conf_high"]
_BASELINE = "baseline"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Cohort:
    """Scores of the patients for whom the last visit is due, and the visits in order."""

    scores: pd.DataFrame
    order: list[str]


def completers_against_all(
    study: Study,
    instrument: str,
    *,
    visit: str,
    conf_level: float = 0.95,
    policy: Policy = RELEASE,
    **rules: Unpack[Rules],
) -> CountedTable:
    """Compare patients with a score at a visit with all for whom it is due, at every visit.

    Answers how far the mean among completers can be trusted. Where those who were lost did worse
    at the visits that they still came to, the mean of the completers at the end is too good; the
    mean that the mixed model gives for all tells by how much, if leaving depends on the scores
    that were seen.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    visit : str
        Label of the planned visit at the end. Completers have a score there.
    conf_level : float
        Two-sided coverage.
    policy : Policy
        For whom what is printed and released is.
    **rules
        As in `visit_outcomes`.

    Returns
    -------
    CountedTable
        ``visit`` ("baseline" and the planned visits up to the last), ``n_all, n_completers,
        n_others`` (patients with a score there), ``mean_all, mean_completers, mean_others`` (the
        score at baseline; the change from it afterwards), ``difference`` (completers − others)
        with ``std_error, conf_low, conf_high`` (Welch's), and ``model``: the mean change of all
        by `mean_course`, missing where its patients are too few.

    Raises
    ------
    DataError
        When the visit is not planned, is due for nobody with a baseline at the threshold, or
        nobody has a score up to it.
    ModelError
        When `conf_level` is not between 0 and 1.

    References
    ----------
    Little RJA (1988). JASA 83:1198-1202.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> table = completers_against_all(study, "PHQ-9", visit="week 8")
    >>> table.tidy()["visit"].tolist()
    ['baseline', 'week 1', 'week 2', 'week 4', 'week 8']
    """
    cohort = _cohort(study, instrument, visit, rules)
    frame = _means(cohort, conf_level).merge(_model(cohort), on="visit", how="left")
    sums = {("n_all", row): [("n_completers", row), ("n_others", row)] for row in range(len(frame))}
    # of two means and three counts the third mean follows, so that all go together
    together = ["mean_completers", "mean_others", *_DIFFERENCE]
    rests_on = dict.fromkeys(["mean_all", "model"], ("n_all",))
    statement = suppressed_counts(
        frame,
        counts=_COUNTS,
        sums=sums,
        numbers=rests_on | dict.fromkeys(together, tuple(_COUNTS)),
        about=f"completers of {visit}, {instrument}",
        named_by=["visit"],
        members=_members(cohort, frame["visit"].tolist()),
        policy=policy,
    )
    return CountedTable(
        title=f"Completers of {visit} and all for whom it is due, {instrument}",
        notes=(_note(visit, conf_level), policy.rule),
        true=frame,
        statement=statement,
    )


def _members(cohort: _Cohort, visits: list[str]) -> Members:
    """Say who has a score at each visit, and who of them completes."""
    who = units_of(cohort.scores)
    units, completes = who.drop_duplicates(), cohort.scores["is_completer"]
    sets = {}
    for row, visit in enumerate(visits):
        at = cohort.scores["visit"].eq(visit)
        for name, some in (("n_all", at), ("n_completers", at & completes)):
            sets[(name, row)] = units.isin(who[some])
    return Members(units, sets)


def _note(visit: str, conf_level: float) -> str:
    """Say what the columns are."""
    return (
        f"Patients with a baseline at the threshold for whom {visit} is due. Completers have a "
        "score there. Means are of the score at baseline and of the change from it at visits. "
        f"Difference: completers − others, with Welch's {100 * conf_level:g} % limits. Model: mean "
        "change of all by a linear mixed model, right if leaving depends on scores that were seen."
    )


def _cohort(study: Study, instrument: str, visit: str, rules: Rules) -> _Cohort:
    """Collect baselines and changes of the patients for whom the visit is due."""
    plan = as_schedule(rules.get("schedule", SCHEDULE))
    last = window_named(visit, plan)
    order = plan.labels[: plan.labels.index(last.label) + 1]
    visits = due_visits(study, instrument, **rules)
    at_end = visits[visits["visit"].eq(visit) & visits["due"] & visits["at_threshold"]]
    if at_end.empty:
        raise DataError(
            "The visit is not yet due for any patient with a baseline at the threshold."
        )
    keys = ["subject_id", "course"]
    who = at_end[keys].assign(is_completer=at_end["scored"])
    rows = visits[visits["visit"].isin(order) & visits["scored"]].merge(who, on=keys)
    if rows.empty:
        raise DataError(
            f"Not computable: completers of {visit}; 0 patients with a baseline at the threshold, "
            f"for whom it is due, have a {instrument} score at a planned visit up to it."
        )
    changes = rows.assign(change=rows["total"] - rows["baseline"])
    start = at_end.merge(who, on=keys).assign(visit=_BASELINE, change=at_end["baseline"].to_numpy())
    columns = [*keys, "visit", "baseline", "change", "is_completer"]
    both = pd.concat(
        [part[columns].astype({"visit": "string"}) for part in (start, changes)], ignore_index=True
    )
    return _Cohort(scores=both, order=[_BASELINE, *order])


def _means(cohort: _Cohort, conf_level: float) -> pd.DataFrame:
    """Compute numbers, means and differences at each visit that has a score."""
    grouped = cohort.scores.groupby(["visit", "is_completer"])["change"]
    parts = grouped.agg(["size", "mean", "var"]).reset_index()
    order = [visit for visit in cohort.order if visit in set(parts["visit"])]
    completers, others = (
        parts[parts["is_completer"].eq(flag)].set_index("visit").reindex(order)
        for flag in (True, False)
    )
    n, m = (part["size"].fillna(0.0).to_numpy(float) for part in (completers, others))
    mean, rest = (part["mean"].to_numpy(float) for part in (completers, others))
    with np.errstate(invalid="ignore", divide="ignore"):
        square, other = completers["var"].to_numpy(float) / n, others["var"].to_numpy(float) / m
        df = (square + other) ** 2 / (square**2 / (n - 1.0) + other**2 / (m - 1.0))
    all_means = cohort.scores.groupby("visit")["change"].mean().reindex(order)
    difference, error = mean - rest, np.sqrt(square + other)
    margin = critical_value(df, conf_level) * error
    return pd.DataFrame(
        {
            "visit": pd.array(order, dtype="string"),
            "n_all": (n + m).astype(int),
            "n_completers": n.astype(int),
            "n_others": m.astype(int),
            "mean_all": all_means.to_numpy(float),
            "mean_completers": mean,
            "mean_others": rest,
            "difference": difference,
            "std_error": error,
            "conf_low": difference - margin,
            "conf_high": difference + margin,
        }
    )


def _model(cohort: _Cohort) -> pd.DataFrame:
    """Estimate the mean change of all at each visit by a mixed model, where there are enough."""
    rows = cohort.scores[cohort.scores["visit"].ne(_BASELINE)]
    visit = pd.Categorical(rows["visit"], cohort.order[1:], ordered=True)
    rows = rows.assign(visit=visit, week=visit.codes.astype(float))
    try:
        course = mean_course(rows).frame
    except (DataError, ModelError):
        return pd.DataFrame({"visit": pd.array([], dtype="string"), "model": []})
    return course[["visit", "estimate"]].rename(columns={"estimate": "model"})
