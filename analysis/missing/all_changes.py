"""The mean change of all for whom a visit is due, and how it rests on the assumption."""

from __future__ import annotations

from dataclasses import replace
from typing import Unpack

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.missing.due import due_visits
from analysis.missing.impute import impute_and_pool
from analysis.missing.tipping import tipping_point
from analysis.missing.turning import TippingPoint
from analysis.outcomes.rules import Rules
from analysis.outcomes.windows import SCHEDULE, as_schedule, window_named
from analysis.study import Study

__all__ = ["change_if_worse"]

_FEWEST = 20  # below it a covariance over the visits is a guess
_STEPS = 9


def change_if_worse(
    study: Study,
    instrument: str,
    *,
    visit: str,
    worse_by: float = 4.0,
    margin: float = 0.0,
    **rules: Unpack[Rules],
) -> TippingPoint:
    """Estimate the mean change of all, and how much worse the unseen would turn its conclusion.

    Answers whether "the scores got better" stands if those who left did worse than the scores
    before leaving foretell. Scores are imputed from a model of the visits up to it that have
    20 scores or more (missing at random); points for the worse are added to those after leaving.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    visit : str
        Label of the planned visit; patients with a baseline at the threshold for whom it is due.
    worse_by : float
        How many points worse than predicted is thought possible, above 0; ask clinicians before
        anybody has seen a result.
    margin : float
        Points of improvement that must be shown, 0 or more; 0: any.
    **rules
        ``schedule, baseline, baseline_at_least, course`` as in `visit_outcomes`; one course.

    Returns
    -------
    TippingPoint
        Deltas from 0 to twice `worse_by`, in the direction that is worse on this scale.

    Raises
    ------
    DataError
        When nobody, or fewer than 20 patients, have a score at the visit or at every earlier one,
        everybody has one at the visit, `worse_by` or `margin` is out of its range, or several
        courses per patient are asked for.
    ConvergenceError, ModelError
        As `impute_and_pool` and `tipping_point`.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> tipping = change_if_worse(study, "PHQ-9", visit="week 4", margin=5)
    >>> tipping.at(np.array([[0.0], [4.0]]))["estimate"].round(1).tolist()
    [-7.5, -6.4]
    """
    if not (np.isfinite([worse_by, margin]).all() and worse_by > 0 and margin >= 0):
        raise DataError("worse_by= is a number of points above 0, margin= one of 0 or more.")
    if rules.get("course", 1) == "all":
        raise DataError("Changes are imputed for one course of each patient; give its number.")
    plan = as_schedule(rules.get("schedule", SCHEDULE))
    labels = [*plan.labels][: plan.labels.index(window_named(visit, plan).label) + 1]
    planned = due_visits(study, instrument, **rules)
    at_end = planned[planned["visit"].eq(visit) & planned["due"] & planned["at_threshold"]]
    _require_scores(int(at_end["scored"].sum()), len(at_end), instrument, visit)
    of_due = planned["subject_id"].isin(at_end["subject_id"]) & planned["visit"].isin(labels)
    labels = _with_scores(planned[of_due], visit, instrument)
    of_due &= planned["visit"].isin(labels)
    rows = planned[of_due].assign(change=planned["total"] - planned["baseline"])
    everybody = impute_and_pool(
        "change ~ baseline * visit",
        rows,
        subject="subject_id",
        visit="visit",
        visits=labels,
        covariates=["baseline"],
    )
    scale = load_instrument(instrument)
    worse = -1.0 if scale.direction == "higher is better" else 1.0
    deltas = worse * np.linspace(0.0, 2.0 * worse_by, _STEPS)
    tipping = tipping_point(
        everybody,
        deltas=deltas.tolist(),
        plausible=(min(0.0, worse * worse_by), max(0.0, worse * worse_by)),
        null=-worse * margin + 0.0,  # no negative zero
    )
    change = float(tipping.at(np.zeros((1, 1)))["estimate"].iloc[0])
    end = scale.total_high if worse > 0 else scale.total_low
    return replace(tipping, room=worse * (end - float(at_end["baseline"].mean()) - change))


def _with_scores(rows: pd.DataFrame, visit: str, instrument: str) -> list[str]:
    """List the visits that have enough scores; earlier ones are needed beside the last."""
    counts = rows.groupby("visit", observed=True)["scored"].sum()
    labels = [str(name) for name in counts.index if counts[name] >= _FEWEST]
    if len(labels) < 2:
        raise DataError(
            f"Not computable: the change of all patients; no planned visit before {visit} has "
            f"{_FEWEST} {instrument} scores, so that nothing says how those without one go on."
        )
    return labels


def _require_scores(scored: int, due: int, instrument: str, visit: str) -> None:
    """Refuse what no model can be made of, and a question that nothing missing asks."""
    if scored < _FEWEST:
        raise DataError(
            f"Not computable: the change of all patients; fewer than {_FEWEST} patients with a "
            f"baseline at the threshold have a {instrument} score at {visit}, {_FEWEST} are needed."
        )
    if scored == due:
        raise DataError(
            f"Every patient for whom {visit} is due has a {instrument} score: nothing is missing."
        )
