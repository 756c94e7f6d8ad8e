"""The clinic's own side of a comparison: its patients, denominators, and estimate."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from analysis.disclosure import ABOUT, MEMBERS, Members, units_of
from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.outcomes import (
    LAST,
    Definition,
    RegressionToTheMean,
    regression_to_the_mean,
    visit_status,
)
from analysis.outcomes.entry import stated_threshold
from analysis.outcomes.rules import Rules
from analysis.quality.comparison.difference import Mean, Proportion
from analysis.study import Study

__all__ = ["OwnSide", "own_regression", "own_side"]


@dataclass(frozen=True, kw_only=True, eq=False)
class OwnSide:
    """What the clinic's patients of one treatment show at one visit.

    Parameters
    ----------
    estimate : Proportion or Mean
        Among the observed.
    counts : pandas.DataFrame
        One row ``measure, started, evaluable, observed, n``; true counts, with the patients behind
        them in its ``attrs``. `n` has the outcome; of a mean it is the observed.
    baselines : pandas.Series
        Baselines of all who have one, whatever its height; patient-level, nothing prints it.
    n_other : int
        Patients who started another treatment and are left out.
    """

    estimate: Proportion | Mean
    counts: pd.DataFrame = field(repr=False)
    baselines: pd.Series = field(repr=False)
    n_other: int

    def count(self, name: str) -> int:
        """Return one true count."""
        return int(self.counts[name].iloc[0])


def own_side(
    study: Study,
    instrument: str,
    *,
    treatment: tuple[str, str],
    definition: Definition | None,
    visit: str,
    rules: Rules,
) -> OwnSide:
    """Estimate what patients of one agent and route show at a planned visit.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Scale.
    treatment : tuple of str
        Agent and route.
    definition : Definition or None
        Rule of a share; None for the mean change.
    visit : str
        Label of the visit in the schedule of the rules.
    rules : Rules
        ``schedule, baseline, baseline_at_least, course``.

    Returns
    -------
    OwnSide
        Among the patients with a score in the window.

    Raises
    ------
    DataError
        When too few patients have a score.
    """
    wanted = () if definition is None else (definition,)
    status = visit_status(study, instrument, visit=visit, measures=wanted, **rules)
    agent, route = treatment
    mine = status["agent"].astype("string").eq(agent) & status["route"].astype("string").eq(route)
    mine = mine.fillna(value=False).astype(bool)
    rows = status[mine]
    about = f"{instrument} at {visit}, {agent} {route}"
    measure = "mean change" if definition is None else definition.name
    with_outcome = rows["observed"] if definition is None else rows[definition.name]
    return OwnSide(
        estimate=_estimate(rows, definition),
        counts=_counts(rows, with_outcome.astype(bool), about, measure),
        baselines=rows["baseline"].dropna(),
        n_other=int((~mine).sum()),
    )


def _estimate(rows: pd.DataFrame, definition: Definition | None) -> Proportion | Mean:
    """Estimate the share or the mean change among the observed."""
    observed = rows[rows["observed"]]
    least = 2 if definition is None else 1
    if len(observed) < least:
        raise DataError(
            "Too few patients of this treatment have a baseline at the threshold and a score in "
            f"the window: {least} or more are needed. Look at completeness(), or choose another "
            "figure by comparable_cohorts()."
        )
    if definition is None:
        change = observed["change"].astype(float)
        return Mean(
            mean=float(change.mean()), standard_deviation=float(change.std()), n=len(change)
        )
    return Proportion(share=float(observed[definition.name].mean()), n=len(observed))


def _counts(rows: pd.DataFrame, with_outcome: pd.Series, about: str, measure: str) -> pd.DataFrame:
    """Count the nested denominators, and keep who is behind each."""
    sets = {
        "started": pd.Series(data=True, index=rows.index),
        "evaluable": rows["evaluable"],
        "observed": rows["observed"],
        "n": with_outcome,
    }
    counts = pd.DataFrame({name: [int(inside.sum())] for name, inside in sets.items()})
    named = {(name, "", *([measure] if name == "n" else [])): who for name, who in sets.items()}
    counts.insert(0, "measure", measure)
    counts.attrs = {ABOUT: about, MEMBERS: Members(units_of(rows), named)}
    return counts


def own_regression(own: OwnSide, instrument: str, rules: Rules) -> RegressionToTheMean | str:
    """Compute the change that choosing these patients makes by itself, or say why it is unknown.

    Parameters
    ----------
    own : OwnSide
        The patients.
    instrument : str
        Scale; its reliability is that of its description.
    rules : Rules
        With the baseline rule and the entry threshold.

    Returns
    -------
    RegressionToTheMean or str
        The model with its assumptions, or the reason why there is none.
    """
    scale = load_instrument(instrument)
    if scale.reliability is None:
        return f"the reliability of {scale.name} is not known"
    if len(own.baselines) < 2 or not own.baselines.std() > 0.0:
        return "the baselines do not vary"
    try:
        return regression_to_the_mean(
            rules.get("baseline", LAST),
            reliability=scale.reliability,
            mean=float(own.baselines.mean()),
            standard_deviation=float(own.baselines.std()),
            entry=stated_threshold(instrument, rules.get("baseline_at_least")),
            direction=scale.direction,
        )
    except DataError as error:
        return str(error)
