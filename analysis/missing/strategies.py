"""What is assumed about scores after a patient stopped: events, strategies, and their means.

Every strategy is a change of the patient's design matrix, so that its means stay linear in the
coefficients of the imputation model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError, ModelError
from analysis.formulas.columns import check_present
from analysis.missing.places import Codes, Mask
from analysis.missing.schedule import Schedule
from analysis.results import FloatArray, check_option, counted

__all__ = [
    "AFTER_EVENT",
    "REFERENCE_BASED",
    "STRATEGIES",
    "Plan",
    "make_plan",
    "strategy_designs",
]

STRATEGIES = ("MAR", "JR", "CR", "CIR", "LMCF")
"""Missing at random, jump to reference, copy reference, copy increments in reference, and last
mean carried forward."""

REFERENCE_BASED = ("JR", "CR", "CIR")
"""Those that need a reference arm."""

AFTER_EVENT = ("analysis", "model", "missing")
"""What scores after an event are used for."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """Which scores are used, which are imputed, and by which assumption.

    Parameters
    ----------
    first : array of int, shape (N,)
        First visit affected by the event; T where there was none.
    strategy : array of int, shape (N,)
        Position of the patient's strategy among `STRATEGIES`.
    known : array of bool, shape (N, T)
        Scores that are analysed and that imputations are conditional on.
    modelled : array of bool, shape (N, T)
        Scores that inform the imputation model.
    """

    first: Codes
    strategy: Codes
    known: Mask
    modelled: Mask

    @property
    def after(self) -> Mask:
        """Places at or after the event, shape (N, T)."""
        return np.asarray(np.arange(self.known.shape[1]) >= self.first[:, None])

    @property
    def distance(self) -> Codes:
        """Visits since the event, 1 at the first one affected and 0 before, shape (N, T)."""
        since = np.arange(self.known.shape[1]) - self.first[:, None] + 1
        return np.asarray(np.maximum(since, 0))

    @property
    def incomplete(self) -> Mask:
        """Patients with a score to impute, shape (N,)."""
        return np.asarray(~self.known.all(axis=1))


def make_plan(
    schedule: Schedule, strategy: str, events: pd.DataFrame | None, after_event: str
) -> Plan:
    """Decide for every patient when the event was, and what is assumed after it.

    Parameters
    ----------
    schedule : Schedule
        Scores by visit.
    strategy : str
        Of patients whose events do not say another.
    events : pandas.DataFrame or None
        The patient's column, that of the visit (the first one affected), and perhaps
        ``strategy``. Patients not in it have their event after their last score.
    after_event : str
        One of `AFTER_EVENT`: scores after an event under a strategy other than MAR are analysed
        but do not inform the model, or inform it too, or are taken as missing, whatever the
        strategy.

    Returns
    -------
    Plan
        Gaps before the event are always missing at random.

    Raises
    ------
    ModelError
        When a strategy is not known or needs a reference arm that there is not.
    DataError
        When events name a patient or visit that is not in the data, or a patient twice; when a
        mean is to be carried forward for a patient without a score before the event.
    """
    check_option("strategy", strategy, STRATEGIES)
    check_option("after_event", after_event, AFTER_EVENT)
    seen = ~np.isnan(schedule.scores)
    n, n_visits = seen.shape
    first = np.where(seen.any(axis=1), n_visits - np.argmax(seen[:, ::-1], axis=1), 0)
    chosen = np.full(n, STRATEGIES.index(strategy), dtype=np.intp)
    if events is not None:
        who, when, which = _read_events(schedule, events)
        first[who] = when
        chosen[who[which >= 0]] = which[which >= 0]
    after = np.arange(n_visits) >= first[:, None]
    known = seen & ~after if after_event == "missing" else seen
    modelled = known
    if after_event == "analysis":
        modelled = known & ~(after & (chosen != STRATEGIES.index("MAR"))[:, None])
    plan = Plan(first=first.astype(np.intp), strategy=chosen, known=known, modelled=modelled)
    _check_strategies(schedule, plan)
    _check_modelled(schedule, plan)
    return plan


def _read_events(schedule: Schedule, events: pd.DataFrame) -> tuple[Codes, Codes, Codes]:
    """Read patients, visits and strategies (-1 where none is given)."""
    subject, visit = schedule.subject_column, schedule.visit_column
    check_present(events, [subject, visit], "events=")
    who = schedule.subjects.get_indexer(pd.Index(events[subject]))
    when = schedule.visits.get_indexer(pd.Index(events[visit]))
    _refuse_events(who < 0, "of a patient without a row in the data")
    _refuse_events(when < 0, "at a visit outside the schedule")
    _refuse_events(pd.Series(who).duplicated().to_numpy(), "of a patient who has one already")
    which = np.full(len(events), -1, dtype=np.intp)
    if "strategy" in events.columns:
        given = events["strategy"]
        which = pd.Index(STRATEGIES).get_indexer(pd.Index(given))
        _refuse_events(
            (which < 0) & given.notna().to_numpy(),
            f"with an unknown strategy (allowed are {', '.join(STRATEGIES)})",
        )
    return who, when, which


def _refuse_events(wrong: Mask, what: str) -> None:
    """Count the rows of events that cannot be used."""
    if wrong.any():
        raise DataError(
            f"events= has {counted(int(wrong.sum()), 'row')} {what}. Give one row per patient: "
            "patient, first visit affected, and perhaps strategy."
        )


def _check_strategies(schedule: Schedule, plan: Plan) -> None:
    """Refuse strategies that need a reference arm, or a course, that there is not."""
    used = plan.incomplete & (plan.first < schedule.n_visits)
    needs = np.isin(plan.strategy, [STRATEGIES.index(name) for name in REFERENCE_BASED])
    if schedule.arm_column is None and (needs & used).any():
        raise ModelError(
            f"Strategies {', '.join(REFERENCE_BASED)} borrow from a reference arm; give arm= and "
            "reference=, or take MAR or LMCF for a cohort without arms."
        )
    carried = (plan.strategy == STRATEGIES.index("LMCF")) & used & (plan.first == 0)
    if carried.any():
        raise DataError(
            f"{counted(int(carried.sum()), 'patient')} without a visit before the event have no "
            "mean to carry forward (LMCF). Give them another strategy by events=, such as MAR, "
            "or leave them out and say so."
        )


def _check_modelled(schedule: Schedule, plan: Plan) -> None:
    """Refuse visits, and arms at a visit, without a score to learn from."""
    empty = int((~plan.modelled.any(axis=0)).sum())
    if empty:
        raise ModelError(
            f"{counted(empty, 'visit')} of {schedule.n_visits} without a score that informs the "
            "imputation model. Leave these visits out, or let scores after events inform the "
            "model (after_event='model')."
        )


def strategy_designs(plan: Plan, own: FloatArray, reference: FloatArray) -> FloatArray:
    """Change the designs of patients so that their means are those of their strategy.

    Parameters
    ----------
    plan : Plan
        Of the N patients.
    own, reference : array, shape (N, T, p)
        Design with the patient's own arm, and with the reference arm in its place.

    Returns
    -------
    array, shape (N, T, p)
        The mean of a patient under the strategy is this times the coefficients.

    References
    ----------
    Carpenter JR, Roger JH, Kenward MG (2013). J Biopharmaceutical Statistics 23:1352-1371.
    """
    designs = own.copy()
    after = plan.after
    last = np.maximum(plan.first - 1, 0)
    has_event = plan.first < own.shape[1]
    for name in STRATEGIES[1:]:
        of = np.flatnonzero((plan.strategy == STRATEGIES.index(name)) & has_event)
        at = last[of]
        if name == "CR":
            designs[of] = reference[of]
            continue
        changed = reference[of]
        if name == "LMCF":
            changed = np.broadcast_to(own[of, at][:, None], changed.shape)
        elif name == "CIR":
            step = (own[of, at] - reference[of, at])[:, None]
            changed = changed + step * (plan.first[of] > 0)[:, None, None]
        designs[of] = np.where(after[of][:, :, None], changed, own[of])
    return designs
