"""Who is counted and who is not: the flow from treated to analysed, and completeness of scores."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.errors import ColumnError
from analysis.outcomes.cohort import named_groups, treated_patients, valid_scores
from analysis.outcomes.response import visit_status
from analysis.outcomes.windows import BASELINE, SCHEDULE, Window, place_in_windows
from analysis.study import Study

__all__ = ["completeness", "patient_flow"]


def patient_flow(
    study: Study, instrument: str, *, visit: str, baseline_at_least: float = 0.0
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
    baseline_at_least : float
        Baseline threshold of the evaluable, in points of the scale.

    Returns
    -------
    pandas.DataFrame
        Columns ``step, n, reason, n_excluded``: the patients at each step, and why and how many
        of them do not reach the next one. True counts: pass them through `analysis.disclosure`.
    """
    status = visit_status(study, instrument, visit=visit, baseline_at_least=baseline_at_least)
    threshold = f"{instrument} under {baseline_at_least:g} before treatment"
    reached = [
        ("Registered", len(study.table("subjects")), "no treatment in the data"),
        (
            "Treated",
            len(status),
            f"no {instrument} score in the {-BASELINE.low} days before treatment",
        ),
        ("Baseline score", int(status["has_baseline"].sum()), threshold),
        ("Baseline at threshold", int(status["at_threshold"].sum()), f"{visit} not yet due"),
        ("Evaluable", int(status["evaluable"].sum()), f"no score at {visit}"),
        ("Analysed", int(status["observed"].sum()), ""),
    ]
    if baseline_at_least <= 0:  # no threshold, no step
        reached[2:4] = [("Baseline score", reached[3][1], reached[3][2])]
    flow = pd.DataFrame(reached, columns=["step", "n", "reason"])
    after = flow["n"].shift(-1, fill_value=flow["n"].iloc[-1])
    return flow.assign(n_excluded=flow["n"] - after)


def completeness(
    study: Study,
    instrument: str,
    *,
    by: str = "site_id",
    schedule: Sequence[Window] = SCHEDULE,
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
    schedule : sequence of Window
        Planned visits.

    Returns
    -------
    pandas.DataFrame
        Columns `by`, ``visit`` (ordered), ``started, not_yet_due, due, scored, missing, share``
        (scored ÷ due; missing when nobody is due); one row per group and visit. Patients for whom
        `by` is missing are the group "not recorded".

    Raises
    ------
    ColumnError
        When `by` is not a column of the cohort.
    """
    patients = treated_patients(study, instrument=instrument)
    if by not in patients.columns:
        raise ColumnError("The cohort has no such column to split by; try route or site_id.")
    started = patients[["subject_id", by, "observed_until_day"]]
    started = started.assign(**{by: named_groups(started[by])})
    visits = pd.DataFrame(
        {"visit": [w.label for w in schedule], "high": [w.high for w in schedule]}
    )
    placed = place_in_windows(valid_scores(study, instrument), schedule)
    placed = placed[["subject_id", "visit"]].astype({"visit": "string"}).assign(has_score=True)
    grid = started.merge(visits, how="cross").merge(placed, on=["subject_id", "visit"], how="left")
    due = grid["observed_until_day"].ge(grid["high"]).fillna(value=False).astype(bool)
    labels = [window.label for window in schedule]
    grid = grid.assign(
        due=due,
        scored=due & grid["has_score"].notna(),
        visit=pd.Categorical(grid["visit"], labels, ordered=True),
    )
    counts = grid.groupby([by, "visit"], observed=True).agg(
        started=("subject_id", "size"), due=("due", "sum"), scored=("scored", "sum")
    )
    counts = counts.assign(
        not_yet_due=counts["started"] - counts["due"],
        missing=counts["due"] - counts["scored"],
        share=(counts["scored"] / counts["due"]).where(counts["due"].gt(0)),
    )
    order = ["started", "not_yet_due", "due", "scored", "missing", "share"]
    return counts[order].reset_index()
